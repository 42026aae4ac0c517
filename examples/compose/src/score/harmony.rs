//! The chords, voiced: no voice of the keys leaps where a step will do.

/// A chord: four voices for the keys, close together, and the bass under them.
#[derive(Clone, Copy, Debug)]
pub struct Chord {
    /// Where it starts, in beats from the section's start.
    pub beat: f64,
    /// How long it lasts, in beats.
    pub length: f64,
    /// From low to high.
    pub keys: [u8; 4],
    /// The bass note, in the octave of a bass guitar.
    pub bass: u8,
}

const fn chord(beat: f64, length: f64, keys: [u8; 4], bass: u8) -> Chord {
    Chord { beat, length, keys, bass }
}

const A_MINOR_9: [u8; 4] = [60, 64, 67, 71];
const E_MINOR_7: [u8; 4] = [59, 62, 67, 71];
const F_MAJOR_9: [u8; 4] = [57, 60, 64, 67];
const G_6: [u8; 4] = [59, 62, 64, 67];
const D_MINOR_9: [u8; 4] = [60, 64, 65, 69];
const E_7_SUS: [u8; 4] = [59, 62, 64, 69];
const E_7: [u8; 4] = [59, 62, 64, 68];

/// Four bars that do not yet say where home is. The break comes back to them.
pub const INTRO: &[Chord] = &[
    chord(0.0, 4.0, F_MAJOR_9, 41),
    chord(4.0, 4.0, A_MINOR_9, 33),
    chord(8.0, 4.0, F_MAJOR_9, 41),
    chord(12.0, 4.0, G_6, 43),
];

/// The chords from `beat` on, as a section of their own.
#[must_use]
pub fn from(chords: &[Chord], beat: f64) -> Vec<Chord> {
    chords.iter().filter(|c| c.beat >= beat).map(|c| Chord { beat: c.beat - beat, ..*c }).collect()
}

/// Eight bars of asking; the last holds a suspension over E and lets it fall.
pub const VERSE: &[Chord] = &[
    chord(0.0, 4.0, A_MINOR_9, 33),
    chord(4.0, 4.0, E_MINOR_7, 28),
    chord(8.0, 4.0, F_MAJOR_9, 29),
    chord(12.0, 2.0, F_MAJOR_9, 29),
    chord(14.0, 2.0, G_6, 31),
    chord(16.0, 4.0, A_MINOR_9, 33),
    chord(20.0, 4.0, E_MINOR_7, 28),
    chord(24.0, 4.0, D_MINOR_9, 38),
    chord(28.0, 2.0, E_7_SUS, 28),
    chord(30.0, 2.0, E_7, 28),
];

/// Four bars of climbing over a bass that waits on F.
pub const PRE: &[Chord] = &[
    chord(0.0, 4.0, [57, 60, 64, 67], 29),
    chord(4.0, 4.0, [59, 62, 65, 67], 29),
    chord(8.0, 2.0, [59, 64, 67, 71], 28),
    chord(10.0, 2.0, [60, 64, 67, 72], 33),
    chord(12.0, 2.0, [60, 65, 69, 72], 38),
    chord(14.0, 2.0, [60, 65, 67, 74], 31),
];

/// The first six bars of a chorus: the bass walks down from C and climbs back.
pub const CHORUS: &[Chord] = &[
    chord(0.0, 4.0, [60, 64, 67, 74], 36),
    chord(4.0, 4.0, [59, 62, 67, 74], 35),
    chord(8.0, 4.0, [60, 64, 67, 71], 33),
    chord(12.0, 4.0, [57, 60, 64, 67], 29),
    chord(16.0, 4.0, [60, 64, 67, 74], 28),
    chord(20.0, 4.0, [60, 65, 67, 72], 29),
];

/// Its last two bars the first time: open, on G.
pub const TURN: &[Chord] =
    &[chord(0.0, 4.0, D_MINOR_9, 38), chord(4.0, 2.0, [60, 62, 67, 69], 31), chord(6.0, 2.0, [59, 62, 67, 71], 31)];

/// Its last two bars the last time: home through E.
pub const LAST_TURN: &[Chord] =
    &[chord(0.0, 4.0, D_MINOR_9, 38), chord(4.0, 2.0, E_7_SUS, 28), chord(6.0, 2.0, E_7, 28)];

/// The last chord.
pub const ENDING: &[Chord] = &[chord(0.0, 6.0, A_MINOR_9, 33)];

//! The notes of “Low Tide Lanterns”: 100 beats a minute, A minor, 4/4, sixteenths a little swung.
//!
//! The verse goes round Am9, Fmaj9, Cmaj9, G6; the chorus climbs Fmaj9, G6, Am9, Em7. Beats count from 0 here.

use crate::frames;
use crate::noise::Noise;

/// Beats a minute.
pub const BPM: f64 = 100.0;

/// Beats in a bar.
pub const BAR: f64 = 4.0;

/// How late the second and fourth sixteenth of a beat are, in beats. The session places its hits by the same rule.
pub const SWING: f64 = 0.02;

/// Seconds that `beats` take.
#[must_use]
pub fn seconds(beats: f64) -> f64 {
    beats * 60.0 / BPM
}

/// One note.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Note {
    /// Where it starts, in beats from the clip's start.
    pub beat: f64,
    /// How long it is held, in beats.
    pub length: f64,
    /// MIDI number; 69 is A4.
    pub pitch: f64,
    /// How hard, 0 … 1.
    pub velocity: f64,
}

impl Note {
    /// A note from its four numbers.
    #[must_use]
    pub const fn new(beat: f64, length: f64, pitch: u8, velocity: f64) -> Self {
        Self { beat, length, pitch: pitch as f64, velocity }
    }

    /// The frame where it starts.
    #[must_use]
    pub fn start(&self) -> usize {
        frames(seconds(self.beat))
    }

    /// Seconds for which it is held.
    #[must_use]
    pub fn held(&self) -> f64 {
        seconds(self.length)
    }
}

/// Five voices from low to high and the root for the bass.
pub type Chord = ([u8; 5], u8);

const A_MINOR: Chord = ([57, 60, 64, 67, 71], 33);
const F_MAJOR: Chord = ([53, 57, 60, 64, 67], 29);
const C_MAJOR: Chord = ([55, 59, 62, 64, 67], 36);
const G_SIXTH: Chord = ([55, 59, 62, 64, 69], 31);
const E_MINOR: Chord = ([55, 59, 62, 64, 71], 28);

/// One chord a bar.
pub const VERSE: [Chord; 4] = [A_MINOR, F_MAJOR, C_MAJOR, G_SIXTH];

/// One chord a bar.
pub const CHORUS: [Chord; 4] = [F_MAJOR, G_SIXTH, A_MINOR, E_MINOR];

/// The last bar.
pub const ENDING: [Chord; 1] = [A_MINOR];

/// What a player does to a written part: swing, a few milliseconds, a little of the velocity. The first note of a part stays
/// where it is, since the clip starts there.
#[must_use]
pub fn played(mut notes: Vec<Note>, milliseconds: f64, seed: u64) -> Vec<Note> {
    let mut noise = Noise::new(seed);
    for note in &mut notes {
        let sixteenth = (note.beat * 4.0).round() as i64;
        let late = if sixteenth % 2 == 0 { 0.0 } else { SWING };
        let human = milliseconds * 0.001 * BPM / 60.0 * noise.white();
        note.velocity = (note.velocity * (1.0 + 0.08 * noise.white())).min(1.0);
        if note.beat > 0.0 {
            note.beat = (note.beat + late + human).max(0.0);
        }
    }
    notes
}

/// Verse bass: the root where the kick is, and a way to the next root.
#[must_use]
pub fn bass_verse() -> Vec<Note> {
    let approach = [28, 35, 33, 32];
    let figure = |i: usize| {
        let b = i as f64 * BAR;
        let root = VERSE[i].1;
        [
            Note::new(b, 0.7, root, 1.0),
            Note::new(b + 1.75, 0.22, root, 0.7),
            Note::new(b + 2.5, 0.45, root + 12, 0.8),
            Note::new(b + 3.0, 0.35, root + 7, 0.65),
            Note::new(b + 3.5, 0.42, approach[i], 0.85),
        ]
    };
    (0..4).flat_map(figure).collect()
}

/// Chorus bass: driving eighths with octaves.
#[must_use]
pub fn bass_chorus() -> Vec<Note> {
    let figure = |i: usize| {
        let root = CHORUS[i].1;
        let octaves: [u8; 8] = if i == 3 { [0, 0, 12, 0, 0, 7, 3, 2] } else { [0, 0, 12, 0, 0, 0, 12, 7] };
        (0..8).map(move |n| {
            let accent = [1.0, 0.62, 0.78, 0.66, 0.9, 0.64, 0.8, 0.72][n];
            Note::new(i as f64 * BAR + n as f64 * 0.5, 0.36, root + octaves[n], accent)
        })
    };
    (0..4).flat_map(figure).collect()
}

/// The sub holds the roots, lifted to where small loudspeakers begin (E1 is 41 Hz).
#[must_use]
pub fn sub(chords: &[Chord], length: f64) -> Vec<Note> {
    chords.iter().enumerate().map(|(i, c)| Note::new(i as f64 * BAR, length, c.1, 0.9)).collect()
}

/// Electric piano: the left hand on one, the right hand pushes the third beat.
#[must_use]
pub fn piano_verse() -> Vec<Note> {
    let mut notes = Vec::new();
    for (i, (chord, _)) in VERSE.iter().enumerate() {
        let b = i as f64 * BAR;
        strum(&mut notes, b, 1.6, &chord[..4], 0.72);
        strum(&mut notes, b + 1.75, 0.5, &chord[2..], 0.5);
        strum(&mut notes, b + 2.5, 1.2, &chord[1..], 0.64);
        notes.push(Note::new(b + 3.75, 0.24, chord[4], 0.42));
    }
    notes
}

/// Chorus comping: on one, after two, after three.
#[must_use]
pub fn piano_chorus() -> Vec<Note> {
    let mut notes = Vec::new();
    for (i, (chord, _)) in CHORUS.iter().enumerate() {
        let b = i as f64 * BAR;
        strum(&mut notes, b, 1.2, chord, 0.8);
        strum(&mut notes, b + 1.5, 0.8, &chord[1..], 0.66);
        strum(&mut notes, b + 2.75, 1.1, &chord[1..], 0.72);
    }
    notes
}

/// The last chord, spread upward.
#[must_use]
pub fn piano_ending() -> Vec<Note> {
    [45, 52, 57, 60, 64, 67, 71, 76]
        .iter()
        .enumerate()
        .map(|(i, &p)| Note::new(i as f64 * 0.09, 4.0, p, 0.62))
        .collect()
}

fn strum(notes: &mut Vec<Note>, beat: f64, length: f64, pitches: &[u8], velocity: f64) {
    for (i, &pitch) in pitches.iter().enumerate() {
        let top = if i + 1 == pitches.len() { 1.1 } else { 1.0 };
        notes.push(Note::new(beat + 0.014 * i as f64, length, pitch, velocity * top));
    }
}

/// The plucked figure of the verse: sixteenths with holes, over the chord's upper voices.
#[must_use]
pub fn plucks_verse() -> Vec<Note> {
    let order = [(0.0, 1), (0.75, 3), (1.5, 4), (2.0, 2), (2.75, 3), (3.25, 4), (3.5, 1)];
    arpeggio(&VERSE, &order, 12)
}

/// The plucked figure of the chorus: every eighth, and some between.
#[must_use]
pub fn plucks_chorus() -> Vec<Note> {
    let order = [
        (0.0, 0),
        (0.5, 2),
        (0.75, 3),
        (1.5, 4),
        (2.0, 1),
        (2.25, 2),
        (2.5, 3),
        (3.0, 4),
        (3.25, 3),
        (3.5, 2),
        (3.75, 4),
    ];
    arpeggio(&CHORUS, &order, 12)
}

fn arpeggio(chords: &[Chord], order: &[(f64, usize)], up: u8) -> Vec<Note> {
    let mut notes = Vec::new();
    for (i, (chord, _)) in chords.iter().enumerate() {
        for &(beat, voice) in order {
            let accent = if beat == beat.floor() { 0.82 } else { 0.6 };
            notes.push(Note::new(i as f64 * BAR + beat, 0.9, chord[voice] + up, accent));
        }
    }
    notes
}

/// First half of the chorus melody.
pub const LEAD_QUESTION: &[Note] = &[
    Note::new(0.0, 1.0, 69, 0.8),
    Note::new(1.0, 0.5, 72, 0.75),
    Note::new(1.5, 1.5, 76, 0.95),
    Note::new(3.0, 0.5, 74, 0.75),
    Note::new(3.5, 0.5, 72, 0.7),
    Note::new(4.0, 1.5, 74, 0.9),
    Note::new(5.5, 0.5, 71, 0.7),
    Note::new(6.0, 1.0, 67, 0.75),
    Note::new(7.0, 0.5, 69, 0.7),
    Note::new(7.5, 0.5, 71, 0.75),
    Note::new(8.0, 1.0, 72, 0.85),
    Note::new(9.0, 0.5, 71, 0.7),
    Note::new(9.5, 0.5, 72, 0.75),
    Note::new(10.0, 2.0, 76, 0.95),
    Note::new(12.0, 0.75, 74, 0.85),
    Note::new(12.75, 0.75, 71, 0.7),
    Note::new(13.5, 2.0, 67, 0.8),
];

/// Second half; it comes to rest on the outro's first beat.
pub const LEAD_ANSWER: &[Note] = &[
    Note::new(0.0, 1.0, 69, 0.85),
    Note::new(1.0, 0.5, 72, 0.8),
    Note::new(1.5, 1.5, 76, 0.95),
    Note::new(3.0, 0.5, 79, 0.9),
    Note::new(3.5, 0.5, 76, 0.8),
    Note::new(4.0, 1.5, 74, 0.9),
    Note::new(5.5, 0.5, 76, 0.8),
    Note::new(6.0, 0.5, 74, 0.75),
    Note::new(6.5, 1.5, 71, 0.8),
    Note::new(8.0, 1.0, 72, 0.85),
    Note::new(9.0, 0.5, 74, 0.8),
    Note::new(9.5, 1.0, 76, 0.9),
    Note::new(10.5, 0.5, 74, 0.75),
    Note::new(11.0, 1.0, 72, 0.8),
    Note::new(12.0, 1.5, 71, 0.85),
    Note::new(13.5, 0.5, 69, 0.7),
    Note::new(14.0, 1.0, 67, 0.75),
    Note::new(15.0, 1.0, 71, 0.75),
    Note::new(16.0, 3.5, 69, 0.85),
];

/// The voice calls in the verse…
pub const CALL: &[Note] = &[
    Note::new(0.0, 1.5, 64, 0.8),
    Note::new(1.5, 0.5, 67, 0.75),
    Note::new(2.0, 1.5, 69, 0.9),
    Note::new(3.5, 0.5, 67, 0.7),
    Note::new(4.0, 2.5, 64, 0.8),
];

/// …and answers itself.
pub const ANSWER: &[Note] = &[
    Note::new(0.0, 1.0, 67, 0.8),
    Note::new(1.0, 0.5, 64, 0.7),
    Note::new(1.5, 1.5, 62, 0.85),
    Note::new(3.0, 0.5, 60, 0.7),
    Note::new(3.5, 0.5, 59, 0.7),
    Note::new(4.0, 2.5, 62, 0.8),
];

/// The choir of the chorus, one line for each singer's part.
pub const CHOIR: [[u8; 4]; 3] = [[60, 62, 64, 62], [64, 67, 67, 67], [69, 71, 72, 71]];

/// One part of the choir as notes, one a bar.
#[must_use]
pub fn choir(part: usize) -> Vec<Note> {
    CHOIR[part].iter().enumerate().map(|(i, &p)| Note::new(i as f64 * BAR, BAR - 0.1, p, 0.8)).collect()
}

//! The notes of “Low Tide Lanterns”: 108 beats a minute, A minor and its bright neighbour C, 4/4, sixteenths a little swung.
//!
//! | bars | section | what happens |
//! |---|---|---|
//! | 1–4 | Intro | sea, harp, pad: the hook's first three notes, far away |
//! | 5–12 | Verse | cross-stick, bass, guitar; the voice asks; from bar 9 the snare |
//! | 13–16 | Pre-chorus | strings climb, the drums build, the bass stays on F |
//! | 17–24 | Chorus | everybody; the hook in the lead, an octave lower in the voices |
//! | 25–28 | Break | the floor drops out; a violin answers the hook |
//! | 29–36 | Last chorus | the hook again, an octave added, cellos running below |
//! | 37–38 | Outro | home, and the tide |
//!
//! Beats count from 0 at the start of a part.

pub mod bassline;
pub mod comping;
pub mod ensemble;
pub mod groove;
pub mod harmony;
pub mod melody;

use crate::frames;
use crate::noise::Noise;

/// Beats a minute.
pub const BPM: f64 = 108.0;

/// Beats in a bar.
pub const BAR: f64 = 4.0;

/// How late the second and fourth sixteenth of a beat are, in beats.
pub const SWING: f64 = 0.028;

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

    /// The same note `semitones` higher.
    #[must_use]
    pub fn up(self, semitones: f64) -> Self {
        Self { pitch: self.pitch + semitones, ..self }
    }
}

/// How much later a beat is played than it is written: off sixteenths swing.
#[must_use]
pub fn swing(beat: f64) -> f64 {
    if (beat * 4.0).round() as i64 % 2 == 0 { 0.0 } else { SWING }
}

/// What a player does to a written part: swing, a few milliseconds, a little of the velocity. What starts with the clip
/// stays where it is.
#[must_use]
pub fn played(mut notes: Vec<Note>, milliseconds: f64, seed: u64) -> Vec<Note> {
    let mut noise = Noise::new(seed);
    for note in &mut notes {
        let human = milliseconds * 0.001 * BPM / 60.0 * noise.white();
        note.velocity = (note.velocity * (1.0 + 0.08 * noise.white())).min(1.0);
        if note.beat > 0.0 {
            note.beat = (note.beat + swing(note.beat) + human).max(0.0);
        }
    }
    notes
}

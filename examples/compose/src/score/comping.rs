//! What keys, guitar and harp make of the chords.

use super::harmony::Chord;
use super::{BAR, Note};

fn strum(notes: &mut Vec<Note>, beat: f64, length: f64, pitches: &[u8], velocity: f64) {
    for (i, &pitch) in pitches.iter().enumerate() {
        let top = if i + 1 == pitches.len() { 1.12 } else { 1.0 };
        notes.push(Note::new(beat + 0.012 * i as f64, length, pitch, velocity * top));
    }
}

/// Electric piano under a singer: long on the chord, an answer after three.
#[must_use]
pub fn keys_sparse(chords: &[Chord]) -> Vec<Note> {
    let mut notes = Vec::new();
    for chord in chords {
        let (b, long) = (chord.beat, chord.length > 3.0);
        strum(&mut notes, b, if long { 2.3 } else { 1.6 }, &chord.keys, 0.62);
        if long {
            strum(&mut notes, b + 2.5, 1.3, &chord.keys[1..], 0.5);
            notes.push(Note::new(b + 3.75, 0.24, chord.keys[3], 0.36));
        }
    }
    notes
}

/// Electric piano in a chorus: on one, after two, before four.
#[must_use]
pub fn keys_full(chords: &[Chord]) -> Vec<Note> {
    let mut notes = Vec::new();
    for chord in chords {
        let b = chord.beat;
        strum(&mut notes, b, 1.35, &chord.keys, 0.82);
        if chord.length > 3.0 {
            strum(&mut notes, b + 1.5, 0.9, &chord.keys[1..], 0.68);
            strum(&mut notes, b + 2.75, 1.1, &chord.keys, 0.74);
        } else {
            strum(&mut notes, b + 1.5, 0.45, &chord.keys[1..], 0.7);
        }
    }
    notes
}

/// Electric piano before a chorus: every beat, louder and louder.
#[must_use]
pub fn keys_climbing(chords: &[Chord]) -> Vec<Note> {
    let mut notes = Vec::new();
    for chord in chords {
        for beat in 0..chord.length as usize {
            let b = chord.beat + beat as f64;
            strum(&mut notes, b, 0.7, &chord.keys, 0.45 + 0.028 * b);
        }
    }
    notes
}

/// The last chord, spread upward.
#[must_use]
pub fn keys_ending() -> Vec<Note> {
    let spread = [45, 52, 57, 60, 64, 67, 71, 76];
    spread.iter().enumerate().map(|(i, &p)| Note::new(i as f64 * 0.1, 4.6, p, 0.62)).collect()
}

/// A guitarist's thumb and three fingers: the bass string of the chord, then the upper ones in a figure that never falls
/// on all beats.
#[must_use]
pub fn guitar_picked(chords: &[Chord]) -> Vec<Note> {
    let figure = [(0.5, 1), (0.75, 2), (1.5, 3), (2.0, 1), (2.5, 2), (2.75, 3), (3.25, 2), (3.5, 1)];
    let mut notes = Vec::new();
    for chord in chords {
        let thumb = chord.bass + if chord.bass < 33 { 24 } else { 12 };
        notes.push(Note::new(chord.beat, 1.9, thumb, 0.75));
        if chord.length > 3.0 {
            notes.push(Note::new(chord.beat + 2.0, 1.9, thumb + 7, 0.55));
        }
        for (n, &(beat, voice)) in figure.iter().enumerate().filter(|(_, f)| f.0 < chord.length) {
            let accent = if n % 3 == 2 { 0.78 } else { 0.55 };
            notes.push(Note::new(chord.beat + beat, 1.4, chord.keys[voice], accent));
        }
    }
    notes
}

/// Strummed sixteenths with holes: down on the beat, up off it, three strings at most.
#[must_use]
pub fn guitar_strummed(chords: &[Chord]) -> Vec<Note> {
    let figure = [
        (0.0, true, 0.85),
        (0.75, false, 0.5),
        (1.0, true, 0.62),
        (1.5, false, 0.75),
        (2.25, false, 0.5),
        (2.5, true, 0.7),
        (2.75, false, 0.52),
        (3.0, true, 0.68),
        (3.5, false, 0.72),
        (3.75, true, 0.45),
    ];
    let mut notes = Vec::new();
    for chord in chords {
        let [a, b, c, d] = chord.keys;
        let strings = [b, c, d, a + 12];
        for &(beat, down, velocity) in figure.iter().filter(|f| f.0 < chord.length) {
            for i in 0..if down { 4 } else { 3 } {
                let pitch = strings[if down { i } else { 3 - i }];
                let fade = 1.0 - 0.08 * i as f64;
                notes.push(Note::new(chord.beat + beat + 0.018 * i as f64, 0.62, pitch, velocity * fade));
            }
        }
    }
    notes
}

/// The harp: up through the chord and half-way back, an octave above the keys.
#[must_use]
pub fn harp(chords: &[Chord], velocity: f64) -> Vec<Note> {
    let mut notes = Vec::new();
    for chord in chords {
        let [a, b, c, d] = chord.keys;
        let climb = [a, b, c, d, a + 12, d, c, b];
        for n in 0..(chord.length * 2.0) as usize {
            let accent = velocity * if n % 4 == 0 { 1.2 } else { 0.85 + 0.04 * (n % 4) as f64 };
            notes.push(Note::new(chord.beat + 0.5 * n as f64, 1.6, climb[n % 8] + 12, accent));
        }
        notes.push(Note::new(chord.beat, 3.0, chord.bass + if chord.bass < 40 { 24 } else { 12 }, velocity));
    }
    notes
}

/// The harp sweeps over two octaves in the last beats before `end`.
#[must_use]
pub fn glissando(end: f64) -> Vec<Note> {
    let scale = [55, 57, 59, 60, 62, 64, 65, 67, 69, 71, 72, 74, 76, 77, 79, 81, 83, 84, 86, 88];
    let length = scale.len() as f64;
    let climb = |(i, &pitch): (usize, &u8)| {
        let x = i as f64 / length;
        Note::new(end - 2.0 * (1.0 - x), 1.6, pitch, 0.3 + 0.4 * x)
    };
    scale.iter().enumerate().map(climb).collect()
}

/// The harp's last word: the chord, upward, and a high A when it has nearly gone.
#[must_use]
pub fn harp_ending() -> Vec<Note> {
    let mut notes: Vec<Note> = [45, 57, 64, 67, 71, 72, 76, 79, 83]
        .iter()
        .enumerate()
        .map(|(i, &p)| Note::new(i as f64 * 0.25, 5.0 - i as f64 * 0.25, p, 0.62 - 0.02 * i as f64))
        .collect();
    notes.push(Note::new(BAR, 3.0, 88, 0.4));
    notes.push(Note::new(BAR + 0.5, 3.0, 93, 0.4));
    notes
}

//! The lines of the string section and of the choir.

use super::Note;
use super::harmony::Chord;

type Step = (f64, f64, u8, f64);

fn notes(steps: &[Step]) -> Vec<Note> {
    steps.iter().map(|&(beat, length, pitch, velocity)| Note::new(beat, length, pitch, velocity)).collect()
}

/// First violins, seconds, violas, cellos.
pub type Strings = [Vec<Note>; 4];

/// Four bars that climb by steps from piano to forte.
#[must_use]
pub fn pre() -> Strings {
    let line = |pitches: [u8; 6]| {
        let times = [(0.0, 4.0), (4.0, 4.0), (8.0, 2.0), (10.0, 2.0), (12.0, 2.0), (14.0, 1.9)];
        let loud = [0.35, 0.5, 0.62, 0.7, 0.82, 1.0];
        (0..6).map(|i| Note::new(times[i].0, times[i].1, pitches[i], loud[i])).collect()
    };
    [
        line([69, 71, 74, 76, 77, 79]),
        line([64, 67, 71, 72, 72, 74]),
        line([60, 62, 67, 67, 69, 72]),
        line([53, 53, 52, 57, 50, 55]),
    ]
}

/// Six bars above the hook: held where it moves, moving where it holds.
#[must_use]
pub fn chorus() -> Strings {
    [
        notes(&[
            (0.0, 4.0, 79, 0.7),
            (4.0, 4.0, 83, 0.75),
            (8.0, 4.0, 84, 0.8),
            (12.0, 2.0, 84, 0.75),
            (14.0, 0.5, 84, 0.8),
            (14.5, 0.5, 83, 0.8),
            (15.0, 0.5, 81, 0.85),
            (15.5, 0.5, 83, 0.9),
            (16.0, 4.0, 84, 0.85),
            (20.0, 2.0, 84, 0.9),
            (22.0, 1.0, 86, 0.9),
            (23.0, 1.0, 88, 0.95),
        ]),
        notes(&[
            (0.0, 4.0, 76, 0.65),
            (4.0, 4.0, 74, 0.65),
            (8.0, 4.0, 76, 0.7),
            (12.0, 2.0, 76, 0.7),
            (14.0, 0.5, 76, 0.8),
            (14.5, 0.5, 74, 0.8),
            (15.0, 0.5, 72, 0.8),
            (15.5, 0.5, 74, 0.85),
            (16.0, 4.0, 76, 0.75),
            (20.0, 4.0, 77, 0.8),
        ]),
        notes(&[
            (0.0, 4.0, 67, 0.65),
            (4.0, 4.0, 67, 0.65),
            (8.0, 4.0, 67, 0.7),
            (12.0, 4.0, 69, 0.7),
            (16.0, 4.0, 67, 0.75),
            (20.0, 4.0, 69, 0.8),
        ]),
        notes(&[
            (0.0, 4.0, 48, 0.7),
            (4.0, 4.0, 47, 0.7),
            (8.0, 4.0, 45, 0.75),
            (12.0, 2.0, 53, 0.75),
            (14.0, 2.0, 52, 0.75),
            (16.0, 4.0, 52, 0.8),
            (20.0, 4.0, 53, 0.85),
        ]),
    ]
}

/// Two bars that end on G, sus4 falling to its third.
#[must_use]
pub fn turn() -> Strings {
    [
        notes(&[(0.0, 2.0, 86, 0.9), (2.0, 2.0, 84, 0.85), (4.0, 2.0, 79, 0.85), (6.0, 2.0, 79, 0.7)]),
        notes(&[(0.0, 4.0, 77, 0.8), (4.0, 2.0, 72, 0.85), (6.0, 2.0, 71, 0.7)]),
        notes(&[(0.0, 4.0, 69, 0.8), (4.0, 4.0, 67, 0.75)]),
        notes(&[(0.0, 4.0, 50, 0.85), (4.0, 4.0, 55, 0.8)]),
    ]
}

/// Two bars that end at home, and stay there for the outro.
#[must_use]
pub fn last_turn() -> Strings {
    [
        notes(&[
            (0.0, 2.0, 86, 0.95),
            (2.0, 2.0, 89, 1.0),
            (4.0, 2.0, 88, 0.95),
            (6.0, 2.0, 86, 0.9),
            (8.0, 5.5, 84, 0.8),
        ]),
        notes(&[(0.0, 4.0, 77, 0.85), (4.0, 2.0, 81, 0.9), (6.0, 2.0, 80, 0.9), (8.0, 5.5, 76, 0.7)]),
        notes(&[(0.0, 4.0, 69, 0.85), (4.0, 2.0, 71, 0.85), (6.0, 2.0, 71, 0.85), (8.0, 5.5, 67, 0.7)]),
        notes(&[(0.0, 4.0, 50, 0.9), (4.0, 4.0, 52, 0.9), (8.0, 5.5, 45, 0.8)]),
    ]
}

/// Low strings alone in the break, swelling.
#[must_use]
pub fn break_low() -> [Vec<Note>; 2] {
    [
        notes(&[(0.0, 4.0, 60, 0.3), (4.0, 4.0, 60, 0.38), (8.0, 4.0, 60, 0.5), (12.0, 3.4, 62, 0.85)]),
        notes(&[(0.0, 4.0, 53, 0.35), (4.0, 4.0, 52, 0.4), (8.0, 4.0, 53, 0.55), (12.0, 3.4, 55, 0.9)]),
    ]
}

/// Cellos and violas in the last chorus: short bows on every eighth, through the chord.
#[must_use]
pub fn ostinato(chords: &[Chord]) -> Vec<Note> {
    let mut line = Vec::new();
    for chord in chords {
        let [_, low, middle, high] = chord.keys.map(|pitch| pitch - 12);
        let root = chord.bass + 12;
        let figure = [root, low, middle, low, root, low, high, middle];
        for n in 0..(chord.length * 2.0) as usize {
            line.push(Note::new(chord.beat + 0.5 * n as f64, 0.33, figure[n % 8], [0.95, 0.6, 0.75, 0.62][n % 4]));
        }
    }
    line
}

/// The three parts of the choir, a chord to each half of a bar, the second one early.
#[must_use]
pub fn choir(parts: &[(f64, [u8; 3])]) -> [Vec<Note>; 3] {
    std::array::from_fn(|part| {
        let mut line = Vec::new();
        for &(bar, pitches) in parts {
            line.push(Note::new(bar * 4.0, 2.4, pitches[part], 0.85));
            line.push(Note::new(bar * 4.0 + 2.5, 1.4, pitches[part], 0.7));
        }
        line
    })
}

/// Six bars of choir.
pub const CHOIR: &[(f64, [u8; 3])] = &[
    (0.0, [64, 67, 72]),
    (1.0, [62, 67, 71]),
    (2.0, [60, 67, 72]),
    (3.0, [60, 65, 69]),
    (4.0, [64, 67, 72]),
    (5.0, [65, 69, 72]),
];

/// Two bars of choir on the way to the break…
#[must_use]
pub fn choir_turn() -> [Vec<Note>; 3] {
    [
        notes(&[(0.0, 3.9, 65, 0.85), (4.0, 1.9, 60, 0.85), (6.0, 1.9, 59, 0.7)]),
        notes(&[(0.0, 3.9, 69, 0.85), (4.0, 1.9, 67, 0.85), (6.0, 1.9, 67, 0.7)]),
        notes(&[(0.0, 3.9, 74, 0.85), (4.0, 3.9, 74, 0.8)]),
    ]
}

/// …and home.
#[must_use]
pub fn choir_last_turn() -> [Vec<Note>; 3] {
    [
        notes(&[(0.0, 3.9, 65, 0.85), (4.0, 1.9, 64, 0.85), (6.0, 1.9, 64, 0.85), (8.0, 5.0, 64, 0.7)]),
        notes(&[(0.0, 3.9, 69, 0.85), (4.0, 1.9, 69, 0.85), (6.0, 1.9, 68, 0.85), (8.0, 5.0, 67, 0.7)]),
        notes(&[(0.0, 3.9, 77, 0.9), (4.0, 1.9, 74, 0.9), (6.0, 1.9, 74, 0.9), (8.0, 5.0, 72, 0.7)]),
    ]
}

/// “Ooh” of the pre-chorus: the lower voices of the keys, held.
#[must_use]
pub fn oohs(chords: &[Chord]) -> [Vec<Note>; 3] {
    std::array::from_fn(|part| {
        let hold = |c: &Chord| Note::new(c.beat, c.length - 0.1, c.keys[part + 1], 0.45 + 0.035 * c.beat);
        chords.iter().map(hold).collect()
    })
}

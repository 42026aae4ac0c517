//! The bass: roots under the kick, and a way from each root to the next.

use super::Note;

type Step = (f64, f64, u8, f64);

fn notes(steps: &[Step]) -> Vec<Note> {
    steps.iter().map(|&(beat, length, pitch, velocity)| Note::new(beat, length, pitch, velocity)).collect()
}

/// Eight bars that leave holes for the voice.
#[must_use]
pub fn verse() -> Vec<Note> {
    notes(&[
        (0.0, 1.4, 33, 0.9),
        (1.75, 0.2, 33, 0.55),
        (2.5, 0.9, 33, 0.75),
        (3.5, 0.4, 31, 0.7),
        (4.0, 1.4, 28, 0.9),
        (5.75, 0.2, 28, 0.5),
        (6.5, 0.45, 35, 0.7),
        (7.0, 0.4, 31, 0.65),
        (7.5, 0.4, 28, 0.75),
        (8.0, 1.4, 29, 0.9),
        (9.75, 0.2, 29, 0.55),
        (10.5, 0.9, 36, 0.72),
        (11.5, 0.4, 33, 0.7),
        (12.0, 1.2, 29, 0.9),
        (13.5, 0.45, 29, 0.7),
        (14.0, 0.9, 31, 0.85),
        (15.0, 0.4, 35, 0.7),
        (15.5, 0.2, 31, 0.6),
        (15.75, 0.22, 32, 0.7),
        (16.0, 1.4, 33, 0.95),
        (17.75, 0.2, 33, 0.55),
        (18.5, 0.45, 40, 0.75),
        (19.0, 0.4, 38, 0.65),
        (19.5, 0.4, 31, 0.75),
        (20.0, 1.4, 28, 0.9),
        (21.75, 0.2, 28, 0.55),
        (22.5, 0.45, 35, 0.72),
        (23.0, 0.4, 36, 0.65),
        (23.5, 0.4, 37, 0.75),
        (24.0, 1.4, 38, 0.92),
        (25.75, 0.2, 38, 0.55),
        (26.5, 0.45, 33, 0.75),
        (27.0, 0.4, 36, 0.7),
        (27.5, 0.4, 29, 0.78),
        (28.0, 1.4, 28, 0.95),
        (29.5, 0.4, 28, 0.7),
        (30.0, 0.9, 28, 0.85),
        (31.0, 0.4, 32, 0.75),
        (31.5, 0.4, 28, 0.8),
    ])
}

/// Four bars of eighths over a pedal; the last two bars walk.
#[must_use]
pub fn pre() -> Vec<Note> {
    let mut line: Vec<Note> = (0..16)
        .map(|n| Note::new(n as f64 * 0.5, 0.4, 29, if n % 2 == 0 { 0.72 } else { 0.55 } + 0.008 * n as f64))
        .collect();
    let walk = [28, 28, 31, 32, 33, 33, 36, 37, 38, 38, 36, 33, 31, 31];
    line.extend(
        walk.iter().enumerate().map(|(n, &p)| Note::new(8.0 + n as f64 * 0.5, 0.42, p, 0.78 + 0.014 * n as f64)),
    );
    line
}

/// Six bars of drive: roots on the kick, octaves off it, a step to the next root.
#[must_use]
pub fn chorus() -> Vec<Note> {
    // Root, the chord's G, C or E above it, the way out of the bar.
    let bars = [
        (36, 43, [36, 35]),
        (35, 43, [35, 31]),
        (33, 40, [33, 31]),
        (29, 36, [31, 33]),
        (28, 36, [40, 28]),
        (29, 36, [36, 33]),
    ];
    let mut line = Vec::new();
    for (bar, (root, upper, way)) in bars.into_iter().enumerate() {
        let b = bar as f64 * 4.0;
        line.extend(notes(&[
            (b, 0.7, root, 1.0),
            (b + 0.75, 0.2, root, 0.6),
            (b + 1.0, 0.4, root, 0.8),
            (b + 1.5, 0.35, root + 12, 0.72),
            (b + 2.0, 0.4, root, 0.9),
            (b + 2.5, 0.2, root, 0.6),
            (b + 2.75, 0.22, upper, 0.7),
            (b + 3.0, 0.45, way[0], 0.82),
            (b + 3.5, 0.45, way[1], 0.8),
        ]));
    }
    line
}

/// The first chorus ends on G and runs down to A.
#[must_use]
pub fn turn() -> Vec<Note> {
    notes(&[
        (0.0, 0.7, 38, 1.0),
        (0.75, 0.2, 38, 0.6),
        (1.0, 0.4, 38, 0.8),
        (1.5, 0.35, 33, 0.72),
        (2.0, 0.4, 38, 0.9),
        (2.75, 0.22, 36, 0.7),
        (3.0, 0.45, 33, 0.8),
        (3.5, 0.45, 29, 0.82),
        (4.0, 0.9, 31, 1.0),
        (5.0, 0.4, 31, 0.8),
        (5.5, 0.4, 38, 0.75),
        (6.0, 1.6, 31, 0.95),
    ])
}

/// The last chorus goes home through E.
#[must_use]
pub fn last_turn() -> Vec<Note> {
    notes(&[
        (0.0, 0.7, 38, 1.0),
        (0.75, 0.2, 38, 0.6),
        (1.0, 0.4, 38, 0.8),
        (1.5, 0.35, 33, 0.72),
        (2.0, 0.4, 38, 0.9),
        (2.75, 0.22, 36, 0.7),
        (3.0, 0.45, 33, 0.8),
        (3.5, 0.45, 29, 0.82),
        (4.0, 0.9, 28, 1.0),
        (5.0, 0.4, 28, 0.8),
        (5.5, 0.4, 35, 0.75),
        (6.0, 0.45, 28, 0.95),
        (6.5, 0.45, 32, 0.85),
        (7.0, 0.45, 35, 0.85),
        (7.5, 0.45, 32, 0.9),
        (8.0, 5.0, 33, 1.0),
    ])
}

/// What the sub takes from a line: the long notes and those on a beat, in the octave that shakes a floor.
#[must_use]
pub fn sub(line: &[Note]) -> Vec<Note> {
    let taken = line.iter().filter(|n| n.length >= 0.4 && n.pitch < 40.5);
    taken.map(|n| Note { pitch: if n.pitch < 28.0 { n.pitch + 12.0 } else { n.pitch }, ..*n }).collect()
}

//! The tunes: what the voice asks, the hook, and what the violin answers.

use super::Note;
use crate::voice::{Consonant, Sung, Vowel};

use Consonant::{D, H, L, M, N, None as Still, S};
use Vowel::{A, E, I, O, U};

/// The hook, first six bars. Three steps up, a sigh, and again; the second time it reaches the sixth.
pub const HOOK: &[Note] = &[
    Note::new(0.0, 1.5, 72, 0.85),
    Note::new(1.5, 0.5, 74, 0.75),
    Note::new(2.0, 1.0, 76, 0.95),
    Note::new(3.0, 0.5, 79, 0.85),
    Note::new(3.5, 2.0, 74, 0.95),
    Note::new(5.5, 0.5, 76, 0.7),
    Note::new(6.0, 1.0, 74, 0.8),
    Note::new(7.0, 0.5, 71, 0.7),
    Note::new(7.5, 0.5, 67, 0.65),
    Note::new(8.0, 1.5, 72, 0.85),
    Note::new(9.5, 0.5, 71, 0.7),
    Note::new(10.0, 1.0, 72, 0.8),
    Note::new(11.0, 0.5, 76, 0.85),
    Note::new(11.5, 2.75, 72, 0.9),
    Note::new(15.0, 0.5, 67, 0.6),
    Note::new(15.5, 0.5, 69, 0.7),
    Note::new(16.0, 1.5, 72, 0.85),
    Note::new(17.5, 0.5, 74, 0.75),
    Note::new(18.0, 1.0, 76, 0.9),
    Note::new(19.0, 0.5, 79, 0.9),
    Note::new(19.5, 2.0, 81, 1.0),
    Note::new(21.5, 0.5, 79, 0.8),
    Note::new(22.0, 1.0, 76, 0.85),
    Note::new(23.0, 1.0, 72, 0.75),
];

/// The hook's end the first time: it hangs over G and falls to the leading note.
pub const HOOK_OPEN: &[Note] = &[
    Note::new(0.0, 1.5, 74, 0.85),
    Note::new(1.5, 0.5, 76, 0.75),
    Note::new(2.0, 1.0, 77, 0.9),
    Note::new(3.0, 0.5, 76, 0.8),
    Note::new(3.5, 1.5, 74, 0.9),
    Note::new(5.0, 1.0, 72, 0.8),
    Note::new(6.0, 1.75, 71, 0.8),
];

/// The hook's end the last time: up to the ninth and down to home, which is the outro's first beat.
pub const HOOK_HOME: &[Note] = &[
    Note::new(0.0, 1.5, 74, 0.9),
    Note::new(1.5, 0.5, 76, 0.8),
    Note::new(2.0, 1.0, 77, 0.9),
    Note::new(3.0, 0.5, 81, 0.95),
    Note::new(3.5, 1.5, 83, 1.0),
    Note::new(5.0, 1.0, 81, 0.85),
    Note::new(6.0, 1.0, 80, 0.85),
    Note::new(7.0, 1.0, 76, 0.75),
    Note::new(8.0, 4.5, 81, 0.9),
];

/// The hook's first notes in the harp, in the intro.
pub const HINT: &[Note] = &[
    Note::new(6.0, 1.5, 84, 0.5),
    Note::new(7.5, 0.5, 86, 0.45),
    Note::new(8.0, 1.5, 88, 0.55),
    Note::new(9.5, 2.5, 86, 0.5),
    Note::new(14.0, 0.75, 84, 0.5),
    Note::new(14.75, 0.75, 86, 0.5),
    Note::new(15.5, 0.5, 88, 0.5),
];

/// What the violin answers in the break: the hook in mirror image, slower.
pub const ANSWER: &[Note] = &[
    Note::new(0.0, 1.5, 76, 0.55),
    Note::new(1.5, 0.5, 74, 0.5),
    Note::new(2.0, 1.0, 72, 0.6),
    Note::new(3.0, 0.5, 69, 0.5),
    Note::new(3.5, 2.0, 71, 0.65),
    Note::new(5.5, 0.5, 72, 0.55),
    Note::new(6.0, 1.5, 74, 0.7),
    Note::new(7.5, 0.5, 76, 0.65),
    Note::new(8.0, 1.5, 77, 0.8),
    Note::new(9.5, 0.5, 76, 0.7),
    Note::new(10.0, 1.0, 72, 0.75),
    Note::new(11.0, 0.5, 76, 0.75),
    Note::new(11.5, 2.0, 79, 0.9),
    Note::new(13.5, 0.5, 81, 0.85),
    Note::new(14.0, 1.2, 83, 1.0),
];

const fn sung(beat: f64, length: f64, pitch: u8, velocity: f64, consonant: Consonant, vowel: Vowel) -> Sung {
    Sung { note: Note::new(beat, length, pitch, velocity), consonant, vowel }
}

/// The verse: a short climb and a fall, four times, each a little further.
pub const VERSE: &[Sung] = &[
    sung(0.5, 0.5, 64, 0.7, H, A),
    sung(1.0, 0.5, 67, 0.72, L, E),
    sung(1.5, 1.4, 69, 0.85, N, A),
    sung(3.0, 0.5, 71, 0.75, S, I),
    sung(3.5, 0.5, 69, 0.7, D, O),
    sung(4.0, 1.5, 67, 0.8, L, O),
    sung(5.5, 0.5, 64, 0.65, M, A),
    sung(6.0, 1.4, 64, 0.7, N, U),
    sung(8.5, 0.5, 64, 0.7, H, A),
    sung(9.0, 0.5, 67, 0.75, L, E),
    sung(9.5, 1.4, 69, 0.85, N, A),
    sung(11.0, 0.5, 72, 0.85, S, O),
    sung(11.5, 0.5, 71, 0.75, L, E),
    sung(12.0, 1.5, 69, 0.8, M, A),
    sung(13.5, 0.5, 67, 0.7, D, I),
    sung(14.0, 1.6, 71, 0.85, N, O),
    sung(16.5, 0.5, 72, 0.85, S, I),
    sung(17.0, 0.5, 71, 0.75, L, A),
    sung(17.5, 1.4, 69, 0.8, M, O),
    sung(19.0, 0.5, 67, 0.7, D, A),
    sung(19.5, 0.5, 69, 0.75, L, E),
    sung(20.0, 1.5, 71, 0.88, N, A),
    sung(21.5, 0.5, 67, 0.7, L, O),
    sung(22.0, 1.4, 64, 0.72, M, U),
    sung(24.5, 0.5, 65, 0.75, H, O),
    sung(25.0, 0.5, 69, 0.8, L, A),
    sung(25.5, 1.0, 72, 0.9, N, A),
    sung(26.5, 0.5, 71, 0.8, D, E),
    sung(27.0, 0.9, 69, 0.8, L, O),
    sung(28.0, 2.0, 69, 0.88, S, A),
    sung(30.0, 1.8, 68, 0.85, N, O),
];

/// The pre-chorus: each line a step above the one before.
pub const PRE: &[Sung] = &[
    sung(0.0, 0.5, 69, 0.78, M, O),
    sung(0.5, 1.0, 72, 0.85, N, A),
    sung(1.5, 0.5, 72, 0.75, L, E),
    sung(2.0, 1.5, 69, 0.8, D, O),
    sung(4.0, 0.5, 71, 0.8, M, O),
    sung(4.5, 1.0, 74, 0.9, N, A),
    sung(5.5, 0.5, 74, 0.8, L, E),
    sung(6.0, 1.5, 71, 0.82, D, O),
    sung(8.0, 0.5, 71, 0.82, S, I),
    sung(8.5, 0.5, 74, 0.85, L, A),
    sung(9.0, 1.0, 76, 0.92, N, O),
    sung(10.0, 0.5, 76, 0.85, S, I),
    sung(10.5, 0.5, 74, 0.82, L, A),
    sung(11.0, 0.9, 72, 0.85, M, A),
    sung(12.0, 0.5, 74, 0.88, D, A),
    sung(12.5, 0.5, 76, 0.9, L, E),
    sung(13.0, 1.0, 77, 1.0, N, A),
    sung(14.0, 1.6, 74, 0.95, L, O),
];

/// The hook as it is sung: an octave lower, a syllable a note.
#[must_use]
pub fn hook_sung(notes: &[Note]) -> Vec<Sung> {
    let words = [(N, O), (L, A), (H, O), (Still, A), (L, O), (D, A), (N, O), (M, A), (L, A)];
    let sing = |(i, note): (usize, &Note)| {
        let (consonant, vowel) = words[i % words.len()];
        Sung { note: note.up(-12.0), consonant, vowel }
    };
    notes.iter().enumerate().map(sing).collect()
}

/// Two calls of the outro, from far away.
pub const FAREWELL: &[Sung] =
    &[sung(0.0, 1.5, 64, 0.8, H, O), sung(1.5, 0.5, 67, 0.75, L, A), sung(2.0, 3.4, 69, 0.8, N, U)];

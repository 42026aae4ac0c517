//! The lists of EBU Tech 3341 (November 2023, table 1) and Tech 3342 (November 2023, table 1).

use super::Quantity;

/// 1 kHz for so many seconds at so many dBFS: 0 is a sine that just reaches full scale.
pub(super) type Part = (f64, f64);

const SILENCE: f64 = f64::NEG_INFINITY;
const TECH_3341: &str = "EBU Tech 3341 (2023)";
const TECH_3342: &str = "EBU Tech 3342 (2023)";
const STEREO: &[f64] = &[0.0, 0.0];
/// L, R, C, Ls, Rs.
const FIVE: &[f64] = &[-28.0, -28.0, -24.0, -30.0, -30.0];
/// In 11 and 14 each segment is louder than the one before.
const SEGMENTS: u32 = 20;

/// A signal, and what a meter must read of it.
pub(super) struct Case {
    pub(super) standard: &'static str,
    pub(super) signal: u32,
    pub(super) sound: Sound,
    pub(super) expected: Vec<(Quantity, f64)>,
    /// From the least to the most that a reading may differ.
    pub(super) tolerance: [f64; 2],
}

pub(super) enum Sound {
    /// Parts, and the level of each channel above or below theirs; read at the end.
    Tones(Vec<Part>, &'static [f64]),
    /// Of which the reading, every 10 ms from so many seconds on, must not move.
    Steady(Vec<Part>, f64),
    /// Twenty files, each measured alone; or twenty parts of one file, read after each, where each is expected to read `rise` more
    /// than the one before.
    Segments { parts: Vec<Vec<Part>>, in_one_go: bool, rise: f64 },
    /// A sine with a period of so many frames, which fades in and out.
    Sine { frames: usize, degrees: f64, amplitude: f64 },
    /// One cycle at a quarter of the rate and full scale in the middle of a sine at a sixth of the rate and half of full scale,
    /// made at four times the rate; every fourth value from this one on.
    Cycle(usize),
}

/// All that can be made.
pub(super) fn all() -> Vec<Case> {
    use Quantity::{Integrated, Momentary, ShortTerm};
    let loudness = |signal, sound, expected: &[(Quantity, f64)]| Case {
        standard: TECH_3341,
        signal,
        sound,
        expected: expected.to_vec(),
        tolerance: [-0.1, 0.1],
    };
    let tones =
        |signal, parts: &[Part], level| loudness(signal, Sound::Tones(parts.to_vec(), STEREO), &[(Integrated, level)]);
    let all_three = |signal, level| {
        let expected = [(Integrated, level), (ShortTerm, level), (Momentary, level)];
        loudness(signal, Sound::Tones(vec![(20.0, level)], STEREO), &expected)
    };
    let around = [(10.0, -36.0), (60.0, -23.0), (10.0, -36.0)];
    let mut gated = vec![(10.0, -72.0)];
    gated.extend(around);
    gated.push((10.0, -72.0));
    let segments = |segment: fn(f64) -> Vec<Part>| (0..SEGMENTS).map(|i| segment(f64::from(i))).collect();
    let apart = |segment| Sound::Segments { parts: segments(segment), in_one_go: false, rise: 0.0 };
    let in_one_go = |segment| Sound::Segments { parts: segments(segment), in_one_go: true, rise: 1.0 };

    let mut cases = vec![
        all_three(1, -23.0),
        all_three(2, -33.0),
        tones(3, &around, -23.0),
        tones(4, &gated, -23.0),
        tones(5, &[(20.0, -26.0), (20.1, -20.0), (20.0, -26.0)], -23.0),
        loudness(6, Sound::Tones(vec![(20.0, 0.0)], FIVE), &[(Integrated, -23.0)]),
        loudness(9, Sound::Steady([(1.34, -20.0), (1.66, -30.0)].repeat(5), 3.0), &[(ShortTerm, -23.0)]),
        loudness(10, apart(|i| vec![(0.15 * i, SILENCE), (3.0, -23.0), (1.0, SILENCE)]), &[(ShortTerm, -23.0)]),
        loudness(
            11,
            in_one_go(|i| vec![(0.15 * i, SILENCE), (3.0, i - 38.0), (3.0 - 0.15 * i, SILENCE)]),
            &[(ShortTerm, -38.0)],
        ),
        loudness(12, Sound::Steady([(0.18, -20.0), (0.22, -30.0)].repeat(25), 1.0), &[(Momentary, -23.0)]),
        loudness(13, apart(|i| vec![(0.02 * i, SILENCE), (0.4, -23.0), (1.0, SILENCE)]), &[(Momentary, -23.0)]),
        loudness(
            14,
            in_one_go(|i| vec![(0.02 * i, SILENCE), (0.4, i - 38.0), (0.4 - 0.02 * i, SILENCE)]),
            &[(Momentary, -38.0)],
        ),
    ];
    let peak = |signal, sound, level| Case {
        standard: TECH_3341,
        signal,
        sound,
        expected: vec![(Quantity::TruePeak, level)],
        tolerance: [-0.4, 0.2],
    };
    let sine =
        |signal, frames, degrees, amplitude, level| peak(signal, Sound::Sine { frames, degrees, amplitude }, level);
    cases.extend([
        sine(15, 4, 0.0, 0.5, -6.0),
        sine(16, 4, 45.0, 0.5, -6.0),
        sine(17, 6, 60.0, 0.5, -6.0),
        sine(18, 8, 67.5, 0.5, -6.0),
        sine(19, 4, 45.0, 1.41, 3.0),
    ]);
    cases.extend((0..4).map(|offset| peak(20 + offset as u32, Sound::Cycle(offset), 0.0)));
    let range = |signal, levels: &[f64], expected| Case {
        standard: TECH_3342,
        signal,
        sound: Sound::Tones(levels.iter().map(|&level| (20.0, level)).collect(), STEREO),
        expected: vec![(Quantity::Range, expected)],
        tolerance: [-1.0, 1.0],
    };
    cases.extend([
        range(1, &[-20.0, -30.0], 10.0),
        range(2, &[-20.0, -15.0], 5.0),
        range(3, &[-40.0, -20.0], 20.0),
        range(4, &[-50.0, -35.0, -20.0, -35.0, -50.0], 15.0),
    ]);
    cases
}

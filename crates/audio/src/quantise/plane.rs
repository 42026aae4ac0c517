//! A piece of one channel: rounding, and giving away what is missing to the mix.

/// Adding and taking away 1.5·2⁵² rounds a double below 2⁵¹ to an integer, halves to even, without a libm call.
pub(super) const ROUND: f64 = 6_755_399_441_055_744.0;

/// Frames that are worked on at a time: what is kept of them for 16 stems stays in the nearest cache.
pub(super) const PIECE: usize = 128;

/// Frames that are looked at side by side; a piece has a whole number of them.
pub(super) const WIDE: usize = 16;

/// The range of the integers.
#[derive(Clone, Copy)]
pub(super) struct Depth {
    /// LSBs in full scale.
    pub(super) scale: f64,
    lowest: f64,
    highest: f64,
}

impl Depth {
    pub(super) fn new(bits: u32) -> Self {
        assert!(matches!(bits, 16 | 24), "16 or 24 bits");
        let scale = f64::from(1 << (bits - 1));
        Self { scale, lowest: -scale, highest: scale - 1.0 }
    }

    #[inline(always)]
    pub(super) fn round(self, value: f64) -> f64 {
        // Integers are written, so −0.0 cannot matter here.
        ((value + ROUND) - ROUND).clamp(self.lowest, self.highest)
    }
}

/// An LSB of the sign of what is missing.
#[inline(always)]
fn step(missing: f64) -> f64 {
    if missing > 0.0 {
        1.0
    } else if missing < 0.0 {
        -1.0
    } else {
        0.0
    }
}

/// One channel of a piece.
#[derive(Default)]
pub(super) struct Plane {
    /// Scaled values and integers, [`PIECE`] for each stem. The value of a silent stem is not a number, which is less than
    /// nothing in every comparison.
    pub(super) values: Vec<f64>,
    pub(super) integers: Vec<f64>,
    /// Of the integers on each frame, and how many stems are active there.
    pub(super) sums: Vec<f64>,
    pub(super) active: Vec<f64>,
    /// The integers of the mix.
    pub(super) mixed: Vec<f64>,
    /// What is still to be given away on each frame.
    pub(super) missing: Vec<f64>,
}

impl Plane {
    pub(super) fn new(stems: usize) -> Self {
        let (of_stems, of_frames) = (vec![0.0; stems * PIECE], vec![0.0; PIECE]);
        Self {
            values: of_stems.clone(),
            integers: of_stems,
            sums: of_frames.clone(),
            active: of_frames.clone(),
            mixed: of_frames.clone(),
            missing: of_frames,
        }
    }

    /// [`Self::distribute`] for a whole piece, `largest` being what is missing at most; returns on how many frames nobody
    /// had room.
    #[inline(always)]
    pub(super) fn distribute_all(&mut self, length: usize, largest: u32, loudest: f64, depth: Depth) -> u64 {
        // Frames side by side, as long as many of them take part and no stem can come to an end of the range: a round
        // changes an integer by one.
        let mut left = self.count_missing(length);
        for round in 0..largest {
            if left <= length / 8 || loudest + f64::from(round) >= depth.highest {
                break;
            }
            self.give_each(length);
            left = self.count_missing(length);
        }
        let mut refused = 0;
        for n in 0..if left > 0 { length } else { 0 } {
            let missing = self.missing[n];
            if missing != 0.0 {
                refused += u64::from(self.distribute(n, missing, depth, |_| true) != 0.0);
            }
        }
        refused
    }

    /// On how many frames something is missing.
    #[inline(always)]
    fn count_missing(&self, length: usize) -> usize {
        let mut count = 0u64;
        for missing in &self.missing[..length] {
            count += u64::from(*missing != 0.0);
        }
        count as usize
    }

    /// Gives an LSB away on each frame where one is missing. All stems have room.
    #[inline(always)]
    fn give_each(&mut self, length: usize) {
        let (values, integers) = (self.values.as_chunks::<PIECE>().0, self.integers.as_chunks_mut::<PIECE>().0);
        for (from, missing) in (0..length).step_by(WIDE).zip(self.missing.as_chunks_mut::<WIDE>().0) {
            let mut steps = [0.0; WIDE];
            for n in 0..WIDE {
                steps[n] = step(missing[n]);
            }
            // The stem that an LSB brings nearest to its true value, −1 for none, and how far it is.
            let (mut takers, mut errors) = ([-1.0; WIDE], [f64::NEG_INFINITY; WIDE]);
            let mut number = 0.0;
            for (values, integers) in values.iter().zip(&*integers) {
                let (values, integers) = (&values[from..], &integers[from..]);
                let (Some(values), Some(integers)) = (values.first_chunk::<WIDE>(), integers.first_chunk::<WIDE>())
                else {
                    break;
                };
                for n in 0..WIDE {
                    // Not a number, and so not more, where the stem is silent.
                    let error = (values[n] - integers[n]) * steps[n];
                    takers[n] = if error > errors[n] { number } else { takers[n] };
                    errors[n] = if error > errors[n] { error } else { errors[n] };
                }
                number += 1.0;
            }
            number = 0.0;
            for integers in integers.iter_mut() {
                let Some(integers) = integers[from..].first_chunk_mut::<WIDE>() else { break };
                for n in 0..WIDE {
                    integers[n] += if takers[n] == number { steps[n] } else { 0.0 };
                }
                number += 1.0;
            }
            for n in 0..WIDE {
                missing[n] -= if takers[n] < 0.0 { 0.0 } else { steps[n] };
            }
        }
    }

    /// Gives a remainder away, LSB by LSB, each to the active stem among those that take it which it brings nearest to
    /// its true value; returns what nobody has room for.
    pub(super) fn distribute(
        &mut self,
        n: usize,
        mut remainder: f64,
        depth: Depth,
        takes: impl Fn(usize) -> bool,
    ) -> f64 {
        let step = remainder.signum();
        while remainder != 0.0 {
            let Some(stem) = self.nearest(n, step, depth, &takes) else { break };
            self.integers[stem * PIECE + n] += step;
            remainder -= step;
        }
        remainder
    }

    fn nearest(&self, n: usize, step: f64, depth: Depth, takes: impl Fn(usize) -> bool) -> Option<usize> {
        // Without a branch: which stem it will be cannot be foretold.
        let (mut most, mut best) = (f64::NEG_INFINITY, None);
        let last = if step > 0.0 { depth.highest } else { -depth.lowest };
        let values = self.values.iter().skip(n).step_by(PIECE);
        let integers = self.integers.iter().skip(n).step_by(PIECE);
        for (stem, (&value, &integer)) in values.zip(integers).enumerate() {
            let can = (integer * step < last) & takes(stem);
            let error = if can { (value - integer) * step } else { f64::NEG_INFINITY };
            best = if error > most { Some(stem) } else { best };
            most = if error > most { error } else { most };
        }
        best
    }

    /// Whether one of the stems is active.
    pub(super) fn sounds(&self, n: usize, stems: impl Iterator<Item = usize>) -> bool {
        stems.into_iter().any(|stem| !self.values[stem * PIECE + n].is_nan())
    }
}

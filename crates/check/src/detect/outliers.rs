//! Clicks: samples that their neighbours on both sides do not lead to.
//!
//! Where the fourth difference stands out of what is around it, which costs little to see, linear prediction has a closer look. A
//! click is gone when one sample, or two, are put in the place that both sides give them, and nothing else about the sound changes
//! there. A jump is no such thing: prediction fails across it in both directions, in a sound that goes on as before. Drums begin with
//! another sound than was before them; records and oscillators do it again and again.

use super::predict::{ORDER, Prediction};
use super::spots::{Spot, Spots};
use std::ops::Range;
use stemwright_simd::widest;

/// Samples in a cell, of which the largest difference is kept.
const CELL: usize = 32;
/// Cells on each side that a place must stand out of.
const CELLS: usize = 16;
/// Samples on each side that prediction learns from.
const SIDE: usize = 640;
/// Samples before and after a region that is looked at.
pub(super) const REACH: usize = 1024;

/// By how much a fourth difference must exceed those around it to be looked into: noise of one kind never does.
const SCREEN: f64 = 2.0;
/// By how much an error of prediction must exceed all others of 13 ms on both sides.
const CLICK: f64 = 3.0;
/// −60 dBFS: smaller ones are not heard (see `levels::HEARD`).
const LEAST: f64 = 1e-3;
/// Looks a second that may be afforded, and how many may be saved up.
const LOOKS: f64 = 6.0;
const MOST_LOOKS: f64 = 48.0;

#[derive(Debug, Clone)]
pub(super) struct Outliers {
    channel: usize,
    looks: f64,
    looks_a_frame: f64,
    cells: Vec<f64>,
    pub(super) clicks: Spots,
}

impl Outliers {
    pub(super) fn new(channel: usize, rate: f64) -> Self {
        Self { channel, looks: MOST_LOOKS, looks_a_frame: LOOKS / rate, cells: Vec::new(), clicks: Spots::default() }
    }

    /// Looks at a region that has [`REACH`] samples before and after it; `first` is the frame of x[0].
    pub(super) fn look(&mut self, x: &[f64], first: i64, region: Range<usize>) {
        self.looks = MOST_LOOKS.min(self.looks + region.len() as f64 * self.looks_a_frame);
        let around = CELL * (CELLS + 1);
        let begin = region.start - around;
        let count = region.len().div_ceil(CELL) + 2 * (CELLS + 1);
        let mut cells = std::mem::take(&mut self.cells);
        cells.clear();
        widest(
            #[inline(always)]
            || {
                for cell in 0..count {
                    let from = begin + cell * CELL;
                    cells.push(largest(&x[from - 2..(from + CELL + 2).min(x.len())]));
                }
            },
        );
        for cell in CELLS + 1..count - CELLS - 1 {
            let here = cells[cell];
            // Of what follows nothing is true of most cells.
            if here < 3.0 * LEAST
                || here < SCREEN * cells[cell - 2]
                || here < SCREEN * cells[cell + 2]
                || here <= cells[cell - 1]
                || here < cells[cell + 1]
            {
                continue;
            }
            let before = cells[cell - CELLS..cell - 1].iter().copied().fold(0.0, f64::max);
            let after = cells[cell + 2..=cell + CELLS].iter().copied().fold(0.0, f64::max);
            if here < SCREEN * before.max(after) {
                continue;
            }
            if self.looks < 1.0 {
                self.clicks.count += 1;
                continue;
            }
            self.looks -= 1.0;
            let from = begin + cell * CELL;
            let size = |n: usize| (x[n - 2] - 4.0 * x[n - 1] + 6.0 * x[n] - 4.0 * x[n + 1] + x[n + 2]).abs();
            let Some(at) = (from..from + CELL).max_by(|a, b| size(*a).total_cmp(&size(*b))) else { continue };
            let spot = |at: usize, size: f64| Spot {
                frame: (first + at as i64).max(0) as u64,
                frames: 1,
                size,
                channel: self.channel,
            };
            if let Some((within, size)) = judge(&x[at - SIDE..=at + SIDE]) {
                self.clicks.push(spot(at + within - SIDE, size));
            }
        }
        self.cells = cells;
    }
}

/// The largest fourth difference, of all samples but two at each end.
#[inline(always)]
fn largest(x: &[f64]) -> f64 {
    const WIDE: usize = 8;
    let differences = x.len().saturating_sub(4);
    let mut most = [0.0; WIDE];
    let mut n = 0;
    while n + WIDE <= differences {
        for (i, most) in most.iter_mut().enumerate() {
            let m = n + i;
            let size = ((x[m] + x[m + 4]) - 4.0 * (x[m + 1] + x[m + 3]) + 6.0 * x[m + 2]).abs();
            *most = if size > *most { size } else { *most };
        }
        n += WIDE;
    }
    let mut all = most.iter().copied().fold(0.0, f64::max);
    for m in n..differences {
        all = all.max(((x[m] + x[m + 4]) - 4.0 * (x[m + 1] + x[m + 3]) + 6.0 * x[m + 2]).abs());
    }
    all
}

/// The sample in the middle of these, and how far off it is, if it is a click.
fn judge(x: &[f64]) -> Option<(usize, f64)> {
    let middle = SIDE;
    let (before, after) = (&x[..middle - 3], &x[middle + 4..]);
    if constant(before) && constant(after) {
        // Between silences every sound is an outlier; a single sample is none.
        let alone = before[0] == after[0] && x[middle - 1] == before[0] && x[middle + 2..middle + 4] == [before[0]; 2];
        let size = (x[middle] - before[0]).abs();
        return (alone && size >= LEAST).then_some((middle, size));
    }
    let prediction = Prediction::of([before, after])?;
    // Errors from here to there are those of the sound; between them the place echoes in the prediction.
    let (rest, again) = (middle - 8, middle + 8 + ORDER);
    let errors = |range: Range<usize>| -> Vec<f64> { range.map(|n| prediction.forward(x, n)).collect() };
    let (sound, goes_on) = (errors(ORDER..rest), errors(again..x.len()));
    let most = |errors: &[f64]| errors.iter().fold(0.0f64, |most, e| most.max(e.abs()));
    let base = most(&sound).max(most(&goes_on));
    let here = errors(middle - 3..middle + 4);
    let peak = most(&here);
    if peak < CLICK * base || peak < LEAST {
        return None;
    }
    // The sound after is the sound before: in its noise and in its level.
    let rms = |x: &[f64]| (x.iter().map(|x| x * x).sum::<f64>() / x.len().max(1) as f64).sqrt();
    let alike = |a: f64, b: f64, by: f64| a <= by * b && b <= by * a;
    let noise = [rms(&sound[sound.len() - 240..]), rms(&goes_on[..240])];
    let level = [rms(&before[before.len() - 480..]), rms(&after[..480])];
    if !alike(noise[0], noise[1], 4.0) && noise[0].max(noise[1]) > 0.02 * peak {
        return None;
    }
    if !alike(level[0], level[1], 6.0) && level[0].max(level[1]) > LEAST {
        return None;
    }
    // Whether one sample, or two, are all that is wrong.
    let mut mended = x.to_vec();
    let mut best: Option<(f64, usize, f64)> = None;
    for (at, two) in [(middle, false), (middle - 1, false), (middle + 1, false), (middle, true), (middle - 1, true)] {
        let put = prediction.mended(x, at, two);
        mended[at..at + 2].copy_from_slice(&put);
        let left = (at..at + ORDER + 2).map(|n| prediction.forward(&mended, n).abs()).fold(0.0, f64::max);
        let size = (x[at] - put[0]).abs().max((x[at + 1] - put[1]).abs());
        mended[at..at + 2].copy_from_slice(&x[at..at + 2]);
        // Two only where one leaves much more.
        if best.is_none_or(|(least, ..)| left < if two { 0.5 * least } else { least }) {
            best = Some((left, at, size));
        }
    }
    let (left, at, size) = best?;
    if left <= 1.2 * base + 1e-6 * peak {
        return (size >= LEAST.max(0.3 * level[0].min(level[1]))).then_some((at, size));
    }
    // A jump inside a sound may be an edit or an oscillator that starts anew: nobody can tell without the mix.
    None
}

fn constant(x: &[f64]) -> bool {
    x.iter().all(|sample| *sample == x[0])
}

//! The true-peak limiter. The law is at [`stemwright_core::Limiter`].

use crate::half_band::{Upsampler, round_trip};
use crate::line::Line;
use crate::log::log2_of_any;
use crate::since::since;
use crate::sliding::{SlidingMaximum, SlidingSum};
use crate::{Controls, GainUnit, NOTHING, exp2, runs};
use std::f64::consts::{LOG2_10, LOG10_2};
use stemwright_core::{CONTROL_GRID, Db, Limiter, PEAK_HALF_BANDS};
use stemwright_simd::{multiply, scale, widest};

/// Gain, gain over ceiling.
pub(crate) const WIDTH: usize = 2;

/// Frames that are raised and looked at together, while they are near.
const PIECE: usize = 64;

/// Frames that the way up by 16 takes.
fn peak_frames() -> usize {
    round_trip(&PEAK_HALF_BANDS) / 2
}

/// The shortest look-ahead in frames.
const SHORTEST: usize = 8;

/// Reductions go into the means as whole multiples of 2⁻³² dB: sums of whole numbers stay exact for hours.
const STEPS: f64 = (1u64 << 32) as f64;

/// More is not reduced, so that sums of sums fit 64 bits.
const MOST_DB: f64 = 240.0;

pub(crate) fn controls(limiter: &Limiter) -> [f64; WIDTH] {
    [limiter.gain.factor(), Db(limiter.gain.0 - limiter.ceiling.0).factor()]
}

fn look_ahead(limiter: &Limiter, rate: f64) -> usize {
    ((limiter.look_ahead * rate).round() as usize).max(SHORTEST)
}

pub(crate) fn latency(limiter: &Limiter, rate: f64) -> usize {
    look_ahead(limiter, rate) + peak_frames()
}

/// A limiter and the delay lines of its waves.
pub struct LimiterUnit {
    peaks: Peaks,
    highest: SlidingMaximum,
    /// α and E of the law.
    release: f64,
    reduction: f64,
    means: [SlidingSum; 2],
    /// Reductions as multiples of 1/[`STEPS`].
    steps: Vec<i64>,
    gain: Vec<f64>,
    lines: Vec<Line>,
}

impl LimiterUnit {
    /// A limiter at rest for so many waves: the signal and its lanes.
    pub fn new(limiter: &Limiter, channels: usize, waves: usize, rate: f64) -> Self {
        let ahead = look_ahead(limiter, rate);
        let release = if limiter.release > 0.0 { libm::exp(-1.0 / (limiter.release * rate)) } else { 0.0 };
        Self {
            peaks: Peaks::new(channels),
            highest: SlidingMaximum::new(ahead + 1),
            release,
            reduction: 0.0,
            means: [SlidingSum::new(ahead / 2 + 1), SlidingSum::new(ahead - ahead / 2 + 1)],
            steps: Vec::new(),
            gain: Vec::new(),
            lines: vec![Line::new(latency(limiter, rate), channels); waves],
        }
    }
}

impl GainUnit for LimiterUnit {
    fn detect(&mut self, start: i64, heard: &[&[f64]], controls: Controls<'_>) {
        let frames = heard.first().map_or(0, |channel| channel.len());
        let gain = &mut self.gain;
        gain.resize(frames, 0.0);
        self.peaks.measure(start, heard, controls, gain);
        want(gain);
        self.highest.process(gain);
        for run in runs(start, frames) {
            if run.phase == 0 && self.reduction < NOTHING {
                self.reduction = 0.0;
            }
            for held in &mut gain[run.range()] {
                let falling = self.release * self.reduction;
                self.reduction = if *held > falling { *held } else { falling };
                *held = self.reduction;
            }
        }
        self.steps.resize(frames, 0);
        to_steps(gain, &mut self.steps);
        self.means.iter_mut().for_each(|mean| mean.process(&mut self.steps));
        let [first, second] = &self.means;
        to_gain(&self.steps, STEPS * (first.length() * second.length()) as f64, gain);
    }

    fn apply(&mut self, wave: usize, start: i64, channels: &mut [&mut [f64]], controls: Controls<'_>) {
        for channel in channels.iter_mut() {
            drive(start, channel, controls, 0);
        }
        self.lines[wave].process(channels);
        for channel in channels {
            multiply(channel, &self.gain);
        }
    }

    fn is_silent(&self) -> bool {
        self.reduction == 0.0
            && self.peaks.is_silent()
            && self.highest.is_silent()
            && self.means.iter().all(SlidingSum::is_silent)
            && self.lines.iter().all(Line::is_silent)
    }

    fn is_wave_silent(&self, wave: usize) -> bool {
        self.lines[wave].is_silent()
    }

    fn pending(&self) -> u64 {
        self.lines.iter().map(Line::pending).max().unwrap_or(0)
    }
}

/// From peaks over the ceiling to the reductions in dB that they want.
fn want(peaks: &mut [f64]) {
    widest(
        #[inline(always)]
        || {
            for peak in peaks {
                let wanted = 20.0 * LOG10_2 * log2_of_any(*peak);
                let wanted = if wanted < MOST_DB { wanted } else { MOST_DB };
                *peak = if *peak > 1.0 { wanted } else { 0.0 };
            }
        },
    );
}

/// To the nearest whole multiples of 1/[`STEPS`], halves upwards.
fn to_steps(reductions: &[f64], steps: &mut [i64]) {
    /// Numbers from here on have the unit as their last bit, until the next power of two.
    const WHOLE: f64 = (1u64 << 52) as f64;
    widest(
        #[inline(always)]
        || {
            for (steps, reduction) in steps.iter_mut().zip(reductions) {
                let exact = reduction * STEPS;
                // Halves to even; the halves that went down are put right.
                let even = exact + WHOLE;
                let up = i64::from(exact - (even - WHOLE) == 0.5);
                *steps = (even.to_bits() - WHOLE.to_bits()) as i64 + up;
            }
        },
    );
}

/// From sums of steps, so much too large, to gains.
fn to_gain(sums: &[i64], scale: f64, gain: &mut [f64]) {
    widest(
        #[inline(always)]
        || {
            for (gain, sum) in gain.iter_mut().zip(sums) {
                let mean = *sum as f64 / scale;
                *gain = exp2(-mean * (LOG2_10 / 20.0));
            }
        },
    );
}

/// Multiplies by a control value.
pub(crate) fn drive(start: i64, samples: &mut [f64], controls: Controls<'_>, which: usize) {
    if controls.is_moving() {
        widest(
            #[inline(always)]
            || {
                for run in runs(start, samples.len()) {
                    let mut factors = [0.0; CONTROL_GRID as usize];
                    controls.write_run(run, which, &mut factors);
                    for (x, factor) in samples[run.range()].iter_mut().zip(&factors) {
                        *x *= factor;
                    }
                }
            },
        );
    } else if controls.first()[which] != 1.0 {
        scale(samples, controls.first()[which]);
    }
}

/// P of the law, [`peak_frames`] late.
struct Peaks {
    raised: Vec<Upsampler>,
    driven: Vec<f64>,
    /// The largest of the half frame after the last frame, of all channels.
    last: f64,
    /// Frames since anything but zero was heard.
    quiet: usize,
}

impl Peaks {
    fn new(channels: usize) -> Self {
        Self {
            raised: vec![Upsampler::new(&PEAK_HALF_BANDS); channels],
            driven: Vec::new(),
            last: 0.0,
            quiet: usize::MAX,
        }
    }

    fn measure(&mut self, start: i64, heard: &[&[f64]], controls: Controls<'_>, out: &mut [f64]) {
        self.quiet = since(self.quiet, out.len(), heard, |x| x != 0.0);
        out.fill(0.0);
        let last = self.last;
        self.last = 0.0;
        for (channel, raised) in heard.iter().zip(&mut self.raised) {
            self.driven.clear();
            self.driven.extend_from_slice(channel);
            drive(start, &mut self.driven, controls, 1);
            let mut before = last;
            for (piece, out) in self.driven.chunks(PIECE).zip(out.chunks_mut(PIECE)) {
                before = largest(raised.process_apart(piece), before, out);
            }
            self.last = if before > self.last { before } else { self.last };
        }
    }

    fn is_silent(&self) -> bool {
        self.quiet > 2 * peak_frames()
    }
}

/// The larger, `a` where the other is not a number.
#[inline(always)]
fn larger(a: f64, b: f64) -> f64 {
    if b > a { b } else { a }
}

/// Raises each of `out` to the largest within half a frame of it, of 16 samples a frame, even and odd ones apart. Takes and
/// gives the largest of the half frame after a last frame.
fn largest([even, odd]: [&[f64]; 2], mut before: f64, out: &mut [f64]) -> f64 {
    widest(
        #[inline(always)]
        || {
            // Of two samples, of four, of eight: half a frame.
            let (mut of_two, mut of_four) = ([0.0; 8 * PIECE], [0.0; 4 * PIECE]);
            for ((two, even), odd) in of_two.iter_mut().zip(even).zip(odd) {
                *two = larger(larger(0.0, even.abs()), odd.abs());
            }
            for (four, two) in of_four.iter_mut().zip(of_two.as_chunks::<2>().0) {
                *four = larger(two[0], two[1]);
            }
            let (mut first, mut second) = ([0.0; PIECE], [0.0; PIECE]);
            let halves = first.iter_mut().zip(&mut second).zip(even.as_chunks::<8>().0);
            for (((first, second), even), four) in halves.zip(of_four.as_chunks::<4>().0) {
                *first = larger(larger(four[0], four[1]), even[4].abs());
                *second = larger(four[2], four[3]);
            }
            for ((out, first), second) in out.iter_mut().zip(&first).zip(&second) {
                *out = larger(larger(*out, before), *first);
                before = *second;
            }
            before
        },
    )
}

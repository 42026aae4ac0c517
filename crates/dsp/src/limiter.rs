//! The true-peak limiter. The law is at [`stemwright_core::Limiter`].

use crate::half_band::{Upsampler, round_trip};
use crate::line::Line;
use crate::sliding::SlidingMaximum;
use crate::{Controls, GainUnit, NOTHING, exp2, log2, runs};
use std::collections::VecDeque;
use std::f64::consts::{LOG2_10, LOG10_2};
use stemwright_core::{CONTROL_GRID, Db, Limiter, PEAK_HALF_BANDS};
use stemwright_simd::{multiply, scale, widest};

/// Gain, gain over ceiling.
pub(crate) const WIDTH: usize = 2;

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
    means: [Mean; 2],
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
            means: [Mean::new(ahead / 2 + 1), Mean::new(ahead - ahead / 2 + 1)],
            gain: Vec::new(),
            lines: vec![Line::new(latency(limiter, rate), channels); waves],
        }
    }
}

impl GainUnit for LimiterUnit {
    fn detect(&mut self, start: i64, heard: &[&[f64]], controls: Controls<'_>) {
        let frames = heard.first().map_or(0, |channel| channel.len());
        self.gain.resize(frames, 0.0);
        self.peaks.measure(start, heard, controls, &mut self.gain);
        for run in runs(start, frames) {
            if run.phase == 0 && self.reduction < NOTHING {
                self.reduction = 0.0;
            }
            for gain in &mut self.gain[run.range()] {
                let wanted = if *gain > 1.0 { (20.0 * LOG10_2 * log2(*gain)).min(MOST_DB) } else { 0.0 };
                let held = self.highest.next(wanted);
                self.reduction = held.max(self.release * self.reduction);
                let [first, second] = &mut self.means;
                let sum = second.next(first.next((self.reduction * STEPS).round() as i64));
                let mean = sum as f64 / (STEPS * (first.length() * second.length()) as f64);
                *gain = exp2(-mean * (LOG2_10 / 20.0));
            }
        }
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
            && self.means.iter().all(Mean::is_silent)
            && self.lines.iter().all(Line::is_silent)
    }

    fn is_wave_silent(&self, wave: usize) -> bool {
        self.lines[wave].is_silent()
    }

    fn pending(&self) -> u64 {
        self.lines.iter().map(Line::pending).max().unwrap_or(0)
    }
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
        for n in 0..out.len() {
            let zero = heard.iter().all(|channel| channel[n] == 0.0);
            self.quiet = if zero { self.quiet.saturating_add(1) } else { 0 };
        }
        out.fill(0.0);
        let last = self.last;
        self.last = 0.0;
        for (channel, raised) in heard.iter().zip(&mut self.raised) {
            self.driven.clear();
            self.driven.extend_from_slice(channel);
            drive(start, &mut self.driven, controls, 1);
            let mut before = last;
            for (points, out) in raised.process(&self.driven).chunks_exact(16).zip(out.iter_mut()) {
                let largest = |points: &[f64]| points.iter().fold(0.0f64, |most, x| most.max(x.abs()));
                *out = out.max(before).max(largest(&points[..=8]));
                before = largest(&points[8..]);
            }
            self.last = self.last.max(before);
        }
    }

    fn is_silent(&self) -> bool {
        self.quiet > 2 * peak_frames()
    }
}

/// The sum of the last so many whole numbers.
struct Mean {
    values: VecDeque<i64>,
    sum: i64,
}

impl Mean {
    fn new(length: usize) -> Self {
        Self { values: std::iter::repeat_n(0, length).collect(), sum: 0 }
    }

    fn length(&self) -> usize {
        self.values.len()
    }

    fn next(&mut self, value: i64) -> i64 {
        self.sum += value - self.values.pop_front().unwrap_or(0);
        self.values.push_back(value);
        self.sum
    }

    fn is_silent(&self) -> bool {
        // None is negative.
        self.sum == 0
    }
}

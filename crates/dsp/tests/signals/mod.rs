//! What the tests of the meters measure, and with what.

#![allow(dead_code, unreachable_pub, reason = "each test that includes this module uses its own part of it")]

use std::f64::consts::PI;
use stemwright_core::SampleRate;
use stemwright_dsp::{Loudness, TruePeak};

pub const RATES: [u32; 5] = [44_100, 48_000, 88_200, 96_000, 192_000];

pub fn rate_of(hz: u32) -> SampleRate {
    SampleRate::new(hz).unwrap()
}

pub fn linear(db: f64) -> f64 {
    libm::exp10(db / 20.0)
}

pub fn db(linear: f64) -> f64 {
    20.0 * libm::log10(linear)
}

/// Seconds and dBFS.
pub type Tone = (f64, f64);

/// 1 kHz at these levels (dBFS) for these seconds, one after the other.
pub fn tones(rate: u32, parts: &[Tone]) -> Vec<f64> {
    let mut signal = Vec::new();
    for &(seconds, level) in parts {
        for _ in 0..rate_of(rate).frames(seconds) {
            let phase = 2.0 * PI * 1000.0 * signal.len() as f64 / f64::from(rate);
            signal.push(linear(level) * libm::sin(phase));
        }
    }
    signal
}

pub const SILENCE: f64 = f64::NEG_INFINITY;

/// Evenly distributed in −1…1.
pub fn noise(seed: u64, frames: usize) -> Vec<f64> {
    let mut state = seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 11) as f64 / (1u64 << 52) as f64 - 1.0
    };
    (0..frames).map(|_| next()).collect()
}

pub fn loudness(rate: u32, channels: &[&[f64]]) -> Loudness {
    let mut meter = Loudness::new(rate_of(rate), channels.len());
    meter.block(channels);
    meter
}

pub fn true_peak(signal: &[f64]) -> f64 {
    let mut meter = TruePeak::new(1);
    meter.block(&[signal]);
    meter.finish();
    meter.peak()
}

/// Keeps the worst deviation, and asserts the limits.
pub struct Worst {
    what: &'static str,
    low: f64,
    high: f64,
}

impl Worst {
    pub fn new(what: &'static str) -> Self {
        Self { what, low: f64::INFINITY, high: f64::NEG_INFINITY }
    }

    pub fn see(&mut self, case: &str, measured: f64, expected: f64, limits: (f64, f64)) {
        let off = measured - expected;
        self.low = self.low.min(off);
        self.high = self.high.max(off);
        assert!(off >= limits.0 && off <= limits.1, "{}, {case}: {measured:.4}, not {expected}", self.what);
    }
}

impl Drop for Worst {
    fn drop(&mut self) {
        eprintln!("{}: deviations from {:+.4} to {:+.4}", self.what, self.low, self.high);
    }
}

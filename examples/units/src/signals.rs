//! Signals to measure with, of our own making.

use crate::spectrum::fraction;
use crate::window::{kaiser, sinc};
use std::f64::consts::TAU;

/// White noise in −1…1: a linear congruential generator (Knuth's MMIX constants).
#[derive(Debug, Clone)]
pub struct Noise(pub u64);

impl Noise {
    /// The next sample.
    pub fn sample(&mut self) -> f64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 11) as f64 / (1u64 << 52) as f64 - 1.0
    }

    /// So many of them.
    pub fn samples(&mut self, frames: usize) -> Vec<f64> {
        (0..frames).map(|_| self.sample()).collect()
    }
}

/// A sine of `turn` turns a frame and amplitude 1 that begins `phase` turns in.
pub fn sine(turn: f64, phase: f64, frames: usize) -> Vec<f64> {
    (0..frames).map(|n| libm::sin(TAU * fraction(turn * n as f64 + phase))).collect()
}

/// 64 channels with the same sine, each a little later than the one before: the largest of them is always within 0.003
/// dB of the amplitude, so that a peak detector hears a level and no waveform.
pub fn shifted_sines(turn: f64, amplitude: f64, frames: usize) -> Vec<Vec<f64>> {
    let channel = |k: usize| sine(turn, k as f64 / 128.0, frames).iter().map(|x| amplitude * x).collect();
    (0..64).map(channel).collect()
}

/// The odd number of turns in `frames` frames (a power of two) that is nearest to a frequency: all its harmonics, and
/// all their mirror images at half the rate, fall on bins of their own.
pub fn coherent(freq: f64, rate: f64, frames: usize) -> usize {
    2 * libm::floor(freq / rate * frames as f64 / 2.0) as usize + 1
}

/// What is below a part of the rate: a windowed sinc of 511 taps, 120 dB down from there on, flat to 0.016 below it.
pub fn below(signal: &[f64], part: f64) -> Vec<f64> {
    const HALF: i64 = 255;
    let cutoff = part - 0.008;
    let tap = |k: i64| 2.0 * cutoff * sinc(2.0 * cutoff * k as f64) * kaiser(k as f64 / (HALF + 1) as f64, 12.27);
    let taps: Vec<f64> = (-HALF..=HALF).map(tap).collect();
    let padded: Vec<f64> = std::iter::repeat_n(0.0, HALF as usize)
        .chain(signal.iter().copied())
        .chain(std::iter::repeat_n(0.0, HALF as usize))
        .collect();
    padded.windows(taps.len()).map(|part| part.iter().zip(&taps).map(|(a, b)| a * b).sum()).collect()
}

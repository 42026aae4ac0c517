//! Oscillators without aliases worth hearing.

use std::f64::consts::TAU;

use crate::RATE;

/// The pitch of a MIDI note number (fractions allowed), A4 = 69 = 440 Hz.
#[must_use]
pub fn hertz(note: f64) -> f64 {
    440.0 * libm::exp2((note - 69.0) / 12.0)
}

/// A sine of `phase` turns.
#[must_use]
pub fn sine(phase: f64) -> f64 {
    libm::sin(TAU * phase)
}

/// A phase that runs from 0 to 1.
#[derive(Clone, Copy, Debug, Default)]
pub struct Phase(pub f64);

impl Phase {
    /// The phase of this frame; then moves on by one frame at `hz`.
    pub fn next(&mut self, hz: f64) -> f64 {
        let now = self.0;
        let next = now + hz / RATE;
        self.0 = next - next.floor();
        now
    }

    /// A sawtooth, −1 … 1, its jump smoothed by a two-sample polynomial (PolyBLEP: Välimäki and Huovilainen, “Antialiasing
    /// Oscillators in Subtractive Synthesis”, IEEE Signal Processing Magazine 24(2), 2007).
    pub fn saw(&mut self, hz: f64) -> f64 {
        let phase = self.next(hz);
        2.0 * phase - 1.0 - step_residual(phase, hz / RATE)
    }

    /// A pulse, `width` of its period high: the difference of two sawtooths, so its mean is 0 at any width.
    pub fn pulse(&mut self, hz: f64, width: f64) -> f64 {
        let phase = self.next(hz);
        let step = hz / RATE;
        let other = phase + width - (phase + width).floor();
        (2.0 * phase - 1.0 - step_residual(phase, step)) - (2.0 * other - 1.0 - step_residual(other, step))
    }
}

fn step_residual(phase: f64, step: f64) -> f64 {
    if phase < step {
        let x = phase / step;
        x + x - x * x - 1.0
    } else if phase > 1.0 - step {
        let x = (phase - 1.0) / step;
        x * x + x + x + 1.0
    } else {
        0.0
    }
}

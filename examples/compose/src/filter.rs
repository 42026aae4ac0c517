//! Filters.

use std::f64::consts::PI;

use crate::RATE;

/// State-variable filter, trapezoidal integrators (Simper, “Linear Trapezoidal Integrated State Variable Filter”, Cytomic
/// 2013): stable while its cutoff moves. 12 dB an octave.
#[derive(Clone, Copy, Debug, Default)]
pub struct Svf {
    g: f64,
    k: f64,
    s1: f64,
    s2: f64,
}

impl Svf {
    /// A filter at `hz` with quality `q` (0.707 is flat).
    #[must_use]
    pub fn new(hz: f64, q: f64) -> Self {
        let mut filter = Self::default();
        filter.tune(hz, q);
        filter
    }

    /// Moves the cutoff; the state stays.
    pub fn tune(&mut self, hz: f64, q: f64) {
        self.g = libm::tan(PI * hz.clamp(10.0, 0.45 * RATE) / RATE);
        self.k = 1.0 / q;
    }

    /// One frame: the low, band (1 at its centre) and high outputs.
    pub fn all(&mut self, x: f64) -> (f64, f64, f64) {
        let band = (self.g * (x - self.s2) + self.s1) / (1.0 + self.g * (self.g + self.k));
        let low = self.s2 + self.g * band;
        self.s1 = 2.0 * band - self.s1;
        self.s2 = 2.0 * low - self.s2;
        (low, self.k * band, x - self.k * band - low)
    }

    /// One frame of low-pass.
    pub fn low(&mut self, x: f64) -> f64 {
        self.all(x).0
    }

    /// One frame of band-pass.
    pub fn band(&mut self, x: f64) -> f64 {
        self.all(x).1
    }

    /// One frame of high-pass.
    pub fn high(&mut self, x: f64) -> f64 {
        self.all(x).2
    }
}

/// One pole, 6 dB an octave.
#[derive(Clone, Copy, Debug, Default)]
pub struct OnePole {
    a: f64,
    y: f64,
}

impl OnePole {
    /// A filter at `hz`.
    #[must_use]
    pub fn new(hz: f64) -> Self {
        Self { a: 1.0 - libm::exp(-2.0 * PI * hz / RATE), y: 0.0 }
    }

    /// One frame of low-pass.
    pub fn low(&mut self, x: f64) -> f64 {
        self.y += self.a * (x - self.y);
        self.y
    }

    /// One frame of high-pass.
    pub fn high(&mut self, x: f64) -> f64 {
        x - self.low(x)
    }
}

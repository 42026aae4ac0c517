//! Power spectra of windowed blocks.

use crate::{Fourier, Spectrum};
use std::f64::consts::PI;

/// The power of a block by frequency, under a Hann window.
#[derive(Debug)]
pub struct PowerSpectrum {
    fourier: Fourier,
    window: Vec<f64>,
    /// Makes the bins add up to the mean square of what a block of noise holds: 1 / (length · Σ window²), twice for bins that
    /// stand for two.
    scale: f64,
    windowed: Vec<f64>,
    spectrum: Spectrum,
    spare: Spectrum,
    power: Vec<f64>,
}

impl PowerSpectrum {
    /// For blocks of `length` samples, a power of two from 4 on.
    pub fn new(length: usize) -> Self {
        let bins = length / 2;
        let window: Vec<f64> =
            (0..length).map(|n| 0.5 - 0.5 * libm::cos(2.0 * PI * n as f64 / length as f64)).collect();
        let energy: f64 = window.iter().map(|w| w * w).sum();
        Self {
            fourier: Fourier::new(bins),
            window,
            scale: 2.0 / (length as f64 * energy),
            windowed: vec![0.0; length],
            spectrum: Spectrum::new(bins),
            spare: Spectrum::new(bins),
            power: vec![0.0; bins + 1],
        }
    }

    /// How many samples a block has.
    pub fn length(&self) -> usize {
        self.window.len()
    }

    /// The power in each of length / 2 + 1 bins, which are rate / length apart from 0 Hz on: their sum is the mean square of a
    /// stationary block.
    ///
    /// # Panics
    ///
    /// If the block has another length.
    pub fn of(&mut self, samples: &[f64]) -> &[f64] {
        assert_eq!(samples.len(), self.window.len(), "a block of the length of the window");
        for ((to, x), w) in self.windowed.iter_mut().zip(samples).zip(&self.window) {
            *to = x * w;
        }
        self.fourier.forward(&self.windowed, &mut self.spectrum, &mut self.spare);
        let bins = self.fourier.bins();
        let (re, im) = (&self.spectrum.re, &self.spectrum.im);
        for k in 1..bins {
            self.power[k] = self.scale * (re[k] * re[k] + im[k] * im[k]);
        }
        self.power[0] = 0.5 * self.scale * re[0] * re[0];
        self.power[bins] = 0.5 * self.scale * im[0] * im[0];
        &self.power
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A sine's power is half its square, wherever it lies between bins, and stands within two bins of its frequency.
    #[test]
    fn a_sine_has_its_power_at_its_frequency() {
        let mut meter = PowerSpectrum::new(4096);
        for bin in [100.0, 100.3, 1000.5] {
            let sine: Vec<f64> = (0..4096).map(|n| 0.5 * libm::sin(2.0 * PI * bin * f64::from(n) / 4096.0)).collect();
            let power = meter.of(&sine);
            let sum: f64 = power.iter().sum();
            assert!((sum - 0.125).abs() < 1e-4, "{bin}: {sum}");
            let near: f64 = power[bin as usize - 2..=bin as usize + 3].iter().sum();
            assert!(near > 0.999 * sum, "{bin}: {near} of {sum}");
        }
    }
}

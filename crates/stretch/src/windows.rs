//! Windows and transforms that all stages share.

use std::f64::consts::PI;
use stemwright_dsp::{Fourier, Spectrum};

/// Frames between windows are a quarter of them: sums of cosines of up to three turns, which products of these windows are, then add up
/// to a constant.
pub(crate) const OVERLAP: usize = 4;

/// A window of N values and the transform of as many. Analysis and synthesis are weighted, so that what changed fades out to both ends.
pub(crate) struct Windows {
    pub(crate) length: usize,
    analysis: Vec<f64>,
    synthesis: Vec<f64>,
    fourier: Fourier,
    spare: Spectrum,
    frame: Vec<f64>,
}

impl Windows {
    /// For what sounds when: about 85 ms.
    pub(crate) fn short(hz: u32) -> Self {
        Self::new(length(hz, 4096.0))
    }

    /// For tones: about 171 ms. Partials 45 Hz apart leave each other alone.
    pub(crate) fn long(hz: u32) -> Self {
        Self::new(length(hz, 8192.0))
    }

    /// Blackman's window before the transform, whose side lobes lie below −58 dB, and Hann's after it (Harris, *On the use of windows
    /// for harmonic analysis with the discrete Fourier transform*, Proceedings of the IEEE 66, 1978).
    fn new(length: usize) -> Self {
        let turn = |i: usize| 2.0 * PI * i as f64 / length as f64;
        let analysis = (0..length).map(|i| 0.42 - 0.5 * libm::cos(turn(i)) + 0.08 * libm::cos(2.0 * turn(i)));
        let analysis: Vec<f64> = analysis.collect();
        let synthesis: Vec<f64> = (0..length).map(|i| 0.5 - 0.5 * libm::cos(turn(i))).collect();
        // Of all windows over a frame together, and of what the transform leaves.
        let sum: f64 = (0..OVERLAP).map(|i| i * length / OVERLAP).map(|i| analysis[i] * synthesis[i]).sum();
        let scale = 1.0 / (sum * (length / 2) as f64);
        Self {
            length,
            analysis,
            synthesis: synthesis.iter().map(|weight| weight * scale).collect(),
            fourier: Fourier::new(length / 2),
            spare: Spectrum::new(length / 2),
            frame: vec![0.0; length],
        }
    }

    pub(crate) fn hop(&self) -> usize {
        self.length / OVERLAP
    }

    pub(crate) fn bins(&self) -> usize {
        self.length / 2
    }

    /// The spectrum of windowed frames.
    pub(crate) fn forward(&mut self, frames: &[f64], out: &mut Spectrum) {
        for ((out, value), weight) in self.frame.iter_mut().zip(frames).zip(&self.analysis) {
            *out = value * weight;
        }
        self.fourier.forward(&self.frame, out, &mut self.spare);
    }

    /// Adds the windowed frames of a spectrum to `out`, so that what was not changed comes back as it was. The spectrum is used up.
    pub(crate) fn add_backward(&mut self, spectrum: &mut Spectrum, out: &mut [f64]) {
        self.fourier.backward(spectrum, &mut self.spare, &mut self.frame);
        for ((out, value), weight) in out.iter_mut().zip(&self.frame).zip(&self.synthesis) {
            *out += value * weight;
        }
    }
}

/// The power of two that is as long at a rate as `frames` are at 48 kHz, or a little longer.
fn length(hz: u32, frames: f64) -> usize {
    (f64::from(hz) / 48_000.0 * frames / 1.1).log2().ceil().exp2() as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_are_of_one_duration() {
        let lengths = [44_100, 48_000, 88_200, 96_000, 192_000].map(|hz| Windows::short(hz).length);
        assert_eq!(lengths, [4096, 4096, 8192, 8192, 16_384]);
    }

    #[test]
    fn what_is_not_changed_comes_back() {
        let mut windows = Windows::new(64);
        let signal: Vec<f64> = (0..400).map(|i| libm::sin(f64::from(i * i))).collect();
        let (mut out, mut spectrum) = (vec![0.0; 400], Spectrum::new(32));
        for start in (0..=336).step_by(windows.hop()) {
            windows.forward(&signal[start..start + 64], &mut spectrum);
            windows.add_backward(&mut spectrum, &mut out[start..start + 64]);
        }
        for i in 48..352 {
            assert!((out[i] - signal[i]).abs() < 1e-14);
        }
    }
}

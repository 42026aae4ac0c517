//! The reference true peak: 64-fold oversampling by a windowed sinc of 256 taps a phase, as a naive program.

use crate::window::{kaiser, sinc};

/// Places between two samples.
pub const TIMES: usize = 64;
/// Taps on each side.
const HALF: usize = 128;
/// 140 dB of stop-band; the flank is 0.036 of the rate wide, so that all below 0.482 of it is passed as it is.
const BETA: f64 = 14.5;

/// The interpolator.
pub struct Reference {
    /// Weights of the 256 samples around a place, by the place's phase.
    rows: Vec<Vec<f64>>,
}

impl Default for Reference {
    fn default() -> Self {
        let row = |phase: usize| {
            let weight = |k: usize| {
                let t = k as f64 - (HALF - 1) as f64 - phase as f64 / TIMES as f64;
                sinc(t) * kaiser(t / HALF as f64, BETA)
            };
            (0..2 * HALF).map(weight).collect()
        };
        Self { rows: (0..TIMES).map(row).collect() }
    }
}

impl Reference {
    fn at(&self, padded: &[f64], n: usize, phase: usize) -> f64 {
        let (row, part) = (&self.rows[phase], &padded[n..n + 2 * HALF]);
        let (row, _) = row.as_chunks::<8>();
        let (part, _) = part.as_chunks::<8>();
        let mut sums = [0.0; 8];
        for (a, b) in row.iter().zip(part) {
            for lane in 0..8 {
                sums[lane] += a[lane] * b[lane];
            }
        }
        sums.iter().sum::<f64>().abs()
    }

    fn padded(signal: &[f64]) -> Vec<f64> {
        let mut padded = vec![0.0; HALF - 1];
        padded.extend_from_slice(signal);
        padded.resize(padded.len() + HALF, 0.0);
        padded
    }

    /// The largest magnitude on all 64 places between all samples, silence around them.
    ///
    /// Only places that can hold it are computed: around its peak M a signal below half the rate is at least
    /// M·cos(πd) for d < ½ frames away (Bernstein), so that on the nearest of 4 places a frame it is at least
    /// M·cos(π/8) = 0.924 M.
    pub fn peak(&self, signal: &[f64]) -> f64 {
        let padded = Self::padded(signal);
        let coarse: Vec<f64> = (0..4 * signal.len()).map(|i| self.at(&padded, i / 4, i % 4 * TIMES / 4)).collect();
        let most = coarse.iter().fold(0.0f64, |most, &x| most.max(x));
        let mut peak = most;
        for (i, _) in coarse.iter().enumerate().filter(|&(_, &x)| x > 0.915 * most) {
            for step in 0..TIMES / 4 {
                // An eighth of a frame to each side.
                let place = (i * TIMES / 4 + step).saturating_sub(TIMES / 8);
                if place / TIMES < signal.len() {
                    peak = peak.max(self.at(&padded, place / TIMES, place % TIMES));
                }
            }
        }
        peak
    }

    /// The same without leaving any place out.
    pub fn peak_of_all(&self, signal: &[f64]) -> f64 {
        let padded = Self::padded(signal);
        (0..TIMES * signal.len()).map(|i| self.at(&padded, i / TIMES, i % TIMES)).fold(0.0, f64::max)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::signals::{Noise, below, sine};

    #[test]
    fn places_left_out_hold_no_peak() {
        let reference = Reference::default();
        for seed in 1..6 {
            let noise = below(&Noise(seed).samples(1500), 0.45);
            assert_eq!(reference.peak(&noise), reference.peak_of_all(&noise));
        }
    }

    #[test]
    fn a_sine_is_as_high_as_it_is_whatever_its_phase() {
        let reference = Reference::default();
        for turn in [0.1, 0.25, 0.333, 0.45] {
            for phase in [0.0, 0.125, 0.21] {
                let wave = sine(turn, phase, 3000);
                // Away from where it is switched on and off.
                let padded = Reference::padded(&wave);
                let middle = (1000 * TIMES..2000 * TIMES).map(|i| reference.at(&padded, i / TIMES, i % TIMES));
                let peak = middle.fold(0.0, f64::max);
                // Between two of 64 places: 1 − cos(π·0.45/64).
                assert!((peak - 1.0).abs() < 3e-4, "{turn}, {phase}: {peak}");
            }
        }
    }
}

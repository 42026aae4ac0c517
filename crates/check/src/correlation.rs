//! Which of two signals is late, and by how many frames.

use stemwright_dsp::{Fourier, Spectrum};

/// Frames in a block: delays of up to a quarter of it are found, 0.68 s at 48 kHz.
const LENGTH: usize = 1 << 17;

/// The cross-spectrum of two signals, added up over half-overlapping blocks.
#[derive(Debug)]
pub(crate) struct Correlation {
    fourier: Fourier,
    window: Vec<f64>,
    /// For both signals and each channel, a block.
    blocks: [Vec<Vec<f64>>; 2],
    filled: usize,
    spectra: [Spectrum; 2],
    spare: Spectrum,
    cross: Spectrum,
    windowed: Vec<f64>,
}

impl Correlation {
    pub(crate) fn new(channels: usize) -> Self {
        let bins = LENGTH / 2;
        let turn = std::f64::consts::TAU / LENGTH as f64;
        Self {
            fourier: Fourier::new(bins),
            window: (0..LENGTH).map(|n| 0.5 - 0.5 * libm::cos(turn * n as f64)).collect(),
            blocks: [0, 1].map(|_| vec![vec![0.0; LENGTH]; channels]),
            filled: 0,
            spectra: [0, 1].map(|_| Spectrum::new(bins)),
            spare: Spectrum::new(bins),
            cross: Spectrum::new(bins),
            windowed: vec![0.0; LENGTH],
        }
    }

    /// Blocks of equal lengths, of the signal that may be late and of the other.
    pub(crate) fn block(&mut self, late: &[&[f64]], early: &[&[f64]]) {
        let frames = late.first().map_or(0, |plane| plane.len());
        let mut at = 0;
        while at < frames {
            let room = (LENGTH - self.filled).min(frames - at);
            for (blocks, planes) in self.blocks.iter_mut().zip([late, early]) {
                for (block, plane) in blocks.iter_mut().zip(planes) {
                    block[self.filled..self.filled + room].copy_from_slice(&plane[at..at + room]);
                }
            }
            self.filled += room;
            at += room;
            if self.filled == LENGTH {
                self.transform();
                for block in self.blocks.iter_mut().flatten() {
                    block.copy_within(LENGTH / 2.., 0);
                }
                self.filled = LENGTH / 2;
            }
        }
    }

    fn transform(&mut self) {
        for channel in 0..self.blocks[0].len() {
            for (blocks, spectrum) in self.blocks.iter().zip(&mut self.spectra) {
                for ((to, x), w) in self.windowed.iter_mut().zip(&blocks[channel]).zip(&self.window) {
                    *to = x * w;
                }
                self.fourier.forward(&self.windowed, spectrum, &mut self.spare);
            }
            let [late, early] = &self.spectra;
            // late · conj(early); the packed bins 0 and B matter to no delay.
            for k in 1..self.fourier.bins() {
                self.cross.re[k] += late.re[k] * early.re[k] + late.im[k] * early.im[k];
                self.cross.im[k] += late.im[k] * early.re[k] - late.re[k] * early.im[k];
            }
        }
    }

    /// By how many frames the first signal is later than the second, after phase transform (Knapp and Carter, *The generalized
    /// correlation method for estimation of time delay*, 1976), and how clearly: 1 where it is nothing but delayed.
    pub(crate) fn delay(mut self) -> Option<(i64, f64)> {
        // Blocks that are not full count too: the rest is silence.
        if self.filled > 0 {
            for block in self.blocks.iter_mut().flatten() {
                block[self.filled..].fill(0.0);
            }
            self.transform();
        }
        let bins = self.fourier.bins();
        let mut used = 0.0;
        let loudest = (1..bins).map(|k| self.cross.re[k].hypot(self.cross.im[k])).fold(0.0, f64::max);
        for k in 1..bins {
            let size = self.cross.re[k].hypot(self.cross.im[k]);
            // Bins that hold nothing but rounding say nothing.
            if size > 1e-12 * loudest {
                (self.cross.re[k], self.cross.im[k]) = (self.cross.re[k] / size, self.cross.im[k] / size);
                used += 1.0;
            } else {
                (self.cross.re[k], self.cross.im[k]) = (0.0, 0.0);
            }
        }
        if used == 0.0 {
            return None;
        }
        (self.cross.re[0], self.cross.im[0]) = (0.0, 0.0);
        let mut values = vec![0.0; LENGTH];
        self.fourier.backward(&mut self.cross, &mut self.spare, &mut values);
        let reach = LENGTH as i64 / 4;
        let at = |lag: i64| values[lag.rem_euclid(LENGTH as i64) as usize].abs();
        let lag = (-reach..=reach).max_by(|a, b| at(*a).total_cmp(&at(*b)).then(b.abs().cmp(&a.abs())))?;
        Some((lag, at(lag) / used))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_late_signal_is_found_late() {
        let mut state = 1u64;
        let mut noise = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 11) as f64 / (1u64 << 52) as f64 - 1.0
        };
        let signal: Vec<f64> = (0..400_000).map(|_| noise()).collect();
        for late in [0i64, 1, 26, -53, 20_000] {
            let delayed: Vec<f64> = (0..signal.len() as i64)
                .map(|n| usize::try_from(n - late).ok().and_then(|n| signal.get(n)).map_or(0.0, |x| -0.5 * x))
                .collect();
            let mut correlation = Correlation::new(1);
            for (a, b) in delayed.chunks(3840).zip(signal.chunks(3840)) {
                correlation.block(&[a], &[b]);
            }
            let (found, clear) = correlation.delay().unwrap();
            assert_eq!(found, late);
            assert!(clear > 0.5, "{clear}");
        }
    }
}

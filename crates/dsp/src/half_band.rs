//! Doubling and halving a rate by half-band filters. The law is at [`stemwright_core::HALF_BANDS`].

use crate::fir::convolve_both_ways;
use std::f64::consts::PI;
use stemwright_core::HALF_BAND_BETA;
use stemwright_simd::widest;

/// I₀, the modified Bessel function of the first kind, by its series.
pub(crate) fn bessel(x: f64) -> f64 {
    let (mut sum, mut term, mut k) = (1.0, 1.0, 1.0);
    while term > 1e-20 * sum {
        let factor = x / (2.0 * k);
        term *= factor * factor;
        sum += term;
        k += 1.0;
    }
    sum
}

/// h(1), h(3), … of the half-band filter of length 2D − 1.
fn odd_taps(d: usize) -> Vec<f64> {
    let tap = |k: usize| {
        let part = k as f64 / d as f64;
        let window = bessel(HALF_BAND_BETA * (1.0 - part * part).sqrt()) / bessel(HALF_BAND_BETA);
        let sign = if k % 4 == 1 { 1.0 } else { -1.0 };
        sign / (PI * k as f64) * window
    };
    let mut taps: Vec<f64> = (1..d).step_by(2).map(tap).collect();
    let sum: f64 = taps.iter().sum();
    taps.iter_mut().for_each(|tap| *tap *= 0.25 / sum);
    taps
}

/// Samples in turn.
fn weave(even: &[f64], odd: &[f64], out: &mut [f64]) {
    widest(
        #[inline(always)]
        || {
            for ((out, even), odd) in out.as_chunks_mut::<2>().0.iter_mut().zip(even).zip(odd) {
                *out = [*even, *odd];
            }
        },
    );
}

/// [`weave`] undone.
fn part(samples: &[f64], even: &mut [f64], odd: &mut [f64]) {
    widest(
        #[inline(always)]
        || {
            for ((pair, even), odd) in samples.as_chunks::<2>().0.iter().zip(even).zip(odd) {
                [*even, *odd] = *pair;
            }
        },
    );
}

/// Doubles a rate; late by D frames of the doubled rate.
#[derive(Debug, Clone)]
struct Doubler {
    taps: Vec<f64>,
    /// D samples, then the last block.
    samples: Vec<f64>,
    odd: Vec<f64>,
}

impl Doubler {
    fn new(d: usize) -> Self {
        Self { taps: odd_taps(d), samples: vec![0.0; d], odd: Vec::new() }
    }

    fn process(&mut self, block: &[f64], out: &mut Vec<f64>) {
        let [even, odd] = self.process_apart(block);
        out.resize(2 * block.len(), 0.0);
        weave(even, odd, out);
    }

    /// Gives even and odd samples of the doubled rate apart.
    fn process_apart(&mut self, block: &[f64]) -> [&[f64]; 2] {
        let d = 2 * self.taps.len();
        // The last D samples, then the block: what is older than that goes only now.
        self.samples.drain(..self.samples.len() - d);
        self.samples.extend_from_slice(block);
        // With the block's first sample at index D, outputs 2n and 2n+1 are the sample D/2 earlier, and the place half a
        // sample after it.
        let first = d - d / 2;
        self.odd.resize(block.len(), 0.0);
        convolve_both_ways(&self.taps, &self.samples, first + 1, &mut self.odd, |_, sum| 2.0 * sum);
        [&self.samples[first..first + block.len()], &self.odd]
    }
}

/// Halves a rate; late by D frames of the rate that it halves.
#[derive(Debug, Clone)]
struct Halver {
    taps: Vec<f64>,
    /// Even samples: the last D/2, then the block. Odd ones: the last D.
    even: Vec<f64>,
    odd: Vec<f64>,
}

impl Halver {
    fn new(d: usize) -> Self {
        Self { taps: odd_taps(d), even: vec![0.0; d / 2], odd: vec![0.0; d] }
    }

    fn process(&mut self, block: &[f64], out: &mut Vec<f64>) {
        let d = 2 * self.taps.len();
        let count = block.len() / 2;
        let (held_even, held_odd) = (self.even.len(), self.odd.len());
        self.even.resize(held_even + count, 0.0);
        self.odd.resize(held_odd + count, 0.0);
        part(block, &mut self.even[held_even..], &mut self.odd[held_odd..]);
        // Output n stands on even sample n − D/2; the odd sample after it is odd sample n − D/2, at index n + D/2.
        out.resize(count, 0.0);
        let even = &self.even[..count];
        convolve_both_ways(&self.taps, &self.odd, d / 2, out, |n, sum| sum + 0.5 * even[n]);
        self.even.drain(..count);
        self.odd.drain(..count);
    }
}

/// Raises the rate of one channel by a power of two.
#[derive(Debug, Clone)]
pub struct Upsampler {
    stages: Vec<Doubler>,
    raised: Vec<f64>,
    spare: Vec<f64>,
}

impl Upsampler {
    /// Doubles by half-band filters of these D in turn.
    pub fn new(bands: &[usize]) -> Self {
        let stages = bands.iter().map(|&d| Doubler::new(d)).collect();
        Self { stages, raised: Vec::new(), spare: Vec::new() }
    }

    /// The next samples at the higher rate.
    pub fn process(&mut self, block: &[f64]) -> &mut [f64] {
        match self.stages.as_mut_slice() {
            [first, rest @ ..] => {
                first.process(block, &mut self.raised);
                for stage in rest {
                    stage.process(&self.raised, &mut self.spare);
                    std::mem::swap(&mut self.raised, &mut self.spare);
                }
            }
            [] => self.raised = block.to_vec(),
        }
        &mut self.raised
    }

    /// The next samples at the higher rate, even and odd ones apart: who only wants the largest need not weave them.
    /// There are two stages at least.
    pub(crate) fn process_apart(&mut self, block: &[f64]) -> [&[f64]; 2] {
        let [first, rest @ .., last] = self.stages.as_mut_slice() else { return [&[]; 2] };
        first.process(block, &mut self.raised);
        for stage in rest {
            stage.process(&self.raised, &mut self.spare);
            std::mem::swap(&mut self.raised, &mut self.spare);
        }
        last.process_apart(&self.raised)
    }
}

/// Lowers the rate of one channel by a power of two.
#[derive(Debug, Clone)]
pub struct Downsampler {
    /// The one for the highest rate first.
    stages: Vec<Halver>,
    lowered: Vec<f64>,
    spare: Vec<f64>,
}

impl Downsampler {
    /// Undoes what an [`Upsampler`] of these D does.
    pub fn new(bands: &[usize]) -> Self {
        let stages = bands.iter().rev().map(|&d| Halver::new(d)).collect();
        Self { stages, lowered: Vec::new(), spare: Vec::new() }
    }

    /// The next samples at the lower rate.
    pub fn process(&mut self, block: &[f64]) -> &[f64] {
        match self.stages.as_mut_slice() {
            [first, rest @ ..] => {
                first.process(block, &mut self.lowered);
                for stage in rest {
                    stage.process(&self.lowered, &mut self.spare);
                    std::mem::swap(&mut self.lowered, &mut self.spare);
                }
            }
            [] => self.lowered = block.to_vec(),
        }
        &self.lowered
    }
}

/// Frames of the lower rate by which an [`Upsampler`] and a [`Downsampler`] after it are late together. Alone, the
/// upsampler is late by half as many.
pub fn round_trip(bands: &[usize]) -> usize {
    let late = |(stage, d): (usize, &usize)| d << (bands.len() - 1 - stage);
    let highest: usize = bands.iter().enumerate().map(late).sum();
    (2 * highest) >> bands.len()
}

#[cfg(test)]
mod tests {
    use super::*;
    use stemwright_core::{HALF_BANDS, PEAK_HALF_BANDS};

    fn through(bands: &[usize], signal: &[f64], block: usize) -> Vec<f64> {
        let (mut up, mut down) = (Upsampler::new(bands), Downsampler::new(bands));
        signal.chunks(block).flat_map(|block| down.process(up.process(block)).to_vec()).collect()
    }

    #[test]
    fn up_and_down_again_a_sine_is_itself_later() {
        assert_eq!([1, 2, 3].map(|stages| round_trip(&HALF_BANDS[..stages])), [84, 92, 95]);
        for (bands, highest) in [(&HALF_BANDS[..1], 0.45), (&HALF_BANDS, 0.45), (&PEAK_HALF_BANDS, 0.487)] {
            let late = round_trip(bands);
            for part in [0.01, 0.1, 0.3, highest] {
                let sine = |n: usize| libm::sin(2.0 * PI * part * n as f64 + 0.3);
                let signal: Vec<f64> = (0..1500).map(sine).collect();
                let out = through(bands, &signal, 1000);
                let worst = (1000..1500).map(|n| (out[n] - sine(n - late)).abs()).fold(0.0, f64::max);
                // 0.001 dB of ripple and images 100 dB down.
                assert!(worst < 1e-4, "{bands:?} at {part}: {worst:e}");
            }
        }
    }

    #[test]
    fn raised_samples_lie_on_the_sine() {
        let sine = |t: f64| libm::sin(2.0 * PI * 0.2 * t);
        let signal: Vec<f64> = (0..600).map(|n| sine(f64::from(n))).collect();
        let mut up = Upsampler::new(&PEAK_HALF_BANDS);
        let raised = up.process(&signal).to_vec();
        let worst = (16 * 400..16 * 600).map(|m| (raised[m] - sine(m as f64 / 16.0 - 166.0)).abs()).fold(0.0, f64::max);
        assert!(worst < 3e-5, "{worst:e}");
    }

    #[test]
    fn no_bit_depends_on_the_blocks() {
        let signal: Vec<f64> = (0..700).map(|n| libm::sin(f64::from(n * n) * 0.01)).collect();
        let whole = through(&HALF_BANDS, &signal, 700);
        for block in [1, 5, 64, 333] {
            assert!(through(&HALF_BANDS, &signal, block) == whole, "blocks of {block}");
        }
    }
}

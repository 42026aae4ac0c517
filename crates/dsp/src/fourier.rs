//! The Fourier transform of real blocks: scalar, the same bits on every machine.

use std::f64::consts::PI;

/// Transforms 2B real values into B + 1 complex ones and back, B a power of two from 2 on.
///
/// Inside it is a complex transform of B values, radix 4 and at the end 2, self-sorting (Stockham's; Van Loan,
/// *Computational Frameworks for the Fast Fourier Transform*, 1992, section 1.7).
#[derive(Debug)]
pub(crate) struct Fourier {
    /// e^(−2πip/B), p = 0 … B−1.
    turns: Vec<[f64; 2]>,
    /// e^(−πik/B), k = 0 … B/2.
    half_turns: Vec<[f64; 2]>,
}

/// The spectrum of 2B real values: bins 0 … B−1 as real and imaginary parts. Bins 0 and B are real: the real part of
/// bin B stands where the imaginary part of bin 0 would.
#[derive(Debug, Clone, Default)]
pub(crate) struct Spectrum {
    pub(crate) re: Vec<f64>,
    pub(crate) im: Vec<f64>,
}

impl Spectrum {
    pub(crate) fn new(bins: usize) -> Self {
        Self { re: vec![0.0; bins], im: vec![0.0; bins] }
    }

    pub(crate) fn clear(&mut self) {
        self.re.fill(0.0);
        self.im.fill(0.0);
    }

    /// Adds a product.
    pub(crate) fn add_product(&mut self, a: &Self, b: &Self) {
        let first = [self.re[0] + a.re[0] * b.re[0], self.im[0] + a.im[0] * b.im[0]];
        let sums = self.re.iter_mut().zip(&mut self.im);
        let factors = a.re.iter().zip(&a.im).zip(b.re.iter().zip(&b.im));
        for ((re, im), ((ar, ai), (br, bi))) in sums.zip(factors) {
            *re += ar * br - ai * bi;
            *im += ar * bi + ai * br;
        }
        [self.re[0], self.im[0]] = first;
    }
}

impl Fourier {
    pub(crate) fn new(bins: usize) -> Self {
        debug_assert!(bins.is_power_of_two() && bins >= 2);
        let turn = |angle: f64| [libm::cos(angle), -libm::sin(angle)];
        Self {
            turns: (0..bins).map(|p| turn(2.0 * PI * p as f64 / bins as f64)).collect(),
            half_turns: (0..=bins / 2).map(|k| turn(PI * k as f64 / bins as f64)).collect(),
        }
    }

    pub(crate) fn bins(&self) -> usize {
        self.turns.len()
    }

    /// The spectrum of 2B values. `spare` is as large as the spectrum.
    pub(crate) fn forward(&self, values: &[f64], out: &mut Spectrum, spare: &mut Spectrum) {
        let bins = self.bins();
        for (k, pair) in values.as_chunks::<2>().0.iter().enumerate() {
            [out.re[k], out.im[k]] = *pair;
        }
        self.complex(&mut out.re, &mut out.im, &mut spare.re, &mut spare.im);
        [out.re[0], out.im[0]] = [out.re[0] + out.im[0], out.re[0] - out.im[0]];
        for k in 1..=bins / 2 {
            // X[k] = E + e^(−πik/B)·O and X[B−k] = conj(E − e^(−πik/B)·O), of the even and the odd values.
            let (j, [c, s]) = (bins - k, self.half_turns[k]);
            let even = [0.5 * (out.re[k] + out.re[j]), 0.5 * (out.im[k] - out.im[j])];
            let odd = [0.5 * (out.im[k] + out.im[j]), 0.5 * (out.re[j] - out.re[k])];
            let turned = [c * odd[0] - s * odd[1], c * odd[1] + s * odd[0]];
            [out.re[j], out.im[j]] = [even[0] - turned[0], turned[1] - even[1]];
            [out.re[k], out.im[k]] = [even[0] + turned[0], even[1] + turned[1]];
        }
    }

    /// The last B of the 2B values of a spectrum, times B. The spectrum is used up.
    pub(crate) fn backward_last_half(&self, spectrum: &mut Spectrum, spare: &mut Spectrum, out: &mut [f64]) {
        let bins = self.bins();
        let Spectrum { re, im } = spectrum;
        [re[0], im[0]] = [0.5 * (re[0] + im[0]), 0.5 * (re[0] - im[0])];
        for k in 1..=bins / 2 {
            let (j, [c, s]) = (bins - k, self.half_turns[k]);
            let even = [0.5 * (re[k] + re[j]), 0.5 * (im[k] - im[j])];
            let turned = [0.5 * (re[k] - re[j]), 0.5 * (im[k] + im[j])];
            let odd = [c * turned[0] + s * turned[1], c * turned[1] - s * turned[0]];
            [re[j], im[j]] = [even[0] + odd[1], odd[0] - even[1]];
            [re[k], im[k]] = [even[0] - odd[1], even[1] + odd[0]];
        }
        // The inverse is the transform with real and imaginary parts exchanged.
        self.complex(im, re, &mut spare.im, &mut spare.re);
        for (k, pair) in out.as_chunks_mut::<2>().0.iter_mut().enumerate() {
            *pair = [re[bins / 2 + k], im[bins / 2 + k]];
        }
    }

    /// Σ z[n]·e^(−2πikn/B), in place.
    fn complex(&self, re: &mut Vec<f64>, im: &mut Vec<f64>, spare_re: &mut Vec<f64>, spare_im: &mut Vec<f64>) {
        let bins = self.bins();
        let (mut length, mut stride) = (bins, 1);
        while length >= 4 {
            self.by_four(length, stride, (&*re, &*im), (&mut *spare_re, &mut *spare_im));
            std::mem::swap(re, spare_re);
            std::mem::swap(im, spare_im);
            length /= 4;
            stride *= 4;
        }
        if length == 2 {
            for (from, to) in [(&mut *re, &mut *spare_re), (&mut *im, &mut *spare_im)] {
                let (a, b) = from.split_at(stride);
                let (sum, difference) = to.split_at_mut(stride);
                for (((a, b), sum), difference) in a.iter().zip(b).zip(sum).zip(difference) {
                    (*sum, *difference) = (a + b, a - b);
                }
            }
            std::mem::swap(re, spare_re);
            std::mem::swap(im, spare_im);
        }
    }

    fn by_four(&self, length: usize, stride: usize, from: (&[f64], &[f64]), to: (&mut [f64], &mut [f64])) {
        let quarter = length / 4;
        for p in 0..quarter {
            let [w1, w2, w3] = [1, 2, 3].map(|k| self.turns[k * p * stride]);
            let at = |k: usize| {
                let range = stride * (p + k * quarter)..stride * (p + k * quarter + 1);
                (&from.0[range.clone()], &from.1[range])
            };
            let ((ar, ai), (br, bi), (cr, ci), (dr, di)) = (at(0), at(1), at(2), at(3));
            let out = 4 * stride * p..4 * stride * (p + 1);
            let (re, im) = (&mut to.0[out.clone()], &mut to.1[out]);
            let (re0, re) = re.split_at_mut(stride);
            let (re1, re) = re.split_at_mut(stride);
            let (re2, re3) = re.split_at_mut(stride);
            let (im0, im) = im.split_at_mut(stride);
            let (im1, im) = im.split_at_mut(stride);
            let (im2, im3) = im.split_at_mut(stride);
            for q in 0..stride {
                let (sr, si) = (ar[q] + cr[q], ai[q] + ci[q]);
                let (tr, ti) = (ar[q] - cr[q], ai[q] - ci[q]);
                let (ur, ui) = (br[q] + dr[q], bi[q] + di[q]);
                // i·(b − d)
                let (vr, vi) = (di[q] - bi[q], br[q] - dr[q]);
                (re0[q], im0[q]) = (sr + ur, si + ui);
                let (xr, xi) = (tr - vr, ti - vi);
                (re1[q], im1[q]) = (w1[0] * xr - w1[1] * xi, w1[0] * xi + w1[1] * xr);
                let (xr, xi) = (sr - ur, si - ui);
                (re2[q], im2[q]) = (w2[0] * xr - w2[1] * xi, w2[0] * xi + w2[1] * xr);
                let (xr, xi) = (tr + vr, ti + vi);
                (re3[q], im3[q]) = (w3[0] * xr - w3[1] * xi, w3[0] * xi + w3[1] * xr);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Against the sum that defines it.
    #[test]
    fn spectra_are_those_of_the_definition_and_go_back() {
        for bins in [2usize, 4, 8, 32, 128, 512] {
            let fourier = Fourier::new(bins);
            let values: Vec<f64> =
                (0..2 * bins).map(|n| libm::sin(1.7 * n as f64) + libm::cos(0.31 * (n * n) as f64)).collect();
            let (mut spectrum, mut spare) = (Spectrum::new(bins), Spectrum::new(bins));
            fourier.forward(&values, &mut spectrum, &mut spare);
            for k in 0..=bins {
                let (mut re, mut im) = (0.0, 0.0);
                for (n, x) in values.iter().enumerate() {
                    let angle = PI * ((k * n) % (2 * bins)) as f64 / bins as f64;
                    re += x * libm::cos(angle);
                    im -= x * libm::sin(angle);
                }
                let is = match k {
                    0 => [spectrum.re[0], 0.0],
                    _ if k == bins => [spectrum.im[0], 0.0],
                    _ => [spectrum.re[k], spectrum.im[k]],
                };
                let off = (is[0] - re).abs().max((is[1] - im).abs());
                assert!(off < 1e-12 * bins as f64, "bin {k} of {bins}: {is:?}, not {re}, {im}");
            }
            let mut back = vec![0.0; bins];
            fourier.backward_last_half(&mut spectrum, &mut spare, &mut back);
            for (back, was) in back.iter().zip(&values[bins..]) {
                assert!((back / bins as f64 - was).abs() < 1e-14, "{bins}: {back}, {was}");
            }
        }
    }
}

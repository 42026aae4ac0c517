//! The Fourier transform of real blocks: butterflies side by side, the same bits on every machine.

use std::f64::consts::PI;
use stemwright_simd::widest;

/// Transforms 2B real values into B + 1 complex ones and back, B a power of two from 2 on.
///
/// Inside it is a complex transform of B values, radix 4 and at the end 2, self-sorting (Stockham's; Van Loan,
/// *Computational Frameworks for the Fast Fourier Transform*, 1992, section 1.7).
#[derive(Debug)]
pub struct Fourier {
    bins: usize,
    /// For each pass by four, e^(−2πikp/length) of the length that it has left, for k = 1, 2, 3 and p = 0 … length/4 − 1:
    /// real and imaginary parts.
    turns: Vec<[[Vec<f64>; 2]; 3]>,
    /// e^(−πik/B), k = 0 … B/2: real and imaginary parts.
    half_turns: [Vec<f64>; 2],
}

/// The spectrum of 2B real values: bins 0 … B−1 as real and imaginary parts. Bins 0 and B are real: the real part of
/// bin B stands where the imaginary part of bin 0 would.
#[derive(Debug, Clone, Default)]
pub struct Spectrum {
    /// Real parts.
    pub re: Vec<f64>,
    /// Imaginary parts.
    pub im: Vec<f64>,
}

impl Spectrum {
    /// Zeros.
    pub fn new(bins: usize) -> Self {
        Self { re: vec![0.0; bins], im: vec![0.0; bins] }
    }

    /// Back to zeros.
    pub fn clear(&mut self) {
        self.re.fill(0.0);
        self.im.fill(0.0);
    }

    /// Adds a product.
    pub(crate) fn add_product(&mut self, a: &Self, b: &Self) {
        let first = [self.re[0] + a.re[0] * b.re[0], self.im[0] + a.im[0] * b.im[0]];
        widest(
            #[inline(always)]
            || {
                let sums = self.re.iter_mut().zip(&mut self.im);
                let factors = a.re.iter().zip(&a.im).zip(b.re.iter().zip(&b.im));
                for ((re, im), ((ar, ai), (br, bi))) in sums.zip(factors) {
                    *re += ar * br - ai * bi;
                    *im += ar * bi + ai * br;
                }
            },
        );
        [self.re[0], self.im[0]] = first;
    }
}

impl Fourier {
    /// For 2·`bins` values.
    ///
    /// # Panics
    ///
    /// If `bins` is no power of two from 2 on.
    pub fn new(bins: usize) -> Self {
        assert!(bins.is_power_of_two() && bins >= 2);
        let turn = |angle: f64| [libm::cos(angle), -libm::sin(angle)];
        // Of angles of the whole, not of what a pass has left of it: the same numbers in every pass.
        let turns: Vec<[f64; 2]> = (0..bins).map(|p| turn(2.0 * PI * p as f64 / bins as f64)).collect();
        let apart = |values: &mut dyn Iterator<Item = [f64; 2]>| -> [Vec<f64>; 2] {
            let (re, im) = values.map(|[re, im]| (re, im)).unzip();
            [re, im]
        };
        let lengths = std::iter::successors(Some(bins), |length| Some(length / 4)).take_while(|length| *length >= 4);
        let pass = |length: usize| {
            let stride = bins / length;
            [1, 2, 3].map(|k| apart(&mut (0..length / 4).map(|p| turns[k * p * stride])))
        };
        Self {
            bins,
            turns: lengths.map(pass).collect(),
            half_turns: apart(&mut (0..=bins / 2).map(|k| turn(PI * k as f64 / bins as f64))),
        }
    }

    /// Half the number of values.
    pub fn bins(&self) -> usize {
        self.bins
    }

    /// The spectrum of 2B values. `spare` is as large as the spectrum.
    pub fn forward(&self, values: &[f64], out: &mut Spectrum, spare: &mut Spectrum) {
        widest(
            #[inline(always)]
            || {
                for (pair, (re, im)) in values.as_chunks::<2>().0.iter().zip(out.re.iter_mut().zip(&mut out.im)) {
                    [*re, *im] = *pair;
                }
            },
        );
        self.complex(&mut out.re, &mut out.im, &mut spare.re, &mut spare.im);
        [out.re[0], out.im[0]] = [out.re[0] + out.im[0], out.re[0] - out.im[0]];
        self.mirrored(out, |[re_k, im_k, re_j, im_j], [c, s]| {
            // X[k] = E + e^(−πik/B)·O and X[B−k] = conj(E − e^(−πik/B)·O), of the even and the odd values.
            let even = [0.5 * (re_k + re_j), 0.5 * (im_k - im_j)];
            let odd = [0.5 * (im_k + im_j), 0.5 * (re_j - re_k)];
            let turned = [c * odd[0] - s * odd[1], c * odd[1] + s * odd[0]];
            [even[0] + turned[0], even[1] + turned[1], even[0] - turned[0], turned[1] - even[1]]
        });
    }

    /// Bins k and j = B − k, as real and imaginary parts of both, become what `law` makes of them with e^(−πik/B).
    #[inline(always)]
    fn mirrored(&self, spectrum: &mut Spectrum, law: impl Fn([f64; 4], [f64; 2]) -> [f64; 4]) {
        let middle = self.bins / 2;
        let [cos, sin] = &self.half_turns;
        // The middle is its own mirror, and what is said of k is said last.
        let of_middle = [spectrum.re[middle], spectrum.im[middle], spectrum.re[middle], spectrum.im[middle]];
        let [re, im, ..] = law(of_middle, [cos[middle], sin[middle]]);
        [spectrum.re[middle], spectrum.im[middle]] = [re, im];
        let (re_k, re_j) = spectrum.re[1..].split_at_mut(middle - 1);
        let (im_k, im_j) = spectrum.im[1..].split_at_mut(middle - 1);
        widest(
            #[inline(always)]
            || {
                let low = re_k.iter_mut().zip(im_k);
                let high = re_j[1..].iter_mut().rev().zip(im_j[1..].iter_mut().rev());
                for (((re_k, im_k), (re_j, im_j)), (c, s)) in low.zip(high).zip(cos[1..].iter().zip(&sin[1..])) {
                    [*re_k, *im_k, *re_j, *im_j] = law([*re_k, *im_k, *re_j, *im_j], [*c, *s]);
                }
            },
        );
    }

    /// The 2B values of a spectrum, times B. The spectrum is used up.
    pub fn backward(&self, spectrum: &mut Spectrum, spare: &mut Spectrum, out: &mut [f64]) {
        self.backward_from(0, spectrum, spare, out);
    }

    /// The last B of the 2B values of a spectrum, times B. The spectrum is used up.
    pub(crate) fn backward_last_half(&self, spectrum: &mut Spectrum, spare: &mut Spectrum, out: &mut [f64]) {
        self.backward_from(self.bins / 2, spectrum, spare, out);
    }

    /// The values from the pair `first` on.
    fn backward_from(&self, first: usize, spectrum: &mut Spectrum, spare: &mut Spectrum, out: &mut [f64]) {
        [spectrum.re[0], spectrum.im[0]] =
            [0.5 * (spectrum.re[0] + spectrum.im[0]), 0.5 * (spectrum.re[0] - spectrum.im[0])];
        self.mirrored(spectrum, |[re_k, im_k, re_j, im_j], [c, s]| {
            let even = [0.5 * (re_k + re_j), 0.5 * (im_k - im_j)];
            let turned = [0.5 * (re_k - re_j), 0.5 * (im_k + im_j)];
            let odd = [c * turned[0] + s * turned[1], c * turned[1] - s * turned[0]];
            [even[0] - odd[1], even[1] + odd[0], even[0] + odd[1], odd[0] - even[1]]
        });
        let Spectrum { re, im } = spectrum;
        // The inverse is the transform with real and imaginary parts exchanged.
        self.complex(im, re, &mut spare.im, &mut spare.re);
        widest(
            #[inline(always)]
            || {
                let last = re[first..].iter().zip(&im[first..]);
                for (pair, (re, im)) in out.as_chunks_mut::<2>().0.iter_mut().zip(last) {
                    *pair = [*re, *im];
                }
            },
        );
    }

    /// Σ z[n]·e^(−2πikn/B), in place.
    fn complex(&self, re: &mut Vec<f64>, im: &mut Vec<f64>, spare_re: &mut Vec<f64>, spare_im: &mut Vec<f64>) {
        let (mut length, mut stride) = (self.bins, 1);
        for turns in &self.turns {
            widest(
                #[inline(always)]
                || by_four(turns, stride, [&*re, &*im], [&mut *spare_re, &mut *spare_im]),
            );
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
}

/// A pass: butterflies of values a quarter apart, `stride` after each other with the same turns.
#[inline(always)]
fn by_four(turns: &[[Vec<f64>; 2]; 3], stride: usize, from: [&[f64]; 2], [re, im]: [&mut [f64]; 2]) {
    let quarters = from.map(|values| {
        let quarter = values.len() / 4;
        [0, 1, 2, 3].map(|k| &values[k * quarter..(k + 1) * quarter])
    });
    if stride == 1 {
        return first_pass(turns, quarters, [re, im]);
    }
    if stride < WIDE {
        side_by_side::<4>(turns, quarters, stride, [re, im]);
    } else {
        side_by_side::<WIDE>(turns, quarters, stride, [re, im]);
    }
}

/// Butterflies that are computed together.
const WIDE: usize = 16;

/// Butterflies with the same turns, W at a time.
#[inline(always)]
fn side_by_side<const W: usize>(
    [w1, w2, w3]: &[[Vec<f64>; 2]; 3],
    [from_re, from_im]: [[&[f64]; 4]; 2],
    stride: usize,
    [re, im]: [&mut [f64]; 2],
) {
    let [ar, br, cr, dr] = from_re.map(|values| values.as_chunks::<W>().0);
    let [ai, bi, ci, di] = from_im.map(|values| values.as_chunks::<W>().0);
    let (re, im) = (re.as_chunks_mut::<W>().0, im.as_chunks_mut::<W>().0);
    let count = stride / W;
    for p in 0..w1[0].len() {
        let turns = [[w1[0][p], w1[1][p]], [w2[0][p], w2[1][p]], [w3[0][p], w3[1][p]]];
        for q in 0..count {
            let at = p * count + q;
            let (ar, br, cr, dr) = (ar[at], br[at], cr[at], dr[at]);
            let (ai, bi, ci, di) = (ai[at], bi[at], ci[at], di[at]);
            let [mut out_re, mut out_im] = [[[0.0; W]; 4]; 2];
            for n in 0..W {
                let values = [[ar[n], ai[n]], [br[n], bi[n]], [cr[n], ci[n]], [dr[n], di[n]]];
                let [s0, s1, s2, s3] = butterfly(values, turns);
                (out_re[0][n], out_re[1][n], out_re[2][n], out_re[3][n]) = (s0[0], s1[0], s2[0], s3[0]);
                (out_im[0][n], out_im[1][n], out_im[2][n], out_im[3][n]) = (s0[1], s1[1], s2[1], s3[1]);
            }
            for k in 0..4 {
                let to = (4 * p + k) * count + q;
                (re[to], im[to]) = (out_re[k], out_im[k]);
            }
        }
    }
}

/// The pass of stride 1, where every butterfly has turns of its own.
#[inline(always)]
fn first_pass(turns: &[[Vec<f64>; 2]; 3], [from_re, from_im]: [[&[f64]; 4]; 2], [re, im]: [&mut [f64]; 2]) {
    let mut out = [[[0.0; WIDE]; 4]; 2];
    let (re, im) = (re.as_chunks_mut::<4>().0, im.as_chunks_mut::<4>().0);
    for (number, (re, im)) in re.chunks_mut(WIDE).zip(im.chunks_mut(WIDE)).enumerate() {
        // Not known to the compiler, which makes vectors of butterflies then.
        let count = re.len().min(im.len());
        let range = number * WIDE..number * WIDE + count;
        let (x, y) = (from_re.map(|values| &values[range.clone()]), from_im.map(|values| &values[range.clone()]));
        let w = turns.each_ref().map(|turns| turns.each_ref().map(|part| &part[range.clone()]));
        for n in 0..count.min(WIDE) {
            let values = [[x[0][n], y[0][n]], [x[1][n], y[1][n]], [x[2][n], y[2][n]], [x[3][n], y[3][n]]];
            let turns = [[w[0][0][n], w[0][1][n]], [w[1][0][n], w[1][1][n]], [w[2][0][n], w[2][1][n]]];
            let [s0, s1, s2, s3] = butterfly(values, turns);
            (out[0][0][n], out[0][1][n], out[0][2][n], out[0][3][n]) = (s0[0], s1[0], s2[0], s3[0]);
            (out[1][0][n], out[1][1][n], out[1][2][n], out[1][3][n]) = (s0[1], s1[1], s2[1], s3[1]);
        }
        for (to, out) in [re, im].into_iter().zip(&out) {
            for (n, to) in to.iter_mut().enumerate() {
                *to = [out[0][n], out[1][n], out[2][n], out[3][n]];
            }
        }
    }
}

/// Of four complex values; what comes out but the first is turned.
#[inline(always)]
fn butterfly([a, b, c, d]: [[f64; 2]; 4], [w1, w2, w3]: [[f64; 2]; 3]) -> [[f64; 2]; 4] {
    let turn = |[re, im]: [f64; 2], w: [f64; 2]| [w[0] * re - w[1] * im, w[0] * im + w[1] * re];
    let (s, t) = ([a[0] + c[0], a[1] + c[1]], [a[0] - c[0], a[1] - c[1]]);
    // i·(b − d)
    let (u, v) = ([b[0] + d[0], b[1] + d[1]], [d[1] - b[1], b[0] - d[0]]);
    [
        [s[0] + u[0], s[1] + u[1]],
        turn([t[0] - v[0], t[1] - v[1]], w1),
        turn([s[0] - u[0], s[1] - u[1]], w2),
        turn([t[0] + v[0], t[1] + v[1]], w3),
    ]
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

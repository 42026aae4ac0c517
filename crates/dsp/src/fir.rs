//! Sums of products with taps, for many frames side by side: each frame's sum keeps its order.

use stemwright_simd::widest;

/// Frames whose sums fit the registers of wide vectors, and of what is left at the end of a block.
const WIDE: usize = 32;
const NARROW: usize = 8;

/// `out[n] = finish(n, Σ taps[i]·samples[at + n − i])`.
pub(crate) fn convolve(taps: &[f64], samples: &[f64], at: usize, out: &mut [f64], finish: impl Fn(usize, f64) -> f64) {
    widest(
        #[inline(always)]
        || over(&Plain { taps, samples, at }, out, finish),
    );
}

/// `out[n] = finish(n, Σ taps[i]·(samples[at + n − 1 − i] + samples[at + n + i]))`: the taps of a filter that is the same
/// both ways, from its middle on.
pub(crate) fn convolve_both_ways(
    taps: &[f64],
    samples: &[f64],
    at: usize,
    out: &mut [f64],
    finish: impl Fn(usize, f64) -> f64,
) {
    widest(
        #[inline(always)]
        || over(&BothWays { taps, samples, at }, out, finish),
    );
}

#[inline(always)]
pub(crate) fn over(filter: &impl Sums, out: &mut [f64], finish: impl Fn(usize, f64) -> f64) {
    let mut n = pieces::<WIDE>(filter, out, 0, &finish);
    n = pieces::<NARROW>(filter, out, n, &finish);
    pieces::<1>(filter, out, n, &finish);
}

/// As many whole pieces from frame `n` on as there are; gives the first frame that is left.
#[inline(always)]
fn pieces<const W: usize>(
    filter: &impl Sums,
    out: &mut [f64],
    mut n: usize,
    finish: &impl Fn(usize, f64) -> f64,
) -> usize {
    for piece in out[n..].as_chunks_mut::<W>().0 {
        let sums = filter.sums::<W>(n);
        for k in 0..W {
            piece[k] = finish(n + k, sums[k]);
        }
        n += W;
    }
    n
}

/// Sums of products.
pub(crate) trait Sums {
    /// Those of frames `n` to `n + W`.
    fn sums<const W: usize>(&self, n: usize) -> [f64; W];
}

struct Plain<'a> {
    taps: &'a [f64],
    samples: &'a [f64],
    at: usize,
}

impl Sums for Plain<'_> {
    #[inline(always)]
    fn sums<const W: usize>(&self, n: usize) -> [f64; W] {
        let last = self.at + n + W;
        let from = &self.samples[last - W + 1 - self.taps.len()..last];
        let mut sums = [0.0; W];
        for (tap, x) in self.taps.iter().zip(from.windows(W).rev()) {
            for k in 0..W {
                sums[k] += tap * x[k];
            }
        }
        sums
    }
}

struct BothWays<'a> {
    taps: &'a [f64],
    samples: &'a [f64],
    at: usize,
}

impl Sums for BothWays<'_> {
    #[inline(always)]
    fn sums<const W: usize>(&self, n: usize) -> [f64; W] {
        let (at, reach) = (self.at + n, self.taps.len());
        let before = self.samples[at - reach..at - 1 + W].windows(W).rev();
        let after = self.samples[at..at + reach - 1 + W].windows(W);
        let mut sums = [0.0; W];
        for ((tap, b), a) in self.taps.iter().zip(before).zip(after) {
            for k in 0..W {
                sums[k] += tap * (b[k] + a[k]);
            }
        }
        sums
    }
}

//! Sums of products with taps, for many frames side by side: each frame's sum keeps its order.

use stemwright_simd::widest;

/// Frames whose sums fit the registers of wide vectors, and of what is left at the end of a block.
const WIDE: usize = 32;
const NARROW: usize = 8;

/// `out[n] = Σ taps[i]·samples[at + n − i]`.
pub(crate) fn convolve(taps: &[f64], samples: &[f64], at: usize, out: &mut [f64]) {
    widest(
        #[inline(always)]
        || over(&Plain { taps, samples, at }, out, |_| 0.0, |_, sum| sum),
    );
}

/// `out[n] += Σ taps[i]·samples[at + n − i]`, one product after another.
pub(crate) fn convolve_onto(taps: &[f64], samples: &[f64], at: usize, out: &mut [f64]) {
    widest(
        #[inline(always)]
        || over(&Plain { taps, samples, at }, out, |out| out, |_, sum| sum),
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
        || over(&BothWays { taps, samples, at }, out, |_| 0.0, finish),
    );
}

/// `begin` makes of what is in a place what its sum begins with, `finish` makes of that sum what comes into it.
#[inline(always)]
fn over(filter: &impl Sums, out: &mut [f64], begin: impl Fn(f64) -> f64, finish: impl Fn(usize, f64) -> f64) {
    let mut n = pieces::<WIDE>(filter, out, 0, &begin, &finish);
    n = pieces::<NARROW>(filter, out, n, &begin, &finish);
    pieces::<1>(filter, out, n, &begin, &finish);
}

/// As many whole pieces from frame `n` on as there are; gives the first frame that is left.
#[inline(always)]
fn pieces<const W: usize>(
    filter: &impl Sums,
    out: &mut [f64],
    mut n: usize,
    begin: &impl Fn(f64) -> f64,
    finish: &impl Fn(usize, f64) -> f64,
) -> usize {
    for piece in out[n..].as_chunks_mut::<W>().0 {
        let mut sums = [0.0; W];
        for k in 0..W {
            sums[k] = begin(piece[k]);
        }
        filter.add::<W>(n, &mut sums);
        for k in 0..W {
            piece[k] = finish(n + k, sums[k]);
        }
        n += W;
    }
    n
}

/// Sums of products.
trait Sums {
    /// Adds those of frames `n` to `n + W`.
    fn add<const W: usize>(&self, n: usize, sums: &mut [f64; W]);
}

struct Plain<'a> {
    taps: &'a [f64],
    samples: &'a [f64],
    at: usize,
}

impl Sums for Plain<'_> {
    #[inline(always)]
    fn add<const W: usize>(&self, n: usize, sums: &mut [f64; W]) {
        let last = self.at + n + W;
        let from = &self.samples[last - W + 1 - self.taps.len()..last];
        for (tap, x) in self.taps.iter().zip(from.windows(W).rev()) {
            for k in 0..W {
                sums[k] += tap * x[k];
            }
        }
    }
}

struct BothWays<'a> {
    taps: &'a [f64],
    samples: &'a [f64],
    at: usize,
}

impl Sums for BothWays<'_> {
    #[inline(always)]
    fn add<const W: usize>(&self, n: usize, sums: &mut [f64; W]) {
        let (at, reach) = (self.at + n, self.taps.len());
        let before = self.samples[at - reach..at - 1 + W].windows(W).rev();
        let after = self.samples[at..at + reach - 1 + W].windows(W);
        for ((tap, b), a) in self.taps.iter().zip(before).zip(after) {
            for k in 0..W {
                sums[k] += tap * (b[k] + a[k]);
            }
        }
    }
}

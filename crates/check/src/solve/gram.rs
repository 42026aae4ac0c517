//! Products of all parts with each other, by piece and band. They are what solving costs, and depend neither on weights nor on gains:
//! those of parts that stay where they are, are kept.

use super::bank::{Bank, Part, tiles};
use super::shift::Timing;
use rayon::prelude::*;
use stemwright_simd::widest;

/// Frames by which a part may be elsewhere than where its products were made.
pub(super) const NEAR: f64 = 1e-2;

/// Where a part stood.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Stand {
    timing: Timing,
    swapped: bool,
}

/// Σ Re(X̄ᵢXⱼ), Σ ω·Im(X̄ᵢXⱼ), Σ ω²·Re(X̄ᵢXⱼ) for parts i ≤ j.
#[derive(Debug, Clone, Default)]
pub(super) struct Gram {
    stands: Vec<Option<Stand>>,
    /// By piece; then by band and pair.
    pieces: Vec<Vec<[f64; 3]>>,
}

fn index(i: usize, j: usize, n: usize) -> usize {
    i * n - i * (i + 1) / 2 + j
}

impl Gram {
    /// Makes the products anew of parts that are more than `near` frames from where they were made.
    pub(super) fn follow(&mut self, bank: &Bank, parts: &[Part], near: f64) {
        let n = parts.len();
        let bands = bank.bands.len() - 1;
        let pairs = n * (n + 1) / 2;
        if self.stands.len() != n || self.pieces.len() != bank.pieces() {
            self.stands = vec![None; n];
            self.pieces = vec![vec![[0.0; 3]; bands * pairs]; bank.pieces()];
        }
        let stays = |(part, stand): (&Part, &Option<Stand>)| {
            let Some(Stand { timing, swapped }) = stand else { return false };
            let off = (part.timing.delay - timing.delay).abs();
            let drifted = (part.timing.ppm - timing.ppm).abs() * 1e-6 * bank.middle;
            *swapped == part.swapped && off + drifted <= near
        };
        let stale: Vec<usize> = (0..n).filter(|part| !stays((&parts[*part], &self.stands[*part]))).collect();
        if stale.is_empty() {
            return;
        }
        let is_stale: Vec<bool> = (0..n).map(|part| stale.contains(&part)).collect();
        self.pieces.par_iter_mut().enumerate().for_each(|(piece, sums)| {
            let turns = bank.turns(parts, piece);
            let mut planes = vec![[[0.0; TILE]; 2]; n];
            let mut omega = [0.0; TILE];
            for band in 0..bands {
                let sums = &mut sums[band * pairs..(band + 1) * pairs];
                for &i in &stale {
                    (0..n).for_each(|j| sums[index(i.min(j), i.max(j), n)] = [0.0; 3]);
                }
                for (from, to) in tiles(bank.bands[band], bank.bands[band + 1], TILE) {
                    let length = to - from;
                    omega[..length].iter_mut().enumerate().for_each(|(bin, omega)| *omega = bank.omega(from + bin));
                    for (number, ([re, im], turn)) in planes.iter_mut().zip(&turns).enumerate() {
                        let Some(turn) = turn else { continue };
                        re[..length].fill(0.0);
                        im[..length].fill(0.0);
                        bank.add(number, piece, (turn, 1.0), (from, to), [&mut re[..length], &mut im[..length]]);
                    }
                    let plane = |number: usize| {
                        let [re, im] = &planes[number];
                        [&re[..length], &im[..length]]
                    };
                    for &i in stale.iter().filter(|i| turns[**i].is_some()) {
                        // A pair of stale ones is made once.
                        for j in (0..n).filter(|j| turns[*j].is_some() && (!is_stale[*j] || *j >= i)) {
                            let (first, second) = (i.min(j), i.max(j));
                            let made = products(plane(first), plane(second), &omega[..length]);
                            let sum = &mut sums[index(first, second, n)];
                            sum.iter_mut().zip(made).for_each(|(sum, made)| *sum += made);
                        }
                    }
                }
            }
        });
        for number in stale {
            let Part { timing, swapped, .. } = parts[number];
            self.stands[number] = Some(Stand { timing, swapped });
        }
    }

    /// The products of a piece, each band by its weight.
    pub(super) fn weighted(&self, piece: usize, weights: &[f64]) -> Weighted {
        let n = self.stands.len();
        let pairs = n * (n + 1) / 2;
        let mut sums = vec![[0.0; 3]; pairs];
        for (weight, band) in weights.iter().zip(self.pieces[piece].chunks(pairs)) {
            for (sum, pair) in sums.iter_mut().zip(band) {
                (0..3).for_each(|k| sum[k] += weight * pair[k]);
            }
        }
        Weighted { n, sums }
    }
}

/// Bins that are worked on at once: those of dozens of parts stay in a processor's second cache.
const TILE: usize = 256;

/// Products of one piece.
pub(super) struct Weighted {
    n: usize,
    sums: Vec<[f64; 3]>,
}

impl Weighted {
    /// Of parts i and j, in any order: Im(X̄ᵢXⱼ) = −Im(X̄ⱼXᵢ).
    pub(super) fn of(&self, i: usize, j: usize) -> [f64; 3] {
        let [re, im, bent] = self.sums[index(i.min(j), i.max(j), self.n)];
        [re, if i <= j { im } else { -im }, bent]
    }
}

/// Σ Re(āb), Σ ω·Im(āb), Σ ω²·Re(āb).
pub(super) fn products([are, aim]: [&[f64]; 2], [bre, bim]: [&[f64]; 2], omega: &[f64]) -> [f64; 3] {
    widest(
        #[inline(always)]
        || {
            let mut sums = [[0.0f64; 8]; 3];
            let mut add = |lane: usize, ar: f64, ai: f64, br: f64, bi: f64, w: f64| {
                let (re, im) = (ar * br + ai * bi, ar * bi - ai * br);
                let wre = w * re;
                sums[0][lane] += re;
                sums[1][lane] += w * im;
                sums[2][lane] += w * wre;
            };
            let whole = are.len() / 8 * 8;
            let (a8, i8s) = (are.as_chunks::<8>().0, aim.as_chunks::<8>().0);
            let (b8, j8s) = (bre.as_chunks::<8>().0, bim.as_chunks::<8>().0);
            for ((((a, ai), b), bi), w) in a8.iter().zip(i8s).zip(b8).zip(j8s).zip(omega.as_chunks::<8>().0) {
                for lane in 0..8 {
                    add(lane, a[lane], ai[lane], b[lane], bi[lane], w[lane]);
                }
            }
            for n in whole..are.len() {
                add(n - whole, are[n], aim[n], bre[n], bim[n], omega[n]);
            }
            let total = |s: [f64; 8]| ((s[0] + s[1]) + (s[2] + s[3])) + ((s[4] + s[5]) + (s[6] + s[7]));
            [total(sums[0]), total(sums[1]), total(sums[2])]
        },
    )
}

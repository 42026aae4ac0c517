//! Gains, delays and drifts of all parts at once: Gauss–Newton on the normal equations (Björck, *Numerical Methods for Least Squares
//! Problems*, 1996, section 9.2), damped after Levenberg and Marquardt, with a covariance that does not trust the residual to be white.

use super::bank::{Bank, Part, Sources, Wide};
use rayon::prelude::*;
use stemwright_simd::widest;

/// What of a part is solved for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Gain,
    Delay,
    Drift,
}

/// Standard uncertainties of a part: gain as a factor, delay in frames, drift in ppm. Absent where nothing is known.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Sigma {
    pub(super) gain: Option<f64>,
    pub(super) delay: Option<f64>,
    pub(super) ppm: Option<f64>,
}

/// Sums over one piece.
struct Sums {
    /// Σ w·Re(X̄ᵢXⱼ), Σ wω·Im(X̄ᵢXⱼ), Σ wω²·Re(X̄ᵢXⱼ) for i ≤ j; empty where they were not asked for.
    pairs: Vec<[f64; 3]>,
    /// Σ w·Re(X̄ᵢR) and Σ wω·Im(X̄ᵢR) by part and band.
    scores: Vec<[f64; 2]>,
    energy: f64,
}

struct Round {
    pieces: Vec<Sums>,
    energy: f64,
}

/// What solving led to.
#[derive(Debug, Clone, Default)]
pub(super) struct Fit {
    pub(super) sigmas: Vec<Sigma>,
}

/// Where a stem is as good as absent its delay says nothing.
const ABSENT: f64 = 1e-3;

/// Solves for all parts, `drifting` ones with drift, and reads what has moved again until nothing moves.
pub(super) fn solve(
    bank: &mut Bank,
    sources: &Sources<'_>,
    parts: &mut [Part],
    weights: &[Vec<f64>],
    drifting: &[bool],
) -> Fit {
    let mut fit = steps(bank, parts, weights, drifting);
    for _ in 0..2 {
        if !bank.follow(sources, parts) {
            break;
        }
        fit = steps(bank, parts, weights, drifting);
    }
    fit
}

/// Solves where the parts were read.
pub(super) fn steps(bank: &Bank, parts: &mut [Part], weights: &[Vec<f64>], drifting: &[bool]) -> Fit {
    let sounding: Vec<bool> =
        bank.parts.iter().map(|(_, pieces)| pieces.iter().any(|bins| !bins.is_silent())).collect();
    let mut params: Vec<(usize, Kind)> = Vec::new();
    for (part, sounds) in sounding.iter().enumerate() {
        if *sounds {
            params.push((part, Kind::Gain));
            if parts[part].gain.abs() > ABSENT {
                params.push((part, Kind::Delay));
                if drifting[part] {
                    params.push((part, Kind::Drift));
                }
            }
        }
    }
    let mut damping = 0.0;
    let mut round = evaluate(bank, parts, weights, true);
    let mut matrix = assemble(bank, parts, &round, &params);
    let mut fresh = true;
    for _ in 0..10 {
        let right = right(bank, parts, &round, &params);
        let Some(step) = Factor::new(&matrix, damping).map(|factor| factor.solve(&right)) else { break };
        let mut trial = parts.to_vec();
        let mut far: f64 = 0.0;
        for ((part, kind), step) in params.iter().zip(&step) {
            let part = &mut trial[*part];
            match kind {
                Kind::Gain => {
                    part.gain += step;
                    far = far.max(100.0 * step.abs());
                }
                // Beyond two frames the line is no longer one.
                Kind::Delay => {
                    part.timing.delay += step.clamp(-2.0, 2.0);
                    far = far.max(step.abs());
                }
                Kind::Drift => {
                    part.timing.ppm += step;
                    far = far.max(step.abs() * 1e-6 * bank.middle);
                }
            }
        }
        // The matrix hardly changes with small steps, and is what costs.
        let again = far > 1e-2;
        let next = evaluate(bank, &trial, weights, again);
        if next.energy <= round.energy {
            let gained = round.energy - next.energy;
            parts.copy_from_slice(&trial);
            round = next;
            damping *= 0.1;
            fresh = again;
            if again {
                matrix = assemble(bank, parts, &round, &params);
            }
            if far < 1e-5 || gained < 1e-7 * round.energy {
                break;
            }
        } else {
            if far < 1e-4 || damping > 10.0 {
                break;
            }
            damping = (damping * 10.0f64).max(1e-3);
        }
    }
    if !fresh {
        let pairs = evaluate(bank, parts, weights, true);
        matrix = assemble(bank, parts, &pairs, &params);
        round = pairs;
    }
    let mut sigmas = vec![Sigma::default(); parts.len()];
    if let Some(factor) = Factor::new(&matrix, 0.0) {
        let variances = variances(bank, parts, &round, &params, &factor);
        for (((part, kind), variance), known) in params.iter().zip(variances).zip(&factor.known) {
            let sigma = known.then(|| variance.sqrt());
            match kind {
                Kind::Gain => sigmas[*part].gain = sigma,
                Kind::Delay => sigmas[*part].delay = sigma,
                Kind::Drift => sigmas[*part].ppm = sigma,
            }
        }
    }
    Fit { sigmas }
}

fn evaluate(bank: &Bank, parts: &[Part], weights: &[Vec<f64>], pairs: bool) -> Round {
    let pieces: Vec<Sums> =
        (0..bank.pieces()).into_par_iter().map(|piece| sums(bank, parts, piece, &weights[piece], pairs)).collect();
    let energy = pieces.iter().map(|piece| piece.energy).sum();
    Round { pieces, energy }
}

fn sums(bank: &Bank, parts: &[Part], piece: usize, weights: &[f64], pairs: bool) -> Sums {
    let placed: Vec<Option<Wide>> =
        parts.iter().enumerate().map(|(number, part)| bank.placed(number, part, piece)).collect();
    let mut left = bank.wide_mix(piece);
    for (part, placed) in parts.iter().zip(&placed) {
        if let Some(placed) = placed {
            stemwright_simd::add_scaled(&mut left.re, &placed.re, -part.gain);
            stemwright_simd::add_scaled(&mut left.im, &placed.im, -part.gain);
        }
    }
    let omegas: Vec<f64> = (0..bank.bins()).map(|bin| bank.omega(bin)).collect();
    let bands = bank.bands.len() - 1;
    let n = parts.len();
    let mut scores = vec![[0.0; 2]; n * bands];
    let mut all = vec![[0.0; 3]; if pairs { n * (n + 1) / 2 } else { 0 }];
    for band in 0..bands {
        let (from, to) = (bank.bands[band], bank.bands[band + 1]);
        let omega = &omegas[from..to];
        for (i, a) in placed.iter().enumerate() {
            let Some(a) = a else { continue };
            let [re, im, _] =
                products([&a.re[from..to], &a.im[from..to]], [&left.re[from..to], &left.im[from..to]], omega);
            scores[i * bands + band] = [weights[band] * re, weights[band] * im];
            if !pairs {
                continue;
            }
            for (j, b) in placed.iter().enumerate().skip(i) {
                let Some(b) = b else { continue };
                let sums = products([&a.re[from..to], &a.im[from..to]], [&b.re[from..to], &b.im[from..to]], omega);
                for (total, sum) in all[index(i, j, n)].iter_mut().zip(sums) {
                    *total += weights[band] * sum;
                }
            }
        }
    }
    let powers = bank.powers(&left);
    let widths = bank.bands.windows(2).map(|band| (band[1] - band[0]) as f64);
    let energy = powers.iter().zip(weights).zip(widths).map(|((power, weight), width)| power * weight * width).sum();
    Sums { pairs: all, scores, energy }
}

fn index(i: usize, j: usize, n: usize) -> usize {
    i * n - i * (i + 1) / 2 + j
}

/// Σ Re(āb), Σ ω·Im(āb), Σ ω²·Re(āb).
fn products([are, aim]: [&[f64]; 2], [bre, bim]: [&[f64]; 2], omega: &[f64]) -> [f64; 3] {
    widest(
        #[inline(always)]
        || {
            let mut sums = [[0.0f64; 8]; 3];
            let mut add = |lane: usize, ar: f64, ai: f64, br: f64, bi: f64, w: f64| {
                let (re, im) = (ar * br + ai * bi, ar * bi - ai * br);
                sums[0][lane] += re;
                sums[1][lane] += w * im;
                sums[2][lane] += w * w * re;
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

/// What a delay changes, and by how much a drift does in this piece: the factor before −jωX.
fn slope(bank: &Bank, part: &Part, kind: Kind, piece: usize) -> f64 {
    match kind {
        Kind::Gain => 1.0,
        Kind::Delay => part.gain,
        Kind::Drift => part.gain * 1e-6 * bank.time(piece),
    }
}

fn assemble(bank: &Bank, parts: &[Part], round: &Round, params: &[(usize, Kind)]) -> Vec<Vec<f64>> {
    let (n, m) = (parts.len(), params.len());
    let mut matrix = vec![vec![0.0; m]; m];
    for (piece, sums) in round.pieces.iter().enumerate() {
        for (row, (i, kind_i)) in params.iter().enumerate() {
            let slope_i = slope(bank, &parts[*i], *kind_i, piece);
            for (column, (j, kind_j)) in params.iter().enumerate().skip(row) {
                let pair = if i <= j { sums.pairs[index(*i, *j, n)] } else { sums.pairs[index(*j, *i, n)] };
                // Im(X̄ᵢXⱼ) = −Im(X̄ⱼXᵢ).
                let turned = if i <= j { pair[1] } else { -pair[1] };
                let slopes = slope_i * slope(bank, &parts[*j], *kind_j, piece);
                matrix[row][column] += slopes
                    * match (*kind_i == Kind::Gain, *kind_j == Kind::Gain) {
                        (true, true) => pair[0],
                        (true, false) => turned,
                        (false, true) => -turned,
                        (false, false) => pair[2],
                    };
            }
        }
    }
    for row in 1..m {
        let (above, below) = matrix.split_at_mut(row);
        for (to, above) in below[0].iter_mut().zip(above.iter()) {
            *to = above[row];
        }
    }
    matrix
}

/// Jᵀ·r of one piece and band.
fn score(bank: &Bank, parts: &[Part], sums: &Sums, (part, kind): (usize, Kind), piece: usize, band: usize) -> f64 {
    let [re, im] = sums.scores[part * (bank.bands.len() - 1) + band];
    slope(bank, &parts[part], kind, piece) * if kind == Kind::Gain { re } else { -im }
}

fn right(bank: &Bank, parts: &[Part], round: &Round, params: &[(usize, Kind)]) -> Vec<f64> {
    let bands = bank.bands.len() - 1;
    let of = |param: &(usize, Kind)| -> f64 {
        let pieces = round.pieces.iter().enumerate();
        pieces
            .map(|(piece, sums)| (0..bands).map(|band| score(bank, parts, sums, *param, piece, band)).sum::<f64>())
            .sum()
    };
    params.iter().map(of).collect()
}

/// A⁻¹·(Σ u·uᵀ)·A⁻¹ with u the scores of what is taken for independent (Liang and Zeger 1986): single bands of single pieces, and whole
/// segments; the larger of the two counts.
fn variances(bank: &Bank, parts: &[Part], round: &Round, params: &[(usize, Kind)], factor: &Factor) -> Vec<f64> {
    let bands = bank.bands.len() - 1;
    let mut fine = vec![0.0; params.len()];
    let mut coarse = vec![0.0; params.len()];
    let segments = bank.starts.len();
    for segment in 0..segments {
        let mut whole = vec![0.0; params.len()];
        for channel in 0..bank.channels {
            let piece = segment * bank.channels + channel;
            for band in 0..bands {
                let sums = &round.pieces[piece];
                let u: Vec<f64> = params.iter().map(|param| score(bank, parts, sums, *param, piece, band)).collect();
                if u.iter().all(|u| *u == 0.0) {
                    continue;
                }
                stemwright_simd::add(&mut whole, &u);
                for (fine, step) in fine.iter_mut().zip(factor.solve(&u)) {
                    *fine += step * step;
                }
            }
        }
        for (coarse, step) in coarse.iter_mut().zip(factor.solve(&whole)) {
            *coarse += step * step;
        }
    }
    // What few segments leave uncertain.
    let few = if segments > 1 { segments as f64 / (segments - 1) as f64 } else { 2.0 };
    fine.iter().zip(coarse).map(|(fine, coarse)| 1.21 * fine.max(few * coarse)).collect()
}

/// Cholesky's factor of a matrix whose diagonal was made 1, largest pivots first; what depends on the others is left out.
struct Factor {
    lower: Vec<Vec<f64>>,
    order: Vec<usize>,
    scale: Vec<f64>,
    known: Vec<bool>,
    rank: usize,
}

/// What is left of a parameter's own square beside the others: singles leave 1e-7 of it.
const DEPENDENT: f64 = 1e-9;

impl Factor {
    fn new(matrix: &[Vec<f64>], damping: f64) -> Option<Self> {
        let n = matrix.len();
        let scale: Vec<f64> =
            (0..n).map(|i| if matrix[i][i] > 0.0 { 1.0 / matrix[i][i].sqrt() } else { 0.0 }).collect();
        let at = |i: usize, j: usize| matrix[i][j] * scale[i] * scale[j] * if i == j { 1.0 + damping } else { 1.0 };
        let mut order: Vec<usize> = (0..n).collect();
        let mut diagonal: Vec<f64> = (0..n).map(|i| at(i, i)).collect();
        let mut lower = vec![vec![0.0; n]; n];
        let mut rank = 0;
        while rank < n {
            let best = (rank..n).max_by(|a, b| diagonal[order[*a]].total_cmp(&diagonal[order[*b]]).then(b.cmp(a)))?;
            let largest = diagonal[order[best]];
            if largest.is_nan() || largest <= DEPENDENT {
                break;
            }
            order.swap(rank, best);
            lower.swap(rank, best);
            let pivot = largest.sqrt();
            lower[rank][rank] = pivot;
            let (done, rest) = lower.split_at_mut(rank + 1);
            let row = &done[rank];
            for (offset, below) in rest.iter_mut().enumerate() {
                let i = order[rank + 1 + offset];
                let dot: f64 = (0..rank).map(|k| row[k] * below[k]).sum();
                let value = (at(i, order[rank]) - dot) / pivot;
                below[rank] = value;
                diagonal[i] -= value * value;
            }
            rank += 1;
        }
        let mut known = vec![false; n];
        order[..rank].iter().for_each(|i| known[*i] = true);
        (rank > 0).then_some(Self { lower, order, scale, known, rank })
    }

    fn solve(&self, right: &[f64]) -> Vec<f64> {
        let mut y: Vec<f64> = Vec::with_capacity(self.rank);
        for (i, lower) in self.order[..self.rank].iter().zip(&self.lower) {
            let dot: f64 = lower.iter().zip(&y).map(|(l, y)| l * y).sum();
            y.push((right[*i] * self.scale[*i] - dot) / lower[y.len()]);
        }
        for row in (0..self.rank).rev() {
            let dot: f64 = (row + 1..self.rank).map(|k| self.lower[k][row] * y[k]).sum();
            y[row] = (y[row] - dot) / self.lower[row][row];
        }
        let mut out = vec![0.0; right.len()];
        for (i, y) in self.order.iter().zip(y) {
            out[*i] = y * self.scale[*i];
        }
        out
    }
}

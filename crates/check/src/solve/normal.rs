//! Gains, delays and drifts of all parts at once: Gauss–Newton on the normal equations (Björck, *Numerical Methods for Least Squares
//! Problems*, 1996, section 9.2), damped after Levenberg and Marquardt, with a covariance that does not trust the residual to be white.

use super::bank::{Bank, Part, Sources, power, tiles};
use super::gram::{Gram, NEAR, products};
use rayon::prelude::*;

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
pub(super) fn steps(bank: &mut Bank, parts: &mut [Part], weights: &[Vec<f64>], drifting: &[bool]) -> Fit {
    let mut gram = std::mem::take(&mut bank.gram);
    let fit = steps_with(&mut gram, bank, parts, weights, drifting);
    bank.gram = gram;
    fit
}

fn steps_with(gram: &mut Gram, bank: &Bank, parts: &mut [Part], weights: &[Vec<f64>], drifting: &[bool]) -> Fit {
    let sounding: Vec<bool> = bank.parts.iter().map(|read| read.pieces.iter().any(|bins| !bins.is_silent())).collect();
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
    gram.follow(bank, parts, NEAR);
    let mut round = evaluate(bank, parts, weights);
    let mut matrix = assemble(gram, bank, parts, weights, &params);
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
        let next = evaluate(bank, &trial, weights);
        if next.energy <= round.energy {
            let gained = round.energy - next.energy;
            parts.copy_from_slice(&trial);
            round = next;
            damping *= 0.1;
            if far < 1e-5 || gained < 1e-7 * round.energy {
                break;
            }
            gram.follow(bank, parts, NEAR);
            matrix = assemble(gram, bank, parts, weights, &params);
        } else {
            if far < 1e-4 || damping > 10.0 {
                break;
            }
            damping = (damping * 10.0f64).max(1e-3);
        }
    }
    // Uncertainties are worth the products of where the parts are.
    gram.follow(bank, parts, 0.1 * NEAR);
    let matrix = assemble(gram, bank, parts, weights, &params);
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

fn evaluate(bank: &Bank, parts: &[Part], weights: &[Vec<f64>]) -> Round {
    let pieces: Vec<Sums> =
        (0..bank.pieces()).into_par_iter().map(|piece| sums(bank, parts, piece, &weights[piece])).collect();
    let energy = pieces.iter().map(|piece| piece.energy).sum();
    Round { pieces, energy }
}

/// Bins that are worked on at once: those of dozens of parts stay in a processor's second cache.
const TILE: usize = 256;

fn sums(bank: &Bank, parts: &[Part], piece: usize, weights: &[f64]) -> Sums {
    let bands = bank.bands.len() - 1;
    let turns = bank.turns(parts, piece);
    let mix = &bank.mix[piece];
    let mut planes = vec![[[0.0; TILE]; 2]; parts.len()];
    let (mut left, mut omega) = ([[0.0; TILE]; 2], [0.0; TILE]);
    let mut scores = vec![[0.0; 2]; parts.len() * bands];
    let mut energy = 0.0;
    for band in 0..bands {
        for (from, to) in tiles(bank.bands[band], bank.bands[band + 1], TILE) {
            let length = to - from;
            let [re, im] = left.each_mut().map(|plane| &mut plane[..length]);
            re.fill(0.0);
            im.fill(0.0);
            if !mix.is_silent() {
                re.iter_mut().zip(&mix.re[from..to]).for_each(|(to, x)| *to = f64::from(*x));
                im.iter_mut().zip(&mix.im[from..to]).for_each(|(to, x)| *to = f64::from(*x));
            }
            omega[..length].iter_mut().enumerate().for_each(|(bin, omega)| *omega = bank.omega(from + bin));
            for (number, ([x, y], turn)) in planes.iter_mut().zip(&turns).enumerate() {
                let Some(turn) = turn else { continue };
                x[..length].fill(0.0);
                y[..length].fill(0.0);
                bank.add(number, piece, (turn, 1.0), (from, to), [&mut x[..length], &mut y[..length]]);
                stemwright_simd::add_scaled(re, &x[..length], -parts[number].gain);
                stemwright_simd::add_scaled(im, &y[..length], -parts[number].gain);
            }
            energy += weights[band] * power(re, im);
            for (number, [x, y]) in planes.iter().enumerate().filter(|(number, _)| turns[*number].is_some()) {
                let [re, im, _] = products([&x[..length], &y[..length]], [re, im], &omega[..length]);
                let score = &mut scores[number * bands + band];
                score[0] += weights[band] * re;
                score[1] += weights[band] * im;
            }
        }
    }
    Sums { scores, energy }
}

/// What a delay changes, and by how much a drift does in this piece: the factor before −jωX.
fn slope(bank: &Bank, part: &Part, kind: Kind, piece: usize) -> f64 {
    match kind {
        Kind::Gain => 1.0,
        Kind::Delay => part.gain,
        Kind::Drift => part.gain * 1e-6 * bank.time(piece),
    }
}

fn assemble(gram: &Gram, bank: &Bank, parts: &[Part], weights: &[Vec<f64>], params: &[(usize, Kind)]) -> Vec<Vec<f64>> {
    let m = params.len();
    let mut matrix = vec![vec![0.0; m]; m];
    for (piece, weights) in weights.iter().enumerate() {
        let sums = gram.weighted(piece, weights);
        for (row, (i, kind_i)) in params.iter().enumerate() {
            let slope_i = slope(bank, &parts[*i], *kind_i, piece);
            for (column, (j, kind_j)) in params.iter().enumerate().skip(row) {
                let [level, turned, bent] = sums.of(*i, *j);
                let slopes = slope_i * slope(bank, &parts[*j], *kind_j, piece);
                matrix[row][column] += slopes
                    * match (*kind_i == Kind::Gain, *kind_j == Kind::Gain) {
                        (true, true) => level,
                        (true, false) => turned,
                        (false, true) => -turned,
                        (false, false) => bent,
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

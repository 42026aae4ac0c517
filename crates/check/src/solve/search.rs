//! Starts for the joint solution: which stem, moved where, explains most of what is left, one after the other.

use super::bank::{Bank, Bins, Part, Sources, Wide};
use super::shift::Timing;
use rayon::prelude::*;

/// Delays that are looked for, in frames.
const REACH: i64 = 24_000;
/// Drifts that are looked for, in ppm: clocks of consumer devices are 100 apart at the very most.
const DRIFT: f64 = 110.0;
/// What a step must take off what is left.
const WORTH: f64 = 0.01;

/// Weights that make the mix white, so that no band decides by its level alone: the smooth relative of the phase transform (Knapp and
/// Carter, *The generalized correlation method for estimation of time delay*, 1976).
pub(super) fn whitening(bank: &Bank, noise: f64) -> Vec<Vec<f64>> {
    let powers = scale(bank);
    let loudest = powers.iter().flatten().copied().fold(0.0, f64::max);
    let weight = |power: &f64| 1.0 / (power + 1e-8 * loudest + noise).max(f64::MIN_POSITIVE);
    powers.iter().map(|powers| powers.iter().map(weight).collect()).collect()
}

/// Weights by what is left: the maximum likelihood where that is noise of its own in each band and segment, and robust against what
/// sounds only somewhere (Holland and Welsch 1977).
pub(super) fn reweighted(bank: &Bank, left: &[Wide], noise: f64) -> Vec<Vec<f64>> {
    let powers = scale(bank);
    let loudest = powers.iter().flatten().copied().fold(0.0, f64::max);
    let of = |(left, powers): (&Wide, &Vec<f64>)| -> Vec<f64> {
        let floor = |power: &f64| noise + 1e-12 * power + 1e-15 * loudest;
        let weight = |(left, power): (&f64, &f64)| 1.0 / (left + floor(power)).max(f64::MIN_POSITIVE);
        bank.powers(left).iter().zip(powers).map(weight).collect()
    };
    left.iter().zip(&powers).map(of).collect()
}

/// By piece and band, the power of mix and stems together: a mix that is silent where stems sound is no good place to null at any cost.
fn scale(bank: &Bank) -> Vec<Vec<f64>> {
    let of = |piece: usize| {
        let mut powers = bank.powers(&bank.wide_mix(piece));
        for (_, pieces) in &bank.parts {
            let bins = &pieces[piece];
            for (power, band) in powers.iter_mut().zip(bank.bands.windows(2)).filter(|_| !bins.is_silent()) {
                let square = |values: &[f32]| -> f64 {
                    values[band[0]..band[1]].iter().map(|x| f64::from(*x) * f64::from(*x)).sum()
                };
                *power += (square(&bins.re) + square(&bins.im)) / (band[1] - band[0]) as f64;
            }
        }
        powers
    };
    (0..bank.pieces()).into_par_iter().map(of).collect()
}

/// What is left with a part taken out again.
fn without(bank: &Bank, number: usize, part: &Part, left: &[Wide]) -> Vec<Wide> {
    let mut wides = left.to_vec();
    for (piece, wide) in wides.iter_mut().enumerate().filter(|_| part.gain != 0.0) {
        if let Some(placed) = bank.placed(number, part, piece) {
            stemwright_simd::add_scaled(&mut wide.re, &placed.re, part.gain);
            stemwright_simd::add_scaled(&mut wide.im, &placed.im, part.gain);
        }
    }
    wides
}

/// Adds w·Y·X̄ of a piece.
fn cross(bank: &Bank, y: &Wide, x: &Bins, weights: &[f64], sum: &mut Wide) -> f64 {
    let mut energy = 0.0;
    for (band, weight) in bank.bands.windows(2).zip(weights) {
        for bin in band[0]..band[1] {
            let (re, im) = (f64::from(x.re[bin]), f64::from(x.im[bin]));
            sum.re[bin] += weight * (y.re[bin] * re + y.im[bin] * im);
            sum.im[bin] += weight * (y.im[bin] * re - y.re[bin] * im);
            energy += weight * (re * re + im * im);
        }
    }
    energy
}

/// Σ w·Y(t)·X(t − τ) for all τ from the place where the part was read; and Σ w·X².
pub(super) fn correlation(
    bank: &Bank,
    y: &[Wide],
    pieces: &[Bins],
    swap: bool,
    weights: &[Vec<f64>],
    which: impl Fn(usize) -> bool,
) -> Option<(Vec<f64>, f64)> {
    let mut sum = Wide::zeros(bank.bins());
    let mut energy = 0.0;
    for piece in (0..bank.pieces()).filter(|piece| which(*piece)) {
        // Channels 2k and 2k + 1 of a segment.
        let x = &pieces[if swap { piece ^ 1 } else { piece }];
        if !x.is_silent() {
            energy += cross(bank, &y[piece], x, &weights[piece], &mut sum);
        }
    }
    if energy <= 0.0 {
        return None;
    }
    let mut values = bank.values(|bin| sum.re[bin], |bin| sum.im[bin]);
    let bins = bank.fourier.bins() as f64;
    values.iter_mut().for_each(|x| *x *= bins);
    Some((values, energy))
}

/// A better place for a part.
#[derive(Debug, Clone, Copy)]
struct Better {
    part: Part,
    /// What of the energy goes.
    gain: f64,
}

fn at(values: &[f64], lag: i64) -> f64 {
    values[lag.rem_euclid(values.len() as i64) as usize]
}

/// The top of a peak between three values, in frames from the middle one.
fn top([a, b, c]: [f64; 3]) -> f64 {
    let bend = a - 2.0 * b + c;
    if bend == 0.0 { 0.0 } else { (0.5 * (a - c) / bend).clamp(-0.5, 0.5) }
}

fn lags(bank: &Bank, read: f64) -> std::ops::RangeInclusive<i64> {
    let most = (bank.window.len() as i64 * 3 / 8).min(REACH);
    let limit = |lag: f64| (lag as i64).clamp(-most, most);
    limit(-(most as f64) - read)..=limit(most as f64 - read)
}

fn better(bank: &Bank, number: usize, part: &Part, left: &[Wide], weights: &[Vec<f64>]) -> Option<Better> {
    let (read, pieces) = &bank.parts[number];
    let y = without(bank, number, part, left);
    let rest = bank.energy(left, weights);
    let mut best: Option<Better> = None;
    for swap in [false, true] {
        if swap && bank.channels != 2 {
            continue;
        }
        let Some((values, energy)) = correlation(bank, &y, pieces, swap, weights, |_| true) else { continue };
        let lag = lags(bank, read.delay)
            .max_by(|a, b| at(&values, *a).abs().total_cmp(&at(&values, *b).abs()).then(b.abs().cmp(&a.abs())))?;
        let near = [-1, 0, 1].map(|n| at(&values, lag + n));
        let explained = near[1] * near[1] / energy;
        // Swapped is only what is clearly nearer: mono stems are both.
        if best.is_some_and(|best| best.gain + 0.05 * rest + 1e-6 * energy >= explained) {
            continue;
        }
        let timing = Timing { delay: read.delay + lag as f64 + top(near), ppm: read.ppm };
        let found = Part { swapped: part.swapped != swap, gain: near[1] / energy, timing, ..*part };
        best = Some(Better { part: found, gain: explained });
    }
    let mut best = best?;
    // What the part takes off where it is now.
    let now: f64 = bank.energy(&y, weights) - rest;
    best.gain -= now;
    Some(best)
}

/// Moves one part after the other to where it explains most, as long as that is worth it.
pub(super) fn greedy(bank: &mut Bank, sources: &Sources<'_>, parts: &mut [Part], weights: &[Vec<f64>]) {
    // A part that is moved over and over is between two places that are as good as each other.
    let mut moves = vec![0; parts.len()];
    for _ in 0..3 * parts.len() + 4 {
        let left = bank.residual(parts);
        let energy = bank.energy(&left, weights);
        let search =
            |number: usize| (moves[number] < 4).then(|| better(bank, number, &parts[number], &left, weights)).flatten();
        let found: Vec<Option<Better>> = (0..parts.len()).into_par_iter().map(search).collect();
        let best = found.iter().enumerate().filter_map(|(number, better)| Some((number, (*better)?)));
        let Some((number, best)) = best.max_by(|a, b| a.1.gain.total_cmp(&b.1.gain).then(b.0.cmp(&a.0))) else { break };
        if best.gain.is_nan() || best.gain <= WORTH * energy {
            break;
        }
        moves[number] += 1;
        parts[number] = best.part;
        bank.parts[number] = (best.part.timing, bank.read_part(sources, &best.part));
    }
}

/// How well a part is told from itself at other delays: what would be left, against what is left, of the best of them.
pub(super) fn second_best(bank: &Bank, number: usize, part: &Part, left: &[Wide], weights: &[Vec<f64>]) -> f64 {
    let (read, pieces) = &bank.parts[number];
    let y = without(bank, number, part, left);
    let Some((values, energy)) = correlation(bank, &y, pieces, false, weights, |_| true) else { return 1.0 };
    let here = (part.timing.delay - read.delay).round() as i64;
    let explained = |lag: i64| at(&values, lag) * at(&values, lag) / energy;
    let best = explained(here);
    // Peaks only: the slopes of the best one belong to it.
    let peak = |lag: &i64| {
        let size = explained(*lag);
        (*lag - here).abs() > 1 && size >= explained(lag - 1) && size >= explained(lag + 1)
    };
    let second = lags(bank, read.delay).filter(peak).map(explained).fold(0.0, f64::max);
    let total = bank.energy(&y, weights);
    (total - second) / (total - best).max(1e-12 * total)
}

/// A line through the delays of the segments: where a part begins to drift, as far as whole frames tell. Gives what it takes off the
/// energy beside the part as it is.
pub(super) fn drift_of(
    bank: &Bank,
    number: usize,
    part: &Part,
    left: &[Wide],
    weights: &[Vec<f64>],
) -> Option<(Part, f64)> {
    let (read, pieces) = &bank.parts[number];
    let y = without(bank, number, part, left);
    let mut energy = 0.0;
    let mut segments: Vec<(f64, Vec<f64>)> = Vec::new();
    for segment in 0..bank.starts.len() {
        let inside = |piece: usize| piece / bank.channels == segment;
        if let Some((values, own)) = correlation(bank, &y, pieces, false, weights, inside) {
            energy += own;
            segments.push((bank.time(segment * bank.channels), values));
        }
    }
    if segments.len() < 2 {
        return None;
    }
    let span = segments.iter().map(|(time, _)| time.abs()).fold(1.0, f64::max);
    let step = 0.5 / (span * 1e-6);
    let reach = (DRIFT * 1e-6 * span).ceil() as i64 + 600;
    let steps = (DRIFT / step).ceil() as i64;
    let half = bank.window.len() as i64 / 2 - 2;
    let sum = |ppm: f64, lag: i64| -> f64 {
        let of = |(time, values): &(f64, Vec<f64>)| {
            at(values, (lag + (ppm * 1e-6 * time).round() as i64).clamp(-half, half))
        };
        segments.iter().map(of).sum()
    };
    let mut best = (0.0, 0.0, 0);
    for ppm in (-steps..=steps).map(|n| n as f64 * step) {
        for lag in -reach.min(half)..=reach.min(half) {
            let value = sum(ppm, lag);
            if value.abs() > f64::abs(best.0) {
                best = (value, ppm, lag);
            }
        }
    }
    let (value, ppm, lag) = best;
    let now = bank.energy(&y, weights) - bank.energy(left, weights);
    let timing = Timing { delay: read.delay + lag as f64, ppm: read.ppm + ppm };
    Some((Part { gain: value / energy, timing, ..*part }, value * value / energy - now))
}

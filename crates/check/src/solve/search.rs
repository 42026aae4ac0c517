//! Starts for the joint solution: which stem, moved where, explains most of what is left, one after the other.

use super::bank::{Bank, Part, Sources, Wide, power, tiles};
use super::shift::Timing;
use rayon::prelude::*;
use stemwright_simd::widest;

/// Delays that are looked for, in frames.
const REACH: i64 = 24_000;
/// Drifts that are looked for, in ppm: clocks of consumer devices are 100 apart at the very most.
const DRIFT: f64 = 110.0;
/// Bins that are worked on at once.
const TILE: usize = 256;
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
        bank.parts.iter().for_each(|read| stemwright_simd::add(&mut powers, &read.powers[piece]));
        powers
    };
    (0..bank.pieces()).into_par_iter().map(of).collect()
}

/// Where a part sounds in what is left.
struct Crossed {
    /// Σ w·Y·X̄, with the part put back into Y.
    sum: Wide,
    /// Σ w·X².
    own: f64,
    /// What more would be left without the part.
    now: f64,
}

/// Adds w·Y·X̄.
fn cross([y_re, y_im]: [&[f64]; 2], [x_re, x_im]: [&[f32]; 2], weight: f64, [re, im]: [&mut [f64]; 2]) {
    widest(
        #[inline(always)]
        || {
            let y = y_re.iter().zip(y_im);
            for (((re, im), (y_re, y_im)), (x_re, x_im)) in re.iter_mut().zip(im).zip(y).zip(x_re.iter().zip(x_im)) {
                let (a, b) = (weight * f64::from(*x_re), weight * f64::from(*x_im));
                *re += y_re * a + y_im * b;
                *im += y_im * a - y_re * b;
            }
        },
    );
}

/// `None` where the part is silent.
fn crossed(
    bank: &Bank,
    (number, part, swap): (usize, &Part, bool),
    left: &[Wide],
    weights: &[Vec<f64>],
    which: impl Fn(usize) -> bool,
) -> Option<Crossed> {
    let read = &bank.parts[number];
    let mut crossed = Crossed { sum: Wide::zeros(bank.bins()), own: 0.0, now: 0.0 };
    let mut y = [[0.0; TILE]; 2];
    for piece in (0..bank.pieces()).filter(|piece| which(*piece)) {
        // Channels 2k and 2k + 1 of a segment.
        let other = if swap { piece ^ 1 } else { piece };
        let x = &read.pieces[other];
        let turn = bank.turn(number, part, piece).filter(|_| part.gain != 0.0);
        if x.is_silent() && turn.is_none() {
            continue;
        }
        for ((band, weight), own) in bank.bands.windows(2).zip(&weights[piece]).zip(&read.powers[other]) {
            if !x.is_silent() {
                crossed.own += weight * own * (band[1] - band[0]) as f64;
            }
            for (from, to) in tiles(band[0], band[1], TILE) {
                let (old_re, old_im) = (&left[piece].re[from..to], &left[piece].im[from..to]);
                let [re, im] = y.each_mut().map(|plane| &mut plane[..to - from]);
                re.copy_from_slice(old_re);
                im.copy_from_slice(old_im);
                if let Some(turn) = &turn {
                    bank.add(number, piece, (turn, part.gain), (from, to), [&mut *re, &mut *im]);
                    crossed.now += weight * (power(re, im) - power(old_re, old_im));
                }
                if !x.is_silent() {
                    let sum = [&mut crossed.sum.re[from..to], &mut crossed.sum.im[from..to]];
                    cross([re, im], [&x.re[from..to], &x.im[from..to]], *weight, sum);
                }
            }
        }
    }
    (crossed.own > 0.0).then_some(crossed)
}

/// Σ w·Y(t)·X(t − τ) for all τ from the place where the part was read.
fn over_time(bank: &Bank, sum: &Wide) -> Vec<f64> {
    let mut values = bank.values(|bin| sum.re[bin], |bin| sum.im[bin]);
    let bins = bank.fourier.bins() as f64;
    values.iter_mut().for_each(|x| *x *= bins);
    values
}

/// Σ w·R(t)·X(t − τ) of what is left, for all τ from the place where the part was read; and Σ w·X².
pub(super) fn correlation(
    bank: &Bank,
    number: usize,
    part: &Part,
    left: &[Wide],
    weights: &[Vec<f64>],
) -> Option<(Vec<f64>, f64)> {
    let away = Part { gain: 0.0, ..*part };
    let crossed = crossed(bank, (number, &away, false), left, weights, |_| true)?;
    Some((over_time(bank, &crossed.sum), crossed.own))
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

/// Whether left and right are the same.
fn is_mono(bank: &Bank, number: usize) -> bool {
    let pairs = bank.parts[number].pieces.chunks(bank.channels);
    bank.channels == 2 && pairs.into_iter().all(|pair| pair[0].re == pair[1].re && pair[0].im == pair[1].im)
}

fn better(bank: &Bank, number: usize, part: &Part, left: &[Wide], rest: f64, weights: &[Vec<f64>]) -> Option<Better> {
    let read = &bank.parts[number];
    let mut best: Option<Better> = None;
    let mut now = 0.0;
    for swap in [false, true] {
        if swap && (bank.channels != 2 || is_mono(bank, number)) {
            continue;
        }
        let Some(crossed) = crossed(bank, (number, part, swap), left, weights, |_| true) else { continue };
        // What the part takes off where it is now.
        now = crossed.now;
        let (values, energy) = (over_time(bank, &crossed.sum), crossed.own);
        let lag = lags(bank, read.timing.delay)
            .max_by(|a, b| at(&values, *a).abs().total_cmp(&at(&values, *b).abs()).then(b.abs().cmp(&a.abs())))?;
        let near = [-1, 0, 1].map(|n| at(&values, lag + n));
        let explained = near[1] * near[1] / energy;
        // Swapped is only what is clearly nearer: mono stems are both.
        if best.is_some_and(|best| best.gain + 0.05 * rest + 1e-6 * energy >= explained) {
            continue;
        }
        let timing = Timing { delay: read.timing.delay + lag as f64 + top(near), ppm: read.timing.ppm };
        let found = Part { swapped: part.swapped != swap, gain: near[1] / energy, timing, ..*part };
        best = Some(Better { part: found, gain: explained });
    }
    let mut best = best?;
    best.gain -= now;
    Some(best)
}

/// What was found of parts, and whether anything has changed since.
struct Found<T> {
    each: Vec<Option<T>>,
    fresh: Vec<bool>,
}

/// How many are looked at again at once.
const BATCH: usize = 4;

impl<T: Copy + Send> Found<T> {
    fn new(parts: usize) -> Self {
        Self { each: vec![None; parts], fresh: vec![false; parts] }
    }

    fn look(&mut self, numbers: &[usize], search: impl Fn(usize) -> Option<T> + Sync) {
        let found: Vec<Option<T>> = numbers.par_iter().map(|number| search(*number)).collect();
        for (number, found) in numbers.iter().zip(found) {
            (self.each[*number], self.fresh[*number]) = (found, true);
        }
    }

    /// The best of them, where it is worth more than `worth`. What was found before something changed is looked at again only where
    /// it would be the best, and before all is given up.
    fn best(
        &mut self,
        worth: f64,
        gain: impl Fn(&T) -> f64,
        search: impl Fn(usize) -> Option<T> + Sync,
    ) -> Option<(usize, T)> {
        loop {
            let known = self.each.iter().enumerate().filter_map(|(number, found)| Some((number, (*found)?)));
            let mut known: Vec<(usize, T)> = known.filter(|(_, found)| gain(found) > worth).collect();
            known.sort_by(|a, b| gain(&b.1).total_cmp(&gain(&a.1)).then(a.0.cmp(&b.0)));
            match known.first() {
                Some(&(number, found)) if self.fresh[number] => return Some((number, found)),
                Some(_) => {
                    let stale = known.iter().map(|(number, _)| *number).filter(|number| !self.fresh[*number]);
                    self.look(&stale.take(BATCH).collect::<Vec<_>>(), &search);
                }
                None => {
                    let stale: Vec<usize> = (0..self.fresh.len()).filter(|number| !self.fresh[*number]).collect();
                    if stale.is_empty() {
                        return None;
                    }
                    self.look(&stale, &search);
                }
            }
        }
    }

    fn changed(&mut self) {
        self.fresh.fill(false);
    }
}

/// Moves one part after the other to where it explains most, as long as that is worth it.
pub(super) fn greedy(bank: &mut Bank, sources: &Sources<'_>, parts: &mut [Part], weights: &[Vec<f64>]) {
    // A part that is moved over and over is between two places that are as good as each other.
    let mut moves = vec![0; parts.len()];
    let mut left = bank.residual(parts);
    let mut found: Found<Better> = Found::new(parts.len());
    for _ in 0..3 * parts.len() + 4 {
        let energy = bank.energy(&left, weights);
        let search = |number: usize| {
            let part = &parts[number];
            (moves[number] < 4).then(|| better(bank, number, part, &left, energy, weights)).flatten()
        };
        let Some((number, best)) = found.best(WORTH * energy, |better| better.gain, search) else { break };
        moves[number] += 1;
        bank.put(number, &parts[number], 1.0, &mut left);
        parts[number] = best.part;
        bank.parts[number] = bank.read_part(sources, &best.part);
        bank.put(number, &best.part, -1.0, &mut left);
        found.changed();
    }
}

/// How well a part is told from itself at other delays: what would be left, against what is left, of the best of them.
pub(super) fn second_best(bank: &Bank, number: usize, part: &Part, left: &[Wide], weights: &[Vec<f64>]) -> f64 {
    let read = &bank.parts[number];
    let Some(crossed) = crossed(bank, (number, part, false), left, weights, |_| true) else { return 1.0 };
    let (values, energy) = (over_time(bank, &crossed.sum), crossed.own);
    let here = (part.timing.delay - read.timing.delay).round() as i64;
    let explained = |lag: i64| at(&values, lag) * at(&values, lag) / energy;
    let best = explained(here);
    // Peaks only: the slopes of the best one belong to it.
    let peak = |lag: &i64| {
        let size = explained(*lag);
        (*lag - here).abs() > 1 && size >= explained(lag - 1) && size >= explained(lag + 1)
    };
    let second = lags(bank, read.timing.delay).filter(peak).map(explained).fold(0.0, f64::max);
    let total = bank.energy(left, weights) + crossed.now;
    (total - second) / (total - best).max(1e-12 * total)
}

/// Finds lines through the delays of the segments, the part that gains most first, as long as it takes a tenth off what is left.
pub(super) fn drift(bank: &mut Bank, sources: &Sources<'_>, parts: &mut [Part], stems: usize, weights: &[Vec<f64>]) {
    let mut left = bank.residual(parts);
    let mut found: Found<(Part, f64)> = Found::new(stems);
    for _ in 0..stems {
        let energy = bank.energy(&left, weights);
        let search = |number: usize| drift_of(bank, number, &parts[number], &left, weights);
        let Some((number, (part, _))) = found.best(0.1 * energy, |(_, gain)| *gain, search) else { break };
        bank.put(number, &parts[number], 1.0, &mut left);
        parts[number] = part;
        bank.parts[number] = bank.read_part(sources, &part);
        bank.put(number, &part, -1.0, &mut left);
        found.changed();
    }
}

/// A line through the delays of the segments: where a part begins to drift, as far as whole frames tell. Gives what it takes off the
/// energy beside the part as it is.
fn drift_of(bank: &Bank, number: usize, part: &Part, left: &[Wide], weights: &[Vec<f64>]) -> Option<(Part, f64)> {
    let read = &bank.parts[number];
    let (mut energy, mut now) = (0.0, 0.0);
    let mut segments: Vec<(f64, Vec<f64>)> = Vec::new();
    for segment in 0..bank.starts.len() {
        let inside = |piece: usize| piece / bank.channels == segment;
        if let Some(crossed) = crossed(bank, (number, part, false), left, weights, inside) {
            energy += crossed.own;
            now += crossed.now;
            segments.push((bank.time(segment * bank.channels), over_time(bank, &crossed.sum)));
        }
    }
    if segments.len() < 2 {
        return None;
    }
    let span = segments.iter().map(|(time, _)| time.abs()).fold(1.0, f64::max);
    let step = 0.5 / (span * 1e-6);
    let half = bank.window.len() as i64 / 2 - 2;
    let away = (DRIFT * 1e-6 * span).ceil() as i64 + 1;
    let reach = (away + 600).min(half);
    let steps = (DRIFT / step).ceil() as i64;
    // Correlations from −reach − away on.
    let rows: Vec<(f64, Vec<f64>)> = segments
        .iter()
        .map(|(time, values)| {
            let row = (-reach - away..=reach + away).map(|lag| at(values, lag.clamp(-half, half)));
            (*time, row.collect())
        })
        .collect();
    let mut sums = vec![0.0; 2 * reach as usize + 1];
    let mut best = (0.0, 0.0, 0);
    for ppm in (-steps..=steps).map(|n| n as f64 * step) {
        sums.fill(0.0);
        for (time, row) in &rows {
            let moved = ((ppm * 1e-6 * time).round() as i64).clamp(-away, away);
            let from = usize::try_from(away + moved).unwrap_or(0);
            stemwright_simd::add(&mut sums, &row[from..from + 2 * reach as usize + 1]);
        }
        for (lag, value) in (-reach..).zip(&sums) {
            if value.abs() > f64::abs(best.0) {
                best = (*value, ppm, lag);
            }
        }
    }
    let (value, ppm, lag) = best;
    let timing = Timing { delay: read.timing.delay + lag as f64, ppm: read.timing.ppm + ppm };
    Some((Part { gain: value / energy, timing, ..*part }, value * value / energy - now))
}

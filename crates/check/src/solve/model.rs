//! The model that comes nearest to the mix: every stem with gain, delay and, where that helps, drift; and what was done to their sum.

use super::bank::{Bank, Bins, Part, Sources, Wide};
use super::normal::{Fit, Sigma, solve, steps};
use super::processed::{Curve, Filter, bent, curve, filter, filter_of, without_curve, without_filter};
use super::search::{correlation, drift, greedy, reweighted, second_best, whitening};
use super::shift::Timing;
use super::told::{Step, Told};
use crate::sum::Rounding;
use std::sync::Arc;

/// A further cause must take three quarters off what is left.
const HELPS: f64 = 0.25;

#[derive(Clone)]
pub(super) struct Model {
    pub(super) bank: Bank,
    pub(super) parts: Vec<Part>,
    /// For each part, the stems that hold it: several where files are the same.
    pub(super) members: Vec<Vec<usize>>,
    /// Which parts are a stem's second time in the mix.
    pub(super) echoes: usize,
    /// Stems that are silent wherever was looked.
    pub(super) silent: Vec<usize>,
    pub(super) drifting: Vec<bool>,
    pub(super) fit: Fit,
    pub(super) curve: Option<Curve>,
    pub(super) filter: Option<Filter>,
    /// Weights by what is left.
    pub(super) weights: Vec<Vec<f64>>,
    pub(super) white: Vec<Vec<f64>>,
    noise: f64,
    pub(super) lossy: bool,
    pub(super) left: Vec<Wide>,
}

impl Model {
    pub(super) fn new(
        sources: &Sources<'_>,
        activity: &[(u64, Vec<f32>)],
        rounding: Rounding,
        (delay, gain): (i64, f64),
        told: &Told<'_>,
    ) -> Option<Self> {
        let plain = |stem| Part { stem, swapped: false, gain: 1.0, timing: Timing::default() };
        let mut parts: Vec<Part> = (0..sources.stems.len()).map(plain).collect();
        let mut bank = Bank::new(sources, activity, &parts)?;
        let (mut members, mut silent) = (Vec::<Vec<usize>>::new(), Vec::new());
        let mut keep = Vec::new();
        for stem in 0..parts.len() {
            let pieces = &bank.parts[stem].pieces;
            if pieces.iter().all(Bins::is_silent) {
                silent.push(stem);
                continue;
            }
            let same = |other: &usize| {
                bank.parts[*other].pieces.iter().zip(pieces.iter()).all(|(a, b)| a.re == b.re && a.im == b.im)
            };
            match keep.iter().position(same) {
                Some(at) => members[at].push(stem),
                None => {
                    keep.push(stem);
                    members.push(vec![stem]);
                }
            }
        }
        parts = keep.iter().zip(&members).map(|(stem, all)| Part { gain: all.len() as f64, ..plain(*stem) }).collect();
        let mut number = 0;
        bank.parts.retain(|_| {
            number += 1;
            keep.contains(&(number - 1))
        });
        if parts.is_empty() || bank.mix.iter().all(Bins::is_silent) {
            return None;
        }
        let squares: f64 = bank.window.iter().map(|w| w * w).sum();
        let noise = rounding.squares / 12.0 * squares;
        let white = whitening(&bank, noise);
        let mut model = Self {
            drifting: vec![false; parts.len()],
            fit: Fit::default(),
            weights: white.clone(),
            left: Vec::new(),
            bank,
            parts,
            members,
            echoes: 0,
            silent,
            curve: None,
            filter: None,
            white,
            noise,
            lossy: rounding.lossy,
        };
        told.step(Step::Read)?;
        model.start(delay, gain);
        greedy(&mut model.bank, sources, &mut model.parts, &model.white);
        told.step(Step::Found)?;
        model.refine(sources, true);
        told.step(Step::Solved)?;
        model.explain(sources);
        told.step(Step::Explained)?;
        Some(model)
    }

    /// Where to begin: the stems as they are, or all with what the pass suspects, or none.
    fn start(&mut self, delay: i64, gain: f64) {
        let with = |parts: &[Part], gain: f64, delay: i64| -> Vec<Part> {
            let timing = Timing { delay: delay as f64, ppm: 0.0 };
            parts.iter().map(|part| Part { gain: part.gain * gain, timing, ..*part }).collect()
        };
        let gain = if gain.is_finite() && gain != 0.0 { gain } else { 1.0 };
        let starts = [
            self.parts.clone(),
            with(&self.parts, 1.0, delay),
            with(&self.parts, -1.0, delay),
            with(&self.parts, gain, 0),
            with(&self.parts, 0.0, 0),
        ];
        let energies = starts.iter().map(|parts| self.bank.energy(&self.bank.residual(parts), &self.white));
        let energies: Vec<f64> = energies.collect();
        // The first of equals.
        let best = (0..starts.len()).min_by(|a, b| energies[*a].total_cmp(&energies[*b])).unwrap_or(0);
        self.parts.clone_from(&starts[best]);
    }

    /// Solves with weights by what is left until those do not change any more.
    fn refine(&mut self, sources: &Sources<'_>, search: bool) {
        let mut last = f64::INFINITY;
        solve(&mut self.bank, sources, &mut self.parts, &self.weights, &self.drifting);
        for round in 0..4 {
            let left = self.bank.residual(&self.parts);
            self.weights = reweighted(&self.bank, &left, self.noise);
            if search && round < 2 {
                greedy(&mut self.bank, sources, &mut self.parts, &self.weights);
            }
            self.fit = solve(&mut self.bank, sources, &mut self.parts, &self.weights, &self.drifting);
            self.left = self.bank.residual(&self.parts);
            let now = self.bank.energy(&self.left, &self.white);
            if round >= 1 && (now - last).abs() < 1e-2 * last {
                break;
            }
            last = now;
        }
    }

    /// The parts with no fraction of a frame and no drift where those are as likely nothing: they are read as they are.
    pub(super) fn plain_parts(&self) -> Vec<Part> {
        let sigmas = self.fit.sigmas.iter().map(Some).chain(std::iter::repeat(None));
        let of = |(part, sigma): (&Part, Option<&Sigma>)| {
            let near = |off: f64, sigma: Option<f64>| sigma.is_some_and(|sigma| off.abs() < 2.0 * sigma);
            let Timing { delay, ppm } = part.timing;
            let whole = delay.round();
            let (still, even) = (
                near(ppm, sigma.and_then(|sigma| sigma.ppm)),
                near(delay - whole, sigma.and_then(|sigma| sigma.delay)),
            );
            let ppm = if still { 0.0 } else { ppm };
            let delay = if even && ppm == 0.0 { whole } else { delay };
            Part { timing: Timing { delay, ppm }, ..*part }
        };
        self.parts.iter().zip(sigmas).map(of).collect()
    }

    /// What is left of the whitened mix, as an energy ratio.
    pub(super) fn remains(&self) -> f64 {
        let mix: Vec<Wide> = (0..self.bank.pieces()).map(|piece| self.bank.wide_mix(piece)).collect();
        self.bank.energy(&self.left, &self.white) / self.bank.energy(&mix, &self.white).max(f64::MIN_POSITIVE)
    }

    /// Whether that is nothing but what rounding leaves, or next to nothing: in every band, because what is the matter with a bass is
    /// little of all bins.
    pub(super) fn nulls(&self) -> bool {
        let share = if self.lossy { 1e-3 } else { 1e-6 };
        let pieces = 0..self.bank.pieces();
        let mut totals = vec![[0.0; 2]; self.bank.bands.len() - 1];
        for piece in pieces.clone() {
            let [left, mix] = [&self.left[piece], &self.bank.wide_mix(piece)].map(|wide| self.bank.powers(wide));
            for (total, (left, mix)) in totals.iter_mut().zip(left.iter().zip(&mix)) {
                total[0] += left;
                total[1] += mix;
            }
        }
        // What windows leak from band to band is 90 dB below the loudest of them.
        let loudest = totals.iter().map(|[_, mix]| *mix).fold(0.0, f64::max);
        let floor = 4.0 * self.noise * pieces.len() as f64 + 1e-9 * share * loudest;
        totals.iter().all(|[left, mix]| *left <= share * mix + floor)
    }

    /// Tries drift, a gain over time and a filter, and keeps what helps, the most helpful first.
    fn explain(&mut self, sources: &Sources<'_>) {
        for _ in 0..3 {
            if self.nulls() {
                return;
            }
            let before = self.remains();
            let mut best: Option<(f64, Self)> = None;
            let mut offer = |model: Option<Self>| {
                let Some(model) = model else { return };
                // What explains all of it may be little of all bins.
                let after = if model.nulls() { 0.0 } else { model.remains() };
                if after < HELPS * before && best.as_ref().is_none_or(|(other, _)| after < *other) {
                    best = Some((after, model));
                }
            };
            offer(self.with_drift(sources));
            if self.curve.is_none() {
                offer(self.with_curve(sources));
            }
            if self.filter.is_none() {
                offer(self.with_filter(sources));
            }
            match best {
                Some((_, model)) => *self = model,
                None => break,
            }
        }
        if !self.nulls() {
            self.echo(sources);
        }
    }

    fn with_drift(&self, sources: &Sources<'_>) -> Option<Self> {
        if self.bank.starts.len() < 2 {
            return None;
        }
        let mut model = self.clone();
        drift(&mut model.bank, sources, &mut model.parts, self.members.len(), &self.white);
        model.drifting = vec![true; self.parts.len()];
        model.weights.clone_from(&model.white);
        solve(&mut model.bank, sources, &mut model.parts, &model.white, &model.drifting);
        model.left = model.bank.residual(&model.parts);
        if model.remains() > 0.5 * self.remains() && !model.nulls() {
            return None;
        }
        model.refine(sources, true);
        Some(model)
    }

    /// All parts with the gain that most have, where they are not far from it, and where most are in time; so, but each where it is in
    /// time; and the parts as they are. What is alone in its band can be moved by a filter as well.
    fn levelled(&self) -> [Vec<Part>; 3] {
        let middle_of = |mut values: Vec<f64>| {
            values.sort_by(f64::total_cmp);
            values[values.len() / 2]
        };
        let gains = self.parts.iter().zip(&self.members).map(|(part, all)| part.gain / all.len() as f64);
        let middle = middle_of(gains.collect());
        let when = middle_of(self.parts.iter().map(|part| part.timing.delay.round()).collect());
        let level = |(number, part): (usize, &Part)| {
            let all = self.members[number].len() as f64;
            let off = part.gain / all / middle;
            let delay = part.timing.delay.round();
            let away = (part.timing.delay - delay).abs();
            let vague = delay == 0.0 && self.fit.sigmas[number].delay.is_none_or(|sigma| away < 20.0 * sigma);
            let timing = if away < 0.1 || vague { Timing { delay, ..part.timing } } else { part.timing };
            let gain = if off > 0.4 && off < 2.5 { middle * all } else { part.gain };
            Part { gain, timing, ..*part }
        };
        let level: Vec<Part> = self.parts.iter().enumerate().map(level).collect();
        let together = level.iter().map(|part| Part { timing: Timing { delay: when, ..part.timing }, ..*part });
        [together.collect(), level, self.parts.clone()]
    }

    /// With parts as they are given and something taken off the mix. Uncertain is by how much a step would move them, and its scatter.
    fn settled(&self, parts: Vec<Part>, mix: Vec<Bins>) -> Self {
        let mut model = self.clone();
        model.parts = parts;
        model.bank.mix = Arc::new(mix);
        model.left = model.bank.residual(&model.parts);
        model.weights = reweighted(&model.bank, &model.left, model.noise);
        let mut moved = model.parts.clone();
        model.fit = steps(&mut model.bank, &mut moved, &model.weights, &model.drifting);
        for ((sigma, part), moved) in model.fit.sigmas.iter_mut().zip(&model.parts).zip(&moved) {
            let wider = |sigma: Option<f64>, off: f64| sigma.map(|sigma| sigma.hypot(off));
            sigma.gain = wider(sigma.gain, moved.gain - part.gain);
            sigma.delay = wider(sigma.delay, moved.timing.delay - part.timing.delay);
            sigma.ppm = wider(sigma.ppm, moved.timing.ppm - part.timing.ppm);
        }
        model
    }

    fn with_curve(&self, sources: &Sources<'_>) -> Option<Self> {
        let take = |bank: &Bank, left: &[Wide]| {
            let found = curve(bank, left);
            (found.range[0] > 0.02 && found.range[1] < 50.0).then_some(found)
        };
        let put = |model: &mut Self, found| model.curve = Some(found);
        self.with_processing(sources, take, |found| found.left.ratio(), without_curve, put)
    }

    fn with_filter(&self, sources: &Sources<'_>) -> Option<Self> {
        let take = |bank: &Bank, left: &[Wide]| Some(filter(bank, left, &self.white));
        let put = |model: &mut Self, found| model.filter = Some(found);
        self.with_processing(sources, take, |found| found.left.ratio(), without_filter, put)
    }

    /// Takes what was done to the mix off it: with all parts levelled, and, where that leaves much less, with all of them free, in
    /// turns. What is done to all and what single stems do are told apart badly: the simpler explanation goes first.
    fn with_processing<F>(
        &self,
        sources: &Sources<'_>,
        take: impl Fn(&Bank, &[Wide]) -> Option<F>,
        ratio: impl Fn(&F) -> f64,
        without: impl Fn(&Bank, &F) -> Vec<Bins>,
        put: impl Fn(&mut Self, F),
    ) -> Option<Self> {
        let mut best: Option<Self> = None;
        for parts in self.levelled() {
            let Some(found) = take(&self.bank, &self.bank.residual(&parts)) else { continue };
            if ratio(&found) > 0.6 {
                continue;
            }
            let mut model = self.settled(parts, without(&self.bank, &found));
            if best.as_ref().is_none_or(|other| model.remains() < HELPS * other.remains()) {
                put(&mut model, found);
                best = Some(model);
            }
        }
        let settled = best?;
        let before = self.remains();
        // Where it takes 30 dB off, nothing worth the while is left to single stems.
        if settled.remains() > before || settled.remains() < 1e-3 * before || settled.nulls() {
            return Some(settled);
        }
        let mut free = settled.clone();
        for _ in 0..2 {
            free.refine(sources, false);
            let taken = std::mem::replace(&mut free.bank.mix, Arc::clone(&self.bank.mix));
            let Some(found) = take(&free.bank, &free.bank.residual(&free.parts)) else { return Some(settled) };
            let mix = without(&free.bank, &found);
            free.bank.mix = taken;
            let parts = free.parts.clone();
            free = free.settled(parts, mix);
            put(&mut free, found);
        }
        Some(if free.remains() < HELPS * settled.remains() { free } else { settled })
    }

    /// Whether what is left is a stem once more, at another time.
    fn echo(&mut self, sources: &Sources<'_>) {
        let energy = self.bank.energy(&self.left, &self.white);
        let mut best: Option<(f64, Part)> = None;
        for (number, part) in self.parts.iter().enumerate() {
            let timing = self.bank.parts[number].timing;
            let found = correlation(&self.bank, number, part, &self.left, &self.white);
            let Some((values, own)) = found else { continue };
            let half = (self.bank.window.len() as i64 * 3 / 8).min(24_000);
            let at = |lag: i64| values[lag.rem_euclid(values.len() as i64) as usize];
            let Some(lag) = (-half..=half).max_by(|a, b| at(*a).abs().total_cmp(&at(*b).abs())) else { continue };
            let explained = at(lag) * at(lag) / own;
            if explained > 0.5 * energy && best.is_none_or(|(other, _)| explained > other) {
                let timing = Timing { delay: timing.delay + lag as f64, ..timing };
                best = Some((explained, Part { gain: at(lag) / own, timing, ..*part }));
            }
        }
        let Some((_, part)) = best else { return };
        let read = self.bank.read_part(sources, &part);
        self.bank.parts.push(read);
        self.parts.push(part);
        self.drifting.push(false);
        self.echoes = 1;
        self.refine(sources, false);
    }

    /// How much what is left grows where a part is as `other`.
    pub(super) fn costs(&self, number: usize, other: Part) -> f64 {
        let mut left = self.left.clone();
        self.bank.put(number, &self.parts[number], 1.0, &mut left);
        self.bank.put(number, &other, -1.0, &mut left);
        self.bank.energy(&left, &self.weights) / self.bank.energy(&self.left, &self.weights).max(f64::MIN_POSITIVE)
    }

    /// The same of all parts at once.
    pub(super) fn costs_all(&self, change: impl Fn(Part) -> Part) -> f64 {
        let others: Vec<Part> = self.parts.iter().map(|part| change(*part)).collect();
        let left = self.bank.residual(&others);
        self.bank.energy(&left, &self.weights) / self.bank.energy(&self.left, &self.weights).max(f64::MIN_POSITIVE)
    }

    /// How much what is left grows at the next best delay.
    pub(super) fn next_delay_costs(&self, number: usize) -> f64 {
        second_best(&self.bank, number, &self.parts[number], &self.left, &self.weights)
    }
}

impl Model {
    /// How much what is left grows where a swapped part is read as it is.
    pub(super) fn unswapped_costs(&self, number: usize) -> f64 {
        let mut left = self.left.clone();
        let part = &self.parts[number];
        let channels = self.bank.channels;
        for segment in 0..self.bank.starts.len() {
            for channel in 0..channels.min(2) {
                let (piece, other) = (segment * channels + channel, segment * channels + 1 - channel);
                self.bank.add_part(number, part, piece, part.gain, &mut left[piece]);
                self.bank.add_part(number, part, other, -part.gain, &mut left[piece]);
            }
        }
        self.bank.energy(&left, &self.weights) / self.bank.energy(&self.left, &self.weights).max(f64::MIN_POSITIVE)
    }

    /// How much of what is left a bent curve explains.
    pub(super) fn bent(&self) -> f64 {
        bent(&self.bank, &self.left)
    }

    /// How much of what is left a filter on one part explains.
    pub(super) fn filtered(&self, number: usize) -> f64 {
        let signal = |piece: usize| {
            let mut part = Wide::zeros(self.bank.bins());
            self.bank.add_part(number, &self.parts[number], piece, 1.0, &mut part);
            part
        };
        1.0 - filter_of(&self.bank, &self.left, &self.white, signal).left.ratio()
    }

    /// What a gain over time or a filter on all would still leave, 0 to 1.
    pub(super) fn mix_ratios(&self) -> f64 {
        let gain = curve(&self.bank, &self.left).left.ratio();
        gain.min(filter(&self.bank, &self.left, &self.white).left.ratio())
    }

    /// What is left as a share of the mix's energy, unweighted, where all is taken off that was found.
    pub(super) fn share(&self) -> f64 {
        let ones: Vec<Vec<f64>> = self.white.iter().map(|weights| vec![1.0; weights.len()]).collect();
        let mix: Vec<Wide> = (0..self.bank.pieces()).map(|piece| self.bank.wide_mix(piece)).collect();
        self.bank.energy(&self.left, &ones) / self.bank.energy(&mix, &ones).max(f64::MIN_POSITIVE)
    }
}

//! The model that comes nearest to the mix: every stem with gain, delay and, where that helps, drift; and what was done to their sum.

use super::bank::{Bank, Bins, Part, Sources, Wide};
use super::normal::{Fit, solve, steps};
use super::processed::{Curve, Filter, bent, curve, filter, filter_of, without_curve, without_filter};
use super::search::{correlation, drift_of, greedy, reweighted, second_best, whitening};
use super::shift::Timing;
use crate::sum::Rounding;

/// A further cause must take three quarters off what is left.
const HELPS: f64 = 0.25;

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
    ) -> Option<Self> {
        let plain = |stem| Part { stem, swapped: false, gain: 1.0, timing: Timing::default() };
        let mut parts: Vec<Part> = (0..sources.stems.len()).map(plain).collect();
        let mut bank = Bank::new(sources, activity, &parts)?;
        let (mut members, mut silent) = (Vec::<Vec<usize>>::new(), Vec::new());
        let mut keep = Vec::new();
        for stem in 0..parts.len() {
            let pieces = &bank.parts[stem].1;
            if pieces.iter().all(Bins::is_silent) {
                silent.push(stem);
                continue;
            }
            let same =
                |other: &usize| bank.parts[*other].1.iter().zip(pieces).all(|(a, b)| a.re == b.re && a.im == b.im);
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
        model.start(delay, gain);
        greedy(&mut model.bank, sources, &mut model.parts, &model.white);
        model.refine(sources, true);
        model.explain(sources);
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

    /// What is left of the whitened mix, as an energy ratio.
    pub(super) fn remains(&self) -> f64 {
        let mix: Vec<Wide> = (0..self.bank.pieces()).map(|piece| self.bank.wide_mix(piece)).collect();
        self.bank.energy(&self.left, &self.white) / self.bank.energy(&mix, &self.white).max(f64::MIN_POSITIVE)
    }

    /// Whether that is nothing but what rounding leaves, or next to nothing.
    pub(super) fn nulls(&self) -> bool {
        let mix: Vec<Wide> = (0..self.bank.pieces()).map(|piece| self.bank.wide_mix(piece)).collect();
        let widths = self.bank.bands.windows(2).map(|band| (band[1] - band[0]) as f64);
        let weights = |weights: &Vec<f64>| -> f64 { weights.iter().zip(widths.clone()).map(|(w, n)| w * n).sum() };
        let noise: f64 = self.noise * self.white.iter().map(weights).sum::<f64>();
        let floor = noise / self.bank.energy(&mix, &self.white).max(f64::MIN_POSITIVE);
        self.remains() <= if self.lossy { 1e-3 } else { 1e-6 } + 4.0 * floor
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
                let after = model.remains();
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

    fn copy(&self) -> Self {
        Self {
            bank: Bank {
                fourier: stemwright_dsp::Fourier::new(self.bank.fourier.bins()),
                window: self.bank.window.clone(),
                starts: self.bank.starts.clone(),
                bands: self.bank.bands.clone(),
                shift: super::shift::Shift::new(),
                mix: self.bank.mix.clone(),
                plain: self.bank.plain.clone(),
                parts: self.bank.parts.clone(),
                ..self.bank
            },
            parts: self.parts.clone(),
            members: self.members.clone(),
            silent: self.silent.clone(),
            drifting: self.drifting.clone(),
            fit: self.fit.clone(),
            curve: self.curve.clone(),
            filter: self.filter.clone(),
            weights: self.weights.clone(),
            white: self.white.clone(),
            left: self.left.clone(),
            ..*self
        }
    }

    fn with_drift(&self, sources: &Sources<'_>) -> Option<Self> {
        if self.bank.starts.len() < 2 {
            return None;
        }
        let mut model = self.copy();
        for _ in 0..self.parts.len() {
            let energy = model.bank.energy(&model.left, &model.white);
            let search = |number: usize| {
                let (part, gain) = drift_of(&model.bank, number, &model.parts[number], &model.left, &model.white)?;
                Some((number, part, gain))
            };
            let found: Vec<_> = (0..model.members.len()).filter_map(search).collect();
            let best = found.into_iter().max_by(|a, b| a.2.total_cmp(&b.2).then(b.0.cmp(&a.0)));
            let Some((number, part, _)) = best.filter(|(_, _, gain)| *gain > 0.1 * energy) else { break };
            model.parts[number] = part;
            model.drifting[number] = true;
            model.bank.parts[number] = (part.timing, model.bank.read_part(sources, &part));
            model.left = model.bank.residual(&model.parts);
        }
        model.drifting = vec![true; self.parts.len()];
        model.weights.clone_from(&model.white);
        solve(&mut model.bank, sources, &mut model.parts, &model.white, &model.drifting);
        model.left = model.bank.residual(&model.parts);
        if model.remains() > 0.5 * self.remains() {
            return None;
        }
        model.refine(sources, true);
        Some(model)
    }

    /// All parts with the gain that most have, where they are not far from it; and the parts as they are.
    fn levelled(&self) -> [Vec<Part>; 2] {
        let mut gains: Vec<f64> =
            self.parts.iter().zip(&self.members).map(|(part, all)| part.gain / all.len() as f64).collect();
        gains.sort_by(f64::total_cmp);
        let middle = gains[gains.len() / 2];
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
        [self.parts.iter().enumerate().map(level).collect(), self.parts.clone()]
    }

    /// With parts as they are given and something taken off the mix. Uncertain is by how much a step would move them, and its scatter.
    fn settled(&self, parts: Vec<Part>, mix: Vec<Bins>) -> Self {
        let mut model = self.copy();
        model.parts = parts;
        model.bank.mix = mix;
        model.left = model.bank.residual(&model.parts);
        model.weights = reweighted(&model.bank, &model.left, model.noise);
        let mut moved = model.parts.clone();
        model.fit = steps(&model.bank, &mut moved, &model.weights, &model.drifting);
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
        let mut free = settled.copy();
        for _ in 0..2 {
            free.refine(sources, false);
            let taken = std::mem::replace(&mut free.bank.mix, self.bank.mix.clone());
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
            let (read, pieces) = &self.bank.parts[number];
            let Some((values, own)) = correlation(&self.bank, &self.left, pieces, false, &self.white, |_| true) else {
                continue;
            };
            let half = (self.bank.window.len() as i64 * 3 / 8).min(24_000);
            let at = |lag: i64| values[lag.rem_euclid(values.len() as i64) as usize];
            let Some(lag) = (-half..=half).max_by(|a, b| at(*a).abs().total_cmp(&at(*b).abs())) else { continue };
            let explained = at(lag) * at(lag) / own;
            if explained > 0.5 * energy && best.is_none_or(|(other, _)| explained > other) {
                let timing = Timing { delay: read.delay + lag as f64, ppm: read.ppm };
                best = Some((explained, Part { gain: at(lag) / own, timing, ..*part }));
            }
        }
        let Some((_, part)) = best else { return };
        let pieces = self.bank.read_part(sources, &part);
        self.bank.parts.push((part.timing, pieces));
        self.parts.push(part);
        self.drifting.push(false);
        self.echoes = 1;
        self.refine(sources, false);
    }

    /// How much what is left grows where a part is as `other`.
    pub(super) fn costs(&self, number: usize, other: Part) -> f64 {
        let mut parts = self.parts.clone();
        parts[number] = other;
        let left = self.bank.residual(&parts);
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
                for (from, factor) in [(piece, part.gain), (other, -part.gain)] {
                    if let Some(placed) = self.bank.placed(number, part, from) {
                        stemwright_simd::add_scaled(&mut left[piece].re, &placed.re, factor);
                        stemwright_simd::add_scaled(&mut left[piece].im, &placed.im, factor);
                    }
                }
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
        let signal = |piece: usize| self.bank.placed(number, &self.parts[number], piece);
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

//! The dynamic equaliser. The law is at [`stemwright_core::DynamicEq`].

use crate::compressor::Ballistics;
use crate::log::level;
use crate::trapezoid::{Integrators, PairFilter, PairIntegrators, PairOutputs, Trapezoid};
use crate::{Controls, GainUnit, NOTHING, Run, exp2, runs};
use std::f64::consts::LOG2_10;
use stemwright_core::{CONTROL_GRID, DynamicBand, DynamicEq, DynamicKind};
use stemwright_simd::{Pair, widest};

const GRID: usize = CONTROL_GRID as usize;

/// Two channels of one run.
type Two = [[f64; GRID]; 2];

/// Threshold, 1 − 1/ratio and range of a band.
const VALUES: usize = 3;

pub(crate) fn width(eq: &DynamicEq) -> usize {
    VALUES * eq.bands.len()
}

pub(crate) fn controls(eq: &DynamicEq, values: &mut [f64]) {
    for (band, values) in eq.bands.iter().zip(values.chunks_exact_mut(VALUES)) {
        values.copy_from_slice(&[band.threshold.0, 1.0 - 1.0 / band.ratio, band.range]);
    }
}

/// A dynamic equaliser and the filters of its waves.
pub struct DynamicEqUnit {
    bands: Vec<Band>,
    /// The key's filters are the last "wave"; without a key the signal's own are heard.
    keyed: bool,
    /// The signal after all bands, by channel, where it was filtered to be measured.
    signal: Vec<Vec<f64>>,
    /// A run of what is being measured, by pair of channels: the signal, and what the filters of a band give.
    parts: Vec<[Two; 3]>,
}

/// One band, common to all waves but for their filters.
struct Band {
    kind: DynamicKind,
    filter: Trapezoid,
    ballistics: Ballistics,
    /// y of the law, in dB.
    change: f64,
    /// By wave, then channel.
    states: Vec<Vec<Integrators>>,
    /// Of the key.
    heard: Vec<Integrators>,
    /// m² − 1 and m − 1 of the law for each frame: how much of F, and of the band-pass of shelves, is added.
    factors: [Vec<f64>; 2],
}

impl DynamicEqUnit {
    /// A dynamic equaliser at rest, for a key of `heard` channels and so many waves of `channels`: the signal and its
    /// lanes.
    pub fn new(eq: &DynamicEq, heard: usize, channels: usize, waves: usize, rate: f64) -> Self {
        let keyed = eq.key.is_some();
        let heard = if keyed { heard } else { 0 };
        Self {
            bands: eq.bands.iter().map(|band| Band::new(band, heard, channels, waves, rate)).collect(),
            keyed,
            signal: vec![Vec::new(); channels],
            parts: vec![[[[0.0; GRID]; 2]; 3]; heard.max(channels).div_ceil(2)],
        }
    }

    /// Every band hears what the bands before it left of the signal, or all of them hear the key; then its factors are
    /// known.
    #[inline(always)]
    fn measure(&mut self, run: Run, heard: &[&[f64]], controls: Controls<'_>) {
        let Self { bands, keyed, signal, parts } = self;
        for (channels, [samples, ..]) in heard.chunks(2).zip(parts.iter_mut()) {
            for (samples, channel) in samples.iter_mut().zip(channels) {
                samples[..run.frames].copy_from_slice(&channel[run.range()]);
            }
        }
        for (number, band) in bands.iter_mut().enumerate() {
            let states = if *keyed { &mut band.heard } else { &mut band.states[0] };
            let mut levels = [0.0; GRID];
            for (states, [samples, part, side]) in states.chunks_mut(2).zip(parts.iter_mut()) {
                let filter = PairFilter::new(&band.filter);
                filter_run(run, band.kind, &filter, states, samples, [part, side]);
                for part in &part[..states.len()] {
                    for (level, x) in levels.iter_mut().zip(part) {
                        *level = if x.abs() > *level { x.abs() } else { *level };
                    }
                }
            }
            band.decide(run, &levels, controls, VALUES * number);
            if !*keyed {
                for [samples, part, side] in parts.iter_mut() {
                    for ((samples, part), side) in samples.iter_mut().zip(part).zip(side) {
                        band.change(run, samples, part, side);
                    }
                }
            }
        }
        let samples = parts.iter().flat_map(|[samples, ..]| samples);
        for (signal, samples) in signal.iter_mut().zip(samples) {
            signal[run.range()].copy_from_slice(&samples[..run.frames]);
        }
    }
}

/// Filters a run of one channel or two, each with its state: gives F of the law and the band-pass.
#[inline(always)]
fn filter_run(
    run: Run,
    kind: DynamicKind,
    filter: &PairFilter,
    states: &mut [Integrators],
    [left, right]: &Two,
    [part, side]: [&mut Two; 2],
) {
    let mut pair = pair_of(states);
    if run.phase == 0 {
        pair.settle();
    }
    for n in 0..run.frames.min(GRID) {
        let outputs = pair.tick(Pair::new([left[n], right[n]]), filter);
        [part[0][n], part[1][n]] = part_of(kind, outputs).get();
        [side[0][n], side[1][n]] = outputs.band.get();
    }
    leave(pair, states);
}

#[inline(always)]
fn pair_of(states: &[Integrators]) -> PairIntegrators {
    PairIntegrators::new([0, 1].map(|side| states.get(side).copied().unwrap_or_default()))
}

#[inline(always)]
fn leave(pair: PairIntegrators, states: &mut [Integrators]) {
    states.iter_mut().zip(pair.get()).for_each(|(state, new)| *state = new);
}

/// F of the law.
#[inline(always)]
fn part_of(kind: DynamicKind, outputs: PairOutputs) -> Pair {
    match kind {
        DynamicKind::Bell => outputs.band,
        DynamicKind::LowShelf => outputs.low,
        DynamicKind::HighShelf => outputs.high,
    }
}

impl Band {
    fn new(band: &DynamicBand, heard: usize, channels: usize, waves: usize, rate: f64) -> Self {
        Self {
            kind: band.kind,
            filter: Trapezoid::new(band.freq, band.q, rate),
            ballistics: Ballistics::new(band.attack, band.release, rate),
            change: 0.0,
            states: vec![vec![Integrators::default(); channels]; waves],
            heard: vec![Integrators::default(); heard],
            factors: Default::default(),
        }
    }

    /// From levels of a run to factors.
    #[inline(always)]
    fn decide(&mut self, run: Run, levels: &[f64; GRID], controls: Controls<'_>, first: usize) {
        if run.phase == 0 && self.change.abs() < NOTHING {
            self.change = 0.0;
        }
        let [mut changes, mut threshold, mut slope, mut range] = [[0.0; GRID]; 4];
        controls.write_run(run, first, &mut threshold);
        controls.write_run(run, first + 1, &mut slope);
        controls.write_run(run, first + 2, &mut range);
        for n in 0..GRID {
            let most = range[n].abs();
            let wanted = slope[n] * (level(levels[n]) - threshold[n]);
            let wanted = if wanted < 0.0 { 0.0 } else { wanted };
            changes[n] = if wanted > most { most } else { wanted }.copysign(range[n]);
        }
        let Ballistics { attack, release } = self.ballistics;
        for change in &mut changes[..run.frames.min(GRID)] {
            // Both ways, so that the choice is not waited for.
            let (now, wanted) = (self.change, *change);
            let away = attack * now + (1.0 - attack) * wanted;
            let back = release * now + (1.0 - release) * wanted;
            self.change = if wanted.abs() > now.abs() { away } else { back };
            *change = self.change;
        }
        let [squares, roots] = &mut self.factors;
        let factors = squares[run.range()].iter_mut().zip(&mut roots[run.range()]);
        for ((square, root), change) in factors.zip(&changes) {
            let m = exp2(change * (LOG2_10 / 40.0));
            (*square, *root) = (m * m - 1.0, m - 1.0);
        }
    }

    /// Adds to a run of a channel what the band changes of it.
    #[inline(always)]
    fn change(&self, run: Run, samples: &mut [f64; GRID], part: &[f64; GRID], side: &[f64; GRID]) {
        let [squares, roots] = &self.factors;
        for ((x, part), square) in samples.iter_mut().zip(part).zip(&squares[run.range()]) {
            *x += square * part;
        }
        if self.kind != DynamicKind::Bell {
            for ((x, side), root) in samples.iter_mut().zip(side).zip(&roots[run.range()]) {
                *x += root * side;
            }
        }
    }
}

/// Changes one channel or two of a wave by K bands, all of them in one loop, so that none waits for itself alone.
#[inline(always)]
fn change_all<const K: usize>(start: i64, wave: usize, first: usize, channels: &mut [&mut [f64]], bands: &mut [Band]) {
    let frames = channels.first().map_or(0, |channel| channel.len());
    let filters: [PairFilter; K] = std::array::from_fn(|k| PairFilter::new(&bands[k].filter));
    let kinds: [DynamicKind; K] = std::array::from_fn(|k| bands[k].kind);
    let mut pairs: [PairIntegrators; K] = std::array::from_fn(|k| pair_of(&bands[k].states[wave][first..]));
    let mut samples: Two = [[0.0; GRID]; 2];
    let mut factors = [[[0.0; GRID]; 2]; K];
    for run in runs(start, frames) {
        if run.phase == 0 {
            pairs.iter_mut().for_each(PairIntegrators::settle);
        }
        for (samples, channel) in samples.iter_mut().zip(&*channels) {
            samples[..run.frames].copy_from_slice(&channel[run.range()]);
        }
        for (to, band) in factors.iter_mut().zip(&*bands) {
            for (to, from) in to.iter_mut().zip(&band.factors) {
                to[..run.frames].copy_from_slice(&from[run.range()]);
            }
        }
        for n in 0..run.frames.min(GRID) {
            let mut x = Pair::new([samples[0][n], samples[1][n]]);
            for k in 0..K {
                let outputs = pairs[k].tick(x, &filters[k]);
                x = x + Pair::of(factors[k][0][n]) * part_of(kinds[k], outputs);
                if kinds[k] != DynamicKind::Bell {
                    x = x + Pair::of(factors[k][1][n]) * outputs.band;
                }
            }
            [samples[0][n], samples[1][n]] = x.get();
        }
        for (samples, channel) in samples.iter().zip(&mut *channels) {
            channel[run.range()].copy_from_slice(&samples[..run.frames]);
        }
    }
    for (pair, band) in pairs.into_iter().zip(bands) {
        leave(pair, &mut band.states[wave][first..]);
    }
}

impl GainUnit for DynamicEqUnit {
    fn detect(&mut self, start: i64, heard: &[&[f64]], controls: Controls<'_>) {
        let frames = heard.first().map_or(0, |channel| channel.len());
        for factors in self.bands.iter_mut().flat_map(|band| &mut band.factors).chain(&mut self.signal) {
            factors.resize(frames, 0.0);
        }
        widest(
            #[inline(always)]
            || {
                for run in runs(start, frames) {
                    self.measure(run, heard, controls);
                }
            },
        );
    }

    fn apply(&mut self, wave: usize, start: i64, channels: &mut [&mut [f64]], _: Controls<'_>) {
        if wave == 0 && !self.keyed {
            channels.iter_mut().zip(&self.signal).for_each(|(channel, signal)| channel.copy_from_slice(signal));
            return;
        }
        for (number, channels) in channels.chunks_mut(2).enumerate() {
            let first = 2 * number;
            for bands in self.bands.chunks_mut(3) {
                widest(
                    #[inline(always)]
                    || match bands.len() {
                        1 => change_all::<1>(start, wave, first, channels, bands),
                        2 => change_all::<2>(start, wave, first, channels, bands),
                        _ => change_all::<3>(start, wave, first, channels, bands),
                    },
                );
            }
        }
    }

    fn is_silent(&self) -> bool {
        let quiet = |band: &Band| band.change == 0.0 && band.heard.iter().all(Integrators::is_silent);
        self.bands.iter().all(|band| quiet(band) && band.states.iter().flatten().all(Integrators::is_silent))
    }

    fn is_wave_silent(&self, wave: usize) -> bool {
        self.bands.iter().all(|band| band.states[wave].iter().all(Integrators::is_silent))
    }
}

//! The multiband compressor. The law is at [`stemwright_core::Multiband`].

use crate::compressor::{Ballistics, curve};
use crate::trapezoid::{Integrators, Trapezoid};
use crate::{Controls, GainUnit, NOTHING, exp2, log2, runs};
use std::f64::consts::{FRAC_1_SQRT_2, LOG2_10, LOG10_2};
use stemwright_core::{CompressorBand, Multiband};

/// Threshold, 1 − 1/ratio and make-up of a band; before them all, mix.
const VALUES: usize = 3;

pub(crate) fn width(multiband: &Multiband) -> usize {
    1 + VALUES * multiband.bands.len()
}

pub(crate) fn controls(multiband: &Multiband, values: &mut [f64]) {
    values[0] = multiband.mix;
    for (band, values) in multiband.bands.iter().zip(values[1..].chunks_exact_mut(VALUES)) {
        values.copy_from_slice(&[band.threshold.0, 1.0 - 1.0 / band.ratio, band.makeup.0]);
    }
}

/// A multiband compressor and the crossovers of its waves.
pub struct MultibandUnit {
    crossovers: Vec<Trapezoid>,
    compressors: Vec<BandCompressor>,
    /// By wave, then channel.
    states: Vec<Vec<Split>>,
    /// Of the key, where there is one.
    heard: Vec<Split>,
    /// The bands of the signal, by channel and then band, where they were made to be measured.
    own: Vec<Vec<Vec<f64>>>,
    /// The bands of what is being split.
    bands: Vec<Vec<f64>>,
}

impl MultibandUnit {
    /// A multiband compressor at rest, for a key of `heard` channels and so many waves of `channels`: the signal and its
    /// lanes.
    pub fn new(multiband: &Multiband, heard: usize, channels: usize, waves: usize, rate: f64) -> Self {
        let (keyed, bands) = (multiband.key.is_some(), multiband.bands.len());
        let crossovers = multiband.crossovers.iter().map(|&freq| Trapezoid::new(freq, FRAC_1_SQRT_2, rate)).collect();
        let split = Split::new(bands);
        Self {
            crossovers,
            compressors: multiband.bands.iter().map(|band| BandCompressor::new(band, rate)).collect(),
            states: vec![vec![split.clone(); channels]; waves],
            heard: vec![split; if keyed { heard } else { 0 }],
            own: vec![vec![Vec::new(); bands]; if keyed { 0 } else { channels }],
            bands: vec![Vec::new(); bands],
        }
    }

    fn is_keyed(&self) -> bool {
        self.own.is_empty()
    }
}

impl GainUnit for MultibandUnit {
    fn detect(&mut self, start: i64, heard: &[&[f64]], controls: Controls<'_>) {
        let frames = heard.first().map_or(0, |channel| channel.len());
        for compressor in &mut self.compressors {
            compressor.factors.clear();
            compressor.factors.resize(frames, 0.0);
        }
        for (c, channel) in heard.iter().enumerate() {
            let keyed = self.is_keyed();
            let state = if keyed { &mut self.heard[c] } else { &mut self.states[0][c] };
            let bands = if keyed { &mut self.bands } else { &mut self.own[c] };
            state.process(start, channel, &self.crossovers, bands);
            for (compressor, band) in self.compressors.iter_mut().zip(bands) {
                compressor.factors.iter_mut().zip(band).for_each(|(level, x)| *level = level.max(x.abs()));
            }
        }
        for (number, compressor) in self.compressors.iter_mut().enumerate() {
            compressor.decide(start, controls, 1 + VALUES * number);
        }
    }

    fn apply(&mut self, wave: usize, start: i64, channels: &mut [&mut [f64]], _: Controls<'_>) {
        let measured = wave == 0 && !self.is_keyed();
        for (c, channel) in channels.iter_mut().enumerate() {
            if !measured {
                self.states[wave][c].process(start, channel, &self.crossovers, &mut self.bands);
            }
            channel.fill(0.0);
            let bands = if measured { &self.own[c] } else { &self.bands };
            for (band, compressor) in bands.iter().zip(&self.compressors) {
                for ((x, band), factor) in channel.iter_mut().zip(band).zip(&compressor.factors) {
                    *x += factor * band;
                }
            }
        }
    }

    fn is_silent(&self) -> bool {
        self.compressors.iter().all(|compressor| compressor.reduction == 0.0)
            && self.heard.iter().chain(self.states.iter().flatten()).all(Split::is_silent)
    }

    fn is_wave_silent(&self, wave: usize) -> bool {
        self.states[wave].iter().all(Split::is_silent)
    }
}

/// The compressor of a band.
struct BandCompressor {
    bypass: bool,
    knee: f64,
    ballistics: Ballistics,
    /// y of the law, in dB.
    reduction: f64,
    /// What the band is multiplied by; its level, before that is known.
    factors: Vec<f64>,
}

impl BandCompressor {
    fn new(band: &CompressorBand, rate: f64) -> Self {
        Self {
            bypass: band.bypass,
            knee: band.knee,
            ballistics: Ballistics::new(band.attack, band.release, rate),
            reduction: 0.0,
            factors: Vec::new(),
        }
    }

    /// From levels to factors.
    fn decide(&mut self, start: i64, controls: Controls<'_>, first: usize) {
        if self.bypass {
            self.factors.fill(1.0);
            return;
        }
        for run in runs(start, self.factors.len()) {
            if run.phase == 0 && self.reduction < NOTHING {
                self.reduction = 0.0;
            }
            for (i, value) in self.factors[run.range()].iter_mut().enumerate() {
                let [threshold, slope, makeup] = std::array::from_fn(|which| controls.value(run, i, first + which));
                let mix = controls.value(run, i, 0);
                let level = 20.0 * LOG10_2 * log2(value.max(f64::MIN_POSITIVE));
                let wanted = curve(level - threshold, self.knee, slope);
                self.reduction = self.ballistics.step(self.reduction, wanted);
                *value = 1.0 - mix + mix * exp2((makeup - self.reduction) * (LOG2_10 / 20.0));
            }
        }
    }
}

/// The crossovers of one channel.
#[derive(Debug, Clone)]
struct Split {
    /// For each crossover: what makes both sides of it, then the second half of each.
    crossovers: Vec<[Integrators; 3]>,
    /// The all-passes of each band, of the crossovers above its own.
    phases: Vec<Vec<Integrators>>,
}

impl Split {
    fn new(bands: usize) -> Self {
        Self {
            crossovers: vec![Default::default(); bands - 1],
            phases: (1..bands).map(|above| vec![Integrators::default(); bands - 1 - above]).collect(),
        }
    }

    /// Splits a block into bands.
    fn process(&mut self, start: i64, channel: &[f64], filters: &[Trapezoid], bands: &mut [Vec<f64>]) {
        for band in bands.iter_mut() {
            band.clear();
            band.extend_from_slice(channel);
        }
        for run in runs(start, channel.len()) {
            if run.phase == 0 {
                self.states_mut().for_each(Integrators::settle);
            }
            // The last band holds what the crossovers so far have left.
            let Some((rest, below)) = bands.split_last_mut() else { return };
            let rest = &mut rest[run.range()];
            let crossovers = self.crossovers.iter_mut().zip(&mut self.phases).zip(below).enumerate();
            for (number, (([both, low, high], phases), band)) in crossovers {
                let filter = &filters[number];
                let band = &mut band[run.range()];
                for (rest, band) in rest.iter_mut().zip(&mut *band) {
                    let first = both.tick(*rest, filter);
                    *band = low.tick(first.low, filter).low;
                    *rest = high.tick(first.high, filter).high;
                }
                for (state, filter) in phases.iter_mut().zip(&filters[number + 1..]) {
                    band.iter_mut().for_each(|x| *x = state.tick(*x, filter).all_pass());
                }
            }
        }
    }

    fn states_mut(&mut self) -> impl Iterator<Item = &mut Integrators> {
        self.crossovers.iter_mut().flatten().chain(self.phases.iter_mut().flatten())
    }

    fn is_silent(&self) -> bool {
        self.crossovers.iter().flatten().chain(self.phases.iter().flatten()).all(Integrators::is_silent)
    }
}

//! The multiband compressor. The law is at [`stemwright_core::Multiband`].

mod split;

use crate::compressor::{Ballistics, curve};
use crate::log::level;
use crate::trapezoid::Trapezoid;
use crate::{Controls, GainUnit, NOTHING, Run, exp2, runs};
use split::{Bands, Block, GRID, MOST, Split, split};
use std::f64::consts::{FRAC_1_SQRT_2, LOG2_10};
use stemwright_core::{CompressorBand, Multiband};
use stemwright_simd::widest;

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
        for band in self.own.iter_mut().flatten() {
            band.resize(frames, 0.0);
        }
        let states = if self.is_keyed() { &mut self.heard } else { &mut self.states[0] };
        let mut own = self.own.chunks_mut(2);
        for (heard, states) in heard.chunks(2).zip(states.chunks_mut(2)) {
            let own = own.next().unwrap_or_default();
            let block = Measured { heard, compressors: &mut self.compressors, own };
            split(start, block, &self.crossovers, states);
        }
        decide(start, frames, &mut self.compressors, controls);
    }

    fn apply(&mut self, wave: usize, start: i64, channels: &mut [&mut [f64]], _: Controls<'_>) {
        if wave > 0 || self.is_keyed() {
            for (channels, states) in channels.chunks_mut(2).zip(self.states[wave].chunks_mut(2)) {
                let block = Compressed { channels, compressors: &self.compressors };
                split(start, block, &self.crossovers, states);
            }
            return;
        }
        for (channel, bands) in channels.iter_mut().zip(&self.own) {
            channel.fill(0.0);
            for (band, compressor) in bands.iter().zip(&self.compressors) {
                add_product(channel, band, &compressor.factors);
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

fn add_product(x: &mut [f64], band: &[f64], factors: &[f64]) {
    widest(
        #[inline(always)]
        || {
            for ((x, band), factor) in x.iter_mut().zip(band).zip(factors) {
                *x += factor * band;
            }
        },
    );
}

/// What is heard: the level of its bands is noted, and they are kept where there is room for them.
struct Measured<'a> {
    heard: &'a [&'a [f64]],
    compressors: &'a mut [BandCompressor],
    own: &'a mut [Vec<Vec<f64>>],
}

impl Block for Measured<'_> {
    #[inline(always)]
    fn channels(&self) -> usize {
        self.heard.len()
    }

    #[inline(always)]
    fn frames(&self) -> usize {
        self.heard.first().map_or(0, |channel| channel.len())
    }

    #[inline(always)]
    fn read(&self, channel: usize, run: Run, to: &mut [f64; GRID]) {
        to[..run.frames].copy_from_slice(&self.heard[channel][run.range()]);
    }

    #[inline(always)]
    fn take(&mut self, run: Run, bands: &Bands) {
        for (number, (compressor, band)) in self.compressors.iter_mut().zip(bands).enumerate() {
            let levels = &mut compressor.factors[run.range()];
            for channel in &band[..self.heard.len()] {
                for (level, x) in levels.iter_mut().zip(channel) {
                    *level = if x.abs() > *level { x.abs() } else { *level };
                }
            }
            for (own, channel) in self.own.iter_mut().zip(band) {
                own[number][run.range()].copy_from_slice(&channel[..run.frames]);
            }
        }
    }
}

/// A wave: its bands are turned up and down and added up again.
struct Compressed<'a, 'b> {
    channels: &'a mut [&'b mut [f64]],
    compressors: &'a [BandCompressor],
}

impl Block for Compressed<'_, '_> {
    #[inline(always)]
    fn channels(&self) -> usize {
        self.channels.len()
    }

    #[inline(always)]
    fn frames(&self) -> usize {
        self.channels.first().map_or(0, |channel| channel.len())
    }

    #[inline(always)]
    fn read(&self, channel: usize, run: Run, to: &mut [f64; GRID]) {
        to[..run.frames].copy_from_slice(&self.channels[channel][run.range()]);
    }

    #[inline(always)]
    fn take(&mut self, run: Run, bands: &Bands) {
        for (c, channel) in self.channels.iter_mut().enumerate() {
            let mut sum = [0.0; GRID];
            for (compressor, band) in self.compressors.iter().zip(bands) {
                for ((sum, x), factor) in sum.iter_mut().zip(&band[c]).zip(&compressor.factors[run.range()]) {
                    *sum += factor * x;
                }
            }
            channel[run.range()].copy_from_slice(&sum[..run.frames]);
        }
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

    /// Levels of a run become wanted reductions.
    #[inline(always)]
    fn want(&mut self, run: Run, controls: Controls<'_>, first: usize, wanted: &mut [f64; GRID]) {
        if run.phase == 0 && self.reduction < NOTHING {
            self.reduction = 0.0;
        }
        if self.bypass {
            return;
        }
        let [mut threshold, mut slope] = [[0.0; GRID]; 2];
        controls.write_run(run, first, &mut threshold);
        controls.write_run(run, first + 1, &mut slope);
        let levels = self.factors[run.range()].iter();
        for ((wanted, value), (threshold, slope)) in wanted.iter_mut().zip(levels).zip(threshold.iter().zip(&slope)) {
            *wanted = curve(level(*value) - threshold, self.knee, *slope);
        }
    }

    /// Reductions of a run become factors.
    #[inline(always)]
    fn factor(&mut self, run: Run, controls: Controls<'_>, first: usize, reductions: &[f64; GRID]) {
        let factors = &mut self.factors[run.range()];
        if self.bypass {
            factors.fill(1.0);
            return;
        }
        let [mut makeup, mut mix] = [[0.0; GRID]; 2];
        controls.write_run(run, first + 2, &mut makeup);
        controls.write_run(run, 0, &mut mix);
        for ((factor, reduction), (makeup, mix)) in factors.iter_mut().zip(reductions).zip(makeup.iter().zip(&mix)) {
            *factor = 1.0 - mix + mix * exp2((makeup - reduction) * (LOG2_10 / 20.0));
        }
    }
}

/// From levels to factors, all bands.
fn decide(start: i64, frames: usize, compressors: &mut [BandCompressor], controls: Controls<'_>) {
    widest(
        #[inline(always)]
        || {
            for run in runs(start, frames) {
                let mut reductions = [[0.0; GRID]; MOST];
                for (number, (compressor, wanted)) in compressors.iter_mut().zip(&mut reductions).enumerate() {
                    compressor.want(run, controls, 1 + VALUES * number, wanted);
                }
                smooth(compressors, run.frames, &mut reductions);
                for (number, (compressor, reductions)) in compressors.iter_mut().zip(&reductions).enumerate() {
                    compressor.factor(run, controls, 1 + VALUES * number, reductions);
                }
            }
        },
    );
}

/// Wanted reductions become those that are applied, the bands side by side: each waits for itself from frame to frame.
#[inline(always)]
#[allow(clippy::needless_range_loop, reason = "a frame of all bands is a column")]
fn smooth(compressors: &mut [BandCompressor], frames: usize, reductions: &mut [[f64; GRID]; MOST]) {
    let none = Ballistics { attack: 0.0, release: 0.0 };
    let ballistics: [Ballistics; MOST] =
        std::array::from_fn(|band| compressors.get(band).map_or(none, |compressor| compressor.ballistics));
    let mut state: [f64; MOST] =
        std::array::from_fn(|band| compressors.get(band).map_or(0.0, |compressor| compressor.reduction));
    for n in 0..frames.min(GRID) {
        for band in 0..MOST {
            state[band] = ballistics[band].step(state[band], reductions[band][n]);
            reductions[band][n] = state[band];
        }
    }
    for (compressor, state) in compressors.iter_mut().zip(state) {
        compressor.reduction = state;
    }
}

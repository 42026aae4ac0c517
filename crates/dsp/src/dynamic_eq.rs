//! The dynamic equaliser. The law is at [`stemwright_core::DynamicEq`].

use crate::compressor::Ballistics;
use crate::trapezoid::{Integrators, Outputs, Trapezoid};
use crate::{Controls, GainUnit, NOTHING, exp2, log2, runs};
use std::f64::consts::{LOG2_10, LOG10_2};
use stemwright_core::{DynamicBand, DynamicEq, DynamicKind};

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
    /// What the filter gives for the signal, by channel.
    outputs: Vec<Vec<Outputs>>,
    /// m of the law; the level before it is known.
    factors: Vec<f64>,
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
        }
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
            outputs: vec![Vec::new(); channels],
            factors: Vec::new(),
        }
    }

    /// F of the law.
    #[inline]
    fn part(kind: DynamicKind, outputs: &Outputs) -> f64 {
        match kind {
            DynamicKind::Bell => outputs.band,
            DynamicKind::LowShelf => outputs.low,
            DynamicKind::HighShelf => outputs.high,
        }
    }

    /// Makes room for the levels of a block.
    fn begin(&mut self, frames: usize) {
        self.factors.clear();
        self.factors.resize(frames, 0.0);
    }

    /// Notes how loud the band of a key is.
    fn hear(&mut self, start: i64, heard: &[&[f64]]) {
        let (kind, filter) = (self.kind, self.filter);
        for (state, channel) in self.heard.iter_mut().zip(heard) {
            for run in runs(start, channel.len()) {
                if run.phase == 0 {
                    state.settle();
                }
                for (level, &x) in self.factors[run.range()].iter_mut().zip(&channel[run.range()]) {
                    *level = level.max(Self::part(kind, &state.tick(x, &filter)).abs());
                }
            }
        }
    }

    /// Filters a wave's channel; what comes out is kept.
    fn filter(&mut self, wave: usize, number: usize, start: i64, channel: &[f64]) {
        let (state, outputs) = (&mut self.states[wave][number], &mut self.outputs[number]);
        outputs.clear();
        for run in runs(start, channel.len()) {
            if run.phase == 0 {
                state.settle();
            }
            outputs.extend(channel[run.range()].iter().map(|&x| state.tick(x, &self.filter)));
        }
    }

    /// From levels to factors.
    fn decide(&mut self, start: i64, controls: Controls<'_>, first: usize) {
        for run in runs(start, self.factors.len()) {
            if run.phase == 0 && self.change.abs() < NOTHING {
                self.change = 0.0;
            }
            for (i, value) in self.factors[run.range()].iter_mut().enumerate() {
                let [threshold, slope, range] = std::array::from_fn(|which| controls.value(run, i, first + which));
                let level = 20.0 * LOG10_2 * log2(value.max(f64::MIN_POSITIVE));
                let wanted = (slope * (level - threshold)).clamp(0.0, range.abs()).copysign(range);
                let alpha =
                    if wanted.abs() > self.change.abs() { self.ballistics.attack } else { self.ballistics.release };
                self.change = alpha * self.change + (1.0 - alpha) * wanted;
                *value = exp2(self.change * (LOG2_10 / 40.0));
            }
        }
    }

    /// Adds to a channel what the band changes of it.
    fn change(&self, number: usize, channel: &mut [f64]) {
        let kind = self.kind;
        for ((x, outputs), m) in channel.iter_mut().zip(&self.outputs[number]).zip(&self.factors) {
            *x += (m * m - 1.0) * Self::part(kind, outputs);
            if kind != DynamicKind::Bell {
                *x += (m - 1.0) * outputs.band;
            }
        }
    }
}

impl GainUnit for DynamicEqUnit {
    fn detect(&mut self, start: i64, heard: &[&[f64]], controls: Controls<'_>) {
        let frames = heard.first().map_or(0, |channel| channel.len());
        if self.keyed {
            for (number, band) in self.bands.iter_mut().enumerate() {
                band.begin(frames);
                band.hear(start, heard);
                band.decide(start, controls, VALUES * number);
            }
            return;
        }
        for (signal, channel) in self.signal.iter_mut().zip(heard) {
            signal.clear();
            signal.extend_from_slice(channel);
        }
        for (number, band) in self.bands.iter_mut().enumerate() {
            band.begin(frames);
            for (c, signal) in self.signal.iter().enumerate() {
                band.filter(0, c, start, signal);
                for (level, outputs) in band.factors.iter_mut().zip(&band.outputs[c]) {
                    *level = level.max(Band::part(band.kind, outputs).abs());
                }
            }
            band.decide(start, controls, VALUES * number);
            for (c, signal) in self.signal.iter_mut().enumerate() {
                band.change(c, signal);
            }
        }
    }

    fn apply(&mut self, wave: usize, start: i64, channels: &mut [&mut [f64]], _: Controls<'_>) {
        if wave == 0 && !self.keyed {
            channels.iter_mut().zip(&self.signal).for_each(|(channel, signal)| channel.copy_from_slice(signal));
            return;
        }
        for band in &mut self.bands {
            for (c, channel) in channels.iter_mut().enumerate() {
                band.filter(wave, c, start, channel);
                band.change(c, channel);
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

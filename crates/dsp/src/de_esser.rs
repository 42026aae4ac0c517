//! The de-esser. The law is at [`stemwright_core::DeEsser`].

use crate::compressor::Ballistics;
use crate::{Controls, GainUnit, NOTHING, Section, exp2, log2, runs};
use std::f64::consts::{LOG2_10, LOG10_2, PI};
use stemwright_core::DeEsser;

/// Threshold, 1 − 1/ratio.
pub(crate) const WIDTH: usize = 2;

pub(crate) fn controls(de_esser: &DeEsser) -> [f64; WIDTH] {
    [de_esser.threshold.0, 1.0 - 1.0 / de_esser.ratio]
}

/// A de-esser and the band-passes of its waves.
pub struct DeEsserUnit {
    range: f64,
    ballistics: Ballistics,
    /// y of the law, in dB.
    reduction: f64,
    coefficients: [f64; 6],
    /// By wave, then channel.
    states: Vec<Vec<Section>>,
    /// What the band-pass gives, by channel; first of the signal itself.
    bands: Vec<Vec<f64>>,
    /// 1 − gain.
    cut: Vec<f64>,
}

impl DeEsserUnit {
    /// A de-esser at rest for so many waves: the signal and its lanes.
    pub fn new(de_esser: &DeEsser, channels: usize, waves: usize, rate: f64) -> Self {
        let (g, k) = (libm::tan(PI * de_esser.freq / rate), 1.0 / de_esser.q);
        let first = 1.0 / (1.0 + g * (g + k));
        Self {
            range: de_esser.range,
            ballistics: Ballistics::new(de_esser.attack, de_esser.release, rate),
            reduction: 0.0,
            coefficients: [first, g * first, g * g * first, 0.0, k, 0.0],
            states: vec![vec![Section::default(); channels]; waves],
            bands: vec![Vec::new(); channels],
            cut: Vec::new(),
        }
    }

    fn filter(&mut self, wave: usize, start: i64, number: usize, channel: &[f64]) {
        let band = &mut self.bands[number];
        band.clear();
        band.extend_from_slice(channel);
        for run in runs(start, channel.len()) {
            let fixed = Controls::fixed(&self.coefficients);
            self.states[wave][number].process(run, &mut band[run.range()], fixed, 0);
        }
    }
}

impl GainUnit for DeEsserUnit {
    fn detect(&mut self, start: i64, heard: &[&[f64]], controls: Controls<'_>) {
        let frames = heard.first().map_or(0, |channel| channel.len());
        self.cut.clear();
        self.cut.resize(frames, 0.0);
        for (number, channel) in heard.iter().enumerate() {
            self.filter(0, start, number, channel);
            self.cut.iter_mut().zip(&self.bands[number]).for_each(|(level, x)| *level = level.max(x.abs()));
        }
        for run in runs(start, frames) {
            if run.phase == 0 && self.reduction < NOTHING {
                self.reduction = 0.0;
            }
            for (i, value) in self.cut[run.range()].iter_mut().enumerate() {
                let [threshold, slope] = std::array::from_fn(|which| controls.value(run, i, which));
                let level = 20.0 * LOG10_2 * log2(value.max(f64::MIN_POSITIVE));
                let wanted = (slope * (level - threshold)).clamp(0.0, self.range);
                self.reduction = self.ballistics.step(self.reduction, wanted);
                *value = 1.0 - exp2(-self.reduction * (LOG2_10 / 20.0));
            }
        }
    }

    fn apply(&mut self, wave: usize, start: i64, channels: &mut [&mut [f64]], _: Controls<'_>) {
        for (number, channel) in channels.iter_mut().enumerate() {
            // The signal's own band was filtered to be measured.
            if wave > 0 {
                self.filter(wave, start, number, channel);
            }
            for ((x, band), cut) in channel.iter_mut().zip(&self.bands[number]).zip(&self.cut) {
                *x -= cut * band;
            }
        }
    }

    fn is_silent(&self) -> bool {
        self.reduction == 0.0 && (0..self.states.len()).all(|wave| self.is_wave_silent(wave))
    }

    fn is_wave_silent(&self, wave: usize) -> bool {
        self.states[wave].iter().all(Section::is_silent)
    }
}

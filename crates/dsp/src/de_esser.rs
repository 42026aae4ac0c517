//! The de-esser. The law is at [`stemwright_core::DeEsser`].

use crate::cascade::cascade;
use crate::compressor::Ballistics;
use crate::log::level;
use crate::{Controls, GainUnit, NOTHING, Run, Section, exp2, runs};
use std::f64::consts::{LOG2_10, PI};
use stemwright_core::{CONTROL_GRID, DeEsser};
use stemwright_simd::{louder, widest};

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

    /// Makes the band of a wave.
    fn filter<'a>(&mut self, wave: usize, start: i64, channels: impl Iterator<Item = &'a [f64]>) {
        for (band, channel) in self.bands.iter_mut().zip(channels) {
            band.clear();
            band.extend_from_slice(channel);
        }
        let mut bands: Vec<&mut [f64]> = self.bands.iter_mut().map(Vec::as_mut_slice).collect();
        let states = std::slice::from_mut(&mut self.states[wave]);
        cascade(start, &mut bands, &[self.coefficients], states);
    }

    /// Levels of a run become what is cut.
    #[inline(always)]
    fn run(&mut self, run: Run, values: &mut [f64], controls: Controls<'_>) {
        if run.phase == 0 && self.reduction < NOTHING {
            self.reduction = 0.0;
        }
        let [mut threshold, mut slope] = [[0.0; CONTROL_GRID as usize]; 2];
        controls.write_run(run, 0, &mut threshold);
        controls.write_run(run, 1, &mut slope);
        let range = self.range;
        for ((value, threshold), slope) in values.iter_mut().zip(&threshold).zip(&slope) {
            let wanted = slope * (level(*value) - threshold);
            let wanted = if wanted < 0.0 { 0.0 } else { wanted };
            *value = if wanted > range { range } else { wanted };
        }
        for value in values.iter_mut() {
            self.reduction = self.ballistics.step(self.reduction, *value);
            *value = self.reduction;
        }
        for value in values {
            *value = 1.0 - exp2(-*value * (LOG2_10 / 20.0));
        }
    }
}

impl GainUnit for DeEsserUnit {
    fn detect(&mut self, start: i64, heard: &[&[f64]], controls: Controls<'_>) {
        let frames = heard.first().map_or(0, |channel| channel.len());
        self.filter(0, start, heard.iter().copied());
        let mut cut = std::mem::take(&mut self.cut);
        cut.clear();
        cut.resize(frames, 0.0);
        for (band, _) in self.bands.iter().zip(heard) {
            louder(&mut cut, band);
        }
        widest(
            #[inline(always)]
            || {
                for run in runs(start, frames) {
                    self.run(run, &mut cut[run.range()], controls);
                }
            },
        );
        self.cut = cut;
    }

    fn apply(&mut self, wave: usize, start: i64, channels: &mut [&mut [f64]], _: Controls<'_>) {
        // The signal's own band was filtered to be measured.
        if wave > 0 {
            self.filter(wave, start, channels.iter().map(|channel| &**channel));
        }
        for (channel, band) in channels.iter_mut().zip(&self.bands) {
            widest(
                #[inline(always)]
                || {
                    for ((x, band), cut) in channel.iter_mut().zip(band).zip(&self.cut) {
                        *x -= cut * band;
                    }
                },
            );
        }
    }

    fn is_silent(&self) -> bool {
        self.reduction == 0.0 && (0..self.states.len()).all(|wave| self.is_wave_silent(wave))
    }

    fn is_wave_silent(&self, wave: usize) -> bool {
        self.states[wave].iter().all(Section::is_silent)
    }
}

//! The compressor's gain computer. The law is at [`stemwright_core::Compressor`].

use crate::section::design;
use crate::{Controls, GainUnit, NOTHING, Section, exp2, log2, runs};
use std::f64::consts::{LOG2_10, LOG10_2};
use stemwright_core::{Band, BandKind, Compressor, Db, Detector};

/// Threshold, slope, make-up (dB), mix.
pub(crate) const WIDTH: usize = 4;

pub(crate) fn controls(c: &Compressor) -> [f64; WIDTH] {
    [c.threshold.0, 1.0 - 1.0 / c.ratio, c.makeup.0, c.mix]
}

/// dB in a doubling of amplitude.
const DB_PER_OCTAVE: f64 = 20.0 * LOG10_2;

/// The detector and ballistics of one compressor, common to all its lanes.
pub struct CompressorUnit {
    detector: Detector,
    knee: f64,
    attack: f64,
    release: f64,
    averaging: f64,
    high_pass: Option<[f64; 6]>,
    filters: Vec<Section>,
    mean_squares: Vec<f64>,
    /// y and z of the law, in dB.
    reduction: f64,
    peak: f64,
    filtered: Vec<Vec<f64>>,
}

impl CompressorUnit {
    /// A compressor at rest, for a key of so many channels.
    pub fn new(c: &Compressor, channels: usize, rate: f64) -> Self {
        let coefficient = |seconds: f64| if seconds > 0.0 { libm::exp(-1.0 / (seconds * rate)) } else { 0.0 };
        let q = std::f64::consts::FRAC_1_SQRT_2;
        let high_pass = c
            .key_high_pass
            .map(|freq| design(&Band { kind: BandKind::HighPass { steep: false }, freq, gain: Db::ZERO, q }, q, rate));
        Self {
            detector: c.detector,
            knee: c.knee,
            attack: coefficient(c.attack),
            release: coefficient(c.release),
            averaging: coefficient(0.005),
            high_pass,
            filters: vec![Section::default(); channels],
            mean_squares: vec![0.0; channels],
            reduction: 0.0,
            peak: 0.0,
            filtered: vec![Vec::new(); if high_pass.is_some() { channels } else { 0 }],
        }
    }

    /// The wanted reduction in dB for a level in dB: the static curve.
    #[inline]
    fn curve(&self, level: f64, threshold: f64, slope: f64) -> f64 {
        let over = level - threshold;
        if 2.0 * over < -self.knee {
            0.0
        } else if 2.0 * over.abs() <= self.knee && self.knee > 0.0 {
            let into = over + self.knee / 2.0;
            slope * into * into / (2.0 * self.knee)
        } else {
            slope * over
        }
    }

    #[inline]
    fn move_towards(&mut self, wanted: f64) {
        match self.detector {
            Detector::Peak => {
                let alpha = if wanted > self.reduction { self.attack } else { self.release };
                self.reduction = alpha * self.reduction + (1.0 - alpha) * wanted;
            }
            Detector::Rms => {
                self.peak = wanted.max(self.release * self.peak + (1.0 - self.release) * wanted);
                self.reduction = self.attack * self.reduction + (1.0 - self.attack) * self.peak;
            }
        }
    }

    fn settle(&mut self) {
        for state in [&mut self.reduction, &mut self.peak] {
            if *state < NOTHING {
                *state = 0.0;
            }
        }
        for square in &mut self.mean_squares {
            if *square < NOTHING * NOTHING {
                *square = 0.0;
            }
        }
    }
}

impl GainUnit for CompressorUnit {
    fn detect(&mut self, start: i64, heard: &[&[f64]], controls: Controls<'_>, gain: &mut [f64]) {
        let frames = gain.len();
        if let Some(coefficients) = self.high_pass {
            for ((filtered, filter), channel) in self.filtered.iter_mut().zip(&mut self.filters).zip(heard) {
                filtered.clear();
                filtered.extend_from_slice(channel);
                for run in runs(start, frames) {
                    filter.process(run, &mut filtered[run.range()], Controls::fixed(&coefficients), 0);
                }
            }
        }
        // The level of each frame goes where its gain will stand: amplitude or mean square.
        level(self.high_pass.map_or(Heard::Raw(heard), |_| Heard::Filtered(&self.filtered)), gain, |c, x| {
            match self.detector {
                Detector::Peak => x.abs(),
                Detector::Rms => {
                    let square = &mut self.mean_squares[c];
                    *square = self.averaging * *square + (1.0 - self.averaging) * (x * x);
                    *square
                }
            }
        });
        // 20·log10(√p) = 10·log10(p)
        let scale = if self.detector == Detector::Rms { DB_PER_OCTAVE / 2.0 } else { DB_PER_OCTAVE };
        for run in runs(start, frames) {
            if run.phase == 0 {
                self.settle();
            }
            let bottom = (!controls.is_moving()).then(|| {
                // A hair under the knee: where this says "below", the curve says exactly 0.
                exp2((controls.first()[0] - self.knee / 2.0 - 1e-6) / scale)
            });
            for (i, value) in gain[run.range()].iter_mut().enumerate() {
                let [threshold, slope, makeup, mix] = std::array::from_fn(|which| controls.value(run, i, which));
                let below = *value < bottom.unwrap_or(f64::MIN_POSITIVE);
                let wanted = if below { 0.0 } else { self.curve(scale * log2(*value), threshold, slope) };
                self.move_towards(wanted);
                let factor = exp2((makeup - self.reduction) * (LOG2_10 / 20.0));
                *value = 1.0 - mix + mix * factor;
            }
        }
    }

    fn is_silent(&self) -> bool {
        self.reduction == 0.0
            && self.peak == 0.0
            && self.mean_squares.iter().all(|&square| square == 0.0)
            && self.filters.iter().all(Section::is_silent)
    }
}

/// What the detector hears.
enum Heard<'a> {
    Raw(&'a [&'a [f64]]),
    Filtered(&'a [Vec<f64>]),
}

/// The largest over the channels of `measure(channel, sample)`, frame by frame.
fn level(heard: Heard<'_>, out: &mut [f64], mut measure: impl FnMut(usize, f64) -> f64) {
    out.fill(0.0);
    let mut add = |c: usize, channel: &[f64]| {
        for (level, &x) in out.iter_mut().zip(channel) {
            *level = level.max(measure(c, x));
        }
    };
    match heard {
        Heard::Raw(channels) => channels.iter().enumerate().for_each(|(c, channel)| add(c, channel)),
        Heard::Filtered(channels) => channels.iter().enumerate().for_each(|(c, channel)| add(c, channel)),
    }
}

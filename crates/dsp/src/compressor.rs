//! The compressor's gain computer. The law is at [`stemwright_core::Compressor`].

use crate::key_filter::KeyFilter;
use crate::log::{exp2_of_all, log2_of_all, log2_of_any};
use crate::{Controls, GainUnit, NOTHING, Run, exp2, runs};
use std::f64::consts::{LOG2_10, LOG10_2};
use stemwright_core::{BandKind, CONTROL_GRID, Compressor, Detector};
use stemwright_simd::{louder, multiply, widest};

/// Threshold, slope, make-up (dB), mix.
pub(crate) const WIDTH: usize = 4;

pub(crate) fn controls(c: &Compressor) -> [f64; WIDTH] {
    [c.threshold.0, 1.0 - 1.0 / c.ratio, c.makeup.0, c.mix]
}

const GRID: usize = CONTROL_GRID as usize;

/// dB in a doubling of amplitude.
const DB_PER_OCTAVE: f64 = 20.0 * LOG10_2;

/// The detector and ballistics of one compressor, common to all its lanes.
pub struct CompressorUnit {
    detector: Detector,
    knee: f64,
    ballistics: Ballistics,
    averaging: f64,
    key: KeyFilter,
    mean_squares: Vec<f64>,
    /// y and z of the law, in dB.
    reduction: f64,
    peak: f64,
    gain: Vec<f64>,
}

/// One-pole smoothing with a time constant for each direction.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Ballistics {
    pub(crate) attack: f64,
    pub(crate) release: f64,
}

impl Ballistics {
    /// From seconds.
    pub(crate) fn new(attack: f64, release: f64, rate: f64) -> Self {
        Self { attack: smoothing(attack, rate), release: smoothing(release, rate) }
    }

    /// Smooth branching: attack upwards.
    #[inline(always)]
    pub(crate) fn step(self, now: f64, wanted: f64) -> f64 {
        // Both ways, so that the choice is not waited for.
        let up = self.attack * now + (1.0 - self.attack) * wanted;
        let down = self.release * now + (1.0 - self.release) * wanted;
        if wanted > now { up } else { down }
    }
}

/// The static curve: the wanted reduction in dB for a level `over` dB above the threshold.
#[inline(always)]
pub(crate) fn curve(over: f64, knee: f64, slope: f64) -> f64 {
    // Everything is computed, so that no frame branches off: without a knee, what is bent is not taken.
    let (straight, into) = (slope * over, over + knee / 2.0);
    let bent = slope * into * into / (2.0 * knee);
    let reduction = if (knee > 0.0) & (2.0 * over.abs() <= knee) { bent } else { straight };
    if 2.0 * over < -knee { 0.0 } else { reduction }
}

/// What a reduction in dB multiplies by.
#[inline(always)]
fn gain(reduction: f64, makeup: f64, mix: f64) -> f64 {
    mixed(exp2(exponent(reduction, makeup)), mix)
}

/// The power of 2 that a reduction and a make-up in dB are.
#[inline(always)]
fn exponent(reduction: f64, makeup: f64) -> f64 {
    (makeup - reduction) * (LOG2_10 / 20.0)
}

/// A factor beside the part that stays as it is.
#[inline(always)]
fn mixed(factor: f64, mix: f64) -> f64 {
    1.0 - mix + mix * factor
}

/// α of a time constant.
pub(crate) fn smoothing(seconds: f64, rate: f64) -> f64 {
    if seconds > 0.0 { libm::exp(-1.0 / (seconds * rate)) } else { 0.0 }
}

impl CompressorUnit {
    /// A compressor at rest, for a key of so many channels.
    pub fn new(c: &Compressor, channels: usize, rate: f64) -> Self {
        let high_pass = c.key_high_pass.map(|freq| (BandKind::HighPass { steep: false }, freq));
        Self {
            detector: c.detector,
            knee: c.knee,
            ballistics: Ballistics::new(c.attack, c.release, rate),
            averaging: smoothing(0.005, rate),
            key: KeyFilter::new(high_pass, channels, rate),
            mean_squares: vec![0.0; channels],
            reduction: 0.0,
            peak: 0.0,
            gain: Vec::new(),
        }
    }

    /// Smooths the wanted reductions of frames that follow each other into those that are applied.
    #[inline(always)]
    fn smooth(&mut self, reductions: &mut [f64]) {
        match self.detector {
            Detector::Peak => {
                let Ballistics { attack, release } = self.ballistics;
                let mut now = self.reduction;
                for reduction in reductions {
                    let wanted = *reduction;
                    // Both ways, so that the choice is not waited for.
                    let up = attack * now + (1.0 - attack) * wanted;
                    let down = release * now + (1.0 - release) * wanted;
                    now = if wanted > now { up } else { down };
                    *reduction = now;
                }
                self.reduction = now;
            }
            Detector::Rms => {
                for reduction in reductions {
                    let (Ballistics { attack, release }, wanted) = (self.ballistics, *reduction);
                    self.peak = wanted.max(release * self.peak + (1.0 - release) * wanted);
                    self.reduction = attack * self.reduction + (1.0 - attack) * self.peak;
                    *reduction = self.reduction;
                }
            }
        }
    }

    /// Levels of a run become gains. `scale`: dB in a doubling; what is below `bottom` is below the knee where
    /// nothing moves.
    #[inline(always)]
    fn run(&mut self, run: Run, levels: &mut [f64], scale: f64, bottom: f64, controls: Controls<'_>) {
        if run.phase == 0 {
            self.settle();
        }
        let knee = self.knee;
        if controls.is_moving() {
            for (i, level) in levels.iter_mut().enumerate() {
                let [threshold, slope] = [0, 1].map(|which| controls.value(run, i, which));
                let over = scale * log2_of_any(*level) - threshold;
                *level = if *level < f64::MIN_POSITIVE { 0.0 } else { curve(over, knee, slope) };
            }
            self.smooth(levels);
            for (i, reduction) in levels.iter_mut().enumerate() {
                let [makeup, mix] = [2, 3].map(|which| controls.value(run, i, which));
                *reduction = gain(*reduction, makeup, mix);
            }
            return;
        }
        let [threshold, slope, makeup, mix] = std::array::from_fn(|which| controls.first()[which]);
        // What fills a run up to a whole interval comes to nothing.
        let mut whole = [0.0; GRID];
        whole[..levels.len()].copy_from_slice(levels);
        let mut quiet = true;
        for level in whole {
            quiet &= level < bottom;
        }
        if quiet {
            whole.fill(0.0);
        } else {
            let logs = log2_of_all(&whole);
            for n in 0..GRID {
                let reduction = curve(scale * logs[n] - threshold, knee, slope);
                whole[n] = if whole[n] < f64::MIN_POSITIVE { 0.0 } else { reduction };
            }
        }
        self.smooth(&mut whole[..levels.len()]);
        for reduction in &mut whole {
            *reduction = exponent(*reduction, makeup);
        }
        let powers = exp2_of_all(&whole);
        for (gain, power) in levels.iter_mut().zip(powers) {
            *gain = mixed(power, mix);
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
    fn detect(&mut self, start: i64, heard: &[&[f64]], controls: Controls<'_>) {
        let frames = heard.first().map_or(0, |channel| channel.len());
        let mut gain = std::mem::take(&mut self.gain);
        gain.clear();
        gain.resize(frames, 0.0);
        // The level of each frame goes where its gain will stand: amplitude or mean square.
        for (c, channel) in self.key.filter(start, heard).enumerate() {
            match self.detector {
                Detector::Peak => louder(&mut gain, channel),
                Detector::Rms => {
                    let square = &mut self.mean_squares[c];
                    for (level, &x) in gain.iter_mut().zip(channel) {
                        *square = self.averaging * *square + (1.0 - self.averaging) * (x * x);
                        *level = level.max(*square);
                    }
                }
            }
        }
        // 20·log10(√p) = 10·log10(p)
        let scale = if self.detector == Detector::Rms { DB_PER_OCTAVE / 2.0 } else { DB_PER_OCTAVE };
        // A hair under the level where the knee begins: where a level is below this, the curve says exactly 0.
        let bottom = exp2((controls.first()[0] - self.knee / 2.0 - 1e-6) / scale);
        widest(
            #[inline(always)]
            || {
                for run in runs(start, frames) {
                    let levels = &mut gain[run.range()];
                    // Nearly every run is a whole interval: loops of known length.
                    match <&mut [f64; CONTROL_GRID as usize]>::try_from(&mut *levels) {
                        Ok(levels) => self.run(run, levels, scale, bottom, controls),
                        Err(_) => self.run(run, levels, scale, bottom, controls),
                    }
                }
            },
        );
        self.gain = gain;
    }

    fn apply(&mut self, _: usize, _: i64, channels: &mut [&mut [f64]], _: Controls<'_>) {
        for channel in channels {
            multiply(channel, &self.gain);
        }
    }

    fn is_silent(&self) -> bool {
        self.reduction == 0.0
            && self.peak == 0.0
            && self.mean_squares.iter().all(|&square| square == 0.0)
            && self.key.is_silent()
    }
}

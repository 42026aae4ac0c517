//! The transient shaper. The law is at [`stemwright_core::Transient`].

use crate::compressor::smoothing;
use crate::sliding::SlidingMaximum;
use crate::{Controls, GainUnit, NOTHING, exp2, log2, runs};
use std::f64::consts::{LOG2_10, LOG10_2};
use stemwright_core::Transient;
use stemwright_simd::multiply;

/// Attack, sustain (dB).
pub(crate) const WIDTH: usize = 2;

/// What counts as silence for the level: −120 dBFS.
const FLOOR: f64 = 1e-6;
/// The difference in dB that gets the whole amount.
const WHOLE: f64 = 12.0;
/// dB a second by which the level falls at most.
const FALL: f64 = 1000.0;

pub(crate) fn controls(transient: &Transient) -> [f64; WIDTH] {
    [transient.attack, transient.sustain]
}

/// The detector of one transient shaper, common to all its lanes.
pub struct TransientUnit {
    peaks: SlidingMaximum,
    /// l of the law.
    level: f64,
    /// u and d.
    beginning: f64,
    ending: f64,
    attack: f64,
    sustain: f64,
    fall: f64,
    gain: Vec<f64>,
}

impl TransientUnit {
    /// A transient shaper at rest.
    pub fn new(transient: &Transient, rate: f64) -> Self {
        Self {
            peaks: SlidingMaximum::new((0.0125 * rate).round() as usize + 1),
            level: decibels(FLOOR),
            beginning: 0.0,
            ending: 0.0,
            attack: smoothing(transient.attack_time, rate),
            sustain: smoothing(transient.sustain_time, rate),
            fall: FALL / rate,
            gain: Vec::new(),
        }
    }

    #[inline]
    fn follow(&mut self, loudest: f64) {
        let level = decibels(self.peaks.next(loudest).max(FLOOR)).max(self.level - self.fall);
        let rise = level - self.level;
        self.level = level;
        self.beginning = (self.attack * (self.beginning + rise)).clamp(0.0, WHOLE);
        self.ending = (self.sustain * (self.ending - rise)).clamp(0.0, WHOLE);
    }
}

fn decibels(amplitude: f64) -> f64 {
    20.0 * LOG10_2 * log2(amplitude)
}

impl GainUnit for TransientUnit {
    fn detect(&mut self, start: i64, heard: &[&[f64]], controls: Controls<'_>) {
        let frames = heard.first().map_or(0, |channel| channel.len());
        let mut gain = std::mem::take(&mut self.gain);
        gain.clear();
        gain.resize(frames, 0.0);
        for channel in heard {
            gain.iter_mut().zip(*channel).for_each(|(level, x)| *level = level.max(x.abs()));
        }
        for run in runs(start, frames) {
            if run.phase == 0 {
                for state in [&mut self.beginning, &mut self.ending] {
                    if *state < NOTHING {
                        *state = 0.0;
                    }
                }
            }
            for (i, value) in gain[run.range()].iter_mut().enumerate() {
                let [attack, sustain] = std::array::from_fn(|which| controls.value(run, i, which));
                self.follow(*value);
                let amount = attack * self.beginning + sustain * self.ending;
                *value = exp2(amount * (LOG2_10 / (20.0 * WHOLE)));
            }
        }
        self.gain = gain;
    }

    fn apply(&mut self, _: usize, _: i64, channels: &mut [&mut [f64]], _: Controls<'_>) {
        for channel in channels {
            multiply(channel, &self.gain);
        }
    }

    fn is_silent(&self) -> bool {
        let at_rest = self.beginning == 0.0 && self.ending == 0.0 && self.level == decibels(FLOOR);
        at_rest && self.peaks.is_silent()
    }
}

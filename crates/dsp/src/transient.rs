//! The transient shaper. The law is at [`stemwright_core::Transient`].

use crate::compressor::smoothing;
use crate::log::log2_of_any;
use crate::sliding::SlidingMaximum;
use crate::{Controls, GainUnit, NOTHING, Run, exp2, runs};
use std::f64::consts::{LOG2_10, LOG10_2};
use stemwright_core::{CONTROL_GRID, Transient};
use stemwright_simd::{louder, multiply, widest};

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

    /// l of the law becomes u and d, for a run.
    #[inline(always)]
    fn follow(&mut self, levels: &[f64], beginnings: &mut [f64], endings: &mut [f64]) {
        for ((&loudest, beginning), ending) in levels.iter().zip(beginnings).zip(endings) {
            let falling = self.level - self.fall;
            let level = if loudest > falling { loudest } else { falling };
            let rise = level - self.level;
            self.level = level;
            self.beginning = (self.attack * (self.beginning + rise)).clamp(0.0, WHOLE);
            self.ending = (self.sustain * (self.ending - rise)).clamp(0.0, WHOLE);
            (*beginning, *ending) = (self.beginning, self.ending);
        }
    }

    /// From peaks to gains, for a run.
    #[inline(always)]
    fn run(&mut self, run: Run, values: &mut [f64], controls: Controls<'_>) {
        if run.phase == 0 {
            for state in [&mut self.beginning, &mut self.ending] {
                if *state < NOTHING {
                    *state = 0.0;
                }
            }
        }
        for value in values.iter_mut() {
            let floored = if *value < FLOOR { FLOOR } else { *value };
            *value = decibels(floored);
        }
        let [mut beginnings, mut endings, mut attack, mut sustain] = [[0.0; CONTROL_GRID as usize]; 4];
        self.follow(values, &mut beginnings, &mut endings);
        controls.write_run(run, 0, &mut attack);
        controls.write_run(run, 1, &mut sustain);
        let factors = attack.iter().zip(&sustain);
        for (((value, beginning), ending), (attack, sustain)) in
            values.iter_mut().zip(&beginnings).zip(&endings).zip(factors)
        {
            let amount = attack * beginning + sustain * ending;
            *value = exp2(amount * (LOG2_10 / (20.0 * WHOLE)));
        }
    }
}

#[inline(always)]
fn decibels(amplitude: f64) -> f64 {
    20.0 * LOG10_2 * log2_of_any(amplitude)
}

impl GainUnit for TransientUnit {
    fn detect(&mut self, start: i64, heard: &[&[f64]], controls: Controls<'_>) {
        let frames = heard.first().map_or(0, |channel| channel.len());
        let mut gain = std::mem::take(&mut self.gain);
        gain.clear();
        gain.resize(frames, 0.0);
        for channel in heard {
            louder(&mut gain, channel);
        }
        self.peaks.process(&mut gain);
        widest(
            #[inline(always)]
            || {
                for run in runs(start, frames) {
                    self.run(run, &mut gain[run.range()], controls);
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
        let at_rest = self.beginning == 0.0 && self.ending == 0.0 && self.level == decibels(FLOOR);
        at_rest && self.peaks.is_silent()
    }
}

//! The phaser: one lane of it. The law is at [`stemwright_core::Phaser`].

use crate::sweep::{Straight, Turning};
use crate::{Controls, Linear, NOTHING, exp2, runs};
use std::f64::consts::PI;
use stemwright_core::{Phaser, Tempo};

/// Freq, depth (octaves), feedback, wet.
pub(crate) const WIDTH: usize = 4;

/// The lowest corner in Hz, and the highest as a part of the rate.
const LOWEST: f64 = 10.0;
const HIGHEST: f64 = 0.45;

pub(crate) fn controls(phaser: &Phaser) -> [f64; WIDTH] {
    [phaser.freq, phaser.depth, phaser.feedback, phaser.wet]
}

/// The state of a phaser for one lane.
pub struct PhaserUnit {
    rate: f64,
    turning: Turning,
    /// How far right is ahead, in turns.
    phase: f64,
    sides: Vec<Side>,
}

/// One channel.
#[derive(Debug, Clone)]
struct Side {
    /// x of each stage.
    stages: Vec<f64>,
    /// w of the frame before.
    last: f64,
}

impl Side {
    #[inline]
    fn tick(&mut self, input: f64, q: f64, feedback: f64) -> f64 {
        let through = |x: f64, state: &mut f64| {
            let v = q * (x - *state);
            let low = v + *state;
            *state = low + v;
            2.0 * low - x
        };
        self.last = self.stages.iter_mut().fold(input + feedback * self.last, through);
        self.last
    }

    fn settle(&mut self) {
        for state in self.stages.iter_mut().chain([&mut self.last]) {
            if state.abs() < NOTHING {
                *state = 0.0;
            }
        }
    }

    fn is_silent(&self) -> bool {
        self.last == 0.0 && self.stages.iter().all(|state| *state == 0.0)
    }
}

impl PhaserUnit {
    /// A phaser at rest.
    pub fn new(phaser: &Phaser, tempo: Tempo, channels: usize, rate: f64) -> Self {
        Self {
            rate,
            turning: Turning::new(phaser.rate, tempo, rate),
            phase: phaser.phase / 360.0,
            sides: vec![Side { stages: vec![0.0; phaser.stages], last: 0.0 }; channels],
        }
    }

    /// q of the law for a corner in Hz.
    fn corner(&self, freq: f64) -> f64 {
        let g = libm::tan(PI * freq.clamp(LOWEST, HIGHEST * self.rate) / self.rate);
        g / (1.0 + g)
    }
}

impl Linear for PhaserUnit {
    fn process(&mut self, start: i64, channels: &mut [&mut [f64]], controls: Controls<'_>) {
        let frames = channels.first().map_or(0, |c| c.len());
        for run in runs(start, frames) {
            if run.phase == 0 {
                self.sides.iter_mut().for_each(Side::settle);
            }
            let (freqs, depths) = (controls.around(run, 0), controls.around(run, 1));
            for (number, channel) in channels.iter_mut().enumerate() {
                let sines = self.turning.around(start, run, if number == 1 { self.phase } else { 0.0 });
                let q = |end: usize| self.corner(freqs[end] * exp2(depths[end] * sines[end]));
                let q = Straight::new([q(0), q(1)]);
                for (i, x) in channel[run.range()].iter_mut().enumerate() {
                    let (feedback, wet) = (controls.value(run, i, 2), controls.value(run, i, 3));
                    let w = self.sides[number].tick(*x, q.value(run, i), feedback);
                    *x = (1.0 - wet) * *x + wet * w;
                }
            }
        }
    }

    fn is_silent(&self) -> bool {
        self.sides.iter().all(Side::is_silent)
    }
}

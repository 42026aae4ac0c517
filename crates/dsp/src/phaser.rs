//! The phaser: one lane of it. The law is at [`stemwright_core::Phaser`].

use crate::sweep::{Straight, Turning};
use crate::{Controls, Linear, NOTHING, Run, exp2, runs};
use std::f64::consts::PI;
use stemwright_core::{CONTROL_GRID, Phaser, Tempo};
use stemwright_simd::{Pair, widest};

const GRID: usize = CONTROL_GRID as usize;

/// The most stages.
const MOST_STAGES: usize = 12;

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

/// A run of one channel or two side by side.
#[inline(always)]
fn work(run: Run, sides: &mut [Side], channels: &mut [&mut [f64]], corners: &[Straight], controls: Controls<'_>) {
    let [mut feedback, mut wet] = [[0.0; GRID]; 2];
    controls.write_run(run, 2, &mut feedback);
    controls.write_run(run, 3, &mut wet);
    let [mut samples, mut q] = [[[0.0; GRID]; 2]; 2];
    for (c, (channel, corner)) in channels.iter().zip(corners).enumerate() {
        samples[c][..run.frames].copy_from_slice(&channel[run.range()]);
        for (i, q) in q[c][..run.frames].iter_mut().enumerate() {
            *q = corner.value(run, i);
        }
    }
    let of_both = |state: &dyn Fn(&Side) -> f64| Pair::new([0, 1].map(|side| sides.get(side).map_or(0.0, state)));
    let mut stages: [Pair; MOST_STAGES] =
        std::array::from_fn(|k| of_both(&|side| side.stages.get(k).copied().unwrap_or(0.0)));
    let mut last = of_both(&|side| side.last);
    let count = sides.first().map_or(0, |side| side.stages.len());
    for n in 0..run.frames.min(GRID) {
        let q = Pair::new([q[0][n], q[1][n]]);
        let mut x = Pair::new([samples[0][n], samples[1][n]]) + Pair::of(feedback[n]) * last;
        for state in &mut stages[..count] {
            let v = q * (x - *state);
            let low = v + *state;
            *state = low + v;
            // 2·low, exactly.
            x = low + low - x;
        }
        last = x;
        [samples[0][n], samples[1][n]] = last.get();
    }
    for (c, side) in sides.iter_mut().enumerate() {
        side.last = last.get()[c];
        for (state, stage) in side.stages.iter_mut().zip(&stages) {
            *state = stage.get()[c];
        }
    }
    for (channel, w) in channels.iter_mut().zip(&samples) {
        for ((x, w), wet) in channel[run.range()].iter_mut().zip(w).zip(&wet) {
            *x = (1.0 - wet) * *x + wet * w;
        }
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
            let q = |number: usize| {
                let sines = self.turning.around(start, run, if number == 1 { self.phase } else { 0.0 });
                let q = |end: usize| self.corner(freqs[end] * exp2(depths[end] * sines[end]));
                Straight::new([q(0), q(1)])
            };
            let corners: Vec<Straight> = (0..channels.len()).map(q).collect();
            let pairs = self.sides.chunks_mut(2).zip(channels.chunks_mut(2)).zip(corners.chunks(2));
            widest(
                #[inline(always)]
                || {
                    for ((sides, channels), corners) in pairs {
                        work(run, sides, channels, corners, controls);
                    }
                },
            );
        }
    }

    fn is_silent(&self) -> bool {
        self.sides.iter().all(Side::is_silent)
    }
}

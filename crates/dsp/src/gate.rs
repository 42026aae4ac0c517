//! The gate and expander. The law is at [`stemwright_core::Gate`].

use crate::compressor::{Ballistics, smoothing};
use crate::key_filter::KeyFilter;
use crate::line::Line;
use crate::log::log2_of_any;
use crate::{Controls, GainUnit, NOTHING, Run, exp2, runs};
use std::f64::consts::{LOG2_10, LOG10_2};
use stemwright_core::{BandKind, CONTROL_GRID, Gate};
use stemwright_simd::{louder, multiply, widest};

/// Threshold.
pub(crate) const WIDTH: usize = 1;

/// What counts as silence for the level, −300 dB.
const FLOOR: f64 = 1e-15;

pub(crate) fn controls(gate: &Gate) -> [f64; WIDTH] {
    [gate.threshold.0]
}

pub(crate) fn latency(gate: &Gate, rate: f64) -> usize {
    (gate.look_ahead * rate).round() as usize
}

/// A gate and the delay lines of its waves.
pub struct GateUnit {
    /// ratio − 1.
    steepness: f64,
    range: f64,
    hysteresis: f64,
    hold: u64,
    ballistics: Ballistics,
    fall: f64,
    key: KeyFilter,
    envelope: f64,
    open: bool,
    held: u64,
    /// range − y of the law, in dB: nothing when closed, so that silence can become exact.
    opened: f64,
    gain: Vec<f64>,
    lines: Vec<Line>,
}

impl GateUnit {
    /// A gate at rest, for a key of `heard` channels and so many waves of `channels`: the signal and its lanes.
    pub fn new(gate: &Gate, heard: usize, channels: usize, waves: usize, rate: f64) -> Self {
        let range = gate.range.min(160.0 * (gate.ratio - 1.0));
        let high_pass = gate.key_high_pass.map(|freq| (BandKind::HighPass { steep: false }, freq));
        let low_pass = gate.key_low_pass.map(|freq| (BandKind::LowPass { steep: false }, freq));
        Self {
            steepness: gate.ratio - 1.0,
            range,
            hysteresis: gate.hysteresis,
            hold: (gate.hold * rate).round() as u64,
            ballistics: Ballistics::new(gate.attack, gate.release, rate),
            fall: smoothing(0.010, rate),
            key: KeyFilter::new(high_pass.into_iter().chain(low_pass), heard, rate),
            envelope: 0.0,
            open: false,
            held: 0,
            opened: 0.0,
            gain: Vec::new(),
            lines: vec![Line::new(latency(gate, rate), channels); waves],
        }
    }

    #[inline(always)]
    fn decide(&mut self, level: f64, threshold: f64) {
        self.open |= level >= threshold;
        if !self.open {
            return;
        }
        if level >= threshold - self.hysteresis {
            self.held = self.hold;
        } else if self.held > 0 {
            self.held -= 1;
        } else {
            self.open = false;
        }
    }

    /// Levels of a run become gains.
    #[inline(always)]
    fn run(&mut self, run: Run, values: &mut [f64], controls: Controls<'_>) {
        if run.phase == 0 {
            for state in [&mut self.envelope, &mut self.opened] {
                if *state < NOTHING {
                    *state = 0.0;
                }
            }
        }
        for value in values.iter_mut() {
            let falling = self.fall * self.envelope;
            self.envelope = if *value > falling { *value } else { falling };
            *value = if self.envelope < FLOOR { FLOOR } else { self.envelope };
        }
        let [mut threshold, mut closed] = [[0.0; CONTROL_GRID as usize]; 2];
        controls.write_run(run, 0, &mut threshold);
        let (steepness, range) = (self.steepness, self.range);
        for ((value, threshold), closed) in values.iter_mut().zip(&threshold).zip(&mut closed) {
            *value = 20.0 * LOG10_2 * log2_of_any(*value);
            // What is wanted when it is not open.
            let wanted = steepness * (threshold - *value);
            *closed = if wanted > range { range } else { wanted };
        }
        for ((value, threshold), closed) in values.iter_mut().zip(&threshold).zip(&closed) {
            self.decide(*value, *threshold);
            let wanted = if self.open { 0.0 } else { *closed };
            self.opened = self.ballistics.step(self.opened, range - wanted);
            *value = self.opened;
        }
        for value in values {
            *value = exp2((*value - range) * (LOG2_10 / 20.0));
        }
    }
}

impl GainUnit for GateUnit {
    fn detect(&mut self, start: i64, heard: &[&[f64]], controls: Controls<'_>) {
        let frames = heard.first().map_or(0, |channel| channel.len());
        let mut gain = std::mem::take(&mut self.gain);
        gain.clear();
        gain.resize(frames, 0.0);
        for channel in self.key.filter(start, heard) {
            louder(&mut gain, channel);
        }
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

    fn apply(&mut self, wave: usize, _: i64, channels: &mut [&mut [f64]], _: Controls<'_>) {
        self.lines[wave].process(channels);
        for channel in channels {
            multiply(channel, &self.gain);
        }
    }

    fn is_silent(&self) -> bool {
        let at_rest = self.envelope == 0.0 && self.opened == 0.0;
        at_rest && !self.open && self.key.is_silent() && self.lines.iter().all(Line::is_silent)
    }

    fn is_wave_silent(&self, wave: usize) -> bool {
        self.lines[wave].is_silent()
    }

    fn pending(&self) -> u64 {
        self.lines.iter().map(Line::pending).max().unwrap_or(0)
    }
}

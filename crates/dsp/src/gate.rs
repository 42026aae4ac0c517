//! The gate and expander. The law is at [`stemwright_core::Gate`].

use crate::compressor::{Ballistics, smoothing};
use crate::key_filter::KeyFilter;
use crate::line::Line;
use crate::{Controls, GainUnit, NOTHING, exp2, log2, runs};
use std::f64::consts::{LOG2_10, LOG10_2};
use stemwright_core::{BandKind, Gate};
use stemwright_simd::multiply;

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

    fn wanted(&self, level: f64, threshold: f64) -> f64 {
        if self.open { 0.0 } else { (self.steepness * (threshold - level)).min(self.range) }
    }
}

impl GainUnit for GateUnit {
    fn detect(&mut self, start: i64, heard: &[&[f64]], controls: Controls<'_>) {
        let frames = heard.first().map_or(0, |channel| channel.len());
        let mut gain = std::mem::take(&mut self.gain);
        gain.clear();
        gain.resize(frames, 0.0);
        for channel in self.key.filter(start, heard) {
            gain.iter_mut().zip(channel).for_each(|(level, x)| *level = level.max(x.abs()));
        }
        for run in runs(start, frames) {
            if run.phase == 0 {
                for state in [&mut self.envelope, &mut self.opened] {
                    if *state < NOTHING {
                        *state = 0.0;
                    }
                }
            }
            for (i, value) in gain[run.range()].iter_mut().enumerate() {
                let threshold = controls.value(run, i, 0);
                self.envelope = value.max(self.fall * self.envelope);
                let level = 20.0 * LOG10_2 * log2(self.envelope.max(FLOOR));
                self.decide(level, threshold);
                let wanted = self.wanted(level, threshold);
                self.opened = self.ballistics.step(self.opened, self.range - wanted);
                *value = exp2((self.opened - self.range) * (LOG2_10 / 20.0));
            }
        }
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

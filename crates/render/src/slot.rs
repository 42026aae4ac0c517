//! An insert at work: how each kind treats a signal and its lanes.

use crate::Fault;
use crate::graph::{KeyEdge, Node};
use crate::signal::{Signal, Wave};
use crate::strip::{Place, Taps};
use stemwright_core::{Automation, Insert, Session, Tap, Unit};
use stemwright_dsp::{CompressorUnit, Controller, Controls, DelayUnit, EqUnit, GainUnit, Linear, runs};

pub(crate) struct Slot {
    controller: Controller,
    work: Work,
}

enum Work {
    /// A factor; it has no state.
    Factor,
    /// One unit for the whole signal, then one for each lane.
    Linear(Vec<Box<dyn Linear>>),
    Gain(Detection),
}

/// A gain is computed once, on the lane-free signal or key, and applied to it and to every lane:
/// g·Σs = Σ(g·s). Two detectors on two roundings of the same signal would part ways.
struct Detection {
    unit: Box<dyn GainUnit>,
    key: Key,
    gain: Vec<f64>,
    /// Detectors of the lanes' own, as a broken engine would have them.
    second: Vec<Box<dyn GainUnit>>,
}

enum Key {
    Own,
    Strip(Place, Tap),
    /// A muted strip.
    Silence(Wave),
}

/// What a slot is built for.
pub(crate) struct Bay<'a> {
    pub(crate) session: &'a Session,
    pub(crate) channels: usize,
    pub(crate) lanes: usize,
    pub(crate) block: usize,
    pub(crate) fault: Option<Fault>,
    pub(crate) places: &'a [Place],
    pub(crate) nodes: &'a [Node<'a>],
}

impl Slot {
    /// Insert number `number` of a strip; `None` where it is bypassed.
    pub(crate) fn new(
        insert: &Insert,
        number: usize,
        automation: &[Automation],
        key: Option<KeyEdge>,
        bay: &Bay<'_>,
    ) -> Option<Self> {
        if insert.bypass {
            return None;
        }
        let rate = f64::from(bay.session.rate.hz());
        let waves = 1 + bay.lanes;
        let work = match &insert.unit {
            Unit::Gain(_) => Work::Factor,
            Unit::Eq(eq) => Work::Linear((0..waves).map(|_| Box::new(EqUnit::new(eq, bay.channels)) as _).collect()),
            Unit::Delay(delay) => {
                let unit = || Box::new(DelayUnit::new(delay, bay.session.tempo, bay.channels, rate)) as _;
                Work::Linear((0..waves).map(|_| unit()).collect())
            }
            Unit::Compressor(compressor) => {
                let (key, channels) = match key {
                    None => (Key::Own, bay.channels),
                    Some(KeyEdge { from: None, .. }) => (Key::Silence(Wave::new(1, bay.block)), 1),
                    Some(KeyEdge { from: Some(from), tap: Tap::Pre }) => {
                        (Key::Strip(bay.places[from], Tap::Pre), bay.nodes[from].channels)
                    }
                    Some(KeyEdge { from: Some(from), tap: Tap::Post }) => (Key::Strip(bay.places[from], Tap::Post), 2),
                };
                let unit = |channels| Box::new(CompressorUnit::new(compressor, channels, rate)) as Box<dyn GainUnit>;
                let second = if bay.fault == Some(Fault::SecondDetector) { bay.lanes } else { 0 };
                Work::Gain(Detection {
                    unit: unit(channels),
                    key,
                    gain: vec![0.0; bay.block],
                    second: (0..second).map(|_| unit(bay.channels)).collect(),
                })
            }
        };
        Some(Self { controller: Controller::of_unit(&insert.unit, number, automation, bay.session.rate), work })
    }

    /// Processes a block in place. `done` is what earlier levels gave.
    pub(crate) fn process(&mut self, start: i64, frames: usize, signal: &mut Signal, done: &[Vec<Taps>]) {
        let controls = self.controller.block(start, frames);
        match &mut self.work {
            Work::Factor => signal.waves_mut().for_each(|wave| multiply(wave, start, frames, controls)),
            Work::Linear(units) => {
                for (wave, unit) in signal.waves_mut().zip(units) {
                    if !(wave.silent && unit.is_silent()) {
                        unit.process(start, &mut wave.slices_mut(frames), controls);
                        wave.silent = false;
                    }
                }
            }
            Work::Gain(detection) => detection.process(start, frames, signal, controls, done),
        }
    }

    /// For how many more frames something audible can come out of it.
    pub(crate) fn pending(&self) -> u64 {
        match &self.work {
            Work::Linear(units) => units.iter().map(|unit| unit.pending()).max().unwrap_or(0),
            Work::Factor | Work::Gain(_) => 0,
        }
    }
}

impl Detection {
    fn process(&mut self, start: i64, frames: usize, signal: &mut Signal, controls: Controls<'_>, done: &[Vec<Taps>]) {
        let heard = match &self.key {
            Key::Own => &signal.whole,
            Key::Strip((level, index), tap) => &done[*level][*index].at(*tap).whole,
            Key::Silence(wave) => wave,
        };
        if heard.silent && self.unit.is_silent() && signal.is_silent() {
            return;
        }
        let gain = &mut self.gain[..frames];
        self.unit.detect(start, &heard.slices(frames), controls, gain);
        apply(&mut signal.whole, gain);
        for (number, lane) in signal.lanes.iter_mut().enumerate() {
            if let Some(second) = self.second.get_mut(number) {
                second.detect(start, &lane.slices(frames), controls, gain);
            }
            apply(lane, gain);
        }
    }
}

fn apply(wave: &mut Wave, gain: &[f64]) {
    if !wave.silent {
        for channel in &mut wave.channels {
            channel.iter_mut().zip(gain).for_each(|(x, g)| *x *= g);
        }
    }
}

/// Multiplies by control value 0, or by one control value for each channel where there are that many.
pub(crate) fn multiply(wave: &mut Wave, start: i64, frames: usize, controls: Controls<'_>) {
    if wave.silent {
        return;
    }
    let width = controls.first().len();
    for (c, channel) in wave.channels.iter_mut().enumerate() {
        let which = c.min(width - 1);
        if controls.is_moving() {
            for run in runs(start, frames) {
                for (i, x) in channel[run.range()].iter_mut().enumerate() {
                    *x *= controls.value(run, i, which);
                }
            }
        } else if controls.first()[which] != 1.0 {
            let factor = controls.first()[which];
            channel[..frames].iter_mut().for_each(|x| *x *= factor);
        }
    }
}

//! An insert at work: how each kind treats a signal and its lanes.

use crate::engine::PARALLEL_FROM;
use crate::graph::{KeyEdge, Node};
use crate::impulses::Impulses;
use crate::pairs::{Dry, Pairs};
use crate::signal::{Heard, Signal, Wave};
use crate::strip::{Place, Taps};
use crate::{Fault, Late};
use rayon::prelude::*;
use std::cell::LazyCell;
use std::sync::Arc;
use stemwright_core::{Automation, Convolution, Insert, Layout, Session, Tap, Unit};
use stemwright_dsp::{
    AlignUnit, ChorusUnit, CompressorUnit, Controller, Controls, ConvolutionUnit, DeEsserUnit, DelayUnit,
    DynamicEqUnit, EqUnit, GainUnit, GateUnit, LimiterUnit, Line, Linear, MultibandUnit, PhaserUnit, ReverbUnit, Room,
    SaturationUnit, TransientUnit, WidthUnit, latency, runs,
};

pub(crate) struct Slot {
    /// How late its input is.
    late: i64,
    controller: Controller,
    work: Work,
}

enum Work {
    /// A factor; it has no state.
    Factor,
    /// One unit for the whole signal, then one for each lane.
    Linear(Vec<Box<dyn Linear>>),
    Gain(Detection),
    /// Bypassed, as late as it would be: one line for each wave.
    Bypass(Vec<Line>),
}

/// A gain is computed once, on the lane-free signal or key, and applied to it and to every lane:
/// g·Σs = Σ(g·s). Two detectors on two roundings of the same signal would part ways.
struct Detection {
    unit: Box<dyn GainUnit>,
    key: Key,
    /// Detectors of the lanes' own, as a broken engine would have them.
    second: Vec<Box<dyn GainUnit>>,
}

enum Key {
    Own,
    /// A tap, so many frames ago.
    Strip(Place, Tap, usize),
    /// A muted strip.
    Silence(Wave),
}

/// What a slot is built for.
pub(crate) struct Bay<'a> {
    pub(crate) session: &'a Session,
    pub(crate) layout: Layout,
    pub(crate) lanes: usize,
    pub(crate) block: usize,
    pub(crate) fault: Option<Fault>,
    pub(crate) places: &'a [Place],
    pub(crate) nodes: &'a [Node<'a>],
    pub(crate) impulses: &'a Impulses,
}

impl Slot {
    /// Insert number `number` of a strip, whose input is `late` frames late; `None` where there is nothing to do.
    pub(crate) fn new(
        insert: &Insert,
        number: usize,
        late: usize,
        automation: &[Automation],
        key: Option<KeyEdge>,
        bay: &Bay<'_>,
    ) -> Option<Self> {
        let work = if insert.bypass {
            let frames = latency(&insert.unit, f64::from(bay.session.rate.hz()));
            if frames == 0 {
                return None;
            }
            Work::Bypass(vec![Line::new(frames, bay.layout.channels()); 1 + bay.lanes])
        } else {
            bay.work(&insert.unit, bay.key(key, late))
        };
        let controller = Controller::of_unit(&insert.unit, number, automation, bay.session.rate);
        Some(Self { late: late as i64, controller, work })
    }

    /// Processes a block in place. `done` is what earlier levels gave.
    pub(crate) fn process(&mut self, now: i64, frames: usize, signal: &mut Signal, done: &[Vec<Taps>]) {
        let start = now - self.late;
        let controls = self.controller.block(start, frames);
        match &mut self.work {
            Work::Factor => signal.waves_mut().for_each(|wave| multiply(wave, start, frames, controls)),
            Work::Linear(units) => {
                let sounding = signal.waves_mut().zip(units).filter(|(wave, unit)| !(wave.silent && unit.is_silent()));
                let process = |(wave, unit): (&mut Wave, &mut Box<dyn Linear>)| {
                    unit.process(start, &mut wave.slices_mut(frames), controls);
                    wave.silent = false;
                };
                // A shared bus is one strip, but its lanes know nothing of each other.
                let sounding: Vec<_> = sounding.collect();
                if frames >= PARALLEL_FROM && sounding.len() > 2 {
                    sounding.into_par_iter().for_each(process);
                } else {
                    sounding.into_iter().for_each(process);
                }
            }
            Work::Gain(detection) => detection.process(start, frames, signal, controls, done),
            Work::Bypass(lines) => {
                for (wave, line) in signal.waves_mut().zip(lines) {
                    if !(wave.silent && line.is_silent()) {
                        line.process(&mut wave.slices_mut(frames));
                        wave.silent = false;
                    }
                }
            }
        }
    }

    /// Whether silence in would be silence out from now on.
    pub(crate) fn is_silent(&self) -> bool {
        match &self.work {
            Work::Linear(units) => units.iter().all(|unit| unit.is_silent()),
            Work::Bypass(lines) => lines.iter().all(Line::is_silent),
            Work::Gain(Detection { unit, second, .. }) => {
                // One wave for the whole and each lane: what has fewer says that the others are silent.
                unit.is_silent() && second.iter().all(|unit| unit.is_silent())
            }
            Work::Factor => true,
        }
    }

    /// For how many more frames something audible can come out of it.
    pub(crate) fn pending(&self) -> u64 {
        match &self.work {
            Work::Linear(units) => units.iter().map(|unit| unit.pending()).max().unwrap_or(0),
            Work::Bypass(lines) => lines.iter().map(Line::pending).max().unwrap_or(0),
            Work::Gain(detection) => detection.unit.pending(),
            Work::Factor => 0,
        }
    }
}

impl Bay<'_> {
    /// The inserts of a strip.
    pub(crate) fn slots(
        &self,
        inserts: &[Insert],
        late: &Late,
        keys: &[Option<KeyEdge>],
        automation: &[Automation],
    ) -> Vec<Slot> {
        let inserts = inserts.iter().zip(&late.inserts).zip(keys).enumerate();
        let slot = |(number, ((insert, &late), key)): (usize, ((&Insert, &usize), &Option<KeyEdge>))| {
            Slot::new(insert, number, late, automation, *key, self)
        };
        inserts.filter_map(slot).collect()
    }

    /// What a key hears, and its channels.
    fn key(&self, key: Option<KeyEdge>, late: usize) -> (Key, usize) {
        match key {
            None => (Key::Own, self.layout.channels()),
            Some(KeyEdge { from: None, .. }) => (Key::Silence(Wave::new(1, self.block)), 1),
            Some(KeyEdge { from: Some(from), tap }) => {
                let ago = late - self.nodes[from].late.output;
                (Key::Strip(self.places[from], tap, ago), self.nodes[from].tap(tap).channels())
            }
        }
    }

    fn work(&self, unit: &Unit, (key, heard): (Key, usize)) -> Work {
        let (rate, tempo) = (f64::from(self.session.rate.hz()), self.session.tempo);
        let (channels, waves) = (self.layout.channels(), 1 + self.lanes);
        let linear = |unit: &dyn Fn() -> Box<dyn Linear>| Work::Linear((0..waves).map(|_| unit()).collect());
        // Units of left and right, or of one channel.
        let stereo =
            |dry: Dry, unit: &dyn Fn(usize) -> Box<dyn Linear>| linear(&|| Pairs::over(self.layout, dry, unit));
        // A unit for a signal with so many waves, which hears a key of so many channels.
        let gain = |key: Key, unit: &dyn Fn(usize, usize) -> Box<dyn GainUnit>| {
            let second = if self.fault == Some(Fault::SecondDetector) { self.lanes } else { 0 };
            let second = (0..second).map(|_| unit(channels, 1)).collect();
            Work::Gain(Detection { unit: unit(heard, waves), key, second })
        };
        match unit {
            Unit::Gain(_) => Work::Factor,
            Unit::Eq(eq) => linear(&|| Box::new(EqUnit::new(eq, channels))),
            Unit::Delay(delay) => {
                let unit = |channels| -> Box<dyn Linear> { Box::new(DelayUnit::new(delay, tempo, channels, rate)) };
                // Without ping-pong a channel echoes for itself.
                if delay.ping_pong { stereo(Dry::Without(1), &unit) } else { linear(&|| unit(channels)) }
            }
            Unit::Reverb(reverb) => {
                stereo(Dry::Without(0), &|channels| Box::new(ReverbUnit::new(reverb, channels, rate)))
            }
            Unit::Width(width) => stereo(Dry::All, &|_| Box::new(WidthUnit::new(width, rate))),
            Unit::Compressor(compressor) => {
                gain(key, &|heard, _| Box::new(CompressorUnit::new(compressor, heard, rate)))
            }
            Unit::Gate(gate) => gain(key, &|heard, waves| Box::new(GateUnit::new(gate, heard, channels, waves, rate))),
            Unit::Limiter(limiter) => gain(key, &|_, waves| Box::new(LimiterUnit::new(limiter, channels, waves, rate))),
            Unit::Transient(transient) => gain(key, &|_, _| Box::new(TransientUnit::new(transient, rate))),
            Unit::Multiband(multiband) => {
                gain(key, &|heard, waves| Box::new(MultibandUnit::new(multiband, heard, channels, waves, rate)))
            }
            Unit::DynamicEq(eq) => {
                gain(key, &|heard, waves| Box::new(DynamicEqUnit::new(eq, heard, channels, waves, rate)))
            }
            Unit::Convolution(convolution) => {
                // One for all waves and pairs.
                let rooms = [1, 2].map(|channels| LazyCell::new(move || self.room(convolution, channels)));
                stereo(Dry::Value(0), &|channels| Box::new(ConvolutionUnit::new(&rooms[channels - 1])))
            }
            Unit::Chorus(chorus) => {
                stereo(Dry::Without(2), &|channels| Box::new(ChorusUnit::new(chorus, tempo, channels, rate)))
            }
            Unit::Phaser(phaser) => {
                stereo(Dry::Without(3), &|channels| Box::new(PhaserUnit::new(phaser, tempo, channels, rate)))
            }
            Unit::Align(align) => linear(&|| Box::new(AlignUnit::new(align, channels, rate))),
            Unit::DeEsser(esser) => gain(key, &|_, waves| Box::new(DeEsserUnit::new(esser, channels, waves, rate))),
            Unit::Saturation(saturation) => {
                gain(key, &|_, waves| Box::new(SaturationUnit::new(saturation, channels, waves, rate)))
            }
        }
    }
}

impl Bay<'_> {
    /// What a convolution plays on so many channels.
    fn room(&self, convolution: &Convolution, channels: usize) -> Arc<Room> {
        let (file, rate) = (self.impulses.of(&convolution.file), f64::from(self.session.rate.hz()));
        Arc::new(Room::new(convolution, file, channels, rate))
    }
}

impl Detection {
    fn process(&mut self, start: i64, frames: usize, signal: &mut Signal, controls: Controls<'_>, done: &[Vec<Taps>]) {
        let heard = match &self.key {
            Key::Own => signal.heard(0, 0, frames),
            Key::Strip((level, index), tap, ago) => done[*level][*index].at(*tap).heard(0, *ago, frames),
            Key::Silence(wave) => Heard { channels: wave.slices(frames), silent: true },
        };
        if heard.silent && self.unit.is_silent() && signal.is_silent() {
            return;
        }
        // Before it hears the block: what is at rest after it may still have rung in it.
        let rests = signal.whole.silent && self.unit.is_wave_silent(0);
        self.unit.detect(start, &heard.channels, controls);
        for (number, wave) in signal.waves_mut().enumerate() {
            let at_rest = if number == 0 { rests } else { wave.silent && self.unit.is_wave_silent(number) };
            if at_rest {
                continue;
            }
            if let Some(second) = number.checked_sub(1).and_then(|lane| self.second.get_mut(lane)) {
                second.detect(start, &wave.slices(frames), controls);
                second.apply(0, start, &mut wave.slices_mut(frames), controls);
            } else {
                self.unit.apply(number, start, &mut wave.slices_mut(frames), controls);
            }
            wave.silent = false;
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
            stemwright_simd::scale(&mut channel[..frames], controls.first()[which]);
        }
    }
}

//! The master: the mix and its lanes, and the other side of the master chain.

use crate::engine::Block;
use crate::graph::Graph;
use crate::signal::Signal;
use crate::slot::{Bay, Slot, multiply};
use crate::strip::{Inputs, Place, Taps, plain_gain};
use crate::{EngineOptions, Fault};
use stemwright_core::Target;
use stemwright_dsp::Controller;

pub(crate) struct MasterRun {
    inputs: Inputs,
    /// The mix by the lane-free path, and the lanes; kept apart even where there is one stem only, so that the null
    /// test always compares two sums.
    mix: Signal,
    slots: Vec<Slot>,
    fader: Controller,
    /// After the master chain; with lanes where the stems go through it.
    out: Signal,
    fault: Option<Fault>,
    /// The last frame of the late lane, for [`Fault::LaneLate`].
    late: [f64; 2],
}

impl MasterRun {
    pub(crate) fn new(graph: &Graph<'_>, places: &[Place], block: usize, options: EngineOptions) -> Self {
        let (session, master) = (graph.session, &graph.session.master);
        let lanes: Vec<usize> = (0..graph.stems.len()).collect();
        let fault = options.fault;
        let through = if options.through_master { lanes.len() } else { 0 };
        let bay = Bay { session, channels: 2, lanes: through, block, fault, places, nodes: &graph.nodes };
        let slots = master.inserts.iter().zip(&graph.master_keys).enumerate();
        Self {
            inputs: Inputs::new(&graph.to_master, &lanes, true, graph, places),
            mix: Signal::new(2, lanes.len(), block),
            slots: slots
                .filter_map(|(number, (insert, key))| Slot::new(insert, number, &master.automation, *key, &bay))
                .collect(),
            fader: plain_gain(master.gain, Target::Gain, &master.automation, [1.0, 1.0]),
            out: Signal::new(2, through, block),
            fault,
            late: [0.0; 2],
        }
    }

    pub(crate) fn process(&mut self, start: i64, frames: usize, done: &[Vec<Taps>]) {
        self.inputs.sum(start, frames, &mut self.mix, done);
        self.break_first_lane(frames);
        // Where lanes stay before the chain, `out` has none.
        for (out, mix) in self.out.waves_mut().zip(self.mix.waves_mut()) {
            out.silent = mix.silent;
            for (out, mix) in out.channels.iter_mut().zip(&mix.channels) {
                out[..frames].copy_from_slice(&mix[..frames]);
            }
        }
        for slot in &mut self.slots {
            slot.process(start, frames, &mut self.out, done);
        }
        let controls = self.fader.block(start, frames);
        self.out.waves_mut().for_each(|wave| multiply(wave, start, frames, controls));
    }

    /// The faults of a lane, built in on request.
    fn break_first_lane(&mut self, frames: usize) {
        let Some(lane) = self.mix.lanes.first_mut() else { return };
        for (channel, late) in lane.channels.iter_mut().zip(&mut self.late) {
            match self.fault {
                Some(Fault::LaneScaled) => channel[..frames].iter_mut().for_each(|x| *x *= 1.0 + 1e-4),
                Some(Fault::LaneLate) => channel[..frames].iter_mut().for_each(|x| std::mem::swap(x, late)),
                _ => {}
            }
        }
    }

    pub(crate) fn block(&self, start: i64, frames: usize) -> Block<'_> {
        Block {
            start,
            frames,
            mix: self.mix.whole.sides(frames),
            master: self.out.whole.sides(frames),
            stems: if self.out.lanes.is_empty() { &self.mix } else { &self.out }
                .lanes
                .iter()
                .map(|lane| lane.sides(frames))
                .collect(),
        }
    }

    /// The loudest sample of the mix, the master and all lanes in a part of the block.
    pub(crate) fn peak(&self, range: std::ops::Range<usize>) -> f64 {
        let waves = self.mix.lanes.iter().chain(&self.out.lanes).chain([&self.mix.whole, &self.out.whole]);
        waves.map(|wave| wave.peak(range.clone())).fold(0.0, f64::max)
    }

    pub(crate) fn pending(&self) -> u64 {
        self.slots.iter().map(Slot::pending).max().unwrap_or(0)
    }
}

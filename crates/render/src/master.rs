//! The master: the mix and its lanes, and the other side of the master chain.

use crate::engine::Block;
use crate::graph::Graph;
use crate::signal::{Signal, Wave};
use crate::slot::{Bay, Slot, multiply};
use crate::strip::{Inputs, Place, Taps, plain_gain};
use crate::{EngineOptions, Fault};
use stemwright_core::{Master, Target};
use stemwright_dsp::Controller;
use stemwright_simd::peak;

pub(crate) struct MasterRun {
    inputs: Inputs,
    /// The mix by the lane-free path, and the lanes; kept apart even where there is one stem only, so that the null
    /// test always compares two sums.
    mix: Signal,
    slots: Vec<Slot>,
    fader: Controller,
    /// After the master chain; with lanes where the stems go through it.
    out: Signal,
    /// How late the mix and the master are.
    late: [i64; 2],
    /// Whether there is nothing in the chain, so that what comes out is the mix itself.
    plain: bool,
    fault: Option<Fault>,
    /// The last frame of the late lane, for [`Fault::LaneLate`].
    withheld: Vec<f64>,
}

/// Whether a master changes nothing.
pub(crate) fn is_plain(master: &Master) -> bool {
    master.inserts.is_empty() && master.gain.0 == 0.0 && master.automation.is_empty()
}

impl MasterRun {
    pub(crate) fn new(graph: &Graph<'_>, places: &[Place], block: usize, options: EngineOptions) -> Self {
        let (session, master) = (graph.session, &graph.session.master);
        let lanes: Vec<usize> = (0..graph.stems.len()).collect();
        let fault = options.fault;
        let through = if options.through_master { lanes.len() } else { 0 };
        let layout = master.layout;
        let channels = layout.channels();
        let bay = Bay {
            session,
            layout,
            lanes: through,
            block,
            fault,
            places,
            nodes: &graph.nodes,
            impulses: &graph.impulses,
        };
        let late = &graph.master_late;
        Self {
            inputs: Inputs::new(&graph.to_master, layout, (&lanes, true), late.input, graph, places),
            // What is printed before the chain waits for what is printed after it.
            mix: Signal::new(channels, lanes.len(), block).keeping(late.output - late.input),
            slots: bay.slots(&master.inserts, late, &graph.master_keys, &master.automation),
            fader: plain_gain(master.gain, Target::Gain, &master.automation, vec![1.0]),
            out: Signal::new(channels, through, block),
            late: [late.input as i64, late.output as i64],
            plain: through == 0 && is_plain(master),
            fault,
            withheld: vec![0.0; channels],
        }
    }

    pub(crate) fn process(&mut self, now: i64, frames: usize, done: &[Vec<Taps>]) {
        let [start, end] = self.late.map(|late| now - late);
        self.inputs.sum(start, frames, &mut self.mix, done);
        self.break_first_lane(frames);
        self.mix.keep(frames);
        if self.plain {
            return;
        }
        // Where lanes stay before the chain, `out` has none.
        for (out, mix) in self.out.waves_mut().zip(self.mix.waves_mut()) {
            out.silent = mix.silent;
            for (out, mix) in out.channels.iter_mut().zip(&mix.channels) {
                out[..frames].copy_from_slice(&mix[..frames]);
            }
        }
        for slot in &mut self.slots {
            slot.process(now, frames, &mut self.out, done);
        }
        let controls = self.fader.block(end, frames);
        self.out.waves_mut().for_each(|wave| multiply(wave, end, frames, controls));
    }

    /// The faults of a lane, built in on request.
    fn break_first_lane(&mut self, frames: usize) {
        let Some(lane) = self.mix.lanes.first_mut() else { return };
        for (channel, withheld) in lane.channels.iter_mut().zip(&mut self.withheld) {
            match self.fault {
                Some(Fault::LaneScaled) => channel[..frames].iter_mut().for_each(|x| *x *= 1.0 + 1e-4),
                Some(Fault::LaneLate) => channel[..frames].iter_mut().for_each(|x| std::mem::swap(x, withheld)),
                _ => {}
            }
        }
    }

    /// Room for a block that is printed.
    pub(crate) fn output(&self, block: usize) -> Output {
        let like = |signal: &Signal| Signal::new(signal.whole.channels.len(), signal.lanes.len(), block);
        Output { start: 0, frames: 0, mix: like(&self.mix), out: like(&self.out), plain: self.plain }
    }

    /// Hands on what was rendered last: the frames from `start` on, all of them as late as the latest. The next block may
    /// then be rendered while this one is printed.
    pub(crate) fn hand_over(&mut self, start: i64, frames: usize, to: &mut Output) {
        (to.start, to.frames) = (start, frames);
        let waiting = (self.late[1] - self.late[0]) as usize;
        if waiting == 0 {
            std::mem::swap(&mut self.mix, &mut to.mix);
        } else {
            for (number, wave) in to.mix.waves_mut().enumerate() {
                let heard = self.mix.heard(number, waiting, frames);
                wave.silent = heard.silent;
                for (to, from) in wave.channels.iter_mut().zip(heard.channels) {
                    to[..frames].copy_from_slice(from);
                }
            }
        }
        std::mem::swap(&mut self.out, &mut to.out);
    }

    pub(crate) fn pending(&self) -> u64 {
        self.slots.iter().map(Slot::pending).chain([self.mix.pending()]).max().unwrap_or(0)
    }
}

/// A block on its way to where it is printed.
pub(crate) struct Output {
    start: i64,
    frames: usize,
    mix: Signal,
    out: Signal,
    plain: bool,
}

impl Output {
    pub(crate) fn block(&self) -> Block<'_> {
        let frames = self.frames;
        let lanes = if self.out.lanes.is_empty() { &self.mix.lanes } else { &self.out.lanes };
        let master = if self.plain { &self.mix.whole } else { &self.out.whole };
        Block {
            start: self.start,
            frames,
            mix: self.mix.whole.slices(frames),
            master: master.slices(frames),
            stems: lanes.iter().map(|lane| lane.slices(frames)).collect(),
        }
    }

    /// The loudest sample of the mix, the master and all lanes in a part of it. Lanes before the chain count with those
    /// after it, so that a set is not shorter for being printed through the master.
    pub(crate) fn peak(&self, range: std::ops::Range<usize>) -> f64 {
        let waves =
            [&self.mix, &self.out].into_iter().flat_map(|signal| std::iter::once(&signal.whole).chain(&signal.lanes));
        let loudest =
            |wave: &Wave| wave.channels.iter().map(|channel| peak(&channel[range.clone()])).fold(0.0, f64::max);
        waves.filter(|wave| !wave.silent).map(loudest).fold(0.0, f64::max)
    }
}

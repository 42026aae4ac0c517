//! `Schedule` → lanes: one pass over the timeline, block by block.

use crate::graph::Graph;
use crate::master::MasterRun;
use crate::schedule::Schedule;
use crate::strip::{StripRun, Taps};
use crate::{EngineError, Fault};
use rayon::prelude::*;
use std::sync::atomic::{AtomicBool, Ordering};
use stemwright_audio::Media;
use stemwright_core::CONTROL_GRID;
use stemwright_dsp::INAUDIBLE;

/// The longest tail that is waited for.
const LONGEST_TAIL_SECONDS: i64 = 30;

/// Blocks shorter than this are not worth waking other threads for. It changes no bit.
pub(crate) const PARALLEL_FROM: usize = 256;

/// When the files end.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Tail {
    /// On the first control-grid frame after the last clip where nothing is pending and everything is under
    /// −120 dBFS, after at most 30 s.
    Auto,
    /// So many seconds after the last clip.
    Seconds(f64),
}

/// How to run; nothing here changes a sample, but `tail` the length.
#[derive(Debug, Clone, Copy)]
pub struct EngineOptions {
    /// Frames in a block.
    pub block: usize,
    /// When to end.
    pub tail: Tail,
    /// Whether the lanes go through the master chain, so that the stems add up to the master.
    pub through_master: bool,
    /// A fault to build in, for proving that the proof can fail.
    pub fault: Option<Fault>,
}

impl Default for EngineOptions {
    fn default() -> Self {
        Self { block: 4096, tail: Tail::Auto, through_master: false, fault: None }
    }
}

/// One block of everything that is printed. Channels are left and right.
pub struct Block<'a> {
    /// The session frame of its first sample.
    pub start: i64,
    /// Its length.
    pub frames: usize,
    /// The mix before the master chain, by the lane-free path.
    pub mix: [&'a [f64]; 2],
    /// The mix after the master chain.
    pub master: [&'a [f64]; 2],
    /// The lanes, in the order of the graph's stems: they add up to the mix, or with
    /// [`EngineOptions::through_master`] to the master.
    pub stems: Vec<[&'a [f64]; 2]>,
}

/// Where blocks go.
pub trait Sink {
    /// Takes the next block.
    fn block(&mut self, block: &Block<'_>) -> Result<(), EngineError>;
}

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Ended {
    /// Frames in every file.
    pub frames: u64,
    /// The level in dBFS of what a tail was cut from after 30 s: its loudest in the ten seconds before.
    pub cut_tail: Option<f64>,
}

/// Renders a graph. Threads are those of the rayon pool that it is called in.
pub fn run(
    graph: &Graph<'_>,
    media: &dyn Media,
    options: EngineOptions,
    cancel: &AtomicBool,
    sink: &mut dyn Sink,
) -> Result<Ended, EngineError> {
    Engine::new(graph, media, options).run(options.tail, cancel, sink)
}

struct Engine<'m> {
    strips: Vec<Vec<StripRun<'m>>>,
    /// What each strip gives, in the same places.
    taps: Vec<Vec<Taps>>,
    master: MasterRun,
    start: i64,
    end: i64,
    /// The longest path: how late everything is that is printed.
    late: i64,
    rate: i64,
    block: usize,
}

impl<'m> Engine<'m> {
    fn new(graph: &Graph<'m>, media: &'m dyn Media, options: EngineOptions) -> Self {
        let schedule = Schedule::new(graph);
        let places = schedule.places(graph.nodes.len());
        let block = options.block.max(1);
        // The tail is rendered in steps of the grid whatever the block is.
        let buffer = block.max(CONTROL_GRID as usize);
        let strip = |&number: &usize| StripRun::new(&graph.nodes[number], graph, &places, media, buffer, options.fault);
        let taps = |&number: &usize| Taps::new(&graph.nodes[number], buffer);
        Self {
            strips: schedule.levels.iter().map(|level| level.iter().map(strip).collect()).collect(),
            taps: schedule.levels.iter().map(|level| level.iter().map(taps).collect()).collect(),
            master: MasterRun::new(graph, &places, buffer, options),
            start: graph.start,
            end: graph.end,
            late: graph.master_late.output as i64,
            rate: i64::from(graph.session.rate.hz()),
            block,
        }
    }

    fn run(mut self, tail: Tail, cancel: &AtomicBool, sink: &mut dyn Sink) -> Result<Ended, EngineError> {
        let grid_end = CONTROL_GRID * (self.end + CONTROL_GRID - 1).div_euclid(CONTROL_GRID);
        let (body_end, mut cut_tail) = match tail {
            Tail::Auto => (grid_end, None),
            Tail::Seconds(seconds) => (self.end + (seconds * self.rate as f64).round() as i64, None),
        };
        // What is late has to come first. Nothing is heard before the start of the files but what linear-phase filters ring
        // ahead of it, at most `late` frames; a unit may have noted control values as much earlier.
        let mut now = self.start - 2 * self.late;
        while now < self.start {
            let frames = (self.start - now).min(self.block as i64) as usize;
            self.process(now, frames, cancel)?;
            now += frames as i64;
        }
        // The loudest of everything in the last grid interval before the end of the body.
        let mut recent = 0.0f64;
        while now < body_end {
            let frames = (body_end - now).min(self.block as i64) as usize;
            let watched = (body_end - CONTROL_GRID - now).clamp(0, frames as i64) as usize;
            recent = recent.max(self.print(now, frames, watched..frames, cancel, sink)?);
            now += frames as i64;
        }
        if tail == Tail::Auto {
            let latest = now + LONGEST_TAIL_SECONDS * self.rate;
            // The longest echo takes ten seconds: what is cut between two of them is as loud as the one before.
            let heard_from = latest - 10 * self.rate;
            let mut heard = 0.0f64;
            while recent >= INAUDIBLE || self.pending() > 0 {
                if now > heard_from {
                    heard = heard.max(recent);
                }
                if now >= latest {
                    cut_tail = Some(20.0 * libm::log10(heard.max(INAUDIBLE)));
                    break;
                }
                let frames = CONTROL_GRID as usize;
                recent = self.print(now, frames, 0..frames, cancel, sink)?;
                now += CONTROL_GRID;
            }
        }
        Ok(Ended { frames: (now - self.start) as u64, cut_tail })
    }

    /// Renders a block and hands it on; gives the loudest of everything in a part of it.
    fn print(
        &mut self,
        start: i64,
        frames: usize,
        watched: std::ops::Range<usize>,
        cancel: &AtomicBool,
        sink: &mut dyn Sink,
    ) -> Result<f64, EngineError> {
        self.process(start, frames, cancel)?;
        sink.block(&self.master.block(start, frames))?;
        Ok(self.master.peak(frames, watched))
    }

    /// Renders a block; `start` is the frame of the timeline of what comes out.
    fn process(&mut self, start: i64, frames: usize, cancel: &AtomicBool) -> Result<(), EngineError> {
        if cancel.load(Ordering::Relaxed) {
            return Err(EngineError::Cancelled);
        }
        let now = start + self.late;
        for (level, strips) in self.strips.iter_mut().enumerate() {
            let (done, rest) = self.taps.split_at_mut(level);
            let Some(taps) = rest.first_mut() else { break };
            if frames >= PARALLEL_FROM && strips.len() > 1 {
                let work = strips.par_iter_mut().zip(taps);
                let results: Vec<Result<(), EngineError>> =
                    work.map(|(strip, taps)| strip.process(now, frames, taps, done)).collect();
                // The first in the order of the strips, whichever thread met its error first.
                results.into_iter().collect::<Result<(), _>>()?;
            } else {
                strips.iter_mut().zip(taps).try_for_each(|(strip, taps)| strip.process(now, frames, taps, done))?;
            }
        }
        self.master.process(now, frames, &self.taps);
        Ok(())
    }

    /// For how many more frames something audible is still to come.
    fn pending(&self) -> u64 {
        let strips = self.strips.iter().flatten().map(StripRun::pending);
        let taps = self.taps.iter().flatten().map(Taps::pending);
        strips.chain(taps).chain([self.master.pending()]).max().unwrap_or(0)
    }
}

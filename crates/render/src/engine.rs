//! `Schedule` → lanes: one pass over the timeline, block by block.

use crate::cache::{Recorder, Replay, Role, Store, keys, roles, shape, taken};
use crate::graph::Graph;
use crate::master::MasterRun;
use crate::schedule::Schedule;
use crate::strip::{Place, StripRun, Taps};
use crate::{EngineError, Fault};
use rayon::prelude::*;
use std::collections::HashSet;
use std::sync::atomic::{AtomicBool, Ordering};
use stemwright_audio::Media;
use stemwright_core::CONTROL_GRID;
use stemwright_dsp::INAUDIBLE;

/// The longest tail that is waited for.
const LONGEST_TAIL_SECONDS: i64 = 30;

/// For as long silence is waited for in what a cache keeps.
const LONGEST_SETTLING_SECONDS: i64 = 10;

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
    /// The frame of the session before which to end, whatever sounds.
    pub until: Option<i64>,
    /// Whether the lanes go through the master chain, so that the stems add up to the master.
    pub through_master: bool,
    /// A fault to build in, for proving that the proof can fail.
    pub fault: Option<Fault>,
}

impl Default for EngineOptions {
    fn default() -> Self {
        Self { block: 2048, tail: Tail::Auto, until: None, through_master: false, fault: None }
    }
}

/// One block of everything that is printed, in the master's layout.
pub struct Block<'a> {
    /// The session frame of its first sample.
    pub start: i64,
    /// Its length.
    pub frames: usize,
    /// The mix before the master chain, by the lane-free path.
    pub mix: Vec<&'a [f64]>,
    /// The mix after the master chain.
    pub master: Vec<&'a [f64]>,
    /// The lanes, in the order of the graph's stems: they add up to the mix, or with
    /// [`EngineOptions::through_master`] to the master.
    pub stems: Vec<Vec<&'a [f64]>>,
}

/// Where blocks go.
pub trait Sink: Send {
    /// Takes the next block, on any thread, while the one after it is rendered.
    fn block(&mut self, block: &Block<'_>) -> Result<(), EngineError>;
}

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Ended {
    /// Frames in every file.
    pub frames: u64,
    /// The level in dBFS of what a tail was cut from after 30 s: its loudest in the ten seconds before.
    pub cut_tail: Option<f64>,
    /// Strips that were computed, and strips that were read from a cache instead.
    pub strips: [usize; 2],
}

/// Renders a graph. Threads are those of the rayon pool that it is called in.
pub fn run(
    graph: &Graph<'_>,
    media: &dyn Media,
    options: EngineOptions,
    cancel: &AtomicBool,
    sink: &mut dyn Sink,
) -> Result<Ended, EngineError> {
    run_with(graph, media, options, None, cancel, sink)
}

/// Renders a graph, reading from a cache what it holds (where that is wanted) and keeping the rest in it.
pub(crate) fn run_with(
    graph: &Graph<'_>,
    media: &dyn Media,
    options: EngineOptions,
    cache: Option<Cache<'_>>,
    cancel: &AtomicBool,
    sink: &mut dyn Sink,
) -> Result<Ended, EngineError> {
    Engine::new(graph, media, options, cache).run(cancel, sink, cache.map(|cache| (cache.store, graph)))
}

/// A cache in one run.
#[derive(Clone, Copy)]
pub(crate) struct Cache<'c> {
    pub(crate) store: &'c Store,
    /// Whether what it holds is read.
    pub(crate) read: bool,
    /// Bytes that the set will take on the same disk, perhaps.
    pub(crate) set: u64,
}

/// A strip at work, or what stands for it.
struct Runner<'m> {
    work: Work<'m>,
    /// How late its taps are.
    late: i64,
    /// The frame of the timeline that its taps give next.
    next: i64,
}

enum Work<'m> {
    Compute(Box<StripRun<'m>>, Option<Box<Recorder>>),
    Replay(Box<Replay>),
    Idle,
}

impl Runner<'_> {
    fn process(&mut self, now: i64, frames: usize, taps: &mut Taps, done: &[Vec<Taps>]) -> Result<(), EngineError> {
        let start = now - self.late;
        self.next = start + frames as i64;
        match &mut self.work {
            Work::Compute(strip, recorder) => {
                strip.process(now, frames, taps, done)?;
                if let Some(recorder) = recorder {
                    recorder.take(start, frames, taps);
                }
                Ok(())
            }
            Work::Replay(replay) => replay.process(start, frames, taps),
            Work::Idle => Ok(()),
        }
    }

    /// For how many more frames something audible is still to come.
    fn pending(&mut self) -> Result<u64, EngineError> {
        match &mut self.work {
            Work::Compute(strip, recorder) => {
                let pending = strip.pending();
                if let Some(recorder) = recorder {
                    recorder.pending(self.next, pending);
                }
                Ok(pending)
            }
            Work::Replay(replay) => replay.pending(self.next),
            Work::Idle => Ok(0),
        }
    }
}

/// The frame before which the body of the files ends, and whether a tail follows whose length is to be found out.
fn body(graph: &Graph<'_>, options: EngineOptions) -> (i64, bool) {
    let rate = f64::from(graph.session.rate.hz());
    match (options.until, options.tail) {
        (Some(until), _) => (until, false),
        (None, Tail::Auto) => (CONTROL_GRID * (graph.end + CONTROL_GRID - 1).div_euclid(CONTROL_GRID), true),
        (None, Tail::Seconds(seconds)) => (graph.end + (seconds * rate).round() as i64, false),
    }
}

struct Engine<'m> {
    strips: Vec<Vec<Runner<'m>>>,
    /// What each strip gives, in the same places.
    taps: Vec<Vec<Taps>>,
    master: MasterRun,
    start: i64,
    /// The frame before which the body ends, and whether a tail follows whose length is to be found out.
    body: (i64, bool),
    /// The longest path: how late everything is that is printed.
    late: i64,
    rate: i64,
    block: usize,
}

impl<'m> Engine<'m> {
    fn new(graph: &Graph<'m>, media: &'m dyn Media, options: EngineOptions, cache: Option<Cache<'_>>) -> Self {
        let schedule = Schedule::new(graph);
        let places = schedule.places(graph.nodes.len());
        let block = options.block.max(1);
        // The tail is rendered in steps of the grid whatever the block is.
        let buffer = block.max(CONTROL_GRID as usize);
        let (store, read) = (cache.map(|cache| cache.store), cache.is_some_and(|cache| cache.read));
        let mut roles = roles(graph, store, read, body(graph, options));
        let mut room = cache.map_or(0, |cache| cache.store.room(cache.set));
        let taken = taken(graph);
        let mut strip = |&number: &usize| {
            let node = &graph.nodes[number];
            let work = match std::mem::replace(&mut roles[number], Role::Idle) {
                Role::Compute(key) => {
                    let strip = StripRun::new(node, graph, &places, media, buffer, options.fault);
                    let recorder = key.zip(store).map(|(key, store)| {
                        let shape = shape(node, taken[number]);
                        // As much as it takes if it is never silent.
                        let most = (graph.end - graph.start) as u64 * 8 * shape.streams().count() as u64;
                        let granted = room.min(2 * most + (1 << 20));
                        room -= granted;
                        Box::new(Recorder::new(store, key, shape, granted))
                    });
                    Work::Compute(Box::new(strip), recorder)
                }
                Role::Replay(replay) => Work::Replay(replay),
                Role::Idle => Work::Idle,
            };
            Runner { work, late: node.late.output as i64, next: 0 }
        };
        let taps = |&number: &usize| Taps::new(&graph.nodes[number], taken[number], buffer);
        Self {
            strips: schedule.levels.iter().map(|level| level.iter().map(&mut strip).collect()).collect(),
            taps: schedule.levels.iter().map(|level| level.iter().map(taps).collect()).collect(),
            master: MasterRun::new(graph, &places, buffer, options),
            start: graph.start,
            body: body(graph, options),
            late: graph.master_late.output as i64,
            rate: i64::from(graph.session.rate.hz()),
            block,
        }
    }

    fn run(
        mut self,
        cancel: &AtomicBool,
        sink: &mut dyn Sink,
        store: Option<(&Store, &Graph<'_>)>,
    ) -> Result<Ended, EngineError> {
        let (body_end, automatic) = self.body;
        let mut cut_tail = None;
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
        let mut output = self.master.output(self.block.max(CONTROL_GRID as usize));
        let mut waiting = false;
        while now < body_end {
            let frames = (body_end - now).min(self.block as i64) as usize;
            // The block before is printed while this one is rendered.
            let mut print = || if waiting { sink.block(&output.block()) } else { Ok(()) };
            let mut render = || self.process(now, frames, cancel);
            let (printed, rendered) =
                if frames >= PARALLEL_FROM { rayon::join(print, render) } else { (print(), render()) };
            printed.and(rendered)?;
            self.master.hand_over(now, frames, &mut output);
            waiting = true;
            let watched = (body_end - CONTROL_GRID - now).clamp(0, frames as i64) as usize;
            recent = recent.max(output.peak(watched..frames));
            now += frames as i64;
        }
        if waiting {
            sink.block(&output.block())?;
        }
        if automatic {
            let latest = now + LONGEST_TAIL_SECONDS * self.rate;
            // The longest echo takes ten seconds: what is cut between two of them is as loud as the one before.
            let heard_from = latest - 10 * self.rate;
            let mut heard = 0.0f64;
            while self.pending()? > 0 || recent >= INAUDIBLE {
                if now > heard_from {
                    heard = heard.max(recent);
                }
                if now >= latest {
                    cut_tail = Some(20.0 * libm::log10(heard.max(INAUDIBLE)));
                    break;
                }
                let frames = CONTROL_GRID as usize;
                self.process(now, frames, cancel)?;
                self.master.hand_over(now, frames, &mut output);
                sink.block(&output.block())?;
                recent = output.peak(0..frames);
                now += CONTROL_GRID;
            }
        }
        let frames = (now - self.start) as u64;
        let strips = self.counts();
        if let Some((store, graph)) = store {
            let settled = self.settle(now, automatic, cancel)?;
            self.keep(store, graph, settled);
        }
        Ok(Ended { frames, cut_tail, strips })
    }

    /// Strips that are computed, and that are read.
    fn counts(&self) -> [usize; 2] {
        let count = |is: fn(&Work<'_>) -> bool| self.strips.iter().flatten().filter(|runner| is(&runner.work)).count();
        [count(|work| matches!(work, Work::Compute(..))), count(|work| matches!(work, Work::Replay(_)))]
    }

    /// Goes on until there is nothing but silence in what is kept, so that a set that is longer can be made of it.
    /// Says whether that went well: where an entry that is read ends on the way, nobody knows what comes.
    fn settle(&mut self, mut now: i64, automatic: bool, cancel: &AtomicBool) -> Result<bool, EngineError> {
        let latest = now + LONGEST_SETTLING_SECONDS * self.rate;
        while automatic && now < latest && !self.silent().iter().flatten().all(|silent| *silent) {
            let frames = self.block.min(CONTROL_GRID as usize * 128);
            match self.process(now, frames, cancel) {
                Err(EngineError::Stale) => return Ok(false),
                other => other?,
            }
            now += frames as i64;
        }
        Ok(true)
    }

    /// Of every strip, whether it is silent from now on: itself, and everything that goes into it.
    fn silent(&self) -> Vec<Vec<bool>> {
        let mut silent: Vec<Vec<bool>> = Vec::with_capacity(self.strips.len());
        for strips in &self.strips {
            // What a source gave is heard later where the listener is later.
            let gives_nothing = |(level, index): Place| silent[level][index] && self.taps[level][index].is_at_rest();
            let level = strips.iter().map(|runner| match &runner.work {
                Work::Compute(strip, _) => strip.is_silent() && strip.sources().all(gives_nothing),
                Work::Replay(replay) => replay.is_silent_from(runner.next),
                Work::Idle => true,
            });
            let level = level.collect();
            silent.push(level);
        }
        silent
    }

    /// Keeps what was computed. A file that changed since it was hashed was perhaps read after that, so what comes of it
    /// is not kept.
    fn keep(self, store: &Store, graph: &Graph<'_>, settled: bool) {
        let silent = self.silent();
        let current: HashSet<String> = keys(graph, store).into_iter().flatten().collect();
        let runners = self.strips.into_iter().flatten().zip(silent.into_iter().flatten());
        for (runner, silent) in runners {
            if let Work::Compute(_, Some(recorder)) = runner.work
                && current.contains(recorder.key())
            {
                recorder.finish(store, silent && settled);
            }
        }
        store.clean();
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
    fn pending(&mut self) -> Result<u64, EngineError> {
        let mut most = self.master.pending();
        for taps in self.taps.iter().flatten() {
            most = most.max(taps.pending());
        }
        for runner in self.strips.iter_mut().flatten() {
            most = most.max(runner.pending()?);
        }
        Ok(most)
    }
}

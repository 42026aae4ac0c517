//! The main job: a session in, a proven stem set out.

use crate::cache::{CacheOptions, Store};
use crate::carried::carried;
use crate::delivery::Delivery;
use crate::engine::{Cache, run_with};
use crate::occupied::{Occupied, examine, glance, source_within};
use crate::set::{Finished, MANIFEST, RECEIPT, SetWriter};
use crate::{Block, BounceError, Ended, EngineError, EngineOptions, Fault, Graph, Sink, Tail, manifest};
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;
use stemwright_audio::{Media, Staging, free_space};
use stemwright_core::{Coding, Db, Finding, Layout, Manifest, Receipt, Session, Severity};

/// What to print and how.
#[derive(Debug, Clone)]
pub struct BounceOptions {
    /// File type and sample format.
    pub coding: Coding,
    /// The layout of all files, into which the master's is folded; the master's own where `None`.
    pub layout: Option<Layout>,
    /// The gain after all processing.
    pub headroom: Headroom,
    /// TPDF dither in integer files; where `None`, those of 16 bits have it.
    pub dither: Option<bool>,
    /// Write stems whose left and right are the same as one channel.
    pub mono_stems: bool,
    /// The stems to write, by name; all where `None`. All are rendered and proven.
    pub stems: Option<Vec<String>>,
    /// The section to write, by name, `Chorus#2` where there are several of that name; the whole song where `None`. Its
    /// frames are those that the whole song has there.
    pub section: Option<String>,
    /// Stems that add up to the mastered track: they go through the master chain.
    pub through_master: bool,
    /// Bypass inserts and silence returns.
    pub dry: bool,
    /// When files end.
    pub tail: Tail,
    /// Frames in a block; it changes no sample.
    pub block: usize,
    /// Threads, or as many as there are cores; it changes no sample.
    pub threads: Option<usize>,
    /// Where to keep what was rendered, so that it need not be rendered again; it changes no sample.
    pub cache: Option<CacheOptions>,
    /// Measure loudness and true peak, and hash every file. Without it, the sums are as exact and as proven, but nobody can
    /// tell later that the files are those that were written.
    pub measured: bool,
    /// Write even where files stand that are not ours; they are moved aside.
    pub force: bool,
    /// A fault to build in, for proving that the proof can fail.
    #[doc(hidden)]
    pub fault: Option<Fault>,
}

impl Default for BounceOptions {
    fn default() -> Self {
        Self {
            coding: Coding::Wav24,
            layout: None,
            headroom: Headroom::Db(0.0),
            dither: None,
            mono_stems: false,
            stems: None,
            section: None,
            through_master: false,
            dry: false,
            tail: Tail::Auto,
            block: EngineOptions::default().block,
            threads: None,
            cache: None,
            measured: true,
            force: false,
            fault: None,
        }
    }
}

/// One gain for every stem and reference.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Headroom {
    /// So many dB lower than the session.
    Db(f64),
    /// As many as keep integer files from clipping, rounded up to 0.1 dB; none if nothing clips.
    Auto,
}

/// A set that was written and proven.
#[derive(Debug, Clone)]
pub struct Bounced {
    /// Where it is.
    pub folder: PathBuf,
    /// Its `stems.json`.
    pub manifest: Manifest,
    /// Its `receipt.json`.
    pub receipt: Receipt,
    /// Where the folder went that stood there before, with files that were not ours; also if a run that was killed
    /// had put it away.
    pub moved_aside: Option<PathBuf>,
    /// Strips that were computed, and strips that were read from the cache instead, in the first pass.
    pub strips: [usize; 2],
}

/// How far a run is: frames rendered, frames expected (without the tail), and whether it is the second pass, which
/// `--headroom auto` needs where something clips, and mono stems where there are any.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// Frames rendered.
    pub frames: u64,
    /// Frames expected.
    pub of: u64,
    /// 1, or 2 once more.
    pub pass: u32,
}

/// Renders a session into `target`. Nothing is half-written: a set is complete and proven, or it is not there.
pub fn bounce(
    session: &Session,
    media: &dyn Media,
    target: &Path,
    options: BounceOptions,
    progress: &(dyn Fn(Progress) + Sync),
    cancel: &AtomicBool,
) -> Result<Bounced, BounceError> {
    let threads = options.threads.unwrap_or(0);
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
    let pool = pool.map_err(|error| BounceError::Threads(error.to_string()))?;
    let made_dry = options.dry.then(|| crate::dry(session));
    let session = made_dry.as_ref().unwrap_or(session);
    pool.install(|| Job { session, media, target, options, progress, cancel }.run())
}

struct Job<'a> {
    session: &'a Session,
    media: &'a dyn Media,
    target: &'a Path,
    options: BounceOptions,
    progress: &'a (dyn Fn(Progress) + Sync),
    cancel: &'a AtomicBool,
}

impl Job<'_> {
    fn run(&self) -> Result<Bounced, BounceError> {
        // The target may be missing until this is done.
        let recovered = Staging::recover(self.target, &|rest| untouched(&examine(rest)))?;
        let mut graph = Graph::new(self.session, self.media)?;
        if self.options.fault == Some(Fault::TrackLost) {
            graph.lose_a_track();
        }
        if let Some(file) = source_within(self.session, self.target) {
            return Err(BounceError::HoldsSources { folder: self.target.to_owned(), file });
        }
        let before = glance(self.target);
        let occupied = examine(self.target);
        if let (Occupied::Other(why), false) = (&occupied, self.options.force) {
            return Err(BounceError::Occupied { folder: self.target.to_owned(), why: why.clone() });
        }
        let mut delivery = Delivery::new(&graph, &self.options)?;
        let staging = Staging::begin(self.target)?;
        self.check_space(&graph, &delivery, staging.path())?;

        let mut findings = graph.findings.clone();
        if let Headroom::Db(headroom) = self.options.headroom {
            delivery.format.gain = Db(-headroom);
        }
        findings.extend(delivery.findings(&graph, &self.options));
        let (mut ended, mut finished) = self.print(&graph, &delivery, staging.path(), 1)?;
        let strips = ended.strips;
        let mut again = false;
        let clipping = clipping(&finished, self.options.coding);
        if let Some(needed) = clipping.iter().map(|&(_, peak)| needed(peak, delivery.format.gain)).reduce(f64::max) {
            if self.options.headroom != Headroom::Auto {
                return Err(BounceError::Clips { files: clipping, headroom: needed });
            }
            delivery.format.gain = Db(-needed);
            again = true;
            findings.push(Finding::new(
                Severity::Note,
                "headroom",
                format!("every file is {needed:.1} dB lower than the session, so that none clips"),
            ));
        }
        if self.options.mono_stems && delivery.format.layout == Layout::Stereo {
            for (stem, same) in delivery.stems.iter_mut().zip(&finished.same_sides) {
                stem.mono = *same;
                again |= *same && stem.written;
            }
        }
        if again {
            // The same names are written again, so that nothing of the first pass can stay.
            (ended, finished) = self.print(&graph, &delivery, staging.path(), 2)?;
        }
        if let Some(level) = ended.cut_tail {
            findings.push(
                Finding::new(
                    Severity::Warning,
                    "tail-cut",
                    format!("something still sounds 30 s after the last clip, lately at {level:.1} dBFS; the files end there"),
                )
                .hint("set the length with --tail SECONDS, or lower the feedback that never ends"),
            );
        }
        let (manifest, receipt) = manifest::write_up(&graph, &delivery, finished, findings);
        if !receipt.null.proven {
            return Err(BounceError::NotProven(Box::new(receipt)));
        }
        manifest::save(&staging.path().join(MANIFEST), &manifest)?;
        manifest::save(&staging.path().join(RECEIPT), &receipt)?;
        let moved_aside = staging.commit(|old| untouched(&occupied) && glance(old) == before)?;
        let moved_aside = moved_aside.or_else(|| recovered.last().cloned());
        Ok(Bounced { folder: self.target.to_owned(), manifest, receipt, moved_aside, strips })
    }

    /// Renders everything once; a second time where the cache does not hold what it should.
    fn print(
        &self,
        graph: &Graph<'_>,
        delivery: &Delivery,
        folder: &Path,
        pass: u32,
    ) -> Result<(Ended, Finished), BounceError> {
        // A fault is to be seen, not to be kept.
        let wanted = self.options.cache.as_ref().filter(|_| self.options.fault.is_none());
        let store = wanted.and_then(Store::open);
        match self.print_with(graph, delivery, folder, pass, store.as_ref(), true) {
            Err(BounceError::Engine(EngineError::Stale)) => {
                self.print_with(graph, delivery, folder, pass, store.as_ref(), false)
            }
            printed => printed,
        }
    }

    fn print_with(
        &self,
        graph: &Graph<'_>,
        delivery: &Delivery,
        folder: &Path,
        pass: u32,
        store: Option<&Store>,
        read: bool,
    ) -> Result<(Ended, Finished), BounceError> {
        let expected = expected(graph, delivery, self.options.tail);
        let chunks = carried(graph, delivery, self.media)?;
        let mut writer = SetWriter::create(folder, graph, delivery, &chunks, expected)?;
        let options = EngineOptions {
            block: self.options.block,
            tail: self.options.tail,
            until: delivery.end,
            through_master: self.options.through_master,
            fault: self.options.fault,
        };
        let before = (delivery.start - graph.start) as u64;
        let of = before + expected;
        let mut sink = Watched { sink: &mut writer, progress: self.progress, frames: 0, of, pass };
        let cache = store.map(|store| Cache { store, read, set: delivery.bytes(expected) });
        let ended = run_with(graph, self.media, options, cache, self.cancel, &mut sink)?;
        Ok((ended, writer.finish(folder)?))
    }

    fn check_space(&self, graph: &Graph<'_>, delivery: &Delivery, folder: &Path) -> Result<(), BounceError> {
        let needed = delivery.bytes(expected(graph, delivery, self.options.tail));
        match free_space(folder) {
            Some(free) if free < needed => Err(BounceError::NoSpace { folder: self.target.to_owned(), needed, free }),
            _ => Ok(()),
        }
    }
}

/// Whether a folder holds nothing but what a run wrote.
fn untouched(found: &Occupied) -> bool {
    matches!(found, Occupied::OurSet | Occupied::Free)
}

/// Frames that are written, without a tail whose length is to be found out.
pub(crate) fn expected(graph: &Graph<'_>, delivery: &Delivery, tail: Tail) -> u64 {
    let tail = match tail {
        Tail::Auto => 0,
        Tail::Seconds(seconds) => graph.session.rate.frames(seconds),
    };
    (delivery.end.unwrap_or(graph.end + tail).max(delivery.start) - delivery.start) as u64
}

/// The integer files that would clip, and their peaks.
fn clipping(finished: &Finished, coding: Coding) -> Vec<(String, f64)> {
    let Some(bits) = coding.integer_bits() else { return Vec::new() };
    let full = f64::from(1 << (bits - 1));
    // Half an LSB over the highest integer.
    let highest = (full - 0.5) / full;
    // What is not finite is no matter of headroom: it fails the proof.
    let over = finished.names.iter().zip(&finished.peaks).filter(|&(_, &peak)| peak >= highest && peak.is_finite());
    over.map(|(name, &peak)| (name.clone(), peak)).collect()
}

/// The headroom in dB that a peak after `gain` needs in all: above it, rounded up to 0.1 dB.
fn needed(peak: f64, gain: Db) -> f64 {
    (((Db::of(peak).0 - gain.0) * 10.0).floor() + 1.0) / 10.0
}

/// Tells of progress, block by block.
struct Watched<'a, 'd> {
    sink: &'a mut SetWriter<'d>,
    progress: &'a (dyn Fn(Progress) + Sync),
    frames: u64,
    of: u64,
    pass: u32,
}

impl Sink for Watched<'_, '_> {
    fn block(&mut self, block: &Block<'_>) -> Result<(), EngineError> {
        self.sink.block(block)?;
        self.frames += block.frames as u64;
        (self.progress)(Progress { frames: self.frames, of: self.of.max(self.frames), pass: self.pass });
        Ok(())
    }
}

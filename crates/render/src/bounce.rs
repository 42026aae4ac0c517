//! The main job: a session in, a proven stem set out.

use crate::occupied::{Occupied, examine, glance, source_within};
use crate::set::{Finished, MANIFEST, RECEIPT, SetFormat, SetWriter};
use crate::{Block, BounceError, Ended, EngineError, EngineOptions, Fault, Graph, Sink, Tail, manifest, run};
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;
use stemwright_audio::{Media, Staging, free_space};
use stemwright_core::{Coding, Db, Finding, Manifest, Receipt, Session, Severity, stem_file_name};

/// What to print and how.
#[derive(Debug, Clone, Copy)]
pub struct BounceOptions {
    /// File type and sample format.
    pub coding: Coding,
    /// The gain after all processing.
    pub headroom: Headroom,
    /// TPDF dither in integer files.
    pub dither: bool,
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
            headroom: Headroom::Db(0.0),
            dither: false,
            through_master: false,
            dry: false,
            tail: Tail::Auto,
            block: EngineOptions::default().block,
            threads: None,
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
}

/// How far a run is: frames rendered, frames expected (without the tail), and whether it is the second pass, which
/// `--headroom auto` needs where something clips.
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
        let staging = Staging::begin(self.target)?;
        self.check_space(&graph, staging.path())?;

        let mut findings = graph.findings.clone();
        let mut gain = match self.options.headroom {
            Headroom::Db(headroom) => Db(-headroom),
            Headroom::Auto => Db::ZERO,
        };
        let (mut ended, mut finished) = self.print(&graph, staging.path(), gain, 1)?;
        let clipping = clipping(&finished, self.options.coding);
        if let Some(needed) = clipping.iter().map(|&(_, peak)| needed(peak, gain)).reduce(f64::max) {
            if self.options.headroom != Headroom::Auto {
                return Err(BounceError::Clips { files: clipping, headroom: needed });
            }
            gain = Db(-needed);
            (ended, finished) = self.print(&graph, staging.path(), gain, 2)?;
            findings.push(Finding::new(
                Severity::Note,
                "headroom",
                format!("every file is {needed:.1} dB lower than the session, so that none clips"),
            ));
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
        let format = self.format(gain);
        let (manifest, receipt) = manifest::write_up(&graph, format, ended, finished, findings);
        if !receipt.null.proven {
            return Err(BounceError::NotProven(Box::new(receipt)));
        }
        manifest::save(&staging.path().join(MANIFEST), &manifest)?;
        manifest::save(&staging.path().join(RECEIPT), &receipt)?;
        let moved_aside = staging.commit(|old| untouched(&occupied) && glance(old) == before)?;
        let moved_aside = moved_aside.or_else(|| recovered.last().cloned());
        Ok(Bounced { folder: self.target.to_owned(), manifest, receipt, moved_aside })
    }

    fn format(&self, gain: Db) -> SetFormat {
        let integers = self.options.coding == Coding::Wav24;
        SetFormat {
            coding: self.options.coding,
            gain,
            dither: self.options.dither && integers,
            through_master: self.options.through_master,
            wet: !self.options.dry,
        }
    }

    /// Renders everything once.
    fn print(&self, graph: &Graph<'_>, folder: &Path, gain: Db, pass: u32) -> Result<(Ended, Finished), BounceError> {
        let expected = (graph.end - graph.start) as u64;
        let stems: Vec<(String, String)> = graph.stems.iter().zip(1..).map(file_of).collect();
        let mut writer = SetWriter::create(folder, self.session, &stems, self.format(gain), graph.start, expected)?;
        let options = EngineOptions {
            block: self.options.block,
            tail: self.options.tail,
            through_master: self.options.through_master,
            fault: self.options.fault,
        };
        let mut sink = Watched { sink: &mut writer, progress: self.progress, frames: 0, of: expected, pass };
        let ended = run(graph, self.media, options, self.cancel, &mut sink)?;
        Ok((ended, writer.finish(folder)?))
    }

    fn check_space(&self, graph: &Graph<'_>, folder: &Path) -> Result<(), BounceError> {
        let needed = set_bytes(graph, self.options.coding);
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

/// About how large a set will be, without its tail.
pub fn set_bytes(graph: &Graph<'_>, coding: Coding) -> u64 {
    let frame = match coding {
        Coding::Wav24 => 6,
        Coding::Wav32f => 8,
    };
    (graph.stems.len() as u64 + 2) * ((graph.end - graph.start) as u64 * frame + 4096)
}

pub(crate) fn file_of((stem, number): (&crate::StemPlan, usize)) -> (String, String) {
    (stem.name.clone(), stem_file_name(number, &stem.name))
}

/// The integer files that would clip, and their peaks.
fn clipping(finished: &Finished, coding: Coding) -> Vec<(String, f64)> {
    // Half an LSB over the highest integer.
    let highest = (8_388_607.0 + 0.5) / 8_388_608.0;
    // What is not finite is no matter of headroom: it fails the proof.
    let over = finished.files.iter().zip(&finished.peaks).filter(|&(_, &peak)| peak >= highest && peak.is_finite());
    let over = over.map(|(file, &peak)| (file.name.clone(), peak));
    if coding == Coding::Wav24 { over.collect() } else { Vec::new() }
}

/// The headroom in dB that a peak after `gain` needs in all: above it, rounded up to 0.1 dB.
fn needed(peak: f64, gain: Db) -> f64 {
    (((Db::of(peak).0 - gain.0) * 10.0).floor() + 1.0) / 10.0
}

/// Tells of progress, block by block.
struct Watched<'a> {
    sink: &'a mut SetWriter,
    progress: &'a (dyn Fn(Progress) + Sync),
    frames: u64,
    of: u64,
    pass: u32,
}

impl Sink for Watched<'_> {
    fn block(&mut self, block: &Block<'_>) -> Result<(), EngineError> {
        self.sink.block(block)?;
        self.frames += block.frames as u64;
        (self.progress)(Progress { frames: self.frames, of: self.of.max(self.frames), pass: self.pass });
        Ok(())
    }
}

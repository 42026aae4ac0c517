//! Sources from memory and blocks into memory: the engine without a disk.

#![allow(dead_code, unreachable_pub, reason = "each test that includes this module uses its own part of it")]

use crate::interpreter::Sources;
use std::path::Path;
use std::sync::atomic::AtomicBool;
use stemwright_audio::{AudioError, FrameReader, Media, MediaInfo};
use stemwright_core::{SampleRate, Session};
use stemwright_render::{Block, Ended, EngineError, EngineOptions, Fault, Graph, GraphError, Sink, run};

pub struct Memory<'a> {
    pub rate: SampleRate,
    pub sources: &'a Sources,
}

impl Media for Memory<'_> {
    fn info(&self, file: &Path) -> Result<MediaInfo, AudioError> {
        let channels = &self.sources[file].channels;
        Ok(MediaInfo::new(self.rate, channels.len(), channels[0].len() as u64))
    }

    fn open(&self, file: &Path, from: u64) -> Result<Box<dyn FrameReader>, AudioError> {
        let rest = self.sources[file].channels.iter().map(|channel| channel[from as usize..].to_vec());
        Ok(Box::new(Reader { channels: rest.collect(), next: 0 }))
    }
}

struct Reader {
    channels: Vec<Vec<f64>>,
    next: usize,
}

impl FrameReader for Reader {
    fn read(&mut self, out: &mut [&mut [f64]]) -> Result<usize, AudioError> {
        let count = out[0].len().min(self.channels[0].len() - self.next);
        for (out, channel) in out.iter_mut().zip(&self.channels) {
            out[..count].copy_from_slice(&channel[self.next..self.next + count]);
        }
        self.next += count;
        Ok(count)
    }
}

/// Everything that a run printed.
#[derive(Debug, Default, Clone, PartialEq)]
pub struct Printed {
    pub start: i64,
    /// The channels of the mix, in the master's layout, as are the master and all stems.
    pub mix: Vec<Vec<f64>>,
    pub master: Vec<Vec<f64>>,
    pub stems: Vec<Vec<Vec<f64>>>,
    pub names: Vec<String>,
    pub cut_tail: Option<f64>,
}

impl Sink for Printed {
    fn block(&mut self, block: &Block<'_>) -> Result<(), EngineError> {
        append(&mut self.mix, &block.mix);
        append(&mut self.master, &block.master);
        self.stems.resize(block.stems.len(), Vec::new());
        self.stems.iter_mut().zip(&block.stems).for_each(|(stem, block)| append(stem, block));
        Ok(())
    }
}

/// A block after what came before it.
fn append(signal: &mut Vec<Vec<f64>>, block: &[&[f64]]) {
    signal.resize(block.len(), Vec::new());
    signal.iter_mut().zip(block).for_each(|(channel, block)| channel.extend_from_slice(block));
}

impl Printed {
    pub fn frames(&self) -> usize {
        self.mix.first().map_or(0, Vec::len)
    }
}

/// Renders a session on `threads` threads; nothing where nothing can be heard.
pub fn render(session: &Session, media: &dyn Media, threads: usize, options: EngineOptions) -> Printed {
    let mut graph = match Graph::new(session, media) {
        Ok(graph) => graph,
        Err(GraphError::Empty) => return Printed::default(),
        Err(error) => panic!("the session is sound: {error}"),
    };
    if options.fault == Some(Fault::TrackLost) {
        graph.lose_a_track();
    }
    let mut printed = Printed {
        start: graph.start,
        names: graph.stems.iter().map(|stem| stem.name.clone()).collect(),
        ..Default::default()
    };
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("threads");
    let Ended { frames, cut_tail, .. } = pool
        .install(|| run(&graph, media, options, &AtomicBool::new(false), &mut printed))
        .expect("memory cannot fail");
    assert_eq!(printed.frames() as u64, frames);
    printed.cut_tail = cut_tail;
    printed
}

/// The largest magnitude of all channels.
pub fn peak(signal: &[Vec<f64>]) -> f64 {
    signal.iter().flatten().fold(0.0, |peak, x| peak.max(x.abs()))
}

/// The largest difference of two signals of as many channels and frames.
pub fn difference(a: &[Vec<f64>], b: &[Vec<f64>]) -> f64 {
    assert!(a.len() == b.len() && a.iter().zip(b).all(|(a, b)| a.len() == b.len()), "signals of one size");
    let pairs = a.iter().flatten().zip(b.iter().flatten());
    pairs.fold(0.0, |most, (x, y)| {
        let difference = (x - y).abs();
        // What is not a number must not get lost in a maximum.
        if difference.is_nan() { f64::INFINITY } else { most.max(difference) }
    })
}

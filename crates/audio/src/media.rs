//! All input behind one trait, so that the engine reads files and tests feed memory.

use std::path::Path;

use stemwright_core::{Finding, SampleRate};

use crate::AudioError;

/// What a file holds, once it is known to be readable.
#[derive(Debug, Clone, PartialEq)]
pub struct MediaInfo {
    /// Frames per second.
    pub rate: SampleRate,
    /// 1 to 32.
    pub channels: usize,
    /// How many frames a reader from 0 yields: encoder delay and padding are already off.
    pub frames: u64,
    /// Whether the samples are those that were once exported (WAV, FLAC), not an approximation (AAC).
    pub lossless: bool,
    /// What a person should know about the file.
    pub findings: Vec<Finding>,
}

/// Where samples come from.
pub trait Media: Send + Sync {
    /// What `file` holds, without decoding it.
    ///
    /// # Errors
    /// When the file is absent, not audio, of a kind that is not read, or damaged where that can be seen.
    fn info(&self, file: &Path) -> Result<MediaInfo, AudioError>;

    /// Opens at frame `from`: the reader yields frames from there to the end. What it yields does not depend on
    /// `from`: frame n has the same bits wherever reading began. A `from` at or past the end yields nothing.
    ///
    /// # Errors
    /// As [`Media::info`].
    fn open(&self, file: &Path, from: u64) -> Result<Box<dyn FrameReader>, AudioError>;
}

/// Frames in order, on whichever thread holds it.
pub trait FrameReader: Send {
    /// Fills the planar buffers (one slice per channel, equal lengths) with the next frames, full scale at ±1.0,
    /// and returns how many; fewer than asked only at the end of the file. After an error the reader is finished
    /// and yields 0.
    ///
    /// # Errors
    /// When the file cannot be read further, or holds a sample that is not a number, infinite or above +60 dBFS.
    fn read(&mut self, out: &mut [&mut [f64]]) -> Result<usize, AudioError>;
}

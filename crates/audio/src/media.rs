//! All input behind one trait, so that the engine reads files and tests feed memory.

use std::path::Path;

use stemwright_core::{Finding, Layout, SampleRate};

use crate::{AudioError, Chunk};

/// What a file holds, once it is known to be readable.
#[derive(Debug, Clone, PartialEq)]
pub struct MediaInfo {
    /// Frames per second.
    pub rate: SampleRate,
    /// 1 to 32.
    pub channels: usize,
    /// How many frames a reader from 0 yields: encoder delay and padding are already off.
    pub frames: u64,
    /// Whether the samples are those that were once exported (WAV, AIFF, FLAC), not an approximation (AAC).
    pub lossless: bool,
    /// What the channels are, by the file's own word or their number; `None` for 3, 4, 5, 7 and more than 8, and for
    /// loudspeakers that no layout has. Two channels are stereo: no file says that it holds mid and side.
    pub layout: Option<Layout>,
    /// How many bits of an integer say something, or 32 and 64 for floats; `None` where samples are an approximation.
    pub bits: Option<u16>,
    /// Whether samples are stored as IEEE floats.
    pub float: bool,
    /// WAV, AIFF, FLAC, AAC; empty of what is no file.
    pub coding: &'static str,
    /// Where the file belongs, in its own frames since midnight or the start of the song (`bext`, or FLAC's comment
    /// `TIME_REFERENCE`).
    pub time_reference: Option<u64>,
    /// Quarter notes a minute.
    pub tempo: Option<f64>,
    /// The musical key, in the file's own words.
    pub key: Option<String>,
    /// What a person should know about the file.
    pub findings: Vec<Finding>,
}

impl MediaInfo {
    /// Lossless samples of which nothing else is known: what sources that are no files say of themselves.
    pub fn new(rate: SampleRate, channels: usize, frames: u64) -> Self {
        Self {
            rate,
            channels,
            frames,
            lossless: true,
            layout: Layout::of_channels(channels),
            bits: None,
            float: false,
            coding: "",
            time_reference: None,
            tempo: None,
            key: None,
            findings: Vec::new(),
        }
    }
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

    /// As [`Media::open`], but of samples that no programme material holds the reader makes no error: for meters that count them.
    ///
    /// # Errors
    /// As [`Media::info`].
    fn open_unlooked(&self, file: &Path, from: u64) -> Result<Box<dyn FrameReader>, AudioError> {
        self.open(file, from)
    }

    /// What other programs left in a WAV file beside its samples (markers, loops), in the order of the file: at most
    /// [`Chunk::MOST`] chunks and [`Chunk::MOST_BYTES`]; those that do not fit or are cut short are left out. Nothing
    /// for other kinds of file.
    ///
    /// # Errors
    /// As [`Media::info`].
    fn chunks(&self, _file: &Path) -> Result<Vec<Chunk>, AudioError> {
        Ok(Vec::new())
    }
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

    /// Whether every sample of the last read is known to be a number within ±1000, so that nobody need look at them again.
    fn has_looked(&self) -> bool {
        false
    }
}

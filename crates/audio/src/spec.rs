//! What a file to be written is like.

use stemwright_core::{Layout, SampleRate};

use crate::{Bext, Chunk, Ixml};

/// The kind of file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Container {
    /// RIFF/WAVE, which becomes RF64 past 4 GiB.
    Wav,
    /// AIFF, up to 4 GiB, integers only.
    Aiff,
    /// FLAC, integers only.
    Flac,
}

impl Container {
    /// What its files are called, without a dot.
    pub const fn extension(self) -> &'static str {
        match self {
            Self::Wav => "wav",
            Self::Aiff => "aiff",
            Self::Flac => "flac",
        }
    }
}

/// How samples are stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SampleFormat {
    /// 16-bit integers.
    Pcm16,
    /// 24-bit integers.
    Pcm24,
    /// IEEE 754 single precision, in WAV files only.
    Float32,
}

impl SampleFormat {
    /// Bits of one sample.
    pub const fn bits(self) -> u16 {
        match self {
            Self::Pcm16 => 16,
            Self::Pcm24 => 24,
            Self::Float32 => 32,
        }
    }

    /// Bytes of one sample.
    pub const fn bytes(self) -> usize {
        self.bits() as usize / 8
    }
}

/// What a file to be written is like.
#[derive(Debug, Clone, PartialEq)]
pub struct FileSpec {
    /// The kind of file.
    pub container: Container,
    /// Frames per second.
    pub rate: SampleRate,
    /// Which channels there are, in the order of the samples.
    pub layout: Layout,
    /// How samples are stored.
    pub format: SampleFormat,
    /// The broadcast extension of WAV files. AIFF has its description, originator and coding history as `NAME`, `AUTH`
    /// and `ANNO`; FLAC its description as `TITLE`, and a time reference above 0 as `TIME_REFERENCE`.
    pub bext: Bext,
    /// Names, tempo and key. FLAC has tempo and key as `BPM` and `INITIALKEY`; AIFF has none of it.
    pub ixml: Option<Ixml>,
    /// Chunks of other programs, byte for byte behind the samples of a WAV file, at most [`Chunk::MOST`] and
    /// [`Chunk::MOST_BYTES`]. The other containers have no place for them.
    pub chunks: Vec<Chunk>,
}

impl FileSpec {
    /// Bytes of one frame.
    pub(crate) fn frame_bytes(&self) -> usize {
        self.layout.channels() * self.format.bytes()
    }
}

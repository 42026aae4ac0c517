//! Writing WAV files that become RF64 when they outgrow 32-bit sizes.
//!
//! The chunks stand in this order: `JUNK` (room for `ds64`, which EBU Tech 3306 wants first), `bext`, `fmt `, `fact`
//! (float only), `iXML`, `data`. iXML goes before the samples because all of it is known when the file is begun: one
//! look at the head finds everything, and a file that loses its end keeps its names.

use std::fs::File;
use std::io::{self, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};
use stemwright_core::SampleRate;

use super::chunk;
use super::header::{GUID_TAIL, TAG_EXTENSIBLE, TAG_FLOAT, TAG_PCM};
use crate::bext::{Bext, BextLoudness};
use crate::hash::hex;
use crate::{AudioError, Ixml, faults};

/// How samples are stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SampleFormat {
    /// 24-bit integers.
    Pcm24,
    /// IEEE 754 single precision.
    Float32,
}

impl SampleFormat {
    /// Bits of one sample.
    pub const fn bits(self) -> u16 {
        match self {
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
pub struct WavSpec {
    /// Frames per second.
    pub rate: SampleRate,
    /// 1 to 32.
    pub channels: u16,
    /// How samples are stored.
    pub format: SampleFormat,
    /// The broadcast extension.
    pub bext: Bext,
    /// Names, tempo and key.
    pub ixml: Option<Ixml>,
}

/// What was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// Frames of audio.
    pub frames: u64,
    /// The size of the file.
    pub bytes: u64,
    /// SHA-256 of the interleaved sample bytes as they stand in the file, in lower-case hex.
    pub pcm_sha256: String,
}

/// The size of `ds64` without a table: three 64-bit sizes and an empty table's count.
const DS64: usize = 28;
/// Where the body of `JUNK` or `ds64` begins.
const DS64_BODY: u64 = 20;
/// Where the loudness fields stand: after RIFF, `JUNK` and the head of `bext`, 412 bytes into its body.
const BEXT_LOUDNESS: u64 = 12 + (8 + DS64 as u64) + 8 + 412;
/// Bytes gathered before they are hashed and written.
const PIECE: usize = 256 << 10;

/// Writes one file, front to back. The bytes do not depend on how many frames each call brings.
///
/// Dropped without [`WavWriter::finish`], it leaves a file whose header promises nothing: write into a
/// [`crate::Staging`] folder.
#[derive(Debug)]
pub struct WavWriter {
    file: File,
    path: PathBuf,
    format: SampleFormat,
    channels: u16,
    /// Where the body of `fact` stands, in float files.
    fact: Option<u64>,
    /// Where samples begin.
    start: u64,
    data_bytes: u64,
    expected: Option<u64>,
    loudness: Option<BextLoudness>,
    largest_riff: u64,
    hash: Sha256,
    buffer: Vec<u8>,
}

impl WavWriter {
    /// Creates the file, or replaces one that is there.
    ///
    /// # Errors
    /// When the system refuses, or the space is gone.
    ///
    /// # Panics
    /// With 0 channels or more than 32: a programming error.
    pub fn create(path: &Path, spec: &WavSpec) -> Result<Self, AudioError> {
        Self::with_largest_riff(path, spec, u64::from(u32::MAX))
    }

    /// `largest_riff`: the size above which the file becomes RF64, so that tests need not write 4 GiB.
    fn with_largest_riff(path: &Path, spec: &WavSpec, largest_riff: u64) -> Result<Self, AudioError> {
        assert!((1..=32).contains(&spec.channels), "1 to 32 channels");
        let (head, fact) = header(spec);
        let create = || {
            faults::point("create a file")?;
            let mut file = File::create(path)?;
            faults::write_all(&mut file, &head, "write a header")?;
            Ok(file)
        };
        let file = create().map_err(|error| AudioError::io(path, "write", error))?;
        Ok(Self {
            file,
            path: path.to_path_buf(),
            format: spec.format,
            channels: spec.channels,
            fact,
            start: head.len() as u64,
            data_bytes: 0,
            expected: None,
            loudness: None,
            largest_riff,
            hash: Sha256::new(),
            buffer: Vec::with_capacity(PIECE + 64),
        })
    }

    /// Says how many frames will come, so that an error about space can say how much is needed.
    pub fn expect_frames(&mut self, frames: u64) {
        self.expected = Some(frames);
    }

    /// Says how loud the file is, for its `bext` chunk.
    pub fn loudness(&mut self, loudness: BextLoudness) {
        self.loudness = Some(loudness);
    }

    /// Appends interleaved 24-bit values, a whole number of frames.
    ///
    /// # Errors
    /// When the system refuses, or the space is gone.
    ///
    /// # Panics
    /// In debug builds for a value outside 24 bits; always when the file is not [`SampleFormat::Pcm24`].
    pub fn write_pcm24(&mut self, interleaved: &[i32]) -> Result<(), AudioError> {
        assert_eq!(self.format, SampleFormat::Pcm24, "the file holds floats");
        self.append(interleaved, |value| {
            debug_assert!((-(1 << 23)..1 << 23).contains(&value), "{value} does not fit 24 bits");
            let [a, b, c, _] = value.to_le_bytes();
            [a, b, c]
        })
    }

    /// Appends interleaved floats, a whole number of frames. −0.0 is written as +0.0, so that silence has one form.
    ///
    /// # Errors
    /// When the system refuses, or the space is gone.
    ///
    /// # Panics
    /// When the file is not [`SampleFormat::Float32`].
    pub fn write_f32(&mut self, interleaved: &[f32]) -> Result<(), AudioError> {
        assert_eq!(self.format, SampleFormat::Float32, "the file holds integers");
        // −0.0 + 0.0 is +0.0; every other value stays what it is.
        self.append(interleaved, |value| (value + 0.0).to_le_bytes())
    }

    fn append<T: Copy, const B: usize>(
        &mut self,
        values: &[T],
        bytes: impl Fn(T) -> [u8; B],
    ) -> Result<(), AudioError> {
        debug_assert!(values.len().is_multiple_of(usize::from(self.channels)), "a whole number of frames");
        for piece in values.chunks(PIECE / B / 4) {
            let old = self.buffer.len();
            self.buffer.resize(old + piece.len() * B, 0);
            let (slots, _) = self.buffer[old..].as_chunks_mut::<B>();
            for (slot, value) in slots.iter_mut().zip(piece) {
                *slot = bytes(*value);
            }
            if self.buffer.len() >= PIECE * 3 / 4 {
                self.flush()?;
            }
        }
        Ok(())
    }

    fn flush(&mut self) -> Result<(), AudioError> {
        self.hash.update(&self.buffer);
        faults::write_all(&mut self.file, &self.buffer, "write samples").map_err(|error| self.error(error))?;
        self.data_bytes += self.buffer.len() as u64;
        self.buffer.clear();
        Ok(())
    }

    fn error(&self, error: io::Error) -> AudioError {
        let frame = u64::from(self.channels) * self.format.bytes() as u64;
        AudioError::io(&self.path, "write", error).needing(self.expected.map(|frames| self.start + frames * frame))
    }

    /// Completes the header and waits until the disk has everything.
    ///
    /// # Errors
    /// When the system refuses, or the space is gone.
    pub fn finish(mut self) -> Result<Written, AudioError> {
        self.flush()?;
        let frames = self.data_bytes / (u64::from(self.channels) * self.format.bytes() as u64);
        let bytes = self.complete(frames).map_err(|error| self.error(error))?;
        Ok(Written { frames, bytes, pcm_sha256: hex(&self.hash.finalize()) })
    }

    fn complete(&mut self, frames: u64) -> io::Result<u64> {
        if self.data_bytes % 2 == 1 {
            faults::write_all(&mut self.file, &[0], "pad a file")?;
        }
        let total = self.start + self.data_bytes + self.data_bytes % 2;
        let riff = total - 8;
        let long = riff > self.largest_riff;
        let short = |size: u64| if long { u32::MAX } else { size as u32 }.to_le_bytes();
        if long {
            let mut ds64 = b"ds64".to_vec();
            ds64.extend_from_slice(&(DS64 as u32).to_le_bytes());
            for size in [riff, self.data_bytes, frames] {
                ds64.extend_from_slice(&size.to_le_bytes());
            }
            self.put(0, b"RF64")?;
            self.put(DS64_BODY - 8, &ds64)?;
        }
        if let Some(loudness) = self.loudness {
            self.put(BEXT_LOUDNESS, &loudness.to_bytes())?;
        }
        self.put(4, &short(riff))?;
        self.put(self.start - 4, &short(self.data_bytes))?;
        if let Some(fact) = self.fact {
            self.put(fact, &short(frames))?;
        }
        faults::point("sync a file")?;
        self.file.sync_all()?;
        Ok(total)
    }

    fn put(&mut self, at: u64, bytes: &[u8]) -> io::Result<()> {
        self.file.seek(SeekFrom::Start(at))?;
        faults::write_all(&mut self.file, bytes, "complete a header")
    }
}

/// Ends text with a line feed where its length is odd: some readers forget that odd chunks are padded, and then find no
/// samples.
fn even(mut text: Vec<u8>) -> Vec<u8> {
    if !text.len().is_multiple_of(2) {
        text.push(b'\n');
    }
    text
}

/// Everything in front of the samples, sizes still 0, and where the body of `fact` is.
fn header(spec: &WavSpec) -> (Vec<u8>, Option<u64>) {
    let mut out = b"RIFF\0\0\0\0WAVE".to_vec();
    chunk::push(&mut out, b"JUNK", &[0; DS64]);
    chunk::push(&mut out, b"bext", &chunk::bext(&spec.bext));
    chunk::push(&mut out, b"fmt ", &format_chunk(spec));
    let fact = (spec.format == SampleFormat::Float32).then(|| {
        chunk::push(&mut out, b"fact", &[0; 4]);
        out.len() as u64 - 4
    });
    if let Some(ixml) = &spec.ixml {
        chunk::push(&mut out, b"iXML", &even(ixml.to_xml(spec).into_bytes()));
    }
    out.extend_from_slice(b"data\0\0\0\0");
    (out, fact)
}

fn format_chunk(spec: &WavSpec) -> Vec<u8> {
    let tag = match spec.format {
        SampleFormat::Pcm24 => TAG_PCM,
        SampleFormat::Float32 => TAG_FLOAT,
    };
    let frame = spec.channels * spec.format.bytes() as u16;
    // Up to two channels the plain form says it all, and every program reads it.
    let extensible = spec.channels > 2;
    let mut out = Vec::with_capacity(40);
    out.extend_from_slice(&(if extensible { TAG_EXTENSIBLE } else { tag }).to_le_bytes());
    out.extend_from_slice(&spec.channels.to_le_bytes());
    out.extend_from_slice(&spec.rate.hz().to_le_bytes());
    out.extend_from_slice(&(spec.rate.hz() * u32::from(frame)).to_le_bytes());
    out.extend_from_slice(&frame.to_le_bytes());
    out.extend_from_slice(&spec.format.bits().to_le_bytes());
    if extensible {
        out.extend_from_slice(&22u16.to_le_bytes());
        out.extend_from_slice(&spec.format.bits().to_le_bytes());
        out.extend_from_slice(&speakers(spec.channels).to_le_bytes());
        out.extend_from_slice(&tag.to_le_bytes());
        out.extend_from_slice(&GUID_TAIL);
    } else if tag != TAG_PCM {
        out.extend_from_slice(&0u16.to_le_bytes());
    }
    out
}

/// The channel masks of the usual layouts in their usual order; 0 leaves the speakers open.
fn speakers(channels: u16) -> u32 {
    match channels {
        3 => 0x7,
        4 => 0x33,
        5 => 0x37,
        6 => 0x3f,
        8 => 0x63f,
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Files, Media};

    fn spec(channels: u16, format: SampleFormat) -> WavSpec {
        let rate = SampleRate::new(48_000).unwrap();
        WavSpec { rate, channels, format, bext: Bext::default(), ixml: None }
    }

    #[test]
    fn a_file_past_the_largest_riff_becomes_rf64_and_reads_back() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("long.wav");
        for (limit, id) in [(u64::from(u32::MAX), b"RIFF"), (1_000, b"RF64")] {
            let mut writer = WavWriter::with_largest_riff(&path, &spec(1, SampleFormat::Pcm24), limit).unwrap();
            writer.write_pcm24(&(0..1001).collect::<Vec<_>>()).unwrap();
            let written = writer.finish().unwrap();
            let bytes = std::fs::read(&path).unwrap();
            assert_eq!(written.bytes, bytes.len() as u64);
            assert_eq!(&bytes[..4], id);
            let media = Files::new();
            assert_eq!(media.info(&path).unwrap().frames, 1001);
            let mut samples = vec![0.0; 1001];
            media.open(&path, 0).unwrap().read(&mut [&mut samples]).unwrap();
            assert!(samples.iter().enumerate().all(|(n, x)| *x == n as f64 / 8_388_608.0));
        }
    }

    #[test]
    #[should_panic(expected = "does not fit 24 bits")]
    #[cfg(debug_assertions)]
    fn a_value_beyond_24_bits_is_a_programming_error() {
        let folder = tempfile::tempdir().unwrap();
        let mut writer = WavWriter::create(&folder.path().join("x.wav"), &spec(1, SampleFormat::Pcm24)).unwrap();
        let _ = writer.write_pcm24(&[1 << 23]);
    }
}

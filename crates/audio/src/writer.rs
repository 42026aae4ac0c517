//! The writer of audio files: samples in, as one of three containers out.

use std::io;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};
use stemwright_simd::widest;

use crate::aiff::AiffBody;
use crate::flac::FlacBody;
use crate::hash::hex;
use crate::outlet::Outlet;
use crate::wav::WavBody;
use crate::{AudioError, BextLoudness, Chunk, Container, FileSpec, SampleFormat};

/// What was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// Frames of audio.
    pub frames: u64,
    /// The size of the file.
    pub bytes: u64,
    /// SHA-256 of the samples, interleaved and little-endian, in lower-case hex: the same for the same samples in every
    /// container, so that a file wrapped anew keeps it. `None` after [`AudioWriter::without_hash`].
    pub pcm_sha256: Option<String>,
}

/// Bytes of samples gathered before they are hashed and written.
const PIECE: usize = 256 << 10;

/// Writes one file, front to back. The bytes depend neither on how many frames each call brings nor on the machine.
///
/// Dropped without [`AudioWriter::finish`], it leaves a file whose header promises nothing: write into a
/// [`crate::Staging`] folder.
#[derive(Debug)]
pub struct AudioWriter {
    outlet: Outlet,
    body: Body,
    path: PathBuf,
    format: SampleFormat,
    frame_bytes: usize,
    expected: Option<u64>,
    loudness: Option<BextLoudness>,
    /// Frames so far, written or not.
    frames: u64,
    hash: Option<Sha256>,
    /// Samples, interleaved and little-endian, and how many of these bytes are not yet hashed and written.
    buffer: Vec<u8>,
    filled: usize,
}

/// What surrounds the samples, and how they are stored.
#[derive(Debug)]
enum Body {
    Wav(WavBody),
    Aiff(AiffBody),
    Flac(Box<FlacBody>),
}

impl AudioWriter {
    /// Creates the file, or replaces one that is there.
    ///
    /// # Errors
    /// When the container cannot hold such samples, the chunks are too many, the system refuses, or the space is gone.
    ///
    /// # Panics
    /// With a chunk that the container writes itself (`data`, `bext`): a programming error.
    pub fn create(path: &Path, spec: &FileSpec) -> Result<Self, AudioError> {
        Self::with_largest(path, spec, u64::from(u32::MAX))
    }

    /// `largest`: the size above which WAV becomes RF64 and AIFF ends, so that tests need not write 4 GiB.
    pub(crate) fn with_largest(path: &Path, spec: &FileSpec, largest: u64) -> Result<Self, AudioError> {
        check(path, spec)?;
        let begin = || {
            let mut outlet = Outlet::create(path)?;
            let body = match spec.container {
                Container::Wav => Body::Wav(WavBody::begin(&mut outlet, spec, largest)?),
                Container::Aiff => Body::Aiff(AiffBody::begin(&mut outlet, spec, largest)?),
                Container::Flac => Body::Flac(Box::new(FlacBody::begin(&mut outlet, spec)?)),
            };
            Ok((outlet, body))
        };
        let (outlet, body) = begin().map_err(|error| AudioError::io(path, "write", error))?;
        Ok(Self {
            outlet,
            body,
            path: path.to_path_buf(),
            format: spec.format,
            frame_bytes: spec.frame_bytes(),
            expected: None,
            loudness: None,
            frames: 0,
            hash: Some(Sha256::new()),
            buffer: vec![0; PIECE],
            filled: 0,
        })
    }

    /// Leaves the samples unhashed.
    #[must_use]
    pub fn without_hash(mut self) -> Self {
        self.hash = None;
        self
    }

    /// Says how many frames will come, so that an error about space can say how much is needed, and so that a file that
    /// would outgrow its container is refused by the first call that brings samples.
    pub fn expect_frames(&mut self, frames: u64) {
        self.expected = Some(frames);
    }

    /// Says how loud the file is, for the `bext` chunk of WAV files.
    pub fn loudness(&mut self, loudness: BextLoudness) {
        self.loudness = Some(loudness);
    }

    /// Appends interleaved integers, a whole number of frames.
    ///
    /// # Errors
    /// When the container is full, the system refuses, or the space is gone.
    ///
    /// # Panics
    /// In debug builds for a value outside the file's depth; always when the file holds floats.
    pub fn write_integers(&mut self, interleaved: &[i32]) -> Result<(), AudioError> {
        match self.format {
            SampleFormat::Pcm16 => self.append::<_, 2, 1>(interleaved, |[value]| {
                debug_assert!(i16::try_from(value).is_ok(), "{value} does not fit 16 bits");
                let [a, b, ..] = value.to_le_bytes();
                [a, b]
            }),
            SampleFormat::Pcm24 if interleaved.len().is_multiple_of(4) => {
                // Four samples are whole words.
                self.append::<_, 12, 4>(interleaved, |values| {
                    debug_assert!(values.iter().all(|value| (-(1 << 23)..1 << 23).contains(value)), "24 bits");
                    let [a, b, c, d] = values.map(|value| u64::from(value.cast_unsigned() & 0x00ff_ffff));
                    let mut bytes = [0; 12];
                    bytes[..8].copy_from_slice(&(a | b << 24 | c << 48).to_le_bytes());
                    bytes[8..].copy_from_slice(&((c >> 16 | d << 8) as u32).to_le_bytes());
                    bytes
                })
            }
            SampleFormat::Pcm24 => self.append::<_, 3, 1>(interleaved, |[value]| {
                debug_assert!((-(1 << 23)..1 << 23).contains(&value), "{value} does not fit 24 bits");
                let [a, b, c, _] = value.to_le_bytes();
                [a, b, c]
            }),
            SampleFormat::Float32 => panic!("the file holds floats"),
        }
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
        self.append::<_, 4, 1>(interleaved, |[value]| (value + 0.0).to_le_bytes())
    }

    /// Appends values, of which `V` make `B` bytes.
    fn append<T: Copy, const B: usize, const V: usize>(
        &mut self,
        values: &[T],
        bytes: impl Fn([T; V]) -> [u8; B],
    ) -> Result<(), AudioError> {
        let (groups, rest) = values.as_chunks::<V>();
        debug_assert!(
            rest.is_empty() && (groups.len() * B).is_multiple_of(self.frame_bytes),
            "a whole number of frames"
        );
        self.frames += (groups.len() * B / self.frame_bytes) as u64;
        self.check_length()?;
        // What is flushed at three quarters has room for another.
        for piece in groups.chunks(PIECE / B / 4) {
            let (slots, _) = self.buffer[self.filled..][..piece.len() * B].as_chunks_mut::<B>();
            self.filled += piece.len() * B;
            widest(
                #[inline(always)]
                || {
                    for (slot, values) in slots.iter_mut().zip(piece) {
                        *slot = bytes(*values);
                    }
                },
            );
            if self.filled >= PIECE * 3 / 4 {
                self.flush()?;
            }
        }
        Ok(())
    }

    /// Refuses what the container cannot count.
    fn check_length(&self) -> Result<(), AudioError> {
        let most = match &self.body {
            Body::Wav(_) => return Ok(()),
            Body::Aiff(body) => body.most_frames(),
            Body::Flac(_) => FlacBody::MOST_FRAMES,
        };
        let frames = self.frames.max(self.expected.unwrap_or(0));
        if frames <= most {
            return Ok(());
        }
        let name = if matches!(self.body, Body::Aiff(_)) { "an AIFF" } else { "a FLAC" };
        let what = format!("{frames} frames, where {name} file of this kind can hold {most}");
        let hint = "write WAV, which has no such limit (it becomes RF64), or FLAC".into();
        Err(AudioError::Limit { file: self.path.clone(), what, hint })
    }

    fn flush(&mut self) -> Result<(), AudioError> {
        let Self { outlet, body, hash, .. } = self;
        let buffer = &self.buffer[..self.filled];
        if let Some(hash) = hash {
            hash.update(buffer);
        }
        let written = match body {
            Body::Wav(_) => outlet.append(buffer, "write samples"),
            Body::Aiff(body) => body.samples(outlet, buffer),
            Body::Flac(body) => body.samples(outlet, buffer),
        };
        written.map_err(|error| self.error(error))?;
        self.filled = 0;
        Ok(())
    }

    fn error(&self, error: io::Error) -> AudioError {
        let needed = self.expected.and_then(|frames| {
            let samples = frames.checked_mul(self.frame_bytes as u64)?;
            match &self.body {
                Body::Wav(body) => samples.checked_add(body.around()),
                Body::Aiff(body) => samples.checked_add(body.around()),
                // How far they will be compressed is not known.
                Body::Flac(_) => None,
            }
        });
        AudioError::io(&self.path, "write", error).needing(needed)
    }

    /// Completes the header and waits until the disk has everything.
    ///
    /// # Errors
    /// When the system refuses, or the space is gone.
    pub fn finish(mut self) -> Result<Written, AudioError> {
        self.check_length()?;
        self.flush()?;
        let Self { outlet, body, frames, loudness, .. } = &mut self;
        let completed = match body {
            Body::Wav(body) => body.complete(outlet, *frames, *loudness),
            Body::Aiff(body) => body.complete(outlet, *frames),
            Body::Flac(body) => body.complete(outlet, *frames),
        };
        let bytes = completed.and_then(|bytes| outlet.sync().map(|()| bytes)).map_err(|error| self.error(error))?;
        Ok(Written { frames: self.frames, bytes, pcm_sha256: self.hash.map(|hash| hex(&hash.finalize())) })
    }
}

/// Refuses what no writer can write.
fn check(path: &Path, spec: &FileSpec) -> Result<(), AudioError> {
    if spec.container != Container::Wav && spec.format == SampleFormat::Float32 {
        let name = if spec.container == Container::Aiff { "AIFF" } else { "FLAC" };
        let what = format!("would be {name} of floats, which is not written");
        return Err(AudioError::unsupported(path, what, "write integers of 24 bits, or floats as WAV"));
    }
    let hz = spec.rate.hz();
    if spec.container == Container::Flac && !FlacBody::takes_rate(hz) {
        let what = format!("would be FLAC of {hz} Hz, which its frames cannot state");
        return Err(AudioError::unsupported(path, what, "write WAV, or a rate that is a multiple of 10 Hz"));
    }
    let bytes: usize = spec.chunks.iter().map(|chunk| chunk.bytes.len()).sum();
    if spec.chunks.len() > Chunk::MOST || bytes > Chunk::MOST_BYTES {
        let what = format!("{} foreign chunks of {bytes} bytes", spec.chunks.len());
        let hint = format!("carry over at most {} of {} bytes", Chunk::MOST, Chunk::MOST_BYTES);
        return Err(AudioError::Limit { file: path.to_path_buf(), what, hint });
    }
    let ours = spec.chunks.iter().find(|chunk| !Chunk::is_foreign(&chunk.id));
    assert!(ours.is_none(), "a chunk of other programs, not {ours:?}");
    Ok(())
}

//! Samples of a WAV or AIFF file, from any frame on.

use std::cell::RefCell;
use std::io::SeekFrom;
use std::path::PathBuf;

use stemwright_simd::widest;

use super::{Coding, PcmFile};
use crate::finite::LOUDEST;
use crate::source::Source;
use crate::{AudioError, FrameReader};

/// The largest piece of reading: the bytes are still in the nearest cache when they are converted.
const PIECE: usize = 32 << 10;
/// What is wanted at once in pieces of at least this size is read as it is wanted: a reader keeps no bytes of its own, and
/// a thousand of them take no cache from each other. Less is read ahead, to hide the system call.
const ENOUGH: usize = 4 << 10;

thread_local! {
    /// Bytes on their way to numbers.
    static PASSING: RefCell<Vec<u8>> = RefCell::new(vec![0; PIECE]);
}

pub(crate) struct PcmReader<S> {
    source: S,
    file: PathBuf,
    held: PcmFile,
    /// The next frame to read from the file.
    next: u64,
    /// Empty until the first read, so that readers waiting for their turn cost nothing.
    buffer: Vec<u8>,
    /// The bytes of `buffer` not yet given out.
    ready: std::ops::Range<usize>,
    /// Whether all samples of the last read are within [`LOUDEST`].
    looked: bool,
}

impl<S: Source> PcmReader<S> {
    pub(crate) fn new(source: S, file: PathBuf, held: PcmFile, from: u64) -> Self {
        let next = from.min(held.frames);
        Self { source, file, held, next, buffer: Vec::new(), ready: 0..0, looked: false }
    }

    /// Reads so many frames from the file.
    fn fetch(&mut self, frames: usize, bytes: &mut [u8]) -> Result<(), AudioError> {
        let at = self.held.start + self.next * self.held.frame_bytes() as u64;
        let read = self.source.seek(SeekFrom::Start(at)).and_then(|_| self.source.read_exact(bytes));
        self.next += frames as u64;
        read.map_err(|error| {
            self.next = self.held.frames;
            AudioError::io(&self.file, "read", error)
        })
    }

    /// Reads ahead.
    fn refill(&mut self) -> Result<(), AudioError> {
        let frames = (self.held.frames - self.next).min((PIECE / self.held.frame_bytes()) as u64) as usize;
        let mut buffer = std::mem::take(&mut self.buffer);
        buffer.resize(frames * self.held.frame_bytes(), 0);
        self.fetch(frames, &mut buffer)?;
        self.ready = 0..buffer.len();
        self.buffer = buffer;
        Ok(())
    }
}

impl<S: Source> FrameReader for PcmReader<S> {
    fn read(&mut self, out: &mut [&mut [f64]]) -> Result<usize, AudioError> {
        assert_eq!(out.len(), usize::from(self.held.channels), "one slice for each channel");
        let frame_bytes = self.held.frame_bytes();
        let wanted = out[0].len();
        let mut done = 0;
        self.looked = true;
        while done < wanted {
            let left = (self.held.frames - self.next).min((wanted - done) as u64) as usize;
            if !self.ready.is_empty() {
                let frames = (wanted - done).min(self.ready.len() / frame_bytes);
                let end = self.ready.start + frames * frame_bytes;
                let bytes = &self.buffer[self.ready.start..end];
                self.looked &= are_sound(bytes, &self.held);
                convert(bytes, &self.held, out, done);
                self.ready.start = end;
                done += frames;
            } else if left == 0 {
                self.buffer = Vec::new();
                break;
            } else if left * frame_bytes < ENOUGH {
                self.refill()?;
            } else {
                let frames = left.min(PIECE / frame_bytes);
                PASSING.with_borrow_mut(|passing| {
                    let bytes = &mut passing[..frames * frame_bytes];
                    self.fetch(frames, bytes)?;
                    self.looked &= are_sound(bytes, &self.held);
                    convert(bytes, &self.held, out, done);
                    Ok(())
                })?;
                done += frames;
            }
        }
        Ok(done)
    }

    fn has_looked(&self) -> bool {
        self.looked
    }
}

/// Whether samples are seen to be within [`LOUDEST`] while their bytes are at hand: those of the most frequent floats are, in
/// a quarter of the time that their numbers would take.
fn are_sound(bytes: &[u8], held: &PcmFile) -> bool {
    if held.coding != Coding::F32 || held.big_endian {
        return false;
    }
    let most = (LOUDEST as f32).to_bits();
    widest(
        #[inline(always)]
        || {
            let mut sound = true;
            for bytes in bytes.as_chunks::<4>().0 {
                // Without the sign, magnitudes are ordered as their bits are; what is not a number comes last.
                sound &= u32::from_le_bytes(*bytes) & 0x7fff_ffff <= most;
            }
            sound
        },
    )
}

/// Interleaved bytes to planar numbers, full scale ±1.0: integers of b bits are divided by 2^(b−1), which is exact.
fn convert(bytes: &[u8], held: &PcmFile, out: &mut [&mut [f64]], at: usize) {
    widest(
        #[inline(always)]
        || convert_all(bytes, held, out, at),
    );
}

#[inline(always)]
fn convert_all(bytes: &[u8], held: &PcmFile, out: &mut [&mut [f64]], at: usize) {
    match (held.coding, held.big_endian) {
        (Coding::U8, _) => planar(bytes, out, at, |[b]| (f64::from(b) - 128.0) / 128.0),
        (Coding::I8, _) => planar(bytes, out, at, |[b]| f64::from(b.cast_signed()) / 128.0),
        (Coding::I16, false) => planar(bytes, out, at, |b| f64::from(i16::from_le_bytes(b)) / 32_768.0),
        (Coding::I16, true) => planar(bytes, out, at, |b| f64::from(i16::from_be_bytes(b)) / 32_768.0),
        (Coding::I24, false) => match out {
            [left, right] => stereo24(bytes, &mut left[at..], &mut right[at..]),
            _ => planar(bytes, out, at, |[a, b, c]| top(u32::from_le_bytes([0, a, b, c]))),
        },
        (Coding::I24, true) => planar(bytes, out, at, |[a, b, c]| top(u32::from_be_bytes([a, b, c, 0]))),
        (Coding::I32, false) => planar(bytes, out, at, |b| top(u32::from_le_bytes(b))),
        (Coding::I32, true) => planar(bytes, out, at, |b| top(u32::from_be_bytes(b))),
        (Coding::F32, false) => planar(bytes, out, at, |b| f64::from(f32::from_le_bytes(b))),
        (Coding::F32, true) => planar(bytes, out, at, |b| f64::from(f32::from_be_bytes(b))),
        (Coding::F64, false) => planar(bytes, out, at, f64::from_le_bytes),
        (Coding::F64, true) => planar(bytes, out, at, f64::from_be_bytes),
    }
}

/// A value in the upper bytes of 32 bits, where the sign is in its place.
#[inline(always)]
fn top(bits: u32) -> f64 {
    f64::from(bits.cast_signed()) / 2_147_483_648.0
}

/// The most frequent format: two frames at a time from three whole words, which takes half the time of single bytes.
#[inline(always)]
fn stereo24(bytes: &[u8], left: &mut [f64], right: &mut [f64]) {
    let (pairs, rest) = bytes.as_chunks::<12>();
    let lefts = left.as_chunks_mut::<2>().0.iter_mut();
    let rights = right.as_chunks_mut::<2>().0.iter_mut();
    for ((l, r), pair) in lefts.zip(rights).zip(pairs) {
        let word = |at: usize| u32::from_le_bytes([pair[at], pair[at + 1], pair[at + 2], pair[at + 3]]);
        let (a, b, c) = (word(0), word(4), word(8));
        *l = [top(a << 8), top(b >> 8 & 0x00ff_ff00 | c << 24)];
        *r = [top(a >> 16 & 0xff00 | b << 16), top(c & 0xffff_ff00)];
    }
    if let [a, b, c, d, e, f] = *rest {
        let last = pairs.len() * 2;
        left[last] = top(u32::from_le_bytes([0, a, b, c]));
        right[last] = top(u32::from_le_bytes([0, d, e, f]));
    }
}

#[inline(always)]
fn planar<const B: usize>(bytes: &[u8], out: &mut [&mut [f64]], at: usize, value: impl Fn([u8; B]) -> f64) {
    let channels = out.len();
    let (samples, _) = bytes.as_chunks::<B>();
    match out {
        [mono] => {
            for (to, from) in mono[at..].iter_mut().zip(samples) {
                *to = value(*from);
            }
        }
        [left, right] => {
            let (pairs, _) = samples.as_chunks::<2>();
            for ((l, r), [from_l, from_r]) in left[at..].iter_mut().zip(&mut right[at..]).zip(pairs) {
                *l = value(*from_l);
                *r = value(*from_r);
            }
        }
        _ => {
            for (channel, plane) in out.iter_mut().enumerate() {
                for (to, from) in plane[at..].iter_mut().zip(samples[channel..].iter().step_by(channels)) {
                    *to = value(*from);
                }
            }
        }
    }
}

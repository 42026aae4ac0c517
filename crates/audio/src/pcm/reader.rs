//! Samples of a WAV or AIFF file, from any frame on.

use std::io::SeekFrom;
use std::path::PathBuf;

use super::{Coding, PcmFile};
use crate::source::Source;
use crate::{AudioError, FrameReader};

/// One piece of reading: large enough to hide a system call, small enough that the bytes are still in the cache when
/// they are converted.
const PIECE: usize = 64 << 10;

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
}

impl<S: Source> PcmReader<S> {
    pub(crate) fn new(source: S, file: PathBuf, held: PcmFile, from: u64) -> Self {
        let next = from.min(held.frames);
        Self { source, file, held, next, buffer: Vec::new(), ready: 0..0 }
    }

    fn refill(&mut self) -> Result<(), AudioError> {
        let frame_bytes = self.held.frame_bytes();
        let frames = (self.held.frames - self.next).min((PIECE / frame_bytes) as u64);
        let bytes = frames as usize * frame_bytes;
        if self.buffer.len() < bytes {
            self.buffer.resize(bytes, 0);
        }
        let read = |source: &mut S, buffer: &mut [u8]| {
            source.seek(SeekFrom::Start(self.held.start + self.next * frame_bytes as u64))?;
            source.read_exact(buffer)
        };
        read(&mut self.source, &mut self.buffer[..bytes]).map_err(|error| {
            let error = AudioError::io(&self.file, "read", error);
            self.next = self.held.frames;
            error
        })?;
        self.next += frames;
        self.ready = 0..bytes;
        Ok(())
    }
}

impl<S: Source> FrameReader for PcmReader<S> {
    fn read(&mut self, out: &mut [&mut [f64]]) -> Result<usize, AudioError> {
        assert_eq!(out.len(), usize::from(self.held.channels), "one slice for each channel");
        let frame_bytes = self.held.frame_bytes();
        let wanted = out[0].len();
        let mut done = 0;
        while done < wanted {
            if self.ready.is_empty() {
                if self.next >= self.held.frames {
                    self.buffer = Vec::new();
                    break;
                }
                self.refill()?;
            }
            let frames = (wanted - done).min(self.ready.len() / frame_bytes);
            let end = self.ready.start + frames * frame_bytes;
            convert(&self.buffer[self.ready.start..end], &self.held, out, done);
            self.ready.start = end;
            done += frames;
        }
        Ok(done)
    }
}

/// Interleaved bytes to planar numbers, full scale ±1.0: integers of b bits are divided by 2^(b−1), which is exact.
fn convert(bytes: &[u8], held: &PcmFile, out: &mut [&mut [f64]], at: usize) {
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
fn top(bits: u32) -> f64 {
    f64::from(bits.cast_signed()) / 2_147_483_648.0
}

/// The most frequent format: two frames at a time from three whole words, which takes half the time of single bytes.
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

//! One entry of a cache: the taps of a strip over the timeline, written front to back.
//!
//! Layout, all numbers little-endian: `STWTAPS1`; the number of streams (u32); the first frame of the timeline (i64).
//! Then pieces: frames (u32, at most [`PIECE`]); for each stream a byte ([`ZEROS`], [`COPY`], [`RAW`]); the frames of the
//! raw streams as f64; a checksum (u64) of all that and of the frame of the timeline on which the piece begins. A piece of
//! 0 frames ends them. Then how many
//! frames were still pending at which frames (u32, then pairs of i64 and u64), the frame after the last one (i64),
//! whether there is exact silence from there on (u64, 0 or 1), a checksum, and where that list begins (u64).

use crate::cache::{Shape, Store};
use crate::strip::Taps;
use std::fs::{self, File};
use std::io::Write;
use std::path::PathBuf;

pub(crate) const MAGIC: &[u8; 8] = b"STWTAPS1";
/// Frames in a piece.
pub(crate) const PIECE: usize = 4096;
/// A stream of exact zeros.
pub(crate) const ZEROS: u8 = 0;
/// The same bits as the stream before it.
pub(crate) const COPY: u8 = 1;
/// Its own frames.
pub(crate) const RAW: u8 = 2;

/// Mixes 64-bit words: it finds what a disk or a copy does to a file, not what somebody does to it on purpose.
#[derive(Clone, Copy)]
pub(crate) struct Checksum(u64);

impl Checksum {
    pub(crate) fn new() -> Self {
        Self(0x9e37_79b9_7f4a_7c15)
    }

    pub(crate) fn add(&mut self, word: u64) {
        self.0 = (self.0 ^ word).wrapping_mul(0xff51_afd7_ed55_8ccd).rotate_left(29);
    }

    pub(crate) fn value(self) -> u64 {
        self.0 ^ (self.0 >> 31)
    }
}

/// What is pending at a frame after a note, if nothing came in between.
pub(crate) fn foretold((at, frames): (i64, u64), later: i64) -> u64 {
    frames.saturating_sub((later - at).max(0).cast_unsigned())
}

/// Keeps the taps of a strip while they are computed.
pub(crate) struct Recorder {
    key: String,
    part: PathBuf,
    shape: Shape,
    /// False once something failed: then nothing is kept. The file is open only while it is written to, because there may
    /// be thousands of them.
    sound: bool,
    streams: Vec<Vec<f64>>,
    begun: bool,
    /// The frame of the timeline that comes next, and on which the piece at hand begins.
    next: i64,
    piece: i64,
    pending: Vec<(i64, u64)>,
    written: u64,
    room: u64,
}

impl Recorder {
    /// Keeps at most `room` bytes.
    pub(crate) fn new(store: &Store, key: String, shape: Shape, room: u64) -> Self {
        let part = store.unfinished(&key);
        let sound = File::options().write(true).create_new(true).open(&part).is_ok();
        let streams = vec![Vec::with_capacity(PIECE); shape.streams().count()];
        Self {
            key,
            part,
            shape,
            sound,
            streams,
            begun: false,
            next: 0,
            piece: 0,
            pending: Vec::new(),
            written: 0,
            room,
        }
    }

    pub(crate) fn key(&self) -> &str {
        &self.key
    }

    /// Takes the block that was just computed, which begins on frame `start`.
    pub(crate) fn take(&mut self, start: i64, frames: usize, taps: &Taps) {
        if !self.sound {
            return;
        }
        self.next = start + frames as i64;
        let mut done = 0;
        if !self.begun {
            self.begun = true;
            self.piece = start;
            let mut head = MAGIC.to_vec();
            head.extend_from_slice(&(self.streams.len() as u32).to_le_bytes());
            head.extend_from_slice(&start.to_le_bytes());
            self.write(&head);
        }
        while done < frames {
            let count = (frames - done).min(PIECE - self.streams.first().map_or(0, Vec::len));
            for (stream, (tap, wave, channel)) in self.streams.iter_mut().zip(self.shape.streams()) {
                let heard = taps.at(tap).heard(wave, 0, frames);
                stream.extend_from_slice(&heard.channels[channel][done..done + count]);
            }
            done += count;
            if self.streams.first().is_some_and(|stream| stream.len() == PIECE) {
                self.flush();
            }
        }
    }

    /// Notes for how many frames something audible was still to come before frame `at`. What the notes before it foretell
    /// takes no place: the last two notes tell all that was noted between them.
    pub(crate) fn pending(&mut self, at: i64, frames: u64) {
        if let [.., before, last] = self.pending.as_slice()
            && foretold(*before, last.0) == last.1
            && foretold(*before, at) == frames
        {
            self.pending.pop();
        }
        self.pending.push((at, frames));
    }

    fn flush(&mut self) {
        let frames = self.streams.first().map_or(0, Vec::len);
        let mut bytes = (frames as u32).to_le_bytes().to_vec();
        let mut sum = Checksum::new();
        sum.add(frames as u64);
        sum.add(self.piece.cast_unsigned());
        self.piece += frames as i64;
        let same = |a: &[f64], b: &[f64]| a.iter().zip(b).all(|(a, b)| a.to_bits() == b.to_bits());
        let flag = |number: usize| {
            let stream = &self.streams[number];
            if stream.iter().all(|x| x.to_bits() == 0) {
                ZEROS
            } else if number > 0 && same(stream, &self.streams[number - 1]) {
                COPY
            } else {
                RAW
            }
        };
        let flags: Vec<u8> = (0..self.streams.len()).map(flag).collect();
        flags.iter().for_each(|&flag| sum.add(u64::from(flag)));
        bytes.extend_from_slice(&flags);
        for (stream, _) in self.streams.iter().zip(&flags).filter(|(_, flag)| **flag == RAW) {
            let at = bytes.len();
            bytes.resize(at + 8 * frames, 0);
            for (slot, x) in bytes[at..].chunks_exact_mut(8).zip(stream) {
                slot.copy_from_slice(&x.to_le_bytes());
                sum.add(x.to_bits());
            }
        }
        bytes.extend_from_slice(&sum.value().to_le_bytes());
        self.streams.iter_mut().for_each(Vec::clear);
        self.write(&bytes);
    }

    fn write(&mut self, bytes: &[u8]) {
        self.written += bytes.len() as u64;
        let append = || File::options().append(true).open(&self.part).and_then(|mut file| file.write_all(bytes));
        if self.sound && (self.written > self.room || append().is_err()) {
            self.sound = false;
            let _ = fs::remove_file(&self.part);
        }
    }

    /// Completes the entry; `silent` says whether there is nothing but silence from here on.
    pub(crate) fn finish(mut self, store: &Store, silent: bool) {
        if self.streams.first().is_some_and(|stream| !stream.is_empty()) {
            self.flush();
        }
        let mut bytes = 0u32.to_le_bytes().to_vec();
        let list = self.written + bytes.len() as u64;
        bytes.extend_from_slice(&(self.pending.len() as u32).to_le_bytes());
        let mut sum = Checksum::new();
        for &(at, frames) in &self.pending {
            bytes.extend_from_slice(&at.to_le_bytes());
            bytes.extend_from_slice(&frames.to_le_bytes());
            sum.add(at.cast_unsigned());
            sum.add(frames);
        }
        for word in [self.next.cast_unsigned(), u64::from(silent)] {
            bytes.extend_from_slice(&word.to_le_bytes());
            sum.add(word);
        }
        bytes.extend_from_slice(&sum.value().to_le_bytes());
        bytes.extend_from_slice(&list.to_le_bytes());
        self.write(&bytes);
        // Where that fails the unfinished entry is dropped.
        self.sound = self.sound && fs::rename(&self.part, store.place(&self.key)).is_err();
    }
}

impl Drop for Recorder {
    fn drop(&mut self) {
        if self.sound {
            let _ = fs::remove_file(&self.part);
        }
    }
}

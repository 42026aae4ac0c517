//! The taps of a strip, read from a cache instead of computed.

use crate::EngineError;
use crate::cache::Shape;
use crate::cache::tape::{COPY, Checksum, MAGIC, PIECE, RAW, ZEROS, foretold};
use crate::strip::Taps;
use std::fs::File;
use std::io::{BufReader, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use stemwright_core::CONTROL_GRID;

/// Notes of what is pending are not more than those of a tail of 30 s at 384 kHz.
const MOST_NOTES: u32 = 1 << 20;

/// The magic, the number of streams and the first frame.
const HEAD: usize = 20;

pub(crate) struct Replay {
    /// It is open only while it is read, because there may be thousands of them.
    path: PathBuf,
    /// Where the next piece stands in it.
    place: u64,
    shape: Shape,
    /// The piece at hand: its streams, and where it begins on the timeline.
    streams: Vec<Vec<f64>>,
    begins: i64,
    /// Whether that was the last one.
    ended: bool,
    /// The frame after the last one, and whether there is exact silence from there on.
    end: i64,
    silent: bool,
    /// What was pending at which frame, in order; see [`foretold`] for those in between.
    notes: Vec<(i64, u64)>,
}

impl Replay {
    /// Opens an entry; nothing where there is none of this shape that reaches far enough: to frame `end` or to lasting
    /// silence, and with `automatic` also to tell there what is pending.
    pub(crate) fn open(path: &Path, shape: Shape, end: i64, automatic: bool) -> Option<Self> {
        let mut file = File::open(path).ok()?;
        let mut head = [0; HEAD];
        file.read_exact(&mut head).ok()?;
        let streams = shape.streams().count();
        let fits = &head[..8] == MAGIC && head[8..12] == (streams as u32).to_le_bytes();
        let mut replay = Self {
            path: path.to_owned(),
            place: HEAD as u64,
            shape,
            streams: vec![Vec::new(); streams],
            begins: word(&mut &head[12..])?.cast_signed(),
            ended: false,
            end: 0,
            silent: false,
            notes: Vec::new(),
        };
        replay.read_notes(file).filter(|()| fits)?;
        let reaches = replay.end >= end || replay.silent;
        (reaches && (!automatic || replay.pending(end).is_ok())).then_some(replay)
    }

    /// Fills the taps with the block that begins on frame `start`.
    pub(crate) fn process(&mut self, start: i64, frames: usize, taps: &mut Taps) -> Result<(), EngineError> {
        taps.begin(frames);
        let mut done = 0;
        while done < frames {
            let now = start + done as i64;
            let piece = self.streams.first().map_or(0, Vec::len) as i64;
            if now < self.begins {
                // Before everything there is silence.
                done += (self.begins - now).min((frames - done) as i64) as usize;
            } else if now < self.begins + piece {
                let from = (now - self.begins) as usize;
                let count = (piece as usize - from).min(frames - done);
                for (stream, (tap, wave, channel)) in self.streams.iter().zip(self.shape.streams()) {
                    taps.put(tap, wave, channel, done, &stream[from..from + count]);
                }
                done += count;
            } else if !self.ended {
                self.begins += piece;
                self.read_piece().ok_or(EngineError::Stale)?;
            } else if self.silent {
                break;
            } else {
                return Err(EngineError::Stale);
            }
        }
        taps.keep(frames);
        Ok(())
    }

    /// Whether there is exact silence from a frame on.
    pub(crate) fn is_silent_from(&self, frame: i64) -> bool {
        self.silent && frame >= self.end
    }

    /// For how many frames something audible is still to come before frame `at`, as it was when it was computed.
    pub(crate) fn pending(&self, at: i64) -> Result<u64, EngineError> {
        let next = self.notes.partition_point(|note| note.0 <= at);
        let before = next.checked_sub(1).map(|number| self.notes[number]);
        match (before, self.notes.get(next), self.notes.first()) {
            (Some(note), _, _) if note.0 == at => Ok(note.1),
            // Notes were made in steps of the control grid.
            (Some(note), Some(_), Some(first)) if (at - first.0) % CONTROL_GRID == 0 => Ok(foretold(note, at)),
            (Some((_, 0)), None, _) => Ok(0),
            _ => Err(EngineError::Stale),
        }
    }

    /// Reads what stands behind all pieces.
    fn read_notes(&mut self, mut file: File) -> Option<()> {
        file.seek(SeekFrom::End(-8)).ok()?;
        let list = word(&mut file)?;
        file.seek(SeekFrom::Start(list)).ok()?;
        let mut file = BufReader::new(file);
        let count = number(&mut file).filter(|&count| count <= MOST_NOTES)?;
        let mut sum = Checksum::new();
        for _ in 0..count {
            let (at, pending) = (word(&mut file)?, word(&mut file)?);
            sum.add(at);
            sum.add(pending);
            self.notes.push((at.cast_signed(), pending));
        }
        let (end, silent) = (word(&mut file)?, word(&mut file)?);
        sum.add(end);
        sum.add(silent);
        (self.end, self.silent) = (end.cast_signed(), silent == 1);
        (word(&mut file)? == sum.value()).then_some(())
    }

    /// The next piece; nothing where the entry is damaged.
    fn read_piece(&mut self) -> Option<()> {
        let mut file = File::open(&self.path).ok()?;
        file.seek(SeekFrom::Start(self.place)).ok()?;
        let frames = number(&mut file)? as usize;
        if frames == 0 {
            self.streams.iter_mut().for_each(Vec::clear);
            self.ended = true;
            // Zeros that a crash left in the middle look like an end.
            return (self.begins == self.end).then_some(());
        }
        if frames > PIECE {
            return None;
        }
        let mut sum = Checksum::new();
        sum.add(frames as u64);
        sum.add(self.begins.cast_unsigned());
        let mut flags = vec![0; self.streams.len()];
        file.read_exact(&mut flags).ok()?;
        flags.iter().for_each(|&flag| sum.add(u64::from(flag)));
        let mut bytes = vec![0; 8 * frames];
        for (number, flag) in flags.into_iter().enumerate() {
            let (before, rest) = self.streams.split_at_mut(number);
            let stream = &mut rest[0];
            stream.clear();
            match (flag, before.last()) {
                (ZEROS, _) => stream.resize(frames, 0.0),
                (COPY, Some(before)) => stream.extend_from_slice(before),
                (RAW, _) => {
                    file.read_exact(&mut bytes).ok()?;
                    for word in bytes.as_chunks::<8>().0 {
                        let x = f64::from_le_bytes(*word);
                        sum.add(x.to_bits());
                        stream.push(x);
                    }
                }
                _ => return None,
            }
        }
        let intact = word(&mut file)? == sum.value();
        self.place = file.stream_position().ok()?;
        intact.then_some(())
    }
}

fn number(file: &mut impl Read) -> Option<u32> {
    let mut bytes = [0; 4];
    file.read_exact(&mut bytes).ok()?;
    Some(u32::from_le_bytes(bytes))
}

fn word(file: &mut impl Read) -> Option<u64> {
    let mut bytes = [0; 8];
    file.read_exact(&mut bytes).ok()?;
    Some(u64::from_le_bytes(bytes))
}

//! A file, read on as far as it is asked for; silence around it.

use crate::span::Span;
use stemwright_audio::{AudioError, FrameReader};

/// Frames read at once.
const PIECE: i64 = 4096;

/// What was read of a file and may still be wanted.
pub(crate) struct Tape {
    reader: Box<dyn FrameReader>,
    pub(crate) frames: Span,
    ended: bool,
}

impl Tape {
    /// The frames from `start` on; the reader's first one is `first`, at `start` or later.
    pub(crate) fn new(reader: Box<dyn FrameReader>, channels: usize, start: i64, first: i64) -> Self {
        let mut frames = Span::new(channels, start);
        frames.extend_to(first);
        Self { reader, frames, ended: false }
    }

    /// Reads up to a place, or a little further.
    pub(crate) fn read_to(&mut self, end: i64) -> Result<(), AudioError> {
        while !self.ended && self.frames.end() < end {
            let from = self.frames.end();
            self.frames.extend_to(from + PIECE);
            let mut planes = self.frames.slices(from..from + PIECE);
            let got = self.reader.read(&mut planes)?;
            planes.iter_mut().for_each(|plane| plane[got..].fill(0.0));
            self.ended = got < PIECE as usize;
        }
        self.frames.extend_to(end);
        Ok(())
    }
}

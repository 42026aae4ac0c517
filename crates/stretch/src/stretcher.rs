//! A warped file, put together of its tones and its hits.

use crate::anchored::Anchored;
use crate::onsets::Onsets;
use crate::pieces::Pieces;
use crate::span::Span;
use crate::split::Split;
use crate::tape::Tape;
use crate::vocoder::Vocoder;
use stemwright_audio::{AudioError, FrameReader};
use stemwright_core::{SampleRate, Warp};

/// Seconds before and after an onset in which time runs as in the file, where there is room.
const ANCHOR: f64 = 0.045;

/// Plays a warp with its pitch kept, without end.
pub(crate) struct Stretcher {
    tape: Tape,
    split: Split,
    onsets: Onsets,
    anchored: Anchored,
    vocoder: Vocoder,
    pieces: Pieces,
    /// As far as windows were put.
    tones: Span,
    /// As far as pieces were. By itself, so that sums do not depend on which came first.
    hits: Span,
    /// Onsets before it are of what is not heard.
    earliest: i64,
    /// The middle of the vocoder's next window in the clip.
    window: i64,
    /// Whether a piece was put.
    begun: bool,
    /// Where the next piece begins in the clip.
    piece: i64,
    /// The next frame of the clip that is read.
    next: i64,
}

impl Stretcher {
    /// From the clip's frame `begin` on. `open` gives a reader of the file from a frame on.
    pub(crate) fn new(
        warp: Warp,
        begin: i64,
        rate: SampleRate,
        channels: usize,
        open: impl FnOnce(u64) -> Result<Box<dyn FrameReader>, AudioError>,
    ) -> Result<Self, AudioError> {
        let hz = rate.hz();
        let vocoder = Vocoder::new(hz, channels);
        let pieces = Pieces::new(hz);
        let anchored = Anchored::new(warp, f64::from(hz) * ANCHOR);
        let window = begin - vocoder.hop();
        // A window before it, and one that is not told apart rightly.
        let start = anchored.warped(window as f64).floor() as i64 - 2 * vocoder.length();
        let first = start.max(0);
        let earliest = (anchored.warped(begin as f64) - f64::from(hz) * ANCHOR) as i64;
        let tape = Tape::new(open(first as u64)?, channels, start, first);
        Ok(Self {
            tape,
            split: Split::new(hz, channels, start),
            onsets: Onsets::new(hz, start),
            tones: Span::new(channels, window - vocoder.length() / 2),
            hits: Span::new(channels, begin),
            earliest,
            anchored,
            vocoder,
            window,
            begun: false,
            piece: begin,
            pieces,
            next: begin,
        })
    }

    fn window(&mut self) -> Result<(), AudioError> {
        let source = self.place(self.window)?;
        self.split_to(source + self.vocoder.length() / 2)?;
        self.vocoder.put(&self.tape.frames, &self.split.hits, source, self.window, &mut self.tones);
        self.window += self.vocoder.hop();
        Ok(())
    }

    fn piece(&mut self) -> Result<(), AudioError> {
        if !self.begun {
            self.begun = true;
            let place = self.place(self.piece)?;
            self.pieces.begin(self.piece, place);
        }
        let next = self.piece + self.pieces.length();
        let source = self.place(next)?;
        self.split_to(source + self.pieces.length())?;
        self.hits.extend_to(next);
        self.pieces.put(&self.split.hits, self.piece, source, &mut self.hits);
        self.piece = next;
        Ok(())
    }

    /// What is heard at a frame of the clip.
    fn place(&mut self, frame: i64) -> Result<i64, AudioError> {
        let known = self.anchored.warped(frame as f64 + self.anchored.horizon).ceil() as i64 + self.vocoder.length();
        if self.onsets.known() < known {
            self.split_to(self.onsets.needs(known))?;
            self.onsets.advance(&self.split.hits, known);
            while let Some(onset) = self.onsets.found.pop_front() {
                if onset >= self.earliest {
                    self.anchored.onset(onset);
                }
            }
            self.anchored.none_before(self.onsets.known());
        }
        Ok(self.anchored.at(frame as f64).round() as i64)
    }

    fn split_to(&mut self, known: i64) -> Result<(), AudioError> {
        self.tape.read_to(self.split.needs(known))?;
        self.split.advance(&self.tape.frames, known);
        Ok(())
    }

    /// Lets go of what is not wanted any more.
    fn forget(&mut self) {
        self.tones.forget(self.next);
        self.hits.forget(self.next);
        self.anchored.forget(self.piece as f64);
        let heard = self.anchored.at(self.piece as f64) as i64;
        let old = heard - 4 * self.vocoder.length();
        self.tape.frames.forget(old);
        self.split.hits.forget(old);
    }
}

impl FrameReader for Stretcher {
    fn read(&mut self, out: &mut [&mut [f64]]) -> Result<usize, AudioError> {
        let count = out.first().map_or(0, |plane| plane.len());
        let end = self.next + count as i64;
        while self.window - self.vocoder.length() / 2 < end {
            self.window()?;
        }
        while self.piece < end {
            self.piece()?;
        }
        for (channel, plane) in out.iter_mut().enumerate() {
            let both = self.tones.get(channel, self.next..end).iter().zip(self.hits.get(channel, self.next..end));
            plane.iter_mut().zip(both).for_each(|(out, (tone, hit))| *out = tone + hit);
        }
        self.next = end;
        self.forget();
        Ok(count)
    }
}

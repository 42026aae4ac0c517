//! What a wave was before the current block, for those who need it later.

use crate::signal::Wave;
use stemwright_dsp::INAUDIBLE;

/// The last block of a wave and some frames before it.
#[derive(Default)]
pub(crate) struct Past {
    /// How far back it goes.
    frames: usize,
    /// So many frames, then the block.
    channels: Vec<Vec<f64>>,
    /// How many of the last frames are exactly zero, and how many are inaudible.
    quiet: usize,
    inaudible: usize,
}

impl Past {
    /// Of a silent wave.
    pub(crate) fn new(frames: usize, channels: usize) -> Self {
        Self { frames, channels: vec![vec![0.0; frames]; channels], quiet: usize::MAX, inaudible: usize::MAX }
    }

    /// Takes the next block.
    pub(crate) fn push(&mut self, wave: &Wave, count: usize) {
        if self.frames == 0 {
            return;
        }
        for (past, channel) in self.channels.iter_mut().zip(&wave.channels) {
            past.drain(..past.len() - self.frames);
            past.extend_from_slice(&channel[..count]);
        }
        if wave.silent {
            self.quiet = self.quiet.saturating_add(count);
            self.inaudible = self.inaudible.saturating_add(count);
            return;
        }
        self.quiet = 0;
        let channels = wave.channels.iter();
        let last = channels.filter_map(|channel| channel[..count].iter().rposition(|x| x.abs() >= INAUDIBLE)).max();
        self.inaudible = last.map_or(self.inaudible.saturating_add(count), |last| count - 1 - last);
    }

    /// A channel as long as the last block, so many frames ago.
    pub(crate) fn channel(&self, channel: usize, ago: usize) -> &[f64] {
        let past = &self.channels[channel];
        &past[self.frames - ago..past.len() - ago]
    }

    /// Whether what [`Self::channel`] gives is known to be exactly zero.
    pub(crate) fn is_silent(&self, ago: usize) -> bool {
        let block = self.channels.first().map_or(0, |past| past.len() - self.frames);
        self.quiet >= ago.saturating_add(block)
    }

    /// Whether everything that somebody still waits for is exactly zero.
    pub(crate) fn is_at_rest(&self) -> bool {
        self.quiet >= self.frames
    }

    /// Frames until everything audible is out that somebody still waits for.
    pub(crate) fn pending(&self) -> u64 {
        self.frames.saturating_sub(self.inaudible) as u64
    }
}

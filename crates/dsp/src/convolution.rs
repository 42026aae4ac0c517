//! The convolution reverb: one lane of it. The law is at [`stemwright_core::Convolution`].
//!
//! The first [`HEAD`] frames of an impulse response are convolved as they stand. The rest is cut into partitions: for
//! each level of [`SIZES`], those that begin at least one partition after the beginning, so that a partition's share is known
//! when its first frame is due. Partitions begin on multiples of their size on the session's timeline: nothing depends on blocks.

mod partitions;
mod room;

use crate::{Controls, INAUDIBLE, Line, Linear, runs};
use partitions::Level;
pub use room::Room;
use std::sync::Arc;
use stemwright_core::Convolution;

/// 1 − wet, wet·gain.
pub(crate) const WIDTH: usize = 2;

/// Frames that are convolved as they stand.
const HEAD: usize = 128;

/// Frames of the partitions of each level; the first is [`HEAD`], and a level ends where the next begins.
const SIZES: [usize; 4] = [HEAD, 1024, 8192, 65_536];

/// The longest run of the control grid.
const RUN: usize = 32;

pub(crate) fn controls(convolution: &Convolution) -> [f64; WIDTH] {
    [1.0 - convolution.wet, convolution.wet * convolution.gain.factor()]
}

/// The state of a convolution reverb for one lane.
pub struct ConvolutionUnit {
    room: Arc<Room>,
    predelay: Line,
    /// By channel: the last [`HEAD`] frames of what came out of the predelay, then those of the partition that is
    /// filling.
    recent: Vec<Vec<f64>>,
    levels: Vec<Level>,
    /// Frames since anything but zero came out of the predelay, and since something above [`INAUDIBLE`] went in.
    quiet: usize,
    since_audible: usize,
    /// Every state is exactly zero.
    silent: bool,
    heard: Vec<[f64; RUN]>,
    wet: Vec<[f64; RUN]>,
}

impl ConvolutionUnit {
    /// A convolution reverb at rest.
    pub fn new(room: &Arc<Room>) -> Self {
        let channels = room.channels();
        Self {
            predelay: Line::new(room.predelay(), channels),
            recent: vec![vec![0.0; 2 * HEAD]; channels],
            levels: room.levels().iter().map(|level| Level::new(level, channels)).collect(),
            quiet: room.frames(),
            since_audible: room.audible(),
            silent: true,
            heard: vec![[0.0; RUN]; channels],
            wet: vec![[0.0; RUN]; channels],
            room: Arc::clone(room),
        }
    }

    /// By the law nothing more can come out: what is left in the partitions is rounding.
    fn settle(&mut self) {
        if !self.silent && self.quiet >= self.room.frames() && self.predelay.is_silent() {
            self.recent.iter_mut().for_each(|channel| channel.fill(0.0));
            self.levels.iter_mut().for_each(Level::clear);
            self.silent = true;
        }
    }

    /// Takes a run in: through the predelay, into all partitions that are filling.
    fn hear(&mut self, at: usize, frames: usize, channels: &[&mut [f64]]) {
        for (heard, channel) in self.heard.iter_mut().zip(channels) {
            heard[..frames].copy_from_slice(&channel[at..at + frames]);
        }
        for n in 0..frames {
            let loudest = self.heard.iter().fold(0.0f64, |most, channel| most.max(channel[n].abs()));
            self.silent &= loudest == 0.0;
            self.since_audible = if loudest < INAUDIBLE { self.since_audible.saturating_add(1) } else { 0 };
        }
        let mut slices: Vec<&mut [f64]> = self.heard.iter_mut().map(|heard| &mut heard[..frames]).collect();
        self.predelay.process(&mut slices);
    }
}

impl Linear for ConvolutionUnit {
    fn process(&mut self, start: i64, channels: &mut [&mut [f64]], controls: Controls<'_>) {
        let count = channels.first().map_or(0, |c| c.len());
        for run in runs(start, count) {
            if run.phase == 0 {
                self.settle();
            }
            let (frame, frames) = (start + run.offset as i64, run.frames);
            self.hear(run.offset, frames, channels);
            // Runs do not cross partitions: these are multiples of the control grid.
            let place = HEAD + frame.rem_euclid(HEAD as i64) as usize;
            for (recent, heard) in self.recent.iter_mut().zip(&self.heard) {
                recent[place..place + frames].copy_from_slice(&heard[..frames]);
            }
            self.wet.iter_mut().for_each(|wet| wet.fill(0.0));
            for path in self.room.paths() {
                let (from, wet) = (&self.recent[path.from], &mut self.wet[path.to]);
                for (k, tap) in path.head.iter().enumerate() {
                    let from = &from[place - k..][..frames];
                    wet.iter_mut().zip(from).for_each(|(sum, x)| *sum += tap * x);
                }
            }
            if (frame + frames as i64).rem_euclid(HEAD as i64) == 0 {
                self.recent.iter_mut().for_each(|channel| channel.copy_within(HEAD.., 0));
            }
            for (level, known) in self.levels.iter_mut().zip(self.room.levels()) {
                level.process(known, frame, frames, &self.heard, &mut self.wet);
            }
            for n in 0..frames {
                let zero = self.heard.iter().all(|channel| channel[n] == 0.0);
                self.quiet = if zero { self.quiet.saturating_add(1) } else { 0 };
                let over = self.quiet >= self.room.frames();
                let (dry, gain) = (controls.value(run, n, 0), controls.value(run, n, 1));
                for (channel, wet) in channels.iter_mut().zip(&self.wet) {
                    let x = &mut channel[run.offset + n];
                    *x = dry * *x + if over { 0.0 } else { gain * wet[n] };
                }
            }
        }
    }

    fn is_silent(&self) -> bool {
        self.silent
    }

    fn pending(&self) -> u64 {
        self.room.audible().saturating_sub(self.since_audible) as u64
    }
}

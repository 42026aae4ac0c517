//! The convolution reverb: one lane of it. The law is at [`stemwright_core::Convolution`].
//!
//! The first [`HEAD`] frames of an impulse response are convolved as they stand. The rest is cut into partitions: for
//! each level of [`SIZES`], those that begin at least one partition after the beginning, so that a partition's share is known
//! when its first frame is due. Partitions begin on multiples of their size on the session's timeline: nothing depends on blocks.

mod partitions;
mod room;

use crate::fir::convolve_onto;
use crate::since::since;
use crate::{Controls, INAUDIBLE, Line, Linear, Run, runs};
use partitions::Level;
pub use room::Room;
use std::sync::Arc;
use stemwright_core::Convolution;
use stemwright_simd::widest;

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

    /// By the law nothing comes out of what has been quiet for as long as the room sounds.
    fn hush(&mut self, frames: usize) {
        if self.quiet.saturating_add(frames) < self.room.frames() {
            self.quiet = since(self.quiet, frames, &self.heard, |x| x != 0.0);
            return;
        }
        for n in 0..frames {
            let zero = self.heard.iter().all(|channel| channel[n] == 0.0);
            self.quiet = if zero { self.quiet.saturating_add(1) } else { 0 };
            if self.quiet >= self.room.frames() {
                self.wet.iter_mut().for_each(|wet| wet[n] = 0.0);
            }
        }
    }

    fn mix(&self, run: Run, channels: &mut [&mut [f64]], controls: Controls<'_>) {
        let [mut dry, mut gain] = [[0.0; RUN]; 2];
        controls.write_run(run, 0, &mut dry);
        controls.write_run(run, 1, &mut gain);
        for (channel, wet) in channels.iter_mut().zip(&self.wet) {
            widest(
                #[inline(always)]
                || {
                    for ((x, wet), (dry, gain)) in channel[run.range()].iter_mut().zip(wet).zip(dry.iter().zip(&gain)) {
                        *x = dry * *x + gain * wet;
                    }
                },
            );
        }
    }

    /// Takes a run in: through the predelay, into all partitions that are filling.
    fn hear(&mut self, at: usize, frames: usize, channels: &[&mut [f64]]) {
        for (heard, channel) in self.heard.iter_mut().zip(channels) {
            heard[..frames].copy_from_slice(&channel[at..at + frames]);
        }
        self.silent &= since(0, frames, &self.heard, |x| x.abs() > 0.0) == frames;
        self.since_audible = since(self.since_audible, frames, &self.heard, |x| x.abs() >= INAUDIBLE);
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
                convolve_onto(&path.head, from, place, &mut wet[..frames]);
            }
            if (frame + frames as i64).rem_euclid(HEAD as i64) == 0 {
                self.recent.iter_mut().for_each(|channel| channel.copy_within(HEAD.., 0));
            }
            for (level, known) in self.levels.iter_mut().zip(self.room.levels()) {
                level.process(known, frame, frames, &self.heard, &mut self.wet);
            }
            self.hush(frames);
            self.mix(run, channels, controls);
        }
    }

    fn is_silent(&self) -> bool {
        self.silent
    }

    fn pending(&self) -> u64 {
        self.room.audible().saturating_sub(self.since_audible) as u64
    }
}

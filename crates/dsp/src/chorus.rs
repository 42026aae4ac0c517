//! The chorus: one lane of it. The law is at [`stemwright_core::Chorus`].

use crate::sweep::{Straight, Turning};
use crate::{Controls, INAUDIBLE, Linear, NOTHING, runs};
use stemwright_core::{Chorus, Tempo};

/// Depth (seconds), feedback, wet.
pub(crate) const WIDTH: usize = 3;

/// The shortest delay in frames: the interpolation reads one frame before it, which must have been written.
const SHORTEST: f64 = 2.0;

pub(crate) fn controls(chorus: &Chorus) -> [f64; WIDTH] {
    [chorus.depth, chorus.feedback, chorus.wet]
}

/// The state of a chorus for one lane.
pub struct ChorusUnit {
    delay: f64,
    rate: f64,
    turning: Turning,
    /// How far each voice is ahead, in turns, by channel.
    phases: Vec<Vec<f64>>,
    /// One line a channel; `head` is where the next frame is written.
    lines: Vec<Vec<f64>>,
    head: usize,
    /// D of each voice in the run.
    delays: Vec<Straight>,
    /// Frames since something above [`NOTHING`], and since something above [`INAUDIBLE`], was written.
    since_something: usize,
    since_audible: usize,
    /// Every state is exactly zero.
    silent: bool,
}

impl ChorusUnit {
    /// A chorus at rest.
    pub fn new(chorus: &Chorus, tempo: Tempo, channels: usize, rate: f64) -> Self {
        let length = ((chorus.delay + Chorus::DEEPEST) * rate).max(SHORTEST).ceil() as usize + 3;
        let phase = |side: usize, voice: usize| {
            voice as f64 / chorus.voices as f64 + if side == 1 { chorus.phase / 360.0 } else { 0.0 }
        };
        Self {
            delay: chorus.delay,
            rate,
            turning: Turning::new(chorus.rate, tempo, rate),
            phases: (0..channels).map(|side| (0..chorus.voices).map(|voice| phase(side, voice)).collect()).collect(),
            lines: vec![vec![0.0; length]; channels],
            head: 0,
            delays: Vec::new(),
            since_something: length,
            since_audible: length,
            silent: true,
        }
    }

    fn length(&self) -> usize {
        self.lines.first().map_or(0, Vec::len)
    }

    fn settle(&mut self) {
        if !self.silent && self.since_something >= self.length() {
            self.lines.iter_mut().for_each(|line| line.fill(0.0));
            self.silent = true;
        }
    }

    fn note(&mut self, loudest: f64) {
        self.silent &= loudest == 0.0;
        self.since_something = if loudest < NOTHING { self.since_something.saturating_add(1) } else { 0 };
        self.since_audible = if loudest < INAUDIBLE { self.since_audible.saturating_add(1) } else { 0 };
    }
}

/// What was written `delay` frames before the next frame, at `head`.
#[inline]
fn interpolated(line: &[f64], head: usize, delay: f64) -> f64 {
    let whole = delay.floor();
    let (i, f) = (whole as usize, delay - whole);
    let z = |ago: usize| line[if head >= ago { head - ago } else { head + line.len() - ago }];
    let (below, above, far) = (f - 1.0, f + 1.0, f - 2.0);
    -f * below * far / 6.0 * z(i - 1) + above * below * far / 2.0 * z(i) - above * f * far / 2.0 * z(i + 1)
        + above * f * below / 6.0 * z(i + 2)
}

impl Linear for ChorusUnit {
    fn process(&mut self, start: i64, channels: &mut [&mut [f64]], controls: Controls<'_>) {
        let frames = channels.first().map_or(0, |c| c.len());
        let length = self.length();
        for run in runs(start, frames) {
            if run.phase == 0 {
                self.settle();
            }
            let depths = controls.around(run, 0);
            self.delays.clear();
            for &phase in self.phases.iter().flatten() {
                let sines = self.turning.around(start, run, phase);
                let delay = |end: usize| ((self.delay + depths[end] * sines[end]) * self.rate).max(SHORTEST);
                self.delays.push(Straight::new([delay(0), delay(1)]));
            }
            for i in 0..run.frames {
                let (feedback, wet) = (controls.value(run, i, 1), controls.value(run, i, 2));
                let n = run.offset + i;
                let mut loudest = 0.0f64;
                let voices = self.delays.len() / self.lines.len();
                for ((channel, line), delays) in
                    channels.iter_mut().zip(&mut self.lines).zip(self.delays.chunks_exact(voices))
                {
                    let sum =
                        delays.iter().fold(0.0, |sum, delay| sum + interpolated(line, self.head, delay.value(run, i)));
                    let voices = voices as f64;
                    let written = channel[n] + feedback * (sum / voices);
                    line[self.head] = written;
                    loudest = loudest.max(written.abs());
                    channel[n] = (1.0 - wet) * channel[n] + wet * (sum / voices.sqrt());
                }
                self.note(loudest);
                self.head = if self.head + 1 == length { 0 } else { self.head + 1 };
            }
        }
    }

    fn is_silent(&self) -> bool {
        self.silent
    }

    fn pending(&self) -> u64 {
        self.length().saturating_sub(self.since_audible) as u64
    }
}

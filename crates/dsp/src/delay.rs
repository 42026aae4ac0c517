//! The echo: one lane of it. The law is at [`stemwright_core::Delay`].

use crate::section;
use crate::{Controls, INAUDIBLE, Linear, NOTHING, Section, runs};
use stemwright_core::{BandKind, Delay, DelayTime, Tempo};

/// Feedback, wet.
pub(crate) const WIDTH: usize = 2;

/// As many as a layout has at most.
const CHANNELS: usize = 8;

/// The state of a delay for one lane.
pub struct DelayUnit {
    /// One line a channel; `head` is where the oldest frame stands and the next is written.
    lines: Vec<Vec<f64>>,
    head: usize,
    ping_pong: bool,
    /// Low cut and high cut, where set.
    cuts: Vec<Cut>,
    /// Frames since something above [`NOTHING`], and since something above [`INAUDIBLE`], was written.
    since_something: usize,
    since_audible: usize,
    /// Every state is exactly zero.
    silent: bool,
}

struct Cut {
    coefficients: [f64; 6],
    states: Vec<Section>,
}

impl DelayUnit {
    /// A delay at rest.
    pub fn new(delay: &Delay, tempo: Tempo, channels: usize, rate: f64) -> Self {
        let seconds = match delay.time {
            DelayTime::Quarters(quarters) => tempo.quarters(quarters),
            DelayTime::Seconds(seconds) => seconds,
        };
        let frames = ((seconds * rate).round() as usize).max(1);
        let cut = |kind, freq| Cut {
            coefficients: section::cut(kind, freq, rate),
            states: vec![Section::default(); channels],
        };
        let low = delay.low_cut.map(|freq| cut(BandKind::HighPass { steep: false }, freq));
        let high = delay.high_cut.map(|freq| cut(BandKind::LowPass { steep: false }, freq));
        Self {
            lines: vec![vec![0.0; frames]; channels],
            head: 0,
            ping_pong: delay.ping_pong && channels == 2,
            cuts: low.into_iter().chain(high).collect(),
            since_something: frames,
            since_audible: frames,
            silent: true,
        }
    }

    fn frames(&self) -> usize {
        self.lines.first().map_or(0, Vec::len)
    }

    fn settle(&mut self) {
        // Each filter on its own: the line may hold echoes for seconds while a filter decays into denormals.
        for state in self.cuts.iter_mut().flat_map(|cut| &mut cut.states) {
            state.settle();
        }
        let quiet = self.since_something >= self.frames();
        if !self.silent && quiet && self.cuts.iter().flat_map(|cut| &cut.states).all(Section::is_silent) {
            self.lines.iter_mut().for_each(|line| line.fill(0.0));
            self.silent = true;
        }
    }
}

impl Linear for DelayUnit {
    fn process(&mut self, start: i64, channels: &mut [&mut [f64]], controls: Controls<'_>) {
        let frames = channels.first().map_or(0, |c| c.len());
        let length = self.frames();
        for run in runs(start, frames) {
            if run.phase == 0 {
                self.settle();
            }
            for i in 0..run.frames {
                let (feedback, wet) = (controls.value(run, i, 0), controls.value(run, i, 1));
                let n = run.offset + i;
                let mut echo = [0.0; CHANNELS];
                for (c, line) in self.lines.iter().enumerate() {
                    echo[c] =
                        self.cuts.iter_mut().fold(line[self.head], |x, cut| cut.states[c].tick(x, &cut.coefficients));
                }
                let written = if self.ping_pong {
                    let mut written = [0.0; CHANNELS];
                    written[0] = 0.5 * (channels[0][n] + channels[1][n]) + feedback * echo[1];
                    written[1] = feedback * echo[0];
                    written
                } else {
                    std::array::from_fn(|c| channels.get(c).map_or(0.0, |x| x[n] + feedback * echo[c]))
                };
                let mut loudest = 0.0f64;
                for (c, line) in self.lines.iter_mut().enumerate() {
                    line[self.head] = written[c];
                    loudest = loudest.max(written[c].abs());
                    channels[c][n] = (1.0 - wet) * channels[c][n] + wet * echo[c];
                }
                self.silent &= loudest == 0.0;
                self.since_something = if loudest < NOTHING { self.since_something.saturating_add(1) } else { 0 };
                self.since_audible = if loudest < INAUDIBLE { self.since_audible.saturating_add(1) } else { 0 };
                self.head = if self.head + 1 == length { 0 } else { self.head + 1 };
            }
        }
    }

    fn is_silent(&self) -> bool {
        self.silent
    }

    fn pending(&self) -> u64 {
        self.frames().saturating_sub(self.since_audible) as u64
    }
}

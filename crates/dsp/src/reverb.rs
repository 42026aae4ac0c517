//! The reverb: one lane of it. The law is at [`stemwright_core::Reverb`].

mod design;
mod network;
mod rows;

use crate::cascade::cascade;
use crate::section::{Coefficients, cut};
use crate::{Controls, INAUDIBLE, Linear, NOTHING, Run, Section, runs};
use design::Design;
use network::Network;
use rows::{FRAMES, Rows, hadamard};
use stemwright_core::{BandKind, Reverb};
use stemwright_simd::widest;

/// Wet.
pub(crate) const WIDTH: usize = 1;

/// The state of a reverb for one lane.
pub struct ReverbUnit {
    /// Low cut and high cut, where set; states by cut, then channel.
    cuts: Vec<Coefficients>,
    states: Vec<Vec<Section>>,
    /// What went in, after the cuts: one a channel.
    heard: Vec<History>,
    /// How old what the network hears is, and with what gain it hears it; one a line, from the channels in
    /// turn. A quarter of it: [`hadamard`] is 4 times too large.
    taps: [(usize, f64); 16],
    network: Network,
    /// Of what went in, until the last diffuser gives it out.
    input: Activity,
    /// Of what goes into the scattering lines, until it is back there.
    loops: Activity,
    /// Every state is exactly zero.
    silent: bool,
    /// What is on its way through the network within a run.
    rows: Box<Rows>,
}

impl ReverbUnit {
    /// A reverb at rest.
    pub fn new(reverb: &Reverb, channels: usize, rate: f64) -> Self {
        let low = reverb.low_cut.map(|freq| cut(BandKind::HighPass { steep: false }, freq, rate));
        let high = reverb.high_cut.map(|freq| cut(BandKind::LowPass { steep: false }, freq, rate));
        let cuts: Vec<Coefficients> = low.into_iter().chain(high).collect();
        let design = Design::new(reverb, rate);
        let oldest = design.taps.iter().map(|tap| tap.0).max().unwrap_or(0);
        Self {
            states: vec![vec![Section::default(); channels]; cuts.len()],
            cuts,
            heard: vec![History::new(oldest); channels],
            input: Activity::new(oldest + design.longest_diffusion()),
            loops: Activity::new(design.longest_loop()),
            network: Network::new(&design),
            taps: design.taps.map(|(age, gain)| (age, gain / 4.0)),
            silent: true,
            rows: Box::new([[0.0; FRAMES]; 16]),
        }
    }

    fn settle(&mut self) {
        let cuts_silent = self.states.iter_mut().flatten().fold(true, |silent, state| {
            state.settle();
            silent && state.is_silent()
        });
        self.network.settle();
        if !self.silent && cuts_silent && self.input.is_over() && self.loops.is_over() {
            self.heard.iter_mut().for_each(History::clear);
            self.network.clear();
            self.silent = true;
        }
    }

    /// Takes a run in: through the cuts, into the history.
    #[inline(always)]
    fn hear(&mut self, run: Run, channels: &[&mut [f64]]) {
        let mut heard = [[0.0; FRAMES]; 2];
        for (heard, channel) in heard.iter_mut().zip(channels) {
            heard[..run.frames].copy_from_slice(&channel[run.range()]);
            self.silent &= heard.iter().all(|x| *x == 0.0);
        }
        let both = heard.each_mut().map(|heard| &mut heard[..run.frames]);
        cascade(run.phase as i64, &mut { both }[..channels.len()], &self.cuts, &mut self.states);
        let [left, right] = &heard;
        let loudest: [f64; FRAMES] = std::array::from_fn(|n| left[n].abs().max(right[n].abs()));
        self.input.see(&loudest[..run.frames], NOTHING, INAUDIBLE);
        for (heard, history) in heard.iter().zip(&mut self.heard) {
            history.take(&heard[..run.frames]);
        }
    }
}

impl ReverbUnit {
    #[inline(always)]
    fn run(&mut self, run: Run, channels: &mut [&mut [f64]], controls: Controls<'_>) {
        self.hear(run, channels);
        for (line, (row, (age, gain))) in self.rows.iter_mut().zip(self.taps).enumerate() {
            self.heard[line % self.heard.len()].tap(age, gain, &mut row[..run.frames]);
        }
        hadamard(&mut self.rows, run.frames);
        let (reverb, power) = self.network.process(&mut self.rows, run.frames);
        // The output is at most 4·√power (Cauchy and Schwarz), and a line is at most √power.
        let audible = INAUDIBLE / 4.0;
        self.loops.see(&power[..run.frames], NOTHING * NOTHING, audible * audible);
        let mut wet = [0.0; FRAMES];
        controls.write_run(run, 0, &mut wet);
        for (channel, reverb) in channels.iter_mut().zip(&reverb) {
            for ((x, r), wet) in channel[run.range()].iter_mut().zip(reverb).zip(&wet) {
                *x = (1.0 - wet) * *x + wet * r;
            }
        }
    }
}

impl Linear for ReverbUnit {
    fn process(&mut self, start: i64, channels: &mut [&mut [f64]], controls: Controls<'_>) {
        let frames = channels.first().map_or(0, |c| c.len());
        widest(
            #[inline(always)]
            || {
                for run in runs(start, frames) {
                    if run.phase == 0 {
                        self.settle();
                    }
                    self.run(run, channels, controls);
                }
            },
        );
    }

    fn is_silent(&self) -> bool {
        self.silent
    }

    fn pending(&self) -> u64 {
        self.input.pending().max(self.loops.pending())
    }
}

/// When a signal last was something, and audible.
struct Activity {
    /// For how many frames what was seen stays inside.
    span: usize,
    since_something: usize,
    since_audible: usize,
}

impl Activity {
    fn new(span: usize) -> Self {
        Self { span, since_something: span, since_audible: span }
    }

    fn see(&mut self, levels: &[f64], something: f64, audible: f64) {
        let since = |before: usize, limit: f64| match levels.iter().rposition(|level| *level >= limit) {
            Some(last) => levels.len() - 1 - last,
            None => before.saturating_add(levels.len()),
        };
        self.since_something = since(self.since_something, something);
        self.since_audible = since(self.since_audible, audible);
    }

    fn is_over(&self) -> bool {
        self.since_something >= self.span
    }

    fn pending(&self) -> u64 {
        self.span.saturating_sub(self.since_audible) as u64
    }
}

/// The latest frames of a channel.
#[derive(Clone)]
struct History {
    samples: Vec<f64>,
    /// Where the next frame comes, and where the run taken last began.
    head: usize,
    run: usize,
}

impl History {
    /// That reaches back `age` frames from each frame of a run.
    fn new(age: usize) -> Self {
        Self { samples: vec![0.0; age + FRAMES], head: 0, run: 0 }
    }

    fn take(&mut self, run: &[f64]) {
        let until_end = (self.samples.len() - self.head).min(run.len());
        let (first, rest) = run.split_at(until_end);
        self.samples[self.head..self.head + until_end].copy_from_slice(first);
        self.samples[..rest.len()].copy_from_slice(rest);
        self.run = self.head;
        self.head = (self.head + run.len()) % self.samples.len();
    }

    /// The run taken last, as it would have been `age` frames earlier, times a gain.
    #[inline(always)]
    fn tap(&self, age: usize, gain: f64, out: &mut [f64]) {
        let from = if self.run >= age { self.run - age } else { self.run + self.samples.len() - age };
        let until_end = (self.samples.len() - from).min(out.len());
        let (first, rest) = out.split_at_mut(until_end);
        for (out, x) in first.iter_mut().zip(&self.samples[from..]) {
            *out = gain * x;
        }
        for (out, x) in rest.iter_mut().zip(&self.samples) {
            *out = gain * x;
        }
    }

    fn clear(&mut self) {
        self.samples.fill(0.0);
    }
}

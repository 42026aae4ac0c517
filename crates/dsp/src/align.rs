//! Time alignment: one lane of it. The law is at [`stemwright_core::Align`].

use crate::fir::convolve;
use crate::half_band::bessel;
use crate::since::since;
use crate::{Controls, INAUDIBLE, Line, Linear};
use std::f64::consts::PI;
use stemwright_core::Align;

/// k of the law goes from 1 − HALF to HALF.
const HALF: i64 = 64;
const TAPS: usize = 2 * HALF as usize;
/// β of the law.
const BETA: f64 = 10.0;

/// How far ahead of the whole frames of its delay it reads.
fn ahead(fraction: f64) -> i64 {
    if fraction == 0.0 { 0 } else { HALF - 1 }
}

pub(crate) fn latency(align: &Align, rate: f64) -> usize {
    let (whole, fraction) = align.frames(rate);
    (ahead(fraction) - whole).max(0) as usize
}

/// h of the law, from k = 1 − HALF on.
fn taps(fraction: f64) -> Vec<f64> {
    let tap = |k: i64| {
        let x = k as f64 - fraction;
        let part = x / HALF as f64;
        libm::sin(PI * x) / (PI * x) * bessel(BETA * (1.0 - part * part).max(0.0).sqrt()) / bessel(BETA)
    };
    let mut taps: Vec<f64> = (1 - HALF..=HALF).map(tap).collect();
    let sum: f64 = taps.iter().sum();
    taps.iter_mut().for_each(|tap| *tap /= sum);
    taps
}

/// The state of a time alignment for one lane.
pub struct AlignUnit {
    inverted: bool,
    /// To the latest frame that is read.
    line: Line,
    /// Where the delay is no whole number of frames.
    taps: Option<Vec<f64>>,
    /// The latest frames out of the line, by channel.
    history: Vec<Vec<f64>>,
    /// For how many frames what went in stays inside.
    span: usize,
    /// Frames since anything but zero, and since something above [`INAUDIBLE`], went in.
    quiet: usize,
    since_audible: usize,
}

impl AlignUnit {
    /// An alignment at rest.
    pub fn new(align: &Align, channels: usize, rate: f64) -> Self {
        let (whole, fraction) = align.frames(rate);
        let latest = (latency(align, rate) as i64 + whole - ahead(fraction)) as usize;
        let taps = (fraction != 0.0).then(|| taps(fraction));
        let span = latest + if taps.is_some() { TAPS - 1 } else { 0 };
        Self {
            inverted: align.inverted,
            line: Line::new(latest, channels),
            history: vec![vec![0.0; if taps.is_some() { TAPS - 1 } else { 0 }]; channels],
            taps,
            span,
            quiet: span,
            since_audible: span,
        }
    }

    fn note(&mut self, channels: &[&mut [f64]]) {
        let frames = channels.first().map_or(0, |channel| channel.len());
        self.quiet = since(self.quiet, frames, channels, |x| x.abs() > 0.0);
        self.since_audible = since(self.since_audible, frames, channels, |x| x.abs() >= INAUDIBLE);
    }
}

impl Linear for AlignUnit {
    fn process(&mut self, _: i64, channels: &mut [&mut [f64]], _: Controls<'_>) {
        self.note(channels);
        self.line.process(channels);
        if let Some(taps) = &self.taps {
            for (history, channel) in self.history.iter_mut().zip(channels.iter_mut()) {
                history.extend_from_slice(channel);
                convolve(taps, history, TAPS - 1, channel);
                history.drain(..channel.len());
            }
        }
        if self.inverted {
            channels.iter_mut().flat_map(|channel| channel.iter_mut()).for_each(|x| *x = -*x);
        }
    }

    fn is_silent(&self) -> bool {
        self.quiet >= self.span
    }

    fn pending(&self) -> u64 {
        self.span.saturating_sub(self.since_audible) as u64
    }
}

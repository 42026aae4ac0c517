//! The resampler: stepped sines through it, and what comes out beside them.

use crate::plot::{Axis, Plot, Stroke};
use crate::report::{Section, deviation, figure};
use crate::run::rate_of;
use crate::spectrum::{db, fit, fraction, rms, spaced};
use std::f64::consts::TAU;
use std::path::Path;
use stemwright_audio::{AudioError, FrameReader, Media, MediaInfo, open_at};

/// From and to.
pub const PAIRS: [(u32, u32); 6] =
    [(48_000, 44_100), (44_100, 48_000), (96_000, 44_100), (192_000, 44_100), (44_100, 96_000), (44_100, 192_000)];

/// A file that holds a sine of full scale, in f64.
#[derive(Clone)]
struct Sine {
    info: MediaInfo,
    turn: f64,
    next: u64,
}

impl Media for Sine {
    fn info(&self, _: &Path) -> Result<MediaInfo, AudioError> {
        Ok(self.info.clone())
    }

    fn open(&self, _: &Path, from: u64) -> Result<Box<dyn FrameReader>, AudioError> {
        Ok(Box::new(Self { next: from, ..self.clone() }))
    }
}

impl FrameReader for Sine {
    fn read(&mut self, out: &mut [&mut [f64]]) -> Result<usize, AudioError> {
        let count = (out[0].len() as u64).min(self.info.frames - self.next.min(self.info.frames));
        for x in &mut out[0][..count as usize] {
            *x = libm::sin(TAU * fraction(self.turn * self.next as f64));
            self.next += 1;
        }
        Ok(count as usize)
    }
}

/// Frames of a sine at another rate, away from its ends.
fn resampled(freq: f64, from: u32, to: u32, count: usize) -> Vec<f64> {
    let frames = 10 * u64::from(from);
    let info = MediaInfo::new(rate_of(from), 1, frames);
    let sine = Sine { info, turn: freq / f64::from(from), next: 0 };
    let mut out = vec![0.0; count];
    let mut reader = open_at(&sine, Path::new("sine"), 5000, rate_of(to)).expect("a sine can be read");
    let read = reader.read(&mut [&mut out]).expect("a sine can be read");
    assert_eq!(read, count, "the sine is long enough");
    out
}

/// Level in dB, and THD+N in dB below it, of a sine; everything up to half the new rate counts, images included.
pub fn sine(freq: f64, from: u32, to: u32) -> (f64, f64) {
    let out = resampled(freq, from, to, 6000);
    let (amplitude, rest) = fit(&out, freq / f64::from(to));
    (db(amplitude), db(rest * 2.0f64.sqrt() / amplitude))
}

/// All that comes out of a sine that the new rate cannot hold, in dB.
pub fn alias(freq: f64, from: u32, to: u32) -> f64 {
    db(rms(&resampled(freq, from, to, 6000)) * 2.0f64.sqrt())
}

/// The figures of a pair of rates.
#[derive(Debug, Clone, Copy)]
pub struct Figures {
    /// dB.
    pub distortion: f64,
    /// dB: the largest deviation from 0.
    pub ripple: f64,
    /// dB; −∞ where nothing can alias.
    pub aliases: f64,
}

/// On `steps` sines from 20 Hz to 20 kHz, and as many from the new half rate to the old one.
pub fn figures(from: u32, to: u32, steps: usize) -> Figures {
    let mut worst = Figures { distortion: f64::NEG_INFINITY, ripple: 0.0, aliases: f64::NEG_INFINITY };
    for freq in spaced(20.0, 20_000.0, steps) {
        let (level, rest) = sine(freq, from, to);
        worst.ripple = worst.ripple.max(level.abs());
        worst.distortion = worst.distortion.max(rest);
    }
    if from > to {
        let (low, high) = (f64::from(to) / 2.0 * 1.001, f64::from(from) / 2.0 * 0.999);
        for freq in spaced(low, high, steps) {
            worst.aliases = worst.aliases.max(alias(freq, from, to));
        }
    }
    worst
}

/// The section of the report.
pub fn section() -> Section {
    let mut out = Section::new("Resampler");
    out.say(
        "Sines of full scale in f64, 61 from 20 Hz to 20 kHz: THD+N (all that is not the sine, images of the old rate \
         included, up to half the new rate), ripple of the level, and for lower rates all that comes out of 61 sines \
         between the two half rates, which the new rate cannot hold. The worst in dB. Asked: THD+N below −140 dB \
         below 20 kHz at 44.1 kHz.",
    );
    let mut worst = [f64::NEG_INFINITY; 3];
    let rows: Vec<Vec<String>> = PAIRS
        .iter()
        .map(|&(from, to)| {
            let now = figures(from, to, 61);
            let figures = [now.distortion, now.ripple, now.aliases];
            worst = std::array::from_fn(|i| worst[i].max(figures[i]));
            let aliases = if now.aliases.is_finite() { figure(now.aliases, 1) } else { "–".into() };
            let name = format!("{} → {} kHz", f64::from(from) / 1000.0, f64::from(to) / 1000.0);
            vec![name, figure(now.distortion, 1), deviation(now.ripple), aliases]
        })
        .collect();
    out.sum_up(
        "Resampler: THD+N and images, aliases, ripple below 20 kHz",
        "better than −140 dB",
        &format!("{} dB, {} dB, {} dB", figure(worst[0], 1), figure(worst[2], 1), deviation(worst[1])),
    );
    out.table(&["", "THD+N and images", "ripple, 20 Hz – 20 kHz", "aliases"], &rows);
    let mut distortion = Plot::new(
        "Resampler: THD+N, images included",
        Axis::log("frequency of the sine, Hz", 20.0, 20_000.0),
        Axis::linear("dB below the sine", -200.0, -120.0, 10.0),
    );
    for (from, to) in PAIRS {
        let points = spaced(20.0, 20_000.0, 80).into_iter().map(|freq| (freq, sine(freq, from, to).1));
        let name = format!("{} → {} kHz", f64::from(from) / 1000.0, f64::from(to) / 1000.0);
        distortion.line(&name, Stroke::Solid, points.collect());
    }
    distortion.reference("asked", vec![(20.0, -140.0), (20_000.0, -140.0)]);
    out.plot("resampler", "THD+N of the resampler by frequency", &distortion);
    let mut edge = Plot::new(
        "Resampler to 44.1 kHz: all that comes out of a sine",
        Axis::linear("frequency of the sine, kHz", 19.0, 24.0, 0.5),
        Axis::linear("dB", -180.0, 20.0, 20.0),
    );
    for from in [48_000, 96_000, 192_000] {
        let points = (0..=100).map(|i| 19_000.0 + 49.9 * f64::from(i));
        let points = points.map(|freq| (freq / 1000.0, alias(freq, from, 44_100)));
        edge.line(&format!("from {} kHz", f64::from(from) / 1000.0), Stroke::Solid, points.collect());
    }
    edge.reference("half of 44.1 kHz", vec![(22.05, -180.0), (22.05, 20.0)]);
    out.plot("resampler-edge", "the edge of the resampler at 44.1 kHz", &edge);
    out
}

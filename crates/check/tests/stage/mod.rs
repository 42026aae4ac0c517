//! Folders of stems, made here, and what a check says of them.

#![allow(dead_code, reason = "no test file uses all of it")]

use std::f64::consts::TAU;
use std::path::{Path, PathBuf};
use stemwright_audio::Files;
use stemwright_check::{CheckOptions, CheckReport, FileReport, Measurements, check};
use stemwright_core::{Finding, Severity};
use tempfile::TempDir;

pub(crate) const RATE: u32 = 48_000;
/// Samples of stereo, interleaved.
pub(crate) type Frames = Vec<[f64; 2]>;

/// How a file is written.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Depth {
    Bits(u16),
    Float,
}

/// A reproducible stream of numbers from −1 to 1.
#[derive(Debug, Clone)]
pub(crate) struct Noise(pub(crate) u64);

impl Noise {
    pub(crate) fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 11) as f64 / (1u64 << 52) as f64 - 1.0
    }
}

/// Decaying hits of filtered noise over a tone, another for each seed: like a stem, and with all frequencies in it.
pub(crate) fn stem(seed: u64, frames: usize) -> Frames {
    let mut noise = Noise(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
    (0..8).for_each(|_| _ = noise.next());
    let period = 9_000 + 1_000 * (seed % 7) as usize;
    let (freq, width) = (110.0 * (1.0 + (seed % 5) as f64 / 3.0), 0.3 + 0.1 * (seed % 4) as f64);
    let mut low = [0.0; 2];
    (0..frames)
        .map(|n| {
            let envelope = (-((n % period) as f64) / 3_000.0).exp();
            let tone = (TAU * freq * n as f64 / f64::from(RATE)).sin();
            let mut frame = [0.0; 2];
            for (channel, value) in frame.iter_mut().enumerate() {
                low[channel] += 0.5 * (noise.next() - low[channel]);
                let pan = if channel == 0 { 1.0 - width / 2.0 } else { 1.0 };
                *value = 0.12 * pan * envelope * (low[channel] + tone);
            }
            frame
        })
        .collect()
}

pub(crate) fn sum(stems: &[Frames]) -> Frames {
    let frames = stems.iter().map(Vec::len).max().unwrap_or(0);
    let at = |stem: &Frames, n: usize, channel: usize| stem.get(n).map_or(0.0, |frame| frame[channel]);
    (0..frames).map(|n| [0, 1].map(|channel| stems.iter().map(|stem| at(stem, n, channel)).sum())).collect()
}

/// Every sample through `change`.
pub(crate) fn map(frames: &Frames, mut change: impl FnMut(f64) -> f64) -> Frames {
    frames.iter().map(|frame| frame.map(&mut change)).collect()
}

/// What a file of this depth holds of it.
pub(crate) fn rounded(frames: &Frames, bits: u16) -> Frames {
    let full = f64::from(1u32 << (bits - 1));
    map(frames, |x| (x * full).round() / full)
}

pub(crate) struct Stage {
    folder: PathBuf,
    /// Taken away at the end.
    _own: Option<TempDir>,
}

impl Stage {
    pub(crate) fn new() -> Self {
        let own = tempfile::tempdir().unwrap();
        Self { folder: own.path().to_owned(), _own: Some(own) }
    }

    /// In a folder that stays.
    pub(crate) fn at(folder: &Path) -> Self {
        Self { folder: folder.to_owned(), _own: None }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    pub(crate) fn write(&self, name: &str, frames: &Frames, depth: Depth) {
        self.write_at(name, frames, depth, RATE);
    }

    pub(crate) fn write_at(&self, name: &str, frames: &Frames, depth: Depth, rate: u32) {
        self.planes(name, 2, &frames.iter().flatten().copied().collect::<Vec<_>>(), depth, rate);
    }

    /// Interleaved samples of any number of channels.
    pub(crate) fn planes(&self, name: &str, channels: u16, samples: &[f64], depth: Depth, rate: u32) {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        let (bits, format) = match depth {
            Depth::Bits(bits) => (bits, hound::SampleFormat::Int),
            Depth::Float => (32, hound::SampleFormat::Float),
        };
        let spec = hound::WavSpec { channels, sample_rate: rate, bits_per_sample: bits, sample_format: format };
        let mut writer = hound::WavWriter::create(path, spec).unwrap();
        for x in samples {
            match depth {
                Depth::Bits(bits) => {
                    let full = f64::from(1u32 << (bits - 1));
                    writer.write_sample((x * full).round().clamp(-full, full - 1.0) as i32).unwrap();
                }
                Depth::Float => writer.write_sample(*x as f32).unwrap(),
            }
        }
        writer.finalize().unwrap();
    }

    pub(crate) fn check(&self) -> CheckReport {
        self.check_with(&CheckOptions::default())
    }

    pub(crate) fn check_with(&self, options: &CheckOptions) -> CheckReport {
        look(&self.folder, options)
    }

    /// What one file of these samples measures.
    pub(crate) fn measured(&self, samples: &[f64], channels: u16, depth: Depth) -> Measurements {
        self.planes("one.wav", channels, samples, depth, RATE);
        let report = look(&self.path("one.wav"), &CheckOptions::default());
        report.files[0].measured.clone().unwrap()
    }
}

pub(crate) fn look(set: &Path, options: &CheckOptions) -> CheckReport {
    check(set, options, &Files::new(), &mut |_| true).unwrap()
}

pub(crate) fn file<'r>(report: &'r CheckReport, name: &str) -> &'r FileReport {
    report.files.iter().find(|file| file.file == name).unwrap_or_else(|| panic!("no {name}"))
}

/// The codes of what is a warning or an error.
pub(crate) fn complaints(report: &CheckReport) -> Vec<&str> {
    let grave = report.findings.iter().filter(|finding| finding.severity > Severity::Note);
    grave.map(|finding| finding.code.as_str()).collect()
}

#[track_caller]
pub(crate) fn only<'r>(report: &'r CheckReport, code: &str) -> &'r Finding {
    let found: Vec<&Finding> = report.findings.iter().filter(|finding| finding.code == code).collect();
    assert_eq!(found.len(), 1, "{code}: {:#?}", report.findings);
    found[0]
}

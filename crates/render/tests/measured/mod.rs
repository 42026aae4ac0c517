//! Plain measurements, written for reading: nothing here is shared with the meters of the engine.

#![allow(unreachable_pub, reason = "a module of a test")]

pub mod levels;
mod spectrum;

pub use levels::{momentary, oversampled_peak};
use spectrum::{WINDOW, powers};

/// Nominal centres of the third octaves that are looked at (IEC 61260-1), Hz.
pub const BANDS: [f64; 28] = [
    31.5, 40.0, 50.0, 63.0, 80.0, 100.0, 125.0, 160.0, 200.0, 250.0, 315.0, 400.0, 500.0, 630.0, 800.0, 1000.0, 1250.0,
    1600.0, 2000.0, 2500.0, 3150.0, 4000.0, 5000.0, 6300.0, 8000.0, 10_000.0, 12_500.0, 16_000.0,
];

const RATE: f64 = 48_000.0;

/// The power of both channels in each of [`BANDS`], in dB, less the mean over all bands.
pub fn third_octaves(channels: &[Vec<f64>; 2]) -> Vec<f64> {
    let mut sum = vec![0.0; WINDOW / 2];
    for channel in channels {
        for at in (0..channel.len().saturating_sub(WINDOW)).step_by(WINDOW / 2) {
            for (sum, power) in sum.iter_mut().zip(powers(&channel[at..at + WINDOW])) {
                *sum += power;
            }
        }
    }
    let hz = RATE / WINDOW as f64;
    let bands: Vec<f64> = (0..BANDS.len())
        .map(|n| {
            // Exact centres are tenths of a decade; 1 kHz is the sixteenth.
            let centre = 1000.0 * 10.0_f64.powf((n as f64 - 15.0) / 10.0);
            let (low, high) = (centre * 10.0_f64.powf(-0.05), centre * 10.0_f64.powf(0.05));
            let inside = |k: &usize| (low..high).contains(&(*k as f64 * hz));
            10.0 * (0..sum.len()).filter(inside).map(|k| sum[k]).sum::<f64>().log10()
        })
        .collect();
    let mean = bands.iter().sum::<f64>() / bands.len() as f64;
    bands.iter().map(|band| band - mean).collect()
}

/// The straight line through the bands from `low` to `high` Hz: dB an octave, and the rms of what is off it.
pub fn line(bands: &[f64], low: f64, high: f64) -> (f64, f64) {
    let points: Vec<(f64, f64)> =
        BANDS.iter().zip(bands).filter(|(hz, _)| (low..=high).contains(*hz)).map(|(hz, &db)| (hz.log2(), db)).collect();
    let n = points.len() as f64;
    let (mx, my) = (points.iter().map(|p| p.0).sum::<f64>() / n, points.iter().map(|p| p.1).sum::<f64>() / n);
    let slope = points.iter().map(|(x, y)| (x - mx) * (y - my)).sum::<f64>()
        / points.iter().map(|(x, _)| (x - mx) * (x - mx)).sum::<f64>();
    let off = points.iter().map(|(x, y)| (y - my - slope * (x - mx)).powi(2)).sum::<f64>() / n;
    (slope, off.sqrt())
}

/// What is heard in a bar.
#[derive(Debug)]
pub struct Bar {
    /// Loudness in LUFS, ungated.
    pub level: f64,
    /// Centre of gravity of the spectrum on a scale of octaves, power weighted, from 60 Hz.
    pub centroid: f64,
    /// Attacks.
    pub onsets: usize,
    /// How the power between 110 Hz and 1.8 kHz is shared among the twelve pitch classes.
    pub chroma: [f64; 12],
}

/// The whole bars of a song.
pub fn bars(channels: &[Vec<f64>; 2], frames: f64) -> Vec<Bar> {
    let count = (channels[0].len() as f64 / frames + 1e-6) as usize;
    let weighted = levels::weighted(channels);
    (0..count)
        .map(|n| {
            let (from, to) = ((n as f64 * frames) as usize, ((n + 1) as f64 * frames) as usize);
            let middle: Vec<f64> = (from..to.min(channels[0].len())).map(|i| channels[0][i] + channels[1][i]).collect();
            let power: f64 =
                weighted.iter().map(|c| c[from..from + middle.len()].iter().map(|x| x * x).sum::<f64>()).sum();
            let (centroid, chroma) = colour(&middle);
            Bar { level: -0.691 + 10.0 * (power / frames).log10(), centroid, onsets: onsets(&middle), chroma }
        })
        .collect()
}

fn colour(middle: &[f64]) -> (f64, [f64; 12]) {
    let hz = RATE / WINDOW as f64;
    let (mut weight, mut moment, mut chroma) = (0.0, 0.0, [0.0; 12]);
    for at in (0..middle.len().saturating_sub(WINDOW)).step_by(WINDOW / 4) {
        for (k, power) in powers(&middle[at..at + WINDOW]).into_iter().enumerate().skip(1) {
            let f = k as f64 * hz;
            if f > 60.0 {
                weight += power;
                moment += power * (f / 60.0).log2();
            }
            if (110.0..1800.0).contains(&f) {
                chroma[(12.0 * (f / 440.0).log2() + 69.0).round() as usize % 12] += power;
            }
        }
    }
    let all: f64 = chroma.iter().sum();
    (moment / weight, chroma.map(|c| c / all))
}

/// Attacks: where the spectrum, in dB, rises by more than 3 dB on average over the bins that are heard, and most so within
/// 60 ms. A cymbal over a chord does; a vibrato does not.
fn onsets(middle: &[f64]) -> usize {
    const SHORT: usize = 1024;
    let hop = SHORT / 2;
    let heard = |power: f64| 10.0 * (power + 1e-7).log10();
    let frames: Vec<Vec<f64>> = (0..middle.len().saturating_sub(SHORT))
        .step_by(hop)
        .map(|at| powers(&middle[at..at + SHORT]).into_iter().map(heard).collect())
        .collect();
    let rise = |pair: &[Vec<f64>]| {
        pair[0].iter().zip(&pair[1]).map(|(a, b)| (b - a).max(0.0)).sum::<f64>() / pair[0].len() as f64
    };
    let flux: Vec<f64> = frames.windows(2).map(rise).collect();
    let near = 6;
    (0..flux.len())
        .filter(|&n| {
            let around = &flux[n.saturating_sub(near)..(n + near).min(flux.len())];
            flux[n] > 3.0 && around.iter().all(|&other| other <= flux[n])
        })
        .count()
}

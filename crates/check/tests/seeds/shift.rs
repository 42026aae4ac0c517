//! What changes when or through what a stem is heard: delays, filters, other rates, folded partials.

use crate::stage::{Frames, map};
use std::f64::consts::{PI, TAU};

/// The modified Bessel function that Kaiser's window is made of.
fn bessel(x: f64) -> f64 {
    (1..60)
        .fold((1.0, 1.0), |(sum, term), k| {
            let term = term * (x / (2.0 * f64::from(k))) * (x / (2.0 * f64::from(k)));
            (sum + term, term)
        })
        .0
}

/// Kaiser's window, β = 13 (−130 dB), from −1 to 1.
fn kaiser(at: f64) -> f64 {
    bessel(13.0 * (1.0 - at * at).max(0.0).sqrt()) / bessel(13.0)
}

fn sinc(x: f64) -> f64 {
    if x == 0.0 { 1.0 } else { (PI * x).sin() / (PI * x) }
}

/// Later by a number of frames that need not be whole, band-limited: nothing below 0.9 of half the rate changes by more than
/// −100 dB.
pub(super) fn delayed(stem: &Frames, delay: f64) -> Frames {
    const HALF: i64 = 64;
    let whole = delay.floor();
    let part = delay - whole;
    let taps: Vec<f64> = (-HALF..=HALF)
        .map(|n| {
            let x = n as f64 - part;
            sinc(x) * kaiser((x / (HALF as f64 + 1.0)).clamp(-1.0, 1.0))
        })
        .collect();
    let at = |n: i64| usize::try_from(n).ok().and_then(|n| stem.get(n)).copied().unwrap_or_default();
    if part == 0.0 {
        return (0..stem.len() as i64).map(|n| at(n - whole as i64)).collect();
    }
    (0..stem.len() as i64)
        .map(|n| {
            let mut sum = [0.0; 2];
            for (tap, m) in taps.iter().zip(-HALF..=HALF) {
                let frame = at(n - whole as i64 - m);
                sum[0] += tap * frame[0];
                sum[1] += tap * frame[1];
            }
            sum
        })
        .collect()
}

/// At another rate, as a converter makes it: filtered at 0.9 of the lower half of both.
pub(super) fn converted(stem: &Frames, from: u32, to: u32) -> Frames {
    const HALF: f64 = 32.0;
    let common = (1..=from).rev().find(|n| from.is_multiple_of(*n) && to.is_multiple_of(*n)).unwrap_or(1);
    let (up, down) = ((to / common) as usize, (from / common) as usize);
    let cut = 0.9 * (f64::from(to) / f64::from(from)).min(1.0);
    let half = (HALF / cut).ceil();
    let taps = |phase: usize| -> Vec<f64> {
        let part = phase as f64 / up as f64;
        (-half as i64..=half as i64)
            .map(|m| {
                let x = m as f64 - part;
                cut * sinc(cut * x) * kaiser((x / (half + 1.0)).clamp(-1.0, 1.0))
            })
            .collect()
    };
    let kernels: Vec<Vec<f64>> = (0..up).map(taps).collect();
    let at = |n: i64| usize::try_from(n).ok().and_then(|n| stem.get(n)).copied().unwrap_or_default();
    (0..stem.len() * up / down)
        .map(|n| {
            let first = (n * down / up) as i64 - half as i64;
            let mut sum = [0.0; 2];
            for (tap, m) in kernels[n * down % up].iter().zip(first..) {
                let frame = at(m);
                sum[0] += tap * frame[0];
                sum[1] += tap * frame[1];
            }
            sum
        })
        .collect()
}

/// Every second frame twice, as the worst of samplers do: all above a quarter of the rate is folded.
pub(super) fn folded(stem: &Frames) -> Frames {
    (0..stem.len()).map(|n| stem[n / 2 * 2]).collect()
}

/// Another stem at a level, through a wall: what a microphone hears of it some frames later.
pub(super) fn with_bleed(stem: &Frames, other: &Frames, gain: f64, delay: usize) -> Frames {
    let mut low = [0.0; 2];
    stem.iter()
        .enumerate()
        .map(|(n, frame)| {
            let heard = n.checked_sub(delay).and_then(|n| other.get(n)).copied().unwrap_or_default();
            let mut sum = *frame;
            for channel in 0..2 {
                low[channel] += if delay == 0 { 1.0 } else { 0.5 } * (heard[channel] - low[channel]);
                sum[channel] += gain * low[channel];
            }
            sum
        })
        .collect()
}

/// The level between two frequencies, RMS, of the left and right together.
pub(super) fn between(stem: &Frames, low: f64, high: f64, rate: usize) -> f64 {
    // Two seconds of the middle say enough.
    let middle = stem[stem.len() / 2 - rate..stem.len() / 2 + rate].to_vec();
    let (a, b) = (low_passed(&middle, high, rate), low_passed(&middle, low, rate));
    let band: Frames = a.iter().zip(&b).map(|(a, b)| [a[0] - b[0], a[1] - b[1]]).collect();
    super::level(&band)
}

/// As a converter does it: down by 130 dB where the corner is.
pub(super) fn low_passed(stem: &Frames, corner: f64, rate: usize) -> Frames {
    let half = 240i64;
    let cut = (corner - 450.0) / rate as f64;
    let taps: Vec<f64> = (-half..=half)
        .map(|n| {
            let x = n as f64;
            2.0 * cut * sinc(2.0 * cut * x) * kaiser(x / (half as f64 + 1.0))
        })
        .collect();
    let mut padded = vec![[0.0; 2]; half as usize];
    padded.extend_from_slice(stem);
    padded.extend(vec![[0.0; 2]; half as usize]);
    padded
        .windows(taps.len())
        .map(|window| {
            let mut sum = [0.0; 2];
            for (tap, frame) in taps.iter().zip(window) {
                sum[0] += tap * frame[0];
                sum[1] += tap * frame[1];
            }
            sum
        })
        .collect()
}

/// How many of some lines stand 12 dB above all that a stem holds within 8 Hz of them, for six seconds in sum: what can be told from
/// programme in windows of 2 s.
pub(super) fn bare(stem: &Frames, lines: &[(f64, f64)], rate: usize) -> usize {
    let lower = (rate / 2000).max(1);
    let low: Vec<f64> =
        stem.chunks(lower).map(|run| run.iter().map(|f| (f[0] + f[1]) / 2.0).sum::<f64>() / lower as f64).collect();
    let hz = rate as f64 / lower as f64;
    let (window, hop) = ((2.0 * hz) as usize, hz as usize);
    let amplitude = |block: &[f64], freq: f64| {
        let [mut re, mut im] = [0.0; 2];
        for (n, x) in block.iter().enumerate() {
            let hann = 0.5 - 0.5 * (TAU * n as f64 / block.len() as f64).cos();
            let phase = TAU * freq * n as f64 / hz;
            re += hann * x * phase.cos();
            im += hann * x * phase.sin();
        }
        4.0 * (re * re + im * im).sqrt() / block.len() as f64
    };
    let stands = |freq: f64, size: f64, block: &[f64]| {
        (-16..=16).all(|step| 4.0 * amplitude(block, freq + 0.5 * f64::from(step)) < size)
    };
    let blocks: Vec<&[f64]> = low.windows(window).step_by(hop).collect();
    lines.iter().filter(|(freq, size)| blocks.iter().filter(|block| stands(*freq, *size, block)).count() >= 5).count()
}

pub(super) fn louder(stem: &Frames, db: f64) -> Frames {
    let gain = 10f64.powf(db / 20.0);
    map(stem, |x| gain * x)
}

/// In how many pieces of 80 ms a stem rests while another is heard in it: that is 30 dB below the loudest that the stem has, and 10 dB
/// above what it holds itself.
pub(super) fn rests(stem: &Frames, heard: &Frames, rate: usize) -> usize {
    let levels = |frames: &Frames| -> Vec<f64> { frames.chunks(rate * 2 / 25).map(super::level).collect() };
    let (own, heard) = (levels(stem), levels(heard));
    let loudest = own.iter().copied().fold(0.0, f64::max);
    let most = heard.iter().copied().fold(0.0, f64::max);
    let both = own.iter().zip(&heard);
    both.filter(|(own, heard)| **heard > 3.2 * **own && **heard < 0.03 * loudest && **heard > 0.25 * most).count()
}

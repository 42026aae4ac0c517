//! Defects, put into stems that have none.

use crate::stage::{Frames, Noise};
use std::f64::consts::TAU;

/// What was done to a stem, and where.
#[derive(Debug, Clone)]
pub(crate) struct Seeded {
    pub(crate) frames: Frames,
    /// Any of these counts; of defects without a place there is none.
    pub(crate) places: Vec<usize>,
}

/// Numbers from 0 to 1, and frames on which a stem sounds.
pub(crate) struct Chance(pub(crate) Noise);

impl Chance {
    pub(crate) fn new(seed: u64) -> Self {
        let mut noise = Noise(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
        (0..16).for_each(|_| _ = noise.next());
        Self(noise)
    }

    pub(crate) fn unit(&mut self) -> f64 {
        (self.0.next() + 1.0) / 2.0
    }

    pub(crate) fn below(&mut self, end: usize) -> usize {
        ((self.unit() * end as f64) as usize).min(end.saturating_sub(1))
    }

    /// A frame in the middle of 60 ms that are louder than −40 dBFS, at its beginning and its end too.
    pub(crate) fn sounding(&mut self, frames: &Frames, rate: usize) -> Option<usize> {
        let (ten, margin) = (rate / 100, rate / 5);
        let range = frames.len().checked_sub(2 * margin).filter(|range| *range > 0)?;
        (0..4000)
            .map(|_| margin + self.below(range))
            .find(|at| (0..6).all(|n| level(&frames[at - 3 * ten + n * ten..at - 2 * ten + n * ten]) > 0.01))
    }
}

/// A place that is no closer to others than 0.2 s.
fn apart(at: usize, places: &[usize], rate: usize) -> Option<usize> {
    places.iter().all(|place| place.abs_diff(at) > rate / 5).then_some(at)
}

/// RMS of the louder channel.
pub(crate) fn level(frames: &[[f64; 2]]) -> f64 {
    let of = |channel: usize| {
        (frames.iter().map(|frame| frame[channel] * frame[channel]).sum::<f64>() / frames.len().max(1) as f64).sqrt()
    };
    of(0).max(of(1))
}

pub(crate) fn peak(frames: &[[f64; 2]]) -> f64 {
    frames.iter().flatten().fold(0.0, |peak, x| x.abs().max(peak))
}

/// Puts a defect of a class into a stem; `None` where the stem offers no place for it.
pub(crate) fn seed(class: &str, stem: &Frames, rate: usize, chance: &mut Chance) -> Option<Seeded> {
    let mut frames = stem.clone();
    let mut places = Vec::new();
    let peak = peak(stem);
    if peak < 0.02 {
        return None;
    }
    match class {
        "click" => {
            for _ in 0..1 + chance.below(3) {
                let at = apart(chance.sounding(stem, rate)?, &places, rate)?;
                let size = (0.4 + 0.5 * chance.unit()) * if chance.unit() < 0.5 { 1.0 } else { -1.0 };
                let channels = chance.below(3);
                for (channel, x) in frames[at].iter_mut().enumerate() {
                    if channels == channel || channels == 2 {
                        *x = (*x + size * peak).clamp(-0.999, 0.999);
                    }
                }
                places.push(at);
            }
        }
        "discontinuity" => {
            // A piece of 5 to 100 ms is missing, and silence is put in at the end.
            let at = chance.sounding(stem, rate)?;
            let piece = rate / 200 + chance.below(rate / 10);
            let jump = (0..2)
                .map(|c| (stem[at - 1][c] - stem.get(at + piece)?[c]).abs().into())
                .collect::<Option<Vec<f64>>>()?;
            // What does not jump is no defect that anybody hears.
            if jump.iter().fold(0.0, |a: f64, b| a.max(*b)) < 0.3 * level(&stem[at - rate / 100..at]) {
                return None;
            }
            frames.drain(at..at + piece);
            frames.resize(stem.len(), [0.0; 2]);
            places.push(at);
        }
        "drop-out" => {
            for _ in 0..1 + chance.below(3) {
                let at = apart(chance.sounding(stem, rate)?, &places, rate)?;
                let length = rate / 1000 + chance.below(rate * 49 / 1000);
                frames[at..at + length].fill([0.0; 2]);
                places.push(at);
            }
        }
        "hum" => {
            let mains = if chance.unit() < 0.5 { 50.0 } else { 60.0 };
            let size = 10f64.powf((-50.0 + 15.0 * chance.unit()) / 20.0);
            let phase = chance.unit();
            // A stem that is never quiet for long hides what is below it.
            let mut levels: Vec<f64> = stem.chunks(rate / 10).map(level).collect();
            levels.sort_by(f64::total_cmp);
            if size < levels[levels.len() * 2 / 5] {
                return None;
            }
            for (n, frame) in frames.iter_mut().enumerate() {
                let t = n as f64 / rate as f64;
                let lines = [1.0, 0.7, 0.6, 0.35, 0.3, 0.2];
                let hum: f64 =
                    (1..=6).map(|h| lines[h - 1] * (TAU * (mains * t * h as f64 + phase * h as f64)).sin()).sum();
                *frame = frame.map(|x| x + size * hum);
            }
        }
        "limited" => {
            let ceiling = 0.5;
            let gain = 8.0 * ceiling / peak;
            let release = (-1.0 / (0.03 * rate as f64)).exp();
            let (mut held, ahead) = (0.0f64, rate / 500);
            let mut gains = Vec::new();
            let loudest: Vec<f64> = stem.iter().map(|f| gain * f[0].abs().max(f[1].abs())).collect();
            for n in 0..frames.len() {
                let next = loudest[n..(n + ahead).min(loudest.len())].iter().copied().fold(0.0, f64::max);
                held = next.max(ceiling + (held - ceiling) * release);
                gains.push(ceiling / held.max(ceiling));
            }
            // A mean over the look-ahead: gains do not jump.
            let mut sum = ahead as f64;
            for n in 0..frames.len() {
                sum += gains[n] - if n < ahead { 1.0 } else { gains[n - ahead] };
                frames[n] = stem[n].map(|x| gain * x * sum / ahead as f64);
            }
        }
        "upsampled" | "formerly-lossy" => {
            let corner = match class {
                "upsampled" => {
                    if chance.unit() < 0.5 {
                        0.97 * 11_025.0
                    } else {
                        0.97 * 8_000.0
                    }
                }
                _ => [16_000.0, 17_000.0, 18_000.0][chance.below(3)],
            };
            if above(stem, corner * 0.85, corner, rate) < 3e-4 {
                return None;
            }
            frames = low_passed(stem, corner, rate);
        }
        "swapped-channels" => {
            let wide = stem.iter().map(|f| (f[0] - f[1]).abs()).fold(0.0, f64::max);
            if wide < 0.01 {
                return None;
            }
            frames.iter_mut().for_each(|frame| frame.swap(0, 1));
        }
        "channel-lost" => {
            let side = chance.below(2);
            frames.iter_mut().for_each(|frame| frame[side] = 0.0);
        }
        "mono-collapsed" => {
            let wide = stem.iter().map(|f| (f[0] - f[1]).abs()).fold(0.0, f64::max);
            if wide < 0.01 {
                return None;
            }
            frames.iter_mut().for_each(|frame| *frame = [(frame[0] + frame[1]) / 2.0; 2]);
        }
        "cut-tail" => {
            let at = (0..200).filter_map(|_| chance.sounding(stem, rate)).find(|at| {
                let loud = level(&stem[at - rate / 500..*at]) > 0.4 * level(&stem[at - rate / 25..*at]);
                *at > stem.len() / 2 && loud
            })?;
            frames.truncate(at);
            places.push(at);
        }
        "cut-head" => {
            let at = (0..200).filter_map(|_| chance.sounding(stem, rate)).find(|at| *at < stem.len() / 2)?;
            frames[..at].fill([0.0; 2]);
            let sound = stem.iter().position(|frame| frame.iter().any(|x| x.abs() > 1e-3))?;
            // Any frame of what is missing.
            places.extend((sound.saturating_sub(rate / 50)..at).step_by(rate / 100));
        }
        "trimmed-head" => {
            let at = (0..200).filter_map(|_| chance.sounding(stem, rate)).find(|at| *at < stem.len() / 2)?;
            frames.drain(..at);
            frames.resize(stem.len(), [0.0; 2]);
            places.push(0);
        }
        "clipping" => {
            let at = 0.35 * peak;
            frames = crate::stage::map(stem, |x| (x / at).clamp(-1.0, 1.0) * 0.9);
        }
        "dc" => {
            let dc = 0.015 + 0.03 * chance.unit();
            frames = crate::stage::map(stem, |x| (x + dc).clamp(-0.999, 0.999));
        }
        "padded-bits" => frames = crate::stage::rounded(stem, 16),
        "silent" => frames.fill([0.0; 2]),
        "wrong-length" => frames.truncate(stem.len() - rate / 10 - chance.below(rate)),
        _ => return None,
    }
    Some(Seeded { frames, places })
}

/// The level between two frequencies, RMS, of the left and right together.
fn above(stem: &Frames, low: f64, high: f64, rate: usize) -> f64 {
    // Two seconds of the middle say enough.
    let middle = stem[stem.len() / 2 - rate..stem.len() / 2 + rate].to_vec();
    let (a, b) = (low_passed(&middle, high, rate), low_passed(&middle, low, rate));
    let band: Frames = a.iter().zip(&b).map(|(a, b)| [a[0] - b[0], a[1] - b[1]]).collect();
    level(&band)
}

/// As a converter does it: down by 130 dB (Kaiser, β = 13) where the corner is.
fn low_passed(stem: &Frames, corner: f64, rate: usize) -> Frames {
    let half = 240i64;
    let bessel = |x: f64| {
        (1..60)
            .fold((1.0, 1.0), |(sum, term), k| {
                let term = term * (x / (2.0 * f64::from(k))) * (x / (2.0 * f64::from(k)));
                (sum + term, term)
            })
            .0
    };
    let cut = (corner - 450.0) / rate as f64;
    let taps: Vec<f64> = (-half..=half)
        .map(|n| {
            let x = n as f64;
            let sinc = if n == 0 { 2.0 * cut } else { (TAU * cut * x).sin() / (std::f64::consts::PI * x) };
            let at = x / (half as f64 + 1.0);
            sinc * bessel(13.0 * (1.0 - at * at).sqrt()) / bessel(13.0)
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

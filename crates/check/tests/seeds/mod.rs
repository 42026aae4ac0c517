//! Defects, put into stems that have none.

mod shift;

use crate::stage::{Frames, Noise, RATE};
use shift::{bare, between, converted, delayed, folded, louder, low_passed, rests, with_bleed};
use std::f64::consts::TAU;

/// What was done to a stem, and where.
#[derive(Debug, Clone)]
pub(crate) struct Seeded {
    pub(crate) frames: Frames,
    /// Any of these counts; of defects without a place there is none.
    pub(crate) places: Vec<usize>,
    /// What must be measured of it, and how nearly.
    pub(crate) value: Option<[f64; 2]>,
    /// The rate that the file says it has.
    pub(crate) rate: u32,
    /// Whether integers cannot hold it.
    pub(crate) float: bool,
}

impl Seeded {
    /// Other samples, and nothing else that is to be found.
    pub(crate) fn of(frames: Frames) -> Self {
        Self { frames, places: Vec::new(), value: None, rate: RATE, float: false }
    }
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

/// Puts a defect of a class into a stem, of another one where it takes two; `None` where the stem offers no place for it.
pub(crate) fn seed(class: &str, stem: &Frames, other: &Frames, chance: &mut Chance) -> Option<Seeded> {
    let rate = RATE as usize;
    let mut frames = stem.clone();
    let mut places = Vec::new();
    let (mut value, mut hz, mut float) = (None, RATE, false);
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
        "hum" | "hum-masked" => {
            let mains = if chance.unit() < 0.5 { 50.0 } else { 60.0 };
            let size = 10f64.powf((-50.0 + 15.0 * chance.unit()) / 20.0);
            let phase = chance.unit();
            let lines = [1.0, 0.7, 0.6, 0.35, 0.3, 0.2];
            let sizes: Vec<(f64, f64)> = (1..=6).map(|h| (mains * h as f64, size * lines[h - 1])).collect();
            if (bare(stem, &sizes, rate) < 3) == (class == "hum") {
                return None;
            }
            for (n, frame) in frames.iter_mut().enumerate() {
                let t = n as f64 / rate as f64;
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
            if between(stem, corner * 0.85, corner, rate) < 3e-4 {
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
        "garbage" => {
            let at = rate / 10 + chance.below(stem.len() - rate / 5);
            for frame in &mut frames[at..at + 1 + chance.below(40)] {
                let wild = match chance.below(8) {
                    0 => f64::NAN,
                    1 => f64::INFINITY,
                    _ => 10f64.powf(3.5 + 5.0 * chance.unit()),
                };
                frame[chance.below(2)] = wild;
            }
            places.push(at);
            float = true;
        }
        "other-rate" => {
            hz = if chance.unit() < 0.5 { 44_100 } else { 96_000 };
            // Converted, or with nothing but another number in its head.
            if chance.unit() < 0.7 {
                frames = converted(stem, RATE, hz);
            }
        }
        "polarity" => frames = crate::stage::map(stem, |x| -x),
        "delay" => {
            let far = 1.0 + 3000.0 * chance.unit() * chance.unit();
            let far = if chance.unit() < 0.3 { far.round() } else { far };
            let delay = if chance.unit() < 0.5 { far } else { -far };
            frames = delayed(stem, delay);
            value = Some([-delay, 0.1]);
        }
        "gain" => {
            let db = 0.3 + 5.7 * chance.unit();
            let db = if chance.unit() < 0.5 || peak * 10f64.powf(db / 20.0) > 0.98 { -db } else { db };
            frames = louder(stem, db);
            value = Some([-db, 0.05]);
        }
        "bleed" => {
            let gain = 10f64.powf((-36.0 + 18.0 * chance.unit()) / 20.0);
            let delay = if chance.unit() < 0.5 { 0 } else { 1 + chance.below(480) };
            let heard = with_bleed(&vec![[0.0; 2]; stem.len()], other, gain, delay);
            if rests(stem, &heard, rate) < 20 {
                return None;
            }
            frames = stem.iter().zip(&heard).map(|(own, heard)| [own[0] + heard[0], own[1] + heard[1]]).collect();
        }
        "aliasing" => frames = folded(stem),
        _ => return None,
    }
    Some(Seeded { frames, places, value, rate: hz, float })
}

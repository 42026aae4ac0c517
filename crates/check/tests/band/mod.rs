//! A band made here: stems that differ as drums, bass, pads and voices do; and what goes wrong with them, made by other means than the
//! solver's own.

#![allow(dead_code, reason = "no test file uses all of it")]
#![allow(clippy::needless_range_loop, clippy::manual_memcpy, reason = "several arrays side by side")]

use crate::stage::{Frames, Noise, RATE};
use std::f64::consts::{PI, TAU};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Player {
    Drums,
    Bass,
    Pad,
    Voice,
    Guitar,
    Shaker,
    Keys,
}

pub(crate) const BAND: [Player; 7] =
    [Player::Drums, Player::Bass, Player::Pad, Player::Voice, Player::Guitar, Player::Shaker, Player::Keys];

fn midi(note: f64) -> f64 {
    440.0 * ((note - 69.0) / 12.0).exp2()
}

/// What a player plays, another for each seed; silent in the first and the last tenth of a second.
pub(crate) fn play(player: Player, seed: u64, frames: usize) -> Frames {
    let mut noise =
        Noise(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ (player as u64 + 1).wrapping_mul(0x2545_f491_4f6c_dd1d) | 1);
    (0..16).for_each(|_| _ = noise.next());
    let rate = f64::from(RATE);
    let beat = (rate * (0.22 + 0.02 * noise.next())) as usize;
    let chord = [0.0, 3.0, 5.0, 7.0, 10.0, 12.0];
    let mut out = vec![[0.0; 2]; frames];
    let pick = |from: f64, to: f64, noise: &mut Noise| from + (to - from) * (0.5 + 0.5 * noise.next());
    let pan = pick(-0.6, 0.6, &mut noise);
    let sides = [1.0 - pan.max(0.0), 1.0 + pan.min(0.0)];
    match player {
        Player::Drums => {
            for start in (0..frames).step_by(beat) {
                let (decay, tone) = (pick(0.02, 0.09, &mut noise) * rate, pick(55.0, 220.0, &mut noise));
                let (bright, level) = (pick(0.1, 0.9, &mut noise), pick(0.3, 1.0, &mut noise));
                let mut low = [0.0; 2];
                for n in 0..(decay * 7.0) as usize {
                    let Some(frame) = out.get_mut(start + n) else { break };
                    let envelope = level * (-(n as f64) / decay).exp() * (n as f64 / 12.0).min(1.0);
                    let body = (TAU * tone * n as f64 / rate).sin();
                    for (channel, value) in frame.iter_mut().enumerate() {
                        low[channel] += bright * (noise.next() - low[channel]);
                        *value += 0.22 * envelope * (low[channel] + 0.8 * body);
                    }
                }
            }
        }
        Player::Bass => {
            for start in (0..frames).step_by(2 * beat) {
                let note = midi(28.0 + chord[(pick(0.0, 5.99, &mut noise)) as usize]);
                let length = 2 * beat;
                for n in 0..length {
                    let Some(frame) = out.get_mut(start + n) else { break };
                    let t = n as f64 / rate;
                    let envelope = (t / 0.02).min(1.0) * ((length - n) as f64 / rate / 0.03).min(1.0);
                    // Nothing above 150 Hz to speak of.
                    let value = (TAU * note * t).sin() + 0.3 * (TAU * 2.0 * note * t + 0.4).sin();
                    *frame = frame.map(|x| x + 0.2 * envelope * value);
                }
            }
        }
        Player::Pad | Player::Keys | Player::Guitar => {
            let (length, attack, decay, partials) = match player {
                Player::Pad => (8 * beat, 0.2, 3.0, 9),
                Player::Keys => (2 * beat, 0.004, 0.5, 14),
                _ => (beat, 0.002, 0.25, 24),
            };
            for start in (0..frames).step_by(length) {
                for _ in 0..3 {
                    let note = midi(
                        48.0 + chord[(pick(0.0, 5.99, &mut noise)) as usize]
                            + 12.0 * pick(0.0, 1.99, &mut noise).floor(),
                    );
                    let level = pick(0.4, 1.0, &mut noise);
                    let phases: Vec<[f64; 2]> = (0..partials).map(|_| [noise.next() * PI, noise.next() * PI]).collect();
                    let detune = 1.0 + 0.002 * noise.next();
                    for (number, phases) in phases.iter().enumerate() {
                        let w = TAU * note * detune * (number + 1) as f64 / rate;
                        if w > 2.4 {
                            break;
                        }
                        let loud = 0.05 * level / (number + 1) as f64;
                        // Turned frame by frame, both sides with phases of their own.
                        let (turn, mut z) = ([w.cos(), w.sin()], phases.map(|phase| [phase.cos(), phase.sin()]));
                        for n in 0..length {
                            let Some(frame) = out.get_mut(start + n) else { break };
                            let t = n as f64 / rate;
                            let end = ((length - n) as f64 / rate / 0.01).min(1.0);
                            let envelope = loud * (t / attack).min(1.0) * end;
                            let fade = 1.0 / (1.0 + (number as f64 + 1.0) * t / decay);
                            for (value, z) in frame.iter_mut().zip(&mut z) {
                                *value += envelope * fade * z[1];
                                *z = [z[0] * turn[0] - z[1] * turn[1], z[0] * turn[1] + z[1] * turn[0]];
                            }
                        }
                    }
                }
            }
        }
        Player::Voice => {
            let mut phase = 0.0;
            let (mut breath, mut note, mut target) = ([0.0; 2], midi(57.0), midi(60.0));
            for (n, frame) in out.iter_mut().enumerate() {
                let t = n as f64 / rate;
                if n % (3 * beat) == 0 {
                    target = midi(57.0 + chord[(pick(0.0, 5.99, &mut noise)) as usize]);
                }
                note += 0.0004 * (target - note);
                phase += TAU * note * (1.0 + 0.012 * (TAU * 5.3 * t).sin()) / rate;
                let sings = (0.5 - 0.5 * (TAU * n as f64 / (3 * beat) as f64).cos()).powf(0.7)
                    * f64::from(u8::from(t % 3.1 < 2.3));
                let voiced: f64 = (1..14)
                    .map(|k| (f64::from(k) * phase).sin() / f64::from(k) * if k == 3 || k == 7 { 1.6 } else { 0.8 })
                    .sum();
                for (channel, value) in frame.iter_mut().enumerate() {
                    breath[channel] += 0.6 * (noise.next() - breath[channel]);
                    *value += sings * (0.1 * voiced + 0.012 * breath[channel]);
                }
            }
        }
        Player::Shaker => {
            let mut last = [0.0; 2];
            let mut smooth = [0.0; 2];
            for (n, frame) in out.iter_mut().enumerate() {
                let at = (n % (beat / 2)) as f64 / rate;
                let envelope = (-at / 0.03).exp() * (at / 0.004).min(1.0);
                for channel in 0..2 {
                    let x = noise.next();
                    smooth[channel] += 0.7 * (x - smooth[channel]);
                    let high = smooth[channel] - last[channel];
                    last[channel] = smooth[channel];
                    frame[channel] += 0.12 * envelope * high;
                }
            }
        }
    }
    let fade = 4_800;
    for (n, frame) in out.iter_mut().enumerate() {
        let inside = (n as f64 - fade as f64).min((frames - n) as f64 - fade as f64).clamp(0.0, 960.0) / 960.0;
        *frame = [frame[0] * sides[0] * inside, frame[1] * sides[1] * inside];
    }
    out
}

/// Half the length of the kernel that moves signals.
const REACH: i64 = 160;

/// A signal `delay` frames later, and `ppm` more of them with every million frames from the middle on: a sinc in a window that is a
/// power of a parabola.
pub(crate) fn moved(frames: &Frames, delay: f64, ppm: f64) -> Frames {
    let count = frames.len() as i64;
    let middle = count as f64 / 2.0;
    let weights = |fraction: f64| -> Vec<f64> {
        let sine = (PI * fraction).sin();
        (1 - REACH..=REACH)
            .map(|n| {
                let x = n as f64 - fraction;
                let inside = 1.0 - (x / REACH as f64).powi(2);
                // sin π(n − f) = −(−1)ⁿ sin πf.
                let sign = if n % 2 == 0 { -1.0 } else { 1.0 };
                let sinc = if x.abs() < 1e-9 { 1.0 } else { sign * sine / (PI * x) };
                sinc * inside.max(0.0).powi(6)
            })
            .collect()
    };
    let fixed = (ppm == 0.0).then(|| weights((-delay).rem_euclid(1.0)));
    (0..count)
        .map(|n| {
            let position = n as f64 - delay - ppm * 1e-6 * (n as f64 - middle);
            let whole = position.floor();
            let own;
            let weights = match &fixed {
                Some(fixed) => fixed,
                None => {
                    own = weights(position - whole);
                    &own
                }
            };
            let first = whole as i64 + 1 - REACH;
            let mut sum = [0.0; 2];
            let from = first.clamp(0, count);
            let to = (first + 2 * REACH).clamp(0, count);
            for at in from..to {
                let (frame, weight) = (frames[at as usize], weights[(at - first) as usize]);
                sum[0] += frame[0] * weight;
                sum[1] += frame[1] * weight;
            }
            sum
        })
        .collect()
}

pub(crate) fn scaled(frames: &Frames, gain: f64) -> Frames {
    frames.iter().map(|frame| frame.map(|x| gain * x)).collect()
}

/// Feed-forward, linked: 5 ms up, 90 ms down, 4:1 above a threshold in dB below the peak.
pub(crate) fn compressed(frames: &Frames, below: f64) -> Frames {
    let peak = frames.iter().flatten().fold(0.0f64, |most, x| most.max(x.abs()));
    let threshold = 20.0 * peak.log10() - below;
    let (attack, release) = ((-1.0 / (0.005 * f64::from(RATE))).exp(), (-1.0 / (0.09 * f64::from(RATE))).exp());
    let mut reduction = 0.0;
    frames
        .iter()
        .map(|frame| {
            let level = 20.0 * frame[0].abs().max(frame[1].abs()).max(1e-9).log10();
            let wanted = 0.75 * (level - threshold).max(0.0);
            let pole = if wanted > reduction { attack } else { release };
            reduction = wanted + pole * (reduction - wanted);
            let gain = 10f64.powf(-reduction / 20.0);
            frame.map(|x| gain * x)
        })
        .collect()
}

/// Looks 2 ms ahead, lets go within 60 ms: nothing is above the ceiling in dB below the peak.
pub(crate) fn limited(frames: &Frames, below: f64) -> Frames {
    let peak = frames.iter().flatten().fold(0.0f64, |most, x| most.max(x.abs()));
    let ceiling = peak * 10f64.powf(-below / 20.0);
    let ahead = 96;
    let release = (-1.0 / (0.06 * f64::from(RATE))).exp();
    let needed: Vec<f64> =
        frames.iter().map(|frame| (ceiling / frame[0].abs().max(frame[1].abs()).max(1e-9)).min(1.0)).collect();
    let mut held = 1.0f64;
    let holding: Vec<f64> = (0..frames.len())
        .map(|n| {
            let low = needed[n..(n + ahead).min(needed.len())].iter().copied().fold(1.0, f64::min);
            held = low.min(1.0 + release * (held - 1.0));
            held
        })
        .collect();
    frames
        .iter()
        .enumerate()
        .map(|(n, frame)| {
            let from = n.saturating_sub(ahead - 1);
            let gain = holding[from..=n].iter().sum::<f64>() / (n - from + 1) as f64;
            frame.map(|x| gain * x)
        })
        .collect()
}

/// A bell (Bristow-Johnson's cookbook).
pub(crate) fn bell(frames: &Frames, hz: f64, db: f64, q: f64) -> Frames {
    let (a, w) = (10f64.powf(db / 40.0), TAU * hz / f64::from(RATE));
    let alpha = w.sin() / (2.0 * q);
    let a0 = 1.0 + alpha / a;
    let b = [(1.0 + alpha * a) / a0, -2.0 * w.cos() / a0, (1.0 - alpha * a) / a0];
    let back = [-2.0 * w.cos() / a0, (1.0 - alpha / a) / a0];
    let mut state = [[0.0; 2]; 2];
    frames
        .iter()
        .map(|frame| {
            let mut out = [0.0; 2];
            for channel in 0..2 {
                let s = &mut state[channel];
                let y = b[0] * frame[channel] + s[0];
                s[0] = b[1] * frame[channel] - back[0] * y + s[1];
                s[1] = b[2] * frame[channel] - back[1] * y;
                out[channel] = y;
            }
            out
        })
        .collect()
}

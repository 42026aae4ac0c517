//! Plucked strings.

use crate::buffer::Audio;
use crate::envelope::ramp;
use crate::filter::{OnePole, Svf};
use crate::noise::Noise;
use crate::oscillator::hertz;
use crate::room::Room;
use crate::score::Note;
use crate::{RATE, frames};

const HALL: Room = Room { seconds: 1.7, size: 0.9, damping: 5_200.0, wet: 0.28 };

/// A small harp: Karplus–Strong strings (“Digital Synthesis of Plucked-String and Drum Timbres”, Computer Music Journal 7(2),
/// 1983) tuned by an all-pass (Jaffe and Smith, the same issue), spread over the stage, in a hall.
#[must_use]
pub fn harp(notes: &[Note], seed: u64) -> Audio {
    let mut out = Audio::stereo(0);
    for (n, note) in notes.iter().enumerate() {
        let pan = [-0.45, 0.3, -0.15, 0.5, 0.05][n % 5];
        out.add(note.start(), &string(note, seed + n as u64), pan);
    }
    HALL.around(&out).finish(-4.0, 0.1)
}

fn string(note: &Note, seed: u64) -> Vec<f64> {
    let hz = hertz(note.pitch);
    // The loop's low-pass delays by half a frame; the all-pass by the rest, 0.1 … 1.1.
    let period = RATE / hz - 0.5;
    let length = (period - 0.1).floor();
    let rest = period - length;
    let c = (1.0 - rest) / (1.0 + rest);
    let length = length as usize;
    let mut line = finger(length, note.velocity, seed);
    let loss = libm::pow(10.0, -3.0 / (hz * 1.9 * libm::sqrt(440.0 / hz)));
    let (mut last, mut ap_x, mut ap_y) = (0.0, 0.0, 0.0);
    let mut wood = [Svf::new(225.0, 2.0), Svf::new(410.0, 2.5)];
    let held = note.held() + 0.35;
    (0..frames(held + 0.25))
        .map(|i| {
            let at = i % length;
            let x = line[at];
            let smooth = loss * (0.52 * x + 0.48 * last);
            last = x;
            let y = c * (smooth - ap_y) + ap_x;
            (ap_x, ap_y) = (smooth, y);
            line[at] = y;
            let t = i as f64 / RATE;
            let body = x + 0.35 * wood[0].band(x) + 0.25 * wood[1].band(x);
            let end = 1.0 - ramp(t - held, 0.25);
            body * ramp(t, 0.0012) * end * end * note.velocity
        })
        .collect()
}

/// The string's shape as the finger leaves it: noise, softer for a softer touch, plucked at a fifth of its length, no mean.
fn finger(length: usize, velocity: f64, seed: u64) -> Vec<f64> {
    let mut noise = Noise::new(seed);
    let mut soft = OnePole::new(1_400.0 + 5_200.0 * velocity);
    let raw: Vec<f64> = (0..2 * length).map(|_| soft.low(noise.white())).skip(length).collect();
    let pick = (length / 5).max(1);
    let plucked: Vec<f64> = (0..length).map(|i| raw[i] - 0.8 * raw[(i + length - pick) % length]).collect();
    let mean = plucked.iter().sum::<f64>() / length as f64;
    let energy = plucked.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>() / length as f64;
    plucked.iter().map(|x| (x - mean) * 0.3 / energy.sqrt()).collect()
}

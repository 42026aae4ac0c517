//! The electric piano.

use crate::buffer::Audio;
use crate::envelope::{decay, ramp};
use crate::oscillator::{Phase, hertz, sine};
use crate::room::Room;
use crate::score::Note;
use crate::{RATE, frames};

const STUDIO: Room = Room { seconds: 1.1, size: 0.6, damping: 4_200.0, wet: 0.16 };

/// Tine and body by phase modulation (Chowning, “The Synthesis of Complex Audio Spectra by Means of Frequency Modulation”, JAES
/// 21(7), 1973), brighter when struck harder, through a slow stereo tremolo and a studio.
#[must_use]
pub fn electric_piano(notes: &[Note]) -> Audio {
    let mut out = Audio::stereo(0);
    for note in notes {
        // Low strings left, high strings right, as the player sits.
        out.add(note.start(), &tine(note), ((note.pitch - 62.0) / 40.0).clamp(-0.5, 0.5));
    }
    let mut sway = Phase(0.25);
    for i in 0..out.len() {
        let lfo = 0.16 * sine(sway.next(100.0 / 60.0));
        out.channels[0][i] *= 1.0 - lfo;
        out.channels[1][i] *= 1.0 + lfo;
    }
    out.shape(|x| libm::tanh(0.9 * x));
    STUDIO.around(&out).finish(-5.0, 0.08)
}

fn tine(note: &Note) -> Vec<f64> {
    let hz = hertz(note.pitch);
    let held = note.held();
    let v = note.velocity;
    let ring = 1.5 * libm::sqrt(220.0 / hz);
    let (mut body, mut over, mut bell) = (Phase::default(), Phase::default(), Phase::default());
    // The bell's partial stays below 9 kHz, so that its side bands stay below the folding frequency.
    let ratio = if hz * 14.0 < 9_000.0 { 14.0 } else { 7.0 };
    (0..frames(held + 0.3))
        .map(|i| {
            let t = i as f64 / RATE;
            let warmth = (0.5 + 3.0 * v * v) * (0.35 + 0.65 * decay(t, 0.5));
            let p = body.next(hz);
            let tone = sine(p + warmth / std::f64::consts::TAU * sine(over.next(hz * 1.0004)));
            let strike = sine(bell.next(hz * ratio)) * decay(t, 0.09) * 0.36 * v * v;
            let end = 1.0 - ramp(t - held, 0.28);
            ramp(t, 0.0015) * (0.3 * tone * decay(t, ring) + 0.3 * strike) * end * end * (0.25 + 0.75 * v)
        })
        .collect()
}

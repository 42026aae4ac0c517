//! The electric piano.

use crate::buffer::Audio;
use crate::envelope::{decay, ramp};
use crate::filter::Svf;
use crate::noise::Noise;
use crate::oscillator::{Phase, hertz, sine};
use crate::score::{BPM, Note};
use crate::{RATE, frames};

/// Tines before magnets: what the coil hears is how fast the field changes, and the field is a bell curve that the tine
/// swings through off its middle, so that a harder stroke brings more, and other, harmonics (Pfeifle and Bader,
/// “Real-time finite-difference physical models of the Rhodes”, 2016, describe the instrument). With the suitcase's slow stereo
/// tremolo.
#[must_use]
pub fn electric_piano(notes: &[Note]) -> Audio {
    let mut out = Audio::stereo(0);
    for (n, note) in notes.iter().enumerate() {
        // Low strings left, high strings right, as the player sits.
        out.add(note.start(), &tine(note, n as u64), ((note.pitch - 62.0) / 40.0).clamp(-0.45, 0.45));
    }
    let mut sway = Phase(0.25);
    for i in 0..out.len() {
        let lfo = 0.2 * sine(sway.next(BPM / 60.0));
        out.channels[0][i] *= 1.0 - lfo;
        out.channels[1][i] *= 1.0 + lfo;
    }
    for channel in &mut out.channels {
        let mut cabinet = Svf::new(6_500.0, 0.7);
        for x in channel.iter_mut() {
            *x = libm::tanh(0.9 * cabinet.low(*x));
        }
    }
    out
}

fn tine(note: &Note, seed: u64) -> Vec<f64> {
    let hz = hertz(note.pitch);
    let held = note.held();
    let v = note.velocity;
    let ring = 1.7 * libm::sqrt(220.0 / hz);
    let (mut first, mut second) = (Phase::default(), Phase::default());
    let mut noise = Noise::new(8_000 + seed);
    let mut thud = Svf::new(900.0, 0.8);
    // The field: how wide the magnet's tip is against the swing, and how far off its middle the tine rests.
    let (width, rest) = (0.62, 0.34);
    let field = |x: f64| {
        let d = (x + rest) / width;
        1.0 / (1.0 + d * d)
    };
    let mut before = field(0.0);
    // The coil answers to the change a second: scaled so that all notes are as loud.
    let coil = RATE / (std::f64::consts::TAU * hz);
    (0..frames(held + 0.25))
        .map(|i| {
            let t = i as f64 / RATE;
            let swing = (0.1 + 0.62 * v * v) * (0.35 * decay(t, 0.16) + 0.65 * decay(t, ring));
            let bell = if hz * 6.27 < 7_000.0 { 0.014 * v * v * decay(t, 0.22) } else { 0.0 };
            let x = swing * sine(first.next(hz)) + bell * sine(second.next(6.27 * hz));
            let now = field(x);
            let heard = coil * (now - before);
            before = now;
            let hammer = 0.05 * v * thud.band(noise.white()) * decay(t, 0.008);
            let end = 1.0 - ramp(t - held, 0.22);
            ramp(t, 0.001) * (0.8 * heard + hammer) * end * end * (0.5 + 0.5 * v)
        })
        .collect()
}

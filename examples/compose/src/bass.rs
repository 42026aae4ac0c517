//! The sub: what the bass guitar plays, an octave of it that is felt.

use crate::buffer::Audio;
use crate::envelope::{decay, ramp};
use crate::oscillator::{Phase, hertz, sine};
use crate::score::Note;
use crate::{RATE, frames};

/// A sine with just enough second and third harmonic to be followed on a small loudspeaker.
#[must_use]
pub fn sub(notes: &[Note]) -> Audio {
    let mut out = Audio::mono(Vec::new());
    for note in notes {
        let hz = hertz(note.pitch);
        let mut phase = Phase::default();
        let held = note.held();
        let sound: Vec<f64> = (0..frames(held + 0.07))
            .map(|i| {
                let t = i as f64 / RATE;
                let p = phase.next(hz);
                let x = sine(p) + 0.16 * sine(2.0 * p) + 0.07 * sine(3.0 * p);
                let level = ramp(t, 0.01) * (0.8 + 0.2 * decay(t, 0.3)) * (1.0 - ramp(t - held, 0.06));
                libm::tanh(1.1 * x * level) * note.velocity
            })
            .collect();
        out.add(note.start(), &sound, 0.0);
    }
    out
}

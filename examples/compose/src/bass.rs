//! The two basses.

use crate::buffer::Audio;
use crate::envelope::{Adsr, decay, ramp};
use crate::filter::Svf;
use crate::oscillator::{Phase, hertz, sine};
use crate::score::Note;
use crate::{RATE, frames};

/// Synth bass: two sawtooths and a square through a filter that opens with each note and with its force.
#[must_use]
pub fn synth(notes: &[Note]) -> Audio {
    let amp = Adsr { attack: 0.003, decay: 0.25, sustain: 0.6, release: 0.06 };
    let mut out = Audio::mono(Vec::new());
    for note in notes {
        let hz = hertz(note.pitch);
        let mut phases = [Phase(0.0), Phase(0.31), Phase(0.5)];
        let mut filters = [Svf::new(100.0, 0.7); 2];
        let held = note.held();
        let sound: Vec<f64> = (0..frames(held + 0.07))
            .map(|i| {
                let t = i as f64 / RATE;
                let x = 0.45 * phases[0].saw(hz * 1.0025)
                    + 0.45 * phases[1].saw(hz * 0.9975)
                    + 0.25 * phases[2].pulse(hz, 0.42);
                let open = 200.0 + 1.6 * hz + (600.0 + 2_600.0 * note.velocity * note.velocity) * decay(t, 0.085);
                filters[0].tune(open, 1.5);
                filters[1].tune(open * 1.5, 0.65);
                let x = filters[0].low(x);
                let x = filters[1].low(x);
                libm::tanh(1.8 * x) * amp.at(t, held) * (0.45 + 0.55 * note.velocity)
            })
            .collect();
        out.add(note.start(), &sound, 0.0);
    }
    out.finish(-4.0, 0.02)
}

/// Sub: a sine with just enough second and third harmonic to be followed on a small loudspeaker.
#[must_use]
pub fn sub(notes: &[Note]) -> Audio {
    let mut out = Audio::mono(Vec::new());
    for note in notes {
        let hz = hertz(note.pitch);
        let mut phase = Phase::default();
        let held = note.held();
        let sound: Vec<f64> = (0..frames(held + 0.09))
            .map(|i| {
                let t = i as f64 / RATE;
                let p = phase.next(hz);
                let x = sine(p) + 0.2 * sine(2.0 * p) + 0.1 * sine(3.0 * p);
                let level = ramp(t, 0.012) * (0.8 + 0.2 * decay(t, 0.3)) * (1.0 - ramp(t - held, 0.08));
                libm::tanh(1.1 * x * level) * note.velocity
            })
            .collect();
        out.add(note.start(), &sound, 0.0);
    }
    out.finish(-4.0, 0.02)
}

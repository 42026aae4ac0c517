//! The kit's skins: kick, snare, clap. (Its metal is in [`crate::cymbals`].)

use crate::buffer::Audio;
use crate::envelope::{decay, ramp};
use crate::filter::{OnePole, Svf};
use crate::noise::Noise;
use crate::oscillator::{Phase, sine};
use crate::room::Room;
use crate::{RATE, frames};

/// Kick: a sine that falls to the song's A, a beater's click, and a little warmth.
#[must_use]
pub fn kick() -> Audio {
    let mut phase = Phase::default();
    let mut noise = Noise::new(1);
    let mut felt = Svf::new(3_200.0, 0.8);
    let body = (0..frames(0.5)).map(|i| {
        let t = i as f64 / RATE;
        let hz = 51.0 + 120.0 * decay(t, 0.028) + 640.0 * decay(t, 0.0045);
        let level = ramp(t, 0.0004) * (0.75 * decay(t, 0.17) + 0.25 * decay(t, 0.05));
        let click = felt.band(noise.white()) * decay(t, 0.0028) * 0.5;
        libm::tanh(1.7 * level * sine(phase.next(hz)) + click * ramp(t, 0.0002))
    });
    Audio::mono(body.collect()).finish(-3.0, 0.06)
}

/// Snare: two modes of the head, the wires, and the booth around it. `force` 1 is a backbeat, 0.4 a ghost note.
#[must_use]
pub fn snare(force: f64, seed: u64) -> Audio {
    let (mut head, mut ring) = (Phase::default(), Phase::default());
    let mut noise = Noise::new(seed);
    let mut wires = Svf::new(1_000.0 + 900.0 * force, 0.6);
    let mut air = OnePole::new(6_000.0 + 7_000.0 * force);
    let mut stick = Svf::new(5_200.0, 1.2);
    let body = (0..frames(0.4)).map(|i| {
        let t = i as f64 / RATE;
        let bend = 1.0 + 0.35 * force * decay(t, 0.012);
        let skin =
            sine(head.next(188.0 * bend)) * decay(t, 0.075) + 0.55 * sine(ring.next(331.0 * bend)) * decay(t, 0.045);
        let white = noise.white();
        let rattle = air.low(wires.high(white)) * (0.7 * decay(t, 0.085) + 0.3 * decay(t, 0.02));
        let hit = stick.band(white) * decay(t, 0.003);
        libm::tanh(ramp(t, 0.0003) * (0.85 * skin + 1.05 * force * rattle + 0.9 * force * hit))
    });
    let booth = Room { seconds: 0.45, size: 0.32, damping: 5_500.0, wet: 0.22 };
    booth.around(&Audio::mono(body.collect())).finish(-3.0, 0.05)
}

/// Clap: four pairs of hands that almost agree, and the room that answers.
#[must_use]
pub fn clap() -> Audio {
    let mut out = Audio::stereo(frames(0.4));
    for (n, late) in [0.0, 0.0095, 0.0195, 0.0305].into_iter().enumerate() {
        let mut noise = Noise::new(40 + n as u64);
        let mut palm = Svf::new(1_150.0 + 130.0 * n as f64, 1.5);
        let mut bite = Svf::new(700.0, 0.7);
        let tau = if n == 3 { 0.055 } else { 0.006 };
        let hands: Vec<f64> = (0..frames(0.35))
            .map(|i| {
                let t = i as f64 / RATE;
                let white = noise.white();
                (palm.band(white) + 0.35 * bite.high(white)) * decay(t, tau) * ramp(t, 0.0003)
            })
            .collect();
        out.add(frames(late), &hands, [-0.35, 0.4, -0.15, 0.1][n]);
    }
    Room { seconds: 0.7, size: 0.45, damping: 5_000.0, wet: 0.3 }.around(&out).finish(-4.0, 0.06)
}

//! What announces and what lands: riser, impact, and the sea under it all.

use crate::buffer::Audio;
use crate::envelope::{decay, ramp};
use crate::filter::{OnePole, Svf};
use crate::noise::{Drift, Noise};
use crate::oscillator::{Phase, hertz, sine};
use crate::room::Room;
use crate::score::{BAR, seconds};
use crate::{RATE, frames};

/// One bar that rises: noise through a climbing band, a fifth that climbs with it, a tremolo that hurries. It ends on the
/// bar line.
#[must_use]
pub fn riser() -> Audio {
    let length = seconds(BAR);
    let sides = [0, 1].map(|side| {
        let mut noise = Noise::new(200 + side);
        let mut band = Svf::new(400.0, 1.0);
        let mut edge = OnePole::new(9_000.0);
        let (mut a, mut b, mut flutter) = (Phase(0.0), Phase(0.4), Phase(0.25));
        let detune = if side == 0 { 1.004 } else { 0.996 };
        let body = (0..frames(length)).map(|i| {
            let t = i as f64 / RATE;
            let x = t / length;
            if i % 16 == 0 {
                band.tune(350.0 * libm::pow(20.0, x), 1.3);
            }
            let hz = hertz(57.0 + 12.0 * x * x) * detune;
            let tone = 0.18 * a.saw(hz) + 0.14 * b.saw(hz * 1.5);
            let tremolo = 1.0 - 0.35 * (0.5 + 0.5 * sine(flutter.next(3.3 + 10.0 * x * x)));
            let level = (0.02 + 0.98 * x * x) * ramp(t, 0.01) * ramp(length - t, 0.03);
            edge.low(band.band(noise.white() * 0.9 + tone)) * level * tremolo
        });
        body.collect()
    });
    Audio { channels: sides.into() }.finish(-5.0, 0.02)
}

/// The landing: a low drum that falls, and a door in a large hall.
#[must_use]
pub fn impact() -> Audio {
    let mut out = Audio::stereo(frames(1.6));
    let mut phase = Phase::default();
    let boom: Vec<f64> = (0..frames(1.6))
        .map(|i| {
            let t = i as f64 / RATE;
            let hz = 44.0 + 60.0 * decay(t, 0.09);
            libm::tanh(1.6 * sine(phase.next(hz))) * decay(t, 0.38) * ramp(t, 0.001)
        })
        .collect();
    out.add(0, &boom, 0.0);
    for (side, pan) in [-0.8, 0.8].into_iter().enumerate() {
        let mut noise = Noise::new(210 + side as u64);
        let mut dull = Svf::new(2_000.0, 0.7);
        let door: Vec<f64> = (0..frames(0.8))
            .map(|i| {
                let t = i as f64 / RATE;
                dull.tune(500.0 + 5_000.0 * decay(t, 0.05), 0.7);
                0.7 * dull.low(noise.white()) * decay(t, 0.09) * ramp(t, 0.0005)
            })
            .collect();
        out.add(0, &door, pan);
    }
    Room { seconds: 2.6, size: 1.0, damping: 2_600.0, wet: 0.5 }.around(&out).finish(-4.0, 0.6)
}

/// Two bars of sea: one wave that comes in and draws back, from silence to silence.
#[must_use]
pub fn sea() -> Audio {
    let length = seconds(2.0 * BAR);
    let sides = [0u64, 1].map(|side| {
        let mut noise = Noise::new(220 + side);
        let mut swirl = Drift::new(230 + side, 3.0);
        let (mut deep, mut bright) = (OnePole::new(300.0), Svf::new(1_000.0, 0.6));
        let mut floor = OnePole::new(120.0);
        let body = (0..frames(length)).map(|i| {
            let t = i as f64 / RATE;
            let late = t - 0.15 * side as f64;
            let wave = ramp(late, 0.48 * length) * (1.0 - ramp(late - 0.42 * length, 0.5 * length));
            let swirl = swirl.wander();
            if i % 16 == 0 {
                bright.tune(300.0 + 2_800.0 * wave * wave * (1.0 + 0.25 * swirl), 0.6);
            }
            let x = noise.white();
            floor.high(0.6 * deep.low(x) + 0.5 * bright.low(x)) * wave * (1.0 + 0.2 * swirl)
        });
        body.collect()
    });
    Audio { channels: sides.into() }.finish(-6.0, 0.05)
}

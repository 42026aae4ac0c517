//! What announces and what lands: riser, impact, chimes, and the sea under it all.

use crate::buffer::Audio;
use crate::envelope::{decay, ramp};
use crate::filter::{OnePole, Svf};
use crate::modes::Mode;
use crate::noise::{Drift, Noise};
use crate::oscillator::{Phase, hertz, sine};
use crate::room::Room;
use crate::score::{BAR, seconds};
use crate::{RATE, frames};

/// Two bars that rise: noise through a climbing band, a fifth that climbs with it, a tremolo that hurries. It ends half a beat
/// before the bar line, so that what follows falls into a hole.
#[must_use]
pub fn riser() -> Audio {
    let length = seconds(2.0 * BAR - 0.5);
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
                band.tune(350.0 * libm::pow(24.0, x), 1.2);
            }
            let hz = hertz(55.0 + 12.0 * x * x) * detune;
            let tone = 0.18 * a.saw(hz) + 0.14 * b.saw(hz * 1.5);
            let tremolo = 1.0 - 0.4 * (0.5 + 0.5 * sine(flutter.next(1.8 + 12.6 * x * x)));
            let level = (0.015 + 0.985 * x * x) * ramp(t, 0.01) * ramp(length - t, 0.04);
            edge.low(band.band(noise.white() * 0.9 + tone)) * level * tremolo
        });
        body.collect()
    });
    Audio { channels: sides.into() }
}

/// The landing: a low drum that falls, and a door in a large hall.
#[must_use]
pub fn impact() -> Audio {
    let mut out = Audio::stereo(frames(1.6));
    let mut phase = Phase::default();
    let boom: Vec<f64> = (0..frames(1.6))
        .map(|i| {
            let t = i as f64 / RATE;
            let hz = 41.0 + 60.0 * decay(t, 0.09);
            libm::tanh(1.6 * sine(phase.next(hz))) * decay(t, 0.42) * ramp(t, 0.001)
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
    Room { seconds: 2.2, size: 1.0, damping: 2_600.0, wet: 0.4 }.around(&out)
}

/// A tree of chimes that a hand runs along: thirty bars from low to high, each with the modes of a free bar (1, 2.757, 5.404).
#[must_use]
pub fn chimes() -> Audio {
    let mut out = Audio::stereo(0);
    let mut hand = Noise::new(240);
    for n in 0..30 {
        let x = f64::from(n) / 30.0;
        let hz = 1_150.0 * libm::exp2(1.75 * x) * (1.0 + 0.006 * hand.white());
        let level = (0.5 + 0.5 * x) * (0.7 + 0.3 * hand.white());
        let mut bar = [
            Mode::new(hz, 0.75 - 0.3 * x, level, 0.0),
            Mode::new(2.757 * hz, 0.3, 0.4 * level, 0.1),
            Mode::new((5.404 * hz).min(17_000.0), 0.1, 0.15 * level, 0.2),
        ];
        let sound: Vec<f64> = (0..frames(1.7))
            .map(|i| {
                let t = i as f64 / RATE;
                bar.iter_mut().map(Mode::ring).sum::<f64>() * ramp(t, 0.001) * (1.0 - ramp(t - 1.0, 0.7))
            })
            .collect();
        let when = seconds(2.0 * x) + 0.012 * (1.0 + hand.white()) * if n == 0 { 0.0 } else { 1.0 };
        out.add(frames(when), &sound, 1.5 * x - 0.75);
    }
    out
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
                bright.tune(300.0 + 3_400.0 * wave * wave * (1.0 + 0.25 * swirl), 0.6);
            }
            let x = noise.white();
            floor.high(0.6 * deep.low(x) + 0.5 * bright.low(x)) * wave * (1.0 + 0.2 * swirl)
        });
        body.collect()
    });
    Audio { channels: sides.into() }
}

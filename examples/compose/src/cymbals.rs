//! The kit's metal: hats, crash, and a cymbal that swells under mallets.
//!
//! A cymbal is a plate with hundreds of modes. Struck, it sounds its low ones first; within some 50 ms they feed the high ones
//! (Rossing, “Science of Percussion Instruments”, 2000, ch. 9), which is what a crash's bloom is.

use crate::buffer::Audio;
use crate::envelope::{decay, ramp};
use crate::filter::{OnePole, Svf};
use crate::modes::{Mode, plate};
use crate::noise::Noise;
use crate::score::groove::Hit;
use crate::{RATE, frames};

/// A hat, struck with `force`; `open` lets it ring for a third of a second.
#[must_use]
pub fn hat(hit: &Hit, seed: u64) -> Vec<f64> {
    let (force, open) = (hit.velocity, hit.kind == 'O');
    let tau = if open { 0.16 } else { 0.02 + 0.022 * force };
    // The same pair of cymbals each time: only noise and the stick's place differ.
    let mut metal = plate(46, (3_100.0, 15_500.0), |hz| tau * libm::sqrt(6_000.0 / hz), |_| 0.11, 31);
    let mut bell = plate(7, (420.0, 2_600.0), |_| 0.6 * tau, |_| 0.028, 32);
    let mut noise = Noise::new(5_000 + seed);
    let place = 1.0 + 0.25 * noise.white();
    let mut edge = [Svf::new(6_600.0 - 1_100.0 * force, 0.7), Svf::new(9_800.0, 0.9)];
    let mut dull = OnePole::new(7_000.0 + 12_000.0 * force);
    let mut chick = Svf::new(3_400.0, 1.0);
    let length = if open { 0.42 } else { 0.17 };
    (0..frames(length))
        .map(|i| {
            let t = i as f64 / RATE;
            let ring: f64 = metal.iter_mut().map(Mode::ring).sum();
            let low: f64 = bell.iter_mut().map(Mode::ring).sum();
            let white = noise.white();
            let hiss = edge[0].high(white) + 0.5 * edge[1].band(white);
            let sizzle = if open { 0.75 * decay(t, 0.8 * tau) * ramp(t, 0.006) } else { 0.55 * decay(t, 0.7 * tau) };
            let stick = (0.8 * hiss + 0.6 * chick.band(white)) * decay(t, 0.0025);
            let x = dull.low(place * ring + low + 0.42 * hiss * sizzle + 0.5 * force * stick);
            x * ramp(t, 0.0003) * force * (1.0 - ramp(t - 0.6 * length, 0.4 * length))
        })
        .collect()
}

/// One side of a large cymbal: `bright` moves its weight up.
fn cymbal(seconds: f64, bright: f64, bloom: f64, seed: u64) -> Vec<f64> {
    let slow = |hz: f64| 1.25 * libm::pow(hz / 1_000.0, -0.55);
    let mut low = plate(40, (270.0, 2_400.0), slow, |hz| 0.05 + 0.02 * (hz / 2_400.0), seed);
    let mut high = plate(150, (2_400.0, 15_000.0), slow, |hz| 0.06 * libm::pow(hz / 5_000.0, bright), seed + 1);
    let mut noise = Noise::new(seed + 2);
    let (mut edge, mut air) = (Svf::new(3_800.0, 0.7), Svf::new(8_500.0, 0.7));
    (0..frames(seconds))
        .map(|i| {
            let t = i as f64 / RATE;
            let white = noise.white();
            let shimmer: f64 = high.iter_mut().map(Mode::ring).sum();
            let body: f64 = low.iter_mut().map(Mode::ring).sum();
            let hiss = edge.high(white) * (0.16 * decay(t, 0.32) + 0.3 * decay(t, 0.035));
            let top = air.high(white) * 0.12 * decay(t, 0.5);
            let wake = 0.35 + 0.65 * ramp(t, bloom);
            (0.55 * body + wake * (shimmer + top) + hiss)
                * ramp(t, 0.0006)
                * (1.0 - ramp(t - 0.45 * seconds, 0.55 * seconds))
        })
        .collect()
}

/// A crash, stereo.
#[must_use]
pub fn crash() -> Audio {
    Audio { channels: vec![cymbal(3.2, -0.25, 0.05, 510), cymbal(3.2, -0.25, 0.055, 520)] }
}

/// Two bars of mallets on a cymbal, from nothing to loud, stopped by a hand.
#[must_use]
pub fn swell(length: f64) -> Audio {
    let sides = [0u64, 1].map(|side| {
        let mut noise = Noise::new(540 + side);
        let mut metal =
            plate(110, (400.0, 13_000.0), |_| 60.0, |hz| 0.05 * libm::pow(hz / 4_000.0, -0.35), 550 + 7 * side);
        let (mut edge, mut dark) = (Svf::new(2_600.0, 0.7), Svf::new(1_000.0, 0.7));
        let body = (0..frames(length + 0.12)).map(|i| {
            let t = i as f64 / RATE;
            let x = (t / length).min(1.0);
            let roll = 1.0 + 0.12 * crate::oscillator::sine(t * (9.0 + 2.0 * x));
            if i % 32 == 0 {
                dark.tune(900.0 + 13_000.0 * x * x, 0.7);
            }
            let ring: f64 = metal.iter_mut().map(Mode::ring).sum();
            let source = 0.3 * ring + edge.high(noise.white()) * (0.25 + 0.3 * x);
            dark.low(source) * (0.015 * ramp(t, 0.02) + 0.985 * x * x * x) * roll * (1.0 - ramp(t - length, 0.11))
        });
        body.collect()
    });
    Audio { channels: sides.into() }
}

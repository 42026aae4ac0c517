//! Hand percussion: shaker and tambourine.

use crate::RATE;
use crate::envelope::{decay, ramp};
use crate::filter::Svf;
use crate::frames;
use crate::modes::{Mode, plate};
use crate::noise::Noise;
use crate::score::groove::Hit;

/// One swing of a shaker: beads that slide, then land.
#[must_use]
pub fn shaker(hit: &Hit, seed: u64) -> Vec<f64> {
    let mut noise = Noise::new(7_000 + seed);
    let push = seed.is_multiple_of(2);
    let mut beads = Svf::new(if push { 7_300.0 } else { 6_200.0 } + 500.0 * noise.white(), 0.9);
    let mut floor = Svf::new(3_600.0, 0.7);
    let slide = 0.022 - 0.008 * hit.velocity;
    (0..frames(0.13))
        .map(|i| {
            let t = i as f64 / RATE;
            let level = 0.35 * ramp(t, slide) + 0.65 * ramp(t - 0.6 * slide, 0.004);
            let fall = decay((t - slide).max(0.0), 0.02 + 0.008 * hit.velocity);
            // Beads are few: the noise is grainy.
            let grain = if noise.white() > 0.35 { noise.white() } else { 0.25 * noise.white() };
            hit.velocity * level * fall * floor.high(beads.band(grain)) * (1.0 - ramp(t - 0.08, 0.05))
        })
        .collect()
}

/// One stroke of a tambourine: a palm on the frame, eight pairs of jingles that go on talking.
#[must_use]
pub fn tambourine(hit: &Hit, seed: u64) -> Vec<f64> {
    let mut noise = Noise::new(7_500 + seed);
    let tau = 0.05 + 0.075 * hit.velocity;
    let mut jingles = plate(28, (4_200.0, 14_500.0), |hz| tau * libm::sqrt(7_000.0 / hz), |_| 0.16, 75);
    let mut edge = Svf::new(6_800.0, 0.8);
    let mut palm = Mode::new(320.0, 0.02, 0.25 * hit.velocity, 0.0);
    let mut second = 0.011 + 0.004 * noise.white();
    second = second.max(0.006);
    (0..frames(0.34))
        .map(|i| {
            let t = i as f64 / RATE;
            let chatter = 0.6 + 0.4 * ramp(t - second, 0.002) - 0.4 * ramp(t - 2.3 * second, 0.02);
            let ring: f64 = jingles.iter_mut().map(Mode::ring).sum();
            let hiss = edge.high(noise.white()) * 0.4 * decay(t, 0.6 * tau);
            let level = ramp(t, 0.001) * hit.velocity * (1.0 - ramp(t - 0.2, 0.14));
            level * (chatter * (ring + hiss) + palm.ring())
        })
        .collect()
}

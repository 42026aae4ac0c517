//! Hand percussion: congas, a rim, a wood block, a shaker.

use crate::RATE;
use crate::buffer::Audio;
use crate::envelope::{decay, ramp};
use crate::filter::Svf;
use crate::frames;
use crate::noise::Noise;
use crate::oscillator::{Phase, sine};
use crate::room::Room;
use crate::score::{SWING, seconds};

const BOOTH: Room = Room { seconds: 0.5, size: 0.38, damping: 5_000.0, wet: 0.2 };

/// A struck body: its modes (ratio, level, seconds), with a downward bend and a slap of noise.
struct Struck<'a> {
    hertz: f64,
    modes: &'a [(f64, f64, f64)],
    bend: f64,
    slap: f64,
    slap_hertz: f64,
}

impl Struck<'_> {
    fn sound(&self, seed: u64) -> Audio {
        let mut noise = Noise::new(seed);
        let mut slap = Svf::new(self.slap_hertz, 0.9);
        let mut phases = vec![Phase::default(); self.modes.len()];
        let body = (0..frames(0.5)).map(|i| {
            let t = i as f64 / RATE;
            let hz = self.hertz * (1.0 + self.bend * decay(t, 0.015));
            let ring: f64 =
                self.modes.iter().zip(&mut phases).map(|(m, p)| m.1 * decay(t, m.2) * sine(p.next(hz * m.0))).sum();
            ramp(t, 0.0004) * (ring + self.slap * slap.band(noise.white()) * decay(t, 0.006))
        });
        BOOTH.around(&Audio::mono(body.collect())).finish(-4.0, 0.05)
    }
}

/// Conga, open tone, tuned to the song's E.
#[must_use]
pub fn conga_high() -> Audio {
    let modes = [(1.0, 1.0, 0.11), (1.59, 0.35, 0.05), (2.14, 0.22, 0.04), (2.65, 0.12, 0.03)];
    Struck { hertz: 329.6, modes: &modes, bend: 0.09, slap: 0.5, slap_hertz: 2_600.0 }.sound(60)
}

/// Tumba, open tone, tuned to the song's A.
#[must_use]
pub fn conga_low() -> Audio {
    let modes = [(1.0, 1.0, 0.15), (1.59, 0.3, 0.06), (2.14, 0.15, 0.04)];
    Struck { hertz: 220.0, modes: &modes, bend: 0.12, slap: 0.35, slap_hertz: 1_700.0 }.sound(61)
}

/// Stick across the rim.
#[must_use]
pub fn rim() -> Audio {
    let modes = [(1.0, 0.9, 0.016), (2.31, 0.7, 0.012), (4.12, 0.5, 0.006)];
    Struck { hertz: 480.0, modes: &modes, bend: 0.02, slap: 1.0, slap_hertz: 3_400.0 }.sound(62)
}

/// Two bars of shaker, mono: a push and a pull for every eighth, no two alike.
#[must_use]
pub fn shaker() -> Audio {
    let mut out = Audio::mono(vec![0.0; frames(seconds(8.0))]);
    let mut player = Noise::new(70);
    for n in 0..32usize {
        let accent = [1.0, 0.28, 0.5, 0.36][n % 4] * (1.0 + 0.15 * player.white());
        let late = if n % 2 == 1 { SWING } else { 0.0 };
        let human = if n == 0 { 0.0 } else { 0.004 * (1.0 + player.white()) };
        let mut noise = Noise::new(700 + n as u64);
        let mut beads = Svf::new(6_400.0 + 500.0 * player.white() + if n % 2 == 0 { 900.0 } else { 0.0 }, 1.1);
        let mut floor = Svf::new(3_500.0, 0.7);
        let swish: Vec<f64> = (0..frames(0.11))
            .map(|i| {
                let t = i as f64 / RATE;
                let level = ramp(t, 0.012) * decay((t - 0.012).max(0.0), 0.022) * (1.0 - ramp(t - 0.07, 0.04));
                accent * level * floor.high(beads.band(noise.white()))
            })
            .collect();
        out.add(frames(seconds(n as f64 * 0.25 + late) + human), &swish, 0.0);
    }
    out.finish(-4.0, 0.01)
}

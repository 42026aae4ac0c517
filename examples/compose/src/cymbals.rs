//! The kit's metal: closed and open hats, the crash.

use crate::RATE;
use crate::buffer::Audio;
use crate::envelope::{decay, ramp};
use crate::filter::Svf;
use crate::frames;
use crate::noise::Noise;
use crate::oscillator::Phase;

/// Six pulses that share no harmonic, as in the drum machines of the 1980s, and noise between them.
struct Metal {
    phases: [Phase; 6],
    noise: Noise,
    hertz: f64,
}

impl Metal {
    fn new(seed: u64, hertz: f64) -> Self {
        let mut noise = Noise::new(seed);
        let phases = std::array::from_fn(|_| Phase(0.5 + 0.5 * noise.white()));
        Self { phases, noise, hertz }
    }

    fn next(&mut self, grit: f64) -> f64 {
        let ratios = [1.0, 1.342, 1.2312, 1.6532, 1.9523, 2.1523];
        let ring: f64 = self.phases.iter_mut().zip(ratios).map(|(p, r)| p.pulse(self.hertz * r, 0.47)).sum();
        ring / 6.0 + grit * self.noise.white()
    }
}

/// A closed hat; `force` 0 … 1 opens it a little and brightens it.
#[must_use]
pub fn closed(force: f64, seed: u64) -> Audio {
    hat(0.018 + 0.022 * force, 0.2, 7_400.0 - 900.0 * force, seed, -4.0)
}

/// An open hat, let ring for a third of a second.
#[must_use]
pub fn open() -> Audio {
    hat(0.15, 0.75, 6_300.0, 77, -4.0)
}

fn hat(tau: f64, length: f64, cut: f64, seed: u64, peak: f64) -> Audio {
    let mut metal = Metal::new(seed, 437.0);
    let mut edge = [Svf::new(cut, 0.75), Svf::new(cut * 0.8, 0.75)];
    let mut shine = Svf::new(9_600.0, 1.1);
    let body = (0..frames(length)).map(|i| {
        let t = i as f64 / RATE;
        let x = metal.next(0.55);
        let x = edge[0].high(x);
        let x = edge[1].high(x);
        (x + 0.6 * shine.band(x)) * (0.8 * decay(t, tau) + 0.35 * decay(t, 0.004)) * ramp(t, 0.0003)
    });
    Audio::mono(body.collect()).finish(peak, 0.02)
}

/// A crash: long, wide and not too bright.
#[must_use]
pub fn crash() -> Audio {
    let sides = [(501, 311.0), (502, 317.0)].map(|(seed, hertz)| {
        let mut metal = Metal::new(seed, hertz);
        let mut edge = Svf::new(2_600.0, 0.7);
        let mut dull = Svf::new(9_000.0, 0.6);
        let body = (0..frames(2.6)).map(|i| {
            let t = i as f64 / RATE;
            dull.tune(5_000.0 + 9_000.0 * decay(t, 0.35), 0.6);
            let x = dull.low(edge.high(metal.next(0.6)));
            x * (0.6 * decay(t, 0.55) + 0.4 * decay(t, 0.08)) * ramp(t, 0.001)
        });
        body.collect()
    });
    Audio { channels: sides.into() }.finish(-5.0, 0.5)
}

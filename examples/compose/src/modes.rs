//! Modes of struck things: sines that die away, each a point that turns and shrinks.

use crate::RATE;
use crate::noise::Noise;

/// One damped sine. It costs four products a frame and no sine.
#[derive(Clone, Copy, Debug)]
pub struct Mode {
    re: f64,
    im: f64,
    turn_re: f64,
    turn_im: f64,
}

impl Mode {
    /// `hz`, falling to 1/e in `tau` seconds, starting at `level` and `phase` turns.
    #[must_use]
    pub fn new(hz: f64, tau: f64, level: f64, phase: f64) -> Self {
        let angle = std::f64::consts::TAU * hz / RATE;
        let shrink = libm::exp(-1.0 / (tau * RATE));
        let start = std::f64::consts::TAU * phase;
        Self {
            re: level * libm::cos(start),
            im: level * libm::sin(start),
            turn_re: shrink * libm::cos(angle),
            turn_im: shrink * libm::sin(angle),
        }
    }

    /// The next frame.
    pub fn ring(&mut self) -> f64 {
        let re = self.re * self.turn_re - self.im * self.turn_im;
        let im = self.re * self.turn_im + self.im * self.turn_re;
        let now = self.im;
        self.re = re;
        self.im = im;
        now
    }
}

/// `count` modes of a thin plate between `low` and `high` Hz: spread evenly, as a plate's are, but not regularly. `tau` and
/// `level` say how each frequency dies and sounds.
pub fn plate(
    count: usize,
    (low, high): (f64, f64),
    tau: impl Fn(f64) -> f64,
    level: impl Fn(f64) -> f64,
    seed: u64,
) -> Vec<Mode> {
    let mut noise = Noise::new(seed);
    let step = (high - low) / count as f64;
    (0..count)
        .map(|n| {
            let hz = low + step * (n as f64 + 0.5 + 0.48 * noise.white());
            let strength = 0.35 + 0.65 * noise.white().abs();
            Mode::new(hz, tau(hz) * (1.0 + 0.3 * noise.white()), level(hz) * strength, 0.5 * noise.white())
        })
        .collect()
}

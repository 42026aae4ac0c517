//! Envelopes as functions of time, in seconds.

/// Falls to 1/e in `tau` seconds.
#[must_use]
pub fn decay(t: f64, tau: f64) -> f64 {
    libm::exp(-t / tau)
}

/// A smooth step: 0 up to `t` = 0, 1 from `length` on, with flat ends.
#[must_use]
pub fn ramp(t: f64, length: f64) -> f64 {
    if t >= length {
        return 1.0;
    }
    let x = (t / length).max(0.0);
    x * x * (3.0 - 2.0 * x)
}

/// Attack, decay, sustain, release: smooth at the ends, exponential in the middle.
#[derive(Clone, Copy, Debug)]
pub struct Adsr {
    /// Seconds from silence to full.
    pub attack: f64,
    /// Time constant of the fall to the sustained level, seconds.
    pub decay: f64,
    /// Level held until the note ends, 0 … 1.
    pub sustain: f64,
    /// Seconds from the note's end to silence.
    pub release: f64,
}

impl Adsr {
    /// The level `t` seconds into a note held for `held` seconds.
    #[must_use]
    pub fn at(&self, t: f64, held: f64) -> f64 {
        let body = self.sustain + (1.0 - self.sustain) * decay((t - self.attack).max(0.0), self.decay);
        let end = 1.0 - ramp(t - held, self.release);
        ramp(t, self.attack) * body * end * end
    }
}

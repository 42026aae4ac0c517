//! Seeded noise.

/// SplitMix64 (Steele, Lea and Flood, “Fast Splittable Pseudorandom Number Generators”, 2014): small, seedable, integers only.
#[derive(Clone, Debug)]
pub struct Noise {
    state: u64,
}

impl Noise {
    /// A generator that makes the same sequence for the same seed.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self { state: seed }
    }

    /// Uniform in −1 … 1.
    pub fn white(&mut self) -> f64 {
        self.state = self.state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.state;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^= z >> 31;
        // 53 bits: every value is exact.
        (z >> 11) as f64 * (2.0 / (1u64 << 53) as f64) - 1.0
    }
}

/// Noise that wanders slowly: white values joined by straight lines. What a hand or a throat does to a pitch.
#[derive(Clone, Debug)]
pub struct Drift {
    noise: Noise,
    from: f64,
    to: f64,
    at: f64,
    step: f64,
}

impl Drift {
    /// A drift that picks `hz` new values a second.
    #[must_use]
    pub fn new(seed: u64, hz: f64) -> Self {
        let mut noise = Noise::new(seed);
        let (from, to) = (noise.white(), noise.white());
        Self { noise, from, to, at: 0.0, step: hz / crate::RATE }
    }

    /// The next frame's value, −1 … 1.
    pub fn wander(&mut self) -> f64 {
        let value = self.from + (self.to - self.from) * self.at;
        self.at += self.step;
        if self.at >= 1.0 {
            self.at -= 1.0;
            self.from = self.to;
            self.to = self.noise.white();
        }
        value
    }
}

//! The trapezoidal state variable filter (Simper 2011) as the laws of the de-esser, the multiband compressor and the
//! dynamic equaliser write it.

/// One filter on one channel.
#[derive(Debug, Clone, Copy)]
pub struct Trapezoid {
    k: f64,
    c1: f64,
    c2: f64,
    c3: f64,
    x1: f64,
    x2: f64,
}

/// What it makes of a frame.
pub struct Outputs {
    /// k·v₁.
    pub band: f64,
    /// v₂.
    pub low: f64,
    /// in − k·v₁ − v₂.
    pub high: f64,
    /// in − 2k·v₁.
    pub all: f64,
}

impl Trapezoid {
    pub fn new(freq: f64, k: f64, rate: f64) -> Self {
        let g = (std::f64::consts::PI * freq / rate).tan();
        let c1 = 1.0 / (1.0 + g * (g + k));
        Self { k, c1, c2: g * c1, c3: g * g * c1, x1: 0.0, x2: 0.0 }
    }

    pub fn step(&mut self, input: f64) -> Outputs {
        let v3 = input - self.x2;
        let v1 = self.c1 * self.x1 + self.c2 * v3;
        let v2 = self.x2 + self.c2 * self.x1 + self.c3 * v3;
        self.x1 = 2.0 * v1 - self.x1;
        self.x2 = 2.0 * v2 - self.x2;
        let band = self.k * v1;
        Outputs { band, low: v2, high: input - band - v2, all: input - 2.0 * band }
    }

    /// One of the outputs from the first frame to the last.
    pub fn whole(mut self, input: &[f64], which: impl Fn(Outputs) -> f64) -> Vec<f64> {
        input.iter().map(|&x| which(self.step(x))).collect()
    }
}

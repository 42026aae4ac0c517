//! Limiting: peaks that all end at one height while the level moves.

/// Steps of 10 ms: how many within 0.3 dB of the largest peak, and the squares of these.
#[derive(Debug, Clone, Default)]
pub(super) struct Pinned {
    peak: f64,
    steps: u64,
    pinned: u64,
    /// Σ and Σ² of 10·log₁₀ of the mean square of those.
    level: [f64; 2],
    /// Steps above a tenth of the peak.
    loud: u64,
}

/// 0.3 dB.
const NEAR: f64 = 0.966;

/// What was limited.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Limited {
    /// Of the loud steps of 10 ms, the share whose peak is at the ceiling.
    pub(crate) share: f64,
    pub(crate) ceiling: f64,
}

impl Pinned {
    pub(super) fn step(&mut self, samples: &[f64]) {
        let peak = stemwright_simd::peak(samples);
        self.steps += 1;
        if peak > self.peak {
            // What was near another ceiling was near none.
            if peak * NEAR > self.peak {
                (self.pinned, self.level) = (0, [0.0; 2]);
            }
            if peak * 0.1 > self.peak {
                self.loud = 0;
            }
            self.peak = peak;
        }
        if peak > 0.1 * self.peak {
            self.loud += 1;
        }
        if peak >= NEAR * self.peak && peak > 0.0 {
            self.pinned += 1;
            let square: f64 = samples.iter().map(|x| x * x).sum::<f64>() / samples.len() as f64;
            let level = 10.0 * libm::log10(square + 1e-30);
            self.level[0] += level;
            self.level[1] += level * level;
        }
    }

    /// A tone has its peaks at one height too, but one level as well.
    pub(super) fn finish(&self) -> Option<Limited> {
        let count = self.pinned as f64;
        let share = count / self.loud.max(1) as f64;
        let mean = self.level[0] / count.max(1.0);
        let spread = (self.level[1] / count.max(1.0) - mean * mean).max(0.0).sqrt();
        (self.pinned >= 100 && share > 0.2 && spread > 1.0).then_some(Limited { share, ceiling: self.peak })
    }
}

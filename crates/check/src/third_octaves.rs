//! The bands of IEC 61260-1.

use serde::Serialize;

/// The level in one third of an octave.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Band {
    /// The nominal mid-band frequency in Hz.
    pub hz: f64,
    /// Its power in dBFS (0 is a full-scale constant, −3.01 a full-scale sine).
    pub dbfs: f64,
}

/// Nominal frequencies (IEC 61260-1, annex E) from 20 Hz on.
const NOMINAL: [f64; 31] = [
    20.0, 25.0, 31.5, 40.0, 50.0, 63.0, 80.0, 100.0, 125.0, 160.0, 200.0, 250.0, 315.0, 400.0, 500.0, 630.0, 800.0,
    1000.0, 1250.0, 1600.0, 2000.0, 2500.0, 3150.0, 4000.0, 5000.0, 6300.0, 8000.0, 10_000.0, 12_500.0, 16_000.0,
    20_000.0,
];

/// The bands that lie below half a rate.
pub(crate) struct Thirds {
    half: f64,
}

impl Thirds {
    pub(crate) fn new(rate: f64) -> Self {
        Self { half: rate / 2.0 }
    }

    /// The bands that hold something, of what lies between two frequencies. Mid-band frequencies are 1000·10^(n/10) (base ten, section
    /// 5.4), edges a factor of 10^(1/20) away.
    pub(crate) fn bands(&self, power: impl Fn(f64, f64) -> f64) -> Vec<Band> {
        let edge = libm::pow(10.0, 0.05);
        let mut bands = Vec::new();
        for (n, hz) in NOMINAL.into_iter().enumerate() {
            let middle = 1000.0 * libm::pow(10.0, (n as f64 - 17.0) / 10.0);
            if middle / edge >= self.half {
                break;
            }
            let power = power(middle / edge, (middle * edge).min(self.half));
            if power > 0.0 {
                let dbfs = (1000.0 * libm::log10(power)).round() / 100.0;
                bands.push(Band { hz, dbfs });
            }
        }
        bands
    }
}

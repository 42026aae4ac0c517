//! The de-esser.

use crate::Db;

/// A de-esser: a bell whose cut follows the level of its own band. One gain for all channels.
///
/// # Law
/// * B is the band-pass of the trapezoidal state variable filter (Simper 2011) with G = tan(π·freq/rate), k = 1/q,
///   gain 1 at freq: c₁ = 1/(1 + G(G + k)), c₂ = G·c₁, c₃ = G·c₂; for each frame v₃ = in − x₂; v₁ = c₁x₁ + c₂v₃;
///   v₂ = x₂ + c₂x₁ + c₃v₃; x₁ ← 2v₁ − x₁; x₂ ← 2v₂ − x₂; B(in) = k·v₁.
/// * Level e: the largest |B(input)| of the channels; x = 20·log10(e); wanted reduction
///   r = min(range, max(0, (1 − 1/ratio)·(x − threshold))).
/// * Ballistics: y ← α·y + (1 − α)·r with α = exp(−1/(seconds·rate)) (0 where seconds is 0) of the attack where r > y,
///   else of the release.
/// * out = input − (1 − 10^(−y/20))·B(input): a bell of y dB of cut at freq.
///
/// Between grid frames: threshold, 1 − 1/ratio.
#[derive(Debug, Clone, PartialEq)]
pub struct DeEsser {
    /// Hz, 500 to 0.45 of the rate.
    pub freq: f64,
    /// 0.3…5.
    pub q: f64,
    /// Of the band, dBFS, −80…0.
    pub threshold: Db,
    /// 1 to ∞.
    pub ratio: f64,
    /// The deepest cut in dB, 0…40.
    pub range: f64,
    /// Seconds, 0…1.
    pub attack: f64,
    /// Seconds, 0…10.
    pub release: f64,
}

impl Default for DeEsser {
    /// 6.5 kHz, Q 1, −30 dBFS, 4:1, at most 12 dB, 0.5 ms, 60 ms.
    fn default() -> Self {
        Self { freq: 6500.0, q: 1.0, threshold: Db(-30.0), ratio: 4.0, range: 12.0, attack: 0.0005, release: 0.060 }
    }
}

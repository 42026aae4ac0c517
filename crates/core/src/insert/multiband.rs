//! The multiband compressor.

use crate::{Db, Key};

/// A multiband compressor: two to five bands, each with a compressor of its own. One gain for all channels in each band.
///
/// # Law
/// * The filters are trapezoidal state variable filters (Simper 2011) with G = tan(π·freq/rate) and k = √2: c₁ = 1/(1 + G(G + k)),
///   c₂ = G·c₁, c₃ = G·c₂; for each frame v₃ = in − x₂; v₁ = c₁x₁ + c₂v₃; v₂ = x₂ + c₂x₁ + c₃v₃; x₁ ← 2v₁ − x₁;
///   x₂ ← 2v₂ − x₂. Its low-pass is L(in) = v₂, its high-pass H(in) = in − k·v₁ − v₂, its all-pass A(in) = in − 2k·v₁.
/// * Bands, with the crossovers 1…N−1 from the lowest: r₀ = input; for each crossover j in turn band j is Lⱼ(Lⱼ(rⱼ₋₁))
///   and rⱼ is Hⱼ(Hⱼ(rⱼ₋₁)); the last band, N, is the last r. (24 dB/octave: Linkwitz & Riley, *Active Crossover
///   Networks for Noncoincident Drivers*, JAES 24(1), 1976.) Then each band j goes through Aⱼ₊₁, Aⱼ₊₂ … of the last
///   crossover, which bring its phase to that of the bands above it. So the bands add up to A₁(A₂(…(input))): all-pass.
/// * Each band's level e is the largest magnitude of its channels in the input or, where there is a key, in the key, which
///   is split in the same way. x = 20·log10(e); wanted reduction r as in [`Compressor`](crate::Compressor), with the band's T, W and
///   ratio; *branching* ballistics as there: y ← α·y + (1 − α)·r with α = exp(−1/(seconds·rate)) (0 where seconds is 0) of
///   the attack where r > y, else of the release.
/// * g = 10^((makeup − y)/20); 1 for a band that is bypassed.
/// * out = the sum over all bands, from the lowest, of band·(1 − mix + mix·g).
///
/// The crossovers do not move. Between grid frames: each band's T, 1 − 1/ratio and makeup (in dB); mix.
#[derive(Debug, Clone, PartialEq)]
pub struct Multiband {
    /// Hz, rising, 20 Hz to 0.45 of the rate: one less than there are bands, one to four.
    pub crossovers: Vec<f64>,
    /// From the lowest.
    pub bands: Vec<CompressorBand>,
    /// 1 is all compressed; less is parallel compression.
    pub mix: f64,
    /// What it listens to, if not itself.
    pub key: Option<Key>,
}

/// One band of a multiband compressor.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CompressorBand {
    /// dBFS, −80…+20.
    pub threshold: Db,
    /// 1 to ∞.
    pub ratio: f64,
    /// Width of the knee in dB, 0…40.
    pub knee: f64,
    /// Seconds, 0…1.
    pub attack: f64,
    /// Seconds, 0…10.
    pub release: f64,
    /// Gain after it, −40…+40 dB.
    pub makeup: Db,
    /// The band passes with its level as it is.
    pub bypass: bool,
}

impl Default for CompressorBand {
    /// −24 dBFS, 2:1, knee 6 dB, 10 ms, 120 ms.
    fn default() -> Self {
        Self {
            threshold: Db(-24.0),
            ratio: 2.0,
            knee: 6.0,
            attack: 0.010,
            release: 0.120,
            makeup: Db::ZERO,
            bypass: false,
        }
    }
}

//! The dynamic equaliser.

use crate::{Db, Key};

/// A dynamic equaliser: one to eight bells and shelves in series, whose gain follows the level of their own band. One
/// gain for all channels in each band.
///
/// # Law
/// * Each band has the trapezoidal state variable filter (Simper 2011) with G = tan(π·freq/rate), k = 1/q: c₁ = 1/(1 + G(G + k)),
///   c₂ = G·c₁, c₃ = G·c₂; for each frame v₃ = in − x₂; v₁ = c₁x₁ + c₂v₃; v₂ = x₂ + c₂x₁ + c₃v₃; x₁ ← 2v₁ − x₁;
///   x₂ ← 2v₂ − x₂. Its band-pass is B(in) = k·v₁, its low-pass L(in) = v₂, its high-pass H(in) = in − k·v₁ − v₂.
/// * F is B for a bell, L for a low shelf, H for a high shelf. Level e: the largest |F(in)| of the channels, where in is
///   the band's own input (what the band before it gives); where there is a key, the largest |F(key)| of the key's channels,
///   from filters of its own, each band hearing the key as it is.
/// * x = 20·log10(e); wanted change w = ±min(|range|, max(0, (1 − 1/ratio)·(x − threshold))), with the sign of the range.
/// * Ballistics: y ← α·y + (1 − α)·w with α = exp(−1/(seconds·rate)) (0 where seconds is 0) of the attack where
///   |w| > |y|, else of the release; at first y = 0.
/// * m = 10^(y/40). Bell: out = in + (m² − 1)·B(in). Shelves: out = in + (m² − 1)·F(in) + (m − 1)·B(in).
///
/// So a band is y dB at the centre of its bell, and y dB far beyond the corner of its shelf; poles stay where they are
/// and only zeros move: to freq·m for the low shelf, to freq/m for the high one, of the same q.
///
/// Between grid frames: each band's threshold, 1 − 1/ratio and range.
#[derive(Debug, Clone, PartialEq)]
pub struct DynamicEq {
    /// In order.
    pub bands: Vec<DynamicBand>,
    /// What all bands listen to, if not to their own input.
    pub key: Option<Key>,
}

/// One band of a dynamic equaliser.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct DynamicBand {
    /// What it does.
    pub kind: DynamicKind,
    /// Corner or centre in Hz, 20 Hz to 0.45 of the rate.
    pub freq: f64,
    /// 0.2…10.
    pub q: f64,
    /// Of the band, dBFS, −80…0.
    pub threshold: Db,
    /// 1 to ∞.
    pub ratio: f64,
    /// The largest change in dB, −30…+30: down or up while the band is over the threshold.
    pub range: f64,
    /// Seconds, 0…1.
    pub attack: f64,
    /// Seconds, 0…10.
    pub release: f64,
}

impl DynamicBand {
    /// A band that turns down: Q 1 (shelves 1/√2), −30 dBFS, 3:1, at most 12 dB, 5 ms, 100 ms.
    pub fn new(kind: DynamicKind, freq: f64) -> Self {
        let q = if kind == DynamicKind::Bell { 1.0 } else { std::f64::consts::FRAC_1_SQRT_2 };
        Self { kind, freq, q, threshold: Db(-30.0), ratio: 3.0, range: -12.0, attack: 0.005, release: 0.100 }
    }
}

/// The kinds of band of a dynamic equaliser.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DynamicKind {
    /// Peak or dip.
    Bell,
    /// Up or down below the corner.
    LowShelf,
    /// Up or down above the corner.
    HighShelf,
}

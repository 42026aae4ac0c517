//! The parametric equaliser.

use crate::Db;

/// A parametric equaliser: its bands in series, each of one or two second-order sections.
///
/// # Law
/// Each section is a two-pole filter whose poles are those of the analogue prototype mapped by z = exp(s/rate)
/// (impulse invariance), and whose zeros match the analogue magnitude (Vicanek, *Matched Second Order Digital
/// Filters*, 2016). With w = 2π·freq/rate, q = 1/(2Q), poles: 1 + a₁z⁻¹ + a₂z⁻² with a₂ = e^(−2qw) and
/// a₁ = −2e^(−qw)·cos(w√(1−q²)), or −2e^(−qw)·cosh(w√(q²−1)) for q > 1. Written with the gain at DC, at Nyquist
/// and one more condition (|H(f)|² is the analogue prototype's):
///
/// | kind | H(1) | H(−1) | further |
/// |---|---|---|---|
/// | high-pass | 0 | from \|H(freq)\| = Q | a double zero at DC |
/// | low-pass | 1 | from \|H(freq)\| = Q | b₂ = 0 |
/// | bell of gain G | 1 | follows | \|H(freq)\| = G, and \|H\| has its extremum there; poles: Q·√G in place of Q (so that −G undoes +G) |
/// | shelves | gain at DC | follows | \|H(freq)\| and \|H(freq/2)\| are the prototype's |
///
/// The shelves' prototypes, A = 10^(gain/40): low A·(s²+(√A/Q)s+A)/(As²+(√A/Q)s+1), so poles at freq/√A;
/// high A·(As²+(√A/Q)s+1)/(s²+(√A/Q)s+A), so poles at freq·√A; Q as given. A pole frequency above
/// 0.98π/√(1−q²) (radians per frame, q < 1) is taken as that.
/// Where no real zeros meet all conditions, a negative radicand (of H(−1) or of b₀ − b₂) counts as 0.
///
/// (Vicanek takes the shelves' third condition at half the rate. Near it that has no solution, and asking for the nearest
/// leaves a hole of 38 dB in a shelf of 12 dB at 16 kHz; an octave below the corner nothing is lost.)
///
/// A slope of 24 dB/octave is two sections with Q 0.541196100146197 and 1.306562964876377 (Butterworth).
///
/// # Form
/// The trapezoidal state variable filter (Simper 2011), low in noise at low frequencies. With s₀ = 1+a₁+a₂,
/// s₁ = 1−a₁+a₂: c₁ = s₁/4, c₂ = √(s₀s₁)/4, c₃ = s₀/4 and for each frame, from the states x₁, x₂:
/// v₃ = in − x₂; v₁ = c₁x₁ + c₂v₃; v₂ = x₂ + c₂x₁ + c₃v₃; x₁ ← 2v₁ − x₁; x₂ ← 2v₂ − x₂;
/// out = m₀·in + m₁v₁ + m₂v₂, where m₀ = H(−1), m₂ = H(1) − H(−1), m₁ = 2(b₀−b₂)/√(s₀s₁) − k·H(−1),
/// k = 2(1−a₂)/√(s₀s₁), b₀ ≥ b₂.
/// Between grid frames: c₁, c₂, c₃, m₀, m₁, m₂.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Eq {
    /// In order.
    pub bands: Vec<Band>,
}

/// One band of an EQ.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Band {
    /// What it does.
    pub kind: BandKind,
    /// Corner or centre in Hz, 5 Hz to 0.49 of the rate.
    pub freq: f64,
    /// Of bells and shelves, ±40 dB. Other kinds ignore it.
    pub gain: Db,
    /// 0.1 to 40; 1/√2 unless said. Slopes of 24 dB/octave ignore it.
    pub q: f64,
}

/// The kinds of EQ band.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BandKind {
    /// Peak or dip.
    Bell,
    /// Up or down below the corner.
    LowShelf,
    /// Up or down above the corner.
    HighShelf,
    /// 12 or 24 dB/octave below the corner.
    HighPass {
        /// Two sections instead of one.
        steep: bool,
    },
    /// 12 or 24 dB/octave above the corner.
    LowPass {
        /// Two sections instead of one.
        steep: bool,
    },
}

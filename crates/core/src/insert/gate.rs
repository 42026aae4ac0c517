//! The gate and expander.

use crate::{Db, Key};

/// A gate or downward expander with hysteresis and hold. One gain for all channels.
///
/// # Law
/// * It hears the key (or, without one, its own input), each channel through a high-pass and then a low-pass of
///   12 dB/octave ([EQ](struct@crate::Eq)'s, Q 1/√2) where they are set.
/// * Envelope: e\[n\] = max(the largest |x| of the channels, exp(−1/(0.010·rate))·e\[n−1\]); x = 20·log10(max(e, 10⁻¹⁵)).
/// * Decision, closed at first: where x ≥ threshold it opens. While it is open, each frame with x ≥ threshold − hysteresis
///   (that one included which opened it) sets the frames left to round(hold·rate); a frame with less takes one off, or
///   closes it where none is left.
/// * Wanted reduction in dB: r = 0 where it is open, else min(range, (ratio − 1)·(threshold − x)). The range counts as
///   at most 160·(ratio − 1), so that silence always asks for all of it.
/// * Ballistics: y ← α·y + (1 − α)·r with α = exp(−1/(seconds·rate)) (0 where seconds is 0) of the attack where r < y,
///   else of the release; at first y is the range.
/// * out\[n\] = input\[n\]·10^(−y\[n+A\]/20) with a look-ahead of A = round(look-ahead·rate) frames.
///
/// Between grid frames: threshold.
///
/// The latency is A frames.
#[derive(Debug, Clone, PartialEq)]
pub struct Gate {
    /// dBFS, −100…0.
    pub threshold: Db,
    /// 1 to ∞: an expander below ∞.
    pub ratio: f64,
    /// The largest reduction in dB, 0…150.
    pub range: f64,
    /// How far under the threshold it stays open, dB, 0…40.
    pub hysteresis: f64,
    /// Seconds, 0…1.
    pub attack: f64,
    /// Seconds, 0…10.
    pub hold: f64,
    /// Seconds, 0…10.
    pub release: f64,
    /// Seconds, 0…0.02.
    pub look_ahead: f64,
    /// What it listens to, if not itself.
    pub key: Option<Key>,
    /// Hz.
    pub key_high_pass: Option<f64>,
    /// Hz.
    pub key_low_pass: Option<f64>,
}

impl Gate {
    /// A gate: −40 dBFS, 80 dB, hysteresis 4 dB, 1 ms, hold 20 ms, release 100 ms.
    pub fn hard() -> Self {
        Self {
            threshold: Db(-40.0),
            ratio: f64::INFINITY,
            range: 80.0,
            hysteresis: 4.0,
            attack: 0.001,
            hold: 0.020,
            release: 0.100,
            look_ahead: 0.0,
            key: None,
            key_high_pass: None,
            key_low_pass: None,
        }
    }

    /// An expander: −40 dBFS, 2:1, at most 24 dB, no hysteresis, no hold.
    pub fn expander() -> Self {
        Self { ratio: 2.0, range: 24.0, hysteresis: 0.0, hold: 0.0, ..Self::hard() }
    }
}

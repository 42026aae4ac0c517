//! The limiter.

use crate::Db;

/// A true-peak look-ahead limiter. One gain for all channels.
///
/// # Law
/// * w = gain · input; v = (gain/ceiling) · input, both as factors.
/// * True peak (ITU-R BS.1770-5, Annex 2, with 16-fold oversampling by
///   [`PEAK_HALF_BANDS`](crate::PEAK_HALF_BANDS) at every rate, as at [`HALF_BANDS`](crate::HALF_BANDS)):
///   P\[n\] is the largest magnitude of all channels of v, oversampled, on the 17 points from n − ½ to n + ½.
/// * Wanted reduction in dB: R\[n\] = max(0, 20·log10(P\[n\])), counted as at most 240.
/// * Look-ahead of A = max(8, round(look-ahead·rate)) frames: H\[n\] = max(R\[n\] … R\[n+A\]).
/// * Release: E\[n\] = max(H\[n\], α·E\[n−1\]), α = exp(−1/(release·rate)) (0 where release is 0).
/// * Smoothing by two means, together A + 1 frames long: with B = ⌊A/2⌋ and C = A − B,
///   F\[n\] = mean(E\[n−B\] … E\[n\]) and G\[n\] = mean(F\[n−C\] … F\[n\]). Every E in it covers n, so G\[n\] ≥ R\[n\]: what
///   is above the ceiling is brought down to it, whatever comes (look-ahead and smoothing as in Giannoulis, Massberg &
///   Reiss, *Digital Dynamic Range Compressor Design*, JAES 60(6), 2012, section 2; Lemire, *Streaming maximum-minimum filter*,
///   2006).
/// * out\[n\] = w\[n\]·10^(−G\[n\]/20).
///
/// Between grid frames: the factors gain and gain/ceiling.
///
/// The latency is A + 166 frames.
#[derive(Debug, Clone, PartialEq)]
pub struct Limiter {
    /// The highest true peak, dBTP, −40…0.
    pub ceiling: Db,
    /// Gain before it, −20…+40 dB.
    pub gain: Db,
    /// Seconds, 0.00025…0.02. With less the gain itself would make peaks between the samples.
    pub look_ahead: f64,
    /// Seconds, 0…10.
    pub release: f64,
}

impl Default for Limiter {
    /// −1 dBTP, look-ahead 2 ms, release 80 ms.
    fn default() -> Self {
        Self { ceiling: Db(-1.0), gain: Db::ZERO, look_ahead: 0.002, release: 0.080 }
    }
}

//! log2 and exp2 for gain computers: polynomials of our own, the same bits everywhere, with their errors stated.

use std::f64::consts::{LN_2, LOG2_E, LOG10_2, SQRT_2};

/// log2 of a positive normal number, within 6·10⁻¹⁶·max(1, |result|).
///
/// With x = 2ᵉ·m, √½ ≤ m < √2, and z = (m−1)/(m+1): log2(m) = 2·log2(e)·(z + z³/3 + z⁵/5 + …); |z| < 0.1716, so what
/// follows z²¹/21 is below 10⁻¹⁷.
#[inline(always)]
pub fn log2(x: f64) -> f64 {
    debug_assert!(x.is_normal() && x > 0.0);
    log2_of_any(x)
}

/// [`log2`], and some number or other for what has none, so that a loop over many needs no branch.
#[inline(always)]
pub(crate) fn log2_of_any(x: f64) -> f64 {
    let bits = x.to_bits();
    // The exponent as a number, without a conversion that few processors have for vectors: 2⁵² + e − (2⁵² + 1023).
    let exponent = f64::from_bits((bits >> 52) | 0x4330_0000_0000_0000) - 4_503_599_627_371_519.0;
    let m = f64::from_bits((bits & 0x000f_ffff_ffff_ffff) | 0x3ff0_0000_0000_0000);
    let high = m >= SQRT_2;
    let (m, exponent) = if high { (m * 0.5, exponent + 1.0) } else { (m, exponent) };
    let z = (m - 1.0) / (m + 1.0);
    let zz = z * z;
    let mut sum = 1.0 / 21.0;
    for divisor in [19.0, 17.0, 15.0, 13.0, 11.0, 9.0, 7.0, 5.0, 3.0, 1.0] {
        sum = sum * zz + 1.0 / divisor;
    }
    exponent + (2.0 * LOG2_E) * z * sum
}

/// The level in dB of an amplitude that is not negative; silence is as loud as the smallest normal number.
#[inline(always)]
pub(crate) fn level(amplitude: f64) -> f64 {
    20.0 * LOG10_2 * log2_of_any(if amplitude < f64::MIN_POSITIVE { f64::MIN_POSITIVE } else { amplitude })
}

/// 2ˣ for −1000 ≤ x ≤ 1000 (clamped outside), within 4·10⁻¹⁶ of the result; exactly 1 at 0.
///
/// With n the nearest integer and f = x − n: 2ⁿ·exp(f·ln 2), by its Taylor series; |f·ln 2| < 0.3466, so what follows
/// the 13th power is below 10⁻¹⁷.
#[inline(always)]
pub fn exp2(x: f64) -> f64 {
    let x = x.clamp(-1000.0, 1000.0);
    let nearest = nearest(x);
    let f = (x - nearest) * LN_2;
    let mut sum = 1.0 / 6_227_020_800.0;
    for factorial in
        [479_001_600.0, 39_916_800.0, 3_628_800.0, 362_880.0, 40_320.0, 5_040.0, 720.0, 120.0, 24.0, 6.0, 2.0, 1.0, 1.0]
    {
        sum = sum * f + 1.0 / factorial;
    }
    // The whole number stands in the lower bits, above them what is shifted out.
    sum * f64::from_bits(((nearest + WHOLE).to_bits().wrapping_add(1023)) << 52)
}

/// 1.5·2⁵²: added to a number below 2⁵¹, it leaves the nearest whole number in the lower bits, halves to even.
const WHOLE: f64 = 6_755_399_441_055_744.0;

/// `f64::round` of a number below 2⁵¹, halves away from zero, in operations that every processor has for vectors.
#[inline(always)]
fn nearest(x: f64) -> f64 {
    let even = (x + WHOLE) - WHOLE;
    let rest = x - even;
    let up = if (rest == 0.5) & (x > 0.0) { 1.0 } else { 0.0 };
    let down = if (rest == -0.5) & (x < 0.0) { 1.0 } else { 0.0 };
    even + up - down
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Against libm's, whose own error is below 1 ulp.
    #[test]
    fn polynomials_keep_the_errors_that_they_state() {
        let (mut log_error, mut exp_error) = (0.0f64, 0.0f64);
        for i in 0..400_000 {
            let x = libm::exp2(-60.0 + f64::from(i) * 0.000_3);
            log_error = log_error.max((log2(x) - libm::log2(x)).abs() / libm::log2(x).abs().max(1.0));
            let y = -40.0 + f64::from(i) * 0.000_2;
            exp_error = exp_error.max((exp2(y) / libm::exp2(y) - 1.0).abs());
        }
        assert!(log_error < 6e-16 && exp_error < 4e-16, "log2 {log_error:e}, exp2 {exp_error:e}");
        for i in 0..2_000_000 {
            let x = f64::from(i) * 0.000_5 - 500.0;
            let (below, above) = (x.next_down(), x.next_up());
            for x in [below, x, above] {
                assert_eq!(nearest(x), x.round(), "{x}");
            }
        }
        assert_eq!(exp2(0.0), 1.0);
        assert_eq!(log2(1.0), 0.0);
        assert_eq!(exp2(f64::NEG_INFINITY), exp2(-1000.0));
    }
}

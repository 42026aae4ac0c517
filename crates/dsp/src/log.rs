//! log2 and exp2 for gain computers: polynomials of our own, the same bits everywhere, with their errors stated.

use std::f64::consts::{LN_2, LOG2_E, LOG10_2, SQRT_2};
use std::hint::black_box;

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
    let (exponent, z) = parts(x);
    let zz = z * z;
    let [mut sum, ref others @ ..] = ODD_PARTS;
    for part in others {
        sum = sum * zz + part;
    }
    exponent + (2.0 * LOG2_E) * z * sum
}

/// e, at best, and z of [`log2`].
#[inline(always)]
fn parts(x: f64) -> (f64, f64) {
    let bits = x.to_bits();
    // The exponent as a number, without a conversion that few processors have for vectors: 2⁵² + e − (2⁵² + 1023).
    let exponent = f64::from_bits((bits >> 52) | 0x4330_0000_0000_0000) - 4_503_599_627_371_519.0;
    let m = f64::from_bits((bits & 0x000f_ffff_ffff_ffff) | 0x3ff0_0000_0000_0000);
    let high = m >= SQRT_2;
    let (m, exponent) = if high { (m * 0.5, exponent + 1.0) } else { (m, exponent) };
    (exponent, (m - 1.0) / (m + 1.0))
}

/// 1/21, 1/19, …, 1.
static ODD_PARTS: [f64; 11] = {
    let (mut parts, mut n) = ([0.0; 11], 0);
    while n < parts.len() {
        parts[n] = 1.0 / (21 - 2 * n) as f64;
        n += 1;
    }
    parts
};

/// 1/13!, 1/12!, …, 1/0!.
static INVERSE_FACTORIALS: [f64; 14] = {
    let (mut inverses, mut factorial, mut n) = ([1.0; 14], 1.0, 1);
    while n < inverses.len() {
        factorial *= n as f64;
        inverses[13 - n] = 1.0 / factorial;
        n += 1;
    }
    inverses
};

/// `sum = sum·x + c`, for one coefficient after the other, of many numbers side by side.
///
/// Each step waits for the one before it, so the numbers must go step by step together. Compilers unroll the loop over
/// the coefficients if they know them, and then put all steps of some numbers before those of the next: further apart than
/// a processor looks ahead. So they are kept from them.
#[inline(always)]
fn together<const N: usize>(x: &[f64; N], coefficients: &[f64]) -> [f64; N] {
    let mut sum = [0.0; N];
    let [first, others @ ..] = black_box(coefficients) else { return sum };
    sum.fill(*first);
    for coefficient in others {
        for n in 0..N {
            sum[n] = sum[n] * x[n] + coefficient;
        }
    }
    sum
}

/// [`log2_of_any`] of each.
#[inline(always)]
pub(crate) fn log2_of_all<const N: usize>(x: &[f64; N]) -> [f64; N] {
    let (mut exponents, mut z, mut squares) = ([0.0; N], [0.0; N], [0.0; N]);
    for n in 0..N {
        (exponents[n], z[n]) = parts(x[n]);
        squares[n] = z[n] * z[n];
    }
    let mut logs = together(&squares, &ODD_PARTS);
    for n in 0..N {
        logs[n] = exponents[n] + (2.0 * LOG2_E) * z[n] * logs[n];
    }
    logs
}

/// [`exp2()`] of each.
#[inline(always)]
pub(crate) fn exp2_of_all<const N: usize>(x: &[f64; N]) -> [f64; N] {
    let (mut whole, mut rest) = ([0.0; N], [0.0; N]);
    for n in 0..N {
        let x = x[n].clamp(-1000.0, 1000.0);
        whole[n] = nearest(x);
        rest[n] = (x - whole[n]) * LN_2;
    }
    let mut powers = together(&rest, &INVERSE_FACTORIALS);
    for n in 0..N {
        powers[n] *= power(whole[n]);
    }
    powers
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
    let [mut sum, ref others @ ..] = INVERSE_FACTORIALS;
    for inverse in others {
        sum = sum * f + inverse;
    }
    sum * power(nearest)
}

/// 2 to the power of a whole number.
#[inline(always)]
fn power(whole: f64) -> f64 {
    // The number stands in the lower bits, above them what is shifted out.
    f64::from_bits(((whole + WHOLE).to_bits().wrapping_add(1023)) << 52)
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
        for i in 0..1_000 {
            let x: [f64; 16] = std::array::from_fn(|n| libm::exp2(-60.0 + f64::from(16 * i + n as i32) * 0.007_3));
            let y: [f64; 16] = std::array::from_fn(|n| -1001.0 + f64::from(16 * i + n as i32) * 0.126);
            assert_eq!((log2_of_all(&x), exp2_of_all(&y)), (x.map(log2), y.map(exp2)), "side by side");
        }
        assert_eq!(exp2(0.0), 1.0);
        assert_eq!(log2(1.0), 0.0);
        assert_eq!(exp2(f64::NEG_INFINITY), exp2(-1000.0));
    }
}

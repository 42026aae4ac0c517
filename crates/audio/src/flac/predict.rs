//! What is left of a block when what came before predicts it (RFC 9639, sections 9.2.5 and 9.2.6).

use stemwright_simd::widest;

use super::linear::Predictor;
use super::rice::fold;

/// The highest order of the fixed predictors.
pub(super) const MOST_FIXED: usize = 4;
/// Predictions that are made side by side.
const LANES: usize = 16;
/// What is added to a number and taken away again to round it to a whole one: no bits are left below. The sum's lowest
/// bits are that whole number.
const ROUNDER: f64 = 1.5 * (1u64 << 52) as f64;

/// A sample less what each fixed predictor says, of it and the four before it, the nearest first (section 9.2.5).
#[inline(always)]
fn differences(now: i32, past: [i32; MOST_FIXED]) -> [i32; MOST_FIXED + 1] {
    let [a, b, c, d] = past;
    [now, now - a, now - 2 * a + b, now - 3 * (a - b) - c, now - 4 * (a + c) + 6 * b + d]
}

/// The order of the fixed predictor that leaves least, and about how much that is when it is folded.
pub(super) fn best_fixed(samples: &[i32]) -> (usize, u64) {
    if samples.len() <= 2 * MOST_FIXED {
        return (0, 0);
    }
    let sums = widest(
        #[inline(always)]
        || {
            let mut sums = [0u64; MOST_FIXED + 1];
            for window in samples.windows(MOST_FIXED + 1) {
                let &[d, c, b, a, now] = window else { continue };
                for (sum, difference) in sums.iter_mut().zip(differences(now, [a, b, c, d])) {
                    *sum += u64::from(difference.unsigned_abs());
                }
            }
            sums
        },
    );
    let order = (0..=MOST_FIXED).min_by_key(|order| sums[*order]).unwrap_or(0);
    (order, 2 * sums[order])
}

/// The residual of a fixed predictor, folded, with zeros for the samples before it. Differences of samples of 25 bits
/// have at most 29.
pub(super) fn fixed(samples: &[i32], order: usize, folded: &mut [u32]) {
    folded[..order].fill(0);
    widest(
        #[inline(always)]
        || match order {
            0 => each::<1>(samples, folded, |[now]| now),
            1 => each::<2>(samples, folded, |[a, now]| now - a),
            2 => each::<3>(samples, folded, |[b, a, now]| differences(now, [a, b, 0, 0])[2]),
            3 => each::<4>(samples, folded, |[c, b, a, now]| differences(now, [a, b, c, 0])[3]),
            _ => each::<5>(samples, folded, |[d, c, b, a, now]| differences(now, [a, b, c, d])[4]),
        },
    );
}

#[inline(always)]
fn each<const N: usize>(samples: &[i32], folded: &mut [u32], residual: impl Fn([i32; N]) -> i32) {
    for (folded, window) in folded[N - 1..].iter_mut().zip(samples.windows(N)) {
        if let Some(window) = window.first_chunk() {
            *folded = fold(residual(*window));
        }
    }
}

/// Whether no prediction of samples up to `peak`, and nothing that is left, can be too large for [`linear`] and for the
/// format, whose residuals are less than 2³¹ (section 9.2.7.3).
pub(super) fn is_safe(predictor: &Predictor, peak: u32) -> bool {
    let gain: u64 = predictor.coefficients.iter().map(|coefficient| u64::from(coefficient.unsigned_abs())).sum();
    let prediction = ((gain * u64::from(peak)) >> predictor.shift) + 1;
    prediction + u64::from(peak) < 1 << 31
}

/// The residual of a predictor that [`is_safe`], folded, with zeros for the samples before it.
///
/// Products and sums are whole numbers below 2⁵³ (15 bits times 25 bits, twelve of them), so f64 holds each exactly, and
/// vectors of f64 are faster than those of i64.
pub(super) fn linear(samples: &[i32], exact: &[f64], predictor: &Predictor, folded: &mut [u32]) {
    let order = predictor.coefficients.len();
    let mut weights = [0.0; super::linear::MOST];
    let weights = &mut weights[..order];
    weights.iter_mut().zip(&predictor.coefficients).for_each(|(weight, coefficient)| *weight = f64::from(*coefficient));
    folded[..order].fill(0);
    widest(
        #[inline(always)]
        || {
            let lanes = order + (samples.len() - order) / LANES * LANES;
            for at in (order..lanes).step_by(LANES) {
                predict::<LANES>(samples, exact, weights, predictor.shift, at, folded);
            }
            for at in lanes..samples.len() {
                predict::<1>(samples, exact, weights, predictor.shift, at, folded);
            }
        },
    );
}

/// The residuals from a place on.
#[inline(always)]
fn predict<const N: usize>(samples: &[i32], exact: &[f64], weights: &[f64], shift: u32, at: usize, folded: &mut [u32]) {
    let mut sums = [0.0; N];
    for (before, weight) in weights.iter().enumerate() {
        let past: &[f64; N] = exact[at - 1 - before..].first_chunk().expect("inside the block");
        for lane in 0..N {
            sums[lane] += weight * past[lane];
        }
    }
    let scale = 1.0 / f64::from(1u32 << shift);
    // Rounded to the nearest after almost a half is taken off is rounded down.
    let down = 0.5 - 0.5 * scale;
    let now: &[i32; N] = samples[at..].first_chunk().expect("inside the block");
    let out: &mut [u32; N] = folded[at..].first_chunk_mut().expect("inside the block");
    for lane in 0..N {
        let prediction = (sums[lane] * scale - down + ROUNDER).to_bits() as i32;
        out[lane] = fold(now[lane] - prediction);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::flac::linear::MOST;

    /// As section 9.2.6 has it, in whole numbers.
    fn as_written(samples: &[i32], predictor: &Predictor) -> Vec<u32> {
        let order = predictor.coefficients.len();
        let one = |at: usize| {
            let terms = predictor.coefficients.iter().zip(samples[..at].iter().rev());
            let sum: i64 = terms.map(|(coefficient, sample)| i64::from(*coefficient) * i64::from(*sample)).sum();
            i64::from(samples[at]) - (sum >> predictor.shift)
        };
        let fold = |residual: i64| if residual < 0 { -2 * residual - 1 } else { 2 * residual } as u32;
        (0..samples.len()).map(|at| if at < order { 0 } else { fold(one(at)) }).collect()
    }

    #[test]
    fn predictions_are_those_of_whole_numbers() {
        let mut state = 1u64;
        let mut random = |bits: u32| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state as i64 >> (64 - bits)) as i32
        };
        let mut safe = 0;
        for case in 0..2_000 {
            let (bits, precision) = ([16, 24, 25][case % 3], [13, 15][case % 2]);
            let (order, shift) = (1 + case % MOST, (case / 7 % 16) as u32);
            let coefficients: Vec<i32> = (0..order).map(|_| random(precision) >> (case % 5 * 3)).collect();
            let predictor = Predictor { coefficients, shift, precision };
            // Extremes in a third of the cases, where the sums are largest.
            let extremes = [-(1 << (bits - 1)), (1 << (bits - 1)) - 1];
            let samples: Vec<i32> = (0..order + 1 + case % 100)
                .map(|_| if case % 3 == 0 { extremes[(random(2) & 1) as usize] } else { random(bits) })
                .collect();
            let peak = samples.iter().map(|sample| sample.unsigned_abs()).max().unwrap();
            if !is_safe(&predictor, peak) {
                continue;
            }
            safe += 1;
            let exact: Vec<f64> = samples.iter().map(|sample| f64::from(*sample)).collect();
            let mut folded = vec![7; samples.len()];
            linear(&samples, &exact, &predictor, &mut folded);
            assert_eq!(folded, as_written(&samples, &predictor), "{predictor:?}");
        }
        assert!(safe > 500, "{safe}");
    }

    #[test]
    fn fixed_predictors_are_those_of_the_format() {
        let samples: Vec<i32> = (0..100).map(|n| [(1 << 24) - 1, -(1 << 24), 5, -n][n as usize * 7 % 4]).collect();
        for order in 0..=MOST_FIXED {
            let coefficients = [&[][..], &[1], &[2, -1], &[3, -3, 1], &[4, -6, 4, -1]][order].to_vec();
            let mut folded = vec![7; samples.len()];
            fixed(&samples, order, &mut folded);
            assert_eq!(folded, as_written(&samples, &Predictor { coefficients, shift: 0, precision: 4 }));
        }
    }
}

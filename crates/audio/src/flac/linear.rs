//! Linear prediction (RFC 9639, sections 3.3 and 9.2.6): from a block of samples to whole-numbered coefficients.
//!
//! The same coefficients on every machine: + − × ÷ of IEEE 754 in the order that is written here, and cosines and
//! logarithms from `libm`, which is Rust.

use stemwright_simd::widest;

/// The highest order that is looked at. The format has 32, its streamable subset 12 up to 48 kHz (section 7).
pub(super) const MOST: usize = 12;
/// Sums that run side by side, in an order of our own, so that a compiler can vectorise without changing a bit.
const LANES: usize = 16;
/// Lags whose sums are made in one pass.
const LAGS: usize = 3;
/// Zeros in front of a block, for what lies before its first sample.
const FRONT: usize = MOST.next_multiple_of(LANES);
/// Of the window, how much is slope.
const SLOPE: f64 = 0.7;

/// Σ coefficient·(sample before) · 2^−`shift`, rounded down, is what comes next.
#[derive(Debug, Clone, Default)]
pub(super) struct Predictor {
    /// The first is that of the sample just before.
    pub(super) coefficients: Vec<i32>,
    pub(super) shift: u32,
    /// Bits of a coefficient.
    pub(super) precision: u32,
}

/// What makes predictors, with what it needs for that.
#[derive(Debug, Default)]
pub(super) struct Analysis {
    window: Vec<f64>,
    /// Σ of the window's squares.
    power: f64,
    /// A block under the window.
    seen: Vec<f64>,
}

impl Analysis {
    /// The predictor that seems to make a block smallest, of samples of so many bits.
    pub(super) fn predictor(&mut self, samples: &[f64], bits: u32) -> Option<Predictor> {
        if samples.len() <= 2 * MOST {
            return None;
        }
        self.look(samples.len());
        let Self { window, power, seen } = self;
        let sums = widest(
            #[inline(always)]
            || {
                let inside = seen[FRONT..].iter_mut();
                inside.zip(samples.iter().zip(&*window)).for_each(|(seen, (sample, weight))| *seen = sample * weight);
                autocorrelation(seen)
            },
        );
        let precision = precision(bits);
        let count = samples.len() as f64;
        let mut best = None;
        let mut least = f64::INFINITY;
        each_order(&sums, |coefficients, error| {
            let order = coefficients.len();
            let Some(predictor) = quantise(coefficients, precision) else { return };
            let error = error + lost(coefficients, &predictor, &sums);
            let head = (order as u32 * (bits + precision)) as f64;
            let size = head + bits_of(error / *power) * (count - order as f64);
            if size < least {
                (least, best) = (size, Some(predictor));
            }
        });
        best
    }

    /// Makes the window, where blocks were of another length before: a tapered cosine (Tukey), as Harris has it, "On the
    /// Use of Windows for Harmonic Analysis with the Discrete Fourier Transform" (1978), between whose zeros the samples
    /// are.
    fn look(&mut self, length: usize) {
        if self.window.len() == length {
            return;
        }
        let slope = SLOPE / 2.0 * length as f64;
        let weight = |at: usize| {
            let inside = at.min(length - 1 - at) as f64 + 0.5;
            if inside < slope { 0.5 - 0.5 * libm::cos(std::f64::consts::PI * inside / slope) } else { 1.0 }
        };
        self.window = (0..length).map(weight).collect();
        self.power = self.window.iter().map(|weight| weight * weight).sum();
        self.seen.clear();
        self.seen.resize(FRONT + length.next_multiple_of(LANES), 0.0);
    }
}

/// Bits of a coefficient: what they cost a block, against what a coarse one costs in every sample.
fn precision(bits: u32) -> u32 {
    if bits > 17 { 15 } else { 13 }
}

/// Bits that the Rice code of a residual of such power takes for each number, if it is as music's are, Laplacian: the
/// entropy of that is log₂(e·√2·σ).
fn bits_of(power: f64) -> f64 {
    (0.5 * libm::log2(power * 2.0) + std::f64::consts::LOG2_E).max(1.0)
}

/// Σ xᵢ·xᵢ₋ₗ for the lags l from 0 to [`MOST`].
#[inline(always)]
fn autocorrelation(seen: &[f64]) -> [f64; MOST + 1] {
    let mut sums = [0.0; MOST + 1];
    for first in (0..=MOST).step_by(LAGS) {
        let mut lanes = [[0.0; LANES]; LAGS];
        for at in (FRONT..seen.len()).step_by(LANES) {
            let now: &[f64; LANES] = seen[at..].first_chunk().expect("whole groups");
            for lag in 0..LAGS {
                // The last pass may look one or two lags too far, for nothing.
                let past: &[f64; LANES] = seen[at - first - lag..].first_chunk().expect("whole groups");
                for lane in 0..LANES {
                    lanes[lag][lane] += now[lane] * past[lane];
                }
            }
        }
        for (sum, lanes) in sums[first..].iter_mut().zip(lanes) {
            *sum = lanes.iter().fold(0.0, |sum, lane| sum + lane);
        }
    }
    sums
}

/// The predictors of order 1, 2 … and the power of their errors (Levinson and Durbin, as in Makhoul, "Linear Prediction:
/// A Tutorial Review", 1975, section II D), as far as there is an error left.
fn each_order(sums: &[f64; MOST + 1], mut see: impl FnMut(&[f64], f64)) {
    let mut coefficients = [0.0; MOST];
    let mut error = sums[0];
    for order in 0..MOST {
        let met: f64 = (0..order).map(|at| coefficients[at] * sums[order - at]).sum();
        let reflection = (sums[order + 1] - met) / error;
        let before = coefficients;
        for at in 0..order {
            coefficients[at] = before[at] - reflection * before[order - 1 - at];
        }
        coefficients[order] = reflection;
        error *= 1.0 - reflection * reflection;
        // Also where it is none, because there was no signal.
        if error.is_nan() || error <= 0.0 {
            return;
        }
        see(&coefficients[..=order], error);
    }
}

/// Whole numbers of `precision` bits for the coefficients, each of which takes over what was lost in rounding those
/// before it.
fn quantise(coefficients: &[f64], precision: u32) -> Option<Predictor> {
    let most = coefficients.iter().fold(0.0, |most: f64, coefficient| most.max(coefficient.abs()));
    if most == 0.0 || !most.is_finite() {
        return None;
    }
    // The exponent e, most < 2^e, as IEEE 754 stores it.
    let exponent = (most.to_bits() >> 52) as i32 - 1022;
    let shift = (precision as i32 - 1 - exponent).clamp(0, 15) as u32;
    let scale = f64::from(1 << shift);
    let limit = f64::from(1 << (precision - 1));
    let mut lost = 0.0;
    let coefficients = coefficients.iter().map(|coefficient| {
        let exact = coefficient * scale + lost;
        let rounded = exact.round_ties_even().clamp(-limit, limit - 1.0);
        lost = exact - rounded;
        rounded as i32
    });
    Some(Predictor { coefficients: coefficients.collect(), shift, precision })
}

/// The power that rounding adds to the error: eᵀRe of what the coefficients are off by, R the matrix of autocorrelations.
/// Of signals that are all but known from their past it is most of the error, and then more coefficients make it worse.
fn lost(coefficients: &[f64], predictor: &Predictor, sums: &[f64; MOST + 1]) -> f64 {
    let scale = 1.0 / f64::from(1 << predictor.shift);
    let mut off = [0.0; MOST];
    for ((off, exact), rounded) in off.iter_mut().zip(coefficients).zip(&predictor.coefficients) {
        *off = exact - f64::from(*rounded) * scale;
    }
    let row = |at: usize| (0..coefficients.len()).map(|other| off[other] * sums[at.abs_diff(other)]).sum::<f64>();
    // Never below nothing but by rounding.
    (0..coefficients.len()).map(|at| off[at] * row(at)).sum::<f64>().max(0.0)
}

//! The kernel of the resampler: a Kaiser-windowed sinc, as rows of coefficients, one for each position that an output
//! frame can have between two source frames.
//!
//! J. O. Smith, *Digital Audio Resampling*, CCRMA (the sinc and its cutoff at the lower of the two Nyquist
//! frequencies); J. F. Kaiser, *Nonrecursive digital filter design using the I₀-sinh window function*, ISCAS 1974 (β
//! and the length from the attenuation and the width of the transition).

use std::f64::consts::PI;
use std::sync::{Arc, Mutex, PoisonError};

use stemwright_core::SampleRate;

use super::LANES;

/// β for a stop-band at −160 dB: 0.1102 · (160 − 8.7).
const BETA: f64 = 16.673_26;
/// Half the kernel's length in frames of the lower rate. With β, the transition is 0.088 of the lower Nyquist
/// frequency wide: from 20 kHz to 22 kHz at 44.1 kHz.
const HALF: u64 = 120;
/// The middle of the transition (−6 dB), as thousandths of the lower Nyquist frequency.
const CUTOFF_THOUSANDTHS: u64 = 952;
/// Up to this many coefficients (8 MiB), every row that a ratio needs is computed as it is.
const MOST: u64 = 1 << 20;
/// Otherwise, this many rows for each frame of the lower rate, and values between them by a polynomial of the fifth
/// degree. Its error is at most 225/64/6! · (0.952π/256)⁶ = 1.3·10⁻¹⁴ of the kernel's peak, or −278 dB: next to
/// rounding, so that a ratio such as 44 099 : 48 000 is no worse than 147 : 160.
const ROWS: u64 = 256;
/// The polynomial's nodes before and after the two rows that it works between.
const BESIDE: u64 = 2;
/// How many kernels are remembered: a session has one rate, its files few.
const REMEMBERED: usize = 4;

/// What turns source frames into output frames for one ratio.
pub(super) struct Kernel {
    /// Positions between two source frames that output frames take: L of L/M, the reduced ratio of output to source.
    pub(super) phases: u64,
    /// Positions from one output frame to the next: M of L/M.
    pub(super) step: u64,
    /// Half the length, in source frames: row p weighs the frames `1 − half ..= half` from the one at or before the
    /// output frame, which stands p/L of a frame after it.
    pub(super) half: usize,
    /// One row after another.
    table: Vec<f64>,
    /// `None` where the table has a row for every phase; else how many rows lie between two source frames.
    between: Option<u64>,
}

impl Kernel {
    /// The kernel from one rate to another, computed once while it is in use by a session.
    pub(super) fn shared(from: SampleRate, to: SampleRate) -> Arc<Self> {
        static RECENT: Mutex<Vec<Arc<Kernel>>> = Mutex::new(Vec::new());
        let (phases, step) = ratio(from, to);
        // Held while a kernel is computed (3 ms, at most 0.2 s): whoever waits most likely wants the same.
        let mut recent = RECENT.lock().unwrap_or_else(PoisonError::into_inner);
        let known = recent.iter().position(|kernel| (kernel.phases, kernel.step) == (phases, step));
        let kernel = known.map_or_else(|| Arc::new(Self::new(phases, step)), |at| recent.remove(at));
        recent.truncate(REMEMBERED - 1);
        recent.insert(0, Arc::clone(&kernel));
        kernel
    }

    fn new(phases: u64, step: u64) -> Self {
        // Source frames for each frame of the lower rate, as a fraction.
        let (longer, by) = (step.max(phases), phases);
        // A row is whole groups of lanes.
        let half = (HALF * longer).div_ceil(by).next_multiple_of(LANES as u64 / 2);
        // The zeros of the sinc on each side: a whole number, so that the kernel ends on one and has no step there.
        let zeros = (2 * CUTOFF_THOUSANDTHS * half * by + 1000 * longer) / (2000 * longer);
        let shape = Shape { half, zeros, bessel: bessel_terms() };
        if phases * 2 * half <= MOST {
            let table = shape.rows_of_every_phase(phases);
            return Self { phases, step, half: half as usize, table, between: None };
        }
        // A kernel stretched for a lower rate is smoother in the same measure.
        let between = (ROWS * by).div_ceil(longer);
        let rows = -(BESIDE as i64)..=(between + BESIDE) as i64;
        let table = rows.flat_map(|row| shape.row(row, between)).collect();
        Self { phases, step, half: half as usize, table, between: Some(between) }
    }

    /// How many source frames make an output frame.
    pub(super) fn length(&self) -> usize {
        2 * self.half
    }

    /// The weights for an output frame `phase`/L after a source frame. `space` has [`Self::length`] places, which are
    /// used where the table has no such row.
    pub(super) fn row<'a>(&'a self, phase: u64, space: &'a mut [f64]) -> &'a [f64] {
        let length = self.length();
        let Some(between) = self.between else {
            return &self.table[phase as usize * length..][..length];
        };
        let place = phase * between;
        let first = (place / self.phases) as usize * length;
        let [a, b, c, d, e, f] = quintic((place % self.phases) as f64 / self.phases as f64);
        let mut rows = self.table[first..first + 6 * length].chunks_exact(length);
        let mut next = || &rows.next().expect("six rows were taken")[..length];
        let (ra, rb, rc, rd, re, rf) = (next(), next(), next(), next(), next(), next());
        for (at, weight) in space[..length].iter_mut().enumerate() {
            *weight = ((c * rc[at] + d * rd[at]) + (b * rb[at] + e * re[at])) + (a * ra[at] + f * rf[at]);
        }
        &space[..length]
    }
}

/// L and M: output frames for source frames, reduced.
pub(super) fn ratio(from: SampleRate, to: SampleRate) -> (u64, u64) {
    let (mut a, mut b) = (u64::from(from.hz()), u64::from(to.hz()));
    while b > 0 {
        (a, b) = (b, a % b);
    }
    (u64::from(to.hz()) / a, u64::from(from.hz()) / a)
}

/// The kernel as a function of time.
struct Shape {
    /// Where it ends, in source frames from its middle.
    half: u64,
    /// The zeros of its sinc from its middle to its end.
    zeros: u64,
    bessel: [f64; TERMS],
}

impl Shape {
    fn rows_of_every_phase(&self, phases: u64) -> Vec<f64> {
        let length = 2 * self.half as usize;
        let mut table = Vec::with_capacity(phases as usize * length);
        for phase in 0..phases {
            if 2 * phase > phases {
                // The kernel is even: from the next frame back, this is a row that is already there, to the bit.
                let mirror = (phases - phase) as usize * length;
                table.extend_from_within(mirror..mirror + length);
                let start = table.len() - length;
                table[start..].reverse();
            } else {
                table.extend(self.row(phase as i64, phases));
            }
        }
        table
    }

    /// The weights at `phase`/`phases` of a frame, which may lie a little outside 0 to 1. They add up to 1, so that a
    /// constant remains one.
    fn row(&self, phase: i64, phases: u64) -> Vec<f64> {
        let half = self.half as i64;
        let mut row: Vec<f64> = (1 - half..=half).map(|at| self.at(at * phases as i64 - phase, phases)).collect();
        // From the ends inwards, two by two: a row and its mirror have the same sum.
        let (left, right) = row.split_at(half as usize);
        let sum: f64 = left.iter().zip(right.iter().rev()).map(|(a, b)| a + b).sum();
        row.iter_mut().for_each(|weight| *weight /= sum);
        row
    }

    /// The kernel at `place`/`phases` source frames from its middle.
    fn at(&self, place: i64, phases: u64) -> f64 {
        let place = place.unsigned_abs();
        let end = self.half * phases;
        // Beyond the end the window goes on as the same series, for the polynomial's outer nodes.
        let inside = (end as f64 - place as f64) / end as f64 * ((end + place) as f64 / end as f64);
        let window = self.bessel.iter().rev().fold(0.0, |sum, term| sum * inside + term);
        window * sinc(self.zeros * place, end)
    }
}

/// sin(πx)/(πx) for x = `above`/`below`, whose multiples of π are taken off before anything is rounded.
fn sinc(above: u64, below: u64) -> f64 {
    if above == 0 {
        return 1.0;
    }
    let turn = above % (2 * below);
    let (sign, turn) = if turn < below { (1.0, turn) } else { (-1.0, turn - below) };
    let turn = turn.min(below - turn);
    sign * libm::sin(PI * (turn as f64 / below as f64)) / (PI * (above as f64 / below as f64))
}

const TERMS: usize = 56;

/// I₀(β√v) = Σ (β²/4)ᵏ/(k!)² · vᵏ. Its terms at v = 1 fall below 10⁻¹⁷ of the sum after 41; what scales them drops
/// out when a row is divided by its sum.
fn bessel_terms() -> [f64; TERMS] {
    let mut terms = [1.0; TERMS];
    for k in 1..TERMS {
        let root = BETA / (2.0 * k as f64);
        terms[k] = terms[k - 1] * (root * root);
    }
    terms
}

/// Lagrange's weights of the nodes −2 … 3 for a place 0 ≤ x < 1.
fn quintic(x: f64) -> [f64; 6] {
    let (a, b, c, d, e, f) = (x + 2.0, x + 1.0, x, x - 1.0, x - 2.0, x - 3.0);
    [
        b * c * d * e * f / -120.0,
        a * c * d * e * f / 24.0,
        a * b * d * e * f / -12.0,
        a * b * c * e * f / 12.0,
        a * b * c * d * f / -24.0,
        a * b * c * d * e / 120.0,
    ]
}

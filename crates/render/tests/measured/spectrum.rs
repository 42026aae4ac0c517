//! A Fourier transform, the plain one.

use std::f64::consts::TAU;

/// Frames of a long window: 2.9 Hz between bins.
pub const WINDOW: usize = 16_384;

/// The power of each bin below half the rate, through Hann's window. The length is a power of two.
pub fn powers(samples: &[f64]) -> Vec<f64> {
    let n = samples.len();
    assert!(n.is_power_of_two());
    let hann = |i: usize| 0.5 - 0.5 * (TAU * i as f64 / n as f64).cos();
    let mut re: Vec<f64> = vec![0.0; n];
    let mut im = vec![0.0; n];
    let bits = n.trailing_zeros();
    for (i, x) in samples.iter().enumerate() {
        re[i.reverse_bits() >> (usize::BITS - bits)] = x * hann(i) / n as f64;
    }
    let mut half = 1;
    while half < n {
        let turns: Vec<(f64, f64)> = (0..half).map(|k| (-TAU * k as f64 / (2 * half) as f64).sin_cos()).collect();
        for start in (0..n).step_by(2 * half) {
            for (k, &(sin, cos)) in turns.iter().enumerate() {
                let (a, b) = (start + k, start + k + half);
                let (x, y) = (re[b] * cos - im[b] * sin, re[b] * sin + im[b] * cos);
                (re[b], im[b]) = (re[a] - x, im[a] - y);
                re[a] += x;
                im[a] += y;
            }
        }
        half *= 2;
    }
    (0..n / 2).map(|k| re[k] * re[k] + im[k] * im[k]).collect()
}

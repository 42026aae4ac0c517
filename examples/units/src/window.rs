//! The Kaiser window (Kaiser & Schafer, *On the use of the I₀-sinh window for spectrum analysis*, IEEE Trans. ASSP
//! 28(1), 1980).

use std::f64::consts::PI;

/// I₀ by its series.
pub fn bessel(x: f64) -> f64 {
    let (mut sum, mut term, mut k) = (1.0, 1.0, 1.0);
    while term > 1e-18 * sum {
        term *= x * x / (4.0 * k * k);
        sum += term;
        k += 1.0;
    }
    sum
}

/// At `t` from −1 to 1; 0 beyond.
pub fn kaiser(t: f64, beta: f64) -> f64 {
    if t.abs() >= 1.0 { 0.0 } else { bessel(beta * (1.0 - t * t).sqrt()) / bessel(beta) }
}

/// Over `length` samples.
pub fn window(length: usize, beta: f64) -> Vec<f64> {
    let half = length as f64 / 2.0;
    (0..length).map(|n| kaiser((n as f64 + 0.5) / half - 1.0, beta)).collect()
}

/// sin(πx)/(πx)
pub fn sinc(x: f64) -> f64 {
    if x == 0.0 { 1.0 } else { libm::sin(PI * x) / (PI * x) }
}

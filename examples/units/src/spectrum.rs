//! What is in a signal: a Fourier transform, the sine in it and all the rest.

use crate::window::window;
use std::f64::consts::{PI, TAU};

/// Σ x\[n\]·e^(−2πikn/N) in place; the length is a power of two (Cooley & Tukey, radix 2).
pub fn transform(re: &mut [f64], im: &mut [f64]) {
    let length = re.len();
    assert!(length.is_power_of_two() && im.len() == length, "lengths are powers of two");
    let bits = length.trailing_zeros();
    for i in 1..length {
        let j = i.reverse_bits() >> (usize::BITS - bits);
        if i < j {
            re.swap(i, j);
            im.swap(i, j);
        }
    }
    let turns: Vec<(f64, f64)> = (0..length / 2).map(|k| libm::sincos(-TAU * k as f64 / length as f64)).collect();
    let mut half = 1;
    while half < length {
        let stride = length / 2 / half;
        for start in (0..length).step_by(2 * half) {
            for k in 0..half {
                let ((sin, cos), a, b) = (turns[k * stride], start + k, start + k + half);
                let (x, y) = (re[b] * cos - im[b] * sin, re[b] * sin + im[b] * cos);
                (re[b], im[b]) = (re[a] - x, im[a] - y);
                (re[a], im[a]) = (re[a] + x, im[a] + y);
            }
        }
        half *= 2;
    }
}

/// |X\[k\]|² of a signal, from DC to half the rate.
pub fn energies(signal: &[f64]) -> Vec<f64> {
    let (mut re, mut im) = (signal.to_vec(), vec![0.0; signal.len()]);
    transform(&mut re, &mut im);
    re.iter().zip(&im).take(signal.len() / 2 + 1).map(|(re, im)| re * re + im * im).collect()
}

/// The energy of a signal above a frequency, and all of it, seen through a Kaiser window whose own skirts are 190 dB
/// down. The length is a power of two.
pub fn energy_above(signal: &[f64], freq: f64, rate: f64) -> [f64; 2] {
    let window = window(signal.len(), 20.0);
    let energies = energies(&signal.iter().zip(&window).map(|(x, w)| x * w).collect::<Vec<_>>());
    let first = libm::ceil(freq / rate * signal.len() as f64) as usize;
    [energies[first..].iter().sum(), energies.iter().sum()]
}

/// The first in dB of the second.
pub fn splatter(signal: &[f64], above: f64, rate: f64) -> f64 {
    let [high, all] = energy_above(signal, above, rate);
    10.0 * libm::log10(high / all)
}

/// A band of a signal by weighing its spectrum with [`inside`], silence after it; the length is a power of two.
pub fn band(signal: &[f64], from: f64, to: f64, rate: f64) -> Vec<f64> {
    // What the band's flanks let ring before the signal lands in the silence, and not in its tail.
    let length = 2 * signal.len();
    let (mut re, mut im) = (signal.to_vec(), vec![0.0; length]);
    re.resize(length, 0.0);
    transform(&mut re, &mut im);
    for k in 0..length {
        let inside = inside(k.min(length - k) as f64 * rate / length as f64, from, to);
        re[k] *= inside;
        im[k] *= inside;
    }
    // The inverse: conjugate, transform, divide.
    im.iter_mut().for_each(|x| *x = -*x);
    transform(&mut re, &mut im);
    re.truncate(signal.len());
    re.iter().map(|x| x / length as f64).collect()
}

/// 1 inside a band and 0 outside, with Hann flanks from ¾ to 1¼ of its corners: they ring for a few periods only.
pub fn inside(freq: f64, from: f64, to: f64) -> f64 {
    let edge = |part: f64| {
        let sin = libm::sin((2.0 * part - 1.5).clamp(0.0, 1.0) * PI / 2.0);
        sin * sin
    };
    edge(freq / from) * (1.0 - edge(freq / to))
}

/// |Σ h\[n\]·e^(−iwn)| at `w` radians a frame.
pub fn magnitude(response: &[f64], w: f64) -> f64 {
    let (sin, cos) = libm::sincos(-w);
    let (re, im) =
        response.iter().rev().fold((0.0, 0.0), |(re, im), &h| (re * cos - im * sin + h, re * sin + im * cos));
    libm::hypot(re, im)
}

/// The amplitude of the sine of `turn` turns a frame that fits best, and the RMS of what it leaves.
pub fn fit(signal: &[f64], turn: f64) -> (f64, f64) {
    let wave: Vec<(f64, f64)> = (0..signal.len()).map(|n| libm::sincos(TAU * fraction(turn * n as f64))).collect();
    let (mut ss, mut cc, mut sc, mut sx, mut cx) = (0.0, 0.0, 0.0, 0.0, 0.0);
    for ((s, c), x) in wave.iter().zip(signal) {
        ss += s * s;
        cc += c * c;
        sc += s * c;
        sx += s * x;
        cx += c * x;
    }
    let determinant = ss * cc - sc * sc;
    let (a, b) = ((sx * cc - cx * sc) / determinant, (cx * ss - sx * sc) / determinant);
    let rest: Vec<f64> = wave.iter().zip(signal).map(|((s, c), x)| x - a * s - b * c).collect();
    (libm::hypot(a, b), rms(&rest))
}

/// x without its whole turns.
pub fn fraction(x: f64) -> f64 {
    x - libm::floor(x)
}

/// The root of the mean square.
pub fn rms(signal: &[f64]) -> f64 {
    (signal.iter().map(|x| x * x).sum::<f64>() / signal.len() as f64).sqrt()
}

/// The largest magnitude.
pub fn peak(signal: &[f64]) -> f64 {
    signal.iter().fold(0.0, |most, x| most.max(x.abs()))
}

/// 20·log10 of a factor.
pub fn db(factor: f64) -> f64 {
    20.0 * libm::log10(factor.abs())
}

/// 10^(dB/20)
pub fn factor(db: f64) -> f64 {
    libm::exp10(db / 20.0)
}

/// Frequencies evenly spaced by ratio, both ends included.
pub fn spaced(from: f64, to: f64, count: usize) -> Vec<f64> {
    (0..count).map(|i| from * libm::pow(to / from, i as f64 / (count - 1) as f64)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_transform_is_the_sum_of_its_definition() {
        let signal: Vec<f64> = (0..64).map(|n| libm::sin(f64::from(n * n) * 0.37)).collect();
        let energies = energies(&signal);
        for (k, energy) in energies.iter().enumerate() {
            let direct = magnitude(&signal, TAU * k as f64 / 64.0);
            assert!((energy.sqrt() - direct).abs() < 1e-12, "bin {k}");
        }
    }

    #[test]
    fn a_band_keeps_what_is_in_it_and_nothing_else() {
        let wave =
            |freq: f64| -> Vec<f64> { (0..4096).map(|n| libm::sin(TAU * freq / 48_000.0 * f64::from(n))).collect() };
        let middle = |freq| rms(&band(&wave(freq), 1000.0, 2000.0, 48_000.0)[1500..2524]) * 2.0f64.sqrt();
        assert!((middle(1500.0) - 1.0).abs() < 1e-3, "{}", middle(1500.0));
        assert!(middle(600.0) < 1e-3 && middle(3000.0) < 1e-3);
    }
}

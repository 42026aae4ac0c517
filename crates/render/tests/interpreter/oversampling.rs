//! Up and down by half-band filters, from the law at `stemwright_core::HALF_BANDS`: the convolutions as they are
//! written there. Taps of 0 and samples of 0 are left out; what lies outside the timeline is 0.

use stemwright_core::HALF_BAND_BETA;

/// The odd taps (k, h(k)) of the filter with this D; h(0) is ½.
fn odd_taps(d: usize) -> Vec<(isize, f64)> {
    let d = d as isize;
    let windowed = |k: isize| {
        let sine = if k.rem_euclid(4) == 1 { 1.0 } else { -1.0 }; // of πk/2
        let share = k as f64 / d as f64;
        let window = bessel_i0(HALF_BAND_BETA * (1.0 - share * share).sqrt()) / bessel_i0(HALF_BAND_BETA);
        sine / (std::f64::consts::PI * k as f64) * window
    };
    let taps: Vec<(isize, f64)> = (1 - d..d).filter(|k| k % 2 != 0).map(|k| (k, windowed(k))).collect();
    let c = 0.5 / taps.iter().map(|(_, h)| h).sum::<f64>();
    taps.into_iter().map(|(k, h)| (k, c * h)).collect()
}

/// I₀, the modified Bessel function of the first kind: Σ ((x/2)ᵐ/m!)².
pub fn bessel_i0(x: f64) -> f64 {
    let mut root = 1.0;
    let mut sum = 1.0;
    for m in 1..60 {
        root *= x / 2.0 / f64::from(m);
        sum += root * root;
    }
    sum
}

/// Adds by·from\[n + shift\] to every to\[n\].
fn add_shifted(to: &mut [f64], by: f64, from: &[f64], shift: isize) {
    let to = &mut to[(-shift).max(0) as usize..];
    let from = &from[shift.max(0) as usize..];
    for (to, from) in to.iter_mut().zip(from) {
        *to += by * from;
    }
}

/// Twice the rate: y\[m\] = 2·Σ h(k)·x̂\[m−k\].
fn double(x: &[f64], d: usize) -> Vec<f64> {
    // m = 2n + 1: x̂[2n + 1 − k] is x[n + (1 − k)/2] for odd k. For m = 2n only h(0) meets a sample.
    let mut between = vec![0.0; x.len()];
    for (k, h) in odd_taps(d) {
        add_shifted(&mut between, 2.0 * h, x, (1 - k) / 2);
    }
    x.iter().zip(between).flat_map(|(&on, between)| [on, between]).collect()
}

/// Half the rate: x\[n\] = Σ h(k)·y\[2n−k\].
fn halve(y: &[f64], d: usize) -> Vec<f64> {
    // y[2n − k] for odd k is the odd sample 2j + 1 with j = n − (k + 1)/2.
    let odd: Vec<f64> = y.iter().skip(1).step_by(2).copied().collect();
    let mut x: Vec<f64> = y.iter().step_by(2).map(|y| 0.5 * y).collect();
    for (k, h) in odd_taps(d) {
        add_shifted(&mut x, h, &odd, -(k + 1) / 2);
    }
    x
}

/// 2ˢ times the rate for s stages, given by their D: sample 2ˢ·n is where sample n was.
pub fn up(signal: &[f64], stages: &[usize]) -> Vec<f64> {
    stages.iter().fold(signal.to_vec(), |signal, &d| double(&signal, d))
}

/// Back from there.
pub fn down(signal: &[f64], stages: &[usize]) -> Vec<f64> {
    stages.iter().rev().fold(signal.to_vec(), |signal, &d| halve(&signal, d))
}

#[test]
fn half_bands_keep_every_sine_below_their_band_edge() {
    use stemwright_core::{HALF_BANDS, PEAK_HALF_BANDS};
    assert!((bessel_i0(1.0) - 1.266_065_877_752_008_4).abs() < 1e-15);
    assert!((bessel_i0(10.0) - 2_815.716_628_466_254).abs() < 1e-11);
    for frequency in [0.01f64, 0.2, 0.3, 0.45] {
        let sine = |n: f64| (std::f64::consts::TAU * frequency * n + 0.3).sin();
        let signal: Vec<f64> = (0..600).map(|n| sine(f64::from(n))).collect();
        let bands = [&HALF_BANDS[..1], &HALF_BANDS[..2], &HALF_BANDS, &PEAK_HALF_BANDS];
        for (bands, stages) in bands.into_iter().zip(1..) {
            let fine = up(&signal, bands);
            assert_eq!(fine.len(), signal.len() << stages);
            for (n, &x) in fine.iter().enumerate().take(400 << stages).skip(200 << stages) {
                let wanted = sine(n as f64 / f64::from(1 << stages));
                // 0.001 dB is 1.15e-4.
                assert!((x - wanted).abs() < 1.2e-4, "{frequency} up by {stages}: {x} instead of {wanted}");
            }
            let back = down(&fine, bands);
            assert!(signal[..400].iter().zip(&back).skip(200).all(|(a, b)| (a - b).abs() < 1.2e-4));
        }
    }
}

#[test]
fn half_bands_reach_as_far_as_their_law_says() {
    use stemwright_core::{HALF_BANDS, PEAK_HALF_BANDS};
    let mut impulse = vec![0.0; 400];
    impulse[200] = 1.0;
    let ends = |signal: &[f64]| {
        let place = |x: Option<usize>| x.unwrap() as i64 - 200;
        [place(signal.iter().position(|&x| x != 0.0)), place(signal.iter().rposition(|&x| x != 0.0))]
    };
    // (83 + 83)/2 frames, (15 + 15)/4 more, (11 + 11)/8 more.
    for (stages, reach, bound) in [(1, 83, 84), (2, 90, 92), (3, 93, 95)] {
        assert_eq!(ends(&down(&up(&impulse, &HALF_BANDS[..stages]), &HALF_BANDS[..stages])), [-reach, reach]);
        assert!(reach <= bound);
    }
    let frames: Vec<f64> = up(&impulse, &PEAK_HALF_BANDS).chunks(16).map(|frame| frame.iter().sum()).collect();
    assert_eq!(ends(&frames), [-166, 165]);
    // On the samples themselves nothing changes, and a constant stays one.
    assert!(up(&impulse, &PEAK_HALF_BANDS).iter().step_by(16).eq(impulse.iter()));
    assert!(up(&[1.0; 400], &PEAK_HALF_BANDS)[3_200..3_600].iter().all(|x| (x - 1.0).abs() < 1e-14));
}

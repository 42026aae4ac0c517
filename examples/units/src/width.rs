//! Stereo width: the matrix of mid and side, and what becomes mono.

use crate::eq::prototype;
use crate::report::{Section, deviation};
use crate::run::{linear, still};
use crate::signals::Noise;
use crate::spectrum::{db, magnitude, spaced};
use std::f64::consts::{FRAC_1_SQRT_2, TAU};
use stemwright_core::{Band, BandKind, Db, Unit, Width};
use stemwright_dsp::WidthUnit;

/// The rates at which it is measured.
pub const RATES: [u32; 4] = [44_100, 48_000, 96_000, 192_000];

fn widened(width: &Width, hz: u32, mut channels: Vec<Vec<f64>>) -> Vec<Vec<f64>> {
    let unit = Unit::Width(width.clone());
    linear(&mut WidthUnit::new(width, f64::from(hz)), &mut still(&unit, hz), &mut channels);
    channels
}

/// The largest difference from mid ± width·side on noise of full scale.
pub fn matrix_error(width: f64) -> f64 {
    let [left, right] = [Noise(1).samples(5000), Noise(2).samples(5000)];
    let out = widened(&Width { width, mono_below: None }, 48_000, vec![left.clone(), right.clone()]);
    let error = |n: usize| {
        let (mid, side) = (0.5 * left[n] + 0.5 * right[n], width * (0.5 * left[n] - 0.5 * right[n]));
        (out[0][n] - (mid + side)).abs().max((out[1][n] - (mid - side)).abs())
    };
    (0..5000).map(error).fold(0.0, f64::max)
}

/// The largest deviation in dB of the side from the analogue high-pass of 12 dB/octave, and of the mid from itself,
/// 20 Hz to 20 kHz.
pub fn mono_below_error(freq: f64, hz: u32) -> [f64; 2] {
    let width = Width { width: 1.0, mono_below: Some(freq) };
    let mut left = vec![0.0; 1 << 15];
    left[0] = 1.0;
    let out = widened(&width, hz, vec![left, vec![0.0; 1 << 15]]);
    let [mid, side]: [Vec<f64>; 2] =
        [1.0, -1.0].map(|sign| out[0].iter().zip(&out[1]).map(|(l, r)| l + sign * r).collect());
    let band = Band { kind: BandKind::HighPass { steep: false }, freq, gain: Db::ZERO, q: FRAC_1_SQRT_2 };
    spaced(20.0, 20_000.0, 60).into_iter().fold([0.0; 2], |worst, f| {
        let w = TAU * f / f64::from(hz);
        let off = [db(magnitude(&side, w) / prototype(&band, f)), db(magnitude(&mid, w))];
        std::array::from_fn(|i| worst[i].max(off[i].abs()))
    })
}

/// The section of the report.
pub fn section() -> Section {
    let mut out = Section::new("Width");
    let matrix = [0.0, 0.5, 1.0, 2.0].map(matrix_error).into_iter().fold(0.0, f64::max);
    out.say(&format!(
        "The matrix left, right = mid ± width·side, for widths of 0, 0.5, 1 and 2 on noise of full scale: {}. With \
         *mono below*, the largest deviation in dB of the side from the analogue high-pass of 12 dB/octave, 20 Hz – \
         20 kHz; the mid stays as it is, within {} dB.",
        if matrix < 1e-15 { "exact to rounding".into() } else { format!("off by {matrix:.1e}") },
        deviation(RATES.map(|hz| mono_below_error(120.0, hz)[1]).into_iter().fold(0.0, f64::max)),
    ));
    let rows: Vec<Vec<String>> = [60.0, 120.0, 500.0]
        .iter()
        .map(|&freq| {
            let cells = RATES.map(|hz| deviation(mono_below_error(freq, hz)[0]));
            std::iter::once(format!("mono below {freq} Hz")).chain(cells).collect()
        })
        .collect();
    out.table(&["side", "44.1 kHz", "48 kHz", "96 kHz", "192 kHz"], &rows);
    out
}

//! The multiband compressor: its crossovers against the analogue ones, and the curve of a band.

use crate::plot::{Axis, Plot, Stroke};
use crate::report::{Section, deviation};
use crate::run::{gain, still};
use crate::signals::shifted_sines;
use crate::spectrum::{db, factor, fit, magnitude, spaced};
use std::f64::consts::{PI, TAU};
use stemwright_core::{CompressorBand, Db, Multiband, Unit};
use stemwright_dsp::MultibandUnit;

/// The rates at which it is measured.
pub const RATES: [u32; 4] = [44_100, 48_000, 96_000, 192_000];

/// Three to five bands.
pub const CROSSOVERS: [&[f64]; 3] = [&[1000.0], &[120.0, 2500.0], &[90.0, 300.0, 1800.0, 7000.0]];

/// Bands that do nothing but one, which is left out where `alone` names it: −∞ is as far as make-up goes.
fn response(crossovers: &[f64], heard: Option<usize>, hz: u32) -> Vec<f64> {
    let band = |number: usize| {
        let bypass = heard.is_none_or(|heard| heard == number);
        CompressorBand { bypass, ratio: 1.0, makeup: Db(f64::NEG_INFINITY), ..CompressorBand::default() }
    };
    let bands = (0..=crossovers.len()).map(band).collect();
    let multiband = Multiband { crossovers: crossovers.to_vec(), bands, mix: 1.0, key: None };
    let mut channels = vec![vec![0.0; 1 << 16]];
    channels[0][0] = 1.0;
    let mut unit = MultibandUnit::new(&multiband, 1, 1, 1, f64::from(hz));
    gain(&mut unit, &mut still(&Unit::Multiband(multiband), hz), &mut channels);
    channels.remove(0)
}

/// The magnitude of a band by the analogue prototypes: squares of Butterworth's, whose frequencies the bilinear transform
/// bends; all-passes change nothing.
pub fn prototype(crossovers: &[f64], band: usize, freq: f64, hz: u32) -> f64 {
    let bent = |f: f64| libm::tan(PI * f / f64::from(hz));
    let side = |corner: f64, low: bool| {
        let omega = bent(freq) / bent(corner);
        let fourth = omega * omega * omega * omega;
        if low { 1.0 / (1.0 + fourth) } else { fourth / (1.0 + fourth) }
    };
    let below: f64 = crossovers[..band].iter().map(|&corner| side(corner, false)).product();
    below * crossovers.get(band).map_or(1.0, |&corner| side(corner, true))
}

/// The largest level in dB by which the sum of all bands is not flat, 20 Hz to 20 kHz.
pub fn ripple(crossovers: &[f64], hz: u32) -> f64 {
    let sum = response(crossovers, None, hz);
    let off = |freq: f64| db(magnitude(&sum, TAU * freq / f64::from(hz))).abs();
    spaced(20.0, 20_000.0, 60).into_iter().map(off).fold(0.0, f64::max)
}

/// The largest difference in dB of any band from its prototype, where that is above −80 dB.
pub fn band_error(crossovers: &[f64], hz: u32) -> f64 {
    let off = |band: usize| {
        let response = response(crossovers, Some(band), hz);
        let off = |freq: f64| {
            let wanted = db(prototype(crossovers, band, freq, hz));
            let is = db(magnitude(&response, TAU * freq / f64::from(hz)));
            if wanted > -80.0 { (is - wanted).abs() } else { 0.0 }
        };
        spaced(20.0, 20_000.0, 60).into_iter().map(off).fold(0.0, f64::max)
    };
    (0..=crossovers.len()).map(off).fold(0.0, f64::max)
}

/// The gain in dB of a sine of 700 Hz in the middle of three bands, compressed 4:1 from −30 dBFS.
pub fn curve(level: f64, hz: u32) -> f64 {
    let compressed = CompressorBand { threshold: Db(-30.0), ratio: 4.0, attack: 0.001, ..CompressorBand::default() };
    let still_band = CompressorBand { bypass: true, ..compressed };
    let bands = vec![still_band, compressed, still_band];
    let multiband = Multiband { crossovers: vec![20.0, 15_000.0], bands, mix: 1.0, key: None };
    let turn = 700.0 / f64::from(hz);
    let mut channels = shifted_sines(turn, factor(level), hz as usize);
    let mut unit = MultibandUnit::new(&multiband, 64, 64, 1, f64::from(hz));
    gain(&mut unit, &mut still(&Unit::Multiband(multiband), hz), &mut channels);
    db(fit(&channels[0][hz as usize / 2..], turn).0) - level
}

/// The same by equation 4, knee 6 dB.
pub fn law(level: f64) -> f64 {
    let over = level + 30.0;
    let reduction = if over < -3.0 {
        0.0
    } else if over <= 3.0 {
        0.75 * (over + 3.0) * (over + 3.0) / 12.0
    } else {
        0.75 * over
    };
    -reduction
}

/// The section of the report.
pub fn section() -> Section {
    let mut out = Section::new("Multiband compressor");
    out.say(
        "Crossovers: each band's impulse response (the others turned down to nothing) against the square of Butterworth's \
         filters with the frequencies that the bilinear transform bends, where it is above −80 dB; and the magnitude of \
         the sum of all bands, which is to be flat. 20 Hz – 20 kHz, the largest difference in dB.",
    );
    let mut rows = Vec::new();
    for crossovers in CROSSOVERS {
        let name = crossovers.iter().map(|freq| format!("{freq}")).collect::<Vec<_>>().join(", ") + " Hz";
        let row = |what: &str, error: fn(&[f64], u32) -> f64| {
            let cells = RATES.map(|hz| deviation(error(crossovers, hz)));
            std::iter::once(format!("{name}: {what}")).chain(cells).collect::<Vec<_>>()
        };
        rows.extend([row("bands", band_error), row("sum", ripple)]);
    }
    out.table(&["", "44.1 kHz", "48 kHz", "96 kHz", "192 kHz"], &rows);
    let curve_error = (0..=12).map(|i| -60.0 + 5.0 * f64::from(i));
    let curve_error = curve_error.map(|level| (curve(level, 48_000) - law(level)).abs()).fold(0.0, f64::max);
    out.say(&format!(
        "The static curve of a band (700 Hz in the middle of three, 4:1 from −30 dBFS, knee 6 dB, every 5 dB from −60 to \
         0 dBFS) is off equation 4 by at most {} dB. What that is: the bands on either side hold a little of the tone, \
         and pass it as it is.",
        deviation(curve_error)
    ));
    out.sum_up(
        "Multiband compressor: five bands against their prototypes, and how flat their sum is",
        "the law; flat",
        &format!(
            "{} and {} dB at worst, every rate",
            deviation(RATES.map(|hz| band_error(CROSSOVERS[2], hz)).into_iter().fold(0.0, f64::max)),
            deviation(RATES.map(|hz| ripple(CROSSOVERS[2], hz)).into_iter().fold(0.0, f64::max))
        ),
    );
    let mut plot = Plot::new(
        "Multiband compressor at 48 kHz: the bands of 90, 300, 1800 and 7000 Hz, and their sum",
        Axis::log("Hz", 20.0, 20_000.0),
        Axis::linear("dB", -60.0, 6.0, 12.0),
    );
    let crossovers = CROSSOVERS[2];
    for band in 0..=crossovers.len() {
        let response = response(crossovers, Some(band), 48_000);
        let points = |count: usize, gain: &dyn Fn(f64) -> f64| -> Vec<(f64, f64)> {
            spaced(20.0, 20_000.0, count).into_iter().map(|f| (f, gain(f))).filter(|(_, gain)| *gain > -60.0).collect()
        };
        let is = points(40, &|freq| db(magnitude(&response, TAU * freq / 48_000.0)));
        plot.coloured(&format!("band {}", band + 1), Stroke::Dots, band, is);
        let law = points(200, &|freq| db(prototype(crossovers, band, freq, 48_000)));
        plot.coloured("", Stroke::Solid, band, law);
    }
    let sum = response(crossovers, None, 48_000);
    let sum = spaced(20.0, 20_000.0, 60).into_iter().map(|f| (f, db(magnitude(&sum, TAU * f / 48_000.0)))).collect();
    plot.coloured("sum", Stroke::Solid, 6, sum);
    out.plot("multiband", "the bands of the multiband compressor", &plot);
    out
}

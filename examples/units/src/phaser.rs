//! The phaser, standing still: beside the analogue all-passes.

use crate::plot::{Axis, Plot, Stroke};
use crate::report::{Section, deviation, figure};
use crate::run::{linear, still};
use crate::spectrum::{db, magnitude, spaced};
use std::f64::consts::{PI, TAU};
use stemwright_core::{Phaser, Sweep, Tempo, Unit};
use stemwright_dsp::PhaserUnit;

/// The rates at which it is measured.
pub const RATES: [u32; 4] = [44_100, 48_000, 96_000, 192_000];

fn phaser(freq: f64, stages: usize, feedback: f64) -> Phaser {
    Phaser { rate: Sweep::Hz(0.1), freq, depth: 0.0, stages, feedback, phase: 0.0, wet: 0.5 }
}

fn response(phaser: &Phaser, hz: u32) -> Vec<f64> {
    let mut channels = vec![vec![0.0; 3 * hz as usize / 2]];
    channels[0][0] = 1.0;
    let mut unit = PhaserUnit::new(phaser, Tempo::default(), 1, f64::from(hz));
    linear(&mut unit, &mut still(&Unit::Phaser(phaser.clone()), hz), &mut channels);
    channels.remove(0)
}

/// The magnitude by arithmetic: a stage turns by −2·atan(tan(πf/rate)/tan(πF/rate)) and changes no level; what comes round is a
/// frame later.
pub fn law(phaser: &Phaser, hz: u32, freq: f64) -> f64 {
    let bent = |f: f64| libm::tan(PI * f / f64::from(hz));
    // A stage is low-pass minus high-pass: 1 at DC, −1 at half the rate.
    let angle = -2.0 * phaser.stages as f64 * libm::atan(bent(freq) / bent(phaser.freq));
    let (s, c) = libm::sincos(angle);
    let (ls, lc) = libm::sincos(angle - TAU * freq / f64::from(hz));
    // wet = A/(1 − feedback·A·z⁻¹)
    let (re, im) = (1.0 - phaser.feedback * lc, -phaser.feedback * ls);
    let square = re * re + im * im;
    let wet = [(c * re + s * im) / square, (s * re - c * im) / square];
    libm::hypot(1.0 - phaser.wet + phaser.wet * wet[0], phaser.wet * wet[1])
}

/// The largest difference of the magnitudes beside the input, in dB, 20 Hz to 20 kHz.
pub fn error(freq: f64, stages: usize, feedback: f64, hz: u32) -> f64 {
    let phaser = phaser(freq, stages, feedback);
    let response = response(&phaser, hz);
    let off = |f: f64| db(1.0 + (magnitude(&response, TAU * f / f64::from(hz)) - law(&phaser, hz, f)).abs());
    spaced(20.0, 20_000.0, 80).into_iter().map(off).fold(0.0, f64::max)
}

/// The section of the report.
pub fn section() -> Section {
    let mut out = Section::new("Phaser");
    out.say(
        "Standing still (depth 0), half wet: its magnitude beside that of the arithmetic, in which each stage turns the phase \
         by 2·atan and the feedback comes round a frame later. The largest difference, in dB of the input, 20 Hz – 20 kHz.",
    );
    let settings = [(800.0, 4, 0.0), (800.0, 6, 0.3), (300.0, 12, -0.8), (3000.0, 2, 0.9)];
    let rows: Vec<Vec<String>> = settings
        .iter()
        .map(|&(freq, stages, feedback)| {
            let cells = RATES.map(|hz| deviation(error(freq, stages, feedback, hz)));
            std::iter::once(format!("{freq} Hz, {stages} stages, feedback {}", figure(feedback, 1)))
                .chain(cells)
                .collect()
        })
        .collect();
    out.table(&["", "44.1 kHz", "48 kHz", "96 kHz", "192 kHz"], &rows);
    let mut plot = Plot::new(
        "Phaser at 48 kHz, standing at 300, 800 and 2200 Hz (six stages, feedback 0.3), over the arithmetic",
        Axis::log("Hz", 20.0, 20_000.0),
        Axis::linear("dB", -40.0, 6.0, 6.0),
    );
    for (colour, freq) in [300.0, 800.0, 2200.0].into_iter().enumerate() {
        let phaser = phaser(freq, 6, 0.3);
        let response = response(&phaser, 48_000);
        let points = |count: usize, gain: &dyn Fn(f64) -> f64| -> Vec<(f64, f64)> {
            spaced(20.0, 20_000.0, count).into_iter().map(|f| (f, db(gain(f)).max(-40.0))).collect()
        };
        let is = points(60, &|f| magnitude(&response, TAU * f / 48_000.0));
        plot.coloured(&format!("{freq} Hz"), Stroke::Dots, colour, is);
        plot.coloured("", Stroke::Solid, colour, points(300, &|f| law(&phaser, 48_000, f)));
    }
    out.plot("phaser", "the notches of the phaser", &plot);
    out
}

//! The transient shaper: what beginnings and endings get, and that steady sounds get nothing.

use crate::plot::{Axis, Plot, Stroke};
use crate::report::{Section, deviation, figure};
use crate::run::{gains, still};
use crate::signals::{Noise, sine};
use crate::spectrum::{db, factor};
use stemwright_core::{Transient, Unit};
use stemwright_dsp::TransientUnit;

/// The rates at which it is measured.
pub const RATES: [u32; 4] = [44_100, 48_000, 96_000, 192_000];

/// Both amounts 12 dB, so that the gain in dB is u + d of the law.
fn shaper(attack: f64, sustain: f64) -> Transient {
    Transient { attack, sustain, ..Transient::default() }
}

/// The gain in dB, frame by frame.
fn curve(transient: &Transient, hz: u32, heard: Vec<f64>) -> Vec<f64> {
    let mut unit = TransientUnit::new(transient, f64::from(hz));
    let gains = gains(&mut unit, &mut still(&Unit::Transient(transient.clone()), hz), &[heard]);
    gains.into_iter().map(db).collect()
}

/// A constant that rises by `rise` dB to `level` dBFS after a tenth of a second.
fn step(level: f64, rise: f64, hz: u32) -> Vec<f64> {
    let frames = hz as usize / 5;
    (0..frames).map(|n| factor(if n < hz as usize / 10 { level - rise } else { level })).collect()
}

/// The largest difference in dB of a beginning of 30 dB from amount·e^(−t/attack_time), at −3 and −40 dBFS.
pub fn beginning_error(hz: u32) -> f64 {
    let transient = shaper(12.0, 0.0);
    let off = |level: f64| {
        let curve = curve(&transient, hz, step(level, 30.0, hz));
        let begun = hz as usize / 10;
        let law = |n: usize| 12.0 * libm::exp(-(n as f64) / (transient.attack_time * f64::from(hz)));
        (begun..curve.len()).map(|n| (curve[n] - law(n - begun)).abs()).fold(0.0, f64::max)
    };
    off(-3.0).max(off(-40.0))
}

/// The gain in dB at the end of a fall of `slope` dB a second, with 12 dB of sustain; and slope·sustain_time, at most 12.
pub fn ending(slope: f64, hz: u32) -> [f64; 2] {
    // Ten time constants, but not further down than the detector hears.
    let (transient, seconds) = (shaper(0.0, 12.0), (100.0 / slope).min(1.0));
    let rate = f64::from(hz);
    let heard = (0..(seconds * rate) as usize).map(|n| factor(-3.0 - slope * n as f64 / rate)).collect();
    let curve = curve(&transient, hz, heard);
    [curve[curve.len() - 1], (slope * transient.sustain_time).min(12.0)]
}

/// The largest and the mean magnitude of the gain in dB in the second half of a steady second, both amounts 12 dB.
pub fn unrest(signal: Vec<f64>, hz: u32) -> [f64; 2] {
    let half = signal.len() / 2;
    let curve = curve(&shaper(12.0, 12.0), hz, signal);
    let sum: f64 = curve[half..].iter().map(|gain| gain.abs()).sum();
    [curve[half..].iter().fold(0.0f64, |most, gain| most.max(gain.abs())), sum / half as f64]
}

/// A drum: 5 ms of rise, then 120 dB a second of fall, 180 Hz.
fn drum(hz: u32) -> Vec<f64> {
    let tone = sine(180.0 / f64::from(hz), 0.25, hz as usize / 2);
    let shape = |n: usize| {
        let seconds = n as f64 / f64::from(hz) - 0.05;
        if seconds < 0.0 { 0.0 } else { (seconds / 0.005).min(1.0) * factor(-6.0 - 120.0 * seconds) }
    };
    tone.iter().enumerate().map(|(n, x)| x * shape(n)).collect()
}

/// The section of the report.
pub fn section() -> Section {
    let mut out = Section::new("Transient shaper");
    out.say(
        "A beginning: a level that rises by 30 dB, to −3 and to −40 dBFS, with 12 dB of attack over 15 ms, against \
         12·e^(−t/15 ms) dB: the largest difference in dB. An ending: the gain that 12 dB of sustain (100 ms) come to \
         while the level falls by so many dB a second, against slope · 100 ms.",
    );
    let mut rows = vec![vec!["beginning".to_owned()]];
    rows[0].extend(RATES.map(|hz| deviation(beginning_error(hz))));
    for slope in [20.0, 60.0, 100.0, 300.0] {
        let cells = RATES.map(|hz| ending(slope, hz)).map(|[is, law]| deviation(is - law));
        rows.push(
            std::iter::once(format!("ending, {slope} dB/s: {} dB", ending(slope, 48_000)[1])).chain(cells).collect(),
        );
    }
    out.table(&["difference in dB", "44.1 kHz", "48 kHz", "96 kHz", "192 kHz"], &rows);
    out.say(
        "What is steady should get nothing: the largest and the mean gain in dB with 12 dB of both, at 48 kHz. A peak is \
         held for 12.5 ms, so that the waves of tones above 40 Hz do not count; noise has peaks that come and go.",
    );
    let tone = |freq: f64| sine(freq / 48_000.0, 0.0, 48_000);
    let noise = Noise(5).samples(48_000);
    let rows: Vec<Vec<String>> = [
        ("30 Hz", tone(30.0)),
        ("41 Hz", tone(41.0)),
        ("100 Hz", tone(100.0)),
        ("1 kHz", tone(1000.0)),
        ("white noise", noise),
    ]
    .into_iter()
    .map(|(name, signal)| {
        let [most, mean] = unrest(signal, 48_000);
        vec![name.to_owned(), figure(most, 2), figure(mean, 2)]
    })
    .collect();
    out.table(&["", "largest", "mean"], &rows);
    out.sum_up(
        "Transient shaper: beginnings and endings against their exponentials; a steady 100 Hz",
        "the law; nothing",
        &format!(
            "{} and {} dB off; {} dB",
            deviation(beginning_error(48_000)),
            deviation(ending(60.0, 48_000)[0] - 6.0),
            deviation(unrest(tone(100.0), 48_000)[0])
        ),
    );
    let mut plot = Plot::new(
        "Transient shaper at 48 kHz: its gain on a drum of 180 Hz that falls by 120 dB a second",
        Axis::linear("ms", 0.0, 500.0, 50.0),
        Axis::linear("dB", -13.0, 13.0, 4.0),
    );
    let amounts = [(12.0, 0.0), (-12.0, 0.0), (0.0, 12.0), (6.0, -12.0)];
    for (colour, (attack, sustain)) in amounts.into_iter().enumerate() {
        let curve = curve(&shaper(attack, sustain), 48_000, drum(48_000));
        let points = curve.iter().enumerate().step_by(96).map(|(n, gain)| (n as f64 / 48.0, *gain)).collect();
        let name = format!("{} / {} dB", figure(attack, 0), figure(sustain, 0));
        plot.coloured(&name, Stroke::Solid, colour, points);
    }
    out.plot("transient", "the gain of the transient shaper on a drum", &plot);
    out
}

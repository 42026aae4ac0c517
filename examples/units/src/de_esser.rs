//! The de-esser: its static curve, and the bell that it becomes.

use crate::plot::{Axis, Plot, Stroke};
use crate::report::{Section, deviation, figure};
use crate::run::{gain, still};
use crate::signals::{shifted_sines, sine};
use crate::spectrum::{db, factor, fit, spaced};
use std::f64::consts::PI;
use stemwright_core::{DeEsser, Unit};
use stemwright_dsp::DeEsserUnit;

/// The rates at which it is measured.
pub const RATES: [u32; 4] = [44_100, 48_000, 96_000, 192_000];

/// The gain in dB of a probe 100 dB down at `freq`, while the band is at `level` dBFS.
pub fn response(de_esser: &DeEsser, hz: u32, level: f64, freq: f64) -> f64 {
    let rate = f64::from(hz);
    // A twentieth of a second: 100 attacks.
    let (frames, settled) = (hz as usize / 10, hz as usize / 20);
    let mut channels = shifted_sines(de_esser.freq / rate, factor(level), frames);
    let probe = factor(level - 100.0);
    channels.push(sine(freq / rate, 0.0, frames).iter().map(|x| probe * x).collect());
    let unit = Unit::DeEsser(de_esser.clone());
    let mut running = DeEsserUnit::new(de_esser, channels.len(), 1, rate);
    gain(&mut running, &mut still(&unit, hz), &mut channels);
    db(fit(&channels[64][settled..], freq / rate).0 / probe)
}

/// The cut in dB that the law asks for at a level of the band.
pub fn cut(de_esser: &DeEsser, level: f64) -> f64 {
    ((1.0 - 1.0 / de_esser.ratio) * (level - de_esser.threshold.0)).clamp(0.0, de_esser.range)
}

/// The gain in dB of the law's bell at `freq`, `cut` dB deep: 1 − (1 − g)·B with B the analogue band-pass, whose
/// frequencies the bilinear transform bends.
pub fn bell(de_esser: &DeEsser, hz: u32, cut: f64, freq: f64) -> f64 {
    let bent = |f: f64| libm::tan(PI * f / f64::from(hz));
    let omega = bent(freq) / bent(de_esser.freq);
    // B(jω) = jωk/(1 − ω² + jωk)
    let (k, real) = (1.0 / de_esser.q, 1.0 - omega * omega);
    let below = libm::hypot(real, omega * k);
    db(libm::hypot(real, omega * k * factor(-cut)) / below)
}

/// The largest difference in dB from the static curve, at the centre, from −60 to 0 dBFS.
pub fn curve_error(de_esser: &DeEsser, hz: u32) -> f64 {
    let off = |step: i32| {
        let level = -60.0 + 5.0 * f64::from(step);
        (response(de_esser, hz, level, de_esser.freq) + cut(de_esser, level)).abs()
    };
    (0..=12).map(off).fold(0.0, f64::max)
}

/// The largest difference in dB from the bell, 100 Hz to 20 kHz, with the band at −16 dBFS.
pub fn bell_error(de_esser: &DeEsser, hz: u32) -> f64 {
    let depth = cut(de_esser, -16.0);
    let off = |freq: f64| (response(de_esser, hz, -16.0, freq) - bell(de_esser, hz, depth, freq)).abs();
    spaced(100.0, 20_000.0, 14).into_iter().map(off).fold(0.0, f64::max)
}

/// The section of the report.
pub fn section() -> Section {
    let de_esser = DeEsser::default();
    let mut out = Section::new("De-esser");
    out.say(
        "A sine at the centre (6.5 kHz, 64 channels with shifted phases) sets the level of the band; a probe 100 dB \
         down, in a channel of its own, shows what the one gain for all channels does at any frequency. The largest \
         difference in dB from the static curve (−60 … 0 dBFS) and from the law's bell (100 Hz – 20 kHz, 10.5 dB \
         deep).",
    );
    let cells = |error: fn(&DeEsser, u32) -> f64| RATES.map(|hz| deviation(error(&de_esser, hz))).to_vec();
    let rows = vec![
        [vec!["static curve".to_owned()], cells(curve_error)].concat(),
        [vec!["bell".to_owned()], cells(bell_error)].concat(),
    ];
    out.table(&["", "44.1 kHz", "48 kHz", "96 kHz", "192 kHz"], &rows);
    let levels = [-40.0, -30.0, -26.0, -22.0, -18.0, -14.0, -6.0];
    let head: Vec<String> =
        std::iter::once("band, dBFS".to_owned()).chain(levels.map(|level| figure(level, 0))).collect();
    let row = |name: &str, value: &dyn Fn(f64) -> f64| {
        std::iter::once(name.to_owned()).chain(levels.map(|level| figure(value(level), 2))).collect::<Vec<_>>()
    };
    let rows = [
        row("cut measured, dB", &|level| -response(&de_esser, 48_000, level, de_esser.freq)),
        row("law", &|level| cut(&de_esser, level)),
    ];
    out.table(&head.iter().map(String::as_str).collect::<Vec<_>>(), &rows);
    let mut plot = Plot::new(
        "De-esser at 48 kHz (6.5 kHz, Q 1, 4:1 from −30 dBFS): its bell by the level of the band",
        Axis::log("Hz", 500.0, 20_000.0),
        Axis::linear("dB", -14.0, 2.0, 2.0),
    );
    for (colour, level) in [-26.0, -22.0, -18.0, -10.0].into_iter().enumerate() {
        let points = |count, gain: &dyn Fn(f64) -> f64| -> Vec<(f64, f64)> {
            spaced(500.0, 20_000.0, count).into_iter().map(|f| (f, gain(f))).collect()
        };
        let name = format!("band at {} dBFS", figure(level, 0));
        plot.coloured(&name, Stroke::Dots, colour, points(24, &|f| response(&de_esser, 48_000, level, f)));
        plot.coloured("", Stroke::Solid, colour, points(200, &|f| bell(&de_esser, 48_000, cut(&de_esser, level), f)));
    }
    out.plot("de-esser", "the bell of the de-esser", &plot);
    out
}

//! The dynamic equaliser: its static curve, and the bell or shelf that a band becomes.

use crate::plot::{Axis, Plot, Stroke};
use crate::report::{Section, deviation, figure};
use crate::run::{gain, still};
use crate::signals::{shifted_sines, sine};
use crate::spectrum::{db, factor, fit, spaced};
use std::f64::consts::PI;
use stemwright_core::{Db, DynamicBand, DynamicEq, DynamicKind, Unit};
use stemwright_dsp::DynamicEqUnit;

/// The rates at which it is measured.
pub const RATES: [u32; 4] = [44_100, 48_000, 96_000, 192_000];

/// A bell and both shelves, down and up.
pub fn bands() -> [(&'static str, DynamicBand); 4] {
    let band = |kind, freq, range| {
        let plain = DynamicBand::new(kind, freq);
        DynamicBand { threshold: Db(-40.0), range, attack: 0.001, release: 0.050, ..plain }
    };
    [
        ("bell 3 kHz, down", band(DynamicKind::Bell, 3000.0, -18.0)),
        ("bell 3 kHz, up", band(DynamicKind::Bell, 3000.0, 12.0)),
        ("low shelf 200 Hz, down", band(DynamicKind::LowShelf, 200.0, -18.0)),
        ("high shelf 6 kHz, up", band(DynamicKind::HighShelf, 6000.0, 12.0)),
    ]
}

/// A frequency that the band hears as it is.
fn centre(band: &DynamicBand) -> f64 {
    match band.kind {
        DynamicKind::Bell => band.freq,
        DynamicKind::LowShelf => band.freq / 20.0,
        DynamicKind::HighShelf => band.freq * 3.2,
    }
}

/// The gain in dB of a probe 100 dB down at `freq`, while the band is at `level` dBFS.
pub fn response(band: &DynamicBand, hz: u32, level: f64, freq: f64) -> f64 {
    let rate = f64::from(hz);
    let (frames, settled) = (hz as usize / 4, hz as usize / 8);
    let loud = factor(level) / part(band, hz, centre(band));
    let mut channels = shifted_sines(centre(band) / rate, loud, frames);
    let probe = factor(level - 100.0);
    channels.push(sine(freq / rate, 0.0, frames).iter().map(|x| probe * x).collect());
    let eq = DynamicEq { bands: vec![*band], key: None };
    let mut unit = DynamicEqUnit::new(&eq, channels.len(), channels.len(), 1, rate);
    gain(&mut unit, &mut still(&Unit::DynamicEq(eq), hz), &mut channels);
    db(fit(&channels[64][settled..], freq / rate).0 / probe)
}

/// ω of the prototype at a frequency, as the bilinear transform bends it.
fn omega(band: &DynamicBand, hz: u32, freq: f64) -> f64 {
    let bent = |f: f64| libm::tan(PI * f / f64::from(hz));
    bent(freq) / bent(band.freq)
}

/// |F| of the analogue prototype.
fn part(band: &DynamicBand, hz: u32, freq: f64) -> f64 {
    let (w, k) = (omega(band, hz, freq), 1.0 / band.q);
    let below = libm::hypot(1.0 - w * w, k * w);
    match band.kind {
        DynamicKind::Bell => k * w / below,
        DynamicKind::LowShelf => 1.0 / below,
        DynamicKind::HighShelf => w * w / below,
    }
}

/// The change in dB that the law asks for at a level of the band.
pub fn change(band: &DynamicBand, level: f64) -> f64 {
    let over = (1.0 - 1.0 / band.ratio) * (level - band.threshold.0);
    if band.range < 0.0 { -over.clamp(0.0, -band.range) } else { over.clamp(0.0, band.range) }
}

/// The gain in dB at `freq` of the analogue bell or shelf of `change` dB: (s² + ck·s + a)/(s² + ks + 1) and its like.
pub fn prototype(band: &DynamicBand, hz: u32, change: f64, freq: f64) -> f64 {
    let (w, k, m) = (omega(band, hz, freq), 1.0 / band.q, factor(change / 2.0));
    let (square, middle, constant) = match band.kind {
        DynamicKind::Bell => (1.0, m * m, 1.0),
        DynamicKind::LowShelf => (1.0, m, m * m),
        DynamicKind::HighShelf => (m * m, m, 1.0),
    };
    let above = libm::hypot(constant - square * w * w, middle * k * w);
    db(above / libm::hypot(1.0 - w * w, k * w))
}

/// The largest difference in dB from the static curve, where the band is heard as it is, from −60 to −6 dBFS.
pub fn curve_error(band: &DynamicBand, hz: u32) -> f64 {
    let off = |step: i32| {
        let level = -60.0 + 9.0 * f64::from(step);
        let freq = centre(band);
        (response(band, hz, level, freq) - prototype(band, hz, change(band, level), freq)).abs()
    };
    (0..=6).map(off).fold(0.0, f64::max)
}

/// The largest difference in dB from the prototype, 50 Hz to 20 kHz, with the band at −22 dBFS.
pub fn shape_error(band: &DynamicBand, hz: u32) -> f64 {
    let depth = change(band, -22.0);
    let off = |freq: f64| (response(band, hz, -22.0, freq) - prototype(band, hz, depth, freq)).abs();
    spaced(50.0, 20_000.0, 7).into_iter().map(off).fold(0.0, f64::max)
}

/// The section of the report.
pub fn section() -> Section {
    let mut out = Section::new("Dynamic equaliser");
    out.say(
        "As the de-esser: a sine that the band hears whole sets its level (64 channels with shifted phases), a probe 100 dB \
         down in a channel of its own shows what becomes of any frequency. 3:1 from −40 dBFS. The largest difference in dB \
         from the static curve (−60 … −6 dBFS), and from the analogue bell or shelf, with the frequencies that the \
         bilinear transform bends, at 12 dB of change (50 Hz – 20 kHz).",
    );
    let mut rows = Vec::new();
    let mut worst = [0.0f64; 2];
    for (name, band) in bands() {
        for (which, (what, error)) in
            [("static curve", curve_error as fn(&DynamicBand, u32) -> f64), ("shape", shape_error)]
                .into_iter()
                .enumerate()
        {
            let errors = RATES.map(|hz| error(&band, hz));
            worst[which] = errors.into_iter().fold(worst[which], f64::max);
            rows.push(std::iter::once(format!("{name}: {what}")).chain(errors.map(deviation)).collect());
        }
    }
    out.table(&["", "44.1 kHz", "48 kHz", "96 kHz", "192 kHz"], &rows);
    out.sum_up(
        "Dynamic equaliser: static curve and shape of bell and shelves",
        "the law",
        &format!("{} and {} dB off, every rate", deviation(worst[0]), deviation(worst[1])),
    );
    let mut plot = Plot::new(
        "Dynamic equaliser at 48 kHz: a band of each kind at −22 dBFS, over its prototype",
        Axis::log("Hz", 20.0, 20_000.0),
        Axis::linear("dB", -14.0, 14.0, 4.0),
    );
    for (colour, (name, band)) in bands().into_iter().enumerate() {
        let points = |count, gain: &dyn Fn(f64) -> f64| -> Vec<(f64, f64)> {
            spaced(20.0, 20_000.0, count).into_iter().map(|f| (f, gain(f))).collect()
        };
        let depth = change(&band, -22.0);
        let label = format!("{name}: {} dB", figure(depth, 0));
        plot.coloured(&label, Stroke::Dots, colour, points(22, &|f| response(&band, 48_000, -22.0, f)));
        plot.coloured("", Stroke::Solid, colour, points(200, &|f| prototype(&band, 48_000, depth, f)));
    }
    out.plot("dynamic-eq", "bell and shelves of the dynamic equaliser", &plot);
    out
}

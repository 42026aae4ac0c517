//! The inserts of a session.toml, as `units` reads them.

mod dynamics;
mod spaces;

use super::page::{Page, Row};
use std::f64::consts::FRAC_1_SQRT_2;
use std::path::Path;
use stemwright_core::{Align, AlignTime, Band, BandKind, Eq, Insert, Key, Param, Saturation, Tap, Unit, Width};

/// A name for each parameter that can be automated, after `insert.N.`.
pub(super) fn param(param: Param) -> String {
    let of_band = |band: usize, name: &str| format!("band.{}.{name}", band + 1);
    match param {
        Param::BandFreq(band) => of_band(band, "freq"),
        Param::BandGain(band) => of_band(band, "gain"),
        Param::BandQ(band) => of_band(band, "q"),
        Param::BandThreshold(band) => of_band(band, "threshold"),
        Param::BandRatio(band) => of_band(band, "ratio"),
        Param::BandMakeup(band) => of_band(band, "makeup"),
        Param::BandRange(band) => of_band(band, "range"),
        Param::Gain => "gain".into(),
        Param::Threshold => "threshold".into(),
        Param::Ratio => "ratio".into(),
        Param::Makeup => "makeup".into(),
        Param::Mix | Param::Wet => "mix".into(),
        Param::Feedback => "feedback".into(),
        Param::Ceiling => "ceiling".into(),
        Param::Drive => "drive".into(),
        Param::Output => "output".into(),
        Param::Width => "width".into(),
        Param::Attack => "attack".into(),
        Param::Sustain => "sustain".into(),
        Param::Depth => "depth".into(),
        Param::Freq => "freq".into(),
    }
}

/// The keys of an insert; files below `base` are relative to it.
pub(super) fn insert(page: &mut Page, insert: &Insert, base: &Path) {
    let Insert { bypass, unit } = insert;
    page.key("type", unit.name());
    page.flag("bypass", *bypass);
    match unit {
        Unit::Gain(gain) => page.number("gain", gain.0, 0.0),
        Unit::Eq(unit) => eq(page, unit),
        Unit::Compressor(unit) => dynamics::compressor(page, unit),
        Unit::Delay(unit) => spaces::delay(page, unit),
        Unit::Reverb(unit) => spaces::reverb(page, unit),
        Unit::Limiter(unit) => dynamics::limiter(page, unit),
        Unit::Gate(unit) => dynamics::gate(page, unit),
        Unit::DeEsser(unit) => dynamics::de_esser(page, unit),
        Unit::Saturation(unit) => saturation(page, unit),
        Unit::Width(unit) => width(page, unit),
        Unit::Transient(unit) => dynamics::transient(page, unit),
        Unit::Multiband(unit) => dynamics::multiband(page, unit),
        Unit::DynamicEq(unit) => dynamics::dynamic_eq(page, unit),
        Unit::Convolution(unit) => spaces::convolution(page, unit, base),
        Unit::Chorus(unit) => spaces::chorus(page, unit),
        Unit::Phaser(unit) => spaces::phaser(page, unit),
        Unit::Align(unit) => align(page, unit),
    }
}

fn eq(page: &mut Page, unit: &Eq) {
    let Eq { bands } = unit;
    page.rows("bands", &bands.iter().map(band).collect::<Vec<_>>());
}

fn band(band: &Band) -> Row {
    let Band { kind, freq, gain, q } = band;
    let has_gain = !matches!(kind, BandKind::HighPass { .. } | BandKind::LowPass { .. });
    let (kind, steep) = match kind {
        BandKind::Bell => ("bell", false),
        BandKind::LowShelf => ("low-shelf", false),
        BandKind::HighShelf => ("high-shelf", false),
        BandKind::HighPass { steep } => ("high-pass", *steep),
        BandKind::LowPass { steep } => ("low-pass", *steep),
    };
    let mut row = Row::default();
    row.key("type", kind);
    row.key("freq", *freq);
    if has_gain {
        row.number("gain", gain.0, 0.0);
    }
    row.number("q", *q, FRAC_1_SQRT_2);
    if steep {
        row.key("slope", 24.0);
    }
    row
}

fn key(page: &mut Page, key: Option<&Key>) {
    let Some(Key { from, tap }) = key else { return };
    page.key("key", from.as_str());
    page.maybe("key_tap", (*tap == Tap::Pre).then_some("pre"));
}

fn saturation(page: &mut Page, unit: &Saturation) {
    let (Saturation { drive, output, asymmetry, mix }, default) = (unit, Saturation::default());
    page.number("drive", drive.0, default.drive.0);
    page.number("output", output.0, default.output.0);
    page.number("asymmetry", *asymmetry, default.asymmetry);
    page.number("mix", *mix, default.mix);
}

fn width(page: &mut Page, unit: &Width) {
    let Width { width, mono_below } = unit;
    page.number("width", *width, 1.0);
    page.maybe("mono_below", *mono_below);
}

fn align(page: &mut Page, unit: &Align) {
    let Align { delay, inverted } = unit;
    match *delay {
        AlignTime::Seconds(seconds) => page.milliseconds("delay_ms", seconds, 0.0),
        AlignTime::Frames(frames) => page.key("delay_frames", frames),
    }
    page.flag("invert", *inverted);
}

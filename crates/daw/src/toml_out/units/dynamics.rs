//! Dynamics of a session.toml, as `units::dynamics` reads them.

use super::super::page::{Page, Row, Value, number};
use super::key;
use stemwright_core::{
    Compressor, CompressorBand, DeEsser, Detector, DynamicBand, DynamicEq, DynamicKind, Gate, Limiter, Multiband,
    Transient,
};

pub(super) fn compressor(page: &mut Page, unit: &Compressor) {
    let Compressor { threshold, ratio, knee, attack, release, makeup, mix, detector, key: from, key_high_pass } = unit;
    // Which of the two it is called tells its detector, and the other defaults.
    let default = match detector {
        Detector::Peak => Compressor::channel(),
        Detector::Rms => Compressor::bus(),
    };
    key(page, from.as_ref());
    page.maybe("key_high_pass", *key_high_pass);
    page.number("threshold", threshold.0, default.threshold.0);
    page.number("ratio", *ratio, default.ratio);
    page.number("knee", *knee, default.knee);
    page.milliseconds("attack_ms", *attack, default.attack);
    page.milliseconds("release_ms", *release, default.release);
    page.number("makeup", makeup.0, default.makeup.0);
    page.number("mix", *mix, default.mix);
}

pub(super) fn gate(page: &mut Page, unit: &Gate) {
    let Gate {
        threshold,
        ratio,
        range,
        hysteresis,
        attack,
        hold,
        release,
        look_ahead,
        key: from,
        key_high_pass,
        key_low_pass,
    } = unit;
    let default = if ratio.is_finite() { Gate::expander() } else { Gate::hard() };
    key(page, from.as_ref());
    page.maybe("key_high_pass", *key_high_pass);
    page.maybe("key_low_pass", *key_low_pass);
    page.number("threshold", threshold.0, default.threshold.0);
    page.number("ratio", *ratio, default.ratio);
    page.number("range", *range, default.range);
    page.number("hysteresis", *hysteresis, default.hysteresis);
    page.milliseconds("attack_ms", *attack, default.attack);
    page.milliseconds("hold_ms", *hold, default.hold);
    page.milliseconds("release_ms", *release, default.release);
    page.milliseconds("look_ahead_ms", *look_ahead, default.look_ahead);
}

pub(super) fn limiter(page: &mut Page, unit: &Limiter) {
    let (Limiter { ceiling, gain, look_ahead, release }, default) = (unit, Limiter::default());
    page.number("ceiling", ceiling.0, default.ceiling.0);
    page.number("gain", gain.0, default.gain.0);
    page.milliseconds("look_ahead_ms", *look_ahead, default.look_ahead);
    page.milliseconds("release_ms", *release, default.release);
}

pub(super) fn de_esser(page: &mut Page, unit: &DeEsser) {
    let (DeEsser { freq, q, threshold, ratio, range, attack, release }, default) = (unit, DeEsser::default());
    page.number("freq", *freq, default.freq);
    page.number("q", *q, default.q);
    page.number("threshold", threshold.0, default.threshold.0);
    page.number("ratio", *ratio, default.ratio);
    page.number("range", *range, default.range);
    page.milliseconds("attack_ms", *attack, default.attack);
    page.milliseconds("release_ms", *release, default.release);
}

pub(super) fn transient(page: &mut Page, unit: &Transient) {
    let (Transient { attack, sustain, attack_time, sustain_time }, default) = (unit, Transient::default());
    page.number("attack", *attack, default.attack);
    page.number("sustain", *sustain, default.sustain);
    page.milliseconds("attack_ms", *attack_time, default.attack_time);
    page.milliseconds("sustain_ms", *sustain_time, default.sustain_time);
}

pub(super) fn multiband(page: &mut Page, unit: &Multiband) {
    let Multiband { crossovers, bands, mix, key: from } = unit;
    key(page, from.as_ref());
    let freqs: Vec<String> = crossovers.iter().map(|freq| number(*freq)).collect();
    page.key("crossovers", Value::Plain(format!("[{}]", freqs.join(", "))));
    if bands.iter().any(|band| *band != CompressorBand::default()) {
        page.rows("bands", &bands.iter().map(compressor_band).collect::<Vec<_>>());
    }
    page.number("mix", *mix, 1.0);
}

fn compressor_band(band: &CompressorBand) -> Row {
    let CompressorBand { threshold, ratio, knee, attack, release, makeup, bypass } = band;
    let (mut row, default) = (Row::default(), CompressorBand::default());
    row.number("threshold", threshold.0, default.threshold.0);
    row.number("ratio", *ratio, default.ratio);
    row.number("knee", *knee, default.knee);
    row.milliseconds("attack_ms", *attack, default.attack);
    row.milliseconds("release_ms", *release, default.release);
    row.number("makeup", makeup.0, default.makeup.0);
    row.flag("bypass", *bypass);
    row
}

pub(super) fn dynamic_eq(page: &mut Page, unit: &DynamicEq) {
    let DynamicEq { bands, key: from } = unit;
    key(page, from.as_ref());
    page.rows("bands", &bands.iter().map(dynamic_band).collect::<Vec<_>>());
}

fn dynamic_band(band: &DynamicBand) -> Row {
    let DynamicBand { kind, freq, q, threshold, ratio, range, attack, release } = band;
    let (mut row, default) = (Row::default(), DynamicBand::new(*kind, *freq));
    let kind = match kind {
        DynamicKind::Bell => "bell",
        DynamicKind::LowShelf => "low-shelf",
        DynamicKind::HighShelf => "high-shelf",
    };
    row.key("type", kind);
    row.key("freq", *freq);
    row.number("q", *q, default.q);
    row.number("threshold", threshold.0, default.threshold.0);
    row.number("ratio", *ratio, default.ratio);
    row.number("range", *range, default.range);
    row.milliseconds("attack_ms", *attack, default.attack);
    row.milliseconds("release_ms", *release, default.release);
    row
}

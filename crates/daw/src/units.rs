//! The inserts of a session.toml.

use crate::SessionError;
use crate::fields::{Fields, Value};
use crate::strips::{Names, tap};
use crate::time::Clock;
use std::f64::consts::FRAC_1_SQRT_2;
use std::ops::RangeInclusive;
use stemwright_core::{
    Band, BandKind, Compressor, Db, Delay, DelayTime, Detector, Eq, Insert, Key, Param, SampleRate, Tempo, Unit,
};

const GAIN: RangeInclusive<f64> = -150.0..=60.0;
const BAND_GAIN: RangeInclusive<f64> = -40.0..=40.0;
const Q: RangeInclusive<f64> = 0.1..=40.0;
const THRESHOLD: RangeInclusive<f64> = -80.0..=20.0;
const RATIO: RangeInclusive<f64> = 1.0..=f64::INFINITY;
const MAKEUP: RangeInclusive<f64> = -40.0..=40.0;
const PART: RangeInclusive<f64> = 0.0..=1.0;
const FEEDBACK: RangeInclusive<f64> = 0.0..=0.98;
const LONGEST_ECHO_SECONDS: f64 = 10.0;

/// Frequencies that a filter can have.
fn freq(rate: SampleRate) -> RangeInclusive<f64> {
    5.0..=0.49 * f64::from(rate.hz())
}

pub(crate) fn insert(mut fields: Fields<'_>, names: &Names, clock: Clock) -> Result<Insert, SessionError> {
    #[derive(Clone, Copy)]
    enum Type {
        Gain,
        Eq,
        Compressor,
        BusCompressor,
        Delay,
    }
    let rate = clock.rate;
    let types = [
        ("gain", Type::Gain),
        ("eq", Type::Eq),
        ("compressor", Type::Compressor),
        ("bus-compressor", Type::BusCompressor),
        ("delay", Type::Delay),
    ];
    let kind = fields.need("type", "\"eq\"")?.into_choice(&types)?;
    let bypass = fields.flag("bypass")?;
    let unit = match kind {
        Type::Gain => Unit::Gain(Db(fields.number("gain", GAIN, "dB")?.unwrap_or(0.0))),
        Type::Eq => Unit::Eq(eq(&mut fields, rate)?),
        Type::Compressor => Unit::Compressor(compressor(&mut fields, Compressor::channel(), names, rate)?),
        Type::BusCompressor => Unit::Compressor(compressor(&mut fields, Compressor::bus(), names, rate)?),
        Type::Delay => Unit::Delay(delay(&mut fields, clock)?),
    };
    fields.finish()?;
    Ok(Insert { bypass, unit })
}

fn eq(fields: &mut Fields<'_>, rate: SampleRate) -> Result<Eq, SessionError> {
    let kinds = [
        ("bell", BandKind::Bell),
        ("low-shelf", BandKind::LowShelf),
        ("high-shelf", BandKind::HighShelf),
        ("high-pass", BandKind::HighPass { steep: false }),
        ("low-pass", BandKind::LowPass { steep: false }),
    ];
    let mut bands = Vec::new();
    for mut fields in fields.tables("bands", "{ type = \"bell\", freq = 300.0, gain = -3.0 }")? {
        let mut kind = fields.need("type", "\"bell\"")?.into_choice(&kinds)?;
        let freq = fields.need("freq", "300.0")?.into_number(freq(rate), "Hz")?;
        let mut band = Band { kind, freq, gain: Db::ZERO, q: FRAC_1_SQRT_2 };
        if let BandKind::HighPass { steep } | BandKind::LowPass { steep } = &mut kind {
            if let Some(slope) = fields.take("slope") {
                *steep = match slope.as_number() {
                    Some(12.0) => false,
                    Some(24.0) => true,
                    _ => return Err(slope.error("`slope` is 12 or 24 dB/octave").hint("write 12 or 24")),
                };
            }
            band.kind = kind;
        } else {
            band.gain = Db(fields.number("gain", BAND_GAIN, "dB")?.unwrap_or(0.0));
        }
        band.q = fields.number("q", Q, "")?.unwrap_or(band.q);
        fields.finish()?;
        bands.push(band);
    }
    Ok(Eq { bands })
}

fn compressor(
    fields: &mut Fields<'_>,
    default: Compressor,
    names: &Names,
    rate: SampleRate,
) -> Result<Compressor, SessionError> {
    let detectors = [("peak", Detector::Peak), ("rms", Detector::Rms)];
    let milliseconds = |value: Option<f64>, or: f64| value.map_or(or, |ms| ms / 1000.0);
    let detector = fields.take("detector").map(|value| value.into_choice(&detectors)).transpose()?;
    let key = match fields.take("key") {
        None => None,
        Some(value) => {
            let from = value.as_text()?;
            names.check(&value, &from, false)?;
            Some(Key { from, tap: tap(fields, "key_tap")? })
        }
    };
    Ok(Compressor {
        threshold: fields.number("threshold", THRESHOLD, "dBFS")?.map_or(default.threshold, Db),
        ratio: fields.number("ratio", RATIO, "")?.unwrap_or(default.ratio),
        knee: fields.number("knee", 0.0..=40.0, "dB")?.unwrap_or(default.knee),
        attack: milliseconds(fields.number("attack_ms", 0.0..=1000.0, "ms")?, default.attack),
        release: milliseconds(fields.number("release_ms", 0.0..=10_000.0, "ms")?, default.release),
        makeup: fields.number("makeup", MAKEUP, "dB")?.map_or(default.makeup, Db),
        mix: fields.number("mix", PART, "")?.unwrap_or(default.mix),
        detector: detector.unwrap_or(default.detector),
        key,
        key_high_pass: fields.number("key_high_pass", freq(rate), "Hz")?,
    })
}

fn delay(fields: &mut Fields<'_>, clock: Clock) -> Result<Delay, SessionError> {
    let (time, rate) = (echo(&fields.need("time", "\"1/8\"")?, clock.tempo)?, clock.rate);
    Ok(Delay {
        time,
        feedback: fields.number("feedback", FEEDBACK, "")?.unwrap_or(0.0),
        ping_pong: fields.flag("ping_pong")?,
        low_cut: fields.number("low_cut", freq(rate), "Hz")?,
        high_cut: fields.number("high_cut", freq(rate), "Hz")?,
        wet: fields.number("mix", PART, "")?.unwrap_or(1.0),
    })
}

/// `1/8`, `1/8.` (dotted), `1/8t` (triplet), or seconds.
fn echo(value: &Value<'_>, tempo: Tempo) -> Result<DelayTime, SessionError> {
    let error = || {
        value
            .error("`time` is not the time of an echo")
            .hint("write a note value such as \"1/8\", \"1/8.\" (dotted) or \"1/8t\" (triplet), or seconds up to 10")
    };
    if let Some(seconds) = value.as_number() {
        return (seconds > 0.0 && seconds <= LONGEST_ECHO_SECONDS)
            .then_some(DelayTime::Seconds(seconds))
            .ok_or_else(error);
    }
    let text = value.as_text()?;
    let (plain, scale) = match text.strip_suffix('.') {
        Some(plain) => (plain, 1.5),
        None => text.strip_suffix(['t', 'T']).map_or((text.as_str(), 1.0), |plain| (plain, 2.0 / 3.0)),
    };
    let parts = plain.split_once('/').and_then(|(a, b)| Some((a.parse::<u32>().ok()?, b.parse::<u32>().ok()?)));
    parts
        .filter(|&(notes, of)| (1..=16).contains(&notes) && of.is_power_of_two() && of <= 64)
        .map(|(notes, of)| f64::from(notes) * 4.0 / f64::from(of) * scale)
        .filter(|&quarters| tempo.quarters(quarters) <= LONGEST_ECHO_SECONDS)
        .map(DelayTime::Quarters)
        .ok_or_else(error)
}

/// The parameter of a unit by its name after `insert.N.`, and its range; else the names that there are.
pub(crate) fn param(unit: &Unit, name: &str, rate: SampleRate) -> Result<(Param, RangeInclusive<f64>), String> {
    let found = match unit {
        Unit::Gain(_) => [("gain", Param::Gain, GAIN)].into_iter().find(|(known, ..)| *known == name),
        Unit::Compressor(_) => [
            ("threshold", Param::Threshold, THRESHOLD),
            ("ratio", Param::Ratio, RATIO),
            ("makeup", Param::Makeup, MAKEUP),
            ("mix", Param::Mix, PART),
        ]
        .into_iter()
        .find(|(known, ..)| *known == name),
        Unit::Delay(_) => [("feedback", Param::Feedback, FEEDBACK), ("mix", Param::Wet, PART)]
            .into_iter()
            .find(|(known, ..)| *known == name),
        Unit::Eq(eq) => name.strip_prefix("band.").and_then(|rest| rest.split_once('.')).and_then(|(band, name)| {
            let band = band.parse::<usize>().ok()?.checked_sub(1).filter(|&band| band < eq.bands.len())?;
            let known = [
                ("freq", Param::BandFreq(band), freq(rate)),
                ("gain", Param::BandGain(band), BAND_GAIN),
                ("q", Param::BandQ(band), Q),
            ];
            known.into_iter().find(|(known, ..)| *known == name)
        }),
    };
    found.map(|(_, param, range)| (param, range)).ok_or_else(|| match unit {
        Unit::Gain(_) => "write insert.N.gain".into(),
        Unit::Compressor(_) => "write threshold, ratio, makeup or mix after its number".into(),
        Unit::Delay(_) => "write feedback or mix after its number".into(),
        Unit::Eq(eq) => format!("write band.1.freq, .gain or .q after its number; it has {} bands", eq.bands.len()),
    })
}

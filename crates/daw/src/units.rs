//! The inserts of a session.toml.

use crate::SessionError;
use crate::fields::{Fields, Value};
use crate::strips::{Names, tap};
use crate::time::Clock;
use std::f64::consts::FRAC_1_SQRT_2;
use std::ops::RangeInclusive;
use stemwright_core::{
    Band, BandKind, Compressor, Db, DeEsser, Delay, DelayTime, Detector, Eq, Gate, Insert, Key, Limiter, Param, Reverb,
    SampleRate, Saturation, Tempo, Unit, Width,
};

const GAIN: RangeInclusive<f64> = -150.0..=60.0;
const BAND_GAIN: RangeInclusive<f64> = -40.0..=40.0;
const Q: RangeInclusive<f64> = 0.1..=40.0;
const THRESHOLD: RangeInclusive<f64> = -80.0..=20.0;
const DE_ESSER_THRESHOLD: RangeInclusive<f64> = -80.0..=0.0;
const RATIO: RangeInclusive<f64> = 1.0..=f64::INFINITY;
const MAKEUP: RangeInclusive<f64> = -40.0..=40.0;
const PART: RangeInclusive<f64> = 0.0..=1.0;
const FEEDBACK: RangeInclusive<f64> = 0.0..=0.98;
const ATTACK_MS: RangeInclusive<f64> = 0.0..=1000.0;
const RELEASE_MS: RangeInclusive<f64> = 0.0..=10_000.0;
const CEILING: RangeInclusive<f64> = -40.0..=0.0;
const LIMITER_GAIN: RangeInclusive<f64> = -20.0..=40.0;
const GATE_THRESHOLD: RangeInclusive<f64> = -100.0..=0.0;
const DRIVE: RangeInclusive<f64> = -20.0..=40.0;
const OUTPUT: RangeInclusive<f64> = -40.0..=20.0;
const WIDTH: RangeInclusive<f64> = 0.0..=2.0;
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
        Reverb,
        Limiter,
        Gate,
        Expander,
        DeEsser,
        Saturation,
        Width,
    }
    let rate = clock.rate;
    let types = [
        ("gain", Type::Gain),
        ("eq", Type::Eq),
        ("compressor", Type::Compressor),
        ("bus-compressor", Type::BusCompressor),
        ("delay", Type::Delay),
        ("reverb", Type::Reverb),
        ("limiter", Type::Limiter),
        ("gate", Type::Gate),
        ("expander", Type::Expander),
        ("de-esser", Type::DeEsser),
        ("saturation", Type::Saturation),
        ("width", Type::Width),
    ];
    let kind = fields.need("type", "\"eq\"")?.into_choice(&types)?;
    let bypass = fields.flag("bypass")?;
    let unit = match kind {
        Type::Gain => Unit::Gain(Db(fields.number("gain", GAIN, "dB")?.unwrap_or(0.0))),
        Type::Eq => Unit::Eq(eq(&mut fields, rate)?),
        Type::Compressor => Unit::Compressor(compressor(&mut fields, Compressor::channel(), names, rate)?),
        Type::BusCompressor => Unit::Compressor(compressor(&mut fields, Compressor::bus(), names, rate)?),
        Type::Delay => Unit::Delay(delay(&mut fields, clock)?),
        Type::Reverb => Unit::Reverb(reverb(&mut fields, rate)?),
        Type::Limiter => Unit::Limiter(limiter(&mut fields)?),
        Type::Gate => Unit::Gate(gate(&mut fields, Gate::hard(), names, rate)?),
        Type::Expander => Unit::Gate(gate(&mut fields, Gate::expander(), names, rate)?),
        Type::DeEsser => Unit::DeEsser(de_esser(&mut fields, rate)?),
        Type::Saturation => Unit::Saturation(saturation(&mut fields)?),
        Type::Width => Unit::Width(width(&mut fields, rate)?),
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

/// A time that is written in milliseconds, in seconds.
fn milliseconds(
    fields: &mut Fields<'_>,
    name: &'static str,
    range: RangeInclusive<f64>,
) -> Result<Option<f64>, SessionError> {
    Ok(fields.number(name, range, "ms")?.map(|ms| ms / 1000.0))
}

fn key(fields: &mut Fields<'_>, names: &Names) -> Result<Option<Key>, SessionError> {
    let Some(value) = fields.take("key") else { return Ok(None) };
    let from = value.as_text()?;
    names.check(&value, &from, false)?;
    Ok(Some(Key { from, tap: tap(fields, "key_tap")? }))
}

fn compressor(
    fields: &mut Fields<'_>,
    default: Compressor,
    names: &Names,
    rate: SampleRate,
) -> Result<Compressor, SessionError> {
    let detectors = [("peak", Detector::Peak), ("rms", Detector::Rms)];
    let detector = fields.take("detector").map(|value| value.into_choice(&detectors)).transpose()?;
    let key = key(fields, names)?;
    Ok(Compressor {
        threshold: fields.number("threshold", THRESHOLD, "dBFS")?.map_or(default.threshold, Db),
        ratio: fields.number("ratio", RATIO, "")?.unwrap_or(default.ratio),
        knee: fields.number("knee", 0.0..=40.0, "dB")?.unwrap_or(default.knee),
        attack: milliseconds(fields, "attack_ms", ATTACK_MS)?.unwrap_or(default.attack),
        release: milliseconds(fields, "release_ms", RELEASE_MS)?.unwrap_or(default.release),
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

fn reverb(fields: &mut Fields<'_>, rate: SampleRate) -> Result<Reverb, SessionError> {
    let crossover = 200.0..=0.45 * f64::from(rate.hz());
    Ok(Reverb {
        decay: fields.need("decay", "1.8")?.into_number(0.1..=30.0, "seconds")?,
        predelay: milliseconds(fields, "predelay_ms", 0.0..=500.0)?.unwrap_or(0.0),
        size: fields.number("size", 0.25..=2.0, "")?.unwrap_or(1.0),
        high_decay: fields.number("high_decay", 0.05..=1.0, "")?.unwrap_or(0.5),
        crossover: fields.number("crossover", crossover, "Hz")?.unwrap_or(5000.0),
        low_cut: fields.number("low_cut", freq(rate), "Hz")?,
        high_cut: fields.number("high_cut", freq(rate), "Hz")?,
        wet: fields.number("mix", PART, "")?.unwrap_or(1.0),
    })
}

fn limiter(fields: &mut Fields<'_>) -> Result<Limiter, SessionError> {
    let default = Limiter::default();
    Ok(Limiter {
        ceiling: fields.number("ceiling", CEILING, "dBTP")?.map_or(default.ceiling, Db),
        gain: fields.number("gain", LIMITER_GAIN, "dB")?.map_or(default.gain, Db),
        look_ahead: milliseconds(fields, "look_ahead_ms", 0.25..=20.0)?.unwrap_or(default.look_ahead),
        release: milliseconds(fields, "release_ms", RELEASE_MS)?.unwrap_or(default.release),
    })
}

fn gate(fields: &mut Fields<'_>, default: Gate, names: &Names, rate: SampleRate) -> Result<Gate, SessionError> {
    Ok(Gate {
        threshold: fields.number("threshold", GATE_THRESHOLD, "dBFS")?.map_or(default.threshold, Db),
        ratio: fields.number("ratio", RATIO, "")?.unwrap_or(default.ratio),
        range: fields.number("range", 0.0..=150.0, "dB")?.unwrap_or(default.range),
        hysteresis: fields.number("hysteresis", 0.0..=40.0, "dB")?.unwrap_or(default.hysteresis),
        attack: milliseconds(fields, "attack_ms", ATTACK_MS)?.unwrap_or(default.attack),
        hold: milliseconds(fields, "hold_ms", 0.0..=10_000.0)?.unwrap_or(default.hold),
        release: milliseconds(fields, "release_ms", RELEASE_MS)?.unwrap_or(default.release),
        look_ahead: milliseconds(fields, "look_ahead_ms", 0.0..=20.0)?.unwrap_or(default.look_ahead),
        key: key(fields, names)?,
        key_high_pass: fields.number("key_high_pass", freq(rate), "Hz")?,
        key_low_pass: fields.number("key_low_pass", freq(rate), "Hz")?,
    })
}

fn de_esser(fields: &mut Fields<'_>, rate: SampleRate) -> Result<DeEsser, SessionError> {
    let default = DeEsser::default();
    Ok(DeEsser {
        freq: fields.number("freq", 500.0..=0.45 * f64::from(rate.hz()), "Hz")?.unwrap_or(default.freq),
        q: fields.number("q", 0.3..=5.0, "")?.unwrap_or(default.q),
        threshold: fields.number("threshold", DE_ESSER_THRESHOLD, "dBFS")?.map_or(default.threshold, Db),
        ratio: fields.number("ratio", RATIO, "")?.unwrap_or(default.ratio),
        range: fields.number("range", 0.0..=40.0, "dB")?.unwrap_or(default.range),
        attack: milliseconds(fields, "attack_ms", ATTACK_MS)?.unwrap_or(default.attack),
        release: milliseconds(fields, "release_ms", RELEASE_MS)?.unwrap_or(default.release),
    })
}

fn saturation(fields: &mut Fields<'_>) -> Result<Saturation, SessionError> {
    let default = Saturation::default();
    Ok(Saturation {
        drive: fields.number("drive", DRIVE, "dB")?.map_or(default.drive, Db),
        output: fields.number("output", OUTPUT, "dB")?.map_or(default.output, Db),
        asymmetry: fields.number("asymmetry", 0.0..=0.9, "")?.unwrap_or(default.asymmetry),
        mix: fields.number("mix", PART, "")?.unwrap_or(default.mix),
    })
}

fn width(fields: &mut Fields<'_>, rate: SampleRate) -> Result<Width, SessionError> {
    Ok(Width {
        width: fields.number("width", WIDTH, "")?.unwrap_or(1.0),
        mono_below: fields.number("mono_below", freq(rate), "Hz")?,
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
    if let Unit::Eq(eq) = unit {
        return band_param(eq, name, rate).ok_or_else(|| {
            format!("write band.1.freq, .gain or .q after its number; it has {} bands", eq.bands.len())
        });
    }
    let known: &[(&str, Param, RangeInclusive<f64>)] = match unit {
        Unit::Gain(_) => &[("gain", Param::Gain, GAIN)],
        Unit::Eq(_) => &[],
        Unit::Compressor(_) => &[
            ("threshold", Param::Threshold, THRESHOLD),
            ("ratio", Param::Ratio, RATIO),
            ("makeup", Param::Makeup, MAKEUP),
            ("mix", Param::Mix, PART),
        ],
        Unit::Delay(_) => &[("feedback", Param::Feedback, FEEDBACK), ("mix", Param::Wet, PART)],
        Unit::Reverb(_) => &[("mix", Param::Wet, PART)],
        Unit::Limiter(_) => &[("gain", Param::Gain, LIMITER_GAIN), ("ceiling", Param::Ceiling, CEILING)],
        Unit::Gate(_) => &[("threshold", Param::Threshold, GATE_THRESHOLD)],
        Unit::DeEsser(_) => &[("threshold", Param::Threshold, DE_ESSER_THRESHOLD), ("ratio", Param::Ratio, RATIO)],
        Unit::Saturation(_) => {
            &[("drive", Param::Drive, DRIVE), ("output", Param::Output, OUTPUT), ("mix", Param::Mix, PART)]
        }
        Unit::Width(_) => &[("width", Param::Width, WIDTH)],
    };
    let found = known.iter().find(|(known, ..)| *known == name);
    found.map(|(_, param, range)| (*param, range.clone())).ok_or_else(|| {
        let names: Vec<&str> = known.iter().map(|(name, ..)| *name).collect();
        match names.split_last() {
            Some((last, rest)) if !rest.is_empty() => format!("write {} or {last} after its number", rest.join(", ")),
            _ => format!("write {} after its number", names.concat()),
        }
    })
}

fn band_param(eq: &Eq, name: &str, rate: SampleRate) -> Option<(Param, RangeInclusive<f64>)> {
    let (band, name) = name.strip_prefix("band.")?.split_once('.')?;
    let band = band.parse::<usize>().ok()?.checked_sub(1).filter(|&band| band < eq.bands.len())?;
    let known = [
        ("freq", Param::BandFreq(band), freq(rate)),
        ("gain", Param::BandGain(band), BAND_GAIN),
        ("q", Param::BandQ(band), Q),
    ];
    known.into_iter().find(|(known, ..)| *known == name).map(|(_, param, range)| (param, range))
}

//! The inserts of a session.toml.

mod dynamics;
mod spaces;

use crate::SessionError;
use crate::fields::Fields;
use crate::strips::{Names, tap};
use crate::time::Clock;
use std::f64::consts::FRAC_1_SQRT_2;
use std::ops::RangeInclusive;
use std::path::Path;
use stemwright_core::{
    Align, AlignTime, Band, BandKind, Compressor, Db, Eq, Gate, Insert, Key, Param, SampleRate, Saturation, Unit, Width,
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
const SHAPE: RangeInclusive<f64> = -24.0..=24.0;
const RANGE: RangeInclusive<f64> = -30.0..=30.0;
const ROOM_GAIN: RangeInclusive<f64> = -60.0..=40.0;
const DEPTH_MS: RangeInclusive<f64> = 0.0..=20.0;
const OCTAVES: RangeInclusive<f64> = 0.0..=4.0;
const PHASER_FREQ: RangeInclusive<f64> = 20.0..=10_000.0;
const SWEPT_FEEDBACK: RangeInclusive<f64> = -0.95..=0.95;
/// The most bands of a dynamic equaliser.
const BANDS: usize = 8;

/// Frequencies that a filter can have.
fn freq(rate: SampleRate) -> RangeInclusive<f64> {
    5.0..=0.49 * f64::from(rate.hz())
}

/// Relative files are in `base`.
pub(crate) fn insert(
    mut fields: Fields<'_>,
    names: &Names,
    clock: Clock<'_>,
    base: &Path,
) -> Result<Insert, SessionError> {
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
        Transient,
        Multiband,
        DynamicEq,
        Convolution,
        Chorus,
        Phaser,
        Align,
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
        ("transient", Type::Transient),
        ("multiband", Type::Multiband),
        ("dynamic-eq", Type::DynamicEq),
        ("convolution", Type::Convolution),
        ("chorus", Type::Chorus),
        ("phaser", Type::Phaser),
        ("align", Type::Align),
    ];
    let kind = fields.need("type", "\"eq\"")?.into_choice(&types)?;
    let bypass = fields.flag("bypass")?;
    let unit = match kind {
        Type::Gain => Unit::Gain(Db(fields.number("gain", GAIN, "dB")?.unwrap_or(0.0))),
        Type::Eq => Unit::Eq(eq(&mut fields, rate)?),
        Type::Compressor => Unit::Compressor(dynamics::compressor(&mut fields, Compressor::channel(), names, rate)?),
        Type::BusCompressor => Unit::Compressor(dynamics::compressor(&mut fields, Compressor::bus(), names, rate)?),
        Type::Delay => Unit::Delay(spaces::delay(&mut fields, clock)?),
        Type::Reverb => Unit::Reverb(spaces::reverb(&mut fields, rate)?),
        Type::Limiter => Unit::Limiter(dynamics::limiter(&mut fields)?),
        Type::Gate => Unit::Gate(dynamics::gate(&mut fields, Gate::hard(), names, rate)?),
        Type::Expander => Unit::Gate(dynamics::gate(&mut fields, Gate::expander(), names, rate)?),
        Type::DeEsser => Unit::DeEsser(dynamics::de_esser(&mut fields, rate)?),
        Type::Saturation => Unit::Saturation(saturation(&mut fields)?),
        Type::Width => Unit::Width(width(&mut fields, rate)?),
        Type::Transient => Unit::Transient(dynamics::transient(&mut fields)?),
        Type::Multiband => Unit::Multiband(dynamics::multiband(&mut fields, names, rate)?),
        Type::DynamicEq => Unit::DynamicEq(dynamics::dynamic_eq(&mut fields, names, rate)?),
        Type::Convolution => Unit::Convolution(spaces::convolution(&mut fields, base)?),
        Type::Chorus => Unit::Chorus(spaces::chorus(&mut fields, clock)?),
        Type::Phaser => Unit::Phaser(spaces::phaser(&mut fields, clock)?),
        Type::Align => Unit::Align(align(&mut fields, rate)?),
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

fn align(fields: &mut Fields<'_>, rate: SampleRate) -> Result<Align, SessionError> {
    let farthest = 1000.0 * Align::FARTHEST;
    let time = milliseconds(fields, "delay_ms", -farthest..=farthest)?;
    let farthest = Align::FARTHEST * f64::from(rate.hz());
    let frames = fields.take("delay_frames");
    let delay = match (time, frames) {
        (Some(_), Some(frames)) => {
            return Err(frames.error("`delay_frames` beside `delay_ms`").hint("write one of them"));
        }
        (_, Some(frames)) => AlignTime::Frames(frames.into_number(-farthest..=farthest, "frames")?),
        (time, None) => AlignTime::Seconds(time.unwrap_or(0.0)),
    };
    Ok(Align { delay, inverted: fields.flag("invert")? })
}

/// The parameter of a unit by its name after `insert.N.`, and its range; else the names that there are.
pub(crate) fn param(unit: &Unit, name: &str, rate: SampleRate) -> Result<(Param, RangeInclusive<f64>), String> {
    let bands: Option<(usize, &str)> = match unit {
        Unit::Eq(eq) => Some((eq.bands.len(), ".freq, .gain or .q")),
        Unit::Multiband(multiband) => Some((multiband.bands.len(), ".threshold, .ratio or .makeup, or mix")),
        Unit::DynamicEq(eq) => Some((eq.bands.len(), ".threshold, .ratio or .range")),
        _ => None,
    };
    if let Some((bands, names)) = bands {
        return band_param(unit, bands, name, rate)
            .ok_or_else(|| format!("write band.1{names} after its number; it has {bands} bands"));
    }
    let known: &[(&str, Param, RangeInclusive<f64>)] = match unit {
        Unit::Gain(_) => &[("gain", Param::Gain, GAIN)],
        Unit::Eq(_) | Unit::Multiband(_) | Unit::DynamicEq(_) | Unit::Align(_) => &[],
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
        Unit::Transient(_) => &[("attack", Param::Attack, SHAPE), ("sustain", Param::Sustain, SHAPE)],
        Unit::Convolution(_) => &[("gain", Param::Gain, ROOM_GAIN), ("mix", Param::Wet, PART)],
        Unit::Chorus(_) => &[
            ("depth", Param::Depth, DEPTH_MS),
            ("feedback", Param::Feedback, SWEPT_FEEDBACK),
            ("mix", Param::Wet, PART),
        ],
        Unit::Phaser(_) => &[
            ("freq", Param::Freq, PHASER_FREQ),
            ("depth", Param::Depth, OCTAVES),
            ("feedback", Param::Feedback, SWEPT_FEEDBACK),
            ("mix", Param::Wet, PART),
        ],
    };
    let found = known.iter().find(|(known, ..)| *known == name);
    found.map(|(_, param, range)| (*param, range.clone())).ok_or_else(|| {
        let names: Vec<&str> = known.iter().map(|(name, ..)| *name).collect();
        match names.split_last() {
            None => "nothing of it can be automated".into(),
            Some((last, rest)) if !rest.is_empty() => format!("write {} or {last} after its number", rest.join(", ")),
            _ => format!("write {} after its number", names.concat()),
        }
    })
}

fn band_param(unit: &Unit, bands: usize, name: &str, rate: SampleRate) -> Option<(Param, RangeInclusive<f64>)> {
    if let (Unit::Multiband(_), "mix") = (unit, name) {
        return Some((Param::Mix, PART));
    }
    let (band, name) = name.strip_prefix("band.")?.split_once('.')?;
    let band = band.parse::<usize>().ok()?.checked_sub(1).filter(|&band| band < bands)?;
    let known = match unit {
        Unit::Multiband(_) => [
            ("threshold", Param::BandThreshold(band), THRESHOLD),
            ("ratio", Param::BandRatio(band), RATIO),
            ("makeup", Param::BandMakeup(band), MAKEUP),
        ],
        Unit::DynamicEq(_) => [
            ("threshold", Param::BandThreshold(band), DE_ESSER_THRESHOLD),
            ("ratio", Param::BandRatio(band), RATIO),
            ("range", Param::BandRange(band), RANGE),
        ],
        _ => [
            ("freq", Param::BandFreq(band), freq(rate)),
            ("gain", Param::BandGain(band), BAND_GAIN),
            ("q", Param::BandQ(band), Q),
        ],
    };
    known.into_iter().find(|(known, ..)| *known == name).map(|(_, param, range)| (param, range))
}

//! Dynamics in a session.toml: compressors, gates, limiter, de-esser, transient shaper, and what has bands of them.

use super::{
    ATTACK_MS, BANDS, CEILING, DE_ESSER_THRESHOLD, GATE_THRESHOLD, LIMITER_GAIN, MAKEUP, PART, RANGE, RATIO,
    RELEASE_MS, SHAPE, THRESHOLD, freq, key, milliseconds,
};
use crate::SessionError;
use crate::fields::{Fields, Value};
use crate::strips::Names;
use std::ops::RangeInclusive;
use stemwright_core::{
    Compressor, CompressorBand, Db, DeEsser, Detector, DynamicBand, DynamicEq, DynamicKind, Gate, Limiter, Multiband,
    SampleRate, Transient,
};

/// Corners of crossovers and of the filters of detectors.
fn corner(rate: SampleRate) -> RangeInclusive<f64> {
    20.0..=0.45 * f64::from(rate.hz())
}

pub(super) fn compressor(
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

pub(super) fn limiter(fields: &mut Fields<'_>) -> Result<Limiter, SessionError> {
    let default = Limiter::default();
    Ok(Limiter {
        ceiling: fields.number("ceiling", CEILING, "dBTP")?.map_or(default.ceiling, Db),
        gain: fields.number("gain", LIMITER_GAIN, "dB")?.map_or(default.gain, Db),
        look_ahead: milliseconds(fields, "look_ahead_ms", 0.25..=20.0)?.unwrap_or(default.look_ahead),
        release: milliseconds(fields, "release_ms", RELEASE_MS)?.unwrap_or(default.release),
    })
}

pub(super) fn gate(
    fields: &mut Fields<'_>,
    default: Gate,
    names: &Names,
    rate: SampleRate,
) -> Result<Gate, SessionError> {
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

pub(super) fn de_esser(fields: &mut Fields<'_>, rate: SampleRate) -> Result<DeEsser, SessionError> {
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

pub(super) fn transient(fields: &mut Fields<'_>) -> Result<Transient, SessionError> {
    let default = Transient::default();
    Ok(Transient {
        attack: fields.number("attack", SHAPE, "dB")?.unwrap_or(default.attack),
        sustain: fields.number("sustain", SHAPE, "dB")?.unwrap_or(default.sustain),
        attack_time: milliseconds(fields, "attack_ms", 1.0..=100.0)?.unwrap_or(default.attack_time),
        sustain_time: milliseconds(fields, "sustain_ms", 10.0..=1000.0)?.unwrap_or(default.sustain_time),
    })
}

pub(super) fn multiband(fields: &mut Fields<'_>, names: &Names, rate: SampleRate) -> Result<Multiband, SessionError> {
    let crossovers = crossovers(fields.need("crossovers", "[120.0, 2500.0]")?, rate)?;
    let span = fields.span.clone();
    let tables = fields.tables("bands", "{ threshold = -24.0, ratio = 2.0 }")?;
    let wanted = crossovers.len() + 1;
    if !tables.is_empty() && tables.len() != wanted {
        let message = format!("{} bands, where {} crossovers make {wanted}", tables.len(), crossovers.len());
        return Err(fields
            .document
            .error(&span, message)
            .hint("write one table a band, from the lowest: bands = [{}, { bypass = true }, …]"));
    }
    let mut bands = tables.into_iter().map(compressor_band).collect::<Result<Vec<_>, _>>()?;
    bands.resize(wanted, CompressorBand::default());
    Ok(Multiband { crossovers, bands, mix: fields.number("mix", PART, "")?.unwrap_or(1.0), key: key(fields, names)? })
}

/// One to four frequencies that rise.
fn crossovers(value: Value<'_>, rate: SampleRate) -> Result<Vec<f64>, SessionError> {
    let (document, span) = (value.document, value.span.clone());
    let items = value.into_items()?;
    let freqs = items.into_iter().map(|item| item.into_number(corner(rate), "Hz")).collect::<Result<Vec<_>, _>>()?;
    if freqs.is_empty() || freqs.len() > 4 || !freqs.is_sorted_by(|a, b| a < b) {
        let error = document.error(&span, "`crossovers` are one to four frequencies that rise");
        return Err(error.hint("write [120.0, 2500.0], for three bands"));
    }
    Ok(freqs)
}

fn compressor_band(mut fields: Fields<'_>) -> Result<CompressorBand, SessionError> {
    let default = CompressorBand::default();
    let band = CompressorBand {
        threshold: fields.number("threshold", THRESHOLD, "dBFS")?.map_or(default.threshold, Db),
        ratio: fields.number("ratio", RATIO, "")?.unwrap_or(default.ratio),
        knee: fields.number("knee", 0.0..=40.0, "dB")?.unwrap_or(default.knee),
        attack: milliseconds(&mut fields, "attack_ms", ATTACK_MS)?.unwrap_or(default.attack),
        release: milliseconds(&mut fields, "release_ms", RELEASE_MS)?.unwrap_or(default.release),
        makeup: fields.number("makeup", MAKEUP, "dB")?.map_or(default.makeup, Db),
        bypass: fields.flag("bypass")?,
    };
    fields.finish()?;
    Ok(band)
}

pub(super) fn dynamic_eq(fields: &mut Fields<'_>, names: &Names, rate: SampleRate) -> Result<DynamicEq, SessionError> {
    let example = "{ type = \"bell\", freq = 3000.0, threshold = -30.0 }";
    let bands = fields.need("bands", &format!("[{example}]"))?;
    let (document, span) = (bands.document, bands.span.clone());
    let tables = bands.into_tables(example)?;
    if tables.is_empty() || tables.len() > BANDS {
        let error = document.error(&span, format!("a dynamic EQ has one to {BANDS} bands"));
        return Err(error.hint("use two of them for more"));
    }
    let bands = tables.into_iter().map(|fields| dynamic_band(fields, rate)).collect::<Result<_, _>>()?;
    Ok(DynamicEq { bands, key: key(fields, names)? })
}

fn dynamic_band(mut fields: Fields<'_>, rate: SampleRate) -> Result<DynamicBand, SessionError> {
    let kinds =
        [("bell", DynamicKind::Bell), ("low-shelf", DynamicKind::LowShelf), ("high-shelf", DynamicKind::HighShelf)];
    let kind = fields.need("type", "\"bell\"")?.into_choice(&kinds)?;
    let freq = fields.need("freq", "3000.0")?.into_number(corner(rate), "Hz")?;
    let default = DynamicBand::new(kind, freq);
    let band = DynamicBand {
        kind,
        freq,
        q: fields.number("q", 0.2..=10.0, "")?.unwrap_or(default.q),
        threshold: fields.number("threshold", DE_ESSER_THRESHOLD, "dBFS")?.map_or(default.threshold, Db),
        ratio: fields.number("ratio", RATIO, "")?.unwrap_or(default.ratio),
        range: fields.number("range", RANGE, "dB")?.unwrap_or(default.range),
        attack: milliseconds(&mut fields, "attack_ms", ATTACK_MS)?.unwrap_or(default.attack),
        release: milliseconds(&mut fields, "release_ms", RELEASE_MS)?.unwrap_or(default.release),
    };
    fields.finish()?;
    Ok(band)
}

//! Echoes, rooms and what moves in a session.toml: delay, reverb, convolution, chorus, phaser.

use super::{DEPTH_MS, FEEDBACK, OCTAVES, PART, PHASER_FREQ, ROOM_GAIN, SWEPT_FEEDBACK, freq, milliseconds};
use crate::SessionError;
use crate::fields::{Fields, Value};
use crate::time::Clock;
use std::ops::RangeInclusive;
use std::path::Path;
use stemwright_core::{Chorus, Convolution, Db, Delay, DelayTime, Phaser, Reverb, SampleRate, Sweep, Tempo};

const LONGEST_ECHO_SECONDS: f64 = 10.0;
const SWEEP_HZ: RangeInclusive<f64> = 0.01..=20.0;
const DEGREES: RangeInclusive<f64> = 0.0..=360.0;

pub(super) fn delay(fields: &mut Fields<'_>, clock: Clock<'_>) -> Result<Delay, SessionError> {
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

pub(super) fn reverb(fields: &mut Fields<'_>, rate: SampleRate) -> Result<Reverb, SessionError> {
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

/// Relative files are in `base`.
pub(super) fn convolution(fields: &mut Fields<'_>, base: &Path) -> Result<Convolution, SessionError> {
    let default = Convolution::new(base.join(fields.need("file", "\"ir/hall.wav\"")?.into_text()?));
    Ok(Convolution {
        predelay: milliseconds(fields, "predelay_ms", 0.0..=500.0)?.unwrap_or(default.predelay),
        gain: fields.number("gain", ROOM_GAIN, "dB")?.map_or(default.gain, Db),
        length: fields.number("length", 0.001..=Convolution::LONGEST, "seconds")?.unwrap_or(default.length),
        normalise: fields.flag("normalise")?,
        wet: fields.number("mix", PART, "")?.unwrap_or(default.wet),
        file: default.file,
    })
}

pub(super) fn chorus(fields: &mut Fields<'_>, clock: Clock<'_>) -> Result<Chorus, SessionError> {
    let default = Chorus::default();
    Ok(Chorus {
        rate: sweep(fields, default.rate, clock.tempo)?,
        delay: milliseconds(fields, "delay_ms", 0.1..=50.0)?.unwrap_or(default.delay),
        depth: milliseconds(fields, "depth_ms", DEPTH_MS)?.unwrap_or(default.depth),
        voices: count(fields, "voices", &[1, 2, 3, 4, 5, 6])?.unwrap_or(default.voices),
        feedback: fields.number("feedback", SWEPT_FEEDBACK, "")?.unwrap_or(default.feedback),
        phase: fields.number("phase", DEGREES, "degrees")?.unwrap_or(default.phase),
        wet: fields.number("mix", PART, "")?.unwrap_or(default.wet),
    })
}

pub(super) fn phaser(fields: &mut Fields<'_>, clock: Clock<'_>) -> Result<Phaser, SessionError> {
    let default = Phaser::default();
    Ok(Phaser {
        rate: sweep(fields, default.rate, clock.tempo)?,
        freq: fields.number("freq", PHASER_FREQ, "Hz")?.unwrap_or(default.freq),
        depth: fields.number("depth", OCTAVES, "octaves")?.unwrap_or(default.depth),
        stages: count(fields, "stages", &[2, 4, 6, 8, 10, 12])?.unwrap_or(default.stages),
        feedback: fields.number("feedback", SWEPT_FEEDBACK, "")?.unwrap_or(default.feedback),
        phase: fields.number("phase", DEGREES, "degrees")?.unwrap_or(default.phase),
        wet: fields.number("mix", PART, "")?.unwrap_or(default.wet),
    })
}

/// One of a few whole numbers.
fn count(fields: &mut Fields<'_>, key: &'static str, choices: &[usize]) -> Result<Option<usize>, SessionError> {
    let Some(value) = fields.take(key) else { return Ok(None) };
    let number = value.as_number();
    let found = choices.iter().copied().find(|choice| number == Some(*choice as f64));
    found.map(Some).ok_or_else(|| {
        let all: Vec<String> = choices.iter().map(usize::to_string).collect();
        value.wrong(&format!("one of {}", all.join(", ")), &all[0])
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
    note(&value.as_text()?)
        .filter(|&quarters| tempo.quarters(quarters) <= LONGEST_ECHO_SECONDS)
        .map(DelayTime::Quarters)
        .ok_or_else(error)
}

/// The quarter notes that a note value lasts.
fn note(text: &str) -> Option<f64> {
    let (plain, scale) = match text.strip_suffix('.') {
        Some(plain) => (plain, 1.5),
        None => text.strip_suffix(['t', 'T']).map_or((text, 1.0), |plain| (plain, 2.0 / 3.0)),
    };
    let (notes, of) = plain.split_once('/')?;
    let (notes, of) = (notes.parse::<u32>().ok()?, of.parse::<u32>().ok()?);
    ((1..=16).contains(&notes) && of.is_power_of_two() && of <= 64)
        .then(|| f64::from(notes) * 4.0 / f64::from(of) * scale)
}

/// Turns a second, or the note value that one turn lasts.
fn sweep(fields: &mut Fields<'_>, default: Sweep, tempo: Tempo) -> Result<Sweep, SessionError> {
    let Some(value) = fields.take("rate") else { return Ok(default) };
    let sweep = match value.as_number() {
        Some(hz) => Some(Sweep::Hz(hz)),
        None => note(&value.as_text()?).map(Sweep::Quarters),
    };
    sweep.filter(|sweep| SWEEP_HZ.contains(&sweep.hz(tempo))).ok_or_else(|| {
        value
            .error("`rate` is not how fast something goes round")
            .hint("write turns a second, 0.01 to 20, or the note value that one lasts: \"1/2\", \"4/1\"")
    })
}

//! Positions and lengths as people write them.

use crate::SessionError;
use crate::fields::Value;
use stemwright_core::{SampleRate, Tempo, TempoMap};
use toml::de::DeValue;

/// What turns a written time into frames.
#[derive(Clone, Copy)]
pub(crate) struct Clock<'m> {
    /// Of the frames that come out.
    pub(crate) rate: SampleRate,
    /// Of frames that are written down.
    pub(crate) written: SampleRate,
    /// The first tempo of the map.
    pub(crate) tempo: Tempo,
    pub(crate) map: &'m TempoMap,
}

/// Nothing lies further away than this from bar 1: about a day at 384 kHz.
pub(crate) const FARTHEST_SECONDS: f64 = 90_000.0;

const POSITIONS: &str = "write \"17|3\" (bar|beat), seconds such as 12.5, \"1:23.456\" or \"96000 frames\"";
const LENGTHS: &str = "write \"2 bars\", \"3 beats\", seconds such as 1.5, \"10 ms\", \"1:23.456\" or \"4800 frames\"";

impl Clock<'_> {
    /// A place on the timeline.
    pub(crate) fn position(self, value: &Value<'_>) -> Result<i64, SessionError> {
        self.read(value, 0).ok_or_else(|| value.error(format!("`{}` is not a position", value.key)).hint(POSITIONS))
    }

    /// A length; never negative. Bars and beats are those at a frame.
    pub(crate) fn length(self, value: &Value<'_>, at: i64) -> Result<u64, SessionError> {
        self.offset(value, at).ok().and_then(|frames| u64::try_from(frames).ok()).ok_or_else(|| not_a_length(value))
    }

    /// A length, or a negative one.
    pub(crate) fn offset(self, value: &Value<'_>, at: i64) -> Result<i64, SessionError> {
        let bars = matches!(&value.value, DeValue::String(text) if text.contains('|'));
        let frames = if bars { None } else { self.read(value, at) };
        frames.ok_or_else(|| not_a_length(value))
    }

    fn read(self, value: &Value<'_>, at: i64) -> Option<i64> {
        match &value.value {
            DeValue::String(text) => self.text(text, at),
            _ => self.seconds(value.as_number()?),
        }
    }

    pub(crate) fn text(self, text: &str, at: i64) -> Option<i64> {
        let text = text.trim();
        if text.contains('|') {
            return self.seconds(self.map.seconds(bar_and_beat(text, self.map)?));
        }
        if let Some((minutes, seconds)) = text.split_once(':') {
            let (sign, minutes) = minutes.strip_prefix('-').map_or((1.0, minutes), |rest| (-1.0, rest));
            let (minutes, seconds): (u32, f64) = (minutes.parse().ok()?, seconds.parse().ok()?);
            let valid = (0.0..60.0).contains(&seconds);
            return valid.then(|| self.seconds(sign * (f64::from(minutes) * 60.0 + seconds))).flatten();
        }
        let unit_at = text.find(|c: char| c.is_alphabetic() && c != 'e' && c != 'E' || c == ' ')?;
        let (number, unit) = (text[..unit_at].trim(), text[unit_at..].trim());
        let of = |scale: f64| self.seconds(number.parse::<f64>().ok()? * scale);
        let beats = |of_bars: bool| {
            let (from, number) = (self.rate.seconds(at), number.parse::<f64>().ok()?);
            self.seconds(self.map.lasting(from, self.map.length(from, number, of_bars)))
        };
        match unit {
            "frame" | "frames" => {
                let frames = number.parse::<i64>().ok()?;
                let near = self.seconds(self.written.seconds(frames))?;
                Some(if self.written == self.rate { frames } else { near })
            }
            "s" | "second" | "seconds" => of(1.0),
            "ms" => of(0.001),
            "bar" | "bars" => beats(true),
            "beat" | "beats" => beats(false),
            _ => None,
        }
    }

    fn seconds(self, seconds: f64) -> Option<i64> {
        (seconds.abs() <= FARTHEST_SECONDS).then(|| self.rate.frames(seconds))
    }
}

fn not_a_length(value: &Value<'_>) -> SessionError {
    value.error(format!("`{}` is not a length", value.key)).hint(LENGTHS)
}

/// The quarter notes before `17|3`.
pub(crate) fn bar_and_beat(text: &str, map: &TempoMap) -> Option<f64> {
    let (bar, beat) = text.split_once('|')?;
    map.quarters(bar.trim().parse().ok()?, beat.trim().parse().ok().filter(|beat: &f64| beat.is_finite())?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_as_people_write_them() {
        let (rate, tempo) = (SampleRate::new(48_000).unwrap(), Tempo { bpm: 120.0, time_signature: (3, 4) });
        let map = TempoMap::new(tempo, &[]);
        let clock = Clock { rate, written: rate, tempo, map: &map };
        for (text, frames) in [
            ("1|1", Some(0)),
            ("2|1", Some(72_000)),
            ("2|2.5", Some(108_000)),
            ("0|1", Some(-72_000)),
            ("1:02.5", Some(3_000_000)),
            ("-0:01", Some(-48_000)),
            ("96000 frames", Some(96_000)),
            ("-32 frames", Some(-32)),
            ("10 ms", Some(480)),
            ("2 bars", Some(144_000)),
            ("1 beat", Some(24_000)),
            ("1|0.5", None),
            ("0:75", None),
            ("soon", None),
            ("1e12 s", None),
            ("9223372036854775807 frames", None),
            ("nan s", None),
            ("", None),
        ] {
            assert_eq!(clock.text(text, 0), frames, "{text}");
        }
    }
}

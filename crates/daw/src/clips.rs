//! The tracks of a session.toml: clips and fades.

use crate::SessionError;
use crate::fields::{Fields, Value};
use crate::strips::{GAIN, Reader, polarity};
use stemwright_core::{Clip, Db, Fade, FadeShape, GainPoint, Pitch, Track, Warp, WarpPoint};

fn fade_shape(value: Value<'_>) -> Result<FadeShape, SessionError> {
    value.into_choice(&FadeShape::ALL.map(|shape| (shape.id(), shape)))
}

impl Reader<'_> {
    pub(crate) fn track(&self, name: String, mut fields: Fields<'_>) -> Result<Track, SessionError> {
        let clips = self.clips(&mut fields)?;
        let delay = fields.take("delay").map(|value| self.clock.offset(&value, 0)).transpose()?.unwrap_or(0);
        let crossfade = fields.take("crossfade").map(fade_shape).transpose()?;
        Ok(Track { strip: self.strip(name, fields)?, clips, delay, crossfade })
    }

    /// The clips of a track: one for each position. Bars and beats in lengths are those where a clip begins.
    fn clips(&self, fields: &mut Fields<'_>) -> Result<Vec<Clip>, SessionError> {
        let mut clips = Vec::new();
        for mut fields in fields.tables("clip", "[[track.clip]]")? {
            let file = self.base.join(fields.need("file", "\"audio/kick.wav\"")?.into_text()?);
            let warp = fields.take("warp").map(pairs).transpose()?;
            let pitch = match fields.take("pitch") {
                Some(value) if warp.is_none() => {
                    return Err(value
                        .error("`pitch` is of a clip with a `warp`")
                        .hint("give it one: [[0, 0], [4.0, 4.0]]"));
                }
                value => value.map(pitch).transpose()?,
            };
            let positions = match fields.take("at") {
                None => vec![0],
                Some(value) if matches!(value.value, toml::de::DeValue::Array(_)) => {
                    value.into_items()?.iter().map(|item| self.clock.position(item)).collect::<Result<_, _>>()?
                }
                Some(value) => vec![self.clock.position(&value)?],
            };
            let gain = Db(fields.number("gain", GAIN, "dB")?.unwrap_or(0.0));
            let lengths = ["from", "length", "fade_in", "fade_out"].map(|key| fields.take(key));
            let shapes = ["fade_in_shape", "fade_out_shape"].map(|key| fields.take(key));
            let shapes = shapes.map(|value| value.map(fade_shape).transpose());
            let [shape_in, shape_out] = shapes;
            let (shape_in, shape_out) = (shape_in?.unwrap_or_default(), shape_out?.unwrap_or_default());
            let inverted = polarity(&mut fields)?;
            let [channel, into] = ["channel", "into"].map(|key| self::channel(&mut fields, key));
            let (channel, into) = (channel?, into?);
            let envelope = fields.take("envelope").map(Value::into_items).transpose()?.unwrap_or_default();
            let envelope = envelope.into_iter().map(written_point).collect::<Result<Vec<_>, _>>()?;
            fields.finish()?;
            for at in positions {
                let read = |value: &Option<_>| value.as_ref().map(|value| self.clock.length(value, at)).transpose();
                let [from, length, fade_in, fade_out] = lengths.each_ref().map(read);
                let (from, length) = (from?.unwrap_or(0), length?);
                let warp = warp.as_deref().map(|points| self.warp(points, pitch, at)).transpose()?;
                if let Some(warp) = &warp {
                    let other = [from != 0, length.is_some_and(|length| length != warp.frames())];
                    let told = lengths.iter().zip(other).find(|(_, other)| *other);
                    if let Some((Some(value), _)) = told {
                        let error = value.error("the `warp` says what a clip plays, and this says something else");
                        return Err(error.hint("leave it out: points are [time in the clip, time in the file]"));
                    }
                }
                clips.push(Clip {
                    file: file.clone(),
                    at,
                    from,
                    length: length.filter(|_| warp.is_none()),
                    warp,
                    channel,
                    into,
                    gain,
                    inverted,
                    envelope: self.envelope(&envelope, at)?,
                    fade_in: Fade { frames: fade_in?.unwrap_or(0), shape: shape_in },
                    fade_out: Fade { frames: fade_out?.unwrap_or(0), shape: shape_out },
                });
            }
        }
        Ok(clips)
    }

    /// A warp, whose bars and beats in the clip are those from a frame on.
    fn warp(&self, points: &[(Value<'_>, Value<'_>)], pitch: Option<Pitch>, at: i64) -> Result<Warp, SessionError> {
        let point = |(frame, source): &(Value<'_>, Value<'_>)| {
            Ok(WarpPoint { frame: self.clock.length(frame, at)?, source: self.clock.length(source, at)? })
        };
        let points_read = points.iter().map(point).collect::<Result<Vec<_>, SessionError>>()?;
        let warp = Warp { points: points_read, pitch: pitch.unwrap_or(Pitch::Kept(0.0)) };
        match warp.fault() {
            None => Ok(warp),
            Some((place, wrong)) => {
                Err(points[place].0.error(wrong).hint("write [[0, 0], [4.0, 5.0]]: times in the clip, and in its file"))
            }
        }
    }

    /// The points of an envelope, whose bars and beats are those at a frame.
    fn envelope(&self, points: &[(Value<'_>, f64)], at: i64) -> Result<Vec<GainPoint>, SessionError> {
        let mut envelope: Vec<GainPoint> = Vec::with_capacity(points.len());
        for (place, gain) in points {
            let frame = self.clock.length(place, at)?;
            if envelope.last().is_some_and(|before| before.frame > frame) {
                return Err(place.error("this point lies before the one that precedes it").hint("sort the points"));
            }
            envelope.push(GainPoint { frame, gain: Db(*gain) });
        }
        Ok(envelope)
    }
}

/// A point of an envelope: where it is, and the gain there.
fn written_point(point: Value<'_>) -> Result<(Value<'_>, f64), SessionError> {
    let (document, span) = (point.document, point.span.clone());
    let mut parts = point.into_items()?.into_iter();
    let (Some(at), Some(gain), None) = (parts.next(), parts.next(), parts.next()) else {
        let error = document.error(&span, "this is not a point");
        return Err(error.hint("write [\"10 ms\", -6.0]: a time after the clip's start and a gain in dB"));
    };
    Ok((at, gain.into_number(GAIN, "dB")?))
}

/// The points of a warp.
fn pairs(value: Value<'_>) -> Result<Vec<(Value<'_>, Value<'_>)>, SessionError> {
    let few = value
        .error("a warp has two points at least")
        .hint("where the clip begins and where it ends: [[0, 0], [4.0, 5.0]]");
    let points = value.into_items()?.into_iter().map(pair).collect::<Result<Vec<_>, _>>()?;
    if points.len() < 2 { Err(few) } else { Ok(points) }
}

/// A point of a warp: a time after the clip's start and the time in its file that is heard there.
fn pair(point: Value<'_>) -> Result<(Value<'_>, Value<'_>), SessionError> {
    let (document, span) = (point.document, point.span.clone());
    let mut parts = point.into_items()?.into_iter();
    let (Some(frame), Some(source), None) = (parts.next(), parts.next(), parts.next()) else {
        let error = document.error(&span, "this is not a point of a warp");
        return Err(error.hint(
            "write [\"4 s\", \"5 s\"]: a time after the clip's start and the time in its file that is heard there",
        ));
    };
    Ok((frame, source))
}

/// What a warp does to the pitch.
fn pitch(value: Value<'_>) -> Result<Pitch, SessionError> {
    match value.as_number() {
        Some(_) => value.into_number(-Warp::SEMITONES..=Warp::SEMITONES, "semitones").map(Pitch::Kept),
        None if value.as_text().is_ok_and(|text| text == "follows") => Ok(Pitch::Follows),
        None => Err(value.error("this is no pitch").hint("write semitones, such as -2.0, or \"follows\"")),
    }
}

/// A channel, from 1 in documents and from 0 in sessions.
fn channel(fields: &mut Fields<'_>, key: &'static str) -> Result<Option<u16>, SessionError> {
    let Some(value) = fields.take(key) else { return Ok(None) };
    let number = value.as_number().filter(|number| number.fract() == 0.0 && (1.0..=64.0).contains(number));
    let number = number.ok_or_else(|| value.error(format!("`{key}` is no channel")).hint("write 1 for the first"))?;
    Ok(Some(number as u16 - 1))
}

//! The tracks of a session.toml: clips and fades.

use crate::SessionError;
use crate::fields::{Fields, Value};
use crate::strips::{GAIN, Reader};
use stemwright_core::{Clip, Db, Fade, FadeShape, Track};

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
            fields.finish()?;
            for at in positions {
                let read = |value: &Option<_>| value.as_ref().map(|value| self.clock.length(value, at)).transpose();
                let [from, length, fade_in, fade_out] = lengths.each_ref().map(read);
                clips.push(Clip {
                    file: file.clone(),
                    at,
                    from: from?.unwrap_or(0),
                    length: length?,
                    gain,
                    fade_in: Fade { frames: fade_in?.unwrap_or(0), shape: shape_in },
                    fade_out: Fade { frames: fade_out?.unwrap_or(0), shape: shape_out },
                });
            }
        }
        Ok(clips)
    }
}

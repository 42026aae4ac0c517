//! Tracks, buses and returns of a session.toml: strips, clips, sends and automation.

use crate::SessionError;
use crate::fields::{Fields, Value};
use crate::session_toml::{PAN_LAWS, role};
use crate::time::Clock;
use crate::units;
use std::collections::BTreeMap;
use std::ops::RangeInclusive;
use std::path::Path;
use stemwright_core::{Automation, Clip, Db, Insert, Send, Shape, Strip, Tap, Target, nearest};

/// Faders and sends. −150 dB is what people write for "off".
const GAIN: RangeInclusive<f64> = -150.0..=60.0;

/// A session with more points in one lane is not made by people or DAWs.
const MOST_POINTS: usize = 10_000_000;

/// Which array of tables a strip stands in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum StripKind {
    Track,
    Bus,
    Return,
}

/// The names of all strips, known before any is read, so that they can refer to each other in any order.
#[derive(Default)]
pub(crate) struct Names(BTreeMap<String, StripKind>);

impl Names {
    pub(crate) fn add(&mut self, kind: StripKind, value: &Value<'_>) -> Result<(), SessionError> {
        let toml::de::DeValue::String(name) = &value.value else { return Err(value.wrong("text", "it in quotes")) };
        if name.trim().is_empty() {
            return Err(value.error("`name` is empty").hint("give it a name"));
        }
        if name.as_ref() == "master" {
            return Err(value.error("`master` is the name of the master").hint("give it another name"));
        }
        if self.0.insert(name.clone().into_owned(), kind).is_some() {
            let error = value.error(format!("there is another track, bus or return called `{name}`"));
            return Err(error.hint("give one of them another name"));
        }
        Ok(())
    }

    /// Checks that a name refers to a strip; to one that takes signals if `bus`.
    pub(crate) fn check(&self, value: &Value<'_>, name: &str, bus: bool) -> Result<(), SessionError> {
        match self.0.get(name) {
            Some(StripKind::Track) if bus => Err(value
                .error(format!("`{name}` is a track; only buses and returns take signals"))
                .hint(format!("make it a [[bus]], or name the bus that `{name}` goes to"))),
            Some(_) => Ok(()),
            None => {
                let fitting = || {
                    self.0.iter().filter(|(_, kind)| !bus || **kind != StripKind::Track).map(|(name, _)| name.as_str())
                };
                let what = if bus { "bus or return" } else { "track, bus or return" };
                let error = value.error(format!("there is no {what} called `{name}`"));
                Err(error.hint(match nearest(name, fitting()) {
                    Some(near) => format!("did you mean `{near}`?"),
                    None if fitting().next().is_none() => format!("write a [[bus]] with `name = \"{name}\"`"),
                    None => format!("there are: {}", fitting().collect::<Vec<_>>().join(", ")),
                }))
            }
        }
    }
}

/// Reads strips.
pub(crate) struct Reader<'r> {
    pub(crate) clock: Clock,
    pub(crate) base: &'r Path,
    pub(crate) names: &'r Names,
}

impl Reader<'_> {
    /// Everything but the clips, which were taken before.
    pub(crate) fn strip(&self, name: String, mut fields: Fields<'_>) -> Result<Strip, SessionError> {
        let mut strip = Strip::new(name);
        if let Some(value) = fields.take("output") {
            let output = value.as_text()?;
            if output != "master" {
                self.names.check(&value, &output, true)?;
                strip.output = Some(output);
            }
        }
        if let Some(value) = fields.take("stem") {
            let stem = value.as_text()?;
            if stem.trim().is_empty() {
                return Err(value.error("`stem` is empty").hint("name the stem, or leave it out"));
            }
            strip.stem = Some(stem);
        }
        strip.role = role(&mut fields)?;
        strip.gain = Db(fields.number("gain", GAIN, "dB")?.unwrap_or(0.0));
        strip.pan = fields.number("pan", -1.0..=1.0, "")?.unwrap_or(0.0);
        strip.pan_law = fields.take("pan_law").map(|value| value.into_choice(&PAN_LAWS)).transpose()?;
        let polarities = [("normal", false), ("inverted", true)];
        strip.inverted = fields.take("polarity").map(|v| v.into_choice(&polarities)).transpose()?.unwrap_or(false);
        strip.mute = fields.flag("mute")?;
        strip.solo = fields.flag("solo")?;
        strip.inserts = self.inserts(&mut fields, "[[….insert]]")?;
        for mut send in fields.tables("send", "[[….send]]")? {
            let to = send.need("to", "\"Reverb\"")?;
            let name = to.as_text()?;
            self.names.check(&to, &name, true)?;
            let gain = Db(send.number("gain", GAIN, "dB")?.unwrap_or(0.0));
            strip.sends.push(Send { to: name, gain, tap: tap(&mut send, "tap")? });
            send.finish()?;
        }
        strip.automation = self.automation(&mut fields, "[[….automation]]", &strip.inserts, Some(&strip.sends))?;
        fields.finish()?;
        Ok(strip)
    }

    /// The clips of a track: one for each position.
    pub(crate) fn clips(&self, fields: &mut Fields<'_>) -> Result<Vec<Clip>, SessionError> {
        let mut clips = Vec::new();
        for mut fields in fields.tables("clip", "[[track.clip]]")? {
            let file = fields.need("file", "\"audio/kick.wav\"")?.into_text()?;
            let from = fields.take("from").map(|value| self.clock.length(&value)).transpose()?.unwrap_or(0);
            let length = fields.take("length").map(|value| self.clock.length(&value)).transpose()?;
            let clip = Clip {
                file: self.base.join(file),
                at: 0,
                from,
                length,
                gain: Db(fields.number("gain", GAIN, "dB")?.unwrap_or(0.0)),
                fade_in: fields.take("fade_in").map(|value| self.clock.length(&value)).transpose()?.unwrap_or(0),
                fade_out: fields.take("fade_out").map(|value| self.clock.length(&value)).transpose()?.unwrap_or(0),
            };
            let positions = match fields.take("at") {
                None => vec![0],
                Some(value) if matches!(value.value, toml::de::DeValue::Array(_)) => {
                    value.into_items()?.iter().map(|item| self.clock.position(item)).collect::<Result<_, _>>()?
                }
                Some(value) => vec![self.clock.position(&value)?],
            };
            clips.extend(positions.into_iter().map(|at| Clip { at, ..clip.clone() }));
            fields.finish()?;
        }
        Ok(clips)
    }

    /// The inserts of a strip or of the master.
    pub(crate) fn inserts(&self, fields: &mut Fields<'_>, what: &str) -> Result<Vec<Insert>, SessionError> {
        let tables = fields.tables("insert", what)?;
        tables.into_iter().map(|fields| units::insert(fields, self.names, self.clock)).collect()
    }

    /// The automation of a strip, or of the master, which has no sends and no pan.
    pub(crate) fn automation(
        &self,
        fields: &mut Fields<'_>,
        what: &str,
        inserts: &[Insert],
        sends: Option<&[Send]>,
    ) -> Result<Vec<Automation>, SessionError> {
        let mut all: Vec<Automation> = Vec::new();
        for mut fields in fields.tables("automation", what)? {
            let value = fields.need("param", "\"gain\"")?;
            let (target, range) = self.target(&value, inserts, sends)?;
            if all.iter().any(|other| other.target == target) {
                return Err(value.error("this is automated twice").hint("put all points into one list"));
            }
            let shapes = [("linear", Shape::Linear), ("hold", Shape::Hold)];
            let shape = fields.take("shape").map(|v| v.into_choice(&shapes)).transpose()?.unwrap_or_default();
            let points = fields.need("points", "[[\"1|1\", -12.0], [\"5|1\", 0.0]]")?;
            let points = self.points(points, &range, shape)?;
            fields.finish()?;
            all.push(Automation { target, shape, points });
        }
        Ok(all)
    }

    fn points(
        &self,
        value: Value<'_>,
        range: &RangeInclusive<f64>,
        shape: Shape,
    ) -> Result<Vec<(i64, f64)>, SessionError> {
        // Errors are made only where there is one: finding the line of a place reads all text before it.
        let (document, span) = (value.document, value.span.clone());
        let items = value.into_items()?;
        if items.is_empty() {
            return Err(document.error(&span, "`points` is empty").hint("write at least one point: [\"1|1\", 0.0]"));
        }
        if let Some(over) = items.get(MOST_POINTS) {
            return Err(over.error(format!("there are more than {MOST_POINTS} points")).hint("leave some out"));
        }
        let mut points: Vec<(i64, f64)> = Vec::with_capacity(items.len());
        for item in items {
            let span = item.span.clone();
            let [at, value] = <[Value<'_>; 2]>::try_from(item.into_items()?).map_err(|_| {
                document.error(&span, "this is not a point").hint("write [\"17|1\", -6.0]: a position and a value")
            })?;
            let frame = self.clock.position(&at)?;
            if points.last().is_some_and(|&(before, _)| before > frame) {
                return Err(at.error("this point lies before the one that precedes it").hint("sort the points"));
            }
            let (document, span) = (value.document, value.span.clone());
            let number = value.into_number(range.clone(), "")?;
            if number.is_infinite() && shape == Shape::Linear {
                return Err(document
                    .error(&span, "no straight line leads to or from infinity")
                    .hint("write `shape = \"hold\"`, or a large number"));
            }
            points.push((frame, number));
        }
        Ok(points)
    }

    fn target(
        &self,
        value: &Value<'_>,
        inserts: &[Insert],
        sends: Option<&[Send]>,
    ) -> Result<(Target, RangeInclusive<f64>), SessionError> {
        let text = value.as_text()?;
        let unknown = |hint: String| value.error(format!("`{text}` cannot be automated here")).hint(hint);
        if text == "gain" {
            return Ok((Target::Gain, GAIN));
        }
        if text == "pan" && sends.is_some() {
            return Ok((Target::Pan, -1.0..=1.0));
        }
        if let (Some(name), Some(sends)) = (text.strip_prefix("send."), sends) {
            let place = sends.iter().position(|send| send.to == name);
            let names = || sends.iter().map(|send| format!("send.{}", send.to)).collect::<Vec<_>>().join(", ");
            let hint = || match sends {
                [] => "it has no sends; write one before you automate it".into(),
                _ => format!("its sends are: {}", names()),
            };
            return Ok((Target::Send(place.ok_or_else(|| unknown(hint()))?), GAIN));
        }
        if let Some(rest) = text.strip_prefix("insert.") {
            let (number, param) = rest.split_once('.').unwrap_or((rest, ""));
            let place = number.parse::<usize>().ok().and_then(|n| n.checked_sub(1)).filter(|&n| n < inserts.len());
            let place = place.ok_or_else(|| {
                unknown(match inserts.len() {
                    0 => "it has no inserts; write one before you automate it".into(),
                    last => format!("it has inserts 1 to {last}"),
                })
            })?;
            let unit = &inserts[place].unit;
            let (param, range) = units::param(unit, param, self.clock.rate)
                .map_err(|known| unknown(format!("insert {} is a {}: {known}", place + 1, unit.name())))?;
            return Ok((Target::Insert(place, param), range));
        }
        Err(unknown(
            "write \"gain\", \"pan\", \"send.NAME\", \"insert.1.threshold\" or \"insert.1.band.2.gain\"".into(),
        ))
    }
}

/// Where a send or key is taken.
pub(crate) fn tap(fields: &mut Fields<'_>, key: &'static str) -> Result<Tap, SessionError> {
    let taps = [("pre", Tap::Pre), ("post", Tap::Post)];
    Ok(fields.take(key).map(|value| value.into_choice(&taps)).transpose()?.unwrap_or_default())
}

//! Tracks, buses and returns of a session.toml: what strips have in common.

use crate::SessionError;
use crate::fields::{Fields, Value};
use crate::song::{self, role};
use crate::time::Clock;
use crate::units;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::RangeInclusive;
use std::path::Path;
use stemwright_core::{Db, Insert, Layout, PanLaw, Send, Strip, Tap, nearest};

/// Faders, sends and clips; `-inf` is silence.
pub(crate) const GAIN: RangeInclusive<f64> = f64::NEG_INFINITY..=60.0;

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
    pub(crate) clock: Clock<'r>,
    pub(crate) base: &'r Path,
    pub(crate) names: &'r Names,
    pub(crate) vcas: &'r BTreeSet<String>,
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
        let layouts = Layout::ALL.map(|layout| (layout.id(), layout));
        strip.layout = fields.take("layout").map(|value| value.into_choice(&layouts)).transpose()?;
        if let Some(value) = fields.take("stem") {
            let stem = value.as_text()?;
            if stem.trim().is_empty() {
                return Err(value.error("`stem` is empty").hint("name the stem, or leave it out"));
            }
            strip.stem = Some(stem);
        }
        strip.role = role(&mut fields)?;
        strip.gain = Db(fields.number("gain", GAIN, "dB")?.unwrap_or(0.0));
        strip.vcas = self.groups(&mut fields)?;
        strip.pan = fields.number("pan", -1.0..=1.0, "")?.unwrap_or(0.0);
        strip.pan_law = fields
            .take("pan_law")
            .map(|value| value.into_choice(&PanLaw::ALL.map(|law| (law.id(), law))))
            .transpose()?;
        strip.sides = fields.take("sides").map(sides).transpose()?;
        strip.inverted = polarity(&mut fields)?;
        strip.mute = fields.flag("mute")?;
        strip.solo = fields.flag("solo")?;
        strip.solo_safe = fields.flag("solo_safe")?;
        strip.sends_only = fields.flag("sends_only")?;
        strip.colour = fields.take("colour").map(song::colour).transpose()?;
        strip.inserts = self.inserts(&mut fields, "[[….insert]]")?;
        for mut send in fields.tables("send", "[[….send]]")? {
            let to = send.need("to", "\"Reverb\"")?;
            let name = to.as_text()?;
            self.names.check(&to, &name, true)?;
            let gain = Db(send.number("gain", GAIN, "dB")?.unwrap_or(0.0));
            let pan = send.number("pan", -1.0..=1.0, "")?.unwrap_or(0.0);
            strip.sends.push(Send { to: name, gain, tap: tap(&mut send, "tap")?, pan });
            send.finish()?;
        }
        strip.automation = self.automation(&mut fields, "[[….automation]]", &strip.inserts, Some(&strip.sends))?;
        fields.finish()?;
        Ok(strip)
    }

    /// The inserts of a strip or of the master.
    pub(crate) fn inserts(&self, fields: &mut Fields<'_>, what: &str) -> Result<Vec<Insert>, SessionError> {
        let tables = fields.tables("insert", what)?;
        tables.into_iter().map(|fields| units::insert(fields, self.names, self.clock, self.base)).collect()
    }
}

/// Of a strip or a clip.
pub(crate) fn polarity(fields: &mut Fields<'_>) -> Result<bool, SessionError> {
    let polarities = [("normal", false), ("inverted", true)];
    Ok(fields.take("polarity").map(|value| value.into_choice(&polarities)).transpose()?.unwrap_or(false))
}

/// The places of left and right.
fn sides(value: Value<'_>) -> Result<[f64; 2], SessionError> {
    let (document, span) = (value.document, value.span.clone());
    let items = value.into_items()?;
    let places = items.into_iter().map(|item| item.into_number(-1.0..=1.0, "")).collect::<Result<Vec<_>, _>>()?;
    <[f64; 2]>::try_from(places)
        .map_err(|_| document.error(&span, "`sides` are the places of left and right").hint("write [-1, 1]"))
}

/// Where a send or key is taken.
pub(crate) fn tap(fields: &mut Fields<'_>, key: &'static str) -> Result<Tap, SessionError> {
    let taps = [("pre", Tap::Pre), ("post", Tap::Post)];
    Ok(fields.take(key).map(|value| value.into_choice(&taps)).transpose()?.unwrap_or_default())
}

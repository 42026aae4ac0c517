//! The automation of a session.toml.

use crate::SessionError;
use crate::fields::{Fields, Value};
use crate::strips::{GAIN, Reader};
use crate::units;
use std::ops::RangeInclusive;
use stemwright_core::{Automation, Insert, Point, Send, Shape, Target};
use toml::de::DeValue;

/// A session with more points in one lane is not made by people or DAWs.
const MOST_POINTS: usize = 10_000_000;

/// The sides of a strip with places of their own, by channel.
pub(crate) const SIDES: [&str; 2] = ["left", "right"];

/// The bend of `"curve"`.
const CURVE: f64 = 0.5;

impl Reader<'_> {
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
            let shape = fields.take("shape").map(shape).transpose()?.unwrap_or_default();
            let points = fields.need("points", "[[\"1|1\", -12.0], [\"5|1\", 0.0]]")?;
            let points = self.points(points, &range, shape)?;
            fields.finish()?;
            all.push(Automation { target, points });
        }
        Ok(all)
    }

    fn points(&self, value: Value<'_>, range: &RangeInclusive<f64>, shape: Shape) -> Result<Vec<Point>, SessionError> {
        // Errors are made only where there is one: finding the line of a place reads all text before it.
        let (document, span) = (value.document, value.span.clone());
        let items = value.into_items()?;
        if items.is_empty() {
            return Err(document.error(&span, "`points` is empty").hint("write at least one point: [\"1|1\", 0.0]"));
        }
        if let Some(over) = items.get(MOST_POINTS) {
            return Err(over.error(format!("there are more than {MOST_POINTS} points")).hint("leave some out"));
        }
        let mut points: Vec<Point> = Vec::with_capacity(items.len());
        for item in items {
            let not_a_point = item.span.clone();
            let mut parts = item.into_items()?.into_iter();
            let (Some(at), Some(value), own, None) = (parts.next(), parts.next(), parts.next(), parts.next()) else {
                let error = document.error(&not_a_point, "this is not a point");
                return Err(
                    error.hint("write [\"17|1\", -6.0]: a position and a value, and a shape of its own if it has one")
                );
            };
            let frame = self.clock.position(&at)?;
            if points.last().is_some_and(|before| before.frame > frame) {
                return Err(at.error("this point lies before the one that precedes it").hint("sort the points"));
            }
            let (document, span) = (value.document, value.span.clone());
            let value = value.into_number(range.clone(), "")?;
            let shape = own.map(self::shape).transpose()?.unwrap_or(shape);
            if value.is_infinite() && !matches!(shape, Shape::Hold | Shape::Factor)
                || leads_to_infinity(points.last(), value)
            {
                return Err(document
                    .error(&span, "no line leads to or from infinity")
                    .hint("write `shape = \"hold\"`, or a large number"));
            }
            points.push(Point { frame, value, shape });
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
        if let (Some(side), true) = (text.strip_prefix("sides."), sends.is_some()) {
            let side = SIDES.iter().position(|known| *known == side);
            let side = side.ok_or_else(|| unknown("write \"sides.left\" or \"sides.right\"".into()))?;
            return Ok((Target::Side(side), -1.0..=1.0));
        }
        if text == "mute" && sends.is_some() {
            return Ok((Target::Mute, 0.0..=1.0));
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
            "write \"gain\", \"pan\", \"mute\", \"send.NAME\", \"insert.1.threshold\" or \"insert.1.band.2.gain\""
                .into(),
        ))
    }
}

/// `"hold"` and so on, or the bend of a curve.
fn shape(value: Value<'_>) -> Result<Shape, SessionError> {
    if matches!(value.value, DeValue::String(_)) {
        let shapes = [
            ("linear", Shape::Linear),
            ("hold", Shape::Hold),
            ("smooth", Shape::Smooth),
            ("factor", Shape::Factor),
            ("curve", Shape::Curve(CURVE)),
        ];
        return value.into_choice(&shapes);
    }
    Ok(Shape::Curve(value.into_number(-0.99..=0.99, "")?))
}

/// Whether a point that does not hold would go on to a value without end.
fn leads_to_infinity(before: Option<&Point>, value: f64) -> bool {
    value.is_infinite() && before.is_some_and(|before| !matches!(before.shape, Shape::Hold | Shape::Factor))
}

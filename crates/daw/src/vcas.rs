//! The VCA groups of a session.toml.

use crate::SessionError;
use crate::fields::{Fields, Value};
use crate::song::unique;
use crate::strips::Reader;
use std::collections::BTreeSet;
use stemwright_core::{Db, Vca, nearest};

/// A group of which the name was read.
pub(crate) type Named<'a> = (String, Fields<'a>);

/// Names first, so that groups can refer to each other in any order.
pub(crate) fn names(tables: Vec<Fields<'_>>) -> Result<(Vec<Named<'_>>, BTreeSet<String>), SessionError> {
    let (mut named, mut names) = (Vec::new(), BTreeSet::new());
    for mut fields in tables {
        let value = fields.need("name", "\"Drums\"")?;
        let name = unique(&value, "[[vca]]", names.iter().map(|name: &String| name.as_str()))?;
        names.insert(name.clone());
        named.push((name, fields));
    }
    Ok((named, names))
}

impl Reader<'_> {
    pub(crate) fn vcas(&self, named: Vec<Named<'_>>) -> Result<Vec<Vca>, SessionError> {
        let vca = |(name, mut fields): Named<'_>| {
            let gain = Db(fields.number("gain", crate::strips::GAIN, "dB")?.unwrap_or(0.0));
            let (mute, solo) = (fields.flag("mute")?, fields.flag("solo")?);
            let vcas = self.groups(&mut fields)?;
            let automation = self.automation(&mut fields, "[[vca.automation]]", &[], None)?;
            fields.finish()?;
            Ok(Vca { name, gain, mute, solo, vcas, automation })
        };
        named.into_iter().map(vca).collect()
    }

    /// `vca = "Drums"`, or a list of names.
    pub(crate) fn groups(&self, fields: &mut Fields<'_>) -> Result<Vec<String>, SessionError> {
        let Some(value) = fields.take("vca") else { return Ok(Vec::new()) };
        let items = if matches!(value.value, toml::de::DeValue::Array(_)) { value.into_items()? } else { vec![value] };
        let name = |value: Value<'_>| {
            let name = value.as_text()?;
            if self.vcas.contains(&name) {
                return Ok(name);
            }
            let error = value.error(format!("there is no VCA called `{name}`"));
            Err(error.hint(match nearest(&name, self.vcas.iter().map(String::as_str)) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("write a [[vca]] with `name = \"{name}\"`"),
            }))
        };
        items.into_iter().map(name).collect()
    }
}

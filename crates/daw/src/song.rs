//! What a session.toml says of the song as a whole: title, tempo, stems, extra files, sections, markers.

use crate::SessionError;
use crate::fields::{Fields, Value};
use crate::time::{Clock, FARTHEST_SECONDS, bar_and_beat};
use std::path::{Path, PathBuf};
use stemwright_core::{ExtraWish, Marker, Role, Section, Song, StemWish, Tempo, TempoChange, TempoMap};

/// More changes of tempo than this are no song.
const MOST_CHANGES: usize = 100_000;

pub(crate) fn song(fields: Option<Fields<'_>>) -> Result<(Song, Tempo), SessionError> {
    let Some(mut fields) = fields else { return Ok((Song::default(), Tempo::default())) };
    let song = Song {
        title: fields.text("title")?.unwrap_or_default(),
        artist: fields.text("artist")?.unwrap_or_default(),
        key: fields.text("key")?,
        tuning: fields.number("tuning", 220.0..=880.0, "Hz")?,
    };
    let tempo = tempo(&mut fields, Tempo::default())?;
    fields.finish()?;
    Ok((song, tempo))
}

/// `bpm` and `time_signature`, where they are written; else what held before.
fn tempo(fields: &mut Fields<'_>, mut tempo: Tempo) -> Result<Tempo, SessionError> {
    tempo.bpm = fields.number("bpm", 10.0..=1000.0, "beats a minute")?.unwrap_or(tempo.bpm);
    if let Some(value) = fields.take("time_signature") {
        let error = value.error("`time_signature` is not one").hint("write it as \"4/4\" or \"6/8\"");
        let text = value.into_text()?;
        let parts = text.split_once('/').and_then(|(a, b)| Some((a.trim().parse().ok()?, b.trim().parse().ok()?)));
        tempo.time_signature = parts
            .filter(|&(beats, note): &(u32, u32)| (1..=99).contains(&beats) && note.is_power_of_two() && note <= 64)
            .ok_or(error)?;
    }
    Ok(tempo)
}

/// The tempo map, in the order of its bars.
pub(crate) fn tempo_changes(tables: Vec<Fields<'_>>, first: Tempo) -> Result<Vec<TempoChange>, SessionError> {
    let mut changes: Vec<TempoChange> = Vec::new();
    // Each change is placed by the bars of those before it; the map of all of them is made once they are known.
    let mut map = TempoMap::new(first, &[]);
    for mut fields in tables {
        let value = fields.need("at", "\"17|1\"")?;
        if changes.len() == MOST_CHANGES {
            return Err(value.error(format!("there are more than {MOST_CHANGES} changes")).hint("leave some out"));
        }
        let error = || value.error("`at` is not a bar and a beat").hint("write \"17|1\": where the tempo changes");
        let at = bar_and_beat(&value.as_text()?, &map).filter(|at| at.is_finite()).ok_or_else(error)?;
        if map.seconds(at) > FARTHEST_SECONDS {
            return Err(error());
        }
        let before = changes.last().map_or((0.0, first), |change| (change.at, change.tempo));
        if at <= before.0 {
            let error = value.error("this change does not come after the one before it");
            return Err(error.hint("sort the [[tempo]] tables; what holds at bar 1 stands in [song]"));
        }
        let tempo = tempo(&mut fields, before.1)?;
        if tempo.time_signature != before.1.time_signature && !map.is_bar(at) {
            let error = value.error("a time signature changes within a bar");
            return Err(error.hint("put it where a bar begins, such as \"17|1\""));
        }
        let ramp = fields.flag("ramp")?;
        fields.finish()?;
        changes.push(TempoChange { at, tempo, ramp });
        map.push(TempoChange { at, tempo, ramp });
    }
    Ok(changes)
}

pub(crate) fn stems(tables: Vec<Fields<'_>>) -> Result<Vec<StemWish>, SessionError> {
    let mut stems = Vec::new();
    for mut fields in tables {
        let name = unique(&fields.need("name", "\"Drums\"")?, "[[stem]]", stems.iter().map(|s: &StemWish| &*s.name))?;
        let role = role(&mut fields)?;
        let colour = fields.take("colour").map(colour).transpose()?;
        fields.finish()?;
        stems.push(StemWish { name, role, colour });
    }
    Ok(stems)
}

/// `#rrggbb`.
pub(crate) fn colour(value: Value<'_>) -> Result<String, SessionError> {
    let text = value.as_text()?;
    let digits = text.strip_prefix('#').filter(|d| d.len() == 6 && d.chars().all(|c| c.is_ascii_hexdigit()));
    let error = || value.error("`colour` is not one").hint("write six hexadecimal digits: \"#d9480f\"");
    Ok(format!("#{}", digits.ok_or_else(error)?.to_lowercase()))
}

pub(crate) fn extras(tables: Vec<Fields<'_>>) -> Result<Vec<ExtraWish>, SessionError> {
    let mut extras = Vec::new();
    for mut fields in tables {
        let others = extras.iter().map(|extra: &ExtraWish| &*extra.name);
        let name = unique(&fields.need("name", "\"All Voices\"")?, "[[extra]]", others)?;
        let value = fields.need("stems", "[\"Lead\", \"Backing\"]")?;
        let (document, span) = (value.document, value.span.clone());
        let stems = value.into_items()?.into_iter().map(Value::into_text).collect::<Result<Vec<_>, _>>()?;
        if stems.is_empty() {
            return Err(document.error(&span, "`stems` is empty").hint("name the stems that it is the sum of"));
        }
        fields.finish()?;
        extras.push(ExtraWish { name, stems });
    }
    Ok(extras)
}

pub(crate) fn sections(tables: Vec<Fields<'_>>, clock: Clock<'_>) -> Result<Vec<Section>, SessionError> {
    let section = |mut fields: Fields<'_>| {
        let name = fields.need("name", "\"Chorus\"")?.into_text()?;
        let start = clock.position(&fields.need("start", "\"17|1\"")?)?;
        fields.finish()?;
        Ok(Section { name, start })
    };
    let mut sections = tables.into_iter().map(section).collect::<Result<Vec<_>, _>>()?;
    sections.sort_by_key(|section| section.start);
    Ok(sections)
}

pub(crate) fn markers(tables: Vec<Fields<'_>>, clock: Clock<'_>) -> Result<Vec<Marker>, SessionError> {
    let marker = |mut fields: Fields<'_>| {
        let name = fields.need("name", "\"Vocal in\"")?.into_text()?;
        let at = clock.position(&fields.need("at", "\"17|1\"")?)?;
        fields.finish()?;
        Ok(Marker { name, at })
    };
    let mut markers = tables.into_iter().map(marker).collect::<Result<Vec<_>, _>>()?;
    markers.sort_by_key(|marker| marker.at);
    Ok(markers)
}

pub(crate) fn reference(mut fields: Fields<'_>, base: &Path) -> Result<PathBuf, SessionError> {
    let file = fields.need("file", "\"audio/mix.wav\"")?.into_text()?;
    fields.finish()?;
    Ok(base.join(file))
}

pub(crate) fn role(fields: &mut Fields<'_>) -> Result<Option<Role>, SessionError> {
    let roles = Role::ALL.map(|role| (role.id(), role));
    fields.take("role").map(|value| value.into_choice(&roles)).transpose()
}

/// A name that none of the others has.
pub(crate) fn unique<'n>(
    value: &Value<'_>,
    what: &str,
    mut others: impl Iterator<Item = &'n str>,
) -> Result<String, SessionError> {
    let name = value.as_text()?;
    if name.trim().is_empty() {
        return Err(value.error("`name` is empty").hint("give it a name"));
    }
    if others.any(|other| other == name) {
        let error = value.error(format!("there is another {what} called `{name}`"));
        return Err(error.hint("give one of them another name, or put both into one"));
    }
    Ok(name)
}

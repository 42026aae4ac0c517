//! `session.toml`: our own session document.

use crate::SessionError;
use crate::fields::{Document, Fields};
use crate::strips::{Names, Reader, StripKind};
use crate::time::Clock;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use stemwright_core::{Bus, Db, Master, PanLaw, Role, SampleRate, Section, Session, Song, StemWish, Tempo, Track};
use toml::de::DeTable;

/// A document of this size is not a session.
const LARGEST_BYTES: u64 = 64 << 20;

pub(crate) const PAN_LAWS: [(&str, PanLaw); 4] = [
    ("constant-power", PanLaw::ConstantPower),
    ("compromise", PanLaw::Compromise),
    ("linear", PanLaw::Linear),
    ("balance", PanLaw::Balance),
];

/// A session and the document that it was read from.
#[derive(Debug)]
pub struct SessionFile {
    /// Where it is.
    pub path: PathBuf,
    /// What it means.
    pub session: Session,
    text: String,
    /// Where each strip begins, by name.
    strips: BTreeMap<String, std::ops::Range<usize>>,
}

impl SessionFile {
    /// Reads a file; the paths of clips are relative to its folder.
    pub fn read(path: &Path) -> Result<Self, SessionError> {
        let plain = |message: String, hint: &str| SessionError {
            file: path.to_owned(),
            message,
            hint: Some(hint.to_owned()),
            place: None,
        };
        let size = std::fs::metadata(path).map(|meta| meta.len());
        if size.as_ref().is_ok_and(|&size| size > LARGEST_BYTES) {
            return Err(plain("is larger than 64 MiB".into(), "a session.toml is text; is this the right file?"));
        }
        let bytes = size.and_then(|_| std::fs::read(path)).map_err(|error| match error.kind() {
            std::io::ErrorKind::NotFound => plain("does not exist".into(), "check the path"),
            _ => plain(format!("cannot be read: {error}"), "check the path and its permissions"),
        })?;
        let text = String::from_utf8(bytes).map_err(|_| {
            plain("is not UTF-8 text".into(), "a session.toml is text in UTF-8; is this the right file?")
        })?;
        Self::parse(path, text)
    }

    /// Reads a document that is already in memory.
    pub fn parse(path: &Path, mut text: String) -> Result<Self, SessionError> {
        // A byte order mark is no character of the first line.
        if text.starts_with('\u{feff}') {
            text.drain(..'\u{feff}'.len_utf8());
        }
        let (session, strips) = parse(path, &text)?;
        Ok(Self { path: path.to_owned(), session, text, strips })
    }

    /// An error of a later step, shown where the strip called `name` is written down.
    pub fn error_at_strip(&self, name: &str, message: impl Into<String>, hint: Option<String>) -> SessionError {
        let place = self.strips.get(name).map(|span| crate::session_error::Place::new(&self.text, span.clone()));
        SessionError { file: self.path.clone(), message: message.into(), hint, place }
    }
}

type Spans = BTreeMap<String, std::ops::Range<usize>>;

fn parse(path: &Path, text: &str) -> Result<(Session, Spans), SessionError> {
    let document = Document { file: path, text };
    let root = DeTable::parse(text).map_err(|error| {
        let message = format!("is not valid TOML: {}", error.message().trim_end());
        document.error(&error.span().unwrap_or(0..0), message).hint("correct it here; text stands in quotes")
    })?;
    let span = 0..0;
    let mut root = Fields::new(document, "session.toml", span, root.into_inner());
    let (song, tempo) = song(root.table("song")?)?;
    let (rate, pan_law) = settings(root.table("session")?, document)?;
    let clock = Clock { rate, tempo };

    let tables = [
        (StripKind::Track, root.tables("track", "[[track]]")?),
        (StripKind::Bus, root.tables("bus", "[[bus]]")?),
        (StripKind::Return, root.tables("return", "[[return]]")?),
    ];
    let mut named = Vec::new();
    let mut names = Names::default();
    for (kind, fields) in tables {
        for mut fields in fields {
            let name = fields.need("name", "\"Kick\"")?;
            names.add(kind, &name)?;
            named.push((kind, name.into_text()?, fields));
        }
    }
    let base = path.parent().unwrap_or(Path::new(""));
    let reader = Reader { clock, base, names: &names };
    let (mut tracks, mut buses, mut strips) = (Vec::new(), Vec::new(), BTreeMap::new());
    for (kind, name, mut fields) in named {
        strips.insert(name.clone(), fields.span.clone());
        let clips = match kind {
            StripKind::Track => reader.clips(&mut fields)?,
            StripKind::Bus | StripKind::Return => Vec::new(),
        };
        let strip = reader.strip(name, fields)?;
        match kind {
            StripKind::Track => tracks.push(Track { strip, clips }),
            StripKind::Bus | StripKind::Return => buses.push(Bus { strip, is_return: kind == StripKind::Return }),
        }
    }
    let master = match root.table("master")? {
        None => Master::default(),
        Some(mut fields) => {
            let gain = fields.number("gain", -150.0..=60.0, "dB")?.map_or(Db::ZERO, Db);
            let inserts = reader.inserts(&mut fields, "[[master.insert]]")?;
            let automation = reader.automation(&mut fields, "[[master.automation]]", &inserts, None)?;
            fields.finish()?;
            Master { gain, inserts, automation }
        }
    };
    let mut stems: Vec<StemWish> = Vec::new();
    for fields in root.tables("stem", "[[stem]]")? {
        stems.push(stem(fields, &stems)?);
    }
    let sections = root.tables("section", "[[section]]")?.into_iter();
    let mut sections = sections.map(|fields| section(fields, clock)).collect::<Result<Vec<_>, _>>()?;
    sections.sort_by_key(|section| section.start);
    root.finish()?;
    Ok((Session { song, rate, tempo, pan_law, tracks, buses, master, stems, sections }, strips))
}

fn song(fields: Option<Fields<'_>>) -> Result<(Song, Tempo), SessionError> {
    let mut tempo = Tempo { bpm: 120.0, time_signature: (4, 4) };
    let Some(mut fields) = fields else { return Ok((Song::default(), tempo)) };
    let song = Song {
        title: fields.text("title")?.unwrap_or_default(),
        artist: fields.text("artist")?.unwrap_or_default(),
        key: fields.text("key")?,
        tuning: fields.number("tuning", 220.0..=880.0, "Hz")?,
    };
    tempo.bpm = fields.number("bpm", 10.0..=1000.0, "beats a minute")?.unwrap_or(tempo.bpm);
    if let Some(value) = fields.take("time_signature") {
        let error = value.error("`time_signature` is not one").hint("write it as \"4/4\" or \"6/8\"");
        let text = value.into_text()?;
        let parts = text.split_once('/').and_then(|(a, b)| Some((a.trim().parse().ok()?, b.trim().parse().ok()?)));
        tempo.time_signature = parts
            .filter(|&(beats, note): &(u32, u32)| (1..=99).contains(&beats) && note.is_power_of_two() && note <= 64)
            .ok_or(error)?;
    }
    fields.finish()?;
    Ok((song, tempo))
}

fn settings(fields: Option<Fields<'_>>, document: Document<'_>) -> Result<(SampleRate, PanLaw), SessionError> {
    let missing =
        || document.error(&(0..0), "the session has no rate").hint("write a table [session] with `rate = 48000`");
    let mut fields = fields.ok_or_else(missing)?;
    let value = fields.need("rate", "48000")?;
    let hz = value.as_number().filter(|hz| hz.fract() == 0.0 && (44_100.0..=192_000.0).contains(hz));
    let rate = hz.and_then(|hz| SampleRate::new(hz as u32)).ok_or_else(|| {
        value.error("`rate` is not a rate of sessions").hint("write a number of Hz from 44100 to 192000")
    })?;
    let law = fields.take("pan_law").map(|value| value.into_choice(&PAN_LAWS)).transpose()?;
    fields.finish()?;
    Ok((rate, law.unwrap_or_default()))
}

fn stem(mut fields: Fields<'_>, others: &[StemWish]) -> Result<StemWish, SessionError> {
    let value = fields.need("name", "\"Drums\"")?;
    let name = value.as_text()?;
    if others.iter().any(|other| other.name == name) {
        let error = value.error(format!("there is another [[stem]] called `{name}`"));
        return Err(error.hint("give one of them another name, or put both into one"));
    }
    let role = role(&mut fields)?;
    let colour = match fields.take("colour") {
        None => None,
        Some(value) => {
            let text = value.as_text()?;
            let error = || value.error("`colour` is not one").hint("write six hexadecimal digits: \"#d9480f\"");
            let digits = text.strip_prefix('#').filter(|d| d.len() == 6 && d.chars().all(|c| c.is_ascii_hexdigit()));
            Some(digits.map(|digits| format!("#{}", digits.to_lowercase())).ok_or_else(error)?)
        }
    };
    fields.finish()?;
    Ok(StemWish { name, role, colour })
}

fn section(mut fields: Fields<'_>, clock: Clock) -> Result<Section, SessionError> {
    let name = fields.need("name", "\"Chorus\"")?.into_text()?;
    let start = clock.position(&fields.need("start", "\"17|1\"")?)?;
    fields.finish()?;
    Ok(Section { name, start })
}

pub(crate) fn role(fields: &mut Fields<'_>) -> Result<Option<Role>, SessionError> {
    let roles = Role::ALL.map(|role| (role.id(), role));
    fields.take("role").map(|value| value.into_choice(&roles)).transpose()
}

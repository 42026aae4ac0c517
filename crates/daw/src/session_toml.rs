//! `session.toml`: our own session document.

use crate::SessionError;
use crate::fields::{Document, Fields};
use crate::song;
use crate::strips::{GAIN, Names, Reader, StripKind};
use crate::time::Clock;
use std::collections::BTreeMap;
use std::io::Read;
use std::path::{Path, PathBuf};
use stemwright_core::{Bus, Db, Layout, Master, PanLaw, SampleRate, Session, TempoMap};
use toml::de::DeTable;

/// A document of this size is not a session.
const LARGEST_BYTES: u64 = 64 << 20;

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
        Self::read_at(path, None)
    }

    /// Reads a file as a session at another rate than its own: the same times, in other frames.
    pub fn read_at(path: &Path, rate: Option<SampleRate>) -> Result<Self, SessionError> {
        let plain = |message: String, hint: &str| SessionError {
            file: path.to_owned(),
            message,
            hint: Some(hint.to_owned()),
            place: None,
        };
        let too_large = || plain("is larger than 64 MiB".into(), "a session.toml is text; is this the right file?");
        let size = std::fs::metadata(path).map(|meta| meta.len());
        if size.as_ref().is_ok_and(|&size| size > LARGEST_BYTES) {
            return Err(too_large());
        }
        // Devices and pipes do not say how much they hold.
        let read = || -> std::io::Result<Vec<u8>> {
            let mut bytes = Vec::new();
            std::fs::File::open(path)?.take(LARGEST_BYTES + 1).read_to_end(&mut bytes)?;
            Ok(bytes)
        };
        let bytes = size.and_then(|_| read()).map_err(|error| match error.kind() {
            std::io::ErrorKind::NotFound => plain("does not exist".into(), "check the path"),
            _ => plain(format!("cannot be read: {error}"), "check the path and its permissions"),
        })?;
        if bytes.len() as u64 > LARGEST_BYTES {
            return Err(too_large());
        }
        let text = String::from_utf8(bytes).map_err(|_| {
            plain("is not UTF-8 text".into(), "a session.toml is text in UTF-8; is this the right file?")
        })?;
        Self::parse_at(path, text, rate)
    }

    /// Reads a document that is already in memory.
    pub fn parse(path: &Path, text: String) -> Result<Self, SessionError> {
        Self::parse_at(path, text, None)
    }

    fn parse_at(path: &Path, mut text: String, rate: Option<SampleRate>) -> Result<Self, SessionError> {
        // A byte order mark is no character of the first line.
        if text.starts_with('\u{feff}') {
            text.drain(..'\u{feff}'.len_utf8());
        }
        let (session, strips) = parse(path, &text, rate)?;
        Ok(Self { path: path.to_owned(), session, text, strips })
    }

    /// An error of a later step, shown where the strip called `name` is written down.
    pub fn error_at_strip(&self, name: &str, message: impl Into<String>, hint: Option<String>) -> SessionError {
        let place = self.strips.get(name).map(|span| crate::session_error::Place::new(&self.text, span.clone()));
        SessionError { file: self.path.clone(), message: message.into(), hint, place }
    }
}

type Spans = BTreeMap<String, std::ops::Range<usize>>;

fn parse(path: &Path, text: &str, wanted: Option<SampleRate>) -> Result<(Session, Spans), SessionError> {
    let document = Document { file: path, text };
    let root = DeTable::parse(text).map_err(|error| {
        let message = format!("is not valid TOML: {}", error.message().trim_end());
        document.error(&error.span().unwrap_or(0..0), message).hint("correct it here; text stands in quotes")
    })?;
    let span = 0..0;
    let mut root = Fields::new(document, "session.toml", span, root.into_inner());
    let (song, tempo) = song::song(root.table("song")?)?;
    let tempo_changes = song::tempo_changes(root.tables("tempo", "[[tempo]]")?, tempo)?;
    let map = TempoMap::new(tempo, &tempo_changes);
    let (written, pan_law) = settings(root.table("session")?, document)?;
    let rate = wanted.unwrap_or(written);
    let clock = Clock { rate, written, tempo, map: &map };

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
    let groups = root.tables("vca", "[[vca]]")?;
    let (groups, vca_names) = crate::vcas::names(groups)?;
    let reader = Reader { clock, base, names: &names, vcas: &vca_names };
    let vcas = reader.vcas(groups)?;
    let (mut tracks, mut buses, mut strips) = (Vec::new(), Vec::new(), BTreeMap::new());
    for (kind, name, fields) in named {
        strips.insert(name.clone(), fields.span.clone());
        if kind == StripKind::Track {
            tracks.push(reader.track(name, fields)?);
        } else {
            let strip = reader.strip(name, fields)?;
            buses.push(Bus { strip, is_return: kind == StripKind::Return });
        }
    }
    let master = match root.table("master")? {
        None => Master::default(),
        Some(mut fields) => {
            let layouts = Layout::ALL.map(|layout| (layout.id(), layout));
            let delivered: Vec<_> = layouts.into_iter().filter(|(_, layout)| *layout != Layout::MidSide).collect();
            let layout = fields.take("layout").map(|value| value.into_choice(&delivered)).transpose()?;
            let gain = fields.number("gain", GAIN, "dB")?.map_or(Db::ZERO, Db);
            let inserts = reader.inserts(&mut fields, "[[master.insert]]")?;
            let automation = reader.automation(&mut fields, "[[master.automation]]", &inserts, None)?;
            fields.finish()?;
            Master { layout: layout.unwrap_or_default(), gain, inserts, automation }
        }
    };
    let stems = song::stems(root.tables("stem", "[[stem]]")?)?;
    let extras = song::extras(root.tables("extra", "[[extra]]")?)?;
    let sections = song::sections(root.tables("section", "[[section]]")?, clock)?;
    let markers = song::markers(root.tables("marker", "[[marker]]")?, clock)?;
    let references = root.tables("reference", "[[reference]]")?.into_iter();
    let references = references.map(|fields| song::reference(fields, base)).collect::<Result<Vec<_>, _>>()?;
    root.finish()?;
    let session = Session {
        song,
        rate,
        tempo,
        tempo_changes,
        pan_law,
        tracks,
        buses,
        vcas,
        master,
        stems,
        extras,
        sections,
        markers,
        references,
    };
    Ok((session, strips))
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
    let law =
        fields.take("pan_law").map(|value| value.into_choice(&PanLaw::ALL.map(|law| (law.id(), law)))).transpose()?;
    fields.finish()?;
    Ok((rate, law.unwrap_or_default()))
}

//! A session written as session.toml: what `SessionFile` reads back as the same session, and what a person can read and change.
//!
//! ```text
//! Session ─► tables in the order in which people look for them ─► keys that are no defaults ─► numbers, times, text
//!            this file, strips, units                              page                        page, times
//! ```
//!
//! Every type is taken apart field by field: what is added to a session and not written here does not compile.

mod file;
mod page;
mod strips;
mod times;
mod units;

use crate::time::Clock;
use page::{Page, Value, list};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use stemwright_core::{ExtraWish, Marker, Master, PanLaw, Section, Session, Song, StemWish, Tempo, TempoMap};
use strips::Writer;
use times::Times;

pub(crate) use file::put_whole;
pub use file::write_session;

/// What stands in a session.toml for people only. One text is one line; whatever it holds, it stays a comment.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Comments {
    /// At the top.
    pub head: Vec<String>,
    /// Above `[song]`.
    pub song: Vec<String>,
    /// Above `[session]`.
    pub session: Vec<String>,
    /// Above a track, bus or return, by its name.
    pub strips: BTreeMap<String, Vec<String>>,
    /// Above a reference, by its file.
    pub references: BTreeMap<PathBuf, Vec<String>>,
    /// At the end.
    pub tail: Vec<String>,
}

/// How places on the timeline are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Places {
    /// As bars and beats where they lie on some: they move with the tempo.
    Bars,
    /// In seconds or frames: they stay where they were recorded, whatever becomes of the tempo.
    Seconds,
}

/// Writes a session as session.toml. Paths below `base`, the folder that the document is to lie in, become relative to it,
/// with forward slashes; others stay as they are.
///
/// [`SessionFile::parse`](crate::SessionFile::parse) makes the same session of it, if a session.toml can express it at all:
/// paths that are not Unicode, automation without points, echoes in odd parts of a note and sections that are not in order
/// cannot be written down.
pub fn session_text(session: &Session, base: &Path, places: Places, comments: &Comments) -> String {
    let Session {
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
    } = session;
    let map = TempoMap::new(*tempo, tempo_changes);
    let clock = Clock { rate: *rate, written: *rate, tempo: *tempo, map: &map };
    let times = Times { clock, bars: places == Places::Bars, constant_tempo: tempo_changes.is_empty() };
    let mut writer = Writer { page: Page::default(), times, base };
    let lines = |page: &mut Page, lines: &[String]| {
        page.gap();
        lines.iter().for_each(|line| page.comment(line));
    };
    lines(&mut writer.page, &comments.head);
    lines(&mut writer.page, &comments.song);
    self::song(&mut writer.page, song, *tempo);
    lines(&mut writer.page, &comments.session);
    writer.page.table("[session]");
    writer.page.key("rate", f64::from(rate.hz()));
    writer.page.maybe("pan_law", (*pan_law != PanLaw::default()).then(|| pan_law.id()));

    let mut before = *tempo;
    let mut so_far = TempoMap::new(*tempo, &[]);
    for change in tempo_changes {
        writer.page.gap();
        writer.page.table("[[tempo]]");
        writer.page.key("at", times::change(&so_far, change.at));
        tempo_keys(&mut writer.page, change.tempo, before);
        writer.page.flag("ramp", change.ramp);
        before = change.tempo;
        so_far.push(*change);
    }
    for Section { name, start } in sections {
        writer.page.gap();
        writer.page.table("[[section]]");
        writer.page.key("name", name.as_str());
        writer.page.key("start", times.position(*start));
    }
    for Marker { name, at } in markers {
        writer.page.gap();
        writer.page.table("[[marker]]");
        writer.page.key("name", name.as_str());
        writer.page.key("at", times.position(*at));
    }
    for StemWish { name, role, colour } in stems {
        writer.page.gap();
        writer.page.table("[[stem]]");
        writer.page.key("name", name.as_str());
        writer.page.maybe("role", role.map(stemwright_core::Role::id));
        writer.page.maybe("colour", colour.as_deref());
    }
    for ExtraWish { name, stems } in extras {
        writer.page.gap();
        writer.page.table("[[extra]]");
        writer.page.key("name", name.as_str());
        writer.page.key("stems", list(stems.iter().map(String::as_str)));
    }
    // Returns are read after buses.
    let (returns, groups): (Vec<_>, Vec<_>) = buses.iter().partition(|bus| bus.is_return);
    let above = |page: &mut Page, name: &str| lines(page, comments.strips.get(name).map_or(&[], Vec::as_slice));
    for bus in groups {
        above(&mut writer.page, &bus.strip.name);
        writer.bus(bus);
    }
    for track in tracks {
        above(&mut writer.page, &track.strip.name);
        writer.track(track);
    }
    for bus in returns {
        above(&mut writer.page, &bus.strip.name);
        writer.bus(bus);
    }
    for vca in vcas {
        writer.page.gap();
        writer.vca(vca);
    }
    if *master != Master::default() {
        writer.page.gap();
        writer.master(master);
    }
    for file in references {
        lines(&mut writer.page, comments.references.get(file).map_or(&[], Vec::as_slice));
        writer.page.table("[[reference]]");
        writer.page.key("file", relative(file, base).as_str());
    }
    if !comments.tail.is_empty() {
        lines(&mut writer.page, &comments.tail);
    }
    writer.page.finish()
}

fn song(page: &mut Page, song: &Song, tempo: Tempo) {
    let Song { title, artist, key, tuning } = song;
    let told = |text: &String| (!text.is_empty()).then(|| text.clone());
    page.table("[song]");
    page.maybe("title", told(title).as_deref());
    page.maybe("artist", told(artist).as_deref());
    // The tempo is always written: it is the first thing that people look for.
    page.key("bpm", tempo.bpm);
    let usual = Tempo { bpm: tempo.bpm, ..Tempo::default() };
    tempo_keys(page, tempo, usual);
    page.maybe("key", key.as_deref());
    page.maybe("tuning", *tuning);
}

/// What differs from the tempo before.
fn tempo_keys(page: &mut Page, tempo: Tempo, before: Tempo) {
    let Tempo { bpm, time_signature: (beats, note) } = tempo;
    page.number("bpm", bpm, before.bpm);
    if (beats, note) != before.time_signature {
        page.key("time_signature", Value::Text(format!("{beats}/{note}")));
    }
}

/// A path as a session.toml says it.
fn relative(file: &Path, base: &Path) -> String {
    match file.strip_prefix(base) {
        Ok(inside) if !base.as_os_str().is_empty() => {
            let parts: Vec<_> = inside.components().map(|part| part.as_os_str().to_string_lossy()).collect();
            parts.join("/")
        }
        _ => file.to_string_lossy().into_owned(),
    }
}

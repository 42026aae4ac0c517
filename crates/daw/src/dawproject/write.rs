//! `Session` → DAWproject. What the format cannot hold is said, not lost in silence.

mod automation;
mod clips;
mod desk;
mod devices;
mod files;
mod page;

use super::archive::ArchiveWriter;
use crate::SessionError;
use crate::foreign::ledger::Ledger;
use crate::toml_out::put_whole;
use desk::Desk;
use files::AudioFiles;
use page::Page;
use std::io::BufWriter;
use std::path::{Path, PathBuf};
use stemwright_audio::Media;
use stemwright_core::{Finding, Session, Song, Tempo, TempoMap};

/// How a DAWproject is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DawProjectOptions {
    /// Whether the audio files go into it. Otherwise it refers to where they are: relative to it where they lie below its
    /// folder, else by their whole path.
    pub embed: bool,
    /// Whether a file that is in the way is kept as `NAME.bak`, instead of refusing to write.
    pub force: bool,
}

impl Default for DawProjectOptions {
    fn default() -> Self {
        Self { embed: true, force: false }
    }
}

/// A DAWproject that was written.
#[derive(Debug, Clone, PartialEq)]
pub struct DawProjectWritten {
    /// What was in the way, under its new name.
    pub kept: Option<PathBuf>,
    /// What of the session the format does not hold.
    pub findings: Vec<Finding>,
}

/// Writes a session as a DAWproject (version 1.0), whole or not at all. The same session and files make the same bytes.
///
/// # Errors
/// When something is in the way, a file cannot be read while it is put in, or the project cannot be written.
pub fn write_dawproject(
    session: &Session,
    out: &Path,
    media: &dyn Media,
    options: DawProjectOptions,
) -> Result<DawProjectWritten, SessionError> {
    let mut ledger = Ledger::default();
    let mut files = AudioFiles::new(media, out.parent().unwrap_or(Path::new("")), options.embed);
    let project = project(session, &mut files, &mut ledger);
    let about = metadata(&session.song);
    let kept = put_whole(out, options.force, |file| {
        let mut archive = ArchiveWriter::new(BufWriter::new(file));
        archive.deflated("metadata.xml", about.as_bytes())?;
        archive.deflated("project.xml", project.as_bytes())?;
        files.put(&mut archive)?;
        archive.finish()?;
        Ok(())
    })?;
    Ok(DawProjectWritten { kept, findings: ledger.finish() })
}

fn metadata(song: &Song) -> String {
    let mut page = Page::new("MetaData");
    for (name, text) in [("Title", &song.title), ("Artist", &song.artist)] {
        if !text.is_empty() {
            page.text(name, text);
        }
    }
    page.finish()
}

fn project(session: &Session, files: &mut AudioFiles<'_>, ledger: &mut Ledger) -> String {
    let Session {
        song,
        rate: _,
        tempo,
        tempo_changes,
        pan_law: _,
        tracks: _,
        buses: _,
        vcas: _,
        master: _,
        stems,
        extras,
        sections,
        markers,
        references,
    } = session;
    if song.key.is_some() || song.tuning.is_some() {
        ledger.note("not-held", "", "the format has no place for the key and the tuning of a song", "");
    }
    if !stems.is_empty() || !extras.is_empty() || !references.is_empty() {
        let message =
            "the format has no place for stems, extras and references: which track is in which stem is not in it";
        ledger.note("not-held", "", message, "keep session.toml for that");
    }
    let map = TempoMap::new(*tempo, tempo_changes);
    let mut page = Page::new("Project");
    page.attribute("version", "1.0");
    page.open("Application");
    page.attribute("name", "Stemwright").attribute("version", env!("CARGO_PKG_VERSION"));
    page.close();
    page.open("Transport");
    let Tempo { bpm, time_signature: (beats, note) } = *tempo;
    page.open("Tempo");
    let tempo_id = page.id();
    page.attribute("unit", "bpm").attribute("value", bpm).attribute("min", 10).attribute("max", 1000);
    page.attribute("name", "Tempo");
    page.close();
    page.open("TimeSignature");
    let signature_id = page.id();
    page.attribute("numerator", beats).attribute("denominator", note);
    page.close();
    page.close();

    let mut desk = Desk::new(session, &map, files, ledger);
    desk.structure(&mut page);
    page.open("Arrangement");
    page.id();
    desk.lanes(&mut page);
    if !sections.is_empty() || !markers.is_empty() {
        page.open("Markers");
        page.attribute("timeUnit", "beats");
        let mut marks: Vec<(i64, &str, Option<&str>)> =
            sections.iter().map(|section| (section.start, section.name.as_str(), Some(super::SECTION))).collect();
        marks.extend(markers.iter().map(|marker| (marker.at, marker.name.as_str(), None)));
        marks.sort_by_key(|mark| mark.0);
        for (frame, name, comment) in marks {
            page.open("Marker");
            page.attribute("time", map.quarters_at(session.rate.seconds(frame))).attribute("name", name);
            if let Some(comment) = comment {
                page.attribute("comment", comment);
            }
            page.close();
        }
        page.close();
    }
    if !tempo_changes.is_empty() {
        tempo_automation(&mut page, session, &tempo_id, &signature_id);
    }
    page.close();
    page.open("Scenes");
    page.close();
    page.finish()
}

fn tempo_automation(page: &mut Page, session: &Session, tempo_id: &str, signature_id: &str) {
    page.open("TempoAutomation");
    page.attribute("unit", "bpm").attribute("timeUnit", "beats");
    page.id();
    page.target(tempo_id);
    let changes = &session.tempo_changes;
    let starts = changes.iter().map(|change| change.ramp).chain([false]);
    let nodes = [(0.0, session.tempo)].into_iter().chain(changes.iter().map(|change| (change.at, change.tempo)));
    // How a tempo goes on stands at its beginning here, and at its end in a session.
    for ((at, tempo), ramp) in nodes.zip(starts) {
        page.point(at, tempo.bpm, if ramp { "linear" } else { "hold" });
    }
    page.close();
    let mut before = session.tempo.time_signature;
    if changes.iter().all(|change| change.tempo.time_signature == before) {
        return;
    }
    page.open("TimeSignatureAutomation");
    page.attribute("timeUnit", "beats");
    page.id();
    page.target(signature_id);
    for change in changes {
        if change.tempo.time_signature != before {
            before = change.tempo.time_signature;
            page.open("TimeSignaturePoint");
            page.attribute("time", change.at).attribute("numerator", before.0).attribute("denominator", before.1);
            page.close();
        }
    }
    page.close();
}

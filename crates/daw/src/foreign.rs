//! Sessions of other programs → `Session`, with a ledger of everything that could not be carried over.
//!
//! ```text
//! file ─► detect ─► bytes, within limits ─► one module a format ─► Session + ledger
//! ```
//!
//! What shapes the sound is carried exactly or stands in the ledger; a reader keeps account of what it never looked at
//! ([`xml::Account`]) and says that too.

pub(crate) mod bake;
pub(crate) mod crc;
pub(crate) mod curve;
pub(crate) mod ledger;
mod loudest;
pub(crate) mod media_search;
pub(crate) mod names;
pub(crate) mod signatures;
pub(crate) mod sources;
pub(crate) mod warped;
pub(crate) mod xml;

use crate::SessionError;
use std::io::Read;
use std::path::{Path, PathBuf};
use stemwright_audio::Media;
use stemwright_core::{Finding, SampleRate, Session};

/// A document of more bytes, unpacked, is no session.
pub(crate) const LARGEST_BYTES: u64 = 256 << 20;
/// Tracks and buses.
pub(crate) const MOST_STRIPS: usize = 10_000;
/// Clips of a session, loops unrolled.
pub(crate) const MOST_CLIPS: usize = 1_000_000;
/// Points of automation of a session.
pub(crate) const MOST_POINTS: usize = 10_000_000;
/// How deep groups, lanes and blocks may stand in each other.
pub(crate) const DEEPEST: usize = 128;
/// Nothing lies further away from bar 1: as in session.toml, about a day.
pub(crate) const FARTHEST_SECONDS: f64 = crate::time::FARTHEST_SECONDS;

/// Whose session it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Format {
    /// `.dawproject`: Bitwig Studio, Studio One, Cubase and others.
    DawProject,
    /// `.rpp`.
    Reaper,
    /// `.ardour`: Ardour and Mixbus.
    Ardour,
    /// `.als`.
    Ableton,
    /// `.aaf`: Pro Tools, Media Composer, Premiere, Resolve, Logic, Nuendo and others.
    Aaf,
}

impl Format {
    /// As people call it.
    pub fn name(self) -> &'static str {
        match self {
            Self::DawProject => "DAWproject",
            Self::Reaper => "REAPER project",
            Self::Ardour => "Ardour session",
            Self::Ableton => "Ableton Live set",
            Self::Aaf => "AAF",
        }
    }
}

/// How a session is read.
#[derive(Debug, Clone, Copy)]
pub struct ForeignOptions<'a> {
    /// The same times at another rate than the session's own.
    pub rate: Option<SampleRate>,
    /// The folder that audio inside the document is unpacked into; made only where there is some.
    pub extract_to: &'a Path,
}

/// A session of another program.
#[derive(Debug, Clone)]
pub struct ForeignSession {
    /// Whose.
    pub format: Format,
    /// The program that wrote it, with its version; empty where the document does not say.
    pub program: String,
    /// What could be carried over.
    pub session: Session,
    /// What could not, or not exactly.
    pub ledger: Vec<Finding>,
}

/// Whose session a file is: by what it begins with, then by its name. Of a folder: the one session document in it.
pub fn detect(path: &Path) -> Option<Format> {
    let mut start = Vec::new();
    let mut file = std::fs::File::open(path).ok().filter(|_| path.is_file())?;
    Read::take(&mut file, 4096).read_to_end(&mut start).ok()?;
    let text = String::from_utf8_lossy(&start);
    let text = text.trim_start_matches('\u{feff}').trim_start();
    let named = |extension: &str| path.extension().is_some_and(|own| own.eq_ignore_ascii_case(extension));
    if text.starts_with("<REAPER_PROJECT") || named("rpp") || named("rpp-bak") {
        Some(Format::Reaper)
    } else if named("dawproject") || text.starts_with("PK") && text.contains("project.xml") {
        Some(Format::DawProject)
    } else if text.starts_with("<?xml") && text.contains("<Session ") || named("ardour") {
        Some(Format::Ardour)
    } else if named("als") || crate::ableton::begins_as_set(&start) {
        Some(Format::Ableton)
    } else if start.starts_with(&crate::aaf::SIGNATURE) || named("aaf") {
        Some(Format::Aaf)
    } else {
        None
    }
}

/// The session document of another program in a folder, if there is exactly one. Ardour's session folders are such.
pub fn foreign_in(folder: &Path) -> Option<PathBuf> {
    let entries = std::fs::read_dir(folder).ok()?.take(10_000).flatten();
    let extensions = ["dawproject", "rpp", "ardour", "als", "aaf"];
    let is_document = |path: &PathBuf| {
        let extension = path.extension().map(|extension| extension.to_string_lossy().to_lowercase());
        extension.is_some_and(|extension| extensions.contains(&extension.as_str())) && path.is_file()
    };
    let mut documents = entries.map(|entry| entry.path()).filter(is_document);
    documents.next().filter(|_| documents.next().is_none())
}

/// Reads the session of another program.
///
/// # Errors
/// Where the file is none, damaged, or beyond limits that no session reaches.
pub fn read_foreign(
    path: &Path,
    media: &dyn Media,
    options: &ForeignOptions<'_>,
) -> Result<ForeignSession, SessionError> {
    let mut read = match detect(path) {
        _ if !path.exists() => Err(error(path, "does not exist", "check the path")),
        None => Err(error(
            path,
            "is no session that is read",
            "DAWproject, REAPER (.rpp), Ardour, Ableton Live (.als) and AAF sessions are",
        )),
        Some(Format::DawProject) => crate::dawproject::read(path, media, options),
        Some(Format::Reaper) => crate::reaper::read(path, media, options),
        Some(Format::Ardour) => crate::ardour::read(path, media, options),
        Some(Format::Ableton) => crate::ableton::read(path, media, options),
        Some(Format::Aaf) => crate::aaf::read(path, media, options),
    }?;
    if let Some(cut) = loudest::cut(&mut read.session) {
        let place = read.ledger.partition_point(|finding| finding.severity >= cut.severity);
        read.ledger.insert(place, cut);
    }
    Ok(read)
}

/// An error of the whole document.
pub(crate) fn error(path: &Path, message: impl Into<String>, hint: &str) -> SessionError {
    SessionError { file: path.to_owned(), message: message.into(), hint: Some(hint.to_owned()), place: None }
}

/// The bytes of a document, if there are not too many of them.
pub(crate) fn bytes(path: &Path) -> Result<Vec<u8>, SessionError> {
    let mut bytes = Vec::new();
    let read = std::fs::File::open(path).and_then(|file| file.take(LARGEST_BYTES + 1).read_to_end(&mut bytes));
    read.map_err(|failed| error(path, format!("cannot be read: {failed}"), "check the path and its permissions"))?;
    if bytes.len() as u64 > LARGEST_BYTES {
        return Err(error(path, "is larger than 256 MiB", "is this the right file?"));
    }
    if bytes.is_empty() {
        return Err(error(path, "is empty", "save the session again in its program"));
    }
    Ok(bytes)
}

/// The nearest frame to a time, if that is within what sessions have.
pub(crate) fn frames(seconds: f64, rate: SampleRate) -> Option<i64> {
    (seconds.abs() <= FARTHEST_SECONDS).then(|| rate.frames(seconds))
}

/// A number of a document: finite ones only.
pub(crate) fn number(text: &str) -> Option<f64> {
    text.trim().parse::<f64>().ok().filter(|number| number.is_finite())
}

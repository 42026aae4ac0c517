//! Where a session comes from: our document, another program's, a folder of multitracks, a stem set.

use crate::new::{SESSION, document_in};
use std::path::{Path, PathBuf};
use stemwright_audio::Files;
use stemwright_core::{Finding, Manifest, SampleRate, Session};
use stemwright_daw::{
    FolderError, FolderSession, ForeignOptions, ForeignSession, SessionError, SessionFile, detect, foreign_in,
    read_foreign, set_session,
};

/// The manifest of a stem set.
const MANIFEST: &str = "stems.json";

/// A session and what it was read from.
pub(crate) enum Source {
    File(SessionFile),
    /// A folder of multitracks without a session document.
    Folder(FolderSession),
    /// Another program's; audio from inside its document lies in a folder that goes with it, unless it is to stay.
    Foreign(
        Box<ForeignSession>,
        #[allow(dead_code, reason = "kept until its audio was read")] Option<tempfile::TempDir>,
    ),
    /// A stem set with its manifest.
    Set(Session),
}

/// What goes wrong, in words.
pub(crate) struct NotRead {
    pub(crate) message: String,
    pub(crate) hint: Option<String>,
}

impl From<SessionError> for NotRead {
    fn from(error: SessionError) -> Self {
        Self { message: error.to_string(), hint: error.hint }
    }
}

impl From<FolderError> for NotRead {
    fn from(error: FolderError) -> Self {
        Self { message: error.to_string(), hint: error.hint }
    }
}

/// The document that a path means: itself, or of a folder its session.toml, or the one project of another program in it; of a
/// folder with neither, where a session.toml would be.
pub(crate) fn document(path: &Path) -> PathBuf {
    if !path.is_dir() {
        return path.to_owned();
    }
    let own = document_in(path);
    if own.is_file() { own } else { foreign_in(path).unwrap_or(own) }
}

impl Source {
    /// Reads what a path means, at another rate than its own where one is given.
    pub(crate) fn read(path: &Path, rate: Option<SampleRate>, media: &Files) -> Result<Self, NotRead> {
        Self::read_unpacking(path, rate, media, None)
    }

    /// As [`Self::read`]; audio from inside the document is unpacked into a folder that stays, if one is given.
    fn read_unpacking(
        path: &Path,
        rate: Option<SampleRate>,
        media: &Files,
        into: Option<&Path>,
    ) -> Result<Self, NotRead> {
        let document = document(path);
        if path.is_dir() && !document.is_file() {
            return Ok(Self::Folder(FolderSession::read_at(path, media, rate)?));
        }
        if detect(&document).is_none() {
            return Ok(Self::File(SessionFile::read_at(&document, rate)?));
        }
        if let Some(extract_to) = into {
            let foreign = read_foreign(&document, media, &ForeignOptions { rate, extract_to });
            return match foreign {
                Ok(foreign) => Ok(Self::Foreign(Box::new(foreign), None)),
                Err(error) => {
                    // It was not there before.
                    let _ = std::fs::remove_dir_all(extract_to);
                    Err(error.into())
                }
            };
        }
        let made = tempfile::Builder::new().prefix("stemwright-").tempdir();
        let folder = made.map_err(|error| NotRead {
            message: format!("no folder for the audio inside {} can be made: {error}", document.display()),
            hint: Some("check the space and the permissions of the folder for temporary files".into()),
        })?;
        let options = ForeignOptions { rate, extract_to: folder.path() };
        Ok(Self::Foreign(Box::new(read_foreign(&document, media, &options)?), Some(folder)))
    }

    /// As [`Self::read`], where a folder with a manifest is a stem set.
    pub(crate) fn read_any(path: &Path, rate: Option<SampleRate>, media: &Files) -> Result<Self, NotRead> {
        Self::read_any_unpacking(path, rate, media, None)
    }

    /// As [`Self::read_any`]; audio from inside a document is unpacked into a folder that stays, if one is given. It is made where it is
    /// needed, and must not be there.
    pub(crate) fn read_any_unpacking(
        path: &Path,
        rate: Option<SampleRate>,
        media: &Files,
        into: Option<&Path>,
    ) -> Result<Self, NotRead> {
        let manifest = path.join(MANIFEST);
        if !path.is_dir() || !manifest.is_file() || document_in(path).is_file() {
            return Self::read_unpacking(path, rate, media, into);
        }
        let text = std::fs::read_to_string(&manifest).map_err(|error| error.to_string());
        let parsed = text.and_then(|text| serde_json::from_str::<Manifest>(&text).map_err(|error| error.to_string()));
        match parsed {
            Ok(manifest) => Ok(Self::Set(set_session(path, &manifest))),
            Err(error) => Err(NotRead {
                message: format!("{}: {error}", manifest.display()),
                hint: Some("move it away, and the folder is read by the names of its files".into()),
            }),
        }
    }

    pub(crate) fn session(&self) -> &Session {
        match self {
            Self::File(file) => &file.session,
            Self::Folder(made) => &made.session,
            Self::Foreign(foreign, _) => &foreign.session,
            Self::Set(session) => session,
        }
    }

    /// What it is, and the program that wrote it where that is known.
    pub(crate) fn kind(&self) -> (&'static str, Option<&str>) {
        match self {
            Self::File(_) => (SESSION, None),
            Self::Folder(_) => ("folder of multitracks", None),
            Self::Foreign(foreign, _) => {
                (foreign.format.name(), Some(foreign.program.as_str()).filter(|program| !program.is_empty()))
            }
            Self::Set(_) => ("stem set", None),
        }
    }

    /// What was noticed while it was read.
    pub(crate) fn findings(&self) -> &[Finding] {
        match self {
            Self::File(_) | Self::Set(_) => &[],
            Self::Folder(made) => &made.findings,
            Self::Foreign(foreign, _) => &foreign.ledger,
        }
    }

    /// An error of a later step, with the line of the strip where there is a document of ours.
    pub(crate) fn at_strip(&self, name: &str, message: String) -> String {
        match self {
            Self::File(file) => file.error_at_strip(name, message, None).to_string(),
            _ => message,
        }
    }
}

//! The audio of a project: unpacked where it is inside, looked for where it is beside.

use super::archive::{Archive, ArchiveError, Source};
use super::model::FileReference;
use crate::SessionError;
use crate::foreign::error;
use crate::foreign::ledger::Ledger;
use crate::foreign::media_search::below;
use crate::foreign::sources::Sources;
use std::collections::HashMap;
use std::fs::{self, File};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

/// As many names are tried for a file whose own is taken by another.
const MOST_NAMES: u32 = 1000;

pub(super) struct Audio<'p, 'd, S> {
    pub(super) path: &'p Path,
    pub(super) archive: Archive<S>,
    pub(super) to: &'p Path,
    pub(super) found: HashMap<FileReference<'d>, Option<PathBuf>>,
}

impl<'d, S: Source> Audio<'_, 'd, S> {
    /// The file that is meant, if it can be read; each is unpacked once.
    pub(super) fn find(
        &mut self,
        file: FileReference<'d>,
        place: &str,
        sources: &mut Sources<'_>,
        ledger: &mut Ledger,
    ) -> Result<Option<PathBuf>, SessionError> {
        if let Some(known) = self.found.get(&file) {
            return Ok(known.clone());
        }
        let inside = if file.external { None } else { self.archive.like(file.path).map(str::to_owned) };
        let found = match inside {
            Some(name) => {
                let unpacked = self.unpack(&name, place, ledger)?;
                unpacked.and_then(|path| sources.add(&format!("inside: {name}"), &path, place, ledger))
            }
            // What is not inside, against the project's word, may lie beside it; but only below.
            None if file.external || below(Path::new("x"), file.path).is_some() => {
                sources.find(file.path, place, ledger)
            }
            None => {
                let message = format!("{:?} leads out of the project and is not read: its clips are silent", file.path);
                ledger.error("media-missing", place, message, "save the project again with its audio inside");
                None
            }
        };
        self.found.insert(file, found.clone());
        Ok(found)
    }

    fn unpack(&mut self, name: &str, place: &str, ledger: &mut Ledger) -> Result<Option<PathBuf>, SessionError> {
        let Some(wanted) = below(self.to, name) else {
            let message = format!("{name:?} inside the project is no name for a file: its clips are silent");
            ledger.error("media-missing", place, message, "save the project again in its program");
            return Ok(None);
        };
        let failed = |source: &std::io::Error| {
            let hint = "write elsewhere, or make room";
            error(self.path, format!("holds {name}, which cannot be unpacked to {}: {source}", wanted.display()), hint)
        };
        let folder = wanted.parent().unwrap_or(self.to);
        fs::create_dir_all(folder).map_err(|source| failed(&source))?;
        let path = match self.free(&wanted, name) {
            Place::Same(path) => return Ok(Some(path)),
            Place::Free(path) => path,
        };
        let mut hidden = std::ffi::OsString::from(".");
        hidden.push(path.file_name().unwrap_or_default());
        hidden.push(".stemwright-new");
        let new = path.with_file_name(hidden);
        let result = self.write(name, &new).and_then(|()| fs::rename(&new, &path).map_err(ArchiveError::Io));
        match result {
            Ok(()) => Ok(Some(path)),
            Err(failure) => {
                let _ = fs::remove_file(&new);
                match failure {
                    ArchiveError::Io(source) if source.kind() != ErrorKind::UnexpectedEof => Err(failed(&source)),
                    other => {
                        let message = format!("{name} inside the project {other}: its clips are silent");
                        let hint = "save the project again in its program";
                        ledger.error("media-missing", place, message, hint);
                        Ok(None)
                    }
                }
            }
        }
    }

    fn write(&mut self, name: &str, new: &Path) -> Result<(), ArchiveError> {
        let mut file = std::io::BufWriter::new(File::create(new)?);
        self.archive.copy(name, &mut file)?;
        Ok(file.flush()?)
    }

    /// A name that nothing has, or a file that is this one already: it was unpacked before.
    fn free(&self, wanted: &Path, name: &str) -> Place {
        let stem = wanted.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let extension = wanted.extension().map(|extension| format!(".{}", extension.to_string_lossy()));
        let mut path = wanted.to_owned();
        for number in 2..MOST_NAMES {
            if path.symlink_metadata().is_err() {
                break;
            }
            if self.archive.is_same(name, &path) {
                return Place::Same(path);
            }
            path = wanted.with_file_name(format!("{stem} ({number}){}", extension.as_deref().unwrap_or_default()));
        }
        Place::Free(path)
    }
}

enum Place {
    Same(PathBuf),
    Free(PathBuf),
}

//! The audio files of a folder.

use super::FolderError;
use crate::FileName;
use crate::names::{self, silent};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use stemwright_core::{Finding, Severity};

/// No song has more; past that it is a library.
const MOST_FILES: usize = 20_000;
/// Files of any kind, so that a wrong folder is given up early.
const MOST_ENTRIES: usize = 200_000;
/// `Song/Audio Files/Drums`: how far below the folder files are looked for.
const DEEPEST: usize = 3;

/// An audio file, by its name.
#[derive(Debug)]
pub(super) struct Found {
    /// Below the folder, with `/` between folders.
    pub(super) relative: String,
    pub(super) path: PathBuf,
}

/// What a folder holds.
#[derive(Debug, Default)]
pub(super) struct Walk {
    /// In the order of their names.
    pub(super) files: Vec<Found>,
    /// The folders in it that were not looked into.
    pub(super) folders: Vec<(String, PathBuf)>,
    pub(super) findings: Vec<Finding>,
    entries: usize,
    /// The folders that were looked into, by their true paths: links lead in circles.
    seen: BTreeSet<PathBuf>,
}

impl Walk {
    /// The files of a folder that is called `name`, and of those in it that hold tracks.
    pub(super) fn through(folder: &Path, name: &str) -> Result<Self, FolderError> {
        let mut walk = Self::of(folder)?;
        // Beside folders of tracks there may lie a mix, or a click.
        let beside: Vec<FileName> = walk.files.iter().map(|found| FileName::new(&found.relative)).collect();
        if !names::understand(name, &beside).tracks.is_empty() {
            // With tracks beside them, folders that do not say what they hold are takes, bounces, older versions.
            walk.only_folders(names::tells_role);
        }
        walk.descend(folder)?;
        Ok(walk)
    }

    /// The files that lie in the folder itself.
    fn of(folder: &Path) -> Result<Self, FolderError> {
        let mut walk = Self::default();
        walk.seen.extend(folder.canonicalize());
        walk.read(folder, "", folder)?;
        Ok(walk)
    }

    /// Forgets the folders that a test does not pass, and says so.
    fn only_folders(&mut self, test: impl Fn(&str) -> bool) {
        let (kept, ignored): (Vec<_>, Vec<_>) =
            std::mem::take(&mut self.folders).into_iter().partition(|(name, _)| test(name));
        self.folders = kept;
        if !ignored.is_empty() {
            let names: Vec<String> = ignored.into_iter().map(|(name, _)| name).collect();
            let what = format!("folders beside the tracks are not looked into: {}", names.join(", "));
            self.findings.push(Finding::new(Severity::Note, "folders-ignored", what));
        }
    }

    /// Goes on into the folders below, those of DEEPEST floors.
    fn descend(&mut self, root: &Path) -> Result<(), FolderError> {
        for _ in 0..DEEPEST {
            for (relative, path) in std::mem::take(&mut self.folders) {
                if path.canonicalize().map_or(true, |path| self.seen.insert(path)) {
                    self.read(&path, &format!("{relative}/"), root)?;
                }
            }
        }
        Ok(())
    }

    fn read(&mut self, folder: &Path, before: &str, root: &Path) -> Result<(), FolderError> {
        let failed = |error: std::io::Error| {
            let hint = match error.kind() {
                std::io::ErrorKind::NotFound => "check the path, and that the drive is connected",
                std::io::ErrorKind::NotADirectory => "name the folder that the files are in",
                _ => "check the permissions of the folder",
            };
            FolderError::new(folder, format!("cannot be read: {error}"), hint)
        };
        let mut entries = Vec::new();
        for entry in std::fs::read_dir(folder).map_err(failed)? {
            entries.push(entry.map_err(failed)?.file_name());
            self.entries += 1;
            if self.entries > MOST_ENTRIES {
                let what = format!("holds more than {MOST_ENTRIES} files");
                return Err(FolderError::new(root, what, "name the folder of one song"));
            }
        }
        entries.sort();
        for name in entries {
            let path = folder.join(&name);
            let relative = format!("{before}{}", name.to_string_lossy());
            let hidden = relative.rsplit('/').next().is_some_and(|name| name.starts_with('.') || name == "__MACOSX");
            if hidden {
                continue;
            }
            // Of a link, what it leads to; one that leads nowhere is left to whoever reads it.
            let is_folder = std::fs::metadata(&path).is_ok_and(|metadata| metadata.is_dir());
            if !is_folder && silent(&relative).is_some() {
                continue;
            }
            if name.to_str().is_none() {
                self.unreadable_name(&path);
                continue;
            }
            if is_folder {
                // A set of stems that was printed into it is no multitrack.
                if !path.join("stems.json").exists() {
                    self.folders.push((relative, path));
                }
                continue;
            }
            self.files.push(Found { relative, path });
            if self.files.len() > MOST_FILES {
                let what = format!("holds more than {MOST_FILES} audio files");
                return Err(FolderError::new(root, what, "name the folder of one song"));
            }
        }
        Ok(())
    }

    fn unreadable_name(&mut self, path: &Path) {
        let what = "its name is not Unicode, so no session can name it; it is left out";
        let finding = Finding::new(Severity::Warning, "unreadable-name", what);
        self.findings.push(finding.in_file(path).hint("rename it"));
    }
}

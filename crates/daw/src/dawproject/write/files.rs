//! The audio files of a project: what they hold, and what they are called in it.

use crate::dawproject::archive::ArchiveWriter;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::fs::File;
use std::io::{self, Seek, Write};
use std::path::{Path, PathBuf};
use stemwright_audio::{Media, MediaInfo};

/// A file, as the project speaks of it.
#[derive(Debug, Clone)]
pub(super) struct Reference {
    pub(super) path: String,
    pub(super) external: bool,
    pub(super) info: MediaInfo,
}

pub(super) struct AudioFiles<'m> {
    media: &'m dyn Media,
    /// The folder of the project.
    folder: &'m Path,
    embed: bool,
    /// What is wrong with those that cannot be read.
    known: BTreeMap<PathBuf, Result<Reference, String>>,
    taken: HashSet<String>,
    /// In the order in which they are met.
    order: Vec<PathBuf>,
    infos: HashMap<PathBuf, Option<MediaInfo>>,
}

impl<'m> AudioFiles<'m> {
    pub(super) fn new(media: &'m dyn Media, folder: &'m Path, embed: bool) -> Self {
        let (known, taken, order, infos) = (BTreeMap::new(), HashSet::new(), Vec::new(), HashMap::new());
        Self { media, folder, embed, known, taken, order, infos }
    }

    /// What a file holds, if it can be read.
    pub(super) fn info(&mut self, file: &Path) -> Option<&MediaInfo> {
        let media = self.media;
        self.infos.entry(file.to_owned()).or_insert_with(|| media.info(file).ok()).as_ref()
    }

    /// A file that is used; `Err` says why it cannot be.
    pub(super) fn of(&mut self, file: &Path) -> Result<Reference, String> {
        if let Some(known) = self.known.get(file) {
            return known.clone();
        }
        let made = self.media.info(file).map_err(|failed| failed.to_string()).map(|info| {
            let path = if self.embed { self.name(file) } else { outside(file, self.folder) };
            Reference { path, external: !self.embed, info }
        });
        if made.is_ok() {
            self.order.push(file.to_owned());
        }
        self.known.insert(file.to_owned(), made.clone());
        made
    }

    /// A name in the archive that no other file has, on any system.
    fn name(&mut self, file: &Path) -> String {
        let plain = |c: char| if c.is_control() || "\\/:*?\"<>|".contains(c) { '_' } else { c };
        let clean = |text: Option<&std::ffi::OsStr>| -> String {
            text.unwrap_or_default().to_string_lossy().chars().map(plain).take(100).collect()
        };
        let stem = clean(file.file_stem());
        let extension = clean(file.extension());
        let dot = if extension.is_empty() { "" } else { "." };
        let mut name = format!("audio/{stem}{dot}{extension}");
        let mut number = 2;
        while !self.taken.insert(name.to_lowercase()) {
            name = format!("audio/{stem} ({number}){dot}{extension}");
            number += 1;
        }
        name
    }

    /// Puts the files into the archive, if they belong there.
    pub(super) fn put<W: Write + Seek>(&self, archive: &mut ArchiveWriter<W>) -> io::Result<()> {
        if !self.embed {
            return Ok(());
        }
        for path in &self.order {
            let Some(Ok(reference)) = self.known.get(path) else { continue };
            let of = |failed: io::Error| io::Error::other(format!("{}: {failed}", path.display()));
            let mut file = File::open(path).map_err(of)?;
            let size = file.metadata().map_err(of)?.len();
            archive.stored(&reference.path, size, &mut file).map_err(of)?;
        }
        Ok(())
    }
}

/// A path as the project gives it: forward slashes, relative to its folder where the file is below that.
fn outside(file: &Path, folder: &Path) -> String {
    let absolute = |path: &Path| std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let (file, folder) = (absolute(file), absolute(folder));
    match file.strip_prefix(&folder) {
        Ok(below) => {
            let parts: Vec<_> = below.components().map(|part| part.as_os_str().to_string_lossy()).collect();
            parts.join("/")
        }
        Err(_) => file.to_string_lossy().into_owned(),
    }
}

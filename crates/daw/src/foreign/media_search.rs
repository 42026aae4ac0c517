//! Where a session's audio is now: projects are moved, renamed, sent to others, and keep the paths of the machine they were made on.

use std::collections::HashMap;
use std::path::{Component, Path, PathBuf};

/// How far below the project's folder files are looked for by their name.
const DEEPEST: usize = 5;
/// Longer paths no system has, in bytes; in a URL each may be three.
const LONGEST: usize = 4096;
/// So many of a path's last parts are looked for below the project's folder.
const MOST_PARTS: usize = 64;
/// Entries of folders that are looked at.
const MOST_ENTRIES: usize = 100_000;

/// Looks for the audio files of one project.
#[derive(Debug)]
pub(crate) struct MediaSearch {
    /// The folder of the document.
    base: PathBuf,
    /// Folders below it in which its program keeps audio.
    folders: Vec<PathBuf>,
    /// All files below it, by their names in lower case; made when one is missed.
    by_name: Option<HashMap<String, PathBuf>>,
}

/// Where a file is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Whereabouts {
    /// Where the document says.
    There(PathBuf),
    /// Elsewhere, under the same name.
    Moved(PathBuf),
    /// Nowhere that was looked.
    Missing,
}

impl MediaSearch {
    /// For the document at a path; `folders` are where its program keeps audio, relative to it.
    pub(crate) fn new(document: &Path, folders: impl IntoIterator<Item = PathBuf>) -> Self {
        let base = document.parent().unwrap_or(Path::new("")).to_owned();
        let folders = folders.into_iter().map(|folder| base.join(folder)).collect();
        Self { base, folders, by_name: None }
    }

    /// Looks for a file by the path that the document gives: absolute or relative, with either slash, or a `file:` URL.
    pub(crate) fn find(&mut self, written: &str) -> Whereabouts {
        if written.len() > 4 * LONGEST {
            return Whereabouts::Missing;
        }
        let plain = plain_path(written);
        if plain.len() > LONGEST {
            return Whereabouts::Missing;
        }
        let path = Path::new(&plain);
        // As it is written first: a backslash may be part of a name here.
        for path in [Path::new(written), path] {
            let there = self.base.join(path);
            if !path.as_os_str().is_empty() && there.is_file() {
                return Whereabouts::There(there);
            }
        }
        let parts: Vec<&str> =
            plain.split('/').filter(|part| !part.is_empty() && *part != "." && *part != "..").collect();
        let Some(name) = parts.last() else { return Whereabouts::Missing };
        // A project that was moved with its folders: the end of the path still holds.
        let parent = self.base.parent().map(Path::to_owned);
        for from in parts.len().saturating_sub(MOST_PARTS)..parts.len() {
            let tail: PathBuf = parts[from..].iter().collect();
            let bases = [Some(&self.base), parent.as_ref()];
            for base in bases.into_iter().flatten().filter(|_| from > 0 || parts.len() == 1) {
                if base.join(&tail).is_file() {
                    return Whereabouts::Moved(base.join(&tail));
                }
            }
        }
        let beside = self.folders.iter().map(|folder| folder.join(name)).find(|path| path.is_file());
        let found = beside.or_else(|| {
            let base = self.base.clone();
            self.by_name.get_or_insert_with(|| walk(&base)).get(&name.to_lowercase()).cloned()
        });
        found.map_or(Whereabouts::Missing, Whereabouts::Moved)
    }
}

/// A path with forward slashes: without `file://`, percent signs and the letter of a drive.
fn plain_path(written: &str) -> String {
    let url = written.strip_prefix("file://").map(|rest| rest.strip_prefix("localhost").unwrap_or(rest));
    let path = url.map_or_else(|| written.to_owned(), decoded).replace('\\', "/");
    let bytes = path.strip_prefix('/').unwrap_or(&path).as_bytes();
    let has_drive = bytes.len() > 2 && bytes[0].is_ascii_alphabetic() && bytes[1] == b':' && bytes[2] == b'/';
    match path.find(':') {
        Some(colon) if has_drive => path[colon + 1..].to_owned(),
        _ => path,
    }
}

/// A text without its percent signs; what is no escape stays.
fn decoded(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let escape = (bytes[at] == b'%').then(|| text.get(at + 1..at + 3)).flatten();
        match escape.and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
            Some(byte) => {
                out.push(byte);
                at += 3;
            }
            None => {
                out.push(bytes[at]);
                at += 1;
            }
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

/// The files below a folder by their names in lower case, the nearest of several. Links to folders are not followed.
fn walk(base: &Path) -> HashMap<String, PathBuf> {
    let mut found = HashMap::new();
    let mut level = vec![base.to_owned()];
    let mut entries = 0;
    for _ in 0..DEEPEST {
        let mut next = Vec::new();
        for folder in level {
            let mut inside: Vec<_> = std::fs::read_dir(folder).into_iter().flatten().flatten().collect();
            inside.sort_by_key(std::fs::DirEntry::file_name);
            for entry in inside {
                entries += 1;
                if entries > MOST_ENTRIES {
                    return found;
                }
                match entry.file_type() {
                    Ok(kind) if kind.is_dir() => next.push(entry.path()),
                    Ok(_) => {
                        _ = found.entry(entry.file_name().to_string_lossy().to_lowercase()).or_insert(entry.path())
                    }
                    Err(_) => {}
                }
            }
        }
        level = next;
    }
    found
}

/// A path inside an archive as a path below a folder; `None` where it would lead out of it.
pub(crate) fn below(folder: &Path, inside: &str) -> Option<PathBuf> {
    let plain = inside.replace('\\', "/");
    let path = Path::new(&plain);
    let mut out = folder.to_owned();
    for part in path.components() {
        match part {
            Component::Normal(name) => out.push(name),
            Component::CurDir => {}
            _ => return None,
        }
    }
    let harmless = !plain.contains(':') && !plain.chars().any(char::is_control) && out != folder;
    harmless.then_some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_found_where_they_were_moved_to() {
        let folder = tempfile::tempdir().unwrap();
        let base = folder.path().join("Song");
        for file in ["Audio/kick.wav", "Media/Takes/a b.wav", "top.wav", "Deep/er/SNARE.WAV"] {
            std::fs::create_dir_all(base.join(file).parent().unwrap()).unwrap();
            std::fs::write(base.join(file), b"x").unwrap();
        }
        let mut search = MediaSearch::new(&base.join("song.rpp"), ["Audio".into()]);
        let moved = |file: &str| Whereabouts::Moved(base.join(file));
        assert_eq!(search.find("top.wav"), Whereabouts::There(base.join("top.wav")));
        assert_eq!(search.find("Media\\Takes\\a b.wav"), Whereabouts::There(base.join("Media/Takes/a b.wav")));
        assert_eq!(search.find("C:\\Users\\me\\Song\\Media\\Takes\\a b.wav"), moved("Media/Takes/a b.wav"));
        assert_eq!(search.find("file:///home/me/Media/Takes/a%20b.wav"), moved("Media/Takes/a b.wav"));
        assert_eq!(search.find("/elsewhere/kick.wav"), moved("Audio/kick.wav"));
        assert_eq!(search.find("snare.wav"), moved("Deep/er/SNARE.WAV"));
        for missing in ["", "/", "hat.wav", "..", "%", "file://%zz", "Audio"] {
            assert_eq!(search.find(missing), Whereabouts::Missing, "{missing}");
        }
        assert_eq!(search.find(&format!("/{}Media/Takes/a b.wav", "gone/".repeat(300))), moved("Media/Takes/a b.wav"));
        // A hundred megabytes of slashes and letters take no time.
        assert_eq!(search.find(&"a/".repeat(50_000_000)), Whereabouts::Missing);
    }

    #[test]
    fn nothing_in_an_archive_leaves_its_folder() {
        let folder = Path::new("/out");
        assert_eq!(below(folder, "audio/a.wav"), Some("/out/audio/a.wav".into()));
        for outside in ["../a.wav", "/etc/passwd", "a/../../b", "..\\b.wav", "C:\\b.wav", "", ".", "a\0b"] {
            assert_eq!(below(folder, outside), None, "{outside}");
        }
    }
}

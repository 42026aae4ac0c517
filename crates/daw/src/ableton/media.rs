//! Where the audio of clips is. Live 8 to 10 write paths as lists of folders and as records of the operating system, later ones as text.

use super::node::{all, at, text, whole};
use crate::foreign::ledger::Ledger;
use crate::foreign::media_search::MediaSearch;
use crate::foreign::sources::Sources;
use roxmltree::Node;
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use stemwright_audio::Media;

/// Where Live keeps audio in a project.
const FOLDERS: [&str; 9] = [
    "Samples/Imported",
    "Samples/Recorded",
    "Samples/Processed/Consolidate",
    "Samples/Processed/Crop",
    "Samples/Processed/Freeze",
    "Samples/Processed/Reverse",
    "Samples/Processed/Bounce",
    "Samples/Processed",
    "Samples",
];
/// The folder by which a project is known.
const PROJECT: &str = "Ableton Project Info";
/// Longer paths are none.
const LONGEST: usize = 4096;

/// The audio of one set.
pub(super) struct Audio<'m> {
    pub(super) sources: Sources<'m>,
    /// The folder of the set, and that of its project.
    set: PathBuf,
    project: PathBuf,
    found: HashMap<String, Option<PathBuf>>,
}

/// What a set says of a file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Written {
    /// From the set's folder, or (`of_project`) from that of the project.
    relative: String,
    of_project: bool,
    absolute: String,
}

impl<'m> Audio<'m> {
    pub(super) fn new(document: &Path, media: &'m dyn Media) -> Self {
        let set = document.parent().unwrap_or(Path::new("")).to_owned();
        // Sets lie in the folder of their project, and copies of them in `Backup` below it.
        let project = set.ancestors().take(4).find(|folder| folder.join(PROJECT).is_dir()).unwrap_or(&set).to_owned();
        let name = document.file_name().unwrap_or_default();
        let search = MediaSearch::new(&project.join(name), FOLDERS.map(PathBuf::from));
        Self { sources: Sources::new(media, search), set, project, found: HashMap::new() }
    }

    /// The file of a clip.
    pub(super) fn find(&mut self, clip: Node<'_, '_>, place: &str, ledger: &mut Ledger) -> Option<PathBuf> {
        let Some(reference) = at(clip, "SampleRef/FileRef") else {
            ledger.error(
                "media-missing",
                place,
                "names no file: it is silent in the stems",
                "save the set again in Live",
            );
            return None;
        };
        let written = Written::read(reference);
        let key = format!("{}|{}|{}", written.of_project, written.relative, written.absolute);
        if let Some(known) = self.found.get(&key) {
            return known.clone();
        }
        let found = self.look(&written, place, ledger);
        self.found.insert(key, found.clone());
        found
    }

    fn look(&mut self, written: &Written, place: &str, ledger: &mut Ledger) -> Option<PathBuf> {
        let Written { relative, of_project, absolute } = written;
        let base = if *of_project { &self.project } else { &self.set };
        let there = [base.join(relative), PathBuf::from(absolute)];
        let there = there.into_iter().zip([relative, absolute]).find(|(path, text)| !text.is_empty() && path.is_file());
        match there {
            Some((path, text)) => self.sources.add(text, &path, place, ledger),
            None => {
                let text = if relative.is_empty() { absolute } else { relative };
                self.sources.find(text.trim_start_matches("../"), place, ledger)
            }
        }
    }
}

impl Written {
    fn read(reference: Node<'_, '_>) -> Self {
        let kind = whole(reference, "RelativePathType").unwrap_or(0);
        let name = text(reference, "Name").unwrap_or_default();
        let short = |path: String| if path.len() > LONGEST || path.contains('\0') { String::new() } else { path };
        let plain = text(reference, "RelativePath").map(str::to_owned);
        // A folder without a name is the one above.
        let folders = |path: &str| {
            let folders = all(reference, path, "RelativePathElement");
            folders
                .filter_map(|folder| folder.attribute("Dir"))
                .map(|folder| if folder.is_empty() { ".." } else { folder })
                .collect::<Vec<_>>()
                .join("/")
        };
        let listed = || {
            let folders = folders("RelativePath");
            if folders.is_empty() { name.to_owned() } else { format!("{folders}/{name}") }
        };
        let relative = plain.unwrap_or_else(listed);
        let absolute = text(reference, "Path").map(str::to_owned);
        let hinted = || {
            let hint = folders("SearchHint/PathHint");
            let root = if hint.contains(':') { "" } else { "/" };
            (!hint.is_empty()).then(|| format!("{root}{hint}/{name}"))
        };
        let recorded = || at(reference, "Data").and_then(|data| data.text()).and_then(of_record);
        let absolute = absolute.or_else(hinted).or_else(recorded).unwrap_or_default();
        // Packs and libraries lie elsewhere: their relative paths count from there.
        let is_own = matches!(kind, 0 | 1 | 3) && !relative.is_empty();
        let relative = if is_own || absolute.is_empty() { relative } else { String::new() };
        Self { relative: short(relative), of_project: kind == 3, absolute: short(absolute) }
    }
}

/// The path in a record of hexadecimal digits: UTF-16 on Windows, an alias record on macOS, in which it has the tag 18.
fn of_record(hex: &str) -> Option<String> {
    let digits: Vec<u8> = hex.bytes().filter(u8::is_ascii_hexdigit).take(4 * LONGEST).collect();
    let value = |digit: u8| char::from(digit).to_digit(16).map(|value| value as u8);
    let bytes: Vec<u8> =
        digits.chunks_exact(2).filter_map(|pair| Some(value(pair[0])? << 4 | value(pair[1])?)).collect();
    if bytes.len() > 6 && bytes[1] == 0 && bytes[2] == b':' && bytes[3] == 0 {
        let units = bytes.chunks_exact(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]]));
        return Some(String::from_utf16_lossy(&units.take_while(|unit| *unit != 0).collect::<Vec<_>>()));
    }
    let mut rest = bytes.get(150..)?;
    while let [a, b, c, d, more @ ..] = rest {
        let (tag, length) = (u16::from_be_bytes([*a, *b]), usize::from(u16::from_be_bytes([*c, *d])));
        let own = more.get(..length)?;
        if tag == 18 {
            return Some(format!("/{}", String::from_utf8_lossy(own)));
        }
        rest = more.get(length + length % 2..)?;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(text: &str) -> Written {
        Written::read(roxmltree::Document::parse(text).unwrap().root_element())
    }

    #[test]
    fn paths_of_all_versions_are_understood() {
        let new = "<FileRef><RelativePathType Value='3'/><RelativePath Value='Samples/Imported/a.wav'/><Path Value='C:/P/a.wav'/></FileRef>";
        let own = |relative: &str, of_project, absolute: &str| Written {
            relative: relative.into(),
            of_project,
            absolute: absolute.into(),
        };
        assert_eq!(written(new), own("Samples/Imported/a.wav", true, "C:/P/a.wav"));
        let old = "<FileRef><HasRelativePath Value='true'/><RelativePathType Value='1'/><RelativePath><RelativePathElement Dir=''/>\
                   <RelativePathElement Dir='Other'/></RelativePath><Name Value='a.wav'/><SearchHint><PathHint>\
                   <RelativePathElement Dir='Users'/><RelativePathElement Dir='me'/></PathHint></SearchHint></FileRef>";
        assert_eq!(written(old), own("../Other/a.wav", false, "/Users/me/a.wav"));
        let pack = new.replace("'3'", "'5'");
        assert_eq!(written(&pack), own("", false, "C:/P/a.wav"));
        assert_eq!(written("<FileRef/>"), own("", false, ""));
    }

    #[test]
    fn records_of_both_systems_hold_a_path() {
        let utf16: String =
            "D:\\Loops\\k.wav\0".encode_utf16().map(|unit| format!("{:04X}", unit.swap_bytes())).collect();
        assert_eq!(of_record(&utf16).as_deref(), Some("D:\\Loops\\k.wav"));
        let alias = format!("{}000E0004004100420012000B{}0013000101", "00".repeat(150), "55736572732F612E77617600");
        assert_eq!(of_record(&alias).as_deref(), Some("/Users/a.wav"));
        assert!(["", "zz", "00", "0012"].iter().all(|hex| of_record(hex).is_none()));
    }
}

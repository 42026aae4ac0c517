//! Sources: the channels of audio files that regions play.

use super::time::Clock;
use crate::foreign::ledger::Ledger;
use crate::foreign::media_search::MediaSearch;
use crate::foreign::number;
use crate::foreign::sources::Sources;
use roxmltree::Node;
use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};
use stemwright_audio::Media;

/// What the session says of a source.
struct Source<'d> {
    name: &'d str,
    channel: u16,
    gain: f64,
    /// Made of other regions, which Ardour keeps elsewhere.
    compound: bool,
}

/// A channel of a file.
pub(super) struct Found {
    pub(super) path: PathBuf,
    /// `None` where the file has only one.
    pub(super) channel: Option<u16>,
    pub(super) gain: f64,
}

/// The files of a session.
pub(super) struct Files<'d, 'm> {
    pub(super) sources: Sources<'m>,
    listed: HashMap<&'d str, Source<'d>>,
    base: PathBuf,
    folders: Vec<PathBuf>,
    rate: u32,
    /// Files that were said to be of another rate, and names that were looked up.
    told: HashSet<PathBuf>,
    written: HashMap<&'d str, String>,
}

impl<'d, 'm> Files<'d, 'm> {
    /// `list`: the `Sources` element.
    pub(super) fn new(
        path: &Path,
        name: &str,
        list: Option<Node<'d, '_>>,
        media: &'m dyn Media,
        clock: &Clock,
    ) -> Self {
        let base = path.parent().unwrap_or(Path::new("")).to_owned();
        let mut folders = Vec::new();
        // The session's own first: a session that was saved under another name has both.
        let inside = std::fs::read_dir(base.join("interchange")).into_iter().flatten().take(1000).flatten();
        let mut names: Vec<PathBuf> = inside.map(|entry| Path::new("interchange").join(entry.file_name())).collect();
        names.sort_by_key(|folder| (folder.file_name().is_none_or(|own| own != name), folder.clone()));
        for folder in names {
            folders.extend(["audiofiles", "sounds"].map(|inner| folder.join(inner)));
        }
        folders.extend(["sounds", "audiofiles"].map(PathBuf::from));
        let search = MediaSearch::new(path, folders.iter().cloned());
        let mut listed = HashMap::new();
        for node in list.into_iter().flat_map(|list| list.children()).filter(|node| node.has_tag_name("Source")) {
            let (Some(id), Some(name)) = (node.attribute("id"), node.attribute("name")) else { continue };
            let source = Source {
                name,
                channel: node.attribute("channel").and_then(|channel| channel.parse().ok()).unwrap_or(0),
                gain: node.attribute("gain").and_then(number).filter(|gain| gain.abs() <= 1e4).unwrap_or(1.0),
                compound: node.attribute("playlist").is_some(),
            };
            listed.insert(id, source);
        }
        let sources = Sources::new(media, search);
        let rate = clock.rate.hz();
        Self { sources, listed, base, folders, rate, told: HashSet::new(), written: HashMap::new() }
    }

    /// Whether two sources are left and right of one stereo file.
    pub(super) fn is_pair(&mut self, left: &str, right: &str, place: &str, ledger: &mut Ledger) -> bool {
        let (Some(l), Some(r)) = (self.listed.get(left), self.listed.get(right)) else { return false };
        if l.name != r.name || (l.channel, r.channel) != (0, 1) || l.gain != r.gain || l.compound || r.compound {
            return false;
        }
        let found = self.locate(left, place, ledger);
        found.and_then(|path| self.sources.info(&path)).is_some_and(|info| info.channels == 2)
    }

    /// The file and channel of a source, if it is there. What is not is said.
    pub(super) fn find(&mut self, id: &str, place: &str, ledger: &mut Ledger) -> Option<Found> {
        let Some(source) = self.listed.get(id) else {
            let message = format!("source {id} is not listed: its regions are silent in the stems");
            ledger.error("media-missing", place, message, "save the session again in Ardour");
            return None;
        };
        if source.compound {
            let message = "is made of other regions: it is silent in the stems";
            ledger.error("media-missing", place, message, "uncombine it, or bounce it, in Ardour");
            return None;
        }
        let (channel, gain) = (source.channel, source.gain);
        let path = self.locate(id, place, ledger)?;
        let info = self.sources.info(&path)?;
        if info.rate.hz() != self.rate && self.told.insert(path.clone()) {
            let message = format!(
                "{} is of {} and the session of {} Hz: Ardour plays it at the wrong speed and pitch; here it sounds as it was recorded",
                path.display(),
                info.rate,
                self.rate
            );
            ledger.error("clip-warped", place, message, "import it into the session again, with conversion");
        }
        if usize::from(channel) >= info.channels {
            let message = format!("{} has no channel {}: it is silent in the stems", path.display(), channel + 1);
            ledger.error("media-missing", place, message, "put the right file in its place");
            return None;
        }
        let channel = (info.channels > 1).then_some(channel);
        Some(Found { path, channel, gain })
    }

    fn locate(&mut self, id: &str, place: &str, ledger: &mut Ledger) -> Option<PathBuf> {
        let name = self.listed.get(id)?.name;
        if !self.written.contains_key(name) {
            // Where Ardour has it is what the session means, though it writes the name alone.
            let inside = |folder: &PathBuf| {
                let path = folder.join(name);
                let is_below = !Path::new(name).is_absolute()
                    && !Path::new(name).components().any(|part| part.as_os_str() == "..");
                (is_below && self.base.join(&path).is_file()).then(|| path.to_string_lossy().into_owned())
            };
            let written = self.folders.iter().find_map(inside).unwrap_or_else(|| name.to_owned());
            self.written.insert(name, written);
        }
        let written = self.written.get(name).cloned()?;
        self.sources.find(&written, place, ledger)
    }
}

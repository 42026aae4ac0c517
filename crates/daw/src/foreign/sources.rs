//! The audio files of a foreign session: found, looked at once, and clips cut to what they hold.

use super::bake::bake;
use super::ledger::Ledger;
use super::media_search::{MediaSearch, Whereabouts};
use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use stemwright_audio::{Media, MediaInfo, resampled_frames};
use stemwright_core::{Clip, Fade, SampleRate};

/// The files of one session.
pub(crate) struct Sources<'m> {
    media: &'m dyn Media,
    search: MediaSearch,
    /// By the path that the document gives; `None` where there is nothing to play.
    found: HashMap<String, Option<PathBuf>>,
    infos: HashMap<PathBuf, MediaInfo>,
}

impl<'m> Sources<'m> {
    /// Files are found by `search` and read by `media`.
    pub(crate) fn new(media: &'m dyn Media, search: MediaSearch) -> Self {
        Self { media, search, found: HashMap::new(), infos: HashMap::new() }
    }

    /// The file that a document means by a path, if it is there and can be read. If not, or if it is elsewhere, that is said;
    /// `place` is where it is used.
    pub(crate) fn find(&mut self, written: &str, place: &str, ledger: &mut Ledger) -> Option<PathBuf> {
        if let Some(known) = self.found.get(written) {
            return known.clone();
        }
        let found = match self.search.find(written) {
            Whereabouts::There(path) => Some(path),
            Whereabouts::Moved(path) => {
                let message = format!("{written} is not where the session says; {} is used", path.display());
                ledger.note("media-moved", place, message, "if that is another file, put the right one in its place");
                Some(path)
            }
            Whereabouts::Missing => {
                let message = format!("{written} is missing: its clips are silent in the stems");
                let hint = "put it beside the session, or collect all files in the program and save again";
                ledger.error("media-missing", place, message, hint);
                None
            }
        };
        let found = found.filter(|path| self.can_be_read(path, place, ledger));
        self.found.insert(written.to_owned(), found.clone());
        found
    }

    /// Where the file is that a document means by a path, if anywhere; nothing is said or read.
    pub(crate) fn look(&mut self, written: &str) -> Option<PathBuf> {
        match self.search.find(written) {
            Whereabouts::There(path) | Whereabouts::Moved(path) => Some(path),
            Whereabouts::Missing => None,
        }
    }

    /// Notes a file that was found by other means, such as one from inside the document, if it can be read.
    pub(crate) fn add(&mut self, written: &str, path: &Path, place: &str, ledger: &mut Ledger) -> Option<PathBuf> {
        let found = self.can_be_read(path, place, ledger).then(|| path.to_owned());
        self.found.insert(written.to_owned(), found.clone());
        found
    }

    fn can_be_read(&mut self, path: &Path, place: &str, ledger: &mut Ledger) -> bool {
        if self.infos.contains_key(path) {
            return true;
        }
        match self.media.info(path) {
            Ok(info) => {
                self.infos.insert(path.to_owned(), info);
                true
            }
            Err(failed) => {
                let message = format!("{failed}: its clips are silent in the stems");
                ledger.error("media-unreadable", place, message, "convert it to WAV under the same name");
                false
            }
        }
    }

    /// What a file that was found holds.
    pub(crate) fn info(&self, path: &Path) -> Option<&MediaInfo> {
        self.infos.get(path)
    }

    /// The rate that most files have; of equals, the lowest.
    pub(crate) fn usual_rate(&self) -> Option<SampleRate> {
        let mut counts: BTreeMap<SampleRate, usize> = BTreeMap::new();
        self.infos.values().for_each(|info| *counts.entry(info.rate).or_default() += 1);
        let most = counts.values().max().copied()?;
        counts.into_iter().find(|&(_, count)| count == most).map(|(rate, _)| rate)
    }

    /// How many frames at the session's rate a file has.
    pub(crate) fn frames(&self, path: &Path, rate: SampleRate) -> u64 {
        self.infos.get(path).map_or(0, |info| resampled_frames(info.frames, info.rate, rate))
    }

    /// Cuts a clip to what its file holds: programs play silence where a file has ended. A fade-out that is cut keeps its place. A warp
    /// that stretches nothing is none. `None` where nothing is left.
    pub(crate) fn fit(&self, mut clip: Clip, rate: SampleRate) -> Option<Clip> {
        if let Some(warp) = clip.warp.take_if(|warp| warp.is_plain()) {
            (clip.from, clip.length) = (warp.sources().start, Some(warp.frames()));
        }
        let have = self.frames(&clip.file, rate);
        let (asked, left) = match &clip.warp {
            Some(warp) if warp.sources().end <= have => (warp.frames(), warp.frames()),
            Some(warp) => (warp.frames(), warp.frame_at(have as f64).max(0.0) as u64),
            None => (clip.length.unwrap_or(have.saturating_sub(clip.from)), have.saturating_sub(clip.from)),
        };
        if left == 0 || asked == 0 {
            return None;
        }
        if asked > left {
            let Fade { frames, shape } = clip.fade_out;
            if frames > asked - left {
                let begin = asked.saturating_sub(frames);
                let rise = move |frame: u64| shape.value(((asked - 1 - frame) as f64 + 0.5) / frames as f64);
                bake(&mut clip, begin, left, rise);
            }
            clip.fade_out = Fade::default();
        }
        match clip.warp.take() {
            Some(warp) => clip.warp = Some(warp.part(0, asked.min(left))?),
            None => clip.length = Some(asked.min(left)),
        }
        Some(clip)
    }
}

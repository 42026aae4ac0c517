//! Playlists: which regions a track plays.

use super::clips::{Channels, Maker};
use super::layers::{TooMany, pieces};
use super::media::Files;
use super::regions::{Defaults, Read, Region};
use super::time::Clock;
use crate::foreign::ledger::Ledger;
use crate::foreign::{MOST_CLIPS, MOST_POINTS};
use roxmltree::Node;
use std::collections::{HashMap, HashSet};
use stemwright_core::{Clip, SampleRate};

/// All playlists of a session, and what their clips share.
pub(super) struct Playlists<'a, 'd, 'i, 'm> {
    /// By id, and by name.
    lists: HashMap<&'d str, Node<'d, 'i>>,
    names: HashMap<&'d str, Node<'d, 'i>>,
    used: HashSet<&'d str>,
    files: Files<'d, 'm>,
    clock: &'a Clock,
    rate: SampleRate,
    defaults: Defaults,
    clips_left: usize,
    points_left: usize,
}

impl<'a, 'd, 'i, 'm> Playlists<'a, 'd, 'i, 'm> {
    pub(super) fn new(list: Option<Node<'d, 'i>>, files: Files<'d, 'm>, clock: &'a Clock, rate: SampleRate) -> Self {
        let nodes = || {
            let nodes = list.into_iter().flat_map(|list| list.children());
            nodes.filter(|node| node.has_tag_name("Playlist"))
        };
        let by = |key: &str| nodes().filter_map(|node| Some((node.attribute(key)?, node))).collect();
        Self {
            lists: by("id"),
            names: by("name"),
            used: HashSet::new(),
            files,
            clock,
            rate,
            defaults: Defaults::new(),
            clips_left: MOST_CLIPS,
            points_left: MOST_POINTS,
        }
    }

    /// The clips of a track: its playlist by id or name, and whether what lies above hides what lies below.
    pub(super) fn clips(
        &mut self,
        (wanted, layered): (Option<&'d str>, bool),
        channels: &Channels<'_>,
        place: &str,
        ledger: &mut Ledger,
    ) -> Result<Vec<Clip>, TooMany> {
        let Some(wanted) = wanted else { return Ok(Vec::new()) };
        let Some(list) = self.lists.get(wanted).or_else(|| self.names.get(wanted)).copied() else {
            let message = format!("its playlist {wanted} is not in the session: it is silent");
            ledger.error("media-missing", place, message, "save the session again in Ardour");
            return Ok(Vec::new());
        };
        self.used.extend([list.attribute("id"), list.attribute("name")].into_iter().flatten());
        let mut regions: Vec<Region<'d>> = Vec::new();
        let (mut muted, mut wrong) = (0, 0);
        for node in list.children().filter(|node| node.has_tag_name("Region")) {
            match self.defaults.read(node, self.clock) {
                Read::Sounds(mut region) => {
                    region.opaque &= layered;
                    regions.push(*region);
                }
                Read::Muted => muted += 1,
                Read::Midi => {}
                Read::Wrong => wrong += 1,
            }
        }
        if muted > 0 {
            ledger.note("clip-muted", place, format!("{muted} of its regions are muted and left out"), "");
        }
        if wrong > 0 {
            let message = format!("{wrong} of its regions say nothing that makes sense and are left out");
            ledger.error("not-understood", place, message, "save the session again in Ardour");
        }
        let pieces = pieces(&regions, self.clips_left)?;
        let mut clips = Vec::with_capacity(pieces.len());
        let (clock, rate) = (self.clock, self.rate);
        let mut maker = Maker { clock, rate, files: &mut self.files, points_left: &mut self.points_left };
        for piece in &pieces {
            clips.extend(maker.clips(piece, &regions, channels, ledger));
            if clips.len() > self.clips_left {
                return Err(TooMany);
            }
        }
        self.clips_left -= clips.len();
        Ok(clips)
    }

    /// Says how many playlists no track plays.
    pub(super) fn unused(&self, ledger: &mut Ledger) {
        let holds = |node: &&Node<'d, 'i>| node.children().any(|child| child.has_tag_name("Region"));
        let is_audio = |node: &&Node<'d, 'i>| node.attribute("type") != Some("midi");
        let unused = self.lists.iter().filter(|(id, _)| !self.used.contains(*id));
        let count = unused.map(|(_, node)| node).filter(holds).filter(is_audio).count();
        if count > 0 {
            let message = format!("{count} playlists are played by no track and left out");
            ledger.note("take-unused", "", message, "");
        }
    }
}

//! Buses, stems and colours: how a mix engineer would lay out the tracks.

use super::FolderTrack;
use std::collections::{BTreeMap, BTreeSet};
use stemwright_core::{Bus, Role, Session, StemWish, Strip};

/// Of files that nobody understands, so many are more useful as stems of their own: each can still be named, and what is
/// one lump cannot be taken apart. More of them would be no set of stems any more.
const MOST_OWN_STEMS: usize = 12;

/// What tracks of one role become.
pub(super) struct Group {
    role: Role,
    /// Of the stem.
    name: String,
    /// Of the bus, where there is one.
    bus: Option<String>,
}

/// The stem of each track that nobody understands, where each gets its own.
pub(super) fn own_stems(names: &BTreeSet<&str>, roles: &BTreeSet<Role>) -> bool {
    roles.iter().all(|role| *role == Role::Other) && names.len() <= MOST_OWN_STEMS
}

/// Groups by roles. Two tracks and more get a bus; one alone goes to the master and is a stem by itself.
pub(super) fn groups(tracks: &[FolderTrack]) -> BTreeMap<Role, Group> {
    let mut counts: BTreeMap<Role, usize> = BTreeMap::new();
    for track in tracks {
        *counts.entry(track.group).or_default() += 1;
    }
    let mut taken: BTreeSet<String> = tracks.iter().map(|track| track.name.to_lowercase()).collect();
    let mut group = |role: Role, count: usize| {
        let name = role.stem_name().to_owned();
        // A track may be called like its bus.
        let names = std::iter::once(name.clone()).chain(std::iter::once(format!("{name} Bus")));
        let mut names = names.chain((2..).map(|number| format!("{name} Bus {number}")));
        let bus = if count > 1 { names.find(|name| taken.insert(name.to_lowercase())) } else { None };
        Group { role, name, bus }
    };
    counts.into_iter().map(|(role, count)| (role, group(role, count))).collect()
}

impl Group {
    /// Sends a track where it belongs.
    pub(super) fn place(&self, strip: &mut Strip, role: Role) {
        strip.output = self.bus.clone();
        // A role that the bus has need not be said again.
        strip.role = (self.bus.is_none() || role != self.role).then_some(role);
        if self.bus.is_none() && role != self.role {
            strip.stem = Some(self.name.clone());
        }
    }

    /// Adds the bus and the stem to a session.
    pub(super) fn add_to(&self, session: &mut Session) {
        session.stems.push(StemWish {
            name: self.name.clone(),
            role: Some(self.role),
            colour: Some(colour(self.role).to_owned()),
        });
        if let Some(bus) = &self.bus {
            let mut strip = Strip::new(bus.clone());
            strip.role = Some(self.role);
            strip.stem = (*bus != self.name).then(|| self.name.clone());
            session.buses.push(Bus { strip, is_return: false });
        }
    }
}

/// Colours that can be told apart, near to those that people know from their programs: drums red, bass violet, guitars
/// brown, keys and synthesisers blue, voices pink.
fn colour(role: Role) -> &'static str {
    match role {
        Role::Drums => "#d9480f",
        Role::Percussion => "#e8890c",
        Role::Bass => "#5f3dc4",
        Role::Guitars => "#8d5524",
        Role::Keys => "#1971c2",
        Role::Synths => "#0c8599",
        Role::Strings => "#2b8a3e",
        Role::Brass => "#b8860b",
        Role::Winds => "#66a80f",
        Role::Music => "#364fc7",
        Role::LeadVocals => "#c2255c",
        Role::BackingVocals => "#e64980",
        Role::Vocals => "#a61e4d",
        Role::Dialogue => "#862e9c",
        Role::Effects => "#5c6770",
        Role::Ambience => "#748b97",
        Role::Other => "#868e96",
    }
}

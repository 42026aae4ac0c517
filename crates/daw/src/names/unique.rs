//! Names that no two tracks share.

use super::NamedTrack;
use std::collections::{BTreeMap, BTreeSet};

/// Tells tracks of one name apart: by the folders that they lie in, else by numbers.
pub(super) fn unique(tracks: &mut [NamedTrack], folders: &[String]) {
    let mut alike: BTreeMap<String, BTreeSet<&str>> = BTreeMap::new();
    for (track, folder) in tracks.iter_mut().zip(folders) {
        if track.name.is_empty() {
            track.name = "Track".into();
        }
        alike.entry(track.name.to_lowercase()).or_default().insert(folder);
    }
    for (track, folder) in tracks.iter_mut().zip(folders) {
        if alike.get(&track.name.to_lowercase()).is_some_and(|folders| folders.len() > 1) && !folder.is_empty() {
            track.name = format!("{folder} {}", track.name);
        }
    }
    let written: BTreeSet<String> = tracks.iter().map(|track| track.name.to_lowercase()).collect();
    let mut taken = BTreeSet::new();
    for track in tracks {
        let mut name = track.name.clone();
        let mut number = 2;
        while taken.contains(&name.to_lowercase()) || (number > 2 && written.contains(&name.to_lowercase())) {
            name = format!("{} {number}", track.name);
            number += 1;
        }
        taken.insert(name.to_lowercase());
        track.name = name;
    }
}

//! A stem set as a session: each stem a track from bar 1, so that it opens in any program as it was printed.

use std::path::Path;
use stemwright_core::{
    Clip, Layout, Manifest, Marker, PanLaw, Section, Session, Song, StemWish, Strip, Tempo, TempoChange, TempoInfo,
    TempoMap, Track,
};

/// The session of a set in a folder. Every stem is a track of its own at unity; the mix that they add up to is there too, muted,
/// to compare with. What the files were turned down by is turned up on no fader: they sound as they are.
pub fn set_session(folder: &Path, manifest: &Manifest) -> Session {
    let Manifest { song, format, stems, references, .. } = manifest;
    let mut session = Session::new(format.rate);
    session.song =
        Song { title: song.title.clone(), artist: song.artist.clone(), key: song.key.clone(), tuning: song.tuning };
    session.pan_law = PanLaw::Balance;
    session.tempo = tempo(song.bpm, &song.time_signature);
    // Files of mid and side are left and right again on the master.
    let mid_side = format.layout == Layout::MidSide;
    session.master.layout = if mid_side { Layout::Stereo } else { format.layout };
    // Places count from the first frame of the files, sessions from bar 1.
    let at = |frame: i64| format.start.saturating_add(frame);
    session.tempo_changes = changes(&song.tempo_changes, session.tempo, |frame| format.rate.seconds(at(frame)));
    session.sections =
        song.sections.iter().map(|part| Section { name: part.name.clone(), start: at(part.start) }).collect();
    session.markers =
        song.markers.iter().map(|marker| Marker { name: marker.name.clone(), at: at(marker.at) }).collect();
    let mut names = crate::foreign::names::UniqueNames::default();
    for stem in stems {
        let mut strip = Strip::new(names.give(&stem.name, &stem.file));
        strip.stem = Some(stem.name.clone());
        strip.role = stem.role;
        strip.colour.clone_from(&stem.colour);
        strip.layout = match stem.channels {
            1 => Some(Layout::Mono),
            _ => mid_side.then_some(Layout::MidSide),
        };
        session.tracks.push(Track::new(strip, vec![Clip::new(folder.join(&stem.file), format.start)]));
        session.stems.push(StemWish { name: stem.name.clone(), role: stem.role, colour: stem.colour.clone() });
    }
    for reference in references.iter().filter(|reference| reference.sum) {
        let mut strip = Strip::new(names.give("Mix reference", "Mix reference"));
        strip.mute = true;
        strip.layout = mid_side.then_some(Layout::MidSide);
        session.tracks.push(Track::new(strip, vec![Clip::new(folder.join(&reference.file), format.start)]));
    }
    session
}

fn tempo(bpm: f64, time_signature: &str) -> Tempo {
    let usual = Tempo::default();
    let numbers =
        time_signature.split_once('/').and_then(|(beats, note)| Some((beats.parse().ok()?, note.parse().ok()?)));
    let sane = |&(beats, note): &(u32, u32)| (1..=64).contains(&beats) && (1..=64).contains(&note);
    Tempo {
        bpm: if (1.0..=1000.0).contains(&bpm) { bpm } else { usual.bpm },
        time_signature: numbers.filter(sane).unwrap_or(usual.time_signature),
    }
}

/// Changes by their seconds, as changes by their quarter notes: each is on the map of those before it.
fn changes(written: &[TempoInfo], first: Tempo, seconds: impl Fn(i64) -> f64) -> Vec<TempoChange> {
    let mut changes: Vec<TempoChange> = Vec::new();
    for change in written {
        let now = tempo(change.bpm, &change.time_signature);
        let time = seconds(change.at);
        let quarters = match changes.last() {
            // A ramp is as long as its mean tempo has it: linear over quarter notes, its time is a logarithm.
            before if change.ramp => {
                let map = TempoMap::new(first, &changes);
                let (from, bpm) = before.map_or((0.0, first.bpm), |before| (before.at, before.tempo.bpm));
                let lasting = time - map.seconds(from);
                let ratio = now.bpm / bpm;
                let per_quarter = if (ratio - 1.0).abs() < 1e-9 { 1.0 } else { libm::log(ratio) / (ratio - 1.0) };
                from + lasting * bpm / 60.0 / per_quarter
            }
            _ => TempoMap::new(first, &changes).quarters_at(time),
        };
        // Times were rounded to frames; bars are whole.
        let near = (quarters * 960.0).round() / 960.0;
        let at = if (near - quarters).abs() < 1e-3 { near } else { quarters };
        if at.is_finite() && changes.last().is_none_or(|before| before.at < at) {
            changes.push(TempoChange { at, tempo: now, ramp: change.ramp });
        }
    }
    changes
}

//! Sets of the material: each is read, or refused with an error that says why.

use std::path::{Path, PathBuf};
use stemwright_audio::{Files, testing};
use stemwright_core::{Finding, Session, Severity};
use stemwright_daw::{ForeignOptions, Format, detect, read_foreign};

fn sets(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap().flatten() {
        let path = entry.path();
        if path.is_dir() {
            sets(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "als") {
            found.push(path);
        }
    }
}

fn read(name: &str) -> Option<(Session, Vec<Finding>, String)> {
    let path = testing::material(&format!("sessions/als/{name}"))?;
    assert_eq!(detect(&path), Some(Format::Ableton));
    let options = ForeignOptions { rate: None, extract_to: Path::new("nowhere") };
    let read = read_foreign(&path, &Files::default(), &options).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(read.format.name(), "Ableton Live set");
    Some((read.session, read.ledger, read.program))
}

fn codes<'l>(ledger: &'l [Finding], code: &str) -> Vec<&'l Finding> {
    ledger.iter().filter(|finding| finding.code == code).collect()
}

#[test]
fn every_set_of_the_material_is_read_or_refused_for_a_reason() {
    let Some(folder) = testing::material("sessions/als") else { return };
    let mut found = Vec::new();
    sets(&folder, &mut found);
    assert!(found.len() >= 9);
    for path in found {
        let options = ForeignOptions { rate: None, extract_to: Path::new("nowhere") };
        match read_foreign(&path, &Files::default(), &options) {
            Ok(read) => {
                assert!(read.program.starts_with("Ableton Live"), "{}", read.program);
                assert!(codes(&read.ledger, "not-understood").is_empty(), "{}: {:?}", path.display(), read.ledger);
            }
            Err(error) => {
                let name = path.file_name().unwrap().to_string_lossy().into_owned();
                assert!(["empty.als", "junk.als"].contains(&name.as_str()), "{error}");
                assert!(error.hint.is_some());
            }
        }
    }
}

#[test]
fn locators_and_tempo_are_those_that_stand_in_the_set() {
    for name in ["automation.als", "L12-automation.als"] {
        let Some((session, ledger, program)) = read(name) else { return };
        assert!(program.starts_with("Ableton Live 1"), "{program}");
        let changes: Vec<_> =
            session.tempo_changes.iter().map(|change| (change.at, change.tempo.bpm, change.ramp)).collect();
        // 60 up to beat 4, up to 120 at 8 and 200 at 12.
        assert_eq!(session.tempo.bpm, 60.0);
        assert_eq!(changes, [(4.0, 60.0, false), (8.0, 120.0, true), (12.0, 200.0, true)]);
        let beat_8 = 4.0 + 4.0 * 2f64.ln();
        let places: Vec<i64> = session.markers.iter().map(|marker| marker.at).collect();
        assert_eq!(places.len(), 6);
        assert!(places.contains(&192_000) && places.contains(&((beat_8 * 48_000.0).round() as i64)), "{places:?}");
        let silent = codes(&ledger, "clips-not-arranged");
        assert!(silent.len() == 1 && silent[0].severity == Severity::Error, "{ledger:?}");
    }
}

#[test]
fn a_song_of_live_9_has_its_desk() {
    let Some((session, ledger, program)) = read("live9/live9-patch-2-0point.als") else { return };
    assert_eq!(program, "Ableton Live 9.7.1");
    let buses: Vec<_> = session.buses.iter().map(|bus| (bus.strip.name.as_str(), bus.is_return)).collect();
    assert_eq!(buses, [("Bass", false), ("A-Reverb", true), ("B-Delay", true)]);
    assert_eq!(session.tracks.len(), 24);
    let track = |name: &str| &session.tracks.iter().find(|track| track.strip.name == name).unwrap().strip;
    assert_eq!(track("15-cool808").output.as_deref(), Some("Bass"));
    let sends: Vec<_> = track("and clap").sends.iter().map(|send| (send.to.as_str(), send.gain)).collect();
    let gain = stemwright_core::Db::of;
    assert_eq!(sends, [("A-Reverb", gain(0.165_958_657_9)), ("B-Delay", gain(0.077_624_708_41))]);
    // Nothing of its audio is there.
    assert!(session.tracks.iter().all(|track| track.clips.is_empty()));
    assert!(codes(&ledger, "media-missing").len() > 15);
    assert_eq!(codes(&ledger, "midi-silent").len(), 7);
}

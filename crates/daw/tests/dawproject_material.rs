//! Projects that Bitwig Studio exported, from the material: what is read is what stands in their XML.

#[path = "dawproject/bench.rs"]
mod bench;

use bench::of_code;
use std::path::PathBuf;
use stemwright_audio::{Files, testing};
use stemwright_core::{BandKind, Db, Finding, Layout, Session, Severity, Shape, Target, Unit};
use stemwright_daw::{ForeignOptions, Format, detect, read_foreign};

/// A project of the material, and what the ledger says of it.
fn read(name: &str) -> Option<(Session, Vec<Finding>)> {
    let path = testing::material(&format!("sessions/dawproject/{name}"))?;
    let to = tempfile::tempdir().unwrap();
    assert_eq!(detect(&path), Some(Format::DawProject));
    let options = ForeignOptions { rate: None, extract_to: &to.path().join("audio of it") };
    let read = read_foreign(&path, &Files::default(), &options).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(read.program, "Bitwig Studio 5.3.12");
    assert_eq!(read.session.tempo.bpm, 110.0);
    assert!(of_code(&read.ledger, "not-understood").is_empty(), "{:?}", read.ledger);
    Some((read.session, read.ledger))
}

#[test]
fn every_project_of_the_material_is_read() {
    let Some(folder) = testing::material("sessions/dawproject") else { return };
    let files: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert!(files.len() >= 4);
    for file in files {
        let to = tempfile::tempdir().unwrap();
        let options = ForeignOptions { rate: None, extract_to: to.path() };
        let read = read_foreign(&file, &Files::default(), &options);
        read.unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    }
}

#[test]
fn a_loop_of_audio_is_as_many_clips_as_it_goes_round() {
    let Some((session, ledger)) = read("opendaw-audio-regions.dawproject") else { return };
    // The file is 88399 frames at 44.1 kHz; the loop is 1.8333330154418945 beats of 60/110 s: 44099.99 frames, so 44100.
    assert_eq!(session.rate.hz(), 44_100);
    let [track] = session.tracks.as_slice() else { panic!("{:?}", session.tracks) };
    assert_eq!(track.strip.name, "cw_154_Hash");
    assert_eq!(track.strip.colour.as_deref(), Some("#d99d10"));
    assert_eq!((track.strip.layout, track.strip.output.as_ref()), (Some(Layout::Stereo), None));
    assert!((track.strip.gain.0 - 20.0 * 0.316228f64.log10()).abs() < 1e-9, "{:?}", track.strip.gain);
    assert_eq!(track.strip.pan, 0.0);
    // 8 beats are 4.3636 s: four times round and a rest.
    let places: Vec<(i64, u64, u64)> =
        track.clips.iter().map(|clip| (clip.at, clip.from, clip.length.unwrap())).collect();
    let end = (8.0f64 * 60.0 / 110.0 * 44_100.0).round() as i64;
    let wanted: Vec<(i64, u64, u64)> =
        (0..5).map(|round| (44_100 * round, 0, (44_100 * (round + 1)).min(end).abs_diff(44_100 * round))).collect();
    assert_eq!(places, wanted);
    assert!(of_code(&ledger, "clip-warped").is_empty(), "110 BPM is the speed of the file: {ledger:?}");
    assert_eq!(ledger.iter().map(|finding| finding.severity).max(), None, "{ledger:?}");
}

#[test]
fn faders_move_by_their_factor_and_switched_off_sends_are_none() {
    let Some((session, ledger)) = read("opendaw-automation.dawproject") else { return };
    let strip = &session.tracks[0].strip;
    assert_eq!(strip.name, "Inst 1");
    assert!(strip.sends.is_empty() && session.buses[0].strip.sends.is_empty(), "one of them goes to itself");
    assert!(session.buses[0].is_return && session.buses[0].strip.name == "FX 1");
    let of = |target| &strip.automation.iter().find(|automation| automation.target == target).unwrap().points;
    let beat = |beats: f64| (beats * 60.0 / 110.0 * 48_000.0).round() as i64;
    let pan: Vec<_> = of(Target::Pan).iter().map(|point| (point.frame, point.value, point.shape)).collect();
    assert_eq!(pan, [(0, 0.0, Shape::Linear), (beat(2.0), -1.0, Shape::Linear), (beat(4.0), 1.0, Shape::Linear)]);
    let gain = of(Target::Gain);
    assert_eq!(gain.iter().map(|point| point.frame).collect::<Vec<_>>(), [0, beat(1.5), beat(4.0)]);
    assert!(gain.iter().all(|point| point.shape == Shape::Factor));
    assert!((gain[1].value - 20.0 * 0.354813f64.log10()).abs() < 1e-9);
    let mute: Vec<_> = of(Target::Mute).iter().map(|point| (point.frame, point.value)).collect();
    assert_eq!(mute, [(0, 0.0), (beat(2.0), 1.0)]);
    assert!(of_code(&ledger, "midi-silent").is_empty(), "there are no notes in it");
}

#[test]
fn an_equaliser_counts_in_semitones() {
    let Some((session, ledger)) = read("opendaw-eq.dawproject") else { return };
    let Unit::Eq(eq) = &session.buses[0].strip.inserts[0].unit else { panic!("{:?}", session.buses[0].strip.inserts) };
    // An eighth-order high-pass is four sections, then five bands.
    assert_eq!(eq.bands.len(), 9);
    let hertz = |note: f64| 440.0 * ((note - 69.0) / 12.0).exp2();
    assert!(eq.bands[..4].iter().all(|band| band.kind == BandKind::HighPass { steep: false }));
    assert!((eq.bands[0].freq - hertz(58.506371)).abs() < 1e-9, "240 Hz");
    assert!((eq.bands[4].freq - 900.0).abs() < 0.1, "{}", eq.bands[4].freq);
    assert_eq!((eq.bands[4].kind, eq.bands[4].gain, eq.bands[4].q), (BandKind::Bell, Db(-9.0), 1.0));
    assert_eq!((eq.bands[5].kind, eq.bands[5].gain), (BandKind::HighShelf, Db(6.0)));
    let [finding] = of_code(&ledger, "device-approximated")[..] else { panic!("{ledger:?}") };
    assert_eq!((finding.severity, finding.place.as_deref()), (Severity::Warning, Some("EQ+")));
}

#[test]
fn notes_are_counted_and_silent() {
    let Some((session, ledger)) = read("opendaw-note-regions.dawproject") else { return };
    assert!(session.tracks.iter().all(|track| track.clips.is_empty()));
    let silent = of_code(&ledger, "midi-silent");
    assert!(!silent.is_empty() && silent.iter().all(|finding| finding.severity == Severity::Error), "{ledger:?}");
}

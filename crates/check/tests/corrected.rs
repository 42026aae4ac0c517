//! Stems put right: what is written adds up to the mix, and nothing else is touched.

mod band;
mod stage;

use band::*;
use stage::*;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use stemwright_audio::Files;
use stemwright_check::{CheckError, CheckOptions, Progress, SumClass, Work, check};

const NAMES: [&str; 4] = ["01_Drums.wav", "02_Bass.wav", "03_Pad.wav", "04_Vocals.wav"];

/// A band, one stem of which is early and one too loud and upside down.
fn wrong() -> Stage {
    let frames = 8 * RATE as usize;
    let stems: Vec<Frames> =
        (0..4).map(|n| rounded(&scaled(&play(BAND[n], 500 + n as u64, frames), 0.5), 24)).collect();
    let mut in_mix = stems.clone();
    in_mix[3] = moved(&stems[3], 167.25, 0.0);
    in_mix[2] = scaled(&stems[2], -(10f64.powf(-3.1 / 20.0)));
    let stage = Stage::new();
    for (name, stem) in NAMES.iter().zip(&stems) {
        stage.write(&format!("set/{name}"), stem, Depth::Bits(24));
    }
    stage.write("Song mix.wav", &sum(&in_mix), Depth::Float);
    stage
}

fn options(stage: &Stage, folder: &str) -> CheckOptions {
    CheckOptions {
        mix: Some(stage.path("Song mix.wav")),
        corrected: Some(stage.path(folder)),
        ..CheckOptions::default()
    }
}

/// Every file below a folder, with what is in it.
fn below(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut files = BTreeMap::new();
    for entry in std::fs::read_dir(folder).unwrap().flatten() {
        let path = entry.path();
        if path.is_dir() {
            files.extend(below(&path));
        } else {
            files.insert(path.clone(), std::fs::read(path).unwrap());
        }
    }
    files
}

#[test]
fn corrected_stems_add_up_to_the_mix() {
    let stage = wrong();
    let before = below(&stage.path("set"));
    let report = look(&stage.path("set"), &options(&stage, "right"));
    let sum = report.sum.as_ref().unwrap();
    let corrected = sum.corrected.as_ref().unwrap();
    let of = |n: usize| &corrected.files[n];
    assert!((of(3).delay_frames - 167.25).abs() < 0.01, "{corrected:#?}");
    assert!((of(2).gain_db + 3.1).abs() < 0.01 && of(2).inverted, "{corrected:#?}");
    for n in [0, 1] {
        assert!(of(n).gain_db == 0.0 && of(n).delay_frames == 0.0 && !of(n).inverted, "{corrected:#?}");
    }
    // Moving is exact up to 0.45 of the rate (21.6 kHz): what a voice's noise holds beyond is all that is left.
    assert!(corrected.remaining_rms_dbfs.unwrap() < -90.0, "{corrected:#?}");
    // So says another look at what is in the folder.
    let again = CheckOptions { mix: Some(stage.path("Song mix.wav")), ..CheckOptions::default() };
    let again = look(&stage.path("right"), &again);
    assert_eq!(again.files.iter().filter(|file| NAMES.contains(&&*file.file)).count(), 4);
    let left = again.sum.as_ref().unwrap().residual_rms_dbfs.unwrap();
    assert!((left - corrected.remaining_rms_dbfs.unwrap()).abs() < 0.1, "{left}");
    let low = again.sum.as_ref().unwrap().third_octaves.iter().filter(|band| band.hz <= 16_000.0);
    let power: f64 = low.map(|band| 10f64.powf(band.dbfs / 10.0)).sum();
    assert!(10.0 * power.log10() < -100.0, "{} dBFS below 18 kHz", 10.0 * power.log10());
    // What needed nothing is what it was.
    let same = look(&stage.path("right/01_Drums.wav"), &CheckOptions::default());
    let was = look(&stage.path("set/01_Drums.wav"), &CheckOptions::default());
    assert_eq!(same.files[0].measured, was.files[0].measured);
    assert_eq!(below(&stage.path("set")), before);
    let hint = only(&report, "sum-does-not-null").hint.as_deref().unwrap();
    assert_eq!(hint, sum.solution.as_ref().unwrap().sentences[0]);
}

#[test]
fn nothing_is_written_over() {
    let stage = wrong();
    std::fs::create_dir(stage.path("there")).unwrap();
    std::fs::write(stage.path("there/notes.txt"), "mine").unwrap();
    for there in ["there", "there/notes.txt"] {
        let error = check(&stage.path("set"), &options(&stage, there), &Files::new(), &mut |_| true).unwrap_err();
        assert!(matches!(error, CheckError::NoSet { .. }) && error.hint().is_some(), "{error:?}");
    }
    assert_eq!(std::fs::read(stage.path("there/notes.txt")).unwrap(), b"mine");
    assert_eq!(below(&stage.path("there")).len(), 1);
}

#[test]
fn who_stops_finds_nothing_half_written() {
    let stage = wrong();
    let mut shares = Vec::new();
    let stop = &mut |progress: Progress| {
        if progress.work == Work::Explaining {
            shares.push(progress.done);
        }
        progress.work != Work::Correcting || progress.done < 0.5
    };
    let error = check(&stage.path("set"), &options(&stage, "right"), &Files::new(), stop).unwrap_err();
    assert!(matches!(error, CheckError::Stopped));
    let mut left: Vec<String> = std::fs::read_dir(stage.path("."))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    left.sort();
    assert_eq!(left, ["Song mix.wav", "set"]);
    assert!(shares.len() > 10 && shares.is_sorted() && shares.last() == Some(&1.0), "{shares:?}");
}

#[test]
fn what_is_not_sure_is_not_corrected() {
    let frames = 5 * RATE as usize;
    let stage = Stage::new();
    for (n, name) in NAMES.iter().enumerate() {
        stage.write(&format!("set/{name}"), &play(BAND[n], n as u64, frames), Depth::Bits(24));
    }
    let others: Vec<Frames> = (0..4).map(|n| play(BAND[n], 900 + n as u64, frames)).collect();
    stage.write("Song mix.wav", &sum(&others), Depth::Bits(24));
    let report = look(&stage.path("set"), &options(&stage, "right"));
    assert!(report.sum.as_ref().unwrap().corrected.is_none());
    only(&report, "not-corrected");
    assert!(!stage.path("right").exists());
}

/// One gain or delay of all needs no solution.
#[test]
fn all_stems_are_corrected_alike() {
    let frames = 4 * RATE as usize;
    let stems: Vec<Frames> = (0..3).map(|n| rounded(&scaled(&play(BAND[n], 60 + n as u64, frames), 0.3), 24)).collect();
    let stage = Stage::new();
    for (name, stem) in NAMES.iter().zip(&stems) {
        stage.write(&format!("set/{name}"), stem, Depth::Bits(24));
    }
    stage.write("Song mix.wav", &scaled(&sum(&stems), -0.5), Depth::Float);
    let report = look(&stage.path("set"), &options(&stage, "right"));
    let sum = report.sum.as_ref().unwrap();
    assert_eq!(sum.class, SumClass::StaticGain);
    let corrected = sum.corrected.as_ref().unwrap();
    assert!(corrected.files.iter().all(|file| file.inverted && (file.gain_db + 6.02).abs() < 0.01), "{corrected:#?}");
    assert!(corrected.remaining_rms_dbfs.is_none_or(|rms| rms < -140.0), "{corrected:#?}");
}

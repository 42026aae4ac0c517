//! The programs do the work that they are measured for.

use std::path::Path;
use std::process::Command;

use stemwright_audio::{Files, Media, file_sha256};

fn run(program: &str, arguments: &[&str], folder: &Path) {
    let done = Command::new(program).args(arguments).current_dir(folder).output().expect("cargo built it");
    assert!(done.status.success(), "{program} {arguments:?}: {}", String::from_utf8_lossy(&done.stderr));
}

fn tracks(folder: &Path, name: &str, kind: &str) {
    run(env!("CARGO_BIN_EXE_stemwright-tracks"), &[name, "2", "1.5", "44100", kind], folder);
}

#[test]
fn tracks_are_the_same_every_time_and_differ_from_each_other() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    tracks(folder.path(), "one", "float");
    tracks(folder.path(), "two", "float");
    let hash = |name: &str| file_sha256(&folder.path().join(name)).expect("it was just made");
    assert_eq!(hash("one/t00.wav"), hash("two/t00.wav"));
    assert_ne!(hash("one/t00.wav"), hash("one/t01.wav"));
    let info = Files::new().info(&folder.path().join("one/t01.wav")).expect("it was just made");
    assert_eq!((info.frames, info.channels, info.bits), (66_150, 2, Some(32)));
}

#[test]
fn copying_writes_five_files_of_three_quarters() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for name in ["a", "b", "c", "d", "e", "f"] {
        std::fs::write(folder.path().join(name), vec![1; 400_000]).expect("there is space");
    }
    run(env!("CARGO_BIN_EXE_stemwright-copy"), &["out", "a", "b", "c", "d", "e", "f"], folder.path());
    let sizes: Vec<u64> = std::fs::read_dir(folder.path().join("out"))
        .expect("it was just made")
        .map(|entry| entry.and_then(|entry| entry.metadata()).expect("it was just made").len())
        .collect();
    assert_eq!(sizes, [300_000; 5]);
}

#[test]
fn encoding_keeps_every_sample() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    tracks(folder.path(), "in", "24");
    let media = env!("CARGO_BIN_EXE_stemwright-media");
    run(media, &["encode", "in/t00.wav", "t00.flac"], folder.path());
    run(media, &["decode", "t00.flac"], folder.path());
    run(media, &["resample", "t00.flac", "48000"], folder.path());
    let samples = |name: &str| {
        let mut planes = [vec![0.0; 70_000], vec![0.0; 70_000]];
        let mut reader = Files::new().open(&folder.path().join(name), 0).expect("it was just made");
        let [left, right] = &mut planes;
        assert_eq!(reader.read(&mut [left, right]).expect("it was just made"), 66_150);
        planes
    };
    assert!(samples("in/t00.wav") == samples("t00.flac"));
}

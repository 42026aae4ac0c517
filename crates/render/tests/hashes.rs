//! The same bytes on every machine: hashes of the samples of a session that uses every insert, automation, keys, shared
//! buses and sources of other rates, as they were when they were committed.
//!
//! Where the sound was meant to change: `STEMWRIGHT_BLESS=1 cargo test -p stemwright-render --test hashes`, and say in
//! the commit why. CI runs this also on emulated processors with and without AVX.

mod disk;
mod every;

use std::fmt::Write as _;
use std::path::Path;
use stemwright_core::Coding;
use stemwright_render::BounceOptions;

fn compare(rate: u32) {
    let folder = tempfile::tempdir().expect("a folder");
    let session = every::session(folder.path(), rate);
    let plain = BounceOptions::default();
    let mut lines = String::new();
    for (name, options) in [
        ("stems", plain.clone()),
        ("through-master", BounceOptions { through_master: true, coding: Coding::Wav32f, ..plain.clone() }),
        ("dry", BounceOptions { dry: true, dither: Some(true), ..plain.clone() }),
    ] {
        let printed = disk::print(&session, &folder.path().join(name), options).expect("a proven set");
        assert!(printed.receipt.null.proven);
        for file in &printed.receipt.files {
            writeln!(lines, "{name} {} {}", file.name, file.pcm_sha256).expect("text");
        }
    }
    let committed = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/hashes/{rate}.txt"));
    if std::env::var_os("STEMWRIGHT_BLESS").is_some() {
        std::fs::write(&committed, &lines).expect("a file");
    }
    let known = std::fs::read_to_string(&committed).expect("committed hashes");
    let differ: Vec<_> = lines.lines().zip(known.lines()).filter(|(now, then)| now != then).collect();
    assert!(differ.is_empty() && lines.lines().count() == known.lines().count(), "now and then: {differ:#?}");
}

#[test]
fn hashes_at_44100_are_those_that_were_committed() {
    compare(44_100);
}

#[test]
fn hashes_at_48000_are_those_that_were_committed() {
    compare(48_000);
}

#[test]
fn hashes_at_96000_are_those_that_were_committed() {
    compare(96_000);
}

#[test]
fn hashes_at_192000_are_those_that_were_committed() {
    compare(192_000);
}

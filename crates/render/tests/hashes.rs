//! The same bytes on every machine: hashes of the samples of a session that uses every insert, automation, keys, shared
//! buses and sources of other rates, as they were when they were committed.
//!
//! Where the sound was meant to change: `STEMWRIGHT_BLESS=1 cargo test -p stemwright-render --test hashes`, and say in
//! the commit why. CI runs this also on emulated processors with and without AVX.

mod disk;

use std::fmt::Write as _;
use std::path::Path;
use stemwright_core::{Coding, Session};
use stemwright_daw::SessionFile;
use stemwright_render::BounceOptions;

const SESSION: &str = include_str!("hashes/session.toml");

/// Decaying bursts of noise, in whole numbers: what is read must not depend on anybody's exponential function.
fn source(path: &Path, channels: u16, rate: u32, seed: u32) {
    let spec =
        hound::WavSpec { channels, sample_rate: rate, bits_per_sample: 24, sample_format: hound::SampleFormat::Int };
    let mut writer = hound::WavWriter::create(path, spec).expect("a file");
    let mut state = seed;
    let period = rate / (2 + seed % 3);
    let (mut level, mut smooth) = (0i64, 0i64);
    for n in 0..rate {
        if n % period == 0 {
            level = 7_000_000;
        }
        level -= level / 3_000;
        for _ in 0..channels {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let noise = i64::from(state >> 16) - 32_768;
            smooth += (noise - smooth) / (1 + i64::from(seed % 7));
            writer.write_sample((smooth * level / 32_768) as i32).expect("room");
        }
    }
    writer.finalize().expect("a file");
}

fn session(folder: &Path, rate: u32) -> Session {
    for (seed, (name, channels, file_rate)) in
        [("kick", 1, 48_000), ("pad", 2, 44_100), ("voice", 1, 96_000), ("hat", 2, 48_000), ("low", 1, 22_050)]
            .into_iter()
            .enumerate()
    {
        source(&folder.join(format!("{name}.wav")), channels, file_rate, seed as u32 + 1);
    }
    let text = SESSION.replace("rate = 48000", &format!("rate = {rate}"));
    SessionFile::parse(&folder.join("session.toml"), text).expect("the session is sound").session
}

fn compare(rate: u32) {
    let folder = tempfile::tempdir().expect("a folder");
    let session = session(folder.path(), rate);
    let plain = BounceOptions::default();
    let mut lines = String::new();
    for (name, options) in [
        ("stems", plain),
        ("through-master", BounceOptions { through_master: true, coding: Coding::Wav32f, ..plain }),
        ("dry", BounceOptions { dry: true, dither: true, ..plain }),
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

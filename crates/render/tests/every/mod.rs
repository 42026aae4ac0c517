//! A session with every insert, keys, shared buses and returns, automation, and sources of five rates and layouts.

#![allow(dead_code, unreachable_pub, reason = "each test that includes this module uses its own part of it")]

use std::path::Path;
use stemwright_core::Session;
use stemwright_daw::SessionFile;

const SESSION: &str = include_str!("session.toml");

/// A second of decaying bursts of noise, in whole numbers: what is read must not depend on anybody's exponential function.
pub fn source(path: &Path, channels: u16, rate: u32, seed: u32) {
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

/// The session at a rate, with its sources in `folder`.
pub fn session(folder: &Path, rate: u32) -> Session {
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

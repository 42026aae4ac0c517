//! Sources of any rate in a session of any rate: they start where they should, are as long as they were, and sum.

mod disk;
mod interpreter;
mod memory;

use memory::render;
use std::path::Path;
use stemwright_audio::Files;
use stemwright_daw::SessionFile;
use stemwright_render::{BounceOptions, EngineOptions, Graph, Tail};

/// A mono float file with one impulse.
fn impulse(path: &Path, rate: u32, frames: u32, at: u32) {
    let spec = hound::WavSpec {
        channels: 1,
        sample_rate: rate,
        bits_per_sample: 32,
        sample_format: hound::SampleFormat::Float,
    };
    let mut writer = hound::WavWriter::create(path, spec).expect("a WAV file");
    (0..frames).for_each(|n| writer.write_sample(if n == at { 0.02f32 } else { 0.0 }).expect("room"));
    writer.finalize().expect("room");
}

const RATES: [u32; 8] = [8_000, 22_050, 32_000, 44_100, 48_000, 96_000, 192_000, 384_000];

#[test]
fn an_impulse_lands_on_its_time_from_any_rate_at_any_rate() {
    let folder = tempfile::tempdir().expect("a folder");
    for session_rate in [44_100u32, 48_000, 96_000, 192_000] {
        let mut text = format!("[session]\nrate = {session_rate}\npan_law = \"balance\"\n");
        for rate in RATES {
            let file = format!("{rate}.wav");
            // 20 ms into the file, which is a whole frame at all of these rates.
            impulse(&folder.path().join(&file), rate, rate / 10, rate / 50);
            text += &format!("[[track]]\nname = \"R{rate}\"\nstem = \"R{rate}\"\n");
            // From 10 ms into the file, at 1 s: the impulse is at 1.01 s. Positions count at the session's rate.
            text += &format!("[[track.clip]]\nfile = \"{file}\"\nat = 1.0\nfrom = \"10 ms\"\nlength = \"50 ms\"\n");
        }
        let file = SessionFile::parse(&folder.path().join("session.toml"), text).expect("a session");
        let files = Files::new();
        let graph = Graph::new(&file.session, &files).expect("all rates are read");
        let notes = graph.findings.iter().filter(|finding| finding.code == "resampled").count();
        assert_eq!(notes, RATES.iter().filter(|&&rate| rate != session_rate).count(), "each is said once");
        let options = EngineOptions { tail: Tail::Seconds(0.0), ..Default::default() };
        let printed = render(&file.session, &files, 2, options);
        assert_eq!(printed.frames(), (session_rate + session_rate / 20) as usize);
        let at = (session_rate + session_rate / 100) as usize;
        for (name, stem) in printed.names.iter().zip(&printed.stems) {
            let loudest = (0..printed.frames()).max_by(|&a, &b| stem[0][a].abs().total_cmp(&stem[0][b].abs()));
            assert_eq!(loudest, Some(at), "{name} at {session_rate}");
            // Linear phase: the same on both sides.
            for n in 1..40 {
                let (before, after) = (stem[0][at - n], stem[0][at + n]);
                assert!((before - after).abs() < 1e-12, "{name} at {session_rate}, ±{n}: {before} and {after}");
            }
        }
        let threads = |threads, block| render(&file.session, &files, threads, EngineOptions { block, ..options });
        assert!(threads(7, 100) == printed && threads(1, 65_536) == printed, "the same bits at {session_rate}");
        let set = disk::print(&file.session, &folder.path().join("set"), BounceOptions::default());
        assert!(set.expect("a proven set").receipt.null.proven);
    }
}

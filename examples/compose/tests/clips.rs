//! What the clips of the example song promise.

use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use stemwright_compose::buffer::Audio;
use stemwright_compose::clips::{CLIPS, Clip, differences, sounded};

static SOUNDED: LazyLock<Vec<(&Clip, Audio)>> = LazyLock::new(sounded);

fn song() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../song")
}

fn peak(samples: &[f64]) -> f64 {
    samples.iter().fold(0.0, |m, x| m.max(x.abs()))
}

#[test]
fn committed_clips_are_what_the_program_makes() {
    let lines = differences(&SOUNDED, &song().join("clips")).unwrap();
    assert!(lines.is_empty(), "run `cargo run --release -p stemwright-compose`:\n{}", lines.join("\n"));
}

#[test]
fn clips_start_and_end_at_zero() {
    for (Clip { name, .. }, audio) in SOUNDED.iter() {
        for channel in &audio.channels {
            assert!(channel[0].abs() < 0.02, "{name} starts with a click: {}", channel[0]);
            assert_eq!(channel[channel.len() - 1], 0.0, "{name} is cut off");
            // The last millisecond is under −72 dBFS: the fade had nothing to hide.
            assert!(peak(&channel[channel.len() - 48..]) < 2.5e-4, "{name} ends with a click");
        }
    }
}

#[test]
fn clips_peak_between_6_and_3_db_below_full_scale_without_dc() {
    for (Clip { name, .. }, audio) in SOUNDED.iter() {
        let loudest = audio.channels.iter().map(|c| peak(c)).fold(0.0, f64::max);
        assert!((0.501..0.709).contains(&loudest), "{name} peaks at {loudest}");
        for channel in &audio.channels {
            let mean = channel.iter().sum::<f64>() / channel.len() as f64;
            assert!(mean.abs() < 1e-4, "{name} has a mean of {mean}");
        }
    }
}

#[test]
fn the_session_uses_every_clip_and_no_other_file() {
    let session = std::fs::read_to_string(song().join("session.toml")).unwrap();
    let files: Vec<&str> = session.split("\"clips/").skip(1).filter_map(|rest| rest.split('"').next()).collect();
    let named = |name: &str| format!("{name}.flac");
    for clip in CLIPS {
        assert!(files.contains(&named(clip.name).as_str()), "{} is never heard", clip.name);
    }
    for file in files {
        assert!(CLIPS.iter().any(|clip| named(clip.name) == file), "no clip makes {file}");
    }
}

/// Everybody who clones the repository waits for them.
#[test]
fn the_clips_weigh_less_than_20_megabytes() {
    let files = std::fs::read_dir(song().join("clips")).unwrap();
    let total: u64 = files.map(|file| file.unwrap().metadata().unwrap().len()).sum();
    assert!(total < 20_000_000, "{total} bytes");
}

//! AAF files: `RUSTC_BOOTSTRAP=1 cargo fuzz run aaf -- -max_len=65536`.
#![no_main]

use stemwright_audio::Files;
use stemwright_daw::{ForeignOptions, read_foreign};

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let folder = std::env::temp_dir().join(format!("stemwright-fuzz-{}", std::process::id()));
    if std::fs::create_dir_all(&folder).is_err() {
        return;
    }
    let path = folder.join("fuzzed.aaf");
    if std::fs::write(&path, bytes).is_err() {
        return;
    }
    let options = ForeignOptions { rate: None, extract_to: &folder.join("audio") };
    match read_foreign(&path, &Files::default(), &options) {
        Ok(read) => {
            for track in &read.session.tracks {
                let strip = &track.strip;
                assert!(!strip.gain.0.is_nan() && strip.pan.abs() <= 1.0, "{}", strip.name);
                let mut points = strip.automation.iter().flat_map(|own| &own.points);
                assert!(points.all(|point| !point.value.is_nan()), "{}", strip.name);
                let mut points = track.clips.iter().flat_map(|clip| &clip.envelope);
                assert!(points.all(|point| !point.gain.0.is_nan()), "{}", strip.name);
            }
        }
        Err(error) => assert!(error.hint.is_some() && !error.to_string().is_empty()),
    }
    let _ = std::fs::remove_dir_all(folder.join("audio"));
});

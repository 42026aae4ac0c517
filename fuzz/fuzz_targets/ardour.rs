//! Ardour sessions: `RUSTC_BOOTSTRAP=1 cargo fuzz run ardour -- -max_len=16384`.
#![no_main]

use stemwright_audio::Files;
use stemwright_daw::{ForeignOptions, read_foreign};

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let folder = std::env::temp_dir().join(format!("stemwright-fuzz-{}", std::process::id()));
    if std::fs::create_dir_all(&folder).is_err() {
        return;
    }
    let path = folder.join("fuzzed.ardour");
    if std::fs::write(&path, bytes).is_err() {
        return;
    }
    let options = ForeignOptions { rate: None, extract_to: &folder.join("audio") };
    match read_foreign(&path, &Files::default(), &options) {
        Ok(read) => {
            let strips = read.session.tracks.iter().map(|track| &track.strip);
            for strip in strips.chain(read.session.buses.iter().map(|bus| &bus.strip)) {
                assert!(!strip.gain.0.is_nan() && strip.pan.abs() <= 1.0, "{}", strip.name);
                let mut points = strip.automation.iter().flat_map(|own| &own.points);
                assert!(points.all(|point| !point.value.is_nan()), "{}", strip.name);
            }
        }
        Err(error) => assert!(error.hint.is_some() && !error.to_string().is_empty()),
    }
});

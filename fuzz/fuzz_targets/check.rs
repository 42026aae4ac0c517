//! A folder whose documents and files are anything: `RUSTC_BOOTSTRAP=1 cargo fuzz run check -- -max_len=65536`.
//!
//! The bytes are cut in four at `|||`: stems.json, receipt.json, a stem and the mix.
#![no_main]

use std::path::PathBuf;
use std::sync::LazyLock;
use stemwright_audio::Files;
use stemwright_check::{CheckOptions, Preset, check, html};

static FOLDER: LazyLock<PathBuf> = LazyLock::new(|| {
    let folder = std::env::temp_dir().join(format!("stemwright-fuzz-check-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder");
    folder
});

static PRESET: LazyLock<Preset> = LazyLock::new(|| Preset::built_in("sync").expect("a preset"));

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let mut rest = bytes;
    for name in ["stems.json", "receipt.json", "01_Drums.wav", "mix.wav"] {
        let at = rest.windows(3).position(|three| three == b"|||").unwrap_or(rest.len());
        std::fs::write(FOLDER.join(name), &rest[..at]).expect("written");
        rest = rest.get(at + 3..).unwrap_or_default();
    }
    let options = CheckOptions { preset: Some(PRESET.clone()), threads: Some(1), ..CheckOptions::default() };
    if let Ok(report) = check(&FOLDER, &options, &Files::new(), &mut |_| true) {
        // What JSON has no number for would be lost there.
        assert!(serde_json::to_string(&report).is_ok());
        assert!(html(&report).ends_with("</html>\n"));
    }
});

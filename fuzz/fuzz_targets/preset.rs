//! A preset of anybody's: `RUSTC_BOOTSTRAP=1 cargo fuzz run preset -- -max_len=8192`.
#![no_main]

use std::path::PathBuf;
use std::sync::LazyLock;
use stemwright_check::{CheckReport, Preset, judge};

static FILE: LazyLock<PathBuf> =
    LazyLock::new(|| std::env::temp_dir().join(format!("stemwright-fuzz-preset-{}.toml", std::process::id())));

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    std::fs::write(&*FILE, bytes).expect("written");
    match Preset::find_in(&FILE.to_string_lossy(), None) {
        Ok(preset) => {
            let _ = judge(&preset, &CheckReport::default());
        }
        Err(error) => assert!(!error.to_string().is_empty() && !error.hint().is_empty()),
    }
});

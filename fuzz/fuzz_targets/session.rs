//! session.toml: `RUSTC_BOOTSTRAP=1 cargo fuzz run session -- -max_len=8192`.
#![no_main]

use std::path::Path;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    // What is not UTF-8 is refused before parsing; its readable part may go on.
    let text = String::from_utf8_lossy(bytes).into_owned();
    if let Err(error) = stemwright_daw::SessionFile::parse(Path::new("session.toml"), text) {
        assert!(error.hint.is_some() && error.place.is_some() && !error.to_string().is_empty());
    }
});

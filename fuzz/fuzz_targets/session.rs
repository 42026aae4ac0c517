//! session.toml: `RUSTC_BOOTSTRAP=1 cargo fuzz run session -- -max_len=8192`.
#![no_main]

use std::path::Path;
use stemwright_daw::{Comments, Places, SessionFile, session_text};

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    // What is not UTF-8 is refused before parsing; its readable part may go on.
    let text = String::from_utf8_lossy(bytes).into_owned();
    let path = Path::new("session.toml");
    let session = match SessionFile::parse(path, text) {
        Ok(file) => file.session,
        Err(error) => {
            assert!(error.hint.is_some() && error.place.is_some() && !error.to_string().is_empty());
            return;
        }
    };
    // What can be read can be written, and is the same session then.
    for places in [Places::Bars, Places::Seconds] {
        let written = session_text(&session, Path::new(""), places, &Comments::default());
        match SessionFile::parse(path, written.clone()) {
            Ok(again) => assert!(again.session == session, "another session is read from\n{written}"),
            Err(error) => panic!("{error}\n{written}"),
        }
    }
});

//! REAPER projects: `RUSTC_BOOTSTRAP=1 cargo fuzz run reaper -- -max_len=8192`.
#![no_main]

mod sessions;

use stemwright_daw::rpp_text;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    // Most of what is tried gets past the first line.
    let is_whole = bytes.starts_with(b"<REAPER_PROJECT");
    let text = if is_whole { bytes.to_vec() } else { [b"<REAPER_PROJECT 0.1\n", bytes, b"\n>\n"].concat() };
    let Some((read, folder)) = sessions::session(&text, "rpp") else { return };
    // What was read can be written, and read again.
    let (written, _) = rpp_text(&read, &folder, &sessions::Stub);
    let (again, _) = sessions::session(written.as_bytes(), "rpp").expect("what is written can be read");
    assert!(again.tracks.len() + again.buses.len() >= read.tracks.len() + read.buses.len());
});

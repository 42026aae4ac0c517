//! Sets of Ableton Live: `RUSTC_BOOTSTRAP=1 cargo fuzz run ableton -- -max_len=16384`.
#![no_main]

mod sessions;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    // Most of what is tried gets past the first element; what begins as gzip is unpacked.
    if bytes.starts_with(&[0x1f, 0x8b]) || bytes.starts_with(b"<?xml") {
        sessions::session(bytes, "als");
    } else {
        let text = [b"<Ableton Creator='Ableton Live 11.3'><LiveSet>", bytes, b"</LiveSet></Ableton>"].concat();
        sessions::session(&text, "als");
    }
});

//! AAF files: `RUSTC_BOOTSTRAP=1 cargo fuzz run aaf -- -max_len=65536`.
#![no_main]

mod sessions;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    sessions::session(bytes, "aaf");
});

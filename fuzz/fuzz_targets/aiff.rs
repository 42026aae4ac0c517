//! AIFF: `RUSTC_BOOTSTRAP=1 cargo fuzz run aiff -- -max_len=65536`.
#![no_main]

mod survive;

libfuzzer_sys::fuzz_target!(
    init: survive::ours_only(),
    |bytes: &[u8]| survive::survive(bytes)
);

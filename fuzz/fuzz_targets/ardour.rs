//! Ardour sessions: `RUSTC_BOOTSTRAP=1 cargo fuzz run ardour -- -max_len=16384`.
#![no_main]

mod sessions;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    sessions::session(bytes, "ardour");
});

//! Memory does not grow with the song's length.

#![cfg(target_os = "linux")]

mod desk;

use desk::{Desk, RATE, TOOL};
use std::process::Command;

/// Eight tracks of six minutes are 2.2 GB as the engine's stereo f64, 0.5 GB as the file's floats. They are bounced
/// in 300 MB of address space, of which threads and their allocators reserve more than half without using it.
#[test]
fn a_song_is_bounced_in_a_fraction_of_its_size() {
    let desk = Desk::new();
    desk.sine("song/long.wav", 0.05, 6 * 60 * RATE);
    let track = |number: usize| {
        format!("[[track]]\nname = 'T{number}'\nstem = 'S{}'\n[[track.clip]]\nfile = 'long.wav'\n", number % 2)
    };
    desk.session("song/session.toml", &(0..8).map(track).collect::<String>());
    let script = format!("ulimit -v 300000; exec '{TOOL}' bounce song --threads 2");
    let output = Command::new("bash")
        .args(["-c", &script])
        .current_dir(desk.path("."))
        .env("STEMWRIGHT_CACHE", desk.cache.path())
        .output()
        .expect("bash runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

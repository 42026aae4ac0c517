//! Large files, small files, empty files, files of many channels.

use crate::desk::{Desk, Outcome, RATE, TOOL, peak, track};
use crate::made::{aiff, aiff_header, flac, wav, wav_header};
use crate::sensible;
use std::fs::File;
use std::io::{Seek, SeekFrom, Write};
use std::process::Command;
use stemwright_audio::testing::program;

/// 3 GB in 24-bit stereo, and more than a 32-bit size can say.
const FRAMES: u64 = 3_000_000_000 / 6;
const BEYOND: u64 = 5_000_000_000 / 6;

/// A sparse file: the header, nothing, and behind `silent` frames a second of half of full scale.
fn sparse(desk: &Desk, name: &str, header: &[u8], sample: [u8; 3], silent: u64, frames: u64) {
    desk.write(name, header);
    let mut file = File::options().write(true).open(desk.path(name)).unwrap();
    file.set_len(header.len() as u64 + frames * 6).unwrap();
    file.seek(SeekFrom::Start(header.len() as u64 + silent * 6)).unwrap();
    file.write_all(&sample.repeat(2 * RATE as usize)).unwrap();
}

#[cfg(target_os = "linux")]
#[test]
fn a_second_near_the_end_of_gigabytes_is_bounced_in_little_memory() {
    let desk = Desk::new();
    let mut tables = String::new();
    for (name, frames) in [("plain.wav", FRAMES), ("long.wav", BEYOND), ("big.aif", FRAMES)] {
        let silent = frames - 3 * u64::from(RATE);
        let (header, half) = match name {
            "big.aif" => (aiff_header(24, 2, frames as u32), [0x40, 0, 0]),
            _ => (wav_header(1, 24, 2, RATE, frames * 6), [0, 0, 0x40]),
        };
        sparse(&desk, &format!("song/{name}"), &header, half, silent, frames);
        let clip = format!("file = '{name}'\nfrom = '{silent} frames'\nlength = '{RATE} frames'");
        tables += &track(name, &format!("stem = '{name}'\ngain = -12\n[[track.clip]]\n{clip}"), "");
    }
    desk.session("song/session.toml", &tables);
    // The cache would read all of every file, to know it again.
    let script = format!("ulimit -v 300000; exec '{TOOL}' bounce song --threads 2 --no-cache");
    let mut command = Command::new("bash");
    command.args(["-c", &script]).current_dir(desk.path(".")).env("STEMWRIGHT_CACHE", desk.cache.path());
    Outcome::from(command.output().unwrap()).ended(0);
    for stem in ["01_big.aif.wav", "02_long.wav.wav", "03_plain.wav.wav"] {
        let heard = peak(&desk.path("song-stems").join(stem));
        assert!((0.5 * 10f64.powf(-0.6) - heard).abs() < 1e-6, "{stem}: {heard}");
    }
    // A folder of such files is understood by their headers.
    desk.write("tracks/Kick.wav", wav(1, 24, 2, &[0; 600]));
    std::fs::rename(desk.path("song/plain.wav"), desk.path("tracks/Bass.wav")).unwrap();
    let outcome = desk.run(&["new", "tracks"]);
    assert!(sensible(&outcome));
}

/// One sample of half of full scale in everything that is read, and what it is read as.
fn one_sample() -> Vec<(&'static str, Vec<u8>)> {
    vec![
        ("8.wav", wav(1, 8, 1, &[0xc0])),
        ("16.wav", wav(1, 16, 1, &[0, 0x40])),
        ("24.wav", wav(1, 24, 1, &[0, 0, 0x40])),
        ("32.wav", wav(1, 32, 1, &[0, 0, 0, 0x40])),
        ("f32.wav", wav(3, 32, 1, &0.5f32.to_le_bytes())),
        ("f64.wav", wav(3, 64, 1, &0.5f64.to_le_bytes())),
        ("8.aif", aiff(8, 1, &[0x40])),
        ("16.aif", aiff(16, 1, &[0x40, 0])),
        ("24.aif", aiff(24, 1, &[0x40, 0, 0])),
        ("32.aif", aiff(32, 1, &[0x40, 0, 0, 0])),
        ("24.flac", flac(1, &[0x40_0000])),
    ]
}

#[test]
fn one_sample_is_heard_as_it_is_in_every_container() {
    let desk = Desk::new();
    let mut tables = "pan_law = 'balance'\n\n".to_owned();
    for (name, bytes) in one_sample() {
        desk.write(&format!("song/{name}"), bytes);
        tables += &track(name, &format!("stem = '{name}'\ngain = -24.0"), name);
    }
    desk.write("song/session.toml", format!("[session]\nrate = {RATE}\n{tables}"));
    let answer = desk.bounce(&["song", "--format", "wav32f", "--json"]).ended(0).json();
    let stems = answer["manifest"]["stems"].as_array().unwrap();
    assert_eq!(stems.len(), one_sample().len());
    let wanted = f64::from((0.5 * 10f64.powf(-1.2)) as f32);
    for stem in stems {
        let heard = peak(&desk.path("song-stems").join(stem["file"].as_str().unwrap()));
        assert!((heard - wanted).abs() < 1e-7, "{stem}: {heard} for {wanted}");
    }
    // As a folder, at another rate, and faded over more frames than there are.
    std::fs::remove_file(desk.path("song/session.toml")).unwrap();
    assert!(sensible(&desk.bounce(&["song"])));
    assert!(sensible(&desk.bounce(&["song", "--rate", "96000", "-o", "faster"])));
    let clip = "stem = 'S'\n[[track.clip]]\nfile = '16.wav'\nfade_in = 1.0\nfade_out = 1.0\n";
    desk.session("song/session.toml", &track("T", clip, ""));
    sensible(&desk.bounce(&["song", "-o", "faded"]));
}

#[test]
fn compressed_files_of_one_sample_end_in_sound_or_a_remedy() {
    if !program("ffmpeg") {
        return;
    }
    let desk = Desk::new();
    for (samples, name) in [(0, "none"), (1, "one"), (2, "two"), (1023, "some"), (1025, "more")] {
        desk.write("raw", vec![0x11; 2 * samples]);
        let made = Command::new("ffmpeg")
            .args(["-v", "error", "-y", "-f", "s16le", "-ar", "48000", "-ac", "1", "-i"])
            .args([desk.path("raw"), desk.path(&format!("{name}.m4a"))])
            .output();
        if !made.is_ok_and(|made| made.status.success()) {
            continue;
        }
        desk.session("session.toml", &track("T", "stem = 'S'", &format!("{name}.m4a")));
        sensible(&desk.bounce(&["session.toml", "-o", &format!("{name}-set")]));
    }
}

#[test]
fn files_without_a_frame_are_silence_or_a_remedy() {
    let empty = [
        ("a.wav", wav(1, 24, 2, &[])),
        ("b.wav", wav(3, 32, 1, &[])),
        ("c.aif", aiff(24, 2, &[])),
        ("d.flac", flac(2, &[])),
    ];
    for (name, bytes) in &empty {
        let desk = Desk::with_song(&[("Lead", "stem = 'Lead'\ngain = -20.0")]);
        desk.write(&format!("song/{name}"), bytes);
        for clip in ["", "length = '1 frames'", "from = '1 frames'", "fade_in = 0.1\nfade_out = 0.1"] {
            let clip = format!("stem = 'E'\n[[track.clip]]\nfile = '{name}'\n{clip}\n");
            desk.session("song/session.toml", &(track("Lead", "", "clip.wav") + &track("Empty", &clip, "")));
            sensible(&desk.bounce(&["song"]));
            // Alone.
            desk.session("song/session.toml", &track("Empty", &clip, ""));
            sensible(&desk.bounce(&["song", "-o", "alone"]));
        }
        // In a folder it is left out; a folder of nothing else is refused.
        desk.write(&format!("tracks/{name}"), bytes);
        assert!(!sensible(&desk.bounce(&["tracks"])));
        assert!(!sensible(&desk.run(&["new", "tracks"])));
        desk.sine("tracks/Kick.wav", 0.1, 1000);
        desk.bounce(&["tracks"]).ended(1).says(&["empty-file", name]);
    }
}

#[test]
fn channels_that_no_track_can_have_are_refused_and_left_out() {
    for channels in [0u16, 1, 2, 3, 4, 5, 6, 7, 8, 9, 32, 255, 256, 65_535] {
        let samples = vec![0u8; usize::from(channels) * 3 * 10];
        let files = [("a.wav", wav(1, 24, channels, &samples)), ("b.aif", aiff(24, channels, &samples))];
        for (name, bytes) in files {
            let desk = Desk::with_song(&[]);
            desk.write(&format!("song/{name}"), &bytes);
            desk.session("song/session.toml", &track("T", "stem = 'S'", name));
            let outcome = desk.bounce(&["song"]);
            let said = format!("{name} of {channels}:\n{}", outcome.err);
            let taken = sensible(&outcome);
            assert!(taken || outcome.err.contains(name), "{said}");
            assert!(taken == matches!(channels, 1 | 2) || matches!(channels, 6 | 8), "{said}");
            desk.write(&format!("tracks/{name}"), &bytes);
            desk.sine("tracks/Kick.wav", 0.1, 1000);
            let outcome = desk.bounce(&["tracks"]);
            assert!(sensible(&outcome), "{said}");
            assert!(outcome.status == Some(0) || outcome.err.contains(name), "{}", outcome.err);
        }
    }
}

#[test]
fn a_folder_of_two_thousand_files_is_a_session() {
    let desk = Desk::new();
    let bytes = wav(1, 24, 1, &[1, 0, 0].repeat(64));
    for number in 0..2000 {
        let kind = ["Kick", "Vox", "Gtr", "Bass", "xyz"][number % 5];
        desk.write(&format!("tracks/{kind} {number}.wav"), &bytes);
    }
    assert!(sensible(&desk.run(&["new", "tracks"])));
    assert!(sensible(&desk.bounce(&["tracks"])));
    std::fs::remove_file(desk.path("tracks/session.toml")).unwrap();
    assert!(sensible(&desk.bounce(&["tracks", "-o", "again"])));
}

#[test]
fn two_thousand_stems_are_written_or_refused_with_a_remedy() {
    let desk = Desk::new();
    desk.sine("song/clip.wav", 0.1, 64);
    let tables =
        (0..2000).map(|number| track(&format!("T{number}"), &format!("stem = 'S{number}'\ngain = -60.0"), "clip.wav"));
    desk.session("song/session.toml", &tables.collect::<String>());
    if sensible(&desk.bounce(&["song", "--threads", "2"])) {
        assert_eq!(desk.names_in("song-stems").len(), 2004);
    }
}

//! What a person can hand in wrongly: each is refused with the file, the place and a remedy, and leaves nothing behind.

mod desk;

use desk::{Desk, RATE, peak, track};
use std::path::Path;
use stemwright_audio::testing::material;

/// A session of one track, on whose clip `song/clip.wav` a file is to be put.
fn one_track() -> Desk {
    Desk::with_song(&[("Lead", "stem = 'Lead'")])
}

/// The bytes of a short 16-bit file, with the 44-byte header that every tool writes.
fn plain_wav() -> Vec<u8> {
    let frames = 1000u32;
    let mut bytes = Vec::new();
    bytes.extend(b"RIFF");
    bytes.extend((36 + 2 * frames).to_le_bytes());
    bytes.extend(b"WAVEfmt ");
    bytes.extend(16u32.to_le_bytes());
    bytes.extend([1u16, 1].map(u16::to_le_bytes).concat());
    bytes.extend([RATE, 2 * RATE].map(u32::to_le_bytes).concat());
    bytes.extend([2u16, 16].map(u16::to_le_bytes).concat());
    bytes.extend(b"data");
    bytes.extend((2 * frames).to_le_bytes());
    bytes.extend((0..frames).flat_map(|n| ((n % 100) as i16 * 50).to_le_bytes()));
    bytes
}

/// The session's line where the track begins.
const AT_TRACK: &str = "session.toml:4:1: track `Lead`";

#[test]
fn a_session_that_is_not_there_is_named() {
    let desk = one_track();
    desk.bounce(&["nowhere.toml"]).ended(2).says(&["nowhere.toml", "hint: "]);
    desk.bounce(&["nowhere/session.toml"]).ended(2).says(&["nowhere/session.toml", "hint: "]);
    desk.write("audio/kick.wav", plain_wav());
    desk.write("texts/read.txt", "Buy milk.");
    desk.bounce(&["texts"]).ended(2).says(&["texts holds no audio files", "hint: "]);
    // The audio file in the session's place.
    desk.bounce(&["audio/kick.wav"]).ended(2).says(&["audio/kick.wav", "hint: "]);
    assert_eq!(desk.names(), ["audio", "song", "texts"]);
}

#[test]
fn clip_files_that_are_missing_or_of_another_kind_are_named_with_their_track_and_line() {
    let desk = one_track();
    std::fs::remove_file(desk.path("song/clip.wav")).unwrap();
    desk.refused(&[], &[AT_TRACK, "clip.wav", "does not exist"]);
    std::fs::create_dir(desk.path("song/clip.wav")).unwrap();
    desk.refused(&[], &[AT_TRACK, "clip.wav", "is a folder"]);
    std::fs::remove_dir(desk.path("song/clip.wav")).unwrap();
    for (bytes, what) in [
        (&b""[..], "empty"),
        (b"Buy milk.\nCall Ann.\n", "a text file"),
        (b"ID3\x03\0\0\0\0\0\x0a\0\0\0\0\0\0\0\0\0\0\xff\xfb\x90\0", "an MP3 file"),
        (b"\xff\xfb\x90\x64\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", "an MP3 file"),
        (b"OggS\0\x02\0\0\0\0\0\0\0\0\0\0", "an Ogg file"),
    ] {
        desk.write("song/clip.wav", bytes);
        desk.refused(&[], &[AT_TRACK, "clip.wav", what]);
    }
}

#[test]
fn a_wav_file_that_is_cut_short_or_lies_is_refused() {
    let desk = one_track();
    let whole = plain_wav();
    desk.write("song/clip.wav", &whole);
    desk.bounce(&["song", "-o", "whole"]).ended(0);
    std::fs::remove_dir_all(desk.path("whole")).unwrap();

    desk.write("song/clip.wav", &whole[..1044]);
    desk.refused(&[], &[AT_TRACK, "clip.wav", "cut short", "1000 frames", "500 of which are missing"]);
    for end in [20, 30, 38] {
        desk.write("song/clip.wav", &whole[..end]);
        desk.refused(&[], &[AT_TRACK, "clip.wav", "export it again"]);
    }
    for (what, at, lie) in [
        ("its block align", 32, &3u16.to_le_bytes()[..]),
        ("its bits", 34, &17u16.to_le_bytes()),
        ("its channels", 22, &0u16.to_le_bytes()),
        ("its rate", 24, &0u32.to_le_bytes()),
        ("the size of its samples", 40, &9_999_999u32.to_le_bytes()),
        ("the size of its format", 16, &7u32.to_le_bytes()),
        ("its coding", 20, &85u16.to_le_bytes()),
    ] {
        let mut bytes = whole.clone();
        bytes[at..at + lie.len()].copy_from_slice(lie);
        desk.write("song/clip.wav", &bytes);
        let outcome = desk.refused(&[], &[AT_TRACK, "clip.wav"]);
        assert!(!outcome.err.contains("panicked"), "{what}: {}", outcome.err);
    }
}

#[test]
fn samples_that_are_no_music_are_refused_with_their_frame_and_channel() {
    let desk = one_track();
    for (value, shown) in [
        (f32::NAN, "NaN"),
        (f32::INFINITY, "inf"),
        (f32::NEG_INFINITY, "-inf"),
        (1e8, "100000000"),
        (-1e8, "-100000000"),
    ] {
        let mut samples = vec![0.1f32; 2 * RATE as usize];
        samples[2 * 24_000 + 1] = value;
        desk.floats("song/clip.wav", 2, RATE, samples);
        for format in ["wav24", "wav32f"] {
            desk.refused(
                &["--format", format],
                &[AT_TRACK, "clip.wav", shown, "frame 24000 (0:00.500), channel 2", "`from`"],
            );
        }
    }
}

#[test]
fn a_real_export_with_garbage_is_refused_and_can_be_used_from_behind_it() {
    let Some(file) = material("lmms-mauiwowi/1_Default preset.wav") else { return };
    let desk = Desk::new();
    let session = |from: &str| {
        let clip = format!("stem = 'Lead'\n[[track.clip]]\nfile = '{}'\nfrom = '{from} frames'\n", file.display());
        desk.write("song/session.toml", format!("[session]\nrate = 44100\n\n{}", track("Lead", &clip, "")));
    };
    session("0");
    desk.refused(&[], &[AT_TRACK, "1_Default preset.wav", "frame 109 ", "later than frame 109"]);
    // The burst has nineteen frames: the second is as bad as the first, the first after the last is not.
    session("127");
    desk.refused(&[], &["frame 127 "]);
    session("128");
    desk.bounce(&["song", "--headroom", "auto"]).ended(0);
    assert!((0.01..1.0).contains(&peak(&desk.path("song-stems/01_Lead.wav"))));
}

#[test]
fn files_that_the_session_cannot_use_are_refused() {
    let desk = one_track();
    desk.floats("song/clip.wav", 5, RATE, vec![0.1; 5000]);
    desk.refused(&[], &[AT_TRACK, "clip.wav", "5 channels", "mono, stereo, 5.1 or 7.1"]);
    desk.sine("song/clip.wav", 0.1, 1000);
    for (wish, said) in [
        ("length = '1001 frames'", "frames 0 to 1001"),
        ("from = '400 frames'\nlength = '601 frames'", "frames 400 to 1001"),
        ("from = '1000 frames'", "1000"),
    ] {
        let clip = format!("[[track.clip]]\nfile = 'clip.wav'\n{wish}");
        desk.session("song/session.toml", &track("Lead", &clip, ""));
        desk.refused(&[], &[AT_TRACK, "clip.wav", said, "which has 1000", "`from`"]);
    }
}

#[test]
fn what_a_session_spells_wrongly_is_shown_at_its_place_with_what_was_meant() {
    let desk = one_track();
    for (tables, parts) in [
        ("[[track]]\nname = 'Lead'\ngian = -3.0\n", &["session.toml:6:1", "`gian`", "did you mean `gain`?"][..]),
        (
            "[[track]]\nname = 'Lead'\noutput = 'Bnad'\n[[bus]]\nname = 'Band'\n",
            &["session.toml:6:10", "`Bnad`", "did you mean `Band`?"],
        ),
        ("[[track]]\nname = 'Lead'\n[[track.send]]\nto = 'Room'\n", &["session.toml:7:6", "`Room`", "[[bus]]"]),
        ("[[track]]\nname = 'Lead'\ngain = 'loud'\n", &["session.toml:6:8", "`gain` must be a number"]),
        ("[[track]]\nname = 'Lead'\ngain = 900\n", &["session.toml:6:8", "up to 60 dB"]),
        ("[[track]]\nname = 'Lead'\n[[track]]\nname = 'Lead'\n", &["session.toml:7:8", "`Lead`"]),
        ("[[track\n", &["session.toml:4:", "not valid TOML"]),
    ] {
        desk.session("song/session.toml", tables);
        desk.refused(&[], parts);
    }
    desk.write("song/session.toml", "[[track]]\nname = 'Lead'\n");
    desk.refused(&[], &["session.toml", "no rate", "rate = 48000"]);
    desk.write("song/session.toml", b"\xff\xfe[\0");
    desk.refused(&[], &["session.toml", "not UTF-8"]);
}

#[test]
fn a_loop_is_named_whole_whichever_way_it_goes() {
    let desk = one_track();
    let lead = track("Lead", "output = 'A'", "clip.wav");
    let bus = |name: &str, rest: &str| format!("[[bus]]\nname = '{name}'\n{rest}\n");
    let key = |from: &str| format!("[[bus.insert]]\ntype = 'compressor'\nkey = '{from}'");
    for (buses, said) in [
        (bus("A", "output = 'A'"), "`A` goes to `A`"),
        (
            bus("A", "output = 'B'") + &bus("B", "output = 'C'") + &bus("C", "output = 'A'"),
            "`A` goes to `B` goes to `C` goes to `A`",
        ),
        (bus("A", "output = 'B'") + &bus("B", "[[bus.send]]\nto = 'A'"), "`A` goes to `B` sends to `A`"),
        (bus("A", &format!("output = 'B'\n{}", key("B"))) + &bus("B", ""), "`A` goes to `B` keys `A`"),
        (bus("A", &key("A")), "`A` keys `A`"),
    ] {
        desk.session("song/session.toml", &format!("{lead}{buses}"));
        desk.refused(&[], &["session.toml:", "[[bus]]", said, "take one of these"]);
    }
}

#[test]
fn a_mix_that_would_clip_is_refused_with_the_headroom_that_mends_it() {
    let desk =
        Desk::with_song(&[("One", "stem = 'One'\npan_law = 'balance'"), ("Two", "stem = 'Two'\npan_law = 'balance'")]);
    // Together 1.8: 5.105 dB above full scale, each alone below it.
    desk.sine("song/clip.wav", 0.9, RATE);
    let above = 20.0 * 1.8f64.log10();
    let headroom = (above * 10.0).ceil() / 10.0;
    let hint = format!("--headroom {headroom:.1} ");
    let outcome = desk.refused(&[], &["00_MIX_REFERENCE.wav peaks at +5.1", "00_MASTER.wav", &hint, "--format wav32f"]);
    assert!(!outcome.err.contains("01_One.wav"), "{}", outcome.err);
    // Whatever was tried before, the figure is the whole headroom that is needed.
    for less in ["0.04", "1", "5", "5.1"] {
        desk.refused(&["--headroom", less], &[&hint]);
    }
    let enough = format!("{headroom:.1}");
    let outcome = desk.bounce(&["song", "--headroom", &enough]).ended(0);
    assert!(!outcome.err.contains("note"), "{}", outcome.err);
    let mix = Path::new("song-stems/00_MIX_REFERENCE.wav");
    let db = |peak: f64| 20.0 * peak.log10();
    let followed = peak(&desk.path(mix.to_str().unwrap()));
    assert!((-0.1..0.0).contains(&db(followed)), "{}", db(followed));

    let outcome = desk.bounce(&["song", "--headroom", "auto"]).ended(0).says(&["note[headroom]", &enough]);
    assert!(outcome.out.contains("song-stems"));
    assert_eq!(peak(&desk.path(mix.to_str().unwrap())), followed);

    // Float files hold what lies above full scale: f32 of the sum of two equal f32 samples is exact.
    desk.bounce(&["song", "--format", "wav32f"]).ended(0);
    let kept = peak(&desk.path(mix.to_str().unwrap()));
    assert_eq!(kept, 2.0 * f64::from(0.9f32));
}

#[test]
fn headroom_auto_leaves_alone_what_does_not_clip() {
    let desk = Desk::with_song(&[("Lead", "stem = 'Lead'\npan_law = 'balance'")]);
    let outcome = desk.bounce(&["song", "--headroom", "auto"]).ended(0);
    assert_eq!(outcome.err, "");
    let half_an_lsb = 0.5 / 8_388_608.0;
    assert!((peak(&desk.path("song-stems/01_Lead.wav")) - 0.1).abs() < half_an_lsb + 1e-8);
}

#[test]
fn a_session_in_which_nothing_can_be_heard_is_refused() {
    let desk = one_track();
    for tables in [
        String::new(),
        "[[track]]\nname = 'Lead'\n".to_owned(),
        track("Lead", "mute = true", "clip.wav"),
        track("Lead", "output = 'Band'", "clip.wav") + "[[bus]]\nname = 'Band'\nmute = true\n",
    ] {
        desk.session("song/session.toml", &tables);
        desk.refused(&[], &["session.toml", "nothing can be heard", "[[track.clip]]"]);
    }
}

#[test]
fn option_values_out_of_range_are_refused_before_anything_is_done() {
    let desk = one_track();
    for (option, values, said) in [
        ("--headroom", &["-1", "61", "lots", "nan", "inf"][..], "0 to 60"),
        ("--tail", &["-1", "601", "long", "nan"], "0 to 600"),
        ("--threads", &["0", "-1", "1025", "x"], "--threads"),
        ("--block", &["0", "1048577", "x"], "--block"),
        ("--format", &["mp3", "wav"], "wav24"),
        ("--fail-on", &["never"], "warning"),
        ("--color", &["pink"], "auto"),
        ("--inject-fault", &["gremlin"], "no such fault"),
    ] {
        for value in values {
            let outcome = desk.bounce(&["song", option, value]).ended(2).says(&["error: ", said]);
            assert_eq!(outcome.out, "");
        }
    }
    desk.bounce(&["song", "--haedroom", "3"]).ended(2).says(&["--headroom"]);
    desk.bounce(&[]).ended(2).says(&["<SESSION>"]);
    desk.bounce(&["song", "-q", "-v"]).ended(2);
    desk.bounce(&["song", "-o", ""]).ended(2);
    assert_eq!(desk.names(), ["song"]);
}

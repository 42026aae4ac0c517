//! Folders of multitracks as sessions: what is made of their files, and what is said of them.

#[path = "folder/desk.rs"]
mod desk;

use desk::{Desk, Like, MONO, found, tracks};
use std::collections::BTreeSet;
use std::fs;
use stemwright_core::{PanLaw, Role, Severity};

#[test]
fn tracks_go_to_buses_by_what_they_are_and_stems_stand_in_order() {
    let desk =
        Desk::with(&["05 Lead Vox.wav", "01 Kick.wav", "02 Snare.wav", "04 Gtr.wav", "03 Bass.wav", "notes.txt"]);
    let made = desk.made();
    assert_eq!(tracks(&made.session), ["Drums/Kick", "Drums/Snare", "Bass", "Gtr", "Lead Vox"]);
    let stems: Vec<&str> = made.session.stems.iter().map(|stem| stem.name.as_str()).collect();
    assert_eq!(stems, ["Drums", "Bass", "Guitars", "Lead Vocals"]);
    assert!(made.session.stems.iter().all(|stem| stem.colour.is_some()));
    assert_eq!(made.session.buses.len(), 1);
    assert_eq!(made.session.pan_law, PanLaw::Balance, "a mono file sounds as it is");
    let roles: Vec<_> = made.session.tracks.iter().map(|track| track.strip.role).collect();
    assert_eq!(roles[1..4], [None, Some(Role::Bass), Some(Role::Guitars)], "the bus says it, or the track");
}

#[test]
fn halves_of_a_stereo_source_are_panned_hard_into_one_bus() {
    let desk = Desk::with(&["OH L.wav", "OH R.wav", "OH L 2.wav", "Kick.wav"]);
    let made = desk.made();
    assert_eq!(tracks(&made.session), ["Drums/Kick", "Drums/OH L 2", "Drums/OH L", "Drums/OH R"]);
    let pans: Vec<f64> = made.session.tracks.iter().map(|track| track.strip.pan).collect();
    assert_eq!(pans, [0.0, -1.0, -1.0, 1.0]);
    assert_eq!(found(&made.findings, "pair-joined").len(), 1);
    // Halves that are alone in their stem have a bus of their own, to be one fader.
    let made = Desk::with(&["Piano L.wav", "Piano R.wav", "Kick.wav"]).made();
    assert_eq!(tracks(&made.session), ["Kick", "Keys/Piano L", "Keys/Piano R"]);
}

#[test]
fn mixes_are_references_and_clicks_are_left_out() {
    let desk = Desk::with(&["Tide_mix.wav", "Tide_Kick.wav", "Tide_Bass.wav", "Tide_Click.wav", "Tide_Keys.wav"]);
    let made = desk.made();
    assert_eq!(made.session.references, [desk.folder.join("Tide_mix.wav")]);
    assert_eq!(made.left_out, ["Tide_Click.wav"]);
    assert_eq!(made.session.tracks.len(), 3);
    assert_eq!(made.session.song.title, "Tide");
    let text = made.text(&desk.folder);
    assert!(text.contains("[[reference]]\nfile = \"Tide_mix.wav\"\n"), "{text}");
    assert!(text.contains("# Left out: Tide_Click.wav\n"), "{text}");
}

#[test]
fn what_is_guessed_is_said_in_the_document_and_in_a_finding() {
    let desk = Desk::with(&["Kick.wav", "Lead.wav", "Qxz.wav", "Clean.wav"]);
    let made = desk.made();
    let text = made.text(&desk.folder);
    assert!(text.contains("# guessed from \"Lead\" in \"Lead.wav\": synths\n[[track]]\nname = \"Lead\""), "{text}");
    assert!(text.contains("# not understood: \"Qxz.wav\"\n[[track]]\n"), "{text}");
    assert!(!text.contains("# guessed from \"Kick\""), "{text}");
    assert_eq!(found(&made.findings, "unknown-role").len(), 1);
    assert!(found(&made.findings, "guessed-role").iter().any(|said| said.starts_with("Lead.wav: ")));
    assert!(made.findings.iter().all(|finding| finding.severity == Severity::Note), "a guess is no fault");
}

#[test]
fn a_few_files_that_nobody_understands_are_stems_of_their_own_and_many_are_one() {
    let few: Vec<String> = (1..=12).map(|number| format!("Qx{}.wav", "y".repeat(number))).collect();
    let made = Desk::with(&few.iter().map(String::as_str).collect::<Vec<_>>()).made();
    assert_eq!(made.session.stems.len(), 12);
    assert!(made.session.buses.is_empty());
    assert!(made.session.tracks.iter().all(|track| track.strip.stem.as_ref() == Some(&track.strip.name)));
    let many: Vec<String> = (1..=13).map(|number| format!("Qx{}.wav", "y".repeat(number))).collect();
    let made = Desk::with(&many.iter().map(String::as_str).collect::<Vec<_>>()).made();
    assert_eq!(made.session.stems.len(), 1);
    assert_eq!(made.session.stems[0].name, "Other");
}

#[test]
fn a_track_that_is_called_like_its_bus_keeps_its_name() {
    let made = Desk::with(&["Drums.wav", "Kick.wav", "bass.wav", "Bass DI.wav", "Bass Bus.wav"]).made();
    assert_eq!(tracks(&made.session)[..2], ["Drums Bus/Drums", "Drums Bus/Kick"]);
    let bus = &made.session.buses[1].strip;
    assert_eq!((bus.name.as_str(), bus.stem.as_deref()), ("Bass Bus 2", Some("Bass")));
    assert_eq!(made.session.stems[1].name, "Bass");
}

#[test]
fn the_rate_is_that_of_the_most_files_and_of_a_tie_the_higher() {
    let at = |rate| Like { rate, ..MONO };
    let rate = |rates: &[u32]| {
        let desk = Desk::new("Tracks");
        rates.iter().enumerate().for_each(|(number, &rate)| desk.file(format!("Kick {number}.wav"), at(rate)));
        let made = desk.made();
        (made.session.rate.hz(), found(&made.findings, "mixed-rates").len())
    };
    assert_eq!(rate(&[44_100, 44_100]), (44_100, 0));
    assert_eq!(rate(&[44_100, 96_000, 44_100]), (44_100, 1));
    assert_eq!(rate(&[44_100, 48_000]), (48_000, 1));
    assert_eq!(rate(&[22_050, 22_050, 48_000]), (48_000, 1), "no session has 22.05 kHz");
    assert_eq!(rate(&[384_000]), (192_000, 1));
}

#[test]
fn time_references_place_files_whatever_their_rate() {
    let desk = Desk::new("Tracks");
    let at = |rate, reference| Like { rate, reference: Some(reference), ..MONO };
    desk.file("Kick.wav", at(48_000, 172_800_000));
    desk.file("Snare.wav", at(48_000, 172_800_000 + 12_345));
    // An hour and half a second.
    desk.file("Hat.wav", at(44_100, 158_760_000 + 22_050));
    let made = desk.made();
    let starts: Vec<(&str, i64)> =
        made.session.tracks.iter().map(|track| (track.strip.name.as_str(), track.clips[0].at)).collect();
    assert_eq!(starts, [("Hat", 24_000), ("Kick", 0), ("Snare", 12_345)]);
    assert_eq!(found(&made.findings, "time-references").len(), 1);
    // Not on beat 2 of the 120 BPM that stand for an unknown tempo: correcting that must not move it.
    assert!(made.text(&desk.folder).contains("at = 0.5\n"));

    // One without, and one with a zero that means nothing.
    desk.file("Tom.wav", MONO);
    desk.file("Ride.wav", at(48_000, 0));
    let made = desk.made();
    assert_eq!(found(&made.findings, "no-time-reference").len(), 2);
    assert!(made.session.tracks.iter().all(|track| track.clips[0].at <= 24_000));

    // All the same: they begin at bar 1.
    let desk = Desk::new("Tracks");
    desk.file("Kick.wav", at(48_000, 172_800_000));
    desk.file("Snare.wav", at(48_000, 172_800_000));
    desk.file("Hat.wav", MONO);
    let made = desk.made();
    assert!(made.session.tracks.iter().all(|track| track.clips[0].at == 0));
    assert_eq!(found(&made.findings, "no-time-reference"), [""; 0]);
}

#[test]
fn the_largest_time_reference_is_no_place() {
    let desk = Desk::new("Tracks");
    desk.file("Kick.wav", Like { reference: Some(u64::MAX), ..MONO });
    desk.file("Snare.wav", Like { reference: Some(1), ..MONO });
    let made = desk.made();
    assert!(made.session.tracks.iter().all(|track| track.clips[0].at == 0));
    assert_eq!(found(&made.findings, "no-time-reference").len(), 1);
}

#[test]
fn a_file_that_ends_early_is_named_with_by_how_much() {
    let desk = Desk::with(&["Kick.wav", "Snare.wav", "Hat.wav"]);
    desk.file("Tom.wav", Like { frames: 360, ..MONO });
    // The same length at another rate.
    desk.file("Ride.wav", Like { rate: 96_000, frames: 960, ..MONO });
    let made = desk.made();
    let said = found(&made.findings, "shorter");
    assert_eq!(said.len(), 1);
    assert!(said[0].starts_with("Tom.wav: it ends 0.003 s earlier"), "{said:?}");
    let desk = Desk::new("Tracks");
    (1..6).for_each(|number| desk.file(format!("Kick {number}.wav"), Like { frames: 100 * number, ..MONO }));
    let made = desk.made();
    assert_eq!((found(&made.findings, "shorter").len(), found(&made.findings, "lengths-differ").len()), (0, 1));
}

#[test]
fn the_same_file_twice_is_said() {
    let desk = Desk::with(&["Kick.wav", "Snare.wav"]);
    fs::copy(desk.folder.join("Kick.wav"), desk.folder.join("Kick copy.wav")).unwrap();
    let said = found(&desk.made().findings, "duplicate");
    assert_eq!(said, ["Kick.wav: it holds the same bytes as `Kick copy.wav`; both are tracks"]);
}

#[test]
fn a_file_that_cannot_be_read_is_left_out_and_named() {
    let desk = Desk::with(&["Kick.wav", "Snare.wav"]);
    desk.bytes("Bass.wav", b"Buy milk.\n");
    desk.bytes("Hat.mp3", b"ID3\x03\0\0\0\0\0\x0a\0\0\0\0\0\0\0\0\0\0\xff\xfb\x90\0");
    desk.file("Quad.wav", Like { channels: 4, ..MONO });
    desk.file("Nothing.wav", Like { frames: 0, ..MONO });
    let made = desk.made();
    assert_eq!(made.session.tracks.len(), 2);
    let said: BTreeSet<&str> = made.findings.iter().filter_map(|finding| finding.file.as_deref()).collect();
    assert!(["Bass.wav", "Hat.mp3", "Quad.wav", "Nothing.wav"].iter().all(|file| said.contains(file)), "{said:?}");
}

#[test]
fn a_folder_without_tracks_says_what_to_do() {
    for (desk, part) in [
        (Desk::new("Tracks"), "holds no audio files"),
        (Desk::with(&["mix.wav", "click.wav"]), "no track"),
        (Desk::with(&["notes.txt"]), "holds no audio files"),
    ] {
        let error = desk.read().unwrap_err();
        assert!(error.to_string().contains(part) && error.hint.is_some(), "{error}");
    }
    let desk = Desk::new("Tracks");
    desk.bytes("Bass.wav", b"Buy milk.\n");
    let error = desk.read().unwrap_err();
    assert!(error.to_string().contains("holds 1 audio files, and none can be read"), "{error}");
    let nowhere = stemwright_daw::FolderSession::read(&desk.beside().join("nowhere"), &stemwright_audio::Files::new());
    assert!(nowhere.unwrap_err().hint.is_some());
}

#[test]
fn folders_in_the_folder_are_buses_where_no_track_lies_beside_them() {
    let desk = Desk::with(&[
        "Drums/Mono.wav",
        "Drums/Close.wav",
        "Vox/Take 1.wav",
        "Song mix.wav",
        "Drums/Raw/Deep/Kick.wav",
        "Drums/Raw/Deep/Deeper/Snare.wav",
        "__MACOSX/Kick.wav",
        ".hidden/Kick.wav",
        "Drums/._Kick.wav",
        ".DS_Store",
    ]);
    let made = desk.made();
    let mut names = tracks(&made.session);
    names.sort();
    assert_eq!(names, ["Drums/Close", "Drums/Kick", "Drums/Mono", "Take 1"]);
    assert_eq!(made.session.references.len(), 1);
    assert_eq!(made.session.tracks[3].strip.role, Some(Role::LeadVocals));
    // With tracks beside them, folders that do not say what they hold are something else: takes, bounces.
    let desk = Desk::with(&["Bass.wav", "Old takes/Kick.wav", "Drums/Kick.wav"]);
    let made = desk.made();
    assert_eq!(tracks(&made.session), ["Kick", "Bass"]);
    assert_eq!(found(&made.findings, "folders-ignored").len(), 1);
}

#[test]
fn tempo_and_key_come_from_names_and_unknown_tempo_is_said() {
    let desk = Desk::new("Demo_92bpm_F#m");
    desk.file("Kick.wav", MONO);
    let made = desk.made();
    assert_eq!((made.session.tempo.bpm, made.session.song.key.as_deref()), (92.0, Some("F#m")));
    assert!(made.tempo_known && made.findings.is_empty(), "{:?}", made.findings);
    let made = Desk::with(&["Kick.wav"]).made();
    assert!(!made.tempo_known);
    assert_eq!(found(&made.findings, "no-tempo").len(), 1);
}

/// NFC and NFD of one name, right to left, emoji, quotes, control characters, TOML's own words, the longest name.
#[cfg(target_os = "linux")]
#[test]
fn names_of_any_kind_make_tracks_of_their_own() {
    use std::os::unix::ffi::OsStrExt;
    let long = format!("{}.wav", "ä".repeat(125));
    let names = [
        "Gitarre \u{fc}.wav",
        "Gitarre u\u{308}.wav",
        "\u{202e}kick\u{202c}.wav",
        "שירה.wav",
        "غناء.wav",
        "👩‍🎤.wav",
        "🥁 \u{1f1e9}\u{1f1ea}.wav",
        "a\nb = \"c\".wav",
        "\u{7f}\u{1}.wav",
        "[[track]].wav",
        "\"\"\"'''.wav",
        "master.L.wav",
        "session.toml.wav",
        "..wav.wav",
        " .wav",
        "-.wav",
        "back\\slash.wav",
        "CON.wav",
        "con.WAV",
        "~.wav",
        "%s $HOME `x`.wav",
        &long,
    ];
    let desk = Desk::new("Tracks");
    names.iter().for_each(|name| desk.file(name, MONO));
    desk.file(std::ffi::OsStr::from_bytes(b"Kick \xff.wav"), MONO);
    desk.file(std::ffi::OsStr::from_bytes(b"Drums \xff/Kick.wav"), MONO);
    let made = desk.made();
    let mut seen = BTreeSet::new();
    for track in &made.session.tracks {
        assert!(seen.insert(track.strip.name.to_lowercase()), "{} twice", track.strip.name);
        assert!(track.clips[0].file.is_file());
    }
    let files = made.session.tracks.len() + made.session.references.len() + made.left_out.len();
    assert_eq!(files, names.iter().filter(|name| !name.starts_with('.')).count());
    assert_eq!(found(&made.findings, "unreadable-name").len(), 2, "a file and a folder");
}

#[test]
fn two_thousand_files_are_a_session_in_little_more_than_their_reading() {
    let desk = Desk::new("Tracks");
    let names = ["Kick", "Audio", "Gtr Dist", "Flooble", "Vox"];
    for number in 0..2000 {
        desk.file(format!("{} {}.wav", names[number % 5], number / 5), Like { frames: 4, ..MONO });
    }
    let began = std::time::Instant::now();
    let made = desk.made();
    assert_eq!(made.session.tracks.len(), 2000);
    eprintln!("2,000 files: {:.2} s", began.elapsed().as_secs_f64());
}

#[test]
fn a_library_is_no_song() {
    let desk = Desk::new("Samples");
    (0..=20_000).for_each(|number| desk.bytes(format!("{number}.wav"), b""));
    let error = desk.read().unwrap_err();
    assert!(error.to_string().contains("more than 20000 audio files") && error.hint.is_some(), "{error}");
}

#[test]
fn the_songs_at_hand_get_buses_that_fit_them() {
    let Some(folder) = stemwright_audio::testing::material("francium") else { return };
    let made = stemwright_daw::FolderSession::read(&folder, &stemwright_audio::Files::new()).unwrap();
    let stems: Vec<&str> = made.session.stems.iter().map(|stem| stem.name.as_str()).collect();
    let wanted = ["Drums", "Percussion", "Synths", "Lead Vocals", "Backing Vocals", "Effects", "Ambience"];
    assert_eq!((made.session.tracks.len(), stems.as_slice()), (26, &wanted[..]));
    let short = found(&made.findings, "shorter");
    assert!(short.len() == 1 && short[0].contains("2.535 s"), "{short:?}");
    let Some(folder) = stemwright_audio::testing::material("lmms-mauiwowi") else { return };
    let made = stemwright_daw::FolderSession::read(&folder, &stemwright_audio::Files::new()).unwrap();
    assert_eq!((made.session.tracks.len(), made.session.references.len()), (16, 1));
    assert_eq!(found(&made.findings, "longer").len(), 2);
}

//! `stemwright new`, and `stemwright bounce` of a folder without a session.

mod desk;

use desk::{Desk, RATE, TOOL, assert_untouched, peak, samples};
use std::fs;

/// `tracks/`: two drums, a bass, a mix and a click.
fn tracks() -> Desk {
    let desk = Desk::new();
    for (number, name) in ["Kick", "Snare", "Bass", "mix", "Click"].into_iter().enumerate() {
        desk.sine(&format!("tracks/{name}.wav"), 0.1 + 0.01 * number as f32, RATE);
    }
    desk
}

#[test]
fn a_session_is_written_that_bounce_prints_without_a_finding() {
    let desk = tracks();
    let made = desk.run(&["new", "tracks"]).ended(0);
    for said in ["Drums", "Kick, Snare", "references  mix.wav", "left out    Click.wav", "3 tracks in 2 stems"] {
        assert!(made.out.contains(said), "no {said} in:\n{}", made.out);
    }
    assert_eq!(desk.names_in("tracks"), ["Bass.wav", "Click.wav", "Kick.wav", "Snare.wav", "mix.wav", "session.toml"]);
    let text = fs::read_to_string(desk.path("tracks/session.toml")).unwrap();
    assert!(text.contains("[[reference]]\nfile = \"mix.wav\"\n"), "{text}");
    desk.bounce(&["tracks"]).ended(0).says(&["reference-not-compared", "mix.wav"]);
    assert!(desk.path("tracks-stems/01_Drums.wav").is_file() && desk.path("tracks-stems/02_Bass.wav").is_file());
    // The folder itself, with nothing written into it, is the same session.
    fs::rename(desk.path("tracks-stems"), desk.path("before")).unwrap();
    fs::remove_file(desk.path("tracks/session.toml")).unwrap();
    desk.bounce(&["tracks", "--headroom", "0"]).ended(0).says(&["made-from-folder", "`stemwright new tracks`"]);
    for file in ["00_MIX_REFERENCE.wav", "01_Drums.wav", "02_Bass.wav"] {
        let bytes = |set: &str| fs::read(desk.path(set).join(file)).unwrap();
        assert!(bytes("before") == bytes("tracks-stems"), "{file}");
    }
    assert_eq!(desk.names_in("tracks").len(), 5);
}

#[test]
fn a_mono_file_sounds_as_it_is_and_the_halves_of_a_pair_on_their_sides() {
    let desk = Desk::new();
    desk.sine("tracks/Kick.wav", 0.25, RATE);
    desk.sine("tracks/Piano L.wav", 0.5, RATE);
    desk.sine("tracks/Piano R.wav", 0.125, RATE);
    desk.bounce(&["tracks", "--format", "wav32f"]).ended(0);
    let set = desk.path("tracks-stems");
    assert_eq!(peak(&set.join("01_Drums.wav")), 0.25);
    let piano = samples(&set.join("02_Keys.wav"));
    assert_eq!(piano[50..52], [0.5, 0.125], "the 25th frame is the peak");
}

#[test]
fn a_folder_that_would_clip_is_turned_down_and_a_session_of_it_is_refused() {
    let desk = Desk::new();
    desk.sine("tracks/Kick.wav", 0.9, RATE);
    desk.sine("tracks/Bass.wav", 0.8, RATE);
    desk.bounce(&["tracks"]).ended(0).says(&["headroom", "4.7 dB lower"]);
    desk.bounce(&["tracks", "-o", "loud", "--headroom", "0"]).ended(2).says(&["--headroom"]);
    desk.run(&["new", "tracks"]).ended(0);
    desk.bounce(&["tracks", "-o", "loud"]).ended(2).says(&["--headroom"]);
}

#[test]
fn a_session_that_is_there_is_never_lost() {
    let desk = tracks();
    desk.write("tracks/session.toml", "by hand");
    let before = desk.tree();
    desk.run(&["new", "tracks"]).ended(2).says(&["session.toml", "already there", "hint: --force"]);
    assert_untouched(&before, &desk.tree());
    let out = desk.run(&["new", "tracks", "--force"]).ended(0).out;
    assert!(out.contains("session.toml.bak"), "{out}");
    desk.run(&["new", "tracks", "--force"]).ended(0);
    let read = |name: &str| fs::read_to_string(desk.path("tracks").join(name)).unwrap();
    assert_eq!(read("session.toml.bak"), "by hand");
    assert_eq!(read("session.toml.bak-2"), read("session.toml"));
    // A folder is in nobody's way.
    fs::create_dir(desk.path("tracks/mine")).unwrap();
    desk.run(&["new", "tracks", "--force", "-o", "tracks/mine"]).ended(2).says(&["is a folder"]);
    desk.run(&["new", "tracks", "-o", "nowhere/session.toml"]).ended(2).says(&["does not exist", "hint: "]);
    assert!(!desk.names_in("tracks").iter().any(|name| name.starts_with('.')), "{:?}", desk.names_in("tracks"));
}

#[test]
fn with_dry_run_nothing_is_written() {
    let desk = tracks();
    let before = desk.tree();
    let out = desk.run(&["new", "tracks", "--dry-run"]).ended(0).out;
    assert!(out.contains("nothing is written"), "{out}");
    desk.bounce(&["tracks", "--dry-run"]).ended(0);
    assert_untouched(&before, &desk.tree());
}

#[test]
fn a_session_elsewhere_finds_its_files() {
    let desk = tracks();
    fs::create_dir(desk.path("elsewhere")).unwrap();
    for output in ["song.toml", "elsewhere/song.toml"] {
        desk.run(&["new", "tracks", "-o", output]).ended(0);
        desk.bounce(&[output, "-o", "set", "--force"]).ended(0);
    }
    let text = fs::read_to_string(desk.path("song.toml")).unwrap();
    assert!(text.contains("file = \"tracks/Kick.wav\"\n"), "{text}");
}

#[test]
fn json_says_what_was_understood_and_how_surely() {
    let desk = tracks();
    desk.sine("tracks/Qxz.wav", 0.3, RATE);
    let answer = desk.run(&["new", "tracks", "--json"]).ended(0).json();
    assert_eq!((&answer["ok"], &answer["written"]), (&true.into(), &true.into()));
    assert_eq!(answer["stems"][0]["name"], "Drums");
    assert_eq!(answer["stems"][0]["tracks"][0]["file"], "Kick.wav");
    assert_eq!(answer["stems"][0]["tracks"][0]["sure"], "certain");
    assert_eq!(answer["stems"][2]["tracks"][0]["sure"], "guess");
    assert_eq!(answer["references"][0], "mix.wav");
    assert_eq!(answer["left_out"][0], "Click.wav");
    assert!(answer["bpm"].is_null());
    let codes: Vec<_> = answer["findings"].as_array().unwrap().iter().map(|finding| &finding["code"]).collect();
    assert!(codes.iter().any(|code| *code == "unknown-role"), "{codes:?}");
    let failed = desk.run(&["new", "nowhere", "--json"]).ended(2);
    assert_eq!(failed.json()["ok"], false);
    assert!(failed.json()["error"]["hint"].is_string());
    // What bounce noticed of the folder stands in its document.
    fs::remove_file(desk.path("tracks/session.toml")).unwrap();
    let answer = desk.bounce(&["tracks", "--json", "--dry-run"]).ended(0).json();
    assert_eq!(answer["findings"][0]["code"], "made-from-folder");
}

#[test]
fn what_looks_wrong_makes_the_status_1_and_can_be_told_to_be_fine() {
    let desk = tracks();
    desk.write("tracks/Hat.wav", "Buy milk.\n");
    desk.run(&["new", "tracks"]).ended(1).says(&["warning[unreadable-file]", "Hat.wav"]);
    desk.run(&["new", "tracks", "--force", "--fail-on", "error"]).ended(0);
    fs::remove_file(desk.path("tracks/session.toml")).unwrap();
    desk.bounce(&["tracks"]).ended(1).says(&["unreadable-file", "Hat.wav"]);
}

#[test]
fn a_folder_without_audio_is_refused_with_what_to_do() {
    let desk = Desk::new();
    desk.write("notes/read.txt", "Buy milk.");
    for verb in ["new", "bounce"] {
        desk.run(&[verb, "notes"]).ended(2).says(&["notes holds no audio files", "hint: "]);
        desk.run(&[verb, "nowhere/"]).ended(2).says(&["nowhere", "hint: "]);
    }
    assert_eq!(desk.names(), ["notes"]);
}

/// A folder on which no name may be made: the tool says so, and leaves nothing.
#[cfg(unix)]
#[test]
fn a_folder_that_cannot_be_written_to_is_left_as_it_is() {
    use std::os::unix::fs::PermissionsExt;
    let desk = tracks();
    let set = |mode| fs::set_permissions(desk.path("tracks"), fs::Permissions::from_mode(mode)).unwrap();
    set(0o555);
    let probe = fs::write(desk.path("tracks/probe"), "x");
    let outcome = desk.run(&["new", "tracks"]);
    set(0o755);
    if probe.is_ok() {
        eprintln!("skipped: this user may write everywhere");
        return;
    }
    outcome.ended(2).says(&["session.toml", "hint: "]);
    assert_eq!(desk.names_in("tracks").len(), 5);
}

#[test]
fn help_shows_examples() {
    let out = std::process::Command::new(TOOL).args(["help", "new"]).output().unwrap().stdout;
    let out = String::from_utf8(out).unwrap();
    for said in ["Examples:", "stemwright new tracks/", "--dry-run", "--force", "Exit status: 0"] {
        assert!(out.contains(said), "no {said}: {out}");
    }
}

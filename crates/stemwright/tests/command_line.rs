//! What the command line promises: one document with `--json`, statuses, names of folders and files, many files.

mod desk;

use desk::{Desk, Outcome, TOOL, assert_untouched, track};
use std::collections::BTreeSet;
use std::fs;
use std::process::{Command, Stdio};

fn one_track() -> Desk {
    Desk::with_song(&[("Lead", "stem = 'Lead'")])
}

/// A session with a note: a clip before bar 1.
fn with_note() -> Desk {
    Desk::with_song(&[("Lead", "stem = 'Lead'\n[[track.clip]]\nfile = 'clip.wav'\nat = '0|1'")])
}

#[test]
fn help_shows_examples_and_is_no_error() {
    let desk = Desk::new();
    let outcome = desk.run(&["--help"]).ended(0);
    assert!(outcome.out.contains("bounce") && outcome.out.contains("Usage"), "{}", outcome.out);
    assert!(outcome.out.contains("Examples:\n  stemwright bounce "), "{}", outcome.out);
    for arguments in [["bounce", "--help"], ["help", "bounce"]] {
        let outcome = desk.run(&arguments).ended(0);
        for said in ["Examples:", "stemwright bounce song/", "--headroom", "Exit status: 0", "song-stems/"] {
            assert!(outcome.out.contains(said), "no {said}: {}", outcome.out);
        }
        assert!(!outcome.out.contains("inject-fault"));
        assert_eq!(outcome.err, "");
    }
    assert!(desk.run(&["--version"]).ended(0).out.starts_with("stemwright "));
    // Without a command: the help, and a status that scripts notice.
    desk.run(&[]).ended(2).says(&["bounce"]);
}

#[test]
fn json_is_one_document_and_nothing_else() {
    let desk = with_note();
    let dry = desk.bounce(&["song", "--json", "--dry-run"]).ended(0);
    assert_eq!(dry.json()["plan"]["stems"][0]["file"], "01_Lead.wav");
    assert_eq!(dry.json()["plan"]["findings"][0]["code"], "starts-before-bar-1");
    assert_eq!(dry.err, "");
    assert_eq!(desk.names(), ["song"]);

    let done = desk.bounce(&["song", "--json"]).ended(0);
    let answer = done.json();
    assert_eq!(answer["ok"], true);
    assert_eq!(answer["set"], "song-stems");
    assert!(answer["error"].is_null());
    for (key, file) in [("manifest", "stems.json"), ("receipt", "receipt.json")] {
        let written = fs::read(desk.path("song-stems").join(file)).unwrap();
        assert_eq!(answer[key], serde_json::from_slice::<serde_json::Value>(&written).unwrap());
    }
    assert_eq!(done.err, "");

    for arguments in [&["nowhere"][..], &["song", "-o", "song/clip.wav"], &["nowhere", "--dry-run"]] {
        let failed = desk.bounce(&[arguments, &["--json"]].concat()).ended(2);
        let answer = failed.json();
        assert_eq!(answer["ok"], false);
        assert!(answer["error"]["message"].is_string() && answer["error"]["hint"].is_string(), "{answer}");
        assert!(answer["manifest"].is_null() && answer["receipt"].is_null());
        assert_eq!(failed.err, "");
    }
}

#[test]
fn quiet_says_nothing_but_errors() {
    let desk = with_note();
    for arguments in [&["song", "-q"][..], &["song", "--quiet", "--dry-run"], &["song", "-q", "--fail-on", "note"]] {
        let outcome = desk.bounce(arguments);
        assert_eq!((outcome.out.as_str(), outcome.err.as_str()), ("", ""));
    }
    desk.bounce(&["nowhere", "-q"]).ended(2).says(&["error: ", "hint: "]);
}

#[test]
fn verbose_shows_what_each_stem_goes_through() {
    let desk = Desk::with_song(&[("Lead", "stem = 'Lead'\n[[track.insert]]\ntype = 'compressor'\nratio = 3.5")]);
    let brief = desk.bounce(&["song"]).ended(0);
    let verbose = desk.bounce(&["song", "-v"]).ended(0);
    assert!(!brief.out.contains("3.5") && verbose.out.contains("3.5"), "{}", verbose.out);
}

#[test]
fn colour_is_what_was_asked_for() {
    let desk = with_note();
    for (arguments, coloured) in [
        (&["song", "--color", "always"][..], true),
        (&["song", "--color", "never"], false),
        // A pipe is no terminal.
        (&["song"], false),
    ] {
        let said = desk.bounce(arguments).ended(0).says(&["note", "starts-before-bar-1"]).err;
        assert_eq!(said.contains('\x1b'), coloured, "{said}");
    }
    assert!(desk.bounce(&["nowhere", "--color", "always"]).ended(2).err.contains('\x1b'));
    // JSON has none even where it is asked for.
    assert!(!desk.bounce(&["song", "--json", "--color", "always"]).ended(0).out.contains('\x1b'));
    let mut plain = desk.command(&["bounce", "song"]);
    let outcome = Outcome::from(plain.env("NO_COLOR", "1").output().unwrap()).ended(0);
    assert!(!outcome.err.contains('\x1b'));
}

#[test]
fn a_dry_run_writes_nothing_and_names_what_a_run_writes() {
    let desk = Desk::with_song(&[("Lead", "stem = 'Lead'"), ("Kick", "stem = 'Drums'")]);
    let before = desk.tree();
    let outcome = desk.bounce(&["song", "--dry-run", "-o", "deep/down/set"]).ended(0);
    assert_untouched(&before, &desk.tree());
    desk.bounce(&["song", "-o", "deep/down/set"]).ended(0);
    let stems =
        desk.names_in("deep/down/set").into_iter().filter(|name| name.ends_with(".wav") && !name.starts_with("00"));
    for stem in stems {
        assert!(outcome.out.contains(&stem), "no {stem}: {}", outcome.out);
    }
}

#[test]
fn a_reader_that_goes_away_is_no_failure() {
    let desk = one_track();
    for arguments in [&["bounce", "song"][..], &["bounce", "song", "--json"], &["bounce", "song", "--dry-run"]] {
        let mut command = desk.command(arguments);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        drop(child.stdout.take());
        let outcome = Outcome::from(child.wait_with_output().unwrap()).ended(0);
        assert_eq!(outcome.err, "");
    }
    assert!(desk.path("song-stems/stems.json").exists());
}

#[test]
fn the_set_stands_beside_its_session() {
    let desk = one_track();
    desk.session("mixes/night.v2.toml", &track("Lead", "", "../song/clip.wav"));
    for (from, session, set) in [
        (".", "song", "song-stems"),
        (".", "song/", "song-stems"),
        (".", "./song//", "song-stems"),
        (".", "song/session.toml", "song-stems"),
        (".", "mixes/../song", "song-stems"),
        ("song", ".", "song-stems"),
        ("song", "session.toml", "song-stems"),
        ("song", "../song", "song-stems"),
        ("mixes", "night.v2.toml", "mixes/night.v2-stems"),
        (".", "mixes/night.v2.toml", "mixes/night.v2-stems"),
    ] {
        let before: BTreeSet<_> = desk.tree().into_keys().collect();
        let mut command = Command::new(TOOL);
        let output = command
            .args(["bounce", session])
            .current_dir(desk.path(from))
            .env("STEMWRIGHT_CACHE", desk.cache.path())
            .output()
            .unwrap();
        let outcome = Outcome::from(output).ended(0);
        assert!(outcome.out.contains("-stems"));
        fs::remove_dir_all(desk.path(set)).unwrap_or_else(|_| panic!("{session} in {from}: {:?}", desk.names()));
        assert_eq!(before, desk.tree().into_keys().collect(), "{session} in {from}");
    }
}

#[cfg(unix)]
#[test]
fn a_link_to_a_session_has_its_set_beside_the_session() {
    let desk = one_track();
    fs::create_dir(desk.path("desktop")).unwrap();
    std::os::unix::fs::symlink(desk.path("song"), desk.path("desktop/shortcut")).unwrap();
    desk.bounce(&["desktop/shortcut"]).ended(0);
    assert_eq!(desk.names(), ["desktop", "song", "song-stems"]);
    assert_eq!(desk.names_in("desktop"), ["shortcut"]);
    // A document is named after itself, whatever else has that name.
    desk.session("shortcut.toml", &track("Lead", "", "song/clip.wav"));
    std::os::unix::fs::symlink("song", desk.path("shortcut")).unwrap();
    desk.bounce(&["shortcut.toml"]).ended(0);
    assert!(desk.path("shortcut-stems/stems.json").exists());
}

#[test]
fn folders_above_the_set_are_made() {
    let desk = one_track();
    desk.bounce(&["song", "-o", "a/b c/ü/set"]).ended(0);
    assert_eq!(desk.names_in("a/b c/ü"), ["set"]);
    assert!(desk.path("a/b c/ü/set/stems.json").exists());
}

#[test]
fn a_file_at_another_rate_is_resampled_and_said_so() {
    let desk = Desk::with_song(&[("Lead", "stem = 'Lead'")]);
    desk.floats("song/clip.wav", 1, 44_100, vec![0.1; 44_100]);
    let outcome = desk.bounce(&["song", "--tail", "0", "--json"]).ended(0).json();
    assert_eq!(outcome["receipt"]["frames"], desk::RATE);
    let finding = &outcome["receipt"]["findings"][0];
    assert_eq!((&finding["code"], &finding["file"]), (&"resampled".into(), &"clip.wav".into()));
    desk.bounce(&["song", "--fail-on", "note"]).ended(1).says(&["note[resampled]", "44100 Hz", "48000 Hz"]);
}

#[test]
fn a_tail_that_never_ends_is_cut_with_a_warning() {
    let desk = Desk::with_song(&[("Lead", "[[track.insert]]\ntype = 'delay'\ntime = 1.0\nfeedback = 0.98")]);
    let outcome = desk.bounce(&["song"]).ended(1);
    outcome.says(&["warning[tail-cut]", "30 s after the last clip", "--tail SECONDS"]);
    desk.bounce(&["song", "--tail", "2"]).ended(0);
}

#[test]
fn findings_decide_the_status_as_asked() {
    let desk = with_note();
    for (severity, status) in [("error", 0), ("warning", 0), ("note", 1)] {
        for dry in [&[][..], &["--dry-run"]] {
            let outcome = desk.bounce(&[&["song", "--fail-on", severity], dry].concat()).ended(status);
            outcome.says(&["note[starts-before-bar-1]", "2.000", "hint: "]);
        }
        // A finding is no failure: the set is there.
        assert!(desk.path("song-stems/stems.json").exists());
    }
    let desk = Desk::with_song(&[("Lead", "stem = 'Lead'\nsolo = true"), ("Kick", "stem = 'Drums'")]);
    let outcome = desk.bounce(&["song"]).ended(1);
    outcome.says(&["warning[solo]", "Lead", "hint: "]);
    assert!(desk.path("song-stems/stems.json").exists());
    desk.bounce(&["song", "--fail-on", "error"]).ended(0);
    assert_eq!(desk.bounce(&["song", "--json"]).ended(1).json()["receipt"]["findings"][0]["code"], "solo");
}

#[cfg(unix)]
#[test]
fn thousands_of_files_do_not_need_thousands_of_handles() {
    let desk = Desk::new();
    let mut tables = "[[bus]]\nname = 'All'\nstem = 'All'\ngain = -60.0\n".to_owned();
    for number in 0..2000 {
        desk.sine(&format!("song/{number}.wav"), 0.1, 64);
        let clip = format!("output = 'All'\n[[track.clip]]\nfile = '{number}.wav'\nat = [0.0, '64 frames']\n");
        tables += &track(&format!("T{number}"), &clip, "");
    }
    desk.session("song/session.toml", &tables);
    let script = format!("ulimit -n 128; exec '{TOOL}' bounce song");
    let output = Command::new("bash")
        .args(["-c", &script])
        .current_dir(desk.path(""))
        .env("STEMWRIGHT_CACHE", desk.cache.path())
        .output()
        .unwrap();
    Outcome::from(output).ended(0);
    assert!(desk.path("song-stems/01_All.wav").exists());
}

#[cfg(unix)]
#[test]
fn more_stems_than_there_are_handles_are_written_or_refused_with_a_remedy() {
    let stems: Vec<_> = (0..200).map(|n| (format!("T{n}"), format!("stem = 'S{n}'\ngain = -40.0"))).collect();
    let stems: Vec<_> = stems.iter().map(|(name, rest)| (name.as_str(), rest.as_str())).collect();
    let desk = Desk::with_song(&stems);
    desk.bounce(&["song"]).ended(0);
    assert_eq!(desk.names_in("song-stems").len(), 204);
    let before = desk.tree();
    let script = format!("ulimit -n 128; exec '{TOOL}' bounce song");
    let output = Command::new("bash")
        .args(["-c", &script])
        .current_dir(desk.path(""))
        .env("STEMWRIGHT_CACHE", desk.cache.path())
        .output()
        .unwrap();
    let outcome = Outcome::from(output);
    if outcome.status != Some(0) {
        outcome.ended(2).says(&["error: ", "hint: ", "ulimit -n"]);
    }
    assert_untouched(&before, &desk.tree());
}

#[test]
fn names_of_stems_stay_in_the_folder_and_apart_from_each_other() {
    let names = [
        "../../escape",
        "a/b\\c",
        "/etc/passwd",
        "C:\\stems",
        "say \"hi\"",
        "it's 100 % (wet) & <dry> | $HOME `ls`",
        "Größe 声 🎹",
        "-rf",
        ".hidden",
        "CON",
        "trailing. ",
        "tab\there",
        // One name in two normal forms of Unicode, which macOS holds to be one.
        "caf\u{e9}",
        "cafe\u{301}",
        // The same but for case, which Windows and macOS hold to be one.
        "Lead",
        "LEAD",
    ];
    let tracks: Vec<_> = (0..names.len()).map(|n| (format!("T{n:02}"), names[n])).collect();
    let desk = Desk::with_song(&[]);
    let quoted = |name: &str| serde_json::to_string(name).unwrap();
    let tables: String = tracks
        .iter()
        .map(|(track_name, name)| track(track_name, &format!("stem = {}\ngain = -20.0", quoted(name)), "clip.wav"))
        .collect();
    desk.session("song/session.toml", &tables);
    let answer = desk.bounce(&["song", "--json"]).ended(0).json();
    assert_eq!(desk.names(), ["song", "song-stems"]);
    let stems = answer["manifest"]["stems"].as_array().unwrap();
    assert_eq!(stems.len(), names.len());
    let mut plain = BTreeSet::new();
    for stem in stems {
        let (file, name) = (stem["file"].as_str().unwrap(), stem["name"].as_str().unwrap());
        assert!(names.contains(&name), "{name}");
        assert!(desk.path("song-stems").join(file).is_file(), "{file}");
        assert!(!file.contains(['/', '\\', ':', '"', '<', '|', '\t']), "{file}");
        // The number alone keeps them apart.
        assert!(plain.insert(file[..2].to_owned()), "{file}");
    }
    assert_eq!(desk.names_in("song-stems").len(), names.len() + 4);
    // And it is a set of ours like any other.
    desk.bounce(&["song"]).ended(0);
}

#[test]
fn paths_with_spaces_quotes_and_other_alphabets_are_read_and_shown() {
    let desk = Desk::new();
    let folder = "it's a \"song\" 声 é";
    desk.sine(&format!("{folder}/my clips/Größe #1 (take 2).wav"), 0.1, 1000);
    desk.session(
        &format!("{folder}/session.toml"),
        &track("Lead", "", "my clips/Größe #1 (take 2).wav").replace('\'', "\"").replace("\"\"\"", "'''"),
    );
    let outcome = desk.bounce(&[folder]).ended(0);
    assert!(outcome.out.contains(&format!("{folder}-stems")), "{}", outcome.out);
    fs::remove_file(desk.path(&format!("{folder}/my clips/Größe #1 (take 2).wav"))).unwrap();
    desk.bounce(&[folder]).ended(2).says(&["Größe #1 (take 2).wav", "does not exist"]);
}

#[test]
fn dry_and_wet_together_are_two_sets() {
    let desk = Desk::with_song(&[("Lead", "stem = 'Lead'\n[[track.insert]]\ntype = 'gain'\ngain = -20.0")]);
    let outcome = desk.bounce(&["song", "--dry", "--wet", "--json"]).ended(0);
    let answer = outcome.json();
    assert_eq!((&answer["set"], &answer["dry"]["set"]), (&"song-stems".into(), &"song-stems-dry".into()));
    let peak = |answer: &serde_json::Value| answer["manifest"]["stems"][0]["levels"]["peak_dbfs"].as_f64().unwrap();
    assert!((peak(answer["dry"].pointer("").unwrap()) - peak(&answer) - 20.0).abs() < 0.02);
    assert_eq!(answer["dry"]["ok"], true);
    assert_eq!(desk.names(), ["song", "song-stems", "song-stems-dry"]);

    // With -o the dry one is beside it; what stands in its way keeps nothing else from being written.
    fs::create_dir(desk.path("out-dry")).unwrap();
    fs::write(desk.path("out-dry/mine.txt"), "mine").unwrap();
    let both = ["song", "--dry", "--wet", "-o", "out/"];
    let outcome = desk.bounce(&both).ended(2);
    assert!(outcome.err.contains("out-dry") && outcome.err.contains("mine.txt"), "{}", outcome.err);
    let answer = desk.bounce(&[&both[..], &["--json"]].concat()).ended(2).json();
    assert_eq!((&answer["ok"], &answer["dry"]["ok"]), (&true.into(), &false.into()));
    assert!(answer["dry"]["error"]["message"].as_str().is_some_and(|text| text.contains("mine.txt")));
    assert!(desk.path("out/stems.json").is_file());
    // Either alone is what it says.
    desk.bounce(&["song", "--wet", "-o", "one"]).ended(0);
    desk.bounce(&["song", "--dry", "-o", "two"]).ended(0);
    assert_eq!(desk.names(), ["one", "out", "out-dry", "song", "song-stems", "song-stems-dry", "two"]);
}

#[test]
fn without_measures_the_samples_are_the_same_and_nobody_claims_more() {
    let desk = one_track();
    desk.bounce(&["song", "-o", "whole"]).ended(0);
    let sketch = desk.bounce(&["song", "-o", "sketch", "--no-measure", "--json"]).ended(0);
    let answer = sketch.json();
    assert_eq!(answer["receipt"]["null"]["proven"], true);
    assert_eq!(answer["receipt"]["null"]["lsb_errors"], 0);
    assert_eq!(answer["receipt"]["files"].as_array().unwrap().len(), 0);
    let levels = &answer["manifest"]["stems"][0]["levels"];
    assert!(levels["peak_dbfs"].is_number() && levels["integrated_lufs"].is_null(), "{levels}");
    assert_eq!(answer["receipt"]["findings"][0]["code"], "not-measured");
    for file in ["00_MIX_REFERENCE.wav", "00_MASTER.wav", "01_Lead.wav"] {
        let samples = |set: &str| {
            let mut reader = hound::WavReader::open(desk.path(set).join(file)).unwrap();
            reader.samples::<i32>().map(Result::unwrap).collect::<Vec<i32>>()
        };
        assert_eq!(samples("sketch"), samples("whole"), "{file}");
    }
    // Without hashes nobody knows whether somebody worked on it.
    desk.bounce(&["song", "-o", "sketch"]).ended(2).says(&["--no-measure", "--force"]);
    desk.bounce(&["song", "-o", "sketch", "--force"]).ended(0);
}

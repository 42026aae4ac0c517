//! Nothing is said of what is right: the example song and a real song of 26 stems, bounced, with and without their manifest, under
//! other names, held against every preset.

mod desk;

use desk::Desk;
use serde_json::Value;
use std::fs;
use std::path::Path;

fn check(desk: &Desk, arguments: &[&str]) -> Value {
    desk.run(&[&["check", "--json"], arguments].concat()).json()
}

/// Codes and files of warnings and errors.
fn complaints(report: &Value) -> Vec<String> {
    let findings = report["findings"].as_array().expect("findings");
    let grave = findings.iter().filter(|finding| finding["severity"] != "note");
    grave.map(|finding| format!("{} {}", finding["code"], finding["message"])).collect()
}

/// Presets by the tool's own word.
fn presets(desk: &Desk) -> Vec<String> {
    let list = desk.run(&["check", "--presets", "--json"]).json();
    let names = list["presets"].as_array().expect("presets").iter();
    names.map(|preset| preset["name"].as_str().expect("a name").to_owned()).collect()
}

fn holds(source: &Path, names: &[(&str, &str)]) {
    let desk = Desk::new();
    let source = source.to_str().expect("a path");
    let bounced = desk.bounce(&[source, "-o", "set", "--no-cache", "--fail-on", "error"]).ended(0);
    drop(bounced);

    let report = check(&desk, &["set"]);
    assert_eq!(complaints(&report), [""; 0]);
    assert_eq!((&report["sum"]["class"], &report["receipt"]["proved"]), (&"bit-exact".into(), &true.into()));
    // A preset speaks of its own limits, and is met where it says nothing.
    for preset in presets(&desk) {
        let report = check(&desk, &["set", "--preset", &preset]);
        let findings = report["findings"].as_array().expect("findings");
        let of_preset = |finding: &&Value| finding["code"].as_str().is_some_and(|code| code.starts_with("preset-"));
        let others = findings.iter().filter(|finding| !of_preset(finding));
        assert!(others.clone().all(|finding| finding["severity"] == "note"), "{preset}: {findings:#?}");
        let missed = report["preset"]["limits"].as_array().expect("limits").iter().any(|limit| limit["met"] == false);
        assert_eq!(report["preset"]["met"], !missed, "{preset}");
        let told = findings.iter().filter(of_preset).any(|finding| finding["code"] != "preset-not-judged");
        assert_eq!(told, missed, "{preset}: {findings:#?}");
    }

    for document in ["stems.json", "receipt.json"] {
        fs::remove_file(desk.path("set").join(document)).expect("it was there");
    }
    let report = check(&desk, &["set"]);
    assert_eq!(complaints(&report), [""; 0]);
    assert_eq!(report["sum"]["class"], "bit-exact");

    for (from, to) in names {
        fs::rename(desk.path("set").join(from), desk.path("set").join(to)).expect("a file of the set");
    }
    let report = check(&desk, &["set"]);
    assert_eq!(complaints(&report), [""; 0]);
    assert_eq!((&report["sum"]["class"], &report["sum"]["mix"]), (&"bit-exact".into(), &"Song_Mix_v3.wav".into()));
}

#[test]
fn the_example_is_clean() {
    let names = [
        ("00_MIX_REFERENCE.wav", "Song_Mix_v3.wav"),
        ("00_MASTER.wav", "Song_Master_v3.wav"),
        ("01_Drums.wav", "Song_Kit_v3.wav"),
        ("02_Bass.wav", "Song_Bass_v3.wav"),
        ("03_Music.wav", "Song_Music_v3.wav"),
        ("04_Lead.wav", "Song_LdSyn_v3.wav"),
        ("05_Voices.wav", "Song_BGVs_v3.wav"),
        ("06_FX.wav", "Song_SFX_v3.wav"),
    ];
    holds(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/song"), &names);
}

#[test]
fn a_real_song_is_clean() {
    let Some(song) = stemwright_audio::testing::material("francium") else { return };
    let names = [
        ("00_MIX_REFERENCE.wav", "Song_Mix_v3.wav"),
        ("00_MASTER.wav", "Song_Master_v3.wav"),
        ("01_Drums.wav", "Song_Kit_v3.wav"),
        ("04_Lead Vocals.wav", "Song_Vox_v3.wav"),
        ("06_Effects.wav", "Untitled 7.wav"),
    ];
    holds(&song, &names);
}

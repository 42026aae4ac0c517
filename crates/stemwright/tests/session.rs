//! `stemwright session show` and `session convert`, as a person would use them.

mod desk;

use desk::Desk;

const SONG: [(&str, &str); 3] = [
    ("Kick", "output = \"Drums\"\ngain = -3.5"),
    ("Bass", "pan = -0.25\ncolour = \"#aa5500\""),
    ("Voice", "polarity = \"inverted\"\n    [[track.send]]\n    to = \"Hall\"\n    gain = -12.0"),
];

fn desk() -> Desk {
    let desk = Desk::with_song(&SONG);
    let document = std::fs::read_to_string(desk.path("song/session.toml")).unwrap();
    let more = "[[bus]]\nname = \"Drums\"\n\n[[return]]\nname = \"Hall\"\n\n[[marker]]\nname = \"Here\"\nat = 0.5\n";
    desk.write("song/session.toml", format!("{document}\n{more}"));
    desk
}

#[test]
fn the_mixer_is_a_tree_with_a_ledger() {
    let desk = desk();
    let shown = desk.run(&["session", "show", "song"]).ended(0);
    for line in [
        "├ Drums   bus",
        "│ └ Kick  1 clip, -3.5 dB",
        "├ Bass    1 clip, 25 % left",
        "├ Voice   1 clip, inverted, → Hall -12 dB",
        "└ Hall    return",
        "markers: 0:00.500 Here",
        "ledger: everything is carried over",
    ] {
        assert!(shown.out.contains(line), "no `{line}` in:\n{}", shown.out);
    }
    let json = desk.run(&["session", "show", "song", "--json"]).ended(0).json();
    assert_eq!(json["format"], "session.toml");
    assert_eq!(json["mixer"][1]["name"], "Kick");
    assert_eq!(json["mixer"][1]["gain_db"], -3.5);
}

#[test]
fn a_session_is_written_beside_what_is_there_never_over_it() {
    let desk = desk();
    desk.run(&["session", "convert", "song", "copy.toml"]).ended(0);
    let again = desk.run(&["session", "convert", "song", "copy.toml"]).ended(2);
    again.says(&["already there", "--force"]);
    desk.run(&["session", "convert", "song", "copy.toml", "--force"]).ended(0);
    assert!(desk.path("copy.toml.bak").is_file());
    desk.run(&["session", "convert", "song", "copy.mid"]).ended(2).says(&["ending", ".dawproject"]);
    desk.run(&["session", "convert", "nothing", "new.toml"]).ended(2).says(&["does not exist"]);
    assert!(!desk.path("new.toml").exists());
}

#[test]
fn a_stem_set_is_a_session_that_sounds_as_it_was_printed() {
    let desk = desk();
    desk.bounce(&["song", "-o", "set", "--format", "wav32f"]).ended(0);
    desk.run(&["session", "convert", "set", "set.toml"]).ended(0);
    let again = desk.bounce(&["set.toml", "-o", "again", "--format", "wav32f"]).ended(0);
    assert!(again.out.contains("0 LSB") || again.out.contains("add up"), "{}", again.out);
    for file in ["01_Drums.wav", "00_MIX_REFERENCE.wav"] {
        let [one, two] = ["set", "again"].map(|set| samples(&desk, &format!("{set}/{file}")));
        assert_eq!(one.len(), two.len(), "{file}");
        let off = one.iter().zip(&two).map(|(a, b)| (a - b).abs()).fold(0.0f32, f32::max);
        // A float mix of float stems: a rounding of each.
        assert!(off <= 1e-6, "{file} is off by {off}");
    }
}

#[test]
fn audio_from_inside_a_document_stays_with_what_is_written() {
    let desk = desk();
    // Its Voice is inverted, for which the format has no place.
    desk.run(&["session", "convert", "song", "song.dawproject"]).ended(1);
    std::fs::remove_dir_all(desk.path("song")).unwrap();
    for (project, set) in [("out/a.toml", "a"), ("out/a.rpp", "b")] {
        desk.write("out/keep", "");
        desk.run(&["session", "convert", "song.dawproject", project, "--force"])
            .says(&["audio-unpacked", "out/a-audio"]);
        desk.bounce(&[project, "-o", set, "--headroom", "auto"]).ended(0);
    }
    // Each has its own; nothing is left of one that is not written.
    assert!(desk.path("out/a-audio").is_dir() && desk.path("out/a-audio-2").is_dir());
    desk.run(&["session", "convert", "song.dawproject", "out/b.mid"]).ended(2);
    desk.write("broken.dawproject", &std::fs::read(desk.path("song.dawproject")).unwrap()[..900]);
    desk.run(&["session", "convert", "broken.dawproject", "out/b.toml"]).ended(2);
    let left: Vec<_> = std::fs::read_dir(desk.path("out")).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert!(!left.iter().any(|name| name.to_string_lossy().starts_with('b')), "{left:?}");
}

fn samples(desk: &Desk, file: &str) -> Vec<f32> {
    hound::WavReader::open(desk.path(file)).unwrap().into_samples::<f32>().map(Result::unwrap).collect()
}

//! `stemwright check` as a person runs it: sets of ours proved again, and told apart after all that happens to deliveries.

mod desk;

use desk::*;
use serde_json::Value;
use std::fs;
use std::path::Path;
use stemwright_audio::{AudioWriter, Bext, Container, FileSpec, Files, Media, SampleFormat};
use stemwright_core::Layout;

const FILES: [&str; 5] = ["00_MASTER.wav", "00_MIX_REFERENCE.wav", "01_Bass.wav", "02_Drums.wav", "03_Lead Vocals.wav"];

/// A desk with a set in `set`, of three stems through a shared reverb.
fn with_set(options: &[&str]) -> Desk {
    let desk = Desk::new();
    for (name, freq) in [("drums", 480.0f64), ("bass", 120.0), ("vocals", 333.0)] {
        let wave = |n: u32| {
            let t = f64::from(n / 2) / f64::from(RATE);
            let side = if n.is_multiple_of(2) { 0.1 } else { 0.08 };
            (side * (std::f64::consts::TAU * freq * t).sin() * (-3.0 * (t % 0.5)).exp()) as f32
        };
        desk.floats(&format!("song/{name}.wav"), 2, RATE, (0..2 * 3 * RATE).map(wave));
    }
    let track = |name: &str, file: &str| {
        format!(
            "[[track]]\nname = \"{name}\"\nstem = \"{name}\"\n\n[[track.clip]]\nfile = \"{file}.wav\"\nat = 0\n\n\
             [[track.send]]\nto = \"Room\"\ngain = -12.0\n\n"
        )
    };
    let tracks =
        [("Drums", "drums"), ("Bass", "bass"), ("Lead Vocals", "vocals")].map(|(name, file)| track(name, file));
    let tables = tracks.concat() + "[[return]]\nname = \"Room\"\n\n[[return.insert]]\ntype = \"reverb\"\ndecay = 1.0\n";
    desk.session("song/session.toml", &tables);
    desk.bounce(&[&["song", "-o", "set", "--quiet"], options].concat()).ended(0);
    desk
}

fn check(desk: &Desk, arguments: &[&str]) -> Value {
    desk.run(&[&["check", "set", "--json"], arguments].concat()).json()
}

/// Code, severity and file of everything that was found.
fn found(report: &Value) -> Vec<(String, String, String)> {
    let text = |finding: &Value, key: &str| finding[key].as_str().unwrap_or_default().to_owned();
    let findings = report["findings"].as_array().expect("findings");
    findings.iter().map(|finding| (text(finding, "code"), text(finding, "severity"), text(finding, "file"))).collect()
}

fn states(report: &Value) -> Vec<(String, String)> {
    let files = report["receipt"]["files"].as_array().expect("a receipt");
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    files.iter().map(|file| (text(&file["name"]), text(&file["state"]))).collect()
}

fn pair(code: &str, severity: &str, file: &str) -> (String, String, String) {
    (code.to_owned(), severity.to_owned(), file.to_owned())
}

/// All samples of a file, interleaved, as integers of 24 bits.
fn samples(path: &Path) -> Vec<i32> {
    let mut reader = hound::WavReader::open(path).unwrap();
    reader.samples::<i32>().map(Result::unwrap).collect()
}

fn write(path: &Path, container: Container, rate: u32, format: SampleFormat, samples: &[i32]) {
    let spec = FileSpec {
        container,
        rate: stemwright_core::SampleRate::new(rate).unwrap(),
        layout: Layout::Stereo,
        format,
        bext: Bext::default(),
        ixml: None,
        chunks: Vec::new(),
    };
    let mut writer = AudioWriter::create(path, &spec).unwrap();
    writer.write_integers(samples).unwrap();
    writer.finish().unwrap();
}

#[test]
fn a_bounced_set_is_proved_again_in_every_coding() {
    for format in ["wav24", "wav16", "wav32f", "aiff24", "flac24"] {
        let desk = with_set(&["--format", format]);
        let report = check(&desk, &[]);
        assert_eq!(found(&report), [], "{format}");
        assert_eq!(report["receipt"]["proved"], true, "{format}: {}", report["receipt"]["verdict"]);
        assert_eq!(report["files"].as_array().unwrap().len(), 5);
        let class = &report["sum"]["class"];
        assert_eq!(class, if format == "wav32f" { "rounding" } else { "bit-exact" }, "{format}");
        desk.run(&["check", "set"]).ended(0);
    }
}

#[test]
fn sets_of_every_kind_are_proved_again() {
    for options in [
        &["--through-master"][..],
        &["--dry"],
        &["--mono-stems"],
        &["--layout", "mono"],
        &["--dither"],
        &["--headroom", "3"],
        &["--rate", "96000"],
    ] {
        let desk = with_set(options);
        let report = check(&desk, &[]);
        let grave: Vec<_> = found(&report).into_iter().filter(|finding| finding.1 != "note").collect();
        assert_eq!(grave, [], "{options:?}");
        assert_eq!(report["receipt"]["proved"], true, "{options:?}: {}", report["receipt"]["verdict"]);
    }
}

/// The same without its manifest, and with other names.
#[test]
fn a_bare_set_is_understood_by_its_names() {
    let desk = with_set(&[]);
    for name in ["stems.json", "receipt.json"] {
        fs::remove_file(desk.path("set").join(name)).unwrap();
    }
    let report = check(&desk, &[]);
    assert_eq!(found(&report), []);
    assert_eq!((&report["sum"]["class"], &report["sum"]["mix"]), (&"bit-exact".into(), &"00_MIX_REFERENCE.wav".into()));
    assert!(report.get("receipt").is_none());
    for (from, to) in [
        ("02_Drums", "Song_Drums"),
        ("01_Bass", "Song_Bass"),
        ("03_Lead Vocals", "Song_Vox"),
        ("00_MIX_REFERENCE", "Song_Mix"),
        ("00_MASTER", "Song_Master"),
    ] {
        fs::rename(desk.path(&format!("set/{from}.wav")), desk.path(&format!("set/{to}.wav"))).unwrap();
    }
    let report = check(&desk, &[]);
    assert_eq!(found(&report), []);
    assert_eq!(report["sum"]["class"], "bit-exact");
}

#[test]
fn wrapped_or_tagged_anew_is_a_note() {
    let desk = with_set(&[]);
    let drums = desk.path("set/02_Drums.wav");
    let kept = samples(&drums);
    write(&desk.path("set/02_Drums.flac"), Container::Flac, RATE, SampleFormat::Pcm24, &kept);
    fs::remove_file(&drums).unwrap();
    // Another chunk behind the samples.
    let bass = desk.path("set/01_Bass.wav");
    let mut bytes = fs::read(&bass).unwrap();
    bytes.extend(b"LIST\x04\0\0\0INFO");
    let size = u32::try_from(bytes.len() - 8).unwrap().to_le_bytes();
    bytes[4..8].copy_from_slice(&size);
    fs::write(&bass, bytes).unwrap();
    let report = check(&desk, &[]);
    assert_eq!(found(&report), [pair("rewrapped", "note", "01_Bass.wav"), pair("rewrapped", "note", "02_Drums.flac")]);
    assert_eq!((&report["receipt"]["proved"], &report["sum"]["class"]), (&true.into(), &"bit-exact".into()));
    assert!(states(&report).contains(&("02_Drums.wav".into(), "rewrapped".into())));
}

#[test]
fn a_renamed_file_is_found_by_its_samples() {
    let desk = with_set(&[]);
    fs::rename(desk.path("set/02_Drums.wav"), desk.path("set/beats final.wav")).unwrap();
    let report = check(&desk, &[]);
    assert_eq!(found(&report), [pair("renamed", "note", "beats final.wav")]);
    assert_eq!((&report["receipt"]["proved"], &report["sum"]["class"]), (&true.into(), &"bit-exact".into()));
}

#[test]
fn another_rate_depth_or_length_is_a_warning_and_the_sum_is_measured_afresh() {
    // Resampled by a program that is not ours.
    let desk = with_set(&[]);
    if stemwright_audio::testing::program("sox") {
        for name in FILES {
            let path = desk.path("set").join(name);
            let other = desk.path("set").join("other.wav");
            let run = std::process::Command::new("sox").arg(&path).arg(&other).args(["rate", "-v", "44100"]).status();
            assert!(run.unwrap().success());
            fs::rename(other, path).unwrap();
        }
        let report = check(&desk, &[]);
        let mut all = found(&report);
        all.sort();
        assert_eq!(all, FILES.map(|name| pair("receipt-not-applicable", "warning", name)), "{report:#}");
        assert_eq!((&report["receipt"]["applies"], &report["receipt"]["proved"]), (&false.into(), &false.into()));
        assert!(
            ["rounding", "dither"].contains(&report["sum"]["class"].as_str().unwrap()),
            "{}",
            report["sum"]["verdict"]
        );
    }
    // 16 bits.
    let desk = with_set(&[]);
    let drums = desk.path("set/02_Drums.wav");
    let kept: Vec<i32> = samples(&drums).iter().map(|x| x >> 8).collect();
    write(&drums, Container::Wav, RATE, SampleFormat::Pcm16, &kept);
    let report = check(&desk, &[]);
    let codes: Vec<_> = found(&report).into_iter().map(|finding| finding.0).collect();
    assert!(
        codes.contains(&"receipt-not-applicable".to_owned()) && codes.contains(&"mixed-depths".to_owned()),
        "{codes:?}"
    );
    assert!(!codes.contains(&"changed-file".to_owned()));
    // Half a second shorter.
    let desk = with_set(&[]);
    let drums = desk.path("set/02_Drums.wav");
    let kept = samples(&drums);
    write(&drums, Container::Wav, RATE, SampleFormat::Pcm24, &kept[..kept.len() - RATE as usize]);
    let report = check(&desk, &[]);
    let codes: Vec<_> = found(&report).into_iter().map(|finding| (finding.0, finding.2)).collect();
    assert!(codes.contains(&("receipt-not-applicable".into(), "02_Drums.wav".into())), "{codes:?}");
    assert!(codes.contains(&("length".into(), "02_Drums.wav".into())), "{codes:?}");
}

#[test]
fn swapped_changed_missing_and_damaged_files_are_errors_of_their_own() {
    // Two names exchanged.
    let desk = with_set(&[]);
    let [drums, bass, spare] = ["02_Drums.wav", "01_Bass.wav", "spare"].map(|name| desk.path("set").join(name));
    fs::rename(&drums, &spare).unwrap();
    fs::rename(&bass, &drums).unwrap();
    fs::rename(&spare, &bass).unwrap();
    let report = check(&desk, &[]);
    assert_eq!(
        found(&report),
        [pair("swapped-file", "error", "01_Bass.wav"), pair("swapped-file", "error", "02_Drums.wav")]
    );
    desk.run(&["check", "set"]).ended(1).says(&["swapped-file", "01_Bass.wav"]);

    // One sample by one LSB.
    let desk = with_set(&[]);
    let drums = desk.path("set/02_Drums.wav");
    let mut changed = samples(&drums);
    changed[100_000] += 1;
    write(&drums, Container::Wav, RATE, SampleFormat::Pcm24, &changed);
    let report = check(&desk, &[]);
    assert_eq!(found(&report), [pair("changed-file", "error", "02_Drums.wav")]);
    assert_eq!((&report["sum"]["different_samples"], &report["sum"]["class"]), (&1.into(), &"rounding".into()));

    // Gone.
    let desk = with_set(&[]);
    fs::remove_file(desk.path("set/01_Bass.wav")).unwrap();
    let report = check(&desk, &[]);
    let all = found(&report);
    assert!(all.contains(&pair("missing-file", "error", "01_Bass.wav")), "{all:?}");
    assert!(states(&report).contains(&("01_Bass.wav".into(), "missing".into())));

    // Cut short: a finding, and the others are checked.
    let desk = with_set(&[]);
    let drums = desk.path("set/02_Drums.wav");
    let bytes = fs::read(&drums).unwrap();
    fs::write(&drums, &bytes[..bytes.len() / 2]).unwrap();
    let report = check(&desk, &[]);
    let all = found(&report);
    assert!(all.contains(&pair("unreadable-file", "error", "02_Drums.wav")), "{all:?}");
    assert!(states(&report).contains(&("02_Drums.wav".into(), "unreadable".into())));
    let measured = report["files"].as_array().unwrap().iter().filter(|file| file.get("measured").is_some()).count();
    assert_eq!(measured, 4);
}

#[test]
fn an_edited_manifest_is_a_note_and_a_wrong_receipt_an_error() {
    let desk = with_set(&[]);
    let manifest = desk.path("set/stems.json");
    let text = fs::read_to_string(&manifest).unwrap();
    fs::write(&manifest, text.replace("\"artist\": \"\"", "\"artist\": \"Somebody\"")).unwrap();
    assert_eq!(found(&check(&desk, &[])), [pair("manifest-edited", "note", "stems.json")]);

    // A mix with one sample changed, and a receipt that says it is as it was: only the sum tells.
    let desk = with_set(&[]);
    let mix = desk.path("set/00_MIX_REFERENCE.wav");
    let mut changed = samples(&mix);
    changed[50_000] += 1;
    write(&mix, Container::Wav, RATE, SampleFormat::Pcm24, &changed);
    let receipt = desk.path("set/receipt.json");
    let mut proof: Value = serde_json::from_str(&fs::read_to_string(&receipt).unwrap()).unwrap();
    let spec = hound::WavReader::open(&mix).unwrap();
    assert_eq!(spec.spec().bits_per_sample, 24);
    let pcm: Vec<u8> = changed.iter().flat_map(|x| x.to_le_bytes()[..3].to_vec()).collect();
    for file in proof["files"].as_array_mut().unwrap() {
        if file["name"] == "00_MIX_REFERENCE.wav" {
            file["sha256"] = stemwright_audio::file_sha256(&mix).unwrap().into();
            file["pcm_sha256"] = stemwright_audio::sha256(&pcm).into();
        }
    }
    fs::write(&receipt, serde_json::to_string_pretty(&proof).unwrap()).unwrap();
    assert_eq!(found(&check(&desk, &[])), [pair("receipt-wrong", "error", "receipt.json")]);
}

#[test]
fn files_that_the_manifest_does_not_know_are_told() {
    let desk = with_set(&[]);
    desk.sine("set/04_Extra idea.wav", 0.1, RATE);
    assert_eq!(found(&check(&desk, &[])), [pair("unlisted-file", "warning", "04_Extra idea.wav")]);
}

/// A manifest is foreign: it must not lead out of its folder, and damage to it is no damage to the files.
#[test]
fn a_hostile_manifest_does_no_harm() {
    let desk = with_set(&[]);
    let manifest = desk.path("set/stems.json");
    let text = fs::read_to_string(&manifest).unwrap();
    desk.write("secret.json", "{}");
    for hostile in [
        text.replace("\"receipt.json\"", "\"../secret.json\""),
        text.replace("02_Drums.wav", "../song/drums.wav"),
        text.replace("02_Drums.wav", "/etc/passwd"),
        text.replace("02_Drums.wav", ""),
        text.replace("\"version\": 1", "\"version\": -1"),
        text[..text.len() / 2].to_owned(),
        "[".repeat(100_000),
        String::new(),
    ] {
        fs::write(&manifest, hostile).unwrap();
        let outcome = desk.run(&["check", "set", "--json"]);
        assert!([Some(0), Some(1)].contains(&outcome.status), "{}", outcome.err);
        let report = outcome.json();
        let files: Vec<_> =
            report["files"].as_array().unwrap().iter().map(|file| file["file"].as_str().unwrap().to_owned()).collect();
        assert!(files.iter().all(|file| FILES.contains(&file.as_str())), "{files:?}");
    }
}

#[test]
fn what_cannot_be_checked_is_refused_with_a_remedy() {
    let desk = Desk::new();
    desk.write("empty/readme.txt", "nothing");
    desk.write("noise.wav", [7u8; 100]);
    for (arguments, parts) in [
        (&["check", "nowhere"][..], &["nowhere", "hint"][..]),
        (&["check", "empty"], &["no audio files", "hint"]),
        (&["check", "noise.wav"], &["noise.wav", "hint"]),
        (&["check"], &["<SET>"]),
        (&["check", "empty", "--preset", "sinc"], &["sinc", "sync"]),
    ] {
        desk.run(arguments).ended(2).says(parts);
    }
}

#[test]
fn the_page_the_presets_and_the_self_test_can_be_had() {
    let desk = with_set(&[]);
    let report = check(&desk, &["--html", "report.html", "--preset", "general"]);
    assert_eq!(report["preset"]["name"], "general");
    let page = fs::read_to_string(desk.path("report.html")).unwrap();
    assert!(page.contains("02_Drums.wav") && page.contains("</html>"));
    assert!(!desk.names().iter().any(|name| name.contains("stemwright-new")));
    // A page is made again; what is none stays.
    check(&desk, &["--html", "report.html"]);
    let drums = fs::read(desk.path("song/drums.wav")).unwrap();
    desk.run(&["check", "set", "--html", "song/drums.wav"]).ended(2).says(&["song/drums.wav", "hint"]);
    assert!(fs::read(desk.path("song/drums.wav")).unwrap() == drums);
    let presets = desk.run(&["check", "--presets"]).ended(0);
    assert!(presets.out.contains("sync") && presets.out.contains("broadcast-r128"));
    let presets = desk.run(&["check", "--presets", "--json"]).ended(0).json();
    assert!(presets["presets"].as_array().unwrap().len() >= 11);
    let tests = desk.run(&["check", "--selftest", "--json"]).ended(0).json();
    assert_eq!(tests["ok"], true);
    assert!(tests["tests"].as_array().unwrap().len() > 100);
}

/// The report does not depend on the threads.
#[test]
fn threads_change_no_figure() {
    let desk = with_set(&[]);
    let [one, many] =
        ["1", "7"].map(|threads| desk.run(&["check", "set", "--json", "--threads", threads]).ended(0).out);
    assert_eq!(one, many);
    let media = Files::new();
    assert!(media.info(&desk.path("set/02_Drums.wav")).is_ok());
}

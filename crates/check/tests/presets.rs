//! Every limit of every preset is met by a report that meets it, and found by one that does not.

#[path = "presets/made_up.rs"]
mod made_up;

use made_up::{fail, good};
use std::path::{Path, PathBuf};
use stemwright_check::{CheckReport, FileKind, Must, Preset, PresetError, SumClass, judge};
use stemwright_core::{Finding, Role, Severity};

#[test]
fn built_in_presets_say_where_each_limit_comes_from() {
    let presets = Preset::all();
    assert_eq!(presets.len(), Preset::names().count());
    for (preset, name) in presets.iter().zip(Preset::names()) {
        assert_eq!(preset.name, name);
        assert!(!preset.description.is_empty(), "{name}");
        let mut ids: Vec<&str> = Vec::new();
        for limit in &preset.limits {
            let place = format!("{name}, limit {}", limit.id);
            assert!(!ids.contains(&limit.id.as_str()), "{place}");
            ids.push(&limit.id);
            assert!(!limit.asks.is_empty() && !limit.asks.ends_with('.'), "{place}");
            assert!(limit.hint.as_ref().is_some_and(|hint| !hint.is_empty() && !hint.ends_with('.')), "{place}");
            for source in [&limit.source, &preset.source] {
                assert!(!source.document.is_empty(), "{place}");
                assert!(source.date.is_some() || source.read.is_some(), "{place}: no date");
                let custom = source.document.starts_with("custom of ");
                assert!(custom != source.address.is_some(), "{place}: where is it?");
                assert!(!custom || source.read.is_none(), "{place}: nobody reads a custom");
            }
            assert!(!limit.verified || limit.source.read.is_some(), "{place}");
        }
    }
}

/// Judges a report that meets a preset, and one for each way to fail each of its limits.
fn hold(preset: &Preset) {
    let (report, notes) = judge(preset, &good(preset));
    assert!(report.met, "{}: {notes:#?}", preset.name);
    assert!(notes.iter().all(|note| note.severity == Severity::Note), "{}: {notes:#?}", preset.name);
    assert!(notes.iter().all(|note| note.code == "preset-not-judged"), "{}: {notes:#?}", preset.name);
    for (at, limit) in preset.limits.iter().enumerate() {
        let ways: Vec<CheckReport> = (0..4)
            .filter_map(|way| {
                let mut broken = good(preset);
                fail(limit, preset, &mut broken, way).then_some(broken)
            })
            .collect();
        let place = format!("{}, limit {}", preset.name, limit.id);
        // What can never fail can never be met either.
        assert_eq!(report.limits[at].met, (!ways.is_empty()).then_some(true), "{place}");
        for broken in ways {
            let (report, mut findings) = judge(preset, &broken);
            findings.retain(|finding| !notes.contains(finding));
            let met: Vec<usize> = (0..preset.limits.len()).filter(|&at| report.limits[at].met == Some(false)).collect();
            assert_eq!(met, [at], "{place}: {findings:#?}");
            assert!(!report.met && !findings.is_empty(), "{place}");
            for finding in &findings {
                assert_eq!((finding.code.as_str(), finding.severity), (limit.must.code(), limit.severity), "{place}");
                let source = finding.source.as_deref().unwrap_or_default();
                assert!(source.starts_with(&format!("preset {}: ", preset.name)), "{place}: {source}");
                assert_eq!(source.ends_with("unverified default"), !limit.verified, "{place}: {source}");
                assert_eq!(finding.measured.is_some(), finding.limit.is_some(), "{place}: {finding:#?}");
                assert!(!finding.hint.as_deref().unwrap_or_default().contains('{'), "{place}: {finding:#?}");
                assert!(!finding.message.contains("  "), "{place}: {}", finding.message);
            }
        }
    }
}

#[test]
fn each_limit_of_each_preset_is_found_when_it_alone_is_not_met() {
    Preset::all().iter().for_each(hold);
}

#[test]
fn kinds_of_limits_that_no_built_in_preset_has_are_found_too() {
    let folder = tempfile::tempdir().expect("a folder");
    let others = [
        ("short-term", "programme", "{ short-term = { at-most = -18 } }"),
        ("name-length", "files", "{ name-length = { at-most = 31 } }"),
        ("head", "set", "{ head = { at-least = 2, at-most = 4 } }"),
        ("tail", "stems", "{ tail = { at-least = 2 } }"),
        ("bits", "mix", "{ bits = { float = false } }"),
        ("rate", "files", "{ rate = { one-of = [48000], at-least = 44100 } }"),
        ("range", "mix", "{ loudness-range = { at-most = 20 } }"),
    ];
    let text: String = others
        .iter()
        .map(|(id, applies, must)| {
            format!("[[limit]]\nid = \"{id}\"\napplies = \"{applies}\"\nmust = {must}\nasks = \"that it is so\"\n")
        })
        .collect();
    hold(&own(folder.path(), "others", &text).expect("a preset"));
}

fn own(folder: &Path, name: &str, text: &str) -> Result<Preset, PresetError> {
    std::fs::write(folder.join(format!("{name}.toml")), text).expect("a file");
    Preset::find_in(name, Some(folder))
}

fn only(findings: Vec<Finding>) -> Finding {
    assert_eq!(findings.len(), 1, "{findings:#?}");
    findings.into_iter().next().expect("one")
}

#[test]
fn one_gain_is_named_for_all_stems() {
    let preset = Preset::built_in("general").expect("built in");
    let mut report = good(&preset);
    for (file, peak) in [(0, -1.71), (1, -2.5), (2, -3.0)] {
        report.files[file].measured.as_mut().expect("read").peak_dbfs = Some(peak);
    }
    let (_, findings) = judge(&preset, &report);
    assert_eq!(findings.len(), 2);
    for finding in &findings {
        assert_eq!(finding.hint.as_deref(), Some("lower all stems and the mix by the same 1.3 dB"));
    }
    assert_eq!(findings[0].message, "Drums peaks at −1.71 dBFS, 1.29 dB above what is asked for (−3 dBFS at most)");
    assert_eq!(findings[0].place.as_deref(), Some("0:41.667"));
    assert_eq!(findings[0].file.as_deref(), Some("Drums.wav"));
}

#[test]
fn loudness_is_moved_to_its_target_and_not_to_the_edge() {
    let preset = Preset::built_in("broadcast-a85").expect("built in");
    let mut report = good(&preset);
    report.files.iter_mut().filter(|file| file.kind == FileKind::Master).for_each(|file| {
        file.measured.as_mut().expect("read").integrated_lufs = Some(-21.5);
    });
    let finding = only(judge(&preset, &report).1);
    assert!(finding.hint.expect("a hint").starts_with("lower the mix and all stems by the same 2.5 dB"));
}

#[test]
fn names_that_fit_are_made_of_what_is_known() {
    let hint = |preset: &str, name: &str| {
        let preset = Preset::built_in(preset).expect("built in");
        let mut report = good(&preset);
        report.title = Some("Für Élise (2nd mix)".to_owned());
        (report.files[0].file, report.files[0].name) = (format!("audio/{name}.wav"), "lead vox".to_owned());
        only(judge(&preset, &report).1).hint.expect("a hint")
    };
    assert_eq!(hint("sync", "01_Lead"), "call it `FuerElise2ndMix_LeadVox.wav`");
    // The title is too long for its 14 characters: no name can be made, an example is shown.
    assert!(hint("recording-academy", "lead").starts_with("call it `AI_SongTitle_MI01_Drums_96k24.wav`"));
    assert_eq!(hint("trackout", "Voix d’été 2"), "call it `Voix_dete_2.wav`");
}

#[test]
fn what_cannot_be_judged_is_not_met_and_not_failed() {
    let film = Preset::built_in("film").expect("built in");
    let (report, notes) = judge(&film, &good(&film));
    let dialogue = film.limits.iter().position(|limit| matches!(limit.must, Must::DialogueLoudness { .. }));
    assert_eq!(report.limits[dialogue.expect("it asks for it")].met, None);
    let note = only(notes);
    assert_eq!((note.code.as_str(), note.severity), ("preset-not-judged", Severity::Note));
    assert!(note.message.contains("dialogue"), "{}", note.message);

    // Nothing asks for the mix: that its level was not judged must be said. Where a limit asks for it, that says enough.
    let folder = tempfile::tempdir().expect("a folder");
    let text = "extends = \"general\"\ndrop = [\"mix\"]\n";
    let mut without = good(&film);
    without.files.retain(|file| file.kind != FileKind::Mix);
    without.sum = None;
    let codes = |preset: &Preset| -> Vec<String> { judge(preset, &without).1.into_iter().map(|f| f.code).collect() };
    let silent: Vec<String> = codes(&Preset::built_in("general").expect("built in"));
    assert!(!silent.contains(&"preset-not-judged".to_owned()) && silent.contains(&"preset-mix-missing".to_owned()));
    let told = codes(&own(folder.path(), "no-mix", text).expect("a preset"));
    assert_eq!(told.iter().filter(|code| *code == "preset-not-judged").count(), 2);
}

#[test]
fn files_without_time_references_begin_together_where_they_add_up() {
    let preset = Preset::built_in("live").expect("built in");
    let start = preset.limits.iter().position(|limit| limit.must == Must::SameStart).expect("it asks for it");
    let met = |class: SumClass, reference: Option<u64>| {
        let mut report = good(&preset);
        report.sum.as_mut().expect("a mix").class = class;
        report
            .files
            .iter_mut()
            .filter_map(|file| file.format.as_mut())
            .for_each(|format| format.time_reference = reference);
        judge(&preset, &report).0.limits[start].met
    };
    assert_eq!(met(SumClass::Dither, None), Some(true));
    assert_eq!(met(SumClass::DoesNotNull, None), None);
    // A 0 says as little as nothing.
    assert_eq!(met(SumClass::DoesNotNull, Some(0)), None);
    assert_eq!(met(SumClass::DoesNotNull, Some(48_000)), Some(true));
}

#[test]
fn files_that_cannot_be_read_and_sets_without_roles_are_not_failed() {
    for preset in Preset::all() {
        let mut report = good(&preset);
        for file in &mut report.files {
            (file.format, file.measured) = (None, None);
        }
        let (_, findings) = judge(&preset, &report);
        assert!(findings.iter().all(|finding| finding.code == "preset-not-judged"), "{}: {findings:#?}", preset.name);
        judge(&preset, &CheckReport::default());
    }
    let film = Preset::built_in("film").expect("built in");
    let mut report = good(&film);
    let dialogue = report.files.iter_mut().find(|file| file.role == Some(Role::Dialogue)).expect("there is one");
    (dialogue.role, dialogue.name) = (None, "DX".to_owned());
    let finding = judge(&film, &report).1.into_iter().find(|finding| finding.code == "preset-roles").expect("missing");
    assert_eq!(finding.message, "no stem holds dialogue; what DX holds is not known");
    assert!(finding.hint.expect("a hint").starts_with("deliver a Dialogue stem"));
}

#[test]
fn slips_are_recognised() {
    let hint = |name: &str| Preset::find_in(name, None).expect_err("there is none").hint();
    assert_eq!(hint("snyc"), "did you mean `sync`?");
    assert_eq!(hint("broadcast-r182"), "did you mean `broadcast-r128`?");
    assert!(hint("vinyl").starts_with("write one of general, stem-mastering"));
    assert!(matches!(Preset::find_in("../sync", None), Err(PresetError::Unknown { .. })));
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("my-label.toml"), "").expect("a file");
    let error = Preset::find_in("my-lable", Some(folder.path())).expect_err("there is none");
    assert_eq!(error.hint(), "did you mean `my-label`?");
}

#[test]
fn a_preset_of_ones_own_extends_changes_adds_and_drops() {
    let folder = tempfile::tempdir().expect("a folder");
    let sync = Preset::built_in("sync").expect("built in");
    let text = r#"
extends = "sync"
title = "My library"
drop = ["channels"]

[[limit]]
id = "stems"
must = { stems = { at-least = 3 } }
asks = "there are three stems or more"

[[limit]]
id = "rate"
severity = "note"

[[limit]]
id = "true-peak"
applies = "stems"
must = { true-peak = { at-most = -1 } }
asks = "stems have a true peak of −1 dBTP at most"
"#;
    let preset = own(folder.path(), "library", text).expect("a preset");
    assert_eq!((preset.name.as_str(), preset.title.as_str()), ("library", "My library"));
    assert_eq!(preset.description, sync.description);
    assert_eq!(preset.limits.len(), sync.limits.len());
    let limit = |id: &str| preset.limits.iter().find(|limit| limit.id == id);
    assert!(limit("channels").is_none());
    // Another value is not what the source says; another severity is.
    let stems = limit("stems").expect("kept");
    assert_eq!((stems.verified, stems.source.text().as_str()), (false, "your preset library"));
    let rate = limit("rate").expect("kept");
    assert_eq!((rate.verified, rate.severity), (true, Severity::Note));
    assert_eq!(preset.limits.last().expect("added").id, "true-peak");
    hold(&preset);

    // By its path, and from another preset beside it.
    let path = folder.path().join("library.toml");
    assert_eq!(Preset::find_in(path.to_str().expect("UTF-8"), None).expect("a preset"), preset);
    let further = own(folder.path(), "further", "extends = \"library.toml\"").expect("a preset");
    assert_eq!(further.limits, preset.limits);
    let by_name = own(folder.path(), "by-name", "extends = \"library\"").expect("a preset");
    assert_eq!(by_name.limits, preset.limits);
}

#[test]
fn damaged_presets_are_refused_with_a_place_and_a_next_step() {
    let folder = tempfile::tempdir().expect("a folder");
    let limit = "[[limit]]\nid = \"x\"\napplies = \"stems\"\nasks = \"so\"\n";
    let cases = [
        ("title = \"x\"\nlimits = 3\n".to_owned(), 2, "unknown field `limits`", "did you mean `limit`?"),
        (
            format!("{limit}must = {{ peak = {{ at-mots = -3 }} }}\n"),
            5,
            "unknown field `at-mots`, expected `at-least` or `at-most`",
            "did you mean `at-most`?",
        ),
        (
            format!("{limit}must = {{ paek = {{ at-most = -3 }} }}\n"),
            5,
            "unknown variant `paek`",
            "did you mean `peak`?",
        ),
        (format!("{limit}must = {{ peak = {{ at-most = \"loud\" }} }}\n"), 5, "invalid type", "docs/presets.md"),
        (format!("{limit}must = {{ peak = {{ }} }}\n"), 1, "neither `at-least` nor `at-most`", "correct"),
        (format!("{limit}must = {{ peak = {{ at-least = 0, at-most = -3 }} }}\n"), 1, "larger than", "correct"),
        (format!("{limit}must = {{ peak = {{ at-most = nan }} }}\n"), 1, "finite", "correct"),
        (format!("{limit}must = {{ coding = {{ one-of = [] }} }}\n"), 1, "empty list", "correct"),
        (format!("{limit}must = \"same-length\"\n"), 1, "cannot be asked of that", "applies = \"set\""),
        (
            format!("{limit}must = \"lossless\"\nhint = \"do {{that}}\"\n"),
            1,
            "nothing can be filled in for `{that}`",
            "leave it out",
        ),
        (format!("{limit}must = \"lossless\"\nsource = \"s\"\n"), 6, "there is no [sources.s]", "write [sources.s]"),
        (format!("{limit}must = \"lossless\"\nverified = true\n"), 1, "never read", "`read`"),
        (
            format!("{limit}must = {{ name = {{ pattern = \"(\", example = \"(\" }} }}\n"),
            5,
            "no regular expression",
            "docs",
        ),
        (
            format!("{limit}must = {{ name = {{ pattern = \"^a$\", example = \"b\" }} }}\n"),
            1,
            "does not match",
            "correct",
        ),
        (format!("\n{limit}"), 2, "has no `must`", "write what is measured"),
        (format!("{limit}must = \"lossless\"\n{limit}must = \"lossless\"\n"), 6, "two limits `x`", "another id"),
        ("extends = \"snyc\"\n".to_owned(), 1, "no preset `snyc` to extend", "did you mean `sync`?"),
        ("extends = \"sync\"\ndrop = [\"chanels\"]\n".to_owned(), 2, "no limit `chanels`", "did you mean `channels`?"),
        (
            "extends = \"sync\"\n[[limit]]\nid = \"stems\"\nmust = { stems = { at-most = 3 } }\n".to_owned(),
            2,
            "has no `asks`",
            "in words",
        ),
        ("title = \"x\"\n".to_owned(), 0, "there is no limit in it", "[[limit]]"),
        ("extends = \"damaged\"\n".to_owned(), 1, "without an end", "built-in"),
        ("title = \n".to_owned(), 1, "", "docs/presets.md"),
    ];
    for (text, line, message, hint) in cases {
        let error = own(folder.path(), "damaged", &text).expect_err(&text);
        let PresetError::Damaged { file, place, .. } = &error else { panic!("{text}: {error}") };
        assert!(file.ends_with("damaged.toml"));
        assert_eq!(place.line, line, "{text}: {error}");
        assert!(error.to_string().contains(message), "{text}: {error}");
        assert!(error.hint().contains(hint), "{text}: {}", error.hint());
    }
}

#[test]
fn files_that_are_no_presets_are_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("x.toml");
    let find = |path: &PathBuf| Preset::find_in(path.to_str().expect("UTF-8"), None).expect_err("no preset");
    assert!(matches!(find(&path), PresetError::Read { .. }));
    std::fs::write(&path, [0xff, 0xfe]).expect("a file");
    assert!(matches!(find(&path), PresetError::NoText { .. }));
    std::fs::write(&path, "#".repeat((1 << 20) + 1)).expect("a file");
    let error = find(&path);
    assert!(matches!(error, PresetError::TooLarge { .. }), "{error}");
    assert!(error.to_string().contains("x.toml") && !error.hint().is_empty());
}

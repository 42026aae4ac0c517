//! `docs/presets.md` shows what the presets ask, and its examples are presets. `STEMWRIGHT_BLESS=1` writes its tables again.

use std::fmt::Write;
use std::path::{Path, PathBuf};
use stemwright_check::{Applies, Preset, Source};
use stemwright_core::Severity;

const MARK: &str = "<!-- written by crates/check/tests/presets_document.rs -->\n";

fn path() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/presets.md")
}

fn linked(source: &Source) -> String {
    let document = source.document.replace('|', "\\|");
    let document = match &source.address {
        Some(address) => format!("[{document}]({address})"),
        None => document,
    };
    source.section.iter().fold(document, |text, section| format!("{text}, {section}"))
}

fn date(source: &Source) -> String {
    match (&source.date, &source.read) {
        (Some(date), Some(read)) => format!("{date}, read {read}"),
        (Some(date), None) => date.clone(),
        (None, Some(read)) => format!("read {read}"),
        (None, None) => String::new(),
    }
}

fn tables() -> String {
    let presets = Preset::all();
    let mut text = "\n| preset | for | limits | of them verified |\n|---|---|--:|--:|\n".to_owned();
    for preset in &presets {
        let verified = preset.limits.iter().filter(|limit| limit.verified).count();
        let (name, title) = (&preset.name, &preset.title);
        writeln!(text, "| [`{name}`](#{name}) | {title} | {} | {verified} |", preset.limits.len()).expect("a string");
    }
    for preset in &presets {
        write!(text, "\n### {}\n\n{}. {}\n\n", preset.name, preset.title, preset.description).expect("a string");
        text += "| limit | asked | of | if not | source | date | verified |\n|---|---|---|---|---|---|---|\n";
        for limit in &preset.limits {
            let of = match limit.applies {
                Applies::Stems => "each stem",
                Applies::Files => "each file",
                Applies::Mix => "the mix",
                Applies::Master => "the master",
                Applies::Programme => "the master, else the mix",
                Applies::Set => "the set",
            };
            let severity = match limit.severity {
                Severity::Error => "error",
                Severity::Warning => "warning",
                Severity::Note => "note",
            };
            let verified = if limit.verified { "yes" } else { "no" };
            let (id, asks) = (&limit.id, &limit.asks);
            let (source, date) = (linked(&limit.source), date(&limit.source));
            writeln!(text, "| `{id}` | {asks} | {of} | {severity} | {source} | {date} | {verified} |")
                .expect("a string");
        }
    }
    text
}

#[test]
fn the_document_shows_what_the_presets_ask() {
    let now = std::fs::read_to_string(path()).expect("docs/presets.md is there");
    let (by_hand, _) = now.split_once(MARK).expect("the mark stands in docs/presets.md");
    let wanted = format!("{by_hand}{MARK}{}", tables());
    if std::env::var_os("STEMWRIGHT_BLESS").is_some() {
        std::fs::write(path(), &wanted).expect("the folder can be written to");
    } else {
        assert_eq!(now, wanted, "docs/presets.md is not current: run with STEMWRIGHT_BLESS=1");
    }
}

#[test]
fn the_examples_of_the_document_are_presets() {
    let document = std::fs::read_to_string(path()).expect("docs/presets.md is there");
    let folder = tempfile::tempdir().expect("a folder");
    let examples: Vec<&str> =
        document.split("```toml\n").skip(1).filter_map(|rest| Some(rest.split_once("```")?.0)).collect();
    assert!(examples.len() >= 2);
    for example in examples {
        std::fs::write(folder.path().join("example.toml"), example).expect("a file");
        if let Err(error) = Preset::find_in("example", Some(folder.path())) {
            panic!("{error}\n{}", error.hint());
        }
    }
}

#[test]
fn the_document_lists_every_kind_of_limit() {
    // The kinds are told by the error for one that is none.
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("x.toml"), "[[limit]]\nid = \"x\"\nmust = \"nothing\"\n").expect("a file");
    let error = Preset::find_in("x", Some(folder.path())).expect_err("there is no such kind").to_string();
    let kinds: Vec<&str> = error.split('`').skip(3).step_by(2).collect();
    assert!(kinds.len() > 25, "{error}");
    let document = std::fs::read_to_string(path()).expect("docs/presets.md is there");
    let by_hand = document.split(MARK).next().unwrap_or_default();
    for kind in kinds {
        let row = [format!("| `{kind} ="), format!("| `\"{kind}\"`")];
        assert!(row.iter().any(|row| by_hand.contains(row)), "docs/presets.md does not explain `{kind}`");
    }
}

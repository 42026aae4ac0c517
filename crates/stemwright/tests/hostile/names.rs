//! Names of stems, tracks, sections and songs that are no names for files.

use crate::desk::{Desk, assert_untouched, track};
use crate::made::quoted;
use crate::sensible;
use std::collections::BTreeSet;
use std::process::Command;
use stemwright_audio::testing::{program, python_module};
use stemwright_audio::{Files, Media};

/// Names that people, DAWs and jokers give.
fn odd() -> Vec<String> {
    let mut names: Vec<String> = [
        "..",
        ".",
        "../../up",
        "a/b",
        "a\\b",
        "/etc/passwd",
        "C:\\stems",
        "CON",
        "nul.wav",
        "aux",
        "COM1.",
        "00_MIX_REFERENCE",
        "00_MASTER.wav",
        "stems.json",
        "drums",
        "Drums",
        "DRUMS",
        // One name in two normal forms.
        "caf\u{e9}",
        "cafe\u{301}",
        "مرحبا",
        "\u{202e}gpj.exe",
        "\u{2066}x\u{2069}",
        "👩\u{200d}👩\u{200d}👧 🏳\u{fe0f}\u{200d}🌈",
        "\u{200b}",
        "\u{feff}",
        "\u{a0}\u{2003}",
        "line\nbreak\r\n",
        "a\0b",
        "\u{1b}[2J\u{1b}]0;owned\u{7}",
        "\u{7f}\u{85}\u{9b}31m",
        "\u{2028}\u{2029}",
        "\u{fffd}\u{fffe}\u{ffff}",
        "𝕯𝖗𝖚𝖒𝖘",
        "a,b",
        "#1",
        "Chorus#2",
        "-rf",
        "--help",
        "~",
        "$HOME `id` %PATH%",
        "<NAME>&amp;\"']]>",
        "trailing. . ",
        "x.wav.wav",
    ]
    .map(str::to_owned)
    .to_vec();
    names.push("x".repeat(300));
    names.push("é".repeat(300));
    names.push("👩\u{200d}".repeat(100));
    names.push(format!("e{}", "\u{301}".repeat(100)));
    // As long as what is kept, but for a dot and a space at its end.
    names.push(format!("{}. tail", "y".repeat(118)));
    names
}

/// A desk with a clip of ten milliseconds: names do not depend on music.
fn short() -> Desk {
    let desk = Desk::new();
    desk.sine("song/clip.wav", 0.1, 480);
    desk
}

/// Names that the reader refuses.
fn refused(name: &str) -> bool {
    name.trim().is_empty()
}

/// Whether a file can have this name on macOS, Windows and Linux, and looks like what it is.
#[track_caller]
fn assert_plain(file: &str) {
    let control = |c: char| c.is_control() || matches!(c, '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    assert!(!file.contains(control), "{file:?}");
    assert!(!file.contains(['/', '\\', ':', '*', '?', '"', '<', '>', '|']), "{file:?}");
    assert!(file.len() < 200 && !file.ends_with(['.', ' ']) && !file.starts_with(['.', ' ']), "{file:?}");
}

#[test]
fn stems_extras_tracks_and_buses_of_any_name_are_files_in_the_folder() {
    let desk = short();
    let names: Vec<String> = odd().into_iter().filter(|name| !refused(name)).collect();
    let mut tables = String::new();
    for name in &names {
        let name = quoted(name);
        tables +=
            &format!("[[track]]\nname = {name}\nstem = {name}\ngain = -40.0\n[[track.clip]]\nfile = 'clip.wav'\n");
        tables += &format!("[[extra]]\nname = {name}\nstems = [{name}, \"Drums\"]\n");
        tables += &format!("[[marker]]\nname = {name}\nat = 0.1\n[[vca]]\nname = {name}\n");
    }
    desk.session("song/session.toml", &tables);
    for format in ["wav24", "flac24"] {
        let outcome = desk.bounce(&["song", "--format", format, "--json"]).ended(0);
        let manifest = &outcome.json()["manifest"];
        let of = |kind: &str| manifest[kind].as_array().unwrap().clone();
        assert_eq!((of("stems").len(), of("extras").len()), (names.len(), names.len()));
        let (mut numbers, mut kept) = (BTreeSet::new(), BTreeSet::new());
        for entry in of("stems").iter().chain(&of("extras")) {
            let (file, name) = (entry["file"].as_str().unwrap(), entry["name"].as_str().unwrap());
            assert_plain(file);
            assert!(desk.path("song-stems").join(file).is_file(), "{file:?}");
            // The number alone keeps them apart, where case and normal forms do not.
            assert!(numbers.insert(file.split('_').next().unwrap().to_owned()), "{file:?}");
            kept.insert(name.to_owned());
        }
        assert_eq!(kept, names.iter().cloned().collect(), "names stay what they are in the manifest");
        assert_eq!(desk.names(), ["song", "song-stems"]);
        assert_eq!(desk.names_in("song-stems").len(), 2 * names.len() + 4);
    }
    // To a person; no name commands the terminal.
    for colour in ["never", "always"] {
        let outcome = desk.bounce(&["song", "-v", "--color", colour]).ended(0);
        for said in [&outcome.out, &outcome.err] {
            assert!(!said.contains("\u{1b}[2J") && !said.contains(['\u{7}', '\0', '\u{9b}', '\u{202e}']), "{said:?}");
        }
    }
}

#[test]
fn a_name_in_an_error_does_not_command_the_terminal() {
    let desk = short();
    let name = quoted("\u{1b}[2J\u{1b}]0;owned\u{7}\u{9b}31m\u{202e}");
    for tables in [
        format!("[[track]]\nname = {name}\n[[track.clip]]\nfile = {name}\n"),
        format!("[[track]]\nname = 'A'\noutput = {name}\n"),
        format!("[[track]]\nname = {name}\n[[track]]\nname = {name}\n"),
        "[[track]]\nname = 'A'\n# \u{202e}\ngian = 3 # \u{9b}31m \u{202e}\n".to_owned(),
    ] {
        desk.session("song/session.toml", &tables);
        let outcome = desk.bounce(&["song", "--color", "always"]).ended(2);
        let bad = ["\u{1b}[2J", "\u{1b}]", "\u{7}", "\u{9b}", "\u{202e}"];
        assert!(bad.iter().all(|bad| !outcome.err.contains(bad)), "{:?}", outcome.err);
    }
}

#[test]
fn stems_and_sections_are_found_by_any_name_and_stay_beside_the_session() {
    let names: Vec<String> = odd().into_iter().filter(|name| !refused(name)).collect();
    let desk = short();
    let mut tables = "[[track]]\nname = 'Lead'\nstem = 'Lead'\n[[track.clip]]\nfile = 'clip.wav'\n".to_owned();
    for (number, name) in names.iter().enumerate() {
        let name = quoted(name);
        tables += &format!("[[section]]\nname = {name}\nstart = {}\n", number as f64 * 0.0001);
        tables +=
            &format!("[[track]]\nname = {name}\nstem = {name}\ngain = -40.0\n[[track.clip]]\nfile = 'clip.wav'\n");
    }
    desk.session("song/session.toml", &tables);
    for name in names.iter().filter(|name| !name.contains('\0')) {
        let wished = format!("--section={name}");
        let outcome = desk.bounce(&["song", &wished, "--stems=Lead", "--json"]);
        if !sensible(&outcome) {
            // Of three that differ in case only, each is one of three.
            assert!(name.to_lowercase() == "drums", "{name:?}: {}", outcome.out);
            continue;
        }
        let folders = desk.names();
        assert_eq!(folders.len(), 2, "{name:?}: {folders:?}");
        folders.iter().for_each(|folder| assert_plain(folder));
        let set = outcome.json()["set"].as_str().unwrap().to_owned();
        assert!(set.starts_with("song-stems-") && folders.contains(&set), "{set:?}");
        std::fs::remove_dir_all(desk.path(&set)).unwrap();
        // A comma stands between names.
        let found = sensible(&desk.bounce(&["song", &format!("--stems={name}"), "--dry-run"]));
        assert!(found != name.contains(','), "{name:?}");
    }
    desk.bounce(&["song", "--section", "drums#2"]).ended(0);
    desk.bounce(&["song", "--section", ""]).ended(2).says(&["hint: "]);
    desk.bounce(&["song", "--stems", ""]).ended(2).says(&["hint: "]);
    for odd in ["drums#0", "drums#9", "drums#-1", "drums#99999999999999999999", "#", "#1#1"] {
        assert!(sensible(&desk.bounce(&["song", "--section", odd])) == (odd == "#1#1"), "{odd}");
    }
}

#[test]
fn a_part_of_a_section_does_not_take_its_place() {
    let desk = Desk::with_song(&[("Lead", "stem = 'Lead'")]);
    let session = std::fs::read_to_string(desk.path("song/session.toml")).unwrap();
    let sections = "[[section]]\nname = 'A/B'\nstart = 0\n[[section]]\nname = 'A-B'\nstart = 0.5\n";
    desk.write("song/session.toml", session + sections);
    desk.bounce(&["song", "--section", "A/B"]).ended(0);
    // A part of it does not take its place.
    desk.bounce(&["song", "--section", "A/B", "--stems", "Lead"]).ended(0);
    assert_eq!(desk.names(), ["song", "song-stems-section-A-B", "song-stems-section-A-B-only-Lead"]);
}

#[test]
fn songs_of_any_title_are_written_into_files_that_others_read() {
    let desk = short();
    let (ffprobe, python) = (program("ffprobe"), python_module("xml.etree"));
    for title in odd() {
        let text = quoted(&title);
        desk.write(
            "song/session.toml",
            format!(
                "[session]\nrate = 48000\n[song]\ntitle = {text}\nartist = {text}\nkey = {text}\nbpm = 97.5\n{}",
                track(
                    "T",
                    &format!("stem = {}", if refused(&title) { "'T'".into() } else { text.clone() }),
                    "clip.wav"
                )
            ),
        );
        for format in ["wav24", "flac16", "aiff24"] {
            // AIFF has one line of text for all that the others say.
            if format == "aiff24" && title.is_ascii() && !title.contains(char::is_control) {
                continue;
            }
            let answer = desk.bounce(&["song", "--format", format, "--json"]).ended(0).json();
            assert_eq!(answer["manifest"]["song"]["title"], title.as_str());
            let file = desk.path("song-stems").join(answer["manifest"]["stems"][0]["file"].as_str().unwrap());
            // With our own reader.
            let info = Files::new().info(&file).unwrap();
            assert_eq!(info.tempo, (format != "aiff24").then_some(97.5), "{title:?} {format}");
            // ffmpeg holds what is no character to be no UTF-8.
            if ffprobe && !title.contains('\u{fffe}') {
                let run =
                    Command::new("ffprobe").args(["-v", "warning", "-show_format", "-i"]).arg(&file).output().unwrap();
                let said = String::from_utf8_lossy(&run.stderr).into_owned();
                assert!(run.status.success() && said.trim().is_empty(), "{title:?} {format}: {said}");
            }
            if format == "wav24" {
                let bytes = std::fs::read(&file).unwrap();
                let description = &chunk(&bytes, b"bext")[..256];
                let end = description.iter().position(|&byte| byte == 0).unwrap_or(256);
                assert!(
                    description[..end].iter().all(|byte| (b' '..=b'~').contains(byte)),
                    "{title:?}: {description:?}"
                );
                assert!(description[end..].iter().all(|&byte| byte == 0), "{title:?}");
                let xml = String::from_utf8(chunk(&bytes, b"iXML").to_vec()).unwrap();
                if python {
                    assert_well_formed(&desk, xml.trim_end_matches('\0'), &title);
                }
            }
        }
    }
}

/// The bytes of a chunk of a RIFF file.
fn chunk<'b>(bytes: &'b [u8], id: &[u8; 4]) -> &'b [u8] {
    let mut at = 12;
    loop {
        let size = u32::from_le_bytes(bytes[at + 4..at + 8].try_into().unwrap()) as usize;
        if &bytes[at..at + 4] == id {
            return &bytes[at + 8..at + 8 + size];
        }
        at += 8 + size + size % 2;
    }
}

#[track_caller]
fn assert_well_formed(desk: &Desk, xml: &str, title: &str) {
    desk.write("text.xml", xml);
    let script = "import sys, xml.etree.ElementTree as e; r = e.parse(sys.argv[1]).getroot(); \
                  sys.stdout.buffer.write((r.findtext('PROJECT') or '').encode())";
    let run = Command::new("python3").args(["-c", script]).arg(desk.path("text.xml")).output().unwrap();
    assert!(run.status.success(), "{title:?}: {}\n{xml}", String::from_utf8_lossy(&run.stderr));
    let read = String::from_utf8(run.stdout).unwrap();
    let same =
        |c: char| !matches!(c, '\0'..='\x1f' | '\u{fffe}' | '\u{ffff}' | '\u{fffd}' | ' ' | '\u{85}' | '\u{2028}');
    let (read, title): (String, String) =
        (read.chars().filter(|&c| same(c)).collect(), title.chars().filter(|&c| same(c)).collect());
    assert_eq!(read, title);
}

#[test]
fn an_output_that_is_no_place_for_a_set_is_refused_and_nothing_is_touched() {
    let desk = Desk::with_song(&[("Lead", "stem = 'Lead'")]);
    desk.write("other/keep.txt", "mine");
    let before = desk.tree();
    for output in [
        "song",
        ".",
        "..",
        "/",
        "song/session.toml",
        "song/clip.wav/set",
        "other",
        "song/../other",
        "other/.",
        "other/..",
    ] {
        for force in [&["--force"][..], &[]] {
            // With --force a folder of others' files is moved aside, as asked.
            if !force.is_empty() && !matches!(output, "song" | "." | "/") {
                continue;
            }
            let outcome = desk.bounce(&[&["song", "-o", output], force].concat());
            assert!(!sensible(&outcome), "{output:?}: {}", outcome.out);
            assert_untouched(&before, &desk.tree());
        }
    }
    for output in ["..", "/", "other/.."] {
        assert!(!sensible(&desk.bounce(&["song", "--dry", "--wet", "-o", output])));
        assert_untouched(&before, &desk.tree());
    }
    let long = "z".repeat(300);
    assert!(!sensible(&desk.bounce(&["song", "-o", &long])));
    assert!(!sensible(&desk.bounce(&["song", "-o", &"z".repeat(255)])));
    assert_untouched(&before, &desk.tree());
}

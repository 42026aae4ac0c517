//! Every folder of the table of names, made on disk and read as a session: role, bus, name, pair, reference, tempo, key.
//! `docs/new.md` shows the result; `STEMWRIGHT_BLESS=1` writes it again.

#[path = "folder/desk.rs"]
mod desk;
#[path = "names/table.rs"]
mod table;

use desk::{Desk, Like, MONO};
use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;
use std::path::Path;
use stemwright_daw::{FolderSession, Side, Sure};
use table::{Expected, LEARNED, table};

const HELD_OUT: (&str, &str) = ("held_out", include_str!("names/held_out.txt"));

/// What was measured of a folder.
#[derive(Default)]
struct Row {
    folder: String,
    files: usize,
    /// In everything: role, bus, name, side.
    right: usize,
    /// In role and bus, or in being no track.
    what: usize,
    /// Not sure: a person is asked.
    asked: usize,
    wrong: Vec<String>,
    /// Wrong in what they are, though nobody would be asked.
    unasked: usize,
}

/// The name of a folder on any disk.
fn on_disk(name: &str) -> String {
    name.replace('/', "-")
}

fn measure(expected: &Expected) -> Row {
    let desk = Desk::new(&on_disk(&expected.name));
    for (path, wanted) in &expected.files {
        // Halves and what is panned are mono files; what is neither might be taken for a half if it were.
        let sided = [" ; left", " ; right", " ; pan "].iter().any(|side| wanted.contains(side));
        let like = Like { channels: if sided { 1 } else { 2 }, ..MONO };
        if wanted == "ignored" && !path.contains('.') { desk.bytes(path, b"no audio") } else { desk.file(path, like) }
    }
    let made = desk.made();
    let lines = lines(&made, &desk.folder);
    let mut row = Row { folder: expected.name.clone(), ..Row::default() };
    if (expected.tempo, &expected.key) != (made.tempo_known.then_some(made.session.tempo.bpm), &made.session.song.key) {
        row.wrong.push(format!("tempo {:?}, key {:?}", made.session.tempo.bpm, made.session.song.key));
    }
    for (path, wanted) in &expected.files {
        // A printed return is a track like others.
        let wanted = wanted.trim_end_matches(" ; return");
        let wanted = if wanted.starts_with("guide") { "guide" } else { wanted };
        let (line, sure) = lines.get(path).cloned().unwrap_or(("ignored".into(), Sure::Certain));
        let kind = |line: &str| line.split(" ; ").next().map(str::to_owned);
        row.files += 1;
        row.asked += usize::from(sure == Sure::Guess);
        row.right += usize::from(line == wanted);
        row.what += usize::from(kind(&line) == kind(wanted));
        row.unasked += usize::from(kind(&line) != kind(wanted) && sure != Sure::Guess);
        if line != wanted {
            let asked = if sure == Sure::Guess { ", asked" } else { "" };
            row.wrong.push(format!("`{path}`: {line}{asked}; should be {wanted}"));
        }
    }
    row
}

/// What became of each file, as the table writes it.
fn lines(made: &FolderSession, folder: &Path) -> BTreeMap<String, (String, Sure)> {
    let mut lines = BTreeMap::new();
    for (about, track) in made.tracks.iter().zip(&made.session.tracks) {
        let bus = if about.group == about.role { String::new() } else { format!(">{}", about.group.id()) };
        let side = match (about.half, track.strip.pan) {
            (Some(Side::Left), -1.0) => " ; left",
            (Some(Side::Right), 1.0) => " ; right",
            (None, -1.0) => " ; pan left",
            (None, 1.0) => " ; pan right",
            (None, 0.0) => "",
            _ => " ; panned wrongly",
        };
        // The bus or the stem that the session gives it is that of its group.
        let bus_strip = made.session.buses.iter().find(|bus| Some(&bus.strip.name) == track.strip.output.as_ref());
        let role = bus_strip.map_or(track.strip.role, |bus| bus.strip.role);
        let own = track.strip.stem.is_some();
        assert!(own || role == Some(about.group), "{about:?} {:?}", track.strip);
        let line = format!("{}{bus} ; {}{side}", about.role.id(), about.source);
        lines.insert(about.file.clone(), (line, about.sure));
    }
    for file in &made.session.references {
        let relative = file.strip_prefix(folder).unwrap().to_str().unwrap().to_owned();
        lines.insert(relative, ("reference".to_owned(), Sure::Certain));
    }
    for file in &made.left_out {
        lines.insert(file.clone(), ("guide".to_owned(), Sure::Certain));
    }
    lines
}

fn sum(rows: &[Row]) -> Row {
    let mut sum = Row { folder: format!("all {} folders", rows.len()), ..Row::default() };
    for row in rows {
        sum.files += row.files;
        sum.right += row.right;
        sum.what += row.what;
        sum.asked += row.asked;
        sum.unasked += row.unasked;
    }
    sum
}

fn written(title: &str, rows: &[Row]) -> String {
    let mut text =
        format!("### {title}\n\n| folder | files | right in all | right in role | asked | wrong, not asked |\n");
    text += "|---|--:|--:|--:|--:|--:|\n";
    for Row { folder, files, right, what, asked, unasked, .. } in rows.iter().chain([&sum(rows)]) {
        let _ = writeln!(text, "| {folder} | {files} | {right} | {what} | {asked} | {unasked} |");
    }
    let wrong = rows.iter().flat_map(|row| row.wrong.iter().map(|wrong| format!("- {}: {wrong}\n", row.folder)));
    text + "\nNot right:\n\n" + &wrong.collect::<String>() + "\n"
}

const BEGIN: &str = "<!-- written by crates/daw/tests/folder_names.rs -->\n\n";
const END: &str = "<!-- end -->";

#[test]
fn folders_of_real_looking_names_become_the_sessions_that_are_meant() {
    let learned: Vec<Row> = table(&LEARNED).iter().map(measure).collect();
    let held_out: Vec<Row> = table(&[HELD_OUT]).iter().map(measure).collect();
    let text = written("Folders that the lexicon learned from", &learned)
        + &written("Folders that it never learned from", &held_out);
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/new.md");
    let document = fs::read_to_string(&path).unwrap();
    let (before, rest) = document.split_once(BEGIN).expect("docs/new.md has a place for the table");
    let (now, after) = rest.split_once(END).expect("and an end of it");
    if std::env::var_os("STEMWRIGHT_BLESS").is_some() {
        fs::write(&path, format!("{before}{BEGIN}{text}{END}{after}")).unwrap();
    } else {
        assert_eq!(now, text, "docs/new.md is not current: run with STEMWRIGHT_BLESS=1");
    }
    let (all, unseen) = (sum(&learned), sum(&held_out));
    assert!(learned.len() + held_out.len() >= 30);
    assert!(all.right * 100 >= all.files * 97, "{} of {}", all.right, all.files);
    assert!(unseen.what * 100 >= unseen.files * 75, "{} of {}", unseen.what, unseen.files);
}

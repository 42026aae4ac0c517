//! What people call the files of multitracks, and what the names are understood as. The table lies in `names/*.txt`.

#[path = "names/table.rs"]
mod table;

use std::collections::{BTreeMap, BTreeSet};
use stemwright_core::Role;
use stemwright_daw::{FileName, Files, Folder, Side, Sure, What, understand};
use table::{LEARNED, table};

/// Each file as the table writes it, and how sure it is.
fn written(folder: &Folder, files: &[FileName]) -> BTreeMap<String, (String, Sure)> {
    let mut lines = BTreeMap::new();
    for track in &folder.tracks {
        let bus = if track.bus == track.role { String::new() } else { format!(">{}", track.bus.id()) };
        let line = |more: &str| {
            let returned = if track.returned { " ; return" } else { "" };
            format!("{}{bus} ; {}{more}{returned}", track.role.id(), track.name)
        };
        match track.files {
            Files::One(file) => {
                let pan = match track.pan {
                    Some(Side::Left) => " ; pan left",
                    Some(Side::Right) => " ; pan right",
                    None => "",
                };
                lines.insert(files[file].path.clone(), (line(pan), track.sure));
            }
            Files::Pair { left, right } => {
                lines.insert(files[left].path.clone(), (line(" ; left"), track.sure));
                lines.insert(files[right].path.clone(), (line(" ; right"), track.sure));
            }
        }
    }
    for aside in &folder.asides {
        let what = match aside.what {
            What::Reference => "reference".to_owned(),
            What::Guide => format!("guide ; {}", aside.name),
            What::Hidden | What::NotAudio => "ignored".to_owned(),
        };
        lines.insert(files[aside.file].path.clone(), (what, aside.sure));
    }
    lines
}

#[test]
#[expect(clippy::print_stdout, reason = "the table is what the test is for")]
fn names_are_understood_as_the_field_means_them() {
    let (mut files, mut right, mut asked, mut wrong, mut loud) = (0, 0, 0, Vec::new(), 0);
    let folders = table(&LEARNED);
    for expected in &folders {
        let input: Vec<FileName> = expected.files.iter().map(|(path, _)| FileName::new(path)).collect();
        let folder = understand(&expected.name, &input);
        if (expected.tempo, &expected.key) != (folder.tempo, &folder.key) {
            wrong.push(format!("{}: {:?} {:?}", expected.name, folder.tempo, folder.key));
        }
        let lines = written(&folder, &input);
        for (path, expectation) in &expected.files {
            let (line, sure) = &lines[path];
            files += 1;
            asked += usize::from(*sure == Sure::Guess);
            if line == expectation {
                right += 1;
            } else {
                // How sure it is speaks of what the file is, not of its name or its partner.
                let what = |line: &str| line.split(" ; ").next().map(str::to_owned);
                loud += usize::from(*sure == Sure::Certain && what(line) != what(expectation));
                wrong.push(format!("{}: {path}: {line} ({sure:?}), not {expectation}", expected.name));
            }
        }
    }
    println!("folders {}  files {files}  right {right}  wrong {}  asked {asked}", folders.len(), wrong.len());
    let list = wrong.join("\n");
    println!("{list}");
    assert!(folders.len() >= 30);
    assert!(right * 100 >= files * 97, "{right} of {files} are right:\n{list}");
    assert_eq!(loud, 0, "wrong and certain:\n{list}");
    assert!(asked * 20 <= files, "{asked} of {files} would be asked");
}

/// What must hold whatever the names are.
fn holds(folder: &Folder, files: &[FileName]) {
    let mut seen: Vec<usize> = folder.asides.iter().map(|aside| aside.file).collect();
    let mut names = BTreeSet::new();
    for track in &folder.tracks {
        assert!(!track.name.trim().is_empty());
        assert!(names.insert(track.name.to_lowercase()), "{} twice", track.name);
        match track.files {
            Files::One(file) => seen.push(file),
            Files::Pair { left, right } => seen.extend([left, right]),
        }
    }
    seen.sort_unstable();
    assert!(seen.into_iter().eq(0..files.len()), "every file once: {files:?}");
}

/// A small generator (xorshift64*), so that a failure comes again.
struct Dice(u64);

impl Dice {
    fn below(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33) as usize % sides
    }
}

#[test]
fn every_file_of_any_name_appears_once_under_a_name_of_its_own() {
    let parts = [
        "Kick",
        "OH",
        "L",
        "R",
        "left",
        "右",
        "ギター",
        "ｷﾞ",
        "\u{301}",
        "e\u{301}",
        "ß",
        "İ",
        "808",
        "01",
        "_",
        "-",
        ".",
        " ",
        "/",
        "\\",
        "bpm",
        "128",
        "Am",
        "F#",
        "♭",
        "(",
        ")",
        "mix",
        ".wav",
        ".WAV",
        ".asd",
        "\u{1100}",
        "\u{1161}",
        "\u{11a8}",
        "𝄞",
        "👩‍🎤",
        "\0",
        "take",
        "2024",
        "½",
        "٣",
        "dž",
        "BVs",
        "#",
        "A",
        "99999999999999999999",
    ];
    let mut dice = Dice(7);
    for _ in 0..1500 {
        let files: Vec<FileName> = (0..dice.below(8))
            .map(|_| {
                let mut path = String::new();
                for _ in 0..dice.below(8) {
                    if dice.below(6) == 0 {
                        path.extend(char::from_u32(dice.below(0x11_0000) as u32));
                    } else {
                        path.push_str(parts[dice.below(parts.len())]);
                    }
                }
                if dice.below(4) > 0 {
                    path.push_str(".wav");
                }
                let channels = [None, Some(1), Some(2)][dice.below(3)];
                FileName { channels, frames: [None, Some(5)][dice.below(2)], ..FileName::new(path) }
            })
            .collect();
        holds(&understand(parts[dice.below(parts.len())], &files), &files);
    }
}

#[test]
fn the_order_of_the_files_does_not_matter() {
    let mut dice = Dice(11);
    for expected in table(&LEARNED) {
        let input: Vec<FileName> = expected.files.iter().map(|(path, _)| FileName::new(path)).collect();
        let folder = understand(&expected.name, &input);
        holds(&folder, &input);
        let mut shuffled = input.clone();
        for at in (1..shuffled.len()).rev() {
            shuffled.swap(at, dice.below(at + 1));
        }
        assert_eq!(written(&folder, &input), written(&understand(&expected.name, &shuffled), &shuffled));
    }
}

fn file(path: &str, channels: u16, frames: u64) -> FileName {
    FileName { channels: Some(channels), frames: Some(frames), ..FileName::new(path) }
}

#[test]
fn stereo_files_and_files_of_other_lengths_are_no_halves() {
    let joined = |a, b| understand("", &[a, b]).tracks.len() == 1;
    assert!(joined(file("OH L.wav", 1, 9), file("OH R.wav", 1, 9)));
    assert!(!joined(file("OH L.wav", 2, 9), file("OH R.wav", 2, 9)));
    assert!(!joined(file("OH L.wav", 1, 9), file("OH R.wav", 1, 8)));
    assert!(!joined(FileName::new("A/OH L.wav"), FileName::new("B/OH R.wav")));
}

#[test]
fn one_and_two_are_halves_only_of_what_is_recorded_in_stereo() {
    let joined = |a, b| understand("", &[a, b]).tracks.len() == 1;
    assert!(joined(file("OH_1.wav", 1, 9), file("OH_2.wav", 1, 9)));
    assert!(!joined(FileName::new("OH_1.wav"), FileName::new("OH_2.wav")));
    assert!(!joined(file("Gtr_1.wav", 1, 9), file("Gtr_2.wav", 1, 9)));
}

#[test]
fn what_decided_can_be_said() {
    let folder = understand("", &[FileName::new("Drums/Mono.wav"), FileName::new("LdVox02.wav")]);
    assert_eq!(folder.tracks[0].because, ["Drums"]);
    assert_eq!(
        (folder.tracks[1].role, folder.tracks[1].because.as_slice()),
        (Role::LeadVocals, &["Ld Vox".to_owned()][..])
    );
}

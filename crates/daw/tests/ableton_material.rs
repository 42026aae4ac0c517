//! Sets of the material: each is read, or refused with an error that says why.

use std::path::{Path, PathBuf};
use stemwright_audio::{Files, testing};
use stemwright_core::{Finding, Session};
use stemwright_daw::{ForeignOptions, Format, detect, read_foreign};

fn sets(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap().flatten() {
        let path = entry.path();
        if path.is_dir() {
            sets(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "als") {
            found.push(path);
        }
    }
}

fn read(name: &str) -> Option<(Session, Vec<Finding>, String)> {
    let path = testing::material(&format!("sessions/als/{name}"))?;
    assert_eq!(detect(&path), Some(Format::Ableton));
    let options = ForeignOptions { rate: None, extract_to: Path::new("nowhere") };
    let read = read_foreign(&path, &Files::default(), &options).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(read.format.name(), "Ableton Live set");
    Some((read.session, read.ledger, read.program))
}

fn codes<'l>(ledger: &'l [Finding], code: &str) -> Vec<&'l Finding> {
    ledger.iter().filter(|finding| finding.code == code).collect()
}

#[test]
fn every_set_of_the_material_is_read_or_refused_for_a_reason() {
    let Some(folder) = testing::material("sessions/als") else { return };
    let mut found = Vec::new();
    sets(&folder, &mut found);
    assert!(found.len() >= 9);
    for path in found {
        let options = ForeignOptions { rate: None, extract_to: Path::new("nowhere") };
        match read_foreign(&path, &Files::default(), &options) {
            Ok(read) => {
                assert!(read.program.starts_with("Ableton Live"), "{}", read.program);
                assert!(codes(&read.ledger, "not-understood").is_empty(), "{}: {:?}", path.display(), read.ledger);
            }
            Err(error) => {
                let name = path.file_name().unwrap().to_string_lossy().into_owned();
                assert!(["empty.als", "junk.als"].contains(&name.as_str()), "{error}");
                assert!(error.hint.is_some());
            }
        }
    }
}

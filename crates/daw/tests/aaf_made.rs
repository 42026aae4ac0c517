//! Files that pyaaf2 wrote: what is read is what they were made of, and what pyaaf2 reads of them.

#[path = "aaf/bench.rs"]
mod bench;

use bench::{audio, compare, of_code, read, sample, script};
use stemwright_core::Severity;

#[test]
fn files_are_read_as_they_were_made() {
    let folder = tempfile::tempdir().unwrap();
    let Some(made) = script("make", folder.path()) else { return };
    let made = made.as_array().unwrap();
    assert!(made.len() >= 12, "{}", made.len());
    for file in made {
        let (name, wanted) = (file["file"].as_str().unwrap(), &file["wanted"]);
        let own = tempfile::tempdir().unwrap();
        let path = own.path().join(name);
        std::fs::copy(folder.path().join(name), &path).unwrap();
        for media in wanted["media"].as_array().unwrap() {
            let text = |part: &str| media[part].as_str().unwrap();
            let number = |part: &str| media[part].as_f64().unwrap();
            let at = own.path().join(text("folder"));
            std::fs::create_dir_all(&at).unwrap();
            let frames = (number("seconds") * number("rate")) as u64;
            audio(&at.join(text("name")), number("channels") as u16, number("rate") as u32, frames);
        }
        let read = read(&path);
        compare(&read, wanted, name);
        // Another reader of the same file finds the same but for what it does not know.
        if !["gains.aaf", "places.aaf", "embedded.aaf"].contains(&name) {
            let dumped = script("dump", &path).unwrap();
            compare(&read, &dumped, &format!("{name}, dumped"));
        }
        let errors: Vec<&str> = read
            .ledger
            .iter()
            .filter(|finding| finding.severity == Severity::Error)
            .map(|finding| finding.code.as_str())
            .collect();
        assert_eq!(errors, if name == "gains.aaf" { vec!["plugin-not-run"] } else { vec![] }, "{:?}", read.ledger);
        match name {
            "gains.aaf" => {
                let [effect] = of_code(&read.ledger, "plugin-not-run")[..] else { panic!("{:?}", read.ledger) };
                assert!(effect.message.contains("Grand Hall"), "{}", effect.message);
            }
            "embedded.aaf" => {
                for track in &read.session.tracks {
                    let clip = &track.clips[0];
                    assert_eq!(clip.file.parent().unwrap(), own.path().join("unpacked"));
                    let files = stemwright_audio::Files::default();
                    let mut reader = stemwright_audio::Media::open(&files, &clip.file, 0).unwrap();
                    let mut first = vec![0.0; 300];
                    let frames = reader.read(&mut [&mut first]).unwrap();
                    assert!(frames > 0);
                    for (frame, found) in first[..frames].iter().enumerate() {
                        assert_eq!(*found, f64::from(sample(frame as u64, 0)) / 32_768.0, "{}", track.strip.name);
                    }
                }
            }
            "places.aaf" => {
                // All but the first are elsewhere.
                assert_eq!(of_code(&read.ledger, "media-moved").len(), 8, "{:?}", read.ledger);
            }
            _ => {}
        }
    }
}

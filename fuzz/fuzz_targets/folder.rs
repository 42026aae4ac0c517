//! The names of a folder's files: `RUSTC_BOOTSTRAP=1 cargo fuzz run folder -- -max_len=4096`.
//!
//! The first line is the folder's name, each further one a file's, with as many channels as its length says.
#![no_main]

use std::path::Path;
use stemwright_core::{Clip, SampleRate, Session, Strip, Track};
use stemwright_daw::{Comments, FileName, Files, Places, SessionFile, session_text, understand};

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let text = String::from_utf8_lossy(bytes);
    let mut lines = text.split('\n');
    let folder = lines.next().unwrap_or_default();
    let name = |line: &str| FileName { channels: Some(1 + line.len() as u16 % 2), ..FileName::new(line) };
    let files: Vec<FileName> = lines.take(200).map(name).collect();
    let understood = understand(folder, &files);

    // Each file is a track, half of one, or set aside.
    let tracks = understood.tracks.iter().flat_map(|track| match track.files {
        Files::One(file) => vec![file],
        Files::Pair { left, right } => vec![left, right],
    });
    let mut found: Vec<usize> = tracks.chain(understood.asides.iter().map(|aside| aside.file)).collect();
    found.sort_unstable();
    assert_eq!(found, (0..files.len()).collect::<Vec<_>>());

    // Names and the words that decided are written down, and read back as they were.
    let mut session = Session::new(SampleRate::new(48_000).expect("a rate"));
    session.song.title.clone_from(&understood.shared);
    session.song.key.clone_from(&understood.key);
    session.tempo.bpm = understood.tempo.filter(|bpm| (10.0..=1000.0).contains(bpm)).unwrap_or(120.0);
    let mut comments = Comments { head: vec![folder.to_owned()], ..Comments::default() };
    for track in &understood.tracks {
        assert!(!track.name.trim().is_empty(), "{track:?}");
        if track.name == "master" {
            continue;
        }
        let clips = match track.files {
            Files::One(file) => vec![file],
            Files::Pair { left, right } => vec![left, right],
        };
        let clips = clips.into_iter().map(|file| Clip::new(files[file].path.as_str(), 0)).collect();
        session.tracks.push(Track::new(Strip { role: Some(track.role), ..Strip::new(track.name.clone()) }, clips));
        comments.strips.insert(track.name.clone(), track.because.clone());
    }
    let written = session_text(&session, Path::new(""), Places::Seconds, &comments);
    match SessionFile::parse(Path::new("session.toml"), written.clone()) {
        Ok(read) => assert!(read.session == session, "another session is read from\n{written}"),
        Err(error) => panic!("{error}\n{written}"),
    }
});

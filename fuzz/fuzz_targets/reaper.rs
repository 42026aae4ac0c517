//! REAPER projects: `RUSTC_BOOTSTRAP=1 cargo fuzz run reaper -- -max_len=8192`.
#![no_main]

use std::path::Path;
use stemwright_audio::{AudioError, FrameReader, Media, MediaInfo};
use stemwright_core::{SampleRate, Session};
use stemwright_daw::{Comments, ForeignOptions, Places, SessionFile, read_foreign, rpp_text, session_text};

/// Every file that is asked for is ten seconds of stereo.
struct Stub;

impl Media for Stub {
    fn info(&self, _: &Path) -> Result<MediaInfo, AudioError> {
        Ok(MediaInfo::new(SampleRate::new(48_000).unwrap(), 2, 480_000))
    }

    fn open(&self, _: &Path, _: u64) -> Result<Box<dyn FrameReader>, AudioError> {
        unreachable!("nothing is read")
    }
}

/// What is read can be written as session.toml, and read again.
fn written(session: &Session) {
    if session.tracks.iter().map(|track| track.clips.len()).sum::<usize>() > 2000 {
        return;
    }
    let text = session_text(session, Path::new(""), Places::Seconds, &Comments::default());
    if let Err(error) = SessionFile::parse(Path::new("session.toml"), text.clone()) {
        panic!("{error}\n{text}");
    }
}

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    // The project itself is the one file that is there.
    let folder = std::env::temp_dir().join(format!("stemwright-fuzz-reaper-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let path = folder.join("a.rpp");
    // Most of what is tried gets past the first line.
    let text = if bytes.starts_with(b"<REAPER_PROJECT") { bytes.to_vec() } else { [b"<REAPER_PROJECT 0.1\n", bytes, b"\n>\n"].concat() };
    std::fs::write(&path, &text).unwrap();
    let options = ForeignOptions { rate: None, extract_to: &folder };
    match read_foreign(&path, &Stub, &options) {
        Err(error) => assert!(error.hint.is_some() && !error.to_string().is_empty()),
        Ok(read) => {
            written(&read.session);
            // What was read can be written, and read again.
            let (written, _) = rpp_text(&read.session, &folder, &Stub);
            std::fs::write(&path, written).unwrap();
            let again = read_foreign(&path, &Stub, &options).unwrap();
            assert!(again.session.tracks.len() + again.session.buses.len() >= read.session.tracks.len() + read.session.buses.len());
        }
    }
});

//! Sets of Ableton Live: `RUSTC_BOOTSTRAP=1 cargo fuzz run ableton -- -max_len=16384`.
#![no_main]

use std::path::Path;
use stemwright_audio::{AudioError, FrameReader, Media, MediaInfo};
use stemwright_core::{SampleRate, Session};
use stemwright_daw::{Comments, ForeignOptions, Places, SessionFile, read_foreign, session_text};

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
    let folder = std::env::temp_dir().join(format!("stemwright-fuzz-ableton-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("a.wav"), b"").unwrap();
    let path = folder.join("fuzzed.als");
    // Most of what is tried gets past the first element; what begins as gzip is unpacked.
    let is_whole = bytes.starts_with(&[0x1f, 0x8b]) || bytes.starts_with(b"<?xml");
    let text = if is_whole {
        bytes.to_vec()
    } else {
        [b"<Ableton Creator='Ableton Live 11.3'><LiveSet>", bytes, b"</LiveSet></Ableton>"].concat()
    };
    std::fs::write(&path, &text).unwrap();
    let options = ForeignOptions { rate: None, extract_to: &folder };
    match read_foreign(&path, &Stub, &options) {
        Err(error) => assert!(error.hint.is_some() && !error.to_string().is_empty()),
        Ok(read) => {
            written(&read.session);
            for clip in read.session.tracks.iter().flat_map(|track| &track.clips) {
                assert!(clip.warp.as_ref().is_none_or(|warp| warp.wrong().is_none()));
            }
            let strips = read.session.tracks.iter().map(|track| &track.strip);
            for strip in strips.chain(read.session.buses.iter().map(|bus| &bus.strip)) {
                assert!(!strip.gain.0.is_nan() && strip.pan.abs() <= 1.0);
                for automation in &strip.automation {
                    assert!(automation.points.windows(2).all(|pair| pair[0].frame <= pair[1].frame));
                }
            }
        }
    }
});

//! AAF files: `RUSTC_BOOTSTRAP=1 cargo fuzz run aaf -- -max_len=65536`.
#![no_main]

use std::path::Path;
use stemwright_audio::{AudioError, FrameReader, Media, MediaInfo};
use stemwright_core::{SampleRate, Session};
use stemwright_daw::{Comments, ForeignOptions, Places, SessionFile, read_foreign, session_text};

/// Every file that is there is ten seconds long: one with a 2 in its name is stereo.
struct Stub;

impl Media for Stub {
    fn info(&self, file: &Path) -> Result<MediaInfo, AudioError> {
        let stereo = file.file_name().is_some_and(|name| name.to_string_lossy().contains('2'));
        Ok(MediaInfo::new(SampleRate::new(48_000).unwrap(), if stereo { 2 } else { 1 }, 480_000))
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
    let folder = std::env::temp_dir().join(format!("stemwright-fuzz-aaf-{}", std::process::id()));
    if std::fs::create_dir_all(&folder).is_err() {
        return;
    }
    for name in ["a.wav", "a2.wav"] {
        let _ = std::fs::write(folder.join(name), b"");
    }
    let path = folder.join("fuzzed.aaf");
    if std::fs::write(&path, bytes).is_err() {
        return;
    }
    let options = ForeignOptions { rate: None, extract_to: &folder.join("audio") };
    match read_foreign(&path, &Stub, &options) {
        Ok(read) => {
            written(&read.session);
            for track in &read.session.tracks {
                let strip = &track.strip;
                assert!(!strip.gain.0.is_nan() && strip.pan.abs() <= 1.0, "{}", strip.name);
                let mut points = strip.automation.iter().flat_map(|own| &own.points);
                assert!(points.all(|point| !point.value.is_nan()), "{}", strip.name);
                let mut points = track.clips.iter().flat_map(|clip| &clip.envelope);
                assert!(points.all(|point| !point.gain.0.is_nan()), "{}", strip.name);
                for clip in &track.clips {
                    assert!(clip.envelope.windows(2).all(|pair| pair[0].frame < pair[1].frame), "{clip:?}");
                    assert!(clip.warp.as_ref().is_none_or(|warp| warp.wrong().is_none()), "{clip:?}");
                }
                for automation in &strip.automation {
                    assert!(automation.points.windows(2).all(|pair| pair[0].frame <= pair[1].frame), "{automation:?}");
                }
            }
        }
        Err(error) => assert!(error.hint.is_some() && !error.to_string().is_empty()),
    }
    let _ = std::fs::remove_dir_all(folder.join("audio"));
});

//! What must hold of any document that claims to be a session of another program.

use std::path::{Path, PathBuf};
use stemwright_audio::{AudioError, FrameReader, Media, MediaInfo};
use stemwright_core::{SampleRate, Session};
use stemwright_daw::{Comments, ForeignOptions, Places, SessionFile, read_foreign, session_text};

/// Every file that is there is ten seconds long: one with a 2 in its name is stereo.
pub struct Stub;

impl Media for Stub {
    fn info(&self, file: &Path) -> Result<MediaInfo, AudioError> {
        let stereo = file.file_name().is_some_and(|name| name.to_string_lossy().contains('2'));
        Ok(MediaInfo::new(SampleRate::new(48_000).unwrap(), if stereo { 2 } else { 1 }, 480_000))
    }

    fn open(&self, _: &Path, _: u64) -> Result<Box<dyn FrameReader>, AudioError> {
        unreachable!("nothing is read")
    }
}

/// Reads bytes as a document of this ending, beside `a.wav` and `a2.wav`: into a session that is whole and can be written as
/// session.toml, or into an error with a remedy.
pub fn session(bytes: &[u8], ending: &str) -> Option<(Session, PathBuf)> {
    let folder = std::env::temp_dir().join(format!("stemwright-fuzz-{ending}-{}", std::process::id()));
    let path = folder.join("fuzzed").with_extension(ending);
    std::fs::create_dir_all(&folder).ok()?;
    for name in ["a.wav", "a2.wav"] {
        std::fs::write(folder.join(name), b"").ok()?;
    }
    std::fs::write(&path, bytes).ok()?;
    let unpacked = folder.join("audio");
    let read = read_foreign(&path, &Stub, &ForeignOptions { rate: None, extract_to: &unpacked });
    let _ = std::fs::remove_dir_all(unpacked);
    match read {
        Ok(read) => {
            whole(&read.session);
            written(&read.session);
            Some((read.session, folder))
        }
        Err(error) => {
            assert!(error.hint.is_some() && !error.to_string().is_empty());
            None
        }
    }
}

/// Numbers are numbers, points are in order, warps are some.
fn whole(session: &Session) {
    let tracks = session.tracks.iter().map(|track| &track.strip);
    for strip in tracks.chain(session.buses.iter().map(|bus| &bus.strip)) {
        assert!(!strip.gain.0.is_nan() && strip.pan.abs() <= 1.0, "{}", strip.name);
        for automation in &strip.automation {
            assert!(automation.points.iter().all(|point| !point.value.is_nan()), "{automation:?}");
            assert!(automation.points.windows(2).all(|pair| pair[0].frame <= pair[1].frame), "{automation:?}");
        }
    }
    for clip in session.tracks.iter().flat_map(|track| &track.clips) {
        assert!(clip.envelope.iter().all(|point| !point.gain.0.is_nan()), "{clip:?}");
        assert!(clip.envelope.windows(2).all(|pair| pair[0].frame <= pair[1].frame), "{clip:?}");
        assert!(clip.warp.as_ref().is_none_or(|warp| warp.wrong().is_none()), "{clip:?}");
    }
}

/// What is read can be written as session.toml, and read again.
pub fn written(session: &Session) {
    if session.tracks.iter().map(|track| track.clips.len()).sum::<usize>() > 2000 {
        return;
    }
    let text = session_text(session, Path::new(""), Places::Seconds, &Comments::default());
    if let Err(error) = SessionFile::parse(Path::new("session.toml"), text.clone()) {
        panic!("{error}\n{text}");
    }
}

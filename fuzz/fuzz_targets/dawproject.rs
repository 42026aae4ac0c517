//! DAWprojects: `RUSTC_BOOTSTRAP=1 cargo fuzz run dawproject -- -max_len=16384`.
//!
//! Bytes that begin with `PK` are the archive; others are a project.xml in one, beside two audio files. What is read can be written
//! as a session.toml or a DAWproject again.
#![no_main]

#[allow(dead_code)]
mod sessions;

use std::path::Path;
use std::sync::OnceLock;
use stemwright_audio::{AudioError, FrameReader, Media, MediaInfo};
use stemwright_core::SampleRate;
use stemwright_daw::{DawProjectOptions, ForeignOptions, read_foreign, write_dawproject};

/// Ten minutes in every file.
struct Claimed;

impl Media for Claimed {
    fn info(&self, file: &Path) -> Result<MediaInfo, AudioError> {
        let channels = if file.ends_with("two.wav") { 2 } else { 1 };
        let rate = SampleRate::new(48_000).expect("a rate of sessions");
        Ok(MediaInfo::new(rate, channels, 48_000 * 600))
    }

    fn open(&self, _: &Path, _: u64) -> Result<Box<dyn FrameReader>, AudioError> {
        unreachable!("nothing is played")
    }
}

/// A folder in memory where there is one.
fn folder() -> &'static Path {
    static FOLDER: OnceLock<std::path::PathBuf> = OnceLock::new();
    FOLDER.get_or_init(|| {
        let shm = Path::new("/dev/shm");
        let base = if shm.is_dir() { shm.to_owned() } else { std::env::temp_dir() };
        let folder = base.join(format!("stemwright-fuzz-dawproject-{}", std::process::id()));
        std::fs::create_dir_all(&folder).expect("a folder for the project");
        folder
    })
}

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let archive = if bytes.starts_with(b"PK") {
        bytes.to_vec()
    } else {
        zip(&[("project.xml", bytes), ("audio/one.wav", b"one"), ("audio/two.wav", b"two")])
    };
    let path = folder().join("song.dawproject");
    let to = folder().join("unpacked");
    std::fs::write(&path, archive).expect("the project is written");
    let read = read_foreign(&path, &Claimed, &ForeignOptions { rate: None, extract_to: &to });
    let session = match read {
        Ok(read) => read.session,
        Err(error) => {
            assert!(error.hint.is_some() && !error.to_string().is_empty());
            return;
        }
    };
    if session.tracks.iter().map(|track| track.clips.len()).sum::<usize>() > 2000 {
        return;
    }
    sessions::written(&session);
    let out = folder().join("again.dawproject");
    let _ = std::fs::remove_file(&out);
    let options = DawProjectOptions { embed: false, force: false };
    write_dawproject(&session, &out, &Claimed, options).expect("what is read can be written");
    let again = read_foreign(&out, &Claimed, &ForeignOptions { rate: Some(session.rate), extract_to: &to });
    let again = again.expect("what is written can be read").session;
    let clips = |session: &stemwright_core::Session| session.tracks.iter().map(|track| track.clips.len()).sum::<usize>();
    assert_eq!((again.tracks.len(), again.buses.len(), clips(&again)), (session.tracks.len(), session.buses.len(), clips(&session)));
});

/// A ZIP of stored files.
fn zip(files: &[(&str, &[u8])]) -> Vec<u8> {
    let (mut out, mut directory) = (Vec::new(), Vec::new());
    for (name, bytes) in files {
        let at = out.len() as u32;
        let mut fixed = vec![20, 0, 0, 8, 0, 0, 0, 0, 33, 0];
        fixed.extend(crc(bytes).to_le_bytes());
        fixed.extend((bytes.len() as u32).to_le_bytes());
        fixed.extend((bytes.len() as u32).to_le_bytes());
        fixed.extend((name.len() as u16).to_le_bytes());
        fixed.extend([0, 0]);
        out.extend(b"PK\x03\x04");
        out.extend(&fixed);
        out.extend(name.as_bytes());
        out.extend(*bytes);
        directory.extend(b"PK\x01\x02\x14\0");
        directory.extend(fixed);
        directory.extend([0; 10]);
        directory.extend(at.to_le_bytes());
        directory.extend(name.as_bytes());
    }
    let start = out.len() as u32;
    out.extend(&directory);
    out.extend(b"PK\x05\x06\0\0\0\0");
    out.extend((files.len() as u16).to_le_bytes());
    out.extend((files.len() as u16).to_le_bytes());
    out.extend((directory.len() as u32).to_le_bytes());
    out.extend(start.to_le_bytes());
    out.extend([0, 0]);
    out
}

/// CRC-32, a bit at a time.
fn crc(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0u32, |crc, &byte| {
        (0..8).fold(crc ^ u32::from(byte), |crc, _| if crc & 1 == 1 { crc >> 1 ^ 0xedb8_8320 } else { crc >> 1 })
    })
}

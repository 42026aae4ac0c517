//! Text in gzip, as Live saves it, and a folder to read it from.

#![allow(dead_code, reason = "no test file uses all of it")]

#[path = "../written/again.rs"]
mod again;

pub(crate) use again::written;
use std::path::{Path, PathBuf};
use stemwright_audio::{AudioError, FrameReader, Media, MediaInfo};
use stemwright_core::{Finding, SampleRate};
use stemwright_daw::{ForeignOptions, ForeignSession, SessionError, read_foreign};

/// Every file that is there is stereo, at 48 kHz, and as long as anybody may ask for; `short` ones last ten seconds.
pub(crate) struct Stub;

impl Media for Stub {
    fn info(&self, file: &Path) -> Result<MediaInfo, AudioError> {
        let short = file.file_name().unwrap_or_default().to_string_lossy().contains("short");
        let frames = if short { 480_000 } else { 1 << 40 };
        Ok(MediaInfo::new(SampleRate::new(48_000).unwrap(), 2, frames))
    }

    fn open(&self, _: &Path, _: u64) -> Result<Box<dyn FrameReader>, AudioError> {
        unreachable!("nothing is read")
    }
}

/// One member of gzip.
pub(crate) fn gzip(text: &[u8]) -> Vec<u8> {
    let mut packed = vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255];
    packed.extend(miniz_oxide::deflate::compress_to_vec(text, 3));
    packed.extend(crc(text).to_le_bytes());
    packed.extend((text.len() as u32).to_le_bytes());
    packed
}

/// CRC-32, a bit at a time.
fn crc(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0, |crc: u32, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| if crc & 1 == 1 { crc >> 1 ^ 0xedb8_8320 } else { crc >> 1 })
    })
}

/// A folder with a set in it.
pub(crate) struct Folder(tempfile::TempDir);

impl Folder {
    pub(crate) fn new(files: &[&str]) -> Self {
        let folder = Self(tempfile::tempdir().unwrap());
        files.iter().for_each(|file| folder.add(file));
        folder
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub(crate) fn add(&self, file: &str) {
        let path = self.path(file);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, "").unwrap();
    }

    /// Reads these bytes as a set.
    pub(crate) fn bytes(&self, bytes: &[u8]) -> Result<ForeignSession, SessionError> {
        let path = self.path("song.als");
        std::fs::write(&path, bytes).unwrap();
        read_foreign(&path, &Stub, &ForeignOptions { rate: None, extract_to: Path::new("nowhere") })
    }

    /// Reads a set of this text.
    pub(crate) fn read(&self, text: &str) -> ForeignSession {
        let read = self.bytes(&gzip(text.as_bytes())).unwrap_or_else(|error| panic!("{error}"));
        written(&read.session);
        read
    }
}

/// The entries of a code.
pub(crate) fn of_code<'l>(ledger: &'l [Finding], code: &str) -> Vec<&'l Finding> {
    ledger.iter().filter(|finding| finding.code == code).collect()
}

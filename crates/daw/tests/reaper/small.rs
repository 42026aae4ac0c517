//! Small projects written by hand, beside files that a stub knows.

#![allow(dead_code, reason = "no test file uses all of it")]

use std::path::{Path, PathBuf};
use stemwright_audio::{AudioError, FrameReader, Media, MediaInfo};
use stemwright_core::SampleRate;
use stemwright_daw::{ForeignOptions, ForeignSession, SessionError, read_foreign};

/// Files of 10 seconds at 48 kHz: mono where their names say so, of six channels where they say `wide`, else stereo.
pub(crate) struct Stub;

impl Media for Stub {
    fn info(&self, file: &Path) -> Result<MediaInfo, AudioError> {
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        let channels = if name.contains("mono") {
            1
        } else if name.contains("wide") {
            6
        } else {
            2
        };
        Ok(MediaInfo::new(SampleRate::new(48_000).unwrap(), channels, 480_000))
    }

    fn open(&self, _: &Path, _: u64) -> Result<Box<dyn FrameReader>, AudioError> {
        unreachable!("nothing is read")
    }
}

/// A folder with files.
pub(crate) struct Folder(tempfile::TempDir);

impl Folder {
    pub(crate) fn new(files: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        for file in files {
            let path = folder.path().join(file);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, "").unwrap();
        }
        Self(folder)
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// Reads a project of these lines.
    pub(crate) fn read(&self, lines: &str) -> ForeignSession {
        self.bytes(format!("<REAPER_PROJECT 0.1 \"7.0/win64\" 1\n{lines}\n>\n").as_bytes()).unwrap()
    }

    pub(crate) fn bytes(&self, bytes: &[u8]) -> Result<ForeignSession, SessionError> {
        let path = self.path("song.rpp");
        std::fs::write(&path, bytes).unwrap();
        read_foreign(&path, &Stub, &ForeignOptions { rate: None, extract_to: Path::new("/nowhere") })
    }
}

/// A track of these lines.
pub(crate) fn track(name: &str, lines: &str) -> String {
    format!("<TRACK\nNAME {name}\n{lines}\n>\n")
}

/// An item on one file.
pub(crate) fn item(file: &str, lines: &str) -> String {
    format!("<ITEM\nPOSITION 0\nLENGTH 2\n{lines}\n<SOURCE WAVE\nFILE {file}\n>\n>\n")
}

//! A folder of small files on disk, made a session.

#![allow(dead_code, reason = "no test file uses all of it")]

use std::fs;
use std::path::{Path, PathBuf};
use stemwright_audio::Files;
use stemwright_core::{Finding, Session};
use stemwright_daw::{FolderError, FolderSession, SessionFile};
use tempfile::TempDir;

pub(crate) struct Desk {
    temporary: TempDir,
    pub(crate) folder: PathBuf,
}

/// What a file is like; a second of mono at 48 kHz unless said.
#[derive(Clone, Copy)]
pub(crate) struct Like {
    pub(crate) channels: u16,
    pub(crate) rate: u32,
    pub(crate) frames: u32,
    /// Of the `bext` chunk, where it has one.
    pub(crate) reference: Option<u64>,
}

pub(crate) const MONO: Like = Like { channels: 1, rate: 48_000, frames: 480, reference: None };

impl Desk {
    /// An empty folder called `name`.
    pub(crate) fn new(name: &str) -> Self {
        let temporary = tempfile::tempdir().unwrap();
        let folder = temporary.path().join(name);
        fs::create_dir_all(&folder).unwrap();
        Self { temporary, folder }
    }

    /// A folder of mono files.
    pub(crate) fn with(names: &[&str]) -> Self {
        let desk = Self::new("Tracks");
        names.iter().for_each(|name| desk.file(name, MONO));
        desk
    }

    pub(crate) fn beside(&self) -> &Path {
        self.temporary.path()
    }

    /// A file of 16 bits. Its samples are different in each.
    pub(crate) fn file(&self, name: impl AsRef<Path>, like: Like) {
        let path = self.folder.join(name.as_ref());
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        let seed = path.to_string_lossy().bytes().fold(7_u32, |sum, byte| sum.wrapping_mul(31) + u32::from(byte));
        let samples = (0..like.frames * u32::from(like.channels)).map(|n| (seed.wrapping_mul(n + 1) >> 18) as u16);
        fs::write(path, wav(like, samples)).unwrap();
    }

    pub(crate) fn bytes(&self, name: impl AsRef<Path>, bytes: &[u8]) {
        let path = self.folder.join(name.as_ref());
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }

    pub(crate) fn read(&self) -> Result<FolderSession, FolderError> {
        FolderSession::read(&self.folder, &Files::new())
    }

    /// The session; what is written of it must be read back as the same.
    #[track_caller]
    pub(crate) fn made(&self) -> FolderSession {
        let made = self.read().unwrap_or_else(|error| panic!("{error}: {:?}", error.hint));
        let text = made.text(&self.folder);
        match SessionFile::parse(&self.folder.join("session.toml"), text.clone()) {
            Ok(back) => assert_eq!(back.session, made.session, "{text}"),
            Err(error) => panic!("{error}\n{text}"),
        }
        made
    }
}

/// The bytes of a WAV file of 16 bits.
fn wav(like: Like, samples: impl Iterator<Item = u16>) -> Vec<u8> {
    let data: Vec<u8> = samples.flat_map(u16::to_le_bytes).collect();
    let mut chunks = Vec::new();
    chunks.extend(b"WAVEfmt ");
    chunks.extend(16_u32.to_le_bytes());
    chunks.extend([1, like.channels].map(u16::to_le_bytes).concat());
    chunks.extend([like.rate, like.rate * u32::from(like.channels) * 2].map(u32::to_le_bytes).concat());
    chunks.extend([like.channels * 2, 16].map(u16::to_le_bytes).concat());
    if let Some(reference) = like.reference {
        // EBU Tech 3285: the time reference stands after 256 + 32 + 32 + 10 + 8 bytes.
        let mut bext = vec![0; 602];
        bext[338..346].copy_from_slice(&reference.to_le_bytes());
        chunks.extend(b"bext");
        chunks.extend(602_u32.to_le_bytes());
        chunks.extend(bext);
    }
    chunks.extend(b"data");
    chunks.extend((data.len() as u32).to_le_bytes());
    chunks.extend(data);
    [&b"RIFF"[..], &(chunks.len() as u32).to_le_bytes(), &chunks].concat()
}

/// Each track as `bus/name`, or `name` where it goes to the master.
pub(crate) fn tracks(session: &Session) -> Vec<String> {
    let one = |strip: &stemwright_core::Strip| match &strip.output {
        Some(bus) => format!("{bus}/{}", strip.name),
        None => strip.name.clone(),
    };
    session.tracks.iter().map(|track| one(&track.strip)).collect()
}

/// The findings of a kind, as `file: message`.
pub(crate) fn found(findings: &[Finding], code: &str) -> Vec<String> {
    let of = findings.iter().filter(|finding| finding.code == code);
    of.map(|finding| format!("{}: {}", finding.file.as_deref().unwrap_or_default(), finding.message)).collect()
}

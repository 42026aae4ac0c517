//! The ZIP container of a DAWproject (PKWARE, *APPNOTE.TXT* 6.3.10): stored and deflated entries, with ZIP64.
//!
//! Read by ourselves, because what is refused matters as much as what is read: a directory that points outside the file or at
//! the same bytes twice, sizes that are not true, more than an archive of this size can honestly hold. And written by ourselves,
//! so that a session has one file, whatever the clock, the machine or the version of a library is.

mod directory;
mod inflate;
mod writer;

use crate::foreign::crc;
use directory::Entry;
use std::collections::HashMap;
use std::fmt;
use std::io::{Read, Seek, SeekFrom, Write};

pub(crate) use writer::ArchiveWriter;

/// More entries than this no project has: its files are audio and states of plug-ins.
const MOST_ENTRIES: u64 = 100_000;
/// What may come out of an archive, whatever its own size…
const UNPACKED: u64 = 1 << 30;
/// …and for each of its bytes. Deflate makes at most 1032 of one; digital silence comes close to that, music never does.
const UNPACKED_PER_BYTE: u64 = 64;

/// Why an archive, or an entry of it, is not read.
#[derive(Debug)]
pub(crate) enum ArchiveError {
    /// The operating system's word.
    Io(std::io::Error),
    /// What is wrong with the archive.
    Wrong(String),
}

impl fmt::Display for ArchiveError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Io(error) => write!(f, "cannot be read: {error}"),
            Self::Wrong(what) => f.write_str(what),
        }
    }
}

impl From<std::io::Error> for ArchiveError {
    fn from(error: std::io::Error) -> Self {
        match error.kind() {
            std::io::ErrorKind::UnexpectedEof => wrong("is cut short"),
            _ => Self::Io(error),
        }
    }
}

fn wrong(what: impl Into<String>) -> ArchiveError {
    ArchiveError::Wrong(what.into())
}

/// What can be read from anywhere.
pub(crate) trait Source: Read + Seek {}
impl<T: Read + Seek> Source for T {}

/// An archive that is open for reading.
pub(crate) struct Archive<S> {
    source: S,
    entries: Vec<Entry>,
    /// By name.
    names: HashMap<String, usize>,
    /// What may still come out of it.
    left: u64,
}

impl<S: Source> Archive<S> {
    /// Reads the directory of an archive.
    ///
    /// # Errors
    /// When it is no archive, or one that nobody writes in good faith: entries over each other or outside the file, two of the
    /// same name, or too many.
    pub(crate) fn open(mut source: S) -> Result<Self, ArchiveError> {
        let length = source.seek(SeekFrom::End(0))?;
        let entries = directory::read(&mut source, length)?;
        let mut names = HashMap::with_capacity(entries.len());
        for (index, entry) in entries.iter().enumerate() {
            if names.insert(entry.name.clone(), index).is_some() {
                return Err(wrong(format!("holds two files called {:?}", shown(&entry.name))));
            }
        }
        let left = UNPACKED.saturating_add(length.saturating_mul(UNPACKED_PER_BYTE));
        Ok(Self { source, entries, names, left })
    }

    /// The name of an entry as the archive has it, where only case or the slashes differ.
    pub(crate) fn like(&self, name: &str) -> Option<&str> {
        if let Some((name, _)) = self.names.get_key_value(name) {
            return Some(name);
        }
        let plain = |name: &str| name.replace('\\', "/").trim_start_matches("./").to_lowercase();
        let wanted = plain(name);
        self.entries.iter().map(|entry| entry.name.as_str()).find(|name| plain(name) == wanted)
    }

    /// How large an entry is when unpacked, by its own word.
    pub(crate) fn size(&self, name: &str) -> Option<u64> {
        self.names.get(name).map(|&index| self.entries[index].size)
    }

    /// Whether a file on disk has the length and the checksum of an entry.
    pub(crate) fn is_same(&self, name: &str, path: &std::path::Path) -> bool {
        let Some(entry) = self.names.get(name).map(|&index| &self.entries[index]) else { return false };
        let is_file = path.symlink_metadata().is_ok_and(|meta| meta.is_file() && meta.len() == entry.size);
        is_file && std::fs::File::open(path).and_then(crc::of).is_ok_and(|crc| crc == entry.crc)
    }

    /// The bytes of an entry of at most `most` bytes.
    ///
    /// # Errors
    /// When there is none, it is larger, encrypted, packed in a way that is not read, or not what its checksum says.
    pub(crate) fn read(&mut self, name: &str, most: u64) -> Result<Vec<u8>, ArchiveError> {
        let size = self.size(name).ok_or_else(|| wrong(format!("holds no {name}")))?;
        if size > most {
            return Err(wrong(format!("holds a {name} of {} MiB", size >> 20)));
        }
        let mut bytes = Vec::new();
        self.copy(name, &mut bytes)?;
        Ok(bytes)
    }

    /// Unpacks an entry into `out`.
    ///
    /// # Errors
    /// As [`Self::read`], and when `out` fails.
    pub(crate) fn copy(&mut self, name: &str, out: &mut dyn Write) -> Result<(), ArchiveError> {
        let index = *self.names.get(name).ok_or_else(|| wrong(format!("holds no {:?}", shown(name))))?;
        let entry = &self.entries[index];
        if entry.size > self.left {
            return Err(wrong("holds far more than an archive of its size can honestly hold"));
        }
        self.left -= entry.size;
        let of = |error: ArchiveError| match error {
            ArchiveError::Wrong(what) => wrong(format!("{what} (in {:?})", shown(name))),
            io => io,
        };
        entry.unpack(&mut self.source, out).map_err(of)
    }
}

/// A name that is fit for a message.
fn shown(name: &str) -> String {
    let mut shown: String = name.chars().take(120).collect();
    if shown.len() < name.len() {
        shown.push('…');
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Cursor;

    fn written() -> Vec<u8> {
        let mut writer = ArchiveWriter::new(Cursor::new(Vec::new()));
        writer.deflated("project.xml", "<Project/>".repeat(3000).as_bytes()).unwrap();
        writer.stored("audio/a.wav", 14, &mut &b"RIFF of a kind"[..]).unwrap();
        writer.deflated("empty", b"").unwrap();
        writer.finish().unwrap().into_inner()
    }

    #[test]
    fn what_is_written_is_read_back() {
        let bytes = written();
        assert!(bytes.len() < 1000, "{} bytes", bytes.len());
        let mut archive = Archive::open(Cursor::new(&bytes)).unwrap();
        assert_eq!(archive.read("project.xml", 1 << 20).unwrap(), "<Project/>".repeat(3000).as_bytes());
        assert_eq!(archive.read("audio/a.wav", 100).unwrap(), b"RIFF of a kind");
        assert_eq!(archive.read("empty", 0).unwrap(), b"");
        assert!(archive.read("project.xml", 29_999).is_err() && archive.read("none", 1).is_err());
        assert_eq!(archive.like("Audio\\A.wav"), Some("audio/a.wav"));
    }

    #[test]
    fn archives_cut_anywhere_and_with_any_byte_changed_are_no_panic() {
        let bytes = written();
        for length in 0..bytes.len() {
            assert!(Archive::open(Cursor::new(&bytes[..length])).is_err(), "{length}");
        }
        for place in 0..bytes.len() {
            for flip in [1u8, 0x80, 0xff] {
                let mut bytes = bytes.clone();
                bytes[place] ^= flip;
                if let Ok(mut archive) = Archive::open(Cursor::new(&bytes)) {
                    let names: Vec<String> = archive.entries.iter().map(|entry| entry.name.clone()).collect();
                    for name in names {
                        let _ = archive.read(&name, 1 << 20);
                    }
                }
            }
        }
    }

    /// Changes the bytes of the first place where `from` stands after the entries' own headers, or of all places.
    fn changed(bytes: &[u8], from: &[u8], to: &[u8]) -> Vec<u8> {
        let mut bytes = bytes.to_vec();
        let places: Vec<usize> = (0..=bytes.len() - from.len()).filter(|&at| bytes[at..].starts_with(from)).collect();
        assert!(!places.is_empty());
        for place in places {
            bytes[place..place + to.len()].copy_from_slice(to);
        }
        bytes
    }

    #[test]
    fn lies_are_found_out() {
        let bytes = written();
        let size = 30_000u32.to_le_bytes();
        for (lie, what) in [(29_999u32, "larger"), (30_001, "smaller"), (0xfff0_0000, "honestly")] {
            let bytes = changed(&bytes, &size, &lie.to_le_bytes());
            let error = Archive::open(Cursor::new(&bytes)).unwrap().read("project.xml", u64::MAX).unwrap_err();
            assert!(error.to_string().contains(what), "{error}");
        }
        let twice = changed(&bytes, b"empty", b"emptz");
        assert!(Archive::open(Cursor::new(&twice)).is_ok());
        // The bit of encryption, in the flags of both headers of the first entry.
        let locked = changed(&bytes, &[20, 0, 0, 8, 8, 0], &[20, 0, 1, 8, 8, 0]);
        let error = Archive::open(Cursor::new(&locked)).unwrap().read("project.xml", u64::MAX).unwrap_err();
        assert!(error.to_string().contains("encrypted"), "{error}");
    }

    #[test]
    fn entries_over_each_other_and_of_one_name_are_refused() {
        let mut writer = ArchiveWriter::new(Cursor::new(Vec::new()));
        writer.deflated("aa", &[0; 4000]).unwrap();
        writer.deflated("ab", &[0; 4000]).unwrap();
        let bytes = writer.finish().unwrap().into_inner();
        let twice = changed(&bytes, b"ab", b"aa");
        assert!(Archive::open(Cursor::new(&twice)).err().unwrap().to_string().contains("two files"));
        // The second entry of the directory points at the first one's header.
        let at = bytes.windows(4).rposition(|four| four == [b'P', b'K', 1, 2]).unwrap();
        let mut over = bytes.clone();
        over[at + 42..at + 46].copy_from_slice(&[0; 4]);
        assert!(Archive::open(Cursor::new(&over)).err().unwrap().to_string().contains("over each other"));
    }
}

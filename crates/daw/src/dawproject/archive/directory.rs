//! The central directory of an archive: what it holds and where (APPNOTE 4.3.12 to 4.3.16, and 4.5.3 for ZIP64).

use super::inflate::inflate;
use super::{ArchiveError, MOST_ENTRIES, Source, shown, wrong};
use std::io::{Read, SeekFrom, Write};

/// A directory is made of names and short fields; a larger one is none.
const LARGEST_DIRECTORY: u64 = 64 << 20;
/// The record at the end, and the longest comment after it.
const END: u64 = 22;
const LONGEST_COMMENT: u64 = 65_535;

/// One file in the archive, as the directory tells of it.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) name: String,
    flags: u16,
    method: u16,
    pub(super) crc: u32,
    packed: u64,
    /// Unpacked.
    pub(super) size: u64,
    /// Of its own header.
    at: u64,
    /// Of its first packed byte.
    data: u64,
}

/// Little-endian numbers, one after the other.
struct Fields<'a>(&'a [u8]);

impl<'a> Fields<'a> {
    fn take(&mut self, length: usize) -> Result<&'a [u8], ArchiveError> {
        let (taken, rest) =
            self.0.split_at_checked(length).ok_or_else(|| wrong("has a directory that is cut short"))?;
        self.0 = rest;
        Ok(taken)
    }

    fn number(&mut self, bytes: usize) -> Result<u64, ArchiveError> {
        Ok(self.take(bytes)?.iter().rev().fold(0, |number, &byte| number << 8 | u64::from(byte)))
    }

    fn u16(&mut self) -> Result<u16, ArchiveError> {
        Ok(self.number(2)? as u16)
    }

    fn u32(&mut self) -> Result<u32, ArchiveError> {
        Ok(self.number(4)? as u32)
    }
}

fn bytes_at(source: &mut impl Source, at: u64, length: u64) -> Result<Vec<u8>, ArchiveError> {
    source.seek(SeekFrom::Start(at))?;
    let mut bytes = Vec::new();
    source.take(length).read_to_end(&mut bytes)?;
    if bytes.len() as u64 == length { Ok(bytes) } else { Err(wrong("is cut short")) }
}

/// Reads the directory of an archive of `length` bytes and finds each entry's bytes.
pub(super) fn read(source: &mut impl Source, length: u64) -> Result<Vec<Entry>, ArchiveError> {
    let (count, size, start) = end(source, length)?;
    if count > MOST_ENTRIES {
        return Err(wrong(format!("holds {count} files; a project has at most {MOST_ENTRIES}")));
    }
    if size > LARGEST_DIRECTORY || start.checked_add(size).is_none_or(|end| end > length) {
        return Err(wrong("has a directory that is not inside it"));
    }
    let bytes = bytes_at(source, start, size)?;
    let mut fields = Fields(&bytes);
    let mut entries = Vec::new();
    for _ in 0..count {
        entries.push(entry(&mut fields)?);
    }
    for entry in &mut entries {
        entry.find_data(source, start)?;
    }
    let mut ranges: Vec<(u64, u64)> = entries.iter().map(|entry| (entry.at, entry.data + entry.packed)).collect();
    ranges.sort_unstable();
    if ranges.windows(2).any(|two| two[0].1 > two[1].0) {
        return Err(wrong("holds files that lie over each other"));
    }
    Ok(entries)
}

/// How many entries there are, how long the directory is, and where it begins.
fn end(source: &mut impl Source, length: u64) -> Result<(u64, u64, u64), ArchiveError> {
    let no_archive = || wrong("is no ZIP archive, or one that is cut short");
    if length < END {
        return Err(no_archive());
    }
    let from = length.saturating_sub(END + LONGEST_COMMENT);
    let tail = bytes_at(source, from, length - from)?;
    // The last record whose comment reaches to the end: what a comment holds cannot be taken for one.
    let ends_there = |&at: &usize| {
        tail[at..].starts_with(b"PK\x05\x06")
            && at + 22 + usize::from(u16::from_le_bytes([tail[at + 20], tail[at + 21]])) == tail.len()
    };
    let at = (0..=tail.len() - END as usize).rev().find(ends_there).ok_or_else(no_archive)?;
    let mut fields = Fields(&tail[at + 4..]);
    let (disk, directory_disk, here) = (fields.u16()?, fields.u16()?, fields.u16()?);
    let (count, size, start) = (fields.u16()?, fields.u32()?, fields.u32()?);
    let end_at = from + at as u64;
    if count != u16::MAX && size != u32::MAX && start != u32::MAX {
        if (disk, directory_disk) != (0, 0) || here != count {
            return Err(wrong("is one part of an archive of several files"));
        }
        return Ok((u64::from(count), u64::from(size), u64::from(start)));
    }
    let locator = end_at.checked_sub(20).ok_or_else(no_archive)?;
    let bytes = bytes_at(source, locator, 20)?;
    if !bytes.starts_with(b"PK\x06\x07") {
        return Ok((u64::from(count), u64::from(size), u64::from(start)));
    }
    let place = Fields(&bytes[8..]).number(8)?;
    if place.checked_add(56).is_none_or(|end| end > locator) {
        return Err(wrong("has a directory that is not inside it"));
    }
    let bytes = bytes_at(source, place, 56)?;
    if !bytes.starts_with(b"PK\x06\x06") {
        return Err(no_archive());
    }
    let mut fields = Fields(&bytes[32..]);
    Ok((fields.number(8)?, fields.number(8)?, fields.number(8)?))
}

fn entry(fields: &mut Fields<'_>) -> Result<Entry, ArchiveError> {
    if fields.take(4)? != b"PK\x01\x02" {
        return Err(wrong("has a directory that is damaged"));
    }
    let _versions = fields.number(4)?;
    let (flags, method) = (fields.u16()?, fields.u16()?);
    let _time = fields.number(4)?;
    let crc = fields.u32()?;
    let (mut packed, mut size) = (fields.number(4)?, fields.number(4)?);
    let lengths = [fields.u16()?, fields.u16()?, fields.u16()?];
    let _disk_and_attributes = fields.number(8)?;
    let mut at = fields.number(4)?;
    let name = fields.take(lengths[0].into())?;
    let mut extra = Fields(fields.take(lengths[1].into())?);
    fields.take(lengths[2].into())?;
    // ZIP64 has those of the three that do not fit, in this order.
    while extra.0.len() >= 4 {
        let (kind, length) = (extra.u16()?, extra.u16()?);
        let mut field = Fields(extra.take(usize::from(length).min(extra.0.len()))?);
        if kind == 1 {
            for number in [&mut size, &mut packed, &mut at] {
                if *number == u64::from(u32::MAX) {
                    *number = field.number(8)?;
                }
            }
        }
    }
    // Names are UTF-8, or say nothing of what they are.
    let name = String::from_utf8_lossy(name).into_owned();
    Ok(Entry { name, flags, method, crc, packed, size, at, data: 0 })
}

impl Entry {
    /// Finds the packed bytes behind the entry's own header; they end before the directory.
    fn find_data(&mut self, source: &mut impl Source, directory: u64) -> Result<(), ArchiveError> {
        let outside = || wrong("holds a file that is not inside it");
        let head = self.at.checked_add(30).filter(|&end| end <= directory).ok_or_else(outside)?;
        let bytes = bytes_at(source, self.at, 30)?;
        if !bytes.starts_with(b"PK\x03\x04") {
            return Err(wrong("has a directory that points at no file"));
        }
        let mut lengths = Fields(&bytes[26..]);
        self.data = head + u64::from(lengths.u16()?) + u64::from(lengths.u16()?);
        match self.data.checked_add(self.packed) {
            Some(end) if end <= directory => Ok(()),
            _ => Err(outside()),
        }
    }

    pub(super) fn unpack(&self, source: &mut impl Source, out: &mut dyn Write) -> Result<(), ArchiveError> {
        if self.flags & 1 != 0 {
            return Err(wrong("is encrypted"));
        }
        source.seek(SeekFrom::Start(self.data))?;
        let mut packed = source.take(self.packed);
        let found = match self.method {
            0 if self.packed != self.size => return Err(wrong("has a size that is not true")),
            0 | 8 => inflate(&mut packed, self.size, self.method == 8, out)?,
            other => {
                let name = shown(&self.name);
                return Err(wrong(format!("packs {name:?} by method {other}; stored and deflated files are read")));
            }
        };
        if found == self.crc { Ok(()) } else { Err(wrong("is damaged: its checksum is another")) }
    }
}

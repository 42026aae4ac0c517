//! The directory of a compound file (section 2.6): entries of 128 bytes that are trees of names, one in each storage.

use super::super::bytes::{Auid, Bytes};
use super::super::wrong::Wrong;

/// More entries are no session.
const MOST_ENTRIES: u64 = 1 << 20;
const SIZE: usize = 128;
/// Where no entry is.
const NOBODY: u32 = u32::MAX;
const STORAGE: u8 = 1;
const ROOT: u8 = 5;

/// A storage, which is a folder, or a stream, which is a file.
#[derive(Debug, Default)]
pub(in crate::aaf) struct Entry {
    pub(in crate::aaf) name: Box<str>,
    /// Of a storage: the class of the object in it.
    pub(in crate::aaf) class: Auid,
    pub(super) start: u32,
    pub(in crate::aaf) size: u64,
    parent: u32,
}

/// All entries, and which stands in which.
#[derive(Debug, Default)]
pub(super) struct Directory {
    entries: Vec<Entry>,
    /// Those that stand in some storage, by storage and name.
    sorted: Vec<u32>,
}

impl Directory {
    pub(super) const ROOT: u32 = 0;

    /// Whether one of so many bytes is read.
    pub(super) fn check(bytes: u64) -> Result<(), Wrong> {
        if bytes / SIZE as u64 > MOST_ENTRIES {
            return Err(Wrong::file("holds more than a million objects: that is no session"));
        }
        Ok(())
    }

    /// From its bytes. In version 3 the upper half of a size means nothing (section 2.6.3).
    pub(super) fn read(bytes: &[u8], is_version_3: bool) -> Result<Self, Wrong> {
        if bytes.get(66) != Some(&ROOT) {
            return Err(Wrong::file("has no root: it is damaged"));
        }
        let mut entries: Vec<Entry> = bytes.chunks_exact(SIZE).map(|entry| parse(entry, is_version_3)).collect();
        let links = |number: u32| {
            let entry = Bytes::new(&bytes[number as usize * SIZE..][..SIZE], false);
            let link = |at| entry.u32(at).unwrap_or(NOBODY);
            let holds = matches!(entry.data[66], STORAGE | ROOT);
            (link(68), link(72), if holds { link(76) } else { NOBODY })
        };
        let mut seen = vec![false; entries.len()];
        seen[0] = true;
        let mut sorted = Vec::new();
        let mut open = vec![(links(Self::ROOT).2, Self::ROOT)];
        while let Some((number, parent)) = open.pop() {
            if number == NOBODY {
                continue;
            }
            match seen.get_mut(number as usize) {
                None => return Err(Wrong::file("has a directory that points outside of itself: it is damaged")),
                Some(true) => return Err(Wrong::file("has a directory that goes round in a circle: it is damaged")),
                Some(seen) => *seen = true,
            }
            entries[number as usize].parent = parent;
            sorted.push(number);
            let (left, right, child) = links(number);
            open.extend([(left, parent), (right, parent), (child, number)]);
        }
        let key = |number: &u32| (entries[*number as usize].parent, &entries[*number as usize].name);
        sorted.sort_unstable_by(|a, b| key(a).cmp(&key(b)));
        Ok(Self { entries, sorted })
    }

    pub(super) fn entry(&self, number: u32) -> &Entry {
        &self.entries[number as usize]
    }

    pub(super) fn entries(&self) -> u64 {
        self.entries.len() as u64
    }

    pub(super) fn child(&self, storage: u32, name: &str) -> Option<u32> {
        let key = |number: &u32| {
            let entry = self.entry(*number);
            (entry.parent, &*entry.name)
        };
        self.sorted.binary_search_by(|number| key(number).cmp(&(storage, name))).ok().map(|place| self.sorted[place])
    }
}

fn parse(bytes: &[u8], is_version_3: bool) -> Entry {
    let at = Bytes::new(bytes, false);
    let length = usize::from(at.u16(64).unwrap_or(0)).min(64);
    let size = at.whole(120, 8).unwrap_or(0);
    Entry {
        name: Bytes::new(&bytes[..length], false).text().into(),
        class: at.auid(80).unwrap_or_default(),
        start: at.u32(116).unwrap_or(NOBODY),
        size: if is_version_3 { size & 0xffff_ffff } else { size },
        parent: NOBODY,
    }
}

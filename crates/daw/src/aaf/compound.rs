//! The container of AAF (Microsoft, *[MS-CFB]: Compound File Binary File Format*, versions 3 and 4): a file system in a file.
//!
//! Read by ourselves and piece by piece: the audio inside may be gigabytes, and what is refused matters as much as what is read.
//! Chains of sectors are followed for as many sectors as a stream has bytes and no further; no entry of the directory stands in
//! it twice; the tables are no larger than the file.

mod directory;
mod stream;

use super::bytes::Bytes;
use super::wrong::Wrong;
use crate::foreign::LARGEST_BYTES;
use directory::Directory;
use std::io::{Read, Seek, SeekFrom};

pub(super) use directory::Entry;
pub(super) use stream::Stream;

/// What such a file begins with.
pub(crate) const SIGNATURE: [u8; 8] = [0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1];
/// Of a mini sector.
const MINI: u64 = 64;
/// The first number that is no sector (section 2.1).
const NO_SECTOR: u32 = 0xffff_fffa;
const END_OF_CHAIN: u32 = 0xffff_fffe;
/// As many sectors are addressed at most: 32 GiB of small ones, 256 GiB of large ones.
const MOST_SECTORS: u64 = 1 << 26;
/// FAT sectors that the header names.
const IN_HEADER: usize = 109;

/// A compound file that is open for reading.
pub(super) struct Compound<S> {
    source: S,
    length: u64,
    /// Bytes of a sector.
    sector: u64,
    /// The sector after each.
    fat: Vec<u32>,
    mini_fat: Vec<u32>,
    /// The mini stream, in which streams of less than `cutoff` bytes lie.
    mini: Vec<u8>,
    cutoff: u64,
    directory: Directory,
    /// What may still be read into memory.
    left: u64,
}

impl<S: Read + Seek> Compound<S> {
    /// Reads the tables and the directory.
    pub(super) fn open(mut source: S) -> Result<Self, Wrong> {
        let length = source.seek(SeekFrom::End(0))?;
        let mut header = [0; 512];
        source.seek(SeekFrom::Start(0))?;
        if length < 512 {
            return Err(Wrong::file("is too short for an AAF file"));
        }
        source.read_exact(&mut header)?;
        if header[..8] != SIGNATURE {
            return Err(Wrong::file("is no AAF file: it does not begin as one"));
        }
        let at = Bytes::new(&header, false);
        let number = |place| at.u32(place).unwrap_or(NO_SECTOR);
        let (version, shift) = (at.u16(26), at.u16(30).unwrap_or(0));
        // Programs write version 4 with small sectors too.
        if !matches!(version, Some(3 | 4)) || !matches!(shift, 9 | 12) || at.u16(28) != Some(0xfffe) {
            return Err(Wrong::file("is a compound file of a version that does not exist"));
        }
        let sector = 1 << shift;
        if length / sector > MOST_SECTORS {
            return Err(Wrong::file("is larger than compound files are read"));
        }
        let mut file = Self {
            source,
            length,
            sector,
            fat: Vec::new(),
            mini_fat: Vec::new(),
            mini: Vec::new(),
            cutoff: u64::from(number(56)),
            directory: Directory::default(),
            left: LARGEST_BYTES,
        };
        file.read_fat(&header)?;
        let entries = file.chain_to_its_end(number(48), "the directory")?;
        Directory::check(entries.len() as u64 * sector)?;
        let entries = file.sectors(&entries)?;
        file.directory = Directory::read(&entries, version == Some(3))?;
        if number(64) > 0 && number(60) < NO_SECTOR {
            let sectors = file.chain_to_its_end(number(60), "the table of small streams")?;
            let table = file.sectors(&sectors)?;
            file.mini_fat = words(&table).collect();
        }
        let root = file.directory.entry(Directory::ROOT);
        let (start, size) = (root.start, root.size.min(file.mini_fat.len() as u64 * MINI));
        if size > 0 {
            let sectors = file.chain(start, size.div_ceil(sector))?;
            file.mini = file.sectors(&sectors)?;
            file.mini.truncate(size as usize);
            // What is read from it is counted when it is read.
            file.left = LARGEST_BYTES;
        }
        Ok(file)
    }

    fn read_fat(&mut self, header: &[u8]) -> Result<(), Wrong> {
        let words_a_sector = self.sector as usize / 4;
        // What lies beyond the end of the file need not be known.
        let wanted = self.length.div_ceil(self.sector) as usize;
        let mut tables: Vec<u32> = words(&header[76..76 + 4 * IN_HEADER]).collect();
        let (mut next, mut count) = (Bytes::new(header, false).u32(68).unwrap_or(NO_SECTOR), 0);
        while next < NO_SECTOR && tables.len() * words_a_sector < wanted {
            count += 1;
            if count > wanted {
                return Err(Wrong::file("has a table of sectors that goes round in a circle"));
            }
            let more = self.sectors(&[next])?;
            let mut more: Vec<u32> = words(&more).collect();
            next = more.pop().unwrap_or(NO_SECTOR);
            tables.extend(more);
        }
        for table in tables.into_iter().filter(|&table| table < NO_SECTOR) {
            if self.fat.len() >= wanted {
                break;
            }
            let bytes = self.sectors(&[table])?;
            self.fat.extend(words(&bytes));
        }
        Ok(())
    }

    /// The sectors of a chain, which must have so many; more are not looked at.
    fn chain(&self, start: u32, count: u64) -> Result<Vec<u32>, Wrong> {
        if count > self.fat.len() as u64 {
            return Err(Wrong::file("is cut short, or says that a stream in it is larger than the file"));
        }
        follow(&self.fat, start, count)
    }

    /// The sectors of a chain of unknown length.
    fn chain_to_its_end(&self, start: u32, what: &str) -> Result<Vec<u32>, Wrong> {
        let (mut chain, mut next) = (Vec::new(), start);
        while next < NO_SECTOR {
            if chain.len() >= self.fat.len() {
                return Err(Wrong::file(format!("has sectors of {what} that go round in a circle")));
            }
            chain.push(next);
            let after = self.fat.get(next as usize).copied();
            next = after.ok_or_else(|| Wrong::file(format!("is cut short: {what} goes on behind its end")))?;
        }
        Ok(chain)
    }

    /// The bytes of whole sectors.
    fn sectors(&mut self, sectors: &[u32]) -> Result<Vec<u8>, Wrong> {
        let size = sectors.len() as u64 * self.sector;
        self.spend(size)?;
        let mut bytes = vec![0; size as usize];
        let sector = self.sector;
        for (&number, bytes) in sectors.iter().zip(bytes.chunks_exact_mut(sector as usize)) {
            self.read_at((u64::from(number) + 1) * sector, bytes)?;
        }
        Ok(bytes)
    }

    fn read_at(&mut self, place: u64, bytes: &mut [u8]) -> Result<(), Wrong> {
        if place + bytes.len() as u64 > self.length {
            return Err(Wrong::file("is cut short"));
        }
        self.source.seek(SeekFrom::Start(place))?;
        Ok(self.source.read_exact(bytes)?)
    }

    fn spend(&mut self, bytes: u64) -> Result<(), Wrong> {
        let left = self.left.checked_sub(bytes);
        self.left = left.ok_or_else(|| Wrong::file("holds more than 256 MiB beside its audio"))?;
        Ok(())
    }

    /// The storage that everything is in.
    pub(super) fn root(&self) -> u32 {
        Directory::ROOT
    }

    pub(super) fn entry(&self, number: u32) -> &Entry {
        self.directory.entry(number)
    }

    /// How many storages and streams there are.
    pub(super) fn entries(&self) -> u64 {
        self.directory.entries()
    }

    /// What is called so in a storage.
    pub(super) fn child(&self, storage: u32, name: &str) -> Option<u32> {
        self.directory.child(storage, name)
    }

    /// How long the file is.
    pub(super) fn length(&self) -> u64 {
        self.length
    }

    /// All of a stream.
    pub(super) fn read(&mut self, entry: u32) -> Result<Vec<u8>, Wrong> {
        let size = self.entry(entry).size;
        if size > self.length {
            return Err(Wrong::file("is cut short, or says that a stream in it is larger than the file"));
        }
        self.spend(size)?;
        let mut stream = self.stream(entry)?;
        let mut bytes = vec![0; size as usize];
        stream.read_exact(&mut bytes)?;
        Ok(bytes)
    }

    /// A stream, to be read piece by piece.
    pub(super) fn stream(&mut self, entry: u32) -> Result<Stream<'_, S>, Wrong> {
        let Entry { start, size, .. } = *self.entry(entry);
        let is_small = size < self.cutoff;
        let chain = match size {
            0 => Vec::new(),
            _ if is_small => follow(&self.mini_fat, start, size.div_ceil(MINI))?,
            _ => self.chain(start, size.div_ceil(self.sector))?,
        };
        Ok(Stream::new(self, chain, is_small, size))
    }
}

/// So many links of a chain, by the table that says what comes after each.
fn follow(table: &[u32], start: u32, count: u64) -> Result<Vec<u32>, Wrong> {
    let broken = || Wrong::file("holds a stream that ends before it should: the file is damaged or cut short");
    if count > table.len() as u64 {
        return Err(broken());
    }
    let (mut chain, mut next) = (Vec::with_capacity(count as usize), start);
    for _ in 0..count {
        let after = table.get(next as usize).copied().ok_or_else(broken)?;
        chain.push(next);
        next = after;
    }
    // A chain that comes back to where it was gives the same bytes twice.
    if next < NO_SECTOR && next != END_OF_CHAIN && count > 1 {
        let mut sorted = chain.clone();
        sorted.sort_unstable();
        if sorted.windows(2).any(|pair| pair[0] == pair[1]) {
            return Err(Wrong::file("has sectors of a stream that go round in a circle"));
        }
    }
    Ok(chain)
}

fn words(bytes: &[u8]) -> impl Iterator<Item = u32> + '_ {
    bytes.chunks_exact(4).map(|word| u32::from_le_bytes([word[0], word[1], word[2], word[3]]))
}

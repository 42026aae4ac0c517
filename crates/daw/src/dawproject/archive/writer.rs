//! Writing an archive: the same files make the same bytes.

use crate::foreign::crc::Crc;
use miniz_oxide::deflate::compress_to_vec;
use std::io::{self, Read, Seek, SeekFrom, Write};

/// 1980-01-01 0:00, the first day of the format: no clock is in an archive.
const DATE: u16 = 1 << 5 | 1;
/// Names are UTF-8 (bit 11 of the flags).
const UTF8: u16 = 1 << 11;
const FULL: u64 = u32::MAX as u64;

struct Written {
    name: String,
    method: u16,
    crc: u32,
    packed: u64,
    size: u64,
    at: u64,
}

impl Written {
    /// 4.5 where ZIP64 is needed, else 2.0.
    fn version(&self) -> u16 {
        if self.packed >= FULL || self.size >= FULL || self.at >= FULL { 45 } else { 20 }
    }
}

/// An archive that is being written, one file after the other.
pub(crate) struct ArchiveWriter<W> {
    out: W,
    at: u64,
    entries: Vec<Written>,
}

impl<W: Write + Seek> ArchiveWriter<W> {
    pub(crate) fn new(out: W) -> Self {
        Self { out, at: 0, entries: Vec::new() }
    }

    fn put(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.at += bytes.len() as u64;
        self.out.write_all(bytes)
    }

    /// A file that is worth packing and small enough for memory: the documents.
    pub(crate) fn deflated(&mut self, name: &str, bytes: &[u8]) -> io::Result<()> {
        let packed = compress_to_vec(bytes, 6);
        let mut crc = Crc::new();
        crc.add(bytes);
        let (packed_size, size) = (packed.len() as u64, bytes.len() as u64);
        let name = name.to_owned();
        let entry = Written { name, method: 8, crc: crc.value(), packed: packed_size, size, at: self.at };
        self.head(&entry)?;
        self.put(&packed)?;
        self.entries.push(entry);
        Ok(())
    }

    /// A file of `size` bytes as it is, however long: audio, which hardly gets smaller.
    ///
    /// Its header has the size and the checksum, instead of a record after the bytes: there are readers that want stored files so.
    pub(crate) fn stored(&mut self, name: &str, size: u64, bytes: &mut dyn Read) -> io::Result<()> {
        let name = name.to_owned();
        let mut entry = Written { name, method: 0, crc: 0, packed: size, size, at: self.at };
        let start = self.out.stream_position()?;
        self.head(&entry)?;
        let (mut crc, mut read) = (Crc::new(), 0);
        let mut piece = vec![0; 64 << 10];
        loop {
            let part = match bytes.read(&mut piece) {
                Ok(0) => break,
                Ok(part) => part,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(error),
            };
            read += part as u64;
            crc.add(&piece[..part]);
            self.put(&piece[..part])?;
        }
        if read != size {
            return Err(io::Error::other("its length changed while it was read"));
        }
        entry.crc = crc.value();
        self.out.seek(SeekFrom::Start(start + 14))?;
        self.out.write_all(&entry.crc.to_le_bytes())?;
        self.out.seek(SeekFrom::End(0))?;
        self.entries.push(entry);
        Ok(())
    }

    /// The header of an entry (APPNOTE 4.3.7).
    fn head(&mut self, entry: &Written) -> io::Result<()> {
        let length = name_length(&entry.name)?;
        let mut head = b"PK\x03\x04".to_vec();
        for number in [entry.version(), UTF8, entry.method, 0, DATE] {
            head.extend(number.to_le_bytes());
        }
        head.extend(entry.crc.to_le_bytes());
        let wide = entry.packed >= FULL || entry.size >= FULL;
        let mut extra = Vec::new();
        if wide {
            extra.extend([1, 0, 16, 0]);
            extra.extend([entry.size, entry.packed].iter().flat_map(|size| size.to_le_bytes()));
        }
        for size in [entry.packed, entry.size] {
            head.extend((if wide { FULL } else { size } as u32).to_le_bytes());
        }
        head.extend(length.to_le_bytes());
        head.extend((extra.len() as u16).to_le_bytes());
        head.extend(entry.name.as_bytes());
        head.extend(extra);
        self.put(&head)
    }

    /// The directory (APPNOTE 4.3.12 to 4.3.16).
    pub(crate) fn finish(mut self) -> io::Result<W> {
        let start = self.at;
        for entry in std::mem::take(&mut self.entries) {
            let numbers = [entry.size, entry.packed, entry.at];
            let mut extra = Vec::new();
            if numbers.iter().any(|&number| number >= FULL) {
                let wide: Vec<u8> =
                    numbers.iter().filter(|&&number| number >= FULL).flat_map(|number| number.to_le_bytes()).collect();
                extra.extend([1, 0]);
                extra.extend((wide.len() as u16).to_le_bytes());
                extra.extend(wide);
            }
            let short = |number: u64| number.min(FULL) as u32;
            let mut head = b"PK\x01\x02".to_vec();
            for number in [entry.version(), entry.version(), UTF8, entry.method, 0, DATE] {
                head.extend(number.to_le_bytes());
            }
            for number in [entry.crc, short(entry.packed), short(entry.size)] {
                head.extend(number.to_le_bytes());
            }
            head.extend(name_length(&entry.name)?.to_le_bytes());
            head.extend((extra.len() as u16).to_le_bytes());
            // Comment, disk, attributes.
            head.extend([0; 10]);
            head.extend(short(entry.at).to_le_bytes());
            head.extend(entry.name.as_bytes());
            head.extend(extra);
            self.put(&head)?;
            self.entries.push(entry);
        }
        let (count, size, end) = (self.entries.len() as u64, self.at - start, self.at);
        if count >= 0xffff || size >= FULL || start >= FULL {
            let mut wide = b"PK\x06\x06".to_vec();
            wide.extend(44u64.to_le_bytes());
            wide.extend([45, 0, 45, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
            for number in [count, count, size, start] {
                wide.extend(number.to_le_bytes());
            }
            wide.extend(b"PK\x06\x07\0\0\0\0");
            wide.extend(end.to_le_bytes());
            wide.extend(1u32.to_le_bytes());
            self.put(&wide)?;
        }
        let mut last = b"PK\x05\x06\0\0\0\0".to_vec();
        let short = count.min(0xffff) as u16;
        last.extend(short.to_le_bytes());
        last.extend(short.to_le_bytes());
        last.extend((size.min(FULL) as u32).to_le_bytes());
        last.extend((start.min(FULL) as u32).to_le_bytes());
        last.extend([0, 0]);
        self.put(&last)?;
        self.out.flush()?;
        Ok(self.out)
    }
}

fn name_length(name: &str) -> io::Result<u16> {
    u16::try_from(name.len()).map_err(|_| io::Error::new(io::ErrorKind::InvalidInput, "a name is too long"))
}

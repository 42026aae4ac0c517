//! A stream of a compound file, read and sought in without being in memory.

use super::{Compound, MINI};
use std::io::{self, Read, Seek, SeekFrom};

/// A stream that is open.
pub(in crate::aaf) struct Stream<'c, S> {
    file: &'c mut Compound<S>,
    /// Its sectors, or its mini sectors.
    chain: Vec<u32>,
    is_small: bool,
    size: u64,
    at: u64,
}

impl<'c, S: Read + Seek> Stream<'c, S> {
    pub(super) fn new(file: &'c mut Compound<S>, chain: Vec<u32>, is_small: bool, size: u64) -> Self {
        Self { file, chain, is_small, size, at: 0 }
    }

    /// How many bytes it has.
    pub(in crate::aaf) fn size(&self) -> u64 {
        self.size
    }
}

impl<S: Read + Seek> Read for Stream<'_, S> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let wanted = (buffer.len() as u64).min(self.size.saturating_sub(self.at));
        if wanted == 0 {
            return Ok(0);
        }
        let unit = if self.is_small { MINI } else { self.file.sector };
        let (link, within) = ((self.at / unit) as usize, self.at % unit);
        let first = self.chain[link];
        // Sectors that lie behind each other are read at once.
        let mut run = unit - within;
        let mut last = (link, first);
        while run < wanted && self.chain.get(last.0 + 1) == Some(&(last.1.wrapping_add(1))) {
            last = (last.0 + 1, last.1.wrapping_add(1));
            run += unit;
        }
        let mut place = u64::from(first) * unit + within;
        let mut take = run.min(wanted);
        let sector = self.file.sector;
        if self.is_small {
            let broken = || io::Error::from(io::ErrorKind::UnexpectedEof);
            take = take.min(sector - place % sector);
            if place + take > self.file.mini.1 {
                return Err(broken());
            }
            let number = self.file.mini.0.get((place / sector) as usize).copied().ok_or_else(broken)?;
            place = u64::from(number) * sector + place % sector;
        }
        let read = self.file.read_at(place + sector, &mut buffer[..take as usize]);
        read.map_err(|_| io::Error::from(io::ErrorKind::UnexpectedEof))?;
        self.at += take;
        Ok(take as usize)
    }
}

impl<S: Read + Seek> Seek for Stream<'_, S> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let place = match to {
            SeekFrom::Start(place) => Some(place),
            SeekFrom::End(by) => self.size.checked_add_signed(by),
            SeekFrom::Current(by) => self.at.checked_add_signed(by),
        };
        self.at = place.ok_or_else(|| io::Error::from(io::ErrorKind::InvalidInput))?;
        Ok(self.at)
    }
}

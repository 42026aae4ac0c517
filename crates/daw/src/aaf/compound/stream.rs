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
        let (place, take) = (u64::from(first) * unit + within, run.min(wanted));
        let buffer = &mut buffer[..take as usize];
        let broken = || io::Error::from(io::ErrorKind::UnexpectedEof);
        if self.is_small {
            let bytes = usize::try_from(place).ok().and_then(|place| self.file.mini.get(place..place + buffer.len()));
            buffer.copy_from_slice(bytes.ok_or_else(broken)?);
        } else {
            let sector = self.file.sector;
            self.file.read_at(place + sector, buffer).map_err(|_| broken())?;
        }
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

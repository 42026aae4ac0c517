//! WAV files made of plain samples (Microsoft, *Multimedia Programming Interface and Data Specifications 1.0*; EBU Tech 3306
//! v2 for what is larger than 4 GiB).

use std::io::{self, Read, Seek, SeekFrom, Write};

/// Plain samples, the least significant byte first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Samples {
    pub(super) channels: u16,
    pub(super) rate: u32,
    /// Bytes of one sample.
    pub(super) width: u16,
    /// Where they are: places and sizes, in order.
    pub(super) pieces: Vec<(u64, u64)>,
}

/// More channels no file is read with.
const MOST_CHANNELS: u32 = 64;

impl Samples {
    /// If these numbers are such.
    pub(super) fn new(channels: u32, rate: u32, bits: u32, block: Option<u32>) -> Option<Self> {
        let channels =
            u16::try_from(channels).ok().filter(|&channels| channels > 0 && u32::from(channels) <= MOST_CHANNELS)?;
        let width = match block {
            Some(block) if block > 0 && block % u32::from(channels) == 0 => block / u32::from(channels),
            _ => bits.div_ceil(8),
        };
        let width = u16::try_from(width).ok().filter(|width| (1..=4).contains(width))?;
        (rate > 0 && bits <= u32::from(width) * 8).then_some(Self { channels, rate, width, pieces: Vec::new() })
    }

    /// By the beginning of a WAV file, up to its data.
    pub(super) fn of_header(bytes: &[u8]) -> Option<Self> {
        if bytes.get(..4)? != b"RIFF" || bytes.get(8..12)? != b"WAVE" {
            return None;
        }
        let mut at = 12;
        while let Some(name) = bytes.get(at..at + 4) {
            let number = |place: usize, size: usize| {
                let bytes = bytes.get(at + 8 + place..at + 8 + place + size)?;
                Some(bytes.iter().rev().fold(0u32, |sum, &byte| sum << 8 | u32::from(byte)))
            };
            if name == b"fmt " {
                // 1: plain samples; 0xfffe says so further on.
                let is_plain = matches!(number(0, 2)?, 1 | 0xfffe);
                return Self::new(number(2, 2)?, number(4, 4)?, number(14, 2)?, number(12, 2)).filter(|_| is_plain);
            }
            let size = bytes.get(at + 4..at + 8)?;
            let size = u32::from_le_bytes(size.try_into().ok()?) as usize;
            at = at.checked_add(8)?.checked_add(size)?.checked_add(size % 2)?;
        }
        None
    }

    fn block(&self) -> u64 {
        u64::from(self.channels) * u64::from(self.width)
    }

    /// How many whole frames there are.
    pub(super) fn frames(&self) -> u64 {
        self.pieces.iter().map(|piece| piece.1).sum::<u64>() / self.block()
    }

    /// Writes a WAV file of them, piece by piece.
    pub(super) fn write<R: Read + Seek>(&self, from: &mut R, to: &mut impl Write) -> io::Result<()> {
        let size = self.frames() * self.block();
        to.write_all(&self.header(size))?;
        let mut left = size;
        for &(place, size) in &self.pieces {
            from.seek(SeekFrom::Start(place))?;
            let wanted = size.min(left);
            if io::copy(&mut Read::take(&mut *from, wanted), to)? < wanted {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            left -= wanted;
        }
        if size % 2 == 1 { to.write_all(&[0]) } else { Ok(()) }
    }

    fn header(&self, size: u64) -> Vec<u8> {
        // A size that is larger stands in `ds64` alone.
        let is_large = size > u64::from(u32::MAX) - 1024;
        let word = |value: u64| if is_large { u32::MAX } else { value as u32 }.to_le_bytes();
        let mut out = Vec::new();
        out.extend(if is_large { b"RF64" } else { b"RIFF" });
        out.extend(word(36 + size + size % 2));
        out.extend(b"WAVE");
        if is_large {
            out.extend(b"ds64\x1c\0\0\0");
            for value in [36 + 36 + size + size % 2, size, size / self.block()] {
                out.extend(value.to_le_bytes());
            }
            out.extend([0; 4]);
        }
        out.extend(b"fmt \x10\0\0\0\x01\0");
        out.extend(self.channels.to_le_bytes());
        out.extend(self.rate.to_le_bytes());
        let bytes_a_second = u64::from(self.rate) * self.block();
        out.extend((bytes_a_second.min(u64::from(u32::MAX)) as u32).to_le_bytes());
        out.extend((self.block() as u16).to_le_bytes());
        out.extend((self.width * 8).to_le_bytes());
        out.extend(b"data");
        out.extend(word(size));
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_reads_as_it_was_written() {
        let samples = Samples { pieces: vec![(3, 6), (12, 7)], ..Samples::new(2, 44_100, 24, None).unwrap() };
        let mut out = Vec::new();
        let bytes: Vec<u8> = (0..20).collect();
        samples.write(&mut io::Cursor::new(bytes), &mut out).unwrap();
        assert_eq!(out[44..], [3, 4, 5, 6, 7, 8, 12, 13, 14, 15, 16, 17], "half a frame is none");
        assert_eq!(Samples::of_header(&out), Samples::new(2, 44_100, 24, None));
        let large = samples.header(5 << 30);
        assert_eq!((&large[..4], &large[12..16], large.len()), (&b"RF64"[..], &b"ds64"[..], 80));
        assert!(Samples::new(0, 48_000, 16, None).is_none() && Samples::new(1, 48_000, 64, None).is_none());
        assert_eq!(Samples::new(1, 48_000, 20, Some(3)).unwrap().width, 3);
    }
}

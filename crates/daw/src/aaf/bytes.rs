//! Numbers, identifiers and texts as AAF stores them (*AAF Low-Level Container Specification* v1.0.1; *AAF Stored Format
//! Specification* v1.0.1), in either order of bytes.

use std::fmt;

/// An identifier of a class, a definition or a kind of value, as the number that its usual notation reads as.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub(super) struct Auid(pub(super) u128);

impl Auid {
    /// As it is written: `Data1-Data2-Data3-Data4`.
    pub(super) const fn new(one: u32, two: u16, three: u16, four: u64) -> Self {
        Self((one as u128) << 96 | (two as u128) << 80 | (three as u128) << 64 | four as u128)
    }
}

impl fmt::Display for Auid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let hex = format!("{:032x}", self.0);
        write!(f, "{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..])
    }
}

impl fmt::Debug for Auid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// A mob's identifier (SMPTE ST 330), byte for byte.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub(super) struct MobId(pub(super) [u8; 32]);

impl MobId {
    /// What refers to nothing, where a chain of sources ends.
    pub(super) fn is_none(self) -> bool {
        self.0 == [0; 32]
    }
}

/// Bytes and their order.
#[derive(Debug, Clone, Copy)]
pub(super) struct Bytes<'a> {
    pub(super) data: &'a [u8],
    /// The most significant byte first.
    pub(super) big: bool,
}

impl<'a> Bytes<'a> {
    pub(super) fn new(data: &'a [u8], big: bool) -> Self {
        Self { data, big }
    }

    /// The bytes from a place on.
    pub(super) fn from(self, at: usize) -> Self {
        Self { data: self.data.get(at..).unwrap_or_default(), big: self.big }
    }

    /// A whole number of `size` bytes (8 at most) at a place.
    pub(super) fn whole(self, at: usize, size: usize) -> Option<u64> {
        let bytes = self.data.get(at..at.checked_add(size)?)?;
        let add = |sum: u64, byte: &u8| sum << 8 | u64::from(*byte);
        Some(if self.big { bytes.iter().fold(0, add) } else { bytes.iter().rev().fold(0, add) })
    }

    pub(super) fn u16(self, at: usize) -> Option<u16> {
        self.whole(at, 2).map(|value| value as u16)
    }

    pub(super) fn u32(self, at: usize) -> Option<u32> {
        self.whole(at, 4).map(|value| value as u32)
    }

    pub(super) fn i32(self, at: usize) -> Option<i32> {
        self.u32(at).map(u32::cast_signed)
    }

    pub(super) fn auid(self, at: usize) -> Option<Auid> {
        let four = self.data.get(at + 8..at + 16)?;
        let four = u64::from_be_bytes(four.try_into().ok()?);
        Some(Auid::new(self.u32(at)?, self.u16(at + 4)?, self.u16(at + 6)?, four))
    }

    pub(super) fn mob(self, at: usize) -> Option<MobId> {
        self.data.get(at..at + 32)?.try_into().ok().map(MobId)
    }

    /// UTF-16 up to its end or the first NUL.
    pub(super) fn text(self) -> String {
        let unit = |pair: &[u8]| {
            let pair = [pair[0], pair[1]];
            if self.big { u16::from_be_bytes(pair) } else { u16::from_le_bytes(pair) }
        };
        let units: Vec<u16> = self.data.chunks_exact(2).map(unit).take_while(|&unit| unit != 0).collect();
        String::from_utf16_lossy(&units)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identifiers_read_as_they_are_written() {
        let wanted = Auid::new(0xe496_2321, 0x2267, 0x11d3, 0x8a4c_0050_040e_f7d2);
        assert_eq!(wanted.to_string(), "e4962321-2267-11d3-8a4c-0050040ef7d2");
        let tail = [0x8a, 0x4c, 0, 0x50, 4, 0x0e, 0xf7, 0xd2];
        let little = [&[0x21, 0x23, 0x96, 0xe4, 0x67, 0x22, 0xd3, 0x11][..], &tail].concat();
        let big = [&[0xe4, 0x96, 0x23, 0x21, 0x22, 0x67, 0x11, 0xd3][..], &tail].concat();
        assert_eq!(Bytes::new(&little, false).auid(0), Some(wanted));
        assert_eq!(Bytes::new(&big, true).auid(0), Some(wanted));
        assert_eq!(Bytes::new(&big, true).auid(1), None);
    }

    #[test]
    fn numbers_and_texts_are_read_in_both_orders() {
        let bytes = [0xfe, 0xff, 0xff, 0xff, 0x42, 0x30, 0, 0, 0x41, 0];
        let little = Bytes::new(&bytes, false);
        assert_eq!((little.i32(0), little.u16(1), little.u32(8)), (Some(-2), Some(0xffff), None));
        assert_eq!(little.from(4).text(), "あ");
        assert_eq!(Bytes::new(&[0x30, 0x42, 0, 0x41], true).text(), "あA");
        assert_eq!(little.from(99).text(), "");
    }
}

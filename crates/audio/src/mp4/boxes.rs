//! A bounded walk over boxes in memory: no recursion, no box outside its parent.

use crate::source::field;

/// More than any level of a real `moov` has.
const MAX_BOXES: usize = 4096;

/// The boxes of one level, as (type, body). Stops at the first that does not fit.
#[derive(Clone)]
pub(super) struct Boxes<'a> {
    rest: &'a [u8],
    left: usize,
}

impl<'a> Boxes<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes, left: MAX_BOXES }
    }

    /// The body of the first box of this type.
    pub(super) fn find(&self, kind: &[u8; 4]) -> Option<&'a [u8]> {
        Iterator::find(&mut self.clone(), |(other, _)| other == kind).map(|(_, body)| body)
    }

    /// The body of a box some levels down.
    pub(super) fn descend(&self, path: &[&[u8; 4]]) -> Option<&'a [u8]> {
        let (first, rest) = path.split_first()?;
        rest.iter().try_fold(self.find(first)?, |body, kind| Boxes::new(body).find(kind))
    }
}

impl<'a> Iterator for Boxes<'a> {
    type Item = ([u8; 4], &'a [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        self.left = self.left.checked_sub(1)?;
        let (header, size) = extent(self.rest, self.rest.len() as u64)?;
        let size = usize::try_from(size).ok()?;
        let kind = field(self.rest, 4);
        let body = self.rest.get(header..size)?;
        self.rest = &self.rest[size..];
        Some((kind, body))
    }
}

/// The header's length and the whole box's, from its first 16 bytes (or fewer, at the end) and the room it has.
/// A size of 0 means "to the end", 1 that 64 bits follow.
pub(super) fn extent(head: &[u8], room: u64) -> Option<(usize, u64)> {
    if head.len() < 8 {
        return None;
    }
    let (header, size) = match u32::from_be_bytes(field(head, 0)) {
        0 => (8, room),
        1 if head.len() >= 16 => (16, u64::from_be_bytes(field(head, 8))),
        size => (8, u64::from(size)),
    };
    (size >= header as u64 && size <= room).then_some((header, size))
}

/// Reads big-endian fields of a body; zeros past its end, which every caller's own checks then refuse.
pub(super) fn be16(bytes: &[u8], at: usize) -> u16 {
    u16::from_be_bytes(field(bytes, at))
}

pub(super) fn be32(bytes: &[u8], at: usize) -> u32 {
    u32::from_be_bytes(field(bytes, at))
}

pub(super) fn be64(bytes: &[u8], at: usize) -> u64 {
    u64::from_be_bytes(field(bytes, at))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_of_0_and_of_64_bits_are_understood_and_lies_end_the_walk() {
        let mut bytes = b"\0\0\0\x0aaaaaxy".to_vec();
        bytes.extend_from_slice(b"\0\0\0\x01bbbb\0\0\0\0\0\0\0\x12zz");
        bytes.extend_from_slice(b"\0\0\0\0ccccend");
        let all: Vec<_> = Boxes::new(&bytes).collect();
        assert_eq!(all, [(*b"aaaa", &b"xy"[..]), (*b"bbbb", b"zz"), (*b"cccc", b"end")]);
        for lie in [&b"\0\0\0\x07aaaa"[..], b"\0\0\0\xffaaaa", b"\0\0\0\x01aaaa", b"\0\0"] {
            assert_eq!(Boxes::new(lie).count(), 0);
        }
    }
}

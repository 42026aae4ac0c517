//! Unpacking one entry, a piece at a time, never more than it says it is.

use super::{ArchiveError, wrong};
use crate::foreign::crc::Crc;
use miniz_oxide::inflate::stream::{InflateState, inflate as step};
use miniz_oxide::{DataFormat, MZError, MZFlush, MZStatus};
use std::io::{Read, Write};

const PIECE: usize = 64 << 10;

/// Unpacks (deflate, RFC 1951) or copies to `out` what must be `size` bytes, and returns their checksum.
pub(super) fn inflate(
    packed: &mut impl Read,
    size: u64,
    deflated: bool,
    out: &mut dyn Write,
) -> Result<u32, ArchiveError> {
    let mut crc = Crc::new();
    let mut written = 0u64;
    let mut put = |bytes: &[u8]| {
        written += bytes.len() as u64;
        if written > size {
            return Err(wrong("is larger than it says"));
        }
        crc.add(bytes);
        out.write_all(bytes).map_err(ArchiveError::Io)
    };
    let mut input = vec![0; PIECE];
    if !deflated {
        loop {
            match packed.read(&mut input)? {
                0 => break,
                read => put(&input[..read])?,
            }
        }
    } else {
        let mut state = InflateState::new_boxed(DataFormat::Raw);
        let mut output = vec![0; PIECE];
        let (mut start, mut end, mut ended) = (0, 0, false);
        loop {
            if start == end && !ended {
                (start, end) = (0, packed.read(&mut input)?);
                ended = end == 0;
            }
            let result = step(&mut state, &input[start..end], &mut output, MZFlush::None);
            start += result.bytes_consumed;
            put(&output[..result.bytes_written])?;
            match result.status {
                Ok(MZStatus::StreamEnd) => break,
                Ok(_) | Err(MZError::Buf) if result.bytes_written > 0 || !ended => {}
                _ => return Err(wrong("is damaged: its packed bytes make no sense")),
            }
        }
    }
    if written == size { Ok(crc.value()) } else { Err(wrong("is smaller than it says")) }
}

//! Gzip (RFC 1952), in which sets are packed: unpacked within limits, all members of it.

use crate::SessionError;
use crate::foreign::crc::Crc;
use crate::foreign::{LARGEST_BYTES, error};
use miniz_oxide::inflate::stream::{InflateState, inflate};
use miniz_oxide::{DataFormat, MZError, MZFlush, MZStatus};
use std::path::Path;

/// What every member begins with.
pub(crate) const MAGIC: [u8; 2] = [0x1f, 0x8b];

const PIECE: usize = 64 << 10;
const AGAIN: &str = "save the set again in Live, or take one from its Backup folder";

/// The text of a set: unpacked, or as it is where nothing is packed.
pub(super) fn unpack(path: &Path, bytes: Vec<u8>) -> Result<Vec<u8>, SessionError> {
    if !bytes.starts_with(&MAGIC) {
        return Ok(bytes);
    }
    let mut out = Vec::new();
    let mut rest = bytes.as_slice();
    while rest.starts_with(&MAGIC) {
        let begin = out.len();
        let packed =
            after_header(rest).ok_or_else(|| error(path, "is cut short: its gzip header ends early", AGAIN))?;
        let used = member(path, packed, &mut out)?;
        let Some((trailer, next)) = packed[used..].split_at_checked(8) else {
            return Err(error(path, "is cut short: the end of its packed text is missing", AGAIN));
        };
        let number = |at: usize| u32::from_le_bytes([trailer[at], trailer[at + 1], trailer[at + 2], trailer[at + 3]]);
        if number(0) != crc(&out[begin..]) || number(4) != (out.len() - begin) as u32 {
            return Err(error(path, "is damaged: the checksum of its text is another", AGAIN));
        }
        rest = next;
    }
    // What follows the last member is padding.
    Ok(out)
}

/// Unpacks one member and returns how many of its bytes were used.
fn member(path: &Path, packed: &[u8], out: &mut Vec<u8>) -> Result<usize, SessionError> {
    let mut state = InflateState::new_boxed(DataFormat::Raw);
    let mut piece = vec![0; PIECE];
    let mut used = 0;
    loop {
        let result = inflate(&mut state, &packed[used..], &mut piece, MZFlush::None);
        used += result.bytes_consumed;
        out.extend_from_slice(&piece[..result.bytes_written]);
        if out.len() as u64 > LARGEST_BYTES {
            let hint = "no set is that large; is this the right file?";
            return Err(error(path, "holds more than 256 MiB of text when unpacked", hint));
        }
        match result.status {
            Ok(MZStatus::StreamEnd) => return Ok(used),
            Ok(_) | Err(MZError::Buf) if result.bytes_written > 0 => {}
            Ok(_) | Err(MZError::Buf) if used == packed.len() => {
                return Err(error(path, "is cut short: its packed text ends early", AGAIN));
            }
            Ok(_) if result.bytes_consumed > 0 => {}
            _ => return Err(error(path, "is damaged: its packed bytes make no sense", AGAIN)),
        }
    }
}

/// The bytes after a member's header.
fn after_header(bytes: &[u8]) -> Option<&[u8]> {
    const HAS_CRC: u8 = 2;
    const HAS_EXTRA: u8 = 4;
    const HAS_NAME: u8 = 8;
    const HAS_COMMENT: u8 = 16;
    let flags = *bytes.get(3)?;
    let mut rest = bytes.get(10..)?;
    if flags & HAS_EXTRA != 0 {
        let length = u16::from_le_bytes([*rest.first()?, *rest.get(1)?]);
        rest = rest.get(2 + usize::from(length)..)?;
    }
    for flag in [HAS_NAME, HAS_COMMENT] {
        if flags & flag != 0 {
            rest = rest.get(rest.iter().position(|&byte| byte == 0)? + 1..)?;
        }
    }
    if flags & HAS_CRC != 0 { rest.get(2..) } else { Some(rest) }
}

fn crc(bytes: &[u8]) -> u32 {
    let mut crc = Crc::new();
    crc.add(bytes);
    crc.value()
}

/// The first bytes of what is packed, for telling what it is; as many as come out of those given.
pub(crate) fn beginning(packed: &[u8]) -> Vec<u8> {
    let mut piece = vec![0; 4096];
    let Some(packed) = after_header(packed) else { return Vec::new() };
    let written =
        inflate(&mut InflateState::new_boxed(DataFormat::Raw), packed, &mut piece, MZFlush::None).bytes_written;
    piece.truncate(written);
    piece
}

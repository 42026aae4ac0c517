//! Plain samples in MXF files (SMPTE ST 377-1, ST 382): OP-Atom, as Avid's programs keep audio, and other files with one sound.

use super::wave::Samples;
use std::io::{self, Read, Seek, SeekFrom};

/// What every key of SMPTE begins with, and what a file therefore does.
pub(super) const KEY: [u8; 4] = [0x06, 0x0e, 0x2b, 0x34];
/// More pieces (frames, keys that are looked at) no file has.
const MOST_KEYS: usize = 10_000_000;
/// A set of metadata is not larger.
const LARGEST_SET: u64 = 1 << 20;
/// Kinds of descriptors whose samples are plain: generic sound, AES3, WAVE.
const DESCRIPTORS: [u8; 3] = [0x42, 0x47, 0x48];

/// The samples of the first sound in a file; `None` where there are none that are plain.
pub(super) fn samples<R: Read + Seek>(file: &mut R) -> io::Result<Option<Samples>> {
    let length = file.seek(SeekFrom::End(0))?;
    let (mut at, mut about, mut pieces, mut track) = (0, None, Vec::new(), None);
    for _ in 0..MOST_KEYS {
        if at + 17 > length {
            break;
        }
        file.seek(SeekFrom::Start(at))?;
        let mut head = [0; 17];
        file.read_exact(&mut head)?;
        let (key, first) = (&head[..16], head[16]);
        if key[..4] != KEY {
            break;
        }
        let more = usize::from(if first & 0x80 == 0 { 0 } else { first & 0x7f });
        let mut size = u64::from(first & 0x7f);
        if more > 8 {
            break;
        }
        if more > 0 {
            let mut bytes = [0; 8];
            file.read_exact(&mut bytes[8 - more..])?;
            size = u64::from_be_bytes(bytes);
        }
        let start = at + 17 + more as u64;
        // A file that was cut ends with what there is of its last value.
        let size = size.min(length.saturating_sub(start));
        let is_set = key[4..6] == [0x02, 0x53] && key[8..14] == [0x0d, 0x01, 0x01, 0x01, 0x01, 0x01];
        if is_set && DESCRIPTORS.contains(&key[14]) && size <= LARGEST_SET {
            let mut set = vec![0; size as usize];
            file.read_exact(&mut set)?;
            about = about.or_else(|| descriptor(&set));
        }
        // Sound in the generic container: the last four bytes are its item, count, kind and number.
        let is_sound = key[4..7] == [0x01, 0x02, 0x01] && key[8..12] == [0x0d, 0x01, 0x03, 0x01] && key[12] == 0x16;
        if is_sound && size > 0 && *track.get_or_insert(key[15]) == key[15] {
            pieces.push((start, size));
        }
        at = start + size;
    }
    Ok(about.map(|samples: Samples| Samples { pieces, ..samples }).filter(|samples| !samples.pieces.is_empty()))
}

/// Of a set of two-byte tags and sizes.
fn descriptor(set: &[u8]) -> Option<Samples> {
    let (mut at, mut found) = (0, [None; 4]);
    while let Some(head) = set.get(at..at + 4) {
        let (tag, size) = (u16::from_be_bytes([head[0], head[1]]), usize::from(u16::from_be_bytes([head[2], head[3]])));
        let value = set.get(at + 4..at + 4 + size)?;
        let number = |bytes: &[u8]| bytes.iter().fold(0u64, |sum, &byte| sum << 8 | u64::from(byte));
        match (tag, size) {
            (0x3d03, 8) => found[0] = number(&value[..4]).checked_div(number(&value[4..])),
            (0x3d01, 4) => found[1] = Some(number(value)),
            (0x3d07, 4) => found[2] = Some(number(value)),
            (0x3d0a, 2) => found[3] = Some(number(value)),
            _ => {}
        }
        at += 4 + size;
    }
    let [rate, bits, channels, block] = found.map(|value| value.and_then(|value| u32::try_from(value).ok()));
    Samples::new(channels?, rate?, bits?, block)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn klv(tail: &[u8], value: &[u8]) -> Vec<u8> {
        let mut out = [&KEY[..], tail].concat();
        out.push(0x83);
        out.extend(&(value.len() as u32).to_be_bytes()[1..]);
        out.extend(value);
        out
    }

    #[test]
    fn samples_are_found_in_clips_and_in_frames() {
        let mut set = Vec::new();
        for (tag, value) in [
            (0x3d03u16, &[0, 0, 0xbb, 0x80, 0, 0, 0, 1][..]),
            (0x3d01, &[0, 0, 0, 24]),
            (0x3d07, &[0, 0, 0, 1]),
            (0x3d0a, &[0, 3]),
        ] {
            set.extend(tag.to_be_bytes());
            set.extend((value.len() as u16).to_be_bytes());
            set.extend(value);
        }
        let sound = |number| [1, 2, 1, 1, 0x0d, 1, 3, 1, 0x16, 1, 2, number];
        let mut file = klv(&[2, 0x53, 1, 1, 0x0d, 1, 1, 1, 1, 1, 0x48, 0], &set);
        file.extend(klv(&sound(1), &[1, 2, 3]));
        file.extend(klv(&sound(2), &[9, 9, 9]));
        file.extend(klv(&sound(1), &[4, 5, 6]));
        let found = samples(&mut io::Cursor::new(&file)).unwrap().unwrap();
        assert_eq!((found.channels, found.rate, found.width, found.frames()), (1, 48_000, 3, 2));
        let mut out = Vec::new();
        found.write(&mut io::Cursor::new(&file), &mut out).unwrap();
        assert_eq!(out[44..], [1, 2, 3, 4, 5, 6]);
        for cut in 0..file.len() {
            let _ = samples(&mut io::Cursor::new(&file[..cut]));
        }
    }
}

//! Which kind of file it is, by its first bytes: extensions lie.

use std::io;

use crate::source::{Source, field, read_some};

/// What the first bytes say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Wav,
    Aiff,
    Flac {
        /// Where `fLaC` stands: after an ID3 tag that some taggers put in front.
        start: u64,
    },
    Mp4,
    /// Something else, as the rest of "is …".
    Other(&'static str),
}

/// Longer than any ID3v2 tag with pictures that is found in practice.
const MAX_TAG: u64 = 64 << 20;

pub(crate) fn detect(source: &mut dyn Source) -> io::Result<Kind> {
    let mut head = [0; 16];
    let filled = read_some(source, 0, &mut head)?;
    let mut start = 0;
    if head.starts_with(b"ID3") && filled >= 10 {
        let size = head[6..10].iter().fold(0u64, |size, byte| size << 7 | u64::from(byte & 0x7f));
        let footer = if head[5] & 0x10 != 0 { 10 } else { 0 };
        start = 10 + size + footer;
        head = [0; 16];
        if start <= MAX_TAG {
            read_some(source, start, &mut head)?;
        }
        if &field::<4>(&head, 0) != b"fLaC" {
            return Ok(Kind::Other("an MP3 file"));
        }
    }
    Ok(match &field::<4>(&head, 0) {
        b"RIFF" | b"RF64" | b"BW64" if &field::<4>(&head, 8) == b"WAVE" => Kind::Wav,
        b"FORM" if matches!(&field::<4>(&head, 8), b"AIFF" | b"AIFC") => Kind::Aiff,
        b"fLaC" => Kind::Flac { start },
        _ if &field::<4>(&head, 4) == b"ftyp" => Kind::Mp4,
        // QuickTime files from before `ftyp`.
        _ if matches!(&field::<4>(&head, 4), b"moov" | b"mdat" | b"wide") => Kind::Mp4,
        _ => Kind::Other(other(&head, filled)),
    })
}

fn other(head: &[u8; 16], filled: usize) -> &'static str {
    match head {
        _ if filled == 0 => "empty",
        [b'F', b'O', b'R', b'M', ..] => "an IFF file, but not AIFF",
        [b'R', b'I', b'F', b'F', _, _, _, _, b'A', b'V', b'I', b' ', ..] => "an AVI video file",
        [b'R', b'I', b'F', b'F', ..] => "a RIFF file, but not WAVE",
        [b'R', b'I', b'F', b'X', ..] => "a big-endian WAV (RIFX) file",
        [b'r', b'i', b'f', b'f', 0x2e, 0x91, ..] => "a Sony Wave64 file",
        [b'O', b'g', b'g', b'S', ..] => "an Ogg file (Vorbis or Opus)",
        [b'c', b'a', b'f', b'f', ..] => "a Core Audio (CAF) file",
        [b'w', b'v', b'p', b'k', ..] => "a WavPack file",
        [b'M', b'A', b'C', b' ', ..] => "a Monkey's Audio file",
        [b'T', b'T', b'A', b'1' | b'2', ..] => "a True Audio file",
        [b'.', b's', b'n', b'd', ..] => "a Sun AU file",
        [b'D', b'S', b'D', b' ', ..] | [b'F', b'R', b'M', b'8', ..] => "a DSD file",
        [b'#', b'!', b'A', b'M', b'R', ..] => "an AMR file",
        [b'M', b'T', b'h', b'd', ..] => "a MIDI file, which holds notes and no sound",
        [0x1a, 0x45, 0xdf, 0xa3, ..] => "a Matroska or WebM file",
        [0x30, 0x26, 0xb2, 0x75, ..] => "a Windows Media file",
        [b'P', b'K', 3, 4, ..] => "a ZIP archive",
        [0x1f, 0x8b, ..] => "a gzip archive",
        // The sync words of ADTS (layer bits 00) and of MPEG audio (any other layer).
        [0xff, second, ..] if second & 0xf6 == 0xf0 => "a bare AAC (ADTS) stream",
        [0xff, second, ..] if second & 0xe0 == 0xe0 && second & 0x06 != 0 => "an MP3 file",
        _ if head[..filled].iter().all(|byte| matches!(byte, 9 | 10 | 13 | 32..=126)) => "a text file",
        _ => "not an audio file of a known kind",
    }
}

//! Which codec a sample entry names, and whether its AAC is one that is decoded right: AAC-LC.

use std::path::Path;

use stemwright_core::SampleRate;

use super::boxes::{Boxes, be16};
use crate::AudioError;
use crate::wav::sample_rate;

/// What the decoder must know.
#[derive(Debug, Clone)]
pub(crate) struct AacConfig {
    pub(crate) rate: SampleRate,
    pub(crate) channels: usize,
    /// An AudioSpecificConfig made from what was understood, so that the decoder never parses the file's own.
    pub(crate) specific: Vec<u8>,
}

const TO_WAV: &str = "decode it to WAV first";

/// Reads the first sample entry of an `stsd` body.
pub(super) fn read_config(stsd: &[u8], file: &Path) -> Result<AacConfig, AudioError> {
    let entry = stsd.get(8..).map(Boxes::new).and_then(|mut entries| entries.next());
    let Some((kind, body)) = entry else {
        return Err(AudioError::malformed(file, "its sample description is unreadable"));
    };
    if &kind != b"mp4a" {
        let what = format!("is an MP4 file that holds {}, which is not read", codec_name(&kind));
        return Err(AudioError::unsupported(file, what, TO_WAV));
    }
    // QuickTime's versions 1 and 2 of the sound description are longer (QuickTime File Format, "Sound Sample
    // Description").
    let children = match be16(body, 8) {
        0 => 28,
        1 => 28 + 16,
        _ => 28 + 36,
    };
    let children = Boxes::new(body.get(children..).unwrap_or_default());
    let esds = children.find(b"esds").or_else(|| children.descend(&[b"wave", b"esds"]));
    let Some((object, specific)) = esds.and_then(decoder_config) else {
        return Err(AudioError::malformed(file, "its AAC track has no readable decoder configuration (`esds`)"));
    };
    match object {
        // ISO/IEC 14496-1, 7.2.6.6: MPEG-4 audio, MPEG-2 AAC-LC.
        0x40 | 0x67 => {}
        0x69 | 0x6b => {
            return Err(AudioError::unsupported(file, "is an MP4 file that holds MP3, which is not read", TO_WAV));
        }
        other => {
            let what = format!("is an MP4 file that holds coding 0x{other:02X}, which is not read");
            return Err(AudioError::unsupported(file, what, TO_WAV));
        }
    }
    read_specific(specific, file)
}

/// The object type indication and the AudioSpecificConfig of an `esds` body (ISO/IEC 14496-1, 7.2.6).
fn decoder_config(esds: &[u8]) -> Option<(u8, &[u8])> {
    let es = descriptor(esds.get(4..)?, 3)?;
    let flags = *es.get(2)?;
    let mut at = 3;
    if flags & 0x80 != 0 {
        at += 2;
    }
    if flags & 0x40 != 0 {
        at += 1 + usize::from(*es.get(at)?);
    }
    if flags & 0x20 != 0 {
        at += 2;
    }
    let config = descriptor(es.get(at..)?, 4)?;
    Some((*config.first()?, descriptor(config.get(13..)?, 5)?))
}

/// The body of the descriptor at the start of `bytes`, if its tag is this one.
fn descriptor(bytes: &[u8], tag: u8) -> Option<&[u8]> {
    let (first, mut rest) = bytes.split_first()?;
    let mut size = 0usize;
    // Seven bits a byte, at most four bytes.
    for _ in 0..4 {
        let (byte, tail) = rest.split_first()?;
        rest = tail;
        size = size << 7 | usize::from(byte & 0x7f);
        if byte & 0x80 == 0 {
            break;
        }
    }
    // A size beyond the end is met in real files; what is there counts.
    (*first == tag).then(|| &rest[..size.min(rest.len())])
}

/// ISO/IEC 14496-3, table 1.18.
const RATES: [u32; 13] =
    [96_000, 88_200, 64_000, 48_000, 44_100, 32_000, 24_000, 22_050, 16_000, 12_000, 11_025, 8_000, 7_350];

/// AudioSpecificConfig, ISO/IEC 14496-3, 1.6.2.1.
fn read_specific(bytes: &[u8], file: &Path) -> Result<AacConfig, AudioError> {
    let mut bits = Bits { bytes, at: 0 };
    let refuse = |name: &str| {
        let what = format!("is {name}, of which only a part would be decoded");
        Err(AudioError::unsupported(file, what, TO_WAV))
    };
    let unreadable = || AudioError::malformed(file, "its AAC configuration is unreadable");
    let object = bits.object_type().ok_or_else(unreadable)?;
    match object {
        2 => {}
        5 => return refuse("HE-AAC"),
        29 => return refuse("HE-AAC v2"),
        42 => return refuse("xHE-AAC (USAC)"),
        other => {
            let name = match other {
                1 => "AAC Main",
                3 => "AAC SSR",
                4 => "AAC LTP",
                23 => "AAC-LD",
                32..=34 => "MPEG audio (MP1, MP2, MP3)",
                36 => "MPEG-4 ALS",
                39 => "AAC-ELD",
                _ => "audio",
            };
            let what = format!("is an MP4 file that holds {name} (MPEG-4 object type {other}), which is not read");
            return Err(AudioError::unsupported(file, what, TO_WAV));
        }
    }
    let hz = bits.rate().ok_or_else(unreadable)?;
    let channels = bits.take(4).ok_or_else(unreadable)? as usize;
    let short = bits.take(1).ok_or_else(unreadable)? == 1;
    if bits.take(1).ok_or_else(unreadable)? == 1 {
        bits.take(14).ok_or_else(unreadable)?; // the core coder's delay
    }
    bits.take(1).ok_or_else(unreadable)?; // the extension flag
    if short {
        let what = "is AAC with 960 frames in a packet, which is not read";
        return Err(AudioError::unsupported(file, what, TO_WAV));
    }
    if !(1..=2).contains(&channels) {
        let what = match channels {
            0 => "is AAC with a channel layout of its own, which is not read".to_owned(),
            7 => "is AAC with 8 channels, where mono and stereo are read".to_owned(),
            n => format!("is AAC with {n} channels, where mono and stereo are read"),
        };
        return Err(AudioError::unsupported(file, what, TO_WAV));
    }
    // Backward-compatible signalling (1.6.5.3): old decoders stop before the extension and play half the band.
    if bits.take(11) == Some(0x2b7) && bits.object_type() == Some(5) && bits.take(1) == Some(1) {
        return refuse("HE-AAC");
    }
    let rate = sample_rate(file, hz)?;
    Ok(AacConfig { rate, channels, specific: make_specific(hz, channels as u32) })
}

fn make_specific(hz: u32, channels: u32) -> Vec<u8> {
    let bits: u64 = match RATES.iter().position(|rate| *rate == hz) {
        // Object type 2 in 5 bits, the rate in 4 or 4 + 24, channels in 4, three flags of 0.
        Some(index) => (2 << 11 | (index as u64) << 7 | u64::from(channels) << 3) << 48,
        None => (2 << 35 | 15 << 31 | u64::from(hz) << 7 | u64::from(channels) << 3) << 24,
    };
    bits.to_be_bytes()[..5].to_vec()
}

struct Bits<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Bits<'_> {
    fn take(&mut self, count: usize) -> Option<u32> {
        let mut value = 0;
        for _ in 0..count {
            let byte = self.bytes.get(self.at / 8)?;
            value = value << 1 | u32::from(byte >> (7 - self.at % 8) & 1);
            self.at += 1;
        }
        Some(value)
    }

    fn object_type(&mut self) -> Option<u32> {
        match self.take(5)? {
            31 => Some(32 + self.take(6)?),
            object => Some(object),
        }
    }

    fn rate(&mut self) -> Option<u32> {
        match self.take(4)? {
            15 => self.take(24),
            index => RATES.get(index as usize).copied(),
        }
    }
}

fn codec_name(kind: &[u8; 4]) -> String {
    let name = match kind {
        b"alac" => "ALAC (Apple Lossless)",
        b"Opus" => "Opus",
        b"fLaC" => "FLAC",
        b"ac-3" | b"ec-3" => "Dolby Digital",
        b"ac-4" => "Dolby AC-4",
        b".mp3" | b"ms\0\x55" => "MP3",
        b"enca" | b"drms" => "protected (encrypted) audio",
        b"samr" | b"sawb" => "AMR",
        b"twos" | b"sowt" | b"lpcm" | b"ipcm" | b"fpcm" | b"in24" | b"in32" | b"fl32" | b"fl64" => "PCM",
        other => return format!("coding `{}`", other.escape_ascii()),
    };
    name.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(bytes: &[u8]) -> Result<AacConfig, AudioError> {
        read_specific(bytes, Path::new("x.m4a"))
    }

    #[test]
    fn low_complexity_is_read_and_every_other_aac_named() {
        let plain = read(&[0x11, 0x90]).unwrap();
        assert_eq!((plain.rate.hz(), plain.channels), (48_000, 2));
        assert_eq!(plain.specific[..2], [0x11, 0x90]);
        // 37 800 Hz is not in the table: 24 bits of it.
        let odd = make_specific(37_800, 1);
        assert_eq!(read(&odd).unwrap().rate.hz(), 37_800);
        let refusals: [(&[u8], &str); 6] = [
            (&[0x2b, 0x11, 0x88, 0x00], "HE-AAC,"),
            (&[0xeb, 0x09, 0x88, 0x00], "HE-AAC v2"),
            (&[0xf9, 0x46, 0x20, 0x00], "xHE-AAC"),
            // 24 kHz LC, then the sync extension: what Apple's and FFmpeg's HE encoders write.
            (&[0x13, 0x10, 0x56, 0xe5, 0x98], "HE-AAC,"),
            (&[0x11, 0x94], "960"),
            (&[0x11, 0xb0], "6 channels"),
        ];
        for (bytes, name) in refusals {
            let error = read(bytes).unwrap_err();
            assert!(matches!(error, AudioError::Unsupported { .. }), "{error}");
            assert!(error.to_string().contains(name), "{error} should name {name}");
            assert_eq!(error.hint(), Some("decode it to WAV first"));
        }
        assert!(matches!(read(&[0x11]), Err(AudioError::Malformed { .. })));
    }
}

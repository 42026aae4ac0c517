//! The metadata blocks of a FLAC file that is written (RFC 9639, section 8).

use stemwright_core::SampleRate;

use crate::FileSpec;
use crate::ixml::number;

/// Where the body of STREAMINFO stands: behind the marker and the block's own header.
pub(super) const STREAM_INFO_AT: u64 = 8;

const STREAM_INFO: u8 = 0;
const SEEK_TABLE: u8 = 3;
const VORBIS_COMMENT: u8 = 4;
/// Set in the type of the last block.
const LAST: u8 = 0x80;

/// STREAMINFO (section 8.2), filled in as the frames come.
#[derive(Debug, Clone)]
pub(super) struct StreamInfo {
    block: u16,
    /// Bytes of the smallest and the largest frame.
    smallest: u32,
    largest: u32,
    pub(super) rate: SampleRate,
    pub(super) channels: u8,
    pub(super) bits: u8,
    frames: u64,
    md5: [u8; 16],
}

impl StreamInfo {
    pub(super) fn new(block: u16, rate: SampleRate, channels: u8, bits: u8) -> Self {
        Self { block, smallest: 0, largest: 0, rate, channels, bits, frames: 0, md5: [0; 16] }
    }

    /// Counts a frame of so many bytes in.
    pub(super) fn frame(&mut self, bytes: u32) {
        self.smallest = if self.largest == 0 { bytes } else { self.smallest.min(bytes) };
        self.largest = self.largest.max(bytes);
    }

    pub(super) fn complete(&mut self, frames: u64, md5: [u8; 16]) {
        self.frames = frames;
        self.md5 = md5;
    }

    pub(super) fn to_bytes(&self) -> [u8; 34] {
        let mut out = [0; 34];
        out[..2].copy_from_slice(&self.block.to_be_bytes());
        out[2..4].copy_from_slice(&self.block.to_be_bytes());
        out[4..7].copy_from_slice(&self.smallest.to_be_bytes()[1..]);
        out[7..10].copy_from_slice(&self.largest.to_be_bytes()[1..]);
        let packed = u64::from(self.rate.hz()) << 44
            | u64::from(self.channels - 1) << 41
            | u64::from(self.bits - 1) << 36
            | self.frames;
        out[10..18].copy_from_slice(&packed.to_be_bytes());
        out[18..].copy_from_slice(&self.md5);
        out
    }
}

/// Everything in front of the frames, and where the body of the seek table is.
pub(super) fn head(info: &StreamInfo, spec: &FileSpec) -> (Vec<u8>, u64) {
    let mut out = b"fLaC".to_vec();
    push(&mut out, STREAM_INFO, &info.to_bytes());
    push(&mut out, VORBIS_COMMENT, &comments(spec));
    push(&mut out, SEEK_TABLE | LAST, &SeekPoints::new(info.block).to_bytes(0));
    let seek_table = out.len() - SeekPoints::BYTES;
    (out, seek_table as u64)
}

fn push(out: &mut Vec<u8>, kind: u8, body: &[u8]) {
    let [_, size @ ..] = (body.len() as u32).to_be_bytes();
    out.push(kind);
    out.extend_from_slice(&size);
    out.extend_from_slice(body);
}

/// VORBIS_COMMENT (section 8.6), whose numbers alone are little-endian. No layout of ours needs a channel mask: FLAC's
/// own orders of 6 and 8 channels are they (section 9.1.3).
fn comments(spec: &FileSpec) -> Vec<u8> {
    let mut fields = vec![("TITLE", spec.bext.description.clone())];
    if spec.bext.time_reference > 0 {
        // As ffmpeg carries it over from `bext`, and back.
        fields.push(("TIME_REFERENCE", spec.bext.time_reference.to_string()));
    }
    if let Some(ixml) = &spec.ixml {
        fields.push(("BPM", ixml.tempo.filter(|tempo| tempo.is_finite()).map(number).unwrap_or_default()));
        fields.push(("INITIALKEY", ixml.key.clone().unwrap_or_default()));
    }
    fields.retain(|(_, text)| !text.is_empty());
    let mut out = Vec::new();
    push_text(&mut out, "Stemwright");
    out.extend_from_slice(&(fields.len() as u32).to_le_bytes());
    for (name, value) in fields {
        push_text(&mut out, &format!("{name}={value}"));
    }
    out
}

fn push_text(out: &mut Vec<u8>, text: &str) {
    out.extend_from_slice(&(text.len() as u32).to_le_bytes());
    out.extend_from_slice(text.as_bytes());
}

/// Seek points at equal distances: as the file grows, every second one is dropped, so that their number stays within
/// bounds and the table's size is known before the first frame.
pub(super) struct SeekPoints {
    block: u16,
    /// Blocks from one point to the next.
    stride: u64,
    /// Blocks so far.
    blocks: u64,
    /// Where each point's frame begins, in bytes from the first.
    offsets: Vec<u64>,
}

impl SeekPoints {
    const MOST: usize = 128;
    /// First sample, offset, number of samples.
    const POINT: usize = 8 + 8 + 2;
    const BYTES: usize = Self::MOST * Self::POINT;

    pub(super) fn new(block: u16) -> Self {
        Self { block, stride: 1, blocks: 0, offsets: Vec::new() }
    }

    /// A block begins at this offset.
    pub(super) fn block(&mut self, offset: u64) {
        if self.blocks.is_multiple_of(self.stride) {
            if self.offsets.len() == Self::MOST {
                self.offsets = self.offsets.iter().copied().step_by(2).collect();
                self.stride *= 2;
            }
            if self.blocks.is_multiple_of(self.stride) {
                self.offsets.push(offset);
            }
        }
        self.blocks += 1;
    }

    /// The table of a file of so many frames (section 8.5); what is not used is placeholders.
    pub(super) fn to_bytes(&self, frames: u64) -> Vec<u8> {
        let mut out = Vec::with_capacity(Self::BYTES);
        for (number, offset) in self.offsets.iter().enumerate() {
            let first = number as u64 * self.stride * u64::from(self.block);
            let count = (frames - first).min(self.block.into()) as u16;
            out.extend_from_slice(&first.to_be_bytes());
            out.extend_from_slice(&offset.to_be_bytes());
            out.extend_from_slice(&count.to_be_bytes());
        }
        while out.len() < Self::BYTES {
            out.extend_from_slice(&u64::MAX.to_be_bytes());
            out.extend_from_slice(&[0; 10]);
        }
        out
    }
}

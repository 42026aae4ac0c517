//! Writing AIFF files.
//!
//! The chunks stand in this order: `COMM`, `CHAN` (above two channels), `NAME`, `AUTH`, `ANNO`, `SSND`. Plain AIFF and
//! not AIFF-C, because every program reads it.

use std::io;

use super::extended;
use crate::outlet::Outlet;
use crate::{FileSpec, SampleFormat};

/// What surrounds the samples of an AIFF file.
#[derive(Debug)]
pub(crate) struct AiffBody {
    format: SampleFormat,
    frame_bytes: u64,
    /// Where samples begin.
    start: u64,
    /// The largest size that FORM can state.
    largest: u64,
    /// Samples in the order of bytes that the file wants.
    swapped: Vec<u8>,
}

/// Where `COMM` counts the frames.
const FRAMES: u64 = 12 + 8 + 2;
/// `offset` and `blockSize` of `SSND`.
const SSND_HEAD: u64 = 8;

impl AiffBody {
    /// Writes everything in front of the samples.
    pub(crate) fn begin(outlet: &mut Outlet, spec: &FileSpec, largest: u64) -> io::Result<Self> {
        let head = header(spec);
        outlet.append(&head, "write a header")?;
        let (format, frame_bytes) = (spec.format, spec.frame_bytes() as u64);
        Ok(Self { format, frame_bytes, start: head.len() as u64, largest, swapped: Vec::new() })
    }

    /// Bytes beside the samples.
    pub(crate) fn around(&self) -> u64 {
        self.start
    }

    /// How many frames 32-bit sizes can state, a padding byte included.
    pub(crate) fn most_frames(&self) -> u64 {
        (self.largest + 8).saturating_sub(self.start + 1) / self.frame_bytes
    }

    /// Appends little-endian samples.
    pub(crate) fn samples(&mut self, outlet: &mut Outlet, bytes: &[u8]) -> io::Result<()> {
        self.swapped.clear();
        match self.format {
            SampleFormat::Pcm16 => self.swapped.extend(bytes.as_chunks().0.iter().flat_map(|[a, b]| [*b, *a])),
            _ => self.swapped.extend(bytes.as_chunks().0.iter().flat_map(|[a, b, c]| [*c, *b, *a])),
        }
        outlet.append(&self.swapped, "write samples")
    }

    /// Writes the sizes; returns that of the file.
    pub(crate) fn complete(&mut self, outlet: &mut Outlet, frames: u64) -> io::Result<u64> {
        let data_bytes = frames * self.frame_bytes;
        if data_bytes % 2 == 1 {
            outlet.append(&[0], "pad a file")?;
        }
        let total = self.start + data_bytes + data_bytes % 2;
        outlet.put(4, &((total - 8) as u32).to_be_bytes())?;
        outlet.put(FRAMES, &(frames as u32).to_be_bytes())?;
        outlet.put(self.start - SSND_HEAD - 4, &((SSND_HEAD + data_bytes) as u32).to_be_bytes())?;
        Ok(total)
    }
}

/// Everything in front of the samples, sizes and number of frames still 0.
fn header(spec: &FileSpec) -> Vec<u8> {
    let mut common = (spec.layout.channels() as u16).to_be_bytes().to_vec();
    common.extend_from_slice(&[0; 4]);
    common.extend_from_slice(&spec.format.bits().to_be_bytes());
    common.extend_from_slice(&extended::from_hz(spec.rate.hz()));
    let mut out = b"FORM\0\0\0\0AIFF".to_vec();
    push(&mut out, b"COMM", &common);
    if spec.layout.channels() > 2 {
        push(&mut out, b"CHAN", &channel_layout(spec.layout.speakers()));
    }
    for (id, text) in
        [(b"NAME", &spec.bext.description), (b"AUTH", &spec.bext.originator), (b"ANNO", &spec.bext.coding_history)]
    {
        if !text.trim().is_empty() {
            push(&mut out, id, &ascii(text.trim()));
        }
    }
    out.extend_from_slice(b"SSND\0\0\0\0");
    out.extend_from_slice(&[0; SSND_HEAD as usize]);
    out
}

/// Core Audio's `AudioChannelLayout` (CoreAudioTypes.h): the tag `UseChannelBitmap`, the bitmap, whose bits are those of
/// WAV, and no descriptions.
fn channel_layout(mask: u32) -> [u8; 12] {
    let mut out = [0; 12];
    out[..4].copy_from_slice(&(1u32 << 16).to_be_bytes());
    out[4..8].copy_from_slice(&mask.to_be_bytes());
    out
}

/// An identifier, a size, a body, and a padding byte where the size is odd.
fn push(out: &mut Vec<u8>, id: &[u8; 4], body: &[u8]) {
    out.extend_from_slice(id);
    out.extend_from_slice(&(body.len() as u32).to_be_bytes());
    out.extend_from_slice(body);
    if body.len() % 2 == 1 {
        out.push(0);
    }
}

/// AIFF's text is ASCII: what is not becomes `?`.
fn ascii(text: &str) -> Vec<u8> {
    text.chars().map(|c| if matches!(c, ' '..='~' | '\r' | '\n') { c as u8 } else { b'?' }).collect()
}

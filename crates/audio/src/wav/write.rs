//! Writing WAV files that become RF64 when they outgrow 32-bit sizes.
//!
//! The chunks stand in this order: `JUNK` (room for `ds64`, which EBU Tech 3306 wants first), `bext`, `fmt `, `fact`
//! (float only), `iXML`, `data`, and behind it the chunks of other programs. iXML goes before the samples because all of
//! it is known when the file is begun: one look at the head finds everything, and a file that loses its end keeps its
//! names. Foreign chunks go behind, where most programs write markers and loops, and where they do not stand in the way
//! of readers that expect samples early.

use std::io;

use super::chunk;
use super::header::{GUID_TAIL, TAG_EXTENSIBLE, TAG_FLOAT, TAG_PCM};
use crate::bext::BextLoudness;
use crate::outlet::Outlet;
use crate::{FileSpec, SampleFormat};

/// The size of `ds64` without a table: three 64-bit sizes and an empty table's count.
const DS64: usize = 28;
/// Where the body of `JUNK` or `ds64` begins.
const DS64_BODY: u64 = 20;
/// Where the loudness fields stand: after RIFF, `JUNK` and the head of `bext`, 412 bytes into its body.
const BEXT_LOUDNESS: u64 = 12 + (8 + DS64 as u64) + 8 + 412;

/// What surrounds the samples of a WAV file.
#[derive(Debug)]
pub(crate) struct WavBody {
    frame_bytes: u64,
    /// Where the body of `fact` stands, in float files.
    fact: Option<u64>,
    /// Where samples begin.
    start: u64,
    /// What follows them.
    behind: Vec<u8>,
    /// The largest size that RIFF can state.
    largest: u64,
}

impl WavBody {
    /// Writes everything in front of the samples.
    pub(crate) fn begin(outlet: &mut Outlet, spec: &FileSpec, largest: u64) -> io::Result<Self> {
        let (head, fact) = header(spec);
        outlet.append(&head, "write a header")?;
        let mut behind = Vec::new();
        for foreign in &spec.chunks {
            chunk::push(&mut behind, &foreign.id, &foreign.bytes);
        }
        Ok(Self { frame_bytes: spec.frame_bytes() as u64, fact, start: head.len() as u64, behind, largest })
    }

    /// Bytes beside the samples.
    pub(crate) fn around(&self) -> u64 {
        self.start + self.behind.len() as u64
    }

    /// Writes what follows the samples, and the sizes; returns that of the file.
    pub(crate) fn complete(
        &mut self,
        outlet: &mut Outlet,
        frames: u64,
        loudness: Option<BextLoudness>,
    ) -> io::Result<u64> {
        let data_bytes = frames * self.frame_bytes;
        if data_bytes % 2 == 1 {
            outlet.append(&[0], "pad a file")?;
        }
        if !self.behind.is_empty() {
            outlet.append(&self.behind, "write chunks")?;
        }
        let total = self.around() + data_bytes + data_bytes % 2;
        let riff = total - 8;
        let long = riff > self.largest;
        let short = |size: u64| if long { u32::MAX } else { size as u32 }.to_le_bytes();
        if long {
            let mut ds64 = b"ds64".to_vec();
            ds64.extend_from_slice(&(DS64 as u32).to_le_bytes());
            for size in [riff, data_bytes, frames] {
                ds64.extend_from_slice(&size.to_le_bytes());
            }
            outlet.put(0, b"RF64")?;
            outlet.put(DS64_BODY - 8, &ds64)?;
        }
        if let Some(loudness) = loudness {
            outlet.put(BEXT_LOUDNESS, &loudness.to_bytes())?;
        }
        outlet.put(4, &short(riff))?;
        outlet.put(self.start - 4, &short(data_bytes))?;
        if let Some(fact) = self.fact {
            outlet.put(fact, &short(frames))?;
        }
        Ok(total)
    }
}

/// Ends text with a line feed where its length is odd: some readers forget that odd chunks are padded, and then find no
/// samples.
fn even(mut text: Vec<u8>) -> Vec<u8> {
    if !text.len().is_multiple_of(2) {
        text.push(b'\n');
    }
    text
}

/// Everything in front of the samples, sizes still 0, and where the body of `fact` is.
fn header(spec: &FileSpec) -> (Vec<u8>, Option<u64>) {
    let mut out = b"RIFF\0\0\0\0WAVE".to_vec();
    chunk::push(&mut out, b"JUNK", &[0; DS64]);
    chunk::push(&mut out, b"bext", &chunk::bext(&spec.bext));
    chunk::push(&mut out, b"fmt ", &format_chunk(spec));
    let fact = (spec.format == SampleFormat::Float32).then(|| {
        chunk::push(&mut out, b"fact", &[0; 4]);
        out.len() as u64 - 4
    });
    if let Some(ixml) = &spec.ixml {
        chunk::push(&mut out, b"iXML", &even(ixml.to_xml(spec).into_bytes()));
    }
    out.extend_from_slice(b"data\0\0\0\0");
    (out, fact)
}

fn format_chunk(spec: &FileSpec) -> Vec<u8> {
    let tag = match spec.format {
        SampleFormat::Pcm16 | SampleFormat::Pcm24 => TAG_PCM,
        SampleFormat::Float32 => TAG_FLOAT,
    };
    let channels = spec.layout.channels() as u16;
    let frame = spec.frame_bytes() as u16;
    // Up to two channels the plain form says it all, and every program reads it.
    let extensible = channels > 2;
    let mut out = Vec::with_capacity(40);
    out.extend_from_slice(&(if extensible { TAG_EXTENSIBLE } else { tag }).to_le_bytes());
    out.extend_from_slice(&channels.to_le_bytes());
    out.extend_from_slice(&spec.rate.hz().to_le_bytes());
    out.extend_from_slice(&(spec.rate.hz() * u32::from(frame)).to_le_bytes());
    out.extend_from_slice(&frame.to_le_bytes());
    out.extend_from_slice(&spec.format.bits().to_le_bytes());
    if extensible {
        out.extend_from_slice(&22u16.to_le_bytes());
        out.extend_from_slice(&spec.format.bits().to_le_bytes());
        out.extend_from_slice(&spec.layout.speakers().to_le_bytes());
        out.extend_from_slice(&tag.to_le_bytes());
        out.extend_from_slice(&GUID_TAIL);
    } else if tag != TAG_PCM {
        out.extend_from_slice(&0u16.to_le_bytes());
    }
    out
}

//! Writing FLAC files (RFC 9639): what surrounds the frames, and what cuts the samples into blocks for them.

use std::io;

use super::bits::Bits;
use super::frame::{BLOCK, FrameCoder};
use super::metadata::{self, STREAM_INFO_AT, SeekPoints, StreamInfo};
use crate::FileSpec;
use crate::outlet::Outlet;

/// Bytes gathered before they are written.
const PIECE: usize = 256 << 10;

/// A FLAC file on its way.
pub(crate) struct FlacBody {
    coder: FrameCoder,
    /// Frames that are not yet written.
    coded: Bits,
    info: StreamInfo,
    md5: md5::Context,
    /// Samples of a block that is not yet full, interleaved and little-endian, and how many bytes a full one has.
    block: Vec<u8>,
    full: usize,
    seek_points: SeekPoints,
    /// Where the seek table and the first frame stand.
    seek_table: u64,
    start: u64,
    /// Bytes of frames that are written.
    written: u64,
}

impl std::fmt::Debug for FlacBody {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("FlacBody").field("info", &self.info).field("written", &self.written).finish_non_exhaustive()
    }
}

impl FlacBody {
    /// STREAMINFO counts frames in 36 bits.
    pub(crate) const MOST_FRAMES: u64 = (1 << 36) - 1;

    /// Whether a frame's header can state the rate: Hz in 16 bits, or tens of Hz (RFC 9639, section 9.1.2).
    pub(crate) fn takes_rate(hz: u32) -> bool {
        hz <= 0xffff || hz.is_multiple_of(10) && hz <= 655_350
    }

    /// Writes everything in front of the samples.
    pub(crate) fn begin(outlet: &mut Outlet, spec: &FileSpec) -> io::Result<Self> {
        let channels = spec.layout.channels();
        let info = StreamInfo::new(BLOCK as u16, spec.rate, channels as u8, spec.format.bits() as u8);
        let (head, seek_table) = metadata::head(&info, spec);
        outlet.append(&head, "write a header")?;
        Ok(Self {
            coder: FrameCoder::new(spec.rate, channels, spec.format.bits().into()),
            coded: Bits::default(),
            info,
            md5: md5::Context::new(),
            block: Vec::new(),
            full: BLOCK * channels * spec.format.bytes(),
            seek_points: SeekPoints::new(BLOCK as u16),
            seek_table,
            start: head.len() as u64,
            written: 0,
        })
    }

    /// Appends little-endian samples.
    pub(crate) fn samples(&mut self, outlet: &mut Outlet, mut bytes: &[u8]) -> io::Result<()> {
        // RFC 9639, section 8.2: the checksum is of interleaved little-endian samples, as they come.
        self.md5.consume(bytes);
        while !bytes.is_empty() {
            let (piece, rest) = bytes.split_at(bytes.len().min(self.full - self.block.len()));
            self.block.extend_from_slice(piece);
            if self.block.len() == self.full {
                self.code();
                if self.coded.bytes().len() >= PIECE {
                    self.flush(outlet)?;
                }
            }
            bytes = rest;
        }
        Ok(())
    }

    /// Codes the samples that wait.
    fn code(&mut self) {
        let before = self.coded.bytes().len();
        self.seek_points.block(self.written + before as u64);
        self.coder.code(&self.block, &mut self.coded);
        self.info.frame((self.coded.bytes().len() - before) as u32);
        self.block.clear();
    }

    fn flush(&mut self, outlet: &mut Outlet) -> io::Result<()> {
        outlet.append(self.coded.bytes(), "write samples")?;
        self.written += self.coded.bytes().len() as u64;
        self.coded.clear();
        Ok(())
    }

    /// Writes what is left, STREAMINFO and the seek table; returns the size of the file.
    pub(crate) fn complete(&mut self, outlet: &mut Outlet, frames: u64) -> io::Result<u64> {
        if !self.block.is_empty() {
            self.code();
        }
        self.flush(outlet)?;
        self.info.complete(frames, self.md5.clone().finalize().0);
        outlet.put(self.seek_table, &self.seek_points.to_bytes(frames))?;
        outlet.put(STREAM_INFO_AT, &self.info.to_bytes())?;
        Ok(self.start + self.written)
    }
}

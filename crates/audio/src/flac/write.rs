//! Writing FLAC files (RFC 9639): `flac-codec` codes the frames; what surrounds them is written here.
//!
//! Only the fixed predictors are used, so that a file's bytes follow from whole numbers alone: the encoder's linear
//! prediction takes cosines and logarithms from the platform's libm. One logarithm is left, ⌈log₂(sum/count)⌉ for the
//! Rice parameter; the quotient is a whole number below 2⁴¹ over one of at most 4096, so it is either a power of two,
//! where log₂ is exact, or its log₂ is a hundred roundings away from a whole number.

use std::io::{self, Write};
use std::sync::{Arc, Mutex, PoisonError};

use flac_codec::encode::{FlacStreamWriter, Options};

use super::metadata::{self, STREAM_INFO_AT, SeekPoints, StreamInfo};
use crate::FileSpec;
use crate::outlet::Outlet;

/// Frames of audio in one frame of FLAC, as the reference encoder has it.
const BLOCK: usize = 4096;
/// Bytes gathered before they are written.
const PIECE: usize = 256 << 10;

/// A FLAC file on its way.
pub(crate) struct FlacBody {
    encoder: FlacStreamWriter<Coded>,
    coded: Coded,
    info: StreamInfo,
    sample_bytes: usize,
    md5: md5::Context,
    /// Samples of a block that is not yet full.
    block: Vec<i32>,
    seek_points: SeekPoints,
    /// Where the seek table and the first frame stand.
    seek_table: u64,
    start: u64,
    /// Bytes of frames so far, coded and written.
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
        let options = Options::default().max_lpc_order(None).map_err(io::Error::other)?;
        let coded = Coded::default();
        let channels = spec.layout.channels();
        let info = StreamInfo::new(BLOCK as u16, spec.rate, channels as u8, spec.format.bits() as u8);
        let (head, seek_table) = metadata::head(&info, spec);
        outlet.append(&head, "write a header")?;
        Ok(Self {
            encoder: FlacStreamWriter::new(coded.clone(), options),
            coded,
            info,
            sample_bytes: spec.format.bytes(),
            md5: md5::Context::new(),
            block: Vec::with_capacity(BLOCK * channels),
            seek_points: SeekPoints::new(BLOCK as u16),
            seek_table,
            start: head.len() as u64,
            written: 0,
        })
    }

    /// Appends little-endian samples.
    pub(crate) fn samples(&mut self, outlet: &mut Outlet, bytes: &[u8]) -> io::Result<()> {
        // RFC 9639, section 8.2: the checksum is of interleaved little-endian samples, as they come.
        self.md5.consume(bytes);
        let full = BLOCK * usize::from(self.info.channels);
        for piece in bytes.chunks(self.sample_bytes) {
            self.block.push(match *piece {
                [a, b] => i32::from(i16::from_le_bytes([a, b])),
                [a, b, c] => i32::from_le_bytes([0, a, b, c]) >> 8,
                _ => unreachable!("16 or 24 bits"),
            });
            if self.block.len() == full {
                self.code()?;
                if self.coded.lock().len() >= PIECE {
                    self.flush(outlet)?;
                }
            }
        }
        Ok(())
    }

    /// Codes the samples that wait.
    fn code(&mut self) -> io::Result<()> {
        let before = self.coded.lock().len();
        self.seek_points.block(self.written + before as u64);
        let (hz, channels, bits) = (self.info.rate.hz(), self.info.channels, u32::from(self.info.bits));
        self.encoder.write(hz, channels, bits, &self.block).map_err(io::Error::other)?;
        self.info.frame((self.coded.lock().len() - before) as u32);
        self.block.clear();
        Ok(())
    }

    fn flush(&mut self, outlet: &mut Outlet) -> io::Result<()> {
        let mut coded = self.coded.lock();
        outlet.append(&coded, "write samples")?;
        self.written += coded.len() as u64;
        coded.clear();
        Ok(())
    }

    /// Writes what is left, STREAMINFO and the seek table; returns the size of the file.
    pub(crate) fn complete(&mut self, outlet: &mut Outlet, frames: u64) -> io::Result<u64> {
        let last = (self.block.len() / usize::from(self.info.channels)) as u16;
        if last > 0 {
            self.code()?;
        }
        self.flush(outlet)?;
        self.info.complete(frames, self.md5.clone().finalize().0);
        outlet.put(self.seek_table, &self.seek_points.to_bytes(frames))?;
        outlet.put(STREAM_INFO_AT, &self.info.to_bytes())?;
        Ok(self.start + self.written)
    }
}

/// Where the encoder leaves its bytes for us to write: it keeps its writer to itself.
#[derive(Clone, Default)]
struct Coded(Arc<Mutex<Vec<u8>>>);

impl Coded {
    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<u8>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Write for Coded {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.lock().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

//! Uncompressed samples, as WAV and AIFF hold them: where they are in a file, how they are coded, and their reader.

mod reader;

use stemwright_core::{Finding, Layout, SampleRate};

use crate::about::About;
pub(crate) use reader::PcmReader;

/// More channels than any stem has; the engine accepts fewer.
pub(crate) const MAX_CHANNELS: u16 = 32;

/// How one sample is coded. Integers of fewer bits than their bytes hold stand in the upper ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Coding {
    U8,
    I8,
    I16,
    I24,
    I32,
    F32,
    F64,
}

impl Coding {
    pub(crate) fn bytes(self) -> usize {
        match self {
            Self::U8 | Self::I8 => 1,
            Self::I16 => 2,
            Self::I24 => 3,
            Self::I32 | Self::F32 => 4,
            Self::F64 => 8,
        }
    }

    pub(crate) fn is_float(self) -> bool {
        matches!(self, Self::F32 | Self::F64)
    }

    /// Whether every value is exact in f32.
    pub(crate) fn fits_f32(self) -> bool {
        !matches!(self, Self::I32 | Self::F64)
    }
}

/// What a file of uncompressed samples holds, and where.
#[derive(Debug, Clone)]
pub(crate) struct PcmFile {
    pub(crate) rate: SampleRate,
    /// 1 to [`MAX_CHANNELS`].
    pub(crate) channels: u16,
    /// What the channels are, where that is known.
    pub(crate) layout: Option<Layout>,
    pub(crate) coding: Coding,
    pub(crate) big_endian: bool,
    /// How many bits of each sample say something.
    pub(crate) bits: u16,
    /// Where the first frame stands, in bytes.
    pub(crate) start: u64,
    pub(crate) frames: u64,
    pub(crate) about: About,
    pub(crate) findings: Vec<Finding>,
}

impl PcmFile {
    pub(crate) fn frame_bytes(&self) -> usize {
        usize::from(self.channels) * self.coding.bytes()
    }
}

//! WAV, RF64 and BW64 files.

mod chunk;
mod header;
mod reader;
mod write;

pub(crate) use header::{Layout, read_layout, sample_rate};
pub(crate) use reader::WavReader;
pub use write::{SampleFormat, WavSpec, WavWriter, Written};

//! WAV, RF64 and BW64 files.

mod chunk;
mod header;
mod write;

pub(crate) use header::{layout_of, read_chunks, read_layout, sample_rate};
pub(crate) use write::WavBody;

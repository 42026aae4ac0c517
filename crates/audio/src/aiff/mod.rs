//! AIFF and AIFF-C files.

mod extended;
mod header;
mod write;

pub(crate) use header::read_layout;
pub(crate) use write::AiffBody;

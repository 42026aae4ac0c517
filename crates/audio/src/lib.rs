//! Stemwright: sample files in and out.
//!
//! Reading is [`Media`], a trait, so that the engine can be fed from memory in tests; [`Files`] is the
//! one that reads files: WAV (RF64, BW64), AIFF (AIFF-C), FLAC, and AAC-LC in M4A. All that comes from a file is foreign until
//! proven: sizes are held against the real length, counts against limits, samples against +60 dBFS. [`open_at`] reads
//! a file at another rate than its own.
//!
//! Writing is [`AudioWriter`] into a [`Staging`] folder, which replaces the set that was there as one whole or not at
//! all.

mod aac;
mod about;
mod aiff;
mod bext;
mod blocks;
mod cache;
mod chunk;
mod detect;
mod error;
#[doc(hidden)]
pub mod faults;
mod files;
mod finite;
mod flac;
mod format;
mod hash;
mod ixml;
mod limit;
mod media;
mod mp4;
mod outlet;
mod pcm;
mod pool;
mod quantise;
mod resample;
mod sample_hash;
mod source;
mod space;
mod spec;
mod staging;
#[doc(hidden)]
pub mod testing;
mod wav;
mod writer;

pub use bext::{Bext, BextLoudness};
pub use chunk::Chunk;
pub use error::AudioError;
pub use files::Files;
pub use hash::{file_sha256, sha256};
pub use ixml::Ixml;
pub use limit::allow_many_files;
pub use media::{FrameReader, Media, MediaInfo};
pub use quantise::{Remainders, SumQuantiser};
pub use resample::{Resampler, open_at, resampled_frames};
pub use sample_hash::SampleHash;
pub use space::free_space;
pub use spec::{Container, FileSpec, SampleFormat};
pub use staging::Staging;
pub use writer::{AudioWriter, Written};

//! The example song: its score, its instruments and its clips.
//!
//! The way of the data: [`score`] holds the notes, one module for each family of instruments sounds them, [`clips`] lists what
//! becomes a file, [`flac`] writes it. Every step computes the same bits on every machine: `+ − × ÷ √` of IEEE 754, the
//! pure-Rust `libm` for the rest, a seeded generator for noise, and no clock, threads or hash order (`clippy.toml` forbids
//! the standard library's `sin` and its relatives here).

pub mod bass;
pub mod bowed;
pub mod buffer;
pub mod clips;
pub mod cymbals;
pub mod drums;
pub mod envelope;
pub mod filter;
pub mod flac;
pub mod fx;
pub mod keys;
pub mod lead;
pub mod modes;
pub mod noise;
pub mod oscillator;
pub mod pads;
pub mod percussion;
pub mod plucks;
pub mod room;
pub mod score;
pub mod voice;

/// Frames a second of every clip.
pub const RATE: f64 = 48_000.0;

/// `seconds` as a whole number of frames.
#[must_use]
pub fn frames(seconds: f64) -> usize {
    (seconds * RATE).round() as usize
}

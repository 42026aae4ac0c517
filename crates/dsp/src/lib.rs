//! Inserts: plain processors over blocks. What each computes is the law written at its parameters in
//! [`stemwright_core`]; the papers are cited there.
//!
//! Two kinds, because a bus shared by several stems is split by kind (ARCHITECTURE.md, *Lanes*):
//! [`Linear`] units run once for each lane, each with its own state; [`GainUnit`]s compute one gain from the whole
//! signal, which then multiplies the signal and every lane of it.
//!
//! All arithmetic is f64 with + − × ÷ √ and this crate's own polynomials, never fused: the same bits on every machine.

mod automate;
mod compressor;
mod controls;
mod delay;
mod eq;
mod grid;
mod log;
mod meter;
mod pan;
mod section;

pub use automate::Controller;
pub use compressor::CompressorUnit;
pub use controls::Controls;
pub use delay::DelayUnit;
pub use eq::EqUnit;
pub use grid::{Run, runs};
pub use log::{exp2, log2};
pub use meter::{KWeighting, Loudness, TruePeak};
pub use pan::{balance, pan_factors};
pub use section::{Coefficients, Section, design};

/// Below this magnitude a unit's state counts as nothing: on a control-grid frame it is set to zero, so that silence
/// becomes exact and can be skipped.
pub const NOTHING: f64 = 1.0 / (1u64 << 48) as f64;

/// −120 dBFS: what is quieter no longer keeps a tail alive.
pub const INAUDIBLE: f64 = 1e-6;

/// A linear unit with the state of one lane.
///
/// `start` is the session frame of the block's first sample; blocks follow each other without gaps, and the result
/// does not depend on how long they are.
pub trait Linear: Send {
    /// Filters a block in place: one slice a channel, equal lengths.
    fn process(&mut self, start: i64, channels: &mut [&mut [f64]], controls: Controls<'_>);

    /// Whether silence in would be silence out: the state is exactly zero.
    fn is_silent(&self) -> bool;

    /// For how many more frames something audible ([`INAUDIBLE`]) that is already inside can come out.
    fn pending(&self) -> u64 {
        0
    }
}

/// A unit that multiplies by a gain, detected on the whole signal or on a key.
pub trait GainUnit: Send {
    /// Computes the gain of a block, one value a frame for all channels. `heard` is the key, else the unit's input:
    /// one slice a channel.
    fn detect(&mut self, start: i64, heard: &[&[f64]], controls: Controls<'_>, gain: &mut [f64]);

    /// Whether silence heard would leave the state as it is: exactly zero.
    fn is_silent(&self) -> bool;
}

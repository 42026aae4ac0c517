//! Inserts: plain processors over blocks. What each computes is the law written at its parameters in
//! [`stemwright_core`]; the papers are cited there.
//!
//! Two kinds, because a bus shared by several stems is split by kind (ARCHITECTURE.md, *Lanes*):
//! [`Linear`] units run once for each lane, each with its own state; [`GainUnit`]s compute one gain from the whole
//! signal, which then multiplies the signal and every lane of it.
//!
//! All arithmetic is f64 with + − × ÷ √ and this crate's own polynomials, never fused: the same bits on every machine.

mod align;
mod automate;
mod cascade;
mod chorus;
mod compressor;
mod controls;
mod convolution;
mod de_esser;
mod delay;
mod dynamic_eq;
mod eq;
mod fir;
mod fourier;
mod gate;
mod grid;
mod half_band;
mod key_filter;
mod latency;
mod limiter;
mod line;
mod log;
mod meter;
mod multiband;
mod pan;
mod phaser;
mod reverb;
mod saturation;
mod section;
mod since;
mod sliding;
mod sweep;
mod transient;
mod trapezoid;
mod width;

pub use align::AlignUnit;
pub use automate::Controller;
pub use chorus::ChorusUnit;
pub use compressor::CompressorUnit;
pub use controls::Controls;
pub use convolution::{ConvolutionUnit, Room};
pub use de_esser::DeEsserUnit;
pub use delay::DelayUnit;
pub use dynamic_eq::DynamicEqUnit;
pub use eq::EqUnit;
pub use fourier::{Fourier, Spectrum};
pub use gate::GateUnit;
pub use grid::{Run, runs};
pub use half_band::{Downsampler, Upsampler, round_trip};
pub use latency::latency;
pub use limiter::LimiterUnit;
pub use line::Line;
pub use log::{exp2, log2};
pub use meter::{KWeighting, Loudness, PowerSpectrum, TruePeak};
pub use multiband::MultibandUnit;
pub use pan::{balance, pan_factors};
pub use phaser::PhaserUnit;
pub use reverb::ReverbUnit;
pub use saturation::SaturationUnit;
pub use section::{Coefficients, Section, design};
pub use transient::TransientUnit;
pub use width::WidthUnit;

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

/// A unit that multiplies by a gain, detected once on the whole signal or on a key, and applied to every wave: wave 0
/// is the whole signal, the others are its lanes.
///
/// What a wave must have of its own (a delay for look-ahead, a filter for the band that is turned down) is kept in the
/// unit. Blocks follow each other as in [`Linear`].
pub trait GainUnit: Send {
    /// Computes the gain of a block. `heard` is the key, else the unit's input: one slice a channel.
    fn detect(&mut self, start: i64, heard: &[&[f64]], controls: Controls<'_>);

    /// Applies the gain of the block last heard to a wave, in place.
    fn apply(&mut self, wave: usize, start: i64, channels: &mut [&mut [f64]], controls: Controls<'_>);

    /// Whether silence heard and processed would leave everything as it is and come out as silence.
    fn is_silent(&self) -> bool;

    /// Whether a silent wave would come out silent.
    fn is_wave_silent(&self, _: usize) -> bool {
        true
    }

    /// For how many more frames something audible that is already inside can come out.
    fn pending(&self) -> u64 {
        0
    }
}

//! The inserts of a session: their parameters, ranges, defaults and exact laws. `stemwright-dsp` computes them.
//!
//! Every insert is *linear* (chorus and phaser move with time, but not with what they hear) or a *gain unit*: a factor is
//! computed from its input or its key, and multiplies what is linear in
//! the input (itself, a band of it, or what it is at a higher rate). That is what lets a bus shared by several stems be
//! split exactly.
//!
//! What runs linearly between control-grid frames (see [`crate::CONTROL_GRID`]) is named at each insert.
//!
//! Some look ahead (or align to earlier), and delay their output by as much: their *latency*. A session never hears it. Everything waits
//! for the longest path, bypassed inserts count, and it is taken off again at the end;
//! laws are written as if the future were at hand, and automation means the frames of the timeline.

mod align;
mod chorus;
mod compressor;
mod convolution;
mod de_esser;
mod delay;
mod dynamic_eq;
mod eq;
mod gate;
mod limiter;
mod multiband;
mod oversampling;
mod phaser;
mod reverb;
mod saturation;
mod sweep;
mod transient;
mod width;

pub use align::{Align, AlignTime};
pub use chorus::Chorus;
pub use compressor::{Compressor, Detector, Key};
pub use convolution::Convolution;
pub use de_esser::DeEsser;
pub use delay::{Delay, DelayTime};
pub use dynamic_eq::{DynamicBand, DynamicEq, DynamicKind};
pub use eq::{Band, BandKind, Eq};
pub use gate::Gate;
pub use limiter::Limiter;
pub use multiband::{CompressorBand, Multiband};
pub use oversampling::{HALF_BAND_BETA, HALF_BANDS, PEAK_HALF_BANDS};
pub use phaser::Phaser;
pub use reverb::Reverb;
pub use saturation::Saturation;
pub use sweep::Sweep;
pub use transient::Transient;
pub use width::Width;

use crate::Db;

/// An insert in its slot.
#[derive(Debug, Clone, PartialEq)]
pub struct Insert {
    /// Bypassed inserts pass their input on unchanged.
    pub bypass: bool,
    /// What it does.
    pub unit: Unit,
}

impl From<Unit> for Insert {
    fn from(unit: Unit) -> Self {
        Self { bypass: false, unit }
    }
}

/// What an insert does.
#[derive(Debug, Clone, PartialEq)]
pub enum Unit {
    /// A factor. Between grid frames: the factor.
    Gain(Db),
    /// A parametric equaliser.
    Eq(Eq),
    /// A compressor, bus compressor or ducker.
    Compressor(Compressor),
    /// An echo.
    Delay(Delay),
    /// A reverb.
    Reverb(Reverb),
    /// A true-peak limiter.
    Limiter(Limiter),
    /// A gate or expander.
    Gate(Gate),
    /// A de-esser.
    DeEsser(DeEsser),
    /// Saturation.
    Saturation(Saturation),
    /// Stereo width.
    Width(Width),
    /// A transient shaper.
    Transient(Transient),
    /// A multiband compressor.
    Multiband(Multiband),
    /// A dynamic equaliser.
    DynamicEq(DynamicEq),
    /// A convolution reverb.
    Convolution(Convolution),
    /// A chorus or flanger.
    Chorus(Chorus),
    /// A phaser.
    Phaser(Phaser),
    /// Time alignment.
    Align(Align),
}

impl Unit {
    /// What it is called in session.toml and in the processing chains of a manifest.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Gain(_) => "gain",
            Self::Eq(_) => "eq",
            Self::Compressor(c) if c.detector == Detector::Rms => "bus-compressor",
            Self::Compressor(_) => "compressor",
            Self::Delay(_) => "delay",
            Self::Reverb(_) => "reverb",
            Self::Limiter(_) => "limiter",
            Self::Gate(gate) if gate.ratio.is_finite() => "expander",
            Self::Gate(_) => "gate",
            Self::DeEsser(_) => "de-esser",
            Self::Saturation(_) => "saturation",
            Self::Width(_) => "width",
            Self::Transient(_) => "transient",
            Self::Multiband(_) => "multiband",
            Self::DynamicEq(_) => "dynamic-eq",
            Self::Convolution(_) => "convolution",
            Self::Chorus(_) => "chorus",
            Self::Phaser(_) => "phaser",
            Self::Align(_) => "align",
        }
    }

    /// The side-chain it listens to, if it has one.
    pub fn key(&self) -> Option<&Key> {
        match self {
            Self::Compressor(c) => c.key.as_ref(),
            Self::Gate(g) => g.key.as_ref(),
            Self::Multiband(m) => m.key.as_ref(),
            Self::DynamicEq(eq) => eq.key.as_ref(),
            _ => None,
        }
    }

    /// See [`Self::key`].
    pub fn key_mut(&mut self) -> Option<&mut Key> {
        match self {
            Self::Compressor(c) => c.key.as_mut(),
            Self::Gate(g) => g.key.as_mut(),
            Self::Multiband(m) => m.key.as_mut(),
            Self::DynamicEq(eq) => eq.key.as_mut(),
            _ => None,
        }
    }
}

/// A parameter that can be automated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Param {
    /// Of a gain, limiter or convolution reverb, in dB.
    Gain,
    /// Of an EQ band (from 0): Hz.
    BandFreq(usize),
    /// Of an EQ band: dB.
    BandGain(usize),
    /// Of an EQ band.
    BandQ(usize),
    /// Of a band (from 0) of a multiband compressor or dynamic EQ: dBFS.
    BandThreshold(usize),
    /// Of a band of a multiband compressor or dynamic EQ.
    BandRatio(usize),
    /// Of a band of a multiband compressor: dB.
    BandMakeup(usize),
    /// Of a band of a dynamic EQ: dB.
    BandRange(usize),
    /// Of a compressor, gate or de-esser: dBFS.
    Threshold,
    /// Of a compressor or de-esser.
    Ratio,
    /// Of a compressor: dB.
    Makeup,
    /// Of a compressor, multiband compressor or saturation: 0…1.
    Mix,
    /// Of a delay: 0…0.98. Of a chorus or phaser: −0.95…0.95.
    Feedback,
    /// Of a delay, reverb, convolution reverb, chorus or phaser: 0…1.
    Wet,
    /// Of a limiter: dBTP.
    Ceiling,
    /// Of saturation: dB.
    Drive,
    /// Of saturation: dB.
    Output,
    /// Of stereo width: 0…2.
    Width,
    /// Of a transient shaper: dB.
    Attack,
    /// Of a transient shaper: dB.
    Sustain,
    /// Of a chorus: milliseconds (not seconds). Of a phaser: octaves.
    Depth,
    /// Of a phaser: Hz.
    Freq,
}

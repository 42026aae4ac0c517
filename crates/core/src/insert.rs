//! The inserts of a session: their parameters, ranges, defaults and exact laws. `stemwright-dsp` computes them.
//!
//! Every insert is *linear* or a *gain unit*: a factor is computed from its input or its key, and multiplies what is linear in
//! the input (itself, a band of it, or what it is at a higher rate). That is what lets a bus shared by several stems be
//! split exactly.
//!
//! What runs linearly between control-grid frames (see [`crate::CONTROL_GRID`]) is named at each insert.
//!
//! Some look ahead, and delay their output by as much: their *latency*. A session never hears it. Everything waits
//! for the longest path, bypassed inserts count, and it is taken off again at the end;
//! laws are written as if the future were at hand, and automation means the frames of the timeline.

mod compressor;
mod de_esser;
mod delay;
mod eq;
mod gate;
mod limiter;
mod oversampling;
mod reverb;
mod saturation;
mod width;

pub use compressor::{Compressor, Detector, Key};
pub use de_esser::DeEsser;
pub use delay::{Delay, DelayTime};
pub use eq::{Band, BandKind, Eq};
pub use gate::Gate;
pub use limiter::Limiter;
pub use oversampling::{HALF_BAND_BETA, HALF_BANDS, PEAK_HALF_BANDS};
pub use reverb::Reverb;
pub use saturation::Saturation;
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
        }
    }

    /// The side-chain it listens to, if it has one.
    pub fn key(&self) -> Option<&Key> {
        match self {
            Self::Compressor(c) => c.key.as_ref(),
            Self::Gate(g) => g.key.as_ref(),
            _ => None,
        }
    }
}

/// A parameter that can be automated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Param {
    /// Of a gain or limiter, in dB.
    Gain,
    /// Of an EQ band (from 0): Hz.
    BandFreq(usize),
    /// Of an EQ band: dB.
    BandGain(usize),
    /// Of an EQ band.
    BandQ(usize),
    /// Of a compressor, gate or de-esser: dBFS.
    Threshold,
    /// Of a compressor or de-esser.
    Ratio,
    /// Of a compressor: dB.
    Makeup,
    /// Of a compressor or saturation: 0…1.
    Mix,
    /// Of a delay: 0…0.98.
    Feedback,
    /// Of a delay or reverb: 0…1.
    Wet,
    /// Of a limiter: dBTP.
    Ceiling,
    /// Of saturation: dB.
    Drive,
    /// Of saturation: dB.
    Output,
    /// Of stereo width: 0…2.
    Width,
}

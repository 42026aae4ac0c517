//! What is heard, on the timeline: pieces of files and what happens to them. Times are exact; no rate is chosen yet.

use super::bytes::{Auid, MobId};
use super::known::interpolations;
use super::times::Time;
use std::rc::Rc;
use stemwright_core::FadeShape;

/// A track.
#[derive(Debug, Default)]
pub(super) struct Tape {
    pub(super) name: String,
    /// Of all of it.
    pub(super) gain: f64,
    pub(super) gains: Vec<Rc<Curve>>,
    pub(super) pan: Option<Rc<Curve>>,
    pub(super) is_muted: bool,
    pub(super) is_soloed: bool,
    /// Avid's number of channels: 1 mono, 2 stereo, 3 5.1, 4 7.1.
    pub(super) format: Option<i64>,
    /// The most channels that something in it is made of.
    pub(super) wide: u16,
    pub(super) placed: Vec<Placed>,
}

/// A piece of a file.
#[derive(Debug)]
pub(super) struct Placed {
    pub(super) start: Time,
    pub(super) length: Time,
    /// Seconds of the file for each of the timeline.
    pub(super) speed: Time,
    pub(super) keeps_pitch: bool,
    /// The file that is meant, then what it was made from.
    pub(super) origins: Vec<Origin>,
    /// The channel of the track that it goes into.
    pub(super) into: Option<u16>,
    pub(super) gain: f64,
    pub(super) gains: Vec<Rc<Curve>>,
    pub(super) fades: Vec<Ramp>,
    pub(super) pan: Option<Rc<Curve>>,
    pub(super) name: Rc<str>,
}

/// Where a piece comes from.
#[derive(Debug, Clone, Copy)]
pub(super) struct Origin {
    pub(super) mob: MobId,
    pub(super) channel: Option<u16>,
    /// The time of the file at which it begins.
    pub(super) source: Time,
}

/// A value over a stretch of the timeline.
#[derive(Debug, PartialEq)]
pub(super) struct Curve {
    pub(super) start: Time,
    pub(super) length: Time,
    pub(super) how: How,
    /// At parts of the stretch, in order; at least one.
    pub(super) points: Vec<(Time, f64)>,
}

/// How a value goes from point to point.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum How {
    Straight,
    /// It jumps at each.
    Steps,
    /// Its logarithm runs straight.
    Logarithm,
}

impl How {
    /// By the name of the file for it; `None` where that is not one of these.
    pub(super) fn of(interpolation: Auid) -> Option<Self> {
        match interpolation {
            interpolations::LINEAR => Some(Self::Straight),
            interpolations::CONSTANT => Some(Self::Steps),
            interpolations::LOG => Some(Self::Logarithm),
            _ => None,
        }
    }
}

impl Curve {
    /// One value everywhere.
    pub(super) fn constant(value: f64) -> Self {
        Self { start: Time::ZERO, length: Time::ZERO, how: How::Steps, points: vec![(Time::ZERO, value)] }
    }

    /// The value, if it never changes.
    pub(super) fn is_constant(&self) -> Option<f64> {
        let first = self.points.first()?.1;
        self.points.iter().all(|point| point.1 == first).then_some(first)
    }
}

/// A rise or a fall over a stretch of the timeline.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Ramp {
    pub(super) start: Time,
    pub(super) end: Time,
    pub(super) rises: bool,
    pub(super) rise: Rise,
}

/// How a ramp rises; falls are mirror images.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Rise {
    Shape(FadeShape),
    /// √x: the power rises straight.
    Root,
    /// The factor at parts of the way, in the order of time, of falls too; straight between them.
    Points(Rc<[(f64, f64)]>),
}

impl Rise {
    /// The factor at a part x of the way, in the order of time.
    pub(super) fn factor(&self, rises: bool, x: f64) -> f64 {
        let along = if rises { x } else { 1.0 - x }.clamp(0.0, 1.0);
        match self {
            Self::Shape(shape) => shape.value(along),
            Self::Root => libm::sqrt(along),
            Self::Points(points) => {
                let next = points.partition_point(|point| point.0 <= x);
                match (next.checked_sub(1).map(|before| points[before]), points.get(next)) {
                    (Some(a), Some(b)) => a.1 + (b.1 - a.1) * ((x - a.0) / (b.0 - a.0)),
                    (Some(only), None) => only.1,
                    (None, Some(first)) => first.1,
                    (None, None) => 1.0,
                }
            }
        }
    }
}

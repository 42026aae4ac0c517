//! Values in the format's units ↔ values of a session.

use super::model::{Real, Unit};
use stemwright_core::Db;

/// What a parameter is in a session, and so how its values become that.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Quantity {
    /// A factor, as dB, within what a session takes.
    Gain,
    /// −1…1.
    Pan,
    /// On from ½ on.
    Switch,
    /// Hz.
    Frequency,
    /// Of a compressor, 1…∞.
    Ratio,
    /// Levels in dBFS, gains of bands in dB.
    Level,
    /// Seconds.
    Time,
    /// A plain number, such as Q.
    Plain,
}

/// The loudest that a session takes, in dB.
pub(super) const LOUDEST: f64 = 60.0;

impl Quantity {
    /// A value of a parameter of a session; `min` tells a pan of 0…1 from one of −1…1.
    pub(super) fn read(self, value: f64, unit: Unit, min: Option<f64>) -> f64 {
        match (self, unit) {
            (Self::Gain, Unit::Decibel) => value.min(LOUDEST),
            (Self::Gain, Unit::Percent) => Db::of((value / 100.0).max(0.0)).0.min(LOUDEST),
            (Self::Gain, _) => Db::of(value.max(0.0)).0.min(LOUDEST),
            (Self::Pan, Unit::Normalized) => (2.0 * value - 1.0).clamp(-1.0, 1.0),
            (Self::Pan, Unit::Percent) => (value / 100.0).clamp(-1.0, 1.0),
            (Self::Pan, _) if min.is_some_and(|min| min >= 0.0) => (2.0 * value - 1.0).clamp(-1.0, 1.0),
            (Self::Pan, _) => value.clamp(-1.0, 1.0),
            (Self::Switch, _) => value.clamp(0.0, 1.0),
            // Notes of MIDI: 69 is 440 Hz.
            (Self::Frequency, Unit::Semitones) => 440.0 * libm::exp2((value.clamp(-200.0, 200.0) - 69.0) / 12.0),
            // How much of what is over the threshold is taken away, 0…100.
            (Self::Ratio, Unit::Percent) => 1.0 / (1.0 - (value / 100.0).clamp(0.0, 1.0)),
            (Self::Ratio, Unit::Normalized) => 1.0 / (1.0 - value.clamp(0.0, 1.0)),
            (Self::Ratio, _) => value.max(1.0),
            (Self::Level, Unit::Linear | Unit::Normalized) => Db::of(value.max(0.0)).0,
            (Self::Level, Unit::Percent) => Db::of((value / 100.0).max(0.0)).0,
            (Self::Frequency | Self::Level | Self::Time | Self::Plain, _) => value,
        }
    }

    /// Whether values between two points in the format's unit are those between the same two in a session.
    pub(super) fn is_straight(self, unit: Unit) -> bool {
        match self {
            Self::Gain => true,
            Self::Frequency => unit != Unit::Semitones,
            Self::Ratio => !matches!(unit, Unit::Percent | Unit::Normalized),
            Self::Level => unit == Unit::Decibel,
            Self::Pan | Self::Switch | Self::Time | Self::Plain => true,
        }
    }

    /// A parameter's value, if it is written and a number that can be used.
    pub(super) fn of(self, real: Option<&Real<'_>>) -> Option<f64> {
        let real = real?;
        Some(self.read(real.value?, real.unit, real.min))
    }
}

/// How much of what is over the threshold a ratio takes away, in percent.
pub(super) fn amount(ratio: f64) -> f64 {
    100.0 * (1.0 - 1.0 / ratio)
}

//! Units that cannot be mixed up: sample rates and decibels. Time is integer frames.

use serde::{Deserialize, Serialize};

/// Frames per second. Files and sessions are 8 kHz to 384 kHz.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(try_from = "u32", into = "u32")]
pub struct SampleRate(u32);

impl SampleRate {
    /// The lowest and the highest rate that any part of Stemwright accepts.
    pub const RANGE: std::ops::RangeInclusive<u32> = 8_000..=384_000;

    /// A rate in Hz, or `None` outside [`Self::RANGE`].
    pub fn new(hz: u32) -> Option<Self> {
        Self::RANGE.contains(&hz).then_some(Self(hz))
    }

    /// The rate in Hz.
    pub const fn hz(self) -> u32 {
        self.0
    }

    /// The nearest frame to a time in seconds (halves away from zero).
    pub fn frames(self, seconds: f64) -> i64 {
        (seconds * f64::from(self.0)).round() as i64
    }

    /// The time of a frame in seconds.
    pub fn seconds(self, frame: i64) -> f64 {
        frame as f64 / f64::from(self.0)
    }

    /// `M:SS.mmm`, as people read positions; negative times carry a sign.
    pub fn clock(self, frame: i64) -> String {
        let rate = u128::from(self.0);
        let millis = (u128::from(frame.unsigned_abs()) * 1000 + rate / 2) / rate;
        let sign = if frame < 0 { "-" } else { "" };
        format!("{sign}{}:{:02}.{:03}", millis / 60_000, millis / 1000 % 60, millis % 1000)
    }
}

impl TryFrom<u32> for SampleRate {
    type Error = String;

    fn try_from(hz: u32) -> Result<Self, String> {
        Self::new(hz).ok_or_else(|| format!("a rate of {hz} Hz is outside 8,000 to 384,000 Hz"))
    }
}

impl From<SampleRate> for u32 {
    fn from(rate: SampleRate) -> Self {
        rate.0
    }
}

impl std::fmt::Display for SampleRate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} Hz", self.0)
    }
}

/// A level or gain in decibels. `Db(f64::NEG_INFINITY)` is silence.
#[derive(Debug, Clone, Copy, Default, PartialEq, PartialOrd, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(transparent)]
pub struct Db(pub f64);

impl Db {
    /// No gain.
    pub const ZERO: Self = Self(0.0);

    /// The factor 10^(dB/20), the same bits on every machine; exactly 1 at 0 dB and exactly 0 at −∞ dB.
    pub fn factor(self) -> f64 {
        if self.0 == 0.0 { 1.0 } else { libm::exp10(self.0 / 20.0) }
    }

    /// 20·log10 of a factor's magnitude; −∞ for 0.
    pub fn of(factor: f64) -> Self {
        Self(20.0 * libm::log10(factor.abs()))
    }

    /// Rounded to 0.01 dB, as levels are stored, and `None` where there is no finite level.
    pub fn stored(self) -> Option<f64> {
        self.0.is_finite().then(|| (self.0 * 100.0).round() / 100.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clock_reads_as_people_write_it() {
        let rate = SampleRate::new(48_000).unwrap();
        assert_eq!(rate.clock(0), "0:00.000");
        assert_eq!(rate.clock(83 * 48_000 + 21_888), "1:23.456");
        assert_eq!(rate.clock(-24_000), "-0:00.500");
        assert!(!rate.clock(i64::MAX).is_empty());
    }

    #[test]
    fn decibels_and_factors_agree() {
        assert_eq!(Db::ZERO.factor(), 1.0);
        assert_eq!(Db(f64::NEG_INFINITY).factor(), 0.0);
        assert!((Db(-20.0).factor() - 0.1).abs() < 1e-16);
        assert!((Db::of(0.5).0 + 6.020_599_913_279_624).abs() < 1e-12);
        assert_eq!(Db::of(0.0).stored(), None);
    }

    #[test]
    fn rates_outside_the_range_are_refused() {
        assert!(SampleRate::new(0).is_none() && SampleRate::new(7_999).is_none() && SampleRate::new(384_001).is_none());
    }
}

//! What was noticed: one type for import, bounce, check, package and split.

use crate::SampleRate;
use serde::{Deserialize, Serialize};

/// How much a finding matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Worth knowing; nothing is wrong.
    Note,
    /// Probably not what was wanted.
    Warning,
    /// The result is not usable as it is.
    Error,
}

impl std::fmt::Display for Severity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Error => "error",
        })
    }
}

/// Something a person should know, with a place and a next step.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Finding {
    /// A stable name to filter and to script by, such as `aac-priming-assumed`.
    pub code: String,
    /// How much it matters.
    pub severity: Severity,
    /// What is the matter, in a sentence with its figures.
    pub message: String,
    /// The file it is about, by name only: no path of a machine stands in a manifest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// Where: `1:23.456`, a track, a sample number and channel.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<String>,
    /// The frame on which the place begins, counted from the first of the file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub frame: Option<u64>,
    /// The channel, from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channel: Option<u16>,
    /// What was measured.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub measured: Option<Quantity>,
    /// What it should have been at most, at least or exactly, as the message says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<Quantity>,
    /// Where the limit comes from: a standard with its section, a preset, a measurement.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// What to do about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
}

/// A figure with its unit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Quantity {
    /// The figure.
    pub value: f64,
    /// dBFS, dBTP, LUFS, LU, dB, frames, bits, Hz… Empty of plain counts.
    pub unit: String,
}

impl Quantity {
    /// A figure, rounded to 0.01 as stored levels are.
    pub fn new(value: f64, unit: &str) -> Self {
        Self { value: (value * 100.0).round() / 100.0, unit: unit.to_owned() }
    }
}

impl std::fmt::Display for Quantity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let space = if self.unit.is_empty() { "" } else { " " };
        write!(f, "{}{space}{}", self.value, self.unit)
    }
}

impl Finding {
    /// A finding with neither file, place nor hint.
    pub fn new(severity: Severity, code: &str, message: impl Into<String>) -> Self {
        Self { code: code.into(), severity, message: message.into(), ..Self::nowhere() }
    }

    fn nowhere() -> Self {
        Self {
            code: String::new(),
            severity: Severity::Note,
            message: String::new(),
            file: None,
            place: None,
            frame: None,
            channel: None,
            measured: None,
            limit: None,
            source: None,
            hint: None,
        }
    }

    /// Names the file (its last component).
    #[must_use]
    pub fn in_file(mut self, file: &std::path::Path) -> Self {
        self.file = Some(file.file_name().unwrap_or(file.as_os_str()).to_string_lossy().into_owned());
        self
    }

    /// Names the place.
    #[must_use]
    pub fn at(mut self, place: impl Into<String>) -> Self {
        self.place = Some(place.into());
        self
    }

    /// Names the frame and, as the place, its time.
    #[must_use]
    pub fn at_frame(mut self, frame: u64, rate: SampleRate) -> Self {
        self.frame = Some(frame);
        self.place = Some(rate.clock(i64::try_from(frame).unwrap_or(i64::MAX)));
        self
    }

    /// Names the channel, from 1.
    #[must_use]
    pub fn in_channel(mut self, channel: usize) -> Self {
        self.channel = u16::try_from(channel).ok();
        self
    }

    /// Says what was measured.
    #[must_use]
    pub fn measured(mut self, value: f64, unit: &str) -> Self {
        self.measured = Some(Quantity::new(value, unit));
        self
    }

    /// Says what the limit is and where it comes from.
    #[must_use]
    pub fn limit(mut self, value: f64, unit: &str, source: impl Into<String>) -> Self {
        self.limit = Some(Quantity::new(value, unit));
        self.source = Some(source.into());
        self
    }

    /// Says what to do.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

//! What was noticed: one type for import, bounce, check, package and split.

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
    /// What to do about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
}

impl Finding {
    /// A finding with neither file, place nor hint.
    pub fn new(severity: Severity, code: &str, message: impl Into<String>) -> Self {
        Self { code: code.into(), severity, message: message.into(), file: None, place: None, hint: None }
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

    /// Says what to do.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

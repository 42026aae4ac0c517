//! What a command answers with `--json`. The JSON schemas under `schemas/` are made from these types.

use crate::{Finding, Manifest, Receipt};
use serde::Serialize;

/// The answer of `stemwright bounce --json`.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct BounceReport {
    /// Whether the set was written and proven; with `--dry --wet` see also that of `dry`.
    pub ok: bool,
    /// The folder of the set, as it was asked for.
    pub set: String,
    /// `stems.json`, where a set was written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub manifest: Option<Manifest>,
    /// `receipt.json`, where a set was written, or the figures of one that was not proven.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub receipt: Option<Receipt>,
    /// Where the folder went that stood there before, with files that were not ours.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub moved_aside: Option<String>,
    /// With `--dry-run`: what would be written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub plan: Option<Plan>,
    /// With `--dry --wet`: the same of the dry set, written after this one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dry: Option<Box<Self>>,
    /// Why nothing was written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<ErrorReport>,
}

/// What would be written.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Plan {
    /// The stems, in the order of their files.
    pub stems: Vec<PlannedStem>,
    /// Frames without the tail.
    pub frames: u64,
    /// The session's frame on which the files start.
    pub start: i64,
    /// Frames by which the longest path is late; it is compensated, and in no file.
    pub latency: u64,
    /// About how many bytes the set takes, without the tail.
    pub bytes: u64,
    /// What was noticed.
    pub findings: Vec<Finding>,
}

/// A stem that would be written.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PlannedStem {
    /// Its file.
    pub file: String,
    /// Its name.
    pub name: String,
    /// Its tracks.
    pub tracks: Vec<String>,
}

/// Why a command could not do its work.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ErrorReport {
    /// What happened: the file, the place, the matter.
    pub message: String,
    /// What to do about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
}

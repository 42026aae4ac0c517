//! What a command answers with `--json`. The JSON schemas under `schemas/` are made from these types.

use crate::{Coding, Finding, Layout, Manifest, MixerStrip, Receipt, Role, SampleRate};
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
    /// What was noticed before anything was rendered: about a folder without a session, about references.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub findings: Vec<Finding>,
    /// Why nothing was written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<ErrorReport>,
}

/// The answer of `stemwright new --json`.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct NewReport {
    /// Whether a session was made.
    pub ok: bool,
    /// The document, as it was asked for.
    pub session: String,
    /// Whether it was written; not with `--dry-run`.
    pub written: bool,
    /// Where the document went that stood there before, with `--force`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kept: Option<String>,
    /// Frames a second.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rate: Option<SampleRate>,
    /// Quarter notes a minute, where names or files tell.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bpm: Option<f64>,
    /// The key, where names or files tell.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// The stems, in order.
    pub stems: Vec<NewStem>,
    /// Mixes to compare with, below the folder.
    pub references: Vec<String>,
    /// What is no music: clicks, guides.
    pub left_out: Vec<String>,
    /// What was noticed.
    pub findings: Vec<Finding>,
    /// Why no session was made.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<ErrorReport>,
}

/// A stem of a new session.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct NewStem {
    /// Its name.
    pub name: String,
    /// What it is, where that is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub role: Option<Role>,
    /// Its tracks, in order.
    pub tracks: Vec<NewTrack>,
}

/// A track of a new session.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct NewTrack {
    /// Its name.
    pub name: String,
    /// Its file, below the folder.
    pub file: String,
    /// What it is.
    pub role: Role,
    /// How sure that is: `certain`, `likely` or `guess`.
    pub sure: String,
    /// The words of the name that decided; none where nobody knows.
    pub because: Vec<String>,
}

/// The answer of `stemwright session show --json` and `session convert --json`.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SessionReport {
    /// Whether the session was read, and written where that was asked for.
    pub ok: bool,
    /// The session, as it was asked for.
    pub session: String,
    /// What it is: `session.toml`, `DAWproject`, `REAPER project`, `Ardour session`, `AAF`, `folder of multitracks`, `stem set`.
    pub format: String,
    /// The program that wrote it; absent where that is not known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub program: Option<String>,
    /// The document that was written, with `convert`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub written: Option<String>,
    /// Where the document went that stood there before, with `--force`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kept: Option<String>,
    /// Frames a second.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rate: Option<SampleRate>,
    /// Quarter notes a minute at bar 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bpm: Option<f64>,
    /// Later changes of the tempo.
    pub tempo_changes: usize,
    /// The mixer, each strip below the one that it goes into.
    pub mixer: Vec<MixerStrip>,
    /// Inserts of the master, in words and values.
    pub master_inserts: Vec<String>,
    /// Named places: their times and names.
    pub markers: Vec<String>,
    /// Parts of the song: their times and names.
    pub sections: Vec<String>,
    /// The ledger: what could not be carried over, or not exactly.
    pub findings: Vec<Finding>,
    /// Why it could not be read or written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<ErrorReport>,
}

/// What would be written.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Plan {
    /// How samples would be written.
    pub coding: Coding,
    /// Which channels every file would have.
    pub layout: Layout,
    /// Frames per second.
    pub rate: SampleRate,
    /// The stems, in the order of their files.
    pub stems: Vec<PlannedStem>,
    /// Sums of stems beside them.
    pub extras: Vec<PlannedExtra>,
    /// Where several stems meet, and are split into lanes again.
    pub shared: Vec<SharedStrip>,
    /// Tracks that are heard.
    pub tracks: u64,
    /// Buses and returns that are heard.
    pub buses: u64,
    /// Frames without the tail, where its length is to be found out.
    pub frames: u64,
    /// Whether a tail follows, whose length is known only when it is rendered.
    pub tail: bool,
    /// The session's frame on which the files start.
    pub start: i64,
    /// Frames by which the longest path is late; it is compensated, and in no file.
    pub latency: u64,
    /// About how many bytes the set takes, without the tail; FLAC takes less.
    pub bytes: u64,
    /// About how many seconds of work of one core it is; a rough guess.
    pub core_seconds: f64,
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
    /// Whether it is written; otherwise it is rendered and proven with the others.
    pub written: bool,
}

/// A sum of stems that would be written.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PlannedExtra {
    /// Its file.
    pub file: String,
    /// Its name.
    pub name: String,
    /// The stems in it.
    pub stems: Vec<String>,
}

/// A bus or return that several stems go through.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SharedStrip {
    /// Its name.
    pub name: String,
    /// The stems, each of which has a lane there.
    pub stems: Vec<String>,
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

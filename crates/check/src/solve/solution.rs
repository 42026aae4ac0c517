//! Why the stems do not add up to the mix, as it stands in the report.

use serde::Serialize;

/// What is the matter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Cause {
    /// A stem is early or late.
    StemDelay,
    /// A stem is louder or quieter than in the mix.
    StemGain,
    /// A stem is upside down.
    StemPolarity,
    /// Something in the mix that no stem has.
    StemMissing,
    /// A stem that is not in the mix.
    StemExtra,
    /// A stem that is in the mix, or in the set, more often than once.
    StemDoubled,
    /// Left and right of a stem are exchanged.
    ChannelsSwapped,
    /// A stem ran on another clock.
    ClockDrift,
    /// A stem is another version than the one in the mix.
    StemRevision,
    /// The mix went through a compressor, a limiter or distortion.
    MixProcessed,
    /// The mix went through an equaliser.
    MixFiltered,
    /// All stems have one delay against the mix.
    CommonDelay,
    /// All stems have one gain against the mix.
    CommonGain,
    /// Stems and mix have nothing in common.
    Unrelated,
    /// Nothing that is looked for explains it.
    Unexplained,
}

/// What gains, delays and the like bring the stems nearest to the mix, and what that says. Levels are rounded to 0.001 dB, delays to
/// 0.0001 frames; uncertainties are standard uncertainties (GUM, JCGM 100:2008), rounded up: the truth is within two of them.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Solution {
    /// What matters most.
    pub cause: Cause,
    /// All that is the matter, the gravest first.
    pub causes: Vec<Cause>,
    /// Every stem of the sum.
    pub stems: Vec<StemSolution>,
    /// The gain that most stems share, in dB, where it is not 0.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub common_gain_db: Option<f64>,
    /// By how many frames the mix is later than most stems, where that is not 0.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub common_delay_frames: Option<f64>,
    /// By how many millionths a clock is slow: that of the stem that drifts most.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub drift_ppm: Option<f64>,
    /// What is left of the whole song when all of this is put right, RMS in dBFS; absent where nothing is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remaining_rms_dbfs: Option<f64>,
    /// The same against the mix, in dB.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remaining_of_mix_db: Option<f64>,
    /// What the mix's level did against the sum of the stems, where it changes over time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gain_curve: Option<GainCurve>,
    /// What the mix was filtered with, by third octaves; empty where it was not.
    pub filter: Vec<FilterBand>,
    /// All of this in plain sentences.
    pub sentences: Vec<String>,
}

/// A stem of the solution: how it is found in the mix.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct StemSolution {
    /// As in `files`.
    pub file: String,
    /// How much louder it is in the mix than in its file, in dB; absent where that is not known, and of stems that are not in the mix.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gain_db: Option<f64>,
    /// Its standard uncertainty.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gain_uncertainty_db: Option<f64>,
    /// Whether it is upside down.
    pub inverted: bool,
    /// By how many frames it is later in the mix than in its file (at the middle of the song, where it drifts).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub delay_frames: Option<f64>,
    /// Its standard uncertainty.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub delay_uncertainty_frames: Option<f64>,
    /// By how many millionths it becomes later.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub drift_ppm: Option<f64>,
    /// Its standard uncertainty.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub drift_uncertainty_ppm: Option<f64>,
    /// Whether left and right are exchanged.
    pub swapped: bool,
    /// Whether gain and delay can be told from the files at all; why not is in `finding`.
    pub identifiable: bool,
    /// What is the matter with it; absent where nothing is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub finding: Option<String>,
}

/// A level over time, in at most 1024 points.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct GainCurve {
    /// Frames from one point to the next; the first is at frame 0.
    pub frames_a_point: u64,
    /// Gains in dB; absent (null) where nothing sounds.
    pub db: Vec<Option<f64>>,
    /// Between these gains it is for nine tenths of the sound, in dB.
    pub range_db: [f64; 2],
}

/// What a filter does in a third of an octave.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct FilterBand {
    /// The nominal mid-band frequency in Hz.
    pub hz: f64,
    /// Its gain in dB.
    pub db: f64,
}

//! What a check found: the answer of `stemwright check --json`, and what the page is drawn from.

use crate::overview::Overview;
use crate::selftest::SelfTest;
use crate::solve::Solution;
use crate::third_octaves::Band;
use serde::{Deserialize, Serialize};
use stemwright_core::{ErrorReport, Finding, Layout, Role, SampleRate};

/// The answer of `stemwright check --json`.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct CheckReport {
    /// Whether the check could be done; what it found is in `findings`.
    pub ok: bool,
    /// What was checked, as it was asked for.
    pub set: String,
    /// The title of the song, where a manifest tells it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// The preset whose limits were applied.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub preset: Option<PresetReport>,
    /// Frames per second of most files.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rate: Option<SampleRate>,
    /// The longest file's frames.
    pub frames: u64,
    /// Every audio file of the set, stems first.
    pub files: Vec<FileReport>,
    /// Whether the stems add up to the mix; absent where there is no mix, or nothing that can be added up.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sum: Option<SumReport>,
    /// What became of the receipt; absent where there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub receipt: Option<ReceiptReport>,
    /// What a person should know, the gravest first.
    pub findings: Vec<Finding>,
    /// Why nothing was checked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<ErrorReport>,
}

/// The answer of `stemwright check --selftest --json`.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SelfTestReport {
    /// Whether every reading is within its tolerance.
    pub ok: bool,
    /// Which signals of the standards are left out, and why.
    pub left_out: String,
    /// Every signal at every rate.
    pub tests: Vec<SelfTest>,
}

/// The answer of `stemwright check --presets --json`.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PresetsReport {
    /// The built-in presets.
    pub presets: Vec<PresetLine>,
    /// Where a person's own presets are looked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub folder: Option<String>,
}

/// A preset, in a list.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PresetLine {
    /// As on the command line.
    pub name: String,
    /// In words.
    pub title: String,
    /// What it is for, in a line.
    pub description: String,
}

/// The preset that a set was held against.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PresetReport {
    /// As on the command line.
    pub name: String,
    /// In words.
    pub title: String,
    /// Whether every one of its limits is met.
    pub met: bool,
    /// Every limit that could be judged, with what came of it.
    pub limits: Vec<LimitReport>,
}

/// A limit of a preset, and what came of it.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct LimitReport {
    /// What is asked, in words: `stems peak at −3 dBFS at most`.
    pub asks: String,
    /// Whether it is met; absent where it could not be judged.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub met: Option<bool>,
    /// Where it comes from.
    pub source: String,
    /// Whether the source itself was read; a limit that was not verified is a default that one may change.
    pub verified: bool,
}

/// What a file of a set is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum FileKind {
    /// One of the files that should add up to the mix.
    Stem,
    /// The mix that the stems should add up to.
    Mix,
    /// The mix after the master chain.
    Master,
    /// A sum of stems, beside them.
    Extra,
    /// A click, a guide: no part of the music.
    Guide,
}

/// One audio file.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct FileReport {
    /// Below the folder of the set, with `/` between folders.
    pub file: String,
    /// What it is called: by the manifest, else made of its file name.
    pub name: String,
    /// What it is in the set.
    pub kind: FileKind,
    /// Its role, where the manifest or its name tell.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub role: Option<Role>,
    /// How it is coded; absent where it cannot be read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub format: Option<FormatReport>,
    /// What was measured; absent where it cannot be read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub measured: Option<Measurements>,
    /// What the page is drawn from.
    #[serde(skip)]
    pub overview: Overview,
}

/// How a file is coded.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct FormatReport {
    /// WAV, AIFF, FLAC, AAC.
    pub coding: String,
    /// Frames per second.
    pub rate: SampleRate,
    /// How many channels.
    pub channels: u16,
    /// What the channels are, where that is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub layout: Option<Layout>,
    /// Bits of an integer sample, or 32 and 64 for floats; absent where samples are an approximation.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bits: Option<u16>,
    /// Whether samples are IEEE floats.
    pub float: bool,
    /// Whether samples are those that were once exported (WAV, AIFF, FLAC), not an approximation (AAC).
    pub lossless: bool,
    /// Frames in the file.
    pub frames: u64,
    /// Where the file belongs, in its own frames since midnight or the start of the song.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub time_reference: Option<u64>,
}

/// What was measured in a file. Levels are rounded to 0.01, and absent where there is nothing to measure.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Measurements {
    /// Integrated loudness in LUFS (ITU-R BS.1770-5).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub integrated_lufs: Option<f64>,
    /// The largest short-term loudness (3 s) in LUFS (EBU Tech 3341).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub short_term_lufs: Option<f64>,
    /// The largest momentary loudness (400 ms) in LUFS (EBU Tech 3341).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub momentary_lufs: Option<f64>,
    /// Loudness range in LU (EBU Tech 3342).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub range_lu: Option<f64>,
    /// The largest value between samples too, in dBTP, at 16 times the rate (BS.1770-5 annex 2 asks for 4 times).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub true_peak_dbtp: Option<f64>,
    /// A frame within 32 of the true peak.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub true_peak_frame: Option<u64>,
    /// How often the signal exceeds 0 dBFS between samples: runs of 32 frames and channels; counting ends at 10,000.
    pub intersample_overs: u64,
    /// The largest sample in dBFS.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub peak_dbfs: Option<f64>,
    /// Its first frame.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub peak_frame: Option<u64>,
    /// The root of the mean square over all channels, in dB below a full-scale constant.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rms_dbfs: Option<f64>,
    /// From the RMS to the largest sample, in dB.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub crest_db: Option<f64>,
    /// From the integrated loudness to the true peak (PLR, AES TD1004.1.15-10), in LU.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub plr_lu: Option<f64>,
    /// The level that all but a twentieth of the tenths of a second that hold any sound exceed (RMS), in dBFS.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub noise_floor_dbfs: Option<f64>,
    /// The mean of the worst channel in dBFS.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dc_dbfs: Option<f64>,
    /// The channel that this is, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dc_channel: Option<u16>,
    /// The first frame that is not digital silence.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first_sound: Option<u64>,
    /// The last frame that is not digital silence.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_sound: Option<u64>,
    /// The first frame above −60 dBFS.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first_heard: Option<u64>,
    /// The last frame above −60 dBFS.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_heard: Option<u64>,
    /// The loudest sample of the last 10 ms, in dBFS: what is cut off where a file ends too early.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub end_dbfs: Option<f64>,
    /// Seconds of digital silence, in steps of 10 ms.
    pub silence_seconds: f64,
    /// Runs of three samples or more at the file's own ceiling, on slopes that lead above it; none in signals that are flat elsewhere
    /// too (square waves, stepped synthesisers).
    pub clipped_runs: u64,
    /// The longest of them, in frames.
    pub clipped_longest: u64,
    /// The first of them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub clipped_frame: Option<u64>,
    /// The ceiling in dBFS, where there are such runs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ceiling_dbfs: Option<f64>,
    /// Samples that are no number.
    pub nan: u64,
    /// Samples that are infinite.
    pub infinite: u64,
    /// Samples above +60 dBFS.
    pub garbage: u64,
    /// The first frame with one of these three.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unsound_frame: Option<u64>,
    /// The last frame with one of these three.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unsound_last: Option<u64>,
    /// The channel of the first of them, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unsound_channel: Option<u16>,
    /// Samples of a float file that are denormal, and take some processors a hundred times as long.
    pub denormal: u64,
    /// How many bits the samples need as integers: 16 of a 24-bit file that was padded. Absent where they are no integers of up to
    /// 32 bits, and of silence.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bits_used: Option<u16>,
    /// Of two channels: what they have in common.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stereo: Option<Stereo>,
}

/// What the two channels of a file have in common.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Stereo {
    /// Whether left and right are the same on every sample.
    pub identical: bool,
    /// Whether right is the negative of left on every sample.
    pub inverted: bool,
    /// The RMS of left − right below that of left and right, in dB: −∞ (absent) where they are identical.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub difference_db: Option<f64>,
    /// Left's RMS above right's in dB; absent where one is silent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub balance_db: Option<f64>,
    /// The channel that holds nothing while the other sounds: 1 is left.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub silent_channel: Option<u16>,
    /// The correlation of the whole file, −1 to 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub correlation: Option<f64>,
    /// The smallest correlation of 3 s that sound (above −60 dBFS).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub correlation_min: Option<f64>,
    /// Where these 3 s begin.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub correlation_min_frame: Option<u64>,
    /// What summing to mono changes of the level, in dB: 0 where both are the same, −3 where they have nothing in common, absent
    /// (−∞) where nothing is left.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mono_db: Option<f64>,
}

/// How near the stems come to the mix.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SumReport {
    /// The file that the stems were compared with.
    pub mix: String,
    /// How it was found.
    pub found_by: FoundBy,
    /// What kind of difference there is.
    pub class: SumClass,
    /// In words: what was found, and how large it is.
    pub verdict: String,
    /// How many stems were added up.
    pub stems: u64,
    /// Frames that were compared.
    pub frames: u64,
    /// Samples of the mix that the sum does not meet exactly.
    pub different_samples: u64,
    /// The largest |mix − Σ stems| in dBFS; absent where nothing is left.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub residual_peak_dbfs: Option<f64>,
    /// Its RMS in dBFS.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub residual_rms_dbfs: Option<f64>,
    /// Its integrated loudness in LUFS.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub residual_lufs: Option<f64>,
    /// Its energy against the mix's, in dB.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub residual_of_mix_db: Option<f64>,
    /// The largest |mix − Σ stems| that rounding (or dither) of these files can leave, in dBFS.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rounding_bound_dbfs: Option<f64>,
    /// The one gain that brings the sum nearest to the mix, in dB, where it is one of gain or delay.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gain_db: Option<f64>,
    /// Whether the sum is upside down against the mix.
    pub inverted: bool,
    /// By how many frames the mix is later than the sum, where it is one of gain or delay.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub delay_frames: Option<i64>,
    /// What is left after gain and delay, RMS in dBFS.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub corrected_rms_dbfs: Option<f64>,
    /// The seconds in which most is left, the worst first.
    pub worst: Vec<WorstMoment>,
    /// The residual by third octaves (IEC 61260-1), in dBFS; those that hold something.
    pub third_octaves: Vec<Band>,
    /// Why they do not, stem by stem; absent where that was not looked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub solution: Option<Solution>,
    /// Where the residual was written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub residual_file: Option<String>,
    /// The stems that were written with the solution's corrections.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub corrected: Option<CorrectedReport>,
    /// What the page is drawn from.
    #[serde(skip)]
    pub overview: Overview,
}

/// Stems with the corrections that bring them to the mix, as 32-bit float WAV at its rate and of its length.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct CorrectedReport {
    /// Where they are.
    pub folder: String,
    /// Every stem of the sum.
    pub files: Vec<CorrectedFile>,
    /// What is left of mix − Σ corrected stems, RMS in dBFS; absent where nothing is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remaining_rms_dbfs: Option<f64>,
    /// Its peak in dBFS.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remaining_peak_dbfs: Option<f64>,
    /// Its energy against the mix's, in dB.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remaining_of_mix_db: Option<f64>,
}

/// A stem that was corrected, or found to need nothing.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct CorrectedFile {
    /// As in `files`.
    pub file: String,
    /// Below the folder; absent where it could not be written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub written: Option<String>,
    /// By how much it was raised, in dB.
    pub gain_db: f64,
    /// Whether its polarity was inverted.
    pub inverted: bool,
    /// By how many frames it was moved later (at the middle of the song, where it drifted).
    pub delay_frames: f64,
    /// By how many millionths it was made slower.
    pub drift_ppm: f64,
    /// Whether left and right were exchanged.
    pub swapped: bool,
    /// What is the matter with it and was left as it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// How the mix was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum FoundBy {
    /// By `--mix`.
    Asked,
    /// By the manifest.
    Manifest,
    /// By its name.
    Name,
}

/// How the mix differs from the sum of the stems.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum SumClass {
    /// On no sample.
    BitExact,
    /// By what rounding each file leaves.
    Rounding,
    /// By what dithering each file leaves.
    Dither,
    /// By what a lossy codec leaves.
    LossyCoding,
    /// By one gain, the same all the time.
    StaticGain,
    /// By one delay of all stems, or by that and a gain.
    CommonDelay,
    /// By more than that.
    DoesNotNull,
}

/// A second in which much is left.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct WorstMoment {
    /// Its first frame.
    pub frame: u64,
    /// The RMS of what is left in it, in dBFS.
    pub rms_dbfs: f64,
}

/// What became of a receipt.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ReceiptReport {
    /// Whether everything in it that can be proved again was.
    pub proved: bool,
    /// Whether it still applies to these files: the same rate, depth and length.
    pub applies: bool,
    /// What was done, in a sentence.
    pub verdict: String,
    /// Every file that it lists, with what became of it.
    pub files: Vec<FileProved>,
}

/// A file of a receipt.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct FileProved {
    /// As the receipt calls it.
    pub name: String,
    /// The file that was taken for it, where that has another name now.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub found_as: Option<String>,
    /// What became of it.
    pub state: FileState,
}

/// What became of a file since its receipt was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum FileState {
    /// The same bytes.
    Same,
    /// Other bytes around the same samples: another container, other tags.
    Rewrapped,
    /// Another rate, depth, number of channels or length: its samples cannot be compared.
    Reformatted,
    /// It holds the samples of another file of the set.
    Swapped,
    /// Other samples.
    Changed,
    /// Not there.
    Missing,
    /// It cannot be read.
    Unreadable,
}

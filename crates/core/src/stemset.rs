//! The stem set on disk: `stems.json` (the manifest) and `receipt.json` (the proof). The JSON schemas under
//! `schemas/` are made from these types.

use crate::shown::acts;
use crate::{Finding, Layout, Role, SampleRate};
use serde::{Deserialize, Serialize};

/// `stems.json`: what a folder of stems is. Every later step reads and writes it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Manifest {
    /// The version of this layout: 1.
    pub version: u32,
    /// What is known of the song.
    pub song: SongInfo,
    /// What all files have in common.
    pub format: Format,
    /// The partition: every sample of the mix belongs to exactly one of these.
    pub stems: Vec<Stem>,
    /// Mixes that belong to the set.
    pub references: Vec<Reference>,
    /// Stems that were rendered and proven with the others, but not written: without them the files do not add up.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub absent: Vec<String>,
    /// Files that overlap with stems, outside the sum.
    pub extras: Vec<Extra>,
    /// Who may do what with it, where that was said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rights: Option<String>,
    /// The program and version that wrote the set.
    pub software: String,
    /// The file name of the receipt.
    pub receipt: String,
}

/// The song of a set.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SongInfo {
    /// Empty where unknown.
    pub title: String,
    /// Empty where unknown.
    pub artist: String,
    /// Quarter notes a minute.
    pub bpm: f64,
    /// `4/4`.
    pub time_signature: String,
    /// `A minor`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// Concert pitch in Hz.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tuning: Option<f64>,
    /// In order of their start.
    pub sections: Vec<SectionInfo>,
    /// Named places, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub markers: Vec<MarkerInfo>,
    /// Later changes of tempo and time signature, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tempo_changes: Vec<TempoInfo>,
}

/// A named place.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct MarkerInfo {
    /// What is there.
    pub name: String,
    /// Its frame, counted from the first frame of the files.
    pub at: i64,
}

/// A change of tempo or time signature.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct TempoInfo {
    /// Its frame, counted from the first frame of the files.
    pub at: i64,
    /// Quarter notes a minute from there on.
    pub bpm: f64,
    /// `4/4`, from there on.
    pub time_signature: String,
    /// Whether the tempo runs there in a straight line (over quarter notes) from the change before.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub ramp: bool,
}

/// A named part of the song.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SectionInfo {
    /// Verse, chorus…
    pub name: String,
    /// Its first frame, counted from the first frame of the files.
    pub start: i64,
}

/// What all files of a set have in common.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Format {
    /// Frames per second.
    pub rate: SampleRate,
    /// How samples are written.
    pub coding: Coding,
    /// Which channels every file has, but for mono stems.
    #[serde(default)]
    pub layout: Layout,
    /// Frames in every file.
    pub frames: u64,
    /// The session's frame on which every file starts: 0 is bar 1 beat 1; negative where audio lies before it.
    pub start: i64,
    /// The one gain applied to every stem and reference after all processing, in dB.
    pub headroom_db: f64,
    /// Whether integer files were dithered (TPDF).
    pub dither: bool,
    /// The section that was printed, where it was not the whole song.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub section: Option<String>,
}

/// File type and sample format, as on the command line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Coding {
    /// 16-bit integer WAV.
    Wav16,
    /// 24-bit integer WAV.
    Wav24,
    /// 32-bit float WAV.
    Wav32f,
    /// 24-bit integer AIFF.
    Aiff24,
    /// 16-bit FLAC.
    Flac16,
    /// 24-bit FLAC.
    Flac24,
}

impl Coding {
    /// All of them.
    pub const ALL: [Self; 6] = [Self::Wav16, Self::Wav24, Self::Wav32f, Self::Aiff24, Self::Flac16, Self::Flac24];

    /// As on the command line and in the manifest.
    pub fn id(self) -> &'static str {
        match self {
            Self::Wav16 => "wav16",
            Self::Wav24 => "wav24",
            Self::Wav32f => "wav32f",
            Self::Aiff24 => "aiff24",
            Self::Flac16 => "flac16",
            Self::Flac24 => "flac24",
        }
    }

    /// What its files end with.
    pub fn extension(self) -> &'static str {
        match self {
            Self::Wav16 | Self::Wav24 | Self::Wav32f => "wav",
            Self::Aiff24 => "aiff",
            Self::Flac16 | Self::Flac24 => "flac",
        }
    }

    /// Bits of its integers; `None` for floats.
    pub fn integer_bits(self) -> Option<u32> {
        match self {
            Self::Wav16 | Self::Flac16 => Some(16),
            Self::Wav24 | Self::Aiff24 | Self::Flac24 => Some(24),
            Self::Wav32f => None,
        }
    }

    /// In words, for people.
    pub fn words(self) -> &'static str {
        match self {
            Self::Wav16 => "16-bit WAV",
            Self::Wav24 => "24-bit WAV",
            Self::Wav32f => "32-bit float WAV",
            Self::Aiff24 => "24-bit AIFF",
            Self::Flac16 => "16-bit FLAC",
            Self::Flac24 => "24-bit FLAC",
        }
    }
}

/// One stem.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Stem {
    /// Its file, beside the manifest.
    pub file: String,
    /// Drums, Bass…
    pub name: String,
    /// What it is, where known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<Role>,
    /// `#rrggbb`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub colour: Option<String>,
    /// As many as the layout of the set has, or 1: a mono stem stands in left and right with factor 1.
    pub channels: u16,
    /// Whether inserts and returns are in it.
    pub wet: bool,
    /// The tracks in it, by name.
    pub tracks: Vec<String>,
    /// What its signal goes through, in words and values.
    pub chain: Vec<String>,
    /// What was measured.
    pub levels: Levels,
}

/// Levels, rounded to 0.01; absent where the file is silent.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Levels {
    /// The largest sample, in dBFS.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub peak_dbfs: Option<f64>,
    /// The largest value between samples too, in dBTP (ITU-R BS.1770-5 annex 2, at 16 times the rate or more).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub true_peak_dbtp: Option<f64>,
    /// Integrated loudness in LUFS (ITU-R BS.1770-5); absent where nothing passes its gate.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub integrated_lufs: Option<f64>,
    /// The largest momentary loudness (400 ms) in LUFS.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub momentary_lufs: Option<f64>,
    /// The largest short-term loudness (3 s) in LUFS.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub short_term_lufs: Option<f64>,
    /// Loudness range in LU (EBU Tech 3342).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub range_lu: Option<f64>,
}

/// A mix that belongs to the set.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Reference {
    /// Its file, beside the manifest.
    pub file: String,
    /// Which mix.
    pub kind: ReferenceKind,
    /// Whether the stems add up to this one.
    pub sum: bool,
    /// What it went through after the sum, in words and values.
    pub chain: Vec<String>,
    /// What was measured.
    pub levels: Levels,
}

/// Which mix a reference is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum ReferenceKind {
    /// Before the master chain.
    Mix,
    /// After the master chain.
    Master,
}

/// A file outside the sum.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Extra {
    /// Its file, beside the manifest.
    pub file: String,
    /// What it is.
    pub name: String,
    /// The stems that it is the sum of: sample for sample, where files hold integers.
    pub stems: Vec<String>,
    /// What was measured.
    pub levels: Levels,
}

/// `receipt.json`: the proof that comes with a set.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Receipt {
    /// The version of this layout: 1.
    pub version: u32,
    /// How far the stems are from the mix.
    pub null: NullProof,
    /// Frames in every file.
    pub frames: u64,
    /// Frames per second.
    pub rate: SampleRate,
    /// Every audio file of the set; none where nothing was measured and hashed.
    pub files: Vec<FileProof>,
    /// SHA-256 of `stems.json`, in hex: whoever edited it by hand is not overwritten without being asked.
    pub manifest_sha256: String,
    /// Stems that were attributed by masks rather than split exactly; none yet.
    pub attributed: Vec<String>,
    /// What was noticed on the way.
    pub findings: Vec<Finding>,
}

/// The null test. *Stated* figures were computed while rendering, from more than the files hold; *re-provable* ones
/// follow from the files alone.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct NullProof {
    /// Whether everything below is within its limit.
    pub proven: bool,
    /// Stated. The largest |mix − Σ stems| of the integers before the remainders were distributed, in LSB; the bound
    /// is (N+1)/2 on a sample with N active stems, 3(N+1)/2 with dither. Absent for float files.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remainder_lsb: Option<u32>,
    /// Stated. The largest bound that applied, (N+1)/2 or 3(N+1)/2 with the largest N.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remainder_bound_lsb: Option<f64>,
    /// Stated. The largest |mix − Σ stems| of the f64 sums in dBFS; absent where exactly zero.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub residual_dbfs: Option<f64>,
    /// Stated. The largest ratio of the f64 residual to what is allowed on its sample,
    /// 2⁻³⁴·(largest Σ|stem| of the last second) + N·2⁻⁴⁴; at most 1.
    pub residual_of_bound: f64,
    /// Re-provable. Samples on which mono stems alone sound and left and right cannot both be met: the sum is at most
    /// 1 LSB off there. Absent without mono stems.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mono_unmet: Option<u64>,
    /// Re-provable. Samples on which the delivered integers do not add up. Absent for float files.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lsb_errors: Option<u64>,
    /// Where the first sample out of bounds is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_failure: Option<String>,
}

/// One audio file of a set.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct FileProof {
    /// Its name.
    pub name: String,
    /// SHA-256 of the file, in hex.
    pub sha256: String,
    /// SHA-256 of its interleaved samples as they stand in the file, in hex.
    pub pcm_sha256: String,
}

/// The longest that a stem's name may stand in a file name, in bytes; file systems end at 255.
const NAME_BYTES: usize = 120;

/// `{nn}_{stem}` and the extension of the coding: the file name of the stem in place `nn` (from 1).
pub fn stem_file_name(nn: usize, stem: &str, coding: Coding) -> String {
    format!("{nn:02}_{}.{}", in_file_name(stem, "Stem"), coding.extension())
}

/// `X{nn}_{name}` and the extension of the coding: the file name of the extra in place `nn` (from 1).
pub fn extra_file_name(nn: usize, name: &str, coding: Coding) -> String {
    format!("X{nn}_{}.{}", in_file_name(name, "Extra"), coding.extension())
}

/// A name as it can stand in a file name. Characters that a file system of macOS, Windows or Linux refuses, and those that
/// act instead of being seen, become `-`; `otherwise` is for names of which nothing is left.
pub fn in_file_name(name: &str, otherwise: &str) -> String {
    let allowed = |c: char| {
        if acts(c) || matches!(c, '/' | '\\' | ':' | '*' | '?' | '"' | '<' | '>' | '|') { '-' } else { c }
    };
    let mut name: String = name.chars().map(allowed).collect();
    let end = name.char_indices().map(|(i, c)| i + c.len_utf8()).take_while(|&end| end <= NAME_BYTES).last();
    name.truncate(end.unwrap_or(0));
    let name = name.trim_start().trim_end_matches(|c: char| c == '.' || c.is_whitespace());
    if name.is_empty() { otherwise.to_owned() } else { name.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn file_names_stay_in_the_folder_and_on_every_file_system() {
        assert_eq!(stem_file_name(1, "Drums", Coding::Wav24), "01_Drums.wav");
        assert_eq!(stem_file_name(7, "../up\\down:*?", Coding::Wav24), "07_..-up-down---.wav");
        assert_eq!(stem_file_name(12, " . ", Coding::Wav24), "12_Stem.wav");
        assert_eq!(stem_file_name(3, "Ünïcode 声", Coding::Wav24), "03_Ünïcode 声.wav");
        assert_eq!(stem_file_name(2, "Bass", Coding::Flac16), "02_Bass.flac");
        assert_eq!(extra_file_name(1, "A/B", Coding::Aiff24), "X1_A-B.aiff");
        assert!(stem_file_name(3, &"é".repeat(500), Coding::Wav24).len() < 140);
    }
}

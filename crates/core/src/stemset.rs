//! The stem set on disk: `stems.json` (the manifest) and `receipt.json` (the proof). The JSON schemas under
//! `schemas/` are made from these types.

use crate::{Finding, Role, SampleRate};
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
    /// Frames in every file.
    pub frames: u64,
    /// The session's frame on which every file starts: 0 is bar 1 beat 1; negative where audio lies before it.
    pub start: i64,
    /// The one gain applied to every stem and reference after all processing, in dB.
    pub headroom_db: f64,
    /// Whether integer files were dithered (TPDF).
    pub dither: bool,
}

/// File type and sample format, as on the command line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Coding {
    /// 24-bit integer WAV.
    Wav24,
    /// 32-bit float WAV.
    Wav32f,
}

impl Coding {
    /// As on the command line and in the manifest.
    pub fn id(self) -> &'static str {
        match self {
            Self::Wav24 => "wav24",
            Self::Wav32f => "wav32f",
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
    /// 1 or 2.
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
    /// The stems it is the union of.
    pub stems: Vec<String>,
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
    /// Every audio file of the set.
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

/// `{nn}_{stem}.wav`: the file name of the stem in place `nn` (from 1). Characters that a file system of macOS,
/// Windows or Linux refuses, and control characters, become `-`.
pub fn stem_file_name(nn: usize, stem: &str) -> String {
    let mut name: String =
        stem.chars()
            .map(|c| {
                if c.is_control() || matches!(c, '/' | '\\' | ':' | '*' | '?' | '"' | '<' | '>' | '|') {
                    '-'
                } else {
                    c
                }
            })
            .collect();
    let end = name.char_indices().map(|(i, c)| i + c.len_utf8()).take_while(|&end| end <= NAME_BYTES).last();
    name.truncate(end.unwrap_or(0));
    let name = name.trim().trim_end_matches('.');
    format!("{nn:02}_{}.wav", if name.is_empty() { "Stem" } else { name })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn file_names_stay_in_the_folder_and_on_every_file_system() {
        assert_eq!(stem_file_name(1, "Drums"), "01_Drums.wav");
        assert_eq!(stem_file_name(7, "../up\\down:*?"), "07_..-up-down---.wav");
        assert_eq!(stem_file_name(12, " . "), "12_Stem.wav");
        assert_eq!(stem_file_name(3, "Ünïcode 声"), "03_Ünïcode 声.wav");
        assert!(stem_file_name(3, &"é".repeat(500)).len() < 140);
    }
}

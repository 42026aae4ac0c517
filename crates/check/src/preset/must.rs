//! What a limit measures, and the value that it asks for.

use super::Applies;
use crate::{FileKind, SumClass};
use serde::de::Error;
use serde::{Deserialize, Deserializer};
use stemwright_core::Role;

/// What is measured, and its value. Levels in dBFS, dBTP, LUFS and LU, times in seconds.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "kebab-case", rename_all_fields = "kebab-case", deny_unknown_fields)]
pub enum Must {
    /// The coding is one of these, as in a report: WAV, AIFF, FLAC, AAC.
    Coding {
        /// Any of them will do.
        one_of: Vec<String>,
    },
    /// The samples are those that were once exported.
    Lossless,
    /// Bits of a sample. Floats count as deep enough, where they are allowed.
    Bits {
        /// So many or more.
        at_least: Option<u16>,
        /// Neither more nor less; of floats 32 or 64.
        exactly: Option<u16>,
        /// Whether floats are allowed.
        #[serde(default = "yes")]
        float: bool,
    },
    /// Frames a second.
    Rate {
        /// Any of them will do.
        one_of: Option<Vec<u32>>,
        /// So many or more.
        at_least: Option<u32>,
    },
    /// How many channels.
    Channels {
        /// Any of them will do.
        one_of: Vec<u16>,
    },
    /// The largest sample, in dBFS.
    Peak {
        /// No quieter than that.
        at_least: Option<f64>,
        /// No louder than that.
        at_most: Option<f64>,
    },
    /// The largest value between samples too, in dBTP.
    TruePeak {
        /// No louder than that.
        at_most: f64,
    },
    /// From the largest sample up to 0 dBFS, in dB.
    Headroom {
        /// No less than that.
        at_least: f64,
    },
    /// Integrated loudness in LUFS.
    Loudness {
        /// What it should be.
        target: f64,
        /// How far off it may be, in LU.
        tolerance: f64,
    },
    /// Loudness of the dialogue alone: never judged, because nothing here tells dialogue from the rest.
    DialogueLoudness {
        /// What it should be, in LUFS.
        target: f64,
        /// How far off it may be, in LU.
        tolerance: f64,
    },
    /// Loudness range in LU.
    LoudnessRange {
        /// No less than that.
        at_least: Option<f64>,
        /// No more than that.
        at_most: Option<f64>,
    },
    /// The largest short-term loudness in LUFS.
    ShortTerm {
        /// No more than that.
        at_most: f64,
    },
    /// No run of samples is cut off.
    NoClipping,
    /// All files have the same rate.
    SameRate,
    /// All files have the same bits, and all are floats or none.
    SameBits,
    /// All files have the same length.
    SameLength,
    /// All files begin at the same time.
    SameStart,
    /// What is silent before anything is heard.
    Head {
        /// So many seconds or more.
        at_least: Option<f64>,
        /// So many seconds or less.
        at_most: Option<f64>,
        /// So many bars: not judged, because a report knows no tempo.
        bars: Option<u32>,
    },
    /// What is silent after everything was heard.
    Tail {
        /// So many seconds or more.
        at_least: Option<f64>,
        /// So many seconds or less.
        at_most: Option<f64>,
        /// So many bars: not judged, because a report knows no tempo.
        bars: Option<u32>,
    },
    /// How many stems.
    Stems {
        /// So many or more.
        at_least: Option<usize>,
        /// So many or fewer.
        at_most: Option<usize>,
    },
    /// A stem of each of these roles; any of a group will do.
    Roles {
        /// The groups.
        each: Vec<Vec<Role>>,
    },
    /// Where voices are, the lead has a stem of its own.
    LeadApart,
    /// Such a file is there.
    Present {
        /// Which.
        file: Present,
    },
    /// What is left between the mix and the sum of the stems is of one of these kinds.
    Sum {
        /// Any of them will do.
        #[serde(deserialize_with = "limits")]
        one_of: Vec<SumClass>,
    },
    /// The name of the file, without its extension, is made like this.
    Name {
        /// What the whole name matches.
        pattern: Pattern,
        /// A name that fits.
        example: String,
        /// How a fitting name is made of `{title}`, `{stem}`, `{rate}` and `{bits}`.
        fit: Option<String>,
    },
    /// The name holds nothing but letters of English, digits, `_`, `-` and `.`.
    PlainName,
    /// The length of the name with its extension, in characters.
    NameLength {
        /// So many or fewer.
        at_most: usize,
    },
}

/// Classes of sums that are worth asking for.
fn limits<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<SumClass>, D::Error> {
    let classes = Vec::<SumClass>::deserialize(from)?;
    if classes.contains(&SumClass::DoesNotNull) {
        return Err(D::Error::custom("`does-not-null` is what every limit forbids"));
    }
    Ok(classes)
}

fn yes() -> bool {
    true
}

/// A file that a set may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Present {
    /// The mix that the stems add up to.
    Mix,
    /// The mix after the master chain.
    Master,
    /// A click or a guide.
    Guide,
}

impl Present {
    pub(crate) fn kind(self) -> FileKind {
        match self {
            Self::Mix => FileKind::Mix,
            Self::Master => FileKind::Master,
            Self::Guide => FileKind::Guide,
        }
    }
}

/// A regular expression (the syntax of `regex-lite`).
#[derive(Debug, Clone, Deserialize)]
#[serde(try_from = "String")]
pub struct Pattern(regex_lite::Regex);

impl TryFrom<String> for Pattern {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        regex_lite::Regex::new(&text).map(Self).map_err(|error| format!("`{text}` is no regular expression: {error}"))
    }
}

impl Pattern {
    /// As it was written.
    pub fn text(&self) -> &str {
        self.0.as_str()
    }

    /// Whether a name matches.
    pub fn matches(&self, name: &str) -> bool {
        self.0.is_match(name)
    }
}

impl PartialEq for Pattern {
    fn eq(&self, other: &Self) -> bool {
        self.text() == other.text()
    }
}

impl Must {
    /// The code of its findings.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Coding { .. } => "preset-coding",
            Self::Lossless => "preset-lossless",
            Self::Bits { .. } => "preset-bits",
            Self::Rate { .. } => "preset-rate",
            Self::Channels { .. } => "preset-channels",
            Self::Peak { .. } => "preset-peak",
            Self::TruePeak { .. } => "preset-true-peak",
            Self::Headroom { .. } => "preset-headroom",
            Self::Loudness { .. } => "preset-loudness",
            Self::DialogueLoudness { .. } => "preset-dialogue-loudness",
            Self::LoudnessRange { .. } => "preset-loudness-range",
            Self::ShortTerm { .. } => "preset-short-term",
            Self::NoClipping => "preset-clipping",
            Self::SameRate => "preset-same-rate",
            Self::SameBits => "preset-same-bits",
            Self::SameLength => "preset-length",
            Self::SameStart => "preset-start",
            Self::Head { .. } => "preset-head",
            Self::Tail { .. } => "preset-tail",
            Self::Stems { .. } => "preset-stems",
            Self::Roles { .. } => "preset-roles",
            Self::LeadApart => "preset-lead-apart",
            Self::Present { file: Present::Mix } => "preset-mix-missing",
            Self::Present { file: Present::Master } => "preset-master-missing",
            Self::Present { file: Present::Guide } => "preset-guide-missing",
            Self::Sum { .. } => "preset-sum",
            Self::Name { .. } => "preset-name",
            Self::PlainName => "preset-plain-name",
            Self::NameLength { .. } => "preset-name-length",
        }
    }

    /// What a hint may have filled in: `{by}` is how far off the value is, with its unit, for all files alike; `{lower}` is
    /// `lower` or `raise`; `{lengthen}` is `lengthen` or `shorten`; `{fit}` is what would fit.
    pub fn tokens(&self) -> &'static [&'static str] {
        match self {
            Self::Peak { .. }
            | Self::TruePeak { .. }
            | Self::Headroom { .. }
            | Self::Loudness { .. }
            | Self::ShortTerm { .. } => &["lower", "by"],
            Self::Head { .. } | Self::Tail { .. } => &["lengthen", "by"],
            Self::Coding { .. }
            | Self::Bits { .. }
            | Self::Rate { .. }
            | Self::Channels { .. }
            | Self::SameRate
            | Self::SameBits
            | Self::SameLength
            | Self::Roles { .. }
            | Self::Name { .. }
            | Self::PlainName
            | Self::NameLength { .. } => &["fit"],
            _ => &[],
        }
    }

    /// What it can be asked of.
    pub(crate) fn applies_to(&self, applies: Applies) -> Result<(), &'static str> {
        let set = applies == Applies::Set;
        match self {
            Self::SameRate
            | Self::SameBits
            | Self::SameLength
            | Self::SameStart
            | Self::Stems { .. }
            | Self::Roles { .. }
            | Self::LeadApart
            | Self::Present { .. }
            | Self::Sum { .. } => {
                if set {
                    Ok(())
                } else {
                    Err("write `applies = \"set\"`: it is a property of the whole set")
                }
            }
            Self::Head { .. } | Self::Tail { .. } => Ok(()),
            _ => {
                if set {
                    Err("write `applies = \"files\"` or `\"stems\"`: it is a property of a file")
                } else {
                    Ok(())
                }
            }
        }
    }

    /// Why the value asks for nothing that can be met.
    pub(crate) fn nonsense(&self) -> Option<String> {
        fn range(low: Option<f64>, high: Option<f64>) -> Option<String> {
            match (low, high) {
                (None, None) => Some("neither `at-least` nor `at-most` is given".to_owned()),
                (Some(low), Some(high)) if low > high => Some("`at-least` is larger than `at-most`".to_owned()),
                _ if !low.into_iter().chain(high).all(f64::is_finite) => {
                    Some("a limit must be a finite number".to_owned())
                }
                _ => None,
            }
        }
        let empty = |nothing: bool| nothing.then(|| "nothing is allowed by an empty list".to_owned());
        match self {
            Self::Coding { one_of } => empty(one_of.is_empty()),
            Self::Channels { one_of } => empty(one_of.is_empty()),
            Self::Sum { one_of } => empty(one_of.is_empty()),
            Self::Roles { each } => empty(each.is_empty() || each.iter().any(Vec::is_empty)),
            Self::Bits { at_least: None, exactly: None, float: true } => {
                Some("neither `at-least` nor `exactly` is given".to_owned())
            }
            Self::Rate { one_of: None, at_least: None } => Some("neither `one-of` nor `at-least` is given".to_owned()),
            Self::Rate { one_of, .. } => empty(one_of.as_ref().is_some_and(Vec::is_empty)),
            Self::Head { at_least: None, at_most: None, bars: Some(_) }
            | Self::Tail { at_least: None, at_most: None, bars: Some(_) } => None,
            Self::Peak { at_least, at_most }
            | Self::LoudnessRange { at_least, at_most }
            | Self::Head { at_least, at_most, .. }
            | Self::Tail { at_least, at_most, .. } => range(*at_least, *at_most),
            Self::TruePeak { at_most } | Self::ShortTerm { at_most } => range(None, Some(*at_most)),
            Self::Headroom { at_least } => range(Some(*at_least), None),
            Self::Loudness { target, tolerance } | Self::DialogueLoudness { target, tolerance } => {
                range(Some(*target), None).or_else(|| {
                    (!tolerance.is_finite() || *tolerance < 0.0)
                        .then(|| "`tolerance` must be a positive number".to_owned())
                })
            }
            Self::Stems { at_least, at_most } => range(at_least.map(|n| n as f64), at_most.map(|n| n as f64)),
            Self::Name { pattern, example, .. } => {
                (!pattern.matches(example)).then(|| format!("the example `{example}` does not match the pattern"))
            }
            _ => None,
        }
    }
}

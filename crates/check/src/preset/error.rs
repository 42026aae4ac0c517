//! Why a preset cannot be used: the file, the place, the next step.

use std::path::PathBuf;

/// Why a preset cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum PresetError {
    /// No preset is called that.
    #[error("there is no preset `{name}`")]
    Unknown {
        /// What was asked for.
        name: String,
        /// What to write instead.
        hint: String,
    },
    /// The file cannot be read.
    #[error("{}: {source}", file.display())]
    Read {
        /// The file.
        file: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The file is no text.
    #[error("{}: not UTF-8", file.display())]
    NoText {
        /// The file.
        file: PathBuf,
    },
    /// The file is larger than any preset is.
    #[error("{}: larger than {most} bytes", file.display())]
    TooLarge {
        /// The file.
        file: PathBuf,
        /// How large it may be.
        most: u64,
    },
    /// The file says something that is no preset.
    #[error("{}{place}: {message}", file.display())]
    Damaged {
        /// The file.
        file: PathBuf,
        /// Where in it.
        place: PresetPlace,
        /// What is wrong.
        message: String,
        /// What to write instead.
        hint: String,
    },
}

/// A line and a column of a file, or the file as a whole.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct PresetPlace {
    /// From 1; 0 where the file as a whole is meant.
    pub line: usize,
    /// In characters, from 1.
    pub column: usize,
}

impl PresetPlace {
    /// The place of a byte of `text`.
    pub(crate) fn of(text: &str, byte: usize) -> Self {
        let end = (0..=byte.min(text.len())).rev().find(|&at| text.is_char_boundary(at)).unwrap_or(0);
        let before = &text[..end];
        let begin = before.rfind('\n').map_or(0, |at| at + 1);
        Self { line: before.matches('\n').count() + 1, column: before[begin..].chars().count() + 1 }
    }
}

impl std::fmt::Display for PresetPlace {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.line == 0 { Ok(()) } else { write!(f, ":{}:{}", self.line, self.column) }
    }
}

impl PresetError {
    /// The next step.
    pub fn hint(&self) -> String {
        match self {
            Self::Unknown { hint, .. } | Self::Damaged { hint, .. } => hint.clone(),
            Self::Read { .. } => "see that the file is there and may be read".to_owned(),
            Self::NoText { .. } => "save it as UTF-8".to_owned(),
            Self::TooLarge { .. } => "name the preset itself: a TOML file of a few kilobytes".to_owned(),
        }
    }
}

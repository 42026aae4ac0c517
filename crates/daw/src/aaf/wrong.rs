//! Why an AAF file is not read.

use std::fmt;

/// Why a file, or something in it, is not read.
#[derive(Debug)]
pub(super) enum Wrong {
    /// The operating system's word.
    Io(std::io::Error),
    /// What is wrong with the file; follows its name.
    File(String),
}

impl Wrong {
    pub(super) fn file(what: impl Into<String>) -> Self {
        Self::File(what.into())
    }
}

impl fmt::Display for Wrong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Io(error) => write!(f, "cannot be read: {error}"),
            Self::File(what) => f.write_str(what),
        }
    }
}

impl From<std::io::Error> for Wrong {
    fn from(error: std::io::Error) -> Self {
        match error.kind() {
            std::io::ErrorKind::UnexpectedEof => Self::file("is cut short"),
            _ => Self::Io(error),
        }
    }
}

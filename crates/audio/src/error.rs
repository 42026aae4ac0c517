//! What can go wrong between a disk and the samples: each error names the file, the place and the next step.

use std::io;
use std::path::{Path, PathBuf};

use stemwright_core::SampleRate;

/// Why a file could not be read or written. `Display` is a full sentence; [`AudioError::hint`] says what to do.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AudioError {
    /// There is no such file.
    #[error("`{}` does not exist", file.display())]
    NotFound {
        /// The file as it was asked for.
        file: PathBuf,
    },
    /// The operating system refused.
    #[error("could not {doing} `{}`: {source}", file.display())]
    Io {
        /// The file or folder.
        file: PathBuf,
        /// What was tried, as a verb ("read", "write").
        doing: &'static str,
        /// What the system said.
        source: io::Error,
    },
    /// The file is not audio, or audio of a kind that is not read.
    #[error("`{}` {what}", file.display())]
    Unsupported {
        /// The file.
        file: PathBuf,
        /// What it is, as the rest of a sentence ("is an MP3 file, which …").
        what: String,
        /// What to do.
        hint: String,
    },
    /// The file breaks the rules of its own format.
    #[error("`{}` is damaged: {what}", file.display())]
    Malformed {
        /// The file.
        file: PathBuf,
        /// What is wrong, with the frame or byte where it is.
        what: String,
        /// What to do.
        hint: String,
    },
    /// The file ends before its samples do.
    #[error("`{}` is cut short: {what}", file.display())]
    Truncated {
        /// The file.
        file: PathBuf,
        /// How much is missing.
        what: String,
        /// How many frames are missing, where that is known.
        missing: Option<u64>,
        /// What to do.
        hint: String,
    },
    /// A sample that no programme material holds: not a number, infinite, or above +60 dBFS.
    #[error("`{}` holds the value {value:?} at frame {frame} ({clock}), channel {channel}", file.display())]
    BadSample {
        /// The file.
        file: PathBuf,
        /// The frame, counted from 0.
        frame: u64,
        /// The same place as `M:SS.mmm`.
        clock: String,
        /// The channel, counted from 1.
        channel: usize,
        /// What was read.
        value: f64,
        /// What to do.
        hint: String,
    },
    /// The file asks for more than any sensible file does.
    #[error("`{}` exceeds a limit: {what}", file.display())]
    Limit {
        /// The file.
        file: PathBuf,
        /// Which limit, with its figures.
        what: String,
        /// What to do.
        hint: String,
    },
    /// The file is no longer the one that was opened.
    #[error("`{}` was changed by another program while it was being read", file.display())]
    Changed {
        /// The file.
        file: PathBuf,
    },
    /// The disk (or a quota, or the file system's largest file) has no room.
    #[error("no space to write `{}`{}: {source}", file.display(), needed_text(*needed))]
    NoSpace {
        /// What was being written.
        file: PathBuf,
        /// How many bytes it needs in all, where that is known.
        needed: Option<u64>,
        /// What the system said.
        source: io::Error,
    },
    /// Another run is writing into the same folder.
    #[error("another run is writing to `{}`", target.display())]
    Busy {
        /// The folder both want.
        target: PathBuf,
    },
}

fn needed_text(needed: Option<u64>) -> String {
    needed.map_or_else(String::new, |bytes| format!(", which needs {:.1} MB", bytes as f64 / 1e6))
}

impl AudioError {
    /// What to do about it, as a sentence without its full stop.
    pub fn hint(&self) -> Option<&str> {
        match self {
            Self::Unsupported { hint, .. }
            | Self::Malformed { hint, .. }
            | Self::Truncated { hint, .. }
            | Self::BadSample { hint, .. }
            | Self::Limit { hint, .. } => Some(hint),
            Self::NotFound { .. } => Some("check the path, and that the drive is connected"),
            Self::Io { source, .. } => match source.kind() {
                io::ErrorKind::PermissionDenied => Some("check the permissions of the file and of its folder"),
                _ => Some("check that the drive is connected and healthy, then try again"),
            },
            Self::Changed { .. } => Some("wait until the other program has finished writing it, then run again"),
            Self::NoSpace { .. } => Some("free some space, or write to another drive with -o"),
            Self::Busy { .. } => Some("wait until it has finished, or write to another folder with -o"),
        }
    }

    /// The file or folder that the error is about.
    pub fn file(&self) -> &Path {
        match self {
            Self::NotFound { file }
            | Self::Io { file, .. }
            | Self::Unsupported { file, .. }
            | Self::Malformed { file, .. }
            | Self::Truncated { file, .. }
            | Self::BadSample { file, .. }
            | Self::Limit { file, .. }
            | Self::Changed { file }
            | Self::NoSpace { file, .. }
            | Self::Busy { target: file } => file,
        }
    }

    /// Sorts a system error into absent, changed, no space, or the rest.
    pub(crate) fn io(file: &Path, doing: &'static str, source: io::Error) -> Self {
        let file = file.to_path_buf();
        if source.get_ref().is_some_and(|inner| inner.is::<FileChanged>()) {
            return Self::Changed { file };
        }
        match source.kind() {
            io::ErrorKind::NotFound if doing != "write" => Self::NotFound { file },
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded | io::ErrorKind::FileTooLarge => {
                Self::NoSpace { file, needed: None, source }
            }
            _ => Self::Io { file, doing, source },
        }
    }

    pub(crate) fn malformed(file: &Path, what: impl Into<String>) -> Self {
        let hint = "export it again from the program that made it".into();
        Self::Malformed { file: file.to_path_buf(), what: what.into(), hint }
    }

    pub(crate) fn unsupported(file: &Path, what: impl Into<String>, hint: impl Into<String>) -> Self {
        Self::Unsupported { file: file.to_path_buf(), what: what.into(), hint: hint.into() }
    }

    pub(crate) fn limit(file: &Path, what: impl Into<String>) -> Self {
        let hint = "export it again, or decode it to WAV first".into();
        Self::Limit { file: file.to_path_buf(), what: what.into(), hint }
    }

    pub(crate) fn bad_sample(file: &Path, rate: SampleRate, frame: u64, channel: usize, value: f64) -> Self {
        Self::BadSample {
            file: file.to_path_buf(),
            frame,
            clock: rate.clock(i64::try_from(frame).unwrap_or(i64::MAX)),
            channel,
            value,
            hint: format!("export it again, or start the clip after it (`from`, later than frame {frame})"),
        }
    }

    /// Adds what the whole file needs to an error about space.
    pub(crate) fn needing(mut self, bytes: Option<u64>) -> Self {
        if let Self::NoSpace { needed, .. } = &mut self {
            *needed = needed.or(bytes);
        }
        self
    }
}

/// Carried inside an `io::Error` through code that knows only those.
#[derive(Debug, thiserror::Error)]
#[error("the file was changed while it was being read")]
pub(crate) struct FileChanged;

impl From<FileChanged> for io::Error {
    fn from(changed: FileChanged) -> Self {
        Self::other(changed)
    }
}

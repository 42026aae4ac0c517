//! What can go wrong between a session and its stems.

use std::path::PathBuf;
use stemwright_audio::AudioError;
use stemwright_core::{SampleRate, nearest};

/// A session that cannot be rendered as it stands.
#[derive(Debug, thiserror::Error)]
pub enum GraphError {
    /// Two strips share a name.
    #[error("two tracks or buses are called `{name}`")]
    DuplicateName {
        /// The name.
        name: String,
    },
    /// A name that nothing has.
    #[error("`{by}` refers to `{name}`, but no track or bus has that name")]
    UnknownName {
        /// The name that was not found.
        name: String,
        /// The strip that refers to it.
        by: String,
        /// All names there are.
        known: Vec<String>,
    },
    /// An output or send into a track.
    #[error("`{from}` goes or sends to the track `{to}`; only buses and returns take signals")]
    IntoTrack {
        /// The strip it comes from.
        from: String,
        /// The track.
        to: String,
    },
    /// Outputs, sends and keys in a circle.
    #[error("there is a loop: {path}")]
    Loop {
        /// The loop in words.
        path: String,
    },
    /// No clip that is heard.
    #[error("nothing can be heard: no clip is on a track that reaches the master")]
    Empty,
    /// A file that cannot be read.
    #[error("track `{track}`: {source}")]
    Source {
        /// The track that needs it.
        track: String,
        /// What is wrong with it.
        source: AudioError,
    },
    /// A file of another rate.
    #[error("track `{track}`: {} is at {rate}, the session at {session}", file.display())]
    Rate {
        /// The file.
        file: PathBuf,
        /// The track that needs it.
        track: String,
        /// The file's rate.
        rate: SampleRate,
        /// The session's rate.
        session: SampleRate,
    },
    /// A file of more than two channels.
    #[error("track `{track}`: {} has {channels} channels; tracks are mono or stereo", file.display())]
    Channels {
        /// The file.
        file: PathBuf,
        /// The track that needs it.
        track: String,
        /// The file's channels.
        channels: usize,
    },
    /// A clip that wants more than its file has.
    #[error(
        "track `{track}`: a clip uses frames {from} to {} of {}, which has {have}",
        from.saturating_add(*frames), file.display()
    )]
    PastTheEnd {
        /// The file.
        file: PathBuf,
        /// The track that needs it.
        track: String,
        /// The clip's first frame in the file.
        from: u64,
        /// The frames it uses.
        frames: u64,
        /// The frames the file has.
        have: u64,
    },
}

/// What stops a run.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// A file stopped being readable.
    #[error("track `{track}`: {source}")]
    Source {
        /// The track that needs it.
        track: String,
        /// What is wrong with it.
        source: AudioError,
    },
    /// A file had fewer frames than it said.
    #[error("track `{track}`: {} ends at frame {frame}, earlier than it says", file.display())]
    EndedEarly {
        /// The track that needs it.
        track: String,
        /// The file.
        file: PathBuf,
        /// The first missing frame.
        frame: u64,
    },
    /// The set could not be written.
    #[error(transparent)]
    Write(#[from] AudioError),
    /// Somebody asked it to stop.
    #[error("stopped; nothing was written")]
    Cancelled,
}

impl EngineError {
    /// What to do about it.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Source { source, .. } | Self::Write(source) => source.hint().map(str::to_owned),
            Self::EndedEarly { .. } => Some("export the file again".into()),
            Self::Cancelled => None,
        }
    }
}

impl GraphError {
    /// What to do about it.
    pub fn hint(&self) -> Option<String> {
        Some(match self {
            Self::DuplicateName { .. } => "give one of them another `name`".into(),
            Self::UnknownName { name, known, .. } => match nearest(name, known.iter().map(String::as_str)) {
                Some(near) => format!("did you mean `{near}`?"),
                None if known.is_empty() => "there are no tracks or buses yet".into(),
                None => format!("there are: {}", known.join(", ")),
            },
            Self::IntoTrack { to, .. } => format!("make `{to}` a [[bus]], or send to the bus that it goes to"),
            Self::Loop { .. } => "take one of these outputs, sends or keys away".into(),
            Self::Empty => "give a track a [[track.clip]], or take `mute` away".into(),
            Self::Source { source, .. } => return source.hint().map(str::to_owned),
            Self::Rate { session, file, .. } => format!(
                "convert the file (for example `sox \"{}\" -r {} OUT.wav`), or set the session's `rate`; \
                 Stemwright does not resample yet",
                file.display(),
                session.hz()
            ),
            Self::Channels { .. } => "split the file into mono or stereo files".into(),
            Self::PastTheEnd { .. } => "shorten the clip's `length` or lower its `from`".into(),
        })
    }
}

//! What can go wrong between a session and its stems.

use std::path::PathBuf;
use stemwright_audio::AudioError;
use stemwright_core::nearest;

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
    /// A stem that there is not.
    #[error("{by} refers to the stem `{name}`, but no stem has that name")]
    UnknownStem {
        /// The name that was not found.
        name: String,
        /// Who refers to it.
        by: String,
        /// All stems there are.
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
    /// A file of a number of channels that no layout has.
    #[error("track `{track}`: {} has {channels} channels; tracks are mono, stereo, 5.1 or 7.1", file.display())]
    Channels {
        /// The file.
        file: PathBuf,
        /// The track that needs it.
        track: String,
        /// The file's channels.
        channels: usize,
    },
    /// An impulse response that cannot be read.
    #[error("`{strip}`, impulse response: {source}")]
    Impulse {
        /// The strip that needs it.
        strip: String,
        /// What is wrong with it.
        source: AudioError,
    },
    /// An impulse response of a number of channels that no reverb has.
    #[error("`{strip}`: {} has {channels} channels; impulse responses have 1, 2 or 4", file.display())]
    ImpulseChannels {
        /// The file.
        file: PathBuf,
        /// The strip that needs it.
        strip: String,
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
    /// A clip's warp is none.
    #[error("track `{track}`: the warp of a clip of {}: {problem}", file.display())]
    Warp {
        /// The file.
        file: PathBuf,
        /// The track that needs it.
        track: String,
        /// What is wrong.
        problem: &'static str,
    },
    /// A clip names a channel that is not there.
    #[error("track `{track}`: a clip of {} names channel {channel}, and {whose} is {layout}", file.display())]
    NoChannel {
        /// The file.
        file: PathBuf,
        /// The track.
        track: String,
        /// The channel, from 1.
        channel: u16,
        /// `the file` or `the track`.
        whose: &'static str,
        /// In words.
        layout: String,
    },
    /// A clip of several channels is to go into one.
    #[error("track `{track}`: {} has several channels, and its clip goes into one", file.display())]
    IntoOne {
        /// The file.
        file: PathBuf,
        /// The track.
        track: String,
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
    /// The cache does not hold what was expected of it; without it the run succeeds. Nobody outside sees this.
    #[doc(hidden)]
    #[error("the cache cannot be used")]
    Stale,
    /// Somebody asked it to stop.
    #[error("stopped; nothing was written")]
    Cancelled,
}

impl EngineError {
    /// What to do about it.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Source { source, .. } | Self::Write(source) => remedy(source),
            Self::EndedEarly { .. } => Some("export the file again".into()),
            Self::Cancelled | Self::Stale => None,
        }
    }
}

impl GraphError {
    /// What to do about it.
    pub fn hint(&self) -> Option<String> {
        Some(match self {
            Self::DuplicateName { .. } => "give one of them another `name`".into(),
            Self::UnknownName { name, known, .. } | Self::UnknownStem { name, known, .. } => {
                match nearest(name, known.iter().map(String::as_str)) {
                    Some(near) => format!("did you mean `{near}`?"),
                    None if known.is_empty() => "there are no tracks or buses yet".into(),
                    None => format!("there are: {}", known.join(", ")),
                }
            }
            Self::IntoTrack { to, .. } => format!("make `{to}` a [[bus]], or send to the bus that it goes to"),
            Self::Loop { .. } => "take one of these outputs, sends or keys away".into(),
            Self::Empty => "give a track a [[track.clip]], or take `mute` away".into(),
            Self::Source { source, .. } | Self::Impulse { source, .. } => return remedy(source),
            Self::ImpulseChannels { .. } => "export it as mono, stereo or true stereo (LL, LR, RL, RR)".into(),
            Self::Channels { .. } => "split the file into mono or stereo files".into(),
            Self::NoChannel { .. } => "channels count from 1; lower the clip's `channel` or `into`".into(),
            Self::IntoOne { .. } => "say which with `channel`, or leave out `into`".into(),
            Self::Warp { .. } => "write [[0, 0], [\"4 s\", \"5 s\"]]: times in the clip, and in its file".into(),
            Self::PastTheEnd { .. } => {
                "shorten the clip's `length`, lower its `from`, or end its `warp` earlier".into()
            }
        })
    }
}

/// Why a set was not written.
#[derive(Debug, thiserror::Error)]
pub enum BounceError {
    /// The session cannot be rendered.
    #[error(transparent)]
    Graph(#[from] GraphError),
    /// Rendering stopped.
    #[error(transparent)]
    Engine(#[from] EngineError),
    /// The set could not be written.
    #[error(transparent)]
    Audio(#[from] AudioError),
    /// A manifest could not be written.
    #[error("cannot write {}: {source}", file.display())]
    Document {
        /// The file.
        file: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// Files stand there that are not ours.
    #[error("{} was not written by Stemwright as it stands: {why}", folder.display())]
    Occupied {
        /// The folder.
        folder: PathBuf,
        /// What is not ours.
        why: String,
    },
    /// The set would take the place of what it is made from.
    #[error("{} holds {}, which this session plays", folder.display(), file.display())]
    HoldsSources {
        /// The folder.
        folder: PathBuf,
        /// A file of a clip in it.
        file: PathBuf,
    },
    /// The disk is too full.
    #[error("{} needs {:.1} MB, and {:.1} MB are free", folder.display(), *needed as f64 / 1e6, *free as f64 / 1e6)]
    NoSpace {
        /// The folder.
        folder: PathBuf,
        /// Bytes needed.
        needed: u64,
        /// Bytes free.
        free: u64,
    },
    /// Integer files would clip.
    #[error("{} would clip: {}", if files.len() == 1 { "a file" } else { "files" }, peaks(files))]
    Clips {
        /// The files and their peaks (1 is full scale).
        files: Vec<(String, f64)>,
        /// The headroom in dB with which none would.
        headroom: f64,
    },
    /// The stems do not add up to the mix: the engine is wrong.
    #[error("the stems do not add up to the mix; nothing was written: {}", failure(.0))]
    NotProven(Box<stemwright_core::Receipt>),
    /// A stem was chosen that there is not.
    #[error("there is no stem called `{name}`")]
    UnknownStem {
        /// What was asked for.
        name: String,
        /// All stems there are.
        known: Vec<String>,
    },
    /// A section was chosen that there is not, or of whose name there are several.
    #[error("there is no one section called `{name}`")]
    UnknownSection {
        /// What was asked for.
        name: String,
        /// All sections there are.
        known: Vec<String>,
    },
    /// A section in which nothing can sound.
    #[error("section `{name}` begins after the last clip has ended")]
    EmptySection {
        /// What was asked for.
        name: String,
    },
    /// Threads could not be started.
    #[error("cannot start threads: {0}")]
    Threads(String),
}

/// What to do about a file; `EMFILE` comes of many tracks and stems, not of the file that it names.
fn remedy(error: &AudioError) -> Option<String> {
    const EMFILE: i32 = 24;
    match error {
        AudioError::Io { source, .. } if cfg!(unix) && source.raw_os_error() == Some(EMFILE) => {
            Some("too many files are open at once: allow more with `ulimit -n 4096`, then run again".into())
        }
        _ => error.hint().map(str::to_owned),
    }
}

fn peaks(files: &[(String, f64)]) -> String {
    let peak = |(name, peak): &(String, f64)| format!("{name} peaks at {:+.2} dBFS", stemwright_core::Db::of(*peak).0);
    files.iter().map(peak).collect::<Vec<_>>().join(", ")
}

fn failure(receipt: &stemwright_core::Receipt) -> String {
    let null = &receipt.null;
    let mut text = String::new();
    if let (Some(remainder), Some(bound)) = (null.remainder_lsb, null.remainder_bound_lsb) {
        text += &format!("remainder {remainder} LSB (at most {bound} may be), ");
    }
    text += &format!("residual {} times its bound", null.residual_of_bound);
    if let Some(place) = &null.first_failure {
        text += &format!(", first at {place}");
    }
    text
}

impl BounceError {
    /// What to do about it.
    pub fn hint(&self) -> Option<String> {
        Some(match self {
            Self::Graph(error) => return error.hint(),
            Self::Engine(error) => return error.hint(),
            Self::Audio(error) => return remedy(error),
            Self::Document { .. } => "check that the folder can be written to".into(),
            Self::Occupied { .. } => {
                "name another folder with -o, or use --force: the old folder is moved aside, nothing is deleted".into()
            }
            Self::HoldsSources { .. } => {
                "name another folder with -o: the set would take the place of its own source".into()
            }
            Self::NoSpace { .. } => "free some space, or name a folder on another disk with -o".into(),
            Self::Clips { headroom, .. } => {
                format!("use --headroom {headroom:.1} (or --headroom auto), or --format wav32f")
            }
            Self::UnknownStem { name, known } => match nearest(name, known.iter().map(String::as_str)) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("there are: {}", known.join(", ")),
            },
            Self::UnknownSection { known, .. } if known.is_empty() => {
                "the session has no sections: write [[section]] tables with `name` and `start`".into()
            }
            Self::UnknownSection { known, .. } => format!("there are: {}", known.join(", ")),
            Self::EmptySection { .. } => "choose an earlier one".into(),
            Self::NotProven(_) => "this is a fault in Stemwright, not in the session: please report it".into(),
            Self::Threads(_) => "use --threads 1".into(),
        })
    }
}

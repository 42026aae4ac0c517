//! What a receiver asks of a delivery: the built-in presets, and those that people write themselves.
//!
//! ```text
//! presets/*.toml ─► document ─► Preset ─► judge(preset, report) ─► PresetReport + findings
//!                   extends      limits    files, set, name
//! ```
//!
//! A limit that was not read at its source says so wherever it is shown: it is a default that one may change.

mod document;
mod error;
mod files;
mod judge;
mod level;
mod must;
mod name;
mod set;
mod source;

pub use error::{PresetError, PresetPlace};
pub use judge::judge;
pub use must::{Must, Pattern, Present};
pub use source::Source;

use serde::Deserialize;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use stemwright_core::Severity;

/// What a receiver asks.
#[derive(Debug, Clone, PartialEq)]
pub struct Preset {
    /// As on the command line.
    pub name: String,
    /// In words.
    pub title: String,
    /// What it is for, in a line.
    pub description: String,
    /// Where most of it comes from.
    pub source: Source,
    /// What is asked, in the order in which it is reported.
    pub limits: Vec<Limit>,
}

/// One thing that is asked.
#[derive(Debug, Clone, PartialEq)]
pub struct Limit {
    /// Its name inside the preset, by which another preset changes or drops it.
    pub id: String,
    /// What it is asked of.
    pub applies: Applies,
    /// What is measured, and its value.
    pub must: Must,
    /// How much it matters when it is not met.
    pub severity: Severity,
    /// What is asked, in words.
    pub asks: String,
    /// What to do when it is not met; `{by}`, `{lower}`, `{lengthen}` and `{fit}` are filled in ([`Must::tokens`]).
    pub hint: Option<String>,
    /// Where it comes from.
    pub source: Source,
    /// Whether that source itself was read.
    pub verified: bool,
}

/// What a limit is asked of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Applies {
    /// Each stem.
    Stems,
    /// Each file of the music: stems, mix, master and extras, not guides.
    Files,
    /// The mix that the stems add up to.
    Mix,
    /// The mix after the master chain.
    Master,
    /// What people will hear: the master where there is one, else the mix.
    Programme,
    /// The set as a whole.
    Set,
}

/// The built-in presets, in the order in which they are listed.
const BUILT_IN: [(&str, &str); 12] = [
    ("general", include_str!("../presets/general.toml")),
    ("stem-mastering", include_str!("../presets/stem-mastering.toml")),
    ("recording-academy", include_str!("../presets/recording-academy.toml")),
    ("label-archive", include_str!("../presets/label-archive.toml")),
    ("sync", include_str!("../presets/sync.toml")),
    ("film", include_str!("../presets/film.toml")),
    ("broadcast-r128", include_str!("../presets/broadcast-r128.toml")),
    ("broadcast-a85", include_str!("../presets/broadcast-a85.toml")),
    ("atmos", include_str!("../presets/atmos.toml")),
    ("trackout", include_str!("../presets/trackout.toml")),
    ("dj", include_str!("../presets/dj.toml")),
    ("live", include_str!("../presets/live.toml")),
];

impl Preset {
    /// The built-in presets, in order.
    pub fn all() -> Vec<Self> {
        BUILT_IN.iter().map(|(name, text)| document::built_in(name, text)).collect()
    }

    /// The names of the built-in presets, in order.
    pub fn names() -> impl Iterator<Item = &'static str> {
        BUILT_IN.iter().map(|(name, _)| *name)
    }

    /// The built-in preset of this name.
    pub fn built_in(name: &str) -> Option<Self> {
        BUILT_IN.iter().find(|(known, _)| *known == name).map(|(name, text)| document::built_in(name, text))
    }

    /// A built-in preset by its name, else a file by its path ending in `.toml`, else `NAME.toml` in [`Self::folder`].
    ///
    /// # Errors
    ///
    /// [`PresetError`] where there is no such preset, or where its file cannot be read or understood.
    pub fn find(name_or_path: &str) -> Result<Self, PresetError> {
        Self::find_in(name_or_path, Self::folder().as_deref())
    }

    /// As [`Self::find`], with another folder of the user's own presets.
    ///
    /// # Errors
    ///
    /// As [`Self::find`].
    pub fn find_in(name_or_path: &str, folder: Option<&Path>) -> Result<Self, PresetError> {
        document::find(name_or_path, None, folder, &mut Vec::new())
    }

    /// Where the user's own presets are: `$STEMWRIGHT_PRESETS`, else `stemwright/presets` below `$XDG_CONFIG_HOME`,
    /// `~/.config` or, on Windows, `%APPDATA%`. Absent where none of these is set; the folder need not exist.
    pub fn folder() -> Option<PathBuf> {
        folder_of(|variable| std::env::var_os(variable), cfg!(windows))
    }
}

fn folder_of(variable: impl Fn(&str) -> Option<OsString>, windows: bool) -> Option<PathBuf> {
    // An empty variable counts as unset (XDG Base Directory Specification 0.8).
    let path = |name: &str| variable(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let settings = || {
        if windows { path("APPDATA") } else { path("XDG_CONFIG_HOME").or_else(|| Some(path("HOME")?.join(".config"))) }
    };
    path("STEMWRIGHT_PRESETS").or_else(|| Some(settings()?.join("stemwright").join("presets")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_folder_is_where_the_system_keeps_settings() {
        let with = |set: &[(&str, &str)], windows| {
            let set: Vec<(String, String)> = set.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
            folder_of(|name| set.iter().find(|(k, _)| k == name).map(|(_, v)| v.into()), windows)
        };
        let below = |root: &str| Some(Path::new(root).join("stemwright").join("presets"));
        assert_eq!(with(&[("STEMWRIGHT_PRESETS", "/p"), ("HOME", "/h")], false), Some("/p".into()));
        assert_eq!(with(&[("STEMWRIGHT_PRESETS", ""), ("XDG_CONFIG_HOME", "/x"), ("HOME", "/h")], false), below("/x"));
        assert_eq!(with(&[("HOME", "/h")], false), below("/h/.config"));
        assert_eq!(with(&[("APPDATA", "/a"), ("HOME", "/h")], true), below("/a"));
        assert_eq!(with(&[], false), None);
    }
}

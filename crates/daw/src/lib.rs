//! Session documents ↔ `Session`: `session.toml` in both directions, folders of multitracks by the names of their files. The
//! documents of other programs: [`read_foreign`].

mod aaf;
mod ableton;
mod ardour;
mod automation;
mod clips;
mod dawproject;
mod fields;
mod folder;
mod foreign;
mod names;
mod reaper;
mod session_error;
mod session_toml;
mod song;
mod stem_set;
mod strips;
mod time;
mod toml_out;
mod units;
mod vcas;

pub use dawproject::{DawProjectOptions, DawProjectWritten, write_dawproject};
pub use folder::{AudioFiles, FolderError, FolderSession, FolderTrack, audio_files, folder_name};
pub use foreign::{ForeignOptions, ForeignSession, Format, detect, foreign_in, read_foreign};
pub use names::{Aside, FileName, Files, Folder, NamedTrack, Side, Sure, What, understand};
pub use reaper::{WrittenRpp, rpp_text, write_rpp};
pub use session_error::SessionError;
pub use session_toml::SessionFile;
pub use stem_set::set_session;
pub use toml_out::{Comments, Places, session_text, write_session};

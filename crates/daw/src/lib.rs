//! Session documents ↔ `Session`. Today `session.toml`; the documents of other programs join it here.

mod fields;
mod names;
mod session_error;
mod session_toml;
mod strips;
mod time;
mod units;

pub use names::{Aside, FileName, Files, Folder, NamedTrack, Side, Sure, What, understand};
pub use session_error::SessionError;
pub use session_toml::SessionFile;

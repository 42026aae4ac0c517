//! Session documents ↔ `Session`. Today `session.toml`; the documents of other programs join it here.

mod fields;
mod session_error;
mod session_toml;
mod strips;
mod time;
mod units;

pub use session_error::SessionError;
pub use session_toml::SessionFile;

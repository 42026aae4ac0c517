//! Sessions that were read, written and read again.

use std::path::Path;
use stemwright_core::Session;
use stemwright_daw::{Comments, Places, SessionFile, session_text};

/// What is read can be written as session.toml, and read again.
#[track_caller]
pub(crate) fn written(session: &Session) {
    // Tests ask for rates that no session.toml has.
    let large = session.tracks.iter().map(|track| track.clips.len()).sum::<usize>() + session.tracks.len() > 2000;
    if large || session.rate.hz() < 44_100 {
        return;
    }
    let text = session_text(session, Path::new(""), Places::Seconds, &Comments::default());
    if let Err(error) = SessionFile::parse(Path::new("session.toml"), text) {
        panic!("{error}");
    }
}

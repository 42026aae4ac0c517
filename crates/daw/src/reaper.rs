//! REAPER projects (`.rpp`) ↔ `Session`.
//!
//! ```text
//! text ─► tree of blocks and lines ─► what each line means ─► strips, clips, timeline
//!         tree                        project, item,          build (routing, levels, cockos),
//!                                     envelope, effects       clips (gains, fades), timeline
//! Session ─► written text: write
//! ```
//!
//! Cockos documents no file format. What lines mean is in the documentation that users keep (*State Chunk Definitions*) and in REAPER's own
//! API documents; laws that are in neither (pan, fader scale, shapes of fades and envelopes) were measured by users on renders, and each place
//! says so. `docs/daws.md` lists what is carried.

mod build;
mod clips;
mod cockos;
mod effects;
mod envelope;
mod fader;
mod fades;
mod gains;
mod item;
mod levels;
mod pan;
mod project;
mod routing;
mod timeline;
mod tree;
mod write;

use crate::SessionError;
use crate::foreign::ledger::Ledger;
use crate::foreign::media_search::MediaSearch;
use crate::foreign::sources::Sources;
use crate::foreign::{ForeignOptions, ForeignSession, Format, MOST_STRIPS, bytes, error};
use item::{Item, Source};
use project::{Account, Project};
use std::path::{Path, PathBuf};
use stemwright_audio::Media;
use stemwright_core::SampleRate;
use tree::Tree;

pub use write::{WrittenRpp, rpp_text, write_rpp};

/// Reads a project of REAPER 3 to 7.
///
/// # Errors
/// Where the file is no project, damaged, or beyond limits that no project reaches.
pub(crate) fn read(
    path: &Path,
    media: &dyn Media,
    options: &ForeignOptions<'_>,
) -> Result<ForeignSession, SessionError> {
    let bytes = bytes(path)?;
    let tree = Tree::read(path, &bytes)?;
    drop(bytes);
    let Some(root) = tree.root() else {
        return Err(error(path, "is no REAPER project", "a project's text begins with <REAPER_PROJECT"));
    };
    let mut account = Account::default();
    let project = Project::read(root, &mut account);
    if project.tracks.len() > MOST_STRIPS {
        let message = format!("has {} tracks; at most {MOST_STRIPS} are read", project.tracks.len());
        return Err(error(path, message, "is the project damaged?"));
    }
    let mut sources =
        Sources::new(media, MediaSearch::new(path, ["Media", "Audio", "media", "audio"].map(PathBuf::from)));
    let mut ledger = Ledger::default();
    let rate = match options.rate {
        Some(rate) => rate,
        None => rate(&project, &mut sources, &mut ledger)
            .ok_or_else(|| error(path, "has no sample rate that is read", "fix one with --rate"))?,
    };
    let mut build = build::Build { project: &project, rate, sources, ledger, account };
    let session = build.session();
    Ok(ForeignSession {
        format: Format::Reaper,
        program: project.program.clone(),
        session,
        ledger: build.ledger.finish(),
    })
}

/// The rate that the project fixes, else what most of its files have, else what it was last used at.
fn rate(project: &Project<'_>, sources: &mut Sources<'_>, ledger: &mut Ledger) -> Option<SampleRate> {
    let written = project.rate.filter(|rate| (0.0..=1e6).contains(rate)).and_then(|rate| SampleRate::new(rate as u32));
    if let (Some(rate), true) = (written, project.rate_forced) {
        return Some(rate);
    }
    let mut account = Account::default();
    for track in &project.tracks {
        for block in &track.items {
            let item = Item::read(*block, &mut account);
            if let Some(Source::File { path, .. }) = item.takes.get(item.active).and_then(|take| take.source) {
                let place = track.name.clone();
                sources.find(path, &place, ledger);
            }
        }
    }
    sources.usual_rate().or(written).or_else(|| SampleRate::new(48_000))
}

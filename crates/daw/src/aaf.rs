//! AAF (*AAF Object Specification* v1.1, *AAF Edit Protocol*, *AAF Stored Format Specification* v1.0.1): Pro Tools, Media Composer,
//! Premiere, Resolve, Logic, Nuendo, Fairlight.
//!
//! ```text
//! compound ─► store ─► parse ─► mobs ─► walk ─► placed ─► clips ─► tracks ─► session
//! (a file     (objects)  (model)         (one     │        (frames)
//!  system)                              timeline) └─► essence: audio inside (also in mxf) becomes wave files
//! ```
//!
//! Mobs are read when they are first referred to, audio only when it is copied. Times stay fractions until the rate is known.

mod bytes;
mod clips;
mod compound;
mod essence;
mod known;
mod markers;
mod mobs;
mod model;
mod mxf;
mod parse;
mod placed;
mod store;
mod times;
mod tracks;
mod walk;
mod wave;
mod wrong;

use crate::SessionError;
use crate::foreign::ledger::Ledger;
use crate::foreign::media_search::MediaSearch;
use crate::foreign::sources::Sources;
use crate::foreign::{ForeignOptions, ForeignSession, Format, MOST_STRIPS, error};
use essence::{Essence, Found};
use known::pids;
use mobs::{Composition, Mobs};
use model::Sort;
use placed::Tape;
use std::collections::HashSet;
use std::io::{Read, Seek};
use std::path::Path;
use stemwright_audio::Media;
use stemwright_core::{SampleRate, Session};
use store::{Object, Store};
use walk::Walk;
use wrong::Wrong;

pub(crate) use compound::SIGNATURE;

/// The rate of a session without audio.
const USUAL_RATE: u32 = 48_000;
/// What rates a session can have.
const RATES: std::ops::RangeInclusive<u32> = 44_100..=192_000;
const AGAIN: &str = "export the AAF again in its program";

/// Reads an AAF file.
///
/// # Errors
/// When it is none or damaged, holds no composition, is beyond the limits of sessions, or its audio cannot be unpacked.
pub(crate) fn read(
    path: &Path,
    media: &dyn Media,
    options: &ForeignOptions<'_>,
) -> Result<ForeignSession, SessionError> {
    let refuse = |wrong: Wrong| error(path, wrong.to_string(), AGAIN);
    let file = std::fs::File::open(path).map_err(|source| refuse(Wrong::Io(source)))?;
    let mut ledger = Ledger::default();
    let (store, header) = Store::open(file).map_err(refuse)?;
    let length = store.length();
    let mut parser = parse::Parser::new(store, &header).map_err(refuse)?;
    let program = program(&mut parser.store, &header).map_err(refuse)?;
    let mut mobs = Mobs::new(parser, &header).map_err(refuse)?;
    let composition = composition(&mut mobs, &header, &mut ledger).map_err(refuse)?;
    let composition = composition.ok_or_else(|| {
        let hint = "export a sequence or the session, not clips of a bin";
        error(path, "holds no composition: only recordings that are on no track", hint)
    })?;
    let heard = heard(&mut mobs, &composition, &mut ledger).map_err(refuse)?;
    let folders = ["Audio Files", "Media Files", "audio", "Audio", "Media", "MXF"].map(|folder| folder.into());
    let sources = Sources::new(media, MediaSearch::new(path, folders));
    let mut essence = Essence::new(path, options.extract_to, sources, length);
    let mut found: Vec<Vec<Option<Found>>> = Vec::with_capacity(heard.tapes.len());
    for tape in &heard.tapes {
        let mut files = Vec::with_capacity(tape.placed.len());
        for placed in &tape.placed {
            let place = format!("{} at {}", tape.name, walk::clock(placed.start));
            files.push(essence.find(&mut mobs, placed, &place, &mut ledger)?);
        }
        found.push(files);
    }
    let rate = options.rate.or_else(|| essence.usual_rate(&RATES)).or_else(|| SampleRate::new(USUAL_RATE));
    let rate = rate.ok_or_else(|| error(path, "has no rate", AGAIN))?;
    let mut session = Session::new(rate);
    session.song.title = composition.name;
    tracks::tracks(&mut session, heard.tapes, found, &essence.sources, &mut ledger).map_err(refuse)?;
    markers::markers(&mut session, heard.markers, &mut ledger).map_err(refuse)?;
    if let Some((start, fps, drop)) = heard.timecode {
        let message = format!(
            "the composition starts at timecode {} ({fps} frames a second{}); the stems begin there",
            times::timecode(start, fps, drop),
            if drop { ", drop-frame" } else { "" }
        );
        ledger.note("starts-at-timecode", "", message, "place the stems at that timecode");
    }
    ledger.not_understood(mobs.parser.unknown);
    Ok(ForeignSession { format: Format::Aaf, program, session, ledger: ledger.finish() })
}

/// The program that wrote a file, with its version: the last one that did.
fn program<S: Read + Seek>(store: &mut Store<S>, header: &Object) -> Result<String, Wrong> {
    let Some(&entry) = store.collection(header, pids::IDENTIFICATIONS)?.last() else { return Ok(String::new()) };
    let about = store.object(entry)?;
    let name = about.text(pids::PRODUCT).or_else(|| about.text(pids::COMPANY)).unwrap_or_default();
    let version = about.text(pids::PRODUCT_VERSION_TEXT).unwrap_or_default();
    let number = about.bytes(pids::PRODUCT_VERSION).and_then(|bytes| Some((bytes.u16(0)?, bytes.u16(2)?)));
    let version = match number {
        _ if version.starts_with(|c: char| c.is_ascii_digit()) => version,
        Some((major, minor)) if major > 0 => format!("{major}.{minor}"),
        _ => String::new(),
    };
    if version.is_empty() || name.contains(&version) { Ok(name) } else { Ok(format!("{name} {version}")) }
}

/// The composition that is the session; others are told.
fn composition<S: Read + Seek>(
    mobs: &mut Mobs<S>,
    header: &Object,
    ledger: &mut Ledger,
) -> Result<Option<Composition>, Wrong> {
    let mut all = mobs.compositions()?;
    if all.iter().any(|composition| composition.is_top) {
        all.retain(|composition| composition.is_top);
    } else if all.len() > 1 {
        // Those that no other one is made of.
        let mut used = HashSet::new();
        for composition in &all {
            if let Some(mob) = mobs.get(composition.id)? {
                let parts = mob.slots.iter().filter_map(|slot| slot.segment.as_ref());
                parts.for_each(|part| model::refers(part, &mut used));
            }
        }
        let is_free = |composition: &Composition| !used.contains(&composition.id);
        if all.iter().any(is_free) {
            all.retain(is_free);
        }
    }
    let primary = Mobs::<S>::primary(header);
    let chosen = match all.iter().position(|composition| Some(composition.id) == primary) {
        Some(place) => Some(place),
        None => {
            let mut longest = None;
            for (place, composition) in all.iter().enumerate() {
                let sounds = mobs
                    .get(composition.id)?
                    .map_or(0, |mob| mob.slots.iter().filter(|slot| slot.sort == Sort::Sound).count());
                if longest.is_none_or(|(most, _)| sounds > most) {
                    longest = Some((sounds, place));
                }
            }
            longest.map(|(_, place)| place)
        }
    };
    let Some(chosen) = chosen else { return Ok(None) };
    let composition = all.swap_remove(chosen);
    if !all.is_empty() {
        let names: Vec<String> = all.iter().take(5).map(|other| format!("{:?}", other.name)).collect();
        let more = if all.len() > 5 { " and more" } else { "" };
        let message =
            format!("holds other compositions too: {}{more}; only {:?} is read", names.join(", "), composition.name);
        ledger.warning("composition-unused", "", message, "export each alone");
    }
    Ok(Some(composition))
}

/// What a composition says, on one timeline.
struct Heard {
    tapes: Vec<Tape>,
    markers: Vec<markers::Placed>,
    /// Frames, frames a second, whether numbers are dropped.
    timecode: Option<(i64, u16, bool)>,
}

fn heard<S: Read + Seek>(mobs: &mut Mobs<S>, composition: &Composition, ledger: &mut Ledger) -> Result<Heard, Wrong> {
    let mob = mobs.get(composition.id)?.ok_or_else(|| Wrong::file("is damaged: its composition is gone"))?;
    if mob.slots.len() > MOST_STRIPS {
        return Err(Wrong::file("has more than 10,000 tracks"));
    }
    let pictures = mob.slots.iter().filter(|slot| slot.sort == Sort::Picture).count();
    if pictures > 0 {
        ledger.note("video-left-out", "", format!("{pictures} tracks of pictures are left out"), "");
    }
    let mut tapes = Vec::new();
    let mut walk = Walk::new(mobs, ledger);
    for slot in mob.slots.iter().filter(|slot| slot.sort == Sort::Sound && !slot.is_events) {
        let number = slot.number.unwrap_or_else(|| tapes.len() as u32 + 1);
        let name = if slot.name.trim().is_empty() { format!("A{number}") } else { slot.name.trim().to_owned() };
        tapes.extend(walk.tape(slot, name)?);
    }
    for slot in mob.slots.iter().filter(|slot| slot.sort == Sort::Other) {
        if slot.segment.as_ref().is_some_and(model::may_sound) {
            let what = format!("track {:?} of data that is neither sound nor picture", slot.name);
            *mobs.parser.unknown.entry(what).or_default() += 1;
        }
    }
    let markers = markers::of(&mob.slots)?;
    Ok(Heard { tapes, markers, timecode: markers::timecode(&mob.slots) })
}

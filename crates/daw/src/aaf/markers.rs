//! Markers and the timecode of a composition.

use super::model::{Content, Marker, Part, Slot, Sort};
use super::times::Time;
use super::wrong::Wrong;
use crate::foreign::ledger::Ledger;
use crate::foreign::{FARTHEST_SECONDS, MOST_CLIPS};
use stemwright_core::Session;

/// A marker on the timeline.
pub(super) struct Placed {
    at: Time,
    name: String,
    comment: String,
    colour: Option<[u8; 3]>,
    /// In edit units.
    length: i64,
}

/// All markers of some slots, in order.
pub(super) fn of(slots: &[Slot]) -> Result<Vec<Placed>, Wrong> {
    let mut found = Vec::new();
    for slot in slots {
        let (Some(segment), Some(rate)) = (&slot.segment, slot.rate) else { continue };
        let parts: &[Part] = match &segment.content {
            Content::Sequence(parts) => parts,
            Content::Marker(_) => std::slice::from_ref(segment),
            _ => continue,
        };
        let mut next = 0i64;
        for part in parts {
            let start = next;
            next = next.saturating_add(part.length);
            let Content::Marker(marker) = &part.content else { continue };
            if found.len() == MOST_CLIPS {
                return Err(Wrong::file("holds more than a million markers"));
            }
            let Marker { position, name, comment, colour } = &**marker;
            // On a timeline, what has a place of its own and one in the sequence is where the later one is.
            let units = position.unwrap_or(start);
            let units = if slot.is_events { units } else { units.max(start) };
            let at = Time::units(units, rate).minus(Time::units(slot.origin, rate))?;
            let (name, comment) = (name.trim().to_owned(), comment.trim().to_owned());
            found.push(Placed { at, name, comment, colour: *colour, length: part.length });
        }
    }
    found.sort_by_key(|marker| marker.at);
    Ok(found)
}

/// Puts markers into the session: by name, comment, or both.
pub(super) fn markers(session: &mut Session, placed: Vec<Placed>, ledger: &mut Ledger) -> Result<(), Wrong> {
    let mut coloured = Vec::new();
    for (index, marker) in placed.into_iter().enumerate() {
        let Placed { at, name, comment, colour, length } = marker;
        let text = match (name.is_empty(), comment.is_empty()) {
            (true, true) => format!("Marker {}", index + 1),
            (true, false) => comment,
            (false, true) => name,
            (false, false) => format!("{name}: {comment}"),
        };
        let text: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
        if at.seconds().abs() > FARTHEST_SECONDS {
            let message = format!("marker {text:?} lies further away than a session reaches");
            ledger.warning("marker-not-carried", "", message, "");
            continue;
        }
        let colour = colour.map(|[r, g, b]| format!("#{r:02x}{g:02x}{b:02x}"));
        if colour.is_some() || length > 1 {
            let colour = colour.map_or_else(String::new, |colour| format!(" {colour}"));
            let length = if length > 1 { format!(" ({length} edit units long)") } else { String::new() };
            coloured.push(format!("{text:?}{colour}{length}"));
        }
        session.markers.push(stemwright_core::Marker { name: text, at: at.frames(session.rate)? });
    }
    if !coloured.is_empty() {
        let count = coloured.len();
        coloured.truncate(10);
        let more = if count > 10 { format!(" and {} more", count - 10) } else { String::new() };
        let message =
            format!("colours and lengths of markers have no place in a session: {}{more}", coloured.join(", "));
        ledger.note("marker-not-carried", "", message, "");
    }
    Ok(())
}

/// Where the composition begins: frames, frames a second, and whether numbers are dropped. Of several, the first track's.
pub(super) fn timecode(slots: &[Slot]) -> Option<(i64, u16, bool)> {
    let found = slots.iter().filter(|slot| slot.sort == Sort::Timecode).filter_map(|slot| {
        let mut part = slot.segment.as_ref()?;
        // Under 64 sequences and pulldowns there is none that matters.
        for _ in 0..64 {
            part = match &part.content {
                Content::Timecode { start, fps, drop } if *fps > 0 => {
                    // The composition's zero is the origin of its slots.
                    let start = start.checked_add(slot.origin)?;
                    return Some((slot.number.unwrap_or(u32::MAX), (start, *fps, *drop)));
                }
                Content::Sequence(parts) => parts.first()?,
                Content::Scope(parts) => parts.last()?,
                Content::Pulldown(_) => return None,
                _ => return None,
            };
        }
        None
    });
    found.min_by_key(|(number, _)| *number).map(|(_, timecode)| timecode)
}

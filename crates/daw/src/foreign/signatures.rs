//! Time signatures, put among the changes of a tempo.

use super::ledger::Ledger;
use stemwright_core::{Tempo, TempoChange, TempoMap};

/// Two changes on one place become two places so far apart, in quarter notes.
pub(crate) const APART: f64 = 1e-6;
/// As many changes as a session.toml may hold.
const MOST_CHANGES: usize = 10_000;

/// Puts changes of the time signature, by their place in quarter notes and in order, among those of the tempo.
pub(crate) fn put(
    places: impl IntoIterator<Item = (f64, (u32, u32))>,
    first: &mut Tempo,
    changes: &mut Vec<TempoChange>,
    ledger: &mut Ledger,
) {
    for (at, signature) in places.into_iter().take(MOST_CHANGES) {
        if at <= APART {
            first.time_signature = signature;
            changes.iter_mut().for_each(|change| change.tempo.time_signature = signature);
            continue;
        }
        let near = changes.iter().position(|change| (change.at - at).abs() <= APART);
        let place = near.unwrap_or_else(|| changes.partition_point(|change| change.at < at));
        let before = place.checked_sub(1).map_or(*first, |i| changes[i].tempo);
        if before.time_signature == signature {
            continue;
        }
        let so_far = TempoMap::new(*first, &changes[..place]);
        if !so_far.is_bar(at) {
            let (beats, note) = signature;
            let message = format!("the change to {beats}/{note} lies within a bar; bars are counted without it");
            ledger.note("tempo-approximated", &format!("quarter note {at:.3}"), message, "");
            continue;
        }
        if near.is_none() {
            // A change that ends a ramp makes this one a point on the way.
            let ramp = changes.get(place).is_some_and(|next| next.ramp);
            let from = place.checked_sub(1).map_or((0.0, first.bpm), |i| (changes[i].at, changes[i].tempo.bpm));
            let bpm = changes
                .get(place)
                .filter(|next| next.ramp)
                .map_or(from.1, |next| from.1 + (next.tempo.bpm - from.1) * (at - from.0) / (next.at - from.0));
            changes.insert(place, TempoChange { at, tempo: Tempo { bpm, ..before }, ramp });
        }
        changes[place..].iter_mut().for_each(|change| change.tempo.time_signature = signature);
    }
}

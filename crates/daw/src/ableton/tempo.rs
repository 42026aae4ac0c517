//! The song's tempo and time signatures, with what moves them.

use super::moving::{Breakpoint, Curve, risen};
use super::parameters::{Envelopes, Parameter};
use crate::foreign::FARTHEST_SECONDS;
use crate::foreign::ledger::Ledger;
use crate::foreign::signatures::{self, APART};
use roxmltree::Node;
use stemwright_core::{Tempo, TempoChange, TempoMap};

/// What a session can have, beats a minute; Live has 20 to 999.
const BPM: std::ops::RangeInclusive<f64> = 10.0..=1000.0;
/// As many changes as a session.toml may hold.
const MOST_CHANGES: usize = 10_000;
/// More changes than this nobody has recorded.
const MOST: usize = 500_000;
/// A bent ramp becomes so many straight ones.
const PIECES: u32 = 64;

/// The tempo at bar 1 and all its changes, of the master's mixer.
///
/// Between breakpoints the tempo runs in a straight line over beats.
pub(super) fn tempo(
    mixer: Option<Node<'_, '_>>,
    envelopes: &Envelopes<'_, '_>,
    ledger: &mut Ledger,
) -> (Tempo, Vec<TempoChange>) {
    let own = |name: &str| Parameter::read(super::node::within(mixer, name), envelopes);
    let (moved, signature) = (own("Tempo"), own("TimeSignature"));
    let mut first = Tempo::default();
    let mut changes = Vec::new();
    if let Some(known) = signature.fixed.and_then(of_code) {
        first.time_signature = known;
    }
    match moved.curve {
        Some(curve) => tempos(&curve, &mut first, &mut changes, ledger),
        None => first.bpm = sane(moved.value(first.bpm), ledger),
    }
    if let Some(curve) = signature.curve {
        let (before, nodes) = curve.song();
        let before = std::iter::once((0.0, before));
        let places = before.chain(nodes.iter().map(|node| (node.beat, node.value)));
        let mut places: Vec<_> = places.filter_map(|(beat, code)| Some((beat, of_code(code)?))).collect();
        let most = 20 * MOST / (changes.len() + 1);
        if places.len() > most {
            places.truncate(most);
            let message = format!("the time signature changes more than {most} times; the last changes are left out");
            ledger.warning("tempo-approximated", "", message, "");
        }
        signatures::put(places, &mut first, &mut changes, ledger);
    }
    let map = TempoMap::new(first, &changes);
    let far = changes.iter().position(|change| map.seconds(change.at) > FARTHEST_SECONDS);
    changes.truncate(far.unwrap_or(changes.len()));
    (first, changes)
}

/// As many changes as a session keeps. Positions of the session are frames already, and do not depend on them.
pub(super) fn kept(mut changes: Vec<TempoChange>, ledger: &mut Ledger) -> Vec<TempoChange> {
    if changes.len() > MOST_CHANGES {
        let message = format!(
            "the tempo changes {} times: all of it counts for where things sound, and the first {MOST_CHANGES} changes stay in the session",
            changes.len()
        );
        changes.truncate(MOST_CHANGES);
        ledger.note("tempo-approximated", "", message, "");
    }
    changes
}

/// Time signatures are numbered: beats a bar less one, plus 99 for each halving of the note. 201 is 4/4.
fn of_code(code: f64) -> Option<(u32, u32)> {
    let code = code.round();
    if !(0.0..=99.0 * 7.0).contains(&code) {
        return None;
    }
    let code = code as u32;
    Some((code % 99 + 1, 1 << (code / 99).min(6)))
}

fn sane(bpm: f64, ledger: &mut Ledger) -> f64 {
    let kept = bpm.clamp(*BPM.start(), *BPM.end());
    if kept != bpm {
        ledger.warning("tempo-approximated", "", format!("a tempo of {bpm} BPM is taken as {kept} BPM"), "");
    }
    kept
}

fn tempos(curve: &Curve, first: &mut Tempo, changes: &mut Vec<TempoChange>, ledger: &mut Ledger) {
    let (before, nodes) = curve.song();
    first.bpm = sane(before, ledger);
    let mut bent = false;
    let mut last: Option<Breakpoint> = None;
    for node in nodes {
        if last.is_some_and(|from| (from.beat, from.value) == (node.beat, node.value)) {
            continue;
        }
        let bpm = sane(node.value, ledger);
        if let Some(from) = last.filter(|from| from.bend.is_some() && from.value != node.value) {
            bent = true;
            for piece in 1..PIECES {
                let part = f64::from(piece) / f64::from(PIECES);
                let reached = from.value + (node.value - from.value) * risen(from.bend, part);
                let beat = from.beat + (node.beat - from.beat) * part;
                put(beat, sane(reached, ledger), true, first, changes);
            }
        }
        let ramp = last.is_some_and(|from| from.beat < node.beat && from.value != node.value);
        if let Some(from) = last.filter(|from| ramp && from.beat < 0.0 && node.beat > 0.0) {
            // A ramp over bar 1: what it has reached there.
            first.bpm = sane(from.value + (node.value - from.value) * -from.beat / (node.beat - from.beat), ledger);
        }
        put(node.beat, bpm, ramp, first, changes);
        last = Some(*node);
    }
    // What changes nothing is only needed where a ramp begins.
    let mut now = first.bpm;
    let mut kept = Vec::with_capacity(changes.len());
    for (index, change) in changes.iter().enumerate() {
        let begins = changes.get(index + 1).is_some_and(|next| next.ramp);
        if change.tempo.bpm != now || change.ramp || begins {
            kept.push(*change);
        }
        now = change.tempo.bpm;
    }
    // Two on one place become two places.
    for index in 1..kept.len() {
        kept[index].at = kept[index].at.max(kept[index - 1].at + APART);
    }
    *changes = kept;
    if bent {
        let message = format!("bent ramps of the tempo are made of {PIECES} straight ones");
        ledger.note("tempo-approximated", "", message, "");
    }
    if changes.len() > MOST {
        changes.truncate(MOST);
        let message = format!("the tempo changes more than {MOST} times; the last changes are left out");
        ledger.error("tempo-approximated", "", message, "");
    }
}

/// Adds a tempo. One at or before bar 1 is what the song begins with.
fn put(beat: f64, bpm: f64, ramp: bool, first: &mut Tempo, changes: &mut Vec<TempoChange>) {
    if beat <= APART {
        first.bpm = bpm;
        return;
    }
    changes.push(TempoChange { at: beat, tempo: Tempo { bpm, ..*first }, ramp });
}

#[cfg(test)]
mod tests {
    use super::of_code;

    #[test]
    fn signatures_are_told_by_their_number() {
        let known =
            [(201.0, (4, 4)), (0.0, (1, 1)), (302.0, (6, 8)), (204.0, (7, 4)), (396.0, (1, 16)), (494.0, (99, 16))];
        assert!(known.iter().all(|&(code, signature)| of_code(code) == Some(signature)));
        assert!([-1.0, 1e9, f64::NAN].iter().all(|&code| of_code(code).is_none()));
    }
}

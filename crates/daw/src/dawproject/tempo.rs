//! Tempo and time signatures, with what moves them, as the session's tempo map.

use super::model::{Points, Project, TimeUnit, Value};
use crate::foreign::FARTHEST_SECONDS;
use crate::foreign::ledger::Ledger;
use crate::foreign::signatures::{self, APART};
use stemwright_core::{Tempo, TempoChange, TempoMap};

/// What a session can have, beats a minute.
const BPM: std::ops::RangeInclusive<f64> = 10.0..=1000.0;
/// As many changes as a session.toml may hold.
const MOST_CHANGES: usize = 10_000;
/// A ramp that runs in a straight line over *time* is not one over quarter notes. In so many pieces it is, to a few
/// millionths of its length.
const PIECES: usize = 128;

/// A tempo at a place in quarter notes; `ramp`: reached in a straight line.
#[derive(Debug, Clone, Copy)]
struct Node {
    at: f64,
    bpm: f64,
    ramp: bool,
}

/// The tempo at bar 1 and all its changes.
pub(super) fn tempo(project: &Project<'_>, arrangement: TimeUnit, ledger: &mut Ledger) -> (Tempo, Vec<TempoChange>) {
    let mut first = Tempo::default();
    if let Some(value) = project.tempo.and_then(|tempo| tempo.value) {
        first.bpm = sane(value, ledger);
    }
    first.time_signature = project.signature.unwrap_or(first.time_signature);
    let nodes = project.tempo_points.as_ref().map(|points| nodes(points, arrangement, ledger)).unwrap_or_default();
    if let Some(start) = nodes.first() {
        // Automation replaces the fixed value, from the beginning on.
        first.bpm = start.bpm;
    }
    let mut changes: Vec<TempoChange> = Vec::new();
    for (index, node) in nodes.iter().enumerate() {
        if node.at <= 0.0 {
            first.bpm = node.bpm;
            continue;
        }
        let before = changes.last().map_or((0.0, first), |change| (change.at, change.tempo));
        // What changes nothing is only needed where a ramp begins.
        let begins = nodes.get(index + 1).is_some_and(|next| next.ramp);
        if node.bpm == before.1.bpm && !node.ramp && !begins {
            continue;
        }
        let at = if node.at <= before.0 { before.0 + APART } else { node.at };
        changes.push(TempoChange { at, tempo: Tempo { bpm: node.bpm, ..first }, ramp: node.ramp });
    }
    if changes.len() > MOST_CHANGES {
        changes.truncate(MOST_CHANGES);
        let message = format!("the tempo changes more than {MOST_CHANGES} times; the last changes are left out");
        ledger.warning("tempo-approximated", "", message, "");
    }
    if let Some(points) = &project.signature_points {
        let map = TempoMap::new(first, &changes);
        let in_seconds = points.unit_of_time.unwrap_or(arrangement) == TimeUnit::Seconds;
        let places = points.points.iter().filter_map(|point| match point.value {
            Value::Signature(beats, note) => {
                Some((if in_seconds { map.quarters_at(point.time) } else { point.time }, (beats, note)))
            }
            _ => None,
        });
        signatures::put(places, &mut first, &mut changes, ledger);
    }
    let map = TempoMap::new(first, &changes);
    let far = changes.iter().position(|change| map.seconds(change.at) > FARTHEST_SECONDS);
    changes.truncate(far.unwrap_or(changes.len()));
    (first, changes)
}

fn sane(bpm: f64, ledger: &mut Ledger) -> f64 {
    let kept = bpm.clamp(*BPM.start(), *BPM.end());
    if kept != bpm {
        ledger.warning("tempo-approximated", "", format!("a tempo of {bpm} BPM is taken as {kept} BPM"), "");
    }
    kept
}

/// The points of a tempo automation, in quarter notes.
fn nodes(points: &Points<'_>, arrangement: TimeUnit, ledger: &mut Ledger) -> Vec<Node> {
    let in_seconds = points.unit_of_time.unwrap_or(arrangement) == TimeUnit::Seconds;
    let mut nodes: Vec<Node> = Vec::new();
    // Where the automation is: its own time, the place in quarter notes, the tempo, and whether it holds.
    let mut last: Option<(f64, f64, f64, bool)> = None;
    let mut ramps_over_time = false;
    for point in &points.points {
        let Value::Real { value, hold } = point.value else { continue };
        let bpm = sane(value, ledger);
        let at = match last {
            None if in_seconds => point.time * bpm / 60.0,
            None => point.time,
            Some(_) if !in_seconds => point.time,
            Some((time, quarters, before, holds)) => {
                let length = point.time - time;
                let end = if holds { before } else { bpm };
                if end != before && length > 0.0 {
                    ramps_over_time = true;
                    for piece in 1..PIECES {
                        let part = piece as f64 / PIECES as f64;
                        let reached = before + (end - before) * part;
                        let place = quarters + (before + reached) / 2.0 * length * part / 60.0;
                        nodes.push(Node { at: place, bpm: reached, ramp: true });
                    }
                }
                quarters + (before + end) / 2.0 * length / 60.0
            }
        };
        let ramp = last.is_some_and(|(time, _, before, holds)| !holds && before != bpm && point.time > time);
        nodes.push(Node { at, bpm, ramp });
        last = Some((point.time, at, bpm, hold));
    }
    // A ramp over the beginning: what it has reached there.
    if let Some(later) = nodes.iter().position(|node| node.at > 0.0).filter(|&later| later > 0 && nodes[later].ramp) {
        let (a, b) = (nodes[later - 1], nodes[later]);
        let bpm = a.bpm + (b.bpm - a.bpm) * (0.0 - a.at) / (b.at - a.at);
        nodes.insert(later, Node { at: 0.0, bpm, ramp: true });
    }
    if ramps_over_time {
        let message =
            format!("ramps of tempo run straight over time; here each is made of {PIECES} over quarter notes");
        ledger.note("tempo-approximated", "", message, "");
    }
    nodes
}

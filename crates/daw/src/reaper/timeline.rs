//! Tempo, markers and regions.

use super::project::{Project, TempoPoint};
use crate::foreign::FARTHEST_SECONDS;
use crate::foreign::ledger::Ledger;
use stemwright_core::{Marker, Section, Session, Tempo, TempoChange};

/// Tempos beyond are damage.
const SLOWEST: f64 = 1.0;
const FASTEST: f64 = 10_000.0;

/// Gives a session the tempo, markers and sections of a project.
pub(super) fn put(session: &mut Session, project: &Project<'_>, ledger: &mut Ledger) {
    tempo(session, project, ledger);
    let mut regions: Vec<(i64, f64, &str, Option<f64>)> = Vec::new();
    for marker in &project.markers {
        let Some(at) = crate::foreign::frames(marker.seconds, session.rate) else { continue };
        if !marker.region {
            session.markers.push(Marker { name: clean(marker.name), at });
            continue;
        }
        // The second line of a number is the region's end.
        match regions.iter_mut().rev().find(|region| region.0 == marker.number && region.3.is_none()) {
            Some(region) => region.3 = Some(marker.seconds),
            None => regions.push((marker.number, marker.seconds, marker.name, None)),
        }
    }
    session.markers.sort_by_key(|marker| marker.at);
    regions.sort_by(|a, b| a.1.total_cmp(&b.1));
    let gaps = regions.windows(2).filter(|pair| pair[0].3.is_some_and(|end| (end - pair[1].1).abs() > 1e-6)).count();
    if gaps > 0 {
        let message = format!("{gaps} regions end before or after the next begins; sections last until the next");
        ledger.note("region-approximated", "", message, "");
    }
    for (_, start, name, _) in regions {
        session.sections.push(Section { name: clean(name), start: session.rate.frames(start) });
    }
}

fn clean(name: &str) -> String {
    name.chars().take(200).map(|c| if c.is_control() { ' ' } else { c }).collect()
}

fn signature(beats: i64, note: i64) -> Option<(u32, u32)> {
    let (beats, note) = (u32::try_from(beats).ok()?, u32::try_from(note).ok()?);
    ((1..=99).contains(&beats) && note.is_power_of_two() && note <= 64).then_some((beats, note))
}

/// The time signature of a point: the note's number times 65,536, and the beats.
fn own_signature(point: &TempoPoint) -> Option<(u32, u32)> {
    signature(point.signature & 0xffff, point.signature >> 16).filter(|_| point.signature > 0)
}

fn tempo(session: &mut Session, project: &Project<'_>, ledger: &mut Ledger) {
    let (_, beats, note) = project.tempo;
    let bpm = |bpm: f64| bpm.clamp(SLOWEST, FASTEST);
    let mut now = Tempo { bpm: bpm(project.tempo.0), time_signature: signature(beats, note).unwrap_or((4, 4)) };
    if now.bpm != project.tempo.0 {
        ledger.warning("tempo-approximated", "", format!("a tempo of {} is taken as {}", project.tempo.0, now.bpm), "");
    }
    session.tempo = now;
    let (mut seconds, mut quarters, mut runs) = (0.0, 0.0, false);
    let mut ramps = 0;
    for (number, point) in project.tempo_points.iter().enumerate() {
        if point.seconds > FARTHEST_SECONDS {
            break;
        }
        let next = Tempo { bpm: bpm(point.bpm), time_signature: own_signature(point).unwrap_or(now.time_signature) };
        if point.seconds <= 1e-9 {
            // The first point takes the place of the project's tempo.
            session.tempo = next;
            (now, runs) = (next, point.runs);
            continue;
        }
        let lasts = point.seconds - seconds;
        let runs_here = runs && next.bpm != now.bpm;
        // REAPER's tempo runs in a straight line over time.
        let exact = quarters + lasts * if runs_here { (now.bpm + next.bpm) / 120.0 } else { now.bpm / 60.0 };
        // Places are written with few digits; on a 960th they are meant to be exact.
        let near = (exact * 960.0).round() / 960.0;
        let at = if (near - exact).abs() < 1e-5 { near } else { exact };
        if runs_here && at > quarters {
            ramps += 1;
            if session.tempo_changes.last().map_or(0.0, |last| last.at) < quarters {
                // A ramp begins at the change before it, even where that changed nothing.
                session.tempo_changes.push(TempoChange { at: quarters, tempo: now, ramp: false });
            }
            ramp(session, (quarters, now), (at, next), lasts);
        }
        if at <= quarters && number > 0 && !session.tempo_changes.is_empty() {
            // Several on one place: the last holds.
            session.tempo_changes.pop();
        }
        let change = TempoChange { at, tempo: next, ramp: runs_here };
        if next != now || runs_here {
            session.tempo_changes.push(change);
        }
        (seconds, quarters, now, runs) = (point.seconds, at, next, point.runs);
    }
    if ramps > 0 {
        let message = format!(
            "{ramps} tempo ramps run over time in REAPER and over beats here; each is made of short ones that meet its times"
        );
        ledger.note("tempo-approximated", "", message, "");
    }
}

/// The inner points of a ramp: our ramps run over quarter notes, so it takes several to last as long as one over time.
fn ramp(session: &mut Session, (from, low): (f64, Tempo), (to, high): (f64, Tempo), lasts: f64) {
    let (a, b) = (low.bpm / 60.0, high.bpm / 60.0);
    // Over time t the tempo is a + (b − a)·t/T, and the quarters its integral.
    let place = |part: f64| from + (to - from) * (2.0 * a * part + (b - a) * part * part) / (a + b);
    let mut parts = 1;
    while parts < 256 {
        let length: f64 = (0..parts)
            .map(|i| {
                let [x, y] = [f64::from(i), f64::from(i + 1)].map(|i| i / f64::from(parts));
                let [low, high] = [x, y].map(|x| a + (b - a) * x);
                (place(y) - place(x)) * libm::log(high / low) / (high - low)
            })
            .sum();
        if (length - lasts).abs() < 1e-5 {
            break;
        }
        parts *= 2;
    }
    for i in 1..parts {
        let part = f64::from(i) / f64::from(parts);
        let bpm = low.bpm + (high.bpm - low.bpm) * part;
        session.tempo_changes.push(TempoChange { at: place(part), tempo: Tempo { bpm, ..low }, ramp: true });
    }
}

//! The tempo map, of versions 2 to 8.

use super::time::PER_QUARTER;
use crate::foreign::ledger::Ledger;
use crate::foreign::number;
use roxmltree::Node;
use stemwright_core::{Tempo, TempoChange, TempoMap};

/// What a session can have, quarter notes a minute.
const BPM: std::ops::RangeInclusive<f64> = 10.0..=1000.0;
/// As many changes as a session.toml may hold.
const MOST_CHANGES: usize = 10_000;
/// Two changes on one place become two places so far apart, in quarter notes.
const APART: f64 = 1e-6;

/// A tempo at a place in quarter notes, and where it runs to until the next.
struct Stretch {
    at: f64,
    bpm: f64,
    end: f64,
}

/// The tempo at bar 1 and its changes.
pub(super) fn tempo(map: Option<Node<'_, '_>>, ledger: &mut Ledger) -> (Tempo, Vec<TempoChange>) {
    let Some(map) = map else { return (Tempo::default(), Vec::new()) };
    let mut stretches: Vec<Stretch> = Vec::new();
    let mut meters: Vec<(f64, (u32, u32))> = Vec::new();
    for node in map.descendants().filter(|node| node.is_element()).take(2 * MOST_CHANGES) {
        let of = |name: &str| node.attribute(name).and_then(number);
        match node.tag_name().name() {
            "Tempo" if node.attribute("active") != Some("0") && node.attribute("active") != Some("no") => {
                let note = of("note-type").filter(|note| (1.0..=128.0).contains(note)).unwrap_or(4.0);
                let Some(written) = of("npm").or_else(|| of("beats-per-minute")) else { continue };
                let end = of("enpm").or_else(|| of("end-beats-per-minute")).unwrap_or(written);
                let runs = node.attribute("type").or_else(|| node.attribute("tempo-type"));
                let end = if runs.is_some_and(|runs| runs.ends_with("Constant")) { written } else { end };
                let [bpm, end] = [written, end].map(|bpm| sane(bpm * 4.0 / note, ledger));
                let Some(at) = place(node, &stretches, &meters) else { continue };
                stretches.push(Stretch { at, bpm, end });
            }
            "Meter" => {
                let note = of("note-value").or_else(|| of("note-type")).unwrap_or(4.0);
                let beats = of("divisions-per-bar").or_else(|| of("beats-per-bar")).unwrap_or(4.0);
                let is_sane = (1.0..=64.0).contains(&beats) && beats.fract() == 0.0;
                if !is_sane || ![1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0].contains(&note) {
                    let message = format!("a time signature of {beats}/{note} is left out");
                    ledger.note("tempo-approximated", "", message, "");
                    continue;
                }
                let Some(at) = place(node, &stretches, &meters) else { continue };
                meters.push((at, (beats as u32, note as u32)));
            }
            _ => {}
        }
    }
    stretches.sort_by(|a, b| a.at.total_cmp(&b.at));
    meters.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut first = Tempo::default();
    let mut changes = Vec::new();
    let mut before: Option<&Stretch> = None;
    for stretch in &stretches {
        let jumps = before.is_none_or(|before| before.end != stretch.bpm);
        let ramp = before.is_some_and(|before| before.end != before.bpm);
        if stretch.at <= 0.0 {
            first.bpm = stretch.bpm;
        } else {
            let change = |at, bpm, ramp| TempoChange { at, tempo: Tempo { bpm, ..first }, ramp };
            if let Some(before) = before.filter(|_| ramp && jumps) {
                changes.push(change(stretch.at, before.end, true));
                changes.push(change(stretch.at + APART, stretch.bpm, false));
            } else if ramp || jumps {
                changes.push(change(stretch.at, stretch.bpm, ramp));
            }
        }
        before = Some(stretch);
    }
    changes.dedup_by(|next, last| next.at <= last.at);
    for (at, signature) in meters {
        sign(at, signature, &mut first, &mut changes, ledger);
    }
    if changes.len() > MOST_CHANGES {
        changes.truncate(MOST_CHANGES);
        ledger.warning("tempo-approximated", "", "the tempo changes too often; the last changes are left out", "");
    }
    let far = TempoMap::new(first, &changes);
    let end = changes.iter().position(|change| far.seconds(change.at) > crate::foreign::FARTHEST_SECONDS);
    changes.truncate(end.unwrap_or(changes.len()));
    (first, changes)
}

fn sane(bpm: f64, ledger: &mut Ledger) -> f64 {
    let kept = bpm.clamp(*BPM.start(), *BPM.end());
    if kept != bpm {
        ledger.warning("tempo-approximated", "", format!("a tempo of {bpm} BPM is taken as {kept} BPM"), "");
    }
    kept
}

/// Where a tempo or meter stands, in quarter notes: `quarters` since version 7, `pulse` (whole notes) in 5 and 6, else bar, beat
/// and tick.
fn place(node: Node<'_, '_>, stretches: &[Stretch], meters: &[(f64, (u32, u32))]) -> Option<f64> {
    let near = |quarters: f64| (quarters.abs() < 1e7).then_some(quarters);
    if let Some((quarters, ticks)) = node.attribute("quarters").and_then(|written| written.split_once(':')) {
        return near(number(quarters)? + number(ticks)? / PER_QUARTER);
    }
    if let Some(pulse) = node.attribute("pulse").and_then(number) {
        return near(pulse * 4.0);
    }
    let written = node.attribute("start").or_else(|| node.attribute("bbt"));
    let Some(written) = written else { return (stretches.is_empty() || meters.is_empty()).then_some(0.0) };
    let mut parts = written.split('|').map(number);
    let (bar, beat, tick) = (parts.next()??, parts.next()??, parts.next()??);
    if !(1.0..1e6).contains(&bar) || !(1.0..1e3).contains(&beat) {
        return None;
    }
    let (mut quarters, mut bars, mut signature) = (0.0, 1.0, (4, 4));
    for &(at, next) in meters {
        let per_bar = f64::from(signature.0) * 4.0 / f64::from(signature.1);
        if bars + (at - quarters) / per_bar > bar {
            break;
        }
        (bars, quarters, signature) = (bars + (at - quarters) / per_bar, at, next);
    }
    let beat_length = 4.0 / f64::from(signature.1);
    near(quarters + ((bar - bars) * f64::from(signature.0) + beat - 1.0 + tick / PER_QUARTER) * beat_length)
}

/// Puts a time signature among the tempos.
fn sign(at: f64, signature: (u32, u32), first: &mut Tempo, changes: &mut Vec<TempoChange>, ledger: &mut Ledger) {
    if at <= APART {
        first.time_signature = signature;
        changes.iter_mut().for_each(|change| change.tempo.time_signature = signature);
        return;
    }
    let place = changes.partition_point(|change| change.at < at - APART);
    let before = place.checked_sub(1).map_or((0.0, *first), |i| (changes[i].at, changes[i].tempo));
    if before.1.time_signature == signature {
        return;
    }
    if !TempoMap::new(*first, &changes[..place]).is_bar(at) {
        let message =
            format!("the change to {}/{} lies within a bar; bars are counted without it", signature.0, signature.1);
        ledger.note("tempo-approximated", &format!("quarter note {at:.3}"), message, "");
        return;
    }
    if changes.get(place).is_none_or(|change| (change.at - at).abs() > APART) {
        let next = changes.get(place).filter(|next| next.ramp);
        let bpm = next.map_or(before.1.bpm, |next| {
            before.1.bpm + (next.tempo.bpm - before.1.bpm) * (at - before.0) / (next.at - before.0)
        });
        let ramp = next.is_some();
        changes.insert(place, TempoChange { at, tempo: Tempo { bpm, ..before.1 }, ramp });
    }
    changes[place..].iter_mut().for_each(|change| change.tempo.time_signature = signature);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> (Tempo, Vec<TempoChange>) {
        let document = roxmltree::Document::parse(text).unwrap();
        tempo(Some(document.root_element()), &mut Ledger::default())
    }

    #[test]
    fn maps_of_all_versions_say_the_same() {
        let of_7 = "<TempoMap><Tempos>
            <Tempo npm='100' enpm='200' note-type='4' type='Tempo::Ramped' quarters='0:0'/>
            <Tempo npm='200' enpm='200' note-type='4' type='Tempo::Constant' quarters='8:0'/>
            </Tempos><Meters><Meter note-value='4' divisions-per-bar='4' quarters='0:0'/>
            <Meter note-value='8' divisions-per-bar='6' quarters='16:0'/></Meters></TempoMap>";
        let of_6 = "<TempoMap>
            <Tempo pulse='0' beats-per-minute='100' end-beats-per-minute='200' note-type='4' active='1'/>
            <Tempo pulse='2' beats-per-minute='200' end-beats-per-minute='200' note-type='4' active='1'/>
            <Meter pulse='0' note-type='4' divisions-per-bar='4'/><Meter pulse='4' note-type='8' divisions-per-bar='6'/>
            </TempoMap>";
        let (first, changes) = read(of_7);
        assert_eq!((first.bpm, first.time_signature), (100.0, (4, 4)));
        assert_eq!((changes[0].at, changes[0].tempo.bpm, changes[0].ramp), (8.0, 200.0, true));
        assert_eq!((changes[1].at, changes[1].tempo.time_signature, changes[1].ramp), (16.0, (6, 8), false));
        assert_eq!(read(of_6), (first, changes));
        let of_3 = "<TempoMap><Tempo start='1|1|0' beats-per-minute='120' note-type='4'/>
            <Meter start='1|1|0' note-type='4' divisions-per-bar='3'/>
            <Tempo start='3|2|960' beats-per-minute='240' note-type='8'/></TempoMap>";
        let (first, changes) = read(of_3);
        assert_eq!((first.bpm, first.time_signature), (120.0, (3, 4)));
        assert!(changes.is_empty(), "240 eighths are 120 quarters");
        let (_, changes) = read(&of_3.replace("240", "200"));
        assert_eq!((changes[0].at, changes[0].tempo.bpm), (7.5, 100.0));
    }
}

//! Automation of the arrangement → automation of strips.

use super::mixer::{Mixer, Moved};
use super::model::{Unit, Value};
use super::timeline::Lane;
use super::values::Quantity;
use crate::foreign::MOST_POINTS;
use crate::foreign::ledger::Ledger;
use std::collections::HashSet;
use stemwright_core::{Automation, Point, SampleRate, Shape, Target, TempoMap};

/// A straight line in a unit that a session does not have is a curve in its own: made of so many straight ones.
const PIECES: u32 = 64;

/// Gives each strip what moves it. `false` where there are more points than a session has.
pub(super) fn automate(
    mixer: &mut Mixer<'_, '_>,
    lanes: &[Lane<'_, '_>],
    map: &TempoMap,
    rate: SampleRate,
    ledger: &mut Ledger,
) -> bool {
    let mut total = 0;
    let mut taken: HashSet<Moved> = HashSet::new();
    for lane in lanes {
        let Some(id) = lane.points.parameter else {
            lost(lane, "it moves something that is not named", ledger);
            continue;
        };
        let Some(known) = mixer.moves.known.get(id) else {
            if mixer.moves.lost.contains(id) {
                lost(lane, "it moves a device that is not run, or a switch of one", ledger);
            } else {
                lost(lane, "it moves something that is not in the mixer", ledger);
            }
            continue;
        };
        let unit = lane.points.unit.unwrap_or(known.unit);
        let (points, bent) = points(lane, known.quantity, unit, known.min, map, rate);
        total += points.len();
        if total > MOST_POINTS {
            return false;
        }
        if bent {
            let message = "automation that runs straight in semitones or percent is made of short straight lines";
            ledger.note("automation-approximated", "", message, "");
        }
        for moved in known.moved.clone() {
            if points.is_empty() {
                continue;
            }
            if !taken.insert(moved) {
                let message = "two automations move the same thing; the first is kept";
                ledger.warning("automation-not-carried", &mixer.seats[moved.seat].name, message, "");
                continue;
            }
            put(mixer, moved, points.clone(), rate);
        }
    }
    true
}

fn lost(lane: &Lane<'_, '_>, why: &str, ledger: &mut Ledger) {
    let count = lane.points.points.len();
    let message = format!("automation of {count} points is left out: {why}");
    let hint = "render the track in the program and save again";
    ledger.warning("automation-not-carried", lane.points.parameter.unwrap_or_default(), message, hint);
}

fn put(mixer: &mut Mixer<'_, '_>, moved: Moved, mut points: Vec<Point>, rate: SampleRate) {
    let Moved { seat, target } = moved;
    let is_master = mixer.seats[seat].kind == super::mixer::Kind::Master;
    let inserts = if is_master { &mixer.master.inserts } else { &mixer.seats[seat].strip.inserts };
    if let Target::Insert(place, param) = target {
        let Some([low, high]) = inserts.get(place).map(|insert| range(&insert.unit, param, rate)) else { return };
        points.iter_mut().for_each(|point| point.value = point.value.clamp(low, high));
    }
    let automation = Automation { target, points };
    if is_master {
        mixer.master.automation.push(automation);
    } else {
        mixer.seats[seat].strip.automation.push(automation);
    }
}

/// What a parameter of an insert can be.
fn range(unit: &stemwright_core::Unit, param: stemwright_core::Param, rate: SampleRate) -> [f64; 2] {
    use stemwright_core::{Param, Unit};
    match (unit, param) {
        (Unit::Gain(_), _) => [-150.0, 60.0],
        (Unit::Limiter(_), Param::Gain) => [-20.0, 40.0],
        (Unit::Limiter(_), _) => [-40.0, 0.0],
        (Unit::Gate(_), _) => [-100.0, 0.0],
        (_, Param::Threshold) => [-80.0, 20.0],
        (_, Param::Ratio) => [1.0, f64::INFINITY],
        (_, Param::Makeup | Param::BandGain(_)) => [-40.0, 40.0],
        (_, Param::BandFreq(_)) => [5.0, super::devices::highest(rate)],
        (_, Param::BandQ(_)) => [0.1, 40.0],
        _ => [f64::NEG_INFINITY, f64::INFINITY],
    }
}

/// The points in frames and in a session's units, and whether lines had to be bent.
fn points(
    lane: &Lane<'_, '_>,
    quantity: Quantity,
    unit: Unit,
    min: Option<f64>,
    map: &TempoMap,
    rate: SampleRate,
) -> (Vec<Point>, bool) {
    let mut made: Vec<Point> = Vec::new();
    let mut bent = false;
    let mut last: Option<(f64, f64, bool)> = None;
    let frame = |time: f64| {
        let place = time + lane.offset;
        let seconds = match lane.unit {
            super::model::TimeUnit::Beats => map.seconds(place),
            super::model::TimeUnit::Seconds => place,
        };
        crate::foreign::frames(seconds, rate)
    };
    for point in &lane.points.points {
        let (value, hold) = match point.value {
            Value::Real { value, hold } => (value, hold || quantity == Quantity::Switch),
            Value::Switch(on) => (f64::from(u8::from(on)), true),
            Value::Whole(number) => (number as f64, true),
            Value::Signature(..) => continue,
        };
        let bends = |&(time, before, holds): &(f64, f64, bool)| {
            !holds && !quantity.is_straight(unit) && before != value && point.time > time
        };
        if let Some((time, before, _)) = last.filter(bends) {
            bent = true;
            for piece in 1..PIECES {
                let part = f64::from(piece) / f64::from(PIECES);
                let Some(frame) = frame(time + (point.time - time) * part) else { continue };
                let value = quantity.read(before + (value - before) * part, unit, min);
                made.push(Point { frame, value, shape: Shape::Linear });
            }
        }
        last = Some((point.time, value, hold));
        let Some(frame) = frame(point.time) else { continue };
        let value = quantity.read(value, unit, min);
        let factor = quantity == Quantity::Gain && unit != Unit::Decibel;
        let shape = if hold {
            Shape::Hold
        } else if factor {
            Shape::Factor
        } else {
            Shape::Linear
        };
        made.push(Point { frame, value, shape });
    }
    made.retain(|point| !point.value.is_nan());
    // No line in dB leads to silence or from it: as a factor it does.
    for index in 1..made.len() {
        let ends = [made[index - 1].value, made[index].value];
        if quantity == Quantity::Gain && made[index - 1].shape == Shape::Linear && ends.contains(&f64::NEG_INFINITY) {
            made[index - 1].shape = Shape::Factor;
        }
    }
    (made, bent)
}

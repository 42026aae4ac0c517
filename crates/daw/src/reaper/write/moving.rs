//! What moves in a session → points of REAPER's envelopes.

use super::page::{Page, guid, number};
use crate::foreign::curve::{Fineness, points};
use stemwright_core::{Automation, Db, SampleRate, Shape};

/// A point: where, which value, and REAPER's shape (0 straight, 1 a jump at the next point).
pub(super) type Written = (i64, f64, u8);

/// No envelope gets more points: then lines between them are less fine.
const MOST: usize = 1_000_000;

/// The value of an automation as a frame begins, or (`before`) where it comes from.
fn value(automation: &Automation, frame: i64, before: bool) -> f64 {
    let first = automation.points.partition_point(|point| point.frame < frame);
    match (first.checked_sub(1).and_then(|i| automation.points.get(i)), automation.points.get(first)) {
        (Some(a), Some(b)) if before && b.frame == frame => {
            if a.shape == Shape::Hold {
                a.value
            } else {
                b.value
            }
        }
        (None, Some(b)) if before => b.value,
        _ => automation.value(frame),
    }
}

/// A gain in dB as factors, each multiplied by `by`.
pub(super) fn gains(automation: &Automation, by: f64) -> Vec<Written> {
    let plain = automation.points.iter().all(|point| matches!(point.shape, Shape::Factor | Shape::Hold));
    if plain {
        let shape = |shape: Shape| u8::from(shape == Shape::Hold);
        return automation
            .points
            .iter()
            .map(|point| (point.frame, Db(point.value).factor() * by, shape(point.shape)))
            .collect();
    }
    sampled(&knots(automation), &|frame, before| Db(value(automation, frame, before)).factor() * by)
}

/// Any other value, changed by `map`, which must keep straight lines straight.
pub(super) fn values(automation: &Automation, map: impl Fn(f64) -> f64) -> Vec<Written> {
    let plain =
        automation.points.iter().all(|point| matches!(point.shape, Shape::Linear | Shape::Factor | Shape::Hold));
    if plain {
        let shape = |shape: Shape| u8::from(shape == Shape::Hold);
        return automation.points.iter().map(|point| (point.frame, map(point.value), shape(point.shape))).collect();
    }
    sampled(&knots(automation), &|frame, before| map(value(automation, frame, before)))
}

/// A pan, and the gain that goes with it: `place` makes REAPER's pan and a factor of ours.
pub(super) fn pans(
    pan: &Automation,
    gain: Option<&Automation>,
    fixed: Db,
    by: f64,
    place: impl Fn(f64) -> (f64, f64),
) -> [Vec<Written>; 2] {
    let pans = sampled(&knots(pan), &|frame, before| place(value(pan, frame, before)).0);
    let mut both = knots(pan);
    both.extend(gain.map(knots).unwrap_or_default());
    both.sort_unstable();
    both.dedup();
    let factor = |frame: i64, before: bool| {
        let level = gain.map_or(fixed, |gain| Db(value(gain, frame, before)));
        level.factor() * by * place(value(pan, frame, before)).1
    };
    [pans, sampled(&both, &factor)]
}

fn knots(automation: &Automation) -> Vec<i64> {
    let mut knots: Vec<i64> = automation.points.iter().map(|point| point.frame).collect();
    knots.dedup();
    knots
}

fn sampled(knots: &[i64], value: &dyn Fn(i64, bool) -> f64) -> Vec<Written> {
    points(knots, value, Fineness::AUTOMATION, MOST).into_iter().map(|(frame, value)| (frame, value, 0)).collect()
}

/// Writes an envelope; points are at frames of `rate`.
pub(super) fn envelope(page: &mut Page, block: &str, owner: &str, rate: SampleRate, points: &[Written]) {
    page.open(block);
    page.line(&format!("EGUID {}", guid(block, owner, 0)));
    for line in ["ACT 1 -1", "VIS 1 1 1", "LANEHEIGHT 0 0", "ARM 0", "DEFSHAPE 0 -1 -1"] {
        page.line(line);
    }
    if block.contains("VOLENV") {
        // Straight lines are straight in the factor.
        page.line("VOLTYPE 0");
    }
    for (frame, value, shape) in points {
        page.line(&format!("PT {} {} {shape}", number(rate.seconds(*frame)), number(*value)));
    }
    page.close();
}

//! Automation as the format has it: points that hold or run straight, in a unit.

use super::page::Page;
use stemwright_core::{Automation, Db, Param, Point, Shape, Target};

/// A line that is no straight one becomes so many.
const PIECES: i64 = 64;

/// What was written instead of what could not be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Carried {
    Whole,
    /// As straight pieces.
    InPieces,
}

/// Writes points of what moves the parameter `id`; `beat` is the place of a frame, `add` dB that are added to a gain.
pub(super) fn points(
    page: &mut Page,
    automation: &Automation,
    id: &str,
    add: f64,
    beat: impl Fn(i64) -> f64,
) -> Carried {
    let Automation { target, points } = automation;
    page.open("Points");
    if *target == Target::Mute {
        page.attribute("timeUnit", "beats");
        page.id();
        page.target(id);
        for (frame, on) in switches(automation) {
            page.open("BoolPoint");
            page.attribute("time", beat(frame)).attribute("value", on);
            page.close();
        }
        page.close();
        return Carried::Whole;
    }
    let differs = |pair: &[Point]| pair[0].value != pair[1].value && pair[0].frame != pair[1].frame;
    let some = |shape: Shape| points.windows(2).any(|pair| differs(pair) && pair[0].shape == shape);
    // Straight in dB, unless anything is straight as a factor.
    let is_gain = target.is_gain();
    let decibels = is_gain && some(Shape::Linear) && !some(Shape::Factor);
    let (unit, write): (&str, fn(f64) -> f64) = match target {
        _ if decibels => ("decibel", |db| db),
        _ if is_gain => ("linear", |db| Db(db).factor()),
        Target::Pan => ("normalized", |pan| (pan + 1.0) / 2.0),
        Target::Insert(_, Param::BandFreq(_)) => ("hertz", |hz| hz),
        Target::Insert(_, Param::Ratio) => ("percent", crate::dawproject::values::amount),
        Target::Insert(_, Param::BandQ(_)) => ("linear", |q| q),
        _ => ("decibel", |db| db),
    };
    let straight = |shape: Shape| match shape {
        Shape::Linear if is_gain => decibels,
        Shape::Factor if is_gain => !decibels,
        Shape::Linear | Shape::Factor => unit != "percent",
        Shape::Hold => true,
        Shape::Smooth | Shape::Curve(_) => false,
    };
    page.attribute("unit", unit).attribute("timeUnit", "beats");
    page.id();
    page.target(id);
    let mut carried = Carried::Whole;
    let add = if is_gain { add } else { 0.0 };
    for (index, point) in points.iter().enumerate() {
        let interpolation = if point.shape == Shape::Hold { "hold" } else { "linear" };
        page.point(beat(point.frame), write(point.value + add), interpolation);
        let Some(next) = points.get(index + 1).filter(|next| next.value != point.value) else { continue };
        if straight(point.shape) {
            continue;
        }
        carried = Carried::InPieces;
        let length = next.frame - point.frame;
        let mut last = point.frame;
        for piece in 1..PIECES {
            let frame = point.frame + (i128::from(length) * i128::from(piece) / i128::from(PIECES)) as i64;
            if frame > last && frame < next.frame {
                page.point(beat(frame), write(automation.value(frame) + add), "linear");
                last = frame;
            }
        }
    }
    page.close();
    carried
}

/// Where a mute is switched: from one half on it is on.
fn switches(automation: &Automation) -> Vec<(i64, bool)> {
    let on = |frame: i64| automation.value(frame) >= 0.5;
    let mut found: Vec<(i64, bool)> = Vec::new();
    for (index, point) in automation.points.iter().enumerate() {
        if automation.points.get(index + 1).is_some_and(|next| next.frame == point.frame) {
            continue;
        }
        let here = on(point.frame);
        if found.last().is_none_or(|last| last.1 != here) {
            found.push((point.frame, here));
        }
        let Some(next) = automation.points.get(index + 1).filter(|_| point.shape != Shape::Hold) else { continue };
        // Between two points a value goes one way: the first frame on which it is on the other side.
        let (mut low, mut high) = (point.frame, next.frame - 1);
        if high <= low || on(high) == here {
            continue;
        }
        while high - low > 1 {
            let middle = low + (high - low) / 2;
            if on(middle) == here {
                low = middle;
            } else {
                high = middle;
            }
        }
        found.push((high, !here));
    }
    found
}

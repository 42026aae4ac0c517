//! Curves of any law → points of ours.

use super::curve::Curve;
use stemwright_core::{Db, Point, Shape};

/// How far straight lines between points may be from the curve.
const NEAR: f64 = 3e-6;
/// The engine computes control values so far apart: points need not lie closer.
const CLOSE: f64 = 32.0;
/// How much before a point the value is looked at that a jump begins from, in frames.
const JUST_BEFORE: f64 = 1e-4;

/// What moves, by the frame of the session as it is written.
pub(super) type Moving<'a> = &'a dyn Fn(f64) -> f64;

/// Points of several curves together make one list.
pub(super) fn breaks(curves: &[Option<&Curve>]) -> Vec<f64> {
    let mut breaks: Vec<f64> =
        curves.iter().copied().flatten().flat_map(|curve| &curve.points).map(|point| point.0).collect();
    breaks.sort_by(f64::total_cmp);
    breaks.dedup();
    breaks
}

/// Points with straight lines between them that follow a value; `left` is how many more there may be.
pub(super) fn follow(breaks: &[f64], value: Moving<'_>, left: &mut usize) -> Vec<(f64, f64)> {
    let mut points: Vec<(f64, f64)> = Vec::new();
    for (i, &at) in breaks.iter().enumerate() {
        let here = value(at);
        if points.last().is_none_or(|last| *last != (at, here)) {
            points.push((at, here));
        }
        let Some(&next) = breaks.get(i + 1) else { break };
        let there = value(next - JUST_BEFORE.min((next - at) / 2.0));
        between((at, here), (next, there), value, &mut points, left);
        if (value(next) - there).abs() > NEAR / 10.0 {
            points.push((next, there));
        }
    }
    *left = left.saturating_sub(points.len());
    points
}

/// Puts points between two until lines are near enough.
fn between(a: (f64, f64), b: (f64, f64), value: Moving<'_>, points: &mut Vec<(f64, f64)>, left: &mut usize) {
    let mut open = vec![(a, b)];
    while let Some((a, b)) = open.pop() {
        let length = b.0 - a.0;
        let line = |part: f64| a.1 + (b.1 - a.1) * part;
        let off = |part: f64| (value(a.0 + length * part) - line(part)).abs();
        if length > 2.0 * CLOSE && points.len() < *left && [0.25, 0.5, 0.75].into_iter().any(|part| off(part) > NEAR) {
            let middle = a.0 + length / 2.0;
            let middle = (middle, value(middle));
            open.push((middle, b));
            open.push((a, middle));
        } else {
            points.push(b);
        }
    }
    // The last one is where the next stretch begins.
    points.pop();
}

/// As automation of a gain.
pub(super) fn gains(points: &[(f64, f64)], scaled: impl Fn(f64) -> i64) -> Vec<Point> {
    let point = |&(at, factor): &(f64, f64)| Point { frame: scaled(at), value: Db::of(factor).0, shape: Shape::Factor };
    points.iter().map(point).collect()
}

/// As automation of any other value.
pub(super) fn values(points: &[(f64, f64)], scaled: impl Fn(f64) -> i64) -> Vec<Point> {
    points.iter().map(|&(at, value)| Point { frame: scaled(at), value, shape: Shape::Linear }).collect()
}

#[cfg(test)]
mod tests {
    use super::super::curve::Style;
    use super::*;

    #[test]
    fn lines_follow_a_fader_and_its_jumps() {
        let points = vec![(0.0, 1.0), (48_000.0, 0.1), (48_001.0, 0.5), (50_000.0, 0.5)];
        let curve = Curve::new(points, Style::Exponential).unwrap();
        let made = follow(&breaks(&[Some(&curve)]), &|at| curve.value(at), &mut 100_000);
        assert!(made.windows(2).all(|pair| pair[0].0 <= pair[1].0), "{made:?}");
        for pair in made.windows(2).filter(|pair| pair[1].0 - pair[0].0 > 2.0) {
            let middle = (pair[0].0 + pair[1].0) / 2.0;
            assert!((curve.value(middle) - (pair[0].1 + pair[1].1) / 2.0).abs() < 1e-5);
        }
        let steps = Curve::new(vec![(0.0, 1.0), (100.0, 0.0), (200.0, 1.0)], Style::Discrete).unwrap();
        let made = follow(&breaks(&[Some(&steps)]), &|at| steps.value(at), &mut 100);
        assert_eq!(made, [(0.0, 1.0), (100.0, 1.0), (100.0, 0.0), (200.0, 0.0), (200.0, 1.0)]);
    }
}

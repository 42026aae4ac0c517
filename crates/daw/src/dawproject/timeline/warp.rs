//! Warps: time inside against time outside. Programs write them around audio that is not stretched, too; that is found out here.

use super::{Here, TimeUnit, TooMuch, Walk, in_unit};
use crate::dawproject::model::Warps;

/// How far audio may drift from its own speed and still count as not stretched: a frame and, over its length, the precision of
/// the single floats that programs keep beats in.
const DRIFT: f64 = 1.0 / 44_100.0;
const DRIFT_A_SECOND: f64 = 3e-7;
/// Places at which a warp is looked at between its points: a tempo that changes there bends it.
const LOOKS: u32 = 16;

impl<'a, 'd> Walk<'a, 'd, '_> {
    pub(super) fn warps(&mut self, warps: &'a Warps<'d>, here: &Here<'d>) -> Result<(), TooMuch> {
        let map = self.map;
        let Some(content) = warps.content.as_deref() else { return Ok(()) };
        let unit = warps.content_unit;
        let mut inner = here.clone();
        inner.unit = unit;
        // Where a time inside would have to be in the song if nothing were stretched, minus that time.
        let offset = |outside: f64| {
            let seconds = here.seconds(outside, map);
            in_unit(seconds, unit, map) - inside(&warps.points, outside)
        };
        let own = |seconds: f64| in_unit(seconds, here.unit, map) - here.offset;
        let start = if here.start.is_finite() { own(here.start) } else { warps.points.first().map_or(0.0, |p| p.0) };
        let end = if here.end.is_finite() { own(here.end) } else { warps.points.last().map_or(start, |p| p.0) };
        let within = warps.points.iter().map(|point| point.0).filter(|time| (start..end).contains(time));
        let mut marks: Vec<f64> = within.chain([start, end]).collect();
        let span = end - start;
        marks.extend((1..LOOKS).map(|look| start + span * f64::from(look) / f64::from(LOOKS)));
        let (mut least, mut most) = (f64::INFINITY, f64::NEG_INFINITY);
        for mark in marks {
            let offset = offset(mark);
            (least, most) = (least.min(offset), most.max(offset));
        }
        let seconds = (here.seconds(end, map) - here.seconds(start, map)).abs();
        let mut bound = DRIFT + DRIFT_A_SECOND * seconds;
        if unit == TimeUnit::Beats {
            bound *= 2.0;
        }
        if most - least > bound {
            self.unplayed.add("clip-warped", here.track, 1, here.seconds(start, map));
        }
        inner.offset = offset(start);
        self.timeline(content, &inner)
    }
}

/// The time inside at a time outside: straight between points, and on beyond the outer ones.
fn inside(points: &[(f64, f64)], outside: f64) -> f64 {
    let [first, .., last] = points else {
        return outside + points.first().map_or(0.0, |&(out, inn)| inn - out);
    };
    let next = points.partition_point(|point| point.0 <= outside).clamp(1, points.len() - 1);
    let (a, b) = (points[next - 1], points[next]);
    if b.0 > a.0 {
        return a.1 + (b.1 - a.1) * (outside - a.0) / (b.0 - a.0);
    }
    if last.0 > first.0 { first.1 + (last.1 - first.1) * (outside - first.0) / (last.0 - first.0) } else { a.1 }
}

#[cfg(test)]
mod tests {
    use super::inside;

    #[test]
    fn warps_run_straight_between_their_points_and_beyond() {
        let points = [(0.0, 1.0), (2.0, 3.0), (4.0, 4.0)];
        let times = [-1.0, 0.0, 1.0, 3.0, 6.0].map(|time| inside(&points, time));
        assert_eq!(times, [0.0, 1.0, 2.0, 3.5, 5.0]);
        assert_eq!(inside(&[], 3.0), 3.0);
        assert_eq!(inside(&[(1.0, 0.0)], 3.0), 2.0);
        assert_eq!(inside(&[(1.0, 5.0), (1.0, 7.0)], 3.0), 5.0);
    }
}

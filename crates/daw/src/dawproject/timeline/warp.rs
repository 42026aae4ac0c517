//! Warps: time inside against time outside. Programs write them around audio that is not stretched, too; that is found out here.

use super::{Here, MOST_CLIPS, Placed, TimeUnit, TooMuch, Walk, in_unit};
use crate::dawproject::model::{Audio, Content, Warps};
use crate::foreign::warped::{DRIFT, DRIFT_A_SECOND};

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
        let knots: Vec<f64> = within.chain([start, end]).collect();
        let span = end - start;
        let mut marks = knots.clone();
        marks.extend((1..LOOKS).map(|look| start + span * f64::from(look) / f64::from(LOOKS)));
        let (mut least, mut most) = (f64::INFINITY, f64::NEG_INFINITY);
        for &mark in &marks {
            let offset = offset(mark);
            (least, most) = (least.min(offset), most.max(offset));
        }
        let seconds = (here.seconds(end, map) - here.seconds(start, map)).abs();
        let mut bound = DRIFT + DRIFT_A_SECOND * seconds;
        if unit == TimeUnit::Beats {
            bound *= 2.0;
        }
        if most - least > bound {
            if let (Content::Audio(audio), TimeUnit::Seconds) = (&content.content, unit) {
                return self.stretched(audio, warps, here, if self.bends(here, &knots) { marks } else { knots });
            }
            self.unplayed.add("clip-warped", here.track, 1, here.seconds(start, map));
        }
        inner.offset = offset(start);
        self.timeline(content, &inner)
    }
}

impl<'d> Walk<'_, 'd, '_> {
    /// Whether the tempo changes between these times outside.
    fn bends(&self, here: &Here<'_>, knots: &[f64]) -> bool {
        let (first, last) = knots.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(a, b), x| (a.min(*x), b.max(*x)));
        let [from, to] = [first, last].map(|time| here.seconds(time, self.map));
        (1..LOOKS).any(|look| {
            let part = f64::from(look) / f64::from(LOOKS);
            let straight = from + (to - from) * part;
            (here.seconds(first + (last - first) * part, self.map) - straight).abs() > DRIFT / 4.0
        })
    }

    /// Audio that is stretched, by the times outside at which it is looked up.
    fn stretched(
        &mut self,
        audio: &Audio<'d>,
        warps: &Warps<'d>,
        here: &Here<'d>,
        mut marks: Vec<f64>,
    ) -> Result<(), TooMuch> {
        if self.out.placed.len() == MOST_CLIPS {
            return Err(TooMuch);
        }
        marks.sort_by(f64::total_cmp);
        marks.dedup();
        let place = |mark: &f64| (here.seconds(*mark, self.map), inside(&warps.points, *mark));
        let places: Vec<(f64, f64)> = marks.iter().map(place).collect();
        let (Some(first), Some(last)) = (places.first().copied(), places.last().copied()) else { return Ok(()) };
        self.out.placed.push(Placed {
            track: here.track,
            file: audio.file,
            name: here.name,
            start: first.0,
            end: last.0,
            from: first.1,
            curves: here.curves.clone(),
            warp: Some(places),
        });
        Ok(())
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

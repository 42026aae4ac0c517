//! Automation lists: their points, and what Ardour makes of them between those.

use super::time::Clock;
use crate::foreign::number;
use roxmltree::Node;

/// Ardour keeps gains away from zero by this much where it interpolates them.
const SMALL: f64 = 1e-7;
/// The times of a longer stretch are not summed up step by step: nothing is left of the difference.
const SHORT: u64 = 16_384;

/// How a list goes from point to point.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Style {
    Linear,
    /// A constrained cubic (Kruger, *Constrained Cubic Spline Interpolation*): it never leaves what its points span.
    Curved,
    Discrete,
    /// In a straight line of the logarithm.
    Logarithmic,
    /// In a straight line of the fader's position.
    Exponential,
}

/// A list of points: frames, which need not be whole, and values.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Curve {
    pub(super) points: Vec<(f64, f64)>,
    pub(super) style: Style,
    /// Of a curved list: how steep it is on each point.
    slopes: Vec<f64>,
}

/// The position of a fader, 0…1.
fn position(gain: f64) -> f64 {
    ((6.0 * libm::log2(gain) + 192.0) / 198.0).max(0.0).powi(8)
}

fn at_position(position: f64) -> f64 {
    libm::exp2((position.max(0.0).powf(0.125) * 198.0 - 192.0) / 6.0)
}

impl Curve {
    /// Points in any order; of several on one frame, all stay.
    pub(super) fn new(mut points: Vec<(f64, f64)>, style: Style) -> Option<Self> {
        points.sort_by(|a, b| a.0.total_cmp(&b.0));
        if points.is_empty() {
            return None;
        }
        let slopes = if style == Style::Curved && points.len() > 2 { slopes(&points) } else { Vec::new() };
        Some(Self { points, style, slopes })
    }

    /// An `AutomationList` (or, in version 2, whatever holds `events`).
    pub(super) fn read(list: Node<'_, '_>, clock: &Clock, otherwise: Style) -> Option<Self> {
        let style = match list.attribute("interpolation-style") {
            Some("Linear") => Style::Linear,
            Some("Curved") => Style::Curved,
            Some("Discrete") => Style::Discrete,
            Some("Logarithmic") => Style::Logarithmic,
            Some("Exponential") => Style::Exponential,
            _ => otherwise,
        };
        let events = list.children().find(|child| child.has_tag_name("events"))?.text()?;
        let mut words = events.split_ascii_whitespace();
        let mut points = Vec::new();
        while let (Some(when), Some(value)) = (words.next(), words.next()) {
            if let (Some(when), Some(value)) = (clock.frames(when), number(value)) {
                points.push((when, value.clamp(-1e6, 1e6)));
            }
        }
        Self::new(points, style)
    }

    /// How long it is.
    pub(super) fn end(&self) -> f64 {
        self.points.last().map_or(0.0, |point| point.0)
    }

    /// The value at a frame; the ends hold.
    pub(super) fn value(&self, x: f64) -> f64 {
        let next = self.points.partition_point(|point| point.0 <= x);
        match (next.checked_sub(1), self.points.get(next)) {
            (Some(last), Some(&b)) => self.between(last, self.points[last], b, x),
            (Some(last), None) => self.points[last].1,
            (None, _) => self.points[0].1,
        }
    }

    fn between(&self, i: usize, a: (f64, f64), b: (f64, f64), x: f64) -> f64 {
        let part = (x - a.0) / (b.0 - a.0);
        let line = a.1 + (b.1 - a.1) * part;
        match self.style {
            Style::Discrete => a.1,
            Style::Logarithmic if a.1 > 0.0 && b.1 > 0.0 => a.1 * (b.1 / a.1).powf(part),
            Style::Exponential if a.1 >= 0.0 && b.1 >= 0.0 => {
                let (from, to) = (a.1 + SMALL, b.1 + SMALL);
                if (to - from).abs() < SMALL {
                    return to;
                }
                let (p, q) = (position(from), position(to));
                at_position(p + (q - p) * part)
            }
            Style::Curved if !self.slopes.is_empty() => {
                let (length, t) = (b.0 - a.0, part);
                let [m0, m1] = [self.slopes[i] * length, self.slopes[i + 1] * length];
                let (t2, t3) = (t * t, t * t * t);
                (2.0 * t3 - 3.0 * t2 + 1.0) * a.1
                    + (t3 - 2.0 * t2 + t) * m0
                    + (3.0 * t2 - 2.0 * t3) * b.1
                    + (t3 - t2) * m1
            }
            _ => line,
        }
    }

    /// The value for frame `i` of a stretch of `count` frames that begins `from` frames into the list.
    pub(super) fn sampled(&self, from: u64, count: u64, per_frame: f64) -> impl Fn(u64) -> f64 + use<'_> {
        let steps = self.steps(from, count);
        // Two points are a straight line, whose times are not cut.
        let cuts = self.points.len() > 2;
        let mut cut = Vec::new();
        if cuts && steps.count <= SHORT {
            let mut ticks = steps.start * per_frame;
            for _ in 0..steps.count {
                cut.push(self.value(ticks.floor() / per_frame));
                ticks += steps.step * per_frame;
            }
        }
        move |frame| {
            let Some(i) = frame.checked_sub(steps.head) else { return self.value(f64::NEG_INFINITY) };
            if i >= steps.count {
                return self.value(f64::INFINITY);
            }
            let at = steps.start + i as f64 * steps.step;
            match cut.get(i as usize) {
                Some(value) => *value,
                None if cuts => self.value((at * per_frame).floor() / per_frame),
                None => self.value(at),
            }
        }
    }

    /// The frames of a stretch of `count` frames, from `from` frames into the list on, on which it bends: those of its points.
    pub(super) fn kinks(&self, from: u64, count: u64) -> impl Iterator<Item = u64> + use<'_> {
        let steps = self.steps(from, count);
        let lone = (steps.count == 1).then_some(steps.head);
        let moves = steps.count > 1 && steps.step > 0.0;
        // A list may lie over a hundred thousand pieces of a region: each looks at its own points.
        let before = |place: f64| self.points.partition_point(|point| steps.frame(point.0) < place);
        let inside = if moves { before(0.0)..before(count as f64) } else { 0..0 };
        lone.into_iter().chain(self.points[inside].iter().map(move |point| steps.frame(point.0) as u64))
    }

    /// Ardour spreads what it asks for over both ends: the last frame gets the value of one frame later. Frames before the first
    /// point and after the last are counted off before.
    pub(super) fn steps(&self, from: u64, count: u64) -> Steps {
        let (low, high) = (self.points[0].0, self.end());
        let (first, last, frames) = (from as f64, (from + count) as f64, count as f64);
        if first > high || last < low {
            let head = if last < low { count } else { 0 };
            return Steps { head, count: 0, start: low, step: 1.0 };
        }
        let head = if first < low { (low - first).floor().min(frames) as u64 } else { 0 };
        let tail = if last > high { (last - high).floor().min((count - head) as f64) as u64 } else { 0 };
        let within = count - head - tail;
        let (start, end) = (low.max(first), high.min(last));
        let step = if within > 1 { (end - start) / (within - 1) as f64 } else { 0.0 };
        Steps { head, count: within, start, step }
    }
}

/// Where a stretch is sampled: `count` values from `start` on, after `head` of the first point's.
pub(super) struct Steps {
    head: u64,
    count: u64,
    start: f64,
    step: f64,
}

impl Steps {
    /// The frames on which the list is between its ends.
    pub(super) fn moving(&self) -> (u64, u64) {
        (self.head, self.head + self.count)
    }

    /// The frame, which need not be whole, that gets the value of a place in the list.
    pub(super) fn frame(&self, place: f64) -> f64 {
        if self.step > 0.0 { self.head as f64 + (place - self.start) / self.step } else { self.head as f64 }
    }
}

/// How steep a constrained cubic is on each point: the harmonic mean of its neighbours' slopes, flat where those turn.
fn slopes(points: &[(f64, f64)]) -> Vec<f64> {
    let last = points.len() - 1;
    let inverse = |i: usize| (points[i + 1].0 - points[i].0) / (points[i + 1].1 - points[i].1);
    let rise = |i: usize| {
        let rise = (points[i + 1].1 - points[i].1) / (points[i + 1].0 - points[i].0);
        if rise.is_finite() { rise } else { 0.0 }
    };
    let inner = (1..last).map(|i| {
        let (before, after) = (inverse(i - 1), inverse(i));
        // A flat neighbour has no inverse: the mean is 0, too.
        let slope = if before * after < 0.0 { 0.0 } else { 2.0 / (before + after) };
        if slope.is_finite() { slope } else { 0.0 }
    });
    let mut slopes: Vec<f64> = std::iter::once(0.0).chain(inner).chain([0.0]).collect();
    slopes[0] = 1.5 * rise(0) - slopes[1] / 2.0;
    slopes[last] = 1.5 * rise(last - 1) - slopes[last - 1] / 2.0;
    slopes
}

/// The fade of 64 frames that every region has unless it says otherwise: constant power.
pub(super) fn default_fade(is_in: bool) -> Option<Curve> {
    const FRAMES: f64 = 64.0;
    let quarter = std::f64::consts::FRAC_PI_2;
    let point = |i: u32| {
        let part = f64::from(i) / 33.0;
        let gain = if is_in { libm::sin(part * quarter) } else { libm::cos(part * quarter) };
        ((FRAMES * part).floor(), gain)
    };
    let ends = if is_in { [SMALL, 1.0] } else { [1.0, SMALL] };
    let points = std::iter::once((0.0, ends[0])).chain((1..32).map(point)).chain([(FRAMES, ends[1])]);
    Curve::new(points.collect(), Style::Curved)
}

/// A curve from its end to its beginning: what the default fades leave of what lies below them.
pub(super) fn reversed(curve: &Curve) -> Option<Curve> {
    let end = curve.end();
    Curve::new(curve.points.iter().rev().map(|&(x, y)| (end - x, y)).collect(), curve.style)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fader_between_two_points_moves_by_its_position() {
        let curve = Curve::new(vec![(0.0, 1.0), (100.0, 0.1)], Style::Exponential).unwrap();
        let half = (position(1.0 + SMALL) + position(0.1 + SMALL)) / 2.0;
        assert!((position(curve.value(50.0)) - half).abs() < 1e-9);
        assert_eq!(curve.value(-5.0), 1.0);
        assert_eq!(curve.value(500.0), 0.1);
        let log = Curve::new(vec![(0.0, 1.0), (100.0, 4.0)], Style::Logarithmic).unwrap();
        assert!((log.value(50.0) - 2.0).abs() < 1e-12);
    }

    #[test]
    fn a_constrained_cubic_stays_between_its_points_and_meets_them() {
        let points = vec![(0.0, 0.0), (10.0, 0.5), (20.0, 0.5), (30.0, 1.0), (31.0, 0.2)];
        let curve = Curve::new(points.clone(), Style::Curved).unwrap();
        points.iter().for_each(|&(x, y)| assert!((curve.value(x) - y).abs() < 1e-12));
        for x in 0..310 {
            assert!((-1e-9..=1.0 + 1e-9).contains(&curve.value(f64::from(x) / 10.0)));
        }
        assert_eq!(curve.value(15.0), 0.5);
    }

    #[test]
    fn a_stretch_ends_on_the_value_after_its_last_frame() {
        let curve = default_fade(true).unwrap();
        let sampled = curve.sampled(0, 64, 5880.0);
        assert!(sampled(0) == SMALL && sampled(63) > 1.0 - 1e-6, "within a tick of the end");
        assert!((sampled(32) - libm::sin(32.0 * 64.0 / 63.0 / 64.0 * std::f64::consts::FRAC_PI_2)).abs() < 0.02);
    }
}

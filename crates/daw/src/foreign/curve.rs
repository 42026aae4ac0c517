//! Curves over frames, and how they become points with straight lines between.

/// The value of something that moves at a frame: as the frame begins, or (`before`) where the curve comes from.
pub(crate) type Moving<'a> = &'a dyn Fn(i64, bool) -> f64;

/// How far straight lines may lie from a curve, and how near points may come.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Fineness {
    /// In the unit of the value; of values above 1, a part of them.
    pub(crate) error: f64,
    /// Frames.
    pub(crate) nearest: i64,
}

impl Fineness {
    /// For automation: −100 dB of a factor.
    pub(crate) const AUTOMATION: Self = Self { error: 1e-5, nearest: 1 };
    /// For clips: −130 dB of a factor.
    pub(crate) const CLIP: Self = Self { error: 3e-7, nearest: 1 };
}

/// Points that a curve goes through, in order: two on one frame where it jumps. `knots` are the frames on which it bends or
/// jumps, sorted; `most` the number of points that may be made of it (then they are farther apart than they should).
pub(crate) fn points(knots: &[i64], curve: Moving<'_>, fineness: Fineness, most: usize) -> Vec<(i64, f64)> {
    let mut points: Vec<(i64, f64)> = Vec::new();
    let Some(&first) = knots.first() else { return points };
    let mut push = |frame: i64, value: f64| {
        if points.last() != Some(&(frame, value)) {
            points.push((frame, value));
        }
        points.len()
    };
    // What comes before the first holds the value that the curve comes from.
    push(first, curve(first, true));
    push(first, curve(first, false));
    for pair in knots.windows(2) {
        let [begin, end] = [pair[0], pair[1]];
        if end <= begin {
            continue;
        }
        // The pieces still to be looked at, the next one last.
        let mut open = vec![((begin, curve(begin, false)), (end, curve(end, true)))];
        while let Some(((a, low), (b, high))) = open.pop() {
            let straight = |frame: i64| low + (high - low) * ((frame - a) as f64 / (b - a) as f64);
            let error = fineness.error * low.abs().max(high.abs()).max(1.0);
            let strays = |frame: i64| frame > a && frame < b && (curve(frame, false) - straight(frame)).abs() > error;
            let middle = a + (b - a) / 2;
            let wide = b - a >= 2 * fineness.nearest;
            if wide && (strays(middle) || strays(a + (b - a) / 5) || strays(b - (b - a) / 5)) && push(a, low) < most {
                let centre = (middle, curve(middle, false));
                open.push((centre, (b, high)));
                open.push(((a, low), centre));
            } else {
                push(b, high);
            }
        }
        push(end, curve(end, false));
    }
    points
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn straight_lines_need_their_ends_and_jumps_two_points() {
        let line = |frame: i64, _: bool| frame as f64 / 100.0;
        assert_eq!(points(&[0, 10, 100], &line, Fineness::CLIP, 99), [(0, 0.0), (10, 0.1), (100, 1.0)]);
        let jump = |frame: i64, before: bool| if frame > 50 || frame == 50 && !before { 1.0 } else { 0.0 };
        assert_eq!(points(&[0, 50, 100], &jump, Fineness::CLIP, 99), [(0, 0.0), (50, 0.0), (50, 1.0), (100, 1.0)]);
    }

    #[test]
    fn curves_are_met_within_the_fineness() {
        let curve = |frame: i64, _: bool| libm::sin(frame as f64 / 48_000.0);
        let points = points(&[0, 300_000], &curve, Fineness::CLIP, 1_000_000);
        assert!(points.len() < 10_000);
        let mut worst = 0.0_f64;
        for pair in points.windows(2) {
            let [(a, low), (b, high)] = [pair[0], pair[1]];
            for frame in a..b {
                let straight = low + (high - low) * ((frame - a) as f64 / (b - a) as f64);
                worst = worst.max((straight - curve(frame, false)).abs());
            }
        }
        assert!(worst < 4e-7, "{worst}");
    }
}

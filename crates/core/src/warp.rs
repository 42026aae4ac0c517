//! Clips whose time runs otherwise than the song's.

/// How the time of a clip's file runs against that of the song: in straight lines from point to point. The first point is the
/// clip's first frame, the last one its end; both sides rise from point to point, at a speed within [`Warp::SPEEDS`].
#[derive(Debug, Clone, PartialEq)]
pub struct Warp {
    /// At least two.
    pub points: Vec<WarpPoint>,
    /// Whether the pitch follows.
    pub pitch: Pitch,
}

/// A frame of a clip, and the frame of its file that is heard there. Both are counted at the session's rate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WarpPoint {
    /// Frames from the clip's start.
    pub frame: u64,
    /// Of the file.
    pub source: u64,
}

/// What a warp does to the pitch.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Pitch {
    /// It stays, but for so many semitones up: time-stretching.
    Kept(f64),
    /// It follows the speed, as on tape.
    Follows,
}

impl Warp {
    /// Frames of the file for each of the song. Beyond is no music.
    pub const SPEEDS: std::ops::RangeInclusive<f64> = 1.0 / 32.0..=32.0;
    /// Semitones either way.
    pub const SEMITONES: f64 = 48.0;

    /// One speed for all of a clip: `frames` of the song for `source` frames of the file from `from` on.
    pub fn even(from: u64, source: u64, frames: u64, pitch: Pitch) -> Self {
        let point = |frame, source| WarpPoint { frame, source };
        Self { points: vec![point(0, from), point(frames, from + source)], pitch }
    }

    /// How long the clip is.
    pub fn frames(&self) -> u64 {
        self.points.last().map_or(0, |point| point.frame)
    }

    /// The frames of the file that are used.
    pub fn sources(&self) -> std::ops::Range<u64> {
        let source = |point: Option<&WarpPoint>| point.map_or(0, |point| point.source);
        source(self.points.first())..source(self.points.last())
    }

    /// Nothing is stretched or moved in pitch: the file as it is, from [`Self::sources`] on.
    pub fn is_plain(&self) -> bool {
        let slope = |pair: &[WarpPoint]| pair[1].frame - pair[0].frame == pair[1].source - pair[0].source;
        matches!(self.pitch, Pitch::Follows | Pitch::Kept(0.0)) && self.points.windows(2).all(slope)
    }

    /// What is wrong with it, in words.
    pub fn wrong(&self) -> Option<&'static str> {
        self.fault().map(|(_, wrong)| wrong)
    }

    /// The first point with which something is wrong, and what.
    pub fn fault(&self) -> Option<(usize, &'static str)> {
        if self.points.len() < 2 {
            return Some((0, "a warp has two points at least: where the clip begins and where it ends"));
        }
        if self.points[0].frame != 0 {
            return Some((0, "the first point of a warp is the clip's first frame"));
        }
        let fault = |[a, b]: [WarpPoint; 2]| {
            if a.frame >= b.frame || a.source >= b.source {
                return Some("from point to point of a warp both times rise");
            }
            let speed = (b.source - a.source) as f64 / (b.frame - a.frame) as f64;
            let can = Self::SPEEDS.contains(&speed);
            (!can).then_some("a warp plays a file between 1/32 of its speed and 32 times as fast")
        };
        let pairs = self.points.windows(2).enumerate();
        if let Some(found) = pairs.into_iter().find_map(|(i, pair)| Some((i + 1, fault([pair[0], pair[1]])?))) {
            return Some(found);
        }
        match self.pitch {
            Pitch::Kept(semitones) if semitones.is_nan() || semitones.abs() > Self::SEMITONES => {
                Some((0, "a pitch is moved by four octaves at most"))
            }
            _ => None,
        }
    }

    /// The place in the file that is heard at a place in the clip, beyond its ends at the speed that is there.
    pub fn source_at(&self, frame: f64) -> f64 {
        let line = self.line(|point| point.frame as f64 <= frame);
        let [a, b] = line.map(|point| (point.frame as f64, point.source as f64));
        a.1 + (frame - a.0) * (b.1 - a.1) / (b.0 - a.0)
    }

    /// The place in the clip at which a place in the file is heard: the inverse of [`Self::source_at`].
    pub fn frame_at(&self, source: f64) -> f64 {
        let line = self.line(|point| point.source as f64 <= source);
        let [a, b] = line.map(|point| (point.frame as f64, point.source as f64));
        a.0 + (source - a.1) * (b.0 - a.0) / (b.1 - a.1)
    }

    /// The points of the line in which the last point lies for which `before` holds.
    fn line(&self, before: impl Fn(&WarpPoint) -> bool) -> [WarpPoint; 2] {
        let next = self.points.partition_point(before).clamp(1, self.points.len() - 1);
        [self.points[next - 1], self.points[next]]
    }

    /// The part of a clip from its frame `start` up to its frame `end`. `None` where less than a frame of the file is left.
    pub fn part(&self, start: u64, end: u64) -> Option<Self> {
        let at = |frame: u64| WarpPoint { frame, source: self.source_at(frame as f64).round().max(0.0) as u64 };
        let mut points = vec![at(start)];
        points.extend(self.points.iter().filter(|point| (start + 1..end).contains(&point.frame)));
        points.push(at(end));
        // What was rounded must not fall.
        points.dedup_by(|b, a| b.source <= a.source || b.frame <= a.frame);
        if points.last().is_some_and(|last| last.frame != end) && points.len() > 1 {
            points.pop();
            points.push(at(end));
        }
        points.iter_mut().for_each(|point| point.frame -= start);
        let part = Self { points, pitch: self.pitch };
        part.wrong().is_none().then_some(part)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn warp(points: &[(u64, u64)]) -> Warp {
        let points = points.iter().map(|&(frame, source)| WarpPoint { frame, source });
        Warp { points: points.collect(), pitch: Pitch::Kept(0.0) }
    }

    #[test]
    fn places_run_straight_between_points_and_beyond_them() {
        let warp = warp(&[(0, 100), (100, 150), (200, 350)]);
        let places = [(-10.0, 95.0), (0.0, 100.0), (50.0, 125.0), (100.0, 150.0), (150.0, 250.0), (300.0, 550.0)];
        for (frame, source) in places {
            assert_eq!(warp.source_at(frame), source);
            assert_eq!(warp.frame_at(source), frame);
        }
        assert_eq!((warp.frames(), warp.sources()), (200, 100..350));
    }

    #[test]
    fn a_part_plays_what_the_whole_does_there() {
        let whole = warp(&[(0, 100), (100, 150), (200, 350)]);
        let part = whole.part(50, 150).unwrap();
        assert_eq!(part, warp(&[(0, 125), (50, 150), (100, 250)]));
        assert_eq!(whole.part(0, 200).unwrap(), whole);
        assert_eq!(whole.part(70, 70), None);
    }

    #[test]
    fn plain_ones_are_told_from_those_that_stretch() {
        assert!(warp(&[(0, 100), (100, 200), (150, 250)]).is_plain());
        assert!(!warp(&[(0, 100), (100, 200), (150, 251)]).is_plain());
        assert!(!Warp { pitch: Pitch::Kept(1.0), ..warp(&[(0, 100), (100, 200)]) }.is_plain());
        assert!(Warp { pitch: Pitch::Follows, ..warp(&[(0, 100), (100, 200)]) }.is_plain());
    }

    #[test]
    fn what_is_no_warp_is_said() {
        let wrong: [&[(u64, u64)]; 6] =
            [&[], &[(0, 0)], &[(1, 0), (2, 1)], &[(0, 5), (10, 5)], &[(0, 0), (10, 5), (10, 6)], &[(0, 0), (1, 33)]];
        assert!(wrong.iter().all(|points| warp(points).wrong().is_some()));
        assert!(Warp::even(7, 100, 200, Pitch::Kept(f64::NAN)).wrong().is_some());
        assert_eq!(Warp::even(7, 100, 200, Pitch::Kept(-12.0)).wrong(), None);
    }
}

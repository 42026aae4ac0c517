//! A warp bent so that hits keep their shape: around each onset time runs as in the file, and the rest makes up for it.

use std::collections::VecDeque;
use stemwright_core::Warp;

/// At the very most, the part of the time to the next onset, on either side, that runs as in the file.
const PART: f64 = 0.3;
/// After so many times as long as an anchor's half the warp is met again.
const RECOVERY: f64 = 4.0;
/// What is as near to an onset as this part of an anchor's half is meant by it.
const SAME: f64 = 0.5;

/// A place in the clip, and the place in the file that is heard there.
type Pin = (f64, f64);

/// The warp, and the onsets that are known so far.
pub(crate) struct Anchored {
    warp: Warp,
    /// The half of an anchor, in frames.
    half: f64,
    /// Onsets and, where there is none near, the warp's own points; and whether it is an onset.
    pins: VecDeque<(Pin, bool)>,
    /// The warp's next point that is not among the pins.
    next: usize,
    /// How far, in frames of the clip, an onset bends time.
    pub(crate) horizon: f64,
}

impl Anchored {
    pub(crate) fn new(warp: Warp, half: f64) -> Self {
        let speeds = warp
            .points
            .windows(2)
            .map(|pair| (pair[1].source - pair[0].source) as f64 / (pair[1].frame - pair[0].frame) as f64);
        let slowest = speeds.fold(f64::INFINITY, f64::min);
        let horizon = 2.0 * RECOVERY * half * (1.0 / slowest).max(1.0);
        Self { warp, half, pins: VecDeque::new(), next: 0, horizon }
    }

    /// Where the warp alone hears a place of the clip.
    pub(crate) fn warped(&self, frame: f64) -> f64 {
        self.warp.source_at(frame)
    }

    /// Tells of the next onset, a place in the file.
    pub(crate) fn onset(&mut self, source: i64) {
        let source = source as f64;
        let near = SAME * self.half;
        self.points_before(source - near);
        // Points of the warp that are meant by it are met by it.
        while self.point().is_some_and(|point| point.1 <= source + near) {
            self.next += 1;
        }
        let frame = self.warp.frame_at(source).round();
        if self.pins.back().is_none_or(|(last, _)| last.0 < frame && last.1 < source) {
            self.pins.push_back(((frame, source), true));
        }
    }

    /// Tells that no onset comes before a place in the file.
    pub(crate) fn none_before(&mut self, source: i64) {
        self.points_before(source as f64 - SAME * self.half);
    }

    fn point(&self) -> Option<Pin> {
        self.warp.points.get(self.next).map(|point| (point.frame as f64, point.source as f64))
    }

    fn points_before(&mut self, source: f64) {
        while let Some(point) = self.point().filter(|point| point.1 < source) {
            let near = |last: &(Pin, bool)| last.1 && point.1 - last.0.1 <= SAME * self.half;
            if !self.pins.back().is_some_and(near) {
                self.pins.push_back((point, false));
            }
            self.next += 1;
        }
    }

    /// The place in the file that is heard at a place in the clip. All onsets up to [`Self::horizon`] later are known.
    pub(crate) fn at(&self, frame: f64) -> f64 {
        let next = self.pins.partition_point(|((at, _), _)| *at <= frame);
        let before = next.checked_sub(1).and_then(|i| self.pins.get(i)).copied();
        let after = self.pins.get(next).copied();
        let gap = match (before, after) {
            (Some(((a, from), _)), Some(((b, to), _))) => (b - a).min(to - from),
            _ => f64::INFINITY,
        };
        let half = |pin: Option<(Pin, bool)>| match pin {
            Some((_, true)) => self.half.min(PART * gap).floor(),
            _ => 0.0,
        };
        let [after_it, before_it] = [half(before), half(after)];
        if let Some(((at, source), _)) = before.filter(|((at, _), _)| frame <= at + after_it) {
            return source + (frame - at);
        }
        if let Some(((at, source), _)) = after.filter(|((at, _), _)| frame >= at - before_it) {
            return source - (at - frame);
        }
        // From the end of one anchor back to the warp, and from the warp to the beginning of the next; straight across where both
        // are near.
        let leave = before.map(|((at, source), _)| {
            let (frame, from) = (at + after_it, source + after_it);
            let met = (at + RECOVERY * after_it).max(self.warp.frame_at(source + RECOVERY * after_it));
            ((frame, from), met)
        });
        let enter = after.map(|((at, source), _)| {
            let (frame, to) = (at - before_it, source - before_it);
            let left = (at - RECOVERY * before_it).min(self.warp.frame_at(source - RECOVERY * before_it));
            ((frame, to), left)
        });
        let line = |a: Pin, b: Pin| a.1 + (frame - a.0) * (b.1 - a.1) / (b.0 - a.0);
        match (leave, enter) {
            (Some((from, met)), Some((to, left))) if met >= left => line(from, to),
            (Some((from, met)), _) if frame < met => line(from, (met, self.warp.source_at(met))),
            (_, Some((to, left))) if frame > left => line((left, self.warp.source_at(left)), to),
            _ => self.warp.source_at(frame),
        }
    }

    /// Lets go of onsets that no place from `frame` on is bent by.
    pub(crate) fn forget(&mut self, frame: f64) {
        while self.pins.get(1).is_some_and(|((at, _), _)| *at < frame - self.horizon) {
            self.pins.pop_front();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use stemwright_core::{Pitch, WarpPoint};

    fn check(warp: Warp, onsets: &[i64]) {
        let mut anchored = Anchored::new(warp.clone(), 2000.0);
        onsets.iter().for_each(|onset| anchored.onset(*onset));
        anchored.none_before(i64::MAX / 2);
        let mut last = f64::NEG_INFINITY;
        for frame in 0..=warp.frames() {
            let place = anchored.at(frame as f64);
            assert!(place > last, "falls at {frame}: {last} {place}");
            assert!(
                (place - warp.source_at(frame as f64)).abs()
                    < 2100.0 * warp.sources().end as f64 / warp.frames() as f64 + 2000.0
            );
            last = place;
        }
        for onset in onsets.iter().filter(|onset| warp.sources().contains(&(**onset as u64))) {
            let frame = warp.frame_at(*onset as f64).round();
            for off in [-3.0, 0.0, 3.0] {
                assert_eq!(anchored.at(frame + off), *onset as f64 + off, "{onset}");
            }
        }
    }

    #[test]
    fn time_rises_and_runs_as_in_the_file_around_onsets() {
        let onsets: Vec<i64> = (1..30).map(|i| i * 3001 + (i * i * 997) % 1500).collect();
        for frames in [25_000, 50_000, 99_999, 200_000, 400_000] {
            check(Warp::even(0, 100_000, frames, Pitch::Kept(0.0)), &onsets);
            check(Warp::even(0, 100_000, frames, Pitch::Kept(0.0)), &[50_000]);
        }
        let point = |(frame, source)| WarpPoint { frame, source };
        let points = [(0, 0), (20_000, 30_000), (70_000, 40_000), (90_000, 100_000)].map(point).to_vec();
        check(Warp { points, pitch: Pitch::Kept(0.0) }, &onsets);
    }

    #[test]
    fn points_of_the_warp_without_an_onset_are_met() {
        let point = |(frame, source)| WarpPoint { frame, source };
        let points = [(0, 0), (50_000, 30_000), (100_000, 100_000)].map(point).to_vec();
        let mut anchored = Anchored::new(Warp { points, pitch: Pitch::Kept(0.0) }, 2000.0);
        anchored.onset(27_000);
        anchored.none_before(200_000);
        assert_eq!(anchored.at(50_000.0), 30_000.0);
    }
}

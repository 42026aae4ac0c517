//! Beats of the song against seconds and frames.

use crate::foreign::{FARTHEST_SECONDS, MOST_POINTS, frames};
use stemwright_core::{SampleRate, Tempo, TempoChange, TempoMap};

/// Pieces that a ramp of the tempo is made of where time has to be straight, at most.
const MOST_PIECES: f64 = 4096.0;

/// The tempo of a set, at a rate.
#[derive(Debug, Clone)]
pub(super) struct Clock {
    map: TempoMap,
    pub(super) rate: SampleRate,
    /// Where the tempo changes: place in beats, tempo that holds or begins there, and whether it was reached by a ramp.
    changes: Vec<(f64, f64, bool)>,
}

impl Clock {
    pub(super) fn new(tempo: Tempo, changes: &[TempoChange], rate: SampleRate) -> Self {
        let later = changes.iter().map(|change| (change.at, change.tempo.bpm, change.ramp));
        let changes_made = std::iter::once((0.0, tempo.bpm, false)).chain(later).collect();
        Self { map: TempoMap::new(tempo, changes), rate, changes: changes_made }
    }

    /// The time of a place, as far away as sessions reach.
    pub(super) fn seconds(&self, beat: f64) -> f64 {
        let seconds = self.map.seconds(beat);
        if seconds.is_nan() { 0.0 } else { seconds.clamp(-2.0 * FARTHEST_SECONDS, 2.0 * FARTHEST_SECONDS) }
    }

    /// The frame of a place, unless it is further away than sessions reach.
    pub(super) fn frame(&self, beat: f64) -> Option<i64> {
        frames(self.map.seconds(beat), self.rate)
    }

    /// The place of a frame.
    pub(super) fn beat(&self, frame: i64) -> f64 {
        self.map.quarters_at(self.rate.seconds(frame))
    }

    /// The last place that sessions reach.
    pub(super) fn farthest(&self) -> f64 {
        self.map.quarters_at(FARTHEST_SECONDS)
    }

    /// The tempo at a place.
    pub(super) fn bpm(&self, beat: f64) -> f64 {
        let part = self.changes.partition_point(|change| change.0 <= beat).saturating_sub(1);
        let (from, bpm, _) = self.changes[part];
        match self.changes.get(part + 1) {
            Some(&(to, next, true)) if to > from && beat > from => bpm + (next - bpm) * (beat - from) / (to - from),
            _ => bpm,
        }
    }

    /// Whether time runs evenly between two places.
    pub(super) fn is_even(&self, from: f64, to: f64) -> bool {
        // The beginning of the song is no change.
        let next = self.changes.partition_point(|change| change.0 <= from).max(1);
        let changes = self.changes.get(next).is_some_and(|change| change.0 < to);
        let begin = if to > 0.0 { from.max(0.0) } else { from };
        !changes && self.bpm(from) == self.bpm(begin + (to - begin) / 2.0)
    }

    /// Adds the places between two others, without these, between which time runs evenly, to a quarter of a frame. Of more than
    /// a session has, the rest is left out: whoever asks counts them, and refuses the set.
    pub(super) fn marks(&self, from: f64, to: f64, marks: &mut Vec<f64>) {
        let first = self.changes.partition_point(|change| change.0 <= from).saturating_sub(1);
        for (index, &(begin, bpm, _)) in self.changes.iter().enumerate().skip(first) {
            if begin >= to || marks.len() > MOST_POINTS {
                break;
            }
            if begin > from && index > 0 {
                marks.push(begin);
            }
            let Some(&(end, next, true)) = self.changes.get(index + 1) else { continue };
            if end <= begin || next == bpm {
                continue;
            }
            // Seconds over beats bend by 60·slope/bpm²: a chord of h beats strays by an eighth of that times h².
            let bend = 60.0 * ((next - bpm) / (end - begin)).abs() / (bpm.min(next) * bpm.min(next));
            let length = (8.0 * 0.25 / f64::from(self.rate.hz()) / bend).sqrt();
            let pieces = ((end - begin) / length).ceil().clamp(1.0, MOST_PIECES);
            let step = (end - begin) / pieces;
            let skipped = ((from - begin) / step).floor().max(0.0);
            for piece in (skipped as u32 + 1)..(pieces as u32) {
                let place = begin + f64::from(piece) * step;
                if place >= to {
                    break;
                }
                if place > from {
                    marks.push(place);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn between_marks_time_is_straight() {
        let tempo = Tempo { bpm: 90.0, ..Tempo::default() };
        let change = |at, bpm, ramp| TempoChange { at, tempo: Tempo { bpm, ..tempo }, ramp };
        let changes = [change(4.0, 90.0, false), change(20.0, 180.0, true), change(30.0, 60.0, false)];
        let clock = Clock::new(tempo, &changes, SampleRate::new(48_000).unwrap());
        let mut marks = vec![1.0];
        clock.marks(1.0, 40.0, &mut marks);
        marks.push(40.0);
        assert!(marks.windows(2).all(|pair| pair[0] < pair[1]) && marks.len() < 5000);
        for pair in marks.windows(2) {
            let [a, b] = [pair[0], pair[1]].map(|beat| clock.seconds(beat));
            let middle = clock.seconds((pair[0] + pair[1]) / 2.0);
            assert!(((a + b) / 2.0 - middle).abs() * 48_000.0 <= 0.26, "{pair:?}");
        }
        let ramp = Clock::new(tempo, &[change(8.0, 180.0, true)], SampleRate::new(48_000).unwrap());
        assert!(
            !ramp.is_even(-4.0, 4.0) && !ramp.is_even(-4.0, 12.0) && ramp.is_even(-4.0, 0.0) && ramp.is_even(8.0, 9.0)
        );
        assert!(clock.is_even(-4.0, 4.0) && !clock.is_even(3.0, 5.0) && clock.is_even(21.0, 30.0));
        assert_eq!((clock.bpm(2.0), clock.bpm(12.0), clock.bpm(25.0), clock.bpm(99.0)), (90.0, 135.0, 180.0, 60.0));
    }
}

//! Warps: where in its file a clip is, at each place of the song.

use super::clips::{AudioClip, Marker};
use super::clock::Clock;
use crate::foreign::MOST_POINTS;
use crate::foreign::warped::{DRIFT, DRIFT_A_SECOND, Laid, lay, plain};
use stemwright_core::{Pitch, Warp};

/// The file of a piece, until it is known.
const NAMED_LATER: &str = "";

/// A stretch of a clip, once through its loop.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Piece {
    /// Beats of the song.
    pub(super) start: f64,
    pub(super) end: f64,
    /// What is heard at `start`: beats of the content, or seconds of the file where it is not warped.
    pub(super) content: f64,
}

/// Too many pieces.
#[derive(Debug)]
pub(super) struct TooMany;

/// The pieces of a clip, no more than `most`.
pub(super) fn pieces(clip: &AudioClip<'_, '_>, most: usize) -> Result<Vec<Piece>, TooMany> {
    let Some((from, to)) = clip.content.looped else {
        return Ok(vec![Piece { start: clip.start, end: clip.end, content: clip.content.start }]);
    };
    let length = to - from;
    let first = clip.start + (to - clip.content.start);
    let rounds = (clip.end - first) / length;
    if rounds.is_nan() || rounds >= most as f64 {
        return Err(TooMany);
    }
    let mut pieces = vec![Piece { start: clip.start, end: first.min(clip.end), content: clip.content.start }];
    let mut round = 0u32;
    loop {
        // Multiplied, not added up: the thousandth round begins where it should.
        let start = first + f64::from(round) * length;
        round += 1;
        let end = (first + f64::from(round) * length).min(clip.end);
        if start >= clip.end || end <= start {
            return Ok(pieces);
        }
        pieces.push(Piece { start, end, content: from });
    }
}

/// The time in the file at a beat of the content: straight between markers, and on beyond the outer ones.
pub(super) fn seconds_at(markers: &[Marker], beat: f64) -> f64 {
    let next = markers.partition_point(|marker| marker.beat <= beat).clamp(1, markers.len() - 1);
    let (a, b) = (markers[next - 1], markers[next]);
    a.seconds + (beat - a.beat) * (b.seconds - a.seconds) / (b.beat - a.beat)
}

/// The beat of the content at a time in the file.
fn beat_at(markers: &[Marker], seconds: f64) -> f64 {
    let next = markers.partition_point(|marker| marker.seconds <= seconds).clamp(1, markers.len() - 1);
    let (a, b) = (markers[next - 1], markers[next]);
    a.beat + (seconds - a.seconds) * (b.beat - a.beat) / (b.seconds - a.seconds)
}

fn at_own_speed(places: &[(f64, f64)], clock: &Clock) -> Option<Laid> {
    plain(NAMED_LATER.as_ref(), places, clock.rate).map(Laid::Clip)
}

/// A piece in frames. `None` where it lies before its file, is shorter than a frame or further away than sessions reach.
pub(super) fn place(clip: &AudioClip<'_, '_>, piece: Piece, clock: &Clock, points: &mut usize) -> Option<Laid> {
    if clip.warped { warped(clip, piece, clock, points) } else { unwarped(clip, piece, clock) }
}

/// At the speed of the file, or of its transposition.
fn unwarped(clip: &AudioClip<'_, '_>, piece: Piece, clock: &Clock) -> Option<Laid> {
    let semitones = clip.semitones.clamp(-Warp::SEMITONES, Warp::SEMITONES);
    let speed = if semitones == 0.0 { 1.0 } else { libm::exp2(semitones / 12.0) };
    let (mut start, end) = (clock.seconds(piece.start), clock.seconds(piece.end));
    let mut from = piece.content;
    if from < 0.0 {
        start -= from / speed;
        from = 0.0;
    }
    let places = [(start, from), (end, from + (end - start) * speed)];
    if speed == 1.0 {
        at_own_speed(&places, clock)
    } else {
        lay(NAMED_LATER.as_ref(), &places, Pitch::Follows, clock.rate)
    }
}

fn warped(clip: &AudioClip<'_, '_>, mut piece: Piece, clock: &Clock, points: &mut usize) -> Option<Laid> {
    let alone;
    let markers = match clip.markers.as_slice() {
        [_, _, ..] => clip.markers.as_slice(),
        few => {
            // Two are needed for a tempo: the song's is taken.
            let first = few.first().copied().unwrap_or(Marker { beat: 0.0, seconds: 0.0 });
            let beat = 60.0 / clock.bpm(piece.start);
            alone = [first, Marker { beat: first.beat + 1.0, seconds: first.seconds + beat }];
            &alone
        }
    };
    if seconds_at(markers, piece.content) < 0.0 {
        // Before the file begins there is silence.
        let begin = beat_at(markers, 0.0);
        piece.start += begin - piece.content;
        piece.content = begin;
    }
    if piece.end <= piece.start || piece.start.is_nan() {
        return None;
    }
    let into = |beat: f64| piece.content + (beat - piece.start);
    let mut marks = vec![piece.start];
    let first = markers.partition_point(|marker| marker.beat <= piece.content);
    let inside = markers[first..].iter().map(|marker| piece.start + (marker.beat - piece.content));
    marks.extend(inside.take_while(|beat| *beat < piece.end).filter(|beat| *beat > piece.start));
    clock.marks(piece.start, piece.end, &mut marks);
    marks.push(piece.end);
    marks.sort_by(f64::total_cmp);
    *points += marks.len();
    if *points > MOST_POINTS {
        // The set is refused.
        return None;
    }
    let places: Vec<(f64, f64)> =
        marks.into_iter().map(|beat| (clock.seconds(beat), seconds_at(markers, into(beat)).max(0.0))).collect();
    let semitones = clip.semitones.clamp(-Warp::SEMITONES, Warp::SEMITONES);
    let pitch = if clip.mode == 3 { Pitch::Follows } else { Pitch::Kept(semitones) };
    let offsets = || places.iter().map(|(song, file)| file - song);
    let drift = offsets().fold(f64::NEG_INFINITY, f64::max) - offsets().fold(f64::INFINITY, f64::min);
    let seconds = places.last()?.0 - places.first()?.0;
    let is_plain = matches!(pitch, Pitch::Follows | Pitch::Kept(0.0)) && drift <= DRIFT + DRIFT_A_SECOND * seconds;
    if is_plain { at_own_speed(&places, clock) } else { lay(NAMED_LATER.as_ref(), &places, pitch, clock.rate) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_in_a_file_run_straight_between_markers_and_beyond_them() {
        let marker = |beat, seconds| Marker { beat, seconds };
        let markers = [marker(0.0, 1.0), marker(4.0, 3.0), marker(8.0, 4.0)];
        for (beat, seconds) in [(-2.0, 0.0), (0.0, 1.0), (2.0, 2.0), (4.0, 3.0), (6.0, 3.5), (12.0, 5.0)] {
            assert_eq!(seconds_at(&markers, beat), seconds);
            assert_eq!(beat_at(&markers, seconds), beat);
        }
    }
}

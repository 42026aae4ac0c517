//! Clips whose file runs through certain places.

use super::frames;
use std::path::Path;
use stemwright_core::{Clip, Pitch, SampleRate, Warp, WarpPoint};

/// What the ledger says of clips that Stemwright stretches.
pub(crate) const STRETCHED: &str = "by Stemwright's own stretcher, which sounds a little otherwise than the program's";
/// What to do about it.
pub(crate) const PRINT: &str = "where that matters, bounce the clips in place in the program and save again";

/// How far audio may drift from its own speed and still count as not stretched: a frame, and over each second the precision of the
/// single floats that programs keep beats and tempos in.
pub(crate) const DRIFT: f64 = 1.0 / 44_100.0;
pub(crate) const DRIFT_A_SECOND: f64 = 3e-7;

/// What became of a clip whose file runs through certain places.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Laid {
    /// As it was written.
    Clip(Clip),
    /// At its own speed, because what was written is beyond what warps can be: backwards, or more than 32 times as fast or slow.
    AtOwnSpeed(Clip),
}

/// A clip from the first of these places (seconds of the song, seconds of the file) to the last, at the file's speed.
pub(crate) fn plain(file: &Path, places: &[(f64, f64)], rate: SampleRate) -> Option<Clip> {
    let (first, last) = (places.first()?, places.last()?);
    let (at, end) = (frames(first.0, rate)?, frames(last.0, rate)?);
    let length = u64::try_from(end.checked_sub(at)?).ok().filter(|length| *length > 0)?;
    let mut clip = Clip::new(file, at);
    (clip.from, clip.length) = (u64::try_from(frames(first.1, rate)?.max(0)).ok()?, Some(length));
    Some(clip)
}

/// A clip whose file is at these places, in straight lines between them. Where the file has not begun, the clip has not either.
/// `None` where nothing is left, or it is further away than sessions reach.
pub(crate) fn lay(file: &Path, places: &[(f64, f64)], pitch: Pitch, rate: SampleRate) -> Option<Laid> {
    let mut places = places.to_vec();
    let begun = places.iter().position(|place| place.1 >= 0.0)?;
    if let Some(before) = begun.checked_sub(1).map(|before| places[before]) {
        let after = places[begun];
        let song = before.0 + (after.0 - before.0) * before.1 / (before.1 - after.1);
        places[begun - 1] = (song, 0.0);
        places.drain(..begun - 1);
    }
    let own = plain(file, &places, rate)?;
    let end = own.length?;
    let point = |place: (f64, f64)| {
        let frame = u64::try_from(frames(place.0, rate)?.checked_sub(own.at)?).ok()?;
        Some(WarpPoint { frame, source: u64::try_from(frames(place.1, rate)?.max(0)).ok()? })
    };
    let mut points: Vec<WarpPoint> = Vec::with_capacity(places.len());
    for place in &places {
        let point = point(*place)?;
        // What was rounded must rise.
        if points.last().is_none_or(|last| last.frame < point.frame && last.source < point.source) {
            points.push(point);
        }
    }
    if points.last().is_some_and(|last| last.frame != end) {
        // The last two were one: the end counts.
        let last = point(*places.last()?)?;
        while points.len() > 1 && points.last().is_some_and(|before| before.source >= last.source) {
            points.pop();
        }
        points.push(WarpPoint { frame: end, source: last.source });
    }
    let rises = places.windows(2).all(|pair| pair[0].1 <= pair[1].1);
    let warp = Warp { points, pitch };
    if !rises || warp.wrong().is_some() {
        return Some(Laid::AtOwnSpeed(own));
    }
    let mut clip = own;
    (clip.from, clip.length, clip.warp) = (0, None, Some(warp));
    Some(Laid::Clip(clip))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_become_frames_and_what_lies_before_the_file_is_left_out() {
        let rate = SampleRate::new(48_000).unwrap();
        let clip = |places: &[(f64, f64)]| {
            let laid = lay("x.wav".as_ref(), places, Pitch::Kept(0.0), rate)?;
            let Laid::Clip(clip) = laid else { panic!("at its own speed: {places:?}") };
            let points = clip.warp?.points;
            Some((clip.at, points.iter().map(|point| (point.frame, point.source)).collect::<Vec<_>>()))
        };
        assert_eq!(
            clip(&[(1.0, 0.5), (2.0, 1.0), (3.0, 3.0)]),
            Some((48_000, vec![(0, 24_000), (48_000, 48_000), (96_000, 144_000)]))
        );
        // Half a second of the file at half speed would lie before it begins.
        assert_eq!(
            clip(&[(1.0, -0.5), (3.0, 0.5), (4.0, 1.5)]),
            Some((96_000, vec![(0, 0), (48_000, 24_000), (96_000, 72_000)]))
        );
        assert_eq!(clip(&[(0.0, -2.0), (1.0, -1.0)]), None);
        assert_eq!(clip(&[(0.0, 0.0), (1.0, 1.0), (1.0, 1.0)]), Some((0, vec![(0, 0), (48_000, 48_000)])));
    }
    #[test]
    fn what_no_warp_can_be_plays_at_its_own_speed() {
        let rate = SampleRate::new(48_000).unwrap();
        let wrong: [&[(f64, f64)]; 3] =
            [&[(1.0, 0.5), (2.0, 40.0)], &[(1.0, 0.5), (2.0, 0.25)], &[(1.0, 0.5), (1.5, 0.25), (2.0, 1.5)]];
        for places in wrong {
            let laid = lay("x.wav".as_ref(), places, Pitch::Kept(0.0), rate);
            let Some(Laid::AtOwnSpeed(clip)) = laid else { panic!("{laid:?}") };
            assert_eq!((clip.at, clip.from, clip.length, clip.warp), (48_000, 24_000, Some(48_000), None));
        }
    }
}

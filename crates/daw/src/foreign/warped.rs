//! Clips whose file runs through certain places.

use super::frames;
use stemwright_core::{Clip, Pitch, SampleRate, Warp, WarpPoint};

/// What the ledger says of clips that Stemwright stretches.
pub(crate) const STRETCHED: &str = "by Stemwright's own stretcher, which sounds a little otherwise than the program's";
/// What to do about it.
pub(crate) const PRINT: &str = "where that matters, bounce the clips in place in the program and save again";

/// Lays a clip so that its file is at these places (seconds of the file) at these times (seconds of the song), with straight lines
/// between. Both rise; where the file has not begun, the clip has not either. `None` where nothing is left, or it is beyond what
/// warps can be.
pub(crate) fn clip(file: &std::path::Path, places: &[(f64, f64)], pitch: Pitch, rate: SampleRate) -> Option<Clip> {
    let next = places.iter().position(|place| place.1 > 0.0)?;
    let mut places = places[next.saturating_sub(1)..].to_vec();
    if let [first, second, ..] = places[..]
        && first.1 < 0.0
    {
        let song = first.0 + (second.0 - first.0) * first.1 / (first.1 - second.1);
        places[0] = (song, 0.0);
    }
    let at = frames(places.first()?.0, rate)?;
    let mut points: Vec<WarpPoint> = Vec::with_capacity(places.len());
    for (song, inside) in places {
        let frame = u64::try_from(frames(song, rate)?.checked_sub(at)?).ok()?;
        let source = u64::try_from(frames(inside, rate)?).ok()?;
        match points.last() {
            // Nearer than a frame: the later one counts, as the clip must end where it does.
            Some(last) if frame <= last.frame || source <= last.source => {
                if points.len() > 1 {
                    points.pop();
                    points.push(WarpPoint { frame, source });
                }
            }
            _ => points.push(WarpPoint { frame, source }),
        }
    }
    let warp = Warp { points, pitch };
    if warp.wrong().is_some() {
        return None;
    }
    let mut clip = Clip::new(file, at);
    clip.warp = Some(warp);
    Some(clip)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_become_frames_and_what_lies_before_the_file_is_left_out() {
        let rate = SampleRate::new(48_000).unwrap();
        let clip = |places: &[(f64, f64)]| {
            let clip = clip("x.wav".as_ref(), places, Pitch::Kept(0.0), rate)?;
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
        assert_eq!(clip(&[(0.0, 0.0), (1.0, 40.0)]), None);
        assert_eq!(clip(&[(0.0, 0.0), (1.0, 1.0), (1.0, 1.0)]), Some((0, vec![(0, 0), (48_000, 48_000)])));
    }
}

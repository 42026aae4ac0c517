//! For how long a signal has been nothing.

/// Frames that are looked at together.
const PIECE: usize = 64;

/// Frames since a sample that counts was in one of the channels, at the end of a block of so many frames; it was `before`
/// at its beginning.
pub(crate) fn since<C: AsRef<[f64]>>(
    before: usize,
    frames: usize,
    channels: impl IntoIterator<Item = C>,
    counts: impl Fn(f64) -> bool,
) -> usize {
    // Frames to the end of the latest that counts, from the end backwards: most often it is the last.
    let mut latest = 0;
    for channel in channels {
        let channel = &channel.as_ref()[..frames];
        let mut end = frames;
        while end > latest {
            let from = end.saturating_sub(PIECE);
            let piece = &channel[from..end];
            let mut any = false;
            for &x in piece {
                any |= counts(x);
            }
            if any {
                let last = piece.iter().rposition(|&x| counts(x)).unwrap_or(0);
                latest = latest.max(from + last + 1);
                break;
            }
            end = from;
        }
    }
    if latest > 0 { frames - latest } else { before.saturating_add(frames) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_what_counting_frame_after_frame_would_give() {
        for (frames, left, right) in [(0, 0, 0), (10, 3, 20), (200, 199, 0), (200, 20, 150), (130, 500, 1), (64, 0, 63)]
        {
            let channels = [left, right].map(|at| (0..frames).map(|n| f64::from(n == at)).collect::<Vec<f64>>());
            for before in [0, 7, usize::MAX] {
                let plain = (0..frames as usize).fold(before, |since: usize, n| {
                    let counts = channels.iter().any(|channel| channel[n] > 0.5);
                    if counts { 0 } else { since.saturating_add(1) }
                });
                assert_eq!(since(before, frames as usize, &channels, |x| x > 0.5), plain);
            }
        }
    }
}

//! Curves that sessions have no name for, baked into a clip's envelope.

use stemwright_core::{Clip, Db, GainPoint};

/// Points along a curve; on x⁴, the steepest that programs have, straight lines between so many are 141 dB below it.
const POINTS: u64 = 4096;

/// The factor of an envelope at a frame from the clip's start.
pub(crate) fn factor(envelope: &[GainPoint], frame: u64) -> f64 {
    let next = envelope.partition_point(|point| point.frame <= frame);
    match (next.checked_sub(1).map(|i| envelope[i]), envelope.get(next)) {
        (Some(a), Some(b)) => {
            let [low, high] = [a.gain, b.gain].map(Db::factor);
            low + (high - low) * ((frame - a.frame) as f64 / (b.frame - a.frame) as f64)
        }
        (Some(only), None) => only.gain.factor(),
        (None, Some(first)) => first.gain.factor(),
        (None, None) => 1.0,
    }
}

/// Multiplies a clip by a curve on its frames from `begin` up to, not including, `end`. `curve` gives the factor of a frame,
/// counted from the clip's start. Before and after, the clip is as it was.
pub(crate) fn bake(clip: &mut Clip, begin: u64, end: u64, curve: impl Fn(u64) -> f64) {
    if end <= begin {
        return;
    }
    let old = std::mem::take(&mut clip.envelope);
    let step = ((end - begin) / POINTS).max(1);
    let mut frames: Vec<u64> = (begin..end).step_by(step as usize).chain([end - 1]).collect();
    frames.extend(old.iter().map(|point| point.frame).filter(|frame| (begin..end).contains(frame)));
    frames.sort_unstable();
    frames.dedup();
    let point = |frame: u64, by: f64| GainPoint { frame, gain: Db::of(factor(&old, frame) * by) };
    let before = old.iter().copied().filter(|point| point.frame < begin);
    let after = old.iter().copied().filter(|point| point.frame >= end);
    // The frames beside the curve keep it from reaching further.
    let left = begin.checked_sub(1).map(|frame| point(frame, 1.0));
    let mut envelope: Vec<GainPoint> = before.collect();
    if let Some(left) = left {
        envelope.retain(|point| point.frame != left.frame);
        envelope.push(left);
    }
    envelope.extend(frames.into_iter().map(|frame| point(frame, curve(frame).max(0.0))));
    envelope.push(point(end, 1.0));
    envelope.extend(after.filter(|point| point.frame != end));
    clip.envelope = envelope;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_curve_is_met_on_every_frame_and_nothing_else_changes() {
        let mut clip = Clip::new("x.wav", 0);
        let points = [(0, 0.0), (1000, -6.0), (200_000, -6.0)];
        clip.envelope = points.map(|(frame, gain)| GainPoint { frame, gain: Db(gain) }).to_vec();
        let old = clip.envelope.clone();
        let curve = |frame: u64| ((frame as f64 - 99.5) / 100_000.0).powi(4);
        bake(&mut clip, 100, 100_100, curve);
        for frame in (0..200_000).step_by(7) {
            let by = if (100..100_100).contains(&frame) { curve(frame) } else { 1.0 };
            let wanted = factor(&old, frame) * by;
            assert!((factor(&clip.envelope, frame) - wanted).abs() < 3e-7, "frame {frame}");
        }
    }
}

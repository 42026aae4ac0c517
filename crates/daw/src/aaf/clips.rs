//! Pieces of files → clips, when the rate is known: gains that move, fades, speeds.

use super::placed::{Curve, How, Placed, Ramp, Rise};
use super::times::{Rate, Time};
use super::wrong::Wrong;
use crate::foreign::bake::bake;
use crate::foreign::{FARTHEST_SECONDS, MOST_POINTS};
use std::path::Path;
use stemwright_core::{Clip, Db, Fade, GainPoint, Pitch, SampleRate, Warp};

/// Points of a curve whose logarithm runs straight: with so many, straight lines between two points that lie 100 dB apart stay
/// within 3 parts in a million of the larger.
const POINTS: i64 = 4096;

/// As many ramps of one clip as programs make; more of them are counted against what a session has.
const USUAL_RAMPS: usize = 4;

/// Points of automation that may still be made in all.
pub(super) struct Points(usize);

impl Points {
    /// As many as a session has.
    pub(super) fn all() -> Self {
        Self(MOST_POINTS)
    }

    pub(super) fn spend(&mut self, count: usize) -> Result<(), Wrong> {
        let left = self.0.checked_sub(count);
        self.0 = left.ok_or_else(|| Wrong::file("holds more points of automation than a session has"))?;
        Ok(())
    }
}

/// What a clip is made of, and why it is not as it should be.
pub(super) struct Made {
    pub(super) clip: Clip,
    /// Said of its speed.
    pub(super) wrong: Option<&'static str>,
}

/// A piece of a file as a clip. `None` where no frame of it is left.
pub(super) fn clip(
    placed: &Placed,
    file: &Path,
    channel: Option<u16>,
    source: Time,
    rate: SampleRate,
    points: &mut Points,
) -> Result<Option<Made>, Wrong> {
    // What lies before the beginning of the file is silent.
    let silent = if source < Time::ZERO { Time::ZERO.minus(source)?.over(placed.speed)? } else { Time::ZERO };
    let start = placed.start.plus(silent)?;
    let (at, end) = (start.frames(rate)?, placed.start.plus(placed.length)?.frames(rate)?);
    let Some(length) = end.checked_sub(at).and_then(|length| u64::try_from(length).ok()).filter(|&length| length > 0)
    else {
        return Ok(None);
    };
    let whole = |time: Time| time.frames(rate).map(|frames| u64::try_from(frames).unwrap_or(0));
    let mut clip = Clip::new(file, at);
    (clip.from, clip.length) = (whole(source)?, Some(length));
    clip.channel = channel;
    clip.into = placed.into;
    let mut wrong = None;
    if placed.speed != Time::ONE {
        let used = whole(source.plus(placed.length.minus(silent)?.times(placed.speed)?)?)?.saturating_sub(clip.from);
        let pitch = if placed.keeps_pitch { Pitch::Kept(0.0) } else { Pitch::Follows };
        let warp = Warp::even(clip.from, used, length, pitch);
        wrong = warp.wrong();
        if wrong.is_none() {
            (clip.warp, clip.from, clip.length) = (Some(warp), 0, None);
        }
    }
    clip.gain = Db::of(placed.gain.abs());
    clip.inverted = placed.gain < 0.0;
    let mut gains: Option<Vec<(i64, f64)>> = None;
    for curve in &placed.gains {
        let own = within(curve, at, end, rate)?;
        gains = Some(match gains {
            Some(gains) => product(&gains, &own, points)?,
            None => own,
        });
    }
    clip.envelope = gains.map_or_else(Vec::new, |gains| envelope(&gains, at, length));
    for (index, ramp) in placed.fades.iter().enumerate() {
        fade(&mut clip, ramp, at, length, rate)?;
        if index >= USUAL_RAMPS {
            points.spend(clip.envelope.len())?;
        }
    }
    points.spend(clip.envelope.len())?;
    Ok(Some(Made { clip, wrong }))
}

/// The frames of a curve's points, with as many more as its way from point to point needs, and the values there.
pub(super) fn frames(curve: &Curve, rate: SampleRate, points: &mut Points) -> Result<Vec<(i64, f64)>, Wrong> {
    // As far as sessions reach.
    let farthest = rate.frames(FARTHEST_SECONDS);
    let made = within(curve, -farthest, farthest + 1, rate)?;
    points.spend(made.len())?;
    Ok(made)
}

/// The same of the part of a curve that lies over the frames from `at` up to, not including, `end`, of which there is one at least.
pub(super) fn within(curve: &Curve, at: i64, end: i64, rate: SampleRate) -> Result<Vec<(i64, f64)>, Wrong> {
    let last = end - 1;
    // The points around it: one curve may lie over a hundred thousand clips.
    let part = |frame: i64| {
        Time::units(frame, Rate { units: i64::from(rate.hz()), seconds: 1 }).minus(curve.start)?.over(curve.length)
    };
    let mut points = curve.points.as_slice();
    if curve.length.is_positive() {
        let (from, to) = (part(at - 1)?, part(end)?);
        let first = points.partition_point(|point| point.0 <= from).saturating_sub(1);
        let behind = points.partition_point(|point| point.0 < to).max(first);
        points = &points[first..points.len().min(behind + 1)];
    }
    let made = between(curve, points, (at, last), rate)?;
    let inside = made.iter().copied().filter(|point| (at..=last).contains(&point.0));
    let begin = made.first().filter(|point| point.0 < at).map(|_| (at, value(&made, at)));
    let end = made.last().filter(|point| point.0 > last).map(|_| (last, value(&made, last)));
    let mut cut: Vec<(i64, f64)> = begin.into_iter().chain(inside).chain(end).collect();
    cut.dedup_by_key(|point| point.0);
    Ok(cut)
}

/// The frames of some points of a curve; what lies between two points is only made over the frames `heard`, and a step around them.
fn between(curve: &Curve, own: &[(Time, f64)], heard: (i64, i64), rate: SampleRate) -> Result<Vec<(i64, f64)>, Wrong> {
    let mut points: Vec<(i64, f64)> = Vec::with_capacity(own.len());
    for (part, value) in own {
        if points.len() > MOST_POINTS {
            Points(0).spend(1)?;
        }
        let frame = curve.start.plus(curve.length.times(*part)?)?.frames(rate)?;
        if let Some(&(before, last)) = points.last() {
            match curve.how {
                How::Straight => {}
                How::Steps if frame - 1 > before => points.push((frame - 1, last)),
                How::Steps => {}
                How::Logarithm if last > 0.0 && *value > 0.0 => {
                    let step = ((frame - before) / POINTS).max(1);
                    let skipped = (heard.0.saturating_sub(before) / step).max(1);
                    let until = frame.min(heard.1.saturating_add(step).saturating_add(1));
                    for between in (before + skipped * step..until).step_by(step as usize) {
                        let x = (between - before) as f64 / (frame - before) as f64;
                        points.push((between, last * libm::pow(value / last, x)));
                    }
                }
                How::Logarithm => {}
            }
        }
        // Two values on one frame are a jump: the first one holds up to the frame before.
        if let Some((_, before)) = points.pop_if(|last| last.0 == frame)
            && points.last().is_none_or(|point| point.0 < frame - 1)
        {
            points.push((frame - 1, before));
        }
        points.push((frame, *value));
    }
    Ok(points)
}

/// Two curves of straight lines multiplied: at the points of both, and between them, where both move, at so many more that straight
/// lines stay within −130 dB of the parabola.
pub(super) fn product(a: &[(i64, f64)], b: &[(i64, f64)], points: &mut Points) -> Result<Vec<(i64, f64)>, Wrong> {
    points.spend(a.len() + b.len())?;
    let mut frames: Vec<i64> = a.iter().chain(b).map(|point| point.0).collect();
    frames.sort_unstable();
    frames.dedup();
    let both = |frame: i64| (value(a, frame), value(b, frame));
    let mut out: Vec<(i64, f64)> = Vec::with_capacity(frames.len());
    for (index, &frame) in frames.iter().enumerate() {
        let (first, second) = both(frame);
        out.push((frame, first * second));
        let Some(&next) = frames.get(index + 1) else { break };
        let (to, also) = (value(a, next - 1), value(b, next - 1));
        let pieces = (1000.0 * libm::sqrt((to - first).abs() * (also - second).abs())).ceil() as i64;
        let step = ((next - frame) / pieces.max(1)).max(1);
        if pieces > 1 {
            points.spend(usize::try_from((next - frame) / step).unwrap_or(usize::MAX))?;
            out.extend((frame + step..next).step_by(step as usize).map(|frame| {
                let (first, second) = both(frame);
                (frame, first * second)
            }));
        }
    }
    Ok(out)
}

/// A curve as the envelope of a clip.
fn envelope(points: &[(i64, f64)], at: i64, length: u64) -> Vec<GainPoint> {
    let end = length as i64;
    let points: Vec<(i64, f64)> = points.iter().map(|(frame, value)| (frame - at, value.abs())).collect();
    let mut envelope: Vec<(i64, f64)> = Vec::new();
    if points.iter().any(|point| point.0 < 0) && points.iter().all(|point| point.0 != 0) {
        envelope.push((0, value(&points, 0)));
    }
    envelope.extend(points.iter().filter(|point| (0..end).contains(&point.0)));
    if points.iter().any(|point| point.0 >= end) && envelope.last().is_none_or(|point| point.0 < end - 1) {
        envelope.push((end - 1, value(&points, end - 1)));
    }
    let point = |(frame, value): (i64, f64)| GainPoint { frame: frame as u64, gain: Db::of(value) };
    envelope.into_iter().map(point).collect()
}

/// The value of straight lines at a frame.
fn value(points: &[(i64, f64)], frame: i64) -> f64 {
    let next = points.partition_point(|point| point.0 <= frame);
    match (next.checked_sub(1).map(|before| points[before]), points.get(next)) {
        (Some(a), Some(b)) => a.1 + (b.1 - a.1) * ((frame - a.0) as f64 / (b.0 - a.0) as f64),
        (Some(only), None) => only.1,
        (None, Some(first)) => first.1,
        (None, None) => 1.0,
    }
}

fn fade(clip: &mut Clip, ramp: &Ramp, at: i64, length: u64, rate: SampleRate) -> Result<(), Wrong> {
    let (begin, end) = (ramp.start.frames(rate)? - at, ramp.end.frames(rate)? - at);
    let last = length as i64;
    if end <= begin || begin >= last || end <= 0 {
        return Ok(());
    }
    let frames = (end - begin) as u64;
    if let Rise::Shape(shape) = ramp.rise {
        let own = if ramp.rises { &mut clip.fade_in } else { &mut clip.fade_out };
        let fits = if ramp.rises { begin == 0 && end <= last } else { end == last && begin >= 0 };
        if fits && own.frames == 0 {
            *own = Fade { frames, shape };
            return Ok(());
        }
    }
    let factor = |frame: i64| ramp.rise.factor(ramp.rises, ((frame - begin) as f64 + 0.5) / frames as f64);
    // A root is steep where it begins; pieces that grow fourfold from there keep its lines close to it.
    let (mut cuts, mut reach) = (vec![begin, end], POINTS);
    while ramp.rise == Rise::Root && reach < end - begin {
        cuts.push(if ramp.rises { begin + reach } else { end - reach });
        reach = reach.saturating_mul(4);
    }
    cuts.sort_unstable();
    for piece in cuts.windows(2) {
        let (from, to) = (piece[0].max(0), piece[1].min(last));
        if from < to {
            bake(clip, from as u64, to as u64, |frame| factor(frame as i64));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::foreign::bake::factor;
    use std::rc::Rc;

    fn time(over: i64, under: i64) -> Time {
        Time::new(over, under).unwrap()
    }

    fn placed(seconds: i64) -> Placed {
        Placed {
            start: time(1, 2),
            length: time(seconds, 1),
            speed: Time::ONE,
            keeps_pitch: false,
            origins: Vec::new(),
            into: None,
            gain: 1.0,
            gains: Vec::new(),
            fades: Vec::new(),
            pan: None,
            name: Rc::from(""),
        }
    }

    fn made(placed: &Placed, source: Time) -> Clip {
        let rate = SampleRate::new(48_000).unwrap();
        clip(placed, Path::new("a.wav"), None, source, rate, &mut Points::all()).unwrap().unwrap().clip
    }

    #[test]
    fn roots_are_met_on_every_frame() {
        for rises in [true, false] {
            let mut placed = placed(4);
            placed.fades = vec![Ramp { start: time(1, 2), end: time(9, 2), rises, rise: Rise::Root }];
            let clip = made(&placed, Time::ZERO);
            for frame in 0..192_000u64 {
                let x = (frame as f64 + 0.5) / 192_000.0;
                let wanted = if rises { x } else { 1.0 - x }.sqrt();
                let error = (factor(&clip.envelope, frame) - wanted).abs();
                assert!(error < 3e-7, "-130 dB: frame {frame} is {error} off");
            }
        }
    }

    #[test]
    fn gains_multiply_and_hold_beyond_their_ends() {
        let mut placed = placed(2);
        let curve = |how, points: &[(Time, f64)]| {
            Rc::new(Curve { start: time(1, 2), length: time(2, 1), how, points: points.to_vec() })
        };
        placed.gain = -0.5;
        placed.gains = vec![
            curve(How::Straight, &[(time(1, 4), 1.0), (time(3, 4), 2.0)]),
            curve(How::Steps, &[(Time::ZERO, 1.0), (time(1, 2), 0.25)]),
        ];
        let clip = made(&placed, Time::ZERO);
        assert!(clip.inverted && (clip.gain.factor() - 0.5).abs() < 1e-12);
        for (frame, wanted) in
            [(0, 1.0), (24_000, 1.0), (47_999, 1.5 - 1.0 / 48_000.0), (48_000, 0.375), (72_000, 0.5), (95_999, 0.5)]
        {
            assert!(
                (factor(&clip.envelope, frame) - wanted).abs() < 3e-7,
                "{frame}: {}",
                factor(&clip.envelope, frame)
            );
        }
    }

    #[test]
    fn what_lies_before_a_file_is_silent_and_fades_keep_their_place() {
        let mut placed = placed(2);
        placed.fades =
            vec![Ramp { start: time(1, 2), end: time(3, 2), rises: true, rise: Rise::Shape(Default::default()) }];
        let clip = made(&placed, time(-1, 2));
        assert_eq!((clip.at, clip.from, clip.length), (48_000, 0, Some(72_000)));
        assert_eq!(clip.fade_in.frames, 0);
        for (frame, wanted) in [(0, 24_000.5 / 48_000.0), (23_999, 47_999.5 / 48_000.0), (24_000, 1.0)] {
            assert!((factor(&clip.envelope, frame) - wanted).abs() < 1e-9, "{frame}");
        }
    }

    #[test]
    fn a_speed_is_a_warp() {
        let placed = Placed { speed: time(3, 2), ..placed(2) };
        let clip = made(&placed, time(1, 1));
        assert_eq!((clip.from, clip.length), (0, None));
        let warp = clip.warp.unwrap();
        assert_eq!((warp.frames(), warp.sources(), warp.pitch), (96_000, 48_000..192_000, Pitch::Follows));
    }
}

//! Fades and gains over a stretch of audio, before they are frames.

use crate::dawproject::values::LOUDEST;
use crate::foreign::bake::bake;
use std::rc::Rc;
use stemwright_core::{Clip, Db, Fade, FadeShape, GainPoint, SampleRate};

/// A factor that depends on the place in the song; times are seconds.
#[derive(Debug, Clone, PartialEq)]
pub(in super::super) enum Curve {
    /// From silence, in a straight line.
    In { start: f64, length: f64 },
    /// To silence.
    Out { end: f64, length: f64 },
    /// Time, gain in dB, and whether it holds until the next; straight in dB, or as a factor.
    Gain { nodes: Rc<[(f64, f64, bool)]>, decibels: bool },
}

impl Curve {
    /// Puts the curve on a clip whose length is known.
    pub(in super::super) fn apply(&self, clip: &mut Clip, rate: SampleRate) {
        let length = clip.frames().unwrap_or(0);
        let (first, last) = (clip.at, clip.at.saturating_add_unsigned(length));
        // Frames from the clip's start, within it.
        let inside = |frame: i64| frame.clamp(first, last).abs_diff(first);
        match self {
            Self::In { start, length: long } => {
                let (begin, end) = (rate.frames(*start), rate.frames(start + long));
                let frames = end.abs_diff(begin);
                if end <= begin || end <= first {
                    return;
                }
                if begin == first && frames <= length && clip.fade_in.frames == 0 {
                    clip.fade_in = Fade { frames, shape: FadeShape::Linear };
                    return;
                }
                let factor = move |frame: u64| ((first - begin) as f64 + frame as f64 + 0.5) / frames as f64;
                bake(clip, 0, inside(end), move |frame| factor(frame).clamp(0.0, 1.0));
            }
            Self::Out { end, length: long } => {
                let (begin, end) = (rate.frames(end - long), rate.frames(*end));
                let frames = end.abs_diff(begin);
                if end <= begin || begin >= last {
                    return;
                }
                if end == last && frames <= length && clip.fade_out.frames == 0 {
                    clip.fade_out = Fade { frames, shape: FadeShape::Linear };
                    return;
                }
                let factor = move |frame: u64| ((end - first) as f64 - 1.0 - frame as f64 + 0.5) / frames as f64;
                bake(clip, inside(begin), length, move |frame| factor(frame).clamp(0.0, 1.0));
            }
            Self::Gain { nodes, decibels } => gain(clip, nodes, *decibels, rate),
        }
    }
}

fn gain(clip: &mut Clip, nodes: &[(f64, f64, bool)], decibels: bool, rate: SampleRate) {
    let Some(&(_, constant, _)) = nodes.first() else { return };
    if nodes.iter().all(|node| node.1 == constant) {
        clip.gain = Db((clip.gain.0 + constant).min(LOUDEST));
        return;
    }
    let length = clip.frames().unwrap_or(0);
    let frames: Vec<(i64, f64, bool)> =
        nodes.iter().map(|&(time, gain, hold)| (rate.frames(time).saturating_sub(clip.at), gain, hold)).collect();
    let value = |frame: i64| {
        let next = frames.partition_point(|node| node.0 <= frame);
        match (next.checked_sub(1).map(|i| frames[i]), frames.get(next)) {
            (Some((from, a, false)), Some(&(to, b, _))) => {
                let part = (frame - from) as f64 / (to - from) as f64;
                if decibels && a.is_finite() && b.is_finite() {
                    return Db(a + (b - a) * part).factor();
                }
                let (a, b) = (Db(a).factor(), Db(b).factor());
                a + (b - a) * part
            }
            (Some((_, a, _)), _) => Db(a).factor(),
            (None, Some(&(_, b, _))) => Db(b).factor(),
            (None, None) => 1.0,
        }
    };
    if decibels || !clip.envelope.is_empty() {
        bake(clip, 0, length, |frame| value(i64::try_from(frame).unwrap_or(i64::MAX)));
        return;
    }
    // Straight factors are what an envelope is made of.
    let mut marks: Vec<u64> = vec![0, length.saturating_sub(1)];
    for (index, &(frame, _, _)) in frames.iter().enumerate() {
        let holds = index.checked_sub(1).is_some_and(|before| frames[before].2 || frames[before].0 == frame);
        let before = if holds { frame.checked_sub(1) } else { None };
        marks.extend([Some(frame), before].into_iter().flatten().filter_map(|frame| u64::try_from(frame).ok()));
    }
    marks.retain(|&frame| frame < length);
    marks.sort_unstable();
    marks.dedup();
    let point = |frame: u64| GainPoint { frame, gain: Db::of(value(i64::try_from(frame).unwrap_or(i64::MAX))) };
    clip.envelope = marks.into_iter().map(point).collect();
}

//! Clips: what of their content is heard when, and how often.

use super::{Clip, Curve, Here, TooMuch, Walk, in_seconds, in_unit};
use crate::foreign::MOST_CLIPS;
use std::rc::Rc;

/// A loop shorter than this is none, in either unit.
const SHORTEST_LOOP: f64 = 1e-6;

impl<'a, 'd> Walk<'a, 'd, '_> {
    pub(super) fn clip(&mut self, clip: &'a Clip<'d>, here: &Here<'d>) -> Result<(), TooMuch> {
        let map = self.map;
        let time = here.seconds(clip.time, map);
        if !clip.enable {
            self.unplayed.add("clip-muted", here.track, 1, time);
            return Ok(());
        }
        let content = clip.content.as_deref().or_else(|| self.referred.get(clip.reference?).copied());
        let Some(content) = content else {
            if clip.reference.is_some() {
                self.unplayed.add("reference", here.track, 1, time);
            }
            return Ok(());
        };
        let unit = clip.content_unit.unwrap_or(here.unit);
        // The place in the song, in the unit of the content, where `play_start` sounds.
        let begin = in_unit(time, unit, map);
        let mut end = match clip.duration {
            Some(duration) => here.seconds(clip.time + duration, map),
            None => match clip.play_stop {
                Some(stop) => in_seconds(begin + stop - clip.play_start, unit, map),
                None => f64::INFINITY,
            },
        };
        let looped = match clip.loop_end {
            Some(to) => {
                let from = clip.loop_start.unwrap_or(0.0);
                (to - from > SHORTEST_LOOP && clip.play_start < to).then_some((from, to))
            }
            None => None,
        };
        if let (None, Some(stop)) = (looped, clip.play_stop.filter(|stop| *stop > clip.play_start)) {
            end = end.min(in_seconds(begin + stop - clip.play_start, unit, map));
        }
        // A cross-fade begins before the clip does.
        let fade_unit = clip.fade_unit.unwrap_or(here.unit);
        let by = |from: f64, length: f64| in_seconds(in_unit(from, fade_unit, map) + length, fade_unit, map);
        let start = if clip.fade_in < 0.0 { by(time, clip.fade_in) } else { time };
        let fade_in = if clip.fade_in < 0.0 { time - start } else { by(time, clip.fade_in) - time };
        let mut curves = Vec::new();
        if fade_in > 0.0 {
            curves.push(Curve::In { start, length: fade_in });
        }
        if clip.fade_out > 0.0 && end.is_finite() {
            curves.push(Curve::Out { end, length: end - by(end, -clip.fade_out) });
        }
        if let Some(gain) = super::Quantity::Gain.of(clip.gain.as_ref()).filter(|gain| *gain != 0.0) {
            curves.push(Curve::Gain { nodes: [(start, gain, true)].into(), decibels: false });
        }
        let mut inner = here.clone();
        if !curves.is_empty() {
            inner.curves = here.curves.iter().cloned().chain(curves).collect::<Vec<_>>().into();
        }
        inner.in_clip = true;
        if !clip.name.is_empty() {
            inner.name = clip.name;
        }
        (inner.unit, inner.start, inner.end) = (unit, here.start.max(start), here.end.min(end));
        let Some((from, to)) = looped else {
            inner.offset = begin - clip.play_start;
            return self.piece(content, inner);
        };
        let whole = (inner.start, inner.end);
        // Content from `play_start` to the end of the loop, then the loop again and again.
        let mut place = begin + (to - clip.play_start);
        inner.offset = begin - clip.play_start;
        inner.end = whole.1.min(in_seconds(place, unit, map));
        self.piece(content, inner.clone())?;
        let length = to - from;
        let last = in_unit(whole.1, unit, map);
        if last.is_finite() && (last - place) / length > MOST_CLIPS as f64 {
            return Err(TooMuch);
        }
        // Without an end it never comes to one; what is heard then is the first time through.
        let mut round = 0u32;
        let first = place;
        while last.is_finite() && place < last {
            inner.offset = place - from;
            inner.start = whole.0.max(in_seconds(place, unit, map));
            round += 1;
            // Multiplied, not added up: the thousandth round begins where it should.
            place = first + f64::from(round) * length;
            inner.end = whole.1.min(in_seconds(place, unit, map));
            self.piece(content, inner.clone())?;
        }
        Ok(())
    }

    fn piece(&mut self, content: &'a super::Timeline<'d>, inner: Here<'d>) -> Result<(), TooMuch> {
        if inner.end <= inner.start {
            return Ok(());
        }
        let inner = Here { curves: Rc::clone(&inner.curves), ..inner };
        self.timeline(content, &inner)
    }
}

//! Positions and lengths as people write them. Each is tried on the clock that will read it, so that none is written that
//! would be read as another frame.

use super::page::{Value, number};
use crate::time::{Clock, bar_and_beat};
use stemwright_core::TempoMap;

/// Decimals of a time in seconds or milliseconds that a person reads.
const DECIMALS: usize = 3;

/// Writes times for one clock.
#[derive(Clone, Copy)]
pub(super) struct Times<'c> {
    pub(super) clock: Clock<'c>,
    /// In bars and beats, where they are on them.
    pub(super) bars: bool,
    /// No tempo changes: bars are everywhere as long.
    pub(super) constant_tempo: bool,
}

impl Times<'_> {
    /// A place on the timeline: a bar and a beat (or a quarter of one), seconds, or frames.
    pub(super) fn position(self, frame: i64) -> Value {
        let clock = self.clock;
        let at = clock.map.quarters_at(clock.rate.seconds(frame));
        let is_this = |text: &String| clock.text(text, 0) == Some(frame);
        if let Some(text) = bars(clock.map, at).and_then(|bar| beat(bar, at)).filter(is_this)
            && self.bars
        {
            return Value::Text(text);
        }
        match decimals(clock.rate.seconds(frame)).find(|&seconds| clock.rate.frames(seconds) == frame) {
            Some(seconds) => Value::Number(seconds),
            None => Value::Text(frames(frame)),
        }
    }

    /// A length from a frame on, negative ones included: milliseconds, seconds, bars where the tempo is constant, or frames.
    pub(super) fn length(self, length: i64) -> Value {
        let clock = self.clock;
        let seconds = clock.rate.seconds(length);
        let is_this = |text: &String| clock.text(text, 0) == Some(length);
        if seconds.abs() < 1.0
            && let Some(text) = decimals(seconds * 1000.0).map(|ms| format!("{} ms", number(ms))).find(is_this)
        {
            return Value::Text(text);
        }
        let quarters = clock.map.quarters_at(seconds.abs());
        let bars = quarters / clock.map.length(0.0, 1.0, true);
        if self.bars && self.constant_tempo && bars >= 1.0 && (bars - bars.round()).abs() < 1e-3 {
            let bars = bars.round().copysign(seconds);
            let text = if bars == 1.0 { "1 bar".to_owned() } else { format!("{} bars", number(bars)) };
            if is_this(&text) {
                return Value::Text(text);
            }
        }
        match decimals(seconds).find(|&seconds| clock.rate.frames(seconds) == length) {
            Some(seconds) => Value::Number(seconds),
            None => Value::Text(frames(length)),
        }
    }
}

/// A change of tempo, in quarter notes, by the bars of those before it. What no bar and beat means comes out as the
/// nearest that one does.
pub(super) fn change(map: &TempoMap, at: f64) -> Value {
    let is_this = |text: &String| bar_and_beat(text, map) == Some(at);
    let Some(bar) = bars(map, at) else { return "1|1".into() };
    let exact = 1.0 + (at - bar.1) / bar.2;
    let exact = [exact, exact.next_up(), exact.next_down()].map(|beat| format!("{}|{}", bar.0, number(beat)));
    let [near, ..] = exact.clone();
    Value::Text(beat(bar, at).into_iter().chain(exact).find(is_this).unwrap_or(near))
}

/// The bar in which a place in quarter notes lies: its number, where it begins, and how long a beat of it is.
fn bars(map: &TempoMap, at: f64) -> Option<(i32, f64, f64)> {
    // A place that is a hair before a bar is meant to be that bar.
    let at = at + 1e-6;
    let (mut low, mut high) = (-10_000_000, 10_000_000);
    while low + 1 < high {
        let middle = (low + high) / 2;
        if map.quarters(middle, 1.0)? <= at {
            low = middle;
        } else {
            high = middle;
        }
    }
    let start = map.quarters(low, 1.0)?;
    Some((low, start, map.quarters(low, 2.0)? - start))
}

/// `17|3`, on the nearest quarter of a beat.
fn beat((bar, start, length): (i32, f64, f64), at: f64) -> Option<String> {
    let beat = 1.0 + ((at - start) / length * 4.0).round() / 4.0;
    (beat >= 1.0).then(|| format!("{bar}|{}", number(beat)))
}

fn decimals(value: f64) -> impl Iterator<Item = f64> {
    (0..=DECIMALS).filter_map(move |digits| format!("{value:.digits$}").parse().ok())
}

fn frames(frames: i64) -> String {
    format!("{frames} frames")
}

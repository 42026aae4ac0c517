//! Times of a session: frames, superclock ticks, beats.

use crate::foreign::{FARTHEST_SECONDS, number};
use stemwright_core::{SampleRate, TempoMap};

/// Superclock ticks a second, unless the session says otherwise.
const TICKS: i64 = 282_240_000;
/// Ticks of a quarter note.
pub(super) const PER_QUARTER: f64 = 1920.0;

/// Turns what a session writes into its own frames.
pub(super) struct Clock {
    pub(super) rate: SampleRate,
    ticks: i64,
    pub(super) tempo: TempoMap,
}

impl Clock {
    /// `ticks`: superclock ticks a second where the session says so.
    pub(super) fn new(rate: SampleRate, ticks: Option<f64>, tempo: TempoMap) -> Self {
        let sane = ticks.filter(|ticks| (1e6..=1e12).contains(ticks)).map(|ticks| ticks as i64);
        Self { rate, ticks: sane.unwrap_or(TICKS), tempo }
    }

    /// Superclock ticks of one frame. They need not be whole.
    pub(super) fn per_frame(&self) -> f64 {
        self.ticks as f64 / f64::from(self.rate.hz())
    }

    /// The frame of a position or length: `a` and superclock ticks, `b` and ticks of quarters, or frames. Ardour cuts; beats go to
    /// the nearest superclock tick first.
    pub(super) fn frame(&self, written: &str) -> Option<i64> {
        let written = written.trim();
        let frame = match written.as_bytes().first()? {
            b'a' => i128::from(written[1..].parse::<i64>().ok()?) * i128::from(self.rate.hz()),
            b'b' => {
                let seconds = self.tempo.seconds(number(&written[1..])? / PER_QUARTER);
                if seconds.abs() > FARTHEST_SECONDS {
                    return None;
                }
                (seconds * self.ticks as f64).round() as i128 * i128::from(self.rate.hz())
            }
            _ => return self.near(number(written)?.floor()),
        };
        self.near(frame.div_euclid(i128::from(self.ticks)) as f64)
    }

    /// A time as a number of frames that need not be whole, for points of curves.
    pub(super) fn frames(&self, written: &str) -> Option<f64> {
        let written = written.trim();
        let frames = match written.as_bytes().first()? {
            b'a' => number(&written[1..])? / self.per_frame(),
            b'b' => self.tempo.seconds(number(&written[1..])? / PER_QUARTER) * f64::from(self.rate.hz()),
            _ => number(written)?,
        };
        self.near(frames).map(|_| frames)
    }

    /// A region's length where it begins: one in beats ends on a beat.
    pub(super) fn length(&self, length: &str, at: &str) -> Option<i64> {
        let (Some(beats), Some(begin)) = (length.strip_prefix('b'), self.frame(at)) else { return self.frame(length) };
        let start = match at.strip_prefix('b') {
            Some(start) => number(start)?,
            None => (self.tempo.quarters_at(self.rate.seconds(begin)) * PER_QUARTER).round(),
        };
        let end = self.frame(&format!("b{}", start + number(beats)?))?;
        end.checked_sub(begin)
    }

    fn near(&self, frame: f64) -> Option<i64> {
        (frame.abs() <= FARTHEST_SECONDS * f64::from(self.rate.hz())).then_some(frame as i64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use stemwright_core::Tempo;

    #[test]
    fn ticks_beats_and_frames_are_told_apart() {
        let rate = SampleRate::new(48_000).unwrap();
        let tempo = Tempo { bpm: 90.0, time_signature: (4, 4) };
        let clock = Clock::new(rate, None, TempoMap::new(tempo, &[]));
        assert_eq!(clock.frame("a282240000"), Some(48_000));
        assert_eq!(clock.frame("a282239999"), Some(47_999));
        assert_eq!(clock.frame("b1920"), Some(32_000));
        assert_eq!(clock.frame("12345"), Some(12_345));
        assert_eq!(clock.length("b1920", "b1920"), Some(32_000));
        assert_eq!(clock.frames("a2940"), Some(0.5));
        for wrong in ["", "a", "b", "aNaN", "binf", "1e300", "a99999999999999999999", "b1e40", "ä"] {
            assert_eq!(clock.frame(wrong), None, "{wrong}");
        }
    }
}

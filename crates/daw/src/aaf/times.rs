//! Times as fractions of a second, exactly: edit units of 30000/1001, 25 and 48000 a second meet on one timeline.

use super::wrong::Wrong;
use stemwright_core::SampleRate;

/// Edit units a second: numerator and denominator, both above 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Rate {
    pub(super) units: i64,
    pub(super) seconds: i64,
}

impl Rate {
    /// If it is one.
    pub(super) fn new(units: i64, seconds: i64) -> Option<Self> {
        (units > 0 && seconds > 0).then_some(Self { units, seconds })
    }
}

/// Seconds, as a fraction in its lowest terms; also a speed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Time {
    over: i128,
    under: i128,
}

type Sum = Result<Time, Wrong>;

impl Time {
    pub(super) const ZERO: Self = Self { over: 0, under: 1 };
    pub(super) const ONE: Self = Self { over: 1, under: 1 };

    /// `over`/`under`; `None` where `under` is 0.
    pub(super) fn new(over: i64, under: i64) -> Option<Self> {
        (under != 0).then(|| lowest(i128::from(over), i128::from(under)))
    }

    /// So many edit units.
    pub(super) fn units(count: i64, rate: Rate) -> Self {
        lowest(i128::from(count) * i128::from(rate.seconds), i128::from(rate.units))
    }

    pub(super) fn plus(self, other: Self) -> Sum {
        let (a, b) = (self.over.checked_mul(other.under), other.over.checked_mul(self.under));
        let over = a.zip(b).and_then(|(a, b)| a.checked_add(b));
        over.zip(self.under.checked_mul(other.under)).map(|(over, under)| lowest(over, under)).ok_or_else(too_long)
    }

    pub(super) fn minus(self, other: Self) -> Sum {
        let over = other.over.checked_neg().ok_or_else(too_long)?;
        self.plus(Self { over, under: other.under })
    }

    pub(super) fn times(self, other: Self) -> Sum {
        let (a, b) = (lowest(self.over, other.under), lowest(other.over, self.under));
        let product = a.over.checked_mul(b.over).zip(a.under.checked_mul(b.under));
        product.map(|(over, under)| lowest(over, under)).ok_or_else(too_long)
    }

    /// `other` is not 0.
    pub(super) fn over(self, other: Self) -> Sum {
        let turned = if other.over < 0 {
            other.under.checked_neg().zip(other.over.checked_neg())
        } else {
            Some((other.under, other.over))
        };
        let (over, under) = turned.ok_or_else(too_long)?;
        self.times(Self { over, under })
    }

    pub(super) fn is_positive(self) -> bool {
        self.over > 0
    }

    pub(super) fn seconds(self) -> f64 {
        self.over as f64 / self.under as f64
    }

    /// The nearest frame; halves go up.
    pub(super) fn frames(self, rate: SampleRate) -> Result<i64, Wrong> {
        let frames = self.over.checked_mul(2 * i128::from(rate.hz())).and_then(|twice| twice.checked_add(self.under));
        let frames = frames.zip(self.under.checked_mul(2)).map(|(twice, under)| twice.div_euclid(under));
        frames.and_then(|frames| i64::try_from(frames).ok()).ok_or_else(too_long)
    }
}

impl PartialOrd for Time {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Time {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        let product = self.over.checked_mul(other.under).zip(other.over.checked_mul(self.under));
        product.map_or_else(|| self.seconds().total_cmp(&other.seconds()), |(a, b)| a.cmp(&b))
    }
}

fn too_long() -> Wrong {
    Wrong::file("holds times that no session has")
}

fn lowest(over: i128, under: i128) -> Time {
    let (mut a, mut b) = (over.unsigned_abs(), under.unsigned_abs());
    while b != 0 {
        (a, b) = (b, a % b);
    }
    // A divisor of both fits wherever they do, but for i128::MIN, which no product of 64-bit numbers is.
    let divisor = i128::try_from(a.max(1)).unwrap_or(1) * under.signum();
    Time { over: over / divisor, under: under / divisor }
}

/// A place as `HH:MM:SS:FF`, or `HH:MM:SS;FF` with dropped numbers (SMPTE ST 12-1: the first two of each minute but every tenth
/// at 30 a second, four at 60).
pub(super) fn timecode(frames: i64, fps: u16, drop: bool) -> String {
    let fps = i64::from(fps.max(1));
    let mut count = frames;
    if drop && fps % 30 == 0 {
        let dropped = fps / 15;
        let (minute, ten) = (60 * fps - dropped, 600 * fps - 9 * dropped);
        let (tens, rest) = (count.div_euclid(ten), count.rem_euclid(ten));
        // The first minute of ten is whole.
        let minutes = if rest < 60 * fps { 0 } else { 1 + (rest - 60 * fps) / minute };
        count += dropped * (9 * tens + minutes);
    }
    let (sign, count) = if count < 0 { ("-", -count) } else { ("", count) };
    let (seconds, frame) = (count / fps, count % fps);
    let mark = if drop { ';' } else { ':' };
    format!("{sign}{:02}:{:02}:{:02}{mark}{frame:02}", seconds / 3600, seconds / 60 % 60, seconds % 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edit_units_of_any_rate_meet() {
        let [ntsc, pal, sound] = [(30_000, 1001), (25, 1), (48_000, 1)].map(|(a, b)| Rate::new(a, b).unwrap());
        assert_eq!(Time::units(30_000, ntsc), Time::new(1001, 1).unwrap());
        let sum = Time::units(1, ntsc).plus(Time::units(1, pal)).unwrap().plus(Time::units(1, sound)).unwrap();
        let rate = SampleRate::new(48_000).unwrap();
        // 1601.6 + 1920 + 1 frames.
        assert_eq!(sum.frames(rate).unwrap(), 3523);
        assert_eq!(Time::units(5, ntsc).frames(rate).unwrap(), 8008);
        assert_eq!(Time::new(-1, 96_000).unwrap().frames(rate).unwrap(), 0, "halves go up");
        assert_eq!(Time::new(3, 2).unwrap().over(Time::new(-3, 4).unwrap()).unwrap(), Time::new(-2, 1).unwrap());
        assert!(Time::new(1, 3).unwrap() < Time::new(1, 2).unwrap());
        let tiny = Time::new(1, i64::MAX).unwrap();
        assert!(tiny.times(tiny).unwrap().times(tiny).is_err(), "what does not fit is told");
        // −2^127, the one number without an opposite.
        let least =
            Time::units(i64::MIN, Rate::new(1, 1 << 30).unwrap()).times(Time::new(1 << 34, 1).unwrap()).unwrap();
        assert!(Time::ZERO.minus(least).is_err() && Time::ONE.over(least).is_err());
    }

    #[test]
    fn timecodes_drop_numbers_and_no_frames() {
        assert_eq!(timecode(108_000, 30, false), "01:00:00:00");
        assert_eq!(timecode(107_892, 30, true), "01:00:00;00");
        assert_eq!(timecode(1799, 30, true), "00:00:59;29");
        assert_eq!(timecode(1800, 30, true), "00:01:00;02");
        assert_eq!(timecode(17_982, 30, true), "00:10:00;00");
        assert_eq!(timecode(3600, 60, true), "00:01:00;04");
        assert_eq!(timecode(86_400, 24, false), "01:00:00:00");
        assert_eq!(timecode(-25, 25, false), "-00:00:01:00");
        // Every number is met once, in order, but for those that are dropped.
        let mut minute = Vec::new();
        for frame in 0..18_000 {
            minute.push(timecode(frame, 30, true));
        }
        assert!(minute.windows(2).all(|pair| pair[0] < pair[1]));
    }
}

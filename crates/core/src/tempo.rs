//! Tempo and time signatures: where a bar, a beat or a quarter note is in seconds.

/// A tempo and a time signature.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Tempo {
    /// Quarter notes a minute.
    pub bpm: f64,
    /// Beats a bar, and which note is a beat: 6/8 is (6, 8).
    pub time_signature: (u32, u32),
}

impl Default for Tempo {
    /// 120 BPM, 4/4.
    fn default() -> Self {
        Self { bpm: 120.0, time_signature: (4, 4) }
    }
}

impl Tempo {
    /// Seconds that a number of *beats of the time signature* last.
    pub fn beats(self, beats: f64) -> f64 {
        self.quarters(self.in_quarters(beats))
    }

    /// Seconds that a number of quarter notes last.
    pub fn quarters(self, quarters: f64) -> f64 {
        quarters * 60.0 / self.bpm
    }

    /// Quarter notes in a number of beats.
    fn in_quarters(self, beats: f64) -> f64 {
        beats * 4.0 / f64::from(self.time_signature.1)
    }
}

/// A change of tempo, of the time signature, or of both.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TempoChange {
    /// Quarter notes after bar 1 beat 1. A time signature changes where a bar begins.
    pub at: f64,
    /// What holds from there on.
    pub tempo: Tempo,
    /// Whether the tempo runs there in a straight line (over quarter notes) from the change before, instead of jumping.
    pub ramp: bool,
}

/// The tempo of a whole song. Before bar 1 the first tempo holds.
#[derive(Debug, Clone, PartialEq)]
pub struct TempoMap(Vec<Part>);

/// From one change to the next.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Part {
    /// Quarter notes, seconds and bars from bar 1 beat 1 to its beginning.
    quarters: f64,
    seconds: f64,
    bars: f64,
    tempo: Tempo,
    /// How long it is in quarter notes, and the tempo at its end, where it runs.
    ramp: Option<(f64, f64)>,
}

impl Part {
    /// Seconds from its beginning to so many quarter notes later.
    fn seconds(self, quarters: f64) -> f64 {
        match self.ramp {
            Some((length, end)) if quarters > 0.0 => {
                let slope = (end - self.tempo.bpm) / length;
                // ∫ 60/(bpm + slope·q) dq; log1p is exact where the slope is next to nothing, too.
                60.0 / slope * libm::log1p(slope * quarters / self.tempo.bpm)
            }
            _ => self.tempo.quarters(quarters),
        }
    }

    /// Bars from its beginning to so many quarter notes later.
    fn bars(self, quarters: f64) -> f64 {
        let (beats, note) = self.tempo.time_signature;
        quarters * f64::from(note) / (4.0 * f64::from(beats))
    }
}

impl TempoMap {
    /// `changes` in the order of their places, all after bar 1 beat 1.
    pub fn new(first: Tempo, changes: &[TempoChange]) -> Self {
        let mut map = Self(vec![Part { quarters: 0.0, seconds: 0.0, bars: 0.0, tempo: first, ramp: None }]);
        changes.iter().for_each(|change| map.push(*change));
        map
    }

    /// Adds a change after all others.
    pub fn push(&mut self, change: TempoChange) {
        let Some(last) = self.0.last_mut() else { return };
        let length = change.at - last.quarters;
        if change.ramp && change.tempo.bpm != last.tempo.bpm && length > 0.0 {
            last.ramp = Some((length, change.tempo.bpm));
        }
        let next = Part {
            quarters: change.at,
            seconds: last.seconds + last.seconds(length),
            bars: last.bars + last.bars(length),
            tempo: change.tempo,
            ramp: None,
        };
        self.0.push(next);
    }

    /// The time in seconds of a place in quarter notes; both count from bar 1 beat 1.
    pub fn seconds(&self, quarters: f64) -> f64 {
        let part = self.part(|part| part.quarters <= quarters);
        part.seconds + part.seconds(quarters - part.quarters)
    }

    /// The place in quarter notes of a bar and a beat in it, both from 1 on; `None` for a beat before 1.
    pub fn quarters(&self, bar: i32, beat: f64) -> Option<f64> {
        let bars = f64::from(bar.checked_sub(1)?);
        let part = self.part(|part| part.bars <= bars);
        let beats = (bars - part.bars) * f64::from(part.tempo.time_signature.0) + (beat - 1.0);
        (beat >= 1.0).then(|| part.quarters + part.tempo.in_quarters(beats))
    }

    /// Whether a bar begins at a place in quarter notes.
    pub fn is_bar(&self, quarters: f64) -> bool {
        let part = self.part(|part| part.quarters <= quarters);
        let bars = part.bars + part.bars(quarters - part.quarters);
        (bars - bars.round()).abs() < 1e-6
    }

    /// The quarter notes in a number of beats, or of bars, from a time in seconds on.
    pub fn length(&self, from: f64, beats: f64, of_bars: bool) -> f64 {
        let part = self.part(|part| part.seconds <= from);
        let beats = if of_bars { beats * f64::from(part.tempo.time_signature.0) } else { beats };
        part.tempo.in_quarters(beats)
    }

    /// Seconds that a number of quarter notes last from a time in seconds on.
    pub fn lasting(&self, from: f64, quarters: f64) -> f64 {
        match self.0.as_slice() {
            [only] => only.tempo.quarters(quarters),
            _ => self.seconds(self.quarters_at(from) + quarters) - from,
        }
    }

    /// The place in quarter notes of a time in seconds.
    pub fn quarters_at(&self, seconds: f64) -> f64 {
        let part = self.part(|part| part.seconds <= seconds);
        let after = seconds - part.seconds;
        part.quarters
            + match part.ramp {
                Some((length, end)) if after > 0.0 => {
                    let slope = (end - part.tempo.bpm) / length;
                    part.tempo.bpm / slope * libm::expm1(slope * after / 60.0)
                }
                _ => after * part.tempo.bpm / 60.0,
            }
    }

    /// The last part that has begun; the first also holds before it.
    fn part(&self, begun: impl Fn(&Part) -> bool) -> Part {
        self.0[self.0.partition_point(begun).saturating_sub(1)]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn change(at: f64, bpm: f64, time_signature: (u32, u32), ramp: bool) -> TempoChange {
        TempoChange { at, tempo: Tempo { bpm, time_signature }, ramp }
    }

    #[test]
    fn beats_follow_the_time_signature() {
        let tempo = Tempo { bpm: 120.0, time_signature: (6, 8) };
        assert_eq!(tempo.beats(6.0), 1.5);
        assert_eq!(tempo.quarters(1.0), 0.5);
    }

    #[test]
    fn steps_of_tempo_and_signature_add_up() {
        // Two bars of 4/4 at 120, one of 3/4 at 60, then 6/8 at 120.
        let changes = [change(8.0, 60.0, (3, 4), false), change(11.0, 120.0, (6, 8), false)];
        let map = TempoMap::new(Tempo::default(), &changes);
        let at = |bar, beat| map.seconds(map.quarters(bar, beat).unwrap());
        assert_eq!(
            [at(1, 1.0), at(3, 1.0), at(3, 2.0), at(4, 1.0), at(5, 1.0), at(0, 1.0)],
            [0.0, 4.0, 5.0, 7.0, 8.5, -2.0]
        );
        assert!(map.is_bar(8.0) && map.is_bar(14.0) && !map.is_bar(12.0));
        assert_eq!(map.lasting(3.5, 2.0), 1.5, "one quarter at 120 and one at 60");
        assert_eq!(map.quarters(1, 0.5), None);
    }

    #[test]
    fn a_ramp_lasts_as_long_as_its_integral() {
        let map =
            TempoMap::new(Tempo::default(), &[change(16.0, 60.0, (4, 4), true), change(20.0, 60.5, (4, 4), true)]);
        // The midpoint rule, in 10⁵ steps.
        let steps = 100_000;
        let sum: f64 = (0..steps).map(|i| 60.0 / (120.0 - 60.0 * (f64::from(i) + 0.5) / f64::from(steps))).sum();
        let integral = sum * 16.0 / f64::from(steps);
        assert!((map.seconds(16.0) - integral).abs() < 1e-8);
        for quarters in [-3.0, 0.0, 0.1, 7.3, 15.9, 16.0, 18.0, 25.0] {
            assert!((map.quarters_at(map.seconds(quarters)) - quarters).abs() < 1e-9);
        }
    }
}

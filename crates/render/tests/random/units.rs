//! Random inserts: every parameter over its range, extremes now and then, more often where a session is wild.

use std::f64::consts::FRAC_1_SQRT_2;

use stemwright_core::{
    Band, BandKind, Compressor, Db, DeEsser, Delay, DelayTime, Detector, Eq, Gate, Insert, Key, Limiter, Param, Reverb,
    Saturation, Unit, Width,
};

use super::{Dice, Maker};

impl Dice {
    /// A side-chain from one of these strips, or none.
    fn key(&mut self, keys: &[String]) -> Option<Key> {
        (!keys.is_empty() && self.one_in(2)).then(|| Key { from: self.pick(keys).clone(), tap: self.tap() })
    }
}

impl Maker {
    /// `keys`: the strips that may be keyed from.
    pub(super) fn insert(&mut self, keys: &[String], on_return: bool) -> Insert {
        // Echoes and reverbs are what returns are for.
        let kind = self.dice.below(if on_return { 31 } else { 24 });
        let unit = match kind {
            0..2 => Unit::Gain(Db(self.dice.between(-12.0, 4.0))),
            2..6 => {
                let bands = self.dice.integer(1, 3);
                Unit::Eq(Eq { bands: (0..bands).map(|_| self.band()).collect() })
            }
            6..10 => Unit::Compressor(self.compressor(keys)),
            10..13 => Unit::Limiter(self.limiter()),
            13..16 => Unit::Gate(self.gate(keys)),
            16 | 17 => Unit::DeEsser(self.de_esser()),
            18..21 => Unit::Saturation(self.saturation()),
            21 => Unit::Width(self.width()),
            22 | 27.. => Unit::Reverb(self.reverb(on_return)),
            _ => Unit::Delay(self.delay(on_return)),
        };
        Insert { bypass: self.dice.one_in(10), unit }
    }

    fn band(&mut self) -> Band {
        let (high, wild) = (0.45 * self.rate, self.wild);
        let dice = &mut self.dice;
        let steep = dice.one_in(2);
        let kind = *dice.pick(&[
            BandKind::Bell,
            BandKind::Bell,
            BandKind::LowShelf,
            BandKind::HighShelf,
            BandKind::HighPass { steep },
            BandKind::LowPass { steep },
        ]);
        let freq = match dice.below(if wild { 4 } else { 16 }) {
            0 => 10.0,
            1 => high,
            _ => dice.spread(20.0, 18_000.0),
        };
        let q = match dice.below(if wild { 4 } else { 12 }) {
            0 => *dice.pick(&[0.1, 0.5, 20.0]),
            1..3 => dice.spread(0.1, 20.0),
            _ => *dice.pick(&[FRAC_1_SQRT_2, 1.0, 2.5]),
        };
        let gain = match dice.below(if wild { 6 } else { 30 }) {
            0 => *dice.pick(&[-40.0, -24.0, 24.0]),
            1..3 => 0.0,
            _ => dice.between(-12.0, 6.0),
        };
        Band { kind, freq, gain: Db(gain), q }
    }

    fn compressor(&mut self, keys: &[String]) -> Compressor {
        let dice = &mut self.dice;
        let threshold = match dice.below(12) {
            0 => *dice.pick(&[-80.0, 0.0, 12.0]),
            _ => dice.between(-50.0, -10.0),
        };
        Compressor {
            threshold: Db(threshold),
            ratio: *dice.pick(&[1.0, 1.5, 2.0, 3.0, 4.0, 10.0, f64::INFINITY]),
            knee: *dice.pick(&[0.0, 0.0, 6.0, 6.0, 12.5, 40.0]),
            attack: *dice.pick(&[0.0, 0.0001, 0.001, 0.010, 0.030, 1.0]),
            release: *dice.pick(&[0.0, 0.002, 0.020, 0.120, 0.150, 10.0]),
            makeup: if dice.one_in(2) { Db::ZERO } else { Db(dice.between(-3.0, 6.0)) },
            mix: match dice.below(8) {
                0 => 0.0,
                1..4 => dice.between(0.0, 1.0),
                _ => 1.0,
            },
            detector: *dice.pick(&[Detector::Peak, Detector::Rms]),
            key: dice.key(keys),
            key_high_pass: dice.one_in(3).then(|| dice.spread(10.0, 3_000.0)),
        }
    }

    fn delay(&mut self, on_return: bool) -> Delay {
        let long = self.dice.one_in(12);
        let dice = &mut self.dice;
        let seconds = dice.spread(0.000_01, if long { 0.1 } else { 0.02 });
        let time = match dice.below(3) {
            0 => DelayTime::Quarters(*dice.pick(&[1.0 / 64.0, 1.0 / 48.0, 1.0 / 32.0, 1.0 / 24.0])),
            _ => DelayTime::Seconds(seconds),
        };
        Delay {
            time,
            feedback: match dice.below(12) {
                0 => 0.95,
                1..4 => 0.0,
                _ => dice.between(0.0, 0.7),
            },
            ping_pong: dice.one_in(2),
            low_cut: dice.one_in(3).then(|| dice.spread(10.0, 1_000.0)),
            high_cut: dice.one_in(3).then(|| dice.spread(500.0, 18_000.0)),
            wet: if on_return && !dice.one_in(4) { 1.0 } else { dice.between(0.0, 1.0) },
        }
    }

    fn limiter(&mut self) -> Limiter {
        let rare = if self.wild { 3 } else { 10 };
        let dice = &mut self.dice;
        Limiter {
            ceiling: Db(if dice.one_in(rare) { *dice.pick(&[-40.0, 0.0]) } else { dice.between(-15.0, 0.0) }),
            gain: Db(if dice.one_in(rare) { *dice.pick(&[-20.0, 40.0]) } else { dice.between(-6.0, 15.0) }),
            look_ahead: match dice.below(16) {
                0 => 0.02,
                1 => 0.00025,
                _ => dice.spread(0.00025, 0.004),
            },
            release: *dice.pick(&[0.0, 0.002, 0.020, 0.080, 0.300, 10.0]),
        }
    }

    fn gate(&mut self, keys: &[String]) -> Gate {
        let rare = if self.wild { 3 } else { 10 };
        let dice = &mut self.dice;
        Gate {
            threshold: Db(if dice.one_in(rare) { *dice.pick(&[-100.0, 0.0]) } else { dice.between(-50.0, -3.0) }),
            ratio: match dice.below(8) {
                0..4 => f64::INFINITY,
                4 => *dice.pick(&[1.0, 1.01]),
                _ => dice.spread(1.1, 20.0),
            },
            range: *dice.pick(&[0.0, 6.0, 12.0, 24.0, 24.0, 80.0, 80.0, 150.0]),
            hysteresis: match dice.below(6) {
                0 | 1 => 0.0,
                2 => 40.0,
                _ => dice.between(0.0, 12.0),
            },
            attack: *dice.pick(&[0.0, 0.0001, 0.001, 0.005, 1.0]),
            hold: *dice.pick(&[0.0, 0.0, 0.0003, 0.003, 0.020, 10.0]),
            release: *dice.pick(&[0.0, 0.001, 0.010, 0.100, 10.0]),
            look_ahead: match dice.below(8) {
                0 => 0.02,
                1..5 => dice.spread(0.000_02, 0.004),
                _ => 0.0,
            },
            key: dice.key(keys),
            key_high_pass: dice.one_in(4).then(|| dice.spread(10.0, 3_000.0)),
            key_low_pass: dice.one_in(4).then(|| dice.spread(200.0, 18_000.0)),
        }
    }

    fn de_esser(&mut self) -> DeEsser {
        let (high, rare) = (0.45 * self.rate, if self.wild { 3 } else { 10 });
        let dice = &mut self.dice;
        DeEsser {
            freq: if dice.one_in(rare) { *dice.pick(&[500.0, high]) } else { dice.spread(500.0, 15_000.0) },
            q: if dice.one_in(rare) { *dice.pick(&[0.3, 5.0]) } else { dice.spread(0.3, 5.0) },
            threshold: Db(if dice.one_in(rare) { *dice.pick(&[-80.0, 0.0]) } else { dice.between(-70.0, -25.0) }),
            ratio: *dice.pick(&[1.0, 1.5, 2.0, 4.0, 10.0, f64::INFINITY]),
            range: *dice.pick(&[0.0, 3.0, 12.0, 12.0, 40.0]),
            attack: *dice.pick(&[0.0, 0.0005, 0.0005, 0.005, 1.0]),
            release: *dice.pick(&[0.0, 0.002, 0.060, 10.0]),
        }
    }

    fn saturation(&mut self) -> Saturation {
        let rare = if self.wild { 3 } else { 10 };
        let dice = &mut self.dice;
        Saturation {
            drive: Db(if dice.one_in(rare) { *dice.pick(&[-20.0, 40.0]) } else { dice.between(-6.0, 20.0) }),
            output: Db(if dice.one_in(rare) { *dice.pick(&[-40.0, 20.0]) } else { dice.between(-18.0, 0.0) }),
            asymmetry: match dice.below(8) {
                0..4 => 0.0,
                4 => 0.9,
                _ => dice.between(0.0, 0.9),
            },
            mix: match dice.below(8) {
                0 => 0.0,
                1..4 => dice.between(0.0, 1.0),
                _ => 1.0,
            },
        }
    }

    fn width(&mut self) -> Width {
        let dice = &mut self.dice;
        let width = if dice.one_in(3) { *dice.pick(&[0.0, 1.0, 2.0]) } else { dice.between(0.0, 2.0) };
        Width { width, mono_below: dice.one_in(2).then(|| dice.spread(20.0, 2_000.0)) }
    }

    fn reverb(&mut self, on_return: bool) -> Reverb {
        let (high, rare) = (0.45 * self.rate, if self.wild { 3 } else { 10 });
        let dice = &mut self.dice;
        Reverb {
            predelay: match dice.below(8) {
                0 => 0.5,
                1..4 => 0.0,
                _ => dice.between(0.0, 0.02),
            },
            decay: if dice.one_in(rare) { *dice.pick(&[0.1, 30.0]) } else { dice.spread(0.1, 5.0) },
            size: if dice.one_in(rare) { *dice.pick(&[0.25, 2.0]) } else { dice.spread(0.25, 2.0) },
            high_decay: if dice.one_in(rare) { *dice.pick(&[0.05, 1.0]) } else { dice.between(0.05, 1.0) },
            crossover: if dice.one_in(rare) { *dice.pick(&[200.0, high]) } else { dice.spread(200.0, high) },
            low_cut: dice.one_in(3).then(|| dice.spread(10.0, 1_000.0)),
            high_cut: dice.one_in(3).then(|| dice.spread(500.0, 18_000.0)),
            wet: if on_return && !dice.one_in(4) { 1.0 } else { dice.between(0.0, 1.0) },
        }
    }
}

/// What can move in a unit, each within a range that keeps levels reasonable.
pub(super) fn ranges(unit: &Unit, rate: f64) -> Vec<(Param, f64, f64)> {
    match unit {
        Unit::Gain(_) => vec![(Param::Gain, -30.0, 4.0)],
        Unit::Eq(eq) => (0..eq.bands.len())
            .flat_map(|band| {
                [
                    (Param::BandFreq(band), 10.0, 0.45 * rate),
                    (Param::BandGain(band), -24.0, 9.0),
                    (Param::BandQ(band), 0.1, 20.0),
                ]
            })
            .collect(),
        Unit::Compressor(_) => vec![
            (Param::Threshold, -60.0, 0.0),
            (Param::Ratio, 1.0, 20.0),
            (Param::Makeup, -6.0, 6.0),
            (Param::Mix, 0.0, 1.0),
        ],
        Unit::Delay(_) => vec![(Param::Feedback, 0.0, 0.8), (Param::Wet, 0.0, 1.0)],
        Unit::Reverb(_) => vec![(Param::Wet, 0.0, 1.0)],
        Unit::Limiter(_) => vec![(Param::Gain, -20.0, 15.0), (Param::Ceiling, -30.0, 0.0)],
        Unit::Gate(_) => vec![(Param::Threshold, -70.0, 0.0)],
        Unit::DeEsser(_) => vec![(Param::Threshold, -60.0, 0.0), (Param::Ratio, 1.0, 20.0)],
        Unit::Saturation(_) => {
            vec![(Param::Drive, -20.0, 25.0), (Param::Output, -40.0, 3.0), (Param::Mix, 0.0, 1.0)]
        }
        Unit::Width(_) => vec![(Param::Width, 0.0, 2.0)],
    }
}

//! Random inserts: every parameter over its range, extremes now and then, more often where a session is wild.

use std::f64::consts::FRAC_1_SQRT_2;

use stemwright_core::{
    Align, AlignTime, Band, BandKind, Chorus, Compressor, CompressorBand, Convolution, Db, DeEsser, Delay, DelayTime,
    Detector, DynamicBand, DynamicEq, DynamicKind, Eq, Gate, Insert, Key, Limiter, Multiband, Param, Phaser, Reverb,
    Saturation, Sweep, Transient, Unit, Width,
};

use super::{Dice, Maker};

impl Dice {
    /// A side-chain from one of these strips, or none.
    fn key(&mut self, keys: &[String]) -> Option<Key> {
        (!keys.is_empty() && !self.one_in(3)).then(|| Key { from: self.pick(keys).clone(), tap: self.tap() })
    }
}

impl Maker {
    /// `keys`: the strips that may be keyed from.
    pub(super) fn insert(&mut self, keys: &[String], on_return: bool) -> Insert {
        // Echoes and reverbs are what returns are for.
        let kind = self.dice.below(if on_return { 48 } else { 40 });
        let unit = match kind {
            0..2 => Unit::Gain(Db(self.dice.between(-12.0, 4.0))),
            2..5 => {
                let bands = self.dice.integer(1, 3);
                Unit::Eq(Eq { bands: (0..bands).map(|_| self.band()).collect() })
            }
            5..9 => Unit::Compressor(self.compressor(keys)),
            9..12 => Unit::Limiter(self.limiter()),
            12..16 => Unit::Gate(self.gate(keys)),
            16 | 17 => Unit::DeEsser(self.de_esser()),
            18..21 => Unit::Saturation(self.saturation()),
            21 | 37 => Unit::Width(self.width()),
            22 | 40..43 => Unit::Reverb(self.reverb(on_return)),
            23 | 43..46 => Unit::Delay(self.delay(on_return)),
            24 | 25 => Unit::Align(self.align()),
            26 | 27 => Unit::Transient(self.transient()),
            28 | 29 => Unit::Multiband(self.multiband(keys)),
            30..33 => Unit::DynamicEq(self.dynamic_eq(keys)),
            33 | 34 | 46.. => Unit::Convolution(self.convolution(on_return)),
            35 | 36 => Unit::Phaser(self.phaser()),
            _ => Unit::Chorus(self.chorus()),
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

    fn convolution(&mut self, on_return: bool) -> Convolution {
        let rate = self.rate;
        let dice = &mut self.dice;
        Convolution {
            file: format!("ir/{}.wav", dice.below(super::RESPONSES)).into(),
            predelay: match dice.below(8) {
                0 => 0.5,
                1..4 => 0.0,
                _ => dice.between(0.0, 0.02),
            },
            gain: Db(dice.between(-30.0, 0.0)),
            length: if dice.one_in(3) { (dice.integer(40, 1_500) as f64 / rate).max(0.001) } else { 30.0 },
            normalise: dice.one_in(2),
            wet: if on_return && !dice.one_in(4) { 1.0 } else { dice.between(0.0, 1.0) },
        }
    }

    fn transient(&mut self) -> Transient {
        let dice = &mut self.dice;
        let amount = |dice: &mut Dice| match dice.below(6) {
            0 => 0.0,
            1 => *dice.pick(&[-24.0, 24.0]),
            _ => dice.between(-18.0, 12.0),
        };
        Transient {
            attack: amount(dice),
            sustain: amount(dice),
            attack_time: dice.spread(0.001, 0.1),
            sustain_time: dice.spread(0.01, 1.0),
        }
    }

    fn multiband(&mut self, keys: &[String]) -> Multiband {
        let high = 0.45 * self.rate;
        let dice = &mut self.dice;
        let count = dice.integer(1, 4);
        let mut crossovers: Vec<f64> = (0..count).map(|_| dice.spread(20.0, high)).collect();
        crossovers.sort_by(f64::total_cmp);
        let band = |dice: &mut Dice| CompressorBand {
            threshold: Db(if dice.one_in(12) { *dice.pick(&[-80.0, 20.0]) } else { dice.between(-50.0, -10.0) }),
            ratio: *dice.pick(&[1.0, 1.5, 2.0, 4.0, f64::INFINITY]),
            knee: *dice.pick(&[0.0, 6.0, 12.5, 40.0]),
            attack: *dice.pick(&[0.0, 0.001, 0.010, 1.0]),
            release: *dice.pick(&[0.0, 0.002, 0.120, 10.0]),
            makeup: if dice.one_in(2) { Db::ZERO } else { Db(dice.between(-6.0, 6.0)) },
            bypass: dice.one_in(6),
        };
        Multiband {
            bands: (0..=count).map(|_| band(dice)).collect(),
            crossovers,
            mix: if dice.one_in(2) { 1.0 } else { dice.between(0.0, 1.0) },
            key: dice.key(keys),
        }
    }

    fn dynamic_eq(&mut self, keys: &[String]) -> DynamicEq {
        let (high, rare) = (0.45 * self.rate, if self.wild { 3 } else { 10 });
        let dice = &mut self.dice;
        let band = |dice: &mut Dice| DynamicBand {
            kind: *dice.pick(&[DynamicKind::Bell, DynamicKind::LowShelf, DynamicKind::HighShelf]),
            freq: if dice.one_in(rare) { *dice.pick(&[20.0, high]) } else { dice.spread(20.0, 15_000.0) },
            q: if dice.one_in(rare) { *dice.pick(&[0.2, 10.0]) } else { dice.spread(0.3, 4.0) },
            threshold: Db(if dice.one_in(rare) { *dice.pick(&[-80.0, 0.0]) } else { dice.between(-70.0, -20.0) }),
            ratio: *dice.pick(&[1.0, 1.5, 3.0, 10.0, f64::INFINITY]),
            range: if dice.one_in(rare) { *dice.pick(&[-30.0, 0.0, 20.0]) } else { dice.between(-18.0, 9.0) },
            attack: *dice.pick(&[0.0, 0.0005, 0.005, 1.0]),
            release: *dice.pick(&[0.0, 0.002, 0.100, 10.0]),
        };
        let count = *dice.pick(&[1, 1, 2, 3, 8]);
        DynamicEq { bands: (0..count).map(|_| band(dice)).collect(), key: dice.key(keys) }
    }

    /// Often so fast that something happens in so short a time.
    fn sweep(&mut self) -> Sweep {
        match self.dice.below(3) {
            0 => Sweep::Quarters(*self.dice.pick(&[1.0 / 8.0, 1.0 / 6.0, 1.0, 4.0])),
            _ => Sweep::Hz(self.dice.spread(0.01, 20.0)),
        }
    }

    fn chorus(&mut self) -> Chorus {
        let rate = self.sweep();
        let dice = &mut self.dice;
        Chorus {
            rate,
            delay: dice.spread(0.0001, 0.05),
            depth: if dice.one_in(6) { 0.0 } else { dice.spread(0.0001, Chorus::DEEPEST) },
            voices: dice.integer(1, 6) as usize,
            feedback: if dice.one_in(2) { 0.0 } else { dice.between(-0.8, 0.8) },
            phase: *dice.pick(&[0.0, 90.0, 180.0, 211.0]),
            wet: dice.between(0.0, 1.0),
        }
    }

    fn phaser(&mut self) -> Phaser {
        let rate = self.sweep();
        let dice = &mut self.dice;
        Phaser {
            rate,
            freq: dice.spread(20.0, 10_000.0),
            depth: if dice.one_in(6) { *dice.pick(&[0.0, 4.0]) } else { dice.between(0.0, 3.0) },
            stages: *dice.pick(&[2, 4, 6, 8, 10, 12]),
            feedback: if dice.one_in(3) { 0.0 } else { dice.between(-0.8, 0.8) },
            phase: *dice.pick(&[0.0, 90.0, 180.0, 211.0]),
            wet: dice.between(0.0, 1.0),
        }
    }

    fn align(&mut self) -> Align {
        let dice = &mut self.dice;
        let delay = match dice.below(6) {
            0 => AlignTime::Frames(dice.integer(-300, 300) as f64),
            1 => AlignTime::Frames(dice.between(-100.0, 100.0)),
            2 => AlignTime::Seconds(dice.between(-Align::FARTHEST, Align::FARTHEST)),
            _ => AlignTime::Seconds(dice.between(-0.002, 0.002)),
        };
        Align { delay, inverted: dice.one_in(4) }
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
        Unit::Transient(_) => vec![(Param::Attack, -24.0, 12.0), (Param::Sustain, -24.0, 12.0)],
        Unit::Multiband(multiband) => (0..multiband.bands.len())
            .flat_map(|band| {
                [
                    (Param::BandThreshold(band), -60.0, 0.0),
                    (Param::BandRatio(band), 1.0, 20.0),
                    (Param::BandMakeup(band), -12.0, 6.0),
                ]
            })
            .chain([(Param::Mix, 0.0, 1.0)])
            .collect(),
        Unit::DynamicEq(eq) => (0..eq.bands.len())
            .flat_map(|band| {
                [
                    (Param::BandThreshold(band), -70.0, 0.0),
                    (Param::BandRatio(band), 1.0, 20.0),
                    (Param::BandRange(band), -30.0, 9.0),
                ]
            })
            .collect(),
        Unit::Convolution(_) => vec![(Param::Gain, -40.0, 0.0), (Param::Wet, 0.0, 1.0)],
        Unit::Chorus(_) => {
            // In milliseconds.
            vec![(Param::Depth, 0.0, 20.0), (Param::Feedback, -0.8, 0.8), (Param::Wet, 0.0, 1.0)]
        }
        Unit::Phaser(_) => vec![
            (Param::Freq, 20.0, 10_000.0),
            (Param::Depth, 0.0, 4.0),
            (Param::Feedback, -0.8, 0.8),
            (Param::Wet, 0.0, 1.0),
        ],
        Unit::Align(_) => Vec::new(),
    }
}

//! Random inserts within the ranges of a session.toml.

use super::random::{Dice, World, file, some_of};
use stemwright_core::{
    Align, AlignTime, Band, BandKind, Chorus, Compressor, CompressorBand, Convolution, Db, DeEsser, Delay, DelayTime,
    DynamicBand, DynamicEq, DynamicKind, Eq, Gate, Insert, Key, Limiter, Multiband, Phaser, Reverb, Saturation, Sweep,
    Tap, Transient, Unit, Width,
};

pub(crate) fn insert(dice: &mut Dice, world: &World) -> Insert {
    let top = 0.4 * world.rate;
    let unit = match dice.below(19) {
        0 => Unit::Gain(Db(dice.number(-150.0, 60.0))),
        1 => Unit::Eq(Eq { bands: (0..dice.below(4)).map(|_| band(dice, top)).collect() }),
        2 | 3 => compressor(dice, world),
        4 | 5 => gate(dice, world),
        6 => Unit::Delay(Delay {
            time: time(dice, world.bpm),
            feedback: dice.number(0.0, 0.98),
            ping_pong: dice.coin(),
            low_cut: dice.maybe(|dice| dice.number(5.0, top)),
            high_cut: dice.maybe(|dice| dice.number(5.0, top)),
            wet: dice.number(0.0, 1.0),
        }),
        7 => Unit::Reverb(Reverb {
            predelay: ms(dice, 0.0, 500.0),
            decay: dice.number(0.1, 30.0),
            size: dice.number(0.25, 2.0),
            high_decay: dice.number(0.05, 1.0),
            crossover: dice.number(200.0, top),
            low_cut: dice.maybe(|dice| dice.number(5.0, top)),
            high_cut: dice.maybe(|dice| dice.number(5.0, top)),
            wet: dice.number(0.0, 1.0),
        }),
        8 => Unit::Limiter(Limiter {
            ceiling: Db(dice.number(-40.0, 0.0)),
            gain: Db(dice.number(-20.0, 40.0)),
            look_ahead: ms(dice, 0.25, 20.0),
            release: ms(dice, 0.0, 10_000.0),
        }),
        9 => Unit::DeEsser(DeEsser {
            freq: dice.number(500.0, top),
            q: dice.number(0.3, 5.0),
            threshold: Db(dice.number(-80.0, 0.0)),
            ratio: dice.number(1.0, 20.0),
            range: dice.number(0.0, 40.0),
            attack: ms(dice, 0.0, 1000.0),
            release: ms(dice, 0.0, 10_000.0),
        }),
        10 => Unit::Saturation(Saturation {
            drive: Db(dice.number(-20.0, 40.0)),
            output: Db(dice.number(-40.0, 20.0)),
            asymmetry: dice.number(0.0, 0.9),
            mix: dice.number(0.0, 1.0),
        }),
        11 => Unit::Width(Width { width: dice.number(0.0, 2.0), mono_below: dice.maybe(|dice| dice.number(5.0, top)) }),
        12 => Unit::Transient(Transient {
            attack: dice.number(-24.0, 24.0),
            sustain: dice.number(-24.0, 24.0),
            attack_time: ms(dice, 1.0, 100.0),
            sustain_time: ms(dice, 10.0, 1000.0),
        }),
        13 => multiband(dice, world),
        14 => Unit::DynamicEq(DynamicEq {
            bands: (0..1 + dice.below(3)).map(|_| dynamic_band(dice, top)).collect(),
            key: key(dice, world),
        }),
        15 => Unit::Convolution(Convolution {
            predelay: ms(dice, 0.0, 500.0),
            gain: Db(dice.number(-60.0, 40.0)),
            length: dice.number(0.001, 30.0),
            normalise: dice.coin(),
            wet: dice.number(0.0, 1.0),
            ..Convolution::new(file(dice))
        }),
        16 => Unit::Chorus(Chorus {
            rate: sweep(dice, world.bpm),
            delay: ms(dice, 0.1, 50.0),
            depth: ms(dice, 0.0, 20.0),
            voices: 1 + dice.below(6),
            feedback: dice.number(-0.95, 0.95),
            phase: dice.number(0.0, 360.0),
            wet: dice.number(0.0, 1.0),
        }),
        17 => Unit::Phaser(Phaser {
            rate: sweep(dice, world.bpm),
            freq: dice.number(20.0, 10_000.0),
            depth: dice.number(0.0, 4.0),
            stages: 2 + 2 * dice.below(6),
            feedback: dice.number(-0.95, 0.95),
            phase: dice.number(0.0, 360.0),
            wet: dice.number(0.0, 1.0),
        }),
        _ => Unit::Align(Align {
            delay: if dice.coin() {
                AlignTime::Frames(dice.number(-4000.0, 4000.0))
            } else {
                AlignTime::Seconds(ms(dice, -100.0, 100.0))
            },
            inverted: dice.coin(),
        }),
    };
    Insert { bypass: dice.coin(), unit }
}

/// Times are kept in seconds and written in milliseconds: any number of those.
fn ms(dice: &mut Dice, from: f64, to: f64) -> f64 {
    dice.number(from, to) / 1000.0
}

fn key(dice: &mut Dice, world: &World) -> Option<Key> {
    let from = some_of(dice, &world.keys)?;
    dice.maybe(|dice| Key { from, tap: dice.of(&[Tap::Pre, Tap::Post]) })
}

fn compressor(dice: &mut Dice, world: &World) -> Unit {
    let default = if dice.coin() { Compressor::channel() } else { Compressor::bus() };
    if dice.below(4) == 0 {
        return Unit::Compressor(default);
    }
    Unit::Compressor(Compressor {
        threshold: Db(dice.number(-80.0, 20.0)),
        ratio: if dice.below(5) == 0 { f64::INFINITY } else { dice.number(1.0, 30.0) },
        knee: dice.number(0.0, 40.0),
        attack: ms(dice, 0.0, 1000.0),
        release: ms(dice, 0.0, 10_000.0),
        makeup: Db(dice.number(-40.0, 40.0)),
        mix: dice.number(0.0, 1.0),
        detector: default.detector,
        key: key(dice, world),
        key_high_pass: dice.maybe(|dice| dice.number(5.0, 20_000.0)),
    })
}

fn gate(dice: &mut Dice, world: &World) -> Unit {
    Unit::Gate(Gate {
        threshold: Db(dice.number(-100.0, 0.0)),
        ratio: if dice.coin() { f64::INFINITY } else { dice.number(1.0, 30.0) },
        range: dice.number(0.0, 150.0),
        hysteresis: dice.number(0.0, 40.0),
        attack: ms(dice, 0.0, 1000.0),
        hold: ms(dice, 0.0, 10_000.0),
        release: ms(dice, 0.0, 10_000.0),
        look_ahead: ms(dice, 0.0, 20.0),
        key: key(dice, world),
        key_high_pass: dice.maybe(|dice| dice.number(5.0, 20_000.0)),
        key_low_pass: dice.maybe(|dice| dice.number(5.0, 20_000.0)),
    })
}

fn band(dice: &mut Dice, top: f64) -> Band {
    let steep = dice.coin();
    let kind = dice.of(&[
        BandKind::Bell,
        BandKind::LowShelf,
        BandKind::HighShelf,
        BandKind::HighPass { steep },
        BandKind::LowPass { steep },
    ]);
    // A filter has no gain to write.
    let has_gain = matches!(kind, BandKind::Bell | BandKind::LowShelf | BandKind::HighShelf);
    let gain = Db(if has_gain { dice.number(-40.0, 40.0) } else { 0.0 });
    Band { kind, freq: dice.number(5.0, top), gain, q: dice.number(0.1, 40.0) }
}

/// A note value, or seconds.
fn time(dice: &mut Dice, bpm: f64) -> DelayTime {
    let scale = dice.of(&[1.0, 1.5, 2.0 / 3.0]);
    let quarters = (1 + dice.below(4)) as f64 * 4.0 / dice.of(&[4.0, 8.0, 16.0, 32.0, 64.0]) * scale;
    if dice.coin() && quarters * 60.0 / bpm <= 10.0 {
        DelayTime::Quarters(quarters)
    } else {
        DelayTime::Seconds(dice.number(0.001, 10.0))
    }
}

fn multiband(dice: &mut Dice, world: &World) -> Unit {
    let crossovers: Vec<f64> =
        (0..1 + dice.below(4)).map(|n| dice.number(50.0, 90.0) * 6.0_f64.powi(n as i32)).collect();
    let crossovers: Vec<f64> = crossovers.into_iter().filter(|freq| *freq < 0.45 * world.rate).collect();
    let plain = dice.coin();
    let bands = (0..=crossovers.len()).map(|_| {
        if plain {
            return CompressorBand::default();
        }
        CompressorBand {
            threshold: Db(dice.number(-80.0, 20.0)),
            ratio: dice.number(1.0, 30.0),
            knee: dice.number(0.0, 40.0),
            attack: ms(dice, 0.0, 1000.0),
            release: ms(dice, 0.0, 10_000.0),
            makeup: Db(dice.number(-40.0, 40.0)),
            bypass: dice.coin(),
        }
    });
    let bands = bands.collect();
    Unit::Multiband(Multiband { crossovers, bands, mix: dice.number(0.0, 1.0), key: key(dice, world) })
}

fn dynamic_band(dice: &mut Dice, top: f64) -> DynamicBand {
    let kind = dice.of(&[DynamicKind::Bell, DynamicKind::LowShelf, DynamicKind::HighShelf]);
    let plain = DynamicBand::new(kind, dice.number(20.0, top));
    if dice.coin() {
        return plain;
    }
    DynamicBand {
        q: dice.number(0.2, 10.0),
        threshold: Db(dice.number(-80.0, 0.0)),
        ratio: dice.number(1.0, 30.0),
        range: dice.number(-30.0, 30.0),
        attack: ms(dice, 0.0, 1000.0),
        release: ms(dice, 0.0, 10_000.0),
        ..plain
    }
}

/// A note value of a turn, or turns a second.
fn sweep(dice: &mut Dice, bpm: f64) -> Sweep {
    let synced = Sweep::Quarters(dice.of(&[1.0, 2.0, 0.5, 4.0, 1.5, 2.0 / 3.0]));
    let hz = synced.hz(stemwright_core::Tempo { bpm, time_signature: (4, 4) });
    if dice.coin() && (0.01..=20.0).contains(&hz) { synced } else { Sweep::Hz(dice.number(0.01, 20.0)) }
}

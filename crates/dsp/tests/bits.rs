//! The same bits as the plain laws: hashes of what units gave when each was still a loop over frames, one filter after
//! another. Committed then, and never since; the ways through a unit that sessions seldom take (one channel, six, controls
//! that move, lanes that begin late or not at all, blocks of odd lengths) are here.
//!
//! Where a law was meant to change: `STEMWRIGHT_BLESS=1 cargo test -p stemwright-dsp --test bits`, and say in the commit
//! why.

mod signals;

use signals::noise;
use std::fmt::Write as _;
use std::path::Path;
use std::sync::Arc;
use stemwright_core::{
    Align, AlignTime, Automation, Chorus, CompressorBand, Convolution, Db, DeEsser, Delay, DelayTime, DynamicBand,
    DynamicEq, DynamicKind, Gate, Key, Limiter, Multiband, Param, Phaser, Reverb, SampleRate, Saturation, Shape, Tap,
    Target, Tempo, Transient, Unit, Width,
};
use stemwright_dsp::{
    AlignUnit, ChorusUnit, Controller, Controls, ConvolutionUnit, DeEsserUnit, DelayUnit, DynamicEqUnit, GainUnit,
    GateUnit, LimiterUnit, Linear, MultibandUnit, PhaserUnit, ReverbUnit, Room, SaturationUnit, TransientUnit,
    WidthUnit,
};

const FRAMES: usize = 24_000;
const LANES: usize = 3;

/// What moves, from where to where and back.
type Move = (Param, f64, f64);

/// By name, with what moves in it.
fn units() -> Vec<(&'static str, Unit, Option<Move>)> {
    let key = || Some(Key { from: "Kick".into(), tap: Tap::Post });
    let bands = |key| {
        let band = |kind, freq, range| DynamicBand { threshold: Db(-30.0), range, ..DynamicBand::new(kind, freq) };
        let bands = vec![
            band(DynamicKind::LowShelf, 200.0, -12.0),
            band(DynamicKind::Bell, 2500.0, 9.0),
            band(DynamicKind::HighShelf, 6000.0, -20.0),
        ];
        Unit::DynamicEq(DynamicEq { bands, key })
    };
    let multiband = |crossovers: &[f64], key| {
        let band = CompressorBand { threshold: Db(-30.0), ratio: 4.0, ..CompressorBand::default() };
        let mut bands = vec![band; crossovers.len() + 1];
        bands[0] = CompressorBand { knee: 0.0, makeup: Db(2.0), ..band };
        bands[1] = CompressorBand { bypass: crossovers.len() > 2, ..band };
        Unit::Multiband(Multiband { crossovers: crossovers.to_vec(), bands, mix: 0.9, key })
    };
    let reverb = |predelay, size, low_cut, high_cut| {
        let (decay, high_decay, crossover, wet) = (0.3, 0.4, 4000.0, 0.6);
        Unit::Reverb(Reverb { predelay, decay, size, high_decay, crossover, low_cut, high_cut, wet })
    };
    let convolution = |predelay, length| {
        let plain = Convolution::new("a room");
        Unit::Convolution(Convolution { predelay, gain: Db(-3.0), length, normalise: true, wet: 0.7, ..plain })
    };
    let delay = |frames: f64, ping_pong| {
        let time = DelayTime::Seconds(frames / 48_000.0);
        Unit::Delay(Delay { time, feedback: 0.4, ping_pong, low_cut: Some(200.0), high_cut: Some(6e3), wet: 0.5 })
    };
    let align = |delay, inverted| Unit::Align(Align { delay, inverted });
    vec![
        (
            "limiter",
            Unit::Limiter(Limiter { gain: Db(9.0), ..Limiter::default() }),
            Some((Param::Ceiling, -20.0, -1.0)),
        ),
        (
            "limiter at once",
            Unit::Limiter(Limiter { look_ahead: 0.00025, release: 0.0, gain: Db(20.0), ceiling: Db(-12.0) }),
            Some((Param::Gain, -3.0, 300.0)),
        ),
        (
            "gate",
            Unit::Gate(Gate { threshold: Db(-8.0), hold: 0.001, look_ahead: 0.002, ..Gate::hard() }),
            Some((Param::Threshold, -40.0, -2.0)),
        ),
        (
            "expander",
            Unit::Gate(Gate {
                threshold: Db(-3.0),
                key_high_pass: Some(90.0),
                key_low_pass: Some(900.0),
                ..Gate::expander()
            }),
            Some((Param::Threshold, -40.0, -2.0)),
        ),
        (
            "saturation",
            Unit::Saturation(Saturation { drive: Db(14.0), ..Saturation::default() }),
            Some((Param::Drive, -6.0, 24.0)),
        ),
        (
            "saturation to one side",
            Unit::Saturation(Saturation { asymmetry: 0.4, mix: 0.7, output: Db(-3.0), ..Saturation::default() }),
            Some((Param::Mix, 0.0, 1.0)),
        ),
        (
            "de-esser",
            Unit::DeEsser(DeEsser { threshold: Db(-24.0), ..DeEsser::default() }),
            Some((Param::Threshold, -40.0, -2.0)),
        ),
        (
            "transient",
            Unit::Transient(Transient { attack: 9.0, sustain: -6.0, ..Transient::default() }),
            Some((Param::Attack, -20.0, 20.0)),
        ),
        ("dynamic EQ", bands(None), Some((Param::BandRange(1), -20.0, 20.0))),
        ("dynamic EQ with a key", bands(key()), Some((Param::BandThreshold(1), -60.0, 0.0))),
        ("multiband of 2", multiband(&[1000.0], None), Some((Param::BandThreshold(1), -60.0, 0.0))),
        ("multiband of 3", multiband(&[150.0, 2000.0], None), Some((Param::Mix, 0.0, 1.0))),
        (
            "multiband of 5 with a key",
            multiband(&[90.0, 300.0, 1800.0, 7000.0], key()),
            Some((Param::BandMakeup(2), -6.0, 6.0)),
        ),
        ("reverb", reverb(0.0, 0.25, None, Some(8000.0)), Some((Param::Wet, 0.0, 1.0))),
        ("late reverb", reverb(0.0123, 1.0, Some(100.0), None), None),
        ("short convolution", convolution(0.0013, 0.002), Some((Param::Wet, 0.0, 1.0))),
        ("convolution", convolution(0.0, 0.4), Some((Param::Gain, -20.0, 3.0))),
        ("delay", delay(700.3, false), Some((Param::Feedback, 0.0, 0.9))),
        ("short ping-pong", delay(7.0, true), Some((Param::Wet, 0.0, 1.0))),
        ("chorus", Unit::Chorus(Chorus::default()), Some((Param::Depth, 0.0, 18.0))),
        (
            "chorus of 5",
            Unit::Chorus(Chorus { delay: 0.0001, depth: 0.02, voices: 5, feedback: -0.9, ..Chorus::default() }),
            Some((Param::Feedback, -0.9, 0.9)),
        ),
        ("phaser", Unit::Phaser(Phaser::default()), Some((Param::Freq, 30.0, 9000.0))),
        (
            "deep phaser",
            Unit::Phaser(Phaser { depth: 4.0, stages: 12, feedback: -0.95, ..Phaser::default() }),
            Some((Param::Feedback, -0.9, 0.9)),
        ),
        ("width", Unit::Width(Width { width: 1.3, mono_below: Some(120.0) }), Some((Param::Width, 0.0, 2.0))),
        ("plain width", Unit::Width(Width { width: 0.3, mono_below: None }), None),
        ("align", align(AlignTime::Frames(-37.0), true), None),
        ("align between frames", align(AlignTime::Seconds(0.001_234), false), None),
        ("align ahead", align(AlignTime::Seconds(-0.005_43), true), None),
    ]
}

enum Work {
    Gain(Box<dyn GainUnit>),
    /// One a wave.
    Linear(Vec<Box<dyn Linear>>),
}

fn build(unit: &Unit, heard: usize, channels: usize, rate: f64) -> Work {
    let (waves, tempo) = (1 + LANES, Tempo { bpm: 120.0, time_signature: (4, 4) });
    let linear = |one: &dyn Fn() -> Box<dyn Linear>| -> Work { Work::Linear((0..waves).map(|_| one()).collect()) };
    let gain = |unit: Box<dyn GainUnit>| Work::Gain(unit);
    match unit {
        Unit::Limiter(p) => gain(Box::new(LimiterUnit::new(p, channels, waves, rate))),
        Unit::Gate(p) => gain(Box::new(GateUnit::new(p, heard, channels, waves, rate))),
        Unit::Saturation(p) => gain(Box::new(SaturationUnit::new(p, channels, waves, rate))),
        Unit::DeEsser(p) => gain(Box::new(DeEsserUnit::new(p, channels, waves, rate))),
        Unit::Transient(p) => gain(Box::new(TransientUnit::new(p, rate))),
        Unit::DynamicEq(p) => gain(Box::new(DynamicEqUnit::new(p, heard, channels, waves, rate))),
        Unit::Multiband(p) => gain(Box::new(MultibandUnit::new(p, heard, channels, waves, rate))),
        Unit::Reverb(p) => linear(&|| Box::new(ReverbUnit::new(p, channels, rate))),
        Unit::Convolution(p) => {
            let decay = |n: usize| libm::exp(-(n as f64) / 3_000.0);
            let response = |seed| noise(seed, 48_000).iter().enumerate().map(|(n, x)| x * decay(n)).collect();
            let file: Vec<Vec<f64>> = (50..54).map(response).collect();
            let room = Arc::new(Room::new(p, &file, channels, rate));
            linear(&|| Box::new(ConvolutionUnit::new(&room)))
        }
        Unit::Delay(p) => linear(&|| Box::new(DelayUnit::new(p, tempo, channels, rate))),
        Unit::Chorus(p) => linear(&|| Box::new(ChorusUnit::new(p, tempo, channels, rate))),
        Unit::Phaser(p) => linear(&|| Box::new(PhaserUnit::new(p, tempo, channels, rate))),
        Unit::Width(p) => linear(&|| Box::new(WidthUnit::new(p, rate))),
        Unit::Align(p) => linear(&|| Box::new(AlignUnit::new(p, channels, rate))),
        _ => panic!("{} is not made here", unit.name()),
    }
}

/// By wave, then channel: the signal, a lane, one that begins late, one that is silent. Bursts, near silence and silence.
fn waves(channels: usize) -> Vec<Vec<Vec<f64>>> {
    let burst = |n: usize| match n {
        9_000..15_000 => 0.0,
        _ if n % 1500 < 700 => 1.0,
        _ if n % 4500 < 3000 => 0.003,
        _ => 1e-9,
    };
    let lane = |seed: u64, from: usize, to: usize| -> Vec<Vec<f64>> {
        let sample = |(n, x): (usize, f64)| if (from..to).contains(&n) { 0.7 * x * burst(n) } else { 0.0 };
        let channel = |c: u64| noise(9 * seed + c, FRAMES).into_iter().enumerate().map(sample).collect();
        (0..channels as u64).map(channel).collect()
    };
    let lanes = [lane(1, 0, 20_000), lane(2, 5_000, 21_000), lane(3, 0, 0)];
    let sum = |c: usize| (0..FRAMES).map(|n| lanes.iter().map(|lane| lane[c][n]).sum()).collect();
    std::iter::once((0..channels).map(sum).collect()).chain(lanes.clone()).collect()
}

/// FNV-1a.
struct Hash(u64);

impl Hash {
    fn take(&mut self, bits: u64) {
        for byte in bits.to_le_bytes() {
            self.0 = (self.0 ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }
}

fn hash(unit: &Unit, moves: Option<Move>, heard: usize, channels: usize, hz: u32, blocks: &[usize]) -> u64 {
    let rate = SampleRate::new(hz).expect("a rate");
    let automation: Vec<Automation> = moves
        .map(|(param, from, to)| {
            let points = vec![(0, from), (FRAMES as i64 / 2, to), (FRAMES as i64, from)];
            Automation::new(Target::Insert(0, param), Shape::Linear, &points)
        })
        .into_iter()
        .collect();
    let mut controller = Controller::of_unit(unit, 0, &automation, rate);
    let mut work = build(unit, heard, channels, f64::from(hz));
    let mut waves = waves(channels);
    // What a key of other channels would be.
    let key: Vec<Vec<f64>> = (0..heard).map(|c| waves[0][c % channels].clone()).collect();
    let mut hash = Hash(0xcbf2_9ce4_8422_2325);
    let mut at = 0;
    for &length in blocks.iter().cycle() {
        let range = at..(at + length).min(FRAMES);
        let start = at as i64 - 77;
        let controls = controller.block(start, range.len());
        let heard: Vec<&[f64]> = key.iter().map(|channel| &channel[range.clone()]).collect();
        let block = |wave: &mut Vec<Vec<f64>>, work: &mut dyn FnMut(&mut [&mut [f64]])| {
            let mut block: Vec<&mut [f64]> = wave.iter_mut().map(|channel| &mut channel[range.clone()]).collect();
            work(&mut block);
            block.iter().all(|channel| channel.iter().all(|&x| x == 0.0))
        };
        match &mut work {
            Work::Gain(unit) => gain(unit.as_mut(), start, &heard, &mut waves, controls, &block, &mut hash),
            Work::Linear(units) => {
                for (unit, wave) in units.iter_mut().zip(&mut waves) {
                    // As the engine does: what is silent and stays silent is not computed.
                    if !(block(wave, &mut |_| {}) && unit.is_silent()) {
                        block(wave, &mut |channels| unit.process(start, channels, controls));
                    }
                    hash.take(u64::from(unit.is_silent()));
                    hash.take(unit.pending());
                }
            }
        }
        at = range.end;
        if at == FRAMES {
            break;
        }
    }
    waves.iter().flatten().flatten().for_each(|x| hash.take(x.to_bits()));
    hash.0
}

/// Works on a block of a wave, and says whether it is silent then.
type OnBlock<'a> = &'a dyn Fn(&mut Vec<Vec<f64>>, &mut dyn FnMut(&mut [&mut [f64]])) -> bool;

fn gain(
    unit: &mut dyn GainUnit,
    start: i64,
    heard: &[&[f64]],
    waves: &mut [Vec<Vec<f64>>],
    controls: Controls<'_>,
    block: OnBlock<'_>,
    hash: &mut Hash,
) {
    unit.detect(start, heard, controls);
    for (number, wave) in waves.iter_mut().enumerate() {
        if number == 0 || !(block(wave, &mut |_| {}) && unit.is_wave_silent(number)) {
            block(wave, &mut |channels| unit.apply(number, start, channels, controls));
        }
        hash.take(u64::from(unit.is_wave_silent(number)));
    }
    hash.take(u64::from(unit.is_silent()));
    hash.take(unit.pending());
}

#[test]
fn units_give_the_bits_that_they_gave_as_plain_loops() {
    let mut lines = String::new();
    for (name, unit, moves) in units() {
        // What is made for a pair of sides is never given more.
        let most = match unit {
            Unit::Reverb(_) | Unit::Convolution(_) | Unit::Chorus(_) => 2,
            Unit::Width(_) => 0,
            _ => 6,
        };
        for (number, (heard, channels, hz, blocks)) in [
            (1, 1, 44_100, &[2048][..]),
            (2, 2, 48_000, &[4096, 5, 32, 1, 0, 64, 700]),
            (2, 2, 96_000, &[2048]),
            (1, 2, 192_000, &[333, 1, 31]),
            (2, 1, 48_000, &[1024, 9]),
            (6, 6, 48_000, &[1000]),
        ]
        .into_iter()
        .enumerate()
        {
            let keyed = match &unit {
                Unit::Multiband(p) => p.key.is_some(),
                Unit::DynamicEq(p) => p.key.is_some(),
                Unit::Gate(_) | Unit::Transient(_) => true,
                _ => false,
            };
            if channels > most.max(2) || (most == 0 && channels != 2) || (heard != channels && !keyed) {
                continue;
            }
            for moves in [None, moves].iter().take(1 + usize::from(moves.is_some() && number != 4)) {
                let hash = hash(&unit, *moves, heard, channels, hz, blocks);
                let moving = if moves.is_some() { " moving" } else { "" };
                writeln!(lines, "{name}, {heard} to {channels} at {hz}{moving}: {hash:016x}").expect("text");
            }
        }
    }
    let committed = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/bits.txt");
    if std::env::var_os("STEMWRIGHT_BLESS").is_some() {
        std::fs::write(&committed, &lines).expect("a file");
    }
    let known = std::fs::read_to_string(&committed).expect("committed hashes");
    let differ: Vec<_> = lines.lines().zip(known.lines()).filter(|(now, then)| now != then).collect();
    assert!(differ.is_empty() && lines.lines().count() == known.lines().count(), "now and then: {differ:#?}");
}

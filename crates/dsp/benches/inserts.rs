//! What every insert costs: nanoseconds for each frame of a stereo signal, and for each lane more where stems share it.
//! One thread, 48 kHz, the parameters of the example or the defaults; the signal is decaying bursts of noise that every
//! unit has work with. The least of several runs: `cargo bench -p stemwright-dsp --bench inserts`, `-- --markdown` for
//! the table of docs/speed.md, `-- limiter` for one of them.

#![allow(clippy::print_stdout, reason = "what it has measured is all that it says")]

use std::hint::black_box;
use std::sync::Arc;
use std::time::Instant;
use stemwright_core::{
    Align, AlignTime, Band, BandKind, Chorus, Compressor, CompressorBand, Convolution, Db, DeEsser, Delay, DelayTime,
    DynamicBand, DynamicEq, DynamicKind, Eq, Gate, Limiter, Multiband, Phaser, Reverb, SampleRate, Saturation, Tempo,
    Transient, Unit, Width,
};
use stemwright_dsp::{
    AlignUnit, ChorusUnit, CompressorUnit, Controller, ConvolutionUnit, DeEsserUnit, DelayUnit, DynamicEqUnit, EqUnit,
    GainUnit, GateUnit, LimiterUnit, Linear, Loudness, MultibandUnit, PhaserUnit, ReverbUnit, Room, SaturationUnit,
    TransientUnit, TruePeak, WidthUnit,
};

const RATE: f64 = 48_000.0;
const BLOCK: usize = 2048;
const BLOCKS: usize = 48;
const RUNS: usize = 7;
/// Lanes of a shared bus, beside the whole.
const LANES: usize = 4;

/// Stereo, block after block.
type Signal = Vec<[Vec<f64>; 2]>;

fn signal() -> Signal {
    let mut state = 1u64;
    let mut noise = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 11) as f64 / (1u64 << 52) as f64 - 1.0
    };
    let mut frame = 0;
    let mut sample = |side: f64| {
        frame += 1;
        let since = f64::from(frame / 2 % 12_000) / 6_000.0;
        0.8 * libm::exp(-since) * (0.7 * libm::sin(0.03 * f64::from(frame / 2)) + 0.3 * noise()) * side
    };
    let mut block = || {
        let frames: Vec<[f64; 2]> = (0..BLOCK).map(|_| [sample(1.0), sample(0.9)]).collect();
        [0, 1].map(|side| frames.iter().map(|frame| frame[side]).collect())
    };
    (0..BLOCKS).map(|_| block()).collect()
}

/// Makes a unit for so many waves.
type Make = Box<dyn Fn(usize) -> Work>;

enum Work {
    Linear(Box<dyn Linear>),
    Gain(Box<dyn GainUnit>),
}

/// Nanoseconds a frame of a unit for a whole signal, and of what a lane more costs it.
fn cost(unit: &Unit, make: &dyn Fn(usize) -> Work, signal: &Signal) -> [f64; 2] {
    let controls = || Controller::of_unit(unit, 0, &[], SampleRate::new(RATE as u32).expect("a rate"));
    let mut least = [f64::INFINITY; 2];
    for _ in 0..RUNS {
        let mut controller = controls();
        let mut work = make(1 + LANES);
        // Buffers as the engine has them: filled anew, worked on in place.
        let mut waves = vec![signal[0].clone(); 1 + LANES];
        let mut spent = [0.0; 2];
        for (number, block) in signal.iter().enumerate() {
            let start = (number * BLOCK) as i64;
            waves.iter_mut().for_each(|wave| wave.clone_from(block));
            let controls = controller.block(start, BLOCK);
            let begun = Instant::now();
            match &mut work {
                Work::Linear(unit) => {
                    let [left, right] = &mut waves[0];
                    unit.process(start, &mut [left, right], controls);
                }
                Work::Gain(unit) => {
                    unit.detect(start, &[&block[0], &block[1]], controls);
                    let [left, right] = &mut waves[0];
                    unit.apply(0, start, &mut [left, right], controls);
                }
            }
            spent[0] += begun.elapsed().as_secs_f64();
            let begun = Instant::now();
            if let Work::Gain(unit) = &mut work {
                for (number, wave) in waves.iter_mut().enumerate().skip(1) {
                    let [left, right] = wave;
                    unit.apply(number, start, &mut [left, right], controls);
                }
            }
            spent[1] += begun.elapsed().as_secs_f64() / LANES as f64;
            black_box(&waves);
        }
        let frames = (BLOCK * BLOCKS) as f64;
        // A lane of a linear unit is one more of it.
        spent[1] = if matches!(work, Work::Linear(_)) { spent[0] } else { spent[1] };
        least = std::array::from_fn(|which| least[which].min(spent[which] * 1e9 / frames));
    }
    least
}

fn meter(mut work: impl FnMut(&[&[f64]]), signal: &Signal) -> f64 {
    let begun = Instant::now();
    signal.iter().for_each(|[left, right]| work(&[left, right]));
    begun.elapsed().as_secs_f64() * 1e9 / (BLOCK * BLOCKS) as f64
}

fn main() {
    let signal = signal();
    let tempo = Tempo { bpm: 120.0, time_signature: (4, 4) };
    let bands = |count: usize| Eq {
        bands: [
            Band { kind: BandKind::LowShelf, freq: 120.0, gain: Db(2.0), q: 0.7 },
            Band { kind: BandKind::Bell, freq: 400.0, gain: Db(-3.0), q: 1.0 },
            Band { kind: BandKind::Bell, freq: 2500.0, gain: Db(2.0), q: 1.2 },
            Band { kind: BandKind::HighShelf, freq: 9000.0, gain: Db(1.5), q: 0.7 },
        ][..count]
            .to_vec(),
    };
    let eq = |name: &'static str, count: usize| {
        let eq = bands(count);
        (name, Unit::Eq(eq.clone()), Box::new(move |_: usize| Work::Linear(Box::new(EqUnit::new(&eq, 2)))) as Make)
    };
    let mut rows: Vec<(&str, Unit, Make)> = vec![eq("EQ, 1 band", 1), eq("EQ, 4 bands", 4)];
    macro_rules! gain {
        ($name:expr, $unit:ident, $parameters:expr, |$p:ident, $waves:ident| $make:expr) => {{
            let parameters = $parameters;
            let $p = parameters.clone();
            rows.push(($name, Unit::$unit(parameters), Box::new(move |$waves| Work::Gain(Box::new($make)))));
        }};
    }
    macro_rules! linear {
        ($name:expr, $unit:ident, $parameters:expr, |$p:ident| $make:expr) => {{
            let parameters = $parameters;
            let $p = parameters.clone();
            rows.push(($name, Unit::$unit(parameters), Box::new(move |_| Work::Linear(Box::new($make)))));
        }};
    }
    let threshold = Db(-18.0);
    let compressor = Compressor { threshold, ..Compressor::channel() };
    gain!("compressor", Compressor, compressor, |p, _w| CompressorUnit::new(&p, 2, RATE));
    gain!("gate", Gate, Gate::hard(), |p, w| GateUnit::new(&p, 2, 2, w, RATE));
    let limiter = Limiter { gain: Db(6.0), ..Limiter::default() };
    gain!("limiter", Limiter, limiter, |p, w| LimiterUnit::new(&p, 2, w, RATE));
    let transient = Transient { attack: 4.0, sustain: -3.0, ..Transient::default() };
    gain!("transient shaper", Transient, transient, |p, _w| TransientUnit::new(&p, RATE));
    let multiband = Multiband {
        crossovers: vec![150.0, 2000.0],
        bands: vec![CompressorBand { threshold: Db(-24.0), ..CompressorBand::default() }; 3],
        mix: 1.0,
        key: None,
    };
    gain!("multiband compressor, 3 bands", Multiband, multiband, |p, w| MultibandUnit::new(&p, 2, 2, w, RATE));
    let dynamic = DynamicEq {
        bands: vec![
            DynamicBand { threshold: Db(-30.0), ..DynamicBand::new(DynamicKind::Bell, 300.0) },
            DynamicBand { threshold: Db(-30.0), ..DynamicBand::new(DynamicKind::Bell, 3000.0) },
        ],
        key: None,
    };
    gain!("dynamic EQ, 2 bands", DynamicEq, dynamic, |p, w| DynamicEqUnit::new(&p, 2, 2, w, RATE));
    gain!("de-esser", DeEsser, DeEsser::default(), |p, w| DeEsserUnit::new(&p, 2, w, RATE));
    let saturation = Saturation { drive: Db(6.0), ..Saturation::default() };
    gain!("saturation", Saturation, saturation, |p, w| SaturationUnit::new(&p, 2, w, RATE));
    let reverb = Reverb {
        predelay: 0.02,
        decay: 2.0,
        size: 1.0,
        high_decay: 0.4,
        crossover: 4000.0,
        low_cut: Some(200.0),
        high_cut: None,
        wet: 1.0,
    };
    linear!("reverb", Reverb, reverb, |p| ReverbUnit::new(&p, 2, RATE));
    let room: Vec<Vec<f64>> =
        (0..2).map(|side| signal.iter().flat_map(|block| block[side].clone()).collect()).collect();
    let convolution = Convolution::new("room.wav");
    let room = Arc::new(Room::new(&convolution, &room, 2, RATE));
    linear!("convolution, 2 s", Convolution, convolution, |_p| ConvolutionUnit::new(&room));
    let delay = Delay {
        time: DelayTime::Seconds(0.375),
        feedback: 0.4,
        ping_pong: true,
        low_cut: Some(200.0),
        high_cut: Some(6000.0),
        wet: 0.5,
    };
    linear!("delay", Delay, delay, |p| DelayUnit::new(&p, tempo, 2, RATE));
    linear!("chorus", Chorus, Chorus::default(), |p| ChorusUnit::new(&p, tempo, 2, RATE));
    linear!("phaser", Phaser, Phaser::default(), |p| PhaserUnit::new(&p, tempo, 2, RATE));
    linear!("width", Width, Width { width: 1.3, mono_below: Some(120.0) }, |p| WidthUnit::new(&p, RATE));
    let align = Align { delay: AlignTime::Frames(12.4), inverted: false };
    linear!("align", Align, align, |p| AlignUnit::new(&p, 2, RATE));

    let markdown = std::env::args().any(|arg| arg == "--markdown");
    let wanted = std::env::args().skip(1).find(|arg| !arg.starts_with('-'));
    let row = |name: &str, whole: f64, lane: Option<f64>| {
        let lane = lane.map_or("–".to_owned(), |lane| format!("{lane:.1}"));
        if markdown {
            println!("| {name} | {whole:.1} | {lane} |")
        } else {
            println!("{name:<32}{whole:>8.1}{lane:>8}")
        }
    };
    if markdown {
        println!("| insert | ns a frame | ns a frame and lane |\n| --- | ---: | ---: |");
    } else {
        println!("{:<32}{:>8}{:>8}", "ns a stereo frame", "whole", "lane");
    }
    for (name, unit, make) in &rows {
        if wanted.as_ref().is_some_and(|wanted| !name.contains(wanted)) {
            continue;
        }
        let [whole, lane] = cost(unit, make, &signal);
        row(name, whole, Some(lane));
    }
    if wanted.is_some() {
        return;
    }
    let rate = SampleRate::new(RATE as u32).expect("a rate");
    let least = |work: &dyn Fn() -> f64| (0..RUNS).map(|_| work()).fold(f64::INFINITY, f64::min);
    row(
        "loudness",
        least(&|| {
            let mut m = Loudness::new(rate, 2);
            meter(|s| m.block(s), &signal)
        }),
        None,
    );
    row(
        "true peak",
        least(&|| {
            let mut m = TruePeak::new(2);
            meter(|s| m.block(s), &signal)
        }),
        None,
    );
}

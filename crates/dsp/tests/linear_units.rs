//! What holds for the linear units that convolve, move and align: lanes add up, no bit depends on blocks, silence becomes
//! exact. That they follow their laws is shown by the random sessions of `stemwright-render` and the tests beside this one.

mod signals;

use signals::noise;
use std::sync::Arc;
use stemwright_core::{
    Align, AlignTime, Automation, Chorus, Convolution, Db, Param, Phaser, SampleRate, Shape, Sweep, Target, Tempo, Unit,
};
use stemwright_dsp::{AlignUnit, ChorusUnit, Controller, ConvolutionUnit, Linear, PhaserUnit, Room, latency};

const FRAMES: usize = 6_000;

fn units() -> Vec<Unit> {
    let align = |delay, inverted| Unit::Align(Align { delay, inverted });
    let convolution = |length, wet| {
        let plain = Convolution::new("a room");
        Unit::Convolution(Convolution { predelay: 0.0013, gain: Db(-3.0), length, normalise: true, wet, ..plain })
    };
    vec![
        convolution(0.02, 1.0),
        convolution(0.2, 0.3),
        Unit::Chorus(Chorus::default()),
        Unit::Chorus(Chorus {
            rate: Sweep::Quarters(0.25),
            delay: 0.0001,
            depth: 0.02,
            voices: 5,
            feedback: -0.9,
            ..Chorus::default()
        }),
        Unit::Phaser(Phaser::default()),
        Unit::Phaser(Phaser { rate: Sweep::Hz(20.0), depth: 4.0, stages: 12, feedback: -0.95, ..Phaser::default() }),
        align(AlignTime::Frames(37.0), true),
        align(AlignTime::Frames(-37.0), true),
        align(AlignTime::Seconds(0.001_234), false),
        align(AlignTime::Seconds(-0.005_43), true),
    ]
}

/// What moves in each unit.
fn moves(unit: &Unit) -> Vec<Automation> {
    let (param, from, to) = match unit {
        Unit::Chorus(_) => (Param::Depth, 0.0, 18.0),
        Unit::Phaser(_) => (Param::Freq, 30.0, 9000.0),
        Unit::Convolution(_) => (Param::Wet, 0.0, 1.0),
        _ => return Vec::new(),
    };
    let points = vec![(0, from), (FRAMES as i64 / 2, to), (FRAMES as i64, from)];
    vec![Automation::new(Target::Insert(0, param), Shape::Linear, &points)]
}

/// Four channels of decaying noise, a second long.
fn room(convolution: &Convolution, channels: usize, rate: f64) -> Arc<Room> {
    let decay = |n: usize| libm::exp(-(n as f64) / 3_000.0);
    let response = |seed| noise(seed, 48_000).iter().enumerate().map(|(n, x)| x * decay(n)).collect();
    let file: Vec<Vec<f64>> = (50..54).map(response).collect();
    Arc::new(Room::new(convolution, &file, channels, rate))
}

fn build(unit: &Unit, channels: usize, rate: f64) -> Box<dyn Linear> {
    let tempo = Tempo::default();
    match unit {
        Unit::Convolution(convolution) => Box::new(ConvolutionUnit::new(&room(convolution, channels, rate))),
        Unit::Chorus(chorus) => Box::new(ChorusUnit::new(chorus, tempo, channels, rate)),
        Unit::Phaser(phaser) => Box::new(PhaserUnit::new(phaser, tempo, channels, rate)),
        Unit::Align(align) => Box::new(AlignUnit::new(align, channels, rate)),
        _ => panic!("{} is not tested here", unit.name()),
    }
}

/// Runs a wave through a unit in blocks of the lengths given, again and again.
fn run(unit: &Unit, wave: &[Vec<f64>], blocks: &[usize], moving: bool, hz: u32) -> (Vec<Vec<f64>>, Box<dyn Linear>) {
    let automation = if moving { moves(unit) } else { Vec::new() };
    let mut controller = Controller::of_unit(unit, 0, &automation, SampleRate::new(hz).expect("a rate"));
    let mut built = build(unit, wave.len(), f64::from(hz));
    let mut out = wave.to_vec();
    let (mut at, frames) = (0, wave[0].len());
    for &length in blocks.iter().cycle() {
        let range = at..(at + length).min(frames);
        let start = at as i64 - 77;
        let mut block: Vec<&mut [f64]> = out.iter_mut().map(|channel| &mut channel[range.clone()]).collect();
        built.process(start, &mut block, controller.block(start, range.len()));
        at = range.end;
        if at == frames {
            break;
        }
    }
    (out, built)
}

/// Bursts, the last frame of them loud.
fn bursts(seed: u64, channels: usize) -> Vec<Vec<f64>> {
    let loud = |n: usize| if n % 1500 < 700 || n + 1 == FRAMES { 0.4 } else { 0.001 };
    let channel = |c: u64| noise(9 * seed + c, FRAMES).iter().enumerate().map(|(n, x)| x * loud(n)).collect();
    (0..channels as u64).map(channel).collect()
}

#[test]
fn lanes_add_up_to_the_signal() {
    for unit in units() {
        for (channels, hz, moving) in [(1, 48_000, false), (2, 44_100, true), (2, 192_000, false)] {
            let lanes: Vec<Vec<Vec<f64>>> = (1..=3).map(|seed| bursts(seed, channels)).collect();
            let sum = |waves: &[Vec<Vec<f64>>], c: usize, n: usize| waves.iter().map(|wave| wave[c][n]).sum::<f64>();
            let whole: Vec<Vec<f64>> =
                (0..channels).map(|c| (0..FRAMES).map(|n| sum(&lanes, c, n)).collect()).collect();
            let (all, _) = run(&unit, &whole, &[512], moving, hz);
            let parts: Vec<_> = lanes.iter().map(|lane| run(&unit, lane, &[512], moving, hz).0).collect();
            let mut changed = 0.0f64;
            for c in 0..channels {
                for n in 0..FRAMES {
                    let sum = sum(&parts, c, n);
                    assert!((all[c][n] - sum).abs() < 1e-13, "{unit}: {} and {sum} on frame {n}", all[c][n]);
                    changed = changed.max((all[c][n] - whole[c][n]).abs());
                }
            }
            assert!(changed > 0.01, "{unit} does something");
        }
    }
}

#[test]
fn no_bit_depends_on_the_blocks() {
    for unit in units() {
        for moving in [false, true] {
            let input = bursts(4, 2);
            let (whole, _) = run(&unit, &input, &[FRAMES], moving, 48_000);
            for blocks in [&[1][..], &[64], &[333, 1, 31], &[4096]] {
                let (other, _) = run(&unit, &input, blocks, moving, 48_000);
                assert!(other == whole, "{unit} in blocks of {blocks:?}, moving: {moving}");
            }
        }
    }
}

#[test]
fn silence_becomes_exact_and_nothing_stays_pending() {
    for unit in units() {
        let mut input = bursts(5, 2);
        input.iter_mut().for_each(|channel| channel.resize(FRAMES + 10 * 48_000, 0.0));
        let (out, built) = run(&unit, &input, &[4096], false, 48_000);
        let end = FRAMES + 9 * 48_000;
        assert!(out.iter().all(|channel| channel[end..].iter().all(|&x| x == 0.0)), "{unit}: digital silence");
        assert!(built.is_silent() && built.pending() == 0, "{unit} is at rest");
        let (_, built) = run(&unit, &bursts(5, 2), &[4096], false, 48_000);
        // A phaser has no delay, and what is only earlier by whole frames was late already: nothing is inside.
        let earlier = matches!(&unit, Unit::Align(align) if align.frames(48_000.0) == (-37, 0.0));
        let short = earlier || matches!(unit, Unit::Phaser(_));
        assert!(built.is_silent() == earlier, "{unit} is at work");
        assert!((built.pending() > 0) != short, "{unit}: {} pending", built.pending());
    }
}

/// What is at rest gives the same bits when it is not asked at all: the engine skips silence.
#[test]
fn silence_may_be_skipped() {
    for unit in units() {
        let gap = 5 * 48_000 + 123;
        let mut input = bursts(6, 2);
        for channel in &mut input {
            channel.resize(gap, 0.0);
            let again = channel[..FRAMES].to_vec();
            channel.extend(again);
        }
        let (whole, _) = run(&unit, &input, &[1000], false, 48_000);
        let mut controller = Controller::of_unit(&unit, 0, &[], SampleRate::new(48_000).expect("a rate"));
        let mut built = build(&unit, 2, 48_000.0);
        let mut out = input.clone();
        let (mut at, mut skipped) = (0, 0);
        while at < out[0].len() {
            let range = at..(at + 1000).min(out[0].len());
            let mut block: Vec<&mut [f64]> = out.iter_mut().map(|channel| &mut channel[range.clone()]).collect();
            if built.is_silent() && block.iter().all(|channel| channel.iter().all(|x| *x == 0.0)) {
                skipped += 1;
            } else {
                let start = at as i64 - 77;
                built.process(start, &mut block, controller.block(start, range.len()));
            }
            at = range.end;
        }
        assert!(skipped > 20, "{unit} comes to rest: {skipped}");
        assert!(out == whole, "{unit}");
    }
}

/// An impulse comes out as late as the unit says, where it is told to.
#[test]
fn alignment_is_as_late_as_it_says() {
    for hz in [44_100, 48_000, 192_000] {
        for unit in units() {
            let Unit::Align(align) = &unit else { continue };
            let (whole, fraction) = align.frames(f64::from(hz));
            let mut impulse = vec![0.0; 60_000];
            impulse[20_000] = 1.0;
            let (out, _) = run(&unit, &[impulse], &[700], false, hz);
            let at = 20_000 + whole + latency(&unit, f64::from(hz)) as i64 + i64::from(fraction > 0.5);
            let loudest = (0..60_000).max_by(|&a, &b| out[0][a].abs().total_cmp(&out[0][b].abs()));
            assert_eq!(loudest, Some(at as usize), "{unit} at {hz} Hz");
        }
    }
}

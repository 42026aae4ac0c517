//! The echo against its law at `stemwright_core::Delay`.

mod signals;

use signals::noise;
use std::f64::consts::FRAC_1_SQRT_2;
use stemwright_core::{
    Automation, Band, BandKind, Db, Delay, DelayTime, Eq, Param, SampleRate, Shape, Target, Tempo, Unit,
};
use stemwright_dsp::{Controller, DelayUnit, EqUnit, Linear};

const RATE: u32 = 48_000;
const TEMPO: Tempo = Tempo { bpm: 120.0, time_signature: (4, 4) };

/// A plain echo of so many frames, heard alone.
fn frames(frames: usize) -> Delay {
    Delay {
        time: DelayTime::Seconds(frames as f64 / f64::from(RATE)),
        feedback: 0.0,
        ping_pong: false,
        low_cut: None,
        high_cut: None,
        wet: 1.0,
    }
}

/// A delay and its controls.
struct Running {
    unit: DelayUnit,
    controller: Controller,
    now: i64,
}

impl Running {
    fn new(delay: &Delay, tempo: Tempo, channels: usize, automation: &[Automation]) -> Self {
        let rate = SampleRate::new(RATE).unwrap();
        let controller = Controller::of_unit(&Unit::Delay(delay.clone()), 0, automation, rate);
        Self { unit: DelayUnit::new(delay, tempo, channels, f64::from(RATE)), controller, now: 0 }
    }

    fn block(&mut self, channels: &mut [&mut [f64]]) {
        let frames = channels[0].len();
        let controls = self.controller.block(self.now, frames);
        self.unit.process(self.now, channels, controls);
        self.now += frames as i64;
    }

    fn mono(&mut self, mut signal: Vec<f64>) -> Vec<f64> {
        self.block(&mut [&mut signal]);
        signal
    }

    fn stereo(&mut self, mut left: Vec<f64>, mut right: Vec<f64>) -> [Vec<f64>; 2] {
        self.block(&mut [&mut left, &mut right]);
        [left, right]
    }
}

fn impulse(frames: usize) -> Vec<f64> {
    let mut signal = vec![0.0; frames];
    signal[0] = 1.0;
    signal
}

/// Where a signal is not exactly zero, and what it is there.
fn sounding(signal: &[f64]) -> Vec<(usize, f64)> {
    signal.iter().copied().enumerate().filter(|(_, x)| *x != 0.0).collect()
}

#[test]
fn the_echo_comes_when_the_note_value_or_the_seconds_say() {
    for (time, bpm, at) in [
        (DelayTime::Quarters(1.0), 120.0, 24_000),
        (DelayTime::Quarters(0.5), 120.0, 12_000),
        (DelayTime::Quarters(0.75), 120.0, 18_000),
        (DelayTime::Quarters(1.0 / 3.0), 120.0, 8_000),
        (DelayTime::Quarters(0.5), 97.0, 14_845),   // 14,845.36
        (DelayTime::Quarters(0.75), 133.3, 16_204), // 16,204.05
        (DelayTime::Quarters(4.0), 174.0, 66_207),  // 66,206.9
        (DelayTime::Quarters(1.0 / 16.0), 1000.0, 180),
        (DelayTime::Seconds(0.25), 97.0, 12_000),
        (DelayTime::Seconds(1e-6), 97.0, 1),
        (DelayTime::Seconds(1.0 / f64::from(RATE)), 97.0, 1),
    ] {
        // A quarter is a quarter in 6/8 as well.
        for time_signature in [(4, 4), (6, 8)] {
            let tempo = Tempo { bpm, time_signature };
            let out = Running::new(&Delay { time, ..frames(1) }, tempo, 1, &[]).mono(impulse(70_000));
            assert_eq!(sounding(&out), [(at, 1.0)], "{time:?} at {bpm}");
        }
    }
}

/// Exactly: each pass is one multiplication by the feedback, and sums with 0 do not round.
#[test]
fn echoes_are_the_powers_of_the_feedback() {
    for feedback in [0.0, 0.5, 0.7, 0.98] {
        for length in [1, 31, 32, 33, 500] {
            let delay = Delay { feedback, ..frames(length) };
            let out = Running::new(&delay, TEMPO, 1, &[]).mono(impulse(20 * length + 1));
            let mut power = 1.0;
            for (n, &x) in out.iter().enumerate() {
                if n > 0 && n % length == 0 {
                    assert_eq!(x, power, "feedback {feedback}, {length} frames, frame {n}");
                    power *= feedback;
                } else {
                    assert_eq!(x, 0.0, "feedback {feedback}, {length} frames, frame {n}");
                }
            }
        }
    }
}

#[test]
fn wet_is_a_crossfade_of_input_and_echo() {
    let signal = noise(1, 2000);
    for wet in [0.0, 0.3, 1.0] {
        let out = Running::new(&Delay { wet, ..frames(100) }, TEMPO, 1, &[]).mono(signal.clone());
        for (n, x) in out.into_iter().enumerate() {
            let echo = if n >= 100 { signal[n - 100] } else { 0.0 };
            assert_eq!(x, (1.0 - wet) * signal[n] + wet * echo);
        }
    }
}

#[test]
fn ping_pong_starts_left_with_the_middle_and_alternates() {
    let delay = Delay { feedback: 0.5, ping_pong: true, ..frames(100) };
    for (left, right) in [(impulse(501), vec![0.0; 501]), (vec![0.0; 501], impulse(501))] {
        let [left, right] = Running::new(&delay, TEMPO, 2, &[]).stereo(left, right);
        assert_eq!(sounding(&left), [(100, 0.5), (300, 0.125), (500, 0.03125)]);
        assert_eq!(sounding(&right), [(200, 0.25), (400, 0.0625)]);
    }
    let mono = |ping_pong| Running::new(&Delay { ping_pong, ..delay.clone() }, TEMPO, 1, &[]).mono(impulse(501));
    assert_eq!(mono(true), mono(false), "a mono strip has one side");
}

#[test]
fn without_ping_pong_the_sides_do_not_hear_each_other() {
    let delay = Delay { feedback: 0.6, low_cut: Some(100.0), ..frames(70) };
    let (left, right) = (noise(2, 3000), noise(3, 3000));
    let [both_left, both_right] = Running::new(&delay, TEMPO, 2, &[]).stereo(left.clone(), right.clone());
    assert_eq!(both_left, Running::new(&delay, TEMPO, 1, &[]).mono(left));
    assert_eq!(both_right, Running::new(&delay, TEMPO, 1, &[]).mono(right));
}

/// Echo k has gone k times through the EQ's filters. States below 2⁻⁴⁸ (4e-15) are cleared, on grid frames that lie
/// elsewhere in each pass: five passes of two sections with a response of some thousand frames stay below 1e-12.
#[test]
fn each_pass_goes_through_the_cuts_once_as_through_the_eq() {
    let q = FRAC_1_SQRT_2;
    let low = Band { kind: BandKind::HighPass { steep: false }, freq: 300.0, gain: Db::ZERO, q };
    let high = Band { kind: BandKind::LowPass { steep: false }, freq: 4000.0, gain: Db::ZERO, q };
    let length = 4800;
    for (low_cut, high_cut, bands) in
        [(Some(300.0), None, vec![low]), (None, Some(4000.0), vec![high]), (Some(300.0), Some(4000.0), vec![low, high])]
    {
        let delay = Delay { low_cut, high_cut, feedback: 0.5, ..frames(length) };
        let out = Running::new(&delay, TEMPO, 1, &[]).mono(impulse(6 * length));
        let eq = Eq { bands };
        let rate = SampleRate::new(RATE).unwrap();
        let mut controller = Controller::of_unit(&Unit::Eq(eq.clone()), 0, &[], rate);
        let mut pass = impulse(length);
        for k in 1..6 {
            let controls = controller.block(0, length);
            EqUnit::new(&eq, 1).process(0, &mut [&mut pass], controls);
            let echo = &out[k * length..(k + 1) * length];
            let off = echo.iter().zip(&pass).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
            assert!(off < 1e-12, "{low_cut:?} {high_cut:?}, echo {k}: {off:e}");
            pass.iter_mut().for_each(|x| *x *= 0.5);
        }
    }
}

#[test]
fn pending_counts_the_frames_until_the_last_audible_echo_is_out() {
    let mut running = Running::new(&frames(1000), TEMPO, 1, &[]);
    assert_eq!(running.unit.pending(), 0, "nothing is inside");
    running.mono(vec![1.0]);
    assert_eq!(running.unit.pending(), 1000, "it comes out with the 1000th frame from now");
    running.mono(vec![0.0; 400]);
    assert_eq!(running.unit.pending(), 600);
    let out = running.mono(vec![0.0; 600]);
    assert_eq!((out[599], running.unit.pending()), (1.0, 0));

    // With feedback ½ the echo falls below −120 dBFS (1e-6) with its 20th halving; the last that is written is 2⁻¹⁹.
    let mut running = Running::new(&Delay { feedback: 0.5, ..frames(1000) }, TEMPO, 1, &[]);
    running.mono(vec![1.0]);
    let mut frames = 0;
    let mut last = 0;
    while running.unit.pending() > 0 {
        let out = running.mono(vec![0.0; 50]);
        for (i, x) in out.into_iter().enumerate() {
            last = if x.abs() >= 1e-6 { frames + i + 1 } else { last };
        }
        frames += 50;
    }
    assert_eq!((frames, last), (20_000, 20_000), "0.5¹⁹ comes out 20 passes after it went in, and is the last");
    assert!(!running.unit.is_silent(), "what is inaudible still comes out");

    // Below −120 dBFS nothing keeps the tail alive.
    let mut running = Running::new(&Delay { feedback: 0.9, ..self::frames(1000) }, TEMPO, 1, &[]);
    running.mono(vec![0.9e-6]);
    assert_eq!(running.unit.pending(), 0);
}

/// The last pass above 2⁻⁴⁸ is number ⌈48·ln 2/−ln(feedback)⌉; then a whole line must be quiet, and a grid frame come.
#[test]
fn silence_becomes_exact_when_the_echoes_fall_below_two_to_the_minus_48() {
    for (feedback, low_cut, ping_pong) in
        [(0.0, None, false), (0.5, None, true), (0.9, Some(80.0), false), (0.98, None, false)]
    {
        let delay = Delay { feedback, low_cut, ping_pong, ..frames(480) };
        let mut running = Running::new(&delay, TEMPO, 2, &[]);
        assert!(running.unit.is_silent());
        let burst = noise(4, 480);
        running.stereo(burst.clone(), burst);
        let passes = 48.0 * std::f64::consts::LN_2 / -f64::ln(feedback.max(1e-30));
        let bound = 480.0 * (passes.ceil() + 3.0) + 32.0;
        // The 80 Hz cut's own decay: e^(−n·π·80·√2/48000) to 2⁻⁵⁶.
        let bound = bound + low_cut.map_or(0.0, |freq| 39.0 * f64::from(RATE) / (4.44 * freq));
        let mut taken = 0;
        while !running.unit.is_silent() {
            assert!(f64::from(taken) < bound, "feedback {feedback}: no silence after {taken} frames, limit {bound}");
            running.stereo(vec![0.0; 32], vec![0.0; 32]);
            taken += 32;
        }
        assert!(taken >= 480, "the echo itself was cut off");
        let [left, right] = running.stereo(vec![0.0; 2000], vec![0.0; 2000]);
        assert!(sounding(&left).is_empty() && sounding(&right).is_empty());
        assert!(running.unit.is_silent() && running.unit.pending() == 0);
    }
}

fn moves() -> [Automation; 2] {
    let moves = |param, shape, points: &[(i64, f64)]| Automation::new(Target::Insert(0, param), shape, points);
    [
        moves(Param::Feedback, Shape::Linear, &[(-100, 0.1), (3000, 0.98), (5000, 0.0)]),
        moves(Param::Wet, Shape::Hold, &[(0, 0.0), (1010, 1.0), (4000, 0.4)]),
    ]
}

/// Values are taken on frames that are multiples of 32 and run straight between, a jump too; the naive echo.
#[test]
fn feedback_and_wet_move_as_automated() {
    let automation = moves();
    let (length, signal) = (77, noise(5, 8000));
    let out = Running::new(&frames(length), TEMPO, 1, &automation).mono(signal.clone());
    let mut written: Vec<f64> = Vec::new();
    for (n, &x) in signal.iter().enumerate() {
        let now = |which: usize| {
            let grid = n as i64 / 32 * 32;
            let (from, to) = (automation[which].value(grid), automation[which].value(grid + 32));
            from + (to - from) * ((n % 32) as f64 / 32.0)
        };
        let echo = n.checked_sub(length).map_or(0.0, |n| written[n]);
        written.push(x + now(0) * echo);
        let want = (1.0 - now(1)) * x + now(1) * echo;
        // The same operations in the same order, up to how a straight line is written.
        assert!((out[n] - want).abs() < 1e-13, "frame {n}: {}, not {want}", out[n]);
    }
}

#[test]
fn bits_do_not_depend_on_the_blocks() {
    let bursts = |seed| -> Vec<f64> {
        noise(seed, 20_000).iter().enumerate().map(|(n, x)| if n % 9000 < 1000 { *x } else { 0.0 }).collect()
    };
    let (left, right) = (bursts(6), bursts(7));
    for length in [1, 20, 333] {
        let delay =
            Delay { feedback: 0.3, ping_pong: true, low_cut: Some(200.0), high_cut: Some(5e3), ..frames(length) };
        for automation in [&moves()[..], &[]] {
            for start in [-777, 0, 31] {
                let run = |blocks: &[usize]| {
                    let mut running = Running::new(&delay, TEMPO, 2, automation);
                    running.now = start;
                    let (mut out, mut sizes) = ([Vec::new(), Vec::new()], blocks.iter().cycle());
                    while out[0].len() < left.len() {
                        let (from, to) = (out[0].len(), (out[0].len() + sizes.next().unwrap()).min(left.len()));
                        let block = running.stereo(left[from..to].to_vec(), right[from..to].to_vec());
                        out.iter_mut().zip(block).for_each(|(out, block)| out.extend(block));
                    }
                    out.concat()
                };
                let whole = run(&[left.len()]);
                for blocks in [&[1][..], &[31], &[32], &[33], &[4096], &[1, 31, 32, 33, 500]] {
                    let cut = run(blocks);
                    let differ = whole.iter().zip(&cut).position(|(a, b)| a.to_bits() != b.to_bits());
                    assert_eq!(differ, None, "{length} frames, start {start}, blocks {blocks:?}");
                }
            }
        }
    }
}

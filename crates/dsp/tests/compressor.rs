//! The compressor against its law at `stemwright_core::Compressor`, which is written here once more.

mod signals;

use signals::noise;
use std::f64::consts::{E, FRAC_1_SQRT_2, PI};
use stemwright_core::{Automation, Compressor, Db, Detector, Param, SampleRate, Shape, Target, Unit};
use stemwright_dsp::{CompressorUnit, Controller, GainUnit};

const RATE: u32 = 48_000;
const HZ: f64 = RATE as f64;

/// A compressor and its controls.
struct Running {
    unit: CompressorUnit,
    controller: Controller,
    now: i64,
}

impl Running {
    fn new(c: &Compressor, channels: usize, automation: &[Automation]) -> Self {
        let rate = SampleRate::new(RATE).unwrap();
        let controller = Controller::of_unit(&Unit::Compressor(c.clone()), 0, automation, rate);
        Self { unit: CompressorUnit::new(c, channels, HZ), controller, now: 0 }
    }

    /// The gains of the next block.
    fn hear(&mut self, heard: &[&[f64]]) -> Vec<f64> {
        // What a signal of ones becomes.
        let mut gain = vec![1.0; heard[0].len()];
        let controls = self.controller.block(self.now, gain.len());
        self.unit.detect(self.now, heard, controls);
        self.unit.apply(0, self.now, &mut [&mut gain], controls);
        self.now += gain.len() as i64;
        gain
    }

    fn hear_mono(&mut self, heard: &[f64]) -> Vec<f64> {
        self.hear(&[heard])
    }
}

fn gains(c: &Compressor, heard: &[f64]) -> Vec<f64> {
    Running::new(c, 1, &[]).hear_mono(heard)
}

/// Follows its level at once: what it does is the static curve.
fn instant(detector: Detector) -> Compressor {
    Compressor { attack: 0.0, release: 0.0, detector, ..Compressor::channel() }
}

fn db(factor: f64) -> f64 {
    20.0 * libm::log10(factor)
}

/// Reduction in dB by eq. 4 of Giannoulis et al.: x minus their y.
fn curve(c: &Compressor, x: f64) -> f64 {
    let (t, w) = (c.threshold.0, c.knee);
    let output = if 2.0 * (x - t) < -w {
        x
    } else if w > 0.0 && 2.0 * (x - t).abs() <= w {
        x + (1.0 / c.ratio - 1.0) * (x - t + w / 2.0).powi(2) / (2.0 * w)
    } else {
        t + (x - t) / c.ratio
    };
    x - output
}

/// 1e-9 dB is a relative error of 1e-10; log2, exp2 and the curve round at 1e-15 of 80 dB.
#[test]
fn the_static_curve_is_that_of_the_paper() {
    // After 200 ms the mean square over 5 ms lacks e^(−40).
    for (detector, frames) in [(Detector::Peak, 1), (Detector::Rms, 9600)] {
        for ratio in [1.0, 1.5, 2.0, 4.0, 20.0, f64::INFINITY] {
            for knee in [0.0, 6.0, 20.0] {
                for threshold in [-40.0, -18.0, 0.0] {
                    let c = Compressor { ratio, knee, threshold: Db(threshold), ..instant(detector) };
                    for step in 0..=170 {
                        let level = -70.0 + 0.5 * f64::from(step) + 0.01;
                        let heard = vec![-libm::exp10(level / 20.0); frames];
                        let gain = *gains(&c, &heard).last().unwrap();
                        let (is, want) = (db(gain), -curve(&c, level));
                        assert!((is - want).abs() < 1e-9, "{c:?} at {level} dB: {is}, not {want}");
                        if ratio == 1.0 || 2.0 * (level - threshold) < -knee - 1e-3 {
                            assert_eq!(gain, 1.0, "below the knee the signal passes unchanged");
                        }
                    }
                }
            }
        }
    }
}

/// The same on a moving level: an instant peak detector on a sine applies the curve to every sample's own level.
#[test]
fn the_static_curve_holds_sample_by_sample_on_a_sine() {
    let c = Compressor { ratio: 4.0, threshold: Db(-30.0), ..instant(Detector::Peak) };
    let heard: Vec<f64> = (0..4800).map(|n| 0.8 * libm::sin(0.031 * f64::from(n))).collect();
    for (n, gain) in gains(&c, &heard).into_iter().enumerate() {
        let want = if heard[n] == 0.0 { 0.0 } else { -curve(&c, db(heard[n].abs())) };
        assert!((db(gain) - want).abs() < 1e-9, "frame {n}: {} dB, not {want}", db(gain));
    }
}

/// Branching: y falls short of a step by e^(−t/τ), up with the attack and down with the release. Exactly, so the
/// tolerance is the rounding of 14,400 multiplications.
#[test]
fn branching_ballistics_reach_1_minus_1_over_e_after_attack_and_release() {
    let c = Compressor { attack: 0.030, release: 0.300, knee: 0.0, ..Compressor::channel() };
    let mut running = Running::new(&c, 1, &[]);
    let full = curve(&c, db(0.9));
    let attack = running.hear_mono(&[0.9; 1440]);
    let reached = -db(*attack.last().unwrap()) / full;
    assert!((reached - (1.0 - 1.0 / E)).abs() < 1e-9, "after the attack time: {reached}");
    running.hear_mono(&[0.9; 48_000]);
    let release = running.hear_mono(&[0.0; 14_400]);
    let left = -db(*release.last().unwrap()) / full;
    assert!((left - 1.0 / E).abs() < 1e-9, "after the release time: {left}");
    // Every frame of it, too.
    for (n, gain) in release.iter().enumerate() {
        let want = full * libm::exp(-(n as f64 + 1.0) / (0.300 * HZ));
        assert!((-db(*gain) - want).abs() < 1e-9, "frame {n}");
    }
}

/// Decoupled: up, the attack alone; down, release and then attack in series, which with both at τ leaves
/// (1 + t/τ)·e^(−t/τ): 2/e after τ, where branching leaves 1/e. The 5 ms detector adds its own lag: from 10 dB over the
/// threshold the level in dB needs 11.5 ms to get there; 15 ms of 400 ms are 0.04.
#[test]
fn decoupled_ballistics_release_through_the_attack() {
    let c = Compressor {
        attack: 0.400,
        release: 0.400,
        knee: 0.0,
        ratio: f64::INFINITY,
        threshold: Db(-16.0),
        ..Compressor::bus()
    };
    let mut running = Running::new(&c, 1, &[]);
    let level = libm::exp10(-6.0 / 20.0);
    let up = running.hear_mono(&[level; 19_200]);
    let reached = -db(*up.last().unwrap()) / 10.0;
    // In the first milliseconds the mean square is still rising: a little late, never early.
    let want = 1.0 - 1.0 / E;
    assert!(reached < want && reached > want - 0.02, "after the attack time: {reached}");
    let settled = running.hear_mono(&vec![level; 40 * 19_200]);
    assert!((db(*settled.last().unwrap()) + 10.0).abs() < 1e-9);
    let down = running.hear_mono(&[0.0; 19_200]);
    let left = -db(*down.last().unwrap()) / 10.0;
    assert!(left > 2.0 / E && left < 2.0 / E + 0.04, "after the release time: {left}");
}

/// The law of both detectors and ballistics, frame by frame, written plainly.
fn plain(c: &Compressor, heard: &[&[f64]]) -> Vec<f64> {
    let coefficient = |seconds: f64| if seconds == 0.0 { 0.0 } else { libm::exp(-1.0 / (seconds * HZ)) };
    let (attack, release, mean) = (coefficient(c.attack), coefficient(c.release), coefficient(0.005));
    let (mut y, mut z, mut squares) = (0.0f64, 0.0f64, vec![0.0f64; heard.len()]);
    let frame = |n: usize| {
        let mut e = 0.0f64;
        for (p, channel) in squares.iter_mut().zip(heard) {
            *p = mean * *p + (1.0 - mean) * channel[n] * channel[n];
            e = e.max(if c.detector == Detector::Rms { p.sqrt() } else { channel[n].abs() });
        }
        let r = if e > 0.0 { curve(c, db(e)) } else { 0.0 };
        if c.detector == Detector::Rms {
            z = r.max(release * z + (1.0 - release) * r);
            y = attack * y + (1.0 - attack) * z;
        } else {
            let alpha = if r > y { attack } else { release };
            y = alpha * y + (1.0 - alpha) * r;
        }
        1.0 - c.mix + c.mix * libm::exp10((c.makeup.0 - y) / 20.0)
    };
    (0..heard[0].len()).map(frame).collect()
}

/// Programme-like: noise in bursts of different loudness, two channels. 1e-11: rounding, and states cleared below 2⁻⁴⁸ dB.
#[test]
fn gains_are_those_of_the_law_frame_by_frame() {
    let shape = |n: usize| [0.02, 0.9, 0.3, 0.0, 0.6][n / 3000 % 5];
    let bursts = |seed| -> Vec<f64> { noise(seed, 40_000).iter().enumerate().map(|(n, x)| x * shape(n)).collect() };
    let (left, right) = (bursts(1), bursts(2));
    for start in [Compressor::channel(), Compressor::bus()] {
        for (attack, release) in [(0.0, 0.0), (0.010, 0.120), (0.120, 0.010), (0.0, 1.0)] {
            for (knee, ratio, makeup, mix) in [(6.0, 3.0, 0.0, 1.0), (0.0, f64::INFINITY, 5.0, 0.4)] {
                let c = Compressor { attack, release, knee, ratio, makeup: Db(makeup), mix, ..start.clone() };
                let is = Running::new(&c, 2, &[]).hear(&[&left, &right]);
                for (n, (is, want)) in is.into_iter().zip(plain(&c, &[&left, &right])).enumerate() {
                    assert!((is - want).abs() < 1e-11, "{c:?}, frame {n}: {is}, not {want}");
                }
            }
        }
    }
}

/// The mean square of sin² through one pole, in closed form: p = ½ − ½·Re((1−α)·e^(2jwn)/(1 − α·e^(−2jw))). With an
/// infinite ratio and no ballistics the gain says what p is. After 250 ms the start is forgotten (e^(−50)).
#[test]
fn the_rms_detector_measures_the_mean_square_of_a_sine() {
    let c = Compressor { ratio: f64::INFINITY, knee: 0.0, threshold: Db(-60.0), ..instant(Detector::Rms) };
    let alpha = libm::exp(-1.0 / (0.005 * HZ));
    for freq in [40.0, 100.0, 1000.0] {
        let w = 2.0 * PI * freq / HZ;
        let heard: Vec<f64> = (0..16_000).map(|n| libm::sin(w * f64::from(n))).collect();
        let gain = gains(&c, &heard);
        let (re, im) = (1.0 - alpha * libm::cos(2.0 * w), alpha * libm::sin(2.0 * w));
        let mut mean = 0.0;
        for (n, gain) in gain.iter().enumerate().skip(12_000) {
            let phase = 2.0 * w * n as f64;
            let ripple = (libm::cos(phase) * re + libm::sin(phase) * im) / (re * re + im * im);
            let p = 0.5 - 0.5 * (1.0 - alpha) * ripple;
            let is = libm::exp10((-60.0 - db(*gain)) / 10.0);
            assert!((is / p - 1.0).abs() < 1e-9, "{freq} Hz, frame {n}: mean square {is}, not {p}");
            mean += is / 4000.0;
        }
        if freq == 1000.0 {
            assert!((10.0 * libm::log10(mean) + 3.0103).abs() < 1e-3, "a sine of 0 dBFS is −3.01 dB RMS");
        }
    }
}

/// A 30 Hz key through a 120 Hz Butterworth high-pass loses 10·log10(1 + 4⁴) = 24.1 dB; at a 400th of the rate the
/// matched filter is the analogue one within 0.001 dB, and 1,600 samples a period find the peak within 2e-5 dB.
#[test]
fn a_high_passed_key_ducks_by_what_the_filter_leaves_of_it() {
    let base = Compressor { ratio: f64::INFINITY, knee: 0.0, threshold: Db(-40.0), ..instant(Detector::Peak) };
    let key: Vec<f64> = (0..48_000).map(|n| libm::sin(2.0 * PI * 30.0 / HZ * f64::from(n))).collect();
    let deepest = |c: &Compressor| {
        let gain = gains(c, &key);
        -db(gain[24_000..].iter().copied().fold(1.0, f64::min))
    };
    let open = deepest(&base);
    assert!((open - 40.0).abs() < 1e-9, "without it: {open} dB");
    let filtered = deepest(&Compressor { key_high_pass: Some(120.0), ..base });
    let want = 40.0 - 10.0 * libm::log10(1.0 + 256.0);
    assert!((filtered - want).abs() < 0.002, "{filtered} dB, not {want}");
}

#[test]
fn one_gain_for_both_channels_comes_from_the_louder_one() {
    let (loud, quiet) = (noise(3, 20_000), noise(4, 20_000).iter().map(|x| 0.001 * x).collect::<Vec<_>>());
    for c in [instant(Detector::Rms), Compressor::channel(), Compressor::bus()] {
        let alone = gains(&c, &loud);
        assert!(alone.iter().any(|&gain| gain < 0.9));
        let frames = if c.detector == Detector::Rms { 1000 } else { 0 };
        // Mean squares start at 0: both channels' first moments are the same size. And a peak detector hears the quiet
        // channel where the loud one crosses 0; nothing that low is compressed.
        for pair in [[&loud, &quiet], [&quiet, &loud]] {
            let both = Running::new(&c, 2, &[]).hear(&[pair[0], pair[1]]);
            assert_eq!(both[frames..], alone[frames..]);
        }
        assert!(gains(&c, &quiet).iter().all(|&gain| gain == 1.0));
    }
}

#[test]
fn mix_and_makeup_are_the_formula() {
    let heard = noise(5, 8000);
    let wet = gains(&Compressor::channel(), &heard);
    for (mix, makeup) in [(0.0, 0.0), (0.0, 9.0), (0.35, 0.0), (0.35, 9.0), (1.0, 9.0), (1.0, -9.0)] {
        let c = Compressor { mix, makeup: Db(makeup), ..Compressor::channel() };
        for (is, wet) in gains(&c, &heard).into_iter().zip(&wet) {
            let want = 1.0 - mix + mix * wet * libm::exp10(makeup / 20.0);
            assert!((is - want).abs() < 1e-14 * 4.0, "mix {mix}, makeup {makeup}: {is}, not {want}");
        }
    }
    let nothing = gains(&Compressor { mix: 0.0, makeup: Db(9.0), ..Compressor::channel() }, &heard);
    assert!(nothing.iter().all(|&gain| gain == 1.0), "mix 0 is a wire");
}

/// A kick every half second: between kicks the gain comes back by e^(−t/release), at the kick it is down.
#[test]
fn a_key_ducks_and_lets_go() {
    let c = Compressor {
        threshold: Db(-30.0),
        ratio: 8.0,
        knee: 0.0,
        attack: 0.001,
        release: 0.080,
        ..Compressor::channel()
    };
    let key: Vec<f64> = (0..96_000).map(|n| if n % 24_000 < 2400 { 0.5 } else { 0.0 }).collect();
    let gain = gains(&c, &key);
    let full = curve(&c, db(0.5));
    for kick in 0..4 {
        let at = kick * 24_000;
        // 50 ms is 50 attacks.
        assert!((-db(gain[at + 2399]) - full).abs() < 1e-9, "held down by {full} dB");
        let left = -db(gain[at + 23_999]) / full;
        assert!((left - libm::exp(-0.450 / 0.080)).abs() < 1e-9, "450 ms later: {left}");
    }
}

fn moves() -> Vec<Automation> {
    let moves = |param, points: &[(i64, f64)]| Automation::new(Target::Insert(0, param), Shape::Linear, points);
    vec![
        moves(Param::Threshold, &[(-500, -40.0), (6000, -3.0)]),
        moves(Param::Ratio, &[(0, 1.0), (5000, 20.0)]),
        moves(Param::Makeup, &[(1000, 0.0), (1000, 6.0), (9000, -6.0)]),
        moves(Param::Mix, &[(0, 0.1), (9000, 1.0)]),
    ]
}

#[test]
fn bits_do_not_depend_on_the_blocks() {
    let bursts = |seed| -> Vec<f64> {
        noise(seed, 12_000).iter().enumerate().map(|(n, x)| if n % 5000 < 3000 { *x } else { 0.0 }).collect()
    };
    let (left, right) = (bursts(6), bursts(7));
    for c in [Compressor::channel(), Compressor::bus()] {
        let c = Compressor { key_high_pass: Some(150.0), release: 0.020, attack: 0.001, ..c };
        for automation in [&moves()[..], &[]] {
            for start in [-777, 0, 31] {
                let run = |blocks: &[usize]| {
                    let mut running = Running::new(&c, 2, automation);
                    running.now = start;
                    let (mut gain, mut sizes) = (Vec::new(), blocks.iter().cycle());
                    while gain.len() < left.len() {
                        let to = (gain.len() + sizes.next().unwrap()).min(left.len());
                        let block = running.hear(&[&left[gain.len()..to], &right[gain.len()..to]]);
                        gain.extend(block);
                    }
                    gain
                };
                let whole = run(&[left.len()]);
                for blocks in [&[1][..], &[31], &[32], &[33], &[4096], &[1, 31, 32, 33, 500]] {
                    let cut = run(blocks);
                    let differ = whole.iter().zip(&cut).position(|(a, b)| a.to_bits() != b.to_bits());
                    assert_eq!(differ, None, "{:?}, start {start}, blocks {blocks:?}", c.detector);
                }
            }
        }
    }
}

/// Between grid frames T, S, makeup and mix run straight, S = 1 − 1/ratio and not the ratio itself: the law, one frame
/// at a time, on an instant compressor.
#[test]
fn automated_values_run_straight_between_grid_frames() {
    let c = Compressor { knee: 6.0, ..instant(Detector::Peak) };
    let automation = moves();
    let heard = noise(8, 9600);
    let gain = Running::new(&c, 1, &automation).hear_mono(&heard);
    for (n, is) in gain.into_iter().enumerate() {
        let (grid, part) = (n as i64 / 32 * 32, (n % 32) as f64 / 32.0);
        let between = |of: &dyn Fn(i64) -> f64| of(grid) + (of(grid + 32) - of(grid)) * part;
        let moved = |which: usize| between(&|frame| automation[which].value(frame));
        let slope = between(&|frame| 1.0 - 1.0 / automation[1].value(frame));
        let now = Compressor { threshold: Db(moved(0)), ratio: 1.0 / (1.0 - slope), ..c.clone() };
        let r = if heard[n] == 0.0 { 0.0 } else { curve(&now, db(heard[n].abs())) };
        let (makeup, mix) = (moved(2), moved(3));
        let want = 1.0 - mix + mix * libm::exp10((makeup - r) / 20.0);
        assert!((is - want).abs() < 1e-11, "frame {n}: {is}, not {want}");
    }
}

/// Reductions below 2⁻⁴⁸ dB, mean squares below 2⁻⁹⁶ and filter states below 2⁻⁴⁸ are nothing. 12 dB of reduction need
/// (48 + 4)·ln 2 = 36 release times, mean squares 96·ln 2 = 67 times 5 ms before those begin, attacks come on top.
#[test]
fn after_silence_nothing_is_left_of_the_state() {
    for (c, key_high_pass) in [
        (Compressor::channel(), None),
        (Compressor::bus(), None),
        (Compressor::channel(), Some(120.0)),
        (Compressor::bus(), Some(20.0)),
        (instant(Detector::Peak), None),
        (instant(Detector::Rms), None),
    ] {
        let c = Compressor { key_high_pass, ..c };
        let mut running = Running::new(&c, 1, &[]);
        assert!(running.unit.is_silent(), "at rest");
        running.hear_mono(&noise(9, 9600));
        if c.release > 0.0 {
            assert!(!running.unit.is_silent(), "{c:?}");
        }
        let filter = c.key_high_pass.map_or(0.0, |freq| 56.0 * std::f64::consts::LN_2 / (PI * freq / FRAC_1_SQRT_2));
        let averaging = if c.detector == Detector::Rms { 67.0 * 0.005 } else { 0.0 };
        let seconds = 37.0 * (c.release + c.attack) + averaging + filter;
        let mut frames = 0;
        while !running.unit.is_silent() {
            assert!(frames as f64 <= seconds * HZ + 64.0, "{c:?}: no silence after {frames} frames ({seconds} s)");
            running.hear_mono(&[0.0; 32]);
            frames += 32;
        }
        let gain = running.hear_mono(&[0.0; 100]);
        assert!(gain.iter().all(|&gain| gain == 1.0) && running.unit.is_silent());
    }
}

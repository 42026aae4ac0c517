//! Time alignment, chorus, phaser and convolution of the interpreter against analysis and arithmetic done by hand.

use std::f64::consts::{PI, TAU};

use stemwright_core::{Align, AlignTime, Chorus, Convolution, Phaser, Sweep};

use super::*;

fn impulse(at: usize, frames: usize) -> Vec<f64> {
    (0..frames).map(|n| if n == at { 1.0 } else { 0.0 }).collect()
}

fn tone(freq: f64, frames: usize) -> Vec<f64> {
    (0..frames).map(|n| (TAU * freq * n as f64 / 48_000.0).sin()).collect()
}

/// Left of what a unit makes of a mono file of its own.
fn mono(unit: Unit, file: Vec<f64>) -> Vec<f64> {
    let frames = file.len();
    let [left, right] = through(48_000, unit, vec![file], frames).sides();
    assert!(left == right);
    left
}

#[test]
fn alignment_by_whole_frames_is_a_move_to_the_bit() {
    let file: Vec<f64> = (1..=400).map(|n| f64::from(n).sqrt()).collect();
    let at = |delay, inverted| mono(Unit::Align(Align { delay, inverted }), file.clone());
    let later = at(AlignTime::Frames(7.0), false);
    assert!(later[..7].iter().all(|&x| x == 0.0) && later[7..] == file[..393]);
    let earlier = at(AlignTime::Seconds(-0.001), true);
    assert!(earlier[..352].iter().zip(&file[48..]).all(|(a, b)| *a == -b) && earlier[352..].iter().all(|&x| x == 0.0));
    // Less than half of 2⁻²⁰ frames is none, and half of it is the whole: then there are 128 taps.
    let fine = 1.0 / f64::from(1 << 20);
    assert!(at(AlignTime::Frames(0.49 * fine), false) == file);
    assert!(at(AlignTime::Frames(-0.5 * fine), false) != file);
}

#[test]
fn alignment_by_parts_of_a_frame_moves_a_sine_by_as_much() {
    for (delay, frames) in [(AlignTime::Frames(12.3), 12.3), (AlignTime::Seconds(-100.75 / 48_000.0), -100.75)] {
        for freq in [50.0, 1_000.0, 15_000.0, 20_000.0] {
            let found = mono(Unit::Align(Align { delay, inverted: false }), tone(freq, 2_000));
            for n in 400..1_600 {
                let wanted = (TAU * freq * (f64::from(n) - frames) / 48_000.0).sin();
                // The pass band is flat within its ripple.
                close(found[n as usize], wanted, 1e-4);
            }
        }
        // All h add up to 1.
        let constant = mono(Unit::Align(Align { delay, inverted: true }), vec![1.0; 600]);
        close(constant[300], -1.0, 1e-14);
    }
    // Half a frame: the window is symmetric around it, over 128 taps, h(0) = h(1).
    let half = mono(Unit::Align(Align { delay: AlignTime::Frames(0.5), inverted: false }), impulse(200, 400));
    let ends = |x: Option<usize>| x.unwrap();
    assert_eq!((ends(half.iter().position(|&x| x != 0.0)), ends(half.iter().rposition(|&x| x != 0.0))), (137, 264));
    for k in 0..64 {
        close(half[200 - k], half[201 + k], 1e-15);
    }
    // sinc(½) = 2/π, under a window that is next to 1 there.
    close(half[200], 2.0 / PI, 1e-3);
}

fn still(delay: f64) -> Chorus {
    Chorus { rate: Sweep::Hz(1.0), delay, depth: 0.0, voices: 1, feedback: 0.0, phase: 0.0, wet: 1.0 }
}

#[test]
fn a_chorus_that_stands_still_is_a_delay() {
    let at = |frames: f64| mono(Unit::Chorus(still(frames / 48_000.0)), impulse(0, 60));
    // 20 frames are not quite a whole number of them in floating point.
    assert!(at(20.0).iter().zip(impulse(20, 60)).all(|(a, b)| (a - b).abs() < 1e-12));
    // Lagrange's cubic in the middle: −1/16, 9/16, 9/16, −1/16.
    for (n, x) in at(20.5).into_iter().enumerate() {
        let wanted = match n {
            19 | 22 => -0.0625,
            20 | 21 => 0.5625,
            _ => 0.0,
        };
        close(x, wanted, 1e-12);
    }
    // A quarter: −7/128, 105/128, 35/128, −5/128.
    for (n, wanted) in [(19, -7.0), (20, 105.0), (21, 35.0), (22, -5.0)] {
        close(at(20.25)[n], wanted / 128.0, 1e-12);
    }
    // Not less than two frames.
    assert!(at(0.5) == impulse(2, 60));
    // Feedback and wet; three voices on one place have three times the sum, /√3 outside and /3 inside.
    let unit = Chorus { feedback: 0.5, wet: 0.25, voices: 3, ..still(2.0 / 48_000.0) };
    let found = mono(Unit::Chorus(unit), impulse(0, 9));
    let root = 3f64.sqrt();
    for (n, wanted) in [(0, 0.75), (2, 0.25 * root), (4, 0.125 * root), (6, 0.0625 * root), (3, 0.0)] {
        close(found[n], wanted, 1e-12);
    }
}

#[test]
fn voices_of_a_chorus_lie_where_their_sine_is() {
    // One turn lasts 1/4 s, 12,000 frames; on frame 3,008, a grid frame, the first voice is 3,008/12,000 turns on.
    // The impulse is heard by each voice when it is as many frames behind as the voice is late.
    let chorus = Chorus { rate: Sweep::Quarters(0.5), delay: 0.01, depth: 0.005, voices: 2, phase: 90.0, ..still(0.0) };
    let file = |left, right| vec![vec![left; 6_000], vec![right; 6_000]];
    // A ramp tells the delay: what was written D frames ago is D less.
    let ramp: Vec<f64> = (0..6_000).map(f64::from).collect();
    let [left, right] = through(48_000, Unit::Chorus(chorus.clone()), vec![ramp.clone(), ramp.clone()], 6_000).sides();
    let delay = |turns: f64| 480.0 + 240.0 * (TAU * turns).sin();
    let at = 3_008.0 / 12_000.0;
    let sum = |first: f64, second: f64| (2.0 * 3_008.0 - delay(first) - delay(second)) / 2f64.sqrt();
    close(left[3_008], sum(at, at + 0.5), 1e-8);
    close(right[3_008], sum(at + 0.25, at + 0.75), 1e-8);
    // Between grid frames the delay itself runs straight.
    let one = Chorus { voices: 1, ..chorus.clone() };
    let [left, _] = through(48_000, Unit::Chorus(one.clone()), vec![ramp.clone(), ramp.clone()], 6_000).sides();
    close(left[3_016], 3_016.0 - (0.75 * delay(at) + 0.25 * delay(3_040.0 / 12_000.0)), 1e-8);
    // Alone it is as left, whatever the phase is.
    assert!(mono(Unit::Chorus(one.clone()), ramp.clone()) == left);
    // Automation of the depth is in milliseconds.
    let (mut session, sources) = session(48_000, vec![ramp]);
    session.tracks[0].strip.inserts = vec![Unit::Chorus(one).into()];
    session.tracks[0].strip.automation =
        vec![Automation::new(Target::Insert(0, Param::Depth), Shape::Hold, &[(0, 2.5)])];
    let [left, _] = interpret(&session, &sources, 0, 6_000, None).sides();
    close(left[3_008], 3_008.0 - (480.0 + 120.0 * (TAU * at).sin()), 1e-8);
    let [left, right] = through(48_000, Unit::Chorus(still(0.001)), file(1.0, -2.0), 6_000).sides();
    close(left[100], 1.0, 1e-14);
    close(right[100], -2.0, 1e-14);
}

#[test]
fn a_phaser_that_stands_still_is_a_chain_of_all_passes() {
    let phaser =
        Phaser { rate: Sweep::Hz(1.0), freq: 1_000.0, depth: 0.0, stages: 4, feedback: 0.0, phase: 0.0, wet: 1.0 };
    let response = mono(Unit::Phaser(phaser.clone()), impulse(0, 4_800));
    for freq in [100.0, 1_000.0, 5_000.0, 20_000.0] {
        close(magnitude(&response, freq, 48_000.0), 1.0, 1e-9);
    }
    // Four stages turn by 90° each at their corner: as it was. Half wet there are two notches, where the turn of a
    // stage is 45° and 135°: tan(π·f/rate) = tan(π·corner/rate)·tan(22.5° or 67.5°).
    let half = mono(Unit::Phaser(Phaser { wet: 0.5, ..phaser.clone() }), impulse(0, 4_800));
    close(magnitude(&half, 1_000.0, 48_000.0), 1.0, 1e-9);
    let corner = (PI / 48.0).tan();
    for angle in [PI / 8.0, 3.0 * PI / 8.0] {
        let notch = (corner * angle.tan()).atan() * 48_000.0 / PI;
        close(magnitude(&half, notch, 48_000.0), 0.0, 1e-9);
    }
    // With feedback w = A/(1 − ½·A·z⁻¹): at DC A is 1, at half the rate A is 1 and z⁻¹ is −1.
    let feedback = mono(Unit::Phaser(Phaser { feedback: 0.5, ..phaser }), impulse(0, 4_800));
    close(magnitude(&feedback, 0.0, 48_000.0), 2.0, 1e-9);
    close(magnitude(&feedback, 24_000.0, 48_000.0), 1.0 / 1.5, 1e-9);
}

#[test]
fn a_phaser_sweeps_by_octaves_and_right_is_ahead() {
    // A quarter of a turn ahead of frame 0 the sine is 1: two octaves above 500 Hz is 2 kHz. q runs from there; the first
    // frame's output is its own: each stage gives (2q − 1)·in.
    let base =
        Phaser { rate: Sweep::Hz(0.01), freq: 500.0, depth: 2.0, stages: 2, feedback: 0.0, phase: 90.0, wet: 1.0 };
    let first = |unit: Phaser| {
        let [left, right] = through(48_000, Unit::Phaser(unit), vec![vec![1.0], vec![1.0]], 1).sides();
        [left[0], right[0]]
    };
    let stage = |freq: f64| {
        let g = (PI * freq / 48_000.0).tan();
        2.0 * g / (1.0 + g) - 1.0
    };
    let [left, right] = first(base.clone());
    close(left, stage(500.0).powi(2), 1e-12);
    close(right, stage(2_000.0).powi(2), 1e-12);
    // 270° ahead it is down by two octaves; the corner stays between 10 Hz and 0.45 of the rate.
    close(first(Phaser { phase: 270.0, ..base.clone() })[1], stage(125.0).powi(2), 1e-12);
    close(first(Phaser { phase: 270.0, freq: 20.0, depth: 4.0, ..base.clone() })[1], stage(10.0).powi(2), 1e-12);
    close(first(Phaser { freq: 10_000.0, depth: 4.0, ..base.clone() })[1], stage(21_600.0).powi(2), 1e-12);
    // Half way between the grid frames 0 and 32, q is half way: the file begins there.
    let fast = Phaser { rate: Sweep::Hz(20.0), phase: 0.0, ..base };
    let (mut session, sources) = session(48_000, vec![vec![1.0]]);
    session.tracks[0].strip.inserts = vec![Unit::Phaser(fast).into()];
    session.tracks[0].clips[0].at = 16;
    let [left, _] = interpret(&session, &sources, 0, 32, None).sides();
    let end = stage(500.0 * 4f64.powf((TAU * 20.0 * 32.0 / 48_000.0).sin()));
    close(left[16], ((stage(500.0) + end) / 2.0).powi(2), 1e-12);
}

/// What a convolution with these channels makes of a file.
fn room(convolution: Convolution, response: Vec<Vec<f64>>, file: Vec<Vec<f64>>, frames: usize) -> [Vec<f64>; 2] {
    let (mut session, mut sources) = session(48_000, file);
    sources.insert("room".into(), Source { channels: response });
    session.tracks[0].strip.inserts = vec![Unit::Convolution(convolution).into()];
    interpret(&session, &sources, 0, frames, None).sides()
}

#[test]
fn a_convolution_goes_from_each_side_to_each_side() {
    let whole = || Convolution::new("room");
    let sides = || vec![vec![1.0, 0.0, 0.0], vec![10.0, 0.0, 0.0]];
    let one = || vec![vec![0.5, 0.0, 0.25]];
    assert_eq!(room(whole(), one(), sides(), 4), [vec![0.5, 0.0, 0.25, 0.0], vec![5.0, 0.0, 2.5, 0.0]]);
    let two = || vec![vec![0.5, 0.25], vec![2.0, 4.0]];
    assert_eq!(room(whole(), two(), sides(), 3), [vec![0.5, 0.25, 0.0], vec![20.0, 40.0, 0.0]]);
    // LL, LR, RL, RR: left is LL·1 + RL·10.
    let four = || vec![vec![1.0], vec![2.0], vec![3.0], vec![4.0]];
    assert_eq!(room(whole(), four(), sides(), 2), [vec![31.0, 0.0], vec![42.0, 0.0]]);
    // Of a mono strip: the half of all.
    for (response, wanted) in [(one(), 0.5), (two(), 1.25), (four(), 5.0)] {
        let [left, right] = room(whole(), response, vec![vec![1.0]], 2);
        assert_eq!((left[0], right[0]), (wanted, wanted));
    }
}

#[test]
fn a_convolution_has_its_predelay_length_gain_and_energy() {
    let response = || vec![vec![3.0, 4.0, 12.0]];
    let file = || vec![vec![0.0, 1.0, 2.0]];
    let base = Convolution { predelay: 2.0 / 48_000.0, gain: Db(-20.0), wet: 0.5, ..Convolution::new("room") };
    let [left, _] = room(base.clone(), response(), file(), 8);
    // 3, 4 + 6, 12 + 8, 24 from frame 3 on, by 0.05; the file by ½.
    for (n, wanted) in [0.0, 0.5, 1.0, 0.15, 0.5, 1.0, 1.2, 0.0].into_iter().enumerate() {
        close(left[n], wanted, 1e-15);
    }
    // √(9 + 16 + 144) is 13; of two channels half of the sum counts; of no energy nothing becomes nothing.
    let normal = Convolution { normalise: true, ..Convolution::new("room") };
    let [left, _] = room(normal.clone(), response(), vec![vec![1.0]], 3);
    close(left[2], 12.0 / 13.0, 1e-15);
    let [left, right] = room(normal.clone(), vec![vec![1.0], vec![7.0]], vec![vec![1.0], vec![1.0]], 1);
    close(left[0], 0.2, 1e-15);
    close(right[0], 1.4, 1e-15);
    let [left, _] = room(normal.clone(), vec![vec![0.0]], vec![vec![1.0]], 1);
    close(left[0], 0.0, 0.0);
    // 48 frames are a millisecond; what is cut off has no part in the energy.
    let mut long = vec![0.0; 100];
    long[0] = 3.0;
    long[47] = 4.0;
    long[48] = 12.0;
    let [left, _] = room(Convolution { length: 0.001, ..normal }, vec![long], vec![vec![1.0]], 100);
    close(left[0], 0.6, 1e-15);
    close(left[47], 0.8, 1e-15);
    assert!(left[48..].iter().all(|&x| x == 0.0));
}

#[test]
fn a_convolution_moves_its_two_factors_in_straight_lines() {
    let (mut session, mut sources) = session(48_000, vec![vec![1.0; 200]]);
    sources.insert("room".into(), Source { channels: vec![vec![1.0]] });
    session.tracks[0].strip.inserts = vec![Unit::Convolution(Convolution::new("room")).into()];
    session.tracks[0].strip.automation = vec![
        Automation::new(Target::Insert(0, Param::Gain), Shape::Hold, &[(0, 0.0), (32, 20.0)]),
        Automation::new(Target::Insert(0, Param::Wet), Shape::Hold, &[(0, 0.0), (32, 0.5)]),
    ];
    let [left, _] = interpret(&session, &sources, 0, 64, None).sides();
    // 1 − wet goes from 1 to ½, wet·gain from 0 to 5.
    for (n, wanted) in [(0, 1.0), (8, 0.875 + 1.25), (32, 5.5), (50, 5.5)] {
        close(left[n], wanted, 1e-14);
    }
}

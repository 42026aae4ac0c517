//! The reverb against its law at `stemwright_core::Reverb`, read frame by frame.

mod room;
mod signals;

use room::{HALL, Running, impulse, largest, lengths, loss};
use signals::noise;
use std::f64::consts::FRAC_1_SQRT_2;
use stemwright_core::{Automation, Band, BandKind, Db, Eq, Param, Reverb, SampleRate, Shape, Target, Unit};
use stemwright_dsp::{Controller, EqUnit, Linear};

fn level(reverb: &Reverb, rate: f64) -> f64 {
    let lengths = lengths(reverb, rate);
    let mean = |n: &[usize]| n.iter().map(|n| loss(reverb, rate, *n).0.powi(2)).sum::<f64>() / 16.0;
    let [a, b] = [mean(&lengths.diffusers[0]), mean(&lengths.diffusers[1])];
    let (t, c, m) = (mean(&lengths.taps), mean(&lengths.scattering), mean(&lengths.main));
    ((1.0 - c * m) / (16.0 * t * a * b * c)).sqrt()
}

/// Left and right, fully wet, for channels that have been through the cuts.
fn naive(reverb: &Reverb, rate: f64, channels: &[&[f64]]) -> [Vec<f64>; 2] {
    let lengths = lengths(reverb, rate);
    let level = level(reverb, rate);
    let ones = |n: usize| n.count_ones() % 2 == 1;
    let hadamard = |x: [f64; 16]| -> [f64; 16] {
        std::array::from_fn(|i| (0..16).map(|j| if ones(i & j) { -x[j] } else { x[j] }).sum::<f64>() / 4.0)
    };
    let losses = |n: &Vec<usize>| -> Vec<(usize, f64, [f64; 3])> {
        n.iter().map(|&n| loss(reverb, rate, n)).zip(n).map(|((g, filter), n)| (*n, g, filter)).collect()
    };
    let [taps, first, second] = [&lengths.taps, &lengths.diffusers[0], &lengths.diffusers[1]].map(losses);
    let [scattering, main] = [&lengths.scattering, &lengths.main].map(losses);
    let frames = channels[0].len();
    // What went into each group of lines, for all time.
    let mut inside: [Vec<[f64; 16]>; 4] = std::array::from_fn(|_| Vec::with_capacity(frames));
    let [mut scattered, mut returned] = [[0.0; 16]; 2];
    let mut out = [Vec::with_capacity(frames), Vec::with_capacity(frames)];
    for n in 0..frames {
        let old = |group: usize, ago: usize, i: usize| n.checked_sub(ago).map_or(0.0, |then| inside[group][then][i]);
        let filtered = |states: &mut [f64; 16], group: usize, lines: &[(usize, f64, [f64; 3])]| -> [f64; 16] {
            std::array::from_fn(|i| {
                let (ago, _, [d, f, p]) = lines[i];
                let x = old(group, ago, i);
                let out = d * x + states[i];
                states[i] = f * x + p * states[i];
                out
            })
        };
        let u = std::array::from_fn(|i| {
            let then = n.checked_sub(lengths.predelay + taps[i].0);
            then.map_or(0.0, |then| level * taps[i].1 * channels[i % channels.len()][then])
        });
        let v = std::array::from_fn(|i| first[i].1 * old(0, first[i].0, i));
        let y = filtered(&mut returned, 3, &main);
        let sum = std::array::from_fn(|i| second[i].1 * old(1, second[i].0, i) + y[i]);
        let q = filtered(&mut scattered, 2, &scattering);
        let into = [u, v, sum, q].map(hadamard);
        inside.iter_mut().zip(into).for_each(|(group, x)| group.push(x));
        let left = |i: usize| if [3, 7, 11, 12, 13, 14].contains(&i) { -q[i] } else { q[i] };
        out[0].push((0..16).map(left).sum());
        out[1].push((0..16).map(|i| if ones(i) { -left(i) } else { left(i) }).sum());
    }
    out
}

/// Through the EQ's high-pass and low-pass of 12 dB/octave.
fn cut(reverb: &Reverb, rate: u32, signal: &[f64]) -> Vec<f64> {
    let q = FRAC_1_SQRT_2;
    let low = reverb.low_cut.map(|freq| (BandKind::HighPass { steep: false }, freq));
    let high = reverb.high_cut.map(|freq| (BandKind::LowPass { steep: false }, freq));
    let bands = low.into_iter().chain(high).map(|(kind, freq)| Band { kind, freq, gain: Db::ZERO, q }).collect();
    let eq = Eq { bands };
    let mut controller = Controller::of_unit(&Unit::Eq(eq.clone()), 0, &[], SampleRate::new(rate).unwrap());
    let mut out = signal.to_vec();
    EqUnit::new(&eq, 1).process(0, &mut [&mut out], controller.block(0, signal.len()));
    out
}

/// Settings from one end of the ranges to the other.
fn settings() -> Vec<(Reverb, u32)> {
    vec![
        (HALL, 48_000),
        (Reverb { predelay: 0.0213, high_decay: 0.4, low_cut: Some(120.0), high_cut: Some(9000.0), ..HALL }, 44_100),
        (Reverb { size: 0.25, decay: 0.1, high_decay: 0.05, crossover: 200.0, ..HALL }, 44_100),
        (Reverb { size: 0.25, decay: 30.0, high_decay: 0.3, crossover: 19_000.0, ..HALL }, 44_100),
        (Reverb { size: 2.0, decay: 0.5, high_decay: 0.5, predelay: 1e-5, ..HALL }, 48_000),
        (Reverb { size: 0.6, decay: 1.2, high_decay: 0.6, ..HALL }, 96_000),
        (Reverb { size: 0.3, decay: 0.8, high_decay: 0.5, crossover: 3000.0, ..HALL }, 8_000),
    ]
}

#[test]
fn every_frame_is_what_the_law_says() {
    let mut worst = 0.0f64;
    for (reverb, rate) in settings() {
        let frames = if rate == 96_000 { 40_000 } else { 24_000 };
        // A burst and its tail.
        let burst = |seed| -> Vec<f64> {
            noise(seed, frames).into_iter().enumerate().map(|(n, x)| if n < 3000 { x } else { 0.0 }).collect()
        };
        let (left, right) = (burst(1), burst(2));
        let heard = [cut(&reverb, rate, &left), cut(&reverb, rate, &right)];
        let off = |out: &[f64], law: &[f64]| {
            let peak = law.iter().fold(0.0f64, |most, x| most.max(x.abs()));
            assert!(peak.is_finite() && out.len() == law.len());
            out.iter().zip(law).map(|(a, b)| (a - b).abs()).fold(0.0, largest) / peak
        };
        let [law_left, law_right] = naive(&reverb, f64::from(rate), &[&heard[0], &heard[1]]);
        let [out_left, out_right] = Running::new(&reverb, rate, 2, &[]).stereo(left.clone(), right.clone());
        let [law_mono, _] = naive(&reverb, f64::from(rate), &[&heard[0]]);
        let mono = Running::new(&reverb, rate, 1, &[]).mono(left);
        let of_this = off(&out_left, &law_left).max(off(&out_right, &law_right)).max(off(&mono, &law_mono));
        assert!(of_this < 1e-12, "{reverb:?} at {rate}: {of_this:e} of the peak");
        worst = worst.max(of_this);
    }
    eprintln!("at most {worst:.1e} of the peak from the law");
}

#[test]
fn wet_is_a_crossfade_that_can_move() {
    let frames = 9000;
    let signal = noise(3, frames);
    let moves = Automation::new(Target::Insert(0, Param::Wet), Shape::Linear, &[(-100, 0.1), (3000, 1.0), (5000, 0.0)]);
    let wet = Running::new(&HALL, 48_000, 1, &[]).mono(signal.clone());
    let moving = Running::new(&HALL, 48_000, 1, std::slice::from_ref(&moves)).mono(signal.clone());
    let fixed = Running::new(&Reverb { wet: 0.3, ..HALL }, 48_000, 1, &[]).mono(signal.clone());
    for n in 0..frames {
        let grid = n as i64 / 32 * 32;
        let (from, to) = (moves.value(grid), moves.value(grid + 32));
        let now = from + (to - from) * ((n % 32) as f64 / 32.0);
        assert!((moving[n] - ((1.0 - now) * signal[n] + now * wet[n])).abs() < 1e-13, "frame {n}");
        assert!((fixed[n] - (0.7 * signal[n] + 0.3 * wet[n])).abs() < 1e-13, "frame {n}");
    }
}

/// The first sound is out after the predelay and the shortest line of each of the three groups before the output.
#[test]
fn nothing_comes_before_the_predelay() {
    for (rate, predelay, size) in
        [(44_100, 0.0, 0.25), (44_100, 0.5, 2.0), (48_000, 0.02, 1.0), (96_000, 0.0003, 0.5), (192_000, 0.1, 1.0)]
    {
        let out = Running::new(&Reverb { predelay, size, ..HALL }, rate, 1, &[]).mono(impulse(rate as usize));
        let first = out.iter().position(|x| *x != 0.0).unwrap() as f64 / f64::from(rate);
        let law = predelay + 0.00225 + 0.003 * size;
        assert!((first - law).abs() < 2.5 / f64::from(rate), "{first} s, not {law} s");
    }
}

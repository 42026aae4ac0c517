//! A reverb at work, and the lengths and losses of its law.

#![allow(dead_code, unreachable_pub, reason = "each test that includes this module uses its own part of it")]

use std::f64::consts::PI;
use stemwright_core::{Automation, Reverb, SampleRate, Unit};
use stemwright_dsp::{Controller, Linear, ReverbUnit};

pub const HALL: Reverb = Reverb {
    predelay: 0.0,
    decay: 2.0,
    size: 1.0,
    high_decay: 1.0,
    crossover: 5000.0,
    low_cut: None,
    high_cut: None,
    wet: 1.0,
};

/// A reverb and its controls.
pub struct Running {
    pub unit: ReverbUnit,
    pub controller: Controller,
    pub now: i64,
}

impl Running {
    pub fn new(reverb: &Reverb, rate: u32, channels: usize, automation: &[Automation]) -> Self {
        let hz = SampleRate::new(rate).unwrap();
        let controller = Controller::of_unit(&Unit::Reverb(reverb.clone()), 0, automation, hz);
        Self { unit: ReverbUnit::new(reverb, channels, f64::from(rate)), controller, now: 0 }
    }

    pub fn block(&mut self, channels: &mut [&mut [f64]]) {
        let frames = channels[0].len();
        let controls = self.controller.block(self.now, frames);
        self.unit.process(self.now, channels, controls);
        self.now += frames as i64;
    }

    pub fn mono(&mut self, mut signal: Vec<f64>) -> Vec<f64> {
        self.block(&mut [&mut signal]);
        signal
    }

    pub fn stereo(&mut self, mut left: Vec<f64>, mut right: Vec<f64>) -> [Vec<f64>; 2] {
        self.block(&mut [&mut left, &mut right]);
        [left, right]
    }
}

pub fn impulse(frames: usize) -> Vec<f64> {
    let mut signal = vec![0.0; frames];
    signal[0] = 1.0;
    signal
}

/// Left to left, left to right, right to left, right to right.
pub fn responses(reverb: &Reverb, rate: u32, seconds: f64) -> [Vec<f64>; 4] {
    let frames = (seconds * f64::from(rate)) as usize;
    let run = |left, right| Running::new(reverb, rate, 2, &[]).stereo(left, right);
    let [ll, lr] = run(impulse(frames), vec![0.0; frames]);
    let [rl, rr] = run(vec![0.0; frames], impulse(frames));
    [ll, lr, rl, rr]
}

pub fn power(signal: &[f64]) -> f64 {
    signal.iter().map(|x| x * x).sum()
}

/// Delays in frames: taps (with the predelay), two diffusers, scattering, main lines.
pub struct Lengths {
    pub predelay: usize,
    pub taps: Vec<usize>,
    pub diffusers: [Vec<usize>; 2],
    pub scattering: Vec<usize>,
    pub main: Vec<usize>,
}

pub fn lengths(reverb: &Reverb, rate: f64) -> Lengths {
    let s = reverb.size * rate;
    let each = |law: &dyn Fn(f64) -> f64| (0..16).map(|i| law(f64::from(i) / 15.0)).collect::<Vec<f64>>();
    let round = |values: Vec<f64>| values.into_iter().map(|x| x.round() as usize).collect::<Vec<usize>>();
    let short = |ratio: f64| round(each(&|e| (0.00075 * rate + 0.001 * s * ratio.powf(e)).max(32.0)));
    let is_prime = |n: usize| n > 1 && (2..n).take_while(|d| d * d <= n).all(|d| !n.is_multiple_of(d));
    let main = each(&|e| (0.04 * s * 3.5f64.powf(e)).max(32.0)).into_iter();
    Lengths {
        predelay: (reverb.predelay * rate).round() as usize,
        taps: round(each(&|e| 0.005 * s * (17f64.powf(e) - 1.0))),
        diffusers: [short(12.0), short(35.0)],
        scattering: short(25.0),
        main: main.map(|least| (least.ceil() as usize..).find(|n| is_prime(*n)).unwrap()).collect(),
    }
}

/// g(n) at DC and at half the rate, and the filter between: d, f, p.
pub fn loss(reverb: &Reverb, rate: f64, frames: usize) -> (f64, [f64; 3]) {
    let g = 10f64.powf(-3.0 * frames as f64 / (reverb.decay * rate));
    let rho = 10f64.powf(-1.5 * frames as f64 / (reverb.decay * rate) * (1.0 / reverb.high_decay - 1.0));
    let tau = (PI * reverb.crossover / rate).tan();
    let below = 1.0 + tau * rho;
    let feed = 2.0 * g * tau * rho * (1.0 - rho * rho) / (below * below);
    (g, [g * rho * (tau + rho) / below, feed, (1.0 - tau * rho) / below])
}

/// The larger of two; what is not a number must not get lost.
pub fn largest(most: f64, x: f64) -> f64 {
    if x.is_nan() { f64::INFINITY } else { most.max(x) }
}

//! Time alignment, from the law at `stemwright_core::Align`.

use std::f64::consts::PI;

use stemwright_core::{Align, AlignTime};

use super::Mutant;
use super::inserts::Slot;
use super::layout::Signal;
use super::oversampling::bessel_i0;

/// i and f.
fn parts(params: &Align, rate: f64) -> (i64, f64) {
    let frames = match params.delay {
        AlignTime::Seconds(seconds) => seconds * rate,
        AlignTime::Frames(frames) => frames,
    };
    let fine = f64::from(1 << 20);
    // `round` takes halves away from 0.
    let frames = (frames * fine).round() / fine;
    (frames.floor() as i64, frames - frames.floor())
}

/// h(−63) … h(64).
fn sinc(f: f64) -> Vec<f64> {
    let tap = |k: i32| {
        let x = f64::from(k) - f;
        let window = bessel_i0(10.0 * (1.0 - (x / 64.0).powi(2)).sqrt()) / bessel_i0(10.0);
        (PI * x).sin() / (PI * x) * window
    };
    let taps: Vec<f64> = (-63..=64).map(tap).collect();
    let sum: f64 = taps.iter().sum();
    taps.into_iter().map(|h| h / sum).collect()
}

pub fn align(slot: Slot<'_>, params: &Align, input: &Signal) -> Signal {
    let (i, mut f) = parts(params, slot.rate);
    if slot.mutant == Some(Mutant::AlignWholeFrames) {
        f = 0.0;
    }
    let sign = if params.inverted { -1.0 } else { 1.0 };
    let taps = if f == 0.0 { vec![(0, 1.0)] } else { (-63..=64).zip(sinc(f)).collect::<Vec<(i64, f64)>>() };
    let moved = |channel: &Vec<f64>| {
        let at = |n: i64| usize::try_from(n).ok().and_then(|n| channel.get(n)).copied().unwrap_or(0.0);
        (0..channel.len() as i64).map(|n| sign * taps.iter().map(|(k, h)| h * at(n - i - k)).sum::<f64>()).collect()
    };
    input.iter().map(moved).collect()
}

/// How far ahead it hears.
pub fn reach(params: &Align, rate: f64) -> i64 {
    let (i, f) = parts(params, rate);
    if f == 0.0 { (-i).max(0) } else { (63 - i).max(0) }
}

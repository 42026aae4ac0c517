//! The convolution reverb, from the law at `stemwright_core::Convolution`: every product of the sum.

use stemwright_core::{Convolution, Param};

use super::Mutant;
use super::control::factor;
use super::inserts::Slot;
use super::layout::{Signal, silence};

/// Of a pair, or of one channel as on a mono strip.
pub fn convolve(slot: Slot<'_>, params: &Convolution, input: &Signal) -> Signal {
    let frames = input[0].len();
    let [ll, lr, rl, rr] = paths(slot, params);
    let wet: Signal = match input.as_slice() {
        [left, right] => {
            let sum = |first: Vec<f64>, second: Vec<f64>| first.iter().zip(&second).map(|(a, b)| a + b).collect();
            let wet = |from: &Vec<f64>, h: &Vec<f64>| convolved(from, h, params.predelay, slot.rate);
            vec![sum(wet(left, &ll), wet(right, &rl)), sum(wet(left, &lr), wet(right, &rr))]
        }
        [only] => {
            let mean: Vec<f64> = (0..ll.len()).map(|k| (ll[k] + lr[k] + rl[k] + rr[k]) / 2.0).collect();
            vec![convolved(only, &mean, params.predelay, slot.rate)]
        }
        _ => unreachable!("a unit of left and right"),
    };
    let factors = slot.lines(&[Param::Wet, Param::Gain], frames, |at| {
        let wet = slot.read(Param::Wet, params.wet, at);
        [1.0 - wet, wet * factor(slot.read(Param::Gain, params.gain.0, at))]
    });
    let mut output = silence(input.len(), frames);
    for (channel, output) in output.iter_mut().enumerate() {
        for (n, output) in output.iter_mut().enumerate() {
            *output = factors[n][0] * input[channel][n] + factors[n][1] * wet[channel][n];
        }
    }
    output
}

/// LL, LR, RL, RR.
fn paths(slot: Slot<'_>, params: &Convolution) -> [Vec<f64>; 4] {
    let source = slot.sources.get(&params.file);
    let source = source.unwrap_or_else(|| panic!("no source is called {}", params.file.display()));
    // Reading: what lies beyond the length has no part in the energy.
    let most = (params.length * slot.rate).round() as usize;
    let mut h: Vec<Vec<f64>> = source.channels.iter().map(|h| h[..h.len().min(most)].to_vec()).collect();
    if params.normalise {
        let squares: f64 = h.iter().flatten().map(|x| x * x).sum();
        let energy = squares / if h.len() == 1 { 1.0 } else { 2.0 };
        if energy != 0.0 {
            h.iter_mut().flatten().for_each(|x| *x /= energy.sqrt());
        }
    }
    let none = vec![0.0; h[0].len()];
    let crossed = slot.mutant == Some(Mutant::ConvolutionCrossed);
    match h.as_slice() {
        [h] => [h.clone(), none.clone(), none, h.clone()],
        [left, right] if crossed => [right.clone(), none.clone(), none, left.clone()],
        [left, right] => [left.clone(), none.clone(), none, right.clone()],
        [ll, lr, rl, rr] if crossed => [ll.clone(), rl.clone(), lr.clone(), rr.clone()],
        [ll, lr, rl, rr] => [ll.clone(), lr.clone(), rl.clone(), rr.clone()],
        _ => panic!("an impulse response of 1, 2 or 4 channels"),
    }
}

fn convolved(input: &[f64], h: &[f64], predelay: f64, rate: f64) -> Vec<f64> {
    let predelay = (predelay * rate).round() as usize;
    let mut output = vec![0.0; input.len()];
    // Frames of exact silence add nothing.
    for (n, x) in input.iter().enumerate().filter(|(_, x)| **x != 0.0) {
        for (output, h) in output.iter_mut().skip(n + predelay).zip(h) {
            *output += h * x;
        }
    }
    output
}

//! The convolution reverb beside the sum that defines it.

use crate::report::{Section, figure, level};
use crate::run::{linear, still};
use crate::signals::Noise;
use crate::spectrum::{db, rms};
use std::sync::Arc;
use stemwright_core::{Convolution, Unit};
use stemwright_dsp::{ConvolutionUnit, Room};

const HZ: u32 = 48_000;

/// Noise that falls by 60 dB in its length.
fn room(frames: usize) -> Vec<f64> {
    let fall = |n: usize| libm::exp10(-3.0 * n as f64 / frames as f64);
    Noise(3).samples(frames).iter().enumerate().map(|(n, x)| x * fall(n)).collect()
}

/// What comes out of it for a burst of noise, two seconds and silence, on frames every so many apart beside the sum of
/// the law: both RMS, of the difference and of the sum.
pub fn difference(frames: usize) -> [f64; 2] {
    let h = room(frames);
    let mut x = Noise(7).samples(2 * HZ as usize);
    x.resize(3 * HZ as usize, 0.0);
    let convolution = Convolution::new("a room");
    let room = Arc::new(Room::new(&convolution, std::slice::from_ref(&h), 1, f64::from(HZ)));
    let mut out = vec![x.clone()];
    linear(&mut ConvolutionUnit::new(&room), &mut still(&Unit::Convolution(convolution), HZ), &mut out);
    let (mut off, mut sums) = (Vec::new(), Vec::new());
    for n in (0..x.len()).step_by(997) {
        let sum: f64 = (0..h.len().min(n + 1)).map(|k| h[k] * x[n - k]).sum();
        off.push(out[0][n] - sum);
        sums.push(sum);
    }
    [rms(&off), rms(&sums)]
}

/// Frames after the end of the sound that are not exactly 0, beyond the impulse response.
pub fn ringing(frames: usize) -> usize {
    let convolution = Convolution::new("a room");
    let room = Arc::new(Room::new(&convolution, &[room(frames)], 1, f64::from(HZ)));
    let mut out = vec![Noise(9).samples(10_000)];
    out[0].resize(10_000 + 2 * frames + 200_000, 0.0);
    linear(&mut ConvolutionUnit::new(&room), &mut still(&Unit::Convolution(convolution), HZ), &mut out);
    let last = out[0].iter().rposition(|x| *x != 0.0).unwrap_or(0);
    (last + 1).saturating_sub(10_000 + frames - 1)
}

/// The section of the report.
pub fn section() -> Section {
    let mut out = Section::new("Convolution reverb");
    out.say(
        "Two seconds of noise through rooms of decaying noise at 48 kHz, on every 997th frame beside Σ h[k]·x[n−k]: the \
         difference in dB of the sum. Fourier transforms round; but what the law has exactly 0 is exactly 0: the frames \
         after the last share of the impulse response that are not.",
    );
    let lengths = [100, 1000, 10_000, 48_000, 144_000];
    let mut rows = vec![vec!["difference, dB".to_owned()], vec!["frames that ring on".to_owned()]];
    for frames in lengths {
        let [off, sum] = difference(frames);
        rows[0].push(if off == 0.0 { "exact".into() } else { level(db(off / sum)) });
        rows[1].push(figure(ringing(frames) as f64, 0));
    }
    let head: Vec<String> =
        std::iter::once("frames of room".to_owned()).chain(lengths.map(|n| n.to_string())).collect();
    out.table(&head.iter().map(String::as_str).collect::<Vec<_>>(), &rows);
    let [off, sum] = difference(144_000);
    out.sum_up(
        "Convolution reverb of 3 s beside the sum of its law",
        "rounding",
        &format!("{} dB", level(db(off / sum))),
    );
    out
}

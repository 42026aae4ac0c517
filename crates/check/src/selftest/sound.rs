//! Makes the signals, block by block.

use super::Wrong;
use super::cases::Part;
use std::f64::consts::PI;
use stemwright_core::SampleRate;

/// Seconds over which the signals for true peak fade in and out.
const TAPER: f64 = 0.01;
/// Seconds of a sine, and of the sine with a cycle in it.
const SINE: f64 = 0.5;
const CYCLE: f64 = 0.1;

/// 1 kHz, on through all parts, and in all channels at once: `below` says how each differs in level, in dB. `meter` is given blocks
/// of up to `block` frames; none spans two parts.
pub(super) fn tones(
    parts: &[Part],
    below: &[f64],
    rate: SampleRate,
    block: usize,
    wrong: Wrong,
    mut meter: impl FnMut(&[&[f64]]),
) {
    let hz = rate.hz() as usize;
    // After so many frames the sine repeats; a table is many times as fast as a sine for each frame.
    let repeats = hz / divisor(hz, 1_000);
    let table: Vec<f64> = (0..repeats).map(|i| libm::sin(2.0 * PI * 1_000.0 * i as f64 / hz as f64)).collect();
    let mut at = 0;
    let mut tone = vec![0.0; block];
    let mut channels = vec![vec![0.0; block]; below.len()];
    for &(seconds, level) in parts {
        let gains: Vec<f64> = below.iter().map(|below| libm::exp10((level + below) / 20.0)).collect();
        let mut left = rate.frames(seconds) as usize;
        while left > 0 {
            let frames = left.min(block);
            let mut filled = 0;
            while filled < frames {
                let count = (frames - filled).min(repeats - at);
                tone[filled..filled + count].copy_from_slice(&table[at..at + count]);
                filled += count;
                at = (at + count) % repeats;
            }
            for (channel, gain) in channels.iter_mut().zip(&gains) {
                for (sample, tone) in channel[..frames].iter_mut().zip(&tone) {
                    *sample = gain * tone;
                }
            }
            give(&mut channels, frames, wrong, &mut meter);
            left -= frames;
        }
    }
}

/// The greatest number that divides both.
fn divisor(a: usize, b: usize) -> usize {
    if b == 0 { a } else { divisor(b, a % b) }
}

/// A stereo sine with a period of so many frames, from this phase on.
pub(super) fn sine(
    period: usize,
    degrees: f64,
    amplitude: f64,
    rate: SampleRate,
    block: usize,
    wrong: Wrong,
    meter: &mut dyn FnMut(&[&[f64]]),
) {
    let phase = |i: usize| 2.0 * PI * (i as f64 / period as f64 + degrees / 360.0);
    let table: Vec<f64> = (0..period).map(|i| amplitude * libm::sin(phase(i))).collect();
    let (frames, taper) = (rate.frames(SINE), rate.frames(TAPER));
    let value = |i: usize| table[i % period] * faded(i as i64, frames, taper);
    stereo(frames as usize, block, wrong, value, meter);
}

/// The sine with a cycle in it, every fourth value from `offset` on. The jump in level has no limit in frequency, so it is
/// low-passed at half of the rate before it is decimated.
pub(super) fn cycle(offset: usize, rate: SampleRate, block: usize, wrong: Wrong, meter: &mut dyn FnMut(&[&[f64]])) {
    const TIMES: i64 = 4;
    // A sixth and a quarter of the rate, at four times the rate.
    const SINE_PERIOD: i64 = 24;
    const CYCLE_PERIOD: i64 = 16;
    let (frames, taper) = (rate.frames(CYCLE), TIMES * rate.frames(TAPER));
    let made_frames = TIMES * frames;
    // Where the sine crosses zero.
    let start = made_frames / 2 / SINE_PERIOD * SINE_PERIOD;
    let turn = |i: i64, period: i64| libm::sin(2.0 * PI * (i % period) as f64 / period as f64);
    let made: Vec<f64> = (0..made_frames)
        .map(|i| {
            let wave = match i - start {
                into @ 0..CYCLE_PERIOD => turn(into, CYCLE_PERIOD),
                before @ ..0 => 0.5 * turn(before + start, SINE_PERIOD),
                after => 0.5 * turn(after - CYCLE_PERIOD, SINE_PERIOD),
            };
            wave * faded(i, made_frames, taper)
        })
        .collect();
    let taps = low_pass(1.0 / (2 * TIMES) as f64);
    let reach = (taps.len() / 2) as i64;
    let value = |i: usize| {
        let first = TIMES * i as i64 + offset as i64 - reach;
        let skipped = (-first).max(0) as usize;
        let kept = &made[(first.max(0) as usize).min(made.len())..];
        kept.iter().zip(&taps[skipped.min(taps.len())..]).map(|(x, tap)| x * tap).sum()
    };
    stereo(frames as usize, block, wrong, value, meter);
}

/// A sinc that ends at `cutoff` of the rate, under a Blackman window.
fn low_pass(cutoff: f64) -> Vec<f64> {
    const REACH: i32 = 800;
    let tap = |k: i32| {
        let (x, along) = (2.0 * PI * cutoff * f64::from(k), PI * f64::from(k) / f64::from(REACH + 1));
        let window = 0.42 + 0.5 * libm::cos(along) + 0.08 * libm::cos(2.0 * along);
        2.0 * cutoff * window * if k == 0 { 1.0 } else { libm::sin(x) / x }
    };
    (-REACH..=REACH).map(tap).collect()
}

/// A gain that rises from 0 over so many frames, and falls again before the end.
fn faded(frame: i64, frames: i64, taper: i64) -> f64 {
    let from_edge = frame.min(frames - 1 - frame);
    if from_edge >= taper { 1.0 } else { 0.5 - 0.5 * libm::cos(PI * from_edge as f64 / taper as f64) }
}

/// The same in both channels.
fn stereo(frames: usize, block: usize, wrong: Wrong, value: impl Fn(usize) -> f64, meter: &mut dyn FnMut(&[&[f64]])) {
    let mut channels = vec![vec![0.0; block]; 2];
    for first in (0..frames).step_by(block) {
        let count = block.min(frames - first);
        let made: Vec<f64> = (first..first + count).map(&value).collect();
        for channel in &mut channels {
            channel[..count].copy_from_slice(&made);
        }
        give(&mut channels, count, wrong, meter);
    }
}

fn give(channels: &mut [Vec<f64>], frames: usize, wrong: Wrong, meter: &mut dyn FnMut(&[&[f64]])) {
    if let Some(wrong) = wrong {
        for value in channels.iter_mut().flat_map(|channel| &mut channel[..frames]) {
            *value = wrong(*value);
        }
    }
    let slices: Vec<&[f64]> = channels.iter().map(|channel| &channel[..frames]).collect();
    meter(&slices);
}

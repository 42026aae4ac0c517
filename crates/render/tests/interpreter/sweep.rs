//! Chorus and phaser, from the laws at `stemwright_core`'s `Sweep`, `Chorus` and `Phaser`.

use std::f64::consts::{PI, TAU};

use stemwright_core::{Chorus, Param, Phaser, Sweep};

use super::Mutant;
use super::control::Line;
use super::inserts::Slot;
use super::layout::{Signal, silence};

/// The sine of a sweep that is `phase` turns ahead.
fn sine(slot: Slot<'_>, sweep: Sweep, phase: f64, frame: i64) -> f64 {
    let hz = match sweep {
        Sweep::Quarters(quarters) => slot.tempo.bpm / 60.0 / quarters,
        Sweep::Hz(hz) => hz,
    };
    let turns = hz * frame as f64 / slot.rate + phase;
    (TAU * (turns - turns.floor())).sin()
}

/// How far ahead a channel of a pair, or one channel alone, is; in turns.
fn ahead(slot: Slot<'_>, channel: usize, degrees: f64) -> f64 {
    let forgotten = slot.mutant == Some(Mutant::SweepPhaseForgotten);
    if channel == 1 && !forgotten { degrees / 360.0 } else { 0.0 }
}

/// Of a pair, or of one channel as on a mono strip.
pub fn chorus(slot: Slot<'_>, params: &Chorus, input: &Signal) -> Signal {
    let frames = input[0].len();
    let controls = slot.lines(&[Param::Feedback, Param::Wet], frames, |at| {
        [slot.read(Param::Feedback, params.feedback, at), slot.read(Param::Wet, params.wet, at)]
    });
    let voices = params.voices as f64; // V
    let mut output = silence(input.len(), frames);
    for (channel, input) in input.iter().enumerate() {
        let delay = |voice: usize, at: i64| {
            let phase = voice as f64 / voices + ahead(slot, channel, params.phase);
            let depth = slot.read(Param::Depth, 1000.0 * params.depth, at) / 1000.0;
            ((params.delay + depth * sine(slot, params.rate, phase, at)) * slot.rate).max(2.0)
        };
        let mut lines: Vec<Line<1>> = (0..params.voices).map(|_| Line::new(true)).collect();
        let mut written: Vec<f64> = Vec::new();
        for (n, frame) in (0..frames).zip(slot.begin..) {
            let mut sum = 0.0; // S
            for (voice, line) in lines.iter_mut().enumerate() {
                let [distance] = line.at(frame, |at| [delay(voice, at)]);
                let i = distance.floor() as usize;
                let f = distance - distance.floor();
                let z = |j: usize| n.checked_sub(j).map_or(0.0, |then| written[then]);
                sum += -f * (f - 1.0) * (f - 2.0) / 6.0 * z(i - 1) + (f + 1.0) * (f - 1.0) * (f - 2.0) / 2.0 * z(i)
                    - (f + 1.0) * f * (f - 2.0) / 2.0 * z(i + 1)
                    + (f + 1.0) * f * (f - 1.0) / 6.0 * z(i + 2);
            }
            let [feedback, wet] = controls[n];
            written.push(input[n] + feedback * sum / voices);
            output[channel][n] = (1.0 - wet) * input[n] + wet * sum / voices.sqrt();
        }
    }
    output
}

/// Of a pair, or of one channel as on a mono strip.
pub fn phaser(slot: Slot<'_>, params: &Phaser, input: &Signal) -> Signal {
    let frames = input[0].len();
    let controls = slot.lines(&[Param::Feedback, Param::Wet], frames, |at| {
        [slot.read(Param::Feedback, params.feedback, at), slot.read(Param::Wet, params.wet, at)]
    });
    let mut output = silence(input.len(), frames);
    for (channel, input) in input.iter().enumerate() {
        let corner = |at: i64| {
            let freq = slot.read(Param::Freq, params.freq, at);
            let depth = slot.read(Param::Depth, params.depth, at);
            let s = sine(slot, params.rate, ahead(slot, channel, params.phase), at);
            let f = (freq * 2f64.powf(depth * s)).max(10.0).min(0.45 * slot.rate);
            let g = (PI * f / slot.rate).tan();
            [g / (1.0 + g)]
        };
        let mut line: Line<1> = Line::new(true);
        let mut states = vec![0.0; params.stages];
        let mut last = 0.0; // w of the frame before
        for (n, frame) in (0..frames).zip(slot.begin..) {
            let [q] = line.at(frame, corner);
            let [feedback, wet] = controls[n];
            let mut x = input[n] + feedback * last;
            for state in &mut states {
                let v = q * (x - *state);
                let low = v + *state;
                *state = low + v;
                x = 2.0 * low - x;
            }
            last = x;
            output[channel][n] = (1.0 - wet) * input[n] + wet * x;
        }
    }
    output
}

//! Plucked strings: guitar, bass guitar, harp.
//!
//! The string is a loop of delay that loses a little each time round (Karplus and Strong, “Digital Synthesis of Plucked-String
//! and Drum Timbres”, Computer Music Journal 7(2), 1983), extended as by Jaffe and Smith in the same issue: tuned by an
//! all-pass, plucked at a place, harder or softer. It moves in two directions, which lose differently, so that a note falls
//! fast at first and slowly later (Weinreich, “Coupled piano strings”, JASA 62(6), 1977).

use crate::buffer::Audio;
use crate::envelope::ramp;
use crate::filter::{OnePole, Svf};
use crate::noise::Noise;
use crate::oscillator::{Phase, hertz, sine};
use crate::room::Room;
use crate::score::Note;
use crate::{RATE, frames};

/// How a kind of string is made and played.
#[derive(Clone, Copy, Debug)]
struct Strung {
    /// Seconds to −60 dB of the slower direction at A4; lower strings ring longer by the root of the ratio.
    ring: f64,
    /// How much of the last frame the loop's filter mixes in, 0 … 0.5: nylon 0.4, steel 0.2.
    dull: f64,
    /// Where it is plucked, as a part of its length.
    place: f64,
    /// Cutoff of a soft and of a hard finger, Hz.
    finger: (f64, f64),
    /// Seconds in which the finger lets go.
    attack: f64,
    /// Seconds in which a hand stops it.
    stop: f64,
}

const NYLON: Strung =
    Strung { ring: 2.6, dull: 0.27, place: 0.17, finger: (1_500.0, 6_500.0), attack: 0.0016, stop: 0.09 };
const STEEL: Strung =
    Strung { ring: 2.2, dull: 0.14, place: 0.11, finger: (2_500.0, 11_000.0), attack: 0.0009, stop: 0.05 };
const BASS: Strung = Strung { ring: 1.5, dull: 0.3, place: 0.13, finger: (900.0, 3_600.0), attack: 0.002, stop: 0.045 };
const HARP: Strung =
    Strung { ring: 2.8, dull: 0.33, place: 0.36, finger: (1_800.0, 6_000.0), attack: 0.0035, stop: 0.3 };

impl Strung {
    /// A note that is stopped after `held` seconds.
    fn pluck(&self, note: &Note, held: f64, seed: u64) -> Vec<f64> {
        let hz = hertz(note.pitch);
        let mut slow = Loop::new(hz, self, note.velocity, 1.0, seed);
        let mut fast = Loop::new(hz * 1.0007, self, note.velocity, 0.38, seed + 5_000);
        let stop = self.stop;
        (0..frames(held + 1.5 * stop))
            .map(|i| {
                let t = i as f64 / RATE;
                let end = 1.0 - ramp(t - held, 1.5 * stop);
                (0.6 * slow.next() + 0.4 * fast.next()) * ramp(t, self.attack) * end * end * note.velocity
            })
            .collect()
    }
}

/// A string moving in one direction.
struct Loop {
    line: Vec<f64>,
    at: usize,
    loss: f64,
    dull: f64,
    last: f64,
    all_pass: f64,
    ap_x: f64,
    ap_y: f64,
}

impl Loop {
    fn new(hz: f64, kind: &Strung, velocity: f64, patience: f64, seed: u64) -> Self {
        // The loop's filter delays by `dull` of a frame; the all-pass by the rest, 0.1 … 1.1.
        let period = RATE / hz - kind.dull;
        let length = (period - 0.1).floor();
        let rest = period - length;
        let seconds = kind.ring * patience * libm::sqrt(440.0 / hz);
        let line = shape(length as usize, kind, velocity, seed);
        // The filters have heard the end of the line: else its first sample would come round as a click.
        let before = line[line.len() - 1];
        Self {
            line,
            at: 0,
            loss: libm::pow(10.0, -3.0 / (hz * seconds)),
            dull: kind.dull,
            last: before,
            all_pass: (1.0 - rest) / (1.0 + rest),
            ap_x: before,
            ap_y: before,
        }
    }

    fn next(&mut self) -> f64 {
        let x = self.line[self.at];
        let smooth = self.loss * ((1.0 - self.dull) * x + self.dull * self.last);
        self.last = x;
        let y = self.all_pass * (smooth - self.ap_y) + self.ap_x;
        (self.ap_x, self.ap_y) = (smooth, y);
        self.line[self.at] = y;
        self.at = (self.at + 1) % self.line.len();
        x
    }
}

/// The string as the finger leaves it. What is plucked at a part `place` of its length moves, seen from the bridge, as a pulse
/// that wide; skin and nail add noise, less its echo from the nearer end. Softer for a softer touch, and without a mean.
fn shape(length: usize, kind: &Strung, velocity: f64, seed: u64) -> Vec<f64> {
    let mut noise = Noise::new(seed);
    let (soft, hard) = kind.finger;
    let mut touch = [OnePole::new(soft + (hard - soft) * velocity * velocity); 2];
    let pick = ((length as f64 * kind.place) as usize).max(1);
    let nail: Vec<f64> = (0..length).map(|_| noise.white()).collect();
    let raw = |i: usize| {
        let pulse = if i < pick { 1.0 } else { 0.0 };
        pulse + 0.22 * (nail[i] - 0.9 * nail[(i + length - pick) % length])
    };
    // Twice round, so that the filters have forgotten where they began.
    let round = (0..2 * length).map(|i| {
        let once = touch[0].low(raw(i % length));
        touch[1].low(once)
    });
    let plucked: Vec<f64> = round.skip(length).collect();
    let mean = plucked.iter().sum::<f64>() / length as f64;
    let energy = plucked.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>() / length as f64;
    plucked.iter().map(|x| (x - mean) * 0.3 / energy.sqrt()).collect()
}

/// When a string is stopped: when its hand lifts, or when the same string is needed again. Strings begin at `open`.
fn stopped(notes: &[Note], open: &[f64]) -> Vec<f64> {
    let string = |n: &Note| open.iter().rposition(|&low| low <= n.pitch).unwrap_or(0);
    notes
        .iter()
        .map(|note| {
            let again = notes.iter().filter(|n| n.beat > note.beat && string(n) == string(note)).map(|n| n.start());
            let gap = again.min().map_or(f64::INFINITY, |next| (next - note.start()) as f64 / RATE);
            note.held().min(gap)
        })
        .collect()
}

/// A wooden body: resonances (Hz, Q, level) beside the string itself.
fn body(out: &mut Audio, direct: f64, modes: &[(f64, f64, f64)]) {
    for channel in &mut out.channels {
        let mut bands: Vec<(Svf, f64)> = modes.iter().map(|&(hz, q, level)| (Svf::new(hz, q), level)).collect();
        for x in channel.iter_mut() {
            let wood: f64 = bands.iter_mut().map(|(band, level)| *level * band.band(*x)).sum();
            *x = direct * *x + wood;
        }
    }
}

const GUITAR_STRINGS: [f64; 6] = [40.0, 45.0, 50.0, 55.0, 59.0, 64.0];
const GUITAR_BODY: [(f64, f64, f64); 6] = [
    (104.0, 9.0, 0.5),
    (203.0, 9.0, 0.7),
    (286.0, 12.0, 0.35),
    (402.0, 10.0, 0.4),
    (690.0, 6.0, 0.3),
    (2_600.0, 1.2, 0.4),
];

fn guitar(notes: &[Note], kind: &Strung, seed: u64) -> Audio {
    let mut out = Audio::mono(Vec::new());
    for (n, (note, held)) in notes.iter().zip(stopped(notes, &GUITAR_STRINGS)).enumerate() {
        out.add(note.start(), &kind.pluck(note, held, seed + n as u64), 0.0);
    }
    body(&mut out, 0.75, &GUITAR_BODY);
    out
}

/// A nylon guitar, picked, mono.
#[must_use]
pub fn picked(notes: &[Note], seed: u64) -> Audio {
    guitar(notes, &NYLON, seed)
}

/// A steel guitar, strummed, mono.
#[must_use]
pub fn strummed(notes: &[Note], seed: u64) -> Audio {
    guitar(notes, &STEEL, seed)
}

/// A bass guitar through its pickup, mono: the pickup hears the string at a fifth of its length, the amplifier rounds it.
#[must_use]
pub fn bass_guitar(notes: &[Note], seed: u64) -> Audio {
    let mut out = Audio::mono(Vec::new());
    for (n, (note, held)) in notes.iter().zip(stopped(notes, &[0.0])).enumerate() {
        let dry = BASS.pluck(note, held, seed + n as u64);
        let far = (RATE / hertz(note.pitch) * 0.21) as usize;
        let mut fundamental = Phase::default();
        let hz = hertz(note.pitch);
        let heard: Vec<f64> = (0..dry.len())
            .map(|i| {
                let t = i as f64 / RATE;
                let comb = dry[i] - 0.55 * if i >= far { dry[i - far] } else { 0.0 };
                let end = 1.0 - ramp(t - held, 0.06);
                // A flat-wound string hums more than it twangs.
                comb + 0.2 * note.velocity * sine(fundamental.next(hz)) * ramp(t, 0.01) * libm::exp(-t / 0.9) * end
            })
            .collect();
        out.add(note.start(), &heard, 0.0);
    }
    let mut cabinet = [Svf::new(3_400.0, 0.75), Svf::new(1_900.0, 0.9)];
    for x in &mut out.channels[0] {
        let low = cabinet[0].low(*x);
        *x = libm::tanh(2.2 * (low + 0.35 * cabinet[1].band(low)));
    }
    out
}

/// A harp, mono, its soundboard and a little of the stage.
#[must_use]
pub fn harp(notes: &[Note], seed: u64) -> Audio {
    let mut out = Audio::mono(Vec::new());
    for (n, note) in notes.iter().enumerate() {
        out.add(note.start(), &HARP.pluck(note, note.held() + 0.5, seed + n as u64), 0.0);
    }
    body(&mut out, 0.85, &[(180.0, 4.0, 0.35), (310.0, 6.0, 0.3), (540.0, 5.0, 0.25)]);
    Room { seconds: 1.6, size: 0.9, damping: 5_500.0, wet: 0.16 }.around(&out)
}

//! The kit's skins: kick, snare, cross-stick, toms, claps. (Its metal is in [`crate::cymbals`].)
//!
//! The ratios of a round membrane's modes are the zeros of Bessel functions, 1, 1.594, 2.136, 2.296, 2.653, 2.918 (Rossing,
//! “Science of Percussion Instruments”, 2000, ch. 1); air and the second head push the first one down, so that the real ones
//! stand a little wider.

use crate::buffer::Audio;
use crate::envelope::{decay, ramp};
use crate::filter::{OnePole, Svf};
use crate::modes::Mode;
use crate::noise::Noise;
use crate::oscillator::{Phase, sine};
use crate::room::Room;
use crate::score::groove::Hit;
use crate::score::seconds;
use crate::{RATE, frames};

/// A recording of one microphone: every stroke of `hits` sounded by `sound`, which is told its number.
pub fn take(hits: &[Hit], sound: impl Fn(&Hit, u64) -> Vec<f64>) -> Audio {
    let mut out = Audio::mono(Vec::new());
    for (n, hit) in hits.iter().enumerate() {
        out.add(frames(seconds(hit.beat)), &sound(hit, n as u64), 0.0);
    }
    out
}

/// Kick: a head that falls to 49 Hz, the shell above it, a felt beater.
#[must_use]
pub fn kick(force: f64, seed: u64) -> Vec<f64> {
    let mut phase = Phase::default();
    let mut shell = [Mode::new(98.0, 0.05, 0.22, 0.0), Mode::new(163.0, 0.025, 0.12, 0.1)];
    let mut noise = Noise::new(1_000 + seed);
    let (mut felt, mut knock) = (Svf::new(2_900.0 + 900.0 * force, 0.8), Svf::new(950.0, 1.1));
    (0..frames(0.42))
        .map(|i| {
            let t = i as f64 / RATE;
            let hz = 49.0 + (60.0 + 70.0 * force) * decay(t, 0.026) + 520.0 * force * decay(t, 0.0042);
            let level = ramp(t, 0.0004) * (0.72 * decay(t, 0.13) + 0.28 * decay(t, 0.045));
            let white = noise.white();
            let click = force * (0.55 * felt.band(white) * decay(t, 0.003) + 0.6 * knock.band(white) * decay(t, 0.006));
            let ring: f64 = shell.iter_mut().map(Mode::ring).sum();
            let drum = libm::tanh(1.6 * level * sine(phase.next(hz)) + ramp(t, 0.0002) * click) + ring * ramp(t, 0.001);
            drum * (0.25 + 0.75 * force) * (1.0 - ramp(t - 0.32, 0.1))
        })
        .collect()
}

/// Snare: seven modes of its two heads, the wires that the lower one throws about, the stick. `force` 1 is a backbeat, 0.2
/// a ghost note: darker, and nearly all wire.
#[must_use]
pub fn snare(force: f64, seed: u64) -> Vec<f64> {
    let mut noise = Noise::new(2_000 + seed);
    let mut heads: Vec<Mode> = [
        (191.0, 0.085, 1.0),
        (336.0, 0.06, 0.55),
        (421.0, 0.04, 0.34),
        (463.0, 0.05, 0.3),
        (548.0, 0.032, 0.24),
        (672.0, 0.028, 0.18),
        (913.0, 0.02, 0.14),
    ]
    .iter()
    .map(|&(hz, tau, level): &(f64, f64, f64)| {
        Mode::new(hz * (1.0 + 0.004 * noise.white()), tau, level * (1.0 + 0.3 * noise.white()), 0.02)
    })
    .collect();
    let mut thump = Phase::default();
    let mut wires = [Svf::new(1_500.0 + 700.0 * force, 0.6), Svf::new(5_200.0, 0.7)];
    let mut air = OnePole::new(5_500.0 + 9_000.0 * force);
    let mut stick = Svf::new(4_300.0, 0.9);
    let long = 0.07 + 0.065 * force;
    (0..frames(0.36))
        .map(|i| {
            let t = i as f64 / RATE;
            let skin: f64 = heads.iter_mut().map(Mode::ring).sum();
            let fall = 0.6 * force * decay(t, 0.03) * sine(thump.next(178.0 + 90.0 * force * decay(t, 0.01)));
            let white = noise.white();
            let body = wires[0].high(white);
            let top = wires[1].band(white);
            // The wires leave the head with its first swing and fall back on it: a dip, then the rattle.
            let throw = 1.0 - 0.55 * ramp(t - 0.002, 0.004) * decay((t - 0.006).max(0.0), 0.012);
            let rattle = air.low(body + 0.7 * top) * throw * (0.62 * decay(t, long) + 0.38 * decay(t, 0.018));
            let hit = stick.band(white) * decay(t, 0.0022);
            let drum = 0.42 * skin + fall + (0.55 + 0.5 * force) * rattle + 1.2 * force * hit;
            let loud = force * (0.55 + 0.45 * force);
            libm::tanh(1.15 * ramp(t, 0.0003) * drum) * loud * (1.0 - ramp(t - 0.26, 0.1))
        })
        .collect()
}

/// Cross-stick: the stick lies on the head and strikes the rim.
#[must_use]
pub fn stick(force: f64, seed: u64) -> Vec<f64> {
    let mut noise = Noise::new(2_500 + seed);
    let bend = 1.0 + 0.006 * noise.white();
    let mut wood: Vec<Mode> = [(420.0, 0.03, 0.5), (880.0, 0.018, 0.8), (1_760.0, 0.012, 0.9), (2_930.0, 0.007, 0.5)]
        .iter()
        .map(|&(hz, tau, level): &(f64, f64, f64)| Mode::new(hz * bend, tau, level, 0.0))
        .collect();
    let mut click = Svf::new(3_600.0, 0.9);
    let mut wires = Svf::new(4_500.0, 0.8);
    (0..frames(0.2))
        .map(|i| {
            let t = i as f64 / RATE;
            let white = noise.white();
            let ring: f64 = wood.iter_mut().map(Mode::ring).sum();
            let rest = 0.7 * click.band(white) * decay(t, 0.002) + 0.05 * wires.band(white) * decay(t, 0.05);
            (ring + rest) * ramp(t, 0.0002) * force * (1.0 - ramp(t - 0.12, 0.08))
        })
        .collect()
}

/// A tom tuned to `hz`: the head falls into its pitch.
#[must_use]
pub fn tom(hz: f64, force: f64, seed: u64) -> Vec<f64> {
    let mut noise = Noise::new(3_000 + seed);
    let ratios = [(1.0, 0.24, 1.0), (1.72, 0.13, 0.42), (2.32, 0.1, 0.26), (2.9, 0.06, 0.16), (3.4, 0.05, 0.1)];
    let mut phases = [Phase::default(); 5];
    let mut slap = Svf::new(1_500.0 + 1_800.0 * force, 0.7);
    (0..frames(0.75))
        .map(|i| {
            let t = i as f64 / RATE;
            let now = hz * (1.0 + 0.22 * force * decay(t, 0.035));
            let head: f64 = ratios
                .iter()
                .zip(&mut phases)
                .map(|(&(ratio, tau, level), p)| {
                    level * decay(t, tau * 110.0 / hz.max(90.0)) * sine(p.next(now * ratio))
                })
                .sum();
            let stick = slap.band(noise.white()) * (0.9 * decay(t, 0.005) + 0.06 * decay(t, 0.08));
            libm::tanh(0.9 * ramp(t, 0.0005) * (head + force * stick)) * force * (1.0 - ramp(t - 0.5, 0.25))
        })
        .collect()
}

/// Claps: six hands that almost agree, in a room.
#[must_use]
pub fn claps(hits: &[Hit]) -> Audio {
    let mut out = Audio::mono(Vec::new());
    for (n, hit) in hits.iter().enumerate() {
        let mut player = Noise::new(4_000 + n as u64);
        for hand in 0..6u64 {
            let late = 0.0095 * hand as f64 * (1.0 + 0.35 * player.white()) * if hand > 3 { 0.6 } else { 1.0 };
            let mut noise = Noise::new(4_100 + 10 * n as u64 + hand);
            let mut palm = Svf::new(1_050.0 + 260.0 * player.white() + 60.0 * hand as f64, 1.3);
            let mut bite = Svf::new(1_600.0, 0.7);
            let tau = if hand == 3 { 0.05 } else { 0.0065 };
            let sound: Vec<f64> = (0..frames(0.28))
                .map(|i| {
                    let t = i as f64 / RATE;
                    let white = noise.white();
                    let clap = palm.band(white) + 0.3 * bite.high(white);
                    hit.velocity * clap * decay(t, tau) * ramp(t, 0.0003) * (1.0 - ramp(t - 0.2, 0.08))
                })
                .collect();
            out.add(frames(seconds(hit.beat) + late.max(0.0)), &sound, 0.0);
        }
    }
    Room { seconds: 0.6, size: 0.45, damping: 5_500.0, wet: 0.22 }.around(&out)
}

/// The drum booth, around a mono take: wood, half a second.
#[must_use]
pub fn booth(take: &Audio, wet: f64) -> Audio {
    Room { seconds: 0.42, size: 0.34, damping: 6_000.0, wet }.around(take)
}

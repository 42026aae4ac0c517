//! The gate: when it opens and closes, and how far apart the two levels are.

use crate::plot::{Axis, Plot, Stroke};
use crate::report::{Section, figure};
use crate::run::{gains, still};
use crate::signals::sine;
use crate::spectrum::{db, factor};
use stemwright_core::{Gate, Unit};
use stemwright_dsp::GateUnit;

/// The rates at which it is measured.
pub const RATES: [u32; 3] = [44_100, 48_000, 192_000];

/// The gate's gain in dB, frame by frame, for what it hears.
pub fn gain_curve(gate: &Gate, hz: u32, heard: Vec<f64>) -> Vec<f64> {
    let mut unit = GateUnit::new(gate, 1, 1, 2, f64::from(hz));
    let gains = gains(&mut unit, &mut still(&Unit::Gate(gate.clone()), hz), &[heard]);
    gains.into_iter().map(|gain| if gain > 0.0 { db(gain) } else { f64::NEG_INFINITY }).collect()
}

/// Seconds after the level came: half open (in dB), and within 1 dB; and after it went: begins to close, half closed.
#[derive(Debug, Clone, Copy)]
pub struct Timeline(pub [f64; 4]);

/// The level that comes and goes, dBFS.
const LEVEL: f64 = -20.0;
/// Seconds before it comes, and for how long it stays.
const LEAD: f64 = 0.05;
const STAY: f64 = 0.25;

fn burst(hz: u32, seconds: f64) -> Vec<f64> {
    let at = |seconds: f64| (seconds * f64::from(hz)).round() as usize;
    let on = at(LEAD)..at(LEAD + STAY);
    (0..at(seconds)).map(|n| if on.contains(&n) { factor(LEVEL) } else { 0.0 }).collect()
}

/// As measured on a level of −20 dBFS that comes and goes at once.
pub fn timeline(gate: &Gate, hz: u32) -> Timeline {
    let rate = f64::from(hz);
    let curve = gain_curve(gate, hz, burst(hz, 1.5));
    let [come, gone] = [LEAD, LEAD + STAY].map(|seconds| (seconds * rate).round() as usize);
    let after = |from: usize, beyond: &dyn Fn(f64) -> bool| {
        let found = curve[from..].iter().position(|&gain| beyond(gain));
        // Frame 0 is what the first frame has already done.
        found.map_or(f64::NAN, |n| (n + 1) as f64 / rate)
    };
    let half = -gate.range / 2.0;
    Timeline([
        after(come, &|gain| gain >= half),
        after(come, &|gain| gain >= -1.0),
        after(gone, &|gain| gain < -1e-6),
        after(gone, &|gain| gain <= half),
    ])
}

/// The same by the law's exponentials: the envelope falls by 1/e in 10 ms, the reduction moves with its time
/// constants.
pub fn expected(gate: &Gate) -> Timeline {
    let half = libm::log(2.0);
    let fall = 0.010 * libm::log(factor(LEVEL - (gate.threshold.0 - gate.hysteresis)));
    let closes = fall + gate.hold;
    Timeline([gate.attack * half, gate.attack * libm::log(gate.range), closes, closes + gate.release * half])
}

/// The levels in dBFS at which it opens and closes, as a constant rises and falls by 20 dB a second.
pub fn levels(gate: &Gate, hz: u32) -> [f64; 2] {
    let gate = Gate { hold: 0.0, attack: 0.0, release: 0.0, ..gate.clone() };
    let rate = f64::from(hz);
    let half = (1.5 * rate) as usize;
    let level = |n: usize| gate.threshold.0 - 15.0 + 20.0 * (n.min(2 * half - n) as f64 / rate);
    let curve = gain_curve(&gate, hz, (0..2 * half).map(|n| factor(level(n))).collect());
    let opens = curve.iter().position(|&gain| gain == 0.0).unwrap_or(0);
    let closes = curve.iter().rposition(|&gain| gain == 0.0).unwrap_or(0);
    [level(opens), level(closes)]
}

/// How often it opens on a second of a 100 Hz sine whose level goes 1.5 dB up and down around the threshold ten times.
pub fn openings(gate: &Gate, hz: u32) -> usize {
    let rate = f64::from(hz);
    let wave = sine(100.0 / rate, 0.0, hz as usize);
    let swing = sine(10.0 / rate, 0.0, hz as usize);
    let heard = wave.iter().zip(&swing).map(|(x, sway)| x * factor(gate.threshold.0 + 1.5 * sway)).collect();
    let gate = Gate { attack: 0.0, release: 0.0, hold: 0.0, ..gate.clone() };
    let curve = gain_curve(&gate, hz, heard);
    curve.windows(2).filter(|pair| pair[0] < 0.0 && pair[1] == 0.0).count()
}

/// The section of the report.
pub fn section() -> Section {
    let mut out = Section::new("Gate");
    out.say(
        "A level of −20 dBFS comes at once and goes after 250 ms; times in ms, measured / by the law's exponentials \
         (the envelope falls by 1/e in 10 ms from −20 dBFS to threshold − hysteresis, then the hold, then the \
         release). *Half* is half of the range in dB.",
    );
    let gates = [
        ("gate as it comes: attack 1, hold 20, release 100 ms, 80 dB", Gate::hard()),
        (
            "attack 5, hold 0, release 30 ms, 40 dB",
            Gate { attack: 0.005, hold: 0.0, release: 0.030, range: 40.0, ..Gate::hard() },
        ),
        (
            "attack 0.1, hold 100, release 10 ms, 80 dB",
            Gate { attack: 0.0001, hold: 0.1, release: 0.010, ..Gate::hard() },
        ),
    ];
    let mut rows = Vec::new();
    for (name, gate) in &gates {
        for hz in RATES {
            let (is, law) = (timeline(gate, hz).0, expected(gate).0);
            let cell = |i: usize| format!("{} / {}", figure(1000.0 * is[i], 2), figure(1000.0 * law[i], 2));
            rows.push([vec![format!("{name}, {} kHz", f64::from(hz) / 1000.0)], (0..4).map(cell).collect()].concat());
        }
    }
    out.table(&["gate", "half open", "within 1 dB", "begins to close", "half closed"], &rows);
    out.say(
        "The level at which it opens and closes, on a constant that rises and falls by 20 dB a second (threshold −40 \
         dBFS):",
    );
    let mut rows = Vec::new();
    for hysteresis in [0.0, 4.0, 10.0] {
        let gate = Gate { hysteresis, ..Gate::hard() };
        let [opens, closes] = levels(&gate, 48_000);
        let times = openings(&gate, 48_000);
        rows.push(vec![format!("{hysteresis} dB"), figure(opens, 2), figure(closes, 2), times.to_string()]);
    }
    out.table(&["hysteresis", "opens, dBFS", "closes, dBFS", "openings on a 100 Hz sine that sways by ±1.5 dB"], &rows);
    let mut plot = Plot::new(
        "Gate at 48 kHz: a level of −20 dBFS from 50 to 300 ms",
        Axis::linear("ms", 0.0, 800.0, 100.0),
        Axis::linear("gain, dB", -90.0, 10.0, 10.0),
    );
    for (name, gate) in [
        ("1 / 20 / 100 ms", Gate::hard()),
        ("5 / 0 / 30 ms, 40 dB", gates[1].1.clone()),
        ("expander 2:1, 24 dB", Gate::expander()),
    ] {
        let curve = gain_curve(&gate, 48_000, burst(48_000, 0.8));
        let near = |n: usize| n.is_multiple_of(96) || ((2400..3400).contains(&n) && n.is_multiple_of(12));
        let points = curve.iter().enumerate().filter(|(n, _)| near(*n)).map(|(n, gain)| (n as f64 / 48.0, *gain));
        plot.line(name, Stroke::Solid, points.collect());
    }
    out.plot("gate", "opening and closing of the gate", &plot);
    out
}

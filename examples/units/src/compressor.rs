//! The compressor against its static curve, and its time constants against the differential equations of the law.

use crate::plot::{Axis, Plot, Stroke};
use crate::report::{Section, deviation, figure};
use crate::run::{gains, still};
use crate::signals::shifted_sines;
use crate::spectrum::{db, factor};
use std::f64::consts::E;
use stemwright_core::{Compressor, Db, Detector, Unit};
use stemwright_dsp::CompressorUnit;

fn reductions(c: &Compressor, hz: u32, heard: &[Vec<f64>]) -> Vec<f64> {
    let mut unit = CompressorUnit::new(c, heard.len(), f64::from(hz));
    let gains = gains(&mut unit, &mut still(&Unit::Compressor(c.clone()), hz), heard);
    gains.into_iter().map(|gain| -db(gain)).collect()
}

/// The reduction in dB of a level in dB: equation 4 of Giannoulis, Massberg & Reiss (JAES 60(6), 2012), as x − y.
pub fn law(c: &Compressor, x: f64) -> f64 {
    let (over, slope) = (x - c.threshold.0, 1.0 - 1.0 / c.ratio);
    if 2.0 * over < -c.knee {
        0.0
    } else if 2.0 * over.abs() <= c.knee && c.knee > 0.0 {
        slope * (over + c.knee / 2.0) * (over + c.knee / 2.0) / (2.0 * c.knee)
    } else {
        slope * over
    }
}

/// The settings whose static curves are measured.
pub fn settings() -> Vec<(&'static str, Compressor)> {
    let channel = Compressor::channel();
    vec![
        ("3:1 from −18 dB, knee 6 dB, peak", channel.clone()),
        ("2:1 from −16 dB, knee 6 dB, RMS", Compressor::bus()),
        (
            "∞:1 from −20 dB, no knee, peak",
            Compressor { ratio: f64::INFINITY, knee: 0.0, threshold: Db(-20.0), ..channel.clone() },
        ),
        (
            "8:1 from −30 dB, knee 20 dB, RMS",
            Compressor { ratio: 8.0, knee: 20.0, threshold: Db(-30.0), ..Compressor::bus() },
        ),
        ("1.5:1 from −40 dB, knee 40 dB, peak", Compressor { ratio: 1.5, knee: 40.0, threshold: Db(-40.0), ..channel }),
    ]
}

/// The reduction that settles at a level in dB: on a 1 kHz sine (its peak) for peak detectors, on a constant for RMS
/// detectors, whose mean over 5 ms of a sine's square goes up and down by 0.07 dB at 1 kHz.
pub fn settled(c: &Compressor, hz: u32, level: f64) -> f64 {
    let c = Compressor { attack: c.attack / 10.0, release: c.release / 10.0, ..c.clone() };
    let frames = hz as usize / 4;
    let heard = match c.detector {
        Detector::Rms => vec![vec![factor(level); frames]],
        Detector::Peak => shifted_sines(1000.0 / f64::from(hz), factor(level), frames),
    };
    reductions(&c, hz, &heard)[frames - 1]
}

/// The largest difference in dB between the settled reduction and equation 4, every 5 dB from −70 to 0 dB.
pub fn curve_error(c: &Compressor, hz: u32) -> f64 {
    let off = |step: i32| {
        let level = -70.0 + 5.0 * f64::from(step);
        (settled(c, hz, level) - law(c, level)).abs()
    };
    (0..=14).map(off).fold(0.0, f64::max)
}

/// Seconds in which a reduction goes 63.2 % of its way up after a step of the level, and down after the step back.
#[derive(Debug, Clone, Copy)]
pub struct Times {
    /// Up.
    pub attack: f64,
    /// Down.
    pub release: f64,
}

/// The step whose times are measured: from 10 dB below a hard knee to 20 dB above, and back. The signal is constant,
/// so that peak and RMS are the same.
fn stepped(detector: Detector, attack: f64, release: f64) -> Compressor {
    let knee = 0.0;
    Compressor { attack, release, detector, knee, threshold: Db(-30.0), ratio: 4.0, ..Compressor::channel() }
}

const LOW: f64 = -40.0;
const HIGH: f64 = -10.0;

/// How long up and how long down again.
fn spans(c: &Compressor) -> (f64, f64) {
    (0.1 + 12.0 * c.attack, 0.1 + 12.0 * (c.release + c.attack))
}

/// When a curve sampled every `step` seconds first passes a value (upwards, or downwards).
fn passes(curve: &[f64], step: f64, value: f64, upwards: bool) -> f64 {
    let beyond = |x: f64| if upwards { x >= value } else { x <= value };
    let n = curve.iter().position(|&x| beyond(x)).unwrap_or(curve.len() - 1);
    // Sample n is what the step has done after n + 1 frames.
    let before = if n == 0 { if upwards { 0.0 } else { curve[0] } } else { curve[n - 1] };
    let part = if curve[n] == before { 1.0 } else { (value - before) / (curve[n] - before) };
    (n as f64 + part) * step
}

/// The unit's reduction after the step up and after the step down, in dB.
pub fn step_response(c: &Compressor, hz: u32) -> [Vec<f64>; 2] {
    let (up, down) = spans(c);
    let [up, down] = [up, down].map(|seconds| (seconds * f64::from(hz)) as usize);
    let lead = hz as usize / 20;
    let level = |n| if (lead..lead + up).contains(&n) { factor(HIGH) } else { factor(LOW) };
    let signal = (0..lead + up + down).map(level).collect();
    let all = reductions(c, hz, &[signal]);
    [all[lead..lead + up].to_vec(), all[lead + up..].to_vec()]
}

/// The same from the differential equations that the law's one-pole filters stand for, in steps of `dt` seconds.
fn ideal_response(c: &Compressor, dt: f64) -> [Vec<f64>; 2] {
    let (up, down) = spans(c);
    let (mut p, mut y, mut z) = (factor(2.0 * LOW), 0.0f64, 0.0f64);
    let mut run = |seconds: f64, level: f64| {
        let mut out = Vec::new();
        for _ in 0..(seconds / dt) as usize {
            let square = factor(2.0 * level);
            let x = if c.detector == Detector::Rms {
                p += (square - p) * dt / 0.005;
                10.0 * libm::log10(p)
            } else {
                level
            };
            let wanted = law(c, x);
            match c.detector {
                Detector::Peak => y += (wanted - y) * dt / if wanted > y { c.attack } else { c.release },
                Detector::Rms => {
                    z = wanted.max(z + (wanted - z) * dt / c.release);
                    y += (z - y) * dt / c.attack;
                }
            }
            out.push(y);
        }
        out
    };
    [run(up, HIGH), run(down, LOW)]
}

fn times([up, down]: &[Vec<f64>; 2], step: f64) -> Times {
    let full = up[up.len() - 1];
    Times { attack: passes(up, step, full * (1.0 - 1.0 / E), true), release: passes(down, step, full / E, false) }
}

/// As measured.
pub fn time_constants(detector: Detector, attack: f64, release: f64, hz: u32) -> Times {
    times(&step_response(&stepped(detector, attack, release), hz), 1.0 / f64::from(hz))
}

/// As the differential equations have it, in steps of a 4000th of the attack.
pub fn ideal_times(detector: Detector, attack: f64, release: f64) -> Times {
    let dt = attack / 4000.0;
    times(&ideal_response(&stepped(detector, attack, release), dt), dt)
}

/// Detector, attack and release of the table.
pub const TIMES: [(Detector, f64, f64); 6] = [
    (Detector::Peak, 0.001, 0.050),
    (Detector::Peak, 0.010, 0.120),
    (Detector::Peak, 0.050, 0.500),
    (Detector::Rms, 0.003, 0.050),
    (Detector::Rms, 0.030, 0.150),
    (Detector::Rms, 0.100, 0.600),
];

/// The section of the report.
pub fn section() -> Section {
    let mut out = Section::new("Compressor");
    out.say(
        "Static curve against equation 4 of Giannoulis, Massberg & Reiss (*Digital Dynamic Range Compressor Design*, \
         JAES 60(6), 2012): the settled reduction every 5 dB from −70 to 0 dB, for peak detectors on a 1 kHz sine (64 \
         channels with shifted phases, so that the detector hears a level), for RMS detectors on a constant. The \
         largest difference in dB.",
    );
    let curves = settings().iter().map(|(_, c)| curve_error(c, 48_000)).fold(0.0, f64::max);
    let ideals = TIMES.map(|(detector, attack, release)| ideal_times(detector, attack, release));
    let ratio = |((detector, attack, release), ideal): ((Detector, f64, f64), Times)| {
        let is = time_constants(detector, attack, release, 48_000);
        (is.attack / ideal.attack - 1.0).abs().max((is.release / ideal.release - 1.0).abs())
    };
    let times = TIMES.into_iter().zip(ideals).map(ratio).fold(0.0, f64::max);
    out.sum_up(
        "Compressor: static curve and time constants",
        "equation 4 and its ballistics",
        &format!("{} dB and {} % off", deviation(curves), figure(100.0 * times, 2)),
    );
    let rates = [44_100, 48_000, 96_000, 192_000];
    let rows: Vec<Vec<String>> = settings()
        .iter()
        .map(|(name, c)| {
            std::iter::once((*name).to_owned()).chain(rates.map(|hz| deviation(curve_error(c, hz)))).collect()
        })
        .collect();
    out.table(&["setting", "44.1 kHz", "48 kHz", "96 kHz", "192 kHz"], &rows);
    out.say(
        "Time constants: the level steps by 30 dB, the reduction by 15 dB, and back; the time in ms in which 63.2 % \
         of the way is gone. The reference integrates the law's differential equations in steps of a 4000th of the \
         attack. A decoupled (RMS) compressor takes longer than it is set to, by the 5 ms of its mean square and by \
         releasing through its attack: that is the law (eq. 17), and the reference has it too.",
    );
    let rows: Vec<Vec<String>> = TIMES
        .iter()
        .zip(ideals)
        .map(|(&(detector, attack, release), ideal)| {
            let ms = |seconds: f64| figure(seconds * 1000.0, 2);
            let mut row = vec![
                format!("{detector:?}, {} / {}", attack * 1000.0, release * 1000.0),
                format!("{} / {}", ms(ideal.attack), ms(ideal.release)),
            ];
            row.extend([44_100, 48_000, 192_000].map(|hz| {
                let is = time_constants(detector, attack, release, hz);
                format!("{} / {}", ms(is.attack), ms(is.release))
            }));
            row
        })
        .collect();
    out.table(&["detector, attack / release set (ms)", "reference", "44.1 kHz", "48 kHz", "192 kHz"], &rows);
    let mut curves = Plot::new(
        "Compressor: settled level (dots) and equation 4 (lines)",
        Axis::linear("level in, dB", -70.0, 0.0, 10.0),
        Axis::linear("level out, dB", -70.0, 0.0, 10.0),
    );
    for (colour, (name, c)) in settings().iter().enumerate() {
        let law = (0..=280).map(|i| -70.0 + f64::from(i) / 4.0).map(|x| (x, x - law(c, x))).collect();
        let is = (0..=23).map(|i| -69.0 + 3.0 * f64::from(i)).map(|x| (x, x - settled(c, 48_000, x))).collect();
        let short = name.split(", ").next().unwrap_or(name);
        curves.coloured(short, Stroke::Solid, colour, law);
        curves.coloured("", Stroke::Dots, colour, is);
    }
    out.plot("compressor", "static curves of the compressor", &curves);
    let mut steps = Plot::new(
        "Compressor at 48 kHz: reduction after a step of 30 dB up (at 0) and down (at 300 ms)",
        Axis::linear("ms", 0.0, 900.0, 100.0),
        Axis::linear("reduction, dB", 0.0, 17.5, 2.5),
    );
    for (colour, (name, detector, attack, release)) in
        [("peak, 10 / 120 ms", Detector::Peak, 0.010, 0.120), ("RMS, 30 / 150 ms", Detector::Rms, 0.030, 0.150)]
            .into_iter()
            .enumerate()
    {
        let c = stepped(detector, attack, release);
        let joined = |[up, down]: [Vec<f64>; 2], step: f64, every: usize| -> Vec<(f64, f64)> {
            let at = |n: usize, from: f64| from + 1000.0 * (n + 1) as f64 * step;
            let up = up.iter().enumerate().map(|(n, &y)| (at(n, 0.0), y)).take_while(|(t, _)| *t <= 300.0);
            let down = down.iter().enumerate().map(|(n, &y)| (at(n, 300.0), y)).take_while(|(t, _)| *t <= 900.0);
            up.chain(down).step_by(every).collect()
        };
        steps.coloured(name, Stroke::Solid, colour, joined(step_response(&c, 48_000), 1.0 / 48_000.0, 96));
        steps.reference("", joined(ideal_response(&c, 2e-5), 2e-5, 100));
    }
    steps.reference("differential equations", Vec::new());
    out.plot("compressor-times", "step responses of the compressor", &steps);
    out
}

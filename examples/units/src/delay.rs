//! The echo: what each pass leaves of it.

use crate::eq::prototype;
use crate::report::{Section, figure};
use crate::run::{linear, still};
use crate::spectrum::{db, magnitude};
use std::f64::consts::{FRAC_1_SQRT_2, TAU};
use stemwright_core::{Band, BandKind, Db, Delay, DelayTime, Tempo, Unit};
use stemwright_dsp::DelayUnit;

const HZ: u32 = 48_000;
const TIME: f64 = 0.25;

fn delay(feedback: f64, low_cut: Option<f64>, high_cut: Option<f64>) -> Delay {
    Delay { time: DelayTime::Seconds(TIME), feedback, ping_pong: false, low_cut, high_cut, wet: 1.0 }
}

/// The echoes of an impulse, one after another.
fn echoes(delay: &Delay, count: usize) -> Vec<Vec<f64>> {
    let frames = (TIME * f64::from(HZ)) as usize;
    let mut channels = vec![vec![0.0; frames * (count + 1)]];
    channels[0][0] = 1.0;
    let tempo = Tempo { bpm: 120.0, time_signature: (4, 4) };
    let mut unit = DelayUnit::new(delay, tempo, 1, f64::from(HZ));
    linear(&mut unit, &mut still(&Unit::Delay(delay.clone()), HZ), &mut channels);
    channels[0][frames..].chunks(frames).map(<[f64]>::to_vec).collect()
}

/// The level of the 1st, 2nd … echo in dB at a frequency, and that of the arithmetic: feedbackⁿ⁻¹ times the analogue
/// cuts n times.
pub fn levels(feedback: f64, cuts: [Option<f64>; 2], freq: f64, count: usize) -> Vec<[f64; 2]> {
    let [low, high] = cuts;
    let band = |kind, freq| Band { kind, freq, gain: Db::ZERO, q: FRAC_1_SQRT_2 };
    let low = low.map_or(1.0, |f| prototype(&band(BandKind::HighPass { steep: false }, f), freq));
    let high = high.map_or(1.0, |f| prototype(&band(BandKind::LowPass { steep: false }, f), freq));
    let echoes = echoes(&delay(feedback, cuts[0], cuts[1]), count);
    let level = |(n, echo): (usize, &Vec<f64>)| {
        let pass = n as f64 * db(feedback.max(1e-300)) + (n + 1) as f64 * db(low * high);
        [db(magnitude(echo, TAU * freq / f64::from(HZ))), if n == 0 { db(low * high) } else { pass }]
    };
    echoes.iter().enumerate().map(level).collect()
}

/// The largest difference of the two in dB.
pub fn error(feedback: f64, cuts: [Option<f64>; 2], freq: f64, count: usize) -> f64 {
    levels(feedback, cuts, freq, count).iter().map(|[is, law]| (is - law).abs()).fold(0.0, f64::max)
}

/// The section of the report.
pub fn section() -> Section {
    let mut out = Section::new("Delay");
    out.say(
        "Echoes of an impulse every 250 ms at 48 kHz, in dB, measured / by arithmetic: feedbackⁿ⁻¹, and the analogue \
         curves of the cuts once for each pass. The cuts' own deviation (the EQ's) adds up with the passes.",
    );
    let shown = [1usize, 2, 3, 5, 8];
    let rows: Vec<Vec<String>> = [
        ("feedback 0.5, no cuts", 0.5, [None, None], 1000.0),
        ("feedback 0.9, no cuts", 0.9, [None, None], 1000.0),
        ("feedback 0.7, 200 Hz – 5 kHz, at 100 Hz", 0.7, [Some(200.0), Some(5000.0)], 100.0),
        ("feedback 0.7, 200 Hz – 5 kHz, at 1 kHz", 0.7, [Some(200.0), Some(5000.0)], 1000.0),
        ("feedback 0.7, 200 Hz – 5 kHz, at 8 kHz", 0.7, [Some(200.0), Some(5000.0)], 8000.0),
    ]
    .into_iter()
    .map(|(name, feedback, cuts, freq)| {
        let levels = levels(feedback, cuts, freq, 8);
        let cell = |n: usize| format!("{} / {}", figure(levels[n - 1][0], 2), figure(levels[n - 1][1], 2));
        std::iter::once(name.to_owned()).chain(shown.map(cell)).collect()
    })
    .collect();
    out.table(&["", "1st", "2nd", "3rd", "5th", "8th"], &rows);
    out
}

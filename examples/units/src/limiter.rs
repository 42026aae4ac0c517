//! The limiter against a 64-fold true peak, and what it does to a sine.

use crate::plot::{Axis, Plot, Stroke};
use crate::report::{Section, figure, hertz, level};
use crate::run::{gain, still};
use crate::signals::{Noise, below, sine};
use crate::spectrum::{db, factor, fit};
use crate::true_peak::Reference;
use std::f64::consts::TAU;
use stemwright_core::{Db, Limiter, Unit};
use stemwright_dsp::{LimiterUnit, latency};

/// The rates at which it is measured.
pub const RATES: [u32; 6] = [44_100, 48_000, 88_200, 96_000, 176_400, 192_000];
/// Seconds of look-ahead.
pub const LOOK_AHEADS: [f64; 5] = [0.00025, 0.0005, 0.002, 0.005, 0.010];
/// dBTP.
pub const CEILINGS: [f64; 2] = [-1.0, -0.1];

/// The signal limited, as late as the limiter makes it.
fn limited(limiter: &Limiter, hz: u32, signal: &[f64]) -> Vec<f64> {
    let mut channels = vec![signal.to_vec()];
    let unit = Unit::Limiter(limiter.clone());
    gain(&mut LimiterUnit::new(limiter, 1, 1, f64::from(hz)), &mut still(&unit, hz), &mut channels);
    channels.remove(0)
}

/// What is limited: a name, the samples, and dB of gain.
pub struct Test {
    /// As in the table.
    pub name: &'static str,
    /// 8192 frames that begin and end with silence.
    pub signal: Vec<f64>,
    /// The limiter's own.
    pub gain: f64,
}

const FRAMES: usize = 8192;

fn shaped(frames: std::ops::Range<usize>, value: impl FnMut(usize) -> f64) -> Vec<f64> {
    let mut signal = vec![0.0; FRAMES];
    signal[frames.clone()].iter_mut().zip(frames.map(value)).for_each(|(x, y)| *x = y);
    signal
}

fn drums(rate: f64) -> Vec<f64> {
    let mut noise = Noise(5);
    let mut signal = vec![0.0; FRAMES];
    for (at, pitch, bright) in [(300, 60.0, 0.5), (2300, 190.0, 1.2), (4300, 60.0, 0.5), (5600, 8000.0, 1.5)] {
        for (n, x) in signal[at..7700].iter_mut().enumerate() {
            let t = n as f64 / rate;
            let sweep = libm::sin(TAU * (pitch * t + pitch * 0.03 * (1.0 - libm::exp(-t / 0.02))));
            *x += 1.6 * sweep * libm::exp(-t / 0.06) + bright * noise.sample() * libm::exp(-t / 0.004);
        }
    }
    signal
}

fn program(rate: f64) -> Vec<f64> {
    let mut signal = drums(rate);
    for (k, freq) in [110.0, 164.8, 220.0, 277.2, 440.0, 3520.0].into_iter().enumerate() {
        for (n, x) in signal[200..7900].iter_mut().enumerate() {
            let t = n as f64 / rate;
            *x += 0.25 * (2.0 * crate::spectrum::fraction(freq * t + 0.17 * k as f64) - 1.0);
        }
    }
    signal
}

/// Signals that are nowhere near band-limited: steps, impulses, noise up to half the rate.
pub fn raw(hz: u32) -> Vec<Test> {
    let rate = f64::from(hz);
    let (mut noise, mut random) = (Noise(1), Noise(2));
    let mut until = 300;
    let impulses = shaped(300..7800, |n| {
        if n < until {
            return 0.0;
        }
        until = n + 1 + ((random.sample() + 1.0) * 12.0) as usize;
        if random.sample() > 0.0 { 2.0 } else { -2.0 }
    });
    let test = |name, signal, gain| Test { name, signal, gain };
    vec![
        test(
            "noise in bursts, +6 dB",
            shaped(300..7800, |n| if (n / 700).is_multiple_of(2) { 2.0 * noise.sample() } else { 0.0 }),
            0.0,
        ),
        test("dense impulses, +6 dB", impulses, 0.0),
        test(
            "square waves, +3 dB",
            shaped(300..7800, |n| if (n * 2 * 997 / hz as usize).is_multiple_of(2) { 1.41 } else { -1.41 }),
            0.0,
        ),
        test("drums, +6 dB", drums(rate), 0.0),
        test("hot program, +12 dB of gain", program(rate), 12.0),
    ]
}

/// The same below a part of the rate.
pub fn raw_below(hz: u32, part: f64) -> Vec<Test> {
    raw(hz).into_iter().map(|test| Test { signal: below(&test.signal, part), ..test }).collect()
}

/// The same below 0.45 of the rate, and sines up to there.
pub fn band_limited(hz: u32) -> Vec<Test> {
    let mut tests = raw_below(hz, 0.45);
    for (name, turn, phase) in [
        ("sine at 0.25 of the rate, 45°, +6 dB", 0.25, 0.125),
        ("sine at 0.2503 of the rate, +6 dB", 0.2503, 0.125),
        ("sine at 0.333 of the rate, +6 dB", 0.333, 0.07),
        ("sine at 0.41 of the rate, +6 dB", 0.41, 0.2),
        ("sine at 0.449 of the rate, +6 dB", 0.449, 0.11),
    ] {
        // Faded in and out over 1000 frames: a sine that is switched is not band-limited.
        let wave = sine(turn, phase, FRAMES);
        let fade = |n: usize| {
            let part = (n.min(FRAMES - 1 - n) as f64 - 300.0) / 1000.0;
            0.5 - 0.5 * libm::cos(std::f64::consts::PI * part.clamp(0.0, 1.0))
        };
        let signal = wave.iter().enumerate().map(|(n, x)| 2.0 * fade(n) * x).collect();
        tests.push(Test { name, signal, gain: 0.0 });
    }
    tests
}

/// By how many dB the reference true peak of the output is over the ceiling.
pub fn over(reference: &Reference, test: &Test, hz: u32, ceiling: f64, look_ahead: f64) -> f64 {
    let limiter = Limiter { ceiling: Db(ceiling), gain: Db(test.gain), look_ahead, ..Limiter::default() };
    let late = latency(&Unit::Limiter(limiter.clone()), f64::from(hz));
    let mut signal = test.signal.clone();
    signal.resize(FRAMES + late, 0.0);
    db(reference.peak(&limited(&limiter, hz, &signal))) - ceiling
}

/// Whether what stays below the ceiling comes out bit by bit as it went in, only later.
pub fn is_a_delay_below_the_ceiling(hz: u32) -> bool {
    let limiter = Limiter::default();
    let late = latency(&Unit::Limiter(limiter.clone()), f64::from(hz));
    // 0.85 with nothing near half the rate: the true peak stays below −1 dBTP (0.891).
    let signal: Vec<f64> = sine(0.0131, 0.1, 20_000).iter().map(|x| 0.85 * x).collect();
    limited(&limiter, hz, &signal)[late..] == signal[..signal.len() - late]
}

/// All that is not the sine, in dB below it: a sine 3 dB over the ceiling, with this release.
pub fn distortion(freq: f64, release: f64, hz: u32) -> f64 {
    let limiter = Limiter { release, ..Limiter::default() };
    let amplitude = factor(limiter.ceiling.0 + 3.0);
    let frames = 2 * hz as usize;
    let signal: Vec<f64> = sine(freq / f64::from(hz), 0.0, frames).iter().map(|x| amplitude * x).collect();
    // The second second: whole periods, long after the start.
    let (sine, rest) = fit(&limited(&limiter, hz, &signal)[frames / 2..], freq / f64::from(hz));
    db(rest * 2.0f64.sqrt() / sine)
}

/// Seconds of release of the table.
pub const RELEASES: [f64; 6] = [0.0, 0.010, 0.030, 0.080, 0.300, 1.0];

/// The section of the report.
pub fn section() -> Section {
    let mut out = Section::new("Limiter");
    out.say(
        "The largest true peak over the ceiling in dB. The true peak is measured by a naive program with 64-fold \
         oversampling (a Kaiser-windowed sinc of 256 taps a phase), not by the limiter's own 16-fold half-band \
         filters. Ceilings −1 and −0.1 dBTP, look-ahead 0.25, 0.5, 2, 5 and 10 ms; each figure is the worst of these. \
         Asked: ≤ 0.1 dB over, at every rate.",
    );
    let reference = Reference::default();
    let mut by_ahead = [[f64::NEG_INFINITY; LOOK_AHEADS.len()]; 2];
    let mut rows = Vec::new();
    for (group, kind) in ["below 0.45 of the rate", "not band-limited"].into_iter().enumerate() {
        let tests = RATES.map(|hz| if group == 0 { band_limited(hz) } else { raw(hz) });
        for number in 0..tests[0].len() {
            let mut row = vec![format!("{}, {kind}", tests[0][number].name)];
            for (hz, tests) in RATES.into_iter().zip(&tests) {
                let mut worst = f64::NEG_INFINITY;
                for (ahead, &look_ahead) in LOOK_AHEADS.iter().enumerate() {
                    for ceiling in CEILINGS {
                        let over = over(&reference, &tests[number], hz, ceiling, look_ahead);
                        by_ahead[group][ahead] = by_ahead[group][ahead].max(over);
                        worst = worst.max(over);
                    }
                }
                row.push(figure(worst, 3));
            }
            rows.push(row);
        }
    }
    out.table(&["signal", "44.1 kHz", "48", "88.2", "96", "176.4", "192 kHz"], &rows);
    let mut rows = Vec::new();
    for (group, kind) in ["below 0.45 of the rate", "not band-limited"].into_iter().enumerate() {
        rows.push(std::iter::once(kind.to_owned()).chain(by_ahead[group].map(|over| figure(over, 3))).collect());
    }
    out.say("The worst of all signals and rates, by look-ahead:");
    out.table(&["signals", "0.25 ms", "0.5 ms", "2 ms", "5 ms", "10 ms"], &rows);
    let most = |group: usize, from: usize| by_ahead[group][from..].iter().copied().fold(f64::NEG_INFINITY, f64::max);
    out.sum_up(
        "Limiter: 64-fold true peak over the ceiling, every rate",
        "≤ 0.1 dB",
        &format!(
            "{} dB with 0.5 ms of look-ahead or more, {} dB with 0.25 ms; {} dB where the input reaches half the rate",
            figure(most(0, 1), 3),
            figure(by_ahead[0][0], 3),
            figure(most(1, 0), 3)
        ),
    );
    let up_to_048 = RATES.iter().flat_map(|&hz| raw_below(hz, 0.48).into_iter().map(move |test| (test, hz)));
    let up_to_048 = up_to_048.map(|(test, hz)| over(&reference, &test, hz, -1.0, 0.002));
    out.say(&format!(
        "Signals below 0.48 of the rate come to {} dB (2 ms, every rate). What is nearer to half the rate makes the \
         rest: a true peak there depends on the filter of who measures it.",
        figure(up_to_048.fold(f64::NEG_INFINITY, f64::max), 3)
    ));
    let exact = RATES.iter().all(|&hz| is_a_delay_below_the_ceiling(hz));
    let bits = if exact { "bit by bit as it went in" } else { "**not** as it went in" };
    out.say(&format!("What stays below the ceiling comes out {bits}, only later (every rate)."));
    out.say(
        "Distortion of a sine 3 dB over the ceiling (−1 dBTP, look-ahead 2 ms, 48 kHz): all that is not the sine, in \
         dB. A release that is short beside the period lets the gain follow the wave.",
    );
    let rows: Vec<Vec<String>> = [50.0, 1000.0]
        .iter()
        .map(|&freq| std::iter::once(hertz(freq)).chain(RELEASES.map(|r| level(distortion(freq, r, 48_000)))).collect())
        .collect();
    out.table(&["release", "0", "10 ms", "30 ms", "80 ms", "300 ms", "1 s"], &rows);
    let mut plot = Plot::new(
        "Limiter: distortion of a sine 3 dB over the ceiling",
        Axis::log("release, ms", 1.0, 3000.0),
        Axis::linear("all but the sine, dB", -120.0, 0.0, 20.0),
    );
    for freq in [30.0, 50.0, 100.0, 200.0] {
        let points = crate::spectrum::spaced(0.001, 3.0, 22);
        let points = points.into_iter().map(|r| (1000.0 * r, distortion(freq, r, 48_000)));
        plot.line(&hertz(freq), Stroke::Solid, points.collect());
    }
    out.plot("limiter-distortion", "distortion of the limiter by release time", &plot);
    out
}

//! The meters against the EBU's own test signals, regenerated here: anybody can see on their machine that what `check` measures
//! is what the standards ask for.
//!
//! Signals are made and measured block by block, in f64; the EBU's files of them have 16 and 24 bits.

mod cases;
mod sound;
mod table;

use cases::{Case, Sound};
use rayon::prelude::*;
use serde::Serialize;
use std::sync::{Mutex, PoisonError};
use stemwright_core::SampleRate;
use stemwright_dsp::{Loudness, TruePeak};

pub use table::table;

/// The rates at which everything is measured. The EBU's files are at 48 kHz only.
const RATES: [u32; 5] = [44_100, 48_000, 88_200, 96_000, 192_000];
/// Frames of a block, as files are measured.
const BLOCK: usize = 4_096;

/// What is left out of the standards' lists, and why.
pub const LEFT_OUT: &str =
    "Tech 3341 signals 7 and 8 and Tech 3342 signals 5 and 6 are recordings, which cannot be made anew.";

/// What a meter reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Quantity {
    /// Integrated loudness in LUFS.
    Integrated,
    /// Short-term loudness (3 s) in LUFS.
    ShortTerm,
    /// Momentary loudness (400 ms) in LUFS.
    Momentary,
    /// Loudness range in LU.
    Range,
    /// True peak in dBTP.
    TruePeak,
}

/// What a meter read of one signal at one rate, and what it had to.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SelfTest {
    /// The document that the signal is from.
    pub standard: &'static str,
    /// Its number there.
    pub signal: u32,
    /// Of a signal in twenty segments: the one, from 1, whose reading is farthest from what is expected.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub segment: Option<u32>,
    /// What was measured.
    pub quantity: Quantity,
    /// The rate at which the signal was made.
    pub rate: SampleRate,
    /// What the meter had to read.
    pub expected: f64,
    /// By how much less it may read: 0 or negative.
    pub tolerance_low: f64,
    /// By how much more it may read.
    pub tolerance_high: f64,
    /// What it read, the farthest from what is expected where it is read again and again; absent where it read nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub measured: Option<f64>,
    /// Whether that is within the tolerance.
    pub passed: bool,
}

/// What stands between the signal and the meter, so that a test can see these tests fail.
type Wrong = Option<fn(f64) -> f64>;

/// Measures every signal of EBU Tech 3341 and Tech 3342 that can be made anew (see [`LEFT_OUT`]) with the meters that measure
/// files, at five rates. `progress` hears how many signals are done, of how many; it is called on any thread.
pub fn selftest(progress: &mut (dyn FnMut(usize, usize) + Send)) -> Vec<SelfTest> {
    let cases = cases::all();
    let rates = RATES.map(|hz| SampleRate::new(hz).expect("a rate in the range"));
    let jobs: Vec<_> = cases.iter().flat_map(|case| rates.map(|rate| (case, rate))).collect();
    let of = jobs.len();
    let done = Mutex::new((0, progress));
    let results: Vec<Vec<SelfTest>> = jobs
        .into_par_iter()
        .with_max_len(1)
        .map(|(case, rate)| {
            let results = measure(case, rate, None);
            let mut done = done.lock().unwrap_or_else(PoisonError::into_inner);
            done.0 += 1;
            let count = done.0;
            (done.1)(count, of);
            results
        })
        .collect();
    results.into_iter().flatten().collect()
}

/// Gives a true-peak signal of Tech 3341, 15 to 23, to another meter, block by block.
#[doc(hidden)]
pub fn true_peak_signal(signal: u32, rate: SampleRate, meter: &mut dyn FnMut(&[&[f64]])) {
    if let Some(case) = cases::all().iter().find(|case| case.signal == signal) {
        between_samples(&case.sound, rate, None, meter);
    }
}

fn measure(case: &Case, rate: SampleRate, wrong: Wrong) -> Vec<SelfTest> {
    let judge = |quantity, expected, measured, segment| SelfTest {
        standard: case.standard,
        signal: case.signal,
        segment,
        quantity,
        rate,
        expected,
        tolerance_low: case.tolerance[0],
        tolerance_high: case.tolerance[1],
        measured,
        passed: measured.is_some_and(|read: f64| (case.tolerance[0]..=case.tolerance[1]).contains(&(read - expected))),
    };
    let all = |read: &dyn Fn(Quantity) -> Option<f64>| {
        case.expected.iter().map(|&(quantity, expected)| judge(quantity, expected, read(quantity), None)).collect()
    };
    match &case.sound {
        Sound::Tones(parts, below) => {
            let mut meter = Loudness::new(rate, below.len());
            sound::tones(parts, below, rate, BLOCK, wrong, |block| meter.block(block));
            all(&|quantity| read(&meter, quantity))
        }
        Sound::Steady(parts, seconds) => {
            let mut meter = Loudness::new(rate, 2);
            // The meter's own step.
            let step = rate.hz() as usize / 100;
            let (mut frames, from) = (0, rate.frames(*seconds));
            let [(quantity, expected)] = case.expected[..] else { return Vec::new() };
            let mut results = Vec::new();
            sound::tones(parts, &[0.0; 2], rate, step, wrong, |block| {
                meter.block(block);
                frames += step as i64;
                if frames >= from {
                    let now =
                        if quantity == Quantity::Momentary { meter.momentary_now() } else { meter.short_term_now() };
                    results.push(judge(quantity, expected, now, None));
                }
            });
            farthest(results)
        }
        Sound::Segments { parts, in_one_go, rise } => {
            let mut meter = Loudness::new(rate, 2);
            let mut results = Vec::new();
            for (number, parts) in (0..).zip(parts) {
                if !in_one_go {
                    meter = Loudness::new(rate, 2);
                }
                sound::tones(parts, &[0.0; 2], rate, BLOCK, wrong, |block| meter.block(block));
                for &(quantity, expected) in &case.expected {
                    let expected = expected + rise * f64::from(number);
                    results.push(judge(quantity, expected, read(&meter, quantity), Some(number + 1)));
                }
            }
            farthest(results)
        }
        Sound::Sine { .. } | Sound::Cycle(_) => {
            let mut meter = TruePeak::new(2);
            between_samples(&case.sound, rate, wrong, &mut |block| meter.block(block));
            meter.finish();
            all(&|_| (meter.peak() > 0.0).then(|| 20.0 * libm::log10(meter.peak())))
        }
    }
}

/// Makes the signals for true peak.
fn between_samples(sound: &Sound, rate: SampleRate, wrong: Wrong, meter: &mut dyn FnMut(&[&[f64]])) {
    match *sound {
        Sound::Sine { frames, degrees, amplitude } => {
            sound::sine(frames, degrees, amplitude, rate, BLOCK, wrong, meter)
        }
        Sound::Cycle(offset) => sound::cycle(offset, rate, BLOCK, wrong, meter),
        Sound::Tones(..) | Sound::Steady(..) | Sound::Segments { .. } => {}
    }
}

/// What the meter says at the end.
fn read(meter: &Loudness, quantity: Quantity) -> Option<f64> {
    match quantity {
        Quantity::Integrated => meter.integrated(),
        Quantity::ShortTerm => meter.short_term_max(),
        Quantity::Momentary => meter.momentary_max(),
        Quantity::Range => meter.range(),
        Quantity::TruePeak => None,
    }
}

/// The one that stands for all: one that failed before any that passed, then the farthest from what is expected.
fn farthest(results: Vec<SelfTest>) -> Vec<SelfTest> {
    let off = |result: &SelfTest| result.measured.map_or(f64::INFINITY, |read| (read - result.expected).abs());
    let worse = |a: &SelfTest, b: &SelfTest| b.passed.cmp(&a.passed).then(off(a).total_cmp(&off(b)));
    results.into_iter().max_by(worse).into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn measured_with(wrong: fn(f64) -> f64) -> Vec<SelfTest> {
        let rate = SampleRate::new(48_000).unwrap();
        cases::all().iter().flat_map(|case| measure(case, rate, Some(wrong))).collect()
    }

    #[test]
    fn a_meter_that_reads_0_3_db_too_much_fails_all_but_the_range() {
        for result in measured_with(|x| x * 1.035) {
            assert_eq!(result.passed, result.quantity == Quantity::Range, "{result:?}");
        }
    }

    #[test]
    fn a_meter_that_reads_0_3_db_too_little_fails_every_loudness() {
        // Of a peak 0.4 dB less may be read.
        for result in measured_with(|x| x / 1.035) {
            let passed = matches!(result.quantity, Quantity::Range | Quantity::TruePeak);
            assert_eq!(result.passed, passed, "{result:?}");
        }
    }

    /// One that hears three tenths more of each dB.
    #[test]
    fn a_meter_that_stretches_levels_fails_the_range() {
        let results = measured_with(|x| x.signum() * libm::pow(x.abs(), 1.3));
        let ranges = results.iter().filter(|result| result.quantity == Quantity::Range).collect::<Vec<_>>();
        assert_eq!(ranges.len(), 4);
        for result in ranges {
            assert!(!result.passed, "{result:?}");
        }
    }

    /// One that hears nothing reads nothing, or a peak of nothing.
    #[test]
    fn a_meter_that_reads_nothing_fails() {
        for result in measured_with(|_| 0.0) {
            assert!(!result.passed && result.measured.is_none(), "{result:?}");
        }
    }

    /// A meter of samples must fail, or these signals would show nothing of what lies between them.
    #[test]
    fn the_peaks_of_the_signals_lie_between_samples() {
        let rate = SampleRate::new(48_000).unwrap();
        let mut failed = Vec::new();
        for case in cases::all().into_iter().filter(|case| case.expected[0].0 == Quantity::TruePeak) {
            let mut largest = 0.0_f64;
            between_samples(&case.sound, rate, None, &mut |block| {
                largest = block[0].iter().fold(largest, |m, x| m.max(x.abs()));
            });
            let off = 20.0 * libm::log10(largest) - case.expected[0].1;
            eprintln!("signal {}: the largest sample is {off:+.2} dB from the true peak", case.signal);
            if off < case.tolerance[0] {
                failed.push(case.signal);
            }
        }
        // 15 has samples on its peaks, and 20 has the peak of the cycle.
        assert_eq!(failed, [16, 17, 18, 19, 21, 22, 23]);
    }
}

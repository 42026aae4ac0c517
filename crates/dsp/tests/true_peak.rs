//! The true peak against the EBU's test signals (Tech 3341) and against slow references written here.

mod signals;

use signals::*;
use std::f64::consts::PI;
use stemwright_dsp::TruePeak;

/// A file that ends, or begins, at full scale overshoots outside of itself; so does one before a long silence.
#[test]
fn the_peak_outside_the_samples_counts() {
    // Interpolation of alternating samples stays below 1.1 among them and is largest half a sample outside.
    let signal: Vec<f64> = (0..40).map(|i| if i % 2 == 0 { 1.0 } else { -1.0 }).collect();
    let mut meter = TruePeak::new(1);
    meter.block(&[&signal]);
    meter.finish();
    assert!(meter.peak() > 1.4 && oversampled(&signal, 64).0 > 1.4, "{}", meter.peak());
    for silence in [1, 23, 500, 1071, 1072, 1073, 5_000, 10_000_000_000] {
        for lead in [0, 1, 900, 983, 984, 985, 1024] {
            let mut early = TruePeak::new(1);
            early.silence(lead);
            early.block(&[&signal]);
            early.silence(silence);
            early.finish();
            assert_eq!(early.peak().to_bits(), meter.peak().to_bits(), "{lead} frames before, {silence} after");
        }
    }
}

// --- True peak -------------------------------------------------------------------------------------------------------

fn bessel_i0(x: f64) -> f64 {
    let (mut term, mut sum) = (1.0, 1.0);
    for k in 1..80 {
        term *= (x / 2.0 / f64::from(k)) * (x / 2.0 / f64::from(k));
        sum += term;
    }
    sum
}

/// A windowed sinc with cutoff `cutoff` of the rate (½ for interpolation), `t` samples from its centre.
fn sinc(t: f64, cutoff: f64, reach: f64) -> f64 {
    let window = bessel_i0(10.0 * (1.0 - (t / reach) * (t / reach)).max(0.0).sqrt()) / bessel_i0(10.0);
    let x = 2.0 * PI * cutoff * t;
    2.0 * cutoff * if x == 0.0 { 1.0 } else { libm::sin(x) / x } * window
}

/// The slow reference: the peak at `times` times the rate, with 160 taps, and the largest sample.
fn oversampled(signal: &[f64], times: usize) -> (f64, f64) {
    const REACH: usize = 80;
    let mut padded = vec![0.0; 2 * REACH];
    padded.extend_from_slice(signal);
    padded.resize(signal.len() + 4 * REACH, 0.0);
    let mut peak = 0.0f64;
    for phase in 0..times {
        let taps: Vec<f64> = (0..2 * REACH)
            .map(|k| sinc(phase as f64 / times as f64 - (k as f64 - REACH as f64 + 1.0), 0.5, REACH as f64))
            .collect();
        for window in padded.windows(2 * REACH) {
            let mut sums = [0.0; 8];
            for (taps, window) in taps.as_chunks::<8>().0.iter().zip(window.as_chunks::<8>().0) {
                for i in 0..8 {
                    sums[i] += taps[i] * window[i];
                }
            }
            peak = peak.max(sums.iter().sum::<f64>().abs());
        }
    }
    (peak, signal.iter().fold(0.0, |m, x| m.max(x.abs())))
}

/// Fades in and out, so that the ends make no peak of their own.
fn taper(signal: &mut [f64], frames: usize) {
    let last = signal.len() - 1;
    for i in 0..frames {
        let gain = 0.5 - 0.5 * libm::cos(PI * i as f64 / frames as f64);
        signal[i] *= gain;
        signal[last - i] *= gain;
    }
}

#[test]
fn tech_3341_true_peak_of_sines() {
    let cases = [(15, 4, 0.0, 0.5, -6.0), (16, 4, 45.0, 0.5, -6.0), (17, 6, 60.0, 0.5, -6.0), (18, 8, 67.5, 0.5, -6.0)];
    let mut worst = Worst::new("Tech 3341 signals 15 to 19, true peak");
    for rate in RATES {
        for (case, divisor, degrees, amplitude, expected) in cases.into_iter().chain([(19, 4, 45.0, 1.41, 3.0)]) {
            let phase = |i: usize| 2.0 * PI * (i as f64 / f64::from(divisor) + degrees / 360.0);
            let mut signal: Vec<f64> = (0..rate as usize).map(|i| amplitude * libm::sin(phase(i))).collect();
            taper(&mut signal, rate as usize / 100);
            worst.see(&format!("signal {case} at {rate} Hz"), db(true_peak(&signal)), expected, (-0.4, 0.2));
        }
    }
}

/// fs/6 at 0.5 with one cycle of fs/4 at 1, made at four times the rate; every fourth value after a low-pass at half of the
/// final rate. Its peak as it is made is the reference, 0 dB by the standard.
#[test]
fn tech_3341_true_peak_of_a_cycle_between_samples() {
    let frames: usize = 4 * 4_800;
    // The cycle takes 16 values, from a zero crossing of the other (24 values).
    let start: usize = 24 * 400;
    let mut made: Vec<f64> = (0..frames)
        .map(|i: usize| match i.checked_sub(start) {
            Some(into @ 0..16) => libm::sin(2.0 * PI * into as f64 / 16.0),
            Some(after @ 16..) => 0.5 * libm::sin(2.0 * PI * (after - 16) as f64 / 24.0),
            _ => 0.5 * libm::sin(2.0 * PI * i as f64 / 24.0),
        })
        .collect();
    taper(&mut made, 4 * 480);
    let taps: Vec<f64> = (0..=1600).map(|k| sinc(f64::from(k) - 800.0, 0.125, 800.0)).collect();
    let low: Vec<f64> = (0..frames)
        .map(|i| {
            let value = |(k, tap): (usize, &f64)| (i + 800).checked_sub(k).and_then(|at| made.get(at)).map(|x| x * tap);
            taps.iter().enumerate().filter_map(value).sum()
        })
        .collect();
    let (reference, _) = oversampled(&low, 8);
    let mut worst = Worst::new("Tech 3341 signals 20 to 23, true peak");
    let mut spread = Vec::new();
    for offset in 0..4 {
        let signal: Vec<f64> = low.iter().skip(offset).step_by(4).copied().collect();
        let bare: Vec<f64> = made.iter().skip(offset).step_by(4).copied().collect();
        let measured = db(true_peak(&signal));
        eprintln!(
            "signal {}: {measured:+.4} dBTP, made as {:+.4}; without the low-pass {:+.4}",
            20 + offset,
            db(reference),
            db(true_peak(&bare))
        );
        worst.see(&format!("signal {}", 20 + offset), measured, 0.0, (-0.4, 0.2));
        spread.push(measured - db(reference));
    }
    assert!(spread.iter().all(|off| off.abs() < 0.1), "{spread:?} dB from the signal before decimation");
}

/// Each case is a tapered sine of amplitude 1: its peak is known, and measured by the slow reference too.
#[test]
fn true_peak_of_sines_up_to_0_45_of_every_rate() {
    let mut known = Worst::new("sines from 100 Hz to 0.45 of the rate, against their amplitude");
    let mut slow = Worst::new("sines from 100 Hz to 0.45 of the rate, against the 64× reference");
    for rate in RATES {
        let mut freqs: Vec<f64> =
            (0..40).map(|i| 100.0 * libm::pow(0.45 * f64::from(rate) / 100.0, f64::from(i) / 39.0)).collect();
        // Frequencies whose samples fall on the same few phases again and again.
        freqs.extend([4.0, 3.0, 2.5, 20.0 / 9.0, 16.0 / 7.0, 12.0 / 5.0, 6.0, 8.0].map(|d| f64::from(rate) / d));
        for freq in freqs {
            let w = 2.0 * PI * freq / f64::from(rate);
            let period = (2.0 * PI / w).ceil() as usize;
            let frames = 2 * 256 + (2 * period).max(64);
            for phase in 0..32 {
                let phase = w * f64::from(phase) / 32.0;
                let mut signal: Vec<f64> = (0..frames).map(|i| libm::sin(w * i as f64 + phase)).collect();
                taper(&mut signal, 256);
                let measured = db(true_peak(&signal));
                let case = format!("{freq:.1} Hz at {rate} Hz, phase {phase:.3}");
                known.see(&case, measured, 0.0, (-0.1, 0.1));
                if phase == 0.0 {
                    slow.see(&case, measured, db(oversampled(&signal, 64).0), (-0.1, 0.1));
                }
            }
        }
    }
}

/// Low-passed at 0.45 of the rate with a transition of 0.01.
fn below_045(signal: &[f64]) -> Vec<f64> {
    let taps: Vec<f64> = (0..=1200).map(|k| sinc(f64::from(k) - 600.0, 0.444, 600.0)).collect();
    let mut padded = vec![0.0; 600];
    padded.extend_from_slice(signal);
    padded.resize(signal.len() + 1200, 0.0);
    padded.windows(1201).map(|window| window.iter().zip(&taps).map(|(x, tap)| x * tap).sum()).collect()
}

#[test]
fn true_peak_of_noise_and_of_clipped_waves() {
    let mut worst = Worst::new("noise below 0.45 of the rate, against the 64× reference");
    let mut full = (f64::INFINITY, f64::NEG_INFINITY);
    for seed in 0..12 {
        let white = noise(seed, 3_000);
        let signal = below_045(&white);
        let (reference, sample) = oversampled(&signal, 64);
        let measured = true_peak(&signal);
        assert!(measured >= sample);
        worst.see(&format!("seed {seed}"), db(measured), db(reference), (-0.1, 0.1));
        let off = db(true_peak(&white)) - db(oversampled(&white, 64).0);
        full = (full.0.min(off), full.1.max(off));
    }
    eprintln!("white noise up to half the rate: {:+.3} to {:+.3} dB (the filters differ above 0.45)", full.0, full.1);
    drop(worst);

    let mut worst = Worst::new("clipped sines, against the 64× reference");
    for i in 0..16 {
        let w = 0.013 * libm::pow(1.25, f64::from(i));
        let drive = 1.5 + f64::from(i % 4);
        let mut signal: Vec<f64> =
            (0..4_000).map(|n| (drive * libm::sin(w * f64::from(n) + 0.1)).clamp(-0.9, 0.9)).collect();
        taper(&mut signal, 256);
        let (reference, sample) = oversampled(&signal, 64);
        let measured = true_peak(&signal);
        assert!(measured >= sample);
        worst.see(&format!("{w:.4} radians a frame, {drive} times"), db(measured), db(reference), (-0.1, 0.1));
    }
}

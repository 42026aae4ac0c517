//! The equaliser against its law at `stemwright_core::Eq`: magnitudes, noise, blocks, silence.
//!
//! The analogue prototypes are written here once more, from the law, and never taken from the crate's own design.

use std::f64::consts::{FRAC_1_SQRT_2, PI};
use stemwright_core::{Automation, Band, BandKind, Db, Eq, Param, SampleRate, Shape, Target, Unit};
use stemwright_dsp::{Controller, EqUnit, Linear};

const RATES: [u32; 4] = [44_100, 48_000, 96_000, 192_000];
const HIGH_PASS: BandKind = BandKind::HighPass { steep: false };
const LOW_PASS: BandKind = BandKind::LowPass { steep: false };
const HIGH_PASS_24: BandKind = BandKind::HighPass { steep: true };
const LOW_PASS_24: BandKind = BandKind::LowPass { steep: true };

fn band(kind: BandKind, freq: f64, gain: f64, q: f64) -> Band {
    Band { kind, freq, gain: Db(gain), q }
}

fn eq(bands: &[Band]) -> Eq {
    Eq { bands: bands.to_vec() }
}

/// Filters `signal` in blocks of these lengths, over and over; `start` is its first session frame.
fn filtered(eq: &Eq, automation: &[Automation], rate: u32, start: i64, signal: &[f64], blocks: &[usize]) -> Vec<f64> {
    let mut controller = Controller::of_unit(&Unit::Eq(eq.clone()), 0, automation, SampleRate::new(rate).unwrap());
    let mut unit = EqUnit::new(eq, 1);
    let mut out = signal.to_vec();
    let (mut at, mut sizes) = (0, blocks.iter().cycle());
    while at < out.len() {
        let frames = (out.len() - at).min(*sizes.next().unwrap());
        let now = start + at as i64;
        let controls = controller.block(now, frames);
        unit.process(now, &mut [&mut out[at..at + frames]], controls);
        at += frames;
    }
    out
}

/// The impulse response, until the state is exactly zero.
fn impulse_response(bands: &[Band], rate: u32) -> Vec<f64> {
    let eq = eq(bands);
    let mut controller = Controller::of_unit(&Unit::Eq(eq.clone()), 0, &[], SampleRate::new(rate).unwrap());
    let mut unit = EqUnit::new(&eq, 1);
    let mut response = Vec::new();
    while response.is_empty() || !unit.is_silent() {
        assert!(response.len() < 20 * rate as usize, "{bands:?} rings for more than 20 s");
        let (at, mut block) = (response.len(), [0.0; 4096]);
        block[0] = if at == 0 { 1.0 } else { 0.0 };
        unit.process(at as i64, &mut [&mut block], controller.block(at as i64, 4096));
        response.extend_from_slice(&block);
    }
    response
}

/// |Σ h[n]·e^(−jwn)|, by Horner's rule in z⁻¹: stable, as |z| = 1 and h decays.
fn magnitude(response: &[f64], w: f64) -> f64 {
    let (sin, cos) = libm::sincos(-w);
    let (re, im) =
        response.iter().rev().fold((0.0, 0.0), |(re, im), &h| (re * cos - im * sin + h, re * sin + im * cos));
    libm::hypot(re, im)
}

fn db(factor: f64) -> f64 {
    20.0 * libm::log10(factor)
}

/// |c + l·jω + s·(jω)²|
fn polynomial(constant: f64, linear: f64, square: f64, omega: f64) -> f64 {
    libm::hypot(constant - square * omega * omega, linear * omega)
}

/// |H(jω)| of the analogue prototype of a band, ω in units of its corner.
fn prototype(band: &Band, omega: f64) -> f64 {
    let q = band.q;
    match band.kind {
        BandKind::Bell => {
            let root = libm::exp10(band.gain.0 / 40.0);
            polynomial(1.0, root / q, 1.0, omega) / polynomial(1.0, 1.0 / (root * q), 1.0, omega)
        }
        BandKind::LowShelf => {
            let a = libm::exp10(band.gain.0 / 40.0);
            a * polynomial(a, a.sqrt() / q, 1.0, omega) / polynomial(1.0, a.sqrt() / q, a, omega)
        }
        BandKind::HighShelf => {
            let a = libm::exp10(band.gain.0 / 40.0);
            a * polynomial(1.0, a.sqrt() / q, a, omega) / polynomial(a, a.sqrt() / q, 1.0, omega)
        }
        BandKind::HighPass { steep: false } => omega * omega / polynomial(1.0, 1.0 / q, 1.0, omega),
        BandKind::LowPass { steep: false } => 1.0 / polynomial(1.0, 1.0 / q, 1.0, omega),
        // Butterworth of the fourth order: |H|² = 1/(1 + ω⁸).
        BandKind::LowPass { steep: true } => 1.0 / (1.0 + omega.powi(8)).sqrt(),
        BandKind::HighPass { steep: true } => omega.powi(4) / (1.0 + omega.powi(8)).sqrt(),
    }
}

/// The worst deviations in dB from the prototype, from 20 Hz to a quarter of the rate and on to 0.45 of it. What the
/// prototype damps by more than 80 dB is left out: nobody hears whether it is 80 or 81.
fn deviations(bands: &[Band], rate: u32) -> [f64; 2] {
    const STEPS: i32 = 60;
    let (mut worst, rate_hz) = ([0.0f64; 2], f64::from(rate));
    for band in bands {
        let response = impulse_response(&[*band], rate);
        let top = 0.45 * rate_hz;
        for i in 0..=STEPS {
            let freq = 20.0 * (top / 20.0).powf(f64::from(i) / f64::from(STEPS));
            let want = db(prototype(band, freq / band.freq));
            let off = (db(magnitude(&response, 2.0 * PI * freq / rate_hz)) - want).abs();
            if want > -80.0 {
                let zone = usize::from(freq > 0.25 * rate_hz);
                worst[zone] = worst[zone].max(off);
            }
        }
    }
    worst
}

fn every(kind: BandKind, freqs: &[f64], gains: &[f64], qs: &[f64]) -> Vec<Band> {
    let each = |freq| gains.iter().flat_map(move |&gain| qs.iter().map(move |&q| band(kind, freq, gain, q)));
    freqs.iter().copied().flat_map(each).collect()
}

/// In dB at 44.1 and 48 kHz, at 96 kHz and at 192 kHz: to a quarter of the rate, and on to 0.45 of it.
type Limits = [[f64; 2]; 3];

/// Where a limit comes from: each section meets its prototype at DC, at its corner and in its poles (and shelves an
/// octave below the corner). Two zeros are too few for the rest of the curve, which near half the rate the analogue filter has not
/// finished: what is left grows with the square of corner/rate. Low-passes have only one zero: at 0.45 of the rate
/// their slope has come down to 6 dB/octave, which is 1.67 dB a section whatever the corner; below a quarter of
/// the rate it is a third of a dB.
#[test]
fn magnitudes_follow_the_analogue_prototypes() {
    let q = [FRAC_1_SQRT_2];
    let bell = |freqs: &[f64]| every(BandKind::Bell, freqs, &[12.0, 4.0, -4.0, -12.0], &[0.5, 1.0, 2.0, 4.0]);
    let shelf = |kind, freqs: &[f64]| every(kind, freqs, &[12.0, 9.0, -9.0, -12.0], &[0.5, 0.6, FRAC_1_SQRT_2]);
    let shelves_at_16_khz = [shelf(BandKind::LowShelf, &[16000.0]), shelf(BandKind::HighShelf, &[16000.0])].concat();
    let pass = |kind, freqs: &[f64]| every(kind, freqs, &[0.0], &q);
    let rows: [(&str, Vec<Band>, Limits); 15] = [
        ("bell, 40 Hz to 300 Hz", bell(&[40.0, 300.0]), [[0.0012, 0.006], [0.001, 0.005], [0.0001, 0.0013]]),
        ("bell, 1 kHz", bell(&[1000.0]), [[0.013, 0.065], [0.003, 0.015], [0.0007, 0.0035]]),
        ("bell, 3 kHz", bell(&[3000.0]), [[0.1, 0.5], [0.026, 0.125], [0.006, 0.032]]),
        ("bell, 8 kHz to 16 kHz", bell(&[8000.0, 12000.0, 16000.0]), [[0.65, 1.85], [0.21, 1.65], [0.125, 0.7]]),
        (
            "low shelf, 80 Hz to 1 kHz",
            shelf(BandKind::LowShelf, &[80.0, 300.0, 1000.0]),
            [[0.0025, 0.013], [6e-4, 0.003], [1.3e-4, 7e-4]],
        ),
        (
            "low shelf, 3 kHz to 6 kHz",
            shelf(BandKind::LowShelf, &[3000.0, 6000.0]),
            [[0.036, 0.36], [0.018, 0.095], [0.0045, 0.025]],
        ),
        (
            "high shelf, 300 Hz to 3 kHz",
            shelf(BandKind::HighShelf, &[300.0, 3000.0]),
            [[0.018, 0.11], [0.005, 0.025], [0.0012, 0.006]],
        ),
        (
            "high shelf, 6 kHz to 12 kHz",
            shelf(BandKind::HighShelf, &[6000.0, 12000.0]),
            [[0.036, 0.67], [0.042, 0.32], [0.016, 0.095]],
        ),
        ("shelves, 16 kHz", shelves_at_16_khz, [[0.11, 0.73], [0.042, 0.48], [0.024, 0.16]]),
        (
            "high-pass 12, 20 Hz to 1 kHz",
            pass(HIGH_PASS, &[20.0, 80.0, 300.0, 1000.0]),
            [[2e-06, 1.2e-05], [1e-07, 6e-07], [1e-08, 5e-08]],
        ),
        ("high-pass 12, 5 kHz", pass(HIGH_PASS, &[5000.0]), [[0.001, 0.007], [5e-05, 0.0004], [5e-06, 2.5e-05]]),
        (
            "high-pass 24, 20 Hz to 1 kHz",
            pass(HIGH_PASS_24, &[20.0, 80.0, 300.0, 1000.0]),
            [[2e-08, 2e-08], [2e-08, 2e-08], [2e-08, 2e-08]],
        ),
        ("high-pass 24, 5 kHz", pass(HIGH_PASS_24, &[5000.0]), [[1e-06, 2e-05], [1e-08, 1e-07], [1e-08, 1e-08]]),
        (
            "low-pass 12, 80 Hz to 16 kHz",
            pass(LOW_PASS, &[80.0, 1000.0, 5000.0, 16000.0]),
            [[0.11, 1.68], [0.055, 1.68], [0.04, 1.68]],
        ),
        (
            "low-pass 24, 80 Hz to 16 kHz",
            pass(LOW_PASS_24, &[80.0, 1000.0, 5000.0, 16000.0]),
            [[0.19, 3.34], [0.1, 3.34], [0.08, 3.34]],
        ),
    ];
    let mut over = Vec::new();
    for (name, bands, limits) in &rows {
        let mut line = format!("{name:30}");
        for (i, rate) in RATES.into_iter().enumerate() {
            let limit = limits[i.saturating_sub(1)];
            let off = deviations(bands, rate);
            line += &format!(" | {:.5} {:.4}", off[0], off[1]);
            if off[0] > limit[0] || off[1] > limit[1] {
                over.push(format!("{name} at {rate}: {off:?} dB is over {limit:?}"));
            }
        }
        eprintln!("{line}");
    }
    assert!(over.is_empty(), "{over:#?}");
}

/// 1 + a₁z⁻¹ + a₂z⁻² for an analogue pole pair mapped by z = exp(s/rate).
fn denominator(w: f64, q: f64) -> [f64; 2] {
    let damping = 1.0 / (2.0 * q);
    let bend = if damping < 1.0 {
        libm::cos(w * (1.0 - damping * damping).sqrt())
    } else {
        libm::cosh(w * (damping * damping - 1.0).sqrt())
    };
    [-2.0 * libm::exp(-damping * w) * bend, libm::exp(-2.0 * damping * w)]
}

/// From the impulse response and the poles of the law: b₀, b₁, b₂, and how far the response is from having them.
fn zeros(response: &[f64], [a1, a2]: [f64; 2]) -> ([f64; 3], f64) {
    let at = |n: usize, back: usize| n.checked_sub(back).map_or(0.0, |n| response[n]);
    let b = |n: usize| at(n, 0) + a1 * at(n, 1) + a2 * at(n, 2);
    let rest = (3..response.len()).map(|n| b(n).abs()).fold(0.0, f64::max);
    ([b(0), b(1), b(2)], rest)
}

/// All that the law's table says, to rounding: 1e-12 is 4,000 times the rounding of one operation, for sums of
/// thousands of samples; the state that is cleared below 2⁻⁴⁸ counts 1e-14.
#[test]
fn poles_zeros_and_gains_are_those_of_the_law() {
    for rate in RATES {
        let hz = f64::from(rate);
        for freq in [500.0, 1700.0, 5000.0] {
            for q in [0.3, FRAC_1_SQRT_2, 2.5] {
                let w = 2.0 * PI * freq / hz;
                for gain in [9.0, -9.0] {
                    let (g, root) = (libm::exp10(gain / 20.0), libm::exp10(gain / 40.0));
                    for (kind, pole_w, pole_q, dc, corner) in [
                        (HIGH_PASS, w, q, 0.0, q),
                        (LOW_PASS, w, q, 1.0, q),
                        (BandKind::Bell, w, q * root, 1.0, g),
                        (BandKind::LowShelf, w / root.sqrt(), q, g, root),
                        (BandKind::HighShelf, w * root.sqrt(), q, 1.0, root),
                    ] {
                        let band = band(kind, freq, gain, q);
                        let what = format!("{band:?} at {rate}");
                        let response = impulse_response(&[band], rate);
                        let near = |is: f64, want: f64, name: &str| {
                            assert!((is - want).abs() < 1e-12, "{what}: {name} is {is}, not {want}");
                        };
                        let ([b0, b1, b2], rest) = zeros(&response, denominator(pole_w, pole_q));
                        assert!(rest < 1e-12, "{what}: other poles, by {rest:e}");
                        near(magnitude(&response, 0.0), dc, "gain at DC");
                        near(magnitude(&response, w), corner, "gain at the corner");
                        assert!(b0 >= b2 - 1e-12, "{what}: minimum phase");
                        match kind {
                            BandKind::HighPass { .. } => {
                                near(b0, b2, "b0, of a double zero at DC,");
                                near(b1, -2.0 * b0, "b1, of a double zero at DC,");
                            }
                            BandKind::LowPass { .. } => near(b2, 0.0, "b2"),
                            BandKind::Bell => {
                                // A symmetric difference on a parabola is 0; 1e-4 of w apart the cubic part is 1e-9.
                                let step = 1e-4 * w;
                                let slope = magnitude(&response, w + step) - magnitude(&response, w - step);
                                assert!(slope.abs() < 1e-9, "{what}: no extremum, {slope:e}");
                            }
                            BandKind::LowShelf | BandKind::HighShelf => {
                                let want = prototype(&band, 0.5);
                                near(magnitude(&response, w / 2.0), want, "gain an octave below the corner");
                            }
                        }
                    }
                }
            }
        }
    }
}

/// In the analogue world a cut is exactly the boost's inverse: the poles of one are the zeros of the other. Here the zeros
/// are matched in magnitude, not mapped, so what remains is what either deviates from its prototype: it grows with
/// corner/rate and, for shelves, with steepness.
#[test]
fn a_boost_and_the_same_cut_undo_each_other() {
    let rate = 48_000;
    for (kind, limits) in [
        (BandKind::Bell, [(60.0, 1e-5), (300.0, 2e-5), (1000.0, 0.0012), (3000.0, 0.07)]),
        (BandKind::LowShelf, [(60.0, 2e-5), (300.0, 5e-4), (1000.0, 5e-3), (3000.0, 0.045)]),
        (BandKind::HighShelf, [(60.0, 2e-5), (300.0, 5e-4), (1000.0, 5e-3), (3000.0, 0.045)]),
    ] {
        let qs = if kind == BandKind::Bell { [0.5, FRAC_1_SQRT_2, 2.0] } else { [0.5, 0.6, FRAC_1_SQRT_2] };
        for (freq, limit) in limits {
            let mut worst = 0.0f64;
            for gain in [3.0, 12.0] {
                for q in qs {
                    let response = impulse_response(&[band(kind, freq, gain, q), band(kind, freq, -gain, q)], rate);
                    for i in 0..=60 {
                        let at = 20.0 * (0.45 * f64::from(rate) / 20.0).powf(f64::from(i) / 60.0);
                        worst = worst.max(db(magnitude(&response, 2.0 * PI * at / f64::from(rate))).abs());
                    }
                }
            }
            eprintln!("{kind:?} at {freq} Hz: {worst:.1e} dB");
            assert!(worst < limit, "{kind:?} at {freq} Hz: {worst} dB");
        }
    }
}

/// Noise in −1…1: a linear congruential generator (Knuth's MMIX constants).
struct Noise(u64);

impl Noise {
    fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 11) as f64 / (1u64 << 52) as f64 - 1.0
    }
}

/// The filtered sum and the sum of what was filtered, at their furthest, in units of the loudest Σ|s|.
fn split_error(lanes: &[Vec<f64>], run: impl Fn(&[f64]) -> Vec<f64>) -> f64 {
    let frames = lanes[0].len();
    let sum: Vec<f64> = (0..frames).map(|n| lanes.iter().map(|lane| lane[n]).sum()).collect();
    let loudest = (0..frames).map(|n| lanes.iter().map(|lane| lane[n].abs()).sum()).fold(0.0, f64::max);
    let whole = run(&sum);
    let parts: Vec<Vec<f64>> = lanes.iter().map(|lane| run(lane)).collect();
    let off = (0..frames).map(|n| (parts.iter().map(|part| part[n]).sum::<f64>() - whole[n]).abs());
    off.fold(0.0, f64::max) / loudest
}

/// The null test of a bounce allows 2⁻³⁴. The state variable form rounds at the size of its states, about 2⁻⁵⁰ of the
/// signal; direct forms divide their rounding by s₀, about w² (10 Hz at 192 kHz is w = 3e-4), and miss this limit.
const LANES: f64 = 1.0 / (1u64 << 44) as f64;

fn lanes_of_noise() -> Vec<Vec<f64>> {
    let mut noise = Noise(7);
    (0..8).map(|_| (0..192_000).map(|_| 0.5 * noise.next()).collect()).collect()
}

#[test]
fn two_high_passes_at_10_hz_and_192_khz_split_into_lanes_without_noise() {
    let eq = eq(&[band(HIGH_PASS, 10.0, 0.0, FRAC_1_SQRT_2); 2]);
    let off = split_error(&lanes_of_noise(), |signal| filtered(&eq, &[], 192_000, 0, signal, &[4096]));
    eprintln!("two 10 Hz high-passes: {off:e}");
    assert!(off < LANES, "{off:e}");
}

/// That the limit can be missed at all: the same two high-passes in the transposed direct form.
#[test]
fn a_direct_form_would_miss_the_limit_of_the_lanes() {
    let [a1, a2] = denominator(2.0 * PI * 10.0 / 192_000.0, FRAC_1_SQRT_2);
    let response = impulse_response(&[band(HIGH_PASS, 10.0, 0.0, FRAC_1_SQRT_2)], 192_000);
    let ([b0, b1, b2], _) = zeros(&response, [a1, a2]);
    let direct = |signal: &[f64]| -> Vec<f64> {
        let (mut s1, mut s2) = (0.0, 0.0);
        let tick = |&x: &f64| {
            let y = b0 * x + s1;
            s1 = b1 * x - a1 * y + s2;
            s2 = b2 * x - a2 * y;
            y
        };
        signal.iter().map(tick).collect()
    };
    let off = split_error(&lanes_of_noise(), |signal| direct(&direct(signal)));
    assert!(off > LANES, "{off:e}");
}

/// Eight lanes of noise that comes and goes every eighth of a second.
fn gated_lanes() -> Vec<Vec<f64>> {
    let mut noise = Noise(11);
    let gated = |lane: usize, n: usize, x: f64| if (n / 6000 + lane).is_multiple_of(3) { x } else { 0.0 };
    (0..8).map(|lane| (0..144_000).map(|n| gated(lane, n, noise.next())).collect()).collect()
}

#[test]
fn four_low_passes_at_80_hz_split_into_lanes_without_noise() {
    let eq = eq(&[band(LOW_PASS, 80.0, 0.0, FRAC_1_SQRT_2); 4]);
    let off = split_error(&gated_lanes(), |signal| filtered(&eq, &[], 48_000, 0, signal, &[4096]));
    eprintln!("four 80 Hz low-passes: {off:e}");
    assert!(off < LANES, "{off:e}");
}

fn automated_eq() -> (Eq, Vec<Automation>) {
    let eq = eq(&[
        band(HIGH_PASS_24, 60.0, 0.0, 0.7),
        band(BandKind::Bell, 800.0, 6.0, 1.4),
        band(BandKind::HighShelf, 6000.0, -4.0, 0.8),
    ]);
    let moves = |param, shape, points: &[(i64, f64)]| Automation::new(Target::Insert(0, param), shape, points);
    let automation = vec![
        moves(Param::BandFreq(0), Shape::Linear, &[(-500, 40.0), (3000, 400.0), (3000, 90.0)]),
        moves(Param::BandFreq(1), Shape::Linear, &[(0, 300.0), (9000, 9000.0)]),
        moves(Param::BandGain(1), Shape::Hold, &[(100, -12.0), (4001, 12.0), (7777, 0.0)]),
        moves(Param::BandQ(1), Shape::Linear, &[(0, 0.4), (5000, 8.0)]),
        moves(Param::BandGain(2), Shape::Linear, &[(2000, -9.0), (8000, 9.0)]),
    ];
    (eq, automation)
}

#[test]
fn bits_do_not_depend_on_the_blocks() {
    let (eq, automation) = automated_eq();
    let mut noise = Noise(3);
    // Silence after noise, so that states are cleared on the way.
    let signal: Vec<f64> = (0..12_000).map(|n| if n % 5000 < 3000 { noise.next() } else { 0.0 }).collect();
    for automation in [&automation[..], &[]] {
        for start in [-777, 0, 48_000 * 60 + 5] {
            let whole = filtered(&eq, automation, 48_000, start, &signal, &[signal.len()]);
            for blocks in [&[1][..], &[31], &[32], &[33], &[4096], &[1, 31, 32, 33, 500]] {
                let cut = filtered(&eq, automation, 48_000, start, &signal, blocks);
                let differ = whole.iter().zip(&cut).position(|(a, b)| a.to_bits() != b.to_bits());
                assert_eq!(differ, None, "start {start}, blocks {blocks:?}");
            }
        }
    }
}

#[test]
fn after_its_last_point_an_automated_eq_is_the_one_with_those_values() {
    let (eq, automation) = automated_eq();
    let mut noise = Noise(5);
    let signal: Vec<f64> = (0..40_000).map(|_| noise.next()).collect();
    let moved = filtered(&eq, &automation, 48_000, 0, &signal, &[512]);
    let mut last = eq.clone();
    (last.bands[0].freq, last.bands[1].freq, last.bands[1].gain) = (90.0, 9000.0, Db(0.0));
    (last.bands[1].q, last.bands[2].gain) = (8.0, Db(9.0));
    let fixed = filtered(&last, &[], 48_000, 0, &signal, &[512]);
    let off = (30_000..40_000).map(|n| (moved[n] - fixed[n]).abs()).fold(0.0, f64::max);
    // 21,000 frames after the last point the 90 Hz high-pass has forgotten by e^(−0.38·0.01178·21000) < 1e-40.
    assert!(off < 1e-13, "{off:e}");
    let early = (0..8000).map(|n| (moved[n] - fixed[n]).abs()).fold(0.0, f64::max);
    assert!(early > 0.1, "the automation did nothing: {early:e}");
}

/// After a burst of full scale a section's state falls as e^(−σn), σ = w/2Q (the slower pole's where there are two).
/// 2⁸ is room for the state's own size and for the double pole's n.
#[test]
fn silence_after_a_signal_becomes_exact_as_soon_as_the_decay_allows() {
    let rate = 48_000;
    let mut noise = Noise(9);
    let burst: Vec<f64> = (0..3200).map(|_| noise.next()).collect();
    for band in [
        band(HIGH_PASS, 20.0, 0.0, FRAC_1_SQRT_2),
        band(LOW_PASS, 80.0, 0.0, FRAC_1_SQRT_2),
        band(LOW_PASS, 300.0, 0.0, 0.3),
        band(BandKind::Bell, 100.0, 12.0, 4.0),
        band(BandKind::Bell, 1000.0, -12.0, 0.5),
        band(BandKind::LowShelf, 100.0, 9.0, 0.7),
        band(BandKind::HighShelf, 8000.0, -9.0, 0.7),
    ] {
        let root = libm::exp10(band.gain.0 / 40.0);
        let (w, q) = match band.kind {
            BandKind::Bell => (band.freq, band.q * root),
            BandKind::LowShelf => (band.freq / root.sqrt(), band.q),
            BandKind::HighShelf => (band.freq * root.sqrt(), band.q),
            _ => (band.freq, band.q),
        };
        let (w, damping) = (2.0 * PI * w / f64::from(rate), 1.0 / (2.0 * q));
        let sigma = if damping <= 1.0 { damping * w } else { w * (damping - (damping * damping - 1.0).sqrt()) };
        let frames = (56.0 * std::f64::consts::LN_2 / sigma) as usize;

        let eq = eq(&[band]);
        let mut controller = Controller::of_unit(&Unit::Eq(eq.clone()), 0, &[], SampleRate::new(rate).unwrap());
        let mut unit = EqUnit::new(&eq, 1);
        assert!(unit.is_silent(), "at rest");
        let mut signal = burst.clone();
        unit.process(0, &mut [&mut signal], controller.block(0, burst.len()));
        assert!(!unit.is_silent(), "{band:?}: it still rings");
        let (mut at, mut taken) = (burst.len(), 0);
        while !unit.is_silent() {
            assert!(taken <= frames + 32, "{band:?}: no silence after {taken} frames, expected {frames}");
            let mut block = [0.0; 32];
            unit.process(at as i64, &mut [&mut block], controller.block(at as i64, 32));
            (at, taken) = (at + 32, taken + 32);
        }
        // Not sooner than 2⁻⁴⁰ of the decay either: nothing that could be in 24 bits is cut off.
        assert!(taken as f64 > 0.5 * frames as f64, "{band:?}: cut off after {taken} frames of {frames}");
        let mut block = [0.0; 100];
        unit.process(at as i64, &mut [&mut block], controller.block(at as i64, 100));
        assert!(block == [0.0; 100] && unit.is_silent());
    }
}

#[test]
fn channels_do_not_hear_each_other() {
    let (eq, _) = automated_eq();
    let mut controller = Controller::of_unit(&Unit::Eq(eq.clone()), 0, &[], SampleRate::new(48_000).unwrap());
    let mut noise = Noise(13);
    let (left, right): (Vec<f64>, Vec<f64>) = (0..2000).map(|_| (noise.next(), noise.next())).unzip();
    let (mut a, mut b) = (left.clone(), right.clone());
    EqUnit::new(&eq, 2).process(0, &mut [&mut a, &mut b], controller.block(0, 2000));
    assert_eq!(a, filtered(&eq, &[], 48_000, 0, &left, &[2000]));
    assert_eq!(b, filtered(&eq, &[], 48_000, 0, &right, &[2000]));
}

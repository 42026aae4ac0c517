//! Limiter, gate, expander and de-esser of the interpreter against arithmetic done by hand.

use stemwright_core::{DeEsser, Gate, Limiter};

use super::*;

/// Beside a loud signal a quiet constant on the right tells the gain of both: in dB.
fn reduction(unit: Unit, left: &[f64], pilot: f64) -> Vec<f64> {
    let [_, right] = through(48_000, unit, vec![left.to_vec(), vec![pilot; left.len()]], left.len()).sides();
    right.into_iter().map(|x| -20.0 * (x / pilot).log10()).collect()
}

fn frames(frames: usize) -> f64 {
    frames as f64 / 48_000.0
}

#[test]
fn a_constant_above_the_ceiling_is_held_at_it() {
    let limiter = Limiter { ceiling: Db(-6.0), gain: Db(3.0), release: 0.0, ..Limiter::default() };
    let [left, right] =
        through(48_000, Unit::Limiter(limiter.clone()), vec![vec![1.0; 4_000], vec![-0.3; 4_000]], 4_000).sides();
    let ceiling = 10f64.powf(-6.0 / 20.0);
    close(left[2_000], ceiling, 1e-13);
    close(right[2_000], -0.3 * ceiling, 1e-13);
    let [left, _] = through(48_000, Unit::Limiter(limiter), vec![vec![0.3; 4_000]], 4_000).sides();
    close(left[2_000], 0.3 * 10f64.powf(3.0 / 20.0), 1e-13);
}

#[test]
fn a_single_peak_is_turned_down_by_two_means() {
    // 1.5 lies above the ceiling; half a frame beside it the interpolated peak is 1.5·2/π, below it.
    let mut peak = vec![0.0; 600];
    peak[300] = 1.5;
    let limiter = |ahead| Limiter { ceiling: Db::ZERO, look_ahead: frames(ahead), release: 0.0, ..Limiter::default() };
    // The ways in which i of 0…B and j of 0…C add up to at most 0, 1, 2…; B and C are 4 and 4, or 4 and 5.
    for (ahead, ways) in [
        (8, &[1.0, 3.0, 6.0, 10.0, 15.0, 19.0, 22.0, 24.0, 25.0][..]),
        (9, &[1.0, 3.0, 6.0, 10.0, 15.0, 20.0, 24.0, 27.0, 29.0, 30.0]),
    ] {
        let whole = 20.0 * 1.5f64.log10();
        let found = reduction(Unit::Limiter(limiter(ahead)), &peak, 0.1);
        for (k, way) in ways.iter().enumerate() {
            let wanted = whole * way / ways[ahead];
            close(found[300 - ahead + k], wanted, 1e-12);
            close(found[300 + ahead - k], wanted, 1e-12);
        }
        close(found[300 - ahead - 1], 0.0, 1e-12);
        close(found[300 + ahead + 1], 0.0, 1e-12);
    }
}

#[test]
fn a_limiter_sees_between_the_frames_and_lets_nothing_through() {
    // A sine at a quarter of the rate, sampled 45° beside its peaks: they lie 3.01 dB above the samples.
    let sine: Vec<f64> = (0..4_000).map(|n| (std::f64::consts::TAU * (f64::from(n) + 0.5) / 4.0).sin()).collect();
    let limiter = Limiter { ceiling: Db(-20.0), release: 0.0, ..Limiter::default() };
    let [left, _] = through(48_000, Unit::Limiter(limiter), vec![sine], 4_000).sides();
    close(20.0 * left[2_000].abs().log10(), -20.0 - 10.0 * 2f64.log10(), 0.001);

    let mut seed = 1u64;
    let noise: Vec<f64> = (0..6_000)
        .map(|_| {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            (seed >> 32) as f64 / f64::from(1 << 31) - 1.0
        })
        .collect();
    let limiter = Limiter { ceiling: Db(-12.0), gain: Db(20.0), ..Limiter::default() };
    let [left, _] = through(44_100, Unit::Limiter(limiter), vec![noise], 6_000).sides();
    let loudest = left.iter().fold(0f64, |most, x| most.max(x.abs()));
    assert!(loudest <= 10f64.powf(-12.0 / 20.0) * (1.0 + 1e-12), "{loudest}");
    assert!(loudest > 0.1, "{loudest}");
}

#[test]
fn a_limiter_recovers_with_its_release() {
    let mut burst = vec![0.1; 6_000];
    burst[1_000..2_000].fill(2.0);
    let limiter = Limiter { ceiling: Db::ZERO, release: 0.05, look_ahead: frames(20), ..Limiter::default() };
    let found = reduction(Unit::Limiter(limiter), &burst, 0.1);
    // The mean of a falling exponential falls as it does.
    for (from, to) in [(2_100, 2_500), (2_500, 5_000)] {
        close(found[to] / found[from], (-((to - from) as f64) / 2_400.0).exp(), 1e-10);
    }
}

#[test]
fn a_limiter_moves_its_factors_in_straight_lines() {
    let (mut session, sources) = session(48_000, vec![vec![0.5; 2_000]]);
    session.tracks[0].strip.inserts = vec![Unit::Limiter(Limiter { ceiling: Db::ZERO, ..Limiter::default() }).into()];
    session.tracks[0].strip.automation =
        vec![Automation::new(Target::Insert(0, Param::Gain), Shape::Linear, &[(1_024, -20.0), (1_056, 0.0)])];
    let [left, _] = interpret(&session, &sources, 0, 2_000, None).sides();
    for (n, factor) in [(1_024, 0.1), (1_032, 0.325), (1_040, 0.55), (1_056, 1.0)] {
        close(left[n], 0.5 * factor, 1e-14);
    }
}

/// −20 dBFS opens it, it stays open for 10 frames under −26 dBFS, and it knows only 0 and 40 dB.
fn switch() -> Gate {
    Gate {
        threshold: Db(-20.0),
        range: 40.0,
        hysteresis: 6.0,
        attack: 0.0,
        hold: frames(10),
        release: 0.0,
        ..Gate::hard()
    }
}

/// 0.05 from frame 500, 0.5 from 1,000 on, 0.001 from 1,200 on.
fn knock() -> Vec<f64> {
    let mut signal = vec![0.001; 4_000];
    signal[500..1_000].fill(0.05);
    signal[1_000..1_200].fill(0.5);
    signal
}

#[test]
fn a_gate_opens_holds_and_closes_on_its_frames() {
    // From 0.5 the envelope falls 8.6859 dB in 480 frames; the 19.979 dB down to −26 dBFS take 1,105 frames, so
    // frame 1,199 + 1,105 is the first one below. It and 9 more use up the hold, and the next one closes.
    let close_at = 1_199 + 1_105 + 10;
    for ahead in [0, 48] {
        let gate = Gate { look_ahead: frames(ahead), ..switch() };
        let result = through(48_000, Unit::Gate(gate), vec![knock()], 4_000);
        assert_eq!((result.undecided, result.decided), (None, 4_000));
        for (n, (found, input)) in result.mix[0].iter().zip(knock()).enumerate() {
            let open = n + ahead >= 1_000 && n + ahead < close_at;
            close(found / input, if open { 1.0 } else { 0.01 }, 1e-14);
        }
    }
}

#[test]
fn a_gate_without_hysteresis_and_hold_closes_at_its_threshold() {
    // 13.979 dB of fall take 773 frames.
    let gate = Gate { hysteresis: 0.0, hold: 0.0, ..switch() };
    let [left, _] = through(48_000, Unit::Gate(gate), vec![knock()], 4_000).sides();
    let gains: Vec<bool> = left.iter().zip(knock()).map(|(found, input)| found / input > 0.5).collect();
    assert_eq!(gains.iter().position(|&open| open), Some(1_000));
    assert_eq!(gains.iter().rposition(|&open| open), Some(1_199 + 772));
}

#[test]
fn a_gate_moves_with_its_time_constants() {
    let gate = Gate { attack: 0.001, release: 0.005, hold: 0.0, ..switch() };
    let [left, _] = through(48_000, Unit::Gate(gate), vec![knock()], 4_000).sides();
    let reduction = |n: usize| -20.0 * (left[n] / knock()[n]).log10();
    let past = |steps: f64, frames: f64| (-steps / frames).exp();
    close(reduction(999), 40.0, 1e-10);
    for k in [0, 10, 100] {
        close(reduction(1_000 + k), 40.0 * past((k + 1) as f64, 48.0), 1e-10);
        close(reduction(1_199 + 1_105 + k), 40.0 * (1.0 - past((k + 1) as f64, 240.0)), 1e-10);
    }
}

#[test]
fn an_expander_lies_on_its_static_curve() {
    let settled = |gate: &Gate, level: f64| {
        let x = 10f64.powf(level / 20.0);
        let [left, _] = through(48_000, Unit::Gate(gate.clone()), vec![vec![x; 48_000]], 48_000).sides();
        20.0 * (left[47_999] / x).log10()
    };
    let expander = Gate { ratio: 3.0, range: 30.0, ..Gate::expander() };
    close(settled(&expander, -50.0), -20.0, 1e-9);
    close(settled(&expander, -60.0), -30.0, 1e-9);
    close(settled(&expander, -39.0), 0.0, 1e-9);
    close(settled(&Gate { ratio: 1.0, ..expander }, -60.0), 0.0, 1e-9);
}

#[test]
fn a_gate_hears_its_key_through_its_filters() {
    let (mut session, mut sources) = session(48_000, vec![vec![0.5; 4_800]]);
    let sine = |freq: f64| {
        let sample = |n: i32| (std::f64::consts::TAU * freq / 48_000.0 * f64::from(n)).sin();
        (0..4_800).map(sample).collect::<Vec<f64>>()
    };
    let mut key = session.tracks[0].clone();
    key.strip.name = "key".into();
    key.strip.pan_law = None;
    key.clips[0].file = "key".into();
    session.tracks.push(key);
    let mut gain = |session: &Session, freq: f64| {
        sources.insert("key".into(), Source { channels: vec![sine(freq)] });
        let mut session = session.clone();
        session.tracks[1].strip.output = None;
        let with = interpret(&session, &sources, 0, 4_800, None).mix;
        session.tracks[0].strip.mute = true;
        let without = interpret(&session, &sources, 0, 4_800, None).mix;
        (with[0][4_799] - without[0][4_799]) / 0.5
    };
    let mut gate = Gate { key: Some(Key { from: "key".into(), tap: Tap::Pre }), ..switch() };
    session.tracks[0].strip.inserts = vec![Unit::Gate(gate.clone()).into()];
    close(gain(&session, 1_000.0), 1.0, 1e-12);
    close(gain(&session, 0.0), 0.01, 1e-12);
    // Silence asks for 160·(ratio − 1) dB at most.
    gate.ratio = 1.05;
    session.tracks[0].strip.inserts = vec![Unit::Gate(gate.clone()).into()];
    close(gain(&session, 0.0), 10f64.powf(-8.0 / 20.0), 1e-12);
    gate = Gate { key_high_pass: Some(1_000.0), key_low_pass: Some(4_000.0), ratio: f64::INFINITY, ..gate };
    session.tracks[0].strip.inserts = vec![Unit::Gate(gate).into()];
    close(gain(&session, 2_000.0), 1.0, 1e-12);
    // Both are more than 26 dB down two octaves beyond the corners, but for the start of the sines.
    session.tracks[1].clips[0].fade_in = fade(1_000);
    close(gain(&session, 100.0), 0.01, 1e-12);
    close(gain(&session, 20_000.0), 0.01, 1e-12);
    session.tracks[1].strip.mute = true;
    close(gain(&session, 2_000.0), 0.01, 1e-12);
}

#[test]
fn a_gate_at_its_threshold_is_undecided() {
    let (mut session, sources) = session(48_000, vec![vec![0.1; 1_000]]);
    session.tracks[0].clips[0].at = 320;
    session.tracks[0].strip.inserts = vec![Unit::Gate(Gate { look_ahead: frames(100), ..switch() }).into()];
    let result = interpret(&session, &sources, 0, 1_000, None);
    assert_eq!((result.undecided, result.decided), (Some(320), 220));
    let result = interpret(&session, &sources, 0, 220, None);
    assert_eq!((result.undecided, result.decided), (None, 220));
    // What is muted, bypassed or decided by another 1e-6 dB does not count.
    let decided = |session: &Session| interpret(session, &sources, 0, 1_000, None).undecided.is_none();
    session.tracks[0].strip.mute = true;
    assert!(decided(&session));
    session.tracks[0].strip.mute = false;
    session.tracks[0].strip.inserts[0].bypass = true;
    assert!(decided(&session));
    session.tracks[0].strip.inserts = vec![Unit::Gate(Gate { threshold: Db(-20.000_001), ..switch() }).into()];
    assert!(decided(&session));
}

#[test]
fn a_de_esser_cuts_its_band_by_what_the_band_has_too_much() {
    // At a quarter of the rate, 45° beside the peaks, a sine has but one magnitude, and the band passes it as it is.
    let sine: Vec<f64> = (0..9_600).map(|n| (std::f64::consts::TAU * (f64::from(n) + 0.5) / 4.0).sin()).collect();
    let level = -10.0 * 2f64.log10();
    let settled = |de_esser: &DeEsser| {
        let [left, _] = through(48_000, Unit::DeEsser(de_esser.clone()), vec![sine.clone()], 9_600).sides();
        20.0 * (left[9_599] / sine[9_599]).log10()
    };
    let short = DeEsser { freq: 12_000.0, range: 40.0, release: 0.001, ..DeEsser::default() };
    close(settled(&short), -0.75 * (level + 30.0), 1e-9);
    close(settled(&DeEsser { ratio: f64::INFINITY, ..short.clone() }), -(level + 30.0), 1e-9);
    close(settled(&DeEsser { ratio: 1.0, ..short.clone() }), 0.0, 1e-9);
    close(settled(&DeEsser { range: 5.0, ..short.clone() }), -5.0, 1e-9);
    close(settled(&DeEsser { threshold: Db::ZERO, ..short.clone() }), 0.0, 1e-9);

    let low: Vec<f64> = (0..4_800).map(|n| (std::f64::consts::TAU * f64::from(n) / 480.0).sin()).collect();
    let [left, _] = through(48_000, Unit::DeEsser(short), vec![low.clone()], 4_800).sides();
    assert!(left.iter().zip(low).all(|(a, b)| (a - b).abs() < 0.02), "far below its band nothing is cut");
}

#[test]
fn a_de_esser_is_a_bell_of_its_cut() {
    // A loud tone at the centre holds the cut; what a quiet one beside it loses is the bell's own curve.
    let rate = 48_000.0;
    let g = |freq: f64| (std::f64::consts::PI * freq / rate).tan();
    let tone = |share: f64, size: f64, n: i32| size * (std::f64::consts::TAU * share * (f64::from(n) + 0.5)).sin();
    let signal: Vec<f64> = (0..19_200).map(|n| tone(0.25, 0.5, n) + tone(0.125, 1e-9, n)).collect();
    let de_esser = DeEsser { freq: 12_000.0, q: 2.0, range: 6.0, ratio: f64::INFINITY, ..DeEsser::default() };
    let [left, _] = through(48_000, Unit::DeEsser(de_esser), vec![signal], 19_200).sides();
    // B = s/q/(s² + s/q + 1) at s = i·tan/tan, and the bell is 1 − (1 − 10^(−6/20))·B.
    let s = g(6_000.0) / g(12_000.0);
    let (re, im) = (1.0 - s * s, s / 2.0);
    let share = im * im / (re * re + im * im); // B = share + i·…
    let imaginary = im * re / (re * re + im * im);
    let cut = 1.0 - 10f64.powf(-6.0 / 20.0);
    let wanted = (1.0 - cut * share).hypot(cut * imaginary);
    let steady = &left[9_600..];
    close(magnitude(steady, 6_000.0, rate) / 4_800.0 / 1e-9, wanted, 1e-3);
    close(magnitude(steady, 12_000.0, rate) / 4_800.0 / 0.5, 1.0 - cut, 1e-9);
}

//! Saturation, width and reverb of the interpreter against analysis, and what the look-ahead of inserts must not change.

use std::f64::consts::TAU;

use stemwright_core::{Gate, Limiter, Reverb, Saturation, Width};

use super::*;

fn sine(rate: u32, freq: f64, size: f64, frames: usize) -> Vec<f64> {
    (0..frames).map(|n| size * (TAU * freq * n as f64 / f64::from(rate)).sin()).collect()
}

#[test]
fn saturation_of_a_low_sine_is_the_bend_itself() {
    for rate in [44_100, 48_000, 96_000, 192_000] {
        let input = sine(rate, 100.0, 0.8, 4_000);
        let saturation = Saturation { drive: Db(12.0), output: Db(-3.0), mix: 0.75, asymmetry: 0.0 };
        let [left, _] = through(rate, Unit::Saturation(saturation), vec![input.clone()], 4_000).sides();
        let (drive, output) = (10f64.powf(12.0 / 20.0), 10f64.powf(-3.0 / 20.0));
        for n in 200..3_800 {
            close(left[n], 0.25 * input[n] + 0.75 * output * (drive * input[n]).tanh(), 2e-5);
        }
    }
}

#[test]
fn saturation_with_no_wet_is_a_wire_and_quiet_sounds_are_only_driven() {
    let input = sine(48_000, 3_000.0, 1e-6, 2_000);
    let dry = Saturation { mix: 0.0, ..Saturation::default() };
    let [left, _] = through(48_000, Unit::Saturation(dry), vec![input.clone()], 2_000).sides();
    assert_eq!(left, input);
    let [left, _] = through(48_000, Unit::Saturation(Saturation::default()), vec![input.clone()], 2_000).sides();
    close(left[1_001], input[1_001] * 10f64.powf(6.0 / 20.0), 1e-10);
}

#[test]
fn asymmetry_makes_even_harmonics_and_no_direct_current() {
    let (rate, frames) = (48_000, 96_000);
    let input = sine(rate, 500.0, 0.5, frames);
    let saturation = Saturation { drive: Db(6.0), asymmetry: 0.4, ..Saturation::default() };
    let [left, _] = through(rate, Unit::Saturation(saturation), vec![input.clone()], frames).sides();
    let bend = |s: f64| s.tanh() / (1.0 + 0.4 * s.tanh());
    let bent: Vec<f64> = input.iter().map(|x| bend(10f64.powf(6.0 / 20.0) * x)).collect();
    let steady = 48_000..72_000;
    let part = |signal: &[f64], freq: f64| magnitude(&signal[steady.clone()], freq, f64::from(rate)) / 12_000.0;
    for harmonic in [1.0, 2.0, 3.0, 4.0] {
        let freq = harmonic * 500.0;
        let pass = Band { kind: BandKind::HighPass { steep: false }, freq: 10.0, gain: Db::ZERO, q: 1.0 };
        let wanted = part(&bent, freq) * prototype(&pass, std::f64::consts::FRAC_1_SQRT_2, freq / 10.0);
        close(part(&left, freq), wanted, 1e-5);
    }
    assert!(part(&bent, 0.0) > 0.05 && part(&bent, 1_000.0) > 0.05);
    close(part(&left, 0.0), 0.0, 1e-9);
}

#[test]
fn saturation_does_not_alias() {
    // Three times 15 kHz, sampled at 44.1 kHz, is heard at 900 Hz.
    let input = sine(44_100, 15_000.0, 1.0, 6_000);
    let saturation = Saturation { drive: Db(6.0), ..Saturation::default() };
    let [left, _] = through(44_100, Unit::Saturation(saturation), vec![input.clone()], 6_000).sides();
    let naive: Vec<f64> = input.iter().map(|x| (2.0 * x).tanh()).collect();
    let alias = |signal: &[f64]| magnitude(&signal[1_000..1_000 + 4_410], 900.0, 44_100.0) / 2_205.0;
    assert!(alias(&naive) > 0.1, "{}", alias(&naive));
    assert!(alias(&left) < 1e-4, "{}", alias(&left));
}

#[test]
fn width_widens_narrows_and_leaves_mono_alone() {
    let (left, right) = (0.75, -0.25);
    let at = |width: f64| {
        let unit = Unit::Width(Width { width, mono_below: None });
        let [l, r] = through(48_000, unit, vec![vec![left; 8], vec![right; 8]], 8).sides();
        [l[5], r[5]]
    };
    assert_eq!(at(0.0), [0.25, 0.25]);
    assert_eq!(at(1.0), [left, right]);
    assert_eq!(at(2.0), [1.25, -0.75]);
    let unit = |width| Unit::Width(Width { width, mono_below: Some(500.0) });
    let [l, r] = through(48_000, unit(0.0), vec![vec![left; 8]], 8).sides();
    assert_eq!([l[5], r[5]], [left, left]);

    let high = Band { kind: BandKind::HighPass { steep: false }, freq: 500.0, gain: Db::ZERO, q: 0.0 };
    for (freq, tolerance) in [(50.0, 1e-3), (500.0, 1e-3), (2_000.0, 1e-3)] {
        let tone = sine(48_000, freq, 1.0, 9_600);
        let other = tone.iter().map(|x| -x).collect();
        let [l, r] = through(48_000, unit(1.0), vec![tone, other], 9_600).sides();
        assert!(l.iter().zip(&r).all(|(l, r)| *l == -r), "all side");
        let wanted = prototype(&high, std::f64::consts::FRAC_1_SQRT_2, freq / 500.0);
        close(magnitude(&l[4_800..], freq, 48_000.0) / 2_400.0, wanted, tolerance);
    }
}

fn hall() -> Reverb {
    Reverb {
        predelay: 0.01,
        decay: 0.5,
        size: 1.0,
        high_decay: 1.0,
        crossover: 4_000.0,
        low_cut: None,
        high_cut: None,
        wet: 1.0,
    }
}

fn room(reverb: Reverb, channels: Vec<Vec<f64>>) -> [Vec<f64>; 2] {
    through(48_000, Unit::Reverb(reverb), channels, 48_000).sides()
}

fn energy(signal: &[f64]) -> f64 {
    signal.iter().map(|x| x * x).sum()
}

#[test]
fn a_reverb_begins_where_its_shortest_way_ends_and_is_as_loud_as_its_input() {
    // 2.25 + 3·size milliseconds after the predelay.
    for (size, first) in [(1.0, 480 + 252), (2.0, 480 + 396)] {
        let [left, right] = room(Reverb { size, ..hall() }, vec![vec![1.0]]);
        assert_eq!(left, right, "a mono track stays one");
        assert_eq!(left.iter().position(|&x| x != 0.0), Some(first));
        close(10.0 * energy(&left).log10(), 0.0, 1.0);
    }
    let [left, right] = room(hall(), vec![vec![1.0], vec![0.0]]);
    assert_ne!(left, right);
    for side in [left, right] {
        close(10.0 * (2.0 * energy(&side)).log10(), 0.0, 1.0);
    }
    let [left, _] = room(Reverb { wet: 0.25, ..hall() }, vec![vec![1.0]]);
    let [wet, _] = room(hall(), vec![vec![1.0]]);
    close(left[0], 0.75, 0.0);
    close(left[2_000], 0.25 * wet[2_000], 1e-15);
}

#[test]
fn a_reverb_falls_by_sixty_decibels_in_its_decay_time() {
    // dB a second, all over the spectrum or around some frequency.
    let slope = |reverb: Reverb, around: Option<f64>| {
        let [left, _] = room(reverb, vec![vec![1.0]]);
        let level = |from: usize| {
            let part = &left[from..from + 6_000];
            let of = |freq: f64| (0..40).map(|k| magnitude(part, freq + 10.0 * f64::from(k), 48_000.0).powi(2)).sum();
            10.0 * around.map_or(energy(part), of).log10()
        };
        (level(12_000) - level(36_000)) / 0.5
    };
    close(slope(hall(), None), 120.0, 3.0);
    close(slope(Reverb { decay: 1.0, size: 0.5, ..hall() }, None), 60.0, 3.0);
    let dull = Reverb { decay: 1.0, high_decay: 0.5, crossover: 3_000.0, ..hall() };
    close(slope(dull.clone(), Some(50.0)), 60.0, 6.0);
    close(slope(dull.clone(), Some(2_800.0)), 90.0, 6.0);
    close(slope(dull, Some(23_000.0)), 120.0, 6.0);
}

#[test]
fn a_reverb_hears_through_its_cuts() {
    let reverb = Reverb { low_cut: Some(500.0), high_cut: Some(5_000.0), ..hall() };
    let [cut, _] = room(reverb, vec![vec![1.0]]);
    let [whole, _] = room(hall(), vec![vec![1.0]]);
    let of = |low: bool, freq: f64| {
        let kind = if low { BandKind::HighPass { steep: false } } else { BandKind::LowPass { steep: false } };
        let corner = if low { 500.0 } else { 5_000.0 };
        prototype(&Band { kind, freq: corner, gain: Db::ZERO, q: 0.0 }, std::f64::consts::FRAC_1_SQRT_2, freq / corner)
    };
    for freq in [100.0, 500.0, 1_500.0, 5_000.0] {
        let ratio = magnitude(&cut, freq, 48_000.0) / magnitude(&whole, freq, 48_000.0);
        // The cuts' own tails end with the second that is looked at.
        close(ratio, of(true, freq) * of(false, freq), 0.01);
    }
}

/// Inserts that hear ahead on a track, its bus and the master, and a parallel bus that has none.
fn deep() -> (Session, Sources) {
    let signal = (0..3_000).map(|n| (f64::from(n) * 0.11).sin() * (f64::from(n) * 0.01).sin());
    let (mut session, sources) = session(48_000, vec![signal.collect()]);
    let limiter = || Insert::from(Unit::Limiter(Limiter { gain: Db(6.0), ..Limiter::default() }));
    let saturation = || Insert::from(Unit::Saturation(Saturation::default()));
    let gate = Insert::from(Unit::Gate(Gate { threshold: Db(-12.0), look_ahead: 0.005, ..Gate::hard() }));
    let strip = &mut session.tracks[0].strip;
    strip.pan_law = None;
    strip.inserts = vec![gate, saturation()];
    strip.output = Some("a".into());
    strip.sends = vec![Send { to: "b".into(), gain: Db::ZERO, tap: Tap::Pre, pan: 0.0 }];
    let fade = Automation::new(Target::Gain, Shape::Linear, &[(100, 0.0), (2_500, -20.0)]);
    strip.automation = vec![fade];
    session.buses = ["a", "b"].map(bus).to_vec();
    let ducker = Compressor { key: Some(Key { from: "b".into(), tap: Tap::Post }), ..Compressor::channel() };
    session.buses[0].strip.inserts = vec![limiter(), Unit::Compressor(ducker).into()];
    session.master.inserts = vec![saturation(), limiter()];
    (session, sources)
}

#[test]
fn where_a_timeline_begins_and_ends_changes_nothing_in_it() {
    let (session, sources) = deep();
    let whole = interpret(&session, &sources, 0, 4_000, None);
    let early = interpret(&session, &sources, -640, 1_640, None);
    for channel in 0..2 {
        assert_eq!(interpret(&session, &sources, 0, 777, None).master[channel], whole.master[channel][..777]);
        let pairs = early.master[channel][640..].iter().zip(&whole.master[channel]);
        assert!(pairs.clone().count() == 1_000 && pairs.clone().all(|(a, b)| (a - b).abs() < 1e-12));
    }
}

#[test]
fn mutants_of_look_ahead_are_heard() {
    let (session, sources) = deep();
    let whole = interpret(&session, &sources, 0, 4_000, None);
    for mutant in &Mutant::ALL[..7] {
        let other = interpret(&session, &sources, 0, 4_000, Some(*mutant));
        assert!(other.master != whole.master, "{mutant:?}");
    }
}

#[test]
fn a_bypassed_insert_is_a_wire() {
    let input = sine(48_000, 700.0, 1.0, 500);
    let units = [
        Unit::Limiter(Limiter { gain: Db(12.0), ..Limiter::default() }),
        Unit::Gate(Gate { threshold: Db::ZERO, look_ahead: 0.01, ..Gate::hard() }),
        Unit::Saturation(Saturation::default()),
        Unit::Reverb(hall()),
        Unit::Width(Width { width: 0.0, mono_below: None }),
    ];
    let (mut session, sources) = session(48_000, vec![input.clone()]);
    session.tracks[0].strip.inserts = units.map(|unit| Insert { bypass: true, unit }).to_vec();
    assert_eq!(interpret(&session, &sources, 0, 500, None).mix, [input.clone(), input]);
}

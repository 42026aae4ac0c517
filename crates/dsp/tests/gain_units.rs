//! What holds for every gain unit that keeps something of its own for each wave: limiter, gate, saturation, de-esser.
//! That they follow their laws is shown by the random sessions of `stemwright-render`, how well they do their work in
//! `docs/units.md`.

mod signals;

use signals::noise;
use stemwright_core::{
    Automation, CompressorBand, Db, DeEsser, DynamicBand, DynamicEq, DynamicKind, Gate, Key, Limiter, Multiband, Param,
    SampleRate, Saturation, Shape, Tap, Target, Transient, Unit,
};
use stemwright_dsp::{
    Controller, DeEsserUnit, DynamicEqUnit, GainUnit, GateUnit, LimiterUnit, MultibandUnit, SaturationUnit,
    TransientUnit, latency,
};

const FRAMES: usize = 6_000;

fn units() -> Vec<Unit> {
    vec![
        Unit::Limiter(Limiter { gain: Db(9.0), ..Limiter::default() }),
        Unit::Limiter(Limiter { look_ahead: 0.00025, release: 0.0, gain: Db(20.0), ceiling: Db(-12.0) }),
        Unit::Gate(Gate { threshold: Db(-8.0), hold: 0.001, look_ahead: 0.002, ..Gate::hard() }),
        Unit::Gate(Gate { threshold: Db(-3.0), key_high_pass: Some(900.0), ..Gate::expander() }),
        Unit::Saturation(Saturation { drive: Db(14.0), ..Saturation::default() }),
        Unit::Saturation(Saturation { asymmetry: 0.4, mix: 0.7, output: Db(-3.0), ..Saturation::default() }),
        Unit::DeEsser(DeEsser { threshold: Db(-24.0), ..DeEsser::default() }),
        Unit::Transient(Transient { attack: 9.0, sustain: -6.0, ..Transient::default() }),
        Unit::DynamicEq(dynamic_eq(None)),
        Unit::DynamicEq(dynamic_eq(Some(key()))),
        Unit::Multiband(multiband(&[1000.0], None)),
        Unit::Multiband(multiband(&[90.0, 300.0, 1800.0, 7000.0], Some(key()))),
    ]
}

/// Whose key is the signal itself in these tests.
fn key() -> Key {
    Key { from: "Kick".into(), tap: Tap::Post }
}

fn dynamic_eq(key: Option<Key>) -> DynamicEq {
    let band = |kind, freq, range| DynamicBand { threshold: Db(-30.0), range, ..DynamicBand::new(kind, freq) };
    let bands = vec![
        band(DynamicKind::LowShelf, 200.0, -12.0),
        band(DynamicKind::Bell, 2500.0, 9.0),
        band(DynamicKind::HighShelf, 6000.0, -20.0),
    ];
    DynamicEq { bands, key }
}

fn multiband(crossovers: &[f64], key: Option<Key>) -> Multiband {
    let band = CompressorBand { threshold: Db(-30.0), ratio: 4.0, ..CompressorBand::default() };
    let mut bands = vec![band; crossovers.len() + 1];
    bands[0] = CompressorBand { bypass: true, ..band };
    Multiband { crossovers: crossovers.to_vec(), bands, mix: 0.9, key }
}

/// What moves in each unit.
fn moves(unit: &Unit) -> Vec<Automation> {
    let (param, from, to) = match unit {
        Unit::Limiter(_) => (Param::Ceiling, -20.0, -1.0),
        Unit::Saturation(_) => (Param::Mix, 0.0, 1.0),
        Unit::Transient(_) => (Param::Attack, -20.0, 20.0),
        Unit::DynamicEq(_) => (Param::BandRange(1), -20.0, 20.0),
        Unit::Multiband(_) => (Param::BandThreshold(1), -60.0, 0.0),
        _ => (Param::Threshold, -40.0, -2.0),
    };
    let points = vec![(0, from), (FRAMES as i64 / 2, to), (FRAMES as i64, from)];
    vec![Automation::new(Target::Insert(0, param), Shape::Linear, &points)]
}

fn build(unit: &Unit, channels: usize, waves: usize, rate: f64) -> Box<dyn GainUnit> {
    match unit {
        Unit::Limiter(limiter) => Box::new(LimiterUnit::new(limiter, channels, waves, rate)),
        Unit::Gate(gate) => Box::new(GateUnit::new(gate, channels, channels, waves, rate)),
        Unit::Saturation(saturation) => Box::new(SaturationUnit::new(saturation, channels, waves, rate)),
        Unit::DeEsser(esser) => Box::new(DeEsserUnit::new(esser, channels, waves, rate)),
        Unit::Transient(transient) => Box::new(TransientUnit::new(transient, rate)),
        Unit::DynamicEq(eq) => Box::new(DynamicEqUnit::new(eq, channels, channels, waves, rate)),
        Unit::Multiband(multiband) => Box::new(MultibandUnit::new(multiband, channels, channels, waves, rate)),
        _ => panic!("{} keeps nothing", unit.name()),
    }
}

/// By wave, then channel.
type Waves = Vec<Vec<Vec<f64>>>;

/// Runs waves through a unit in blocks of the lengths given, again and again; wave 0 is heard.
fn run(unit: &Unit, waves: &Waves, blocks: &[usize], moving: bool, hz: u32) -> (Waves, Box<dyn GainUnit>) {
    let rate = SampleRate::new(hz).expect("a rate");
    let automation = if moving { moves(unit) } else { Vec::new() };
    let mut controller = Controller::of_unit(unit, 0, &automation, rate);
    let mut built = build(unit, waves[0].len(), waves.len(), f64::from(hz));
    let mut out = waves.clone();
    let (mut at, frames) = (0, waves[0][0].len());
    for &length in blocks.iter().cycle() {
        let range = at..(at + length).min(frames);
        let start = at as i64 - 77;
        let controls = controller.block(start, range.len());
        let heard: Vec<&[f64]> = waves[0].iter().map(|channel| &channel[range.clone()]).collect();
        built.detect(start, &heard, controls);
        for (number, wave) in out.iter_mut().enumerate() {
            let mut block: Vec<&mut [f64]> = wave.iter_mut().map(|channel| &mut channel[range.clone()]).collect();
            built.apply(number, start, &mut block, controls);
        }
        at = range.end;
        if at == frames {
            break;
        }
    }
    (out, built)
}

/// A signal of bursts and three lanes that add up to it.
fn lanes(channels: usize) -> Waves {
    let burst = |n: usize| if n % 1500 < 700 || n + 1 == FRAMES { 1.0 } else { 0.003 };
    let lane = |seed: u64| -> Vec<Vec<f64>> {
        let channel =
            |c: u64| noise(9 * seed + c, FRAMES).iter().enumerate().map(|(n, x)| 0.4 * x * burst(n)).collect();
        (0..channels as u64).map(channel).collect()
    };
    let parts: Waves = (1..=3).map(lane).collect();
    let sum = |c: usize| (0..FRAMES).map(|n| parts.iter().map(|part| part[c][n]).sum()).collect();
    std::iter::once((0..channels).map(sum).collect()).chain(parts.clone()).collect()
}

#[test]
fn lanes_add_up_to_the_signal() {
    for unit in units() {
        for (channels, hz, moving) in [(1, 48_000, false), (2, 44_100, true), (2, 96_000, false), (2, 192_000, true)] {
            let input = lanes(channels);
            let (out, _) = run(&unit, &input, &[512], moving, hz);
            let mut changed = 0.0f64;
            let late = latency(&unit, f64::from(hz));
            for c in 0..channels {
                for n in 0..FRAMES {
                    let sum: f64 = out[1..].iter().map(|lane| lane[c][n]).sum();
                    assert!((out[0][c][n] - sum).abs() < 1e-13, "{unit}: {} and {sum} on frame {n}", out[0][c][n]);
                    let was = n.checked_sub(late).map_or(0.0, |n| input[0][c][n]);
                    changed = changed.max((out[0][c][n] - was).abs());
                }
            }
            assert!(changed > 0.01, "{unit} does something");
        }
    }
}

#[test]
fn no_bit_depends_on_the_blocks() {
    for unit in units() {
        for moving in [false, true] {
            let input = lanes(2);
            let (whole, _) = run(&unit, &input, &[FRAMES], moving, 48_000);
            for blocks in [&[1][..], &[64], &[333, 1, 31]] {
                let (other, _) = run(&unit, &input, blocks, moving, 48_000);
                assert!(other == whole, "{unit} in blocks of {blocks:?}, moving: {moving}");
            }
        }
    }
}

/// A quiet impulse comes out as late as the unit says, as its largest sample.
#[test]
fn units_are_as_late_as_they_say() {
    for hz in [44_100, 48_000, 88_200, 96_000, 176_400, 192_000] {
        // What crossovers do to an impulse has no one place.
        for unit in units().into_iter().filter(|unit| !matches!(unit, Unit::Multiband(_))) {
            // Under every threshold, but a gate must be open.
            let unit = match unit {
                Unit::Gate(gate) => Unit::Gate(Gate { threshold: Db(-90.0), key_high_pass: None, ..gate }),
                other => other,
            };
            let mut impulse = vec![0.0; 6000];
            impulse[100] = 1e-3;
            let (out, _) = run(&unit, &vec![vec![impulse.clone()], vec![impulse]], &[700], false, hz);
            let at = 100 + latency(&unit, f64::from(hz));
            for wave in &out {
                let loudest = (0..6000).max_by(|&a, &b| wave[0][a].abs().total_cmp(&wave[0][b].abs()));
                assert_eq!(loudest, Some(at), "{unit} at {hz} Hz");
            }
        }
    }
}

/// A limiter that has nothing to do is a delay, to the bit.
#[test]
fn below_the_ceiling_a_limiter_is_a_delay() {
    let limiter = Unit::Limiter(Limiter::default());
    let signal: Vec<f64> = noise(4, FRAMES).iter().map(|x| 0.3 * x).collect();
    let (out, _) = run(&limiter, &vec![vec![signal.clone()]], &[100], false, 48_000);
    let late = latency(&limiter, 48_000.0);
    assert_eq!(late, 96 + 166);
    assert_eq!(out[0][0][late..], signal[..FRAMES - late]);
}

#[test]
fn silence_becomes_exact_and_nothing_stays_pending() {
    for unit in units() {
        let mut input = lanes(2);
        for channel in input.iter_mut().flatten() {
            channel.resize(FRAMES + 20 * 48_000, 0.0);
        }
        let (out, built) = run(&unit, &input, &[4096], false, 48_000);
        let end = FRAMES + 19 * 48_000;
        for (number, wave) in out.iter().enumerate() {
            assert!(wave.iter().all(|channel| channel[end..].iter().all(|&x| x == 0.0)), "{unit}: digital silence");
            assert!(built.is_wave_silent(number), "{unit}: wave {number} is at rest");
        }
        assert!(built.is_silent(), "{unit} is at rest");
        assert_eq!(built.pending(), 0);
        // While something is inside, it says so.
        let (_, built) = run(&unit, &lanes(2), &[4096], false, 48_000);
        assert!(!built.is_silent(), "{unit} is at work");
        // The last frame that went in is loud, and the last to come out.
        assert_eq!(built.pending() as usize, latency(&unit, 48_000.0), "{unit}");
    }
}

//! Compressor, de-esser and gate against their equations.

use stemwright_core::{DeEsser, Gate};
use stemwright_units::compressor::{TIMES, curve_error, ideal_times, settings, time_constants};
use stemwright_units::{de_esser, gate};

/// 64 phases are 0.003 dB of ripple at most, of which slopes below 1 leave less; what has settled is otherwise exact.
#[test]
fn compressors_settle_on_the_static_curve() {
    for (name, c) in settings() {
        for hz in [44_100, 96_000] {
            let off = curve_error(&c, hz);
            assert!(off < 0.003, "{name} at {hz}: {off} dB");
        }
    }
}

/// Their filters are sampled exponentials: within a frame of the differential equations, to the reference's own 0.1 %.
#[test]
fn compressors_keep_the_time_constants() {
    for (detector, attack, release) in TIMES {
        let ideal = ideal_times(detector, attack, release);
        for hz in [44_100, 192_000] {
            let is = time_constants(detector, attack, release, hz);
            for (is, ideal) in [(is.attack, ideal.attack), (is.release, ideal.release)] {
                let limit = 1.0 / f64::from(hz) + 0.001 * ideal;
                assert!((is - ideal).abs() < limit, "{detector:?} {attack} {release} at {hz}: {is}, not {ideal} s");
            }
        }
    }
}

/// As for the compressor; the probe's bell is exact but for the ripple of the level.
#[test]
fn the_de_esser_cuts_by_its_static_curve_with_its_bell() {
    let unit = DeEsser::default();
    for hz in [44_100, 96_000] {
        let (curve, bell) = (de_esser::curve_error(&unit, hz), de_esser::bell_error(&unit, hz));
        assert!(curve < 0.003 && bell < 0.003, "{hz}: curve {curve} dB, bell {bell} dB");
    }
}

/// Every time is a sum of exponentials' times; a frame is lost where each of hold and decision counts from the next
/// one.
#[test]
fn the_gate_keeps_its_timeline() {
    for gate in [Gate::hard(), Gate { attack: 0.005, hold: 0.0, release: 0.030, range: 40.0, ..Gate::hard() }] {
        for hz in gate::RATES {
            let (is, law) = (gate::timeline(&gate, hz).0, gate::expected(&gate).0);
            for (is, law) in is.into_iter().zip(law) {
                assert!((is - law).abs() < 2.5 / f64::from(hz), "{hz}: {is}, not {law} s");
            }
        }
    }
}

/// The constant rises by 0.0004 dB a frame, and its envelope forgets within 10 ms.
#[test]
fn hysteresis_is_the_distance_of_two_levels_and_stops_the_chatter() {
    for hysteresis in [0.0, 4.0, 10.0] {
        let gate = Gate { hysteresis, ..Gate::hard() };
        let [opens, closes] = gate::levels(&gate, 48_000);
        assert!((opens + 40.0).abs() < 0.002 && (closes + 40.0 + hysteresis).abs() < 0.002, "{opens} {closes}");
    }
    let openings = |hysteresis| gate::openings(&Gate { hysteresis, ..Gate::hard() }, 48_000);
    // Between two crests of 100 Hz the envelope falls by 4.3 dB, the sway by 3 dB.
    assert!(openings(0.0) > 50, "without, it opens on every crest: {}", openings(0.0));
    assert_eq!(openings(10.0), 1);
}

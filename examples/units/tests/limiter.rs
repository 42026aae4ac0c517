//! The limiter against a true peak of 64-fold oversampling.

use stemwright_units::limiter::{
    CEILINGS, RATES, RELEASES, band_limited, distortion, is_a_delay_below_the_ceiling, over, raw, raw_below,
};
use stemwright_units::true_peak::Reference;

fn worst(tests: &[stemwright_units::limiter::Test], hz: u32, look_ahead: f64) -> f64 {
    let reference = Reference::default();
    let overs = tests.iter().flat_map(|test| CEILINGS.map(|ceiling| over(&reference, test, hz, ceiling, look_ahead)));
    overs.fold(f64::NEG_INFINITY, f64::max)
}

/// From half a millisecond on the gain is slow beside the sinc that makes the wave between samples, so that the peaks
/// between them are turned down like those on them. What is left is what a sine at 0.45 of the rate rises between two
/// of the limiter's 16 places: 1/cos(π·0.45/16), 0.034 dB.
#[test]
fn no_true_peak_is_a_tenth_of_a_db_over_the_ceiling() {
    for hz in RATES {
        for look_ahead in [0.0005, 0.002, 0.010] {
            let over = worst(&band_limited(hz), hz, look_ahead);
            assert!(over < 0.034, "{hz}, {look_ahead} s: {over} dB");
        }
    }
}

/// The shortest look-ahead is eleven frames at 44.1 kHz: a gain that moves so fast makes small peaks between samples that
/// the limiter did not see. (Four frames would make peaks of a fifth of a dB.)
#[test]
fn the_shortest_look_ahead_holds_too() {
    for hz in RATES {
        let over = worst(&band_limited(hz), hz, 0.00025);
        assert!(over < 0.1, "{hz}: {over} dB");
    }
}

/// What is above 0.48 of the rate has no one true peak: it depends on how a meter filters there.
#[test]
fn what_is_not_band_limited_stays_within_the_difference_of_two_interpolators() {
    for hz in [44_100, 96_000] {
        let over = worst(&raw_below(hz, 0.48), hz, 0.002);
        assert!(over < 0.05, "{hz}, below 0.48: {over} dB");
        let over = worst(&raw(hz), hz, 0.002);
        assert!(over < 0.75, "{hz}: {over} dB");
    }
}

#[test]
fn below_the_ceiling_it_is_a_delay() {
    for hz in RATES {
        assert!(is_a_delay_below_the_ceiling(hz), "{hz}");
    }
}

/// Between two crests the reduction falls by 1 − e^(−t/release) of itself, and the next crest calls it back.
#[test]
fn distortion_falls_with_the_release() {
    let of = |freq: f64| RELEASES.map(|release| distortion(freq, release, 48_000));
    let low = of(50.0);
    assert!(low.windows(2).all(|pair| pair[1] < pair[0] - 3.0), "{low:?}");
    assert!(low[3] < -40.0, "80 ms: {} dB", low[3]);
    assert!(of(1000.0).iter().all(|&level| level < -150.0), "a look-ahead longer than half a period holds the gain");
}

//! Multiband compressor and dynamic equaliser: their filters are those of the prototypes.

use stemwright_units::multiband::{CROSSOVERS, band_error, curve, law, ripple};
use stemwright_units::{dynamic_eq, multiband};

#[test]
fn crossovers_are_linkwitz_and_rileys_and_add_up_flat() {
    for crossovers in CROSSOVERS {
        for hz in [44_100, 192_000] {
            let (bands, sum) = (band_error(crossovers, hz), ripple(crossovers, hz));
            // What is 80 dB down is measured to 10⁻⁶ of itself by a transform that rounds.
            assert!(bands < 1e-4 && sum < 1e-9, "{crossovers:?} at {hz} Hz: {bands} dB, {sum} dB");
        }
    }
    // Half way down, both bands are 6 dB down: the prototype of the test is Linkwitz and Riley's.
    let half = multiband::prototype(&[1000.0], 0, 1000.0, 48_000);
    assert!((half - 0.5).abs() < 1e-12);
}

#[test]
fn a_band_follows_equation_4() {
    for level in [-50.0, -33.0, -30.0, -27.0, -10.0, 0.0] {
        let (is, law) = (curve(level, 48_000), law(level));
        assert!((is - law).abs() < 0.001, "{level} dBFS: {is}, not {law} dB");
    }
}

#[test]
fn bells_and_shelves_are_as_high_as_the_level_asks_and_have_their_shape() {
    for (name, band) in dynamic_eq::bands() {
        let (curve, shape) = (dynamic_eq::curve_error(&band, 48_000), dynamic_eq::shape_error(&band, 48_000));
        assert!(curve < 0.002 && shape < 0.002, "{name}: {curve} and {shape} dB");
    }
}

//! The equaliser against the analogue curves.

use stemwright_units::eq::{families, worst};

/// In dB up to 10 kHz, 16 kHz and 0.45 of the rate, at 44.1 and at 96 kHz.
///
/// A section has two zeros (low-passes one) for what the analogue curve still does above half the rate: the error
/// grows with the square of corner/rate. A low-pass section comes to 0.45 of the rate with 6 dB/octave too few, 1.67
/// dB whatever its corner.
#[test]
fn bands_follow_the_analogue_curves_as_far_as_two_zeros_can() {
    for (name, at_44, at_96) in [
        ("bell, 31 Hz – 1 kHz", [0.012, 0.04, 0.07], [0.001, 0.002, 0.015]),
        ("bell, 2 – 4 kHz", [0.14, 0.45, 0.8], [0.008, 0.02, 0.21]),
        ("bell, 8 – 16 kHz", [0.65, 0.9, 1.85], [0.05, 0.06, 1.65]),
        ("low shelf, 31 Hz – 4 kHz", [0.2, 0.2, 0.2], [0.05, 0.06, 0.06]),
        ("low shelf, 8 – 12 kHz", [1.5, 0.5, 0.75], [0.2, 0.15, 0.35]),
        ("high shelf, 31 Hz – 4 kHz", [0.2, 0.2, 0.2], [0.05, 0.06, 0.06]),
        ("high shelf, 8 – 12 kHz", [1.5, 0.5, 0.75], [0.2, 0.15, 0.35]),
        ("high-pass 12, 31 Hz – 4 kHz", [0.025, 0.08, 0.15], [0.0012, 0.004, 0.035]),
        ("high-pass 12, 8 – 16 kHz", [1.3, 0.9, 1.1], [0.05, 0.04, 0.45]),
        ("high-pass 24, 31 Hz – 16 kHz", [0.05, 0.05, 0.12], [1e-5, 1e-5, 5e-4]),
        ("low-pass 12, 31 Hz – 16 kHz", [0.14, 0.48, 1.68], [0.003, 0.01, 1.68]),
        ("low-pass 24, 31 Hz – 16 kHz", [0.19, 0.95, 3.36], [0.006, 0.02, 3.36]),
    ] {
        let family = families().into_iter().find(|family| family.name == name).unwrap();
        for (hz, limits) in [(44_100, at_44), (96_000, at_96)] {
            let off = worst(&family, hz);
            let holds = off.iter().zip(limits).all(|(off, limit)| *off <= limit);
            assert!(holds, "{name} at {hz}: {off:?} dB, not within {limits:?}");
        }
    }
}

/// What stays of ±12 dB at 16 kHz when half the rate is 22 kHz. (With the third condition at half the rate, as
/// published, the shelf has a hole of 38 dB at 8 kHz.)
#[test]
fn shelves_at_16_khz_have_no_hole() {
    for family in families().iter().filter(|family| family.name.ends_with("shelf, 16 kHz")) {
        for hz in [44_100, 48_000] {
            let off = worst(family, hz);
            assert!(off.iter().all(|off| *off < 0.8), "{} at {hz}: {off:?} dB", family.name);
        }
    }
}

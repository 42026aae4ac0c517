//! Saturation: aliases, harmonics, the linear path.

use stemwright_units::saturation::{RATES, TONES, aliases, harmonic_error, ripple};

/// What folds back below 20 kHz at 8 · 44.1 kHz is above 333 kHz: the 66th harmonic of 5 kHz. The half-band filters
/// let images through 100 dB down, and those of harmonics that are weak themselves.
#[test]
fn music_does_not_alias() {
    for hz in RATES {
        for (drive, freq, limit) in [
            (6.0, 1000.0, -180.0),
            (6.0, 5000.0, -130.0),
            (12.0, 1000.0, -150.0),
            (12.0, 5000.0, -125.0),
            (12.0, 9000.0, -100.0),
        ] {
            let [unit, _] = aliases(drive, 0.0, freq, hz);
            assert!(unit < limit, "{drive} dB, {freq} Hz at {hz}: {unit} dB");
        }
    }
}

/// A sine at 19.5 kHz driven by 30 dB is a square wave, whose harmonics fall by 6 dB/octave only: no oversampling by 8
/// catches them. It is still better than none.
#[test]
fn the_hardest_case_is_better_than_without_oversampling() {
    for hz in RATES {
        for freq in TONES {
            let [unit, naive] = aliases(30.0, 0.0, freq, hz);
            assert!(unit < naive - 5.0 && unit < -24.0, "{freq} Hz at {hz}: {unit} dB, {naive} dB without");
        }
    }
}

/// The half-band filters are flat within 0.001 dB.
#[test]
fn harmonics_are_those_of_the_fourier_series_and_small_signals_pass_as_they_are() {
    for hz in RATES {
        for (drive, asymmetry) in [(12.0, 0.0), (30.0, 0.0), (12.0, 0.5)] {
            let off = harmonic_error(drive, asymmetry, hz);
            assert!(off < 0.001, "{drive} dB, {asymmetry} at {hz}: {off} dB");
        }
        assert!(ripple(hz) < 0.001, "{hz}: {} dB", ripple(hz));
    }
}

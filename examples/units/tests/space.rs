//! Reverb, delay and width.

use stemwright_units::reverb::{
    OCTAVES, answer, colour, correlation, decay, dense_from, density, first_sound, hall, loudness, response, scatter,
};
use stemwright_units::{delay, width};

/// T30 of noise that decays alike scatters by 0.6/√(B·T) of itself (ISO 3382-1, for one impulse response), 2 % at 500
/// Hz for 2 s. Differences of 5 % are just heard.
#[test]
fn every_octave_decays_by_the_law() {
    for (reverb, hz) in [(hall(1.0, 2.0, 0.5), 44_100), (hall(0.25, 0.6, 0.3), 48_000), (hall(1.0, 2.0, 1.0), 96_000)] {
        let sound = answer(&reverb, hz);
        for centre in OCTAVES {
            let [is, law] = decay(&sound, &reverb, hz, centre);
            let limit = 0.01 + 2.5 * 0.6 / (centre / 2.0f64.sqrt() * law).sqrt();
            assert!((is / law - 1.0).abs() < limit, "{centre} Hz at {hz}: {is}, not {law} s");
        }
    }
}

/// The ear takes an echo density above 0.9 for noise; a window of 20 ms scatters by a few hundredths around it.
#[test]
fn echoes_are_as_dense_as_noise_within_30_ms() {
    for size in [0.25, 1.0, 2.0] {
        let sound = response(&hall(size, 2.0, 0.5), 48_000, 2, 0, 1 << 14);
        for side in &sound {
            let densities = density(side, 48_000, 0.3);
            assert!(dense_from(&densities, 0.9) < 30.0, "size {size}: {} ms", dense_from(&densities, 0.9));
            let late: Vec<f64> = densities.iter().filter(|(ms, _)| *ms > 100.0).map(|(_, density)| *density).collect();
            let mean = late.iter().sum::<f64>() / late.len() as f64;
            assert!((mean - 1.0).abs() < 0.05, "size {size}: {mean} between 100 and 300 ms");
        }
        let first = first_sound(size, 48_000);
        // Two delays of whole frames.
        assert!((first - (2.25 + 3.0 * size)).abs() < 0.05, "size {size}: the first sound comes after {first} ms");
    }
}

/// Noise that decays alike scatters in every third; a network with modes of its own, or one that rings, scatters more.
#[test]
fn the_tail_is_white_and_as_loud_as_what_goes_in() {
    for size in [1.0, 2.0] {
        for third in colour(size, 2.0, 48_000).iter().filter(|third| third.centre > 240.0) {
            assert!(third.level.abs() < 3.5 * third.scatter, "size {size}: {third:?}");
        }
        let loudness = loudness(size, 2.0, 48_000);
        assert!(loudness.abs() < 0.15, "size {size}: {loudness} dB");
    }
}

#[test]
fn left_and_right_are_unrelated() {
    let sound = answer(&hall(1.0, 2.0, 1.0), 48_000);
    for centre in OCTAVES {
        let is = correlation(&sound, 48_000, centre);
        assert!(is.abs() < 3.5 * scatter(2.0, centre), "{centre} Hz: {is}");
    }
}

/// Without cuts a power of the feedback, to rounding; with cuts the EQ's 0.01 dB at 8 kHz of each pass adds up.
#[test]
fn each_echo_is_the_feedback_and_the_cuts_once_more() {
    for feedback in [0.3, 0.9] {
        assert!(delay::error(feedback, [None, None], 1000.0, 8) < 1e-9);
    }
    let cuts = [Some(200.0), Some(5000.0)];
    for (freq, limit) in [(100.0, 1e-3), (1000.0, 1e-3), (8000.0, 0.08)] {
        let off = delay::error(0.7, cuts, freq, 8);
        assert!(off < limit, "{freq} Hz: {off} dB");
    }
}

/// The side's high-pass is far below half the rate.
#[test]
fn width_is_its_matrix_and_mono_below_a_high_pass_of_the_side() {
    for factor in [0.0, 0.5, 1.0, 2.0] {
        assert!(width::matrix_error(factor) < 1e-15);
    }
    for hz in width::RATES {
        let [side, mid] = width::mono_below_error(120.0, hz);
        assert!(side < 1e-5 && mid < 1e-9, "{hz}: side {side} dB, mid {mid} dB");
    }
}

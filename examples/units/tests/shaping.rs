//! The transient shaper, the convolution reverb, what moves and what aligns.

use stemwright_units::signals::{Noise, sine};
use stemwright_units::spectrum::db;
use stemwright_units::{align, chorus, convolution, phaser, transient};

#[test]
fn beginnings_and_endings_follow_their_time_constants_at_every_level() {
    for hz in transient::RATES {
        assert!(transient::beginning_error(hz) < 1e-6, "{} dB", transient::beginning_error(hz));
        for slope in [20.0, 60.0, 100.0, 300.0] {
            let [is, law] = transient::ending(slope, hz);
            assert!((is - law).abs() < 0.01 * law, "{slope} dB/s: {is}, not {law} dB");
        }
    }
}

#[test]
fn what_is_steady_is_left_alone() {
    for freq in [41.0, 100.0, 440.0, 5000.0] {
        let [most, _] = transient::unrest(sine(freq / 48_000.0, 0.0, 48_000), 48_000);
        assert!(most < 0.02, "{freq} Hz: {most} dB");
    }
    let [most, mean] = transient::unrest(Noise(11).samples(48_000), 48_000);
    assert!(most < 0.3 && mean < 0.05, "noise: {most} and {mean} dB");
}

#[test]
fn convolution_is_its_sum_and_silence_is_exact() {
    for frames in [100, 3000, 70_000] {
        let [off, sum] = convolution::difference(frames);
        assert!(off < 1e-13 * sum, "{frames} frames: {} dB", db(off / sum));
        assert_eq!(convolution::ringing(frames), 0, "{frames} frames");
    }
}

#[test]
fn a_voice_is_a_sine_at_the_time_of_the_law() {
    // Cubic interpolation errs with the fourth power of the frequency: 24 dB an octave.
    let [low, high] = [5000.0, 10_000.0].map(|freq| chorus::error(3.0, freq, 96_000));
    assert!(low < -70.0 && (high - low - 24.0).abs() < 1.5, "{low} and {high} dB");
    assert!(chorus::error(3.0, 100.0, 48_000) < -110.0);
}

#[test]
fn phasers_have_the_notches_of_their_all_passes() {
    for (freq, stages, feedback) in [(800.0, 4, 0.0), (800.0, 6, 0.3), (3000.0, 2, 0.9)] {
        let error = phaser::error(freq, stages, feedback, 48_000);
        assert!(error < 1e-6, "{freq} Hz, {stages} stages: {error} dB");
    }
}

#[test]
fn parts_of_a_frame_are_flat_and_exact_to_20_khz() {
    for hz in align::RATES {
        let [magnitude, delay] = align::worst(20_000.0, hz);
        assert!(magnitude < 2e-4 && delay < 3e-5, "{hz} Hz: {magnitude} dB, {delay} frames");
    }
}

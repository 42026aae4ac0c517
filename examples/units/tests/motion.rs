//! Automation, gates and look-ahead: no zipper, no click.

use stemwright_core::Limiter;
use stemwright_units::automation::{Way, all, image, jump_is_straight};
use stemwright_units::clicks::{HZ, gate_splatter, limiter_gain, roughness};
use stemwright_units::spectrum::db;

#[test]
fn a_jump_is_a_straight_line_over_32_frames() {
    let [off, step] = jump_is_straight();
    assert!(off < 1e-14 && (step - 1.0 / 32.0).abs() < 1e-14, "{off:e}, {step}");
}

/// The corners of a polygon under an exponential: the series of a parabola.
#[test]
fn images_of_fades_are_those_of_a_polygon() {
    for slope in [24.0, 120.0, 1200.0] {
        let [is, theory] = image(slope);
        assert!((is - theory).abs() < 0.3, "{slope} dB/s: {is}, not {theory} dB");
    }
}

/// A line over 32 frames has a sinc's spectrum, whose first zero is at 1.5 kHz: above 2 kHz it is 20 dB under a
/// switch's for a gain, and less for an EQ, whose state has to move as well.
#[test]
fn no_jump_clicks_like_a_switch_and_no_move_differs_from_the_exact_law() {
    for now in all() {
        if now.seconds == 0.0 {
            let (grid, switch) = (now.splatter(Way::Grid), now.splatter(Way::AtOnce));
            assert!(grid < switch - 5.0, "{}: {grid} dB, {switch} dB at once", now.name);
        } else if now.seconds >= 0.020 {
            let error = now.error();
            assert!(error < -60.0, "{}: {error} dB off the law on every frame", now.name);
        }
    }
}

/// 80 dB in exponentials of the reduction: opening ends like e^−t, without a corner; closing begins with one, which is
/// less the longer the release.
#[test]
fn gates_do_not_click() {
    let switch = gate_splatter(0.0, true);
    let [opening, closing] = [gate_splatter(0.001, true), gate_splatter(0.1, false)];
    assert!(opening < -110.0 && closing < -75.0 && switch > -40.0, "{opening}, {closing}, {switch} dB");
    assert!(gate_splatter(0.01, false) < gate_splatter(0.001, false) - 15.0, "closing falls by 20 dB a decade");
}

/// Two means of half the look-ahead each make a ramp whose steepest frame is the reduction by half the look-ahead.
#[test]
fn the_limiters_gain_moves_no_faster_than_its_look_ahead_lets_it() {
    for look_ahead in [0.0005, 0.002, 0.010] {
        let gain = limiter_gain(Some(look_ahead));
        let deepest = -db(gain.iter().copied().fold(1.0, f64::min));
        let [step, _] = roughness(&gain);
        let limit = deepest / (look_ahead * f64::from(HZ) / 2.0);
        assert!(step <= limit * 1.001, "{look_ahead}: {step} dB a frame, at most {limit}");
    }
    let [_, smooth] = roughness(&limiter_gain(Some(Limiter::default().look_ahead)));
    let [_, bare] = roughness(&limiter_gain(None));
    assert!(smooth < bare - 30.0, "above 2 kHz: {smooth} dB, {bare} dB without look-ahead");
}

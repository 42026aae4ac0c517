//! Fade shapes, cross-fades and the delay of a track, by hand.

use stemwright_core::FadeShape;

use super::*;

/// What clips of constant 1 add up to, on `frames` frames from 0 on.
fn ones(clips: Vec<Clip>, crossfade: Option<FadeShape>, frames: usize) -> Vec<f64> {
    let (mut session, sources) = session(48_000, vec![vec![1.0; 100]]);
    session.tracks[0].clips = clips;
    session.tracks[0].crossfade = crossfade;
    let [left, _] = interpret(&session, &sources, 0, frames, None).sides();
    left
}

fn piece(at: i64, length: u64) -> Clip {
    Clip { length: Some(length), ..clip(at) }
}

fn all_close(found: &[f64], wanted: &[f64]) {
    assert_eq!(found.len(), wanted.len());
    for (found, wanted) in found.iter().zip(wanted) {
        close(*found, *wanted, 1e-15);
    }
}

#[test]
fn every_fade_shape_has_its_values_at_a_quarter_and_three_quarters() {
    let eighth = std::f64::consts::FRAC_PI_8;
    for (shape, low, high) in [
        (FadeShape::Linear, 0.25, 0.75),
        (FadeShape::EqualPower, eighth.sin(), eighth.cos()),
        (FadeShape::Smooth, 0.15625, 0.84375),
        (FadeShape::Slow, 0.0625, 0.5625),
        (FadeShape::Fast, 0.4375, 0.9375),
    ] {
        let fade = Fade { frames: 2, shape };
        let clip = Clip { fade_in: fade, fade_out: fade, ..piece(1, 6) };
        all_close(&ones(vec![clip], None, 8), &[0.0, low, high, 1.0, 1.0, high, low, 0.0]);
    }
}

#[test]
fn an_overlap_becomes_a_cross_fade_in_place_of_the_fades_there() {
    let first = Clip { fade_in: fade(2), fade_out: fade(5), ..piece(0, 10) };
    let second = Clip { fade_in: fade(1), fade_out: fade(2), ..piece(6, 6) };
    // Four frames overlap; x is 1/8, 3/8, 5/8, 7/8, and each shape's value is taken at x and at 1 − x.
    let sum = [(49.0 + 1.0) / 64.0, (25.0 + 9.0) / 64.0, (9.0 + 25.0) / 64.0, (1.0 + 49.0) / 64.0];
    let wanted = [0.25, 0.75, 1.0, 1.0, 1.0, 1.0, sum[0], sum[1], sum[2], sum[3], 0.75, 0.25];
    for clips in [vec![first.clone(), second.clone()], vec![second.clone(), first.clone()]] {
        all_close(&ones(clips, Some(FadeShape::Slow), 12), &wanted);
    }
    // Linear and smooth cross-fades of the same thing leave it as it is.
    for shape in [FadeShape::Linear, FadeShape::Smooth] {
        all_close(&ones(vec![first.clone(), second.clone()], Some(shape), 12)[2..10], &[1.0; 8]);
    }
    let fades = |n: f64| (n + 0.5) / 5.0;
    let without = ones(vec![first, second], None, 12);
    all_close(&without[6..10], &[fades(3.0) + 0.5, fades(2.0) + 1.0, fades(1.0) + 1.0, fades(0.0) + 1.0]);
}

#[test]
fn only_a_clip_that_ends_after_the_one_before_it_is_cross_faded() {
    let shape = Some(FadeShape::Linear);
    // Inside, and ending together: summed.
    let sum = |from: usize, to: usize| (0..10).map(|n| if n >= from && n < to { 2.0 } else { 1.0 }).collect::<Vec<_>>();
    all_close(&ones(vec![piece(0, 10), piece(3, 4)], shape, 10), &sum(3, 7));
    all_close(&ones(vec![piece(0, 10), piece(6, 4)], shape, 10), &sum(6, 10));
    // The one that begins at 8 comes after the one at 3, which is over: summed with the one at 0.
    let sum = ones(vec![piece(0, 10), piece(3, 4), piece(8, 4)], shape, 12);
    all_close(&sum, &[1.0, 1.0, 1.0, 2.0, 2.0, 2.0, 2.0, 1.0, 2.0, 2.0, 1.0, 1.0]);
    // Of two that begin together the first in the track is the one before; one frame after another overlaps nothing.
    let both = ones(vec![piece(0, 2), piece(0, 4)], shape, 4);
    all_close(&both, &[1.0, 1.0, 1.0, 1.0]);
    let both = ones(vec![piece(0, 4), piece(0, 2)], shape, 4);
    all_close(&both, &[2.0, 2.0, 1.0, 1.0]);
    all_close(&ones(vec![piece(0, 4), piece(4, 4)], shape, 8), &[1.0; 8]);
}

#[test]
fn a_clip_between_two_others_fades_in_and_out() {
    // 2 frames each way: 0.0625 and 0.5625 beside 0.5625 and 0.0625.
    let clips = vec![piece(0, 4), piece(2, 6), piece(6, 4)];
    let sum = 0.0625 + 0.5625;
    all_close(&ones(clips, Some(FadeShape::Slow), 10), &[1.0, 1.0, sum, sum, 1.0, 1.0, sum, sum, 1.0, 1.0]);
}

#[test]
fn a_delay_moves_the_clips_and_nothing_else() {
    let (mut session, sources) = session(48_000, vec![vec![1.0; 40]]);
    session.tracks[0].strip.automation = vec![Automation::new(Target::Pan, Shape::Hold, &[(0, 0.0), (32, -1.0)])];
    session.tracks[0].delay = -45;
    let [left, right] = interpret(&session, &sources, -64, 128, None).sides();
    let at = |n: i64| (n + 64) as usize;
    assert_eq!((left[at(-46)], left[at(-45)], left[at(-6)], left[at(-5)]), (0.0, 1.0, 1.0, 0.0));
    session.tracks[0].delay = 16;
    let [left, other] = interpret(&session, &sources, -64, 128, None).sides();
    assert_eq!((left[at(15)], left[at(16)], left[at(55)], left[at(56)]), (0.0, 1.0, 1.0, 0.0));
    assert_eq!((right[at(-10)], other[at(24)], other[at(32)]), (1.0, 0.25, 0.0));
}

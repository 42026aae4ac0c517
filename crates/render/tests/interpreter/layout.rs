//! How a signal of one layout goes into another, from the law at `stemwright_core::Layout::matrix`, and its channels'
//! order and sides from the layouts' own.

use std::f64::consts::FRAC_1_SQRT_2;

use stemwright_core::Layout;

use super::Mutant;

/// Each channel on every frame of the timeline.
pub type Signal = Vec<Vec<f64>>;

pub fn silence(channels: usize, frames: usize) -> Signal {
    vec![vec![0.0; frames]; channels]
}

/// How many channels a layout has.
pub fn channels(layout: Layout) -> usize {
    match layout {
        Layout::Mono => 1,
        Layout::Stereo | Layout::MidSide => 2,
        Layout::Surround51 => 6,
        Layout::Surround71 => 8,
    }
}

/// The layout of a file.
pub fn of_file(channels: usize) -> Layout {
    match channels {
        1 => Layout::Mono,
        2 => Layout::Stereo,
        6 => Layout::Surround51,
        8 => Layout::Surround71,
        _ => panic!("no layout has {channels} channels"),
    }
}

/// Where each channel is: −1 left, 0 in the middle, 1 right.
pub fn sides(layout: Layout) -> &'static [i32] {
    match layout {
        Layout::Mono => &[0],
        Layout::Stereo => &[-1, 1],
        // Of mid and side no loudspeaker is one; nobody asks.
        Layout::MidSide => &[0, 0],
        Layout::Surround51 => &[-1, 1, 0, 0, -1, 1],
        Layout::Surround71 => &[-1, 1, 0, 0, -1, 1, -1, 1],
    }
}

/// The channels that a stereo unit of its own works on: a pair, or one as on a mono strip. LFE is in none of them.
pub fn groups(layout: Layout) -> &'static [&'static [usize]] {
    match layout {
        Layout::Mono => &[&[0]],
        // Reading: on an M-S strip inserts work on mid and side, so those are the two channels of a stereo unit.
        Layout::Stereo | Layout::MidSide => &[&[0, 1]],
        Layout::Surround51 => &[&[0, 1], &[2], &[4, 5]],
        Layout::Surround71 => &[&[0, 1], &[2], &[4, 5], &[6, 7]],
    }
}

/// One frame, brought from one layout to another.
fn frame_to(frame: &[f64], from: Layout, to: Layout, mutant: Option<Mutant>) -> Vec<f64> {
    if from == to {
        return frame.to_vec();
    }
    let half = if mutant == Some(Mutant::MidSideUnscaled) { 1.0 } else { 0.5 };
    match (from, to) {
        // The side pair to the surrounds as it is, the rear pair with 1/√2.
        (Layout::Surround71, Layout::Surround51) => {
            let &[l, r, c, lfe, lrs, rrs, lss, rss] = frame else { unreachable!() };
            vec![l, r, c, lfe, lss + FRAC_1_SQRT_2 * lrs, rss + FRAC_1_SQRT_2 * rrs]
        }
        // The surrounds are the side pair.
        (Layout::Surround51, Layout::Surround71) => {
            let &[l, r, c, lfe, ls, rs] = frame else { unreachable!() };
            match mutant {
                Some(Mutant::SurroundsRear) => vec![l, r, c, lfe, ls, rs, 0.0, 0.0],
                _ => vec![l, r, c, lfe, 0.0, 0.0, ls, rs],
            }
        }
        _ => {
            let [left, right] = folded(frame, from, mutant);
            match to {
                Layout::Mono => vec![(left + right) / 2.0],
                Layout::Stereo => vec![left, right],
                Layout::MidSide => vec![half * (left + right), half * (left - right)],
                Layout::Surround51 => vec![left, right, 0.0, 0.0, 0.0, 0.0],
                Layout::Surround71 => vec![left, right, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0],
            }
        }
    }
}

/// The stereo fold-down of a frame (ITU-R BS.775-4, table 2, without LFE).
fn folded(frame: &[f64], from: Layout, mutant: Option<Mutant>) -> [f64; 2] {
    let fold = if mutant == Some(Mutant::FoldFactor) { 0.5 } else { FRAC_1_SQRT_2 };
    match from {
        Layout::Mono => [frame[0], frame[0]],
        Layout::Stereo => [frame[0], frame[1]],
        Layout::MidSide => [frame[0] + frame[1], frame[0] - frame[1]],
        Layout::Surround51 => {
            let &[l, r, c, _, ls, rs] = frame else { unreachable!() };
            [l + fold * c + fold * ls, r + fold * c + fold * rs]
        }
        Layout::Surround71 => folded(&frame_to(frame, from, Layout::Surround51, mutant), Layout::Surround51, mutant),
    }
}

/// The factor `[to][from]` of each channel: what becomes of a 1 on it alone.
pub fn matrix(from: Layout, to: Layout, mutant: Option<Mutant>) -> Vec<Vec<f64>> {
    let mut matrix = vec![vec![0.0; channels(from)]; channels(to)];
    for f in 0..channels(from) {
        let mut one = vec![0.0; channels(from)];
        one[f] = 1.0;
        for (t, factor) in frame_to(&one, from, to, mutant).into_iter().enumerate() {
            matrix[t][f] = factor;
        }
    }
    matrix
}

/// A signal of one layout in another.
pub fn brought(signal: &Signal, from: Layout, to: Layout, mutant: Option<Mutant>) -> Signal {
    let mut result = silence(channels(to), signal[0].len());
    for (row, result) in matrix(from, to, mutant).iter().zip(&mut result) {
        for (factor, signal) in row.iter().zip(signal).filter(|(factor, _)| **factor != 0.0) {
            result.iter_mut().zip(signal).for_each(|(sum, x)| *sum += factor * x);
        }
    }
    result
}

/// Adds a signal to another of the same layout.
pub fn add(sum: &mut Signal, signal: &Signal) {
    assert_eq!(sum.len(), signal.len());
    for (sum, signal) in sum.iter_mut().zip(signal) {
        sum.iter_mut().zip(signal).for_each(|(sum, x)| *sum += x);
    }
}

//! An impulse response, made ready for a number of channels: shared by the signal and all its lanes.

use super::partitions::{KnownLevel, levels};
use super::{HEAD, SIZES};
use crate::INAUDIBLE;
use stemwright_core::Convolution;

/// What each channel of a room makes each other hear.
pub struct Room {
    channels: usize,
    predelay: usize,
    /// M of the law.
    frames: usize,
    /// After how many frames what was heard can no longer be heard, predelay included.
    audible: usize,
    paths: Vec<Path>,
    levels: Vec<KnownLevel>,
}

/// From a channel to a channel.
pub(super) struct Path {
    pub(super) from: usize,
    pub(super) to: usize,
    /// Its first frames.
    pub(super) head: Vec<f64>,
}

impl Room {
    /// `file` is the impulse response at the rate, of 1, 2 or 4 channels, at least as much of it as is used; `channels` is 1
    /// or 2.
    pub fn new(convolution: &Convolution, file: &[Vec<f64>], channels: usize, rate: f64) -> Self {
        let longest = (convolution.length * rate).round() as usize;
        let frames = file.first().map_or(0, Vec::len).min(longest);
        let mut responses: Vec<Vec<f64>> = file.iter().map(|channel| channel[..frames].to_vec()).collect();
        if convolution.normalise {
            normalise(&mut responses);
        }
        let paths = paths(responses, channels);
        let loud = convolution.gain.factor().max(1.0);
        let predelay = (convolution.predelay * rate).round() as usize;
        let audible = paths.iter().map(|(.., response)| audible(response, loud)).max().unwrap_or(0);
        Self {
            channels,
            predelay,
            frames,
            audible: if audible == 0 { 0 } else { predelay + audible },
            levels: levels(&paths, frames, &SIZES),
            paths: paths
                .into_iter()
                .map(|(from, to, mut head)| {
                    head.truncate(HEAD);
                    Path { from, to, head }
                })
                .collect(),
        }
    }

    /// How many frames of a file are used at a rate in Hz.
    pub fn used(convolution: &Convolution, rate: f64) -> u64 {
        (convolution.length * rate).round() as u64
    }

    pub(super) fn channels(&self) -> usize {
        self.channels
    }

    pub(super) fn predelay(&self) -> usize {
        self.predelay
    }

    pub(super) fn frames(&self) -> usize {
        self.frames
    }

    pub(super) fn audible(&self) -> usize {
        self.audible
    }

    pub(super) fn paths(&self) -> &[Path] {
        &self.paths
    }

    pub(super) fn levels(&self) -> &[KnownLevel] {
        &self.levels
    }
}

/// Divides by √E of the law.
fn normalise(responses: &mut [Vec<f64>]) {
    let sides = if responses.len() == 1 { 1.0 } else { 2.0 };
    let energy = responses.iter().flatten().fold(0.0, |sum, x| sum + x * x) / sides;
    if energy > 0.0 {
        let scale = 1.0 / energy.sqrt();
        responses.iter_mut().flatten().for_each(|x| *x *= scale);
    }
}

/// From, to and the response, for each pair of channels that has one.
fn paths(mut responses: Vec<Vec<f64>>, channels: usize) -> Vec<(usize, usize, Vec<f64>)> {
    if channels == 1 {
        // One channel of a file is both LL and RR.
        let halves = if responses.len() == 1 { 1.0 } else { 0.5 };
        let frames = responses.first().map_or(0, Vec::len);
        let sum = (0..frames).map(|k| halves * responses.iter().fold(0.0, |sum, response| sum + response[k])).collect();
        return vec![(0, 0, sum)];
    }
    if let [one] = responses.as_slice() {
        responses.push(one.clone());
    }
    let ends: &[[usize; 2]] = if responses.len() == 2 { &[[0, 0], [1, 1]] } else { &[[0, 0], [0, 1], [1, 0], [1, 1]] };
    ends.iter().zip(responses).map(|(&[from, to], response)| (from, to, response)).collect()
}

/// After how many frames noise of full scale, so much louder, leaves less than [`INAUDIBLE`].
fn audible(response: &[f64], loud: f64) -> usize {
    let mut energy = 0.0;
    let limit = (INAUDIBLE / loud) * (INAUDIBLE / loud);
    let end = response.iter().rposition(|x| {
        energy += x * x;
        energy >= limit
    });
    end.map_or(0, |last| last + 1)
}

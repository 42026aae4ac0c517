//! Frames between frames: a file at any speed, its pitch with it, as on tape.
//!
//! A windowed sinc around each place, wider and lower where time runs faster (Smith, *Digital audio resampling*, CCRMA, "bandlimited
//! interpolation").

use crate::tape::Tape;
use std::f64::consts::PI;
use stemwright_audio::{AudioError, FrameReader};
use stemwright_core::Warp;

/// Zeros of the sinc on either side.
const ZEROS: usize = 48;
/// Weights between two zeros; straight lines in between are 118 dB below.
const FINE: usize = 1024;
/// Kaiser's, for 100 dB.
const BETA: f64 = 10.06;
/// Of half the rate: where the kernel has fallen by half, so that 100 dB are reached at half the rate.
const CUTOFF: f64 = 0.933;

/// Frames that a kernel reaches at a speed.
fn reach(speed: f64) -> i64 {
    (ZEROS as f64 * speed.max(1.0) / CUTOFF).ceil() as i64 + 1
}

/// Plays a warp with the pitch following, without end.
pub(crate) struct Varispeed {
    tape: Tape,
    warp: Warp,
    /// Frames that the widest of its kernels reaches.
    widest: i64,
    /// Which line of the warp.
    line: usize,
    /// The next frame of the clip.
    next: i64,
    weights: Vec<f64>,
    /// Of the kernel in use.
    row: Vec<f64>,
}

impl Varispeed {
    /// Frames of the file around a place that may be wanted.
    pub(crate) fn reach(warp: &Warp) -> i64 {
        (0..warp.points.len() - 1).map(|line| reach(speed(warp, line))).max().unwrap_or(0)
    }

    /// `reader` reads from the file's frame `first` on; what is before it is silence.
    pub(crate) fn new(warp: Warp, reader: Box<dyn FrameReader>, channels: usize, first: i64) -> Self {
        let widest = Self::reach(&warp);
        let start = (warp.sources().start as i64 - widest).min(first);
        let tape = Tape::new(reader, channels, start, first);
        let weights = (0..=ZEROS * FINE).map(|i| {
            let x = i as f64 / FINE as f64;
            let sinc = if i == 0 { 1.0 } else { libm::sin(PI * x) / (PI * x) };
            sinc * bessel(BETA * (1.0 - (x / ZEROS as f64).powi(2)).max(0.0).sqrt()) / bessel(BETA)
        });
        // One more, for the line to the last.
        let weights = weights.chain([0.0, 0.0]).collect();
        Self { tape, warp, widest, line: 0, next: 0, weights, row: Vec::new() }
    }

    /// The kernel around a place: its weights, and the first frame that they are for.
    fn kernel(&mut self, place: f64, speed: f64) -> i64 {
        let scale = CUTOFF / speed.max(1.0);
        let reach = reach(speed);
        let first = place.floor() as i64 - reach + 1;
        let weights = &self.weights;
        let weight = |i: i64| {
            let at = ((first + i) as f64 - place).abs() * scale * FINE as f64;
            let index = at as usize;
            if index >= ZEROS * FINE {
                return 0.0;
            }
            let [a, b] = [weights[index], weights[index + 1]];
            (a + (at - index as f64) * (b - a)) * scale
        };
        self.row.clear();
        self.row.extend((0..2 * reach).map(weight));
        first
    }
}

/// Frames of the file for each of the clip, on a line of a warp.
fn speed(warp: &Warp, line: usize) -> f64 {
    let [a, b] = [warp.points[line], warp.points[line + 1]];
    (b.source - a.source) as f64 / (b.frame - a.frame) as f64
}

/// The modified Bessel function I₀ (Abramowitz and Stegun, 9.6.12).
fn bessel(x: f64) -> f64 {
    let mut term = 1.0;
    let mut sum = 1.0;
    for k in 1..200 {
        term *= (x / 2.0 / f64::from(k)).powi(2);
        sum += term;
    }
    sum
}

impl FrameReader for Varispeed {
    fn read(&mut self, out: &mut [&mut [f64]]) -> Result<usize, AudioError> {
        let count = out.first().map_or(0, |plane| plane.len());
        for i in 0..count {
            while self.line + 2 < self.warp.points.len() && self.warp.points[self.line + 1].frame as i64 <= self.next {
                self.line += 1;
            }
            let point = self.warp.points[self.line];
            let speed = speed(&self.warp, self.line);
            let place = point.source as f64 + (self.next - point.frame as i64) as f64 * speed;
            let first = self.kernel(place, speed);
            let end = first + self.row.len() as i64;
            self.tape.read_to(end)?;
            for (channel, plane) in out.iter_mut().enumerate() {
                let frames = self.tape.frames.get(channel, first..end);
                plane[i] = frames.iter().zip(&self.row).map(|(x, weight)| x * weight).sum();
            }
            self.next += 1;
        }
        self.tape.frames.forget(self.warp.source_at(self.next as f64) as i64 - self.widest - 1);
        Ok(count)
    }
}

//! A signal moved by a fraction of a frame, or by more and more of them.

use std::f64::consts::PI;
use stemwright_simd::widest;

/// Frames to either side that a moved frame is made of: flat to 0.45 of the rate, −100 dB beyond what aliases there.
pub(super) const REACH: usize = 64;
const TAPS: usize = 2 * REACH;
/// Fractions of a frame that are tabulated, for delays that change; between them lines are drawn (−110 dB).
const PHASES: usize = 512;
/// Of Kaiser's window.
const BETA: f64 = 10.0;

/// When a signal sounds.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Timing {
    /// Frames later, at the middle of the song.
    pub(super) delay: f64,
    /// Frames in a million that it becomes later.
    pub(super) ppm: f64,
}

impl Timing {
    /// How late it is at a frame, counted from the middle of the song.
    pub(super) fn at(self, from_middle: f64) -> f64 {
        self.delay + self.ppm * 1e-6 * from_middle
    }
}

/// Windowed sinc (Kaiser 1974).
#[derive(Debug)]
pub(super) struct Shift {
    table: Vec<[f64; TAPS]>,
}

impl Shift {
    pub(super) fn new() -> Self {
        Self { table: (0..=PHASES).map(|phase| taps(phase as f64 / PHASES as f64)).collect() }
    }

    /// The first and the last frame of the source, exclusive, that are needed for `frames` frames from `start` on.
    pub(super) fn needs(timing: Timing, middle: f64, start: i64, frames: usize) -> (i64, i64) {
        let at = |frame: i64| frame as f64 - timing.at(frame as f64 - middle);
        let (a, b) = (at(start), at(start + frames as i64));
        (a.min(b).floor() as i64 - REACH as i64, a.max(b).ceil() as i64 + REACH as i64 + 1)
    }

    /// Frames from `start` on of a source whose frames from `base` on are given, as many as [`Self::needs`] says.
    pub(super) fn read(&self, source: &[f64], base: i64, timing: Timing, middle: f64, start: i64, out: &mut [f64]) {
        if timing.ppm == 0.0 {
            let position = start as f64 - timing.delay;
            let whole = position.floor();
            let fraction = position - whole;
            let first = usize::try_from(whole as i64 - base).unwrap_or(0);
            if fraction < 1e-9 {
                out.copy_from_slice(&source[first..first + out.len()]);
                return;
            }
            return still(&taps(fraction), &source[first + 1 - REACH..], out);
        }
        for (n, out) in out.iter_mut().enumerate() {
            let frame = (start + n as i64) as f64;
            let position = frame - timing.at(frame - middle);
            let whole = position.floor();
            let phase = (position - whole) * PHASES as f64;
            let row = (phase as usize).min(PHASES - 1);
            let between = phase - row as f64;
            let first = usize::try_from(whole as i64 - base).unwrap_or(REACH) + 1 - REACH;
            *out = between_rows(&source[first..first + TAPS], &self.table[row], &self.table[row + 1], between);
        }
    }
}

/// Every frame of `out` from as many of the source as there are taps, sixteen at a time in registers.
fn still(taps: &[f64; TAPS], source: &[f64], out: &mut [f64]) {
    const WIDE: usize = 16;
    widest(
        #[inline(always)]
        || {
            let whole = out.len() / WIDE * WIDE;
            for at in (0..whole).step_by(WIDE) {
                let mut sums = [0.0; WIDE];
                for (n, tap) in taps.iter().enumerate() {
                    let source = &source[at + n..at + n + WIDE];
                    for lane in 0..WIDE {
                        sums[lane] += source[lane] * tap;
                    }
                }
                out[at..at + WIDE].copy_from_slice(&sums);
            }
            for at in whole..out.len() {
                let mut sum = 0.0;
                for (n, tap) in taps.iter().enumerate() {
                    sum += source[at + n] * tap;
                }
                out[at] = sum;
            }
        },
    );
}

/// One frame, of taps on the line between two rows of the table.
fn between_rows(source: &[f64], a: &[f64; TAPS], b: &[f64; TAPS], between: f64) -> f64 {
    widest(
        #[inline(always)]
        || {
            let mut sums = [0.0; 8];
            let rows = a.as_chunks::<8>().0.iter().zip(b.as_chunks::<8>().0);
            for (x, (a, b)) in source.as_chunks::<8>().0.iter().zip(rows) {
                for lane in 0..8 {
                    sums[lane] += x[lane] * (a[lane] + between * (b[lane] - a[lane]));
                }
            }
            ((sums[0] + sums[1]) + (sums[2] + sums[3])) + ((sums[4] + sums[5]) + (sums[6] + sums[7]))
        },
    )
}

/// What a frame at `fraction` after another is made of, from `REACH − 1` frames before that one on.
fn taps(fraction: f64) -> [f64; TAPS] {
    let mut taps: [f64; TAPS] = std::array::from_fn(|n| {
        let x = n as f64 - (REACH - 1) as f64 - fraction;
        let inside = 1.0 - (x / REACH as f64) * (x / REACH as f64);
        let window = if inside > 0.0 { bessel(BETA * inside.sqrt()) / bessel(BETA) } else { 0.0 };
        let sinc = if x.abs() < 1e-12 { 1.0 } else { libm::sin(PI * x) / (PI * x) };
        sinc * window
    });
    let sum: f64 = taps.iter().sum();
    taps.iter_mut().for_each(|tap| *tap /= sum);
    taps
}

/// I₀, by its series.
fn bessel(x: f64) -> f64 {
    let (mut sum, mut term) = (1.0, 1.0);
    for n in 1..60 {
        let half = x / (2.0 * f64::from(n));
        term *= half * half;
        sum += term;
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tones_move_by_fractions_and_drift() {
        let shift = Shift::new();
        for w in [0.01, 0.7, 2.0, 2.7] {
            let tone = |t: f64| libm::sin(w * t);
            let source: Vec<f64> = (-200..1200).map(|n| tone(f64::from(n))).collect();
            for timing in [
                Timing { delay: 26.37, ppm: 0.0 },
                Timing { delay: -53.0, ppm: 0.0 },
                Timing { delay: 3.25, ppm: 40.0 },
            ] {
                let mut out = vec![0.0; 900];
                shift.read(&source, -200, timing, 400.0, 0, &mut out);
                for (n, x) in out.iter().enumerate() {
                    let wanted = tone(n as f64 - timing.at(n as f64 - 400.0));
                    assert!((x - wanted).abs() < 2e-5, "{w} {timing:?} {n}: {x}, {wanted}");
                }
            }
        }
    }
}

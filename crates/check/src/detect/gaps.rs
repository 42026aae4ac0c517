//! Drop-outs: the same value for milliseconds in the middle of a sound.
//!
//! No sound stands still, but many gaps are meant. What was cut out leaves at its level and returns at its level, and jumps; a gate
//! closes on what has become quiet and opens on an onset; a square wave stands still again and again, as do gates in rhythm.

use super::spots::{Spot, Spots};
use std::ops::Range;

/// −50 dBFS: what is quieter around a gap does not miss it.
const LOUD: f64 = 3.2e-3;

#[derive(Debug, Clone)]
pub(super) struct Gaps {
    channel: usize,
    /// Frames of 25 ms, a period of the lowest notes: levels of less depend on where in it they are taken.
    around: usize,
    shortest: usize,
    longest: usize,
    pub(super) found: Spots,
}

impl Gaps {
    pub(super) fn new(channel: usize, hz: usize) -> Self {
        Self {
            channel,
            around: hz / 40,
            shortest: (hz * 9 / 10_000).max(8),
            longest: hz * 6 / 100,
            found: Spots::default(),
        }
    }

    /// Frames before and after a region that must be known.
    pub(super) fn reach(hz: usize) -> [usize; 2] {
        [hz * 6 / 100 + hz / 40 + 1, hz / 40]
    }

    /// Looks at the gaps that end in a region.
    pub(super) fn look(&mut self, x: &[f64], first: i64, region: Range<usize>) {
        let stride = self.shortest / 2;
        let mut at = region.start - stride;
        while at < region.end {
            let value = x[at];
            // Two samples that are equal are common, three at this distance are not.
            if x[at + 1] != value || x[at - stride] != value && x.get(at + stride) != Some(&value) {
                at += stride;
                continue;
            }
            let end = at + x[at..region.end].iter().take_while(|sample| **sample == value).count();
            if end >= region.start && end < region.end {
                self.judge(x, first, end);
            }
            at = end.max(at + stride);
        }
    }

    /// `end`: the first sample after the gap.
    fn judge(&mut self, x: &[f64], first: i64, end: usize) {
        let value = x[end - 1];
        let back = x[..end].iter().rev().take(self.longest + 1).take_while(|sample| **sample == value).count();
        let start = end - back;
        if back < self.shortest || back > self.longest || start < self.around || end + self.around > x.len() {
            return;
        }
        let rms = |x: &[f64]| (x.iter().map(|x| x * x).sum::<f64>() / x.len() as f64).sqrt();
        let near = self.around / 12;
        let before = rms(&x[start - self.around..start]);
        let after = rms(&x[end..end + self.around]);
        // What comes back louder begins anew; what was struck has become less meanwhile.
        let level = before.min(after);
        if level < LOUD || after > 4.0 * before || before > 12.0 * after {
            return;
        }
        // What stands still at the height of its peaks was clipped there.
        let highest = stemwright_simd::peak(&x[start - self.around..start])
            .max(stemwright_simd::peak(&x[end..end + self.around]));
        if value.abs() > 0.9 * highest {
            return;
        }
        let jumps = [(x[start - 1] - value).abs(), (x[end] - value).abs()];
        let full = rms(&x[start - near..start]) > 0.12 * before && rms(&x[end..end + near]) > 0.12 * after;
        let fell = before > 4.0 * after;
        let leaves = jumps[0] > 0.1 * before && jumps[1] > 0.1 * after;
        if full && jumps[0].max(jumps[1]) > 0.2 * level && (leaves || !fell) {
            self.found.push(Spot {
                frame: (first + start as i64).max(0) as u64,
                frames: back as u64,
                size: jumps[0].max(jumps[1]),
                channel: self.channel,
            });
        }
    }
}

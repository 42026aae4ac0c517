//! Hits and noise: short pieces of the file, one after the other, cross-faded where they do not follow each other anyway.

use crate::span::Span;

/// Frames of a piece, at 48 kHz: 5 ms.
const PIECE: f64 = 256.0;

pub(crate) struct Pieces {
    piece: i64,
    /// Of the piece that sounds: its place in the file minus that in the clip.
    offset: i64,
    /// As [`Self::offset`], before it was scattered.
    even: i64,
    /// Where pieces follow each other at even steps that are not those of the file, noise repeats itself at one pitch: each then comes from
    /// a little elsewhere, by this.
    scatter: u64,
    rise: Vec<f64>,
}

impl Pieces {
    pub(crate) fn new(hz: u32) -> Self {
        let piece = (PIECE * f64::from(hz) / 48_000.0).round() as i64;
        let rise = (0..piece).map(|i| {
            let x = (i as f64 + 0.5) / piece as f64;
            x * x * (3.0 - 2.0 * x)
        });
        Self { piece, offset: 0, even: 0, scatter: 1, rise: rise.collect() }
    }

    /// Frames of a piece.
    pub(crate) fn length(&self) -> i64 {
        self.piece
    }

    /// Begins where this place of the file is heard on this frame of the clip.
    pub(crate) fn begin(&mut self, frame: i64, place: i64) {
        (self.offset, self.even) = (place - frame, place - frame);
    }

    /// The next of numbers that look random (Knuth's MMIX), the same in every run. Pieces come from earlier: a hit that is still to
    /// come must not be heard.
    fn scattered(&mut self) -> i64 {
        self.scatter = self.scatter.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        -((self.scatter >> 33) as i64 % (self.piece + 1))
    }

    /// Adds to the piece of `out` that begins at `frame`. `place` is what is heard a piece later.
    pub(crate) fn put(&mut self, hits: &Span, frame: i64, place: i64, out: &mut Span) {
        let even = place - (frame + self.piece);
        let same = std::mem::replace(&mut self.even, even) == even;
        let next = if same { even } else { even + self.scattered() };
        let offset = std::mem::replace(&mut self.offset, next);
        let of = |offset: i64| frame + offset..frame + offset + self.piece;
        if offset == next {
            for channel in 0..hits.channels() {
                let hits = hits.get(channel, of(offset));
                let out = out.get_mut(channel, frame..frame + self.piece);
                out.iter_mut().zip(hits).for_each(|(out, hit)| *out += hit);
            }
            return;
        }
        // As loud as both, whether they are alike or not.
        let mut sums = [1e-30; 3];
        for channel in 0..hits.channels() {
            for (a, b) in hits.get(channel, of(offset)).iter().zip(hits.get(channel, of(next))) {
                sums = [sums[0] + a * a, sums[1] + b * b, sums[2] + a * b];
            }
        }
        let alike = (sums[2] / (sums[0] * sums[1]).sqrt()).clamp(0.0, 1.0);
        for channel in 0..hits.channels() {
            let both = hits.get(channel, of(offset)).iter().zip(hits.get(channel, of(next)));
            let out = out.get_mut(channel, frame..frame + self.piece);
            for ((out, (old, new)), rise) in out.iter_mut().zip(both).zip(&self.rise) {
                let fall = 1.0 - rise;
                let level = rise * rise + fall * fall + 2.0 * alike * rise * fall;
                *out += (fall * old + rise * new) / level.sqrt();
            }
        }
    }
}

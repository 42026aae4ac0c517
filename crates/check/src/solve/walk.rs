//! The whole song once more, with every stem where the solution puts it: what is left, when, and what it has to do with each stem.

use super::bank::{Part, Sources};
use super::shift::{Shift, Timing};
use super::source::Feed;
use super::told::Told;
use rayon::prelude::*;
use stemwright_simd::widest;

/// Frames that are read at once: the shortest window.
const BLOCK: usize = 4096;
/// Windows at most; when there are more, two become one.
const MOST: usize = 1024;
/// Frames of one gain.
const SHORT: usize = 256;

/// Sums over some time.
#[derive(Debug, Clone, Default)]
pub(super) struct Window {
    pub(super) frames: u64,
    /// Σ of squares of what is left, of the mix and of the model; Σ mix · model.
    pub(super) rr: f64,
    pub(super) mm: f64,
    pub(super) yy: f64,
    pub(super) my: f64,
    /// By part: Σ left · part and Σ part², with a gain of 1.
    pub(super) parts: Vec<[f64; 2]>,
}

impl Window {
    fn join(&mut self, other: &Self) {
        self.frames += other.frames;
        for (sum, other) in
            [(&mut self.rr, other.rr), (&mut self.mm, other.mm), (&mut self.yy, other.yy), (&mut self.my, other.my)]
        {
            *sum += other;
        }
        if self.parts.is_empty() {
            self.parts = vec![[0.0; 2]; other.parts.len()];
        }
        for (sum, other) in self.parts.iter_mut().zip(&other.parts) {
            sum[0] += other[0];
            sum[1] += other[1];
        }
    }
}

/// What the whole song says.
#[derive(Debug, Clone, Default)]
pub(super) struct Walked {
    pub(super) windows: Vec<Window>,
    pub(super) total: Window,
    /// Σ of squares of what is left after the best gain for each few milliseconds.
    pub(super) gained: f64,
    /// Σ over channels of the mean of what is left, squared, times frames.
    pub(super) constant: f64,
}

/// Σ a·b.
fn product(a: &[f64], b: &[f64]) -> f64 {
    widest(
        #[inline(always)]
        || {
            let mut sums = [0.0f64; 8];
            let (a, b) = (a.as_chunks::<8>(), b.as_chunks::<8>());
            for (a, b) in a.0.iter().zip(b.0) {
                for lane in 0..8 {
                    sums[lane] += a[lane] * b[lane];
                }
            }
            for (sum, (a, b)) in sums.iter_mut().zip(a.1.iter().zip(b.1)) {
                *sum += a * b;
            }
            ((sums[0] + sums[1]) + (sums[2] + sums[3])) + ((sums[4] + sums[5]) + (sums[6] + sums[7]))
        },
    )
}

/// Reads all files once. `None` where it is stopped.
pub(super) fn walk(sources: &Sources<'_>, parts: &[Part], told: &Told<'_>) -> Option<Walked> {
    let middle = sources.frames as f64 / 2.0;
    let shift = Shift::new();
    let open = |source, timing| Feed::new(source, timing, middle, sources.media, sources.rate);
    let space = || vec![vec![0.0; BLOCK]; sources.channels];
    let mut mix = (open(&sources.mix, Timing::default()), space());
    let mut feeds: Vec<(Feed, Vec<Vec<f64>>)> =
        parts.iter().map(|part| (open(&sources.stems[part.stem], part.timing), space())).collect();
    let mut walked = Walked::default();
    let mut several = 1;
    let mut filled = 0;
    let mut means = vec![0.0; sources.channels];
    let (mut left, mut model) = (space(), space());
    let mut start = 0i64;
    while (start as u64) < sources.frames {
        rayon::join(
            || mix.0.read(&shift, start, &mut mix.1),
            || {
                feeds.par_iter_mut().zip(parts).for_each(|((feed, planes), part)| {
                    feed.read(&shift, start, planes);
                    if part.swapped && planes.len() == 2 {
                        planes.swap(0, 1);
                    }
                });
            },
        );
        for channel in 0..sources.channels {
            model[channel].fill(0.0);
            for ((_, planes), part) in feeds.iter().zip(parts).filter(|(_, part)| part.gain != 0.0) {
                stemwright_simd::add_scaled(&mut model[channel], &planes[channel], part.gain);
            }
            left[channel].copy_from_slice(&mix.1[channel]);
            stemwright_simd::add_scaled(&mut left[channel], &model[channel], -1.0);
            means[channel] += left[channel].iter().sum::<f64>();
        }
        let frames = BLOCK.min((sources.frames - start as u64) as usize);
        let dot = |a: &[Vec<f64>], b: &[Vec<f64>], from: usize, to: usize| -> f64 {
            a.iter().zip(b).map(|(a, b)| product(&a[from..to], &b[from..to])).sum()
        };
        let of_part = |(_, planes): &mut (Feed, Vec<Vec<f64>>)| {
            let own = dot(planes, planes, 0, BLOCK);
            [if own > 0.0 { dot(&left, planes, 0, BLOCK) } else { 0.0 }, own]
        };
        let window = Window {
            frames: frames as u64,
            rr: dot(&left, &left, 0, BLOCK),
            mm: dot(&mix.1, &mix.1, 0, BLOCK),
            yy: dot(&model, &model, 0, BLOCK),
            my: dot(&mix.1, &model, 0, BLOCK),
            parts: feeds.par_iter_mut().map(of_part).collect(),
        };
        for from in (0..BLOCK).step_by(SHORT) {
            let [rr, ry, yy] =
                [(&left, &left), (&left, &model), (&model, &model)].map(|(a, b)| dot(a, b, from, from + SHORT));
            walked.gained += if yy > 0.0 { (rr - ry * ry / yy).max(0.0) } else { rr };
        }
        walked.total.join(&window);
        match walked.windows.last_mut() {
            Some(last) if filled < several => {
                last.join(&window);
                filled += 1;
            }
            _ => {
                if walked.windows.len() == MOST {
                    let joined = walked.windows.chunks(2).map(|pair| {
                        let mut sum = pair[0].clone();
                        pair[1..].iter().for_each(|other| sum.join(other));
                        sum
                    });
                    walked.windows = joined.collect();
                    several *= 2;
                }
                walked.windows.push(window);
                filled = 1;
            }
        }
        start += BLOCK as i64;
        told.walked((start as f64 / sources.frames as f64).min(1.0))?;
    }
    walked.constant = means.iter().map(|sum| sum * sum / sources.frames.max(1) as f64).sum();
    Some(walked)
}

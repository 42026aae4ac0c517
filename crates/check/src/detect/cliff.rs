//! Where a spectrum ends as if it were cut off: what came from a lower rate, or through a codec.

use stemwright_dsp::PowerSpectrum;

/// Samples in a block.
const LENGTH: usize = 2048;
/// Of so many blocks one is looked at, because an edge is everywhere; of fewer after half a minute of sound was.
const EVERY: [usize; 2] = [3, 9];
const MANY: u64 = 256;
/// Bins that are seen as one: what is between two partials is no edge.
const SMOOTH: usize = 6;
/// From below to above an edge, in dB.
const FALL: f64 = 38.0;
/// The same where there is least below.
const GAPS: f64 = 25.0;
/// How far a floor may stand out of its own middle, in dB.
const FLAT: f64 = 10.0;
/// Hz below which edges are not looked for: bass ends where it ends.
const LOWEST: f64 = 3000.0;

/// An edge.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Cliff {
    pub(crate) hz: f64,
    pub(crate) fall: f64,
}

#[derive(Debug)]
pub(super) struct CliffMeter {
    rate: f64,
    spectrum: PowerSpectrum,
    block: Vec<f64>,
    /// Samples to let pass.
    skip: usize,
    total: Vec<f64>,
    count: u64,
}

impl CliffMeter {
    pub(super) fn new(rate: f64) -> Self {
        Self {
            rate,
            spectrum: PowerSpectrum::new(LENGTH),
            block: Vec::with_capacity(LENGTH),
            skip: 0,
            total: vec![0.0; LENGTH / 2 + 1],
            count: 0,
        }
    }

    /// Samples of a channel.
    pub(super) fn block(&mut self, samples: &[f64]) {
        let mut rest = samples;
        while !rest.is_empty() {
            if self.skip > 0 {
                let skipped = self.skip.min(rest.len());
                self.skip -= skipped;
                rest = &rest[skipped..];
                continue;
            }
            let (now, later) = rest.split_at((LENGTH - self.block.len()).min(rest.len()));
            self.block.extend_from_slice(now);
            rest = later;
            if self.block.len() == LENGTH {
                let power = self.spectrum.of(&self.block);
                stemwright_simd::add(&mut self.total, power);
                self.count += 1;
                self.block.clear();
                self.skip = (EVERY[usize::from(self.count > MANY)] - 1) * LENGTH;
            }
        }
    }

    /// Where the spectrum ends, if it ends at once and leaves nothing but a floor.
    pub(super) fn finish(&self) -> Option<Cliff> {
        if self.count == 0 {
            return None;
        }
        let wide = self.rate / LENGTH as f64;
        let decibels = |power: f64| 10.0 * libm::log10(power / self.count as f64 + 1e-30);
        let levels: Vec<f64> = (0..self.total.len())
            .map(|bin| {
                let range = bin.saturating_sub(SMOOTH)..(bin + SMOOTH + 1).min(self.total.len());
                decibels(self.total[range].iter().copied().fold(0.0, f64::max))
            })
            .collect();
        let last = levels.len() * 99 / 100;
        let least = |from: usize, to: usize| levels[from..to].iter().copied().fold(f64::INFINITY, f64::min);
        let most = |from: usize, to: usize| levels[from..to].iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let mut best: Option<(f64, usize)> = None;
        for edge in ((LOWEST / wide) as usize).max(12 * SMOOTH)..last {
            // A third of an octave.
            let (below, above) = ((edge as f64 * 0.89) as usize - SMOOTH, (edge as f64 * 1.08) as usize + SMOOTH);
            if above + 8 >= last {
                break;
            }
            let from = (edge as f64 * 0.75) as usize;
            let floor = most(above, last);
            // Partials may leave gaps, but no abyss.
            let mean = levels[from..below].iter().sum::<f64>() / (below - from) as f64;
            let fall = (mean - floor).min(least(from, below) - floor + FALL - GAPS);
            if best.is_none_or(|(most, _)| fall > most) {
                best = Some((fall, edge));
            }
        }
        let (fall, edge) = best.filter(|(fall, _)| *fall > FALL)?;
        // What was cut off leaves a floor; what only becomes less goes on doing so.
        let above = (edge as f64 * 1.08) as usize + SMOOTH;
        if most(above, last) - middle(&levels[above..last]) > FLAT.max(0.35 * fall) {
            return None;
        }
        // Where it is half-way down.
        let half = least((edge as f64 * 0.75) as usize, (edge as f64 * 0.89) as usize - SMOOTH) - GAPS / 2.0;
        let from = (edge as f64 * 0.9) as usize;
        let at = (from..last).find(|bin| levels[*bin] < half).unwrap_or(edge);
        Some(Cliff { hz: (at as f64 - SMOOTH as f64) * wide, fall })
    }
}

fn middle(levels: &[f64]) -> f64 {
    let mut sorted = levels.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted[sorted.len() / 2]
}

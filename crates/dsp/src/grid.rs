//! The control grid: blocks of any length cut into runs that never cross a grid frame.

use stemwright_core::CONTROL_GRID;

/// A stretch of a block between two control-grid frames.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Run {
    /// Which grid interval it lies in, counted from the block's first.
    pub interval: usize,
    /// Its first sample, counted from the block's first.
    pub offset: usize,
    /// How many samples it has, 1…32.
    pub frames: usize,
    /// How far its first sample is from the grid frame before it, 0…31.
    pub phase: usize,
}

impl Run {
    /// Its samples in a block.
    pub fn range(self) -> std::ops::Range<usize> {
        self.offset..self.offset + self.frames
    }
}

/// The runs of a block of `frames` samples that starts on session frame `start`.
pub fn runs(start: i64, frames: usize) -> impl Iterator<Item = Run> {
    let grid = CONTROL_GRID as usize;
    let lead = start.rem_euclid(CONTROL_GRID) as usize;
    (0..(lead + frames).div_ceil(grid)).filter_map(move |interval| {
        let from = (interval * grid).max(lead);
        let to = ((interval + 1) * grid).min(lead + frames);
        (from < to).then(|| Run { interval, offset: from - lead, frames: to - from, phase: from - interval * grid })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_cover_a_block_and_never_cross_the_grid() {
        for start in [-70_i64, -32, -1, 0, 5, 31, 64] {
            for frames in [0, 1, 2, 31, 32, 33, 100] {
                let mut next = 0;
                for run in runs(start, frames) {
                    assert_eq!(run.offset, next);
                    assert_eq!((start + run.offset as i64).rem_euclid(32) as usize, run.phase);
                    assert!(run.frames >= 1 && run.phase + run.frames <= 32);
                    assert_eq!((start + run.offset as i64).div_euclid(32) - start.div_euclid(32), run.interval as i64);
                    next += run.frames;
                }
                assert_eq!(next, frames);
            }
        }
    }
}

//! Control values of a block: constants, or one set for each grid frame and straight lines between.

use crate::{Run, runs};
use stemwright_core::CONTROL_GRID;
use stemwright_simd::widest;

/// The control values of one unit for one block.
#[derive(Debug, Clone, Copy)]
pub struct Controls<'a> {
    values: &'a [f64],
    width: usize,
    moving: bool,
}

impl<'a> Controls<'a> {
    /// Values that stay.
    pub fn fixed(values: &'a [f64]) -> Self {
        Self { values, width: values.len(), moving: false }
    }

    /// `width` values for each grid frame from the one at or before the block to the one after it.
    pub fn moving(values: &'a [f64], width: usize) -> Self {
        debug_assert!(width > 0 && values.len().is_multiple_of(width) && values.len() >= 2 * width);
        Self { values, width, moving: true }
    }

    /// Whether anything can move within the block.
    pub fn is_moving(&self) -> bool {
        self.moving
    }

    /// The constants, or the values at the block's first grid frame.
    pub fn first(&self) -> &'a [f64] {
        &self.values[..self.width]
    }

    /// One value on the grid frames at or before a run and after it.
    #[inline]
    pub fn around(&self, run: Run, which: usize) -> [f64; 2] {
        if !self.moving {
            return [self.values[which]; 2];
        }
        [run.interval, run.interval + 1].map(|interval| self.values[interval * self.width + which])
    }

    /// One value on the `i`-th sample of a run.
    #[inline]
    pub fn value(&self, run: Run, i: usize, which: usize) -> f64 {
        if !self.moving {
            return self.values[which];
        }
        let here = self.values[run.interval * self.width + which];
        let next = self.values[(run.interval + 1) * self.width + which];
        here + (next - here) * ((run.phase + i) as f64 / CONTROL_GRID as f64)
    }

    /// One value on every frame of a block that begins on session frame `start`.
    pub(crate) fn write(&self, start: i64, which: usize, out: &mut [f64]) {
        if !self.moving {
            return out.fill(self.values[which]);
        }
        widest(
            #[inline(always)]
            || {
                for run in runs(start, out.len()) {
                    self.write_run(run, which, &mut out[run.range()]);
                }
            },
        );
    }

    /// One value on every frame of a run.
    #[inline(always)]
    pub(crate) fn write_run(&self, run: Run, which: usize, out: &mut [f64]) {
        let [here, next] = self.around(run, which);
        if !self.moving {
            return out.fill(here);
        }
        for (i, out) in out.iter_mut().enumerate() {
            *out = here + (next - here) * (f64::from((run.phase + i) as u32) / CONTROL_GRID as f64);
        }
    }
}

//! The slow sines of chorus and phaser. The law is at [`stemwright_core::Sweep`].

use crate::Run;
use std::f64::consts::TAU;
use stemwright_core::{CONTROL_GRID, Sweep, Tempo};

/// A sweep at a rate of frames.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Turning {
    hz: f64,
    rate: f64,
}

impl Turning {
    pub(crate) fn new(sweep: Sweep, tempo: Tempo, rate: f64) -> Self {
        Self { hz: sweep.hz(tempo), rate }
    }

    /// s of the law on a frame.
    fn sine(self, frame: i64, phase: f64) -> f64 {
        let turns = self.hz * frame as f64 / self.rate + phase;
        libm::sin(TAU * (turns - turns.floor()))
    }

    /// s on the grid frames around a run of a block that begins on `start`.
    pub(crate) fn around(self, start: i64, run: Run, phase: f64) -> [f64; 2] {
        let grid = start + run.offset as i64 - run.phase as i64;
        [grid, grid + CONTROL_GRID].map(|frame| self.sine(frame, phase))
    }
}

/// A value that runs straight between the grid frames around a run.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Straight {
    here: f64,
    step: f64,
}

impl Straight {
    pub(crate) fn new([here, next]: [f64; 2]) -> Self {
        Self { here, step: next - here }
    }

    /// On the `i`-th sample of the run.
    #[inline]
    pub(crate) fn value(self, run: Run, i: usize) -> f64 {
        self.here + self.step * ((run.phase + i) as f64 / CONTROL_GRID as f64)
    }
}

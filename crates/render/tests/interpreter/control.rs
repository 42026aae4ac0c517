//! Control values: what an automation says on a grid frame, and the straight line between two grid frames.

use stemwright_core::{Automation, Shape, Target};

pub const GRID: i64 = 32;

/// A strip's automations.
#[derive(Clone, Copy)]
pub struct Moves<'a>(pub &'a [Automation]);

impl Moves<'_> {
    pub fn moves(self, target: Target) -> bool {
        self.0.iter().any(|automation| automation.target == target)
    }

    /// The value of a target at a frame: `fixed` where nothing moves it.
    pub fn read(self, target: Target, fixed: f64, frame: i64) -> f64 {
        let Some(automation) = self.0.iter().find(|automation| automation.target == target) else { return fixed };
        let points = &automation.points;
        let Some(mut before) = points.first().copied() else { return fixed };
        for &(at, value) in points {
            if at > frame {
                // Before the first point `before` is that point itself.
                if automation.shape == Shape::Hold || before.0 >= at {
                    return before.1;
                }
                let way = (frame - before.0) as f64 / (at - before.0) as f64;
                return before.1 + (value - before.1) * way;
            }
            before = (at, value);
        }
        before.1
    }
}

/// Some values that are computed on grid frames and run straight between them.
pub struct Line<const N: usize> {
    moving: bool,
    grid: Option<i64>,
    here: [f64; N],
    next: [f64; N],
}

impl<const N: usize> Line<N> {
    /// `moving`: whether an automation moves any of it; without one the values are computed once.
    pub fn new(moving: bool) -> Self {
        Self { moving, grid: None, here: [0.0; N], next: [0.0; N] }
    }

    /// The values on a frame. Frames come in order; `law` gives the values on a grid frame.
    pub fn at(&mut self, frame: i64, law: impl Fn(i64) -> [f64; N]) -> [f64; N] {
        let grid = frame.div_euclid(GRID);
        if !self.moving {
            if self.grid.is_none() {
                self.here = law(grid * GRID);
                self.grid = Some(grid);
            }
            return self.here;
        }
        if self.grid != Some(grid) {
            self.here = if self.grid == Some(grid - 1) { self.next } else { law(grid * GRID) };
            self.next = law((grid + 1) * GRID);
            self.grid = Some(grid);
        }
        let way = (frame - grid * GRID) as f64 / GRID as f64;
        std::array::from_fn(|i| self.here[i] + (self.next[i] - self.here[i]) * way)
    }
}

pub fn factor(db: f64) -> f64 {
    10f64.powf(db / 20.0)
}

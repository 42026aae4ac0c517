//! Control values: what an automation says on a grid frame, and the straight line between two grid frames.

use stemwright_core::{Automation, Param, Shape, Target};

use super::Mutant;

pub const GRID: i64 = 32;

/// A strip's automations.
#[derive(Clone, Copy)]
pub struct Moves<'a> {
    pub automation: &'a [Automation],
    pub mutant: Option<Mutant>,
}

impl Moves<'_> {
    pub fn moves(self, target: Target) -> bool {
        self.automation.iter().any(|automation| automation.target == target)
    }

    /// The value of a target at a frame: `fixed` where nothing moves it.
    pub fn read(self, target: Target, fixed: f64, frame: i64) -> f64 {
        let Some(automation) = self.automation.iter().find(|automation| automation.target == target) else {
            return fixed;
        };
        let points = &automation.points;
        let Some(mut before) = points.first().copied() else { return fixed };
        for &point in points {
            if point.frame > frame {
                // Before the first point `before` is that point itself.
                if before.frame >= point.frame {
                    return before.value;
                }
                let x = (frame - before.frame) as f64 / (point.frame - before.frame) as f64;
                let shape = if self.mutant == Some(Mutant::ShapeOfNextPoint) { point.shape } else { before.shape };
                if shape == Shape::Factor && in_decibels(target) {
                    let [from, to] = [before.value, point.value].map(factor);
                    return 20.0 * (from + (to - from) * x).log10();
                }
                // The distance may be infinite, and what stays must not be multiplied by it.
                let way = part_of_way(shape, x);
                return if way == 0.0 { before.value } else { before.value + (point.value - before.value) * way };
            }
            before = point;
        }
        before.value
    }
}

/// Whether a value is a gain; thresholds, ceilings and ranges are levels.
fn in_decibels(target: Target) -> bool {
    let Target::Insert(_, param) = target else { return matches!(target, Target::Gain | Target::Send(_)) };
    matches!(param, Param::Gain | Param::Makeup | Param::BandMakeup(_) | Param::Drive | Param::Output)
}

/// w(x) of a shape.
fn part_of_way(shape: Shape, x: f64) -> f64 {
    match shape {
        Shape::Linear | Shape::Factor => x,
        Shape::Hold => 0.0,
        Shape::Smooth => x * x * (3.0 - 2.0 * x),
        Shape::Curve(c) => x / (x + (1.0 - x) * (1.0 + c) / (1.0 - c)),
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

//! Diffusers and loop, run after run.

use super::design::{Absorption, Design};
use super::rows::{FRAMES, Lines, Rows, hadamard};
use crate::NOTHING;
use stemwright_simd::Pair;

/// The delays and filters behind the first Hadamard matrix.
///
/// [`hadamard`] is 4 times too large. What makes up for it (powers of two: exact) is in the gains before it, and for
/// the last one, in what comes out of the main lines.
pub(super) struct Network {
    diffusers: [Diffuser; 2],
    scattering: (Lines, Absorber),
    main: (Lines, Absorber),
    returning: Box<Rows>,
}

impl Network {
    pub(super) fn new(design: &Design) -> Self {
        let lengths = |lines: &[(usize, Absorption); 16]| Lines::new(lines.map(|line| line.0));
        Self {
            diffusers: design.diffusers.map(|lines| Diffuser::new(&lines)),
            scattering: (lengths(&design.scattering), Absorber::new(&design.scattering, 1.0)),
            main: (lengths(&design.main), Absorber::new(&design.main, 1.0 / 16.0)),
            returning: Box::new([[0.0; FRAMES]; 16]),
        }
    }

    /// Gives the reverb, left and right, for what comes out of the first Hadamard matrix, and the sum of the squares
    /// of what went into the scattering lines.
    #[inline(always)]
    pub(super) fn process(&mut self, rows: &mut Rows, frames: usize) -> ([[f64; FRAMES]; 2], [f64; FRAMES]) {
        self.diffusers[0].process(rows, frames);
        hadamard(rows, frames);
        self.diffusers[1].process(rows, frames);
        self.main.0.oldest(&mut self.returning, frames);
        self.main.1.process(&mut self.returning, frames);
        for (row, returning) in rows.iter_mut().zip(self.returning.iter()) {
            for (x, r) in row[..frames].iter_mut().zip(returning) {
                *x += r;
            }
        }
        hadamard(rows, frames);
        let mut power = [0.0; FRAMES];
        for row in rows.iter() {
            for (power, x) in power[..frames].iter_mut().zip(row) {
                *power += x * x;
            }
        }
        self.scattering.0.exchange(rows, frames);
        self.scattering.1.process(rows, frames);
        let out = outputs(rows, frames);
        hadamard(rows, frames);
        self.main.0.exchange(rows, frames);
        (out, power)
    }

    /// Zeroes filter states that are nothing; called on control-grid frames.
    pub(super) fn settle(&mut self) {
        for state in [&mut self.scattering.1, &mut self.main.1].into_iter().flat_map(|absorber| &mut absorber.states) {
            if state.abs() < NOTHING {
                *state = 0.0;
            }
        }
    }

    pub(super) fn clear(&mut self) {
        self.diffusers.iter_mut().for_each(|diffuser| diffuser.lines.clear());
        for (lines, absorber) in [&mut self.scattering, &mut self.main] {
            lines.clear();
            absorber.states = [0.0; 16];
        }
    }
}

/// Left: the sum of the rows, with minus for 3, 7, 11, 12, 13 and 14. Right: that with the other sign for rows whose
/// number has an odd number of ones.
#[inline(always)]
fn outputs(rows: &Rows, frames: usize) -> [[f64; FRAMES]; 2] {
    let [mut even, mut odd] = [[0.0; FRAMES]; 2];
    for (number, row) in rows.iter().enumerate() {
        let sum = if number.count_ones() % 2 == 0 { &mut even } else { &mut odd };
        let sign = if [3, 7, 11, 12, 13, 14].contains(&number) { -1.0 } else { 1.0 };
        for (sum, x) in sum[..frames].iter_mut().zip(row) {
            *sum += sign * x;
        }
    }
    for (left, right) in even[..frames].iter_mut().zip(&mut odd) {
        (*left, *right) = (*left + *right, *left - *right);
    }
    [even, odd]
}

/// Delays before the loop, each with its loss.
struct Diffuser {
    lines: Lines,
    gains: [f64; 16],
}

impl Diffuser {
    fn new(lines: &[(usize, f64); 16]) -> Self {
        Self { lines: Lines::new(lines.map(|line| line.0)), gains: lines.map(|line| line.1 / 4.0) }
    }

    #[inline(always)]
    fn process(&mut self, rows: &mut Rows, frames: usize) {
        self.lines.exchange(rows, frames);
        for (row, gain) in rows.iter_mut().zip(self.gains) {
            for x in &mut row[..frames] {
                *x *= gain;
            }
        }
    }
}

/// The filters at the ends of lines.
struct Absorber {
    filters: [Absorption; 16],
    states: [f64; 16],
}

impl Absorber {
    fn new(lines: &[(usize, Absorption); 16], scale: f64) -> Self {
        let scaled = |a: Absorption| Absorption { direct: scale * a.direct, feed: scale * a.feed, ..a };
        Self { filters: lines.map(|line| scaled(line.1)), states: [0.0; 16] }
    }

    /// Filters rows in place. Only the way around the pole is one frame after another: all rows side by side, because a
    /// recursion alone waits for itself.
    #[inline(always)]
    #[allow(clippy::needless_range_loop, reason = "a frame of all rows is a column")]
    fn process(&mut self, rows: &mut Rows, frames: usize) {
        // What goes in, then what comes out of the recursion.
        let mut inside = [[0.0; FRAMES]; 16];
        for ((inside, row), filter) in inside.iter_mut().zip(&*rows).zip(&self.filters) {
            for (fed, x) in inside[..frames].iter_mut().zip(row) {
                *fed = filter.feed * x;
            }
        }
        let mut states: [Pair; 8] = std::array::from_fn(|k| Pair::new([self.states[2 * k], self.states[2 * k + 1]]));
        let poles: [Pair; 8] =
            std::array::from_fn(|k| Pair::new([self.filters[2 * k].pole, self.filters[2 * k + 1].pole]));
        for n in 0..frames.min(FRAMES) {
            for k in 0..8 {
                let fed = Pair::new([inside[2 * k][n], inside[2 * k + 1][n]]);
                [inside[2 * k][n], inside[2 * k + 1][n]] = states[k].get();
                states[k] = fed + poles[k] * states[k];
            }
        }
        for (both, state) in self.states.as_chunks_mut::<2>().0.iter_mut().zip(states) {
            *both = state.get();
        }
        for ((row, inside), filter) in rows.iter_mut().zip(&inside).zip(&self.filters) {
            for (x, r) in row[..frames].iter_mut().zip(inside) {
                *x = filter.direct * *x + r;
            }
        }
    }
}

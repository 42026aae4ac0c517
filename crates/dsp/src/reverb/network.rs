//! Diffusers and loop, run after run.

use super::design::{Absorption, Design};
use super::rows::{FRAMES, Lines, Rows, hadamard};
use crate::NOTHING;

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
    pub(super) fn process(&mut self, rows: &mut Rows, frames: usize) -> ([[f64; FRAMES]; 2], [f64; FRAMES]) {
        self.diffusers[0].process(rows, frames);
        hadamard(rows, frames);
        self.diffusers[1].process(rows, frames);
        self.main.0.oldest(&mut self.returning, frames);
        self.main.1.process(&mut self.returning, frames);
        for (row, returning) in rows.iter_mut().zip(self.returning.iter()) {
            row[..frames].iter_mut().zip(returning).for_each(|(x, r)| *x += r);
        }
        hadamard(rows, frames);
        let mut power = [0.0; FRAMES];
        for row in rows.iter() {
            power[..frames].iter_mut().zip(row).for_each(|(power, x)| *power += x * x);
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
fn outputs(rows: &Rows, frames: usize) -> [[f64; FRAMES]; 2] {
    let (mut even, mut odd) = ([0.0; FRAMES], [0.0; FRAMES]);
    for (number, row) in rows.iter().enumerate() {
        let sum = if number.count_ones() % 2 == 0 { &mut even } else { &mut odd };
        let sign = if [3, 7, 11, 12, 13, 14].contains(&number) { -1.0 } else { 1.0 };
        sum[..frames].iter_mut().zip(row).for_each(|(sum, x)| *sum += sign * x);
    }
    [std::array::from_fn(|n| even[n] + odd[n]), std::array::from_fn(|n| even[n] - odd[n])]
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

    fn process(&mut self, rows: &mut Rows, frames: usize) {
        self.lines.exchange(rows, frames);
        for (row, gain) in rows.iter_mut().zip(self.gains) {
            row[..frames].iter_mut().for_each(|x| *x *= gain);
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

    /// Filters rows in place, four side by side: a recursion alone waits for itself.
    fn process(&mut self, rows: &mut Rows, frames: usize) {
        let (rows, _) = rows.as_chunks_mut::<4>();
        let (states, _) = self.states.as_chunks_mut::<4>();
        let (filters, _) = self.filters.as_chunks::<4>();
        for ((rows, states), filters) in rows.iter_mut().zip(states).zip(filters) {
            let mut r = *states;
            let [a, b, c, d] = rows;
            for (((a, b), c), d) in a[..frames].iter_mut().zip(b).zip(c).zip(d) {
                for (k, x) in [a, b, c, d].into_iter().enumerate() {
                    let heard = *x;
                    *x = filters[k].direct * heard + r[k];
                    r[k] = filters[k].feed * heard + filters[k].pole * r[k];
                }
            }
            *states = r;
        }
    }
}

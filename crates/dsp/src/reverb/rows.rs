//! A run of sixteen signals: a row each.

use stemwright_core::CONTROL_GRID;

/// The longest run.
pub(super) const FRAMES: usize = CONTROL_GRID as usize;

/// Sixteen signals for one run.
pub(super) type Rows = [[f64; FRAMES]; 16];

/// The Hadamard matrix of order 16 with elements ±1 (Sylvester's).
///
/// On the first `frames` frames of the rows; two of the four butterflies of the fast transform at once.
///
/// Here and in what follows, `frames` is not known to the compiler: it makes vectors of frames then, not of rows.
#[inline(always)]
pub(super) fn hadamard(rows: &mut Rows, frames: usize) {
    for step in [1, 4] {
        for first in 0..16 {
            if first / step % 4 != 0 {
                continue;
            }
            let Ok([a, b, c, d]) = rows.get_disjoint_mut([first, first + step, first + 2 * step, first + 3 * step])
            else {
                continue;
            };
            for (((a, b), c), d) in a[..frames].iter_mut().zip(&mut b[..]).zip(&mut c[..]).zip(&mut d[..]) {
                let (even, odd) = ((*a + *b, *a - *b), (*c + *d, *c - *d));
                (*a, *b, *c, *d) = (even.0 + odd.0, even.1 + odd.1, even.0 - odd.0, even.1 - odd.1);
            }
        }
    }
}

/// Delay lines, one a row, none shorter than a run.
pub(super) struct Lines {
    samples: [Vec<f64>; 16],
    /// Where the oldest frame stands and the next is written.
    heads: [usize; 16],
}

impl Lines {
    pub(super) fn new(lengths: [usize; 16]) -> Self {
        debug_assert!(lengths.iter().all(|length| *length >= FRAMES));
        Self { samples: lengths.map(|length| vec![0.0; length]), heads: [0; 16] }
    }

    /// Copies the oldest frames.
    #[inline(always)]
    pub(super) fn oldest(&self, rows: &mut Rows, frames: usize) {
        for ((line, head), row) in self.samples.iter().zip(self.heads).zip(rows) {
            if let (FRAMES, Some(line)) = (frames, line[head..].first_chunk::<FRAMES>()) {
                *row = *line;
                continue;
            }
            let until_end = (line.len() - head).min(frames);
            let (first, rest) = row[..frames].split_at_mut(until_end);
            first.copy_from_slice(&line[head..head + until_end]);
            rest.copy_from_slice(&line[..frames - until_end]);
        }
    }

    /// Takes new frames in and gives the oldest in their place.
    #[inline(always)]
    pub(super) fn exchange(&mut self, rows: &mut Rows, frames: usize) {
        for ((line, head), row) in self.samples.iter_mut().zip(&mut self.heads).zip(rows) {
            let length = line.len();
            if let (FRAMES, Some(line)) = (frames, line[*head..].first_chunk_mut::<FRAMES>()) {
                (*line, *row) = (*row, *line);
                *head += FRAMES;
                if *head == length {
                    *head = 0;
                }
                continue;
            }
            let until_end = (line.len() - *head).min(frames);
            let (first, rest) = row[..frames].split_at_mut(until_end);
            line[*head..*head + until_end].swap_with_slice(first);
            line[..frames - until_end].swap_with_slice(rest);
            *head = if until_end < frames { frames - until_end } else { *head + frames };
            if *head == length {
                *head = 0;
            }
        }
    }

    pub(super) fn clear(&mut self) {
        self.samples.iter_mut().for_each(|line| line.fill(0.0));
    }
}

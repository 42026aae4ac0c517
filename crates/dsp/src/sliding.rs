//! The largest of the latest values.

use std::collections::VecDeque;

/// The largest of the last so many values (Lemire, *Streaming maximum-minimum filter*, 2006).
pub(crate) struct SlidingMaximum {
    length: usize,
    now: usize,
    /// When and what: falling.
    candidates: VecDeque<(usize, f64)>,
}

impl SlidingMaximum {
    /// Of so many values, all 0 at first.
    pub(crate) fn new(length: usize) -> Self {
        Self { length, now: 0, candidates: VecDeque::new() }
    }

    /// Takes a value in and gives the largest.
    pub(crate) fn next(&mut self, value: f64) -> f64 {
        while self.candidates.back().is_some_and(|&(_, other)| other <= value) {
            self.candidates.pop_back();
        }
        self.candidates.push_back((self.now, value));
        if self.candidates.front().is_some_and(|&(at, _)| at + self.length <= self.now) {
            self.candidates.pop_front();
        }
        self.now += 1;
        self.candidates.front().map_or(0.0, |&(_, value)| value)
    }

    /// Whether all that it remembers is 0.
    pub(crate) fn is_silent(&self) -> bool {
        self.candidates.iter().all(|&(_, value)| value == 0.0)
    }
}

//! The largest of the latest values, and their sum.

use stemwright_simd::widest;

/// The largest of the last so many values.
///
/// From the largest of w values that follow each other to the largest of 2w, for all places side by side, until there are
/// as many as wanted: a logarithm of them for each value, and no branch.
pub(crate) struct SlidingMaximum {
    length: usize,
    /// All but the oldest of the last `length` values, then a block of them.
    values: Vec<f64>,
    /// The largest of so many from each value on; of twice as many.
    largest: [Vec<f64>; 2],
    latest: f64,
}

impl SlidingMaximum {
    /// Of so many values, none negative, all 0 at first.
    pub(crate) fn new(length: usize) -> Self {
        Self { length, values: vec![0.0; length - 1], largest: Default::default(), latest: 0.0 }
    }

    /// Takes values in and gives the largest so far in the place of each.
    pub(crate) fn process(&mut self, block: &mut [f64]) {
        let Some(last) = block.len().checked_sub(1) else { return };
        self.values.extend_from_slice(block);
        let [now, twice] = &mut self.largest;
        now.clear();
        now.extend_from_slice(&self.values);
        self.values.drain(..block.len());
        let mut width = 1;
        while 2 * width <= self.length {
            twice.resize(now.len() - width, 0.0);
            larger(now, &now[width..], twice);
            std::mem::swap(now, twice);
            width *= 2;
        }
        larger(now, &now[self.length - width..], block);
        self.latest = block[last];
    }

    /// Whether all that it remembers is 0.
    pub(crate) fn is_silent(&self) -> bool {
        self.latest == 0.0
    }
}

fn larger(a: &[f64], b: &[f64], out: &mut [f64]) {
    widest(
        #[inline(always)]
        || {
            for ((out, &a), &b) in out.iter_mut().zip(a).zip(b) {
                *out = if b > a { b } else { a };
            }
        },
    );
}

/// The sum of the last so many whole numbers.
pub(crate) struct SlidingSum {
    length: usize,
    values: Vec<i64>,
    sum: i64,
}

impl SlidingSum {
    /// Of so many numbers, none negative, all 0 at first.
    pub(crate) fn new(length: usize) -> Self {
        Self { length, values: vec![0; length], sum: 0 }
    }

    pub(crate) fn length(&self) -> usize {
        self.length
    }

    /// Takes numbers in and gives the sum so far in the place of each.
    pub(crate) fn process(&mut self, block: &mut [i64]) {
        self.values.extend_from_slice(block);
        for (x, old) in block.iter_mut().zip(&self.values) {
            self.sum += *x - old;
            *x = self.sum;
        }
        self.values.drain(..block.len());
    }

    /// Whether all that it remembers is 0.
    pub(crate) fn is_silent(&self) -> bool {
        self.sum == 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn they_are_what_a_look_at_each_would_give() {
        let numbers: Vec<i64> = (0..600).map(|n| if n < 400 { (n * n * 7919) % 1009 } else { 0 }).collect();
        for length in [1, 2, 3, 7, 8, 9, 64, 97] {
            for block in [1, 5, 64, 600] {
                let (mut maximum, mut sum) = (SlidingMaximum::new(length), SlidingSum::new(length));
                for (number, piece) in numbers.chunks(block).enumerate() {
                    let (mut largest, mut sums) = (piece.iter().map(|&x| x as f64).collect::<Vec<_>>(), piece.to_vec());
                    maximum.process(&mut largest);
                    sum.process(&mut sums);
                    for (n, (largest, sum)) in (number * block..).zip(largest.into_iter().zip(sums)) {
                        let latest = &numbers[(n + 1).saturating_sub(length)..=n];
                        assert_eq!(largest, latest.iter().copied().max().unwrap_or(0) as f64);
                        assert_eq!(sum, latest.iter().sum::<i64>());
                    }
                }
                assert!(maximum.is_silent() && sum.is_silent());
            }
        }
    }
}

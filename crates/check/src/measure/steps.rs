//! Sums over a step of 10 ms: everything else that is measured of levels and stereo is made of these.

/// Values side by side, the same on every machine.
const WIDE: usize = 8;

/// A channel in a step.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Sums {
    pub(super) lowest: f64,
    pub(super) highest: f64,
    pub(super) sum: f64,
    pub(super) square: f64,
}

impl Sums {
    /// The largest magnitude.
    pub(super) fn peak(&self) -> f64 {
        self.highest.max(-self.lowest)
    }
}

/// Two channels in a step.
#[derive(Debug, Clone, Copy)]
pub(super) struct Both {
    /// Σ left·right.
    pub(super) product: f64,
    /// Σ (left − right)².
    pub(super) difference: f64,
    /// Whether left = −right on every sample.
    pub(super) opposite: bool,
}

#[inline(always)]
pub(super) fn sums(samples: &[f64]) -> Sums {
    let (chunks, rest) = samples.as_chunks::<WIDE>();
    let [mut lowest, mut highest, mut sum, mut square] = [[0.0; WIDE]; 4];
    for chunk in chunks {
        for i in 0..WIDE {
            let x = chunk[i];
            lowest[i] = if x < lowest[i] { x } else { lowest[i] };
            highest[i] = if x > highest[i] { x } else { highest[i] };
            sum[i] += x;
            square[i] += x * x;
        }
    }
    let mut all = Sums::default();
    for i in 0..WIDE {
        all.lowest = all.lowest.min(lowest[i]);
        all.highest = all.highest.max(highest[i]);
        all.sum += sum[i];
        all.square += square[i];
    }
    for x in rest {
        all.lowest = all.lowest.min(*x);
        all.highest = all.highest.max(*x);
        all.sum += x;
        all.square += x * x;
    }
    all
}

#[inline(always)]
pub(super) fn both(left: &[f64], right: &[f64]) -> Both {
    let [mut product, mut difference, mut sum] = [[0.0; WIDE]; 3];
    let ((lefts, left_rest), (rights, right_rest)) = (left.as_chunks::<WIDE>(), right.as_chunks::<WIDE>());
    for (l, r) in lefts.iter().zip(rights) {
        for i in 0..WIDE {
            product[i] += l[i] * r[i];
            difference[i] += (l[i] - r[i]) * (l[i] - r[i]);
            // Its square would underflow of what is very small.
            sum[i] += (l[i] + r[i]).abs();
        }
    }
    let mut all = [product, difference, sum].map(|lanes| lanes.iter().sum::<f64>());
    for (l, r) in left_rest.iter().zip(right_rest) {
        all[0] += l * r;
        all[1] += (l - r) * (l - r);
        all[2] += (l + r).abs();
    }
    Both { product: all[0], difference: all[1], opposite: all[2] == 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_are_those_of_a_plain_loop() {
        let left: Vec<f64> = (0..443).map(|n| libm::sin(f64::from(n) * 0.7) - 0.1).collect();
        let right: Vec<f64> = (0..443).map(|n| libm::cos(f64::from(n) * 0.3)).collect();
        let found = sums(&left);
        assert_eq!(found.highest, left.iter().copied().fold(0.0, f64::max));
        assert_eq!(found.lowest, left.iter().copied().fold(0.0, f64::min));
        assert!((found.sum - left.iter().sum::<f64>()).abs() < 1e-12);
        assert!((found.square - left.iter().map(|x| x * x).sum::<f64>()).abs() < 1e-12);
        let pair = both(&left, &right);
        let product: f64 = left.iter().zip(&right).map(|(l, r)| l * r).sum();
        assert!((pair.product - product).abs() < 1e-12 && !pair.opposite);
        let negative: Vec<f64> = left.iter().map(|x| -x).collect();
        assert!(both(&left, &negative).opposite && both(&left, &left).difference == 0.0);
    }
}

//! Linear prediction: what the neighbours of a sample say that it should be.
//!
//! Makhoul, *Linear prediction: a tutorial review* (1975); that clicks stand out of its error, and how samples are put in their
//! place, is from Godsill and Rayner, *Digital Audio Restoration* (1998), chapters 5 and 3.

/// Enough for the partials of a chord below, and the room of a drum above.
pub(super) const ORDER: usize = 32;

/// x[n] + Σ a[k]·x[n − k] is the error of prediction, and of what comes before x[n] with + instead of −.
#[derive(Debug, Clone)]
pub(super) struct Prediction {
    a: [f64; ORDER + 1],
    /// Σ a[j]·a[j + k].
    own: [f64; ORDER + 1],
}

impl Prediction {
    /// Of what both sides have in common. `None` of silence.
    pub(super) fn of(sides: [&[f64]; 2]) -> Option<Self> {
        let mut r = [0.0; ORDER + 1];
        let mut windowed = Vec::new();
        for side in sides {
            let last = side.len().saturating_sub(1).max(1) as f64;
            // A parabola: a window that needs no cosine.
            let window = |n: usize| 4.0 * n as f64 * (last - n as f64) / (last * last);
            windowed.clear();
            windowed.extend(side.iter().enumerate().map(|(n, x)| x * window(n)));
            for (lag, sum) in r.iter_mut().enumerate().take(side.len()) {
                *sum += dot(&windowed[lag..], &windowed[..side.len() - lag]);
            }
        }
        if r[0] <= 0.0 {
            return None;
        }
        // −90 dB of white noise keeps predictors of pure tones from exploding.
        let mut error = r[0] * (1.0 + 1e-9);
        let mut a = [0.0; ORDER + 1];
        a[0] = 1.0;
        for m in 1..=ORDER {
            let sum: f64 = (0..m).map(|k| a[k] * r[m - k]).sum();
            let reflected = -sum / error;
            let before = a;
            for k in 1..=m {
                a[k] = before[k] + reflected * before[m - k];
            }
            error *= 1.0 - reflected * reflected;
            if error <= 0.0 {
                return None;
            }
        }
        let mut own = [0.0; ORDER + 1];
        for (k, own) in own.iter_mut().enumerate() {
            *own = (0..=ORDER - k).map(|j| a[j] * a[j + k]).sum();
        }
        Some(Self { a, own })
    }

    /// The error on x[n], made of the samples before it.
    pub(super) fn forward(&self, x: &[f64], n: usize) -> f64 {
        let mut sum = 0.0;
        for (a, x) in self.a.iter().zip(x[n - ORDER..=n].iter().rev()) {
            sum += a * x;
        }
        sum
    }

    /// What x[n] would have to be for the least error in all that it takes part in, seen from both sides.
    fn between(&self, x: &[f64], n: usize) -> f64 {
        let around: f64 = (1..=ORDER).map(|k| self.own[k] * (x[n - k] + x[n + k])).sum();
        -around / self.own[0]
    }

    /// What x[n] and, if `two`, x[n + 1] would have to be for the least error.
    pub(super) fn mended(&self, x: &[f64], n: usize, two: bool) -> [f64; 2] {
        if !two {
            return [self.between(x, n), x[n + 1]];
        }
        // Each by the other: own₀·u + own₁·v = own₀·p, own₁·u + own₀·v = own₀·q, with p and q as if the other were 0.
        let (mut u, mut v) = (x[..=n + ORDER + 1].to_vec(), x[..=n + ORDER + 1].to_vec());
        u[n + 1] = 0.0;
        v[n] = 0.0;
        let (p, q) = (self.between(&u, n), self.between(&v, n + 1));
        let share = self.own[1] / self.own[0];
        let whole = 1.0 - share * share;
        if whole <= 0.0 { [p, q] } else { [(p - share * q) / whole, (q - share * p) / whole] }
    }
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    const WIDE: usize = 8;
    let ((a, a_rest), (b, b_rest)) = (a.as_chunks::<WIDE>(), b.as_chunks::<WIDE>());
    let mut sums = [0.0; WIDE];
    for (a, b) in a.iter().zip(b) {
        for i in 0..WIDE {
            sums[i] += a[i] * b[i];
        }
    }
    sums.iter().sum::<f64>() + a_rest.iter().zip(b_rest).map(|(a, b)| a * b).sum::<f64>()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn samples_of_tones_are_predicted_and_put_in_their_place() {
        let x: Vec<f64> =
            (0..1200).map(|n| libm::sin(0.05 * f64::from(n)) + 0.3 * libm::sin(0.9 * f64::from(n))).collect();
        let prediction = Prediction::of([&x[..580], &x[620..]]).unwrap();
        assert!(prediction.forward(&x, 600).abs() < 0.01);
        let mut spiked = x.clone();
        spiked[600] += 0.5;
        spiked[601] -= 0.4;
        let [a, b] = prediction.mended(&spiked, 600, true);
        assert!((a - x[600]).abs() < 0.02 && (b - x[601]).abs() < 0.02, "{a} {b}");
        let [a, _] = prediction.mended(&x, 600, false);
        assert!((a - x[600]).abs() < 0.02);
        assert!(Prediction::of([&[0.0; 100], &[0.0; 100]]).is_none());
    }
}

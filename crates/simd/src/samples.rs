//! The loops over samples that every room needs.

use crate::widest;

macro_rules! over {
    ($(#[$doc:meta])* $name:ident($x:ident, $y:ident $(, $factor:ident)?) $value:expr) => {
        $(#[$doc])*
        #[inline]
        pub fn $name(x: &mut [f64], y: &[f64] $(, $factor: f64)?) {
            widest(
                #[inline(always)]
                || {
                    for (x, &$y) in x.iter_mut().zip(y) {
                        let $x = *x;
                        *x = $value;
                    }
                },
            );
        }
    };
}

over! {
    /// `x += y`.
    add(x, y) x + y
}

over! {
    /// `x += y·factor`.
    add_scaled(x, y, factor) x + y * factor
}

over! {
    /// `x *= y`.
    multiply(x, y) x * y
}

over! {
    /// `x = y·factor`.
    scaled(_x, y, factor) y * factor
}

over! {
    /// `x = max(x, |y|)`, where `x` is not negative.
    louder(x, y) if y.abs() > x { y.abs() } else { x }
}

/// `x = first + … + last`, from the first on, each source as long as `x`; without sources `x` stays what it is.
#[inline]
pub fn sum(x: &mut [f64], sources: &[&[f64]]) {
    /// What is added up at a time, in registers.
    const WIDE: usize = 16;
    let [first, others @ ..] = sources else { return };
    if others.is_empty() {
        return x.copy_from_slice(first);
    }
    widest(
        #[inline(always)]
        || {
            let whole = x.len() / WIDE * WIDE;
            for at in (0..whole).step_by(WIDE) {
                let mut sums = [0.0; WIDE];
                sums.copy_from_slice(&first[at..at + WIDE]);
                for source in others {
                    let source = &source[at..at + WIDE];
                    for n in 0..WIDE {
                        sums[n] += source[n];
                    }
                }
                x[at..at + WIDE].copy_from_slice(&sums);
            }
            for n in whole..x.len() {
                x[n] = first[n];
                for source in others {
                    x[n] += source[n];
                }
            }
        },
    );
}

/// `x *= factor`.
#[inline]
pub fn scale(x: &mut [f64], factor: f64) {
    widest(
        #[inline(always)]
        || {
            for x in x {
                *x *= factor;
            }
        },
    );
}

/// The largest magnitude, or infinity if one of them is not a number.
#[inline]
pub fn peak(samples: &[f64]) -> f64 {
    widest(
        #[inline(always)]
        || peak_here(samples),
    )
}

#[inline(always)]
fn peak_here(samples: &[f64]) -> f64 {
    const WIDE: usize = 16;
    let (pieces, rest) = samples.as_chunks::<WIDE>();
    // What is not finite times 0 is not a number, and neither is a sum with it.
    let (mut most, mut nothing) = ([0.0f64; WIDE], [0.0f64; WIDE]);
    for piece in pieces {
        for n in 0..WIDE {
            let size = piece[n].abs();
            most[n] = if size > most[n] { size } else { most[n] };
            nothing[n] += size * 0.0;
        }
    }
    let sizes = rest.iter().map(|x| x.abs());
    let nothing = nothing.into_iter().chain(sizes.clone().map(|size| size * 0.0));
    let (mut all, mut sum) = (0.0, 0.0);
    for nothing in nothing {
        sum += nothing;
    }
    for size in most.into_iter().chain(sizes) {
        all = if size > all { size } else { all };
    }
    if sum == 0.0 { all } else { f64::INFINITY }
}

/// Whether all are exactly 0 (or −0).
#[inline]
pub fn is_zero(samples: &[f64]) -> bool {
    // Without a branch for each.
    widest(
        #[inline(always)]
        || {
            for piece in samples.chunks(256) {
                let mut bits = 0;
                for x in piece {
                    bits |= x.to_bits() << 1;
                }
                if bits != 0 {
                    return false;
                }
            }
            true
        },
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn loops_do_what_they_say_at_every_length() {
        for length in [0, 1, 7, 8, 31, 32, 33, 100, 1000] {
            let y: Vec<f64> =
                (0..length).map(|i| (i as f64 * 0.7 - 20.0) * if i % 2 == 0 { 1.0 } else { -1.1 }).collect();
            let x: Vec<f64> = (0..length).map(|i| i as f64 * 0.3).collect();
            let after = |work: &dyn Fn(&mut [f64], &[f64])| {
                let mut changed = x.clone();
                work(&mut changed, &y);
                changed
            };
            let each = |law: fn(f64, f64) -> f64| x.iter().zip(&y).map(|(x, y)| law(*x, *y)).collect::<Vec<f64>>();
            assert_eq!(after(&|x, y| add(x, y)), each(|x, y| x + y));
            assert_eq!(after(&|x, y| add_scaled(x, y, 0.3)), each(|x, y| x + y * 0.3));
            assert_eq!(after(&|x, y| multiply(x, y)), each(|x, y| x * y));
            assert_eq!(after(&|x, y| scaled(x, y, 0.3)), each(|_, y| y * 0.3));
            assert_eq!(after(&|x, y| louder(x, y)), each(|x, y| x.max(y.abs())));
            assert_eq!(after(&|changed, y| sum(changed, &[y, y, &x, y])), each(|x, y| y + y + x + y));
            assert_eq!(after(&|x, y| sum(x, &[y])), y);
            assert_eq!(after(&|x, _| sum(x, &[])), x);
            assert_eq!(after(&|x, _| scale(x, 0.3)), each(|x, _| x * 0.3));
            assert_eq!(peak(&y), y.iter().fold(0.0, |most: f64, y| most.max(y.abs())));
            assert_eq!(is_zero(&y), length == 0);
            assert!(is_zero(&vec![-0.0; length]));
        }
        assert_eq!(peak(&[0.0, -f64::NAN, 1.0]), f64::INFINITY);
        assert_eq!(peak(&[f64::NEG_INFINITY; 40]), f64::INFINITY);
    }
}

//! Two numbers side by side.

use std::ops::{Add, Mul, Sub};

#[cfg(target_arch = "x86_64")]
use std::arch::x86_64 as x86;

/// Two numbers side by side, left and right for instance, in one register where every processor of the architecture has
/// such (SSE2); what is computed with them is what would be computed with each.
#[derive(Clone, Copy)]
pub struct Pair(#[cfg(target_arch = "x86_64")] pub(crate) x86::__m128d, #[cfg(not(target_arch = "x86_64"))] [f64; 2]);

// SAFETY, here and below: SSE2 is part of x86-64.
#[cfg(target_arch = "x86_64")]
#[allow(unsafe_code)]
impl Pair {
    /// Of these two.
    #[inline(always)]
    pub fn new([left, right]: [f64; 2]) -> Self {
        Self(unsafe { x86::_mm_set_pd(right, left) })
    }

    /// The two.
    #[inline(always)]
    pub fn get(self) -> [f64; 2] {
        unsafe { [x86::_mm_cvtsd_f64(self.0), x86::_mm_cvtsd_f64(x86::_mm_unpackhi_pd(self.0, self.0))] }
    }
}

#[cfg(not(target_arch = "x86_64"))]
impl Pair {
    /// Of these two.
    #[inline(always)]
    pub fn new(both: [f64; 2]) -> Self {
        Self(both)
    }

    /// The two.
    #[inline(always)]
    pub fn get(self) -> [f64; 2] {
        self.0
    }
}

impl Pair {
    /// The same number twice.
    #[inline(always)]
    pub fn of(both: f64) -> Self {
        Self::new([both; 2])
    }
}

macro_rules! operator {
    ($operator:ident, $name:ident, $intrinsic:ident) => {
        impl $operator for Pair {
            type Output = Self;

            #[inline(always)]
            #[allow(unsafe_code)]
            fn $name(self, other: Self) -> Self {
                #[cfg(target_arch = "x86_64")]
                return Self(unsafe { x86::$intrinsic(self.0, other.0) });
                #[cfg(not(target_arch = "x86_64"))]
                return Self([self.0[0].$name(other.0[0]), self.0[1].$name(other.0[1])]);
            }
        }
    };
}

operator!(Add, add, _mm_add_pd);
operator!(Sub, sub, _mm_sub_pd);
operator!(Mul, mul, _mm_mul_pd);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_of_a_pair_is_computed_as_if_it_were_alone() {
        let (a, b) = ([0.1, -7.3], [1e-300, 0.7]);
        let (pa, pb) = (Pair::new(a), Pair::new(b));
        assert_eq!((pa + pb).get(), [a[0] + b[0], a[1] + b[1]]);
        assert_eq!((pa - pb).get(), [a[0] - b[0], a[1] - b[1]]);
        assert_eq!((pa * pb).get(), [a[0] * b[0], a[1] * b[1]]);
        assert_eq!(Pair::of(0.3).get(), [0.3; 2]);
    }
}

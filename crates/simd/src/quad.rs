//! Two pairs side by side, on processors that have registers for them.

use crate::Pair;
use std::ops::{Add, Mul, Sub};

#[cfg(target_arch = "x86_64")]
use std::arch::x86_64 as x86;

/// Proof that the processor has registers for two pairs (AVX).
#[derive(Clone, Copy)]
pub struct Quads(());

impl Quads {
    /// `None` where it has not. Use it inside [`widest`](crate::widest), or everything is a call.
    #[inline(always)]
    pub fn here() -> Option<Self> {
        #[cfg(target_arch = "x86_64")]
        return std::arch::is_x86_feature_detected!("avx2").then_some(Self(()));
        #[cfg(not(target_arch = "x86_64"))]
        return None;
    }
}

/// Two pairs side by side; what is computed with them is what would be computed with each.
#[derive(Clone, Copy)]
pub struct Quad(#[cfg(target_arch = "x86_64")] x86::__m256d, #[cfg(not(target_arch = "x86_64"))] [Pair; 2]);

// SAFETY, here and below: who made a quad had a proof that the processor has AVX.
#[cfg(target_arch = "x86_64")]
#[allow(unsafe_code)]
impl Quad {
    /// Of these two.
    #[inline(always)]
    pub fn new(_: Quads, lower: Pair, upper: Pair) -> Self {
        Self(unsafe { x86::_mm256_insertf128_pd::<1>(x86::_mm256_castpd128_pd256(lower.0), upper.0) })
    }

    /// The first.
    #[inline(always)]
    pub fn lower(self) -> Pair {
        Pair(unsafe { x86::_mm256_castpd256_pd128(self.0) })
    }

    /// The second.
    #[inline(always)]
    pub fn upper(self) -> Pair {
        Pair(unsafe { x86::_mm256_extractf128_pd::<1>(self.0) })
    }

    /// The second of this one and the first of another.
    #[inline(always)]
    pub fn between(self, other: Self) -> Self {
        Self(unsafe { x86::_mm256_permute2f128_pd::<0x21>(self.0, other.0) })
    }
}

#[cfg(not(target_arch = "x86_64"))]
impl Quad {
    /// Of these two.
    #[inline(always)]
    pub fn new(_: Quads, lower: Pair, upper: Pair) -> Self {
        Self([lower, upper])
    }

    /// The first.
    #[inline(always)]
    pub fn lower(self) -> Pair {
        self.0[0]
    }

    /// The second.
    #[inline(always)]
    pub fn upper(self) -> Pair {
        self.0[1]
    }

    /// The second of this one and the first of another.
    #[inline(always)]
    pub fn between(self, other: Self) -> Self {
        Self([self.0[1], other.0[0]])
    }
}

macro_rules! operator {
    ($operator:ident, $name:ident, $intrinsic:ident) => {
        impl $operator for Quad {
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

operator!(Add, add, _mm256_add_pd);
operator!(Sub, sub, _mm256_sub_pd);
operator!(Mul, mul, _mm256_mul_pd);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_of_a_quad_is_computed_as_if_it_were_alone() {
        let Some(quads) = Quads::here() else { return };
        let quad = |x: [f64; 4]| Quad::new(quads, Pair::new([x[0], x[1]]), Pair::new([x[2], x[3]]));
        let get = |quad: Quad| {
            let ([a, b], [c, d]) = (quad.lower().get(), quad.upper().get());
            [a, b, c, d]
        };
        let (a, b) = ([0.1, -7.3, 1e10, 3.0], [1e-300, 0.7, -0.3, 1.0 / 3.0]);
        let each = |law: fn(f64, f64) -> f64| std::array::from_fn::<f64, 4, _>(|i| law(a[i], b[i]));
        assert_eq!(get(quad(a) + quad(b)), each(|a, b| a + b));
        assert_eq!(get(quad(a) - quad(b)), each(|a, b| a - b));
        assert_eq!(get(quad(a) * quad(b)), each(|a, b| a * b));
        assert_eq!(get(quad(a).between(quad(b))), [a[2], a[3], b[0], b[1]]);
    }
}

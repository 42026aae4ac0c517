//! The same loops, compiled for the vectors that a machine has: the only place with `unsafe`.
//!
//! Programs are built for the least of their architecture (SSE2 on x86-64), so that they run anywhere. [`widest`]
//! compiles what it is given for AVX2 and AVX-512 as well and runs what fits the processor. Nothing is computed
//! otherwise: the compiler only puts more of the same additions and multiplications side by side, and it fuses none of
//! them, because nobody allowed it to. CI runs the committed hashes on emulated processors of all three kinds.

mod pair;
mod quad;
mod samples;

pub use pair::Pair;
pub use quad::{Quad, Quads};
pub use samples::{add, add_scaled, is_zero, louder, multiply, peak, scale, scaled, sum};

/// Runs `work` compiled for the widest vectors of this machine.
///
/// What it calls must be inlined into it to be compiled so: mark the closure and the functions it is made of
/// `#[inline(always)]`, and write loops with `for`: `for_each` and `fold` are functions that may stay outside.
///
/// ```
/// let mut samples = [0.5f64; 64];
/// stemwright_simd::widest(
///     #[inline(always)]
///     || samples.iter_mut().for_each(|x| *x *= 2.0),
/// );
/// assert_eq!(samples, [1.0; 64]);
/// ```
#[inline]
pub fn widest<R>(work: impl FnOnce() -> R) -> R {
    #[cfg(target_arch = "x86_64")]
    return x86::widest(work);
    #[cfg(not(target_arch = "x86_64"))]
    return work();
}

#[cfg(target_arch = "x86_64")]
mod x86 {
    use std::arch::is_x86_feature_detected;

    #[inline]
    #[allow(unsafe_code)]
    pub(super) fn widest<R>(work: impl FnOnce() -> R) -> R {
        if is_x86_feature_detected!("avx512f")
            && is_x86_feature_detected!("avx512bw")
            && is_x86_feature_detected!("avx512dq")
            && is_x86_feature_detected!("avx512vl")
        {
            // SAFETY: the processor has what the function is compiled for.
            unsafe { with_avx512(work) }
        } else if is_x86_feature_detected!("avx2") {
            // SAFETY: as above.
            unsafe { with_avx2(work) }
        } else {
            work()
        }
    }

    #[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl")]
    fn with_avx512<R>(work: impl FnOnce() -> R) -> R {
        work()
    }

    #[target_feature(enable = "avx2")]
    fn with_avx2<R>(work: impl FnOnce() -> R) -> R {
        work()
    }
}

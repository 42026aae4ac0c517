//! The trapezoidal state variable filter in its plain form, of which low-pass, band-pass and high-pass come out together.
//! The law is at [`stemwright_core::DynamicEq`].

use crate::NOTHING;
use std::f64::consts::PI;
use stemwright_simd::Pair;

/// c₁, c₂, c₃ and k of the law.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Trapezoid {
    c1: f64,
    c2: f64,
    c3: f64,
    k: f64,
}

impl Trapezoid {
    /// With its corner at a frequency in Hz and of a quality q.
    pub(crate) fn new(freq: f64, q: f64, rate: f64) -> Self {
        let (g, k) = (libm::tan(PI * freq / rate), 1.0 / q);
        let c1 = 1.0 / (1.0 + g * (g + k));
        Self { c1, c2: g * c1, c3: g * g * c1, k }
    }
}

/// The state of one filter on one channel.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Integrators {
    x1: f64,
    x2: f64,
}

impl Integrators {
    /// Zeroes a state that is nothing; called on control-grid frames.
    #[inline(always)]
    pub(crate) fn settle(&mut self) {
        if self.x1.abs() < NOTHING && self.x2.abs() < NOTHING {
            *self = Self::default();
        }
    }

    /// Whether its state is exactly zero.
    pub(crate) fn is_silent(&self) -> bool {
        self.x1 == 0.0 && self.x2 == 0.0
    }
}

/// A [`Trapezoid`] for two channels side by side.
#[derive(Clone, Copy)]
pub(crate) struct PairFilter {
    c1: Pair,
    c2: Pair,
    c3: Pair,
    k: Pair,
}

impl PairFilter {
    #[inline(always)]
    pub(crate) fn new(filter: &Trapezoid) -> Self {
        let [c1, c2, c3, k] = [filter.c1, filter.c2, filter.c3, filter.k].map(Pair::of);
        Self { c1, c2, c3, k }
    }
}

/// What comes out of the filters of two channels on one frame.
#[derive(Clone, Copy)]
pub(crate) struct PairOutputs {
    pub(crate) low: Pair,
    /// 1 at the corner.
    pub(crate) band: Pair,
    pub(crate) high: Pair,
}

impl PairOutputs {
    /// low − band + high.
    #[inline(always)]
    pub(crate) fn all_pass(self) -> Pair {
        self.low - self.band + self.high
    }
}

/// [`Integrators`] of two channels side by side.
#[derive(Clone, Copy)]
pub(crate) struct PairIntegrators {
    x1: Pair,
    x2: Pair,
}

impl PairIntegrators {
    #[inline(always)]
    pub(crate) fn new([left, right]: [Integrators; 2]) -> Self {
        Self { x1: Pair::new([left.x1, right.x1]), x2: Pair::new([left.x2, right.x2]) }
    }

    /// The states of both.
    #[inline(always)]
    pub(crate) fn get(self) -> [Integrators; 2] {
        let (x1, x2) = (self.x1.get(), self.x2.get());
        [0, 1].map(|side| Integrators { x1: x1[side], x2: x2[side] })
    }

    /// One frame.
    #[inline(always)]
    pub(crate) fn tick(&mut self, input: Pair, filter: &PairFilter) -> PairOutputs {
        let v3 = input - self.x2;
        let v1 = filter.c1 * self.x1 + filter.c2 * v3;
        let v2 = self.x2 + filter.c2 * self.x1 + filter.c3 * v3;
        // 2v, exactly.
        self.x1 = v1 + v1 - self.x1;
        self.x2 = v2 + v2 - self.x2;
        let band = filter.k * v1;
        PairOutputs { low: v2, band, high: input - band - v2 }
    }

    /// [`Integrators::settle`] of each.
    #[inline(always)]
    pub(crate) fn settle(&mut self) {
        let mut states = self.get();
        states.iter_mut().for_each(Integrators::settle);
        *self = Self::new(states);
    }
}

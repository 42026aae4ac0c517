//! One second-order section: its design from the analogue prototype, and its state-variable form.
//!
//! The law is at [`stemwright_core::Eq`]. The design works in u = (tan(w/2)/g)², in which numerator and denominator of
//! |H|² are polynomials with coefficients around 1 at every frequency: nothing cancels, at 10 Hz and 192 kHz either.

use crate::{Controls, NOTHING, Run};
use std::f64::consts::{FRAC_1_SQRT_2, PI};
use stemwright_core::{Band, BandKind, Db};

/// c₁, c₂, c₃, m₀, m₁, m₂ of [`stemwright_core::Eq`].
pub type Coefficients = [f64; 6];

/// The poles, as s₀ = 1+a₁+a₂, s₁ = 1−a₁+a₂ and 1−a₂.
struct Poles {
    s0: f64,
    s1: f64,
    d: f64,
}

impl Poles {
    /// Impulse invariance for the analogue pole pair at `w` radians a frame with quality `q`.
    fn new(w: f64, q: f64) -> Self {
        let damping = 1.0 / (2.0 * q);
        if damping <= 1.0 {
            let bend = ((1.0 - damping) * (1.0 + damping)).sqrt();
            let w = if bend > 0.0 { w.min(0.98 * PI / bend) } else { w };
            let e = libm::exp(-damping * w);
            let below = libm::expm1(-damping * w);
            let (sin, cos) = (libm::sin(bend * w / 2.0), libm::cos(bend * w / 2.0));
            Self {
                s0: below * below + 4.0 * e * sin * sin,
                s1: below * below + 4.0 * e * cos * cos,
                d: -libm::expm1(-2.0 * damping * w),
            }
        } else {
            let fast = damping + ((damping - 1.0) * (damping + 1.0)).sqrt();
            let (fast, slow) = (fast * w, w / fast);
            Self {
                s0: libm::expm1(-fast) * libm::expm1(-slow),
                s1: (1.0 + libm::exp(-fast)) * (1.0 + libm::exp(-slow)),
                d: -libm::expm1(-2.0 * damping * w),
            }
        }
    }
}

/// |H|² = (l² + (b² − 2·l·h)·u + h²·u²) / (1 + (k² − 2)·u + u²), with gains l at DC and h at Nyquist and the
/// band-pass part b.
struct Zeros {
    dc: f64,
    nyquist: f64,
    band: f64,
}

/// Designs the section of a band; `q` is the section's own (of a Butterworth pair, say).
pub fn design(band: &Band, q: f64, rate: f64) -> Coefficients {
    let w0 = 2.0 * PI * band.freq / rate;
    let shelf = libm::exp10(band.gain.0 / 40.0);
    let (pole_w, pole_q) = match band.kind {
        BandKind::Bell => (w0, q * shelf),
        BandKind::LowShelf => (w0 / shelf.sqrt(), q),
        BandKind::HighShelf => (w0 * shelf.sqrt(), q),
        BandKind::LowPass { .. } | BandKind::HighPass { .. } => (w0, q),
    };
    let Poles { s0, s1, d } = Poles::new(pole_w, pole_q);
    let gg = s0 / s1;
    let g = gg.sqrt();
    let k = 2.0 * d / (s0 * s1).sqrt();
    let tan = libm::tan(w0 / 2.0);
    let u = tan * tan / gg;
    let denominator = (1.0 - u) * (1.0 - u) + k * k * u;
    let zeros = match band.kind {
        BandKind::HighPass { .. } => Zeros { dc: 0.0, nyquist: q * denominator.sqrt() / u, band: 0.0 },
        BandKind::LowPass { .. } => {
            let square = gg * (q * q * denominator - 1.0 - gg * u) / (u * (1.0 + gg * u));
            let nyquist = square.max(0.0).sqrt();
            Zeros { dc: 1.0, nyquist, band: (nyquist + gg) / g }
        }
        BandKind::Bell => {
            let peak = shelf * shelf * shelf * shelf;
            let square = (1.0 - peak * (1.0 - u) * (1.0 + u)) / (u * u);
            let nyquist = square.max(0.0).sqrt();
            let middle = peak * (k * k - 2.0 + 2.0 * u) - 2.0 * square * u;
            Zeros { dc: 1.0, nyquist, band: (middle + 2.0 * nyquist).max(0.0).sqrt() }
        }
        BandKind::LowShelf | BandKind::HighShelf => {
            let low = matches!(band.kind, BandKind::LowShelf);
            let dc = if low { shelf * shelf } else { 1.0 };
            // |H|²·denominator − dc² = (band² − 2·dc·nyquist)·u + nyquist²·u², at two frequencies.
            let rest = |part: f64| {
                let tan = libm::tan(part * w0 / 2.0);
                let u = tan * tan / gg;
                let gain = shelf_gain(low, shelf, q, part);
                (u, (gain * gain * ((1.0 - u) * (1.0 - u) + k * k * u) - dc * dc) / u)
            };
            let ((u, at), (below_u, below)) = (rest(1.0), rest(0.5));
            let square = (at - below) / (u - below_u);
            let nyquist = square.max(0.0).sqrt();
            Zeros { dc, nyquist, band: (at - square.max(0.0) * u + 2.0 * dc * nyquist).max(0.0).sqrt() }
        }
    };
    [
        s1 / 4.0,
        (s0 * s1).sqrt() / 4.0,
        s0 / 4.0,
        zeros.nyquist,
        zeros.band - k * zeros.nyquist,
        zeros.dc - zeros.nyquist,
    ]
}

/// The low cuts and high cuts of keys, echoes and rooms: 12 dB/octave, Q 1/√2.
pub(crate) fn cut(kind: BandKind, freq: f64, rate: f64) -> Coefficients {
    let q = FRAC_1_SQRT_2;
    design(&Band { kind, freq, gain: Db::ZERO, q }, q, rate)
}

/// |H(jω)| of the shelves' prototypes, ω in units of the corner.
fn shelf_gain(low: bool, a: f64, q: f64, omega: f64) -> f64 {
    let square = |constant: f64, linear: f64, quadratic: f64| {
        let (real, imaginary) = (constant - quadratic * omega * omega, linear * omega);
        real * real + imaginary * imaginary
    };
    let linear = a.sqrt() / q;
    let (flat, steep) = (square(a, linear, 1.0), square(1.0, linear, a));
    a * if low { flat / steep } else { steep / flat }.sqrt()
}

/// The state of one section on one channel.
#[derive(Debug, Clone, Copy, Default)]
pub struct Section {
    x1: f64,
    x2: f64,
}

impl Section {
    /// Filters a run in place. `first` is where this section's [`Coefficients`] begin among the controls.
    #[inline]
    pub fn process(&mut self, run: Run, samples: &mut [f64], controls: Controls<'_>, first: usize) {
        if run.phase == 0 {
            self.settle();
        }
        if controls.is_moving() {
            for (i, sample) in samples.iter_mut().enumerate() {
                let c = std::array::from_fn(|j| controls.value(run, i, first + j));
                *sample = self.tick(*sample, &c);
            }
        } else if let Some(Ok(c)) = controls.first().get(first..first + 6).map(Coefficients::try_from) {
            for sample in samples {
                *sample = self.tick(*sample, &c);
            }
        }
    }

    /// One frame.
    #[inline(always)]
    pub fn tick(&mut self, input: f64, &[c1, c2, c3, m0, m1, m2]: &Coefficients) -> f64 {
        let v3 = input - self.x2;
        let v1 = c1 * self.x1 + c2 * v3;
        let v2 = self.x2 + c2 * self.x1 + c3 * v3;
        self.x1 = 2.0 * v1 - self.x1;
        self.x2 = 2.0 * v2 - self.x2;
        m0 * input + m1 * v1 + m2 * v2
    }

    /// What it remembers.
    pub(crate) fn state(&self) -> [f64; 2] {
        [self.x1, self.x2]
    }

    /// A section that remembers this.
    pub(crate) fn of_state([x1, x2]: [f64; 2]) -> Self {
        Self { x1, x2 }
    }

    /// Zeroes a state that is nothing; called on control-grid frames.
    #[inline]
    pub fn settle(&mut self) {
        if self.x1.abs() < NOTHING && self.x2.abs() < NOTHING {
            *self = Self::default();
        }
    }

    /// Whether its state is exactly zero.
    pub fn is_silent(&self) -> bool {
        self.x1 == 0.0 && self.x2 == 0.0
    }
}

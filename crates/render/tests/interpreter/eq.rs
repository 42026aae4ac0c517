//! The equaliser, from the law at `stemwright_core::Eq`: the formulas of Vicanek 2016 as printed, in [`Twofold`].

use stemwright_core::{Band, BandKind, Param};

use super::control::factor;
use super::inserts::Slot;
use super::layout::Signal;
use super::twofold::{ONE, PI, Twofold};

/// c₁, c₂, c₃, m₀, m₁, m₂.
pub type Coefficients = [f64; 6];

/// One second-order section. `kind`'s steepness is ignored: whoever calls splits a steep filter in two.
pub fn design(kind: BandKind, freq: f64, gain: f64, q: f64, rate: f64) -> Coefficients {
    let number = Twofold::from;
    let (two, four) = (number(2.0), number(4.0));
    let w = two * PI * number(freq) / number(rate);
    let q = number(q);
    let gain_factor = number(factor(gain)); // G of a bell
    let shelf = number(factor(gain / 2.0)); // A of a shelf

    let (pole_w, pole_q) = match kind {
        BandKind::Bell => (w, q * gain_factor.root()),
        BandKind::LowShelf => (w / shelf.root(), q),
        BandKind::HighShelf => (w * shelf.root(), q),
        BandKind::HighPass { .. } | BandKind::LowPass { .. } => (w, q),
    };
    let damping = ONE / (two * pole_q);
    let (a1, a2);
    if damping.value() <= 1.0 {
        let turn = (ONE - damping * damping).root();
        let limit = number(0.98) * PI;
        let angle = if (pole_w * turn).value() > limit.value() { limit } else { pole_w * turn };
        let pole_w = if turn.value() > 0.0 { angle / turn } else { pole_w };
        let radius = (-(damping * pole_w)).exp();
        a1 = -(two * radius * angle.cos());
        a2 = radius * radius;
    } else {
        let apart = (damping * damping - ONE).root();
        let slow = (-(pole_w * (damping - apart))).exp();
        let fast = (-(pole_w * (damping + apart))).exp();
        a1 = -(slow + fast);
        a2 = slow * fast;
    }

    let s0 = ONE + a1 + a2;
    let s1 = ONE - a1 + a2;
    let (cap_a0, cap_a1, cap_a2) = (s0 * s0, s1 * s1, -(four * a2));
    let sine = (w / two).sin();
    let phi1 = sine * sine;
    let phi0 = ONE - phi1;
    let phi2 = four * phi0 * phi1;
    // |denominator|² at `freq`.
    let denominator = cap_a0 * phi0 + cap_a1 * phi1 + cap_a2 * phi2;

    // The numerator at DC (√B0), at Nyquist (√B1), and b0 − b2.
    // Reading: b0 − b2 is √(W² + B2), W = (√B0 + √B1)/2; where that radicand is negative it is 0, as the form needs it
    // (and b2 is not −B2/(4·b0), which would then give another difference).
    let difference = |dc: Twofold, nyquist: Twofold, cap_b2: Twofold| {
        let half = (dc + nyquist) / two;
        (half * half + cap_b2).root()
    };
    let (dc, nyquist, odd) = match kind {
        BandKind::HighPass { .. } => {
            let b0 = q * denominator.root() / (four * phi1);
            (number(0.0), four * b0, number(0.0))
        }
        BandKind::LowPass { .. } => {
            let cap_b1 = (denominator * q * q - cap_a0 * phi0) / phi1;
            let (dc, nyquist) = (s0, cap_b1.root());
            (dc, nyquist, (dc + nyquist) / two)
        }
        BandKind::Bell => {
            let square = gain_factor * gain_factor;
            let r1 = denominator * square;
            let r2 = (cap_a1 - cap_a0 + four * (phi0 - phi1) * cap_a2) * square;
            let cap_b0 = cap_a0;
            let cap_b2 = (r1 - r2 * phi1 - cap_b0) / (four * phi1 * phi1);
            let cap_b1 = r2 + cap_b0 + four * (phi1 - phi0) * cap_b2;
            let nyquist = cap_b1.root();
            (s0, nyquist, difference(s0, nyquist, cap_b2))
        }
        BandKind::LowShelf | BandKind::HighShelf => {
            // |numerator|² = B0·φ0 + B1·φ1 + B2·φ2 is the prototype's |H|² times |denominator|² at two frequencies, `part`
            // times the corner: two linear equations for B1 and B2.
            let dc_gain = if kind == BandKind::LowShelf { shelf * shelf } else { ONE };
            let dc = dc_gain * s0;
            let equation = |part: Twofold| {
                let sine = (part * w / two).sin();
                let phi1 = sine * sine;
                let phi0 = ONE - phi1;
                let phi2 = four * phi0 * phi1;
                let side = shelf * (part / q) * (part / q); // |(√A/Q)·s|²
                let low_end = shelf - part * part; // s² + A
                let high_end = ONE - shelf * part * part; // As² + 1
                let low_end = low_end * low_end + side;
                let high_end = high_end * high_end + side;
                let ratio = if kind == BandKind::LowShelf { low_end / high_end } else { high_end / low_end };
                let denominator = cap_a0 * phi0 + cap_a1 * phi1 + cap_a2 * phi2;
                (phi1, phi2, shelf * shelf * ratio * denominator - dc * dc * phi0)
            };
            let (p1, p2, p) = equation(ONE);
            let (h1, h2, h) = equation(ONE / two);
            let cap_b1 = (p * h2 - h * p2) / (p1 * h2 - h1 * p2);
            // A negative B1 counts as 0; the corner is met all the same.
            let nyquist = cap_b1.root();
            let cap_b2 = (p - nyquist * nyquist * p1) / p2;
            (dc, nyquist, difference(dc, nyquist, cap_b2))
        }
    };

    let mean = (s0 * s1).root();
    let at_dc = dc / s0;
    let at_nyquist = nyquist / s1;
    let k = two * (ONE - a2) / mean;
    [s1 / four, mean / four, s0 / four, at_nyquist, two * odd / mean - k * at_nyquist, at_dc - at_nyquist]
        .map(Twofold::value)
}

/// The state of one section on one channel.
#[derive(Debug, Clone, Copy, Default)]
pub struct State {
    x1: f64,
    x2: f64,
}

impl State {
    pub fn step(&mut self, [c1, c2, c3, m0, m1, m2]: Coefficients, input: f64) -> f64 {
        let v3 = input - self.x2;
        let v1 = c1 * self.x1 + c2 * v3;
        let v2 = self.x2 + c2 * self.x1 + c3 * v3;
        self.x1 = 2.0 * v1 - self.x1;
        self.x2 = 2.0 * v2 - self.x2;
        m0 * input + m1 * v1 + m2 * v2
    }
}

/// A filter of 12 dB/octave whose frequency stands still, as keys and echoes have them.
pub struct Cut {
    coefficients: Coefficients,
    /// Of as many channels as there may be.
    states: [State; 8],
}

impl Cut {
    fn new(kind: BandKind, freq: f64, rate: f64) -> Self {
        let coefficients = design(kind, freq, 0.0, std::f64::consts::FRAC_1_SQRT_2, rate);
        Self { coefficients, states: [State::default(); 8] }
    }

    pub fn high_pass(freq: f64, rate: f64) -> Self {
        Self::new(BandKind::HighPass { steep: false }, freq, rate)
    }

    pub fn low_pass(freq: f64, rate: f64) -> Self {
        Self::new(BandKind::LowPass { steep: false }, freq, rate)
    }

    /// The next frame of a channel.
    pub fn step(&mut self, channel: usize, input: f64) -> f64 {
        self.states[channel].step(self.coefficients, input)
    }

    /// Every channel from its first frame to its last.
    pub fn whole(mut self, signal: &Signal) -> Signal {
        let whole = |(channel, signal): (usize, &Vec<f64>)| signal.iter().map(|&x| self.step(channel, x)).collect();
        signal.iter().enumerate().map(whole).collect()
    }
}

/// Bands in series. A steep band has two sections with fixed Q.
pub fn equalise(slot: Slot<'_>, bands: &[Band], input: Signal) -> Signal {
    let mut signal = input;
    for (band, params) in bands.iter().enumerate() {
        let steep = matches!(params.kind, BandKind::HighPass { steep: true } | BandKind::LowPass { steep: true });
        let qualities = if steep { vec![Some(0.541_196_100_146_197), Some(1.306_562_964_876_377)] } else { vec![None] };
        for fixed_q in qualities {
            let mut line = slot.line(&[Param::BandFreq(band), Param::BandGain(band), Param::BandQ(band)]);
            let mut states = vec![State::default(); signal.len()];
            for (n, frame) in (0..signal[0].len()).zip(slot.begin..) {
                let coefficients = line.at(frame, |at| {
                    let read = |param, fixed| slot.read(param, fixed, at);
                    let freq = read(Param::BandFreq(band), params.freq);
                    let gain = read(Param::BandGain(band), params.gain.0);
                    let q = fixed_q.unwrap_or_else(|| read(Param::BandQ(band), params.q));
                    design(params.kind, freq, gain, q, slot.rate)
                });
                for (channel, state) in signal.iter_mut().zip(&mut states) {
                    channel[n] = state.step(coefficients, channel[n]);
                }
            }
        }
    }
    signal
}

//! REAPER's pan laws: factors for left and right of a track, a send or a take.

use std::f64::consts::{FRAC_PI_4, SQRT_2};

/// The law of a project or track: the gain in the centre, `PANLAW` in a project.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Law(pub(super) f64);

/// How much of the boost towards the centre is left at a pan of ±p: (1 − p²)·Σ cₖ·p²ᵏ, fitted by us (least squares, largest error 6·10⁻⁶)
/// to 51 published places of a render of REAPER 7.
const BOOST: [f64; 5] = [1.000_000_93, 0.255_352_79, 0.064_553_96, 0.013_978_30, 0.006_793_90];

impl Law {
    /// Factors for left and right at a pan of −1…1.
    ///
    /// With θ = (1+p)·π/4: k·cos θ and k·sin θ, k = 1 + (law·√2 − 1)·g(|p|), where g falls from 1 in the centre to 0 at the sides; linear
    /// for −6 dB; above 0 dB ("gain compensation") the law of the reciprocal, made as loud as 1 in the centre. So far as
    /// others measured it on renders of REAPER 7 (0 dB to −6 dB); gain compensation is by REAPER's manual.
    pub(super) fn factors(self, pan: f64) -> [f64; 2] {
        let pan = pan.clamp(-1.0, 1.0);
        if self.0 > 1.0 {
            return Self(1.0 / self.0).factors(pan).map(|factor| factor * self.0);
        }
        if self.0 <= 0.5 + 1e-6 {
            return [(1.0 - pan) / 2.0, (1.0 + pan) / 2.0];
        }
        if pan == 0.0 {
            return [self.0; 2];
        }
        if pan.abs() == 1.0 {
            return if pan < 0.0 { [1.0, 0.0] } else { [0.0, 1.0] };
        }
        let square = pan * pan;
        let boost = (1.0 - square) * BOOST.iter().rev().fold(0.0, |sum, c| sum * square + c);
        let k = 1.0 + (self.0 * SQRT_2 - 1.0) * boost;
        let theta = (1.0 + pan) * FRAC_PI_4;
        [k * libm::cos(theta), k * libm::sin(theta)]
    }

    /// The same as a balance (−1…1, the side panned away from falls) and a factor for both.
    pub(super) fn balance(self, pan: f64) -> (f64, f64) {
        balance(self.factors(pan))
    }
}

/// Two factors as a balance and the larger of them.
pub(super) fn balance([left, right]: [f64; 2]) -> (f64, f64) {
    let most = left.max(right);
    if most <= 0.0 || left == right {
        return (0.0, most.max(0.0));
    }
    (if right > left { 1.0 - left / right } else { right / left - 1.0 }, most)
}

/// The pan that gives left and right this balance under a law of 0 dB, and the factor that is then to be multiplied with.
pub(super) fn from_balance(balance: f64) -> (f64, f64) {
    let balance = balance.clamp(-1.0, 1.0);
    let away = libm::atan(1.0 - balance.abs()) / FRAC_PI_4;
    let pan = if balance < 0.0 { away - 1.0 } else { 1.0 - away };
    let [left, right] = Law(1.0).factors(pan);
    (pan, 1.0 / left.max(right))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn laws_have_their_level_in_the_centre_and_one_at_the_sides() {
        for law in [1.0, 0.840_896, std::f64::consts::FRAC_1_SQRT_2, 0.6, 0.5] {
            let [left, right] = Law(law).factors(0.0);
            assert!((left - law).abs() < 1e-9 && left == right);
            assert_eq!(Law(law).factors(-1.0), [1.0, 0.0]);
            for pan in [-0.9, -0.3, 0.2, 0.7] {
                let ([a, b], [c, d]) = (Law(law).factors(pan), Law(law).factors(-pan));
                assert!((a - d).abs() < 1e-12 && (b - c).abs() < 1e-12);
            }
        }
        assert_eq!(Law(SQRT_2).factors(0.0).map(|factor| (factor * 1e9).round()), [1e9; 2]);
        assert!((Law(SQRT_2).factors(1.0)[1] - SQRT_2).abs() < 1e-12);
    }

    #[test]
    fn the_law_of_0_db_is_the_one_that_was_measured() {
        // Pan and the boost g that was published.
        for (pan, boost) in [(0.1, 0.992_53), (0.5, 0.801_09), (0.7, 0.582_76), (0.9, 0.239_31), (0.98, 0.052_39)] {
            let [left, right] = Law(1.0).factors(pan);
            let k = (left * left + right * right).sqrt();
            assert!(((k - 1.0) / (SQRT_2 - 1.0) - boost).abs() < 1e-5, "{pan}");
        }
    }

    #[test]
    fn a_balance_is_found_again() {
        for step in -20..=20 {
            let wanted = f64::from(step) / 20.0;
            let (pan, factor) = from_balance(wanted);
            let (found, level) = Law(1.0).balance(pan);
            assert!((found - wanted).abs() < 1e-12 && (level * factor - 1.0).abs() < 1e-12, "{wanted}");
        }
    }
}

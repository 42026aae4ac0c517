//! Pan laws: factors for left and right.

use std::f64::consts::FRAC_PI_2;
use stemwright_core::PanLaw;

/// 2 − 4·10^(−3/20), see [`PanLaw::Quadratic`].
const QUADRATIC: f64 = -0.831_783_137_536_551_6;

/// Factors by which a mono signal goes left and right; `pan` from −1 to 1. The laws are those of [`PanLaw`].
pub fn pan_factors(law: PanLaw, pan: f64) -> [f64; 2] {
    let t = (pan + 1.0) / 2.0;
    let (cos, sin) = (libm::cos(t * FRAC_PI_2), libm::sin(t * FRAC_PI_2));
    match law {
        PanLaw::ConstantPower => [if t == 1.0 { 0.0 } else { cos }, sin],
        PanLaw::Compromise => [((1.0 - t) * cos.max(0.0)).sqrt(), (t * sin).sqrt()],
        PanLaw::Linear => [1.0 - t, t],
        PanLaw::Balance => balance(pan),
        PanLaw::Quadratic => [1.0 - t, t].map(|t| t * (QUADRATIC * t + 1.0 - QUADRATIC)),
    }
}

/// Factors for the two sides of a stereo signal: the side panned away from falls, the other stays.
pub fn balance(pan: f64) -> [f64; 2] {
    [(1.0 - pan).min(1.0), (1.0 + pan).min(1.0)]
}

#[cfg(test)]
mod tests {
    use super::*;
    use stemwright_core::Db;

    #[test]
    fn laws_have_their_names_level_in_the_centre_and_silence_at_the_far_side() {
        for (law, centre) in [
            (PanLaw::ConstantPower, -3.0103),
            (PanLaw::Compromise, -4.5154),
            (PanLaw::Linear, -6.0206),
            (PanLaw::Balance, 0.0),
            (PanLaw::Quadratic, -3.0),
        ] {
            let [left, right] = pan_factors(law, 0.0);
            assert!((Db::of(left).0 - centre).abs() < 1e-4 && (left - right).abs() < 1e-15, "{law:?}");
            assert_eq!(pan_factors(law, -1.0), [1.0, 0.0]);
            let [left, right] = pan_factors(law, 1.0);
            assert!(left == 0.0 && (right - 1.0).abs() < 1e-15);
        }
    }
}

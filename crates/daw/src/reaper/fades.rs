//! REAPER's fades: seven shapes and a curvature.

use stemwright_core::FadeShape;

/// A shape as REAPER numbers it, with its curvature (−1…1), as of a fade-in.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Curve {
    shape: i64,
    bend: f64,
}

impl Curve {
    /// A fade-in's shape and curvature; where none is written (before REAPER 4), the one that the shape had then.
    pub(super) fn fade_in(shape: i64, bend: Option<f64>) -> Self {
        let usual = match shape {
            2 | 4 => 1.0,
            3 => -1.0,
            _ => 0.0,
        };
        Self { shape, bend: bend.unwrap_or(usual).clamp(-1.0, 1.0) }
    }

    /// A fade-out's: the mirror image of a fade-in with the opposite curvature.
    pub(super) fn fade_out(shape: i64, bend: Option<f64>) -> Self {
        Self::fade_in(shape, bend.map(|bend| -bend))
    }

    /// Whether nothing is known of the shape.
    pub(super) fn is_unknown(self) -> bool {
        !(0..=7).contains(&self.shape)
    }

    /// The same shape among ours, if there is one.
    pub(super) fn ours(self) -> Option<FadeShape> {
        match (self.shape, self.bend) {
            (0 | 2 | 3 | 4, 0.0) => Some(FadeShape::Linear),
            (1, 0.0) => Some(FadeShape::Fast),
            (2, 1.0) => Some(FadeShape::Slow),
            (2, -1.0) => Some(FadeShape::Fast),
            (5, 0.0) => Some(FadeShape::Smooth),
            _ if self.is_unknown() => Some(FadeShape::Linear),
            _ => None,
        }
    }

    /// The factor at x, 0…1. The formulas are those that users of REAPER found and published (its forum, thread 262260).
    pub(super) fn value(self, x: f64) -> f64 {
        let Self { shape, bend: c } = self;
        // What a curvature mixes: the middle shape, the one above it (c < 0), and the one below (c > 0).
        let mix = |above: f64, middle: f64, below: f64| {
            if c < 0.0 { (1.0 + c) * middle - c * above } else { (1.0 - c) * middle + c * below }
        };
        let y = 1.0 - x;
        let (fourth, inverse_fourth) = (fourth_power(x), 1.0 - fourth_power(y));
        match shape {
            1 => mix((1.0 - fourth_power(y) * fourth_power(y)).max(0.0).sqrt(), x * (2.0 - x), fourth),
            2 => mix(1.0 - y * y, x, x * x),
            5 => {
                let x = warp(x, 0.25 * (c + 2.0));
                x * x * (3.0 - 2.0 * x)
            }
            6 => {
                let x = warp(x, (5.0 * c + 8.0) / 16.0);
                if x <= 0.5 { 8.0 * fourth_power(x) } else { 1.0 - 8.0 * fourth_power(1.0 - x) }
            }
            7 => {
                // Nearly of constant power.
                let bow = |x: f64| 1.0 - x * x * (2.0 - QUARTER - (1.0 - QUARTER) * x * x);
                if c < 0.0 {
                    let falling = (1.0 + c) * bow(x) - c * fourth_power(y);
                    (1.0 - falling * falling).max(0.0).sqrt()
                } else {
                    c * fourth + (1.0 - c) * bow(y)
                }
            }
            _ => mix(inverse_fourth, x, fourth),
        }
    }
}

const QUARTER: f64 = std::f64::consts::FRAC_PI_4;

fn fourth_power(x: f64) -> f64 {
    (x * x) * (x * x)
}

/// A Bézier curve of the second degree from 0 to 1 through the control point (t, 1 − t), as a function of x.
fn warp(x: f64, t: f64) -> f64 {
    let along =
        if (t - 0.5).abs() < 1e-9 { x } else { ((x * (1.0 - 2.0 * t) + t * t).max(0.0).sqrt() - t) / (1.0 - 2.0 * t) };
    (2.0 * t - 1.0) * along * along + (2.0 - 2.0 * t) * along
}

/// One of our shapes as REAPER's number and curvature of a fade-in, and whether it is the same.
pub(super) fn of_shape(shape: FadeShape) -> (i64, f64, bool) {
    match shape {
        FadeShape::Linear => (0, 0.0, true),
        FadeShape::Fast => (1, 0.0, true),
        FadeShape::Slow => (2, 1.0, true),
        FadeShape::Smooth => (5, 0.0, true),
        // Not a sine, but within 0.004 of it.
        FadeShape::EqualPower => (7, 0.0, false),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fades_begin_at_nothing_rise_and_end_at_one() {
        for shape in 0..=7 {
            for bend in [-1.0, -0.6, 0.0, 0.3, 1.0] {
                let curve = Curve::fade_in(shape, Some(bend));
                let values: Vec<f64> = (0..=100).map(|i| curve.value(f64::from(i) / 100.0)).collect();
                assert!(values[0].abs() < 1e-9 && (values[100] - 1.0).abs() < 1e-9, "{curve:?} {values:?}");
                assert!(values.windows(2).all(|pair| pair[1] >= pair[0] - 1e-9), "{curve:?}");
            }
        }
    }

    #[test]
    fn shapes_that_are_ours_are_the_same() {
        for shape in 0..=7 {
            for bend in [-1.0, 0.0, 1.0] {
                let curve = Curve::fade_in(shape, Some(bend));
                let Some(ours) = curve.ours() else { continue };
                for i in 0..=20 {
                    let x = f64::from(i) / 20.0;
                    assert!((curve.value(x) - ours.value(x)).abs() < 1e-12, "{curve:?} {ours:?}");
                }
            }
        }
        for shape in FadeShape::ALL {
            let (number, bend, same) = of_shape(shape);
            let curve = Curve::fade_in(number, Some(bend));
            assert_eq!(curve.ours() == Some(shape), same);
            let worst =
                (0..=100).map(|i| (curve.value(f64::from(i) / 100.0) - shape.value(f64::from(i) / 100.0)).abs());
            assert!(worst.fold(0.0, f64::max) < if same { 1e-12 } else { 0.005 }, "{shape:?}");
            assert_eq!(Curve::fade_out(number, Some(-bend)), curve);
        }
    }
}

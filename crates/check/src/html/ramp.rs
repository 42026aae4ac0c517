//! The colours of levels: equal steps of a level are equal steps of lightness, so that they read in grey too.

/// So many levels are told apart.
pub(super) const STEPS: usize = 64;

/// The colour of a level from 0 (the lowest) to 1, as sRGB: from a dark blue over teal and green to a light yellow, with lightness in a
/// straight line in Oklab (B. Ottosson, *A perceptual color space for image processing*, 2020). Blue and yellow differ for
/// nearly everyone who does not see all colours.
pub(super) fn colour(level: f64) -> [u8; 3] {
    let t = level.clamp(0.0, 1.0);
    let lightness = 0.22 + 0.72 * t;
    let hue = (285.0 - 180.0 * t).to_radians();
    // As much colour as sRGB has at these hues, without leaving it.
    let chroma = 0.085 + 0.045 * libm::sin(std::f64::consts::PI * t) + 0.03 * t;
    srgb(lightness, chroma * libm::cos(hue), chroma * libm::sin(hue))
}

fn srgb(lightness: f64, a: f64, b: f64) -> [u8; 3] {
    let cube = |x: f64| x * x * x;
    let l = cube(lightness + 0.396_337_777_4 * a + 0.215_803_757_3 * b);
    let m = cube(lightness - 0.105_561_345_8 * a - 0.063_854_172_8 * b);
    let s = cube(lightness - 0.089_484_177_5 * a - 1.291_485_548_0 * b);
    [
        4.076_741_662_1 * l - 3.307_711_591_3 * m + 0.230_969_929_2 * s,
        -1.268_438_004_6 * l + 2.609_757_401_1 * m - 0.341_319_396_5 * s,
        -0.004_196_086_3 * l - 0.703_418_614_7 * m + 1.707_614_701_0 * s,
    ]
    .map(encoded)
}

/// A linear value as IEC 61966-2-1 codes it.
fn encoded(linear: f64) -> u8 {
    let linear = linear.clamp(0.0, 1.0);
    let value = if linear <= 0.003_130_8 { 12.92 * linear } else { 1.055 * libm::pow(linear, 1.0 / 2.4) - 0.055 };
    (value * 255.0).round() as u8
}

/// A palette: the first colour is for nothing at all, the others are the levels from the lowest on.
pub(super) fn palette() -> Vec<[u8; 3]> {
    let levels = (0..STEPS).map(|i| colour(i as f64 / (STEPS - 1) as f64));
    [[0; 3]].into_iter().chain(levels).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_level_is_lighter_than_the_one_below() {
        let grey = |[r, g, b]: [u8; 3]| 0.2126 * f64::from(r) + 0.7152 * f64::from(g) + 0.0722 * f64::from(b);
        let greys: Vec<f64> = palette()[1..].iter().map(|colour| grey(*colour)).collect();
        assert!(greys.windows(2).all(|pair| pair[0] < pair[1]), "{greys:?}");
    }
}

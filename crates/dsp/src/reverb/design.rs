//! How long the lines of a reverb are, and what is lost on each.

use super::rows::FRAMES;
use std::f64::consts::PI;
use stemwright_core::Reverb;

/// Lengths and gains, one a line.
pub(super) struct Design {
    /// Predelay included; the gain with the level of the whole.
    pub taps: [(usize, f64); 16],
    pub diffusers: [[(usize, f64); 16]; 2],
    pub scattering: [(usize, Absorption); 16],
    pub main: [(usize, Absorption); 16],
}

/// The filter at the end of a line of the loop: out = direct·in + r; r ← feed·in + pole·r.
#[derive(Debug, Clone, Copy)]
pub(super) struct Absorption {
    pub direct: f64,
    pub feed: f64,
    pub pole: f64,
}

impl Design {
    pub(super) fn new(reverb: &Reverb, rate: f64) -> Self {
        let spread = |ratio: f64| std::array::from_fn::<_, 16, _>(|i| libm::pow(ratio, i as f64 / 15.0));
        let scale = reverb.size * rate;
        let frames = |x: f64| x.round() as usize;
        let gain = |frames: usize| libm::exp10(-3.0 * frames as f64 / (reverb.decay * rate));
        let taps = spread(17.0).map(|x| frames(0.005 * scale * (x - 1.0)));
        let short = |ratio: f64| spread(ratio).map(|x| frames(0.000_75 * rate + 0.001 * scale * x).max(FRAMES));
        let diffusers = [short(12.0), short(35.0)];
        let scattering = short(25.0);
        let main = spread(3.5).map(|x| prime((0.04 * scale * x).max(FRAMES as f64)));

        let power = |lengths: &[usize; 16]| lengths.iter().map(|n| gain(*n) * gain(*n)).sum::<f64>() / 16.0;
        let (scattered, through) = (power(&scattering), power(&taps) * power(&diffusers[0]) * power(&diffusers[1]));
        let level = ((1.0 - scattered * power(&main)) / (16.0 * through * scattered)).sqrt();
        let predelay = frames(reverb.predelay * rate);
        let absorption = |n: usize| (n, Absorption::new(reverb, rate, gain(n), n as f64));
        Self {
            taps: taps.map(|n| (predelay + n, level * gain(n))),
            diffusers: diffusers.map(|lines| lines.map(|n| (n, gain(n)))),
            scattering: scattering.map(absorption),
            main: main.map(absorption),
        }
    }

    /// Frames from the first diffuser's lines to the end of the second's.
    pub(super) fn longest_diffusion(&self) -> usize {
        self.diffusers.iter().filter_map(|lines| lines.iter().map(|line| line.0).max()).sum()
    }

    /// Frames once around the loop.
    pub(super) fn longest_loop(&self) -> usize {
        [&self.scattering, &self.main].into_iter().filter_map(|lines| lines.iter().map(|line| line.0).max()).sum()
    }
}

impl Absorption {
    fn new(reverb: &Reverb, rate: f64, gain: f64, frames: f64) -> Self {
        let root = libm::exp10(-1.5 * frames / (reverb.decay * rate) * (1.0 / reverb.high_decay - 1.0));
        let t = libm::tan(PI * reverb.crossover / rate);
        let below = 1.0 + t * root;
        Self {
            direct: gain * root * (t + root) / below,
            feed: 2.0 * gain * t * root * (1.0 - root * root) / (below * below),
            pole: (1.0 - t * root) / below,
        }
    }
}

/// The smallest prime that is not smaller.
fn prime(least: f64) -> usize {
    let is_prime = |n: &usize| (2..).take_while(|d| d * d <= *n).all(|d| !n.is_multiple_of(d));
    (least.ceil() as usize..).find(is_prime).unwrap_or(2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_no_shorter_than_a_run_and_differ() {
        for rate in [8_000.0, 44_100.0, 48_000.0, 88_200.0, 96_000.0, 176_400.0, 192_000.0, 384_000.0] {
            for size in [0.25, 0.3, 0.5, 0.77, 1.0, 1.3, 2.0] {
                let reverb = Reverb {
                    predelay: 0.0,
                    decay: 2.0,
                    size,
                    high_decay: 0.5,
                    crossover: 3000.0,
                    low_cut: None,
                    high_cut: None,
                    wet: 1.0,
                };
                let design = Design::new(&reverb, rate);
                let [scattering, main] = [design.scattering, design.main].map(|lines| lines.map(|line| line.0));
                let [first, second] = design.diffusers.map(|lines| lines.map(|line| line.0));
                for lines in [first, second, scattering, main] {
                    assert!(lines.iter().all(|n| *n >= FRAMES), "{rate} Hz, size {size}: {lines:?}");
                    let differ = lines.is_sorted_by(|a, b| a < b);
                    assert!(differ || rate < 44_100.0, "{rate} Hz, size {size}: {lines:?}");
                }
                assert!(
                    main.iter().all(|n| (2..*n).take_while(|d| d * d <= *n).all(|d| n % d != 0)),
                    "primes: {main:?}"
                );
                let odd = scattering.iter().filter(|n| *n % 2 == 1).count();
                assert!((3..=13).contains(&odd) || rate < 44_100.0, "of both parities: {scattering:?}");
            }
        }
    }
}

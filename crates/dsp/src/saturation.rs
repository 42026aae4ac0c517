//! Saturation: the bend once, its factor on every wave. The law is at [`stemwright_core::Saturation`].

use crate::half_band::{Downsampler, Upsampler, round_trip};
use crate::limiter::drive;
use crate::line::Line;
use crate::section::cut;
use crate::{Controls, GainUnit, Section, exp2, runs};
use std::f64::consts::LOG2_E;
use stemwright_core::{BandKind, HALF_BANDS, Saturation};

/// Drive, mix·output, 1 − mix.
pub(crate) const WIDTH: usize = 3;

pub(crate) fn controls(saturation: &Saturation) -> [f64; WIDTH] {
    let mix = saturation.mix;
    [saturation.drive.factor(), mix * saturation.output.factor(), 1.0 - mix]
}

/// The filters by which the rate is doubled, once each.
fn bands(rate: f64) -> &'static [usize] {
    let times = if rate <= 64_000.0 {
        3
    } else if rate <= 128_000.0 {
        2
    } else {
        1
    };
    &HALF_BANDS[..times]
}

pub(crate) fn latency(rate: f64) -> usize {
    round_trip(bands(rate))
}

/// A saturation and the filters of its waves.
pub struct SaturationUnit {
    asymmetry: f64,
    /// g at the higher rate, by channel.
    bends: Vec<Vec<f64>>,
    /// The wet and the dry factor of each frame that comes out.
    factors: [Vec<f64>; 2],
    late: Line,
    /// Whether the factors move: then they must be noted in silence too. Not known before the first block.
    moving: bool,
    high_pass: Option<[f64; 6]>,
    waves: Vec<Wave>,
}

impl SaturationUnit {
    /// A saturation at rest for so many waves: the signal and its lanes.
    pub fn new(saturation: &Saturation, channels: usize, waves: usize, rate: f64) -> Self {
        let bands = bands(rate);
        let high_pass = BandKind::HighPass { steep: false };
        Self {
            asymmetry: saturation.asymmetry,
            bends: vec![Vec::new(); channels],
            factors: Default::default(),
            late: Line::new(round_trip(bands), 2),
            moving: true,
            high_pass: (saturation.asymmetry > 0.0).then(|| cut(high_pass, 10.0, rate)),
            waves: (0..waves).map(|_| Wave::new(bands, channels)).collect(),
        }
    }
}

/// What one wave has inside.
struct Wave {
    up: Vec<Upsampler>,
    down: Vec<Downsampler>,
    high_pass: Vec<Section>,
    wet: Vec<Vec<f64>>,
    dry: Line,
    /// Frames since anything but zero came in, and after how many all is out of the filters.
    quiet: usize,
    emptied: usize,
}

impl Wave {
    fn new(bands: &[usize], channels: usize) -> Self {
        Self {
            up: vec![Upsampler::new(bands); channels],
            down: vec![Downsampler::new(bands); channels],
            high_pass: vec![Section::default(); channels],
            wet: vec![Vec::new(); channels],
            dry: Line::new(round_trip(bands), channels),
            quiet: usize::MAX,
            emptied: 2 * round_trip(bands),
        }
    }

    /// Drives and raises a block.
    fn raise<'a>(&mut self, start: i64, block: impl Iterator<Item = &'a [f64]> + Clone, controls: Controls<'_>) {
        let frames = block.clone().next().map_or(0, <[f64]>::len);
        for n in 0..frames {
            let zero = block.clone().all(|channel| channel[n] == 0.0);
            self.quiet = if zero { self.quiet.saturating_add(1) } else { 0 };
        }
        for ((channel, driven), up) in block.zip(&mut self.wet).zip(&mut self.up) {
            driven.clear();
            driven.extend_from_slice(channel);
            drive(start, driven, controls, 0);
            up.process(driven);
        }
    }

    /// Bends what was raised and brings it down.
    fn lower(&mut self, start: i64, bends: &[Vec<f64>], high_pass: Option<&[f64; 6]>) {
        let channels = self.up.iter_mut().zip(&mut self.down).zip(&mut self.wet).zip(bends);
        for (((up, down), wet), bends) in channels {
            let bent = up.raised();
            bent.iter_mut().zip(bends).for_each(|(s, g)| *s *= g);
            wet.clear();
            wet.extend_from_slice(down.process(bent));
        }
        if let Some(coefficients) = high_pass {
            for (wet, state) in self.wet.iter_mut().zip(&mut self.high_pass) {
                for run in runs(start, wet.len()) {
                    state.process(run, &mut wet[run.range()], Controls::fixed(coefficients), 0);
                }
            }
        }
    }

    fn is_silent(&self) -> bool {
        self.quiet > self.emptied && self.dry.is_silent() && self.high_pass.iter().all(Section::is_silent)
    }
}

/// f(s)/s of the law.
#[inline]
fn bend(s: f64, asymmetry: f64) -> f64 {
    let size = s.abs();
    let (tanh, ratio) = if size < 0.02 {
        let square = size * size;
        // tanh(s)/s = 1 − s²/3 + 2s⁴/15 − 17s⁶/315 + 62s⁸/2835; what follows is below 10⁻¹⁹.
        let series =
            1.0 - square * (1.0 / 3.0 - square * (2.0 / 15.0 - square * (17.0 / 315.0 - square * (62.0 / 2835.0))));
        (size * series, series)
    } else {
        let fall = exp2(-2.0 * LOG2_E * size);
        let tanh = (1.0 - fall) / (1.0 + fall);
        (tanh, tanh / size)
    };
    ratio / (1.0 + asymmetry * tanh.copysign(s))
}

impl GainUnit for SaturationUnit {
    fn detect(&mut self, start: i64, heard: &[&[f64]], controls: Controls<'_>) {
        let asymmetry = self.asymmetry;
        self.waves[0].raise(start, heard.iter().copied(), controls);
        for (bends, up) in self.bends.iter_mut().zip(&mut self.waves[0].up) {
            bends.clear();
            bends.extend(up.raised().iter().map(|&s| bend(s, asymmetry)));
        }
        let frames = heard.first().map_or(0, |channel| channel.len());
        for (which, factors) in (1..).zip(&mut self.factors) {
            factors.clear();
            for run in runs(start, frames) {
                factors.extend((0..run.frames).map(|i| controls.value(run, i, which)));
            }
        }
        self.moving = controls.is_moving();
        if self.moving {
            let [wet, dry] = &mut self.factors;
            self.late.process(&mut [wet, dry]);
        }
    }

    fn apply(&mut self, wave: usize, start: i64, channels: &mut [&mut [f64]], controls: Controls<'_>) {
        let state = &mut self.waves[wave];
        // What the signal itself is bent by was raised to be measured.
        if wave > 0 {
            let block: Vec<&[f64]> = channels.iter().map(|channel| &**channel).collect();
            state.raise(start, block.iter().copied(), controls);
        }
        state.lower(start, &self.bends, self.high_pass.as_ref());
        state.dry.process(channels);
        let [wet_factors, dry_factors] = &self.factors;
        for (channel, wet) in channels.iter_mut().zip(&state.wet) {
            let factors = wet_factors.iter().zip(dry_factors);
            for ((x, wet), (wet_factor, dry_factor)) in channel.iter_mut().zip(wet).zip(factors) {
                *x = dry_factor * *x + wet_factor * wet;
            }
        }
    }

    fn is_silent(&self) -> bool {
        !self.moving && self.waves.iter().all(Wave::is_silent)
    }

    fn is_wave_silent(&self, wave: usize) -> bool {
        self.waves[wave].is_silent()
    }

    fn pending(&self) -> u64 {
        self.waves.iter().map(|wave| wave.dry.pending()).max().unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::bend;

    /// Against libm's tanh, on both sides of the place where the series takes over.
    #[test]
    fn the_bend_is_its_law() {
        for a in [0.0, 0.3, 0.9] {
            for i in 1..4000 {
                let s = f64::from(i - 2000) * if i % 2 == 0 { 0.005 } else { 0.000_02 };
                if s != 0.0 {
                    let tanh = libm::tanh(s);
                    let law = tanh / (1.0 + a * tanh) / s;
                    assert!((bend(s, a) / law - 1.0).abs() < 2e-14, "{s} {a}");
                }
            }
            assert_eq!(bend(0.0, a), 1.0);
        }
    }
}

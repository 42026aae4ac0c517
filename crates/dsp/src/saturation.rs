//! Saturation: the bend once, its factor on every wave. The law is at [`stemwright_core::Saturation`].

use crate::cascade::cascade;
use crate::half_band::{Downsampler, Upsampler, round_trip};
use crate::limiter::drive;
use crate::line::Line;
use crate::section::cut;
use crate::since::since;
use crate::{Controls, GainUnit, Section, exp2};
use std::f64::consts::LOG2_E;
use stemwright_core::{BandKind, HALF_BANDS, Saturation};
use stemwright_simd::{multiply, peak, widest};

/// Frames that are raised, bent and brought down together, while they are near.
const PIECE: usize = 64;

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
    /// The signal, driven, and its g at the higher rate, by channel.
    raised: Vec<Vec<f64>>,
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
            raised: vec![Vec::new(); channels],
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
    /// By channel: the block driven, then what came of it.
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

    /// Drives a block.
    fn drive<'a>(&mut self, start: i64, block: impl Iterator<Item = &'a [f64]> + Clone, controls: Controls<'_>) {
        let frames = block.clone().next().map_or(0, <[f64]>::len);
        self.quiet = since(self.quiet, frames, block.clone(), |x| x != 0.0);
        for (channel, driven) in block.zip(&mut self.wet) {
            driven.clear();
            driven.extend_from_slice(channel);
            drive(start, driven, controls, 0);
        }
    }

    /// Raises a block that was driven, and measures by what it is bent.
    fn measure(&mut self, asymmetry: f64, raised: &mut [Vec<f64>], bends: &mut [Vec<f64>]) {
        for (((up, wet), raised), bends) in self.up.iter_mut().zip(&self.wet).zip(raised).zip(bends) {
            raised.clear();
            for piece in wet.chunks(PIECE) {
                raised.extend_from_slice(up.process(piece));
            }
            bends.resize(raised.len(), 0.0);
            let times = raised.len() / wet.len().max(1);
            let pieces = raised.chunks((times * PIECE).max(1));
            pieces.zip(bends.chunks_mut((times * PIECE).max(1))).for_each(|(s, g)| bend_all(s, asymmetry, g));
        }
    }

    /// Bends what was raised and brings it down; what was driven is raised first.
    fn bend(&mut self, mut raised: Option<&mut [Vec<f64>]>, bends: &[Vec<f64>]) {
        let channels = self.up.iter_mut().zip(&mut self.down).zip(&mut self.wet).zip(bends);
        for (number, (((up, down), wet), bends)) in channels.enumerate() {
            let times = bends.len() / wet.len().max(1);
            for (number_of_piece, wet) in wet.chunks_mut(PIECE).enumerate() {
                let at = times * PIECE * number_of_piece;
                let range = at..at + times * wet.len();
                let bent = match &mut raised {
                    Some(raised) => &mut raised[number][range.clone()],
                    None => up.process(wet),
                };
                multiply(bent, &bends[range]);
                wet.copy_from_slice(down.process(bent));
            }
        }
    }

    fn high_pass(&mut self, start: i64, coefficients: &[f64; 6]) {
        let mut wet: Vec<&mut [f64]> = self.wet.iter_mut().map(Vec::as_mut_slice).collect();
        cascade(start, &mut wet, &[*coefficients], std::slice::from_mut(&mut self.high_pass));
    }

    fn is_silent(&self) -> bool {
        self.quiet > self.emptied && self.dry.is_silent() && self.high_pass.iter().all(Section::is_silent)
    }
}

/// Below this size the series is tanh's.
const SMALL: f64 = 0.02;

/// tanh(s)/s = 1 − s²/3 + 2s⁴/15 − 17s⁶/315 + 62s⁸/2835 of a size below [`SMALL`]; what follows is below 10⁻¹⁹.
#[inline(always)]
fn series(size: f64) -> f64 {
    let square = size * size;
    1.0 - square * (1.0 / 3.0 - square * (2.0 / 15.0 - square * (17.0 / 315.0 - square * (62.0 / 2835.0))))
}

/// tanh of a size, and that divided by the size. Both ways are computed, so that a loop has no branch.
#[inline(always)]
fn tanh(size: f64) -> [f64; 2] {
    let series = series(size);
    let fall = exp2(-2.0 * LOG2_E * size);
    let tanh = (1.0 - fall) / (1.0 + fall);
    if size < SMALL { [size * series, series] } else { [tanh, tanh / size] }
}

/// f(s)/s of the law.
#[inline(always)]
fn bend(s: f64, asymmetry: f64) -> f64 {
    let [tanh, ratio] = tanh(s.abs());
    ratio / (1.0 + asymmetry * tanh.copysign(s))
}

/// [`bend`] of many.
fn bend_all(samples: &[f64], asymmetry: f64, bends: &mut [f64]) {
    let small = asymmetry == 0.0 && peak(samples) < SMALL;
    widest(
        #[inline(always)]
        || {
            let both = bends.iter_mut().zip(samples);
            if small {
                for (g, s) in both {
                    *g = series(s.abs());
                }
            } else if asymmetry == 0.0 {
                // The division by 1 left out.
                for (g, s) in both {
                    *g = tanh(s.abs())[1];
                }
            } else {
                for (g, s) in both {
                    *g = bend(*s, asymmetry);
                }
            }
        },
    );
}

impl GainUnit for SaturationUnit {
    fn detect(&mut self, start: i64, heard: &[&[f64]], controls: Controls<'_>) {
        self.waves[0].drive(start, heard.iter().copied(), controls);
        self.waves[0].measure(self.asymmetry, &mut self.raised, &mut self.bends);
        let frames = heard.first().map_or(0, |channel| channel.len());
        for (which, factors) in (1..).zip(&mut self.factors) {
            factors.resize(frames, 0.0);
            controls.write(start, which, factors);
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
        let raised = if wave == 0 { Some(self.raised.as_mut_slice()) } else { None };
        if raised.is_none() {
            state.drive(start, channels.iter().map(|channel| &**channel), controls);
        }
        state.bend(raised, &self.bends);
        if let Some(coefficients) = &self.high_pass {
            state.high_pass(start, coefficients);
        }
        state.dry.process(channels);
        let [wet_factors, dry_factors] = &self.factors;
        for (channel, wet) in channels.iter_mut().zip(&state.wet) {
            widest(
                #[inline(always)]
                || {
                    let factors = wet_factors.iter().zip(dry_factors);
                    for ((x, wet), (wet_factor, dry_factor)) in channel.iter_mut().zip(wet).zip(factors) {
                        *x = dry_factor * *x + wet_factor * wet;
                    }
                },
            );
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

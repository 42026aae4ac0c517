//! What is computed side by side is what would be computed alone, to the bit: an EQ beside its sections one by one, a
//! compressor beside its law frame by frame; with any number of sections and channels and any block.

use stemwright_core::{Band, BandKind, Compressor, Db, Detector, Eq, SampleRate, Unit};
use stemwright_dsp::{CompressorUnit, Controller, EqUnit, GainUnit, Linear, Section, design, exp2, log2};

const RATE: f64 = 48_000.0;
const GRID: i64 = 32;
const NOTHING: f64 = 1.0 / (1u64 << 48) as f64;

/// Noise, then silence in which states become nothing, then noise again.
fn signal(seed: u64, frames: usize) -> Vec<f64> {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut noise = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 11) as f64 / (1u64 << 52) as f64 - 1.0
    };
    let heard = |n: usize| !(frames / 5..frames / 2).contains(&n);
    (0..frames).map(|n| noise() * if heard(n) { 0.5 } else { 0.0 }).collect()
}

fn controller(unit: &Unit) -> Controller {
    Controller::of_unit(unit, 0, &[], SampleRate::new(RATE as u32).unwrap())
}

fn same(a: &[Vec<f64>], b: &[Vec<f64>]) -> bool {
    a.iter().flatten().map(|x| x.to_bits()).eq(b.iter().flatten().map(|x| x.to_bits()))
}

#[test]
fn an_eq_is_its_sections_one_after_the_other() {
    let kinds = [BandKind::LowShelf, BandKind::Bell, BandKind::HighShelf, BandKind::Bell];
    for sections in 1..=9 {
        let bands = (0..sections).map(|number| Band {
            kind: kinds[number % 4],
            freq: 900.0 * (number + 1) as f64,
            gain: Db(3.0 - number as f64),
            q: 0.7 + 0.2 * number as f64,
        });
        let eq = Eq { bands: bands.collect() };
        for channels in 1..=5 {
            let input: Vec<Vec<f64>> = (0..channels).map(|c| signal(100 + c, 4_000)).collect();
            let mut alone = input.clone();
            for band in &eq.bands {
                let coefficients = design(band, band.q, RATE);
                for channel in &mut alone {
                    let mut section = Section::default();
                    for (n, x) in channel.iter_mut().enumerate() {
                        if (n as i64 - 7).rem_euclid(GRID) == 0 {
                            section.settle();
                        }
                        *x = section.tick(*x, &coefficients);
                    }
                }
            }
            for block in [1, 2, 3, 5, 8, 31, 32, 100, 4_000] {
                let mut unit = EqUnit::new(&eq, channels as usize);
                let mut controller = controller(&Unit::Eq(eq.clone()));
                let mut together = input.clone();
                for start in (0..4_000).step_by(block) {
                    let range = start..4_000.min(start + block);
                    let mut slices: Vec<&mut [f64]> = together.iter_mut().map(|c| &mut c[range.clone()]).collect();
                    let first = start as i64 - 7;
                    unit.process(first, &mut slices, controller.block(first, range.len()));
                }
                assert!(same(&together, &alone), "{sections} sections, {channels} channels, blocks of {block}");
                assert!(!unit.is_silent());
            }
        }
    }
}

#[test]
fn a_compressor_is_its_law_frame_by_frame() {
    for (detector, knee) in [(Detector::Peak, 6.0), (Detector::Peak, 0.0), (Detector::Rms, 10.0)] {
        let c = Compressor { threshold: Db(-20.0), ratio: 4.0, knee, mix: 0.9, detector, ..Compressor::channel() };
        let input = [signal(1, 6_000), signal(2, 6_000)];
        let scale = 20.0 * std::f64::consts::LOG10_2 * if detector == Detector::Rms { 0.5 } else { 1.0 };
        let smoothing = |seconds: f64| libm::exp(-1.0 / (seconds * RATE));
        let (attack, release, averaging) = (smoothing(c.attack), smoothing(c.release), smoothing(0.005));
        let (mut reduction, mut peak, mut squares) = (0.0f64, 0.0f64, [0.0f64; 2]);
        let slope = 1.0 - 1.0 / c.ratio;
        let alone: Vec<f64> = (0..6_000)
            .map(|n| {
                if n % 32 == 0 {
                    reduction = if reduction < NOTHING { 0.0 } else { reduction };
                    peak = if peak < NOTHING { 0.0 } else { peak };
                    squares = squares.map(|square| if square < NOTHING * NOTHING { 0.0 } else { square });
                }
                let levels = [0, 1].map(|side: usize| {
                    let x = input[side][n];
                    squares[side] = averaging * squares[side] + (1.0 - averaging) * (x * x);
                    if detector == Detector::Rms { squares[side] } else { x.abs() }
                });
                let level = levels[0].max(levels[1]);
                let over =
                    if level < f64::MIN_POSITIVE { f64::NEG_INFINITY } else { scale * log2(level) - c.threshold.0 };
                let wanted = if 2.0 * over < -knee {
                    0.0
                } else if 2.0 * over.abs() <= knee && knee > 0.0 {
                    slope * (over + knee / 2.0) * (over + knee / 2.0) / (2.0 * knee)
                } else {
                    slope * over
                };
                if detector == Detector::Rms {
                    peak = wanted.max(release * peak + (1.0 - release) * wanted);
                    reduction = attack * reduction + (1.0 - attack) * peak;
                } else {
                    let alpha = if wanted > reduction { attack } else { release };
                    reduction = alpha * reduction + (1.0 - alpha) * wanted;
                }
                1.0 - c.mix + c.mix * exp2((c.makeup.0 - reduction) * (std::f64::consts::LOG2_10 / 20.0))
            })
            .collect();
        for block in [1, 3, 31, 32, 33, 1_000, 6_000] {
            let mut unit = CompressorUnit::new(&c, 2, RATE);
            let mut controller = controller(&Unit::Compressor(c.clone()));
            let mut gains = vec![vec![1.0; 6_000]];
            for start in (0..6_000).step_by(block) {
                let range = start..6_000.min(start + block);
                let controls = controller.block(start as i64, range.len());
                unit.detect(start as i64, &[&input[0][range.clone()], &input[1][range.clone()]], controls);
                unit.apply(0, start as i64, &mut [&mut gains[0][range]], controls);
            }
            assert!(same(&gains, std::slice::from_ref(&alone)), "{detector:?}, knee {knee}, blocks of {block}");
        }
    }
}

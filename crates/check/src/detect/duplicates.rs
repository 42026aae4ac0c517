//! Files that hold the same recording: found by their outlines, proven on every sample.

use crate::overview::Overview;
use std::path::Path;
use stemwright_audio::{FrameReader, Media};

/// A file that may be a duplicate.
pub(crate) struct Candidate<'a> {
    pub(crate) path: &'a Path,
    pub(crate) overview: &'a Overview,
    pub(crate) rate: u32,
    pub(crate) channels: usize,
    /// Of integers.
    pub(crate) bits: Option<u16>,
    pub(crate) lossless: bool,
}

/// That `other` = `gain` · `one`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Duplicate {
    pub(crate) one: usize,
    pub(crate) other: usize,
    pub(crate) gain: f64,
    /// What is left when that is taken away, of the level of the file.
    pub(crate) left: f64,
}

/// Pairs of the same recording; each file is the duplicate of the first one like it.
pub(crate) fn duplicates(files: &[Option<Candidate<'_>>], media: &dyn Media) -> Vec<Duplicate> {
    let mut found: Vec<Duplicate> = Vec::new();
    for (other, b) in files.iter().enumerate() {
        let Some(b) = b else { continue };
        for (one, a) in files[..other].iter().enumerate() {
            let Some(a) = a.as_ref().filter(|_| !found.iter().any(|pair| pair.other == one)) else { continue };
            if a.rate != b.rate || !alike(a, b) {
                continue;
            }
            if let Some((gain, left)) = same(a, b, media) {
                found.push(Duplicate { one, other, gain, left });
                break;
            }
        }
    }
    found
}

/// Whether one outline is the other, with one gain.
fn alike(a: &Candidate<'_>, b: &Candidate<'_>) -> bool {
    let (x, y) = (a.overview, b.overview);
    if x.frames_a_column != y.frames_a_column {
        return false;
    }
    let common = x.power.len().min(y.power.len());
    let sum = |power: &[f32]| power.iter().map(|x| f64::from(*x)).sum::<f64>();
    let (all, whole) = (sum(&x.power), sum(&y.power));
    // Silence after the end of the shorter one is no difference, sound is.
    if all <= 0.0 || whole <= 0.0 || sum(&x.power[common..]) + sum(&y.power[common..]) > 0.0 {
        return false;
    }
    let apart: f64 =
        x.power.iter().zip(&y.power).map(|(p, q)| (f64::from(*p) / all - f64::from(*q) / whole).abs()).sum();
    apart < if a.lossless && b.lossless { 2e-3 } else { 0.1 }
}

/// The gain, and what is left, if the samples are the same but for rounding, dither and lossy coding.
fn same(a: &Candidate<'_>, b: &Candidate<'_>, media: &dyn Media) -> Option<(f64, f64)> {
    const BLOCK: usize = 4096;
    let mut readers = [media.open(a.path, 0).ok()?, media.open(b.path, 0).ok()?];
    let mut planes = [vec![vec![0.0; BLOCK]; a.channels], vec![vec![0.0; BLOCK]; b.channels]];
    let [mut aa, mut ab, mut bb] = [0.0; 3];
    let mut samples = 0usize;
    loop {
        let got = [0, 1].map(|n| read(&mut *readers[n], &mut planes[n]));
        let [x, y] = &planes;
        for channel in 0..a.channels.max(b.channels) {
            // One channel is the same as two that are equal.
            let (x, y) = (&x[channel.min(a.channels - 1)], &y[channel.min(b.channels - 1)]);
            for (x, y) in x.iter().zip(y) {
                aa += x * x;
                ab += x * y;
                bb += y * y;
            }
            samples += BLOCK;
        }
        if got[0] < BLOCK && got[1] < BLOCK {
            break;
        }
    }
    if aa <= 0.0 || bb <= 0.0 || !(aa + bb).is_finite() {
        return None;
    }
    let gain = ab / aa;
    let left = ((bb - gain * ab).max(0.0) / samples as f64).sqrt();
    let level = (bb / samples as f64).sqrt();
    let lsb = |bits: Option<u16>| bits.map_or(0.0, |bits| libm::exp2(1.0 - f64::from(bits)));
    // Dither and rounding have a variance of q²/4 in each file.
    let rounding = 1.15 * (0.25 * (gain * lsb(a.bits) * gain * lsb(a.bits) + lsb(b.bits) * lsb(b.bits))).sqrt();
    let most = if a.lossless && b.lossless { rounding + 1e-5 * level } else { 0.1 * level };
    (left <= most && level > 10.0 * rounding).then_some((gain, left / level))
}

/// A block, with silence after the end.
fn read(reader: &mut dyn FrameReader, planes: &mut [Vec<f64>]) -> usize {
    let mut slices: Vec<&mut [f64]> = planes.iter_mut().map(Vec::as_mut_slice).collect();
    let got = reader.read(&mut slices).unwrap_or(0);
    planes.iter_mut().for_each(|plane| plane[got..].fill(0.0));
    got
}

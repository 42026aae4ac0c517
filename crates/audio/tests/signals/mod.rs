//! Signals that tests build, and what they read back.

// Each test program uses a part of this.
#![allow(dead_code)]

use std::path::Path;

use stemwright_audio::{AudioError, AudioWriter, Bext, Container, FileSpec, FrameReader, Media, SampleFormat, Written};
use stemwright_core::{Layout, SampleRate};

/// The same numbers on every run.
pub(crate) struct Random(pub(crate) u64);

impl Random {
    pub(crate) fn next(&mut self) -> u64 {
        // Steele, Lea and Flood, "Fast Splittable Pseudorandom Number Generators" (2014): SplitMix64.
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ self.0 >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ z >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ z >> 31
    }

    pub(crate) fn below(&mut self, end: usize) -> usize {
        (self.next() % end.max(1) as u64) as usize
    }
}

/// Low-passed noise below −6 dBFS, exact in f32, with an impulse that shows any displacement.
pub(crate) fn noise(channels: usize, frames: usize) -> Vec<Vec<f64>> {
    let plane = |channel| {
        let mut random = Random(channel as u64 + 1);
        let mut state = 0.0;
        let mut next = || {
            let white = random.next() as i32 as f64 / 2_147_483_648.0;
            state += 0.1 * (white - state);
            f64::from(state as f32)
        };
        let mut plane: Vec<f64> = (0..frames).map(|_| next()).collect();
        if let Some(sample) = plane.get_mut(frames / 2) {
            *sample = 0.5;
        }
        plane
    };
    (0..channels).map(plane).collect()
}

/// Tones at 0.01, 0.05 and 0.15 of the rate, the same in every channel: what a codec keeps, and what shows a
/// displacement by a single frame.
pub(crate) fn tones(channels: usize, frames: usize) -> Vec<Vec<f64>> {
    let tone = |n: usize, pitch: f64| (std::f64::consts::TAU * pitch * n as f64).sin() * 0.2;
    let plane = (0..frames).map(|n| f64::from((tone(n, 0.01) + tone(n, 0.05) + tone(n, 0.15)) as f32)).collect();
    vec![plane; channels]
}

/// As [`noise`], in 24-bit steps.
pub(crate) fn noise24(channels: usize, frames: usize) -> Vec<Vec<f64>> {
    let round = |x: f64| (x * 8_388_608.0).round() / 8_388_608.0;
    noise(channels, frames).into_iter().map(|plane| plane.into_iter().map(round).collect()).collect()
}

pub(crate) fn interleave<T>(planes: &[Vec<f64>], convert: impl Fn(f64) -> T) -> Vec<T> {
    let frames = planes.first().map_or(0, Vec::len);
    (0..frames).flat_map(|n| planes.iter().map(move |plane| plane[n])).map(convert).collect()
}

pub(crate) fn spec(rate: u32, channels: usize, format: SampleFormat) -> FileSpec {
    let rate = SampleRate::new(rate).unwrap();
    let layout = Layout::of_channels(channels).unwrap();
    let (container, bext) = (Container::Wav, Bext::default());
    FileSpec { container, rate, layout, format, bext, ixml: None, chunks: Vec::new() }
}

pub(crate) fn write_f32(path: &Path, rate: u32, planes: &[Vec<f64>]) -> Written {
    let mut writer = AudioWriter::create(path, &spec(rate, planes.len(), SampleFormat::Float32)).unwrap();
    writer.write_f32(&interleave(planes, |x| x as f32)).unwrap();
    writer.finish().unwrap()
}

pub(crate) fn write_pcm24(path: &Path, rate: u32, planes: &[Vec<f64>]) -> Written {
    let mut writer = AudioWriter::create(path, &spec(rate, planes.len(), SampleFormat::Pcm24)).unwrap();
    writer.write_integers(&interleave(planes, |x| (x * 8_388_608.0) as i32)).unwrap();
    writer.finish().unwrap()
}

/// Reads on in pieces of an odd size, at most `most` frames.
pub(crate) fn drain(reader: &mut dyn FrameReader, channels: usize, most: usize) -> Result<Vec<Vec<f64>>, AudioError> {
    let mut planes = vec![Vec::new(); channels];
    let mut piece = vec![vec![0.0; 4_099]; channels];
    while planes[0].len() < most {
        let wanted = (most - planes[0].len()).min(4_099);
        let mut slices: Vec<&mut [f64]> = piece.iter_mut().map(|plane| &mut plane[..wanted]).collect();
        let count = reader.read(&mut slices)?;
        for (plane, piece) in planes.iter_mut().zip(&piece) {
            plane.extend_from_slice(&piece[..count]);
        }
        if count < wanted {
            break;
        }
    }
    Ok(planes)
}

pub(crate) fn read_from(media: &dyn Media, path: &Path, from: u64, most: usize) -> Result<Vec<Vec<f64>>, AudioError> {
    let channels = media.info(path)?.channels;
    drain(&mut *media.open(path, from)?, channels, most)
}

pub(crate) fn read_all(media: &dyn Media, path: &Path) -> Result<Vec<Vec<f64>>, AudioError> {
    read_from(media, path, 0, usize::MAX)
}

/// In dB.
pub(crate) fn snr(signal: &[f64], other: &[f64]) -> f64 {
    let power: f64 = signal.iter().map(|x| x * x).sum();
    let error: f64 = signal.iter().zip(other).map(|(x, y)| (x - y) * (x - y)).sum();
    10.0 * (power / error).log10()
}

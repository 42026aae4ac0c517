//! Files of every container and format, to be written and read back.

// Each test program uses a part of this.
#![allow(dead_code)]

use std::path::Path;

use stemwright_audio::{AudioWriter, Container, FileSpec, SampleFormat, Written};
use stemwright_core::Layout;

use crate::signals::{interleave, noise, noise24, spec};

/// Every pair of container and format that exists.
pub(crate) const KINDS: [(Container, SampleFormat); 7] = [
    (Container::Wav, SampleFormat::Pcm16),
    (Container::Wav, SampleFormat::Pcm24),
    (Container::Wav, SampleFormat::Float32),
    (Container::Aiff, SampleFormat::Pcm16),
    (Container::Aiff, SampleFormat::Pcm24),
    (Container::Flac, SampleFormat::Pcm16),
    (Container::Flac, SampleFormat::Pcm24),
];

pub(crate) fn kind(container: Container, layout: Layout, format: SampleFormat) -> FileSpec {
    FileSpec { container, layout, ..spec(48_000, layout.channels(), format) }
}

/// Samples that the format holds exactly.
pub(crate) fn planes(spec: &FileSpec, frames: usize) -> Vec<Vec<f64>> {
    let channels = spec.layout.channels();
    match spec.format {
        SampleFormat::Float32 => noise(channels, frames),
        SampleFormat::Pcm24 => noise24(channels, frames),
        SampleFormat::Pcm16 => {
            let round = |x: f64| (x * 32_768.0).round() / 32_768.0;
            noise(channels, frames).into_iter().map(|plane| plane.into_iter().map(round).collect()).collect()
        }
    }
}

pub(crate) fn write_with(mut writer: AudioWriter, spec: &FileSpec, planes: &[Vec<f64>], piece: usize) -> Written {
    let scale = 2f64.powi(i32::from(spec.format.bits()) - 1);
    let piece = piece * spec.layout.channels();
    if spec.format == SampleFormat::Float32 {
        let samples = interleave(planes, |x| x as f32);
        samples.chunks(piece).for_each(|piece| writer.write_f32(piece).unwrap());
    } else {
        let samples = interleave(planes, |x| (x * scale) as i32);
        samples.chunks(piece).for_each(|piece| writer.write_integers(piece).unwrap());
    }
    writer.finish().unwrap()
}

pub(crate) fn write(path: &Path, spec: &FileSpec, planes: &[Vec<f64>], piece: usize) -> Written {
    write_with(AudioWriter::create(path, spec).unwrap(), spec, planes, piece)
}

/// The samples as they stand in a WAV file.
pub(crate) fn little_endian(spec: &FileSpec, planes: &[Vec<f64>]) -> Vec<u8> {
    let scale = 2f64.powi(i32::from(spec.format.bits()) - 1);
    match spec.format {
        SampleFormat::Pcm16 => interleave(planes, |x| ((x * scale) as i16).to_le_bytes()).concat(),
        SampleFormat::Pcm24 => {
            interleave(planes, |x| ((x * scale) as i32).to_le_bytes()).iter().flat_map(|b| b[..3].to_vec()).collect()
        }
        SampleFormat::Float32 => interleave(planes, |x| (x as f32).to_le_bytes()).concat(),
    }
}

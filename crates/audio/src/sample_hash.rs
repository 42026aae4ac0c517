//! The hash of the samples of a file, whatever is around them.

use sha2::{Digest, Sha256};

use crate::SampleFormat;
use crate::hash::hex;

/// SHA-256 of samples as [`crate::AudioWriter`] hashes them: interleaved and little-endian, in the file's own format.
#[derive(Debug)]
pub struct SampleHash {
    format: SampleFormat,
    hash: Sha256,
    bytes: Vec<u8>,
}

impl SampleHash {
    /// Of no samples yet.
    pub fn new(format: SampleFormat) -> Self {
        Self { format, hash: Sha256::new(), bytes: Vec::new() }
    }

    /// Adds a block, one slice a channel, equal lengths: full scale at ±1, as readers give it. Integers must come from files of as
    /// many bits or fewer.
    pub fn block(&mut self, channels: &[&[f64]]) {
        let frames = channels.first().map_or(0, |samples| samples.len());
        self.bytes.clear();
        self.bytes.resize(frames * channels.len() * self.format.bytes(), 0);
        match self.format {
            SampleFormat::Pcm16 => pack::<2>(&mut self.bytes, channels, |x| ((x * 32_768.0) as i16).to_le_bytes()),
            SampleFormat::Pcm24 => pack::<3>(&mut self.bytes, channels, |x| {
                let [a, b, c, _] = ((x * 8_388_608.0) as i32).to_le_bytes();
                [a, b, c]
            }),
            SampleFormat::Float32 => pack::<4>(&mut self.bytes, channels, |x| (x as f32).to_le_bytes()),
        }
        self.hash.update(&self.bytes);
    }

    /// In lower-case hex.
    pub fn finish(self) -> String {
        hex(&self.hash.finalize())
    }
}

fn pack<const N: usize>(bytes: &mut [u8], channels: &[&[f64]], value: impl Fn(f64) -> [u8; N]) {
    let samples = bytes.as_chunks_mut::<N>().0;
    for (channel, plane) in channels.iter().enumerate() {
        for (to, x) in samples[channel..].iter_mut().step_by(channels.len()).zip(*plane) {
            *to = value(*x);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{AudioWriter, Bext, Container, FileSpec};
    use stemwright_core::{Layout, SampleRate};

    #[test]
    fn it_is_that_of_the_writer() {
        let folder = tempfile::tempdir().unwrap();
        let values: Vec<i32> = (0..2_000).map(|n: i32| n.wrapping_mul(-7_919) % 30_000).collect();
        for (format, full) in [(SampleFormat::Pcm16, 32_768.0), (SampleFormat::Pcm24, 8_388_608.0)] {
            let spec = FileSpec {
                container: Container::Wav,
                rate: SampleRate::new(48_000).unwrap(),
                layout: Layout::Stereo,
                format,
                bext: Bext::default(),
                ixml: None,
                chunks: Vec::new(),
            };
            let mut writer = AudioWriter::create(&folder.path().join("a.wav"), &spec).unwrap();
            writer.write_integers(&values).unwrap();
            let written = writer.finish().unwrap();
            let plane = |channel: usize| -> Vec<f64> {
                values[channel..].iter().step_by(2).map(|value| f64::from(*value) / full).collect()
            };
            let planes = [plane(0), plane(1)];
            let mut hash = SampleHash::new(format);
            // In pieces that fit nothing.
            for at in (0..1_000).step_by(333) {
                let piece = |plane: usize| &planes[plane][at..(at + 333).min(1_000)];
                hash.block(&[piece(0), piece(1)]);
            }
            assert_eq!(Some(hash.finish()), written.pcm_sha256);
        }
    }
}

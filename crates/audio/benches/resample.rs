//! How much faster than real time a stereo file is read at another rate on one thread, and how long the first reader of
//! a ratio waits for its kernel: `cargo bench -p stemwright-audio --bench resample`.

use std::hint::black_box;
use std::path::Path;
use std::time::Instant;

use stemwright_audio::{AudioError, FrameReader, Media, MediaInfo, open_at};
use stemwright_core::SampleRate;

const SECONDS: u64 = 20;
/// As the engine reads.
const BLOCK: usize = 8_192;

/// Noise without a file, so that only the resampler is measured.
struct Noise(SampleRate);

impl Media for Noise {
    fn info(&self, _: &Path) -> Result<MediaInfo, AudioError> {
        let frames = u64::from(self.0.hz()) * SECONDS;
        Ok(MediaInfo::new(self.0, 2, frames))
    }

    fn open(&self, _: &Path, _: u64) -> Result<Box<dyn FrameReader>, AudioError> {
        Ok(Box::new(NoiseReader(1)))
    }
}

struct NoiseReader(u32);

impl FrameReader for NoiseReader {
    fn read(&mut self, out: &mut [&mut [f64]]) -> Result<usize, AudioError> {
        for x in out.iter_mut().flat_map(|plane| plane.iter_mut()) {
            self.0 = self.0.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            *x = f64::from(self.0 as i32) / 2_147_483_648.0;
        }
        Ok(out[0].len())
    }
}

fn main() {
    for (from, to) in [
        (44_100, 48_000),
        (48_000, 44_100),
        (48_000, 96_000),
        (44_100, 192_000),
        (11_025, 192_000),
        (47_952, 48_000),
        (96_000, 44_100),
        (96_000, 48_000),
        (192_000, 48_000),
        (384_000, 44_100),
        (44_099, 48_000),
        (383_999, 44_100),
    ] {
        let rate = |hz| SampleRate::new(hz).expect("an accepted rate");
        let media = Noise(rate(from));
        let opening = Instant::now();
        let mut reader = open_at(&media, Path::new("noise"), 0, rate(to)).expect("noise always opens");
        let opened = opening.elapsed().as_secs_f64();
        let start = Instant::now();
        let (mut left, mut right) = (vec![0.0; BLOCK], vec![0.0; BLOCK]);
        while reader.read(&mut [&mut left, &mut right]).expect("noise never ends badly") == BLOCK {
            black_box(&left);
        }
        let speed = SECONDS as f64 / start.elapsed().as_secs_f64();
        eprintln!("{from:>7} → {to:<7} {speed:6.0} × real time, kernel in {:6.1} ms", opened * 1e3);
    }
}

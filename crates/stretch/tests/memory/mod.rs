//! Sound in memory, and what the stretcher makes of it.

use std::path::Path;
use stemwright_audio::{AudioError, FrameReader, Media, MediaInfo};
use stemwright_core::{SampleRate, Warp};
use stemwright_stretch::open_warped;

/// One file, whatever it is called.
pub(crate) struct Memory {
    pub(crate) hz: u32,
    pub(crate) planes: Vec<Vec<f64>>,
}

struct Reader {
    planes: Vec<Vec<f64>>,
    at: usize,
}

impl Media for Memory {
    fn info(&self, _: &Path) -> Result<MediaInfo, AudioError> {
        let rate = SampleRate::new(self.hz).expect("a rate");
        Ok(MediaInfo::new(rate, self.planes.len(), self.planes[0].len() as u64))
    }

    fn open(&self, _: &Path, from: u64) -> Result<Box<dyn FrameReader>, AudioError> {
        Ok(Box::new(Reader { planes: self.planes.clone(), at: from as usize }))
    }
}

impl FrameReader for Reader {
    fn read(&mut self, out: &mut [&mut [f64]]) -> Result<usize, AudioError> {
        let left = self.planes[0].len().saturating_sub(self.at);
        let count = out[0].len().min(left);
        for (out, plane) in out.iter_mut().zip(&self.planes) {
            out[..count].copy_from_slice(&plane[self.at..self.at + count]);
        }
        self.at += count;
        Ok(count)
    }
}

impl Memory {
    pub(crate) fn new(planes: Vec<Vec<f64>>) -> Self {
        Self { hz: 48_000, planes }
    }

    /// What a warp makes of it, read in blocks of `block` frames to its end.
    pub(crate) fn warped(&self, warp: &Warp, block: usize) -> Vec<Vec<f64>> {
        assert_eq!(warp.wrong(), None);
        let rate = SampleRate::new(self.hz).expect("a rate");
        let mut reader = open_warped(self, Path::new("x"), warp, rate).expect("opens");
        let mut out = vec![Vec::new(); self.planes.len()];
        let mut buffers = vec![vec![f64::NAN; block]; self.planes.len()];
        loop {
            let mut slices: Vec<&mut [f64]> = buffers.iter_mut().map(Vec::as_mut_slice).collect();
            let got = reader.read(&mut slices).expect("reads");
            for (out, buffer) in out.iter_mut().zip(&buffers) {
                out.extend_from_slice(&buffer[..got]);
            }
            if got < block {
                return out;
            }
        }
    }
}

/// Numbers in −1…1 that look random.
pub(crate) fn noise(seed: u64) -> impl FnMut() -> f64 {
    let mut state = seed;
    move || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 11) as f64 / (1u64 << 52) as f64 - 1.0
    }
}

//! Stops at samples that no programme material holds.

use std::path::PathBuf;

use stemwright_core::SampleRate;

use crate::{AudioError, FrameReader};

/// +60 dBFS. Garbage in real exports goes to 1e8; nothing that was meant goes here.
pub(crate) const LOUDEST: f64 = 1000.0;

/// Passes frames on while they are numbers within [`LOUDEST`].
pub(crate) struct Finite {
    pub(crate) inner: Box<dyn FrameReader>,
    pub(crate) file: PathBuf,
    pub(crate) rate: SampleRate,
    /// The next frame.
    pub(crate) frame: u64,
    pub(crate) finished: bool,
    /// Integers need no look.
    pub(crate) looks: bool,
}

impl FrameReader for Finite {
    fn read(&mut self, out: &mut [&mut [f64]]) -> Result<usize, AudioError> {
        if self.finished {
            return Ok(0);
        }
        let result = self.inner.read(out);
        self.finished = result.is_err();
        let frames = result?;
        if !self.looks || self.inner.has_looked() {
            self.frame += frames as u64;
            return Ok(frames);
        }
        let first = out
            .iter()
            .enumerate()
            .filter_map(|(channel, plane)| first_bad(&plane[..frames]).map(|index| (index, channel)))
            .min();
        if let Some((index, channel)) = first {
            self.finished = true;
            let frame = self.frame + index as u64;
            return Err(AudioError::bad_sample(&self.file, self.rate, frame, channel + 1, out[channel][index]));
        }
        self.frame += frames as u64;
        Ok(frames)
    }
}

fn bad(value: f64) -> bool {
    // A NaN is not within either.
    value.is_nan() || value.abs() > LOUDEST
}

fn first_bad(samples: &[f64]) -> Option<usize> {
    // Searched only where there is one; the peak of what is not a number is infinite.
    if stemwright_simd::peak(samples) <= LOUDEST {
        return None;
    }
    samples.iter().position(|x| bad(*x))
}

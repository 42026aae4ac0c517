//! Files at another rate than their own: a fixed polyphase windowed sinc, the same bits on every machine.
//!
//! Output frame n stands for the time n/rate exactly, so nothing is early or late: the kernel is symmetric and looks as
//! far ahead as back. Before the first frame of a file and after its last there is silence. Flat to 20 kHz at 44.1 kHz
//! (0.907 of the lower Nyquist frequency); images and aliases are below −140 dB.

mod kernel;

use std::path::Path;
use std::sync::Arc;

use stemwright_core::SampleRate;

use self::kernel::{Kernel, ratio};
use crate::{AudioError, FrameReader, Media, MediaInfo};

/// Source frames that are taken in at once, beside the kernel's length. Few, because a session may have thousands of
/// readers.
const PIECE: usize = 1024;
/// Sums that run side by side, in an order of our own, so that a compiler can vectorise without changing a bit. With
/// 16, eight pairs hide the latency of an addition: twice as fast as with 8.
const LANES: usize = 16;

/// How many frames a file of `frames` has at another rate: up to the last that begins before the file ends.
pub fn resampled_frames(frames: u64, from: SampleRate, to: SampleRate) -> u64 {
    let product = u128::from(frames) * u128::from(to.hz());
    u64::try_from(product.div_ceil(u128::from(from.hz()))).unwrap_or(u64::MAX)
}

/// Opens a file at a session's rate, where `from` and what is read count frames of that rate. As with [`Media::open`],
/// frame n has the same bits wherever reading began and however much is read at once. A file of that rate is read as it
/// is.
///
/// The source is read from half a kernel before the first frame wanted to half a kernel after the last, and no further.
///
/// # Errors
/// As [`Media::info`]. Places in errors are frames of the file, at its own rate.
pub fn open_at(media: &dyn Media, file: &Path, from: u64, to: SampleRate) -> Result<Box<dyn FrameReader>, AudioError> {
    let info = media.info(file)?;
    if info.rate == to {
        return media.open(file, from);
    }
    Ok(Box::new(Resampler::new(&info, from, to, |start| media.open(file, start))?))
}

/// A reader at another rate than its source.
pub struct Resampler {
    source: Box<dyn FrameReader>,
    kernel: Arc<Kernel>,
    /// Source frames by channel, at most a kernel and a [`PIECE`] of them; silence around the file is in them.
    planes: Vec<Vec<f64>>,
    /// Where in them the kernel of the next output frame begins.
    at: usize,
    /// How far the next output frame is past the source frame that its kernel is around, of [`Kernel::phases`].
    phase: u64,
    /// Output frames not yet read.
    left: u64,
    /// Whether the source has no more, so that silence follows.
    ended: bool,
    /// Space for a row of weights.
    row: Vec<f64>,
}

impl Resampler {
    /// Reads what `info` describes at the rate `to`, beginning with frame `from` at that rate. `open` gives a reader of
    /// the source from the frame on that it is told, at the source's own rate.
    ///
    /// # Errors
    /// Those of `open`.
    pub fn new(
        info: &MediaInfo,
        from: u64,
        to: SampleRate,
        open: impl FnOnce(u64) -> Result<Box<dyn FrameReader>, AudioError>,
    ) -> Result<Self, AudioError> {
        let kernel = Kernel::shared(info.rate, to);
        let frames = resampled_frames(info.frames, info.rate, to);
        let from = from.min(frames);
        let (phases, step) = ratio(info.rate, to);
        let place = u128::from(from) * u128::from(step);
        // At most `info.frames`, up to rounding up.
        let around = (place / u128::from(phases)) as u64;
        let before = kernel.half as u64 - 1;
        let silent = before.saturating_sub(around) as usize;
        Ok(Self {
            source: open(around.saturating_sub(before))?,
            planes: vec![vec![0.0; silent]; info.channels],
            at: 0,
            phase: (place % u128::from(phases)) as u64,
            left: frames - from,
            ended: false,
            row: vec![0.0; kernel.length()],
            kernel,
        })
    }

    /// Takes in what the next `wanted` output frames need, or the first of them if that is much; returns how many can
    /// be made.
    fn fill(&mut self, wanted: usize) -> Result<usize, AudioError> {
        let (phases, step) = (self.kernel.phases, self.kernel.step);
        let (length, most) = (self.kernel.length(), self.kernel.length() + PIECE);
        // More than this do not come of a piece, as a rate is at most 48 times another.
        let wanted = wanted.min(PIECE * 64) as u64;
        let last = (self.phase + (wanted - 1) * step) / phases;
        self.take_in(most.min(last as usize + length), most)?;
        let beyond = (self.planes[0].len() - self.at - length) as u64;
        Ok((((beyond + 1) * phases - self.phase).div_ceil(step)).min(wanted) as usize)
    }

    /// Makes the planes hold `needed` source frames from `at` on.
    fn take_in(&mut self, needed: usize, most: usize) -> Result<(), AudioError> {
        if self.at + needed > most {
            for plane in &mut self.planes {
                plane.copy_within(self.at.., 0);
                plane.truncate(plane.len() - self.at);
            }
            self.at = 0;
        }
        let (held, target) = (self.planes[0].len(), self.at + needed);
        if held >= target {
            return Ok(());
        }
        self.planes.iter_mut().for_each(|plane| plane.resize(target, 0.0));
        if self.ended {
            return Ok(());
        }
        let mut slices: Vec<&mut [f64]> = self.planes.iter_mut().map(|plane| &mut plane[held..]).collect();
        let count = self.source.read(&mut slices)?;
        slices.iter_mut().for_each(|slice| slice[count..].fill(0.0));
        self.ended = count < target - held;
        Ok(())
    }

    /// Writes one output frame and moves on to the next.
    fn step(&mut self, out: &mut [&mut [f64]], index: usize) {
        let row = self.kernel.row(self.phase, &mut self.row);
        for (plane, out) in self.planes.iter().zip(out) {
            out[index] = dot(row, &plane[self.at..self.at + row.len()]);
        }
        self.phase += self.kernel.step;
        self.at += (self.phase / self.kernel.phases) as usize;
        self.phase %= self.kernel.phases;
    }
}

impl FrameReader for Resampler {
    fn read(&mut self, out: &mut [&mut [f64]]) -> Result<usize, AudioError> {
        let most = usize::try_from(self.left).unwrap_or(usize::MAX);
        let wanted = out.first().map_or(0, |plane| plane.len()).min(most);
        let mut done = 0;
        while done < wanted {
            let count = match self.fill(wanted - done) {
                Ok(count) => count,
                Err(error) => {
                    self.left = 0;
                    return Err(error);
                }
            };
            for index in done..done + count {
                self.step(out, index);
            }
            done += count;
            self.left -= count as u64;
        }
        Ok(done)
    }
}

/// Σ aᵢbᵢ, always in the same order; both are whole groups of [`LANES`].
fn dot(a: &[f64], b: &[f64]) -> f64 {
    let mut sums = [0.0; LANES];
    let ((a, _), (b, _)) = (a.as_chunks::<LANES>(), b.as_chunks::<LANES>());
    for (a, b) in a.iter().zip(b) {
        for lane in 0..LANES {
            sums[lane] += a[lane] * b[lane];
        }
    }
    sums.iter().fold(0.0, |sum, lane| sum + lane)
}

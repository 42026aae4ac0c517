//! What FLAC and AAC have in common: samples come in blocks, from the front, and some of them are thrown away.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

use crate::{AudioError, FrameReader};

/// A decoder that yields one block after another.
pub(crate) trait Blocks: Send {
    /// Decodes the next block and returns its length in frames; `None` at the end.
    fn next(&mut self) -> Result<Option<usize>, AudioError>;

    /// Copies frames `from..from + out.len()` of one channel of the last block.
    fn copy(&self, channel: usize, from: usize, out: &mut [f64]);
}

/// Frames of a block decoder, without those that the reader was told to skip and not beyond those it was told to read.
pub(crate) struct BlockReader<B> {
    blocks: B,
    file: PathBuf,
    /// Decoded frames still to discard.
    skip: u64,
    /// The next frame of the file, for messages.
    frame: u64,
    /// Where the file ends.
    end: u64,
    /// The part of the last block not yet given out.
    ready: std::ops::Range<usize>,
}

impl<B: Blocks> BlockReader<B> {
    /// Reads from frame `from` to `end`, which are `skip` frames away from where the decoder now is.
    pub(crate) fn new(blocks: B, file: PathBuf, skip: u64, from: u64, end: u64) -> Self {
        Self { blocks, file, skip, frame: from.min(end), end, ready: 0..0 }
    }

    /// Decodes until something is ready.
    fn advance(&mut self) -> Result<(), AudioError> {
        while self.ready.is_empty() {
            let Some(length) = self.blocks.next()? else {
                let missing = self.end - self.frame;
                return Err(AudioError::Truncated {
                    file: self.file.clone(),
                    what: format!(
                        "it promises {} frames, but nothing can be decoded from frame {} on ({missing} are missing)",
                        self.end, self.frame
                    ),
                    missing: Some(missing),
                    hint: "export it again".into(),
                });
            };
            let skipped = self.skip.min(length as u64);
            self.skip -= skipped;
            self.ready = skipped as usize..length;
        }
        Ok(())
    }
}

impl<B: Blocks> FrameReader for BlockReader<B> {
    fn read(&mut self, out: &mut [&mut [f64]]) -> Result<usize, AudioError> {
        let wanted = out.first().map_or(0, |plane| plane.len() as u64).min(self.end - self.frame) as usize;
        let mut done = 0;
        while done < wanted {
            self.advance()?;
            let count = self.ready.len().min(wanted - done);
            for (channel, plane) in out.iter_mut().enumerate() {
                self.blocks.copy(channel, self.ready.start, &mut plane[done..done + count]);
            }
            self.ready.start += count;
            self.frame += count as u64;
            done += count;
        }
        Ok(done)
    }
}

/// Runs a step of a decoder that others wrote. Should foreign bytes make it panic, that is a damaged file and not the
/// end of a bounce. The decoder is not used again.
pub(crate) fn guarded<T>(
    file: &Path,
    place: &str,
    step: impl FnOnce() -> symphonia::core::errors::Result<T>,
) -> Result<T, AudioError> {
    use symphonia::core::errors::Error;
    match catch_unwind(AssertUnwindSafe(step)) {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(Error::IoError(error))) if error.kind() != std::io::ErrorKind::UnexpectedEof => {
            Err(AudioError::io(file, "read", error))
        }
        Ok(Err(Error::LimitError(what))) => Err(AudioError::limit(file, format!("{what}, {place}"))),
        Ok(Err(error)) => Err(AudioError::malformed(file, format!("{error}, {place}"))),
        Err(_) => Err(AudioError::malformed(file, format!("the decoder gave up {place}"))),
    }
}

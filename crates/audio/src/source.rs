//! Bytes to parse: a file through the handle pool, or memory.

use std::io::{self, Read, Seek, SeekFrom};

/// Seekable bytes of known length. `Sync` because the decoders ask for it.
pub(crate) trait Source: Read + Seek + Send + Sync {
    /// The length in bytes when it was opened.
    fn length(&self) -> u64;
}

impl<T: AsRef<[u8]> + Send + Sync> Source for io::Cursor<T> {
    fn length(&self) -> u64 {
        self.get_ref().as_ref().len() as u64
    }
}

impl Source for Box<dyn Source> {
    fn length(&self) -> u64 {
        (**self).length()
    }
}

/// Reads exactly `buffer.len()` bytes at `offset`.
pub(crate) fn read_at(source: &mut dyn Source, offset: u64, buffer: &mut [u8]) -> io::Result<()> {
    source.seek(SeekFrom::Start(offset))?;
    source.read_exact(buffer)
}

/// Reads up to `buffer.len()` bytes at `offset`: fewer only where the source ends.
pub(crate) fn read_some(source: &mut dyn Source, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
    source.seek(SeekFrom::Start(offset))?;
    let mut filled = 0;
    while filled < buffer.len() {
        match source.read(&mut buffer[filled..]) {
            Ok(0) => break,
            Ok(count) => filled += count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}

/// The first `N` bytes of `bytes`, or zeros past its end: for fixed fields of headers already known to be there.
pub(crate) fn field<const N: usize>(bytes: &[u8], at: usize) -> [u8; N] {
    let mut out = [0; N];
    if let Some(slice) = at.checked_add(N).and_then(|end| bytes.get(at..end)) {
        out.copy_from_slice(slice);
    }
    out
}

//! A file that is being written: every operation on it can be made to fail.

use std::fs::File;
use std::io::{self, Seek, SeekFrom, Write};
use std::path::Path;

use crate::faults;

#[derive(Debug)]
pub(crate) struct Outlet {
    file: File,
}

impl Outlet {
    /// Creates the file, or replaces one that is there.
    pub(crate) fn create(path: &Path) -> io::Result<Self> {
        faults::point("create a file")?;
        Ok(Self { file: File::create(path)? })
    }

    /// Appends.
    pub(crate) fn append(&mut self, bytes: &[u8], operation: &str) -> io::Result<()> {
        faults::write_all(&mut self.file, bytes, operation)
    }

    /// Fills in what was not known when it was passed. Nothing is appended afterwards.
    pub(crate) fn put(&mut self, at: u64, bytes: &[u8]) -> io::Result<()> {
        self.file.seek(SeekFrom::Start(at))?;
        faults::write_all(&mut self.file, bytes, "complete a header")
    }

    /// Waits until the disk has everything.
    pub(crate) fn sync(&mut self) -> io::Result<()> {
        faults::point("sync a file")?;
        self.file.flush()?;
        self.file.sync_all()
    }
}

//! One run at a time into one target.

use std::fs::{self, File, TryLockError};
use std::io;
use std::path::PathBuf;

use crate::faults;

/// Held until dropped, or until the program ends in whatever way.
#[derive(Debug)]
pub(super) struct Lock {
    path: PathBuf,
    _file: File,
}

impl Lock {
    /// `None` when another run holds it.
    pub(super) fn take(path: PathBuf) -> io::Result<Option<Self>> {
        loop {
            faults::point("create the lock")?;
            let file = fs::OpenOptions::new().create(true).truncate(false).write(true).open(&path)?;
            faults::point("lock")?;
            match file.try_lock() {
                Ok(()) => {}
                Err(TryLockError::WouldBlock) => return Ok(None),
                // No locks on this file system (some network drives): better without than not at all.
                Err(TryLockError::Error(error)) if error.kind() == io::ErrorKind::Unsupported => {}
                Err(TryLockError::Error(error)) => return Err(error),
            }
            // Whoever held it before may have removed the file between our opening and our locking it.
            if is_still(&file, &path)? {
                return Ok(Some(Self { path, _file: file }));
            }
        }
    }
}

#[cfg(unix)]
fn is_still(file: &File, path: &std::path::Path) -> io::Result<bool> {
    use std::os::unix::fs::MetadataExt;
    let ours = file.metadata()?;
    Ok(fs::metadata(path).is_ok_and(|there| (there.dev(), there.ino()) == (ours.dev(), ours.ino())))
}

#[cfg(not(unix))]
fn is_still(_file: &File, path: &std::path::Path) -> io::Result<bool> {
    Ok(path.exists())
}

impl Drop for Lock {
    fn drop(&mut self) {
        // Removed while it is still locked: see `take`.
        let _ = faults::point("remove the lock").and_then(|()| fs::remove_file(&self.path));
        let _ = faults::point("end");
    }
}

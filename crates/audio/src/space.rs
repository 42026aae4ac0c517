//! How much room a drive has.

use std::path::Path;

/// Bytes that an ordinary user may still write where `path` is or will be; `None` where that cannot be known.
#[cfg(unix)]
pub fn free_space(path: &Path) -> Option<u64> {
    let absolute = std::path::absolute(path).ok()?;
    let there = absolute.ancestors().find(|ancestor| ancestor.exists())?;
    let stat = rustix::fs::statvfs(there).ok()?;
    stat.f_bavail.checked_mul(stat.f_frsize)
}

/// Bytes that an ordinary user may still write where `path` is or will be; `None` where that cannot be known.
#[cfg(not(unix))]
pub fn free_space(_path: &Path) -> Option<u64> {
    None
}

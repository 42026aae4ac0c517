//! Two folders change places. In one step where the system has one, so that nobody ever sees neither or a mixture.
//! Elsewhere in two renames; what a run leaves that is killed between them, the next one completes.

use std::io;
use std::path::Path;

use super::rename;
use crate::faults;

/// Puts `new` at `target`. What was there is afterwards at `new` or, where the system cannot exchange, at `free` (a
/// name in the same folder that nothing has); returns which. After an error all is as it was, or it says where that is.
pub(super) fn exchange<'a>(new: &'a Path, target: &Path, free: &'a Path) -> io::Result<&'a Path> {
    let at_once = if faults::in_turns() { None } else { at_once(new, target) };
    match at_once {
        Some(Ok(())) => Ok(new),
        Some(Err(error)) if !refused(&error) => Err(error),
        _ => in_turn(new, target, free).map(|()| free),
    }
}

#[cfg(any(target_os = "linux", target_os = "android", target_vendor = "apple"))]
fn at_once(new: &Path, target: &Path) -> Option<io::Result<()>> {
    use rustix::fs::{CWD, RenameFlags, renameat_with};
    if let Err(error) = faults::point("exchange the sets") {
        return Some(Err(error));
    }
    Some(renameat_with(CWD, new, CWD, target, RenameFlags::EXCHANGE).map_err(Into::into))
}

#[cfg(not(any(target_os = "linux", target_os = "android", target_vendor = "apple")))]
fn at_once(_new: &Path, _target: &Path) -> Option<io::Result<()>> {
    None
}

/// File systems without the exchange (FAT, some network drives) say so in different words.
fn refused(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::Unsupported | io::ErrorKind::InvalidInput)
}

fn in_turn(new: &Path, target: &Path, free: &Path) -> io::Result<()> {
    rename(target, free)?;
    rename(new, target).map_err(|error| match rename(free, target) {
        Ok(()) => error,
        Err(_) => {
            let whole = format!("{error}; what stood there is whole in {}: run again to put it right", free.display());
            io::Error::new(error.kind(), whole)
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn folders_change_places_at_once_and_in_turn() {
        let folder = tempfile::tempdir().unwrap();
        let [new, target, free] = ["new", "target", "free"].map(|name| folder.path().join(name));
        fs::create_dir(&new).unwrap();
        fs::create_dir(&target).unwrap();
        fs::write(new.join("n"), "").unwrap();
        fs::write(target.join("t"), "").unwrap();
        let old = exchange(&new, &target, &free).unwrap();
        assert!(target.join("n").exists() && old.join("t").exists());
        if cfg!(target_os = "linux") {
            assert!(old == new && !free.exists());
        }
        let (new, free) = if old == new { (new, free) } else { (free, new) };
        in_turn(&new, &target, &free).unwrap();
        assert!(target.join("t").exists() && free.join("n").exists() && !new.exists());
        // What is to be put there is missing: the target stays.
        fs::remove_dir_all(&free).unwrap();
        assert!(in_turn(&new, &target, &free).is_err());
        assert!(target.join("t").exists() && !free.exists());
    }
}

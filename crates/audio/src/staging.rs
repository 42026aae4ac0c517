//! A set of files that replaces another as one whole, or not at all.

mod exchange;
mod lock;

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use crate::AudioError;
use lock::Lock;

/// What becomes of the folder that was there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Replaced {
    /// It is deleted. Only for a caller who has verified that every file in it is one that a run wrote.
    Delete,
    /// It is moved aside whole, to `NAME.old-1` or the first free number.
    Keep,
}

/// A folder beside the target, to be filled and then put in the target's place.
///
/// Dropped without [`Staging::commit`], it takes itself away and leaves the target as it was. A run that is killed
/// leaves the folder behind; the next into the same target removes it.
#[derive(Debug)]
pub struct Staging {
    places: Places,
    /// Folders made to hold the target, outermost first.
    made: Vec<PathBuf>,
    committed: bool,
    /// Held to the end; an option only so that it can go before the folder that it stands in.
    lock: Option<Lock>,
}

/// The folders of one exchange, all in the same parent.
#[derive(Debug)]
struct Places {
    target: PathBuf,
    /// Where the new set is written. A rest found here is of no use to anybody.
    new: PathBuf,
    /// Where a set stands for a moment that must not be lost: a rest found here is moved aside, never deleted.
    swap: PathBuf,
}

impl Places {
    fn of(target: &Path) -> io::Result<Self> {
        let invalid = || io::Error::new(io::ErrorKind::InvalidInput, "the path does not name a folder");
        let absolute = std::path::absolute(target)?;
        // Through a symbolic link, so that the link stays and what it points to is replaced.
        let target = if absolute.is_symlink() { fs::canonicalize(&absolute)? } else { absolute };
        let name = target.file_name().ok_or_else(invalid)?;
        let beside = |ending: &str| {
            let mut hidden = std::ffi::OsString::from(".");
            hidden.push(name);
            hidden.push(ending);
            target.with_file_name(hidden)
        };
        Ok(Self { new: beside(".stemwright-new"), swap: beside(".stemwright-swap"), target })
    }

    fn lock(&self) -> PathBuf {
        self.new.with_extension("stemwright-lock")
    }

    /// The first `NAME.old-N` that is free.
    fn aside(&self) -> PathBuf {
        let name = self.target.file_name().unwrap_or_default();
        let numbered = (1u32..).map(|number| {
            let mut aside = name.to_os_string();
            aside.push(format!(".old-{number}"));
            self.target.with_file_name(aside)
        });
        // A dangling link is in the way as well.
        numbered.into_iter().find(|path| fs::symlink_metadata(path).is_err()).unwrap_or_else(|| self.swap.clone())
    }
}

impl Staging {
    /// Makes an empty folder beside `target`, which may exist or not; its parent is made where it is missing.
    ///
    /// # Errors
    /// When another run is writing to the same target, the target is a file, or the system refuses.
    pub fn begin(target: &Path) -> Result<Self, AudioError> {
        let write = |error| AudioError::io(target, "write", error);
        let places = Places::of(target).map_err(write)?;
        if places.target.exists() && !places.target.is_dir() {
            let what = "is a file, where a folder is to be written";
            return Err(AudioError::unsupported(target, what, "name another folder with -o"));
        }
        let made = make_parents(&places.target).map_err(write)?;
        let prepare = || -> Result<Lock, AudioError> {
            let lock = Lock::take(places.lock()).map_err(write)?;
            let lock = lock.ok_or_else(|| AudioError::Busy { target: target.to_path_buf() })?;
            remove_if_there(&places.new).map_err(write)?;
            if fs::symlink_metadata(&places.swap).is_ok() {
                fs::rename(&places.swap, places.aside()).map_err(write)?;
            }
            fs::create_dir(&places.new).map_err(write)?;
            Ok(lock)
        };
        match prepare() {
            Ok(lock) => Ok(Self { places, made, committed: false, lock: Some(lock) }),
            Err(error) => {
                unmake(&made);
                Err(error)
            }
        }
    }

    /// The folder to write into.
    pub fn path(&self) -> &Path {
        &self.places.new
    }

    /// Waits until the disk has every file, then puts the folder in the target's place. Returns where the old one
    /// was moved to, if there was one to keep.
    ///
    /// # Errors
    /// When the system refuses: then the target is as it was.
    pub fn commit(mut self, replaced: Replaced) -> Result<Option<PathBuf>, AudioError> {
        let places = &self.places;
        let write = |error| AudioError::io(&places.target, "write", error);
        sync_tree(&places.new).map_err(write)?;
        if !places.target.exists() {
            fs::rename(&places.new, &places.target).map_err(write)?;
            sync_parent(&places.target);
            self.committed = true;
            return Ok(None);
        }
        let kept = match replaced {
            Replaced::Delete => {
                let old = exchange::exchange(&places.new, &places.target, &places.swap).map_err(write)?;
                self.committed = true;
                sync_parent(&places.target);
                // The new set is in place: that a rest of the old one cannot be removed now is no failure.
                let _ = remove_if_there(old);
                None
            }
            Replaced::Keep => {
                // From here on nothing that a person made stands under the name that a later run would delete.
                fs::rename(&places.new, &places.swap).map_err(write)?;
                let aside = places.aside();
                let exchanged = exchange::exchange(&places.swap, &places.target, &aside);
                let old = exchanged.inspect_err(|_| drop(fs::rename(&places.swap, &places.new))).map_err(write)?;
                self.committed = true;
                if old != aside {
                    fs::rename(old, &aside).map_err(write)?;
                }
                sync_parent(&places.target);
                Some(aside)
            }
        };
        Ok(kept)
    }
}

impl Drop for Staging {
    fn drop(&mut self) {
        if !self.committed {
            let _ = remove_if_there(&self.places.new);
            drop(self.lock.take());
            unmake(&self.made);
        }
    }
}

fn remove_if_there(folder: &Path) -> io::Result<()> {
    match fs::symlink_metadata(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(error),
        Ok(metadata) if metadata.is_dir() => fs::remove_dir_all(folder),
        Ok(_) => fs::remove_file(folder),
    }
}

/// Makes the folders above `target` that are missing, and says which.
fn make_parents(target: &Path) -> io::Result<Vec<PathBuf>> {
    let mut missing: Vec<PathBuf> =
        target.ancestors().skip(1).take_while(|folder| !folder.exists()).map(Path::to_path_buf).collect();
    missing.reverse();
    for (index, folder) in missing.iter().enumerate() {
        match fs::create_dir(folder) {
            // Another run makes the same ones.
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => {
                unmake(&missing[..index]);
                return Err(error);
            }
            _ => {}
        }
    }
    Ok(missing)
}

/// Removes folders again, as far as they are empty.
fn unmake(made: &[PathBuf]) {
    for folder in made.iter().rev() {
        if fs::remove_dir(folder).is_err() {
            break;
        }
    }
}

/// Every file and folder of a tree to the disk.
fn sync_tree(folder: &Path) -> io::Result<()> {
    let mut folders = vec![folder.to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder)? {
            let entry = entry?;
            let kind = entry.file_type()?;
            if kind.is_dir() {
                folders.push(entry.path());
            } else if kind.is_file() {
                // Windows flushes only handles that may write.
                fs::OpenOptions::new().read(true).write(cfg!(windows)).open(entry.path())?.sync_all()?;
            }
        }
        sync_folder(&folder)?;
    }
    Ok(())
}

/// The names in a folder to the disk, where a folder can be opened.
fn sync_folder(folder: &Path) -> io::Result<()> {
    if cfg!(unix) { File::open(folder)?.sync_all() } else { Ok(()) }
}

/// The renaming itself to the disk. It has happened; that it might not survive a power cut is no reason to say that it
/// failed.
fn sync_parent(path: &Path) {
    if let Some(parent) = path.parent() {
        let _ = sync_folder(parent);
    }
}

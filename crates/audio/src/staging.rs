//! A set of files that replaces another as one whole, or not at all.
//!
//! The journal of it is the names of three hidden folders beside the target `NAME`:
//!
//! | folder | holds | a later run |
//! |---|---|---|
//! | `.NAME.stemwright-new` | what is being written, or what was found fit to be deleted | deletes it |
//! | `.NAME.stemwright-swap` | before the exchange the new set, whole and synced; after it what stood at the target | judges it |
//! | `.NAME.stemwright-old` | where the system cannot exchange: what stood at the target | judges it |
//!
//! Every step from one state to the next is a single rename, which happened or did not, so the names that are found
//! say how far a killed run came, and no file could say it better: it would have to be kept in step with them. With
//! nothing at the target, a run was killed between two renames (or somebody took the target away): what is in `swap`,
//! or else in `old`, belongs there. What is then still in either is judged by what it holds, never by its name: a
//! set whose every file is one that a run wrote is deleted, all else is moved aside, to `NAME.old-1` or the first free
//! number. [`Staging::recover`] does this for any verb; `tests/crash.rs` of the program fails at every step of it.

mod exchange;
mod lock;

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use crate::{AudioError, faults};
use lock::Lock;

/// A folder beside the target, to be filled and then put in the target's place.
///
/// Dropped without [`Staging::commit`], it takes itself away and leaves the target as it was.
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
    new: PathBuf,
    swap: PathBuf,
    old: PathBuf,
}

impl Places {
    fn of(target: &Path) -> io::Result<Self> {
        let invalid = || io::Error::new(io::ErrorKind::InvalidInput, "the path does not name a folder");
        let target = through_links(std::path::absolute(target)?)?;
        let name = target.file_name().ok_or_else(invalid)?;
        let beside = |ending: &str| {
            let mut hidden = std::ffi::OsString::from(".");
            hidden.push(name);
            hidden.push(ending);
            target.with_file_name(hidden)
        };
        let [new, swap, old] = [".stemwright-new", ".stemwright-swap", ".stemwright-old"].map(beside);
        Ok(Self { new, swap, old, target })
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
        numbered.into_iter().find(|path| !is_there(path)).unwrap_or_else(|| self.swap.clone())
    }

    /// Completes what a killed run began; returns what was moved aside. The lock must be held.
    fn settle(&self, ours: &dyn Fn(&Path) -> bool) -> io::Result<Vec<PathBuf>> {
        remove(&self.new)?;
        if !is_there(&self.target)
            && let Some(rest) = [&self.swap, &self.old].into_iter().find(|rest| is_there(rest))
        {
            rename(rest, &self.target)?;
            sync_parent(&self.target);
        }
        let mut kept = Vec::new();
        for rest in [&self.swap, &self.old] {
            if is_there(rest) {
                kept.extend(self.dispose(rest, ours)?);
            }
        }
        Ok(kept)
    }

    /// Deletes a folder that is `ours`, and moves any other aside; returns where to.
    fn dispose(&self, folder: &Path, ours: impl FnOnce(&Path) -> bool) -> io::Result<Option<PathBuf>> {
        // What stands there is judged here, where nobody finds it by its old name any more.
        if fs::symlink_metadata(folder)?.is_dir() && ours(folder) {
            // Half deleted it would look like somebody's: it goes under the name of what is always deleted.
            rename(folder, &self.new)?;
            remove(&self.new)?;
            return Ok(None);
        }
        let aside = self.aside();
        rename(folder, &aside)?;
        sync_parent(&aside);
        Ok(Some(aside))
    }
}

impl Staging {
    /// Completes or clears away what a killed run into `target` left, and returns what was moved aside. `ours` says of
    /// a folder whether every file in it is one that a run wrote: only such a one is deleted.
    ///
    /// To be called before a verb looks at its target, which may be missing until then.
    ///
    /// # Errors
    /// When a run is at work there, or the system refuses.
    pub fn recover(target: &Path, ours: &dyn Fn(&Path) -> bool) -> Result<Vec<PathBuf>, AudioError> {
        let write = |error| AudioError::io(target, "write", error);
        let places = Places::of(target).map_err(write)?;
        if ![&places.new, &places.swap, &places.old, &places.lock()].into_iter().any(|rest| is_there(rest)) {
            return Ok(Vec::new());
        }
        let lock = Lock::take(places.lock()).map_err(write)?;
        let _lock = lock.ok_or_else(|| AudioError::Busy { target: target.to_path_buf() })?;
        places.settle(ours).map_err(write)
    }

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
            // Nothing is left after `recover`; without it, nothing is known of what is.
            places.settle(&|_| false).map_err(write)?;
            faults::point("create the folder of the new set").map_err(write)?;
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

    /// Waits until the disk has every file, then puts the folder in the target's place. What stood there is deleted
    /// if it is `ours`: asked once the folder has left its place. Else it is moved aside, and where to is returned.
    ///
    /// # Errors
    /// When the system refuses: then the target is as it was, or the message says where that is.
    pub fn commit(mut self, ours: impl FnOnce(&Path) -> bool) -> Result<Option<PathBuf>, AudioError> {
        let places = &self.places;
        let write = |error| AudioError::io(&places.target, "write", error);
        sync_tree(&places.new).map_err(write)?;
        if !places.target.exists() {
            rename(&places.new, &places.target).map_err(write)?;
            self.committed = true;
            sync_parent(&places.target);
            self.made.iter().for_each(|folder| sync_parent(folder));
            return Ok(None);
        }
        // From here on nothing that a person made stands under the name that a later run deletes unseen.
        rename(&places.new, &places.swap).map_err(write)?;
        let exchanged = exchange::exchange(&places.swap, &places.target, &places.old);
        let old = exchanged.inspect_err(|_| drop(rename(&places.swap, &places.new))).map_err(write)?;
        self.committed = true;
        sync_parent(&places.target);
        // The new set is in place: that the old one cannot be cleared away now is no failure, and the next run does.
        Ok(places.dispose(old, ours).unwrap_or_else(|_| is_there(old).then(|| old.to_path_buf())))
    }
}

impl Drop for Staging {
    fn drop(&mut self) {
        if !self.committed {
            let _ = remove(&self.places.new);
            drop(self.lock.take());
            unmake(&self.made);
        }
    }
}

fn is_there(path: &Path) -> bool {
    !matches!(fs::symlink_metadata(path), Err(error) if error.kind() == io::ErrorKind::NotFound)
}

/// The path at the end of a symbolic link, so that the link stays and what it points to is replaced; also where nothing
/// is at its end, as between two renames.
fn through_links(mut path: PathBuf) -> io::Result<PathBuf> {
    // As many as Linux follows.
    for _ in 0..40 {
        if !path.is_symlink() {
            return Ok(path);
        }
        if path.exists() {
            return fs::canonicalize(&path);
        }
        let to = fs::read_link(&path)?;
        path = path.parent().map_or_else(|| to.clone(), |parent| parent.join(&to));
    }
    Err(io::ErrorKind::NotFound.into())
}

fn rename(from: &Path, to: &Path) -> io::Result<()> {
    let name = |path: &Path| path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    faults::point(&format!("rename {} to {}", name(from), name(to)))?;
    fs::rename(from, to)
}

/// Removes a folder or file, if it is there.
fn remove(path: &Path) -> io::Result<()> {
    let metadata = match fs::symlink_metadata(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        metadata => metadata?,
    };
    faults::torn("remove a folder", || {
        let entries: Vec<_> = fs::read_dir(path).into_iter().flatten().flatten().collect();
        for entry in &entries[..entries.len() / 2] {
            let _ = fs::remove_file(entry.path());
        }
    })?;
    if metadata.is_dir() { fs::remove_dir_all(path) } else { fs::remove_file(path) }
}

/// Makes the folders above `target` that are missing, and says which.
fn make_parents(target: &Path) -> io::Result<Vec<PathBuf>> {
    let mut missing: Vec<PathBuf> =
        target.ancestors().skip(1).take_while(|folder| !folder.exists()).map(Path::to_path_buf).collect();
    missing.reverse();
    for (index, folder) in missing.iter().enumerate() {
        match faults::point("create a parent").and_then(|()| fs::create_dir(folder)) {
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
        if faults::point("remove a parent").and_then(|()| fs::remove_dir(folder)).is_err() {
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
                faults::point("sync a file of the set")?;
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
    faults::point("sync a folder")?;
    if cfg!(unix) { File::open(folder)?.sync_all() } else { Ok(()) }
}

/// The renaming itself to the disk. It has happened; that it might not survive a power cut is no reason to say that it
/// failed.
fn sync_parent(path: &Path) {
    if let Some(parent) = path.parent() {
        let _ = sync_folder(parent);
    }
}

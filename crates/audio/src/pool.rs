//! Thousands of open files on few handles: the least recently read are closed and opened again where they were.

use std::fs::{File, Metadata};
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use crate::error::FileChanged;
use crate::source::Source;

/// How a file is known to be the same one later.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Stamp {
    pub(crate) length: u64,
    pub(crate) modified: Option<SystemTime>,
}

impl Stamp {
    pub(crate) fn of(metadata: &Metadata) -> Self {
        Self { length: metadata.len(), modified: metadata.modified().ok() }
    }
}

/// At most `cap` idle handles. A handle in use by a read is out of the pool, so reads never wait for each other.
#[derive(Debug)]
pub(crate) struct HandlePool {
    cap: usize,
    next: AtomicU64,
    /// Least recently used first. The cap is small: a scan beats a map.
    idle: Mutex<Vec<Idle>>,
}

#[derive(Debug)]
struct Idle {
    owner: u64,
    file: File,
    at: u64,
    /// How many more bytes are read before it is looked at whether the file is still the same.
    trusted: u64,
}

/// Bytes that are read between two looks at a file.
const TRUSTED: u64 = 256 << 10;

impl HandlePool {
    pub(crate) fn new(cap: usize) -> Arc<Self> {
        Arc::new(Self { cap: cap.max(1), next: AtomicU64::new(0), idle: Mutex::default() })
    }

    /// A file of the pool, opened now.
    pub(crate) fn open(self: &Arc<Self>, path: &Path) -> io::Result<PooledFile> {
        self.make_room();
        let file = File::open(path)?;
        let stamp = Stamp::of(&file.metadata()?);
        let owner = self.next.fetch_add(1, Ordering::Relaxed);
        let pooled = PooledFile { pool: Arc::clone(self), owner, path: path.to_path_buf(), stamp, position: 0 };
        self.give(Idle { owner, file, at: 0, trusted: 0 });
        Ok(pooled)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<Idle>> {
        // A panic elsewhere cannot leave a list of handles half-changed.
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn take(&self, owner: u64) -> Option<Idle> {
        let mut idle = self.lock();
        let index = idle.iter().rposition(|entry| entry.owner == owner)?;
        Some(idle.remove(index))
    }

    fn give(&self, entry: Idle) {
        let mut idle = self.lock();
        let evicted = (idle.len() >= self.cap).then(|| idle.remove(0));
        idle.push(entry);
        drop(idle);
        drop(evicted);
    }

    /// Closes before opening, so that the cap holds at every moment.
    fn make_room(&self) {
        let mut idle = self.lock();
        let evicted = (idle.len() >= self.cap).then(|| idle.remove(0));
        drop(idle);
        drop(evicted);
    }
}

/// One reader's view of a file; holds a handle only while it is among the most recently read.
#[derive(Debug)]
pub(crate) struct PooledFile {
    pool: Arc<HandlePool>,
    owner: u64,
    path: PathBuf,
    stamp: Stamp,
    position: u64,
}

impl PooledFile {
    pub(crate) fn stamp(&self) -> Stamp {
        self.stamp
    }

    fn handle(&self) -> io::Result<Idle> {
        let entry = match self.pool.take(self.owner) {
            Some(entry) => entry,
            None => {
                self.pool.make_room();
                Idle { owner: self.owner, file: File::open(&self.path)?, at: 0, trusted: 0 }
            }
        };
        Ok(entry)
    }

    /// Fails where the file is no longer the one that was opened: programs save in place, so a handle that was kept is no
    /// proof.
    fn look(&self, entry: &mut Idle) -> io::Result<()> {
        if Stamp::of(&entry.file.metadata()?) != self.stamp {
            return Err(FileChanged.into());
        }
        entry.trusted = TRUSTED;
        Ok(())
    }
}

impl Read for PooledFile {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let mut entry = self.handle()?;
        if entry.trusted < buffer.len() as u64 {
            self.look(&mut entry)?;
        }
        if entry.at != self.position {
            entry.file.seek(SeekFrom::Start(self.position))?;
        }
        let count = entry.file.read(buffer)?;
        self.position += count as u64;
        entry.at = self.position;
        entry.trusted = entry.trusted.saturating_sub(count as u64);
        if self.position >= self.stamp.length {
            // What was read since the last look is seen to be of the same file.
            self.look(&mut entry)?;
        }
        self.pool.give(entry);
        Ok(count)
    }
}

impl Seek for PooledFile {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let target = match to {
            SeekFrom::Start(offset) => Some(offset),
            SeekFrom::End(delta) => self.stamp.length.checked_add_signed(delta),
            SeekFrom::Current(delta) => self.position.checked_add_signed(delta),
        };
        self.position = target.ok_or(io::ErrorKind::InvalidInput)?;
        Ok(self.position)
    }
}

impl Source for PooledFile {
    fn length(&self) -> u64 {
        self.stamp.length
    }
}

impl Drop for PooledFile {
    fn drop(&mut self) {
        drop(self.pool.take(self.owner));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_go_on_where_they_were_when_their_handles_were_closed() {
        let folder = tempfile::tempdir().unwrap();
        let pool = HandlePool::new(2);
        let mut files: Vec<PooledFile> = (0..9u8)
            .map(|number| {
                let path = folder.path().join(number.to_string());
                std::fs::write(&path, [number; 40]).unwrap();
                pool.open(&path).unwrap()
            })
            .collect();
        for round in 1..=4 {
            for (number, file) in files.iter_mut().enumerate() {
                let mut bytes = [0xff; 10];
                file.read_exact(&mut bytes).unwrap();
                assert_eq!((bytes, file.position), ([number as u8; 10], round * 10));
                assert!(pool.lock().len() <= 2);
            }
        }
        drop(files);
        assert_eq!(pool.lock().len(), 0);
    }
}

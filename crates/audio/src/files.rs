//! Media that are files on disk.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use crate::cache::{Clip, ClipCache, ClipReader, LONGEST};
use crate::format::{Format, inspect};
use crate::pool::{HandlePool, PooledFile, Stamp};
use crate::source::Source;
use crate::{AudioError, Chunk, FrameReader, Media, MediaInfo};

/// macOS lets a program have 256 open files unless told otherwise.
const HANDLES: usize = 128;

/// Reads files: at most 128 of them open at a time, whatever the number of readers; what a file holds is found out
/// once; short files are kept in memory from their second opening on.
pub struct Files {
    pool: Arc<HandlePool>,
    /// Formats by path, each valid for one state of the file.
    known: Mutex<HashMap<PathBuf, (Stamp, Arc<Format>)>>,
    clips: ClipCache,
}

impl Files {
    /// Nothing opened yet.
    pub fn new() -> Self {
        Self::with_handles(HANDLES)
    }

    pub(crate) fn with_handles(cap: usize) -> Self {
        Self { pool: HandlePool::new(cap), known: Mutex::default(), clips: ClipCache::default() }
    }

    fn source(&self, file: &Path) -> Result<PooledFile, AudioError> {
        self.pool.open(file).map_err(|error| AudioError::io(file, "read", error))
    }

    fn known(&self, file: &Path, stamp: Stamp) -> Option<Arc<Format>> {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.get(file).filter(|(then, _)| *then == stamp).map(|(_, format)| Arc::clone(format))
    }

    fn format(&self, file: &Path) -> Result<(Stamp, Arc<Format>, Option<PooledFile>), AudioError> {
        let metadata = std::fs::metadata(file).map_err(|error| AudioError::io(file, "read", error))?;
        if metadata.is_dir() {
            let what = "is a folder, where an audio file is wanted";
            return Err(AudioError::unsupported(file, what, "name a file in it"));
        }
        if !metadata.is_file() {
            // Opening a pipe would wait for whoever writes to it.
            let what = "is a device or a pipe, where an audio file is wanted";
            return Err(AudioError::unsupported(file, what, "write it to a file first"));
        }
        let stamp = Stamp::of(&metadata);
        if let Some(format) = self.known(file, stamp) {
            return Ok((stamp, format, None));
        }
        let mut source = self.source(file)?;
        let stamp = source.stamp();
        let again = || Ok(Box::new(self.source(file)?) as Box<dyn Source>);
        let format = Arc::new(inspect(&mut source, file, again)?);
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.insert(file.to_path_buf(), (stamp, Arc::clone(&format)));
        Ok((stamp, format, Some(source)))
    }

    /// A source in the state that `stamp` describes.
    fn same(&self, file: &Path, stamp: Stamp, opened: Option<PooledFile>) -> Result<Box<dyn Source>, AudioError> {
        let source = match opened {
            Some(source) => source,
            None => self.source(file)?,
        };
        if source.stamp() != stamp {
            return Err(AudioError::Changed { file: file.to_path_buf() });
        }
        Ok(Box::new(source))
    }
}

impl Default for Files {
    fn default() -> Self {
        Self::new()
    }
}

impl Media for Files {
    fn info(&self, file: &Path) -> Result<MediaInfo, AudioError> {
        Ok(self.format(file)?.1.info())
    }

    fn open(&self, file: &Path, from: u64) -> Result<Box<dyn FrameReader>, AudioError> {
        let (stamp, format, opened) = self.format(file)?;
        let info = format.info();
        if info.frames <= LONGEST && format.fits_f32() {
            let clip = self.clips.get(file, stamp, || {
                let source = self.same(file, stamp, None)?;
                let mut reader = format.open_raw(source, file, 0)?;
                Clip::collect(&mut *reader, info.channels, info.frames)
            });
            if let Some(clip) = clip {
                return Ok(format.guard(Box::new(ClipReader::new(clip, from)), file, from));
            }
        }
        let reader = format.open_raw(self.same(file, stamp, opened)?, file, from)?;
        Ok(format.guard(reader, file, from))
    }

    fn open_unlooked(&self, file: &Path, from: u64) -> Result<Box<dyn FrameReader>, AudioError> {
        let (stamp, format, opened) = self.format(file)?;
        format.open_raw(self.same(file, stamp, opened)?, file, from)
    }

    fn chunks(&self, file: &Path) -> Result<Vec<Chunk>, AudioError> {
        let (stamp, format, opened) = self.format(file)?;
        format.chunks(&mut *self.same(file, stamp, opened)?, file)
    }
}

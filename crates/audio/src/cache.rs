//! Short files that are opened again and again (a hit on every beat) are decoded once and kept in memory.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use crate::pool::Stamp;
use crate::{AudioError, FrameReader};

/// Files up to this many frames (11 s at 48 kHz).
pub(crate) const LONGEST: u64 = 1 << 19;
/// In all.
const BYTES: usize = 64 << 20;

/// All frames of a file: one plane for each channel, in f32, which holds them exactly.
pub(crate) struct Clip {
    planes: Vec<Vec<f32>>,
}

impl Clip {
    fn bytes(&self) -> usize {
        self.planes.iter().map(|plane| plane.len() * size_of::<f32>()).sum()
    }

    /// Takes everything a reader has.
    pub(crate) fn collect(reader: &mut dyn FrameReader, channels: usize, frames: u64) -> Result<Self, AudioError> {
        const PIECE: usize = 4096;
        let mut planes: Vec<Vec<f32>> = (0..channels).map(|_| Vec::with_capacity(frames as usize)).collect();
        let mut piece = vec![vec![0.0; PIECE]; channels];
        loop {
            let mut slices: Vec<&mut [f64]> = piece.iter_mut().map(Vec::as_mut_slice).collect();
            let count = reader.read(&mut slices)?;
            for (plane, piece) in planes.iter_mut().zip(&piece) {
                plane.extend(piece[..count].iter().map(|x| *x as f32));
            }
            if count < PIECE {
                return Ok(Self { planes });
            }
        }
    }
}

/// What is known of one file: nothing on its first opening, a clip from the second on.
enum Slot {
    SeenOnce,
    Kept(Arc<Clip>),
}

struct Entry {
    stamp: Stamp,
    /// When it was last asked for, on a clock of requests.
    used: u64,
    /// Held while the file is decoded, so that a second thread waits for the first and others do not.
    slot: Arc<Mutex<Slot>>,
    /// The size of the clip, once there is one.
    bytes: usize,
}

#[derive(Default)]
struct State {
    entries: HashMap<PathBuf, Entry>,
    clock: u64,
    bytes: usize,
}

/// Clips by file, at most [`BYTES`] of them.
#[derive(Default)]
pub(crate) struct ClipCache {
    state: Mutex<State>,
}

impl ClipCache {
    /// The file's clip: decoded by `decode` if this is the second opening, `None` on the first or when it cannot be
    /// decoded to its end (then whoever reads it will learn where it breaks).
    pub(crate) fn get(
        &self,
        file: &Path,
        stamp: Stamp,
        decode: impl FnOnce() -> Result<Clip, AudioError>,
    ) -> Option<Arc<Clip>> {
        let slot = match self.slot(file, stamp) {
            Ok(slot) => slot,
            Err(FirstTime) => return None,
        };
        let mut slot = slot.lock().unwrap_or_else(PoisonError::into_inner);
        if let Slot::Kept(clip) = &*slot {
            return Some(Arc::clone(clip));
        }
        let clip = Arc::new(decode().ok()?);
        *slot = Slot::Kept(Arc::clone(&clip));
        drop(slot);
        self.account(file, stamp, clip.bytes());
        Some(clip)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn slot(&self, file: &Path, stamp: Stamp) -> Result<Arc<Mutex<Slot>>, FirstTime> {
        let mut state = self.lock();
        state.clock += 1;
        let used = state.clock;
        if let Some(entry) = state.entries.get_mut(file).filter(|entry| entry.stamp == stamp) {
            entry.used = used;
            return Ok(Arc::clone(&entry.slot));
        }
        let entry = Entry { stamp, used, slot: Arc::new(Mutex::new(Slot::SeenOnce)), bytes: 0 };
        if let Some(old) = state.entries.insert(file.to_path_buf(), entry) {
            state.bytes -= old.bytes;
        }
        Err(FirstTime)
    }

    /// Counts a new clip in and drops the least recently asked for until all fit.
    fn account(&self, file: &Path, stamp: Stamp, bytes: usize) {
        let mut state = self.lock();
        match state.entries.get_mut(file) {
            Some(entry) if entry.stamp == stamp && entry.bytes == 0 => entry.bytes = bytes,
            _ => return,
        }
        state.bytes += bytes;
        while state.bytes > BYTES {
            let oldest = state.entries.iter().filter(|(_, entry)| entry.bytes > 0).min_by_key(|(_, entry)| entry.used);
            let Some(path) = oldest.map(|(path, _)| path.clone()) else { break };
            if let Some(entry) = state.entries.remove(&path) {
                state.bytes -= entry.bytes;
            }
        }
    }
}

struct FirstTime;

/// Reads a clip from memory.
pub(crate) struct ClipReader {
    clip: Arc<Clip>,
    at: usize,
}

impl ClipReader {
    pub(crate) fn new(clip: Arc<Clip>, from: u64) -> Self {
        Self { clip, at: usize::try_from(from).unwrap_or(usize::MAX) }
    }
}

impl FrameReader for ClipReader {
    fn read(&mut self, out: &mut [&mut [f64]]) -> Result<usize, AudioError> {
        assert_eq!(out.len(), self.clip.planes.len(), "one slice for each channel");
        let length = self.clip.planes[0].len();
        let count = out[0].len().min(length.saturating_sub(self.at));
        if count > 0 {
            for (to, from) in out.iter_mut().zip(&self.clip.planes) {
                for (to, from) in to.iter_mut().zip(&from[self.at..self.at + count]) {
                    *to = f64::from(*from);
                }
            }
            self.at += count;
        }
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn clip(frames: usize) -> Result<Clip, AudioError> {
        Ok(Clip { planes: vec![vec![0.5; frames]; 2] })
    }

    #[test]
    fn clips_are_decoded_once_on_the_second_opening_and_the_oldest_leave_first() {
        let cache = ClipCache::default();
        let stamp = Stamp { length: 1, modified: None };
        let frames = LONGEST as usize;
        let name = |number: usize| PathBuf::from(number.to_string());
        let fits = BYTES / (frames * 2 * size_of::<f32>());
        for number in 0..fits + 3 {
            assert!(cache.get(&name(number), stamp, || unreachable!("on the first opening")).is_none());
            assert!(cache.get(&name(number), stamp, || clip(frames)).is_some());
            assert!(cache.get(&name(number), stamp, || unreachable!("already there")).is_some());
            // The first stays because it is asked for again and again.
            assert!(cache.get(&name(0), stamp, || unreachable!("used all the time")).is_some());
            assert!(cache.lock().bytes <= BYTES);
        }
        assert_eq!(cache.lock().bytes, fits * frames * 2 * size_of::<f32>());
        assert!(cache.get(&name(1), stamp, || clip(1)).is_none(), "the oldest has left");
        // Another state of the file is another file; a failure is not kept.
        let later = Stamp { length: 2, modified: None };
        assert!(cache.get(&name(0), later, || unreachable!()).is_none());
        let failure = || Err(AudioError::Changed { file: name(0) });
        assert!(cache.get(&name(0), later, failure).is_none());
        assert!(cache.get(&name(0), later, || clip(10)).is_some());
    }
}

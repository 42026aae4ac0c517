//! Excerpts of a real song, of stems that sound in them.

use crate::stage::{Frames, Noise, RATE};
use std::path::PathBuf;
use stemwright_audio::{Files, open_at, testing};
use stemwright_core::SampleRate;

/// Below this RMS a stem does not sound: −46 dBFS.
const SOUNDS: f64 = 0.005;

/// Another place and other stems for each seed; `None` where there is no such material, or too little sounds there.
pub(crate) fn excerpts(seed: u64, count: usize, frames: usize) -> Option<Vec<Frames>> {
    let folder = testing::material("francium")?;
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder).ok()?.flatten().map(|entry| entry.path()).collect();
    files.retain(|path| path.extension().is_some_and(|extension| extension == "m4a"));
    files.sort();
    let mut noise = Noise(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
    (0..16).for_each(|_| _ = noise.next());
    let mut at = |below: usize| ((0.5 + 0.5 * noise.next()) * below as f64) as usize % below.max(1);
    // Four minutes, but for the first and the last seconds.
    let from = 15 * u64::from(RATE) + at(180 * RATE as usize) as u64;
    let mut stems = Vec::new();
    while stems.len() < count && !files.is_empty() {
        let file = files.swap_remove(at(files.len()));
        stems.extend(read(&file, from, frames).filter(|stem| rms(stem) > SOUNDS));
    }
    (stems.len() == count).then_some(stems)
}

fn read(file: &std::path::Path, from: u64, frames: usize) -> Option<Frames> {
    let mut reader = open_at(&Files::new(), file, from, SampleRate::new(RATE)?).ok()?;
    let mut planes = [vec![0.0; frames], vec![0.0; frames]];
    let mut out: Vec<&mut [f64]> = planes.iter_mut().map(Vec::as_mut_slice).collect();
    reader.read(&mut out).ok()?;
    let [left, right] = planes;
    Some(left.into_iter().zip(right).map(|(left, right)| [left, right]).collect())
}

fn rms(frames: &Frames) -> f64 {
    (frames.iter().flatten().map(|x| x * x).sum::<f64>() / (2 * frames.len()) as f64).sqrt()
}

//! Songs whose stems add up to their mix, and which end in silence.

use crate::seeds;
use crate::stage::{Frames, RATE, map};
use std::path::Path;
use std::sync::atomic::AtomicBool;
use stemwright_audio::{Files, Media, testing};
use stemwright_daw::SessionFile;
use stemwright_render::{BounceOptions, bounce};

/// Seconds of a song.
const SECONDS: usize = 12;

#[derive(Debug, Clone)]
pub(crate) struct Song {
    pub(crate) name: &'static str,
    pub(crate) stems: Vec<(String, Frames)>,
}

impl Song {
    /// Every other stem, from one on: a set that is looked at faster.
    pub(crate) fn half(&self, from: usize) -> Self {
        Self { name: self.name, stems: self.stems.iter().skip(from).step_by(2).cloned().collect() }
    }
}

pub(crate) fn songs() -> Vec<Song> {
    let mut songs = vec![example()];
    songs.extend(francium());
    songs
}

/// A part of a song, faded in and out, all files alike.
fn part(frames: &[[f64; 2]], rate: usize) -> Frames {
    let (fade, end) = (rate / 2, frames.len());
    let gain = |n: usize| ((n as f64 / fade as f64).min((end - 1 - n) as f64 / (2 * fade) as f64)).min(1.0);
    frames.iter().enumerate().map(|(n, frame)| frame.map(|x| x * gain(n))).collect()
}

/// The chorus of the example, as this program prints it.
fn example() -> Song {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/song/session.toml");
    let session = SessionFile::read(&path).unwrap().session;
    let folder = tempfile::tempdir().unwrap();
    let options = BounceOptions { section: Some("Chorus".into()), measured: false, ..BounceOptions::default() };
    let set = folder.path().join("set");
    bounce(&session, &Files::new(), &set, options, &|_| {}, &AtomicBool::new(false)).unwrap();
    let mut stems = Vec::new();
    for entry in std::fs::read_dir(&set).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        if name.ends_with(".wav") && !name.starts_with("00_") {
            stems.push((name.clone(), part(&read(&set.join(&name), 0, SECONDS), RATE as usize)));
        }
    }
    stems.sort_by(|a, b| a.0.cmp(&b.0));
    assert!(stems.len() > 4);
    Song { name: "example", stems }
}

/// Stems of somebody else, where most of them sound.
fn francium() -> Option<Song> {
    let folder = testing::material("francium")?;
    let names =
        ["BGVOX OUTRO", "BGVOX ALT OUTRO", "BIG BEAT", "FILL SCRATCH", "HATS", "MINILOGUE_SYNTH", "SCRATCH BEAT"];
    let stems = names.iter().map(|name| {
        let path = folder.join(format!("7.Francium_Stem_{name}.m4a"));
        (format!("{name}.wav"), map(&part(&read(&path, 231 * u64::from(RATE), SECONDS), RATE as usize), |x| 0.5 * x))
    });
    Some(Song { name: "francium", stems: stems.filter(|(_, frames)| seeds::peak(frames) > 0.01).collect() })
}

fn read(path: &Path, from: u64, seconds: usize) -> Frames {
    let mut planes = vec![vec![0.0; seconds * RATE as usize]; 2];
    let mut slices: Vec<&mut [f64]> = planes.iter_mut().map(Vec::as_mut_slice).collect();
    Files::new().open(path, from).unwrap().read(&mut slices).unwrap();
    (0..planes[0].len()).map(|n| [planes[0][n], planes[1][n]]).collect()
}

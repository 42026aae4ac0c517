//! Stems put right: each as the solution says that it is in the mix, in a folder of their own.

use super::bank::Sources;
use super::shift::{Shift, Timing};
use super::source::{Feed, Source};
use super::words::Blame;
use crate::found::CheckError;
use crate::report::{CorrectedFile, CorrectedReport};
use crate::sum::decibels;
use rayon::prelude::*;
use std::collections::BTreeSet;
use std::path::{Component, Path, PathBuf};
use stemwright_audio::{AudioError, AudioWriter, Bext, Container, FileSpec, SampleFormat, Staging};
use stemwright_core::Layout;

/// Frames that are written at once.
const BLOCK: usize = 4096;

/// What is to be done to a stem.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Correction {
    gain: f64,
    timing: Timing,
    swapped: bool,
    /// What is the matter with it and stays as it is.
    note: Option<String>,
}

impl Correction {
    const NONE: Self = Self { gain: 1.0, timing: Timing { delay: 0.0, ppm: 0.0 }, swapped: false, note: None };

    /// The same for all stems.
    pub(crate) fn of_all(gain: f64, delay: i64) -> Self {
        Self { gain, timing: Timing { delay: delay as f64, ppm: 0.0 }, ..Self::NONE }
    }

    fn changes(&self) -> bool {
        self.gain != 1.0 || self.timing != Timing::default() || self.swapped
    }
}

/// What of the blames can be put right in a stem; empty where nothing can. What cannot be is noted.
pub(super) fn corrections(blames: &[Blame], stems: usize) -> Vec<Correction> {
    let mut all = Correction::NONE;
    for blame in blames {
        match blame {
            Blame::AllLouder(gain) => all.gain = *gain,
            Blame::AllDelayed(delay) => all.timing.delay = *delay,
            Blame::MixDrifts(ppm) => all.timing.ppm = *ppm,
            _ => {}
        }
    }
    let mut each = vec![all; stems];
    for blame in blames {
        match blame {
            Blame::Delay { stem, delay, .. } => each[*stem].timing.delay += delay,
            // It is told against all stems, and where it is at the middle of the song against its file.
            Blame::Drift { stem, ppm, at, .. } => {
                let timing = &mut each[*stem].timing;
                *timing = Timing { delay: *at, ppm: timing.ppm + ppm };
            }
            Blame::Gain { stem, db, .. } => each[*stem].gain *= libm::pow(10.0, db / 20.0),
            Blame::Polarity { stem } => each[*stem].gain *= -1.0,
            Blame::Swapped { stem } => each[*stem].swapped = true,
            _ => {}
        }
        let whom = match blame {
            Blame::Twins { stems, .. } => stems.clone(),
            Blame::Extra { stem, .. }
            | Blame::Twice { stem, .. }
            | Blame::Echo { stem, .. }
            | Blame::Revision { stem, .. } => vec![*stem],
            _ => Vec::new(),
        };
        for stem in whom {
            let note = each[stem].note.get_or_insert_default();
            *note += if note.is_empty() { "" } else { "; " };
            *note += &blame.short();
        }
    }
    if each.iter().any(Correction::changes) { each } else { Vec::new() }
}

/// Makes sure that there is nothing in the way.
///
/// # Errors
/// When the folder holds something, or is none.
pub(crate) fn refuse_what_is_there(target: &Path) -> Result<(), CheckError> {
    Staging::recover(target, &|_| false)?;
    if !target.exists() || is_empty(target) {
        return Ok(());
    }
    let what = if target.is_dir() { "holds files already" } else { "is a file" };
    let message = format!("{} {what}", target.display());
    let hint = Some("name another folder with --corrected: nothing is written over".into());
    Err(CheckError::NoSet { message, hint })
}

fn is_empty(folder: &Path) -> bool {
    std::fs::read_dir(folder).is_ok_and(|mut entries| entries.next().is_none())
}

/// Where a stem goes: its own place below the folder, as WAV, and no other stem's.
fn place(source: &Source, taken: &mut BTreeSet<PathBuf>) -> PathBuf {
    // Only what is below the folder of the set has a place below another one.
    let own: PathBuf =
        Path::new(&source.file).components().filter(|part| matches!(part, Component::Normal(_))).collect();
    let mut wav = own.with_extension("wav");
    if taken.contains(&wav) {
        let mut name = own.into_os_string();
        name.push(".wav");
        wav = name.into();
    }
    taken.insert(wav.clone());
    wav
}

struct Track {
    feed: Feed,
    planes: Vec<Vec<f64>>,
    correction: Correction,
    writer: AudioWriter,
    /// Which of the mix's channels are the file's.
    channels: Vec<usize>,
    interleaved: Vec<f32>,
}

impl Track {
    fn work(&mut self, shift: &Shift, start: i64, frames: usize) -> Result<(), AudioError> {
        self.feed.read(shift, start, &mut self.planes);
        if self.correction.swapped && self.planes.len() == 2 {
            self.planes.swap(0, 1);
        }
        let gain = self.correction.gain;
        for plane in &mut self.planes {
            // What a file holds, and what is added up.
            plane.iter_mut().for_each(|x| *x = f64::from((*x * gain) as f32));
        }
        self.interleaved.clear();
        for frame in 0..frames {
            self.interleaved.extend(self.channels.iter().map(|channel| self.planes[*channel][frame] as f32));
        }
        self.writer.write_f32(&self.interleaved)
    }
}

/// Writes all stems, corrected, and adds them up. `told`: how much of the song is behind, 0 to 1; `false` stops.
///
/// # Errors
/// When a file cannot be written, or it is stopped: then nothing is left behind.
pub(crate) fn write(
    sources: &Sources<'_>,
    corrections: &[Correction],
    target: &Path,
    told: &mut dyn FnMut(f64) -> bool,
) -> Result<CorrectedReport, CheckError> {
    refuse_what_is_there(target)?;
    let staging = Staging::begin(target)?;
    let middle = sources.frames as f64 / 2.0;
    let shift = Shift::new();
    let space = || vec![vec![0.0; BLOCK]; sources.channels];
    let mut taken = BTreeSet::new();
    let mut tracks = Vec::with_capacity(corrections.len());
    let mut files = Vec::with_capacity(corrections.len());
    for (source, correction) in sources.stems.iter().zip(corrections) {
        let written = place(source, &mut taken);
        let path = staging.path().join(&written);
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder).map_err(|source| AudioError::Io {
                file: folder.to_owned(),
                doing: "write",
                source,
            })?;
        }
        let channels = source.own_channels(sources.channels);
        let layout = if source.channels == 1 { Some(Layout::Mono) } else { source.layout };
        let layout =
            layout.or(Layout::of_channels(channels.len())).filter(|layout| layout.channels() == channels.len());
        let Some(layout) = layout else {
            files.push(file(source, None, correction));
            continue;
        };
        let spec = FileSpec {
            container: Container::Wav,
            rate: sources.rate,
            layout,
            format: SampleFormat::Float32,
            bext: Bext { description: format!("{}, corrected", source.file), ..Bext::default() },
            ixml: None,
            chunks: Vec::new(),
        };
        let mut writer = AudioWriter::create(&path, &spec)?.without_hash();
        writer.expect_frames(sources.frames);
        let feed = Feed::new(source, correction.timing, middle, sources.media, sources.rate);
        let correction = correction.clone();
        files.push(file(source, Some(&written), &correction));
        tracks.push(Track { feed, planes: space(), correction, writer, channels, interleaved: Vec::new() });
    }
    let mut mix = (Feed::new(&sources.mix, Timing::default(), middle, sources.media, sources.rate), space());
    let (mut square, mut loudest, mut of_mix) = (0.0, 0.0f64, 0.0);
    let mut start = 0u64;
    while start < sources.frames {
        let frames = BLOCK.min((sources.frames - start) as usize);
        mix.0.read(&shift, start as i64, &mut mix.1);
        tracks.par_iter_mut().try_for_each(|track| track.work(&shift, start as i64, frames))?;
        for (channel, plane) in mix.1.iter_mut().enumerate() {
            of_mix += plane[..frames].iter().map(|x| x * x).sum::<f64>();
            tracks.iter().for_each(|track| stemwright_simd::add_scaled(plane, &track.planes[channel], -1.0));
            square += plane[..frames].iter().map(|x| x * x).sum::<f64>();
            loudest = loudest.max(stemwright_simd::peak(&plane[..frames]));
        }
        start += frames as u64;
        if !told(start as f64 / sources.frames as f64) {
            return Err(CheckError::Stopped);
        }
    }
    for track in tracks {
        track.writer.finish()?;
    }
    // Nothing but an empty folder is replaced.
    staging.commit(is_empty)?;
    let level = |x: f64| (x > 0.0).then(|| decibels(x));
    let samples = (sources.frames * sources.channels as u64).max(1) as f64;
    Ok(CorrectedReport {
        folder: target.display().to_string(),
        files,
        remaining_rms_dbfs: level((square / samples).sqrt()),
        remaining_peak_dbfs: level(loudest),
        remaining_of_mix_db: if of_mix > 0.0 { level((square / of_mix).sqrt()) } else { None },
    })
}

fn file(source: &Source, written: Option<&Path>, correction: &Correction) -> CorrectedFile {
    let Correction { gain, timing, swapped, note } = correction;
    let named =
        |path: &Path| path.components().map(|part| part.as_os_str().to_string_lossy()).collect::<Vec<_>>().join("/");
    CorrectedFile {
        file: source.file.clone(),
        written: written.map(named),
        gain_db: if gain.abs() == 1.0 { 0.0 } else { (20_000.0 * libm::log10(gain.abs())).round() / 1000.0 },
        inverted: *gain < 0.0,
        delay_frames: (timing.delay * 1e4).round() / 1e4,
        drift_ppm: (timing.ppm * 1e3).round() / 1e3,
        swapped: *swapped,
        note: match written {
            Some(_) => note.clone(),
            None => Some("no kind of WAV file is known for its channels".into()),
        },
    }
}

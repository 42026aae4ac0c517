//! One full-length file a track: what its clips add up to, with their gains, fades, cross-fades and warps, before everything else.

use crate::bounce::Progress;
use crate::clips::{PlacedClip, place};
use crate::edits::Edits;
use crate::player::Player;
use crate::signal::Wave;
use crate::spec::spec;
use crate::{BounceError, EngineError};
use rayon::prelude::*;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use stemwright_audio::{AudioWriter, Container, Media, SampleFormat, Staging, free_space};
use stemwright_core::{Clip, Finding, Layout, Session, Severity, Track, in_file_name};

/// Frames rendered at once.
const BLOCK: usize = 8192;

/// A track of a consolidated session.
#[derive(Debug, Clone, PartialEq)]
pub struct ConsolidatedTrack {
    /// Of the track.
    pub name: String,
    /// Its file, without a folder; `None` where no clip sounds.
    pub file: Option<String>,
    /// Of the file.
    pub layout: Layout,
    /// How many clips were put together.
    pub clips: usize,
    /// The largest magnitude; 1 is full scale, and floats go beyond.
    pub peak: f64,
    /// The first frame of the file that is not silent.
    pub sounds_from: Option<u64>,
}

/// What was consolidated.
#[derive(Debug, Clone)]
pub struct Consolidated {
    /// The session with one clip a track; its files are those that were written, where they are now.
    pub session: Session,
    /// In the order of the session.
    pub tracks: Vec<ConsolidatedTrack>,
    /// The frame of the session with which all files begin: that of bar 1, unless clips begin before it.
    pub start: i64,
    /// Of each file.
    pub frames: u64,
    /// Clicks at edits, impulse responses that stay where they are, and what there is to know of the sources.
    pub findings: Vec<Finding>,
}

/// Writes a folder `target` with one 32-bit float WAV a track, all from bar 1 and as long as each other. `beside` writes documents into
/// the folder before it is put in its place, with paths of files that are in it.
///
/// What stands at the target is moved aside if `force` says so; its new path is returned.
///
/// # Errors
/// When the session cannot be played, the target is taken, or files cannot be written; nothing is left then.
pub fn consolidate<E: From<BounceError>>(
    session: &Session,
    media: &dyn Media,
    target: &Path,
    force: bool,
    progress: &(dyn Fn(Progress) + Sync),
    cancel: &AtomicBool,
    beside: impl FnOnce(&Path, &mut Consolidated) -> Result<(), E>,
) -> Result<(Consolidated, Option<PathBuf>), E> {
    let staging = || -> Result<_, BounceError> {
        Staging::recover(target, &|_| false)?;
        let taken = target.read_dir().map_or_else(|_| target.exists(), |mut entries| entries.next().is_some());
        if taken && !force {
            let why = "something is in it".to_owned();
            return Err(BounceError::Occupied { folder: target.to_owned(), why });
        }
        if let Some(file) = crate::occupied::source_within(session, target) {
            return Err(BounceError::HoldsSources { folder: target.to_owned(), file });
        }
        Ok(Staging::begin(target)?)
    };
    let staging = staging()?;
    let mut done = write(session, media, staging.path(), progress, cancel)?;
    beside(staging.path(), &mut done)?;
    let moved = staging.commit(|_| false).map_err(BounceError::from)?;
    let clips = done.session.tracks.iter_mut().flat_map(|track| &mut track.clips);
    clips.for_each(|clip| clip.file = target.join(clip.file.file_name().unwrap_or_default()));
    Ok((done, moved))
}

/// A track whose clips are placed.
struct Placed<'s> {
    track: &'s Track,
    clips: Vec<PlacedClip<'s>>,
    layout: Layout,
    file: Option<String>,
}

fn write(
    session: &Session,
    media: &dyn Media,
    folder: &Path,
    progress: &(dyn Fn(Progress) + Sync),
    cancel: &AtomicBool,
) -> Result<Consolidated, BounceError> {
    let mut findings = Vec::new();
    let mut placed = Vec::with_capacity(session.tracks.len());
    let width = session.tracks.len().to_string().len().max(2);
    for (number, track) in session.tracks.iter().enumerate() {
        let (clips, layout) = place(track, session, media, &mut findings)?;
        let sounds = clips.iter().any(|clip| clip.frames > 0);
        let name = in_file_name(&track.strip.name, "Track");
        let file = sounds.then(|| format!("{:0width$} {name}.wav", number + 1));
        placed.push(Placed { track, clips, layout, file });
    }
    let clips = || placed.iter().flat_map(|placed| &placed.clips).filter(|clip| clip.frames > 0);
    let start = clips().map(|clip| clip.at).min().unwrap_or(0).min(0);
    let end = clips().map(|clip| clip.at + clip.frames as i64).max().unwrap_or(0);
    let frames = (end - start).max(0) as u64;
    if frames == 0 {
        return Err(crate::GraphError::Empty.into());
    }
    let channels = |placed: &Placed<'_>| placed.file.as_ref().map_or(0, |_| placed.layout.channels() as u64);
    let needed = placed.iter().map(channels).sum::<u64>() * frames * 4;
    if let Some(free) = free_space(folder).filter(|free| *free < needed) {
        return Err(BounceError::NoSpace { folder: folder.to_owned(), needed, free });
    }
    let all = placed.iter().filter(|placed| placed.file.is_some()).count() as u64 * frames;
    let done = AtomicU64::new(0);
    let watch = |more: u64| {
        let frames = done.fetch_add(more, Ordering::Relaxed) + more;
        progress(Progress { frames, of: all, pass: 1 });
        if cancel.load(Ordering::Relaxed) { Err(EngineError::Cancelled) } else { Ok(()) }
    };
    let job = Job { session, media, folder, start, frames, watch: &watch };
    let tracks: Vec<Result<_, BounceError>> = placed.par_iter().map(|placed| job.track(placed)).collect();
    for file in crate::impulses::files(session).collect::<BTreeSet<_>>() {
        let message =
            format!("{} is an impulse response of the session's reverbs and is not in this folder", file.display());
        let hint = "send it along, or print the returns that it makes";
        findings.push(Finding::new(Severity::Note, "impulse-outside", message).in_file(file).hint(hint));
    }
    let mut consolidated = Session { tracks: Vec::new(), ..session.clone() };
    let mut written = Vec::with_capacity(tracks.len());
    for (placed, track) in placed.iter().zip(tracks) {
        let (track, clicks) = track?;
        findings.extend(clicks);
        let mut strip = placed.track.strip.clone();
        if let Some(file) = &track.file {
            strip.layout = Some(placed.layout);
            consolidated.tracks.push(Track::new(strip, vec![Clip::new(folder.join(file), start)]));
        } else {
            consolidated.tracks.push(Track::new(strip, Vec::new()));
        }
        written.push(track);
    }
    Ok(Consolidated { session: consolidated, tracks: written, start, frames, findings })
}

struct Job<'a> {
    session: &'a Session,
    media: &'a dyn Media,
    folder: &'a Path,
    start: i64,
    frames: u64,
    watch: &'a (dyn Fn(u64) -> Result<(), EngineError> + Sync),
}

impl Job<'_> {
    fn track(&self, placed: &Placed<'_>) -> Result<(ConsolidatedTrack, Vec<Finding>), BounceError> {
        let name = &placed.track.strip.name;
        let mut track = ConsolidatedTrack {
            name: name.clone(),
            file: placed.file.clone(),
            layout: placed.layout,
            clips: placed.clips.len(),
            peak: 0.0,
            sounds_from: None,
        };
        let Some(file) = &placed.file else { return Ok((track, Vec::new())) };
        let rate = self.session.rate;
        let channels = placed.layout.channels();
        let kind = (Container::Wav, SampleFormat::Float32);
        let spec = spec(self.session, name, placed.layout, kind, self.start);
        let mut writer = AudioWriter::create(&self.folder.join(file), &spec)?.without_hash();
        writer.expect_frames(self.frames);
        let mut player = Player::new(self.media, name, rate, placed.clips.clone());
        let mut edits = Edits::new(&placed.clips, self.media, rate, channels, self.start);
        let mut wave = Wave::new(channels, BLOCK);
        let mut interleaved = Vec::with_capacity(BLOCK * channels);
        let mut at = 0;
        while at < self.frames {
            let count = (self.frames - at).min(BLOCK as u64) as usize;
            player.play_alone(self.start + at as i64, count, &mut wave)?;
            let planes = wave.slices(count);
            interleaved.clear();
            interleaved.extend((0..count).flat_map(|i| planes.iter().map(move |plane| plane[i] as f32)));
            writer.write_f32(&interleaved)?;
            edits.hear(&planes);
            track.peak = planes.iter().flat_map(|plane| plane.iter()).fold(track.peak, |peak, x| peak.max(x.abs()));
            if track.sounds_from.is_none() {
                let first = (0..count).find(|&i| planes.iter().any(|plane| plane[i] != 0.0));
                track.sounds_from = first.map(|first| at + first as u64);
            }
            at += count as u64;
            (self.watch)(count as u64)?;
        }
        writer.finish()?;
        edits.finish();
        let findings = edits.findings(name, rate);
        Ok((track, findings))
    }
}

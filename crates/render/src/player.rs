//! A track's clips, read as the blocks go by.

use crate::EngineError;
use crate::clips::PlacedClip;
use crate::route::add;
use crate::signal::Wave;
use std::ops::Range;
use stemwright_audio::{FrameReader, Media, open_at};
use stemwright_core::{Fade, GainPoint, SampleRate};
use stemwright_simd::is_zero;
use stemwright_stretch::open_warped;

/// Plays the clips of one track. Readers are open only while their clip sounds.
pub(crate) struct Player<'m> {
    media: &'m dyn Media,
    track: &'m str,
    /// The session's.
    rate: SampleRate,
    /// Earliest first.
    clips: Vec<PlacedClip<'m>>,
    next: usize,
    sounding: Vec<Sounding>,
    /// What a clip gives that is added to something or goes elsewhere than its own channels.
    scratch: Vec<Vec<f64>>,
}

struct Sounding {
    clip: usize,
    reader: Box<dyn FrameReader>,
    /// Frames of the clip that were played.
    played: u64,
}

impl<'m> Player<'m> {
    pub(crate) fn new(media: &'m dyn Media, track: &'m str, rate: SampleRate, clips: Vec<PlacedClip<'m>>) -> Self {
        let channels = clips.iter().map(|clip| clip.channels).max().unwrap_or(0);
        Self { media, track, rate, clips, next: 0, sounding: Vec::new(), scratch: vec![Vec::new(); channels] }
    }

    /// Whether all clips were played to their ends.
    pub(crate) fn has_ended(&self) -> bool {
        self.next == self.clips.len() && self.sounding.is_empty()
    }

    /// Puts what sounds in a block into `out`.
    pub(crate) fn play_alone(&mut self, start: i64, frames: usize, out: &mut Wave) -> Result<(), EngineError> {
        self.open(start, frames)?;
        let [sounding] = self.sounding.as_mut_slice() else {
            out.clear(frames);
            return self.play(start, frames, out);
        };
        let placed = &self.clips[sounding.clip];
        if !placed.route.is_straight(placed.channels, out.channels.len()) {
            out.clear(frames);
            return self.play(start, frames, out);
        }
        // One clip whose channels are those of the track: read to where it is wanted.
        let range = sounding.range(placed, start, frames);
        for channel in &mut out.channels {
            channel[..range.start].fill(0.0);
            channel[range.end..frames].fill(0.0);
        }
        let mut slices: Vec<&mut [f64]> = out.channels.iter_mut().map(|channel| &mut channel[range.clone()]).collect();
        sounding.read(self.track, placed, &mut slices)?;
        out.silent = slices.iter().all(|channel| is_zero(channel));
        self.close();
        Ok(())
    }

    /// Adds what sounds in a block to `out`.
    pub(crate) fn play(&mut self, start: i64, frames: usize, out: &mut Wave) -> Result<(), EngineError> {
        self.open(start, frames)?;
        for sounding in &mut self.sounding {
            let placed = &self.clips[sounding.clip];
            let range = sounding.range(placed, start, frames);
            let scratch = &mut self.scratch[..placed.channels];
            scratch.iter_mut().for_each(|channel| channel.resize(range.len(), 0.0));
            let mut slices: Vec<&mut [f64]> = scratch.iter_mut().map(Vec::as_mut_slice).collect();
            sounding.read(self.track, placed, &mut slices)?;
            for (channel, cells) in out.channels.iter_mut().zip(&placed.route.cells) {
                for &(from, factor) in cells {
                    let source = &self.scratch[from];
                    if !is_zero(source) {
                        out.silent = false;
                        add(&mut channel[range.clone()], source, placed.route.factors[factor]);
                    }
                }
            }
        }
        self.close();
        Ok(())
    }

    /// Opens what begins to sound in a block.
    fn open(&mut self, start: i64, frames: usize) -> Result<(), EngineError> {
        let end = start + frames as i64;
        let failed = |source| EngineError::Source { track: self.track.to_owned(), source };
        while let Some(placed) = self.clips.get(self.next).filter(|placed| placed.at < end) {
            if placed.frames > 0 {
                let clip = placed.clip;
                let reader = match &clip.warp {
                    Some(warp) => open_warped(self.media, &clip.file, warp, self.rate),
                    None => open_at(self.media, &clip.file, clip.from, self.rate),
                };
                let reader = reader.map_err(failed)?;
                self.sounding.push(Sounding { clip: self.next, reader, played: 0 });
            }
            self.next += 1;
        }
        Ok(())
    }

    /// Closes what has ended.
    fn close(&mut self) {
        let clips = &self.clips;
        self.sounding.retain(|sounding| sounding.played < clips[sounding.clip].frames);
    }
}

impl Sounding {
    /// Where in a block it sounds.
    fn range(&self, placed: &PlacedClip<'_>, start: i64, frames: usize) -> Range<usize> {
        let at = (placed.at + self.played as i64 - start) as usize;
        at..at + (placed.frames - self.played).min((frames - at) as u64) as usize
    }

    /// Its next frames.
    fn read(&mut self, track: &str, placed: &PlacedClip<'_>, out: &mut [&mut [f64]]) -> Result<(), EngineError> {
        let failed = |source| EngineError::Source { track: track.to_owned(), source };
        let count = out.first().map_or(0, |channel| channel.len());
        let got = self.reader.read(out).map_err(failed)?;
        if got < count {
            return Err(EngineError::EndedEarly {
                track: track.to_owned(),
                file: placed.clip.file.clone(),
                frame: placed.clip.from + self.played + got as u64,
            });
        }
        shape(placed, self.played, out);
        self.played += count as u64;
        Ok(())
    }
}

/// Clip gain and fades, from frame `first` of the clip on.
fn shape(placed: &PlacedClip<'_>, first: u64, channels: &mut [&mut [f64]]) {
    let (fade_in, fade_out) = (placed.fade_in, placed.fade_out);
    let gain = placed.clip.gain.factor() * if placed.clip.inverted { -1.0 } else { 1.0 };
    let count = channels.first().map_or(0, |c| c.len());
    let fading_in = first < fade_in.frames;
    let fading_out = first + count as u64 + fade_out.frames > placed.frames;
    if !placed.clip.envelope.is_empty() {
        envelope(&placed.clip.envelope, first, channels);
    }
    if !fading_in && !fading_out {
        if gain != 1.0 {
            channels.iter_mut().flat_map(|channel| channel.iter_mut()).for_each(|x| *x *= gain);
        }
        return;
    }
    let rise = |fade: Fade, frame: u64| {
        if frame < fade.frames { fade.shape.value((frame as f64 + 0.5) / fade.frames as f64) } else { 1.0 }
    };
    for i in 0..count {
        let frame = first + i as u64;
        let factor = gain * rise(fade_in, frame) * rise(fade_out, placed.frames - 1 - frame);
        for channel in channels.iter_mut() {
            channel[i] *= factor;
        }
    }
}

/// The moving gain of a clip, from its frame `first` on.
fn envelope(points: &[GainPoint], first: u64, channels: &mut [&mut [f64]]) {
    let count = channels.first().map_or(0, |channel| channel.len());
    let mut next = points.partition_point(|point| point.frame <= first);
    let mut at = 0;
    while at < count {
        let frame = first + at as u64;
        let until = points.get(next).map_or(count, |point| ((point.frame - first) as usize).min(count));
        let (from, to) = (next.checked_sub(1).map(|i| points[i]), points.get(next).copied());
        let (start, value, slope) = match (from, to) {
            (Some(a), Some(b)) if a.gain != b.gain => {
                let [low, high] = [a, b].map(|point| point.gain.factor());
                (a.frame, low, (high - low) / (b.frame - a.frame) as f64)
            }
            (Some(a), _) => (a.frame, a.gain.factor(), 0.0),
            (None, b) => (first, b.map_or(1.0, |b| b.gain.factor()), 0.0),
        };
        for channel in channels.iter_mut() {
            for (i, x) in channel[at..until].iter_mut().enumerate() {
                *x *= value + slope * (frame + i as u64 - start) as f64;
            }
        }
        at = until;
        while points.get(next).is_some_and(|point| point.frame <= first + at as u64) {
            next += 1;
        }
    }
}

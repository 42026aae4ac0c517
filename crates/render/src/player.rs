//! A track's clips, read as the blocks go by.

use crate::EngineError;
use crate::clips::PlacedClip;
use crate::route::add;
use crate::signal::Wave;
use stemwright_audio::{FrameReader, Media, open_at};
use stemwright_core::{Fade, SampleRate};

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
    scratch: Vec<Vec<f64>>,
}

struct Sounding {
    clip: usize,
    reader: Box<dyn FrameReader>,
    /// Frames of the clip that were played.
    played: u64,
}

impl<'m> Player<'m> {
    pub(crate) fn new(
        media: &'m dyn Media,
        track: &'m str,
        rate: SampleRate,
        clips: Vec<PlacedClip<'m>>,
        block: usize,
    ) -> Self {
        let channels = clips.iter().map(|clip| clip.channels).max().unwrap_or(0);
        Self { media, track, rate, clips, next: 0, sounding: Vec::new(), scratch: vec![vec![0.0; block]; channels] }
    }

    /// Whether all clips were played to their ends.
    pub(crate) fn has_ended(&self) -> bool {
        self.next == self.clips.len() && self.sounding.is_empty()
    }

    /// Adds up what sounds in a block. `out` is clear.
    pub(crate) fn play(&mut self, start: i64, frames: usize, out: &mut Wave) -> Result<(), EngineError> {
        let end = start + frames as i64;
        let failed = |source| EngineError::Source { track: self.track.to_owned(), source };
        while let Some(placed) = self.clips.get(self.next).filter(|placed| placed.at < end) {
            if placed.frames > 0 {
                let reader = open_at(self.media, &placed.clip.file, placed.clip.from, self.rate).map_err(failed)?;
                self.sounding.push(Sounding { clip: self.next, reader, played: 0 });
            }
            self.next += 1;
        }
        for sounding in &mut self.sounding {
            let placed = &self.clips[sounding.clip];
            let at = (placed.at + sounding.played as i64 - start) as usize;
            let count = (placed.frames - sounding.played).min((frames - at) as u64) as usize;
            let mut slices: Vec<&mut [f64]> =
                self.scratch[..placed.channels].iter_mut().map(|channel| &mut channel[..count]).collect();
            let got = sounding.reader.read(&mut slices).map_err(failed)?;
            if got < count {
                return Err(EngineError::EndedEarly {
                    track: self.track.to_owned(),
                    file: placed.clip.file.clone(),
                    frame: placed.clip.from + sounding.played + got as u64,
                });
            }
            shape(placed, sounding.played, &mut slices);
            for (channel, cells) in out.channels.iter_mut().zip(&placed.route.cells) {
                for &(from, factor) in cells {
                    let source = &self.scratch[from][..count];
                    if source.iter().any(|&x| x != 0.0) {
                        out.silent = false;
                        add(&mut channel[at..at + count], source, placed.route.factors[factor]);
                    }
                }
            }
            sounding.played += count as u64;
        }
        let clips = &self.clips;
        self.sounding.retain(|sounding| sounding.played < clips[sounding.clip].frames);
        Ok(())
    }
}

/// Clip gain and fades, from frame `first` of the clip on.
fn shape(placed: &PlacedClip<'_>, first: u64, channels: &mut [&mut [f64]]) {
    let (fade_in, fade_out) = (placed.fade_in, placed.fade_out);
    let gain = placed.clip.gain.factor();
    let count = channels.first().map_or(0, |c| c.len());
    let fading_in = first < fade_in.frames;
    let fading_out = first + count as u64 + fade_out.frames > placed.frames;
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

//! A track's clips, read as the blocks go by.

use crate::EngineError;
use crate::graph::PlacedClip;
use crate::signal::Wave;
use stemwright_audio::{FrameReader, Media, open_at};
use stemwright_core::SampleRate;

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
        Self { media, track, rate, clips, next: 0, sounding: Vec::new(), scratch: vec![vec![0.0; block]; 2] }
    }

    /// Adds up what sounds in a block. `out` is clear.
    pub(crate) fn play(&mut self, start: i64, frames: usize, out: &mut Wave) -> Result<(), EngineError> {
        let end = start + frames as i64;
        let failed = |source| EngineError::Source { track: self.track.to_owned(), source };
        while let Some(placed) = self.clips.get(self.next).filter(|placed| placed.clip.at < end) {
            if placed.frames > 0 {
                let reader = open_at(self.media, &placed.clip.file, placed.clip.from, self.rate).map_err(failed)?;
                self.sounding.push(Sounding { clip: self.next, reader, played: 0 });
            }
            self.next += 1;
        }
        for sounding in &mut self.sounding {
            let placed = &self.clips[sounding.clip];
            let at = (placed.clip.at + sounding.played as i64 - start) as usize;
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
            for (c, channel) in out.channels.iter_mut().enumerate() {
                let source = &self.scratch[c.min(placed.channels - 1)][..count];
                if source.iter().any(|&x| x != 0.0) {
                    out.silent = false;
                    channel[at..at + count].iter_mut().zip(source).for_each(|(sum, x)| *sum += x);
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
    let (clip, length) = (placed.clip, placed.frames);
    let gain = clip.gain.factor();
    let count = channels.first().map_or(0, |c| c.len());
    let fading_in = first < clip.fade_in;
    let fading_out = first + count as u64 + clip.fade_out > length;
    if !fading_in && !fading_out {
        if gain != 1.0 {
            channels.iter_mut().flat_map(|channel| channel.iter_mut()).for_each(|x| *x *= gain);
        }
        return;
    }
    for i in 0..count {
        let frame = first + i as u64;
        let left = length - 1 - frame;
        let mut factor = gain;
        if frame < clip.fade_in {
            factor *= (frame as f64 + 0.5) / clip.fade_in as f64;
        }
        if left < clip.fade_out {
            factor *= (left as f64 + 0.5) / clip.fade_out as f64;
        }
        for channel in channels.iter_mut() {
            channel[i] *= factor;
        }
    }
}

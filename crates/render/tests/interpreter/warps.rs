//! Warped clips as plain ones: of files that are the whole of what the warp makes of theirs.
//!
//! What that is has its own tests, in the crate that does it; here it is where it sounds, how it fades and where it goes.

use super::clips::source;
use super::{Source, Sources};
use std::path::Path;
use stemwright_audio::{AudioError, FrameReader, Media, MediaInfo};
use stemwright_core::{SampleRate, Session};
use stemwright_stretch::open_warped;

struct One<'a>(SampleRate, &'a Source);

struct Rest(Vec<Vec<f64>>);

impl Media for One<'_> {
    fn info(&self, _: &Path) -> Result<MediaInfo, AudioError> {
        Ok(MediaInfo::new(self.0, self.1.channels.len(), self.1.channels[0].len() as u64))
    }

    fn open(&self, _: &Path, from: u64) -> Result<Box<dyn FrameReader>, AudioError> {
        Ok(Box::new(Rest(self.1.channels.iter().map(|channel| channel[from as usize..].to_vec()).collect())))
    }
}

impl FrameReader for Rest {
    fn read(&mut self, out: &mut [&mut [f64]]) -> Result<usize, AudioError> {
        let count = out[0].len().min(self.0[0].len());
        for (out, channel) in out.iter_mut().zip(&mut self.0) {
            out[..count].copy_from_slice(&channel[..count]);
            channel.drain(..count);
        }
        Ok(count)
    }
}

/// The same session without a warp.
pub fn unwarped(session: &Session, sources: &Sources) -> (Session, Sources) {
    let (mut session, mut sources) = (session.clone(), sources.clone());
    let rate = session.rate;
    let clips = session.tracks.iter_mut().flat_map(|track| &mut track.clips);
    for (number, clip) in clips.enumerate() {
        let Some(warp) = clip.warp.take() else { continue };
        let file = source(&sources, clip);
        let mut reader = open_warped(&One(rate, file), &clip.file, &warp, rate).expect("memory cannot fail");
        let mut channels = vec![vec![0.0; warp.frames() as usize]; file.channels.len()];
        let mut planes: Vec<&mut [f64]> = channels.iter_mut().map(Vec::as_mut_slice).collect();
        assert_eq!(reader.read(&mut planes).expect("memory cannot fail"), planes[0].len());
        clip.file = format!("warped/{number}").into();
        sources.insert(clip.file.clone(), Source { channels });
    }
    (session, sources)
}

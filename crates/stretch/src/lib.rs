//! Clips whose time runs otherwise than the song's: read as if their files were as long as they sound.
//!
//! ```text
//! file ─► tape ─► split ─► tones ─► vocoder ──┐
//!                     └──► hits ──► pieces ───┼─► clip, of the length that the warp says
//!                           └─► onsets ─► anchored (the warp, bent around onsets)
//! file ─► tape ─► varispeed ─► clip, its pitch following
//! ```
//!
//! A warp that stretches nothing is the file itself, bit by bit. Memory does not depend on a clip's length.

mod anchored;
mod median;
mod onsets;
mod pieces;
mod span;
mod split;
mod stretcher;
mod tape;
mod varispeed;
mod vocoder;
mod windows;

use std::path::Path;
use stemwright_audio::{AudioError, FrameReader, Media, open_at};
use stemwright_core::{Pitch, SampleRate, Warp};
use stretcher::Stretcher;
use varispeed::Varispeed;

/// Opens a file as a warp plays it: exactly [`Warp::frames`] frames at the rate `rate`. The warp is one ([`Warp::wrong`]).
///
/// # Errors
/// As [`Media::open`].
pub fn open_warped(
    media: &dyn Media,
    file: &Path,
    warp: &Warp,
    rate: SampleRate,
) -> Result<Box<dyn FrameReader>, AudioError> {
    let open = |from: u64| open_at(media, file, from, rate);
    let left = warp.frames();
    if warp.is_plain() {
        return Ok(Box::new(Limited { reader: open(warp.sources().start)?, left }));
    }
    let channels = media.info(file)?.channels;
    let reader: Box<dyn FrameReader> = match warp.pitch {
        Pitch::Follows => {
            let first = (warp.sources().start as i64 - Varispeed::reach(warp)).max(0);
            Box::new(Varispeed::new(warp.clone(), open(first as u64)?, channels, first))
        }
        Pitch::Kept(0.0) => Box::new(Stretcher::new(warp.clone(), 0, rate, channels, open)?),
        Pitch::Kept(semitones) => {
            // Stretched to as many times the length as the pitch is to rise, and then played so much faster.
            let longer = libm::exp2(semitones / 12.0);
            let mut stretched = warp.clone();
            stretched.points.iter_mut().for_each(|point| point.frame = (point.frame as f64 * longer).round() as u64);
            stretched.points.dedup_by_key(|point| point.frame);
            let tape = Warp::even(0, stretched.frames().max(1), left, Pitch::Follows);
            let begin = -Varispeed::reach(&tape);
            let stretcher = Stretcher::new(stretched, begin, rate, channels, open)?;
            Box::new(Varispeed::new(tape, Box::new(stretcher), channels, begin))
        }
    };
    Ok(Box::new(Limited { reader, left }))
}

/// The first frames of a reader.
struct Limited {
    reader: Box<dyn FrameReader>,
    left: u64,
}

impl FrameReader for Limited {
    fn read(&mut self, out: &mut [&mut [f64]]) -> Result<usize, AudioError> {
        let asked = out.first().map_or(0, |plane| plane.len());
        let count = asked.min(usize::try_from(self.left).unwrap_or(asked));
        let mut planes: Vec<&mut [f64]> = out.iter_mut().map(|plane| &mut plane[..count]).collect();
        let got = self.reader.read(&mut planes)?;
        self.left -= got as u64;
        Ok(got)
    }
}

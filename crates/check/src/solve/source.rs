//! The files of a sum, read again: excerpts of them, and all of them from beginning to end.

use super::shift::{REACH, Shift, Timing};
use crate::measure::LOUDEST;
use std::path::PathBuf;
use stemwright_audio::{FrameReader, Media, open_at};
use stemwright_core::{Layout, SampleRate};
use stemwright_daw::Side;

/// A file of the sum.
#[derive(Debug, Clone)]
pub(crate) struct Source {
    pub(crate) path: PathBuf,
    /// As the report calls it.
    pub(crate) file: String,
    pub(crate) channels: usize,
    pub(crate) side: Option<Side>,
    pub(crate) layout: Option<Layout>,
    /// Whether samples of it are no signal.
    pub(crate) unsound: bool,
    /// Whether reading may begin anywhere at no cost.
    pub(crate) random: bool,
}

impl Source {
    /// Which of the file's channels sounds in a channel of the mix.
    fn channel(&self, channel: usize) -> Option<usize> {
        match (self.side, self.channels) {
            (Some(Side::Left), _) if channel != 0 => None,
            (Some(Side::Right), _) if channel != 1 => None,
            (_, 1) => Some(0),
            _ => Some(channel),
        }
    }

    /// Which channels of a mix with so many hold the file's own.
    pub(super) fn own_channels(&self, channels: usize) -> Vec<usize> {
        match (self.channels, self.side) {
            (1, Some(Side::Right)) => vec![1],
            (1, _) => vec![0],
            (own, _) => (0..own.min(channels)).collect(),
        }
    }

    fn open(&self, media: &dyn Media, rate: SampleRate, from: u64) -> Option<Box<dyn FrameReader>> {
        open_at(media, &self.path, from, rate).ok()
    }

    /// The file from `start` on, as the mix's channels; silence outside of it. What cannot be read is silence: the pass said so.
    pub(super) fn excerpts(
        &self,
        media: &dyn Media,
        (rate, channels): (SampleRate, usize),
        spans: &[(i64, i64)],
    ) -> Vec<Vec<Vec<f64>>> {
        let mut reader: Option<(Box<dyn FrameReader>, i64)> = None;
        let mut excerpts = Vec::with_capacity(spans.len());
        for &(start, end) in spans {
            let frames = usize::try_from(end - start).unwrap_or(0);
            let mut planes = vec![vec![0.0; frames]; self.channels];
            let from = start.max(0);
            if end > 0 {
                let at = reader.as_ref().map(|(_, at)| *at).filter(|at| *at <= from && !(self.random && *at < from));
                if at.is_none() {
                    reader = self.open(media, rate, from as u64).map(|reader| (reader, from));
                }
                if let Some((reader, at)) = &mut reader {
                    skip(reader.as_mut(), self.channels, (from - *at) as usize);
                    let silent = (from - start) as usize;
                    let mut out: Vec<&mut [f64]> = planes.iter_mut().map(|plane| &mut plane[silent..]).collect();
                    let got = reader.read(&mut out).unwrap_or(0);
                    for plane in &mut planes {
                        plane[silent + got..].fill(0.0);
                        silence_unsound(&mut plane[silent..]);
                    }
                    *at = end;
                }
            }
            let of = |channel| self.channel(channel).map_or_else(|| vec![0.0; frames], |own| planes[own].clone());
            excerpts.push((0..channels).map(of).collect());
        }
        excerpts
    }
}

/// What is no signal becomes silence, as in the pass.
fn silence_unsound(plane: &mut [f64]) {
    plane.iter_mut().filter(|x| x.is_nan() || x.abs() > LOUDEST).for_each(|x| *x = 0.0);
}

fn skip(reader: &mut dyn FrameReader, channels: usize, mut frames: usize) {
    let mut planes = vec![vec![0.0; frames.min(4096)]; channels];
    while frames > 0 {
        let piece = frames.min(4096);
        let mut out: Vec<&mut [f64]> = planes.iter_mut().map(|plane| &mut plane[..piece]).collect();
        if reader.read(&mut out).unwrap_or(0) < piece {
            return;
        }
        frames -= piece;
    }
}

/// A file read from beginning to end, moved in time.
pub(super) struct Feed {
    source: Source,
    timing: Timing,
    middle: f64,
    reader: Option<Box<dyn FrameReader>>,
    /// Frames of the file from `base` on, by the file's own channels.
    planes: Vec<Vec<f64>>,
    base: i64,
}

impl Feed {
    pub(super) fn new(source: &Source, timing: Timing, middle: f64, media: &dyn Media, rate: SampleRate) -> Self {
        let (first, _) = Shift::needs(timing, middle, 0, 1);
        let from = (first - REACH as i64).max(0);
        Self {
            reader: source.open(media, rate, from as u64),
            planes: vec![Vec::new(); source.channels],
            source: source.clone(),
            timing,
            middle,
            base: from,
        }
    }

    /// The frames from `start` on, by the mix's channels. Blocks follow each other.
    pub(super) fn read(&mut self, shift: &Shift, start: i64, out: &mut [Vec<f64>]) {
        let frames = out.first().map_or(0, Vec::len);
        let (first, end) = Shift::needs(self.timing, self.middle, start, frames);
        let have = self.planes.first().map_or(0, Vec::len) as i64;
        // What is before the file is silence.
        if first < self.base && have == 0 {
            let silence = (self.base - first) as usize;
            self.planes.iter_mut().for_each(|plane| plane.resize(silence, 0.0));
            self.base = first;
        }
        if first > self.base {
            let gone = ((first - self.base) as usize).min(self.planes.first().map_or(0, Vec::len));
            self.planes.iter_mut().for_each(|plane| drop(plane.drain(..gone)));
            self.base += gone as i64;
        }
        let have = self.planes.first().map_or(0, Vec::len);
        let wanted = (end - self.base).max(0) as usize;
        if wanted > have {
            self.planes.iter_mut().for_each(|plane| plane.resize(wanted, 0.0));
            if let Some(reader) = &mut self.reader {
                let mut space: Vec<&mut [f64]> = self.planes.iter_mut().map(|plane| &mut plane[have..]).collect();
                let got = reader.read(&mut space).unwrap_or(0);
                space.iter_mut().for_each(|plane| silence_unsound(plane));
                if got < wanted - have {
                    self.reader = None;
                    self.planes.iter_mut().for_each(|plane| plane[have + got..].fill(0.0));
                }
            }
        }
        for (channel, out) in out.iter_mut().enumerate() {
            match self.source.channel(channel) {
                Some(own) => shift.read(&self.planes[own], self.base, self.timing, self.middle, start, out),
                None => out.fill(0.0),
            }
        }
    }
}

//! Partitions of one size: spectra of what was heard, times those of the room.

use super::RUN;
use crate::fourier::{Fourier, Spectrum};

/// The partitions of a room that have one size.
pub(super) struct KnownLevel {
    fourier: Fourier,
    /// How many partitions there are, and those of each path.
    count: usize,
    paths: Vec<KnownPath>,
}

struct KnownPath {
    from: usize,
    to: usize,
    /// Divided by the size, which a transform there and back multiplies by.
    partitions: Vec<Spectrum>,
}

/// Cuts a room's responses, each of so many frames, into the partitions of all levels.
pub(super) fn levels(paths: &[(usize, usize, Vec<f64>)], frames: usize, sizes: &[usize]) -> Vec<KnownLevel> {
    let ends = sizes.iter().skip(1).copied().chain([usize::MAX]);
    let wanted = sizes.iter().zip(ends).filter(|(size, _)| **size < frames);
    wanted.map(|(&size, end)| KnownLevel::new(paths, frames.min(end), size)).collect()
}

impl KnownLevel {
    /// Of the frames from one partition's size to `end`.
    fn new(paths: &[(usize, usize, Vec<f64>)], end: usize, size: usize) -> Self {
        let fourier = Fourier::new(size);
        let mut spare = Spectrum::new(size);
        let mut padded = vec![0.0; 2 * size];
        let mut partition = |response: &[f64]| {
            padded.fill(0.0);
            padded.iter_mut().zip(response).for_each(|(to, x)| *to = x / size as f64);
            let mut spectrum = Spectrum::new(size);
            fourier.forward(&padded, &mut spectrum, &mut spare);
            spectrum
        };
        let known = paths.iter().map(|(from, to, response)| KnownPath {
            from: *from,
            to: *to,
            partitions: response[size..end].chunks(size).map(&mut partition).collect(),
        });
        let paths: Vec<KnownPath> = known.collect();
        Self { count: (end - size).div_ceil(size), paths, fourier }
    }

    fn size(&self) -> usize {
        self.fourier.bins()
    }
}

/// What one lane has inside at one level.
pub(super) struct Level {
    /// By channel: the partition before and the one that is filling.
    heard: Vec<Vec<f64>>,
    /// By channel: the spectra of both halves of `heard`, the one made last at `head`.
    spectra: Vec<Vec<Spectrum>>,
    head: usize,
    /// By channel: what the level adds on the frames of the partition that is filling.
    out: Vec<Vec<f64>>,
    sum: Spectrum,
    spare: Spectrum,
}

impl Level {
    pub(super) fn new(known: &KnownLevel, channels: usize) -> Self {
        let size = known.size();
        Self {
            heard: vec![vec![0.0; 2 * size]; channels],
            spectra: vec![vec![Spectrum::new(size); known.count]; channels],
            head: 0,
            out: vec![vec![0.0; size]; channels],
            sum: Spectrum::new(size),
            spare: Spectrum::new(size),
        }
    }

    pub(super) fn clear(&mut self) {
        self.heard.iter_mut().chain(&mut self.out).for_each(|samples| samples.fill(0.0));
        self.spectra.iter_mut().flatten().for_each(Spectrum::clear);
    }

    /// Takes a run in that begins on session frame `frame`, and adds what this level knows of it.
    pub(super) fn process(
        &mut self,
        known: &KnownLevel,
        frame: i64,
        frames: usize,
        heard: &[[f64; RUN]],
        wet: &mut [[f64; RUN]],
    ) {
        let size = known.size();
        let place = frame.rem_euclid(size as i64) as usize;
        for (held, heard) in self.heard.iter_mut().zip(heard) {
            held[size + place..][..frames].copy_from_slice(&heard[..frames]);
        }
        for (wet, out) in wet.iter_mut().zip(&self.out) {
            wet.iter_mut().zip(&out[place..place + frames]).for_each(|(sum, x)| *sum += x);
        }
        if place + frames == size {
            self.transform(known);
        }
    }

    /// A partition is full: what it and those before it add on the frames of the next.
    fn transform(&mut self, known: &KnownLevel) {
        let size = known.size();
        self.head = if self.head == 0 { known.count - 1 } else { self.head - 1 };
        for (heard, spectra) in self.heard.iter_mut().zip(&mut self.spectra) {
            known.fourier.forward(heard, &mut spectra[self.head], &mut self.spare);
            heard.copy_within(size.., 0);
        }
        for (to, out) in self.out.iter_mut().enumerate() {
            self.sum.clear();
            for path in known.paths.iter().filter(|path| path.to == to) {
                let spectra = &self.spectra[path.from];
                let latest = spectra[self.head..].iter().chain(&spectra[..self.head]);
                for (partition, spectrum) in path.partitions.iter().zip(latest) {
                    self.sum.add_product(spectrum, partition);
                }
            }
            known.fourier.backward_last_half(&mut self.sum, &mut self.spare, out);
        }
    }
}

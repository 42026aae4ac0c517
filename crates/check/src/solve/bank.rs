//! Segments of a song: the spectra of the mix and of every part of its model, in bounded memory.

use super::gram::Gram;
use super::shift::{Shift, Timing};
use super::source::Source;
use super::turn::Turn;
use rayon::prelude::*;
use std::f64::consts::TAU;
use std::sync::Arc;
use stemwright_audio::Media;
use stemwright_core::SampleRate;
use stemwright_dsp::{Fourier, Spectrum};
use stemwright_simd::widest;

/// Bytes that spectra may take up.
const ROOM: usize = 192 << 20;
/// More segments say nothing new.
const MOST: usize = 12;
/// Below this the mix is filters' and converters' own.
const LOWEST_HZ: f64 = 10.0;
/// Bins that are turned at once.
const TILE: usize = 256;

/// The files of a sum.
pub(crate) struct Sources<'a> {
    pub(crate) media: &'a dyn Media,
    pub(crate) rate: SampleRate,
    pub(crate) channels: usize,
    /// Frames of the longest file.
    pub(crate) frames: u64,
    pub(crate) mix: Source,
    pub(crate) stems: Vec<Source>,
}

/// A part of the model: a stem as it is found in the mix.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Part {
    pub(super) stem: usize,
    /// Left and right exchanged.
    pub(super) swapped: bool,
    pub(super) gain: f64,
    pub(super) timing: Timing,
}

/// Bins of a windowed segment of one channel, from the lowest used one on; empty of silence. Singles hold them to −144 dB of each bin.
#[derive(Debug, Clone, Default)]
pub(super) struct Bins {
    pub(super) re: Vec<f32>,
    pub(super) im: Vec<f32>,
}

impl Bins {
    pub(super) fn is_silent(&self) -> bool {
        self.re.is_empty()
    }

    fn of(spectrum: &Spectrum, low: usize, high: usize) -> Self {
        let single = |values: &[f64]| values[low..high].iter().map(|x| *x as f32).collect();
        Self { re: single(&spectrum.re), im: single(&spectrum.im) }
    }
}

/// Complex values.
#[derive(Debug, Clone, Default)]
pub(super) struct Wide {
    pub(super) re: Vec<f64>,
    pub(super) im: Vec<f64>,
}

impl Wide {
    pub(super) fn zeros(bins: usize) -> Self {
        Self { re: vec![0.0; bins], im: vec![0.0; bins] }
    }
}

/// A part as it was read, by segment and channel.
#[derive(Debug, Clone)]
pub(super) struct Read {
    pub(super) timing: Timing,
    pub(super) pieces: Arc<Vec<Bins>>,
    /// The mean power in each band.
    pub(super) powers: Arc<Vec<Vec<f64>>>,
}

/// Copies share what was read.
#[derive(Clone)]
pub(super) struct Bank {
    pub(super) fourier: Arc<Fourier>,
    pub(super) window: Arc<Vec<f64>>,
    /// First frames of the segments.
    pub(super) starts: Vec<i64>,
    pub(super) channels: usize,
    /// Bins that are used.
    pub(super) low: usize,
    pub(super) high: usize,
    /// Where bands begin, in used bins, and where the last ends: third octaves, but never fewer than 24 bins.
    pub(super) bands: Vec<usize>,
    /// The middle of the song.
    pub(super) middle: f64,
    shift: Arc<Shift>,
    /// The mix by segment and channel; `plain` as it is in the file, where something was taken off it.
    pub(super) mix: Arc<Vec<Bins>>,
    pub(super) plain: Arc<Vec<Bins>>,
    pub(super) parts: Vec<Read>,
    pub(super) gram: Gram,
}

impl Bank {
    /// Chooses segments and reads them. `activity`: for each stem its mean power in columns of so many frames. `None` of what is too
    /// short to say anything.
    pub(super) fn new(sources: &Sources<'_>, activity: &[(u64, Vec<f32>)], parts: &[Part]) -> Option<Self> {
        let rate = f64::from(sources.rate.hz());
        // 65536 at 44.1 and 48 kHz: delays of half a second are found.
        let mut length = (sources.rate.hz() as usize + 1).next_power_of_two();
        while length > 4096 && sources.frames < 4 * length as u64 {
            length /= 2;
        }
        if sources.frames < length as u64 {
            return None;
        }
        let bins = length / 2;
        let cost = (parts.len() + 2) * sources.channels * length * size_of::<f32>();
        let most = (ROOM / cost).clamp(2, MOST);
        let starts = segments(sources.frames, length as u64, most, activity);
        let low = ((LOWEST_HZ / rate * length as f64) as usize).max(2);
        let high = (bins as f64 * 0.9) as usize;
        let mut bank = Self {
            fourier: Arc::new(Fourier::new(bins)),
            window: Arc::new((0..length).map(|n| 0.5 - 0.5 * libm::cos(TAU * n as f64 / length as f64)).collect()),
            starts,
            channels: sources.channels,
            low,
            high,
            bands: bands(low, high),
            middle: sources.frames as f64 / 2.0,
            shift: Arc::new(Shift::new()),
            mix: Arc::default(),
            plain: Arc::default(),
            parts: Vec::new(),
            gram: Gram::default(),
        };
        bank.plain = Arc::new(bank.read(sources, &sources.mix, Timing::default(), false));
        bank.mix.clone_from(&bank.plain);
        bank.parts = parts.par_iter().map(|part| bank.read_part(sources, part)).collect();
        Some(bank)
    }

    /// Used bins.
    pub(super) fn bins(&self) -> usize {
        self.high - self.low
    }

    /// Segments times channels.
    pub(super) fn pieces(&self) -> usize {
        self.starts.len() * self.channels
    }

    /// The middle of a piece, in frames from the middle of the song.
    pub(super) fn time(&self, piece: usize) -> f64 {
        self.starts[piece / self.channels] as f64 + self.fourier.bins() as f64 - self.middle
    }

    /// Radians a frame of a used bin.
    pub(super) fn omega(&self, bin: usize) -> f64 {
        std::f64::consts::PI * (self.low + bin) as f64 / self.fourier.bins() as f64
    }

    pub(super) fn read_part(&self, sources: &Sources<'_>, part: &Part) -> Read {
        let pieces = self.read(sources, &sources.stems[part.stem], part.timing, part.swapped);
        let powers = pieces.iter().map(|bins| self.powers_of(&bins.re, &bins.im)).collect();
        Read { timing: part.timing, pieces: Arc::new(pieces), powers: Arc::new(powers) }
    }

    /// Reads parts again that are no longer where they were read. `true` where one was.
    pub(super) fn follow(&mut self, sources: &Sources<'_>, parts: &[Part]) -> bool {
        let moved = |(read, part): (&Read, &Part)| {
            let off = (read.timing.delay - part.timing.delay).abs();
            off > 1e-3 || (read.timing.ppm - part.timing.ppm).abs() * 1e-6 * self.middle > 1e-3
        };
        let which: Vec<usize> = (0..parts.len()).filter(|part| moved((&self.parts[*part], &parts[*part]))).collect();
        let read: Vec<_> = which.par_iter().map(|part| self.read_part(sources, &parts[*part])).collect();
        let any = !which.is_empty();
        for (part, read) in which.into_iter().zip(read) {
            self.parts[part] = read;
        }
        any
    }

    fn read(&self, sources: &Sources<'_>, source: &Source, timing: Timing, swapped: bool) -> Vec<Bins> {
        let length = self.window.len();
        let spans: Vec<(i64, i64)> =
            self.starts.iter().map(|start| Shift::needs(timing, self.middle, *start, length)).collect();
        let excerpts = source.excerpts(sources.media, (sources.rate, sources.channels), &spans);
        let pieces: Vec<(usize, usize)> =
            (0..self.starts.len()).flat_map(|k| (0..self.channels).map(move |channel| (k, channel))).collect();
        let transform = |(k, channel): (usize, usize)| {
            let from = if swapped && self.channels == 2 { 1 - channel } else { channel };
            let plane = &excerpts[k][from];
            if stemwright_simd::is_zero(plane) {
                return Bins::default();
            }
            let mut values = vec![0.0; length];
            self.shift.read(plane, spans[k].0, timing, self.middle, self.starts[k], &mut values);
            stemwright_simd::multiply(&mut values, &self.window);
            self.transform(&values)
        };
        pieces.into_iter().map(transform).collect()
    }

    /// The used bins of windowed values.
    pub(super) fn transform(&self, values: &[f64]) -> Bins {
        let bins = self.fourier.bins();
        let (mut spectrum, mut spare) = (Spectrum::new(bins), Spectrum::new(bins));
        self.fourier.forward(values, &mut spectrum, &mut spare);
        Bins::of(&spectrum, self.low, self.high)
    }

    /// The values of used bins.
    pub(super) fn values(&self, re: impl Fn(usize) -> f64, im: impl Fn(usize) -> f64) -> Vec<f64> {
        let bins = self.fourier.bins();
        let (mut spectrum, mut spare) = (Spectrum::new(bins), Spectrum::new(bins));
        for bin in 0..self.bins() {
            spectrum.re[self.low + bin] = re(bin);
            spectrum.im[self.low + bin] = im(bin);
        }
        let mut values = vec![0.0; 2 * bins];
        self.fourier.backward(&mut spectrum, &mut spare, &mut values);
        values.iter_mut().for_each(|x| *x /= bins as f64);
        values
    }

    /// How parts are turned from where they were read to where they stand; `None` of silence.
    pub(super) fn turns(&self, parts: &[Part], piece: usize) -> Vec<Option<Turn>> {
        parts.iter().enumerate().map(|(number, part)| self.turn(number, part, piece)).collect()
    }

    pub(super) fn turn(&self, number: usize, part: &Part, piece: usize) -> Option<Turn> {
        let read = &self.parts[number];
        let time = self.time(piece);
        let step = self.omega(1) - self.omega(0);
        (!read.pieces[piece].is_silent()).then(|| Turn::new(step, part.timing.at(time) - read.timing.at(time)))
    }

    /// Adds a few of a part's bins, turned, times a gain.
    pub(super) fn add(
        &self,
        number: usize,
        piece: usize,
        (turn, gain): (&Turn, f64),
        (from, to): (usize, usize),
        out: [&mut [f64]; 2],
    ) {
        let bins = &self.parts[number].pieces[piece];
        turn.add(out, [&bins.re[from..to], &bins.im[from..to]], gain, self.omega(from));
    }

    /// Adds all of a part in a piece, times a gain.
    pub(super) fn add_part(&self, number: usize, part: &Part, piece: usize, gain: f64, out: &mut Wide) {
        let Some(turn) = self.turn(number, part, piece).filter(|_| gain != 0.0) else { return };
        for (from, to) in tiles(0, self.bins(), TILE) {
            self.add(number, piece, (&turn, gain), (from, to), [&mut out.re[from..to], &mut out.im[from..to]]);
        }
    }

    /// Adds a part as it stands to every piece, times its gain and a factor.
    pub(super) fn put(&self, number: usize, part: &Part, factor: f64, wides: &mut [Wide]) {
        let each = wides.par_iter_mut().enumerate();
        each.for_each(|(piece, wide)| self.add_part(number, part, piece, factor * part.gain, wide));
    }

    /// What the parts leave of the mix, by piece.
    pub(super) fn residual(&self, parts: &[Part]) -> Vec<Wide> {
        let of = |piece: usize| {
            let mut left = self.wide_mix(piece);
            for (number, part) in parts.iter().enumerate() {
                self.add_part(number, part, piece, -part.gain, &mut left);
            }
            left
        };
        (0..self.pieces()).into_par_iter().map(of).collect()
    }

    pub(super) fn wide_mix(&self, piece: usize) -> Wide {
        let bins = &self.mix[piece];
        if bins.is_silent() {
            return Wide::zeros(self.bins());
        }
        let wide = |values: &[f32]| values.iter().map(|x| f64::from(*x)).collect();
        Wide { re: wide(&bins.re), im: wide(&bins.im) }
    }

    /// The mean power in each band.
    pub(super) fn powers(&self, wide: &Wide) -> Vec<f64> {
        let power = |band: &[usize]| {
            let (from, to) = (band[0], band[1]);
            power(&wide.re[from..to], &wide.im[from..to]) / (to - from) as f64
        };
        self.bands.windows(2).map(power).collect()
    }

    /// Of single bins; none of silence.
    fn powers_of(&self, re: &[f32], im: &[f32]) -> Vec<f64> {
        if re.is_empty() {
            return vec![0.0; self.bands.len() - 1];
        }
        let square = |values: &[f32]| -> f64 { values.iter().map(|x| f64::from(*x) * f64::from(*x)).sum() };
        let power = |band: &[usize]| {
            let (from, to) = (band[0], band[1]);
            (square(&re[from..to]) + square(&im[from..to])) / (to - from) as f64
        };
        self.bands.windows(2).map(power).collect()
    }

    /// Σ power over pieces and bands, each by its weight.
    pub(super) fn energy(&self, wides: &[Wide], weights: &[Vec<f64>]) -> f64 {
        let of = |(wide, weights): (&Wide, &Vec<f64>)| -> f64 {
            let widths = self.bands.windows(2).map(|band| (band[1] - band[0]) as f64);
            self.powers(wide)
                .iter()
                .zip(weights)
                .zip(widths)
                .map(|((power, weight), width)| power * weight * width)
                .sum()
        };
        wides.iter().zip(weights).map(of).sum()
    }
}

/// Σ re² + im².
pub(super) fn power(re: &[f64], im: &[f64]) -> f64 {
    widest(
        #[inline(always)]
        || {
            let mut sums = [0.0f64; 8];
            let (re8, im8) = (re.as_chunks::<8>(), im.as_chunks::<8>());
            for (re, im) in re8.0.iter().zip(im8.0) {
                for lane in 0..8 {
                    sums[lane] += re[lane] * re[lane] + im[lane] * im[lane];
                }
            }
            for (sum, (re, im)) in sums.iter_mut().zip(re8.1.iter().zip(im8.1)) {
                *sum += re * re + im * im;
            }
            ((sums[0] + sums[1]) + (sums[2] + sums[3])) + ((sums[4] + sums[5]) + (sums[6] + sums[7]))
        },
    )
}

/// Cuts bins into runs of `most` or fewer.
pub(super) fn tiles(from: usize, to: usize, most: usize) -> impl Iterator<Item = (usize, usize)> {
    (from..to).step_by(most).map(move |at| (at, (at + most).min(to)))
}

fn bands(low: usize, high: usize) -> Vec<usize> {
    let mut edges = vec![0];
    let mut at = low;
    while at < high {
        let next = ((at as f64 * 1.26) as usize).max(at + 24).min(high);
        // No narrow rest.
        at = if high - next < 24 { high } else { next };
        edges.push(at - low);
    }
    edges
}

/// Where segments begin: where each stem sounds, and over the whole song.
fn segments(frames: u64, length: u64, most: usize, activity: &[(u64, Vec<f32>)]) -> Vec<i64> {
    // A stem that is moved a little is read beyond its segment: readers only go on.
    let hop = length + 256;
    let count = ((frames + length / 2) / hop).max(1);
    // Long songs: one place in so many.
    let places: Vec<u64> = (0..count.min(4096)).map(|n| n * count / count.min(4096) * hop).collect();
    if places.len() <= most {
        return places.into_iter().map(|place| place as i64).collect();
    }
    let energies: Vec<Vec<f64>> = activity
        .iter()
        .map(|(column, powers)| {
            let energy = |place: &u64| -> f64 {
                let column = (*column).max(1);
                let (from, to) = ((place / column) as usize, ((place + length) / column) as usize);
                powers.iter().skip(from).take(to - from + 1).map(|power| f64::from(*power)).sum()
            };
            let energies: Vec<f64> = places.iter().map(energy).collect();
            let loudest = energies.iter().copied().fold(0.0, f64::max);
            energies.into_iter().map(|energy| if loudest > 0.0 { energy / loudest } else { 0.0 }).collect()
        })
        .collect();
    let mut covered = vec![0.0f64; energies.len()];
    let mut chosen: Vec<usize> = Vec::new();
    for _ in 0..most {
        let worth = |place: usize| {
            let heard: f64 =
                covered.iter().zip(&energies).map(|(had, stem)| (had + stem[place]).sqrt() - had.sqrt()).sum();
            let away = chosen.iter().map(|other| place.abs_diff(*other)).min().unwrap_or(places.len());
            heard / energies.len().max(1) as f64 + 0.3 * (away as f64 / places.len() as f64)
        };
        let free = (0..places.len()).filter(|place| !chosen.contains(place));
        let Some(best) = free.max_by(|a, b| worth(*a).total_cmp(&worth(*b)).then(b.cmp(a))) else { break };
        for (had, stem) in covered.iter_mut().zip(&energies) {
            *had += stem[best];
        }
        chosen.push(best);
    }
    chosen.sort_unstable();
    chosen.into_iter().map(|place| places[place] as i64).collect()
}

//! Segments of a song: the spectra of the mix and of every part of its model, in bounded memory.

use super::shift::{Shift, Timing};
use super::source::Source;
use rayon::prelude::*;
use std::f64::consts::TAU;
use stemwright_audio::Media;
use stemwright_core::SampleRate;
use stemwright_dsp::{Fourier, Spectrum};

/// Bytes that spectra may take up.
const ROOM: usize = 192 << 20;
/// More segments say nothing new.
const MOST: usize = 12;
/// Below this the mix is filters' and converters' own.
const LOWEST_HZ: f64 = 10.0;

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

pub(super) struct Bank {
    pub(super) fourier: Fourier,
    pub(super) window: Vec<f64>,
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
    pub(super) shift: Shift,
    /// The mix by segment and channel; `plain` as it is in the file, where something was taken off it.
    pub(super) mix: Vec<Bins>,
    pub(super) plain: Vec<Bins>,
    /// By part, segment and channel, and the timing with which they were read.
    pub(super) parts: Vec<(Timing, Vec<Bins>)>,
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
            fourier: Fourier::new(bins),
            window: (0..length).map(|n| 0.5 - 0.5 * libm::cos(TAU * n as f64 / length as f64)).collect(),
            starts,
            channels: sources.channels,
            low,
            high,
            bands: bands(low, high),
            middle: sources.frames as f64 / 2.0,
            shift: Shift::new(),
            mix: Vec::new(),
            plain: Vec::new(),
            parts: Vec::new(),
        };
        bank.plain = bank.read(sources, &sources.mix, Timing::default(), false);
        bank.mix.clone_from(&bank.plain);
        bank.parts = parts.par_iter().map(|part| (part.timing, bank.read_part(sources, part))).collect();
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

    pub(super) fn read_part(&self, sources: &Sources<'_>, part: &Part) -> Vec<Bins> {
        self.read(sources, &sources.stems[part.stem], part.timing, part.swapped)
    }

    /// Reads parts again that are no longer where they were read. `true` where one was.
    pub(super) fn follow(&mut self, sources: &Sources<'_>, parts: &[Part]) -> bool {
        let moved = |(read, part): (&(Timing, Vec<Bins>), &Part)| {
            let off = (read.0.delay - part.timing.delay).abs();
            off > 1e-3 || (read.0.ppm - part.timing.ppm).abs() * 1e-6 * self.middle > 1e-3
        };
        let which: Vec<usize> = (0..parts.len()).filter(|part| moved((&self.parts[*part], &parts[*part]))).collect();
        let read: Vec<_> = which.par_iter().map(|part| self.read_part(sources, &parts[*part])).collect();
        let any = !which.is_empty();
        for (part, read) in which.into_iter().zip(read) {
            self.parts[part] = (parts[part].timing, read);
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

    /// A part's bins in a piece, at its gain's 1, where it stands now; `None` of silence.
    pub(super) fn placed(&self, number: usize, part: &Part, piece: usize) -> Option<Wide> {
        let (read, pieces) = &self.parts[number];
        let bins = &pieces[piece];
        if bins.is_silent() {
            return None;
        }
        let time = self.time(piece);
        let late = part.timing.at(time) - read.at(time);
        let mut out = Wide::zeros(bins.re.len());
        let step = self.omega(1) - self.omega(0);
        let (turn_re, turn_im) = (libm::cos(step * late), -libm::sin(step * late));
        let blocks = out.re.chunks_mut(64).zip(out.im.chunks_mut(64));
        let from = bins.re.chunks(64).zip(bins.im.chunks(64));
        for (block, ((out_re, out_im), (re, im))) in blocks.zip(from).enumerate() {
            if late == 0.0 {
                out_re.iter_mut().zip(re).for_each(|(out, x)| *out = f64::from(*x));
                out_im.iter_mut().zip(im).for_each(|(out, x)| *out = f64::from(*x));
                continue;
            }
            // Turned step by step, and set right every 64 bins.
            let angle = self.omega(64 * block) * late;
            let (mut c, mut s) = (libm::cos(angle), -libm::sin(angle));
            for bin in 0..re.len() {
                let (x, y) = (f64::from(re[bin]), f64::from(im[bin]));
                (out_re[bin], out_im[bin]) = (x * c - y * s, x * s + y * c);
                (c, s) = (c * turn_re - s * turn_im, c * turn_im + s * turn_re);
            }
        }
        Some(out)
    }

    /// What the parts leave of the mix, by piece.
    pub(super) fn residual(&self, parts: &[Part]) -> Vec<Wide> {
        (0..self.pieces()).into_par_iter().map(|piece| self.residual_of(parts, piece)).collect()
    }

    fn residual_of(&self, parts: &[Part], piece: usize) -> Wide {
        let mut left = self.wide_mix(piece);
        for (number, part) in parts.iter().enumerate().filter(|(_, part)| part.gain != 0.0) {
            if let Some(placed) = self.placed(number, part, piece) {
                stemwright_simd::add_scaled(&mut left.re, &placed.re, -part.gain);
                stemwright_simd::add_scaled(&mut left.im, &placed.im, -part.gain);
            }
        }
        left
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
            let sum: f64 = wide.re[from..to].iter().zip(&wide.im[from..to]).map(|(re, im)| re * re + im * im).sum();
            sum / (to - from) as f64
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

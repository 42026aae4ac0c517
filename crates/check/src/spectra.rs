//! Spectrogram and third octaves of a signal of any length, in bounded memory.

use crate::Spectrogram;
use crate::third_octaves::{Band, Thirds};
use stemwright_core::SampleRate;
use stemwright_dsp::PowerSpectrum;

/// More columns than a page shows.
const MOST: usize = 1024;
/// Logarithmic bands of the spectrogram, from [`LOWEST`] Hz to 20 kHz or half the rate.
const BANDS: usize = 96;
const LOWEST: f64 = 20.0;

/// Blocks of about 0.34 s, half overlapping, of the mean power of all channels.
#[derive(Debug)]
pub(crate) struct Spectra {
    rate: f64,
    meter: PowerSpectrum,
    /// For each channel a block, of which the first half was heard before.
    blocks: Vec<Vec<f64>>,
    filled: usize,
    /// Whether anything is in the blocks.
    sounding: bool,
    power: Vec<f64>,
    edges: Vec<f64>,
    /// Σ power of all blocks by bin.
    total: Vec<f64>,
    count: u64,
    columns: Vec<Vec<f64>>,
    /// Blocks in a column, and in the last.
    several: u64,
    joined: u64,
}

impl Spectra {
    pub(crate) fn new(rate: SampleRate, channels: usize) -> Self {
        let hz = f64::from(rate.hz());
        // 16384 at 44.1 and 48 kHz.
        let length = (rate.hz() as usize * 16_384 / 65_536 + 1).next_power_of_two().max(2048);
        let highest = (hz / 2.0).min(20_000.0);
        let edge = |band: usize| LOWEST * libm::pow(highest / LOWEST, band as f64 / BANDS as f64);
        Self {
            rate: hz,
            meter: PowerSpectrum::new(length),
            blocks: vec![vec![0.0; length]; channels],
            filled: length / 2,
            sounding: false,
            power: vec![0.0; length / 2 + 1],
            edges: (0..=BANDS).map(edge).collect(),
            total: vec![0.0; length / 2 + 1],
            count: 0,
            columns: Vec::new(),
            several: 1,
            joined: 1,
        }
    }

    pub(crate) fn block(&mut self, planes: &[&[f64]], silent: bool) {
        let frames = planes.first().map_or(0, |plane| plane.len());
        let length = self.meter.length();
        self.sounding |= !silent;
        let mut at = 0;
        while at < frames {
            let room = (length - self.filled).min(frames - at);
            if self.sounding {
                for (block, plane) in self.blocks.iter_mut().zip(planes) {
                    block[self.filled..self.filled + room].copy_from_slice(&plane[at..at + room]);
                }
            }
            self.filled += room;
            at += room;
            if self.filled == length {
                self.transform();
                for block in &mut self.blocks {
                    block.copy_within(length / 2.., 0);
                }
                self.filled = length / 2;
                let rings = self.sounding && self.blocks.iter().any(|b| !stemwright_simd::is_zero(&b[..length / 2]));
                self.sounding = rings || (at < frames && !silent);
                if !self.sounding {
                    // What comes while nothing sounds is not copied.
                    self.blocks.iter_mut().for_each(|block| block.fill(0.0));
                }
            }
        }
    }

    fn transform(&mut self) {
        self.count += 1;
        let mut column = vec![0.0; BANDS];
        if self.sounding {
            self.power.fill(0.0);
            let share = 1.0 / self.blocks.len() as f64;
            for block in &self.blocks {
                stemwright_simd::add_scaled(&mut self.power, self.meter.of(block), share);
            }
            stemwright_simd::add(&mut self.total, &self.power);
            let wide = self.rate / self.meter.length() as f64;
            for (band, power) in column.iter_mut().enumerate() {
                // Of bands narrower than a bin, their share of it.
                *power = between(&self.power, self.edges[band] / wide, self.edges[band + 1] / wide);
            }
        }
        match self.columns.last_mut() {
            Some(last) if self.joined < self.several => {
                stemwright_simd::add(last, &column);
                self.joined += 1;
            }
            _ => {
                if self.columns.len() == MOST {
                    for n in 0..MOST / 2 {
                        let second = std::mem::take(&mut self.columns[2 * n + 1]);
                        stemwright_simd::add(&mut self.columns[2 * n], &second);
                        self.columns.swap(n, 2 * n);
                    }
                    self.columns.truncate(MOST / 2);
                    self.several *= 2;
                }
                self.columns.push(column);
                self.joined = 1;
            }
        }
    }

    /// Takes in what is left, and gives the spectrogram and the third octaves of the whole.
    pub(crate) fn finish(mut self) -> (Spectrogram, Vec<Band>) {
        let length = self.meter.length();
        let rest = length - self.filled;
        let zeros = vec![0.0; rest];
        let planes = vec![&zeros[..]; self.blocks.len()];
        self.block(&planes, true);
        let wide = self.rate / length as f64;
        let thirds = Thirds::new(self.rate);
        let mean: Vec<f64> = self.total.iter().map(|power| power / self.count.max(1) as f64).collect();
        let bands = thirds.bands(|low, high| between(&mean, low / wide, high / wide));
        let last = self.columns.len().saturating_sub(1);
        let columns = self.columns.iter().enumerate().map(|(n, column)| {
            let several = if n == last { self.joined } else { self.several } as f64;
            // A full-scale sine, whose mean square is a half, is 0.
            column.iter().map(|power| (10.0 * libm::log10(2.0 * power / several)) as f32).collect()
        });
        let spectrogram = Spectrogram {
            frames_a_column: self.several * (length / 2) as u64,
            edges: self.edges.iter().map(|edge| *edge as f32).collect(),
            columns: columns.collect(),
        };
        (spectrogram, bands)
    }
}

/// The sum of bins between two edges, in bins: each bin reaches half a bin to either side.
fn between(bins: &[f64], low: f64, high: f64) -> f64 {
    let (low, high) = ((low + 0.5).max(0.0), (high + 0.5).min(bins.len() as f64));
    if high <= low {
        return 0.0;
    }
    let (first, last) = (low as usize, (high as usize).min(bins.len() - 1));
    if first == last {
        return bins[first] * (high - low);
    }
    let inside: f64 = bins[first + 1..last].iter().sum();
    bins[first] * (first as f64 + 1.0 - low) + inside + bins[last] * (high - last as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tone_is_in_its_third_octave_and_in_its_columns() {
        let rate = SampleRate::new(48_000).unwrap();
        let mut spectra = Spectra::new(rate, 2);
        let w = std::f64::consts::TAU * 1000.0 / 48_000.0;
        // A second of silence, ten of a tone of −20 dBFS, a second of silence.
        for block in 0..144 {
            let tone = |n: usize| {
                let at = block * 4000 + n;
                if (48_000..528_000).contains(&at) { 0.1 * libm::sin(w * at as f64) } else { 0.0 }
            };
            let plane: Vec<f64> = (0..4000).map(tone).collect();
            spectra.block(&[&plane, &plane], stemwright_simd::is_zero(&plane));
        }
        let (spectrogram, bands) = spectra.finish();
        let loudest = bands.iter().max_by(|a, b| a.dbfs.total_cmp(&b.dbfs)).unwrap();
        assert_eq!(loudest.hz, 1000.0);
        // −23.01 dBFS of RMS over 10 of 12 s.
        assert!((loudest.dbfs + 23.01 + 0.79).abs() < 0.1, "{loudest:?}");
        let column = &spectrogram.columns[spectrogram.columns.len() / 2];
        let band = (0..BANDS).max_by(|a, b| column[*a].total_cmp(&column[*b])).unwrap();
        assert!(spectrogram.edges[band] < 1000.0 && spectrogram.edges[band + 1] > 1000.0);
        assert!((column[band] + 20.0).abs() < 1.5, "{}", column[band]);
        assert!(spectrogram.columns[0].iter().all(|level| *level == f32::NEG_INFINITY));
    }
}

//! The null test of foreign files: mix − Σ stems, and what kind of difference it is.

use crate::correlation::Correlation;
use crate::measure::{Columns, step_frames};
use crate::report::{SumClass, WorstMoment};
use crate::spectra::Spectra;
use crate::third_octaves::Band;
use crate::{Overview, Spectrogram};
use std::collections::VecDeque;
use stemwright_core::SampleRate;
use stemwright_dsp::Loudness;
use stemwright_simd::peak;

/// How many of the worst seconds are named.
const WORST: usize = 5;

/// What rounding (and dither) of the files can leave.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Rounding {
    /// Σ over integer files of one LSB, full scale 1.
    pub(crate) lsbs: f64,
    /// Σ over integer files of the square of one LSB.
    pub(crate) squares: f64,
    /// Whether all files are integers.
    pub(crate) integers: bool,
    /// Whether a file was coded with losses.
    pub(crate) lossy: bool,
}

impl Rounding {
    /// Of no files.
    pub(crate) const NONE: Self = Self { lsbs: 0.0, squares: 0.0, integers: true, lossy: false };

    pub(crate) fn add(&mut self, bits: Option<u16>, float: bool, lossless: bool) {
        self.lossy |= !lossless;
        match bits.filter(|_| !float) {
            Some(bits) => {
                let lsb = libm::exp2(1.0 - f64::from(bits));
                self.lsbs += lsb;
                self.squares += lsb * lsb;
            }
            None => self.integers = false,
        }
    }
}

/// Compares a mix with the sum of the stems.
pub(crate) struct SumMeter {
    rounding: Rounding,
    rate: SampleRate,
    channels: usize,
    frame: u64,
    different: u64,
    /// Of those, where the sum is beyond full scale and the mix at it.
    clipped: u64,
    peak: f64,
    /// The largest ratio of the residual to what rounding can leave on its block.
    of_bound: f64,
    bound: f64,
    /// Σ r², Σ r·s, Σ s², Σ m² of residual, sum and mix.
    squares: [f64; 4],
    loudness: Loudness,
    columns: Columns,
    spectra: Spectra,
    /// Made when the residual is more than rounding for the first time.
    correlation: Option<Correlation>,
    /// The squares of the blocks of the last second, the oldest first, and where each begins.
    second: VecDeque<(u64, f64)>,
    worst: Vec<(u64, f64)>,
    residual: Vec<Vec<f64>>,
}

/// What was found.
#[derive(Debug)]
pub(crate) struct Sum {
    pub(crate) class: SumClass,
    pub(crate) frames: u64,
    pub(crate) different: u64,
    /// Whether the residual is nothing but what the mix lost where it was clipped.
    pub(crate) clipped_mix: bool,
    pub(crate) peak: f64,
    /// RMS over all channels.
    pub(crate) rms: f64,
    pub(crate) mix_rms: f64,
    pub(crate) bound: f64,
    pub(crate) lufs: Option<f64>,
    pub(crate) worst: Vec<WorstMoment>,
    pub(crate) bands: Vec<Band>,
    pub(crate) overview: Overview,
    /// Where a delay is likely: by how many frames the mix is later.
    pub(crate) delay: Option<(i64, f64)>,
    pub(crate) gain: Gain,
}

/// The gain that brings the sum nearest to the mix.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct Gain {
    pub(crate) factor: f64,
    /// What is left then, RMS.
    pub(crate) left: f64,
}

impl Gain {
    /// Of mix and sum s where mix = `base`·s + r.
    pub(crate) fn of(base: f64, [rr, rs, ss]: [f64; 3], samples: u64) -> Self {
        if ss <= 0.0 {
            return Self { factor: 1.0, left: (rr / samples.max(1) as f64).sqrt() };
        }
        let left = (rr - rs * rs / ss).max(0.0);
        Self { factor: base + rs / ss, left: (left / samples.max(1) as f64).sqrt() }
    }
}

impl SumMeter {
    pub(crate) fn new(rate: SampleRate, channels: usize, rounding: Rounding) -> Self {
        Self {
            rounding,
            rate,
            channels,
            frame: 0,
            different: 0,
            clipped: 0,
            peak: 0.0,
            of_bound: 0.0,
            bound: 0.0,
            squares: [0.0; 4],
            loudness: Loudness::new(rate, channels),
            columns: Columns::new(step_frames(rate) as u64),
            spectra: Spectra::new(rate, channels),
            correlation: None,
            second: VecDeque::new(),
            worst: Vec::new(),
            residual: vec![Vec::new(); channels],
        }
    }

    /// A block of mix and sum, of whole steps of 10 ms but for the last one. `floats`: Σ over the float files of the largest sample of the
    /// block.
    pub(crate) fn block(&mut self, mix: &[&[f64]], sum: &[&[f64]], floats: f64) {
        let frames = mix.first().map_or(0, |plane| plane.len());
        let [mut rr, mut rs, mut ss, mut mm] = [0.0; 4];
        let mut largest: f64 = 0.0;
        for ((residual, mix), sum) in self.residual.iter_mut().zip(mix).zip(sum) {
            residual.clear();
            residual.extend(mix.iter().zip(*sum).map(|(m, s)| m - s));
            let square = |values: &[f64]| values.iter().map(|x| x * x).sum::<f64>();
            ss += square(sum);
            mm += square(mix);
            let most = peak(residual);
            if most > 0.0 {
                rr += square(residual);
                rs += residual.iter().zip(*sum).map(|(r, s)| r * s).sum::<f64>();
                for ((r, m), s) in residual.iter().zip(*mix).zip(*sum) {
                    self.different += u64::from(*r != 0.0);
                    // A mix that ends at full scale where the sum goes on.
                    self.clipped += u64::from(*r != 0.0 && s.abs() > m.abs() && m.abs() > 0.999 && m * s > 0.0);
                }
                largest = largest.max(most);
            }
        }
        for (sum, value) in self.squares.iter_mut().zip([rr, rs, ss, mm]) {
            *sum += value;
        }
        self.peak = self.peak.max(largest);
        // Half an LSB of each integer, half an ulp of each float and what adding up in another order leaves (DESIGN, Exact sums).
        let bound = 0.5 * self.rounding.lsbs + floats * (libm::exp2(-24.0) + libm::exp2(-34.0));
        self.bound = self.bound.max(bound);
        if largest > 0.0 {
            self.of_bound = self.of_bound.max(if bound > 0.0 { largest / bound } else { f64::INFINITY });
        }
        let silent = largest == 0.0;
        let residual = std::mem::take(&mut self.residual);
        let planes: Vec<&[f64]> = residual.iter().map(Vec::as_slice).collect();
        if silent {
            self.loudness.silence(frames as u64);
        } else {
            self.loudness.block(&planes);
        }
        self.spectra.block(&planes, silent);
        self.columns.block(&planes, step_frames(self.rate));
        if self.of_bound > 3.0 && self.correlation.is_none() {
            self.correlation = Some(Correlation::new(self.channels));
        }
        if let Some(correlation) = &mut self.correlation {
            correlation.block(mix, sum);
        }
        self.seconds(rr, frames as u64);
        self.frame += frames as u64;
        self.residual = residual;
    }

    /// What was left of the block before.
    pub(crate) fn residual(&self) -> &[Vec<f64>] {
        &self.residual
    }

    /// What rounding could leave so far.
    pub(crate) fn bound(&self) -> f64 {
        self.bound
    }

    /// Keeps the worst seconds that do not overlap.
    fn seconds(&mut self, square: f64, frames: u64) {
        let second = u64::from(self.rate.hz());
        self.second.push_back((self.frame, square));
        let end = self.frame + frames;
        while self.second.front().is_some_and(|(begin, _)| end - begin > second) {
            self.second.pop_front();
        }
        let sum: f64 = self.second.iter().map(|(_, square)| square).sum();
        let Some(&(begin, _)) = self.second.front().filter(|_| sum > 0.0) else { return };
        let rms = (sum / ((end - begin).max(1) * self.channels as u64) as f64).sqrt();
        let (over, apart): (Vec<_>, Vec<_>) =
            self.worst.iter().copied().partition(|(other, _)| other.abs_diff(begin) < second);
        if over.iter().all(|(_, other)| *other < rms) {
            self.worst = apart;
            self.worst.push((begin, rms));
            self.worst.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
            self.worst.truncate(WORST);
        }
    }

    /// What kind of difference it is, as far as that is known without a second look: a delay is only suspected.
    pub(crate) fn finish(mut self) -> Sum {
        let samples = (self.frame * self.channels as u64).max(1);
        let [rr, rs, ss, mm] = self.squares;
        let rms = (rr / samples as f64).sqrt();
        let mix_rms = (mm / samples as f64).sqrt();
        let gain = Gain::of(1.0, [rr, rs, ss], samples);
        let delay = self.correlation.take().and_then(Correlation::delay);
        // Triangular dither of 2 LSB and rounding have a variance of q²/4 in each file; a third more is no chance any more.
        let dither = 1.15 * (self.rounding.squares / 4.0).sqrt();
        let class = if self.different == 0 {
            SumClass::BitExact
        } else if self.of_bound <= 1.0 {
            SumClass::Rounding
        } else if self.rounding.integers && self.of_bound <= 3.0 && rms <= dither {
            SumClass::Dither
        } else if self.rounding.lossy && rms < mix_rms * LOSSY {
            SumClass::LossyCoding
        } else if nulls(gain.left, mix_rms, &self.rounding) && gain.factor != 0.0 {
            SumClass::StaticGain
        } else {
            SumClass::DoesNotNull
        };
        let (spectrogram, bands) = self.spectra.finish();
        let mut overview = self.columns.finish(false);
        overview.set_short_term(&self.loudness);
        overview.spectrogram = Some(spectrogram).filter(|_: &Spectrogram| self.different > 0);
        let moment = |(frame, rms): &(u64, f64)| WorstMoment { frame: *frame, rms_dbfs: decibels(*rms) };
        Sum {
            class,
            frames: self.frame,
            different: self.different,
            clipped_mix: self.different > 0 && self.clipped == self.different,
            peak: self.peak,
            rms,
            mix_rms,
            bound: self.bound,
            lufs: self.loudness.integrated(),
            worst: self.worst.iter().map(moment).collect(),
            bands,
            overview,
            delay,
            gain,
        }
    }
}

/// −30 dB: what AAC of 128 kbit/s and more stays below in the sum of many stems, and no fault of a mix does that is heard.
const LOSSY: f64 = 0.031_6;

/// −80 dB of the mix: what is left after one gain or delay when nothing else is wrong but rounding at another level.
const NOTHING_LEFT: f64 = 1e-4;

/// Whether a correction leaves nothing that matters.
pub(crate) fn nulls(left: f64, mix_rms: f64, rounding: &Rounding) -> bool {
    left <= (2.0 * (rounding.squares / 4.0).sqrt()).max(NOTHING_LEFT * mix_rms)
}

/// A factor in dB, rounded as stored levels are.
pub(crate) fn decibels(factor: f64) -> f64 {
    (2000.0 * libm::log10(factor.abs())).round() / 100.0
}

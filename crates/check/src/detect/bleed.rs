//! Bleed: a stem that in its pauses holds what another one plays.
//!
//! Whether two signals are one through a filter is told by their coherence (Bendat and Piersol, *Random Data*, section 6.2): of what a
//! stem holds while it rests, the share that a loud other stem explains. A tone explains a tone of the same pitch, so most of the
//! spectrum must agree. Whether it was meant (one room, a shared return) no sample says.

use stemwright_dsp::{Fourier, Spectrum};

/// Stems that are compared with each other; with more, the first so many: memory grows with their square.
pub(crate) const MOST: usize = 64;
/// The lowest bin: below it rumble is everywhere.
const LOWEST: usize = 4;
/// A stem rests 25 dB below its loudest moment so far, and is not silent: −100 dBFS.
const REST: f64 = 3.2e-3;
const SILENT: f64 = 1e-10;
/// Another one plays within 15 dB of its own, and 10 dB above the one that rests.
const PLAYS: f64 = 0.032;
const ABOVE: f64 = 10.0;
/// Windows that a share is made of, at least: by chance it is one of so many.
const FEWEST: u32 = 16;
/// Of the power in pauses, and of the bins that hold any (within 40 dB of the largest).
const SHARE: f64 = 0.4;
const EVEN: f64 = 0.35;
const ACTIVE: f64 = 1e-4;
const BINS: usize = 24;

/// What a stem holds of another.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Bleed {
    /// Which stem is heard in it.
    pub(crate) of: usize,
    /// Its level there against its own.
    pub(crate) gain: f64,
    /// The share of what the pauses hold that it explains.
    pub(crate) share: f64,
    /// Where the first such pause is.
    pub(crate) frame: u64,
}

/// Σ over windows of one stem that rests and one that plays, by bin.
#[derive(Debug, Clone)]
struct Pair {
    count: u32,
    first: u64,
    cross: [Vec<f32>; 2],
    powers: [Vec<f32>; 2],
}

#[derive(Debug)]
struct Stem {
    loudest: f64,
    level: f64,
    /// Whether the spectrum is that of this window.
    fresh: bool,
    window: Vec<f64>,
    spectrum: Spectrum,
}

#[derive(Debug)]
pub(crate) struct BleedMeter {
    fourier: Fourier,
    hann: Vec<f64>,
    windowed: Vec<f64>,
    spare: Spectrum,
    stems: Vec<Stem>,
    pairs: Vec<Option<Box<Pair>>>,
    /// In a block.
    frames: usize,
}

impl BleedMeter {
    /// Of so many stems that are heard in blocks of so many frames.
    pub(crate) fn new(stems: usize, frames: usize) -> Option<Self> {
        // Below half of the next power of two there is none that fits.
        let length = (frames / 2 + 1).next_power_of_two();
        let stems = stems.min(MOST);
        if stems < 2 || length < 16 * LOWEST || length > frames {
            return None;
        }
        let turn = std::f64::consts::TAU / length as f64;
        let stem = || Stem {
            loudest: 0.0,
            level: 0.0,
            fresh: false,
            window: vec![0.0; length],
            spectrum: Spectrum::new(length / 2),
        };
        Some(Self {
            fourier: Fourier::new(length / 2),
            hann: (0..length).map(|n| 0.5 - 0.5 * libm::cos(turn * n as f64)).collect(),
            windowed: vec![0.0; length],
            spare: Spectrum::new(length / 2),
            stems: (0..stems).map(|_| stem()).collect(),
            pairs: vec![None; stems * stems],
            frames,
        })
    }

    /// The planes of every stem, of the block of a number; its first half is looked at, which is enough of what goes on.
    pub(crate) fn block(&mut self, planes: &[&[Vec<f64>]], number: u64) {
        let frame = number * self.frames as u64;
        for (stem, planes) in self.stems.iter_mut().zip(planes) {
            stem.hear(planes);
        }
        for quiet in 0..self.stems.len() {
            let Stem { level, loudest, .. } = self.stems[quiet];
            if level < SILENT || level > REST * loudest {
                continue;
            }
            for loud in 0..self.stems.len() {
                let other = &self.stems[loud];
                if other.level > PLAYS * other.loudest && other.level > ABOVE * level {
                    self.add(quiet, loud, frame);
                }
            }
        }
    }

    fn add(&mut self, quiet: usize, loud: usize, frame: u64) {
        for stem in [quiet, loud] {
            let Stem { fresh, window, spectrum, .. } = &mut self.stems[stem];
            if !*fresh {
                for ((to, x), hann) in self.windowed.iter_mut().zip(window.iter()).zip(&self.hann) {
                    *to = x * hann;
                }
                self.fourier.forward(&self.windowed, spectrum, &mut self.spare);
                *fresh = true;
            }
        }
        let bins = LOWEST..self.hann.len() / 4;
        let zeros = || vec![0.0f32; bins.len()];
        let new = || Box::new(Pair { count: 0, first: frame, cross: [zeros(), zeros()], powers: [zeros(), zeros()] });
        let [a, b] = [quiet, loud].map(|stem| &self.stems[stem].spectrum);
        let pair = self.pairs[quiet * self.stems.len() + loud].get_or_insert_with(new);
        pair.count += 1;
        let [re, im] = &mut pair.cross;
        let [own, other] = &mut pair.powers;
        for (n, bin) in bins.enumerate() {
            let (ar, ai, br, bi) = (a.re[bin], a.im[bin], b.re[bin], b.im[bin]);
            re[n] += (ar * br + ai * bi) as f32;
            im[n] += (ai * br - ar * bi) as f32;
            own[n] += (ar * ar + ai * ai) as f32;
            other[n] += (br * br + bi * bi) as f32;
        }
    }

    /// What each stem holds of the one that it holds most of.
    pub(crate) fn finish(&self) -> Vec<Option<Bleed>> {
        let count = self.stems.len();
        let of = |quiet: usize| {
            let pairs = (0..count).filter_map(|loud| Some((loud, self.pairs[quiet * count + loud].as_deref()?)));
            let found = pairs.filter_map(|(loud, pair)| pair.judge(loud));
            found.max_by(|a, b| a.share.total_cmp(&b.share))
        };
        (0..count).map(of).collect()
    }
}

impl Stem {
    fn hear(&mut self, planes: &[Vec<f64>]) {
        self.fresh = false;
        let length = self.window.len();
        let share = 1.0 / planes.len().max(1) as f64;
        self.window.fill(0.0);
        for plane in planes {
            stemwright_simd::add_scaled(&mut self.window, &plane[..length], share);
        }
        self.level = self.window.iter().map(|x| x * x).sum::<f64>() / length as f64;
        self.loudest = self.loudest.max(self.level);
    }
}

impl Pair {
    fn judge(&self, loud: usize) -> Option<Bleed> {
        if self.count < FEWEST {
            return None;
        }
        let [own, other] = &self.powers;
        let most = own.iter().copied().fold(0.0f32, f32::max);
        let chance = 1.0 / f64::from(self.count);
        let (mut all, mut explained, mut there) = (0.0, 0.0, 0.0);
        let (mut bins, mut even) = (0, 0.0);
        for n in 0..own.len() {
            let (aa, bb) = (f64::from(own[n]), f64::from(other[n]));
            let [re, im] = [0, 1].map(|part: usize| f64::from(self.cross[part][n]));
            let coherence = (re * re + im * im) / (aa * bb + 1e-30);
            // What chance explains is taken away.
            let coherence = ((coherence - chance) / (1.0 - chance)).clamp(0.0, 1.0);
            all += aa;
            explained += aa * coherence;
            there += bb;
            if aa > ACTIVE * f64::from(most) {
                bins += 1;
                even += coherence;
            }
        }
        let share = explained / (all + 1e-30);
        let enough = share > SHARE && bins >= BINS && even > EVEN * bins as f64;
        enough.then(|| Bleed { of: loud, gain: (explained / (there + 1e-30)).sqrt(), share, frame: self.first })
    }
}

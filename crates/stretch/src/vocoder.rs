//! A phase vocoder for tones: windows of the file, each turned in phase so that it goes on where the last one was.
//!
//! Each window is analysed where it is heard and a hop before that: what the phase gained in between, every partial gains in the
//! clip, whatever the speed (Puckette, *Phase-locked vocoder*, IEEE WASPAA 1995). Around each peak all bins turn together (Laroche
//! and Dolson, *Improved phase vocoder time-scale modification of audio*, IEEE Transactions on Speech and Audio Processing 7, 1999,
//! "identity phase locking"), and so do all channels, so that neither the shape of a partial nor its place between the speakers
//! changes.

use crate::span::Span;
use crate::windows::Windows;
use stemwright_dsp::Spectrum;

/// Bins on either side that a peak is above.
const SUMMIT: usize = 2;

pub(crate) struct Vocoder {
    windows: Windows,
    /// Where the middle of the last window was in the file; `None` before the first.
    last: Option<i64>,
    /// By channel: the window heard, the one a hop before it, and what was put out last.
    now: Vec<Spectrum>,
    before: Vec<Spectrum>,
    out: Vec<Spectrum>,
    power: Vec<f64>,
    tones: Vec<f64>,
    spent: Spectrum,
}

impl Vocoder {
    pub(crate) fn new(hz: u32, channels: usize) -> Self {
        let windows = Windows::long(hz);
        let spectra = || vec![Spectrum::new(windows.bins()); channels];
        Self {
            last: None,
            now: spectra(),
            before: spectra(),
            out: spectra(),
            power: vec![0.0; windows.bins()],
            tones: vec![0.0; windows.length],
            spent: Spectrum::new(windows.bins()),
            windows,
        }
    }

    /// Frames between two windows of the clip.
    pub(crate) fn hop(&self) -> i64 {
        self.windows.hop() as i64
    }

    /// Frames of a window.
    pub(crate) fn length(&self) -> i64 {
        self.windows.length as i64
    }

    /// Adds the window whose middle is at `source` in the file to `out`, with its middle at `frame`. Windows come a hop after each other.
    pub(crate) fn put(&mut self, tape: &Span, hits: &Span, source: i64, frame: i64, out: &mut Span) {
        let half = self.length() / 2;
        match self.last {
            // The window a hop before is the last one.
            Some(last) if last == source - self.hop() => std::mem::swap(&mut self.before, &mut self.now),
            Some(_) => self.analyse(tape, hits, source - self.hop(), true),
            None => {}
        }
        self.analyse(tape, hits, source, false);
        if self.last.is_some() {
            self.turn();
        } else {
            self.out.clone_from(&self.now);
        }
        self.last = Some(source);
        out.extend_to(frame + half);
        for (channel, spectrum) in self.out.iter().enumerate() {
            self.spent.clone_from(spectrum);
            self.windows.add_backward(&mut self.spent, out.get_mut(channel, frame - half..frame + half));
        }
    }

    fn analyse(&mut self, tape: &Span, hits: &Span, middle: i64, before: bool) {
        let half = self.length() / 2;
        let spectra = if before { &mut self.before } else { &mut self.now };
        for (channel, spectrum) in spectra.iter_mut().enumerate() {
            let places = middle - half..middle + half;
            let both = tape.get(channel, places.clone()).iter().zip(hits.get(channel, places));
            for (tone, (x, hit)) in self.tones.iter_mut().zip(both) {
                *tone = x - hit;
            }
            self.windows.forward(&self.tones, spectrum);
        }
    }

    /// What is put out: the window heard, turned.
    fn turn(&mut self) {
        let bins = self.windows.bins();
        self.power.fill(0.0);
        for spectrum in &self.now {
            for (power, (re, im)) in self.power.iter_mut().zip(spectrum.re.iter().zip(&spectrum.im)) {
                *power += re * re + im * im;
            }
        }
        let mut begin = 1;
        let mut peak = self.next_peak(1);
        while begin < bins {
            let following = self.next_peak(peak + 1);
            // Between two peaks the lowest bin divides.
            let end = if following < bins {
                let valley = (peak..following).min_by(|a, b| self.power[*a].total_cmp(&self.power[*b]));
                valley.map_or(following, |valley| valley.max(begin) + 1)
            } else {
                bins
            };
            let [c, s] = self.turn_of(peak.min(bins - 1));
            for (out, now) in self.out.iter_mut().zip(&self.now) {
                let from = now.re[begin..end].iter().zip(&now.im[begin..end]);
                let to = out.re[begin..end].iter_mut().zip(&mut out.im[begin..end]);
                for ((out_re, out_im), (re, im)) in to.zip(from) {
                    *out_re = c * re - s * im;
                    *out_im = s * re + c * im;
                }
            }
            (begin, peak) = (end, following);
        }
        // Neither the mean nor the highest frequency has a phase.
        for (out, now) in self.out.iter_mut().zip(&self.now) {
            (out.re[0], out.im[0]) = (now.re[0], now.im[0]);
        }
    }

    /// The first peak from a bin on, or the number of bins.
    fn next_peak(&self, from: usize) -> usize {
        let bins = self.power.len();
        let is_peak = |bin: &usize| {
            let around = bin.saturating_sub(SUMMIT).max(1)..(bin + SUMMIT + 1).min(bins);
            let power = self.power[*bin];
            around.into_iter().all(|other| self.power[other] < power || other == *bin)
        };
        (from..bins).find(is_peak).unwrap_or(bins)
    }

    /// By how much the last window was turned at a bin, all channels together, as cosine and sine.
    fn turn_of(&self, bin: usize) -> [f64; 2] {
        let mut sum = [0.0, 0.0];
        for (out, before) in self.out.iter().zip(&self.before) {
            let [a, b] = [[out.re[bin], out.im[bin]], [before.re[bin], before.im[bin]]];
            sum = [sum[0] + a[0] * b[0] + a[1] * b[1], sum[1] + a[1] * b[0] - a[0] * b[1]];
        }
        let length = (sum[0] * sum[0] + sum[1] * sum[1]).sqrt();
        if length > f64::MIN_POSITIVE { sum.map(|x| x / length) } else { [1.0, 0.0] }
    }
}

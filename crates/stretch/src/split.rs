//! Tones apart from hits and noise, which are stretched in different ways.
//!
//! In a spectrogram tones are lines along time and hits are lines along frequency. The median along one direction keeps the lines of
//! that direction and loses those of the other (Fitzgerald, *Harmonic/percussive separation using median filtering*, DAFx 2010;
//! for stretching: Driedger, Müller and Ewert, *Improving time-scale modification of music signals using harmonic-percussive
//! separation*, IEEE Signal Processing Letters 21, 2014). What is given to hits is taken from tones: both add up to the signal.

use crate::median;
use crate::span::Span;
use crate::windows::Windows;
use std::collections::VecDeque;
use stemwright_dsp::Spectrum;
use stemwright_simd::is_zero;

/// Windows on either side that a tone's median is of, 0.19 s in all: more than twice the four that a click is in.
const REACH: usize = 4;
/// On either side of a bin along frequency.
const BAND_HZ: f64 = 250.0;
/// Below the median, as the lines of a low voice fill more than half of the bins.
const QUANTILE: f64 = 0.35;
/// Power by which a tone stands out: 9 dB. What does not, noise with it, is put together in pieces, which keeps its level.
const TONAL: f64 = 8.0;
/// Power below which there is nothing, of full scale in one bin: −200 dB.
const NOTHING: f64 = 1e-20;

/// Splits a tape, window by window.
pub(crate) struct Split {
    windows: Windows,
    /// Where the next window begins.
    next: i64,
    /// The window that is split next, in the middle, and those around it.
    recent: VecDeque<Analysed>,
    /// Bins on either side.
    band: usize,
    /// What was told apart: [`Self::known`] says up to where.
    pub(crate) hits: Span,
    along_time: Vec<f64>,
    along_band: Vec<f64>,
    sorted: Vec<f64>,
}

/// A window: the spectrum of each channel, and their power together.
struct Analysed {
    spectra: Vec<Spectrum>,
    power: Vec<f64>,
}

impl Split {
    /// Splits from the place `start` on. The first window's length is not told apart rightly.
    pub(crate) fn new(hz: u32, channels: usize, start: i64) -> Self {
        let windows = Windows::short(hz);
        let bins = windows.bins();
        let silence = || Analysed { spectra: vec![Spectrum::new(bins); channels], power: vec![0.0; bins] };
        Self {
            next: start,
            recent: (0..REACH).map(|_| silence()).collect(),
            band: (BAND_HZ * windows.length as f64 / f64::from(hz)) as usize,
            hits: Span::new(channels, start),
            along_time: vec![0.0; bins],
            along_band: vec![0.0; bins],
            sorted: Vec::new(),
            windows,
        }
    }

    /// Up to where hits are known.
    pub(crate) fn known(&self) -> i64 {
        let windows_ahead = (self.recent.len() as i64 - REACH as i64).max(0);
        self.next - windows_ahead * self.windows.hop() as i64
    }

    /// Up to where the tape must be read for hits to be known up to `known`.
    pub(crate) fn needs(&self, known: i64) -> i64 {
        known + ((REACH + 1) * self.windows.hop() + self.windows.length) as i64
    }

    /// Goes on until hits are known up to a place.
    pub(crate) fn advance(&mut self, tape: &Span, known: i64) {
        while self.known() < known {
            let analysed = self.analyse(tape);
            self.recent.push_back(analysed);
            self.next += self.windows.hop() as i64;
            if self.recent.len() > 2 * REACH {
                self.split();
            }
        }
    }

    fn analyse(&mut self, tape: &Span) -> Analysed {
        let bins = self.windows.bins();
        let reused = (self.recent.len() > 2 * REACH).then(|| self.recent.pop_front()).flatten();
        let mut analysed = reused.unwrap_or_else(|| Analysed {
            spectra: vec![Spectrum::new(bins); tape.channels()],
            power: vec![0.0; bins],
        });
        analysed.power.fill(NOTHING);
        for (channel, spectrum) in analysed.spectra.iter_mut().enumerate() {
            let frames = tape.get(channel, self.next..self.next + self.windows.length as i64);
            if is_zero(frames) {
                spectrum.clear();
                continue;
            }
            self.windows.forward(frames, spectrum);
            let bins = spectrum.re.iter().zip(&spectrum.im);
            for (power, (re, im)) in analysed.power.iter_mut().zip(bins) {
                *power += re * re + im * im;
            }
        }
        analysed
    }

    /// Splits the window in the middle of those that are there.
    fn split(&mut self) {
        let begin = self.next - ((REACH + 1) * self.windows.hop()) as i64;
        let end = begin + self.windows.length as i64;
        self.hits.extend_to(end);
        if self.recent[REACH].power.iter().all(|power| *power == NOTHING) {
            return;
        }
        let rows: Vec<&[f64]> = self.recent.iter().map(|analysed| analysed.power.as_slice()).collect();
        median::of_rows(&rows, &mut self.along_time);
        let middle = &mut self.recent[REACH];
        median::along(&middle.power, self.band, QUANTILE, &mut self.sorted, &mut self.along_band);
        for (channel, spectrum) in middle.spectra.iter_mut().enumerate() {
            let bins = spectrum.re.iter_mut().zip(&mut spectrum.im);
            for ((re, im), (band, time)) in bins.zip(self.along_band.iter().zip(&self.along_time)) {
                // All or nothing: two halves that are stretched apart would not be as loud together.
                if *time > TONAL * band {
                    (*re, *im) = (0.0, 0.0);
                }
            }
            self.windows.add_backward(spectrum, self.hits.get_mut(channel, begin..end));
        }
    }
}

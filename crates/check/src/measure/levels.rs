//! Peak, RMS, DC, noise floor, silence, the first and the last sound.

use super::steps::Sums;
use stemwright_core::Db;

/// −60 dBFS: what a listener hears in a quiet room from a system at its usual level.
pub(super) const HEARD: f64 = 1e-3;

/// Steps of 10 ms in the windows of the noise floor.
const WINDOW: u32 = 10;
/// Bins of 0.5 dB of the noise floor's histogram, from −180 dBFS on.
const BINS: usize = 400;
/// The share of windows that are quieter than the noise floor.
const QUIETER: f64 = 0.05;

#[derive(Debug, Clone)]
pub(super) struct Levels {
    pub(super) peak: f64,
    pub(super) peak_frame: Option<u64>,
    channels: Vec<[f64; 2]>,
    pub(super) first_sound: Option<u64>,
    pub(super) last_sound: Option<u64>,
    pub(super) first_heard: Option<u64>,
    pub(super) last_heard: Option<u64>,
    /// The largest sample of the latest step.
    pub(super) end: f64,
    silent_frames: u64,
    frames: u64,
    /// Σ square and steps of the window that has begun.
    window: f64,
    window_frames: u64,
    window_steps: u32,
    histogram: Vec<u32>,
}

impl Levels {
    pub(super) fn new(channels: usize) -> Self {
        Self {
            peak: 0.0,
            peak_frame: None,
            channels: vec![[0.0; 2]; channels],
            first_sound: None,
            last_sound: None,
            first_heard: None,
            last_heard: None,
            end: 0.0,
            silent_frames: 0,
            frames: 0,
            window: 0.0,
            window_frames: 0,
            window_steps: 0,
            histogram: vec![0; BINS],
        }
    }

    /// A step of all channels, `start` frames into the file.
    pub(super) fn step(&mut self, start: u64, planes: &[&[f64]], sums: &[Sums]) {
        let frames = planes.first().map_or(0, |plane| plane.len() as u64);
        self.frames += frames;
        let mut square = 0.0;
        let mut peak: f64 = 0.0;
        for (channel, sums) in self.channels.iter_mut().zip(sums) {
            channel[0] += sums.sum;
            channel[1] += sums.square;
            square += sums.square;
            peak = peak.max(sums.peak());
        }
        self.end = peak;
        if peak == 0.0 {
            self.silent_frames += frames;
        } else {
            self.sound(start, planes, peak);
        }
        self.window += square;
        self.window_frames += frames;
        self.window_steps += 1;
        if self.window_steps == WINDOW {
            if self.window > 0.0 {
                let mean = self.window / (self.window_frames * self.channels.len() as u64) as f64;
                let bin = (2.0 * (10.0 * libm::log10(mean) + 180.0)).clamp(0.0, BINS as f64 - 1.0);
                self.histogram[bin as usize] += 1;
            }
            (self.window, self.window_frames, self.window_steps) = (0.0, 0, 0);
        }
    }

    /// Digital silence of whole steps.
    pub(super) fn silence(&mut self, frames: u64, steps: u32) {
        self.frames += frames;
        self.silent_frames += frames;
        self.end = 0.0;
        // Windows that hold anything were begun by it; of the rest nothing is counted.
        self.window_steps = (self.window_steps + steps) % WINDOW;
        (self.window, self.window_frames) = (0.0, 0);
    }

    fn sound(&mut self, start: u64, planes: &[&[f64]], peak: f64) {
        let first = |threshold: f64| -> Option<u64> {
            let found = planes.iter().filter_map(|plane| plane.iter().position(|x| x.abs() > threshold)).min()?;
            Some(start + found as u64)
        };
        let last = |threshold: f64| -> Option<u64> {
            let found = planes.iter().filter_map(|plane| plane.iter().rposition(|x| x.abs() > threshold)).max()?;
            Some(start + found as u64)
        };
        self.first_sound = self.first_sound.or_else(|| first(0.0));
        self.last_sound = last(0.0);
        if peak > HEARD {
            self.first_heard = self.first_heard.or_else(|| first(HEARD));
            self.last_heard = last(HEARD);
        }
        if peak > self.peak {
            self.peak = peak;
            self.peak_frame = first(peak.next_down());
        }
    }

    /// The mean square over all channels.
    pub(super) fn mean_square(&self) -> f64 {
        let sum: f64 = self.channels.iter().map(|channel| channel[1]).sum();
        sum / (self.frames.max(1) * self.channels.len().max(1) as u64) as f64
    }

    /// The channel (from 0) whose mean is furthest from 0, and that mean.
    pub(super) fn dc(&self) -> (usize, f64) {
        let means = self.channels.iter().map(|channel| channel[0] / self.frames.max(1) as f64);
        means.enumerate().fold((0, 0.0), |worst, next| if next.1.abs() > f64::abs(worst.1) { next } else { worst })
    }

    /// In dBFS.
    pub(super) fn noise_floor(&self) -> Option<f64> {
        let count: u32 = self.histogram.iter().sum();
        let mut left = (f64::from(count) * QUIETER).floor() as u32;
        for (bin, windows) in self.histogram.iter().enumerate() {
            if *windows > left {
                return Some(bin as f64 / 2.0 - 180.0);
            }
            left -= windows;
        }
        None
    }

    pub(super) fn silent_frames(&self) -> u64 {
        self.silent_frames
    }

    pub(super) fn db(value: f64) -> Option<f64> {
        Db::of(value).stored()
    }
}

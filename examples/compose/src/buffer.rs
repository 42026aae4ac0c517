//! A piece of audio being made.

use crate::envelope::ramp;
use crate::filter::OnePole;
use crate::{RATE, frames};

/// One or two channels of equal length; ±1 is full scale.
#[derive(Clone, Debug)]
pub struct Audio {
    /// Left and right, or the only one.
    pub channels: Vec<Vec<f64>>,
}

impl Audio {
    /// One channel.
    #[must_use]
    pub fn mono(samples: Vec<f64>) -> Self {
        Self { channels: vec![samples] }
    }

    /// Two channels of silence.
    #[must_use]
    pub fn stereo(length: usize) -> Self {
        Self { channels: vec![vec![0.0; length]; 2] }
    }

    /// Length in frames.
    #[must_use]
    pub fn len(&self) -> usize {
        self.channels[0].len()
    }

    /// Whether there is nothing in it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Adds `source` from frame `at` on; what would stand past the end grows the buffer.
    pub fn add(&mut self, at: usize, source: &[f64], pan: f64) {
        let (left, right) = pan_gains(pan);
        let gains = if self.channels.len() == 1 { [1.0, 0.0] } else { [left, right] };
        for (channel, gain) in self.channels.iter_mut().zip(gains) {
            if channel.len() < at + source.len() {
                channel.resize(at + source.len(), 0.0);
            }
            for (to, from) in channel[at..].iter_mut().zip(source) {
                *to += gain * from;
            }
        }
    }

    /// Passes every sample through `f`.
    pub fn shape(&mut self, f: impl Fn(f64) -> f64) {
        for x in self.channels.iter_mut().flatten() {
            *x = f(*x);
        }
    }

    /// The end of the making: no DC, no tail below −80 dB of the peak, `peak` dBFS, and `fade` seconds down to a true zero.
    #[must_use]
    pub fn finish(mut self, peak: f64, fade: f64) -> Self {
        for channel in &mut self.channels {
            let mut dc = OnePole::new(8.0);
            for x in channel.iter_mut() {
                *x = dc.high(*x);
            }
        }
        let loudest = self.channels.iter().flatten().fold(0.0_f64, |m, x| m.max(x.abs()));
        let floor = loudest * 1e-4;
        let end =
            self.channels.iter().filter_map(|c| c.iter().rposition(|x| x.abs() > floor)).max().map_or(0, |i| i + 2);
        let gain = libm::pow(10.0, peak / 20.0) / loudest;
        let fade = frames(fade).min(end / 2);
        for channel in &mut self.channels {
            channel.resize(end, 0.0);
            for (i, x) in channel.iter_mut().enumerate() {
                *x *= gain * ramp((end - 1 - i) as f64 / RATE, fade as f64 / RATE);
            }
        }
        self
    }

    /// The middle: both channels at half level.
    #[must_use]
    pub fn mono_sum(&self) -> Self {
        let [left, right] = &self.channels[..] else { return self.clone() };
        Self::mono(left.iter().zip(right).map(|(l, r)| 0.5 * (l + r)).collect())
    }

    /// Cuts to `length` frames, or lengthens with silence.
    #[must_use]
    pub fn cut(mut self, length: usize) -> Self {
        for channel in &mut self.channels {
            channel.resize(length, 0.0);
        }
        self
    }
}

/// Constant-power gains of a place between −1 (left) and 1 (right).
#[must_use]
pub fn pan_gains(pan: f64) -> (f64, f64) {
    let angle = (pan + 1.0) * std::f64::consts::FRAC_PI_4;
    (libm::cos(angle), libm::sin(angle))
}

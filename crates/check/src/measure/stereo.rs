//! What two channels have in common, over a file and over 3 s.

use super::steps::{Both, Sums};
use crate::report::Stereo;
use stemwright_core::Db;

/// Steps of 10 ms in 3 s.
const WINDOW: usize = 300;
/// Windows that are quieter than this in both channels say nothing: the square of −60 dBFS.
const AUDIBLE: f64 = 1e-6;

#[derive(Debug, Clone)]
pub(super) struct StereoMeter {
    /// Σ left², Σ right², Σ left·right of the file, of the window, and of each of its steps.
    all: [f64; 3],
    steps: Vec<[f64; 3]>,
    count: usize,
    difference: f64,
    opposite: bool,
    step_frames: u64,
    least: Option<(f64, u64)>,
}

impl StereoMeter {
    pub(super) fn new(step_frames: u64) -> Self {
        Self {
            all: [0.0; 3],
            steps: vec![[0.0; 3]; WINDOW],
            count: 0,
            difference: 0.0,
            opposite: true,
            step_frames,
            least: None,
        }
    }

    pub(super) fn step(&mut self, left: &Sums, right: &Sums, both: &Both) {
        let step = [left.square, right.square, both.product];
        for (all, step) in self.all.iter_mut().zip(step) {
            *all += step;
        }
        self.difference += both.difference;
        self.opposite &= both.opposite;
        self.steps[self.count % WINDOW] = step;
        self.count += 1;
        // Ten windows a second are enough to find the worst.
        if self.count >= WINDOW && self.count.is_multiple_of(10) {
            let mut window = [0.0; 3];
            for step in &self.steps {
                for (sum, step) in window.iter_mut().zip(step) {
                    *sum += step;
                }
            }
            let floor = AUDIBLE * (WINDOW as u64 * self.step_frames) as f64;
            if window[0] > floor && window[1] > floor {
                let value = window[2] / (window[0] * window[1]).sqrt();
                if self.least.is_none_or(|(least, _)| value < least) {
                    self.least = Some((value, (self.count - WINDOW) as u64 * self.step_frames));
                }
            }
        }
    }

    pub(super) fn finish(&self) -> Option<Stereo> {
        let [left, right, product] = self.all;
        if left + right == 0.0 {
            return None;
        }
        let hundredth = |x: f64| (x * 100.0).round() / 100.0;
        let power_db = |ratio: f64| Db::of(ratio.max(0.0).sqrt()).stored();
        let silent_channel = match (left == 0.0, right == 0.0) {
            (true, false) => Some(1),
            (false, true) => Some(2),
            _ => None,
        };
        Some(Stereo {
            identical: self.difference == 0.0,
            inverted: self.opposite,
            difference_db: power_db(self.difference / (left + right)),
            balance_db: if silent_channel.is_none() { power_db(left / right) } else { None },
            silent_channel,
            correlation: silent_channel.is_none().then(|| hundredth(product / (left * right).sqrt())),
            correlation_min: self.least.map(|(value, _)| hundredth(value)),
            correlation_min_frame: self.least.map(|(_, frame)| frame),
            // ((L + R) / √2)² against L² + R².
            mono_db: power_db((left + right + 2.0 * product) / (2.0 * (left + right))),
        })
    }
}

//! The compressor, from the law at `stemwright_core::Compressor`.

use stemwright_core::{Compressor, Detector, Param};

use super::control::{Line, factor};
use super::eq::Cut;
use super::inserts::{Slot, smoothing};

/// A compressor with its detector and ballistics.
pub struct RunningCompressor<'a> {
    slot: Slot<'a>,
    params: &'a Compressor,
    /// α of the mean square, the attack and the release.
    smoothing: [f64; 3],
    /// T, S, makeup, mix.
    line: Line<4>,
    key_filter: Option<Cut>,
    mean_square: [f64; 2],
    held: f64,
    reduction: f64,
}

impl<'a> RunningCompressor<'a> {
    pub fn new(slot: Slot<'a>, params: &'a Compressor) -> Self {
        let rate = slot.rate;
        Self {
            slot,
            params,
            smoothing: [0.005, params.attack, params.release].map(|seconds| smoothing(seconds, rate)),
            line: slot.line(&[Param::Threshold, Param::Ratio, Param::Makeup, Param::Mix]),
            key_filter: params.key_high_pass.map(|freq| Cut::high_pass(freq, rate)),
            mean_square: [0.0; 2],
            held: 0.0,
            reduction: 0.0,
        }
    }

    pub fn step(&mut self, frame: i64, input: [f64; 2], key: [f64; 2]) -> [f64; 2] {
        let [threshold, slope, makeup, mix] = self.line.at(frame, |at| {
            let read = |param, fixed| self.slot.read(param, fixed, at);
            [
                read(Param::Threshold, self.params.threshold.0),
                1.0 - 1.0 / read(Param::Ratio, self.params.ratio),
                read(Param::Makeup, self.params.makeup.0),
                read(Param::Mix, self.params.mix),
            ]
        });
        let [mean_square, attack, release] = self.smoothing;
        let heard = match &mut self.key_filter {
            Some(filter) => filter.step(key),
            None => key,
        };
        let level = match self.params.detector {
            Detector::Peak => heard[0].abs().max(heard[1].abs()),
            Detector::Rms => {
                for (mean, x) in self.mean_square.iter_mut().zip(heard) {
                    *mean = mean_square * *mean + (1.0 - mean_square) * x * x;
                }
                self.mean_square[0].max(self.mean_square[1]).sqrt()
            }
        };
        let wanted = wanted_reduction(20.0 * level.log10() - threshold, self.params.knee, slope);

        match self.params.detector {
            Detector::Peak => {
                let a = if wanted > self.reduction { attack } else { release };
                self.reduction = a * self.reduction + (1.0 - a) * wanted;
            }
            Detector::Rms => {
                self.held = wanted.max(release * self.held + (1.0 - release) * wanted);
                self.reduction = attack * self.reduction + (1.0 - attack) * self.held;
            }
        }
        let gain = factor(makeup - self.reduction);
        input.map(|x| x * (1.0 - mix + mix * gain))
    }
}

/// Equation 4 of the paper, as a reduction: `over` is the level above the threshold, −∞ for silence.
fn wanted_reduction(over: f64, knee: f64, slope: f64) -> f64 {
    if 2.0 * over < -knee {
        0.0
    } else if knee > 0.0 && 2.0 * over.abs() <= knee {
        slope * (over + knee / 2.0).powi(2) / (2.0 * knee)
    } else {
        slope * over
    }
}

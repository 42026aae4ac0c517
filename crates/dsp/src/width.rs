//! Stereo width: one lane of it. The law is at [`stemwright_core::Width`].

use crate::section::cut;
use crate::{Controls, Linear, Section, runs};
use stemwright_core::{BandKind, Width};

/// The factor of the side.
pub(crate) const WIDTH: usize = 1;

/// The state of a stereo width for one lane.
pub struct WidthUnit {
    high_pass: Option<[f64; 6]>,
    state: Section,
    side: Vec<f64>,
}

impl WidthUnit {
    /// A width at rest.
    pub fn new(width: &Width, rate: f64) -> Self {
        let high_pass = width.mono_below.map(|freq| cut(BandKind::HighPass { steep: false }, freq, rate));
        Self { high_pass, state: Section::default(), side: Vec::new() }
    }
}

impl Linear for WidthUnit {
    fn process(&mut self, start: i64, channels: &mut [&mut [f64]], controls: Controls<'_>) {
        let [left, right] = channels else { return };
        self.side.clear();
        self.side.extend(left.iter().zip(right.iter()).map(|(l, r)| (l - r) / 2.0));
        for run in runs(start, left.len()) {
            if let Some(coefficients) = &self.high_pass {
                self.state.process(run, &mut self.side[run.range()], Controls::fixed(coefficients), 0);
            }
            for i in 0..run.frames {
                let n = run.offset + i;
                let (middle, side) = ((left[n] + right[n]) / 2.0, controls.value(run, i, 0) * self.side[n]);
                left[n] = middle + side;
                right[n] = middle - side;
            }
        }
    }

    fn is_silent(&self) -> bool {
        self.state.is_silent()
    }
}

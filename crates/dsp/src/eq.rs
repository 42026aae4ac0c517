//! The parametric equaliser: sections in series, one lane of it.

use crate::cascade::cascade;
use crate::section::design;
use crate::{Controls, Linear, Section, runs};
use stemwright_core::{Band, BandKind, Eq};

/// The Q of the two sections of a fourth-order Butterworth filter.
const BUTTERWORTH: [f64; 2] = [0.541_196_100_146_197, 1.306_562_964_876_377];

/// The sections of a band, by their Q.
fn qualities(band: &Band) -> impl Iterator<Item = f64> {
    let (first, second) = match band.kind {
        BandKind::HighPass { steep: true } | BandKind::LowPass { steep: true } => {
            (BUTTERWORTH[0], Some(BUTTERWORTH[1]))
        }
        _ => (band.q, None),
    };
    std::iter::once(first).chain(second)
}

fn sections(eq: &Eq) -> usize {
    eq.bands.iter().map(|band| qualities(band).count()).sum()
}

pub(crate) fn width(eq: &Eq) -> usize {
    6 * sections(eq)
}

pub(crate) fn controls(eq: &Eq, rate: f64, values: &mut [f64]) {
    let designs = eq.bands.iter().flat_map(|band| qualities(band).map(move |q| design(band, q, rate)));
    for (section, coefficients) in values.chunks_exact_mut(6).zip(designs) {
        section.copy_from_slice(&coefficients);
    }
}

/// The state of an EQ for one lane.
pub struct EqUnit {
    /// By section, then channel.
    states: Vec<Vec<Section>>,
}

impl EqUnit {
    /// An EQ at rest.
    pub fn new(eq: &Eq, channels: usize) -> Self {
        Self { states: vec![vec![Section::default(); channels]; sections(eq)] }
    }
}

impl Linear for EqUnit {
    fn process(&mut self, start: i64, channels: &mut [&mut [f64]], controls: Controls<'_>) {
        let frames = channels.first().map_or(0, |c| c.len());
        if !controls.is_moving() {
            return cascade(start, channels, controls.first().as_chunks().0, &mut self.states);
        }
        for (number, section) in self.states.iter_mut().enumerate() {
            for (state, samples) in section.iter_mut().zip(channels.iter_mut()) {
                for run in runs(start, frames) {
                    state.process(run, &mut samples[run.range()], controls, 6 * number);
                }
            }
        }
    }

    fn is_silent(&self) -> bool {
        self.states.iter().flatten().all(Section::is_silent)
    }
}

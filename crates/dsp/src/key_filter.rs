//! Filters of what a detector hears.

use crate::section::cut;
use crate::{Controls, Section, runs};
use stemwright_core::BandKind;

/// Filters of 12 dB/octave in series, for all channels of a key.
pub(crate) struct KeyFilter {
    filters: Vec<([f64; 6], Vec<Section>)>,
    filtered: Vec<Vec<f64>>,
}

impl KeyFilter {
    /// Of the kinds and frequencies given, in order; with none, what is heard passes as it is.
    pub(crate) fn new(bands: impl IntoIterator<Item = (BandKind, f64)>, channels: usize, rate: f64) -> Self {
        let filter = |(kind, freq)| (cut(kind, freq, rate), vec![Section::default(); channels]);
        Self { filters: bands.into_iter().map(filter).collect(), filtered: vec![Vec::new(); channels] }
    }

    /// The channels of a block, filtered.
    pub(crate) fn filter<'a>(&'a mut self, start: i64, heard: &'a [&'a [f64]]) -> impl Iterator<Item = &'a [f64]> {
        if !self.filters.is_empty() {
            for (number, (filtered, channel)) in self.filtered.iter_mut().zip(heard).enumerate() {
                filtered.clear();
                filtered.extend_from_slice(channel);
                for (coefficients, states) in &mut self.filters {
                    for run in runs(start, filtered.len()) {
                        states[number].process(run, &mut filtered[run.range()], Controls::fixed(coefficients), 0);
                    }
                }
            }
        }
        let raw = self.filters.is_empty();
        heard.iter().zip(&self.filtered).map(move |(heard, filtered)| if raw { heard } else { filtered.as_slice() })
    }

    /// Whether every state is exactly zero.
    pub(crate) fn is_silent(&self) -> bool {
        self.filters.iter().flat_map(|(_, states)| states).all(Section::is_silent)
    }
}

//! Filters of what a detector hears.

use crate::Section;
use crate::cascade::cascade;
use crate::section::{Coefficients, cut};
use stemwright_core::BandKind;

/// Filters of 12 dB/octave in series, for all channels of a key.
pub(crate) struct KeyFilter {
    filters: Vec<Coefficients>,
    /// By filter, then channel.
    states: Vec<Vec<Section>>,
    filtered: Vec<Vec<f64>>,
}

impl KeyFilter {
    /// Of the kinds and frequencies given, in order; with none, what is heard passes as it is.
    pub(crate) fn new(bands: impl IntoIterator<Item = (BandKind, f64)>, channels: usize, rate: f64) -> Self {
        let filters: Vec<Coefficients> = bands.into_iter().map(|(kind, freq)| cut(kind, freq, rate)).collect();
        let states = vec![vec![Section::default(); channels]; filters.len()];
        Self { filters, states, filtered: vec![Vec::new(); channels] }
    }

    /// The channels of a block, filtered.
    pub(crate) fn filter<'a>(&'a mut self, start: i64, heard: &'a [&'a [f64]]) -> impl Iterator<Item = &'a [f64]> {
        if !self.filters.is_empty() {
            for (filtered, channel) in self.filtered.iter_mut().zip(heard) {
                filtered.clear();
                filtered.extend_from_slice(channel);
            }
            let mut filtered: Vec<&mut [f64]> = self.filtered.iter_mut().map(Vec::as_mut_slice).collect();
            cascade(start, &mut filtered, &self.filters, &mut self.states);
        }
        let raw = self.filters.is_empty();
        heard.iter().zip(&self.filtered).map(move |(heard, filtered)| if raw { heard } else { filtered.as_slice() })
    }

    /// Whether every state is exactly zero.
    pub(crate) fn is_silent(&self) -> bool {
        self.states.iter().flatten().all(Section::is_silent)
    }
}

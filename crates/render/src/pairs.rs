//! Units of left and right on signals of more channels: one for each pair of sides.

use stemwright_core::Layout;
use stemwright_dsp::{Controls, Linear};

/// Units for the pairs of sides of a surround signal and for its centre; LFE has none.
pub(crate) struct Pairs(Vec<(&'static [usize], Box<dyn Linear>)>);

impl Pairs {
    /// `unit` makes one for 1 or 2 channels.
    pub(crate) fn over(layout: Layout, unit: &dyn Fn(usize) -> Box<dyn Linear>) -> Box<dyn Linear> {
        let groups: &[&[usize]] = match layout {
            Layout::Mono | Layout::Stereo | Layout::MidSide => return unit(layout.channels()),
            Layout::Surround51 => &[&[0, 1], &[2], &[4, 5]],
            Layout::Surround71 => &[&[0, 1], &[2], &[4, 5], &[6, 7]],
        };
        Box::new(Self(groups.iter().map(|group| (*group, unit(group.len()))).collect()))
    }
}

impl Linear for Pairs {
    fn process(&mut self, start: i64, channels: &mut [&mut [f64]], controls: Controls<'_>) {
        for (group, unit) in &mut self.0 {
            // The channels of a group stand side by side.
            unit.process(start, &mut channels[group[0]..=group[group.len() - 1]], controls);
        }
    }

    fn is_silent(&self) -> bool {
        self.0.iter().all(|(_, unit)| unit.is_silent())
    }

    fn pending(&self) -> u64 {
        self.0.iter().map(|(_, unit)| unit.pending()).max().unwrap_or(0)
    }
}

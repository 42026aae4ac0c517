//! Units of left and right on signals of more channels: one for each pair of sides.

use stemwright_core::Layout;
use stemwright_dsp::{Controls, Linear, runs};

/// LFE is the fourth channel of 5.1 and of 7.1.
const LFE: usize = 3;

/// What comes out of LFE, which has no unit.
#[derive(Clone, Copy)]
pub(crate) enum Dry {
    /// All of it.
    All,
    /// This control value of it.
    Value(usize),
    /// What this control value, the wet part, leaves.
    Without(usize),
}

/// Units for the pairs of sides of a surround signal and for its centre.
pub(crate) struct Pairs {
    units: Vec<(&'static [usize], Box<dyn Linear>)>,
    dry: Dry,
}

impl Pairs {
    /// `unit` makes one for 1 or 2 channels.
    pub(crate) fn over(layout: Layout, dry: Dry, unit: &dyn Fn(usize) -> Box<dyn Linear>) -> Box<dyn Linear> {
        let groups: &[&[usize]] = match layout {
            Layout::Mono | Layout::Stereo | Layout::MidSide => return unit(layout.channels()),
            Layout::Surround51 => &[&[0, 1], &[2], &[4, 5]],
            Layout::Surround71 => &[&[0, 1], &[2], &[4, 5], &[6, 7]],
        };
        Box::new(Self { units: groups.iter().map(|group| (*group, unit(group.len()))).collect(), dry })
    }
}

impl Linear for Pairs {
    fn process(&mut self, start: i64, channels: &mut [&mut [f64]], controls: Controls<'_>) {
        for (group, unit) in &mut self.units {
            // The channels of a group stand side by side.
            unit.process(start, &mut channels[group[0]..=group[group.len() - 1]], controls);
        }
        let lfe = &mut channels[LFE];
        for run in runs(start, lfe.len()) {
            for (i, x) in lfe[run.range()].iter_mut().enumerate() {
                match self.dry {
                    Dry::All => {}
                    Dry::Value(which) => *x *= controls.value(run, i, which),
                    Dry::Without(which) => *x *= 1.0 - controls.value(run, i, which),
                }
            }
        }
    }

    fn is_silent(&self) -> bool {
        self.units.iter().all(|(_, unit)| unit.is_silent())
    }

    fn pending(&self) -> u64 {
        self.units.iter().map(|(_, unit)| unit.pending()).max().unwrap_or(0)
    }
}

//! The reverb: one lane of it. The law is at [`stemwright_core::Reverb`].

use crate::{Controls, Linear};
use stemwright_core::Reverb;

/// Wet.
pub(crate) const WIDTH: usize = 1;

/// The state of a reverb for one lane.
pub struct ReverbUnit;

impl ReverbUnit {
    /// A reverb at rest.
    pub fn new(_: &Reverb, _: usize, _: f64) -> Self {
        Self
    }
}

impl Linear for ReverbUnit {
    fn process(&mut self, _: i64, _: &mut [&mut [f64]], _: Controls<'_>) {}

    fn is_silent(&self) -> bool {
        true
    }
}

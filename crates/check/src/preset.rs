//! Stand-in.
use crate::{CheckReport, PresetReport};
use stemwright_core::Finding;

/// Stand-in.
#[derive(Debug, Clone)]
pub struct Preset {}

/// Stand-in.
pub fn judge(_: &Preset, _: &CheckReport) -> (PresetReport, Vec<Finding>) {
    unreachable!()
}

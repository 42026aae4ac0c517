//! Measurements → findings: what is worth a person's time, and nothing else. Limits that no standard gives are named as ours.

mod accused;
mod defects;
mod file;
mod set;
mod sum;

pub(crate) use accused::accuse;
pub(crate) use defects::{Heard, of_bleed, of_defects, of_duplicates};
pub(crate) use file::{of_file, unreadable};
pub(crate) use set::of_set;
pub(crate) use sum::{explain, not_corrected, of_sum, report};

/// Where limits come from that no standard gives.
const OURS: &str = "Stemwright's own";

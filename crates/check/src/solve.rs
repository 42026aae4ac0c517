//! Why a sum does not null. Segments of the song → gain, delay and drift of every stem at once → what was done to the mix → the whole
//! song once more with all of that put right → a solution, and findings where there is no doubt.

mod bank;
mod judge;
mod model;
mod normal;
mod processed;
mod search;
mod shift;
mod solution;
mod source;
mod walk;
mod words;

use crate::sum::Rounding;
pub(crate) use bank::Sources;
use judge::judge;
use model::Model;
pub use solution::{Cause, FilterBand, GainCurve, Solution, StemSolution};
pub(crate) use source::Source;
use stemwright_core::Finding;

/// A sum that does not null.
pub(crate) struct Question<'a> {
    pub(crate) sources: Sources<'a>,
    /// Whether the mix is a master, which is known to be processed.
    pub(crate) master: bool,
    /// For each stem its mean power in columns of so many frames.
    pub(crate) activity: Vec<(u64, Vec<f32>)>,
    pub(crate) rounding: Rounding,
    /// What the pass suspects: by how many frames the mix is later, and its gain.
    pub(crate) delay: i64,
    pub(crate) gain: f64,
}

/// Solves, and says what it found. `None` of files too short to say anything.
pub(crate) fn solve(question: Question<'_>) -> Option<(Solution, Vec<Finding>)> {
    let Question { sources, master, activity, rounding, delay, gain } = question;
    let model = Model::new(&sources, &activity, rounding, (delay, gain))?;
    let walked = walk::walk(&sources, &model.parts);
    Some(judge(&sources, &model, &walked, master))
}

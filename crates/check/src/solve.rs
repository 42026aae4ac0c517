//! Why a sum does not null. Segments of the song → gain, delay and drift of every stem at once → what was done to the mix → the whole
//! song once more with all of that put right → a solution, and findings where there is no doubt.

mod bank;
mod correct;
mod gram;
mod judge;
mod model;
mod normal;
mod processed;
mod search;
mod shift;
mod solution;
mod source;
mod told;
mod turn;
mod walk;
mod words;

use crate::sum::Rounding;
pub(crate) use bank::Sources;
pub(crate) use correct::{Correction, refuse_what_is_there, write as write_corrected};
use judge::judge;
use model::Model;
pub use solution::{Cause, FilterBand, GainCurve, Solution, StemSolution};
pub(crate) use source::Source;
use stemwright_core::Finding;
use told::Told;

/// The mean power of a stem in columns of so many frames.
pub(crate) type Activity = (u64, Vec<f32>);

/// A sum that does not null.
pub(crate) struct Question {
    /// Whether the mix is a master, which is known to be processed.
    pub(crate) master: bool,
    pub(crate) activity: Vec<Activity>,
    pub(crate) rounding: Rounding,
    /// What the pass suspects: by how many frames the mix is later, and its gain.
    pub(crate) delay: i64,
    pub(crate) gain: f64,
}

/// What was found.
pub(crate) struct Solved {
    pub(crate) solution: Solution,
    pub(crate) findings: Vec<Finding>,
    /// What brings each stem to where it is in the mix, as far as that is sure; empty where nothing is.
    pub(crate) corrections: Vec<Correction>,
}

/// Solves, and says what it found. `None` of files too short to say anything, and where `told`, which hears how much is done of 1,
/// says stop.
pub(crate) fn solve(
    sources: &Sources<'_>,
    question: &Question,
    told: &mut (dyn FnMut(f64) -> bool + Send),
) -> Option<Solved> {
    let Question { master, activity, rounding, delay, gain } = question;
    let told = Told::new(told);
    let model = Model::new(sources, activity, *rounding, (*delay, *gain), &told)?;
    let walked = walk::walk(sources, &model.plain_parts(), &told)?;
    Some(judge(sources, &model, &walked, *master))
}

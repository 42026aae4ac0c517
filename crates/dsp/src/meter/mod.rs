//! Meters: what the loudness and true-peak standards say of a signal, measured while it goes by.

mod loudness;
mod spectrum;
mod true_peak;

pub use loudness::{KWeighting, Loudness};
pub use spectrum::PowerSpectrum;
pub use true_peak::TruePeak;

//! The bands of IEC 61260-1.

use serde::Serialize;

/// The level in one third of an octave.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Band {
    /// The nominal mid-band frequency in Hz.
    pub hz: f64,
    /// Its power in dBFS (0 is a full-scale constant, −3.01 a full-scale sine).
    pub dbfs: f64,
}

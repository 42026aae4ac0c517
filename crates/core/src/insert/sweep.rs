//! The slow sine that chorus and phaser move by.

use crate::Tempo;

/// How fast something goes round.
///
/// # Law
/// The sine of a sweep that is `phase` turns ahead is s = sin(2π·(φ − ⌊φ⌋)) with φ = hz·n/rate + phase on frame n of the
/// session, hz being [`Sweep::hz`] at the session's (first) tempo. It is a function of the frame and of nothing else. What it moves is computed
/// on control-grid frames and runs in straight lines between them.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Sweep {
    /// Synced: one turn lasts so many quarter notes.
    Quarters(f64),
    /// Free: turns a second, 0.01…20.
    Hz(f64),
}

impl Sweep {
    /// Turns a second.
    pub fn hz(self, tempo: Tempo) -> f64 {
        match self {
            Self::Quarters(quarters) => 1.0 / tempo.quarters(quarters),
            Self::Hz(hz) => hz,
        }
    }
}

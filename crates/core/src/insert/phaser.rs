//! The phaser.

use crate::Sweep;

/// A phaser: first-order all-passes in series whose corner moves. A unit of left and right.
///
/// It is linear and changes with time: every lane is moved alike.
///
/// # Law
/// * On grid frames the corner of all stages of a channel is f = freq·2^(depth·s), but at least 10 Hz and at most 0.45 of the
///   rate, where s is the sine of the [`Sweep`](crate::Sweep), phase/360 turns ahead on the right channel. G = tan(π·f/rate), q = G/(1 + G);
///   between grid frames q itself runs in a straight line.
/// * A stage, from its state x, at first 0: v = q·(in − x); l = v + x; x ← l + v; out = 2·l − in (Zavalishin, *The Art of VA
///   Filter Design*, 2018, section 3: the trapezoidal one-pole; this form keeps still under modulation).
/// * u\[n\] = in\[n\] + feedback·w\[n−1\]; w\[n\] is u\[n\] through all stages; out = (1 − wet)·in + wet·w.
///
/// With `wet` at ½ there are stages/2 notches. Between grid frames: q, feedback, wet.
#[derive(Debug, Clone, PartialEq)]
pub struct Phaser {
    /// How fast the corner moves.
    pub rate: Sweep,
    /// The middle of the corner, Hz, 20…10000.
    pub freq: f64,
    /// How far the corner moves each way, octaves, 0…4.
    pub depth: f64,
    /// 2, 4, 6, 8, 10 or 12.
    pub stages: usize,
    /// −0.95…0.95.
    pub feedback: f64,
    /// How far right is ahead of left, degrees, 0…360. Nothing changes on a mono strip.
    pub phase: f64,
    /// 0…1.
    pub wet: f64,
}

impl Default for Phaser {
    /// 0.4 Hz, 800 Hz ± 1.5 octaves, six stages, feedback 0.3, 90°, half wet.
    fn default() -> Self {
        Self { rate: Sweep::Hz(0.4), freq: 800.0, depth: 1.5, stages: 6, feedback: 0.3, phase: 90.0, wet: 0.5 }
    }
}

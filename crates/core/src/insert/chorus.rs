//! The chorus.

use crate::Sweep;

/// A chorus: delays that move; with one voice, a short delay and feedback it is a flanger (Dattorro, *Effect Design, Part 2:
/// Delay-Line Modulation and Chorus*, JAES 45(10), 1997). A unit of left and right.
///
/// It is linear and changes with time: every lane is moved alike.
///
/// # Law
/// * On grid frames voice v = 0…V−1 of a channel has the delay D = max(2, (delay + depth·s)·rate) frames, where s is the
///   sine of the [`Sweep`](crate::Sweep) that is v/V turns ahead, and phase/360 more on the right channel. Between grid frames D itself runs
///   in a straight line.
/// * Each channel has a line. What was written D frames ago, with i = ⌊D⌋ and f = D − i, is interpolated by Lagrange's
///   cubic through i−1, i, i+1 and i+2 frames ago (Laakso, Välimäki, Karjalainen & Laine, *Splitting the Unit Delay*, IEEE
///   Signal Processing Magazine 13(1), 1996): t = −f(f−1)(f−2)/6·z(i−1) + (f+1)(f−1)(f−2)/2·z(i) − (f+1)f(f−2)/2·z(i+1) +
///   (f+1)f(f−1)/6·z(i+2), where z(j) is what was written j frames ago.
/// * With S the sum of t over all voices: written = in + feedback·S/V; out = (1 − wet)·in + wet·S/√V.
///
/// Between grid frames: D, feedback, wet.
#[derive(Debug, Clone, PartialEq)]
pub struct Chorus {
    /// How fast the voices move.
    pub rate: Sweep,
    /// The middle of the delay, seconds, 0.0001…0.05.
    pub delay: f64,
    /// How far the delay moves each way, seconds, 0…0.02. Automation moves it in milliseconds.
    pub depth: f64,
    /// 1…6.
    pub voices: usize,
    /// −0.95…0.95.
    pub feedback: f64,
    /// How far right is ahead of left, degrees, 0…360. Nothing changes on a mono strip.
    pub phase: f64,
    /// 0…1; 1 on a return.
    pub wet: f64,
}

impl Chorus {
    /// The largest depth in seconds.
    pub const DEEPEST: f64 = 0.02;
}

impl Default for Chorus {
    /// 0.6 Hz, 12 ms ± 3 ms, two voices, no feedback, 90°, half wet.
    fn default() -> Self {
        Self { rate: Sweep::Hz(0.6), delay: 0.012, depth: 0.003, voices: 2, feedback: 0.0, phase: 90.0, wet: 0.5 }
    }
}

//! The convolution reverb.

use crate::Db;
use std::path::PathBuf;

/// A convolution reverb: the impulse response of a room, from a file. A unit of left and right.
///
/// # Law
/// * h is the file at the session's rate (resampled as clips are), its first M = min(all, round(length·rate)) frames. With
///   `normalise` it is divided by √E, where E is the sum of its squares in all channels, divided by 1, 2 and 2 for 1, 2
///   and 4 channels (1 where that is 0): so steady noise comes out as loud as it goes in.
/// * From each side to each side, with one channel h: LL = RR = h; with two: LL = the first and RR = the second; LR = RL = 0
///   in both cases. With four, in this order: LL, LR, RL, RR (LR is what left makes right hear: *true stereo*). On a
///   strip of one channel it is MM = (LL + LR + RL + RR)/2.
/// * With P = round(predelay·rate), wet left\[n\] = Σ LL\[k\]·left\[n−P−k\] + Σ RL\[k\]·right\[n−P−k\] and
///   wet right\[n\] = Σ LR\[k\]·left\[n−P−k\] + Σ RR\[k\]·right\[n−P−k\], k = 0 … M−1; it is exactly 0 where all
///   channels of the input are exactly 0 from n−P−M+1 to n−P.
/// * out = (1 − wet)·input + wet·gain·(wet left or wet right), with gain as a factor.
///
/// Between grid frames: 1 − wet, wet·gain.
///
/// It has no latency: the first 128 frames of h are computed as they stand here, the rest in partitions of 128, 1024, 8192
/// and 65536 frames by Fourier transforms (Gardner, *Efficient Convolution without Input-Output Delay*, JAES 43(3), 1995).
#[derive(Debug, Clone, PartialEq)]
pub struct Convolution {
    /// An impulse response of 1, 2 or 4 channels; relative paths were resolved by whoever read the session.
    pub file: PathBuf,
    /// Seconds before the room begins to answer, 0…0.5.
    pub predelay: f64,
    /// Of the reverb, −60…+40 dB.
    pub gain: Db,
    /// Seconds of the file that are used at most, 0.001…30.
    pub length: f64,
    /// Whether the energy of the impulse response is brought to 1.
    pub normalise: bool,
    /// 0…1; 1 on a return.
    pub wet: f64,
}

impl Convolution {
    /// The longest impulse response in seconds.
    pub const LONGEST: f64 = 30.0;

    /// All of a file as it is, wet.
    pub fn new(file: impl Into<PathBuf>) -> Self {
        Self { file: file.into(), predelay: 0.0, gain: Db::ZERO, length: Self::LONGEST, normalise: false, wet: 1.0 }
    }
}

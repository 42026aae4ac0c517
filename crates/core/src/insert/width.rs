//! Stereo width.

/// Stereo width. Nothing changes on a mono strip.
///
/// # Law
/// mid = (left + right)/2, side = (left − right)/2; the side goes through the [EQ](struct@crate::Eq)'s high-pass of
/// 12 dB/octave, Q 1/√2, where `mono_below` is set; left = mid + width·side, right = mid − width·side.
///
/// Between grid frames: width.
#[derive(Debug, Clone, PartialEq)]
pub struct Width {
    /// 0 is mono, 1 leaves it as it is, up to 2.
    pub width: f64,
    /// Hz: what is lower becomes mono.
    pub mono_below: Option<f64>,
}

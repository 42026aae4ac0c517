//! The echo.

/// An echo.
///
/// # Law
/// D = max(1, round(time in seconds · rate)) frames. Each channel has a line; r = what was written D frames ago, passed
/// through the low cut and then the high cut where set ([EQ](struct@crate::Eq)'s high-pass and low-pass of 12 dB/octave, Q 1/√2);
/// written = in + feedback·r, where with ping-pong, on a stereo signal, left is written in_mid + feedback·r_right and
/// right is written feedback·r_left, in_mid = (in_left + in_right)/2; out = (1 − wet)·in + wet·r.
/// Between grid frames: feedback, wet.
#[derive(Debug, Clone, PartialEq)]
pub struct Delay {
    /// How long.
    pub time: DelayTime,
    /// 0…0.98.
    pub feedback: f64,
    /// Echoes alternate between left and right. Nothing changes on a mono strip.
    pub ping_pong: bool,
    /// Hz.
    pub low_cut: Option<f64>,
    /// Hz.
    pub high_cut: Option<f64>,
    /// 0…1; 1 on a return.
    pub wet: f64,
}

/// The time of an echo, at most 10 seconds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum DelayTime {
    /// Synced: in quarter notes.
    Quarters(f64),
    /// Free.
    Seconds(f64),
}

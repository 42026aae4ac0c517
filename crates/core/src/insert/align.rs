//! Time alignment.

/// Time alignment: later or earlier by any part of a frame, and the polarity.
///
/// # Law
/// * D is the delay in frames (seconds·rate, or as it stands), rounded to the nearest multiple of 2⁻²⁰ (halves away from 0);
///   i = ⌊D⌋, f = D − i. ± is minus where `inverted`.
/// * Where f = 0: out\[n\] = ±input\[n−i\], to the bit.
/// * Else out\[n\] = ±Σ h(k)·input\[n−i−k\], k = −63 … 64, with the windowed sinc
///   h(k) = c·sin(π(k−f))/(π(k−f))·I₀(β·√(1−((k−f)/64)²))/I₀(β), β = 10, I₀ the modified Bessel function of the first
///   kind, and c such that all h add up to 1 (Laakso, Välimäki, Karjalainen & Laine, *Splitting the Unit Delay*, IEEE Signal
///   Processing Magazine 13(1), 1996, section on windowed sincs; the window: Kaiser & Schafer 1980, as at
///   [`HALF_BANDS`](crate::HALF_BANDS)).
///
/// The latency is max(0, −i) frames where f = 0, else max(0, 63 − i): like every latency it is compensated, so a negative
/// delay is earlier than everything else. What would come before the first frame of the files is not in them.
///
/// Nothing moves.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Align {
    /// Later, or earlier where negative; up to a tenth of a second.
    pub delay: AlignTime,
    /// Whether the polarity is turned round.
    pub inverted: bool,
}

/// How far a signal is moved.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum AlignTime {
    /// −0.1…0.1.
    Seconds(f64),
    /// As long at the session's rate, parts of a frame included.
    Frames(f64),
}

impl Align {
    /// The longest way either way, in seconds.
    pub const FARTHEST: f64 = 0.1;

    /// i and f of the law at a rate in Hz.
    pub fn frames(&self, rate: f64) -> (i64, f64) {
        let steps = f64::from(1u32 << 20);
        let frames = match self.delay {
            AlignTime::Seconds(seconds) => seconds * rate,
            AlignTime::Frames(frames) => frames,
        };
        let frames = (frames * steps).round() / steps;
        let whole = frames.floor();
        (whole as i64, frames - whole)
    }
}

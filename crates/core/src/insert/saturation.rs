//! Saturation.

use crate::Db;

/// Saturation without aliasing: the waveform is bent at 8 times the rate up to 64 kHz, 4 times up to 128 kHz, 2 times
/// above.
///
/// # Law
/// It is a gain unit: where several stems meet, the bend is computed once, on the lane-free signal, and its factor is
/// applied to every lane. All channels for themselves.
///
/// * s = drive · input, oversampled ([`HALF_BANDS`](crate::HALF_BANDS)).
/// * f(s) = tanh(s)/(1 + a·tanh(s)) with a the asymmetry: f(0) = 0, f′(0) = 1, from −1/(1−a) to 1/(1+a);
///   it is tanh(s + artanh a) moved and scaled. The factor is g = f(s)/s, and 1 where s = 0.
/// * wet = (each lane, or the signal: drive · input, oversampled) · g, brought down again; where a > 0 it then goes through
///   the [EQ](struct@crate::Eq)'s high-pass of 12 dB/octave at 10 Hz, Q 1/√2, which takes out the direct current that asymmetry makes.
/// * out = (1 − mix)·input + mix·output·wet, with drive and output as factors.
///
/// Between grid frames: the factors drive, mix·output and 1 − mix.
///
/// The latency is that of [`HALF_BANDS`](crate::HALF_BANDS): 95, 92 or 84 frames.
#[derive(Debug, Clone, PartialEq)]
pub struct Saturation {
    /// Gain into the bend, −20…+40 dB.
    pub drive: Db,
    /// Gain after it, −40…+20 dB.
    pub output: Db,
    /// Even harmonics, 0…0.9.
    pub asymmetry: f64,
    /// 1 is all bent.
    pub mix: f64,
}

impl Default for Saturation {
    /// +6 dB in, 0 dB out, symmetric.
    fn default() -> Self {
        Self { drive: Db(6.0), output: Db::ZERO, asymmetry: 0.0, mix: 1.0 }
    }
}

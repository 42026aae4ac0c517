//! The oversampling that saturation and the limiter share.

/// D of the half-band filters by which saturation doubles a rate once, twice and three times.
///
/// # Law
/// The filter of a stage has h(0) = ½, h(k) = c·sin(πk/2)/(πk)·I₀(β·√(1−(k/D)²))/I₀(β) for odd k, |k| < D, and 0 for
/// other k, with β = [`HALF_BAND_BETA`], I₀ the modified Bessel function of the first kind, and c such that the odd taps
/// add up to ½ (a windowed sinc: Kaiser & Schafer, *On the use of the I₀-sinh window for spectrum analysis*, IEEE
/// Trans. ASSP 28(1), 1980).
///
/// * *Doubling* a signal x to y: y\[m\] = 2·Σ h(k)·x̂\[m−k\], where x̂\[2n\] = x\[n\] and x̂ is 0 between. So y\[2n\] = x\[n\].
/// * *Halving* y to x: x\[n\] = Σ h(k)·y\[2n−k\].
///
/// Up by 2ˢ is doubling by the first s stages in turn; down is halving by them in reverse order. Up to 0.4535 of the rate
/// (20 kHz at 44.1 kHz) up and down together are flat within 0.001 dB, and images are more than 100 dB down.
///
/// These sums reach into the future. What a unit delays for their sake is its latency, and is compensated: the laws
/// of units that oversample are written without it. Up and down again reach less than 84, 92 and 95 frames ahead for 2, 4
/// and 8.
pub const HALF_BANDS: [usize; 3] = [84, 16, 12];

/// D of the half-band filters by which the limiter doubles the rate four times. They reach less than 166 frames ahead, and
/// are flat within 0.001 dB up to 0.487 of the rate: the peaks of hats and sibilants are as high as a good meter
/// finds them.
pub const PEAK_HALF_BANDS: [usize; 4] = [320, 16, 12, 8];

/// β of the window of [`HALF_BANDS`] and [`PEAK_HALF_BANDS`].
pub const HALF_BAND_BETA: f64 = 11.0;

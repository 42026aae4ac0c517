//! The transient shaper.

/// A transient shaper: it turns beginnings and endings up or down, whatever their level. One gain for all channels.
///
/// # Law
/// * Level: e\[n\] is the largest |x| of the channels; P\[n\] = max(e\[n−H\] … e\[n\]) with H = round(0.0125·rate), so
///   that no tone above 40 Hz makes it ripple (e is 0 before the first frame);
///   l\[n\] = max(20·log10(max(P\[n\], 10⁻⁶)), l\[n−1\] − 1000/rate); at first l is −120. So it rises at once and falls
///   by at most 1 dB in a millisecond.
/// * With Δ = l\[n\] − l\[n−1\], the beginning is u ← α·(u + Δ), and not below 0 nor above 12; the ending is
///   d ← β·(d − Δ), and not below 0 nor above 12. α = exp(−1/(attack_time·rate)), β = exp(−1/(sustain_time·rate)); at
///   first u = d = 0.
/// * out = input·10^((attack·u + sustain·d)/240).
///
/// u is how far the level is above one that follows its rises with `attack_time`, and d how far it is below one that
/// follows its falls with `sustain_time`, in dB: the difference of two followers (as in SPL's *Transient Designer*, 1998)
/// in the log domain, where it does not depend on level. 12 dB of difference get the whole amount.
///
/// With both amounts 0 nothing changes, to the bit. Between grid frames: attack, sustain.
#[derive(Debug, Clone, PartialEq)]
pub struct Transient {
    /// What beginnings get, dB, −24…+24.
    pub attack: f64,
    /// What endings get, dB, −24…+24.
    pub sustain: f64,
    /// How long a beginning lasts, seconds, 0.001…0.1.
    pub attack_time: f64,
    /// How long what came before an ending counts, seconds, 0.01…1.
    pub sustain_time: f64,
}

impl Default for Transient {
    /// Nothing; 15 ms and 100 ms.
    fn default() -> Self {
        Self { attack: 0.0, sustain: 0.0, attack_time: 0.015, sustain_time: 0.100 }
    }
}

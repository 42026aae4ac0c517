//! The inserts of a session: their parameters, ranges, defaults and exact laws. `stemwright-dsp` computes them.
//!
//! Every insert is *linear* or a *gain unit* (it multiplies by a factor computed from its input or its key), which is
//! what lets a bus shared by several stems be split exactly.
//!
//! What runs linearly between control-grid frames (see [`crate::CONTROL_GRID`]) is named at each insert.

use crate::{Db, Tap};

/// An insert in its slot.
#[derive(Debug, Clone, PartialEq)]
pub struct Insert {
    /// Bypassed inserts pass their input on unchanged.
    pub bypass: bool,
    /// What it does.
    pub unit: Unit,
}

impl From<Unit> for Insert {
    fn from(unit: Unit) -> Self {
        Self { bypass: false, unit }
    }
}

/// What an insert does.
#[derive(Debug, Clone, PartialEq)]
pub enum Unit {
    /// A factor. Between grid frames: the factor.
    Gain(Db),
    /// A parametric equaliser.
    Eq(Eq),
    /// A compressor, bus compressor or ducker.
    Compressor(Compressor),
    /// An echo.
    Delay(Delay),
}

impl Unit {
    /// What it is called in session.toml and in the processing chains of a manifest.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Gain(_) => "gain",
            Self::Eq(_) => "eq",
            Self::Compressor(c) if c.detector == Detector::Rms => "bus-compressor",
            Self::Compressor(_) => "compressor",
            Self::Delay(_) => "delay",
        }
    }

    /// The side-chain it listens to, if it has one.
    pub fn key(&self) -> Option<&Key> {
        match self {
            Self::Compressor(c) => c.key.as_ref(),
            _ => None,
        }
    }
}

/// A parameter that can be automated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Param {
    /// Of a gain, in dB.
    Gain,
    /// Of an EQ band (from 0): Hz.
    BandFreq(usize),
    /// Of an EQ band: dB.
    BandGain(usize),
    /// Of an EQ band.
    BandQ(usize),
    /// Of a compressor: dBFS.
    Threshold,
    /// Of a compressor.
    Ratio,
    /// Of a compressor: dB.
    Makeup,
    /// Of a compressor: 0…1.
    Mix,
    /// Of a delay: 0…0.98.
    Feedback,
    /// Of a delay: 0…1.
    Wet,
}

/// A parametric equaliser: its bands in series, each of one or two second-order sections.
///
/// # Law
/// Each section is a two-pole filter whose poles are those of the analogue prototype mapped by z = exp(s/rate)
/// (impulse invariance), and whose zeros match the analogue magnitude (Vicanek, *Matched Second Order Digital
/// Filters*, 2016). With w = 2π·freq/rate, q = 1/(2Q), poles: 1 + a₁z⁻¹ + a₂z⁻² with a₂ = e^(−2qw) and
/// a₁ = −2e^(−qw)·cos(w√(1−q²)), or −2e^(−qw)·cosh(w√(q²−1)) for q > 1. Written with the gain at DC, at Nyquist
/// and one more condition (|H(f)|² is the analogue prototype's):
///
/// | kind | H(1) | H(−1) | further |
/// |---|---|---|---|
/// | high-pass | 0 | from \|H(freq)\| = Q | a double zero at DC |
/// | low-pass | 1 | from \|H(freq)\| = Q | b₂ = 0 |
/// | bell of gain G | 1 | follows | \|H(freq)\| = G, and \|H\| has its extremum there; poles: Q·√G in place of Q (so that −G undoes +G) |
/// | shelves | gain at DC | the prototype's gain at half the rate | \|H(freq)\| = √(shelf gain) |
///
/// The shelves' prototypes, A = 10^(gain/40): low A·(s²+(√A/Q)s+A)/(As²+(√A/Q)s+1), so poles at freq/√A;
/// high A·(As²+(√A/Q)s+1)/(s²+(√A/Q)s+A), so poles at freq·√A; Q as given. A pole frequency above
/// 0.98π/√(1−q²) (radians per frame, q < 1) is taken as that.
/// Where no real zeros meet all conditions (steep shelves near half the rate), the negative radicand of b₀ − b₂ counts
/// as 0: DC and Nyquist are met, \|H(freq)\| is not.
///
/// A slope of 24 dB/octave is two sections with Q 0.541196100146197 and 1.306562964876377 (Butterworth).
///
/// # Form
/// The trapezoidal state variable filter (Simper 2011), low in noise at low frequencies. With s₀ = 1+a₁+a₂,
/// s₁ = 1−a₁+a₂: c₁ = s₁/4, c₂ = √(s₀s₁)/4, c₃ = s₀/4 and for each frame, from the states x₁, x₂:
/// v₃ = in − x₂; v₁ = c₁x₁ + c₂v₃; v₂ = x₂ + c₂x₁ + c₃v₃; x₁ ← 2v₁ − x₁; x₂ ← 2v₂ − x₂;
/// out = m₀·in + m₁v₁ + m₂v₂, where m₀ = H(−1), m₂ = H(1) − H(−1), m₁ = 2(b₀−b₂)/√(s₀s₁) − k·H(−1),
/// k = 2(1−a₂)/√(s₀s₁), b₀ ≥ b₂.
/// Between grid frames: c₁, c₂, c₃, m₀, m₁, m₂.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Eq {
    /// In order.
    pub bands: Vec<Band>,
}

/// One band of an EQ.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Band {
    /// What it does.
    pub kind: BandKind,
    /// Corner or centre in Hz, 5 Hz to 0.49 of the rate.
    pub freq: f64,
    /// Of bells and shelves, ±40 dB. Other kinds ignore it.
    pub gain: Db,
    /// 0.1 to 40; 1/√2 unless said. Slopes of 24 dB/octave ignore it.
    pub q: f64,
}

/// The kinds of EQ band.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BandKind {
    /// Peak or dip.
    Bell,
    /// Up or down below the corner.
    LowShelf,
    /// Up or down above the corner.
    HighShelf,
    /// 12 or 24 dB/octave below the corner.
    HighPass {
        /// Two sections instead of one.
        steep: bool,
    },
    /// 12 or 24 dB/octave above the corner.
    LowPass {
        /// Two sections instead of one.
        steep: bool,
    },
}

/// A feed-forward compressor in the log domain (Giannoulis, Massberg & Reiss, *Digital Dynamic Range Compressor
/// Design*, JAES 60(6), 2012). One gain for all channels.
///
/// # Law
/// * The detector hears the key (or, without one, the unit's own input), each channel through a high-pass of
///   12 dB/octave ([EQ](struct@Eq)'s, Q 1/√2) where `key_high_pass` is set.
/// * Level e: for [`Detector::Peak`] the largest |x| of the channels; for [`Detector::Rms`] √ of the largest mean
///   square, each channel's being p ← αp + (1−α)x² with α = exp(−1/(0.005·rate)).
/// * x = 20·log10(e). Wanted reduction r in dB with threshold T, knee width W, slope S = 1 − 1/ratio (eq. 4):
///   0 where 2(x−T) < −W; S·(x−T+W/2)²/(2W) where 2|x−T| ≤ W (and W > 0); else S·(x−T).
/// * Ballistics with α = exp(−1/(seconds·rate)) for attack and release (0 where seconds is 0): *branching*
///   (eq. 16, [`Detector::Peak`]): y ← α_a·y + (1−α_a)·r where r > y, else y ← α_r·y + (1−α_r)·r;
///   *decoupled* (eq. 17, [`Detector::Rms`]): z ← max(r, α_r·z + (1−α_r)·r), y ← α_a·y + (1−α_a)·z.
/// * g = 10^((makeup − y)/20); the output is input · (1 − mix + mix·g).
///
/// Between grid frames: T, S, makeup (in dB), mix.
#[derive(Debug, Clone, PartialEq)]
pub struct Compressor {
    /// dBFS, −80…0 (up to +20 is accepted).
    pub threshold: Db,
    /// 1 to ∞.
    pub ratio: f64,
    /// Width of the knee in dB, 0…40.
    pub knee: f64,
    /// Seconds, 0…1.
    pub attack: f64,
    /// Seconds, 0…10.
    pub release: f64,
    /// Gain after it.
    pub makeup: Db,
    /// 1 is all compressed; less is parallel compression.
    pub mix: f64,
    /// What it measures, and how it moves.
    pub detector: Detector,
    /// What it listens to, if not itself.
    pub key: Option<Key>,
    /// Hz.
    pub key_high_pass: Option<f64>,
}

impl Compressor {
    /// A track compressor as it comes out of the box: −18 dBFS, 3:1, knee 6 dB, 10 ms, 120 ms, peak.
    pub fn channel() -> Self {
        Self {
            threshold: Db(-18.0),
            ratio: 3.0,
            knee: 6.0,
            attack: 0.010,
            release: 0.120,
            makeup: Db::ZERO,
            mix: 1.0,
            detector: Detector::Peak,
            key: None,
            key_high_pass: None,
        }
    }

    /// A bus compressor: −16 dBFS, 2:1, knee 6 dB, 30 ms, 150 ms, RMS.
    pub fn bus() -> Self {
        Self {
            threshold: Db(-16.0),
            ratio: 2.0,
            attack: 0.030,
            release: 0.150,
            detector: Detector::Rms,
            ..Self::channel()
        }
    }
}

/// What a compressor measures, and its ballistics.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Detector {
    /// Peaks, smooth branching ballistics.
    Peak,
    /// Mean square over 5 ms, smooth decoupled ballistics.
    Rms,
}

/// A side-chain.
#[derive(Debug, Clone, PartialEq)]
pub struct Key {
    /// A track, bus or return.
    pub from: String,
    /// Post is what is heard; pre is deaf to the fader.
    pub tap: Tap,
}

/// An echo.
///
/// # Law
/// D = max(1, round(time in seconds · rate)) frames. Each channel has a line; r = what was written D frames ago, passed
/// through the low cut and then the high cut where set ([EQ](struct@Eq)'s high-pass and low-pass of 12 dB/octave, Q 1/√2);
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

//! The compressor, bus compressor and ducker.

use crate::{Db, Tap};

/// A feed-forward compressor in the log domain (Giannoulis, Massberg & Reiss, *Digital Dynamic Range Compressor
/// Design*, JAES 60(6), 2012). One gain for all channels.
///
/// # Law
/// * The detector hears the key (or, without one, the unit's own input), each channel through a high-pass of
///   12 dB/octave ([EQ](struct@crate::Eq)'s, Q 1/√2) where `key_high_pass` is set.
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

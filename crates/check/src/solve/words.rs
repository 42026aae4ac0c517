//! The solution in words, and as findings with what to do.

use super::Solved;
use super::bank::Sources;
use super::correct::corrections;
use super::judge::{Common, level};
use super::model::Model;
use super::solution::{Cause, FilterBand, GainCurve, Solution, StemSolution};
use super::walk::Walked;
use crate::sum::decibels;
use crate::third_octaves::Thirds;
use std::path::Path;
use stemwright_core::{Finding, Severity};

/// In what a stem is another version.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Of {
    /// In all of it.
    All,
    /// It is not there for a while.
    Nothing,
    /// It is something else for a while.
    Take,
    /// It is louder or sounds otherwise, differently over time or frequency.
    Sound,
}

/// One thing that is the matter. Delays and gains are those of the stem in the mix against its file.
#[derive(Debug, Clone)]
pub(super) enum Blame {
    Delay { stem: usize, delay: f64, sigma: f64 },
    Gain { stem: usize, db: f64, sigma: f64 },
    Polarity { stem: usize },
    Swapped { stem: usize },
    Extra { stem: usize, below: f64 },
    Twice { stem: usize, db: f64, sigma: f64 },
    Twins { stems: Vec<usize>, times: f64 },
    Echo { stem: usize, delay: f64, gain: f64 },
    Drift { stem: usize, ppm: f64, sigma: f64, at: f64 },
    MixDrifts(f64),
    Revision { stem: usize, of: Of, frames: Option<(u64, u64)> },
    Missing { frames: Option<(u64, u64)> },
    AllDelayed(f64),
    AllLouder(f64),
    Processed { low: f64, high: f64 },
    Filtered,
    Bent,
    Constant,
}

fn moved(frames: f64) -> String {
    let way = if frames > 0.0 { "later" } else { "earlier" };
    format!("{:.2} samples {way}", frames.abs())
}

fn louder(db: f64) -> String {
    let way = if db > 0.0 { "louder" } else { "quieter" };
    format!("{:.2} dB {way}", db.abs())
}

fn changed(db: f64) -> String {
    let way = if db > 0.0 { "raise" } else { "lower" };
    format!("{way} it by {:.2} dB", db.abs())
}

/// Two standard uncertainties, as far as they are worth printing.
fn about(sigma: f64, unit: &str) -> String {
    let two = (2.0 * sigma).max(0.001);
    format!("±{two:.3} {unit}")
}

pub(super) fn twins(sources: &Sources<'_>, members: &[usize], stem: usize) -> String {
    let others: Vec<&str> = members
        .iter()
        .filter(|other| **other != stem)
        .take(3)
        .map(|other| sources.stems[*other].file.as_str())
        .collect();
    format!("it holds the same audio as {}: only their sum is known", others.join(", "))
}

impl Blame {
    /// Of the stem itself.
    pub(super) fn short(&self) -> String {
        match self {
            Self::Delay { delay, sigma, .. } => {
                let way = if *delay < 0.0 { "late" } else { "early" };
                format!("it is {:.2} samples {way} ({})", delay.abs(), about(*sigma, "samples"))
            }
            Self::Gain { db, sigma, .. } => {
                format!("it is {} than in the mix ({})", louder(-*db), about(*sigma, "dB"))
            }
            Self::Polarity { .. } => "its polarity is inverted against the mix".into(),
            Self::Swapped { .. } => "its left and right are exchanged against the mix".into(),
            Self::Extra { .. } => "it is not in the mix".into(),
            Self::Twice { db, sigma, .. } => {
                format!("it is twice in the mix: {db:.2} dB ({}) above its file", about(*sigma, "dB"))
            }
            Self::Twins { stems, times } => {
                format!("{} files of the set hold the same audio, and the mix holds it {times:.0} times", stems.len())
            }
            Self::Echo { delay, gain, .. } => {
                format!("it is in the mix once more, {} and {:.2} dB", moved(*delay), level(*gain))
            }
            Self::Drift { ppm, sigma, .. } => {
                format!("it drifts against the mix: {ppm:.2} ppm ({})", about(*sigma, "ppm"))
            }
            Self::MixDrifts(ppm) => format!("all stems drift against the mix, by {ppm:.2} ppm"),
            Self::Revision { of, .. } => match of {
                Of::All => {
                    "it is not in the mix, but something that sounds at the same times is: another take or version"
                        .into()
                }
                Of::Nothing => "it is missing in the mix for a while".into(),
                Of::Take => "for a while the mix holds something else in its place: another take or edit".into(),
                Of::Sound => "the mix holds it with another level or sound over time: another version".into(),
            },
            Self::Missing { .. } => "the mix holds something that no stem has".into(),
            Self::AllDelayed(delay) => format!("the mix is {} than the stems", moved(*delay)),
            Self::AllLouder(factor) if *factor < 0.0 => {
                format!("the mix is inverted against the stems ({:+.2} dB)", level(*factor))
            }
            Self::AllLouder(factor) => format!("the mix is {} than the stems", louder(level(*factor))),
            Self::Processed { low, high } => format!(
                "the level of the mix changes against the sum of the stems, mostly between {low:+.1} and {high:+.1} dB: a bus compressor or limiter"
            ),
            Self::Filtered => "the mix has another frequency response than the sum of the stems: an equaliser".into(),
            Self::Bent => {
                "the mix is distorted against the sum of the stems: saturation or clipping on the master bus".into()
            }
            Self::Constant => "what is left is a constant: a DC offset".into(),
        }
    }

    fn code(&self) -> Option<&'static str> {
        Some(match self.cause() {
            Cause::StemDelay => "stem-delay",
            Cause::StemGain => "stem-gain",
            Cause::StemPolarity => "stem-polarity",
            Cause::StemMissing => "stem-missing",
            Cause::StemExtra => "stem-extra",
            Cause::StemDoubled => "stem-doubled",
            Cause::ChannelsSwapped => "channels-swapped",
            Cause::ClockDrift => "clock-drift",
            Cause::StemRevision => "stem-revision",
            Cause::MixProcessed => "mix-processed",
            Cause::MixFiltered => "mix-filtered",
            Cause::CommonDelay => "sum-delay",
            Cause::CommonGain => "sum-gain",
            Cause::Unrelated | Cause::Unexplained => return None,
        })
    }

    fn stem(&self) -> Option<usize> {
        match self {
            Self::Delay { stem, .. }
            | Self::Gain { stem, .. }
            | Self::Polarity { stem }
            | Self::Swapped { stem }
            | Self::Extra { stem, .. }
            | Self::Twice { stem, .. }
            | Self::Echo { stem, .. }
            | Self::Drift { stem, .. }
            | Self::Revision { stem, .. } => Some(*stem),
            Self::Twins { stems, .. } => stems.last().copied(),
            _ => None,
        }
    }

    fn remedy(&self) -> String {
        match self {
            Self::Delay { delay, .. } => format!("move it {}", moved(*delay)),
            Self::Gain { db, .. } => changed(*db),
            Self::Polarity { .. } => "invert its polarity".into(),
            Self::Swapped { .. } => "exchange its channels".into(),
            Self::Extra { .. } => "take it out of the set, or print the mix again with it".into(),
            Self::Twice { db, .. } => format!("print the mix again with it once, or {}", changed(*db)),
            Self::Twins { .. } => "take the copies out of the set".into(),
            Self::Echo { .. } => "print the mix again with it once".into(),
            Self::Drift { ppm, at, .. } => {
                let way = if *ppm > 0.0 { "slower" } else { "faster" };
                format!("resample it {:.2} ppm {way}, and move it {} at the middle of the song", ppm.abs(), moved(*at))
            }
            Self::MixDrifts(_) => "record stems and mix on one clock, or print both inside the session".into(),
            Self::Revision { of: Of::Nothing, .. } => "mute it there, or print the mix again".into(),
            Self::Revision { .. } => "print it again from the session that the mix was printed from".into(),
            Self::Missing { .. } => {
                "print the stem that is not in the set: an effect return, a muted track, a bus".into()
            }
            Self::AllDelayed(delay) => format!("move all stems {}", moved(*delay)),
            Self::AllLouder(factor) => {
                let invert = if *factor < 0.0 { " and invert their polarity" } else { "" };
                format!("change all stems by {:+.2} dB{invert}", level(*factor))
            }
            Self::Processed { .. } => "print again with the master bus compressor or limiter off".into(),
            Self::Filtered => "print again with the equaliser of the master bus off".into(),
            Self::Bent => "print again with the master bus chain off, and with headroom".into(),
            Self::Constant => "take the offset out of the mix".into(),
        }
    }

    fn measured(&self) -> Option<(f64, &'static str)> {
        match self {
            Self::Delay { delay, .. } | Self::Echo { delay, .. } | Self::AllDelayed(delay) => Some((*delay, "frames")),
            Self::Gain { db, .. } | Self::Twice { db, .. } => Some((*db, "dB")),
            Self::Extra { below, .. } => Some((*below, "dB")),
            Self::Drift { ppm, .. } | Self::MixDrifts(ppm) => Some((*ppm, "ppm")),
            Self::AllLouder(factor) => Some((level(*factor), "dB")),
            Self::Processed { low, .. } => Some((*low, "dB")),
            _ => None,
        }
    }

    /// The gravest first.
    fn rank(&self) -> usize {
        match self {
            Self::Missing { .. } | Self::Revision { .. } => 0,
            Self::Extra { .. } => 1,
            Self::Processed { .. } | Self::Filtered | Self::Bent => 2,
            Self::Drift { .. } | Self::MixDrifts(_) => 3,
            Self::Delay { .. } | Self::AllDelayed(_) => 4,
            Self::Swapped { .. } => 5,
            Self::Twice { .. } | Self::Twins { .. } | Self::Echo { .. } => 6,
            Self::Polarity { .. } => 7,
            Self::Gain { .. } | Self::AllLouder(_) => 8,
            Self::Constant => 9,
        }
    }
}

/// What the words are made of.
pub(super) struct Words<'a> {
    pub(super) sources: &'a Sources<'a>,
    pub(super) model: &'a Model,
    pub(super) walked: &'a Walked,
    pub(super) master: bool,
    pub(super) common: Common,
    pub(super) unrelated: bool,
}

impl Words<'_> {
    pub(super) fn solved(&self, mut stems: Vec<StemSolution>, mut blames: Vec<Blame>) -> Solved {
        let Self { sources, model, walked, .. } = self;
        blames.sort_by_key(Blame::rank);
        let mut causes: Vec<Cause> = Vec::new();
        for blame in &blames {
            if !causes.contains(&blame.cause()) {
                causes.push(blame.cause());
            }
        }
        if causes.is_empty() {
            causes.push(if self.unrelated { Cause::Unrelated } else { Cause::Unexplained });
        }
        let mut sentences = Vec::new();
        let mut findings = Vec::new();
        for blame in &blames {
            let file = blame.stem().map_or(&sources.mix.file, |stem| &sources.stems[stem].file);
            let words = blame.short();
            let mut remedy = blame.remedy();
            let unsound = sources.stems.iter().find(|stem| stem.unsound);
            if let (Blame::Missing { .. }, Some(stem)) = (blame, unsound) {
                remedy = format!("print {} again, which holds samples that are no signal; or {remedy}", stem.file);
            }
            sentences.push(match blame.stem() {
                Some(_) => format!("{file}: {words}; {remedy}."),
                None => format!("{words}; {remedy}."),
            });
            if let Blame::Revision { stem, .. } = blame {
                stems[*stem].finding = Some(words.clone());
            }
            let Some(code) = blame.code() else { continue };
            let of_mix = matches!(blame, Blame::Processed { .. } | Blame::Filtered | Blame::Bent);
            let severity = if self.master && of_mix { Severity::Note } else { Severity::Warning };
            let mut finding = Finding::new(severity, code, words).in_file(Path::new(file)).hint(remedy);
            if let Some((value, unit)) = blame.measured() {
                finding = finding.measured(value, unit);
            }
            if let Blame::Missing { frames: Some((from, _)) } | Blame::Revision { frames: Some((from, _)), .. } = blame
            {
                finding = finding.at_frame(*from, sources.rate);
            }
            findings.push(finding);
        }
        if self.unrelated {
            sentences.push(
                "the stems are not found in the mix: it is another song, another version, or processed beyond recognition."
                    .into(),
            );
        } else if blames.is_empty() {
            sentences.push(
                "no delay, gain, drift, filter or missing stem explains it: what differs is processing that was not the same for both."
                    .into(),
            );
        }
        let samples = (sources.frames * sources.channels as u64).max(1) as f64;
        let mix = walked.total.mm;
        let left = if model.filter.is_some() {
            model.share() * mix
        } else if model.curve.is_some() {
            walked.gained
        } else {
            walked.total.rr
        };
        let remaining = (left > 0.0).then(|| decibels((left / samples).sqrt()));
        let of_mix = (left > 0.0 && mix > 0.0).then(|| decibels((left / mix).sqrt()));
        if let (Some(of_mix), false) = (of_mix, blames.is_empty()) {
            sentences.push(format!("with that put right, {of_mix:.1} dB against the mix is left."));
        }
        let drift = blames.iter().find_map(|blame| match blame {
            Blame::Drift { ppm, .. } | Blame::MixDrifts(ppm) => Some((ppm * 1000.0).round() / 1000.0),
            _ => None,
        });
        let gain = level(self.common.gain);
        let solution = Solution {
            cause: causes[0],
            causes,
            stems,
            common_gain_db: (gain.abs() > 0.0 && !self.unrelated).then(|| (gain * 1000.0).round() / 1000.0),
            common_delay_frames: (self.common.delay != 0.0 && !self.unrelated)
                .then(|| (self.common.delay * 1e4).round() / 1e4),
            drift_ppm: drift,
            remaining_rms_dbfs: remaining.filter(|_| !self.unrelated),
            remaining_of_mix_db: of_mix.filter(|_| !self.unrelated),
            gain_curve: self.curve(),
            filter: self.filter(),
            sentences,
        };
        let corrections = if self.unrelated { Vec::new() } else { corrections(&blames, sources.stems.len()) };
        Solved { solution, findings, corrections }
    }

    fn curve(&self) -> Option<GainCurve> {
        let curve = self.model.curve.as_ref().filter(|_| !self.unrelated)?;
        let windows = &self.walked.windows;
        let loudest = windows.iter().map(|w| w.yy / w.frames.max(1) as f64).fold(0.0, f64::max);
        let point = |w: &super::walk::Window| {
            let gain = w.my / w.yy * self.common.gain;
            (w.yy / w.frames.max(1) as f64 > 1e-7 * loudest && gain.abs() > 1e-4).then(|| decibels(gain))
        };
        let [low, high, _] = curve.range.map(|gain| decibels(gain * self.common.gain));
        Some(GainCurve {
            frames_a_point: windows.first().map_or(0, |w| w.frames),
            db: windows.iter().map(point).collect(),
            range_db: [low, high],
        })
    }

    fn filter(&self) -> Vec<FilterBand> {
        let Some(filter) = self.model.filter.as_ref().filter(|_| !self.unrelated) else { return Vec::new() };
        let bank = &self.model.bank;
        let rate = f64::from(self.sources.rate.hz());
        let wide = rate / bank.window.len() as f64;
        let power = |low: f64, high: f64| {
            let bin = |hz: f64| ((hz / wide).round() as usize).clamp(bank.low, bank.high) - bank.low;
            let (from, to) = (bin(low), bin(high));
            if to <= from {
                return 0.0;
            }
            (from..to).map(|n| filter.re[n].powi(2) + filter.im[n].powi(2)).sum::<f64>() / (to - from) as f64
        };
        let bands = Thirds::new(rate).bands(power);
        bands.into_iter().map(|band| FilterBand { hz: band.hz, db: band.dbfs }).collect()
    }
}

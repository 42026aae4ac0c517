//! Where files begin: at bar 1, or where their time references put them.

use super::probe::Probed;
use stemwright_core::{Finding, SampleRate, Severity};

/// Nothing in a session.toml lies further away from bar 1 than this.
const FARTHEST_SECONDS: u128 = 90_000;
/// A reference of 0 is no time of day where all others are later than this: many programs write 0 for "not known".
const UNSET_BEFORE_SECONDS: u128 = 600;

/// A time in frames of a rate, exactly.
#[derive(Debug, Clone, Copy)]
struct Exact {
    frames: u128,
    rate: u128,
}

impl Exact {
    fn later_than(self, other: Self) -> bool {
        self.frames * other.rate > other.frames * self.rate
    }

    /// The frame at `rate` that lies nearest to the time from `other` to this (halves up).
    fn since(self, other: Self, rate: SampleRate) -> u128 {
        let over = self.rate * other.rate;
        let frames = self.frames * other.rate - other.frames * self.rate;
        (frames * 2 * u128::from(rate.hz()) + over) / (2 * over)
    }
}

/// The frame on which each file begins, at the session's rate.
pub(super) fn starts(files: &[&Probed], rate: SampleRate, findings: &mut Vec<Finding>) -> Vec<i64> {
    let mut references: Vec<Option<Exact>> = files.iter().map(|file| reference(file)).collect();
    let later = |reference: &Exact| reference.frames > UNSET_BEFORE_SECONDS * reference.rate;
    let set = |reference: &&Exact| reference.frames > 0;
    if references.iter().flatten().filter(set).count() > 0 && references.iter().flatten().filter(set).all(later) {
        references.iter_mut().for_each(|reference| *reference = reference.filter(|reference| reference.frames > 0));
    }
    let told: Vec<Exact> = references.iter().flatten().copied().collect();
    let Some(first) = told.iter().copied().reduce(|a, b| if a.later_than(b) { b } else { a }) else {
        return vec![0; files.len()];
    };
    if !told.iter().any(|reference| reference.later_than(first)) {
        return vec![0; files.len()];
    }
    let mut last = 0;
    let starts = files.iter().zip(&references).map(|(file, reference)| {
        let warn = |message: &str| {
            Finding::new(Severity::Warning, "no-time-reference", message)
                .in_file(&file.found.path)
                .hint("look whether it begins where it should; `at` of its clip moves it")
        };
        let Some(reference) = reference else {
            findings.push(warn("other files say where they begin and this one does not; it begins at bar 1"));
            return 0;
        };
        let start = reference.since(first, rate);
        if start > FARTHEST_SECONDS * u128::from(rate.hz()) {
            findings.push(warn("its time reference lies more than a day after the others; it begins at bar 1"));
            return 0;
        }
        let start = i64::try_from(start).unwrap_or(0);
        last = last.max(start);
        start
    });
    let starts = starts.collect();
    let what = format!(
        "{} of {} files say where they begin; they do so from the first on, up to {} later",
        told.len(),
        files.len(),
        rate.clock(last)
    );
    findings.push(Finding::new(Severity::Note, "time-references", what));
    starts
}

fn reference(file: &Probed) -> Option<Exact> {
    let frames = file.info.time_reference?;
    Some(Exact { frames: u128::from(frames), rate: u128::from(file.info.rate.hz()) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_at_other_rates_are_the_nearest_frames() {
        let rate = SampleRate::new(48_000).unwrap();
        let at = |frames, rate| Exact { frames, rate };
        assert_eq!(at(44_100, 44_100).since(at(0, 96_000), rate), 48_000);
        // One frame at 44.1 kHz is 1.088 at 48 kHz.
        assert_eq!(at(158_760_001, 44_100).since(at(172_800_000, 48_000), rate), 1);
        // The largest reference that fits the chunk.
        assert_eq!(at(u128::from(u64::MAX), 384_000).since(at(u128::from(u64::MAX) - 8, 384_000), rate), 1);
    }
}

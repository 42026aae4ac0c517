//! Whether a track clicks where its clips begin and end.
//!
//! A step between two frames is an impulse up and one down in the second differences, whatever was there before. It is a click
//! where it stands out from the second differences on both sides, as it does not where the sound is a hit or noise itself.

use crate::clips::PlacedClip;
use std::collections::VecDeque;
use stemwright_audio::{Media, resampled_frames};
use stemwright_core::{Finding, SampleRate, Severity};

/// Frames on either side that an edit is held against.
const AROUND: usize = 256;
/// Times the root mean square of the second differences on the louder side.
const ABOVE: f64 = 8.0;
/// −60 dBFS.
const HEARD: f64 = 1e-3;
/// Findings of a track; more are counted.
const MOST: usize = 20;

/// The clicks of one track, looked for as its blocks go by.
pub(crate) struct Edits {
    /// Frames from the beginning of the file, earliest first; edits that were looked at are gone.
    edits: VecDeque<i64>,
    /// The last frames of each channel.
    recent: Vec<VecDeque<f64>>,
    /// The frame after the last of `recent`.
    now: i64,
    /// Where, and how large the step is.
    pub(crate) clicks: Vec<(i64, f64)>,
}

impl Edits {
    /// The edits of clips: their ends that are not the beginning or the end of their file. `start` is the first frame that comes.
    pub(crate) fn new(
        clips: &[PlacedClip<'_>],
        media: &dyn Media,
        rate: SampleRate,
        channels: usize,
        start: i64,
    ) -> Self {
        let mut edits = Vec::new();
        for placed in clips.iter().filter(|placed| placed.frames > 0) {
            let sources = placed
                .clip
                .warp
                .as_ref()
                .map_or_else(|| placed.clip.from..placed.clip.from + placed.frames, stemwright_core::Warp::sources);
            let all = media.info(&placed.clip.file).map_or(0, |info| resampled_frames(info.frames, info.rate, rate));
            edits.extend((sources.start > 0).then_some(placed.at));
            edits.extend((sources.end < all).then_some(placed.at + placed.frames as i64));
        }
        edits.sort_unstable();
        edits.dedup();
        // Silence before and after, so that the first and the last are edits like all others.
        let recent = vec![VecDeque::from(vec![0.0; 2 * AROUND]); channels];
        Self { edits: edits.into(), recent, now: start, clicks: Vec::new() }
    }

    /// Looks at the next block.
    pub(crate) fn hear(&mut self, block: &[&[f64]]) {
        let frames = block.first().map_or(0, |channel| channel.len());
        for i in 0..frames {
            for (recent, channel) in self.recent.iter_mut().zip(block) {
                recent.pop_front();
                recent.push_back(channel[i]);
            }
            self.now += 1;
            while self.edits.front().is_some_and(|edit| edit + AROUND as i64 <= self.now) {
                let Some(edit) = self.edits.pop_front() else { break };
                if edit + AROUND as i64 == self.now
                    && let Some(step) =
                        self.recent.iter_mut().filter_map(|recent| step(recent.make_contiguous())).reduce(f64::max)
                {
                    self.clicks.push((edit, step));
                }
            }
        }
    }

    /// Looks at what is left.
    pub(crate) fn finish(&mut self) {
        let silence = [0.0; AROUND];
        let block = vec![silence.as_slice(); self.recent.len()];
        self.hear(&block);
    }

    /// What a person should know.
    pub(crate) fn findings(&self, track: &str, rate: SampleRate) -> Vec<Finding> {
        let finding = |&(frame, step): &(i64, f64)| {
            let message = format!(
                "the sound of `{track}` jumps by {:.1} dBFS where a clip begins or ends: a click",
                20.0 * libm::log10(step)
            );
            Finding::new(Severity::Warning, "edit-click", message)
                .at(format!("{track}, {}", rate.clock(frame)))
                .hint("give the clips there fades of 2 to 5 ms, or overlap and cross-fade them")
        };
        let mut findings: Vec<Finding> = self.clicks.iter().take(MOST).map(finding).collect();
        if let Some(more) = self.clicks.len().checked_sub(MOST).filter(|more| *more > 0) {
            let message = format!("`{track}` clicks at {more} more edits");
            findings.push(Finding::new(Severity::Warning, "edit-click", message).at(track));
        }
        findings
    }
}

/// How large the step in the middle of these frames is, if it is a click.
fn step(frames: &[f64]) -> Option<f64> {
    let bend = |i: usize| frames[i + 1] - 2.0 * frames[i] + frames[i - 1];
    let middle = frames.len() / 2;
    let [before, after] = [bend(middle - 1), bend(middle)];
    if before * after >= 0.0 {
        return None;
    }
    let step = before.abs().min(after.abs());
    let level = |places: std::ops::Range<usize>| {
        let count = places.len() as f64;
        (places.map(|i| bend(i).powi(2)).sum::<f64>() / count).sqrt()
    };
    let around = level(1..middle - 2).max(level(middle + 2..frames.len() - 1));
    (step > HEARD && step > ABOVE * around).then_some(step)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frames(before: impl Fn(f64) -> f64, after: impl Fn(f64) -> f64) -> Vec<f64> {
        (0..2 * AROUND).map(|i| if i < AROUND { before(i as f64) } else { after(i as f64) }).collect()
    }

    #[test]
    fn steps_of_quiet_sound_are_clicks_and_sound_is_none() {
        let sine = |i: f64| 0.5 * libm::sin(0.0576 * i);
        let shifted = |i: f64| 0.5 * libm::sin(0.0576 * i + 1.5);
        let noise = |i: f64| 0.5 * libm::sin(i * i * 12.9);
        let found = step(&frames(sine, shifted)).unwrap();
        let wanted = (shifted(256.0) - sine(256.0)).abs();
        assert!((found - wanted).abs() < 0.05, "{found} {wanted}");
        assert!(step(&frames(sine, sine)).is_none());
        assert!(step(&frames(|_| 0.0, |i| sine(i - 256.0))).is_none(), "a sine that begins at zero");
        assert!(step(&frames(|_| 0.0, noise)).is_none(), "a hit");
        assert!(step(&frames(|_| 0.0, |i| 0.3 + 0.1 * sine(i))).is_some());
        assert!(step(&frames(|_| 0.0, |_| 1e-4)).is_none(), "below −60 dBFS");
    }
}

//! What the files hold, without decoding them.

use super::walk::Found;
use crate::FileName;
use std::collections::BTreeMap;
use stemwright_audio::{Media, MediaInfo, resampled_frames};
use stemwright_core::{Finding, SampleRate, Severity};

/// Rates that a session can have.
const SESSION_RATES: std::ops::RangeInclusive<u32> = 44_100..=192_000;

/// Of sessions whose files have a lower rate than any session, in Hz.
const USUAL_RATE: u32 = 48_000;

/// A file that can be read.
#[derive(Debug)]
pub(super) struct Probed {
    pub(super) found: Found,
    pub(super) info: MediaInfo,
}

impl Probed {
    pub(super) fn name(&self) -> FileName {
        FileName {
            path: self.found.relative.clone(),
            channels: u16::try_from(self.info.channels).ok(),
            frames: Some(self.info.frames),
            rate: Some(self.info.rate.hz()),
        }
    }
}

/// Probes every file. Those that cannot be read, or hold what no track can, are named and left out.
pub(super) fn probe(files: Vec<Found>, media: &dyn Media, findings: &mut Vec<Finding>) -> Vec<Probed> {
    let mut probed = Vec::new();
    for found in files {
        let left_out = |code: &str, message: String, hint: Option<&str>| {
            let finding = Finding::new(Severity::Warning, code, message).in_file(&found.path);
            match hint {
                Some(hint) => finding.hint(hint),
                None => finding,
            }
        };
        match media.info(&found.path) {
            Err(error) => findings.push(left_out("unreadable-file", format!("{error}; it is left out"), error.hint())),
            Ok(info) if info.layout.is_none() => {
                let what = format!("it has {} channels, which no track can have; it is left out", info.channels);
                findings.push(left_out("channels", what, Some("split it into mono or stereo files")));
            }
            Ok(info) if info.frames == 0 => {
                findings.push(left_out("empty-file", "it holds no audio; it is left out".into(), None));
            }
            Ok(info) => {
                findings.extend(info.findings.iter().cloned());
                probed.push(Probed { found, info });
            }
        }
    }
    probed
}

/// The rate of the most files; of rates that as many have, the highest.
pub(super) fn rate(files: &[Probed], findings: &mut Vec<Finding>) -> Option<SampleRate> {
    let mut counts: BTreeMap<SampleRate, usize> = BTreeMap::new();
    for file in files {
        *counts.entry(file.info.rate).or_default() += 1;
    }
    let (&usual, _) = counts.iter().max_by_key(|&(rate, count)| (*count, *rate))?;
    let rate = match usual.hz() {
        hz if SESSION_RATES.contains(&hz) => usual,
        hz if hz > *SESSION_RATES.end() => SampleRate::new(*SESSION_RATES.end())?,
        _ => SampleRate::new(USUAL_RATE)?,
    };
    if counts.len() > 1 || rate != usual {
        let all: Vec<String> = counts.iter().map(|(rate, count)| format!("{count} at {rate}")).collect();
        let what = format!("the files have several rates: {}; the session has {rate}", all.join(", "));
        let what = if counts.len() > 1 { what } else { format!("no session can have {usual}; this one has {rate}") };
        let finding = Finding::new(Severity::Warning, "mixed-rates", what);
        findings.push(finding.hint("the others are resampled; if one was exported at a wrong rate, export it again"));
    }
    Some(rate)
}

/// Beats a minute that files tell of themselves, where none contradicts.
pub(super) fn tempo(files: &[Probed]) -> Option<f64> {
    let told: Vec<f64> = files.iter().filter_map(|file| file.info.tempo).collect();
    let first = *told.first()?;
    let agreed = told.iter().all(|bpm| (bpm - first).abs() < 0.01) && told.len() * 2 >= files.len();
    (agreed && (10.0..=1000.0).contains(&first)).then_some(first)
}

/// The key, likewise.
pub(super) fn key(files: &[Probed]) -> Option<String> {
    let told: Vec<&String> = files.iter().filter_map(|file| file.info.key.as_ref()).collect();
    let first = *told.first()?;
    (told.iter().all(|key| *key == first) && told.len() * 2 >= files.len()).then(|| first.clone())
}

/// How long a file is at the session's rate.
pub(super) fn frames(file: &Probed, rate: SampleRate) -> u64 {
    resampled_frames(file.info.frames, file.info.rate, rate)
}

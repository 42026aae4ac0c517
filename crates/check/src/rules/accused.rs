//! What the residual says of single stems.

use super::OURS;
use crate::detect::against::{Accusation, Wrong};
use crate::report::FileReport;
use std::collections::BTreeMap;
use std::path::Path;
use stemwright_core::{Finding, SampleRate, Severity};

/// Adds what the residual says. What the file says of itself under the same code is left away, where it is less.
pub(crate) fn accuse(findings: &mut Vec<Finding>, accused: &[(usize, Accusation)], files: &[FileReport]) {
    let mut groups: BTreeMap<(usize, Wrong), Vec<&Accusation>> = BTreeMap::new();
    for (file, accusation) in accused {
        groups.entry((*file, accusation.wrong)).or_default().push(accusation);
    }
    for ((file, wrong), accusations) in groups {
        let Some(format) = &files[file].format else { continue };
        let finding = say(&files[file], format.rate, wrong, &accusations);
        let alike = |other: &Finding| other.code == finding.code && other.file == finding.file;
        if findings.iter().any(|other| alike(other) && other.severity == finding.severity) {
            continue;
        }
        findings.retain(|other| !alike(other));
        findings.push(finding);
    }
}

fn say(file: &FileReport, rate: SampleRate, wrong: Wrong, accusations: &[&Accusation]) -> Finding {
    let (code, what, hint) = match wrong {
        Wrong::Click => ("click", "the mix has no click where this stem has one", "print it again"),
        Wrong::DropOut => {
            ("drop-out", "this stem is silent for moments in which the mix holds its sound", "print it again")
        }
        Wrong::Discontinuity => (
            "discontinuity",
            "this stem jumps where the mix goes on: it was edited, or samples are missing",
            "print it again from the session that the mix was printed from",
        ),
        Wrong::CutTail => {
            ("cut-tail", "this stem ends while the mix holds its sound", "print it to the end of its tail")
        }
        Wrong::CutHead => (
            "cut-head",
            "the mix holds a sound before the first one of this stem: its beginning is missing",
            "print it again from the first bar",
        ),
        Wrong::Swapped => (
            "swapped-channels",
            "its left and right are exchanged: exchanged again, the stems add up to the mix",
            "exchange its channels",
        ),
        Wrong::ChannelLost => (
            "channel-lost",
            "it holds one channel, and the mix both: what the other one held is all that the stems lack",
            "print it again in stereo",
        ),
        Wrong::MonoCollapsed => (
            "mono-collapsed",
            "it is mono, and the mix holds it in stereo: its width is all that the stems lack",
            "print it again in stereo",
        ),
    };
    let finding = Finding::new(Severity::Warning, code, what).in_file(Path::new(&file.file)).hint(hint);
    let whole = matches!(wrong, Wrong::Swapped | Wrong::ChannelLost | Wrong::MonoCollapsed);
    let Some(first) = accusations.first().filter(|_| !whole) else { return finding };
    let finding = finding.at_frame(first.frame, rate);
    let clock = |accusation: &&Accusation| rate.clock(i64::try_from(accusation.frame).unwrap_or(i64::MAX));
    let mut places: Vec<String> = accusations.iter().take(4).map(clock).collect();
    if accusations.len() > 4 {
        places.push(format!("and {} more", accusations.len() - 4));
    }
    let peak = accusations.iter().map(|accusation| accusation.peak).fold(0.0, f64::max);
    let finding = finding.at(places.join(", ")).measured(20.0 * libm::log10(peak + 1e-30), "dBFS in the residual");
    finding.limit(0.0, "places", OURS)
}

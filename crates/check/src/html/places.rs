//! Where findings point: which file of the report, and which place in what is drawn of it.

use super::chart::{Mark, Time};
use super::numbers::place;
use super::waveform;
use crate::{CheckReport, FileReport};
use stemwright_core::{Finding, SampleRate, Severity};

/// A finding with its number on the page.
pub(super) struct Numbered<'a> {
    pub(super) number: usize,
    pub(super) finding: &'a Finding,
    /// The index of its file in the report, where it is told which.
    pub(super) file: Option<usize>,
    /// The mark that its place has in a chart.
    pub(super) spot: Option<Spot>,
}

/// A mark in a chart.
pub(super) struct Spot {
    pub(super) id: String,
    percent: f64,
}

/// Findings of one code and weight.
pub(super) type Group<'a> = Vec<Numbered<'a>>;

/// All findings, the gravest first, numbered in the order in which they stand on the page.
pub(super) fn groups<'a>(report: &'a CheckReport, time: Time) -> Vec<Group<'a>> {
    let mut sorted: Vec<&Finding> = report.findings.iter().collect();
    sorted.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
    let mut groups: Vec<Vec<&Finding>> = Vec::new();
    for finding in sorted {
        let same = |group: &&mut Vec<&Finding>| group[0].code == finding.code && group[0].severity == finding.severity;
        match groups.iter_mut().find(same) {
            Some(group) => group.push(finding),
            None => groups.push(vec![finding]),
        }
    }
    let mut number = 0;
    let mut numbered = |finding| {
        number += 1;
        let file = file_of(report, finding);
        Numbered { number, finding, file, spot: spot(report, finding, file, time) }
    };
    groups.into_iter().map(|group| group.into_iter().map(&mut numbered).collect()).collect()
}

/// The file of a finding. Findings name files without their folders, so a name that several files have points nowhere.
fn file_of(report: &CheckReport, finding: &Finding) -> Option<usize> {
    let name = finding.file.as_deref()?;
    let last = |file: &FileReport| file.file.rsplit('/').next() == Some(name);
    report.files.iter().position(|file| file.file == name).or_else(|| {
        let mut all = report.files.iter().enumerate().filter(|(_, file)| last(file));
        all.next().filter(|_| all.next().is_none()).map(|(index, _)| index)
    })
}

/// What has a frame and no file is about the residual.
fn spot(report: &CheckReport, finding: &Finding, file: Option<usize>, time: Time) -> Option<Spot> {
    let frame = finding.frame?;
    let (of, rate, time) = match file {
        Some(index) => {
            let file = &report.files[index];
            (index.to_string(), waveform::drawn(file).then(|| rate(report, file))??, time)
        }
        None if finding.file.is_none() => {
            let sum = report.sum.as_ref().filter(|sum| super::sum::drawn(sum))?;
            let rate = super::sum::rate(report, sum)?;
            ("sum".to_owned(), rate, super::sum::time(sum, rate))
        }
        None => return None,
    };
    // Findings at one place have one mark: a thousandth of the width is no more than a pixel.
    let percent = (time.percent(rate.seconds(i64::try_from(frame).unwrap_or(i64::MAX))) * 10.0).round() / 10.0;
    Some(Spot { id: format!("place-{of}-{:.0}", percent * 10.0), percent })
}

/// The rate at which a file's frames are counted.
pub(super) fn rate(report: &CheckReport, file: &FileReport) -> Option<SampleRate> {
    file.format.as_ref().map(|format| format.rate).or(report.rate)
}

/// The marks of findings, each place once, those of the gravest first.
pub(super) fn marks<'a, 'b: 'a>(findings: impl Iterator<Item = &'a Numbered<'b>>) -> Vec<Mark> {
    let mut marks: Vec<Mark> = Vec::new();
    for Numbered { number, finding, spot, .. } in findings {
        let Some(spot) = spot else { continue };
        if marks.iter().any(|mark| mark.id == spot.id) {
            continue;
        }
        let at = finding.place.as_deref().map_or_else(String::new, |place| format!(", {place}"));
        marks.push(Mark {
            id: spot.id.clone(),
            to: format!("finding-{number}"),
            percent: spot.percent,
            class: class(finding.severity),
            label: number.to_string(),
            title: format!("Finding {number}, {}: {}{at}", finding.severity, finding.code),
        });
    }
    marks
}

/// A place in words: what the finding says, else the time of its frame.
pub(super) fn words(report: &CheckReport, numbered: &Numbered<'_>) -> Option<String> {
    let finding = numbered.finding;
    let rate = numbered.file.and_then(|index| rate(report, &report.files[index])).or(report.rate);
    let time = || Some(place(finding.frame?, rate?));
    let mut words = finding.place.clone().or_else(time);
    if let Some(channel) = finding.channel {
        let place = words.map_or_else(String::new, |place| format!("{place}, "));
        words = Some(format!("{place}channel {channel}"));
    }
    words
}

/// The class of a severity, which is also the name of its sign.
pub(super) fn class(severity: Severity) -> &'static str {
    match severity {
        Severity::Note => "note",
        Severity::Warning => "warning",
        Severity::Error => "error",
    }
}

//! What the files of a set say together: rates, depths, lengths, starts, names.

use super::OURS;
use crate::report::{FileKind, FileReport, FormatReport};
use std::collections::BTreeMap;
use std::path::Path;
use stemwright_core::{Finding, Severity};

/// Files with what they share; the value that most have comes first, of equals the larger.
fn groups<'f, K: Ord + Copy>(
    files: &[(&'f FileReport, &'f FormatReport)],
    key: impl Fn(&FormatReport) -> K,
) -> Vec<(K, Vec<&'f FileReport>)> {
    let mut groups: BTreeMap<K, Vec<&FileReport>> = BTreeMap::new();
    for (file, format) in files {
        groups.entry(key(format)).or_default().push(file);
    }
    let mut groups: Vec<_> = groups.into_iter().collect();
    groups.sort_by(|a, b| b.1.len().cmp(&a.1.len()).then(b.0.cmp(&a.0)));
    groups
}

/// At most so many files are named in a sentence.
const NAMED: usize = 4;

fn names(files: &[&FileReport]) -> String {
    let mut text: Vec<&str> = files.iter().take(NAMED).map(|file| file.file.as_str()).collect();
    let rest;
    if files.len() > NAMED {
        rest = format!("{} more", files.len() - NAMED);
        text.push(&rest);
    }
    text.join(", ")
}

/// Findings about the set: `files` were measured and belong to the music.
pub(crate) fn of_set(files: &[(&FileReport, &FormatReport)]) -> Vec<Finding> {
    let mut findings = Vec::new();
    findings.extend(rates(files));
    findings.extend(lengths(files));
    findings.extend(depths(files));
    findings.extend(starts(files));
    findings.extend(lossy(files));
    findings.extend(shared_names(files));
    findings
}

fn rates(files: &[(&FileReport, &FormatReport)]) -> Vec<Finding> {
    let groups = groups(files, |format| format.rate);
    let Some((most, _)) = groups.first() else { return Vec::new() };
    let other = |(rate, files): &(stemwright_core::SampleRate, Vec<&FileReport>)| {
        let what = format!(
            "{} has {rate} where most files have {most}: played at one rate, it is out of tune and out of time",
            names(files)
        );
        let finding = Finding::new(Severity::Error, "mixed-rates", what).measured(rate.hz().into(), "Hz");
        let finding = finding.limit(most.hz().into(), "Hz", "the rate of most files");
        let finding = if let [file] = files[..] { finding.in_file(Path::new(&file.file)) } else { finding };
        finding.hint(format!("export it again at {most}"))
    };
    groups[1..].iter().map(other).collect()
}

fn lengths(files: &[(&FileReport, &FormatReport)]) -> Vec<Finding> {
    // Of one rate; files of another have a finding of their own.
    let Some((rate, _)) = groups(files, |format| format.rate).into_iter().next() else { return Vec::new() };
    let alike: Vec<_> = files.iter().copied().filter(|(_, format)| format.rate == rate).collect();
    let groups = groups(&alike, |format| format.frames);
    let Some((most, _)) = groups.first() else { return Vec::new() };
    let mut findings = Vec::new();
    for (frames, files) in &groups[1..] {
        for file in files {
            let apart = rate.seconds(most.abs_diff(*frames) as i64);
            let which = if frames < most { "shorter" } else { "longer" };
            let apart =
                if apart < 0.1 { format!("{} frames", most.abs_diff(*frames)) } else { format!("{apart:.2} s") };
            let what = format!("it is {apart} {which} than most files ({frames} frames, not {most})");
            let finding = Finding::new(Severity::Warning, "length", what).in_file(Path::new(&file.file));
            let finding =
                finding.measured(*frames as f64, "frames").limit(*most as f64, "frames", "the length of most files");
            findings
                .push(finding.hint("print all files over the same range, from bar 1 to the end of the longest tail"));
        }
    }
    findings
}

fn depths(files: &[(&FileReport, &FormatReport)]) -> Vec<Finding> {
    let lossless: Vec<_> = files.iter().copied().filter(|(_, format)| format.bits.is_some()).collect();
    let groups = groups(&lossless, |format| (format.float, format.bits.unwrap_or(0)));
    let words = |(float, bits): (bool, u16)| format!("{bits}-bit {}", if float { "float" } else { "integer" });
    let Some((most, _)) = groups.first() else { return Vec::new() };
    let other = |(depth, files): &((bool, u16), Vec<&FileReport>)| {
        let what = format!("{} in {} where most files are {}", words(*depth), names(files), words(*most));
        let finding = Finding::new(Severity::Warning, "mixed-depths", what).measured(depth.1.into(), "bits");
        let finding = finding.limit(most.1.into(), "bits", "the depth of most files");
        let finding = if let [file] = files[..] { finding.in_file(Path::new(&file.file)) } else { finding };
        finding.hint(format!("export it again as {}", words(*most)))
    };
    let mut findings: Vec<Finding> = groups[1..].iter().map(other).collect();
    findings.extend(padded(&lossless));
    findings
}

/// Files of 24 bits and more whose samples need 16: somebody's export or converter has lost the rest.
fn padded(files: &[(&FileReport, &FormatReport)]) -> Option<Finding> {
    let used = |(file, format): &(&FileReport, &FormatReport)| {
        let bits = format.bits.filter(|bits| *bits >= 24)?;
        Some((bits, file.measured.as_ref()?.bits_used?))
    };
    let sounding: Vec<_> = files
        .iter()
        .copied()
        .filter(|(file, _)| file.measured.as_ref().is_some_and(|m| m.peak_dbfs.is_some()))
        .collect();
    let padded: Vec<_> =
        sounding.iter().copied().filter(|file| used(file).is_some_and(|(_, used)| used <= 16)).collect();
    let (first, format) = padded.first()?;
    let bits = first.measured.as_ref()?.bits_used?;
    // One sampler track of 16 bits is nothing; a set is.
    let severity = if 2 * padded.len() > sounding.len() { Severity::Warning } else { Severity::Note };
    let list: Vec<&FileReport> = padded.iter().map(|(file, _)| *file).collect();
    let what = format!("{}-bit files whose samples need no more than {bits} bits: {}", format.bits?, names(&list));
    let finding = Finding::new(severity, "padded-bits", what).measured(bits.into(), "bits");
    let finding = finding.limit(format.bits?.into(), "bits", "the depth of the files");
    Some(finding.hint("export them again from the session, not from 16-bit prints"))
}

fn starts(files: &[(&FileReport, &FormatReport)]) -> Vec<Finding> {
    let stamped: Vec<_> = files.iter().copied().filter(|(_, format)| format.time_reference.is_some()).collect();
    let groups = groups(&stamped, |format| format.time_reference.unwrap_or(0));
    let Some((most, _)) = groups.first() else { return Vec::new() };
    let mut findings = Vec::new();
    for (start, files) in &groups[1..] {
        for file in files {
            let what = format!(
                "its time stamp (bext) says that it begins at frame {start}, most files' at {most}: a DAW that follows it puts it elsewhere"
            );
            let finding = Finding::new(Severity::Warning, "start", what).in_file(Path::new(&file.file));
            let finding =
                finding.measured(*start as f64, "frames").limit(*most as f64, "frames", "the start of most files");
            findings.push(finding.hint("print all files from the same bar, or set their time stamps alike"));
        }
    }
    findings
}

fn lossy(files: &[(&FileReport, &FormatReport)]) -> Option<Finding> {
    let lossy: Vec<&FileReport> = files.iter().filter(|(_, format)| !format.lossless).map(|(file, _)| *file).collect();
    (!lossy.is_empty()).then(|| {
        let what = format!("coded with losses: {}", names(&lossy));
        Finding::new(Severity::Note, "lossy", what)
            .hint("ask for WAV or FLAC from the session where the best is wanted")
    })
}

/// Stems that only a number tells apart.
fn shared_names(files: &[(&FileReport, &FormatReport)]) -> Vec<Finding> {
    let mut groups: BTreeMap<String, Vec<&FileReport>> = BTreeMap::new();
    for (file, _) in files.iter().filter(|(file, _)| file.kind == FileKind::Stem) {
        let name = Path::new(&file.file).file_stem().unwrap_or_default().to_string_lossy().to_lowercase();
        let plain = name.trim_matches(|c: char| c.is_ascii_digit() || matches!(c, '_' | '-' | ' ' | '.' | '(' | ')'));
        // Numbers alone are told of as unclear names.
        if !plain.is_empty() {
            groups.entry(plain.to_owned()).or_default().push(file);
        }
    }
    let shared = groups.into_iter().filter(|(_, files)| files.len() > 2);
    shared
        .map(|(name, files)| {
            let what = format!(
                "{} stems share the name \"{name}\" and only numbers tell them apart: {}",
                files.len(),
                names(&files)
            );
            let finding = Finding::new(Severity::Warning, "shared-name", what).measured(files.len() as f64, "files");
            finding.limit(2.0, "files", OURS).hint("name each after what it plays")
        })
        .collect()
}

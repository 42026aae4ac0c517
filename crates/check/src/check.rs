//! A set → what is in it → one pass → findings → a report.

use crate::detect::Detected;
use crate::detect::duplicates::{Candidate, duplicates};
use crate::found::{CheckError, Found, Subject};
use crate::pass::{Measured, Summed, pass};
use crate::preset::{Preset, judge};
use crate::receipt::{Proving, missing};
use crate::report::{CheckReport, FileKind, FileReport, FormatReport, SumClass};
use crate::residual::ResidualFile;
use crate::rules;
use crate::solve::{
    Activity, Correction, Question, Solved, Source, Sources, refuse_what_is_there, solve, write_corrected,
};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use stemwright_audio::{Media, MediaInfo};
use stemwright_core::{Finding, Layout, SampleRate, Severity};

/// What to check, beside the set.
#[derive(Debug, Clone, Default)]
pub struct CheckOptions {
    /// What the stems are to be compared with, in the set or outside; else it is found.
    pub mix: Option<PathBuf>,
    /// Whose limits to apply.
    pub preset: Option<Preset>,
    /// How many threads; `None`: one a core. No figure depends on it.
    pub threads: Option<usize>,
    /// Where to write mix − Σ stems, as a 32-bit float WAV.
    pub residual: Option<PathBuf>,
    /// A new or empty folder: where to write the stems with what brings them to the mix, as 32-bit float WAV.
    pub corrected: Option<PathBuf>,
}

/// How far a check has come.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Progress {
    /// At what it is.
    pub work: Work,
    /// What is behind of it.
    pub done: f64,
    /// All of it.
    pub of: f64,
}

/// What a check does, one after the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Work {
    /// Files are hashed, where there is a receipt: in bytes.
    Hashing,
    /// Files are measured: in seconds of the longest.
    Measuring,
    /// Why the sum does not null is looked for, and nothing is being written: as a share of 1.
    Explaining,
    /// Corrected stems are written: as a share of 1.
    Correcting,
}

/// Checks a folder of stems or one file. `progress` is told how far it is, and says whether to go on.
///
/// # Errors
/// When there is nothing to check, the mix that was named cannot be read, or the residual or corrected stems cannot be written; files of the set that
/// cannot be read are findings.
pub fn check(
    set: &Path,
    options: &CheckOptions,
    media: &dyn Media,
    progress: &mut (dyn FnMut(Progress) -> bool + Send),
) -> Result<CheckReport, CheckError> {
    match rayon::ThreadPoolBuilder::new().num_threads(options.threads.unwrap_or(0)).build() {
        Ok(pool) => pool.install(|| checked(set, options, media, progress)),
        // Without threads of its own it runs on whatever there is.
        Err(_) => checked(set, options, media, progress),
    }
}

fn checked(
    set: &Path,
    options: &CheckOptions,
    media: &dyn Media,
    progress: &mut (dyn FnMut(Progress) -> bool + Send),
) -> Result<CheckReport, CheckError> {
    let found = Found::look(set, options.mix.as_deref(), media)?;
    if let Some(target) = &options.corrected {
        refuse_what_is_there(target)?;
    }
    let proving = Proving::new(&found, progress)?;
    let mut residual = match &options.residual {
        Some(target) => Some(ResidualFile::new(target, residual_spec(&found))?),
        None => None,
    };
    let (measured, summed) = pass(&found, &proving.hashed, media, residual.as_mut(), progress)?;
    let sum_differs = summed.as_ref().map(|summed| summed.sum.different);
    let (receipt, proved) = proving.finish(&found, &measured, sum_differs);

    let mut report = CheckReport {
        ok: true,
        set: set.display().to_string(),
        title: found.manifest.as_ref().map(|manifest| manifest.song.title.clone()).filter(|title| !title.is_empty()),
        receipt,
        ..CheckReport::default()
    };
    let mut findings = found.findings.clone();
    findings.extend(proved);
    let listed = |name: &String| {
        found.receipt.as_ref().is_some_and(|receipt| receipt.files.iter().any(|proof| proof.name == *name))
    };
    findings.extend(found.missing.iter().filter(|name| !listed(name)).map(|name| missing(name)));
    let mut detected = Vec::new();
    for (subject, mut measured) in found.subjects.iter().zip(measured) {
        let error = subject.info.as_ref().err().or(measured.error.as_ref());
        if let Some(error) = error {
            findings.push(rules::unreadable(&subject.file, error));
        }
        detected.push(std::mem::take(&mut measured.detected));
        report.files.push(file_report(subject, measured));
    }
    let mut defects = of_defects(&found, &report, &detected, media);
    if let Some(summed) = &summed {
        rules::accuse(&mut defects, &summed.accused, &report.files);
    }
    (report.rate, report.frames) = common(&report.files);
    let mut solution = None;
    if let Some(summed) = &summed {
        let mut sum = rules::report(summed, &report.files[summed.mix].file);
        if let Some(rate) = report.files[summed.mix].format.as_ref().map(|format| format.rate) {
            findings.extend(rules::of_sum(summed, &sum, &report.files, rate));
        }
        if let Some(residual) = residual
            && residual.finish()?
        {
            sum.residual_file = options.residual.as_ref().map(|path| path.display().to_string());
        }
        if let Some((sources, question)) = question(&found, &report, summed, media) {
            let mut told = |done| progress(Progress { work: Work::Explaining, done, of: 1.0 });
            if !told(0.0) {
                return Err(CheckError::Stopped);
            }
            let mut stopped = false;
            let solved = solve(&sources, &question, &mut |done| {
                stopped |= !told(done);
                !stopped
            });
            if stopped {
                return Err(CheckError::Stopped);
            }
            solution = solved;
        }
        if let Some(Solved { solution, findings: why, .. }) = &mut solution {
            let master = found.subjects[summed.mix].kind == FileKind::Master;
            rules::explain(&mut findings, solution, master);
            findings.append(why);
        }
        if let Some(target) = &options.corrected {
            let corrections = corrections(summed, solution.as_ref());
            match sources(&found, &report, summed, media).filter(|_| !corrections.is_empty()) {
                Some((sources, _)) => {
                    let mut told = |done| progress(Progress { work: Work::Correcting, done, of: 1.0 });
                    // Told before anything is written: who stops must leave nothing behind.
                    if !told(0.0) {
                        return Err(CheckError::Stopped);
                    }
                    sum.corrected = Some(write_corrected(&sources, &corrections, target, &mut told)?);
                }
                None => findings.push(rules::not_corrected(&sum)),
            }
        }
        sum.solution = solution.map(|solved| solved.solution);
        report.sum = Some(sum);
    }
    findings.extend(of_files(&found, &report, options));
    findings.extend(defects);
    // Stems first, in the order of the set; mixes, masters and extras after them.
    report.files.sort_by_key(|file| file.kind);
    report.findings = findings;
    if let Some(preset) = &options.preset {
        let (judged, broken) = judge(preset, &report);
        report.preset = Some(judged);
        report.findings.extend(broken);
    }
    report.findings.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
    Ok(report)
}

/// Why it does not null is asked only where it does not.
fn question<'a>(
    found: &Found,
    report: &CheckReport,
    summed: &Summed,
    media: &'a dyn Media,
) -> Option<(Sources<'a>, Question)> {
    if summed.sum.class != SumClass::DoesNotNull || summed.sum.clipped_mix {
        return None;
    }
    let (sources, activity) = sources(found, report, summed, media)?;
    let question = Question {
        master: found.subjects[summed.mix].kind == FileKind::Master,
        activity,
        rounding: summed.rounding,
        delay: summed.sum.delay.map_or(0, |(delay, _)| delay),
        gain: summed.sum.gain.factor,
    };
    Some((sources, question))
}

/// The files of a sum, and when each stem sounds.
fn sources<'a>(
    found: &Found,
    report: &CheckReport,
    summed: &Summed,
    media: &'a dyn Media,
) -> Option<(Sources<'a>, Vec<Activity>)> {
    let source = |number: usize| {
        let subject = &found.subjects[number];
        let info = subject.info.as_ref().ok()?;
        let measured = report.files.get(number)?.measured.as_ref();
        Some(Source {
            path: subject.path.clone(),
            file: subject.file.clone(),
            channels: info.channels,
            side: subject.side,
            layout: info.layout,
            unsound: measured.is_some_and(|measured| measured.nan + measured.infinite + measured.garbage > 0),
            random: matches!(info.coding, "WAV" | "AIFF"),
        })
    };
    let mix = source(summed.mix)?;
    let (rate, channels) = (found.subjects[summed.mix].info.as_ref().ok()?.rate, mix.channels);
    let (mut stems, mut activity) = (Vec::new(), Vec::new());
    for &number in &summed.added {
        if summed.left_out.iter().any(|(other, _)| *other == number) {
            continue;
        }
        let overview = &report.files.get(number)?.overview;
        let own = found.subjects[number].info.as_ref().ok()?.rate;
        // Columns are of the file's own frames.
        let column = overview.frames_a_column * u64::from(rate.hz()) / u64::from(own.hz());
        activity.push((column.max(1), overview.power.clone()));
        stems.push(source(number)?);
    }
    Some((Sources { media, rate, channels, frames: summed.sum.frames, mix, stems }, activity))
}

/// What brings the stems to the mix; empty where that is not known.
fn corrections(summed: &Summed, solved: Option<&Solved>) -> Vec<Correction> {
    let of_all = |gain, delay| vec![Correction::of_all(gain, delay); summed.added.len()];
    match (summed.sum.class, summed.delayed) {
        (SumClass::StaticGain, _) => of_all(summed.sum.gain.factor, 0),
        (SumClass::CommonDelay, Some((delay, gain))) => of_all(gain.factor, delay),
        _ => solved.map_or_else(Vec::new, |solved| solved.corrections.clone()),
    }
}

/// What the residual is like: as the mix.
fn residual_spec(found: &Found) -> Option<(SampleRate, Layout)> {
    let (mix, _) = found.mixes.iter().min_by_key(|(number, _)| found.subjects[*number].kind)?;
    let info = found.subjects[*mix].info.as_ref().ok()?;
    Some((info.rate, info.layout?))
}

fn file_report(subject: &Subject, measured: Measured) -> FileReport {
    FileReport {
        file: subject.file.clone(),
        name: subject.name.clone(),
        kind: subject.kind,
        role: subject.role,
        format: subject.info.as_ref().ok().map(format_report),
        measured: measured.measurements,
        overview: measured.overview,
    }
}

fn format_report(info: &MediaInfo) -> FormatReport {
    FormatReport {
        coding: info.coding.to_owned(),
        rate: info.rate,
        channels: info.channels as u16,
        layout: info.layout,
        bits: info.bits,
        float: info.float,
        lossless: info.lossless,
        frames: info.frames,
        time_reference: info.time_reference,
    }
}

/// The rate of most files, and the frames of the longest of them.
fn common(files: &[FileReport]) -> (Option<SampleRate>, u64) {
    let mut rates: BTreeMap<SampleRate, usize> = BTreeMap::new();
    for format in files.iter().filter_map(|file| file.format.as_ref()) {
        *rates.entry(format.rate).or_default() += 1;
    }
    let rate = rates.into_iter().max_by_key(|(rate, count)| (*count, *rate)).map(|(rate, _)| rate);
    let frames = files.iter().filter_map(|file| file.format.as_ref()).filter(|format| Some(format.rate) == rate);
    (rate, frames.map(|format| format.frames).max().unwrap_or(0))
}

/// What was detected in the files, which stand in the order of the subjects.
fn of_defects(found: &Found, report: &CheckReport, detected: &[Detected], media: &dyn Media) -> Vec<Finding> {
    let mut heard = Vec::new();
    let mut candidates = Vec::new();
    for ((subject, file), detected) in found.subjects.iter().zip(&report.files).zip(detected) {
        let known = file.format.as_ref().filter(|_| file.measured.is_some());
        if let Some(format) = known {
            heard.push(rules::Heard { file, format, detected });
        }
        // Two halves of one stereo stem may be the same; a mix of one stem is.
        let stem = known.filter(|_| file.kind == FileKind::Stem && subject.side.is_none());
        candidates.push(stem.map(|format| Candidate {
            path: &subject.path,
            overview: &file.overview,
            rate: format.rate.hz(),
            channels: format.channels.into(),
            bits: format.bits.filter(|_| !format.float),
            lossless: format.lossless,
        }));
    }
    let mut findings = rules::of_defects(&heard);
    findings.extend(rules::of_duplicates(&duplicates(&candidates, media), &report.files));
    let bleeds: Vec<_> = detected.iter().map(|detected| detected.bleed).collect();
    findings.extend(rules::of_bleed(&report.files, &bleeds));
    findings
}

/// What the files say, each by itself and together.
fn of_files(found: &Found, report: &CheckReport, options: &CheckOptions) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut music = Vec::new();
    for file in &report.files {
        let (Some(format), Some(measured)) = (&file.format, &file.measured) else { continue };
        findings.extend(rules::of_file(file, format, measured));
        if file.kind != FileKind::Guide {
            music.push((file, format));
        }
    }
    findings.extend(rules::of_set(&music));
    let stems = report.files.iter().filter(|file| file.kind == FileKind::Stem).count();
    let unclear: Vec<&Subject> =
        found.subjects.iter().filter(|subject| subject.kind == FileKind::Stem && subject.unclear).collect();
    if !unclear.is_empty() {
        let names: Vec<&str> = unclear.iter().take(6).map(|subject| subject.file.as_str()).collect();
        let more = if unclear.len() > 6 { format!(" and {} more", unclear.len() - 6) } else { String::new() };
        let what = format!("names that do not tell what is in the file: {}{more}", names.join(", "));
        findings.push(
            Finding::new(Severity::Note, "unclear-name", what)
                .hint("name stems after what they hold: Drums, Bass, Lead Vocals"),
        );
    }
    if report.sum.is_none() && stems > 0 && options.mix.is_none() {
        let what = "no mix to compare with: whether the stems add up is not known";
        findings.push(
            Finding::new(Severity::Note, "no-mix", what)
                .hint("put the mix beside the stems (named …mix.wav), or name it with --mix"),
        );
    }
    findings
}

//! `stemwright session show` and `stemwright session convert`.

use crate::args::{Convert, SessionVerb, Show};
use crate::consolidate;
use crate::exit::{self, FAILED};
use crate::new::tell;
use crate::printer::Printer;
use crate::source::{NotRead, Source};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use stemwright_audio::Files;
use stemwright_core::{ErrorReport, Finding, MixerStrip, SessionReport, Severity};
use stemwright_daw::{Comments, DawProjectOptions, Places, session_text, write_dawproject, write_rpp, write_session};

pub(crate) fn run(verb: &SessionVerb) -> ExitCode {
    let talk = match verb {
        SessionVerb::Show(show) => &show.talk,
        SessionVerb::Convert(convert) => &convert.talk,
    };
    let printer = Printer::new(talk);
    let mut report = SessionReport::default();
    let status = match verb {
        SessionVerb::Show(args) => show(args, printer, &mut report),
        SessionVerb::Convert(args) => convert(args, printer, &mut report),
    };
    let status = status.unwrap_or_else(|NotRead { message, hint }| {
        printer.error(&message, hint.as_deref());
        report.ok = false;
        report.error = Some(ErrorReport { message, hint });
        FAILED
    });
    printer.document(&report);
    ExitCode::from(status)
}

fn show(args: &Show, printer: Printer, report: &mut SessionReport) -> Result<u8, NotRead> {
    let source = Source::read_any(&args.session, args.rate, &Files::new())?;
    fill(report, &source, &args.session);
    report.findings = source.findings().to_vec();
    report.ok = true;
    printer.result(&text(report, printer.verbose));
    tell(report.findings.iter(), printer);
    Ok(exit::from_findings(&report.findings, args.talk.fail_on.into()))
}

fn convert(args: &Convert, printer: Printer, report: &mut SessionReport) -> Result<u8, NotRead> {
    let media = Files::new();
    let absolute = |path: &Path| {
        let failed = |error| NotRead { message: format!("{}: {error}", path.display()), hint: None };
        std::path::absolute(path).map_err(failed)
    };
    let (from, to) = (absolute(&args.session)?, absolute(&args.output)?);
    if args.consolidate {
        let source = Source::read_any(&from, args.rate, &media)?;
        fill(report, &source, &args.session);
        report.findings = source.findings().to_vec();
        tell(report.findings.iter(), printer);
        if let Err(consolidate::Failed { why, stopped }) = consolidate::run(args, &source, printer, report) {
            printer.error(&why.message, why.hint.as_deref());
            report.error = Some(ErrorReport { message: why.message, hint: why.hint });
            return Ok(if stopped { exit::STOPPED } else { FAILED });
        }
        report.ok = true;
        return Ok(exit::from_findings(&report.findings, args.talk.fail_on.into()));
    }
    if !args.force && to.symlink_metadata().is_ok() {
        return Err(NotRead {
            message: format!("{}: is already there", args.output.display()),
            hint: Some("--force keeps it under another name; or write elsewhere".into()),
        });
    }
    let extension = to.extension().map(|extension| extension.to_string_lossy().to_lowercase());
    if !["toml", "dawproject", "rpp"].map(Some).contains(&extension.as_deref()) {
        return Err(NotRead {
            message: format!("{}: its ending does not say what to write", args.output.display()),
            hint: Some("write .toml, .dawproject or .rpp; or a folder with --consolidate".into()),
        });
    }
    // What is written refers to audio that was inside the document, unless it holds it itself.
    let holds = extension.as_deref() == Some("dawproject") && !args.no_embed;
    let unpacked = beside(&to);
    let source = Source::read_any_unpacking(&from, args.rate, &media, (!holds).then_some(unpacked.as_path()))?;
    fill(report, &source, &args.session);
    report.findings = source.findings().to_vec();
    if unpacked.exists() {
        let message = format!("audio from inside the document was unpacked into {}", unpacked.display());
        report.findings.push(Finding::new(Severity::Note, "audio-unpacked", message).hint("keep it with the session"));
    }
    let written = write(args, &source, extension.as_deref(), &to, &media);
    if written.is_err() && unpacked.exists() {
        // It was made for what was not written.
        let _ = std::fs::remove_dir_all(&unpacked);
    }
    let (kept, lost) = written?;
    report.findings.extend(lost);
    report.written = Some(args.output.display().to_string());
    report.kept = kept.map(|path| path.display().to_string());
    report.ok = true;
    tell(report.findings.iter(), printer);
    printer.result(&format!("written to {}\n", args.output.display()));
    if let Some(kept) = &report.kept {
        printer.result(&format!("what was there is now {kept}\n"));
    }
    Ok(exit::from_findings(&report.findings, args.talk.fail_on.into()))
}

/// Writes the document: where what stood there went, and what could not be written.
fn write(
    args: &Convert,
    source: &Source,
    extension: Option<&str>,
    to: &Path,
    media: &Files,
) -> Result<(Option<PathBuf>, Vec<Finding>), NotRead> {
    let session = source.session();
    match extension {
        Some("dawproject") => {
            let options = DawProjectOptions { embed: !args.no_embed, force: args.force };
            let written = write_dawproject(session, to, media, options)?;
            Ok((written.kept, written.findings))
        }
        Some("rpp") => {
            let written = write_rpp(session, to, media, args.force)?;
            Ok((written.kept, written.findings))
        }
        _ => {
            let base = to.parent().unwrap_or(Path::new(""));
            let text = session_text(session, base, Places::Seconds, &Comments::default());
            Ok((write_session(to, &text, args.force)?, Vec::new()))
        }
    }
}

/// The first folder beside a document, called after it, that is not there.
fn beside(document: &Path) -> PathBuf {
    let stem = document.file_stem().unwrap_or_default().to_string_lossy();
    let number = |number: u32| if number == 1 { String::new() } else { format!("-{number}") };
    let folders = (1u32..).map(|n| document.with_file_name(format!("{stem}-audio{}", number(n))));
    folders.into_iter().find(|folder| folder.symlink_metadata().is_err()).unwrap_or_default()
}

fn fill(report: &mut SessionReport, source: &Source, path: &Path) {
    let session = source.session();
    let (format, program) = source.kind();
    report.session = path.display().to_string();
    report.format = format.to_owned();
    report.program = program.map(str::to_owned);
    report.rate = Some(session.rate);
    report.bpm = Some(session.tempo.bpm);
    report.tempo_changes = session.tempo_changes.len();
    report.mixer = session.mixer();
    report.master_inserts = session.master.inserts.iter().map(|insert| insert.unit.to_string()).collect();
    let place = |frame: i64, name: &str| format!("{} {name}", session.rate.clock(frame));
    report.markers = session.markers.iter().map(|marker| place(marker.at, &marker.name)).collect();
    report.sections = session.sections.iter().map(|section| place(section.start, &section.name)).collect();
}

/// The mixer as a tree; inserts with their values where more is to be said.
fn text(report: &SessionReport, verbose: bool) -> String {
    let mut text = report.format.clone();
    if let Some(program) = &report.program {
        text += &format!(" by {program}");
    }
    if let (Some(rate), Some(bpm)) = (report.rate, report.bpm) {
        text += &format!(", {rate}, {} BPM", (bpm * 1000.0).round() / 1000.0);
    }
    match report.tempo_changes {
        0 => {}
        1 => text += " at bar 1, which changes once",
        changes => text += &format!(" at bar 1, which changes {changes} times"),
    }
    text += "\n\nmaster";
    if !report.master_inserts.is_empty() {
        text += &format!("  {}", units(&report.master_inserts, verbose).join(", "));
    }
    text.push('\n');
    let rows = &report.mixer;
    let label = |row: &MixerStrip| 2 * row.depth + 2 + row.name.chars().count();
    let width = rows.iter().map(label).max().unwrap_or(0).min(48);
    // Whether a strip at a depth has another one after it, for the lines of the tree.
    for (number, row) in rows.iter().enumerate() {
        let more = |depth: usize| {
            rows[number + 1..].iter().map(|row| row.depth).take_while(|&d| d >= depth).any(|d| d == depth)
        };
        let lines: String = (0..row.depth).map(|depth| if more(depth) { "│ " } else { "  " }).collect();
        let branch = if more(row.depth) { "├ " } else { "└ " };
        let pad = " ".repeat(width.saturating_sub(label(row)));
        text += format!("{lines}{branch}{}{pad}  {}", row.name, words(row, verbose)).trim_end();
        text.push('\n');
    }
    for (title, places) in [("sections", &report.sections), ("markers", &report.markers)] {
        if !places.is_empty() {
            text += &format!("\n{title}: {}\n", places.join(", "));
        }
    }
    let grave = |severity: Severity| {
        let count = report.findings.iter().filter(|finding| finding.severity == severity).count();
        format!("{count} {severity}{}", if count == 1 { "" } else { "s" })
    };
    let counts = [Severity::Error, Severity::Warning, Severity::Note].map(grave);
    if report.findings.is_empty() {
        text + "\nledger: everything is carried over\n"
    } else {
        text + &format!("\nledger: {}\n", counts.join(", "))
    }
}

/// Inserts in words, or only what they are.
fn units(inserts: &[String], verbose: bool) -> Vec<String> {
    let name = |insert: &String| {
        let end = insert.find(' ').unwrap_or(insert.len());
        format!("{}{}", &insert[..end], if insert.starts_with('[') && end < insert.len() { "]" } else { "" })
    };
    if verbose { inserts.to_vec() } else { inserts.iter().map(name).collect() }
}

/// What a strip does, in a line.
fn words(row: &MixerStrip, verbose: bool) -> String {
    let mut words = Vec::new();
    match (row.kind.as_str(), row.clips) {
        ("track", 1) => words.push("1 clip".to_owned()),
        ("track", clips) => words.push(format!("{clips} clips")),
        (kind, _) => words.push(kind.to_owned()),
    }
    match row.gain_db {
        None => words.push("−∞ dB".to_owned()),
        Some(0.0) => {}
        Some(db) => words.push(format!("{db:+} dB")),
    }
    if row.pan != 0.0 {
        let side = if row.pan < 0.0 { "left" } else { "right" };
        words.push(format!("{} % {side}", (row.pan.abs() * 100.0).round()));
    }
    let flags = [
        (row.mute, "muted"),
        (row.solo, "solo"),
        (row.inverted, "inverted"),
        (row.sends_only, "heard by its sends only"),
    ];
    words.extend(flags.iter().filter(|(is, _)| *is).map(|(_, word)| (*word).to_owned()));
    words.extend(units(&row.inserts, verbose));
    words.extend(row.sends.iter().map(|send| format!("→ {send}")));
    match row.automation {
        0 => {}
        1 => words.push("1 automation".to_owned()),
        count => words.push(format!("{count} automations")),
    }
    if let Some(stem) = row.stem.as_ref().filter(|stem| **stem != row.name) {
        words.push(format!("stem {stem}"));
    }
    words.join(", ")
}

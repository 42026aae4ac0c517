//! `stemwright new`.

use crate::args::New;
use crate::exit::{self, FAILED};
use crate::printer::Printer;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use stemwright_audio::Files;
use stemwright_core::{ErrorReport, Finding, NewReport, NewStem, NewTrack, Severity};
use stemwright_daw::{FolderSession, Sure, write_session};

/// The session document of a folder.
pub(crate) const SESSION: &str = "session.toml";

/// So many names in a line of the table; `-v` and the document have all.
const MOST_NAMES: usize = 40;

/// What the table says of each track already.
const IN_THE_TABLE: [&str; 6] =
    ["guessed-role", "unknown-role", "pair-joined", "reference-set-aside", "guide-left-out", "no-tempo"];

pub(crate) fn run(args: &New) -> ExitCode {
    let printer = Printer::new(&args.talk);
    let mut report = NewReport::default();
    let status = match work(args, printer, &mut report) {
        Ok(status) => status,
        Err((message, hint)) => {
            printer.error(&message, hint.as_deref());
            report.ok = false;
            report.error = Some(ErrorReport { message, hint });
            FAILED
        }
    };
    printer.document(&report);
    ExitCode::from(status)
}

type Failure = (String, Option<String>);

fn work(args: &New, printer: Printer, report: &mut NewReport) -> Result<u8, Failure> {
    let document = args.output.clone().unwrap_or_else(|| args.folder.join(SESSION));
    report.session = document.display().to_string();
    // Before thousands of files are looked at for nothing.
    if !args.force && !args.dry_run && document.symlink_metadata().is_ok() {
        let hint = "--force keeps it under another name; or write elsewhere with -o";
        return Err((format!("{}: is already there", document.display()), Some(hint.into())));
    }
    let absolute = |path: &Path| {
        std::path::absolute(path).map_err(|error| (format!("{}: {error}", path.display()), None::<String>))
    };
    let folder = absolute(&args.folder)?;
    let base = absolute(&document)?.parent().map(Path::to_owned).unwrap_or_default();
    let made = FolderSession::read(&folder, &Files::new()).map_err(|error| (error.to_string(), error.hint))?;
    if !args.dry_run {
        let kept = write_session(&document, &made.text(&base), args.force);
        report.kept = kept.map_err(|error| (error.to_string(), error.hint))?.map(|path| path.display().to_string());
        report.written = true;
    }
    fill(report, &made, &folder);
    let said = |finding: &&Finding| {
        printer.verbose || finding.severity > Severity::Note || !IN_THE_TABLE.contains(&finding.code.as_str())
    };
    tell(made.findings.iter().filter(said), printer);
    printer.result(&table(report, &made, args, printer.verbose));
    Ok(exit::from_findings(&made.findings, args.talk.fail_on.into()))
}

/// Prints findings; what to do about several of one kind is said once, under the last of them.
pub(crate) fn tell<'f>(findings: impl Iterator<Item = &'f Finding>, printer: Printer) {
    let mut findings = findings.peekable();
    while let Some(finding) = findings.next() {
        let again = findings.peek().is_some_and(|next| next.code == finding.code && next.hint == finding.hint);
        let hint = if again { None } else { finding.hint.clone() };
        printer.finding(&Finding { hint, ..finding.clone() });
    }
}

fn fill(report: &mut NewReport, made: &FolderSession, folder: &Path) {
    let session = &made.session;
    report.ok = true;
    report.rate = Some(session.rate);
    report.bpm = made.tempo_known.then_some(session.tempo.bpm);
    report.key.clone_from(&session.song.key);
    report.stems = session
        .stems
        .iter()
        .map(|stem| {
            let tracks = made.tracks.iter().filter(|track| track.stem == stem.name).map(|track| NewTrack {
                name: track.name.clone(),
                file: track.file.clone(),
                role: track.role,
                sure: track.sure.id().to_owned(),
                because: track.because.clone(),
            });
            NewStem { name: stem.name.clone(), role: stem.role, tracks: tracks.collect() }
        })
        .collect();
    report.references = session.references.iter().map(|file| below(file, folder)).collect();
    report.left_out.clone_from(&made.left_out);
    report.findings.clone_from(&made.findings);
}

fn below(file: &Path, folder: &Path) -> String {
    file.strip_prefix(folder).unwrap_or(file).display().to_string()
}

/// Stems and their tracks, what is no track, what is worth a look, what to do next.
fn table(report: &NewReport, made: &FolderSession, args: &New, verbose: bool) -> String {
    let mut text = String::new();
    let titles = report.stems.iter().map(|stem| stem.name.as_str()).chain(["references"]);
    let width = titles.map(|name| name.chars().count()).max().unwrap_or(0).min(24);
    for stem in &report.stems {
        let names: Vec<String> = stem.tracks.iter().map(marked).collect();
        text += &line(&stem.name, &names, width, verbose);
    }
    for (title, names) in [("references", &report.references), ("left out", &report.left_out)] {
        if !names.is_empty() {
            text += &line(title, names, width, verbose);
        }
    }
    text += &format!("\n{}\n", summary(report, made));
    text += &unsure(made, verbose);
    let folder = args.folder.display();
    if report.written {
        text += &format!("written to {}", report.session);
        if let Some(kept) = &report.kept {
            text += &format!("; what was there is now {kept}");
        }
        let next = if args.output.is_some() { report.session.clone() } else { folder.to_string() };
        text + &format!("\nnext: look it over, then `stemwright bounce {next}`\n")
    } else {
        text + &format!("nothing is written; without --dry-run it goes to {}\n", report.session)
    }
}

/// A name, with a question mark where it is a guess.
fn marked(track: &NewTrack) -> String {
    format!("{}{}", track.name, if track.sure == Sure::Guess.id() { " (?)" } else { "" })
}

fn line(title: &str, names: &[String], width: usize, verbose: bool) -> String {
    let most = if verbose { usize::MAX } else { MOST_NAMES };
    let mut text = names.iter().take(most).map(String::as_str).collect::<Vec<_>>().join(", ");
    if names.len() > most {
        text += &format!(" and {} more", names.len() - most);
    }
    format!("{title:width$}  {text}\n")
}

/// `26 tracks in 9 stems, 48000 Hz, 128 BPM, key Bb`.
fn summary(report: &NewReport, made: &FolderSession) -> String {
    let tempo = match report.bpm {
        Some(bpm) => format!("{bpm} BPM"),
        None => "tempo not known".to_owned(),
    };
    let counted = |count: usize, what: &str| format!("{count} {what}{}", if count == 1 { "" } else { "s" });
    let mut text = format!(
        "{} in {}, {}, {tempo}",
        counted(made.tracks.len(), "track"),
        counted(report.stems.len(), "stem"),
        made.session.rate
    );
    if let Some(key) = &report.key {
        text += &format!(", key {key}");
    }
    text
}

/// The tracks to look at, and why.
fn unsure(made: &FolderSession, verbose: bool) -> String {
    let mut text = String::new();
    let guessed = made.tracks.iter().filter(|track| track.sure == Sure::Guess && !track.because.is_empty());
    let unknown: Vec<String> =
        made.tracks.iter().filter(|t| t.sure == Sure::Guess && t.because.is_empty()).map(|t| t.name.clone()).collect();
    let guessed: Vec<String> = guessed
        .map(|t| format!("{} ({}, from \"{}\")", t.name, t.role.stem_name().to_lowercase(), t.because.join(" ")))
        .collect();
    for (title, names) in [("(?) guessed:", guessed), ("(?) not understood:", unknown)] {
        if !names.is_empty() {
            text += &line(title, &names, 0, verbose);
        }
    }
    text
}

/// What `bounce` says of a session that it made of a folder.
pub(crate) fn made_from(folder: &Path, made: &FolderSession) -> Finding {
    let unsure = made.tracks.iter().filter(|track| track.sure == Sure::Guess).count();
    let mut what = format!(
        "{} holds no {SESSION}; one was made of its files, in memory: {} tracks in {} stems",
        folder.display(),
        made.tracks.len(),
        made.session.stems.len()
    );
    if unsure > 0 {
        what += &format!(", {unsure} of them guessed");
    }
    Finding::new(Severity::Note, "made-from-folder", what)
        .hint(format!("`stemwright new {}` writes it down, to be looked over and changed", folder.display()))
}

/// The document that a folder has or would have.
pub(crate) fn document_in(folder: &Path) -> PathBuf {
    folder.join(SESSION)
}

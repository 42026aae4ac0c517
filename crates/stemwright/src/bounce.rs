//! `stemwright bounce`.

use crate::args::Bounce;
use crate::exit::{self, FAILED, STOPPED};
use crate::new::{SESSION, made_from, tell};
use crate::planned::{count, in_words};
use crate::printer::Printer;
use crate::source::{NotRead, Source, document};
use crate::stop::{STOP, listen};
use anyhow::Context;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use stemwright_audio::Files;
use stemwright_core::{BounceReport, ErrorReport, Finding, Layout, ReferenceKind, Severity, in_file_name};
use stemwright_render::{BounceError, BounceOptions, Bounced, EngineError, GraphError, Headroom, bounce, plan};

pub(crate) fn run(args: &Bounce) -> ExitCode {
    let printer = Printer::new(&args.talk);
    let mut report = BounceReport::default();
    let status = match work(args, printer, &mut report) {
        Ok(status) => ExitCode::from(status),
        Err(failure) => ExitCode::from(if failure.stopped { STOPPED } else { FAILED }),
    };
    printer.document(&report);
    status
}

struct Failure {
    message: String,
    hint: Option<String>,
    stopped: bool,
}

impl From<anyhow::Error> for Failure {
    fn from(error: anyhow::Error) -> Self {
        Self { message: format!("{error:#}"), hint: None, stopped: false }
    }
}

impl From<NotRead> for Failure {
    fn from(NotRead { message, hint }: NotRead) -> Self {
        Self { message, hint, stopped: false }
    }
}

/// Prints the set or sets that were asked for. What went wrong is told, and stands in the report.
fn work(args: &Bounce, printer: Printer, report: &mut BounceReport) -> Result<u8, Failure> {
    let told = |failure: Failure, report: &mut BounceReport| {
        printer.error(&failure.message, failure.hint.as_deref());
        report.ok = false;
        report.error = Some(ErrorReport { message: failure.message.clone(), hint: failure.hint.clone() });
        failure
    };
    let job = match Job::new(args, printer, report) {
        Ok(job) => job,
        Err(failure) => return Err(told(failure, report)),
    };
    let status = job.print(args.dry && !args.wet, report).map_err(|failure| told(failure, report))?;
    if !(args.dry && args.wet) {
        return Ok(status);
    }
    let mut dry = BounceReport::default();
    let second = job.print(true, &mut dry).map_err(|failure| told(failure, &mut dry));
    report.dry = Some(Box::new(dry));
    second.map(|second| status.max(second))
}

/// One session, to be printed once or twice.
struct Job<'a> {
    args: &'a Bounce,
    printer: Printer,
    /// The session document; of a folder without one, where it would be.
    path: PathBuf,
    source: Source,
    media: Files,
}

impl<'a> Job<'a> {
    fn new(args: &'a Bounce, printer: Printer, report: &mut BounceReport) -> Result<Self, Failure> {
        let path = document(&args.session);
        report.set = target(args, &path, args.dry && !args.wet)?.display().to_string();
        let media = Files::new();
        let source = Source::read(&args.session, args.rate, &media)?;
        report.findings = noticed(&source, &args.session);
        tell(report.findings.iter(), printer);
        if !args.dry_run {
            listen()?;
            stemwright_audio::allow_many_files();
        }
        Ok(Self { args, printer, path, source, media })
    }

    /// Prints one set, or with `--dry-run` what would be in it.
    fn print(&self, dry: bool, report: &mut BounceReport) -> Result<u8, Failure> {
        let Self { args, printer, source, media, .. } = self;
        let target = target(args, &self.path, dry)?;
        report.set = target.display().to_string();
        let options = BounceOptions {
            coding: args.format.into(),
            layout: args.layout.map(Into::into),
            headroom: args.headroom.unwrap_or(match source {
                Source::File(_) => Headroom::Db(0.0),
                // Nobody wrote these down for us: their peaks are not their author's word.
                _ => Headroom::Auto,
            }),
            dither: args.dither(),
            mono_stems: args.mono_stems,
            stems: args.stems.clone(),
            section: args.section.clone(),
            through_master: args.through_master,
            dry,
            tail: args.tail,
            block: args.block as usize,
            threads: args.threads.map(usize::from),
            cache: if args.no_cache { None } else { crate::cache::options() },
            measured: !args.no_measure,
            force: args.force,
            fault: args.inject_fault,
        };
        if args.dry_run {
            return self.plan(&options, report);
        }
        let session = source.session();
        let bar = printer.progress(session.rate.hz());
        let result = bounce(session, media, &target, options, &|progress| bar.show(progress), &STOP);
        let speed = bar.finish(result.as_ref().map_or(0, |bounced| bounced.receipt.frames));
        let bounced = result.map_err(|error| failure(error, source, &target, report))?;
        for finding in &bounced.receipt.findings {
            printer.finding(finding);
        }
        printer.result(&table(&bounced, speed, printer.verbose));
        let fail_on = args.talk.fail_on.into();
        let before = exit::from_findings(&report.findings, fail_on);
        let status = before.max(exit::from_findings(&bounced.receipt.findings, fail_on));
        report.ok = true;
        report.moved_aside = bounced.moved_aside.map(|path| path.display().to_string());
        report.manifest = Some(bounced.manifest);
        report.receipt = Some(bounced.receipt);
        Ok(status)
    }

    /// Says what would be written.
    fn plan(&self, options: &BounceOptions, report: &mut BounceReport) -> Result<u8, Failure> {
        let plan = plan(self.source.session(), &self.media, options).map_err(|error| Failure {
            message: match &error {
                BounceError::Graph(graph) => at_line(graph, &self.source),
                _ => error.to_string(),
            },
            hint: error.hint(),
            stopped: false,
        })?;
        for finding in &plan.findings {
            self.printer.finding(finding);
        }
        self.printer.result(&in_words(&plan, &report.set));
        let fail_on = self.args.talk.fail_on.into();
        let status = exit::from_findings(&report.findings, fail_on).max(exit::from_findings(&plan.findings, fail_on));
        report.ok = true;
        report.plan = Some(plan);
        Ok(status)
    }
}

/// The folder of a set: as asked for, or beside the session. Where both are printed, `-dry` tells the dry one.
fn target(args: &Bounce, document: &Path, dry: bool) -> Result<PathBuf, Failure> {
    match &args.output {
        Some(output) if dry && args.wet => {
            // The second set stands beside the first.
            let mut name = output.file_name().ok_or_else(|| no_name(output))?.to_owned();
            name.push("-dry");
            Ok(output.with_file_name(name))
        }
        Some(output) => Ok(output.clone()),
        None => {
            // A part never takes the place of a whole set, nor of another part.
            let mut ending = "-stems".to_owned();
            if let Some(section) = &args.section {
                ending += &format!("-section-{}", in_file_name(section, "section"));
            }
            if let Some(stems) = &args.stems {
                ending += &format!("-only-{}", in_file_name(&stems.join("+"), "some"));
            }
            default_target(document, &if dry { ending + "-dry" } else { ending })
        }
    }
}

/// What there is to say before anything is rendered: of a folder, what is more than a guess about a role, which stand in the
/// session that `new` writes.
fn noticed(source: &Source, path: &Path) -> Vec<Finding> {
    let mut findings = Vec::new();
    if let Source::Folder(made) = source {
        findings.push(made_from(path, made));
        findings.extend(made.findings.iter().filter(|finding| finding.severity > Severity::Note).cloned());
    }
    if let Source::Foreign(foreign, _) = source {
        findings.extend(foreign.ledger.iter().cloned());
    }
    for reference in &source.session().references {
        let what = "it is a mix to compare with; the stems are not compared with it here";
        let finding = Finding::new(Severity::Note, "reference-not-compared", what).in_file(reference);
        findings.push(finding.hint("hold the stems against it with `stemwright check SET --mix FILE`"));
    }
    findings
}

/// `NAME-stems`, or with another ending, beside the session: beside its folder if it is called session.toml, else beside the file.
fn default_target(document: &Path, ending: &str) -> Result<PathBuf, Failure> {
    let absolute = std::path::absolute(document).context("cannot find the session")?;
    let named = if absolute.file_name().is_some_and(|name| name == SESSION) {
        // `a/..` and links have no name of their own.
        absolute.parent().map(|folder| folder.canonicalize().unwrap_or_else(|_| folder.to_owned()))
    } else {
        Some(absolute.with_extension(""))
    };
    let sibling = named.as_deref().and_then(|path| {
        let mut name = path.file_name()?.to_owned();
        name.push(ending);
        Some(path.with_file_name(name))
    });
    let sibling = sibling.ok_or_else(|| no_name(document))?;
    // Shown as the user wrote it, where that is possible.
    let here = std::env::current_dir().ok();
    Ok(here.and_then(|here| sibling.strip_prefix(here).map(Path::to_owned).ok()).unwrap_or(sibling))
}

/// No folder can be named after `..` or a drive.
fn no_name(path: &Path) -> Failure {
    let message = format!("no folder can be named after {}", path.display());
    Failure { message, hint: Some("name the folder of the set with -o, such as -o stems".into()), stopped: false }
}

/// An error in the user's terms, at its line in the session where it has one.
fn failure(error: BounceError, source: &Source, target: &Path, report: &mut BounceReport) -> Failure {
    let mut hint = error.hint();
    if let BounceError::NotProven(receipt) = &error {
        report.receipt = Some((**receipt).clone());
        if let (Some(hint), Some(kept)) = (&mut hint, keep_receipt(receipt, target)) {
            *hint += &format!(", with {}", kept.display());
        }
    }
    let stopped = matches!(error, BounceError::Engine(EngineError::Cancelled));
    let message = match &error {
        BounceError::Graph(graph) => at_line(graph, source),
        BounceError::Engine(EngineError::Source { track, .. } | EngineError::EndedEarly { track, .. }) => {
            source.at_strip(track, error.to_string())
        }
        _ => error.to_string(),
    };
    Failure { message, hint, stopped }
}

fn at_line(error: &GraphError, source: &Source) -> String {
    let strip = match error {
        GraphError::UnknownName { by, .. } => by,
        GraphError::IntoTrack { from, .. } => from,
        GraphError::DuplicateName { name } => name,
        GraphError::Source { track, .. }
        | GraphError::Channels { track, .. }
        | GraphError::NoChannel { track, .. }
        | GraphError::IntoOne { track, .. }
        | GraphError::PastTheEnd { track, .. }
        | GraphError::Warp { track, .. } => track,
        GraphError::Impulse { strip, .. } | GraphError::ImpulseChannels { strip, .. } => strip,
        GraphError::Loop { path } => path.split('`').nth(1).unwrap_or_default(),
        GraphError::Empty | GraphError::UnknownStem { .. } => "",
    };
    source.at_strip(strip, error.to_string())
}

/// Writes the figures of a set that was not proven beside where it would have been. That they cannot be kept is not
/// the failure to speak of: the largest stand in the message.
fn keep_receipt(receipt: &stemwright_core::Receipt, target: &Path) -> Option<PathBuf> {
    let mut name = target.file_name()?.to_owned();
    name.push(".refused.json");
    let path = target.with_file_name(name);
    std::fs::write(&path, serde_json::to_vec_pretty(receipt).ok()?).ok()?;
    Some(path)
}

/// The closing table.
fn table(bounced: &Bounced, speed: f64, verbose: bool) -> String {
    let (manifest, receipt) = (&bounced.manifest, &bounced.receipt);
    let stems = manifest.stems.iter().map(|stem| (&stem.file, stem.levels, stem.tracks.join(", "), &stem.chain));
    let references = manifest.references.iter().map(|reference| {
        let words = match (reference.sum, reference.kind) {
            (true, ReferenceKind::Mix) => "what the stems add up to",
            (true, ReferenceKind::Master) => "what the stems add up to, after the master chain",
            (false, ReferenceKind::Mix) => "before the master chain",
            (false, ReferenceKind::Master) => "after the master chain",
        };
        (&reference.file, reference.levels, words.to_owned(), &reference.chain)
    });
    let extras = manifest.extras.iter();
    let none = Vec::new();
    let extras =
        extras.map(|extra| (&extra.file, extra.levels, format!("the sum of {}", extra.stems.join(", ")), &none));
    let rows: Vec<_> = references.chain(stems).chain(extras).collect();
    let width = rows.iter().map(|row| row.0.chars().count()).max().unwrap_or(0);
    let mut text = format!("{:width$}    dBFS    dBTP    LUFS\n", "");
    for (file, levels, words, chain) in rows {
        let figure = |level: Option<f64>| level.map_or("–".to_owned(), |level| format!("{level:.2}"));
        let lufs = levels.integrated_lufs.map_or("–".to_owned(), |lufs| format!("{lufs:.1}"));
        let (peak, true_peak) = (figure(levels.peak_dbfs), figure(levels.true_peak_dbtp));
        text += &format!("{file:width$}  {peak:>6}  {true_peak:>6}  {lufs:>6}  {words}\n");
        for line in chain.iter().filter(|_| verbose) {
            text += &format!("{:width$}                          {line}\n", "");
        }
    }
    let (coding, layout) = (manifest.format.coding.words(), manifest.format.layout);
    let layout = if layout == Layout::Stereo { String::new() } else { format!("{layout}, ") };
    let length = receipt.rate.clock(receipt.frames as i64);
    text += &format!(
        "\n{}, {length} each, {layout}{} {coding}, in {}\n",
        count(manifest.stems.len()),
        receipt.rate,
        bounced.folder.display()
    );
    text += &format!("{}\n", null_words(receipt, manifest.absent.len()));
    if let Some(aside) = &bounced.moved_aside {
        text += &format!("the folder that stood there is now {}\n", aside.display());
    }
    let [computed, read] = bounced.strips;
    if read > 0 {
        text += &format!("{read} of {} strips were rendered before\n", computed + read);
    }
    text + &format!("{speed:.0} × real time\n")
}

/// The null test in a line or two.
fn null_words(receipt: &stemwright_core::Receipt, absent: usize) -> String {
    let null = &receipt.null;
    let residual = match null.residual_dbfs {
        Some(dbfs) => format!("{dbfs:.1} dBFS"),
        None => "exactly nothing".to_owned(),
    };
    let mut text = match (null.lsb_errors, null.remainder_lsb, null.remainder_bound_lsb) {
        (Some(errors), Some(remainder), Some(bound)) => format!(
            "null: the stems add up to the mix with {errors} LSB errors; before distribution at most {remainder} LSB \
             (bound {bound}); float residual {residual}"
        ),
        _ => format!("null: the stems add up to the mix; float residual {residual}"),
    };
    if let Some(unmet) = null.mono_unmet.filter(|&unmet| unmet > 0) {
        text += &format!("\nmono stems alone cannot meet left and right on {unmet} samples: 1 LSB off there");
    }
    match absent {
        0 => {}
        1 => text += "\nthat is with 1 stem that is not written",
        absent => text += &format!("\nthat is with {absent} stems that are not written"),
    }
    text
}

//! `stemwright check`.

use crate::args::Check;
use crate::exit::{self, FAILED, STOPPED};
use crate::printer::Printer;
use std::collections::BTreeMap;
use std::io::Read;
use std::path::Path;
use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, Ordering};
use stemwright_audio::Files;
use stemwright_check::{
    CheckError, CheckOptions, CheckReport, CorrectedReport, FileReport, LEFT_OUT, Preset, PresetError, PresetLine,
    PresetsReport, Progress, ReceiptReport, SelfTestReport, SumClass, SumReport, Work, check, html, selftest,
    selftest_table,
};
use stemwright_core::{ErrorReport, Finding, Severity};

/// Set by Ctrl-C.
static STOP: AtomicBool = AtomicBool::new(false);
/// Nothing is being written, and nobody looks at [`STOP`].
static EXPLAINING: AtomicBool = AtomicBool::new(false);

pub(crate) fn run(args: &Check) -> ExitCode {
    let printer = Printer::new(&args.talk);
    match &args.set {
        _ if args.selftest => run_selftest(printer),
        Some(set) => run_check(args, set, printer),
        None => list_presets(printer),
    }
}

struct Failure {
    message: String,
    hint: Option<String>,
    status: u8,
}

impl From<CheckError> for Failure {
    fn from(error: CheckError) -> Self {
        let status = if matches!(error, CheckError::Stopped) { STOPPED } else { FAILED };
        Self { message: error.to_string(), hint: error.hint().map(str::to_owned), status }
    }
}

impl From<PresetError> for Failure {
    fn from(error: PresetError) -> Self {
        Self { message: error.to_string(), hint: Some(error.hint()), status: FAILED }
    }
}

fn run_check(args: &Check, set: &Path, printer: Printer) -> ExitCode {
    let (report, status) = match work(args, set, printer) {
        Ok(report) => {
            let status = exit::from_findings(&report.findings, args.talk.fail_on.into());
            (report, status)
        }
        Err(Failure { message, hint, status }) => {
            printer.error(&message, hint.as_deref());
            let error = Some(ErrorReport { message, hint });
            (CheckReport { set: set.display().to_string(), error, ..CheckReport::default() }, status)
        }
    };
    printer.document(&report);
    ExitCode::from(status)
}

fn work(args: &Check, set: &Path, printer: Printer) -> Result<CheckReport, Failure> {
    let _ = ctrlc::set_handler(|| {
        STOP.store(true, Ordering::Relaxed);
        if EXPLAINING.load(Ordering::Relaxed) {
            std::process::exit(STOPPED.into());
        }
    });
    stemwright_audio::allow_many_files();
    if let Some(page) = args.html.as_ref().filter(|page| page.exists() && !is_page(page)) {
        // A slip of the keyboard must not cost a recording.
        let message = format!("{} is there already, and is no page of HTML", page.display());
        return Err(Failure { message, hint: Some("name another file, such as report.html".into()), status: FAILED });
    }
    let options = CheckOptions {
        mix: args.mix.clone(),
        preset: args.preset.as_deref().map(Preset::find).transpose()?,
        threads: args.threads.map(usize::from),
        residual: args.residual.clone(),
        corrected: args.corrected.clone(),
    };
    let mut bar = printer.progress(1);
    let report = check(set, &options, &Files::new(), &mut |progress| {
        let Progress { work, done, of } = progress;
        EXPLAINING.store(work == Work::Explaining, Ordering::Relaxed);
        match work {
            Work::Measuring => bar.show_seconds(done, of),
            Work::Hashing => bar.show_share("comparing with the receipt", done / of),
            Work::Explaining => bar.show_share("looking for why the stems do not add up", done / of),
            Work::Correcting => bar.show_share("writing corrected stems", done / of),
        }
        !STOP.load(Ordering::Relaxed)
    });
    EXPLAINING.store(false, Ordering::Relaxed);
    bar.clear();
    let report = report?;
    printer.result(&table(&report));
    tell_some(&report.findings, printer);
    printer.result(&closing(&report));
    if let Some(page) = &args.html {
        write_page(page, &html(&report))?;
        printer.result(&format!("the report is in {}\n", page.display()));
    }
    Ok(report)
}

/// Of many findings of one kind the first few: nobody reads seven hundred lines.
fn tell_some(findings: &[Finding], printer: Printer) {
    let mut told: BTreeMap<&str, usize> = BTreeMap::new();
    let few = findings.iter().filter(|finding| {
        let count = told.entry(&finding.code).or_default();
        *count += 1;
        printer.verbose || *count <= MOST_TOLD
    });
    crate::new::tell(few.collect::<Vec<_>>().into_iter(), printer);
    if !printer.verbose {
        let more = told.iter().filter(|(_, count)| **count > MOST_TOLD);
        let more: Vec<String> = more.map(|(code, count)| format!("{} of {code}", count - MOST_TOLD)).collect();
        if !more.is_empty() {
            printer.aside(&format!("and more: {} (all with --verbose, --json or --html)", more.join(", ")));
        }
    }
}

/// Findings of one kind that are told one by one.
const MOST_TOLD: usize = 8;

/// Whether a file is an earlier report, or another page.
fn is_page(file: &Path) -> bool {
    let mut start = [0; 9];
    let read = std::fs::File::open(file).and_then(|mut file| file.read_exact(&mut start));
    read.is_ok() && start.eq_ignore_ascii_case(b"<!doctype")
}

/// A page is made anew as a whole, or stays as it was.
fn write_page(page: &Path, text: &str) -> Result<(), Failure> {
    let mut name = std::ffi::OsString::from(".");
    name.push(page.file_name().unwrap_or_default());
    name.push(".stemwright-new");
    let partial = page.with_file_name(name);
    std::fs::write(&partial, text).and_then(|()| std::fs::rename(&partial, page)).map_err(|error| {
        let _ = std::fs::remove_file(&partial);
        let message = format!("could not write {}: {error}", page.display());
        Failure {
            message,
            hint: Some("check the folder that it is to lie in, or name another file".into()),
            status: FAILED,
        }
    })
}

fn run_selftest(printer: Printer) -> ExitCode {
    let mut bar = printer.progress(1);
    let tests = selftest(&mut |done, of| bar.show_seconds(done as f64, of as f64));
    bar.clear();
    let ok = tests.iter().all(|test| test.passed);
    printer.result(&selftest_table(&tests));
    printer.document(&SelfTestReport { ok, left_out: LEFT_OUT.to_owned(), tests });
    ExitCode::from(u8::from(!ok))
}

fn list_presets(printer: Printer) -> ExitCode {
    let line = |preset: Preset| PresetLine { name: preset.name, title: preset.title, description: preset.description };
    let presets: Vec<PresetLine> = Preset::all().into_iter().map(line).collect();
    let width = presets.iter().map(|preset| preset.name.len()).max().unwrap_or(0);
    let mut text = String::new();
    for preset in &presets {
        text += &format!("{:width$}  {}: {}\n", preset.name, preset.title, preset.description);
    }
    let folder = Preset::folder().map(|folder| folder.display().to_string());
    if let Some(folder) = &folder {
        text += &format!("\nYour own, NAME.toml, go into {folder}\n");
    }
    printer.result(&text);
    printer.document(&PresetsReport { presets, folder });
    ExitCode::SUCCESS
}

/// Every file with its main figures.
fn table(report: &CheckReport) -> String {
    let width = report.files.iter().map(|file| file.file.chars().count()).max().unwrap_or(0);
    let mut text = format!("{:width$}    LUFS     LRA    dBTP    dBFS\n", "");
    for file in &report.files {
        text += &format!("{:width$}  {}\n", file.file, figures(file));
    }
    text
}

fn figures(file: &FileReport) -> String {
    let (Some(format), Some(measured)) = (&file.format, &file.measured) else {
        return "cannot be read".to_owned();
    };
    let figure =
        |value: Option<f64>, digits: usize| value.map_or("–".to_owned(), |value| format!("{value:.digits$}"));
    let depth = match format.bits {
        Some(bits) if format.float => format!("{bits}-bit float"),
        Some(bits) => format!("{bits}-bit"),
        None => format.coding.clone(),
    };
    let channels = match format.channels {
        1 => "mono".to_owned(),
        2 => "stereo".to_owned(),
        channels => format!("{channels} channels"),
    };
    format!(
        "{:>6}  {:>6}  {:>6}  {:>6}  {} {depth} {channels}, {}",
        figure(measured.integrated_lufs, 1),
        figure(measured.range_lu, 1),
        figure(measured.true_peak_dbtp, 2),
        figure(measured.peak_dbfs, 2),
        format.rate,
        format.rate.clock(format.frames as i64),
    )
}

/// What it comes to.
fn closing(report: &CheckReport) -> String {
    let mut text = String::new();
    if let Some(sum) = &report.sum {
        text += &sum_words(sum);
    }
    if let Some(ReceiptReport { verdict, .. }) = &report.receipt {
        text += &format!("receipt: {verdict}\n");
    }
    if let Some(preset) = &report.preset {
        let met = preset.limits.iter().filter(|limit| limit.met == Some(true)).count();
        let words = if preset.met { "met" } else { "not met" };
        text += &format!("{}: {words} ({met} of {} limits)\n", preset.title, preset.limits.len());
    }
    let count = |severity| report.findings.iter().filter(|finding| finding.severity == severity).count();
    let counted = |severity: Severity| match count(severity) {
        0 => format!("no {severity}s"),
        1 => format!("1 {severity}"),
        count => format!("{count} {severity}s"),
    };
    let [errors, warnings, notes] = [Severity::Error, Severity::Warning, Severity::Note].map(counted);
    text + &format!("{errors}, {warnings}, {notes}\n")
}

fn sum_words(sum: &SumReport) -> String {
    let mut text = format!("sum: {} ({} stems against {})\n", sum.verdict, sum.stems, sum.mix);
    if sum.class == SumClass::DoesNotNull {
        let loudest = sum.third_octaves.iter().max_by(|a, b| a.dbfs.total_cmp(&b.dbfs));
        if let Some(band) = loudest {
            text +=
                &format!("     most of it around {} Hz ({:.1} dBFS in that third of an octave)\n", band.hz, band.dbfs);
        }
    }
    for sentence in sum.solution.iter().flat_map(|solution| &solution.sentences) {
        text += &format!("     {sentence}\n");
    }
    if let Some(file) = &sum.residual_file {
        text += &format!("     what is left is in {}\n", Path::new(file).display());
    }
    if let Some(corrected) = &sum.corrected {
        text += &corrected_words(corrected);
    }
    text
}

fn corrected_words(corrected: &CorrectedReport) -> String {
    let written = corrected.files.iter().filter(|file| file.written.is_some()).count();
    let left = corrected.remaining_rms_dbfs.map_or("nothing".to_owned(), |rms| format!("{rms:.1} dBFS RMS"));
    let mut text =
        format!("     {written} corrected stems are in {}; {left} of the mix is then left\n", corrected.folder);
    for file in &corrected.files {
        if let Some(note) = &file.note {
            text += &format!("     {} is as it was: {note}\n", file.file);
        }
    }
    text
}

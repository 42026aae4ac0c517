//! `stemwright check`.

use crate::args::Check;
use crate::exit::{self, FAILED, STOPPED};
use crate::printer::Printer;
use std::path::Path;
use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, Ordering};
use stemwright_audio::Files;
use stemwright_check::{CheckError, CheckOptions, CheckReport, FileReport, ReceiptReport, SumClass, SumReport, check};
use stemwright_core::ErrorReport;

/// Set by Ctrl-C.
static STOP: AtomicBool = AtomicBool::new(false);

pub(crate) fn run(args: &Check) -> ExitCode {
    let printer = Printer::new(&args.talk);
    let _ = ctrlc::set_handler(|| STOP.store(true, Ordering::Relaxed));
    let (report, status) = match work(args, printer) {
        Ok(report) => {
            let status = exit::from_findings(&report.findings, args.talk.fail_on.into());
            (report, status)
        }
        Err(error) => {
            printer.error(&error.to_string(), error.hint());
            let status = if matches!(error, CheckError::Stopped) { STOPPED } else { FAILED };
            let hint = error.hint().map(str::to_owned);
            let error = Some(ErrorReport { message: error.to_string(), hint });
            (CheckReport { set: args.set.display().to_string(), error, ..CheckReport::default() }, status)
        }
    };
    printer.document(&report);
    ExitCode::from(status)
}

fn work(args: &Check, printer: Printer) -> Result<CheckReport, CheckError> {
    stemwright_audio::allow_many_files();
    let options = CheckOptions { mix: args.mix.clone(), preset: None, residual: args.residual.clone() };
    let bar = printer.progress(1);
    let report = check(&args.set, &options, &Files::new(), &mut |progress| {
        bar.show_seconds(progress.seconds, progress.of);
        !STOP.load(Ordering::Relaxed)
    });
    bar.clear();
    let report = report?;
    printer.result(&table(&report));
    crate::new::tell(report.findings.iter(), printer);
    printer.result(&closing(&report));
    Ok(report)
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
    use stemwright_core::Severity::{Error, Note, Warning};
    text + &format!("{} errors, {} warnings, {} notes\n", count(Error), count(Warning), count(Note))
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
    if let Some(file) = &sum.residual_file {
        text += &format!("     what is left is in {}\n", Path::new(file).display());
    }
    text
}

//! The page of a check: one HTML file that needs nothing else, no network and no scripts.
//!
//! It is written as XML would be (every element closed, every attribute quoted), so that tests can be strict. Nothing in it depends on
//! anything but the report: the same report gives the same bytes.

mod chart;
mod escape;
mod files;
mod findings;
mod head;
mod loudness;
mod numbers;
mod places;
mod png;
mod proofs;
mod ramp;
mod spectrogram;
mod sum;
mod waveform;

use crate::CheckReport;
use escape::{esc, put};

/// All of a report as one page of HTML, in UTF-8: verdicts, findings with links to their places, the sum check with its residual,
/// loudness over time, limits, receipt, and every file with waveform and figures.
///
/// With 8 stems and a mix it has about 300 KB, however long they are; with many files each is drawn in fewer columns.
pub fn html(report: &CheckReport) -> String {
    let scale = waveform::Scale::of(report);
    let groups = places::groups(report, scale.time);
    let mut out = String::with_capacity(1 << 18);
    opening(&mut out, report);
    head::head(&mut out, report);
    contents(&mut out, report);
    out.push_str("<main>\n");
    findings::findings(&mut out, report, &groups);
    if let Some(sum) = &report.sum {
        let of_sum = groups.iter().flatten().filter(|numbered| numbered.finding.file.is_none());
        sum::sum(&mut out, report, sum, of_sum);
    }
    if loudness::drawn(report) {
        loudness::loudness(&mut out, report, scale);
    }
    if let Some(preset) = &report.preset {
        proofs::preset(&mut out, preset);
    }
    if let Some(receipt) = &report.receipt {
        proofs::receipt(&mut out, receipt);
    }
    files::files(&mut out, report, &groups, scale);
    out.push_str("</main>\n");
    out.push_str(FOOT);
    out
}

fn opening(out: &mut String, report: &CheckReport) {
    let title = report.title.as_deref().unwrap_or(&report.set);
    out.push_str("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n");
    out.push_str("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n");
    // Should anything of others ever get into the page as markup, browsers load and run nothing of it.
    out.push_str("<meta http-equiv=\"Content-Security-Policy\" ");
    out.push_str("content=\"default-src 'none'; style-src 'unsafe-inline'; img-src data:\"/>\n");
    out.push_str("<meta name=\"color-scheme\" content=\"light dark\"/>\n");
    put!(out, "<title>{}: Stemwright check</title>\n", esc(title));
    put!(out, "<style>\n{}</style>\n</head>\n<body>\n", include_str!("html/page.css"));
    out.push_str(head::SIGNS);
}

fn contents(out: &mut String, report: &CheckReport) {
    let sections = [
        ("findings", "Findings", true),
        ("sum", "Sum", report.sum.is_some()),
        ("loudness", "Loudness", loudness::drawn(report)),
        ("preset", "Limits", report.preset.is_some()),
        ("receipt", "Receipt", report.receipt.is_some()),
        ("files", "Files", !report.files.is_empty()),
    ];
    out.push_str("<nav aria-label=\"On this page\">");
    for (id, name, _) in sections.into_iter().filter(|(_, _, there)| *there) {
        put!(out, "<a href=\"#{id}\">{name}</a> ");
    }
    out.push_str("</nav>\n");
}

const FOOT: &str = concat!(
    "<footer>\n<p>Stemwright ",
    env!("CARGO_PKG_VERSION"),
    ". Loudness and true peak: ITU-R BS.1770-5; short-term and momentary loudness: EBU Tech 3341; loudness range: EBU Tech 3342; \
     third octaves: IEC 61260-1; peak to loudness ratio (PLR): AES TD1004.1.15-10.</p>\n\
     <p>dBFS: a full-scale constant is 0, a full-scale sine has an RMS of −3.01. dBTP: between samples too. \
     LUFS-I: integrated loudness. S: short-term (3 s). LRA: loudness range. Residual: mix − Σ stems.</p>\n</footer>\n\
     </body>\n</html>\n"
);

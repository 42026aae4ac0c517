//! Loudness over time: the mix, and the stems below it.

use super::chart::{self, About, Levels, Pane, Time};
use super::escape::{apart, put};
use super::numbers::level;
use super::waveform::{Scale, grouped, heights, over};
use crate::{CheckReport, FileKind, FileReport};

const HEIGHT: u32 = 220;
const COLUMNS: usize = 600;
/// Lines that can be told apart, and as many as the style sheet has classes for: `stem-0` to `stem-7`.
const STEMS: usize = 8;

fn sounding(file: &FileReport) -> bool {
    file.overview.short_term.iter().any(|lufs| lufs.is_finite())
}

/// Whether there is anything to draw.
pub(super) fn drawn(report: &CheckReport) -> bool {
    let kinds = [FileKind::Stem, FileKind::Mix, FileKind::Master];
    report.files.iter().any(|file| kinds.contains(&file.kind) && sounding(file))
}

/// Draws a report that is [`drawn`].
pub(super) fn loudness(out: &mut String, report: &CheckReport, scale: Scale) {
    let first = |kind| report.files.iter().find(|file| file.kind == kind && sounding(file));
    let whole = first(FileKind::Mix).or_else(|| first(FileKind::Master));
    let mut stems: Vec<&FileReport> =
        report.files.iter().filter(|file| file.kind == FileKind::Stem && sounding(file)).collect();
    let all = stems.len();
    // The loudest of too many, in the order of the set.
    let loudness =
        |file: &FileReport| file.measured.as_ref().and_then(|m| m.integrated_lufs).unwrap_or(f64::NEG_INFINITY);
    let mut by_loudness: Vec<f64> = stems.iter().map(|file| loudness(file)).collect();
    by_loudness.sort_by(|a, b| b.total_cmp(a));
    if let Some(least) = by_loudness.get(STEMS - 1) {
        stems.retain(|file| loudness(file) >= *least);
        stems.truncate(STEMS);
    }

    let lines: Vec<(String, &FileReport)> = whole
        .iter()
        .map(|file| ("whole".to_owned(), *file))
        .chain(stems.iter().enumerate().map(|(i, file)| (format!("stem-{i}"), *file)))
        .collect();
    let values = lines.iter().flat_map(|(_, file)| &file.overview.short_term).map(|lufs| f64::from(*lufs));
    let levels = Levels::around(values, 20.0, 50.0);

    out.push_str("<section id=\"loudness\">\n<h2>Loudness over time</h2>\n<figure>\n");
    out.push_str("<figcaption>Short-term loudness (3 s), LUFS");
    if all > stems.len() {
        put!(out, "; the loudest {} of {all} stems", stems.len());
    }
    out.push_str("</figcaption>\n");
    let about = About {
        id: "loudness-chart",
        title: "Short-term loudness over time",
        description: "The mix as a thick line, stems as thin ones; the same figures stand in the tables of the files.",
        links: false,
    };
    chart::open(out, &about, HEIGHT + 4);
    let pane = Pane::whole(4, HEIGHT);
    pane.level_grid(out, levels, 5.0, scale.time);
    for (class, file) in lines.iter().rev() {
        line(out, class, file, pane, scale.time, levels);
    }
    chart::axis(out, HEIGHT + 4, &scale.time.ticks());
    chart::close(out);
    legend(out, &lines);
    out.push_str("</figure>\n</section>\n");
}

fn line(out: &mut String, class: &str, file: &FileReport, pane: Pane, time: Time, levels: Levels) {
    let (values, step) = grouped(&file.overview.short_term, file.overview.short_term_step, COLUMNS);
    if let Some(pane) = over(pane, time, values.len(), step) {
        pane.draw(out, |out| chart::line(out, &format!("loud {class}"), heights(&values, levels)));
    }
}

fn legend(out: &mut String, lines: &[(String, &FileReport)]) {
    out.push_str("<ul class=\"legend-lines\">\n");
    for (class, file) in lines {
        out.push_str(r#"<li><svg width="26" height="10" aria-hidden="true"><path "#);
        put!(out, r#"class="loud {class}" d="M1 5H25"/></svg>{} "#, apart(&file.name));
        let lufs = file.measured.as_ref().and_then(|measured| measured.integrated_lufs);
        put!(out, "<span>{}</span></li>\n", level(lufs, "LUFS"));
    }
    out.push_str("</ul>\n");
}

//! Findings: what is the matter, where, how much, and what to do.

use super::escape::{apart, esc, put};
use super::head::{counts, sign};
use super::numbers::{count, quantity, several};
use super::places::{Group, Numbered, class, words};
use crate::CheckReport;

/// So many findings of one code are listed open; of more, the first is told and the others open on a click.
const OPEN: usize = 3;

pub(super) fn findings(out: &mut String, report: &CheckReport, groups: &[Group<'_>]) {
    out.push_str("<section id=\"findings\">\n<h2>Findings</h2>\n");
    if groups.is_empty() {
        let text =
            if report.error.is_some() { "Nothing was checked, so nothing was found." } else { "Nothing to report." };
        put!(out, "<p>{text}</p>\n");
    } else {
        let counts = counts(report).into_iter().zip(["error", "warning", "note"]);
        let counts: Vec<String> = counts.filter(|(n, _)| *n > 0).map(|(n, noun)| several(n, noun)).collect();
        let order = if counts.len() > 1 { "; the gravest first" } else { "" };
        put!(out, "<p class=\"lead\">{}{order}.</p>\n", counts.join(", "));
    }
    for group in groups {
        if group.len() > OPEN { folded(out, report, group) } else { open(out, report, group) }
    }
    out.push_str("</section>\n");
}

fn open(out: &mut String, report: &CheckReport, group: &[Numbered<'_>]) {
    put!(out, "<article class=\"group {}\">\n", class(group[0].finding.severity));
    heading(out, group);
    body(out, report, group);
    out.push_str("</article>\n");
}

fn folded(out: &mut String, report: &CheckReport, group: &[Numbered<'_>]) {
    put!(out, "<article class=\"group {}\">\n<details><summary>", class(group[0].finding.severity));
    heading(out, group);
    let mut files: Vec<&str> = group.iter().filter_map(|numbered| numbered.finding.file.as_deref()).collect();
    files.sort_unstable();
    files.dedup();
    match files.as_slice() {
        [] => {}
        [one] => put!(out, "<span class=\"in\">in {}</span>", apart(one)),
        many => put!(out, "<span class=\"in\">in {}</span>", several(many.len(), "file")),
    }
    put!(out, "<span class=\"first\">{}</span></summary>\n", apart(&group[0].finding.message));
    body(out, report, group);
    out.push_str("</details></article>\n");
}

fn heading(out: &mut String, group: &[Numbered<'_>]) {
    let finding = group[0].finding;
    let (severity, code) = (finding.severity.to_string(), esc(&finding.code));
    put!(out, "<h3>{}<span class=\"word\">{severity}</span> <code>{code}</code>", sign(class(finding.severity)));
    if group.len() > 1 {
        put!(out, " <span class=\"times\">× {}</span>", count(group.len() as u64));
    }
    out.push_str("</h3>\n");
}

/// The findings of a group. What all of them have in common (a hint, a source) is said once.
fn body(out: &mut String, report: &CheckReport, group: &[Numbered<'_>]) {
    let first = group[0].finding;
    let same_hint = group.iter().all(|numbered| numbered.finding.hint == first.hint);
    put!(out, "<ol class=\"items\" start=\"{}\">\n", group[0].number);
    for numbered in group {
        item(out, report, numbered, !same_hint);
    }
    out.push_str("</ol>\n");
    if let Some(hint) = first.hint.as_deref().filter(|_| same_hint) {
        hinted(out, hint);
    }
}

fn item(out: &mut String, report: &CheckReport, numbered: &Numbered<'_>, with_hint: bool) {
    let Numbered { number, finding, file, spot } = numbered;
    let named = if finding.file.is_some() { " named" } else { "" };
    put!(out, "<li id=\"finding-{number}\"><p class=\"where{named}\"><span class=\"number\">{number}</span>");
    match (&finding.file, file) {
        (Some(name), Some(index)) => put!(out, " <a href=\"#file-{index}\">{}</a>", apart(name)),
        (Some(name), None) => put!(out, " {}", apart(name)),
        (None, _) => {}
    }
    if let Some(place) = words(report, numbered) {
        match spot {
            Some(spot) => put!(out, " <a class=\"place\" href=\"#{}\">{}</a>", spot.id, apart(&place)),
            None => put!(out, " <span class=\"place\">{}</span>", apart(&place)),
        }
    }
    put!(out, "</p>\n<div class=\"what\"><p class=\"message\">{}</p>\n", apart(&finding.message));
    measured(out, numbered);
    if let Some(hint) = finding.hint.as_deref().filter(|_| with_hint) {
        hinted(out, hint);
    }
    out.push_str("</div></li>\n");
}

/// What was measured, against which limit, and who says so.
fn measured(out: &mut String, numbered: &Numbered<'_>) {
    let finding = numbered.finding;
    if finding.measured.is_none() && finding.limit.is_none() && finding.source.is_none() {
        return;
    }
    out.push_str("<dl class=\"pairs\">");
    let mut pair = |name: &str, value: &str| put!(out, "<div><dt>{name}</dt><dd>{}</dd></div>", apart(value));
    if let Some(value) = &finding.measured {
        pair("Measured", &quantity(value));
    }
    if let Some(value) = &finding.limit {
        pair("Limit", &quantity(value));
    }
    if let Some(source) = &finding.source {
        pair("Source", source);
    }
    out.push_str("</dl>\n");
}

fn hinted(out: &mut String, hint: &str) {
    put!(out, "<p class=\"hint\"><span class=\"word\">What to do:</span> {}</p>\n", apart(hint));
}

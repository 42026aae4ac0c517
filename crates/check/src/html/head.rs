//! The head: what was checked, and what came of it at a glance.

use super::escape::{apart, esc, put};
use super::numbers::{ABSENT, count, place, several};
use super::sum;
use crate::{CheckReport, FileKind, FormatReport};
use stemwright_core::Severity;

/// One verdict: the sign and colour of `class`, what is so, and more of it.
struct Verdict {
    class: &'static str,
    to: &'static str,
    what: String,
    more: String,
}

pub(super) fn head(out: &mut String, report: &CheckReport) {
    out.push_str("<header>\n<p class=\"kicker\">Stemwright check</p>\n");
    put!(out, "<h1>{}</h1>\n", apart(report.title.as_deref().unwrap_or(&report.set)));
    if report.title.is_some() {
        put!(out, "<p class=\"set\">{}</p>\n", apart(&report.set));
    }
    if let Some(error) = &report.error {
        put!(out, "<div class=\"failed error\">{}", sign("error"));
        put!(out, "<p><strong>Nothing was checked.</strong> {}</p>", apart(&error.message));
        if let Some(hint) = &error.hint {
            put!(out, "<p class=\"hint\">{}</p>", apart(hint));
        }
        out.push_str("</div>\n");
    }
    out.push_str("<ul class=\"verdicts\">\n");
    for verdict in [findings(report), adds_up(report), receipt(report), preset(report)] {
        let Verdict { class, to, what, more } = verdict;
        put!(out, "<li class=\"{class}\">{}<div>", sign(class));
        match to {
            "" => put!(out, "<strong>{}</strong>", esc(&what)),
            to => put!(out, "<strong><a href=\"#{to}\">{}</a></strong>", esc(&what)),
        }
        put!(out, "<span>{}</span></div></li>\n", apart(&more));
    }
    out.push_str("</ul>\n");
    facts(out, report);
    out.push_str("</header>\n");
}

/// A sign that says by its form what its colour says too.
pub(super) fn sign(class: &str) -> String {
    format!(r##"<svg class="sign" width="16" height="16" aria-hidden="true"><use href="#i-{class}"/></svg>"##)
}

/// The signs themselves, drawn once.
pub(super) const SIGNS: &str = r#"<svg width="0" height="0" class="signs" aria-hidden="true">
<symbol id="i-error" viewBox="0 0 16 16"><path fill="currentColor" d="M5 1h6l4 4v6l-4 4H5l-4-4V5z"/><path class="inside" d="M5.3 5.3l5.4 5.4M10.7 5.3l-5.4 5.4"/></symbol>
<symbol id="i-warning" viewBox="0 0 16 16"><path fill="currentColor" d="M8 1l7.5 14H.5z"/><path class="inside" d="M8 6v4.2M8 12v1.4"/></symbol>
<symbol id="i-note" viewBox="0 0 16 16"><circle cx="8" cy="8" r="6.6" class="outside"/><path class="outside" d="M8 7.2v4.3M8 4.2v1.4"/></symbol>
<symbol id="i-ok" viewBox="0 0 16 16"><circle cx="8" cy="8" r="7.4" fill="currentColor"/><path class="inside" d="M4.5 8.3l2.4 2.5 4.6-5.2"/></symbol>
<symbol id="i-none" viewBox="0 0 16 16"><circle cx="8" cy="8" r="6.6" class="outside"/><path class="outside" d="M5 8h6"/></symbol>
</svg>
"#;

/// How many findings have each weight: errors, warnings, notes.
pub(super) fn counts(report: &CheckReport) -> [usize; 3] {
    [Severity::Error, Severity::Warning, Severity::Note]
        .map(|severity| report.findings.iter().filter(|finding| finding.severity == severity).count())
}

fn findings(report: &CheckReport) -> Verdict {
    let [errors, warnings, notes] = counts(report);
    let (class, what, more) = match (errors, warnings) {
        (0, 0) if report.error.is_some() => ("none", "No findings".to_owned(), "nothing was checked".to_owned()),
        (0, 0) => ("ok", "No errors, no warnings".to_owned(), several(notes, "note")),
        (0, _) => ("warning", several(warnings, "warning"), format!("no errors, {}", several(notes, "note"))),
        _ => {
            ("error", several(errors, "error"), format!("{}, {}", several(warnings, "warning"), several(notes, "note")))
        }
    };
    Verdict { class, to: "findings", what, more }
}

fn adds_up(report: &CheckReport) -> Verdict {
    let Some(sum) = &report.sum else {
        let more = "no mix, or nothing to add up".to_owned();
        return Verdict { class: "none", to: "", what: "Sum not checked".to_owned(), more };
    };
    let (class, what) = sum::in_short(sum);
    let more = format!("{} against {}", several(sum.stems as usize, "stem"), sum.mix);
    Verdict { class, to: "sum", what: what.to_owned(), more }
}

fn receipt(report: &CheckReport) -> Verdict {
    let Some(receipt) = &report.receipt else {
        return Verdict {
            class: "none",
            to: "",
            what: "No receipt".to_owned(),
            more: "nothing to prove again".to_owned(),
        };
    };
    let (class, what) = super::proofs::receipt_in_short(receipt);
    Verdict { class, to: "receipt", what: what.to_owned(), more: several(receipt.files.len(), "file") + " listed" }
}

fn preset(report: &CheckReport) -> Verdict {
    let Some(preset) = &report.preset else {
        return Verdict {
            class: "none",
            to: "",
            what: "No preset".to_owned(),
            more: "no limits were asked for".to_owned(),
        };
    };
    let limits = several(preset.limits.len(), "limit");
    let missed = preset.limits.iter().filter(|limit| limit.met == Some(false)).count();
    let open = preset.limits.iter().filter(|limit| limit.met.is_none()).count();
    let (class, what) = if preset.met { ("ok", "Preset met") } else { ("error", "Preset not met") };
    let missed = if missed == 0 { format!("none of {limits} missed") } else { format!("{missed} of {limits} not met") };
    let open = if open == 0 { String::new() } else { format!(", {open} not judged") };
    let more = format!("{}: {missed}{open}", preset.title);
    Verdict { class, to: "preset", what: what.to_owned(), more }
}

fn facts(out: &mut String, report: &CheckReport) {
    let of = |kind| report.files.iter().filter(|file| file.kind == kind).count();
    let length = report.rate.filter(|_| report.frames > 0).map(|rate| place(report.frames, rate));
    out.push_str("<dl class=\"facts\">\n");
    let mut fact = |name: &str, value: &str| put!(out, "<div><dt>{name}</dt><dd>{}</dd></div>\n", esc(value));
    fact("Length", length.as_deref().unwrap_or(ABSENT));
    if report.frames > 0 {
        fact("Frames", &count(report.frames));
    }
    fact("Rate", &report.rate.map_or_else(|| ABSENT.to_owned(), |rate| format!("{} Hz", count(u64::from(rate.hz())))));
    fact("Stems", &count(of(FileKind::Stem) as u64));
    fact("Files", &count(report.files.len() as u64));
    fact("Format", &formats(report));
    out.push_str("</dl>\n");
}

/// The format that most files have, and how many have another.
fn formats(report: &CheckReport) -> String {
    let mut all: Vec<(String, usize)> = Vec::new();
    for format in report.files.iter().filter_map(|file| file.format.as_ref()) {
        let text = coding(format);
        match all.iter_mut().find(|(other, _)| *other == text) {
            Some((_, times)) => *times += 1,
            None => all.push((text, 1)),
        }
    }
    // The first of those that most have: `max_by_key` would take the last.
    let Some(most) = all.iter().map(|(_, times)| *times).max() else { return ABSENT.to_owned() };
    let others = all.iter().map(|(_, times)| times).sum::<usize>() - most;
    let text = all.into_iter().find(|(_, times)| *times == most).map_or_else(String::new, |(text, _)| text);
    if others == 0 { text } else { format!("{text}; {} otherwise", several(others, "file")) }
}

/// A format in words, without rate and length: `WAV, 24 bits, stereo`.
pub(super) fn coding(format: &FormatReport) -> String {
    let mut text = format.coding.clone();
    if let Some(bits) = format.bits {
        text += &format!(", {bits}{}", if format.float { "-bit float" } else { " bits" });
    }
    let channels = match format.layout {
        Some(layout) => layout.id().to_owned(),
        None => several(usize::from(format.channels), "channel"),
    };
    text + ", " + &channels
}

//! What was held against something: the limits of a preset, the files of a receipt.

use super::escape::{apart, esc, put};
use super::head::sign;
use crate::{FileState, PresetReport, ReceiptReport};

/// The heads of columns that hold words.
const TEXT: [&str; 7] = ["Kind", "Findings", "Result", "Where it comes from", "Source read", "State", "Found as"];

/// Opens a table that scrolls within itself where the page is narrow; one of class `words` stands in lines there.
pub(super) fn open_table(out: &mut String, class: &str, name: &str, heads: &[&str]) {
    put!(
        out,
        "<div class=\"scroll {class}\" role=\"region\" aria-label=\"{name}\" tabindex=\"0\"><table>\n<thead><tr>"
    );
    for head in heads {
        // A head stands above its column as the column is set.
        let class = if TEXT.contains(head) { " class=\"text\"" } else { "" };
        put!(out, "<th scope=\"col\"{class}>{head}</th>");
    }
    out.push_str("</tr></thead>\n<tbody>\n");
}

/// Closes what [`open_table`] opened.
pub(super) fn close_table(out: &mut String) {
    out.push_str("</tbody></table></div>\n");
}

/// A sign with its word.
fn state(class: &str, word: &str) -> String {
    format!("<td class=\"state {class}\">{}{word}</td>", sign(class))
}

pub(super) fn preset(out: &mut String, preset: &PresetReport) {
    let (class, what) = if preset.met { ("ok", "Every limit is met.") } else { ("error", "Not every limit is met.") };
    put!(out, "<section id=\"preset\">\n<h2>Limits: {}</h2>\n", apart(&preset.title));
    put!(
        out,
        "<p class=\"verdict {class}\">{}<strong>{what}</strong> Preset <code>{}</code>.</p>\n",
        sign(class),
        esc(&preset.name)
    );
    if preset.limits.is_empty() {
        out.push_str("<p>It has no limit that applies here.</p>\n");
    } else {
        open_table(
            out,
            "words",
            "Limits of the preset",
            &["What is asked", "Result", "Where it comes from", "Source read"],
        );
        for limit in &preset.limits {
            let state = match limit.met {
                Some(true) => state("ok", "met"),
                Some(false) => state("error", "not met"),
                None => state("none", "not judged"),
            };
            let verified = if limit.verified { "verified" } else { "a default; not verified" };
            let (asks, source) = (apart(&limit.asks), apart(&limit.source));
            put!(
                out,
                "<tr><th scope=\"row\">{asks}</th>{state}<td class=\"text\">{source}</td><td class=\"text\">{verified}</td></tr>\n"
            );
        }
        close_table(out);
    }
    out.push_str("</section>\n");
}

/// The verdict in three words, with the class of its sign.
pub(super) fn receipt_in_short(receipt: &ReceiptReport) -> (&'static str, &'static str) {
    match (receipt.proved, receipt.applies) {
        (true, _) => ("ok", "Receipt proved"),
        (false, true) => ("error", "Receipt not proved"),
        (false, false) => ("warning", "Receipt no longer applies"),
    }
}

pub(super) fn receipt(out: &mut String, receipt: &ReceiptReport) {
    let (class, what) = receipt_in_short(receipt);
    out.push_str("<section id=\"receipt\">\n<h2>Receipt</h2>\n");
    put!(out, "<p class=\"verdict {class}\">{}<strong>{what}.</strong> {}</p>\n", sign(class), apart(&receipt.verdict));
    if !receipt.files.is_empty() {
        open_table(out, "words", "Files of the receipt", &["File", "State", "Found as"]);
        for file in &receipt.files {
            let (class, words) = match file.state {
                FileState::Same => ("ok", "the same bytes"),
                FileState::Rewrapped => ("ok", "the same samples in other bytes"),
                FileState::Reformatted => ("warning", "another format: not to be compared"),
                FileState::Swapped => ("error", "the samples of another file"),
                FileState::Changed => ("error", "other samples"),
                FileState::Missing => ("error", "missing"),
                FileState::Unreadable => ("error", "cannot be read"),
            };
            let found = file.found_as.as_deref().map_or_else(String::new, |name| apart(name).to_string());
            put!(
                out,
                "<tr><th scope=\"row\">{}</th>{}<td class=\"text\">{found}</td></tr>\n",
                apart(&file.name),
                state(class, words)
            );
        }
        close_table(out);
    }
    out.push_str("</section>\n");
}

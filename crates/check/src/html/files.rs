//! Every file: at a glance in a table, then each with its waveform and figures.

use super::escape::{apart, esc, put};
use super::head::{coding, sign};
use super::numbers::{ABSENT, clock, count, level, number, place, several};
use super::places::{self, Group, Numbered, class};
use super::proofs::{close_table, open_table};
use super::waveform::{self, Scale};
use crate::{CheckReport, FileKind, FormatReport, Measurements, Stereo};
use stemwright_core::SampleRate;

pub(super) fn files(out: &mut String, report: &CheckReport, groups: &[Group<'_>], scale: Scale) {
    if report.files.is_empty() {
        return;
    }
    // By file, once: a search through all findings for each of many files takes long.
    let mut of: Vec<Vec<&Numbered<'_>>> = report.files.iter().map(|_| Vec::new()).collect();
    for numbered in groups.iter().flatten() {
        if let Some(index) = numbered.file {
            of[index].push(numbered);
        }
    }
    let mut order: Vec<usize> = (0..report.files.len()).collect();
    order.sort_by_key(|index| report.files[*index].kind);

    out.push_str("<section id=\"files\">\n<h2>Files</h2>\n");
    glance(out, report, &order, &of);
    put!(out, "<p class=\"small\">{} <span class=\"key wave\">lowest to highest sample</span> ", scale.in_words());
    out.push_str("<span class=\"key wave-rms\">RMS</span> <span class=\"key loud\">short-term loudness, LUFS</span> ");
    out.push_str("<span class=\"key against\">left and right against each other (correlation below 0)</span></p>\n");
    for index in order {
        file(out, report, index, &of[index], scale);
    }
    out.push_str("</section>\n");
}

fn glance(out: &mut String, report: &CheckReport, order: &[usize], of: &[Vec<&Numbered<'_>>]) {
    let heads =
        ["File", "Kind", "Length", "LUFS-I", "S max", "LRA", "dBTP", "dBFS", "Crest", "PLR", "Correl.", "Findings"];
    open_table(out, "figured", "Files at a glance", &heads);
    for &index in order {
        let file = &report.files[index];
        put!(out, "<tr><th scope=\"row\"><a href=\"#file-{index}\">{}</a></th>", apart(&file.name));
        put!(out, "<td class=\"text\">{}</td>", kind(file.kind));
        let length = file.format.as_ref().map_or_else(|| ABSENT.to_owned(), |format| place(format.frames, format.rate));
        put!(out, "<td>{length}</td>");
        let none = Measurements::default();
        let m = file.measured.as_ref().unwrap_or(&none);
        let correlation = m.stereo.as_ref().and_then(|stereo| stereo.correlation);
        let levels =
            [m.integrated_lufs, m.short_term_lufs, m.range_lu, m.true_peak_dbtp, m.peak_dbfs, m.crest_db, m.plr_lu];
        for value in levels.into_iter().chain([correlation]) {
            put!(out, "<td>{}</td>", value.map_or_else(|| ABSENT.to_owned(), |value| number(value, 2)));
        }
        match of[index].first() {
            None => out.push_str("<td class=\"text\"></td></tr>\n"),
            Some(gravest) => {
                let severity = gravest.finding.severity;
                let (class, total) = (class(severity), of[index].len());
                let more = if total > 1 { format!(" + {}", total - 1) } else { String::new() };
                put!(out, "<td class=\"state {class}\">{}{severity}{more}</td></tr>\n", sign(class));
            }
        }
    }
    close_table(out);
}

fn kind(kind: FileKind) -> &'static str {
    match kind {
        FileKind::Stem => "Stem",
        FileKind::Mix => "Mix",
        FileKind::Master => "Master",
        FileKind::Extra => "Extra",
        FileKind::Guide => "Guide",
    }
}

fn file(out: &mut String, report: &CheckReport, index: usize, findings: &[&Numbered<'_>], scale: Scale) {
    let file = &report.files[index];
    put!(out, "<section class=\"file\" id=\"file-{index}\">\n<h3>{}</h3>\n", apart(&file.name));
    put!(out, "<p class=\"meta\">{}", kind(file.kind));
    if let Some(role) = file.role {
        put!(out, " · {}", role.stem_name());
    }
    match &file.format {
        Some(format) => {
            put!(out, " · {} · {} Hz", esc(&coding(format)), count(u64::from(format.rate.hz())));
            put!(out, " · {}", place(format.frames, format.rate));
        }
        None => out.push_str(" · <strong>cannot be read</strong>"),
    }
    put!(out, " · <code>{}</code></p>\n", apart(&file.file));
    if !findings.is_empty() {
        out.push_str("<ul class=\"of-file\">");
        // Of very many the first are enough here: all stand above.
        for Numbered { number, finding, .. } in findings.iter().take(12) {
            let class = class(finding.severity);
            put!(out, "<li class=\"{class}\">{}<a href=\"#finding-{number}\">", sign(class));
            put!(out, "{} {number}: {}</a></li>", finding.severity, esc(&finding.code));
        }
        if findings.len() > 12 {
            put!(out, "<li>and {}</li>", several(findings.len() - 12, "other"));
        }
        out.push_str("</ul>\n");
    }
    if waveform::drawn(file) {
        let marks = places::marks(findings.iter().copied());
        waveform::waveform(out, index, file, scale, &marks);
    }
    match (&file.format, &file.measured) {
        (Some(format), Some(measured)) => figures(out, format, measured),
        (None, _) => out.push_str("<p>Nothing was measured.</p>\n"),
        (_, None) => {}
    }
    out.push_str("</section>\n");
}

/// A row of figures: what is always told, then what there is.
struct Figures<'a> {
    out: &'a mut String,
    rate: SampleRate,
}

impl Figures<'_> {
    fn text(&mut self, name: &str, value: &str) {
        put!(self.out, "<div><dt>{name}</dt><dd>{}</dd></div>\n", esc(value));
    }

    fn level(&mut self, name: &str, value: Option<f64>, unit: &str) {
        self.text(name, &level(value, unit));
    }

    /// A level with its time.
    fn level_at(&mut self, name: &str, value: Option<f64>, unit: &str, frame: Option<u64>) {
        let at = frame.map_or_else(String::new, |frame| format!(" at {}", place(frame, self.rate)));
        self.text(name, &(level(value, unit) + &at));
    }

    fn time(&mut self, name: &str, frame: Option<u64>) {
        if let Some(frame) = frame {
            self.text(name, &place(frame, self.rate));
        }
    }

    /// A count that is told where it is not 0.
    fn count(&mut self, name: &str, value: u64) {
        if value > 0 {
            self.text(name, &count(value));
        }
    }
}

fn figures(out: &mut String, format: &FormatReport, m: &Measurements) {
    out.push_str("<dl class=\"figures\">\n");
    let rate = format.rate;
    let mut row = Figures { out, rate };
    if m.peak_dbfs.is_none() && m.first_sound.is_none() {
        row.text("Signal", "digital silence");
    } else {
        row.level("Integrated", m.integrated_lufs, "LUFS");
        row.level("Short-term, max", m.short_term_lufs, "LUFS");
        row.level("Momentary, max", m.momentary_lufs, "LUFS");
        row.level("Loudness range", m.range_lu, "LU");
        row.level_at("True peak", m.true_peak_dbtp, "dBTP", m.true_peak_frame);
        row.level_at("Sample peak", m.peak_dbfs, "dBFS", m.peak_frame);
        row.level("RMS", m.rms_dbfs, "dBFS");
        row.level("Crest", m.crest_db, "dB");
        row.level("PLR", m.plr_lu, "LU");
        row.level("Noise floor", m.noise_floor_dbfs, "dBFS");
        let dc = m.dc_channel.map_or_else(|| "DC offset".to_owned(), |channel| format!("DC offset, channel {channel}"));
        row.level(&dc, m.dc_dbfs, "dBFS");
        row.time("First sound", m.first_sound);
        row.time("Last sound", m.last_sound);
        row.time("First above −60 dBFS", m.first_heard);
        row.time("Last above −60 dBFS", m.last_heard);
        row.level("Last 10 ms, peak", m.end_dbfs, "dBFS");
    }
    let length = rate.seconds(i64::try_from(format.frames).unwrap_or(i64::MAX));
    row.text("Digital silence", &format!("{} of {}", tenths(m.silence_seconds), tenths(length)));
    if let Some(used) = m.bits_used {
        let of = format.bits.map_or_else(String::new, |bits| format!(" of {bits}"));
        row.text("Bits used", &format!("{used}{of}"));
    }
    if let Some(stereo) = &m.stereo {
        image(&mut row, stereo);
    }
    row.count("Overs between samples", m.intersample_overs);
    if m.clipped_runs > 0 {
        row.count("Clipped runs", m.clipped_runs);
        row.count("Longest clipped, frames", m.clipped_longest);
        row.time("First clipped", m.clipped_frame);
        row.level("Ceiling", m.ceiling_dbfs, "dBFS");
    }
    row.count("Samples that are no number", m.nan);
    row.count("Infinite samples", m.infinite);
    row.count("Samples above +60 dBFS", m.garbage);
    row.time("First of these", m.unsound_frame);
    row.count("Denormal samples", m.denormal);
    if let Some(reference) = format.time_reference {
        row.text("Belongs at", &place(reference, rate));
    }
    out.push_str("</dl>\n");
}

/// A length of which tenths of a second are enough.
fn tenths(seconds: f64) -> String {
    clock((seconds * 10.0).round() / 10.0)
}

/// What left and right have in common.
fn image(row: &mut Figures<'_>, stereo: &Stereo) {
    if stereo.identical {
        row.text("Left and right", "the same");
    } else if stereo.inverted {
        row.text("Left and right", "one is the other, inverted");
    } else if let Some(channel) = stereo.silent_channel {
        row.text("Silent channel", &channel.to_string());
    }
    if let Some(correlation) = stereo.correlation {
        row.text("Correlation", &number(correlation, 2));
    }
    if let Some(least) = stereo.correlation_min {
        let at =
            stereo.correlation_min_frame.map_or_else(String::new, |frame| format!(" at {}", place(frame, row.rate)));
        row.text("Correlation, lowest", &(number(least, 2) + &at));
    }
    let mono = stereo.mono_db.map_or_else(|| "−∞\u{a0}dB: nothing is left".to_owned(), |db| level(Some(db), "dB"));
    row.text("Summed to mono", &mono);
    if stereo.balance_db.is_some() {
        row.level("Left above right", stereo.balance_db, "dB");
    }
    if stereo.difference_db.is_some() {
        row.level("Left − right", stereo.difference_db, "dB");
    }
}

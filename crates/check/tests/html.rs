//! The page of a check: what must hold of its text, whatever a report holds.

#[allow(dead_code, reason = "shared with other tests, each of which needs a part")]
mod made_up;
#[allow(dead_code, reason = "shared with other tests, each of which needs a part")]
mod strict;

use made_up::{file, rate, rich, rich_of, sum};
use std::collections::HashSet;
use stemwright_check::{
    Band, CheckReport, FileKind, FileReport, Measurements, Overview, ReceiptReport, Spectrogram, Stereo, SumClass,
    WorstMoment, html,
};
use stemwright_core::{ErrorReport, Finding, Quantity, SampleRate, Severity};
use strict::elements;

/// The page, parsed: every test looks at one that is well-formed, with unique ids, and links that lead somewhere.
fn page(report: &CheckReport) -> String {
    let page = html(report);
    let mut ids = HashSet::new();
    for element in elements(&page) {
        if let Some(id) = element.get("id") {
            assert!(ids.insert(id.to_owned()), "two elements have the id {id}");
        }
    }
    for element in elements(&page) {
        for name in ["href", "src", "aria-labelledby", "aria-describedby"] {
            let Some(value) = element.get(name) else { continue };
            let data = value.starts_with("data:image/png;base64,");
            let id = value.strip_prefix('#').unwrap_or(value);
            assert!(data || ids.contains(id), "{name}=\"{value}\" leads nowhere");
        }
    }
    page
}

fn report(files: Vec<FileReport>) -> CheckReport {
    CheckReport { ok: true, set: "set".into(), rate: Some(rate()), frames: 48_000, files, ..CheckReport::default() }
}

#[test]
fn a_rich_page_is_well_formed_and_needs_nothing_else() {
    let page = page(&rich());
    for no in ["http:", "https:", "url(h", "@import", "<script", "<link", "<iframe", "javascript:"] {
        assert!(!page.contains(no), "{no}");
    }
    for heading in ["Findings", "Do the stems add up?", "Loudness over time", "Limits: ", "Receipt", "Files"] {
        assert!(page.contains(&format!("<h2>{heading}")), "{heading}");
    }
}

#[test]
fn a_clean_set_says_so() {
    let page = page(&made_up::clean());
    for verdict in ["No errors, no warnings", "Adds up: bit-exact", "Receipt proved", "Preset met"] {
        assert!(page.contains(verdict), "{verdict}");
    }
}

#[test]
fn headings_are_in_order_and_heads_of_tables_have_a_scope() {
    let page = page(&rich());
    let mut level = 0;
    for element in elements(&page) {
        if let Some(next) = element.name.strip_prefix('h').and_then(|level| level.parse::<u32>().ok()) {
            assert!(next <= level + 1, "h{next} after h{level}");
            level = next;
        }
        assert!(element.name != "th" || element.get("scope").is_some());
    }
}

#[test]
fn charts_say_what_they_are() {
    let page = page(&rich());
    for svg in elements(&page).iter().filter(|element| element.name == "svg" && element.get("role").is_some()) {
        assert!(svg.get("aria-labelledby").is_some() || svg.get("aria-label").is_some());
    }
}

#[test]
fn every_place_with_a_frame_is_marked_where_it_is() {
    let report = rich();
    let page = page(&report);
    let links = elements(&page).into_iter().filter(|element| element.get("class") == Some("place"));
    let placed = report.findings.iter().filter(|finding| finding.frame.is_some()).count();
    assert_eq!(links.filter(|link| link.get("href").is_some()).count(), placed);
    for finding in 1..=report.findings.len() {
        assert!(page.contains(&format!("id=\"finding-{finding}\"")));
    }
    // The stem of which made_up turned left and right against each other.
    assert_eq!(page.matches("class=\"against\"").count(), 1);
    // 0.41 of the length, in the first file.
    assert!(page.contains("id=\"place-0-410\""));
}

#[test]
fn the_same_report_gives_the_same_bytes() {
    assert_eq!(html(&rich()), html(&rich()));
}

/// What would do something in a page, in an attribute, in a style sheet or on a terminal, were it not escaped.
const HOSTILE: &str =
    "<script>alert(1)</script>\"' onload='x' --></style></title><!-- &amp;\u{202e}\u{0}\u{1b}[2J\u{2066}";

#[test]
fn hostile_text_is_text_wherever_it_stands() {
    let mut report = rich();
    let bad = || HOSTILE.to_owned();
    report.set = bad();
    report.title = Some(bad());
    report.error = Some(ErrorReport { message: bad(), hint: Some(bad()) });
    for file in &mut report.files {
        (file.name, file.file) = (bad(), bad());
        if let Some(format) = &mut file.format {
            (format.coding, format.layout) = (bad(), None);
        }
    }
    for finding in &mut report.findings {
        (finding.code, finding.message, finding.file) = (bad(), bad(), Some(bad()));
        (finding.place, finding.source, finding.hint) = (Some(bad()), Some(bad()), Some(bad()));
        finding.measured = Some(Quantity { value: f64::NAN, unit: bad() });
        finding.limit = Some(Quantity { value: f64::NEG_INFINITY, unit: bad() });
    }
    let sum = report.sum.as_mut().unwrap();
    (sum.mix, sum.verdict, sum.residual_file) = (bad(), bad(), Some(bad()));
    let receipt = report.receipt.as_mut().unwrap();
    receipt.verdict = bad();
    receipt.files.iter_mut().for_each(|file| (file.name, file.found_as) = (bad(), Some(bad())));
    let preset = report.preset.as_mut().unwrap();
    (preset.name, preset.title) = (bad(), bad());
    preset.limits.iter_mut().for_each(|limit| (limit.asks, limit.source) = (bad(), bad()));

    let page = page(&report);
    let names: HashSet<String> = elements(&page).into_iter().map(|element| element.name).collect();
    assert!(!names.contains("script"));
    let handlers =
        elements(&page).into_iter().any(|element| element.attributes.iter().any(|(name, _)| name.starts_with("on")));
    assert!(!handlers);
    assert!(!page.contains("<script") && !page.contains("<!-- &") && !page.contains('\u{202e}'));
    assert!(!page.contains(|c: char| c.is_control() && c != '\n'));
    assert!(page.contains("&lt;script&gt;alert(1)"));
}

#[test]
fn a_page_of_eight_stems_is_small_however_long_they_are() {
    for seconds in [225.0, 36_000.0] {
        let page = page(&rich_of(Overview::MOST, seconds));
        assert!(page.len() < 400_000, "{} bytes", page.len());
    }
}

#[test]
fn a_page_of_five_hundred_files_is_sensible() {
    let files = (0..500).map(|i| file(&format!("{i:03}_Track"), FileKind::Stem, None, 0.5, 0.0, 1.0, 2048, 225.0));
    let mut report = report(files.collect());
    report.findings = (0..2000)
        .map(|i| {
            let finding = Finding::new(Severity::Warning, "click", "It clicks.").at_frame(i * 5000, rate());
            finding.in_file(std::path::Path::new(&format!("{:03}_Track.wav", i % 500)))
        })
        .collect();
    let page = page(&report);
    assert!(page.len() < 4_500_000, "{} bytes", page.len());
}

#[test]
fn what_is_nothing_exactly_is_not_drawn() {
    let mut sum = sum(64, 10.0);
    sum.class = SumClass::BitExact;
    sum.residual_peak_dbfs = None;
    sum.different_samples = 0;
    let page = page(&CheckReport { sum: Some(sum), ..report(vec![]) });
    assert!(page.contains("Adds up: bit-exact") && page.contains("Nothing is left"));
    assert!(!page.contains("<image") && !page.contains("id=\"residual\""));
}

#[test]
fn every_class_of_a_sum_has_its_words() {
    use SumClass::{BitExact, CommonDelay, Dither, DoesNotNull, LossyCoding, Rounding, StaticGain};
    let mut words = HashSet::new();
    for class in [BitExact, Rounding, Dither, LossyCoding, StaticGain, CommonDelay, DoesNotNull] {
        let mut sum = sum(64, 10.0);
        (sum.class, sum.gain_db, sum.delay_frames) = (class, Some(-1.5), Some(-12));
        let page = page(&CheckReport { sum: Some(sum), ..report(vec![]) });
        let start = page.find("<a href=\"#sum\">").unwrap();
        words.insert(page[start..start + 60].to_owned());
        assert!(page.contains("−12\u{a0}frames"));
    }
    assert_eq!(words.len(), 7);
}

#[test]
fn reports_of_nothing_are_pages_too() {
    page(&CheckReport::default());
    let failed = ErrorReport { message: "no such folder".into(), hint: Some("look again".into()) };
    assert!(page(&CheckReport { error: Some(failed), ..CheckReport::default() }).contains("Nothing was checked."));
    page(&CheckReport { receipt: Some(ReceiptReport::default()), ..CheckReport::default() });
    assert!(page(&report(vec![])).contains("Nothing to report."));
}

#[test]
fn silent_empty_and_unreadable_files_are_shown() {
    let plain = || file("01_A", FileKind::Stem, None, 0.5, 0.0, 1.0, 16, 1.0);
    let empty = |mut file: FileReport| {
        file.overview = Overview::default();
        file.format.as_mut().unwrap().frames = 0;
        file.measured = Some(Measurements::default());
        file
    };
    let silent = |mut file: FileReport| {
        file.overview.waveform.fill([0.0, 0.0]);
        file.overview.power.fill(0.0);
        file.overview.short_term.fill(f32::NEG_INFINITY);
        file.measured = Some(Measurements::default());
        file
    };
    let page = page(&report(vec![
        empty(plain()),
        silent(plain()),
        FileReport { format: None, measured: None, overview: Overview::default(), ..plain() },
    ]));
    assert_eq!(page.matches("digital silence").count(), 2);
    assert_eq!(page.matches("cannot be read").count(), 1);
    assert_eq!(page.matches("class=\"wave\"").count(), 1, "silence is a line");
}

#[test]
fn numbers_that_are_none_break_nothing() {
    let odd = [f32::NAN, f32::INFINITY, f32::NEG_INFINITY, f32::MAX, -f32::MAX, f32::MIN_POSITIVE, 0.0, -0.0];
    let mut one = file("01_A", FileKind::Mix, None, 0.5, 0.0, 1.0, 16, 1.0);
    one.overview.waveform = odd.iter().flat_map(|a| odd.iter().map(|b| [*a, *b])).collect();
    one.overview.power = odd.to_vec();
    one.overview.short_term = odd.to_vec();
    one.overview.correlation = odd.to_vec();
    one.overview.short_term_step = f64::NAN;
    let value = |i: usize| Some([f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 1e300][i % 4]);
    let stereo = Stereo { correlation: value(0), mono_db: value(1), balance_db: value(2), ..Stereo::default() };
    one.measured = Some(Measurements {
        integrated_lufs: value(0),
        peak_dbfs: value(1),
        true_peak_dbtp: value(3),
        peak_frame: Some(u64::MAX),
        silence_seconds: f64::NAN,
        stereo: Some(stereo),
        ..Measurements::default()
    });
    for frames_a_column in [0, 1, u64::MAX] {
        let mut left = sum(16, 1.0);
        left.overview.frames_a_column = frames_a_column;
        left.overview.power = odd.to_vec();
        left.overview.waveform = vec![];
        left.worst = vec![WorstMoment { frame: u64::MAX, rms_dbfs: f64::NAN }];
        left.third_octaves = vec![Band { hz: 0.0, dbfs: f64::NAN }, Band { hz: 1e300, dbfs: f64::NEG_INFINITY }];
        let columns = vec![odd.to_vec(), vec![], vec![1.0]];
        left.overview.spectrogram = Some(Spectrogram { frames_a_column, edges: vec![20.0, 90.0, 2000.0], columns });
        one.overview.frames_a_column = frames_a_column;
        let mut report = report(vec![one.clone()]);
        report.sum = Some(left);
        report.findings = vec![Finding::new(Severity::Note, "odd", "odd").at_frame(u64::MAX, rate())];
        let page = page(&report);
        for no in ["NaN", "inf\"", "inf%", " inf "] {
            assert!(!page.contains(no), "{no} with {frames_a_column} frames a column");
        }
    }
    for edges in [vec![], vec![20.0], vec![0.0, 100.0], vec![f32::NAN, 1.0], vec![100.0, 20.0]] {
        let mut left = sum(16, 1.0);
        left.overview.spectrogram = Some(Spectrogram { frames_a_column: 1, edges, columns: vec![vec![-20.0]] });
        page(&CheckReport { sum: Some(left), ..report(vec![]) });
    }
}

#[test]
fn a_name_that_two_files_have_is_no_link() {
    let mut files: Vec<FileReport> = vec![file("01_A", FileKind::Stem, None, 0.5, 0.0, 1.0, 16, 1.0); 2];
    files[0].file = "wet/A.wav".into();
    files[1].file = "dry/A.wav".into();
    let mut report = report(files);
    let finding = Finding::new(Severity::Note, "x", "x").in_file(std::path::Path::new("A.wav")).at_frame(10, rate());
    report.findings = vec![finding];
    assert!(!page(&report).contains("<a class=\"place\""));
    report.findings[0].file = Some("dry/A.wav".into());
    assert!(page(&report).contains("<a class=\"place\" href=\"#place-1-"));
}

#[test]
fn files_of_other_rates_are_placed_by_their_own() {
    let mut high = file("01_A", FileKind::Stem, None, 0.5, 0.0, 1.0, 16, 1.0);
    high.format.as_mut().unwrap().rate = SampleRate::new(96_000).unwrap();
    high.format.as_mut().unwrap().frames = 96_000;
    let mut report = report(vec![high]);
    report.findings =
        vec![Finding::new(Severity::Note, "x", "x").in_file(std::path::Path::new("01_A.wav")).at_frame(48_000, rate())];
    assert!(page(&report).contains("id=\"place-0-500\""));
}

#[test]
fn text_can_be_read_in_light_and_dark() {
    let page = html(&CheckReport::default());
    let (_, css) = page.split_once("<style>").unwrap();
    let blocks: Vec<&str> = css.split(":root {").skip(1).map(|block| block.split('}').next().unwrap()).collect();
    for block in &blocks[..2] {
        let colour = |name: &str| {
            let (_, rest) = block.split_once(&format!("--{name}: #")).unwrap_or_else(|| panic!("no {name}"));
            luminance(u32::from_str_radix(&rest[..6], 16).unwrap())
        };
        let contrast = |a: f64, b: f64| (a.max(b) + 0.05) / (a.min(b) + 0.05);
        for text in ["ink", "quiet", "link", "error", "warning", "note", "ok", "none", "bound"] {
            for ground in ["paper", "panel"] {
                let contrast = contrast(colour(text), colour(ground));
                assert!(contrast >= 4.5, "{text} on {ground}: {contrast:.2}");
            }
        }
        // WCAG 2.2, 1.4.11: 3 for what is drawn.
        for line in ["rms", "bars", "loud", "c0", "c1", "c2", "c3", "c4", "c5", "c6", "c7"] {
            let contrast = contrast(colour(line), colour("paper"));
            assert!(contrast >= 3.0, "{line}: {contrast:.2}");
        }
    }
}

/// Relative luminance (WCAG 2.2).
fn luminance(rgb: u32) -> f64 {
    let linear = |shift: u32| {
        let c = f64::from(rgb >> shift & 255) / 255.0;
        if c <= 0.04045 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) }
    };
    0.2126 * linear(16) + 0.7152 * linear(8) + 0.0722 * linear(0)
}

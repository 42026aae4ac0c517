//! Whether the stems add up to the mix, and what is left where they do not.

use super::chart::{self, About, FLAGS, Levels, Mark, Pane, Time, marks};
use super::escape::{apart, put};
use super::head::sign;
use super::numbers::{count, hertz, level, number, place};
use super::places::{Numbered, rate as file_rate};
use super::{places, spectrogram};
use crate::{Band, CheckReport, FoundBy, SumClass, SumReport};
use stemwright_core::{Db, SampleRate};

/// More columns than a residual is read by.
const COLUMNS: usize = 600;
const HEIGHT: u32 = 150;

/// The verdict in three words, with the class of its sign.
pub(super) fn in_short(sum: &SumReport) -> (&'static str, &'static str) {
    match sum.class {
        SumClass::BitExact => ("ok", "Adds up: bit-exact"),
        SumClass::Rounding => ("ok", "Adds up: but for rounding"),
        SumClass::Dither => ("ok", "Adds up: but for dither"),
        SumClass::LossyCoding => ("warning", "Adds up: but for lossy coding"),
        SumClass::StaticGain => ("warning", "Adds up: but for one gain"),
        SumClass::CommonDelay => ("warning", "Adds up: but for one delay"),
        SumClass::DoesNotNull => ("error", "Does not add up"),
    }
}

/// Whether anything is left.
fn exact(sum: &SumReport) -> bool {
    sum.class == SumClass::BitExact || (sum.residual_peak_dbfs.is_none() && sum.different_samples == 0)
}

/// Whether there is a chart over time.
pub(super) fn drawn(sum: &SumReport) -> bool {
    !exact(sum) && !sum.overview.power.is_empty() && sum.overview.frames_a_column > 0
}

/// The rate at which frames of the residual are counted: the mix's.
pub(super) fn rate(report: &CheckReport, sum: &SumReport) -> Option<SampleRate> {
    let mix = report.files.iter().find(|file| file.file == sum.mix);
    mix.map_or(report.rate, |mix| file_rate(report, mix))
}

/// The time that was compared.
pub(super) fn time(sum: &SumReport, rate: SampleRate) -> Time {
    Time::new(rate.seconds(i64::try_from(sum.frames).unwrap_or(i64::MAX)))
}

pub(super) fn sum<'a, 'b: 'a>(
    out: &mut String,
    report: &CheckReport,
    sum: &SumReport,
    findings: impl Iterator<Item = &'a Numbered<'b>>,
) {
    let (class, what) = in_short(sum);
    out.push_str("<section id=\"sum\">\n<h2>Do the stems add up?</h2>\n");
    put!(out, "<p class=\"verdict {class}\">{}<strong>{what}.</strong> {}</p>\n", sign(class), apart(&sum.verdict));
    if let Some(solution) = sum.solution.as_ref().filter(|solution| !solution.sentences.is_empty()) {
        put!(out, "<ul class=\"why\">\n");
        for sentence in &solution.sentences {
            put!(out, "<li>{}</li>\n", apart(sentence));
        }
        put!(out, "</ul>\n");
    }
    figures(out, sum);
    if exact(sum) {
        out.push_str("<p>Nothing is left: mix − Σ stems is 0 on every sample. There is no residual to draw.</p>\n");
    } else if let Some(rate) = rate(report, sum) {
        worst(out, sum, rate);
        if drawn(sum) {
            over_time(out, sum, rate, places::marks(findings));
        }
        if !sum.third_octaves.is_empty() {
            third_octaves(out, &sum.third_octaves);
        }
        if let Some(picture) = &sum.overview.spectrogram {
            spectrogram::spectrogram(out, picture, time(sum, rate), rate);
        }
    }
    out.push_str("</section>\n");
}

fn figures(out: &mut String, sum: &SumReport) {
    let found = match sum.found_by {
        FoundBy::Asked => "as asked",
        FoundBy::Manifest => "by the manifest",
        FoundBy::Name => "by its name",
    };
    out.push_str("<dl class=\"figures\">\n");
    let mut pair = |name: &str, value: &str| put!(out, "<div><dt>{name}</dt><dd>{}</dd></div>\n", apart(value));
    pair("Mix", &sum.mix);
    pair("Found", found);
    pair("Stems added", &count(sum.stems));
    pair("Frames compared", &count(sum.frames));
    pair("Different samples", &count(sum.different_samples));
    if !exact(sum) {
        pair("Residual, peak", &level(sum.residual_peak_dbfs, "dBFS"));
        pair("Residual, RMS", &level(sum.residual_rms_dbfs, "dBFS"));
        pair("Residual, loudness", &level(sum.residual_lufs, "LUFS"));
        pair("Residual against mix", &level(sum.residual_of_mix_db, "dB"));
    }
    let levels = [
        ("Rounding can leave", sum.rounding_bound_dbfs, "dBFS"),
        ("Gain", sum.gain_db, "dB"),
        ("Left after gain and delay", sum.corrected_rms_dbfs, "dBFS"),
    ];
    for (name, value, unit) in levels.into_iter().filter(|(_, value, _)| value.is_some()) {
        pair(name, &level(value, unit));
    }
    if let Some(delay) = sum.delay_frames {
        pair("Mix is later by", &format!("{}\u{a0}frames", number(delay as f64, 0)));
    }
    if let Some(file) = &sum.residual_file {
        pair("Residual written to", file);
    }
    if let Some(corrected) = &sum.corrected {
        pair("Corrected stems written to", &corrected.folder);
        pair("Left of them, RMS", &level(corrected.remaining_rms_dbfs, "dBFS"));
    }
    out.push_str("</dl>\n");
}

fn worst(out: &mut String, sum: &SumReport, rate: SampleRate) {
    if sum.worst.is_empty() {
        return;
    }
    out.push_str("<p>The seconds in which most is left:</p>\n<ol class=\"moments\">\n");
    for (index, moment) in sum.worst.iter().enumerate() {
        let at = place(moment.frame, rate);
        put!(out, "<li id=\"worst-{index}\">");
        if drawn(sum) {
            put!(out, "<a href=\"#worst-place-{index}\">{at}</a>");
        } else {
            out.push_str(&at);
        }
        put!(out, " <span>{}</span></li>\n", level(Some(moment.rms_dbfs), "dBFS"));
    }
    out.push_str("</ol>\n");
}

/// The level in each column: RMS as an area, the largest sample as a line.
fn over_time(out: &mut String, sum: &SumReport, rate: SampleRate, of_findings: Vec<Mark>) {
    let overview = &sum.overview;
    let group = chart::group(overview.power.len(), COLUMNS);
    let decibels = |power: f64| if power > 0.0 { 10.0 * libm::log10(power) } else { f64::NEG_INFINITY };
    let mean = |powers: &[f32]| powers.iter().map(|power| f64::from(*power)).sum::<f64>() / powers.len() as f64;
    let rms: Vec<f64> = overview.power.chunks(group).map(|powers| decibels(mean(powers))).collect();
    let highest = |columns: &[[f32; 2]]| columns.iter().flatten().fold(0.0_f32, |most, value| most.max(value.abs()));
    let peaks: Vec<f64> =
        overview.waveform.chunks(group).map(|columns| Db::of(f64::from(highest(columns))).0).collect();
    let levels = Levels::around(rms.iter().chain(&peaks).copied(), 40.0, 80.0);
    let time = time(sum, rate);

    let mut all = of_findings;
    all.extend(sum.worst.iter().enumerate().map(|(index, moment)| Mark {
        id: format!("worst-place-{index}"),
        to: format!("worst-{index}"),
        percent: time.percent(rate.seconds(i64::try_from(moment.frame).unwrap_or(i64::MAX))),
        class: "worst",
        label: format!("{}", index + 1),
        title: format!("Worst second {}: {}", index + 1, place(moment.frame, rate)),
    }));
    let about = About {
        id: "residual",
        title: "Level of the residual over time",
        description: &described(sum),
        links: !all.is_empty(),
    };
    let bottom = FLAGS + HEIGHT;
    out.push_str("<figure>\n<figcaption>Residual over time, dBFS: <span class=\"key rms\">RMS</span> ");
    out.push_str("<span class=\"key peak\">peak</span>");
    if !sum.worst.is_empty() {
        out.push_str("; ▾ the worst seconds");
    }
    out.push_str("</figcaption>\n");
    chart::open(out, &about, bottom);
    let columns = sum.frames as f64 / (overview.frames_a_column as f64 * group as f64);
    let pane = Pane { top: FLAGS, height: HEIGHT, percent: 100.0, wide: columns.max(1.0) };
    pane.level_grid(out, levels, 5.0, time);
    pane.draw(out, |out| {
        let heights: Vec<u32> = rms.iter().map(|level| levels.y(*level)).collect();
        chart::area(out, "rms", &heights, &vec![chart::TALL as u32; heights.len()]);
        chart::line(out, "peak", peaks.iter().map(|level| level.is_finite().then(|| levels.y(*level))));
    });
    if let Some(bound) = sum.rounding_bound_dbfs.filter(|bound| (levels.low..=levels.high).contains(bound)) {
        let whole = Pane::whole(FLAGS, HEIGHT);
        whole.draw(out, |out| put!(out, r#"<path class="bound" d="M0 {0}H1000"/>"#, levels.y(bound)));
    }
    marks(out, &all, bottom);
    chart::axis(out, bottom, &time.ticks());
    chart::close(out);
    out.push_str("</figure>\n");
}

fn described(sum: &SumReport) -> String {
    let [peak, rms] = [sum.residual_peak_dbfs, sum.residual_rms_dbfs].map(|value| level(value, "dBFS"));
    format!("What is left of the mix when the stems are subtracted: peak {peak}, RMS {rms}.")
}

/// A bar for every band, at its number in IEC 61260-1 (the base-ten ones, 0 at 1 kHz).
fn third_octaves(out: &mut String, bands: &[Band]) {
    const FROM: i32 = -17; // 20 Hz
    const TO: i32 = 13; // 20 kHz
    const HEIGHT: u32 = 130;
    let index = |hz: f64| (libm::log10(hz / 1000.0) * 10.0).round().clamp(-40.0, 30.0) as i32;
    let sounding: Vec<(i32, &Band)> =
        bands.iter().filter(|band| band.hz > 0.0 && band.dbfs.is_finite()).map(|band| (index(band.hz), band)).collect();
    let first = sounding.iter().map(|(at, _)| *at).min().unwrap_or(FROM).min(FROM);
    let last = sounding.iter().map(|(at, _)| *at).max().unwrap_or(TO).max(TO);
    let levels = Levels::around(sounding.iter().map(|(_, band)| band.dbfs), 40.0, 80.0);
    let most = sounding.iter().max_by(|(_, a), (_, b)| a.dbfs.total_cmp(&b.dbfs));
    let description = most.map_or_else(
        || "Nothing in any band.".to_owned(),
        |(_, band)| format!("Most is left around {} Hz: {} dBFS.", number(band.hz, 0), number(band.dbfs, 1)),
    );

    put!(out, "<figure>\n<figcaption>Residual by third octaves (Hz), dBFS. {description}</figcaption>\n");
    let about = About { id: "octaves", title: "Residual by third octaves", description: &description, links: false };
    chart::open(out, &about, HEIGHT + 4);
    // Ten units a band, so that bars stand apart.
    let wide = f64::from(last - first + 1) * 10.0;
    let pane = Pane { top: 4, height: HEIGHT, percent: 100.0, wide };
    let rows: Vec<_> = levels.ticks(5.0).into_iter().map(|tick| (levels.y(tick), number(tick, 0))).collect();
    pane.grid(out, &rows, &[]);
    pane.draw(out, |out| {
        out.push_str(r#"<path class="bars" d=""#);
        for (at, band) in &sounding {
            let left = (at - first) * 10 + 1;
            // A band below the floor holds something still: a sliver.
            put!(out, "M{left} {}h8V1000h-8z", levels.y(band.dbfs).min(992));
        }
        out.push_str(r#""/>"#);
    });
    let ticks: Vec<_> = [31.5, 63.0, 125.0, 250.0, 500.0, 1000.0, 2000.0, 4000.0, 8000.0, 16_000.0]
        .map(|hz| ((f64::from(index(hz) - first) * 10.0 + 5.0) / wide * 100.0, hertz(hz)))
        .to_vec();
    chart::axis(out, HEIGHT + 4, &ticks);
    chart::close(out);
    out.push_str("</figure>\n");
}

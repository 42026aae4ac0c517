//! A file over time: its waveform, and its short-term loudness below it.

use super::chart::{self, About, FLAGS, Levels, Mark, Pane, Time, marks};
use super::escape::put;
use super::numbers::number;
use crate::{CheckReport, FileReport};
use stemwright_core::Db;

const WAVE: u32 = 84;
const GAP: u32 = 18;
const LOUDNESS: u32 = 48;

/// What all files of a page have in common, so that they can be compared.
#[derive(Debug, Clone, Copy)]
pub(super) struct Scale {
    pub(super) time: Time,
    /// The sample value at the upper edge of every waveform.
    pub(super) full: f64,
    /// The same in dBFS: a multiple of 6.
    full_dbfs: f64,
    pub(super) loudness: Levels,
    /// At most so many columns a file, so that pages of many files stay small.
    pub(super) columns: usize,
}

impl Scale {
    pub(super) fn of(report: &CheckReport) -> Self {
        let seconds = |file: &FileReport| file.format.as_ref().map(|f| f.frames as f64 / f64::from(f.rate.hz()));
        let longest = report.files.iter().filter_map(seconds).fold(0.0, f64::max);
        let samples = report.files.iter().flat_map(|file| file.overview.waveform.iter().flatten());
        let largest = samples.filter(|value| value.is_finite()).fold(0.0_f32, |most, value| most.max(value.abs()));
        // Samples of broken floats are as large as they like; what is beyond +12 dBFS is cut.
        let sixths = (Db::of(f64::from(largest)).0 / 6.0).ceil().clamp(-5.0, 2.0);
        let full_dbfs = if largest > 0.0 { sixths * 6.0 } else { 0.0 };
        let loudness = report.files.iter().flat_map(|file| &file.overview.short_term).map(|lufs| f64::from(*lufs));
        Self {
            time: Time::new(longest),
            full: Db(full_dbfs).factor(),
            full_dbfs,
            loudness: Levels::around(loudness, 20.0, 50.0),
            columns: (16_000 / report.files.len().max(1)).clamp(60, 480),
        }
    }

    /// What stands above the files: how to read what is drawn of them.
    pub(super) fn in_words(self) -> String {
        format!("All waveforms have one scale, to {} dBFS at the edges, and one time axis.", number(self.full_dbfs, 0))
    }

    fn y(self, sample: f64) -> u32 {
        let part = (self.full - sample) / (2.0 * self.full);
        let middle = chart::TALL / 2.0;
        if part.is_nan() { middle as u32 } else { (part.clamp(0.0, 1.0) * chart::TALL).round() as u32 }
    }
}

/// Whether there is anything to draw, and places to point at.
pub(super) fn drawn(file: &FileReport) -> bool {
    file.format.is_some() && !file.overview.waveform.is_empty() && file.overview.frames_a_column > 0
}

/// Draws a file that is [`drawn`].
pub(super) fn waveform(out: &mut String, index: usize, file: &FileReport, scale: Scale, of_findings: &[Mark]) {
    let Some(format) = &file.format else { return };
    let overview = &file.overview;
    let top = if of_findings.is_empty() { 2 } else { FLAGS };
    let loud = overview.short_term.iter().any(|lufs| lufs.is_finite());
    let bottom = top + WAVE + if loud { GAP + LOUDNESS } else { 0 };
    let (id, title) = (format!("wave-{index}"), format!("Waveform of {}", file.name));
    let description = description(file, of_findings.len());
    chart::open(
        out,
        &About { id: &id, title: &title, description: &description, links: !of_findings.is_empty() },
        bottom,
    );

    let group = chart::group(overview.waveform.len(), scale.columns);
    let seconds = format.frames as f64 / f64::from(format.rate.hz());
    let wide = format.frames as f64 / (overview.frames_a_column as f64 * group as f64);
    let pane = Pane { top, height: WAVE, percent: scale.time.percent(seconds), wide: wide.max(1.0) };
    grid(out, pane, scale);
    pane.draw(out, |out| samples(out, file, scale, group));
    against(out, file, pane, group);
    if loud {
        let pane = Pane { top: top + WAVE + GAP, height: LOUDNESS, ..pane };
        pane.level_grid(out, scale.loudness, 2.5, scale.time);
        loudness(out, file, scale, pane);
    }
    marks(out, of_findings, bottom);
    chart::axis(out, bottom, &scale.time.ticks());
    chart::close(out);
}

fn grid(out: &mut String, pane: Pane, scale: Scale) {
    let label = |db: f64| number(scale.full_dbfs - db, 0);
    let rows = [
        (scale.y(scale.full), label(0.0)),
        (scale.y(scale.full / 2.0), label(6.0)),
        (scale.y(0.0), "−∞".to_owned()),
        (scale.y(-scale.full / 2.0), label(6.0)),
        (scale.y(-scale.full), label(0.0)),
    ];
    let columns: Vec<_> = scale.time.ticks().into_iter().map(|(percent, _)| percent).collect();
    pane.grid(out, &rows, &columns);
    if scale.full > 1.0 {
        let (above, below) = (scale.y(1.0), scale.y(-1.0));
        let whole = Pane { percent: 100.0, wide: 1000.0, ..pane };
        whole.draw(out, |out| put!(out, r#"<path class="full" d="M0 {above}H1000M0 {below}H1000"/>"#));
    }
}

/// From the lowest to the highest sample, and within it the RMS.
fn samples(out: &mut String, file: &FileReport, scale: Scale, group: usize) {
    let overview = &file.overview;
    let reach = |columns: &[[f32; 2]]| {
        let finite = columns.iter().flatten().map(|v| if v.is_nan() { 0.0 } else { f64::from(*v) });
        finite.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), v| (low.min(v), high.max(v)))
    };
    let reaches: Vec<(f64, f64)> = overview.waveform.chunks(group).map(reach).collect();
    let highest: Vec<u32> = reaches.iter().map(|(_, high)| scale.y(*high)).collect();
    let lowest: Vec<u32> = reaches.iter().map(|(low, _)| scale.y(*low)).collect();
    chart::area(out, "wave", &highest, &lowest);
    let rms = |powers: &[f32]| {
        let mean = powers.iter().map(|power| f64::from(*power)).sum::<f64>() / powers.len() as f64;
        if mean > 0.0 { mean.sqrt() } else { 0.0 }
    };
    let rms: Vec<f64> = overview.power.chunks(group).map(rms).collect();
    if rms.iter().any(|rms| *rms > 0.0) {
        let above: Vec<u32> = rms.iter().map(|rms| scale.y(*rms)).collect();
        let below: Vec<u32> = rms.iter().map(|rms| scale.y(-rms)).collect();
        chart::area(out, "wave-rms", &above, &below);
    }
}

/// A bar under what has left and right against each other: where the correlation falls below 0, and mono loses most.
fn against(out: &mut String, file: &FileReport, pane: Pane, group: usize) {
    let least = |values: &[f32]| values.iter().fold(f32::NAN, |a, b| a.min(*b));
    let least: Vec<f32> = file.overview.correlation.chunks(group).map(least).collect();
    if !least.iter().any(|correlation| *correlation < 0.0) {
        return;
    }
    let pane = Pane { top: pane.top + pane.height + 4, height: 5, ..pane };
    pane.draw(out, |out| {
        out.push_str(r#"<path class="against" d=""#);
        let mut at = 0;
        for run in least.chunk_by(|a, b| (*a < 0.0) == (*b < 0.0)) {
            if run[0] < 0.0 {
                put!(out, "M{at} 0h{}V1000H{at}z", run.len());
            }
            at += run.len();
        }
        out.push_str(r#""/>"#);
    });
}

fn loudness(out: &mut String, file: &FileReport, scale: Scale, pane: Pane) {
    let overview = &file.overview;
    let (values, step) = grouped(&overview.short_term, overview.short_term_step, scale.columns);
    let Some(pane) = over(pane, scale.time, values.len(), step) else { return };
    pane.draw(out, |out| chart::line(out, "loud", heights(&values, scale.loudness)));
}

/// Values in at most so many groups, of each the largest, and the seconds from one to the next.
pub(super) fn grouped(values: &[f32], step: f64, most: usize) -> (Vec<f32>, f64) {
    let group = chart::group(values.len(), most);
    // `max` prefers numbers to NaN.
    (values.chunks(group).map(|values| values.iter().fold(f32::NAN, |a, b| a.max(*b))).collect(), step * group as f64)
}

/// A pane in which values that are so many seconds apart have the numbers 0, 1, 2…
pub(super) fn over(pane: Pane, time: Time, values: usize, step: f64) -> Option<Pane> {
    let percent = time.percent(step * values as f64 / 2.0) * 2.0;
    (values > 0 && percent > 0.0).then_some(Pane { percent, wide: values as f64, ..pane })
}

/// The heights of levels; none where there is no level.
pub(super) fn heights(values: &[f32], levels: Levels) -> impl Iterator<Item = Option<u32>> {
    values.iter().map(move |value| value.is_finite().then(|| levels.y(f64::from(*value))))
}

fn description(file: &FileReport, places: usize) -> String {
    let Some(peak) = file.measured.as_ref().and_then(|measured| measured.peak_dbfs) else {
        return "Digital silence, or nothing that can be measured.".to_owned();
    };
    let marked = match places {
        0 => String::new(),
        places => format!(" Marked places of findings: {places}."),
    };
    format!(
        "Lowest and highest samples, RMS within them, and short-term loudness; peak {} dBFS.{marked}",
        number(peak, 2)
    )
}

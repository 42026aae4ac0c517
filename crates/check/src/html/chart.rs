//! The geometry of every chart: times and levels to places, axes, panes and marks.
//!
//! A chart is an SVG as wide as its column and of a fixed height, so that its text has the size of other text on any screen. What is
//! drawn lies in *panes*: nested SVGs with a coordinate system of their own, stretched to a part of the chart. Coordinates in panes are
//! whole numbers: a thousandth of a pane's height is less than a pixel.

use super::escape::{esc, put};
use super::numbers::clock;

/// The height of every pane in its own coordinates.
pub(super) const TALL: f64 = 1000.0;

/// Room for the flags of marks above the first pane, in pixels.
pub(super) const FLAGS: u32 = 16;

/// The time that a chart is wide.
#[derive(Debug, Clone, Copy)]
pub(super) struct Time {
    seconds: f64,
}

impl Time {
    /// From 0 to so many seconds; a chart of nothing is a second wide.
    pub(super) fn new(seconds: f64) -> Self {
        Self { seconds: if seconds.is_finite() && seconds > 0.0 { seconds } else { 1.0 } }
    }

    /// Where a time lies, in percent of the chart's width, 0 to 100 also for times outside.
    pub(super) fn percent(self, seconds: f64) -> f64 {
        if seconds.is_finite() { (seconds / self.seconds * 100.0).clamp(0.0, 100.0) } else { 0.0 }
    }

    /// Times to label, few enough for a phone: percent and text.
    pub(super) fn ticks(self) -> Vec<(f64, String)> {
        const STEPS: [f64; 20] = [
            0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 15.0, 30.0, 60.0, 120.0, 300.0,
            600.0, 1800.0,
        ];
        const MOST: f64 = 6.0;
        let step = STEPS.into_iter().find(|step| self.seconds / step <= MOST);
        let step = step.unwrap_or_else(|| (self.seconds / MOST / 3600.0).ceil() * 3600.0);
        let last = (self.seconds / step).floor() as u32;
        (0..=last).map(|i| f64::from(i) * step).map(|at| (self.percent(at), clock(at))).collect()
    }
}

/// The levels that a pane is high.
#[derive(Debug, Clone, Copy)]
pub(super) struct Levels {
    pub(super) low: f64,
    pub(super) high: f64,
}

impl Levels {
    /// Round levels around all finite values, `least` to `most` dB from the lowest to the highest; values below are drawn at the floor.
    pub(super) fn around(values: impl IntoIterator<Item = f64>, least: f64, most: f64) -> Self {
        let (mut low, mut high) = (f64::INFINITY, f64::NEG_INFINITY);
        for value in values.into_iter().filter(|value| value.is_finite()) {
            (low, high) = (low.min(value), high.max(value));
        }
        if low > high {
            (low, high) = (0.0, 0.0);
        }
        let high = ((high / 10.0).ceil() * 10.0).clamp(-400.0, 400.0);
        Self { low: ((low / 10.0).floor() * 10.0).clamp(high - most, high - least), high }
    }

    /// Where a level lies in a pane, from its top; the floor for what is below it or no number.
    pub(super) fn y(self, level: f64) -> u32 {
        let part = (self.high - level) / (self.high - self.low);
        if part.is_nan() { TALL as u32 } else { (part.clamp(0.0, 1.0) * TALL).round() as u32 }
    }

    /// Round levels to label, from the highest on: at most one more than `steps`.
    pub(super) fn ticks(self, steps: f64) -> Vec<f64> {
        let step = [5.0, 10.0, 20.0, 40.0, 100.0].into_iter().find(|step| (self.high - self.low) / step <= steps);
        let step = step.unwrap_or(200.0);
        let first = (self.high / step).floor() as i32;
        let last = (self.low / step).ceil() as i32;
        (last..=first).rev().map(|i| f64::from(i) * step).collect()
    }
}

/// What a chart is, for those who do not see it.
pub(super) struct About<'a> {
    /// Unique in the page; its title and description get ids made of it.
    pub(super) id: &'a str,
    pub(super) title: &'a str,
    pub(super) description: &'a str,
    /// Whether there are links in it: then it is no mere picture.
    pub(super) links: bool,
}

/// Opens a chart of so many pixels, without its labels, which stand in the margins of `.plot`.
pub(super) fn open(out: &mut String, about: &About<'_>, height: u32) {
    let (id, role) = (about.id, if about.links { "group" } else { "img" });
    put!(out, r#"<div class="plot"><svg class="chart" height="{height}" role="{role}""#);
    put!(out, r#" aria-labelledby="{id}-title" aria-describedby="{id}-desc">"#);
    put!(out, r#"<title id="{id}-title">{}</title>"#, esc(about.title));
    put!(out, r#"<desc id="{id}-desc">{}</desc>"#, esc(about.description));
}

/// Closes what [`open`] opened.
pub(super) fn close(out: &mut String) {
    out.push_str("</svg></div>\n");
}

/// A part of a chart: its top and height in pixels, its width in percent, and the width of its own coordinates.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pane {
    pub(super) top: u32,
    pub(super) height: u32,
    pub(super) percent: f64,
    pub(super) wide: f64,
}

impl Pane {
    /// As wide as the chart, in thousandths.
    pub(super) fn whole(top: u32, height: u32) -> Self {
        Self { top, height, percent: 100.0, wide: 1000.0 }
    }

    /// Draws what `body` writes.
    pub(super) fn draw(self, out: &mut String, body: impl FnOnce(&mut String)) {
        let Self { top, height, percent, wide } = self;
        put!(out, r#"<svg y="{top}" width="{percent:.2}%" height="{height}""#);
        put!(out, r#" viewBox="0 0 {wide:.2} {TALL}" preserveAspectRatio="none">"#);
        body(out);
        out.push_str("</svg>");
    }

    /// The pixel of a height in a pane's coordinates.
    fn pixel(self, y: u32) -> f64 {
        f64::from(self.top) + f64::from(y) / TALL * f64::from(self.height)
    }

    /// Lines across at the heights of labels, which stand left of the chart; lines down at percents.
    pub(super) fn grid(self, out: &mut String, rows: &[(u32, String)], columns: &[f64]) {
        let pane = Self { percent: 100.0, wide: 1000.0, ..self };
        pane.draw(out, |out| {
            out.push_str(r#"<path class="grid" d=""#);
            rows.iter().for_each(|(y, _)| put!(out, "M0 {y}H1000"));
            columns.iter().for_each(|percent| put!(out, "M{:.0} 0V1000", percent * 10.0));
            out.push_str(r#""/>"#);
        });
        for (y, label) in rows.iter().filter(|(_, label)| !label.is_empty()) {
            put!(out, r#"<text class="y" x="-6" y="{:.1}" dy=".34em">{}</text>"#, pane.pixel(*y), esc(label));
        }
    }

    /// The grid of levels, in about so many steps, and times.
    pub(super) fn level_grid(self, out: &mut String, levels: Levels, steps: f64, time: Time) {
        let rows: Vec<_> =
            levels.ticks(steps).into_iter().map(|tick| (levels.y(tick), super::numbers::number(tick, 0))).collect();
        let columns: Vec<_> = time.ticks().into_iter().map(|(percent, _)| percent).collect();
        self.grid(out, &rows, &columns);
    }
}

/// Labels under a chart whose panes end at this pixel: percent and text.
pub(super) fn axis(out: &mut String, bottom: u32, ticks: &[(f64, String)]) {
    for (percent, label) in ticks {
        // Labels at the edges stay inside: nothing may stand out on the right of a narrow page.
        let anchor = match percent {
            p if *p < 3.0 => "start",
            p if *p > 96.0 => "end",
            _ => "middle",
        };
        put!(out, r#"<text x="{percent:.2}%" y="{}" text-anchor="{anchor}">{}</text>"#, bottom + 14, esc(label));
    }
}

/// A line through values 1 apart, broken where there is none.
pub(super) fn line(out: &mut String, class: &str, heights: impl IntoIterator<Item = Option<u32>>) {
    put!(out, r#"<path class="{class}" d=""#);
    let mut drawing = false;
    for (x, y) in heights.into_iter().enumerate() {
        match y {
            Some(y) if drawing => put!(out, " {x} {y}"),
            // A stroke of no length is a dot: a value alone is seen too.
            Some(y) => put!(out, "M{x} {y}h0L{x} {y}"),
            None => {}
        }
        drawing = y.is_some();
    }
    out.push_str(r#""/>"#);
}

/// The area between two lines of the same length.
pub(super) fn area(out: &mut String, class: &str, above: &[u32], below: &[u32]) {
    put!(out, r#"<path class="{class}" d="M"#);
    above.iter().enumerate().for_each(|(x, y)| put!(out, "{x} {y} "));
    below.iter().enumerate().rev().for_each(|(x, y)| put!(out, "{x} {y} "));
    out.push_str(r#"Z"/>"#);
}

/// A place that a finding or a table names.
pub(super) struct Mark {
    /// Unique in the page: links to the place go here.
    pub(super) id: String,
    /// Where the link on the mark goes: an id.
    pub(super) to: String,
    pub(super) percent: f64,
    /// `error`, `warning`, `note` or `worst`.
    pub(super) class: &'static str,
    /// What stands on its flag.
    pub(super) label: String,
    pub(super) title: String,
}

/// Draws marks down to this pixel. Flags of the first come first: where there is no room for another, only a line is drawn.
pub(super) fn marks(out: &mut String, marks: &[Mark], bottom: u32) {
    // A flag is about 26 pixels wide, and a phone's chart 310.
    const APART: f64 = 8.5;
    let mut flags: Vec<f64> = Vec::new();
    for Mark { id, to, percent, class, label, title } in marks {
        put!(out, r##"<a id="{id}" href="#{to}" class="mark {class}"><title>{}</title>"##, esc(title));
        put!(out, r#"<svg x="{percent:.2}%" width="1" height="{bottom}"><path class="hit" d="M0 0V{bottom}"/>"#);
        put!(out, r#"<path class="stem" d="M0 {FLAGS}V{bottom}"/>"#);
        if flags.iter().all(|flag| (flag - percent).abs() >= APART) {
            flags.push(*percent);
            // On the right edge the flag flies to the left.
            let (x, anchor, icon) = if *percent > 90.0 { (-9, "end", -6) } else { (9, "start", -6) };
            if *class == "worst" {
                put!(out, r#"<path class="tip" d="M-4 5H4L0 13Z"/>"#);
            } else {
                put!(out, r##"<use href="#i-{class}" x="{icon}" y="2" width="12" height="12"/>"##);
            }
            put!(out, r#"<text x="{x}" y="12" text-anchor="{anchor}">{}</text>"#, esc(label));
        }
        out.push_str("</svg></a>");
    }
}

/// Lists cut to at most so many groups of equal length: the length of each group.
pub(super) fn group(length: usize, most: usize) -> usize {
    length.div_ceil(most.max(1)).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_labelled_at_round_places_whatever_the_length() {
        for seconds in [0.0, f64::NAN, 1e-6, 0.3, 10.0, 225.0, 3599.0, 50_000.0, 1e7] {
            let ticks = Time::new(seconds).ticks();
            assert!((1..=8).contains(&ticks.len()), "{seconds}: {ticks:?}");
        }
        let labels: Vec<_> = Time::new(225.0).ticks().into_iter().map(|(_, label)| label).collect();
        assert_eq!(labels, ["0:00", "1:00", "2:00", "3:00"]);
    }

    #[test]
    fn levels_hold_their_values_and_are_finite_whatever_comes() {
        let levels = Levels::around([-33.0, -12.0, f64::NEG_INFINITY, f64::NAN], 20.0, 60.0);
        assert_eq!((levels.low, levels.high), (-40.0, -10.0));
        assert_eq!((levels.y(-10.0), levels.y(-25.0), levels.y(f64::NAN)), (0, 500, 1000));
        for odd in [vec![], vec![1e308, -1e308], vec![f64::INFINITY]] {
            let levels = Levels::around(odd, 20.0, 60.0);
            assert!((1..=6).contains(&levels.ticks(5.0).len()), "{levels:?}");
        }
    }
}

//! The residual over time and frequency, as a picture in the page.

use super::chart::{self, About, Levels, Pane, Time};
use super::escape::put;
use super::numbers::{hertz, number};
use super::{png, ramp};
use crate::Spectrogram;
use stemwright_core::SampleRate;

const COLUMNS: usize = 640;
const ROWS: usize = 128;
const HEIGHT: u32 = 220;
/// Below the loudest by more than this is drawn like this: quieter than anybody hears beside it.
const RANGE: f64 = 70.0;

pub(super) fn spectrogram(out: &mut String, spectrogram: &Spectrogram, time: Time, rate: SampleRate) {
    let edges: Vec<f64> = spectrogram.edges.iter().map(|hz| f64::from(*hz)).collect();
    let [Some(&low), Some(&high)] = [edges.first(), edges.last()] else { return };
    let all = || spectrogram.columns.iter().flatten().map(|level| f64::from(*level));
    let logarithmic = low > 0.0 && high > low && high.is_finite();
    if !logarithmic || !all().any(f64::is_finite) {
        return;
    }
    let levels = Levels::around(all(), 40.0, RANGE);
    let (width, height, pixels) = picture(spectrogram, &edges, levels);
    let file = png::png(width, height, &pixels, &ramp::palette());

    out.push_str("<figure>\n<figcaption>Residual over time and frequency (Hz)</figcaption>\n");
    let description = format!(
        "Frequencies from {} to {} Hz, logarithmic; levels from {} to {} dBFS.",
        hertz(low),
        hertz(high),
        number(levels.low, 0),
        number(levels.high, 0)
    );
    let about =
        About { id: "spectrogram", title: "Spectrogram of the residual", description: &description, links: false };
    chart::open(out, &about, HEIGHT + 4);
    let seconds = spectrogram.columns.len() as f64 * spectrogram.frames_a_column as f64 / f64::from(rate.hz());
    // The last column may reach beyond the end of what was compared.
    put!(
        out,
        r#"<svg y="4" width="100%" height="{HEIGHT}"><image width="{:.2}%" height="{HEIGHT}""#,
        stretched(time, seconds)
    );
    out.push_str(r#" preserveAspectRatio="none" href="data:image/png;base64,"#);
    png::base64(out, &file);
    out.push_str(r#""/></svg>"#);
    let at = |hz: f64| libm::log(high / hz) / libm::log(high / low);
    let rows: Vec<_> =
        [20.0, 50.0, 100.0, 200.0, 500.0, 1000.0, 2000.0, 5000.0, 10_000.0, 20_000.0, 50_000.0, 100_000.0]
            .into_iter()
            .filter(|hz| (low..=high).contains(hz))
            .map(|hz| ((at(hz) * chart::TALL).round() as u32, hertz(hz)))
            .collect();
    out.push_str("<g class=\"over\">");
    Pane::whole(4, HEIGHT).grid(out, &rows, &[]);
    out.push_str("</g>");
    chart::axis(out, HEIGHT + 4, &time.ticks());
    chart::close(out);
    legend(out, levels);
    if pixels.contains(&0) {
        out.push_str("<p class=\"small\">Blank: nothing at all is left there.</p>\n");
    }
    out.push_str("</figure>\n");
}

fn stretched(time: Time, seconds: f64) -> f64 {
    // `percent` ends at 100, and a column too long has to stand out of the pane, which cuts it.
    let half = time.percent(seconds / 2.0) * 2.0;
    if half.is_finite() && half > 0.0 { half } else { 100.0 }
}

/// The pixels of the picture: the loudest of what each covers, so that no burst is averaged away.
fn picture(spectrogram: &Spectrogram, edges: &[f64], levels: Levels) -> (u32, u32, Vec<u8>) {
    let bands = edges.len() - 1;
    let rows = bands.min(ROWS);
    let (low, high) = (edges[0], edges[bands]);
    // The bands that a row of the picture covers, whatever steps the edges have.
    let edge = |row: usize| high * libm::pow(low / high, row as f64 / rows as f64);
    let covered: Vec<(usize, usize)> = (0..rows)
        .map(|row| {
            let upper = edges.partition_point(|hz| *hz < edge(row) * (1.0 - 1e-6)).clamp(1, bands);
            let lower = edges.partition_point(|hz| *hz <= edge(row + 1) * (1.0 + 1e-6)).clamp(1, upper) - 1;
            (lower, upper)
        })
        .collect();
    let group = chart::group(spectrogram.columns.len(), COLUMNS);
    let columns: Vec<&[Vec<f32>]> = spectrogram.columns.chunks(group).collect();
    let loudest = |columns: &[Vec<f32>], (lower, upper): (usize, usize)| {
        let values = columns.iter().flat_map(|column| column.iter().take(upper).skip(lower));
        values.fold(f32::NEG_INFINITY, |most, value| most.max(*value))
    };
    let mut pixels = Vec::with_capacity(rows * columns.len());
    for band in covered {
        pixels.extend(columns.iter().map(|columns| shade(f64::from(loudest(columns, band)), levels)));
    }
    (columns.len() as u32, rows as u32, pixels)
}

/// The number in the palette of a level: 0 where nothing is.
fn shade(level: f64, levels: Levels) -> u8 {
    if level == f64::NEG_INFINITY || level.is_nan() {
        return 0;
    }
    let part = ((level - levels.low) / (levels.high - levels.low)).clamp(0.0, 1.0);
    1 + (part * (ramp::STEPS - 1) as f64).round() as u8
}

fn legend(out: &mut String, levels: Levels) {
    const STOPS: usize = 12;
    out.push_str(
        r#"<div class="plot legend"><svg class="chart" height="12" role="img" aria-label="Colours of levels">"#,
    );
    out.push_str(r#"<defs><linearGradient id="ramp">"#);
    for stop in 0..=STOPS {
        let part = stop as f64 / STOPS as f64;
        let [r, g, b] = ramp::colour(part);
        put!(out, r##"<stop offset="{part:.3}" stop-color="#{r:02x}{g:02x}{b:02x}"/>"##);
    }
    out.push_str(r#"</linearGradient></defs><rect width="100%" height="12" fill="url(#ramp)"/>"#);
    let mut ticks: Vec<_> = levels.ticks(4.0);
    ticks.reverse();
    let last = ticks.len().saturating_sub(1);
    let labelled: Vec<_> = ticks
        .iter()
        .enumerate()
        .map(|(i, tick)| {
            let unit = if i == last { " dBFS" } else { "" };
            ((tick - levels.low) / (levels.high - levels.low) * 100.0, format!("{}{unit}", number(*tick, 0)))
        })
        .collect();
    chart::axis(out, 12, &labelled);
    out.push_str("</svg></div>\n");
}

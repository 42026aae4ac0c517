//! The pages: sections of text and tables, and the plots that they show.

use crate::plot::Plot;

/// Text and plots of one unit.
#[derive(Default)]
pub struct Section {
    text: String,
    plots: Vec<(String, String)>,
    summary: Vec<String>,
}

impl Section {
    /// With a heading.
    pub fn new(heading: &str) -> Self {
        Self { text: format!("## {heading}\n\n"), ..Self::default() }
    }

    /// A line of the summary: what is measured, what was asked of it and what it is.
    pub fn sum_up(&mut self, what: &str, asked: &str, measured: &str) {
        self.summary.push(format!("| {what} | {asked} | {measured} |\n"));
    }

    /// A paragraph.
    pub fn say(&mut self, text: &str) {
        let mut column = 0;
        for word in text.split(' ') {
            let length = word.chars().count();
            if column + length > 118 {
                self.text.push('\n');
                column = 0;
            } else if column > 0 {
                self.text.push(' ');
            }
            self.text += word;
            column += length + 1;
        }
        self.text += "\n\n";
    }

    /// A table, the first column to the left and the others to the right.
    pub fn table(&mut self, head: &[&str], rows: &[Vec<String>]) {
        let line = |cells: Vec<&str>| format!("| {} |\n", cells.join(" | "));
        self.text += &line(head.to_vec());
        self.text += &line((0..head.len()).map(|i| if i == 0 { "---" } else { "---:" }).collect());
        for row in rows {
            self.text += &line(row.iter().map(String::as_str).collect());
        }
        self.text += "\n";
    }

    /// A plot under a file name without its ending.
    pub fn plot(&mut self, name: &str, described: &str, plot: &Plot) {
        self.text += &format!("![{described}](units/{name}.svg)\n\n");
        self.plots.push((format!("units/{name}.svg"), plot.svg()));
    }
}

/// A figure with so many decimals, a true minus sign, and no minus zero.
pub fn figure(value: f64, decimals: usize) -> String {
    let text = format!("{value:.decimals$}");
    let zero = text.chars().all(|c| matches!(c, '-' | '0' | '.'));
    if zero { text.replace('-', "") } else { text.replace('-', "−") }
}

/// A level far down, in whole dB: what rounding alone makes is only bounded.
pub fn level(db: f64) -> String {
    if db < -200.0 { "< −200".into() } else { figure(db, 0) }
}

/// A deviation in dB that may be tiny: two significant digits, never less than is worth telling.
pub fn deviation(db: f64) -> String {
    match db.abs() {
        x if x < 1e-4 => "< 0.0001".into(),
        x if x < 1e-2 => figure(x, 4),
        x if x < 1.0 => figure(x, 3),
        x => figure(x, 2),
    }
}

/// Hz as people write them.
pub fn hertz(freq: f64) -> String {
    if freq >= 1000.0 { format!("{} kHz", freq / 1000.0) } else { format!("{freq} Hz") }
}

/// The files of the report, by their path under `docs`.
pub fn files(head: &str, sections: Vec<Section>) -> Vec<(String, String)> {
    let mut page = head.to_owned();
    page += "| | asked | measured |\n| --- | --- | --- |\n";
    page.extend(sections.iter().flat_map(|section| section.summary.iter().map(String::as_str)));
    page += "\n";
    let mut files = Vec::new();
    for section in sections {
        page += &section.text;
        files.extend(section.plots);
    }
    files.insert(0, ("units.md".into(), page.trim_end().to_owned() + "\n"));
    files
}

//! Line plots as SVG, readable on light and dark pages. Coordinates have two decimals, so that a rerun is the same
//! text.

use std::fmt::Write;

const WIDTH: f64 = 860.0;
const HEIGHT: f64 = 380.0;
const LEFT: f64 = 64.0;
const RIGHT: f64 = 646.0;
const TOP: f64 = 42.0;
const BOTTOM: f64 = 326.0;

/// Told apart by the colour-blind too (Okabe & Ito), darkened or lightened to show on both pages.
const COLOURS: [&str; 7] = ["#0b84c6", "#d95f02", "#1b9e77", "#c2549d", "#a6860a", "#7570b3", "#888888"];

/// How numbers become places.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Scale {
    /// With a grid line at each multiple of the step.
    Linear(f64),
    Log,
}

/// One axis.
#[derive(Debug, Clone)]
pub struct Axis {
    label: String,
    from: f64,
    to: f64,
    scale: Scale,
}

impl Axis {
    /// From and to, with a grid line at each multiple of `step`.
    pub fn linear(label: &str, from: f64, to: f64, step: f64) -> Self {
        Self { label: label.into(), from, to, scale: Scale::Linear(step) }
    }

    /// From and to, both above 0, with grid lines at 1, 2, 3 … 10, 20, 30 …
    pub fn log(label: &str, from: f64, to: f64) -> Self {
        Self { label: label.into(), from, to, scale: Scale::Log }
    }

    /// 0 at `from`, 1 at `to`.
    fn place(&self, value: f64) -> f64 {
        match self.scale {
            Scale::Linear(_) => (value - self.from) / (self.to - self.from),
            Scale::Log => libm::log10(value.max(1e-300) / self.from) / libm::log10(self.to / self.from),
        }
    }

    /// Where grid lines go, and which of them have a number.
    fn ticks(&self) -> Vec<(f64, bool)> {
        match self.scale {
            Scale::Linear(step) => {
                let (first, last) = (libm::ceil(self.from / step - 1e-9), libm::floor(self.to / step + 1e-9));
                (first as i64..=last as i64).map(|i| (i as f64 * step, true)).collect()
            }
            Scale::Log => {
                let first = libm::floor(libm::log10(self.from)) as i32;
                let decades = self.to / self.from;
                let ticks = (first..first + 12).flat_map(|decade| {
                    let unit = libm::exp10(f64::from(decade));
                    (1..10).map(move |i| {
                        (unit * f64::from(i), i == 1 || (decades < 3000.0 && (i == 2 || i == 5)) || decades < 20.0)
                    })
                });
                ticks.filter(|&(x, _)| x > self.from * 0.999 && x < self.to * 1.001).collect()
            }
        }
    }

    fn number(&self, value: f64) -> String {
        let (value, unit) =
            if self.scale == Scale::Log && value >= 999.5 { (value / 1000.0, "k") } else { (value, "") };
        let rounded = (value * 1e4).round() / 1e4;
        format!("{rounded}{unit}").replace('-', "−")
    }
}

/// How a line is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stroke {
    /// Of what was measured.
    Solid,
    /// Of what it is held against.
    Dashed,
    /// Single measurements.
    Dots,
}

struct Line {
    name: String,
    stroke: Stroke,
    colour: usize,
    points: Vec<(f64, f64)>,
}

/// A plot.
pub struct Plot {
    title: String,
    x: Axis,
    y: Axis,
    lines: Vec<Line>,
}

impl Plot {
    /// Axes without lines.
    pub fn new(title: &str, x: Axis, y: Axis) -> Self {
        Self { title: title.into(), x, y, lines: Vec::new() }
    }

    /// Adds a line in the next colour.
    pub fn line(&mut self, name: &str, stroke: Stroke, points: Vec<(f64, f64)>) {
        self.coloured(name, stroke, self.lines.len(), points);
    }

    /// Adds a dashed line in the colour of the text: what the lines are held against.
    pub fn reference(&mut self, name: &str, points: Vec<(f64, f64)>) {
        self.coloured(name, Stroke::Dashed, usize::MAX, points);
    }

    /// Adds a line in the colour of that number. Lines without a name are not in the legend.
    pub fn coloured(&mut self, name: &str, stroke: Stroke, colour: usize, points: Vec<(f64, f64)>) {
        self.lines.push(Line { name: name.into(), stroke, colour, points });
    }

    fn at(&self, (x, y): (f64, f64)) -> (f64, f64) {
        // A little beyond the frame, where it is cut off: lines leave it in their own direction.
        let y = self.y.place(y).clamp(-3.0, 4.0);
        (LEFT + (RIGHT - LEFT) * self.x.place(x), BOTTOM - (BOTTOM - TOP) * y)
    }

    /// The file's text.
    pub fn svg(&self) -> String {
        let mut out = String::new();
        let mut put = |text: String| {
            out.push_str(&text);
            out.push('\n');
        };
        put(format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" width=\"{WIDTH}\" \
             height=\"{HEIGHT}\" role=\"img\" aria-label=\"{}\">",
            self.title
        ));
        put(STYLE.into());
        put(format!("<rect class=\"page\" width=\"{WIDTH}\" height=\"{HEIGHT}\"/>"));
        put(format!("<text class=\"title\" x=\"{LEFT}\" y=\"24\">{}</text>", self.title));
        for (value, named) in self.x.ticks() {
            let (x, _) = self.at((value, self.y.from));
            put(format!(
                "<line class=\"grid{}\" x1=\"{x:.2}\" x2=\"{x:.2}\" y1=\"{TOP}\" y2=\"{BOTTOM}\"/>",
                faint(named)
            ));
            if named {
                put(format!(
                    "<text x=\"{x:.2}\" y=\"{}\" text-anchor=\"middle\">{}</text>",
                    BOTTOM + 17.0,
                    self.x.number(value)
                ));
            }
        }
        for (value, named) in self.y.ticks() {
            let (_, y) = self.at((self.x.from, value));
            put(format!(
                "<line class=\"grid{}\" x1=\"{LEFT}\" x2=\"{RIGHT}\" y1=\"{y:.2}\" y2=\"{y:.2}\"/>",
                faint(named)
            ));
            if named {
                let number = self.y.number(value);
                put(format!("<text x=\"{}\" y=\"{:.2}\" text-anchor=\"end\">{number}</text>", LEFT - 7.0, y + 4.0));
            }
        }
        let middle = (LEFT + RIGHT) / 2.0;
        put(format!("<text x=\"{middle}\" y=\"{}\" text-anchor=\"middle\">{}</text>", BOTTOM + 38.0, self.x.label));
        let (x, y) = (16.0, (TOP + BOTTOM) / 2.0);
        put(format!(
            "<text x=\"{x}\" y=\"{y}\" text-anchor=\"middle\" transform=\"rotate(-90 {x} {y})\">{}</text>",
            self.y.label
        ));
        put(format!(
            "<clipPath id=\"frame\"><rect x=\"{LEFT}\" y=\"{TOP}\" width=\"{}\" height=\"{}\"/></clipPath>",
            RIGHT - LEFT,
            BOTTOM - TOP
        ));
        put("<g clip-path=\"url(#frame)\">".into());
        for line in &self.lines {
            put(self.drawn(line));
        }
        put("</g>".into());
        put(format!(
            "<rect class=\"frame\" x=\"{LEFT}\" y=\"{TOP}\" width=\"{}\" height=\"{}\"/>",
            RIGHT - LEFT,
            BOTTOM - TOP
        ));
        for (row, line) in self.lines.iter().filter(|line| !line.name.is_empty()).enumerate() {
            let (x, y) = (RIGHT + 14.0, TOP + 10.0 + 19.0 * row as f64);
            let colour = COLOURS[line.colour % COLOURS.len()];
            put(match line.stroke {
                Stroke::Dots => format!("<circle cx=\"{}\" cy=\"{y}\" r=\"3\" fill=\"{colour}\"/>", x + 11.0),
                stroke => format!(
                    "<line x1=\"{x}\" x2=\"{}\" y1=\"{y}\" y2=\"{y}\" {} {}/>",
                    x + 22.0,
                    stroked(line.colour),
                    width(stroke)
                ),
            });
            put(format!("<text x=\"{}\" y=\"{}\">{}</text>", x + 29.0, y + 4.0, line.name));
        }
        put("</svg>".into());
        out
    }

    fn drawn(&self, line: &Line) -> String {
        let colour = COLOURS[line.colour % COLOURS.len()];
        let places = line.points.iter().filter(|(x, y)| x.is_finite() && y.is_finite()).map(|&point| self.at(point));
        let mut out = String::new();
        if line.stroke == Stroke::Dots {
            for (x, y) in places {
                let _ = write!(out, "<circle cx=\"{x:.2}\" cy=\"{y:.2}\" r=\"2.6\" fill=\"{colour}\"/>");
            }
            return out;
        }
        let _ = write!(out, "<polyline fill=\"none\" {} {} points=\"", stroked(line.colour), width(line.stroke));
        for (x, y) in places {
            let _ = write!(out, "{x:.2},{y:.2} ");
        }
        out.truncate(out.trim_end().len());
        out + "\"/>"
    }
}

fn faint(named: bool) -> &'static str {
    if named { "" } else { " faint" }
}

fn stroked(colour: usize) -> String {
    match colour {
        usize::MAX => "class=\"reference\"".into(),
        number => format!("stroke=\"{}\"", COLOURS[number % COLOURS.len()]),
    }
}

fn width(stroke: Stroke) -> &'static str {
    if stroke == Stroke::Dashed {
        "stroke-width=\"1.2\" stroke-dasharray=\"5 4\""
    } else {
        "stroke-width=\"1.7\" stroke-linejoin=\"round\""
    }
}

const STYLE: &str = "<style>
text{font:12px system-ui,-apple-system,'Segoe UI',Roboto,'DejaVu Sans',sans-serif;fill:#24292f}
.title{font-size:14px;font-weight:600}.page{fill:#ffffff}
.grid{stroke:#d0d7de;stroke-width:0.8}.faint{stroke-opacity:0.45}.frame{fill:none;stroke:#57606a}
.reference{stroke:#24292f}
@media (prefers-color-scheme:dark){text{fill:#e6edf3}.page{fill:#0d1117}.grid{stroke:#30363d}.frame{stroke:#8b949e}
.reference{stroke:#e6edf3}}
</style>";

//! Zipper: what automation leaves beside the signal, because it runs in straight lines between frames that are
//! multiples of 32.

use crate::plot::{Axis, Plot, Stroke};
use crate::report::{Section, figure, level};
use crate::run::rate_of;
use crate::signals::sine;
use crate::spectrum::{db, energies, magnitude, peak, rms, spaced, splatter};
use crate::window::window;
use std::f64::consts::{FRAC_1_SQRT_2, TAU};
use stemwright_core::{
    Automation, Band, BandKind, CONTROL_GRID, Compressor, Db, Delay, DelayTime, Eq, Limiter, PanLaw, Param, Saturation,
    Shape, Target, Tempo, Unit, Width,
};
use stemwright_dsp::{
    CompressorUnit, Controller, Controls, DelayUnit, EqUnit, GainUnit, LimiterUnit, Linear, SaturationUnit, WidthUnit,
    pan_factors, runs,
};

/// The rate of all that is measured here.
pub const HZ: u32 = 48_000;
const RATE: f64 = HZ as f64;
/// Frames, with the move around the middle.
const FRAMES: usize = 1 << 14;
const MIDDLE: i64 = FRAMES as i64 / 2;
/// Hz of the sine; what is above ten times as much counts as splatter.
const TONE: f64 = 200.0;

/// What is moved.
#[derive(Debug, Clone)]
pub enum Moved {
    /// One parameter of an insert.
    Insert(Unit, Param),
    /// The pan of a mono track, constant power.
    Pan,
}

/// How its parameter gets from one value to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// As the engine does it: exact on the grid, straight between.
    Grid,
    /// Exactly on every frame: what the grid is an approximation of.
    EachFrame,
    /// From one frame to the next.
    AtOnce,
}

/// A move, in the middle of a second or so of a 200 Hz sine.
#[derive(Debug, Clone)]
pub struct Move {
    /// As in the table.
    pub name: &'static str,
    /// What.
    pub moved: Moved,
    /// From and to.
    pub values: [f64; 2],
    /// In how many seconds; 0 is a jump by [`Shape::Hold`].
    pub seconds: f64,
}

enum Running {
    /// Factors of the two sides.
    Factors,
    Linear(Box<dyn Linear>),
    Gain(Box<dyn GainUnit>),
}

impl Running {
    fn new(moved: &Moved) -> Self {
        match moved {
            Moved::Insert(Unit::Eq(eq), _) => Self::Linear(Box::new(EqUnit::new(eq, 2))),
            Moved::Insert(Unit::Delay(delay), _) => {
                let tempo = Tempo { bpm: 120.0, time_signature: (4, 4) };
                Self::Linear(Box::new(DelayUnit::new(delay, tempo, 2, RATE)))
            }
            Moved::Insert(Unit::Width(width), _) => Self::Linear(Box::new(WidthUnit::new(width, RATE))),
            Moved::Insert(Unit::Saturation(s), _) => Self::Gain(Box::new(SaturationUnit::new(s, 2, 1, RATE))),
            Moved::Insert(Unit::Compressor(c), _) => Self::Gain(Box::new(CompressorUnit::new(c, 2, RATE))),
            Moved::Insert(Unit::Limiter(l), _) => Self::Gain(Box::new(LimiterUnit::new(l, 2, 1, RATE))),
            _ => Self::Factors,
        }
    }

    fn process(&mut self, start: i64, block: &mut [&mut [f64]], controls: Controls<'_>) {
        match self {
            Self::Factors => {
                let last = controls.first().len() - 1;
                for (side, channel) in block.iter_mut().enumerate() {
                    for run in runs(start, channel.len()) {
                        for (i, x) in channel[run.range()].iter_mut().enumerate() {
                            *x *= controls.value(run, i, side.min(last));
                        }
                    }
                }
            }
            Self::Linear(unit) => unit.process(start, block, controls),
            Self::Gain(unit) => {
                let heard: Vec<&[f64]> = block.iter().map(|channel| &**channel).collect();
                unit.detect(start, &heard, controls);
                unit.apply(0, start, block, controls);
            }
        }
    }
}

fn controller(moved: &Moved, shape: Shape, points: &[(i64, f64)]) -> Controller {
    let points = points.to_vec();
    match moved {
        Moved::Insert(unit, param) => {
            Controller::of_unit(unit, 0, &[Automation::new(Target::Insert(0, *param), shape, &points)], rate_of(HZ))
        }
        // As a strip has it (`crates/render/src/strip.rs`).
        Moved::Pan => Controller::new(2, true, move |frame, values| {
            let automation = Automation::new(Target::Pan, shape, &points);
            values.copy_from_slice(&pan_factors(PanLaw::ConstantPower, automation.value(frame)));
        }),
    }
}

impl Move {
    /// The frames in which it moves.
    fn span(&self) -> std::ops::Range<usize> {
        let half = (self.seconds * RATE / 2.0) as usize;
        let middle = MIDDLE as usize;
        if half == 0 { middle - CONTROL_GRID as usize..middle } else { middle - half..middle + half }
    }

    /// Left of the sine through it; right hears the same, for width turned over.
    pub fn heard(&self, way: Way) -> Vec<f64> {
        // A quarter turn on: where a jump is, the sine is at its crest.
        let left = sine(TONE / RATE, 0.25 - TONE * MIDDLE as f64 / RATE, FRAMES);
        let side = if matches!(self.moved, Moved::Insert(Unit::Width(_), _)) { -1.0 } else { 1.0 };
        let mut channels = [left.clone(), left.iter().map(|x| side * x).collect()];
        let [from, to] = self.values;
        let span = self.span();
        let (shape, points) = if self.seconds == 0.0 || way == Way::AtOnce {
            (Shape::Hold, vec![(0, from), (MIDDLE, to)])
        } else {
            (Shape::Linear, vec![(span.start as i64, from), (span.end as i64, to)])
        };
        let mut running = Running::new(&self.moved);
        if way == Way::Grid {
            let mut controls = controller(&self.moved, shape, &points);
            let mut block: Vec<&mut [f64]> = channels.iter_mut().map(Vec::as_mut_slice).collect();
            running.process(0, &mut block, controls.block(0, FRAMES));
        } else {
            let automation = Automation::new(Target::Pan, shape, &points);
            for n in 0..FRAMES {
                let value = automation.value(n as i64);
                let mut fixed = controller(&self.moved, Shape::Hold, &[(0, value)]);
                let values = fixed.block(0, 1).first().to_vec();
                let mut block: Vec<&mut [f64]> = channels.iter_mut().map(|channel| &mut channel[n..=n]).collect();
                running.process(n as i64, &mut block, Controls::fixed(&values));
            }
        }
        let [left, _] = channels;
        left
    }

    /// What the grid makes differently from the exact law on every frame, RMS over the move and in dB of what is
    /// heard.
    pub fn error(&self) -> f64 {
        let (grid, exact) = (self.heard(Way::Grid), self.heard(Way::EachFrame));
        let apart: Vec<f64> = grid.iter().zip(&exact).map(|(a, b)| a - b).collect();
        db(rms(&apart[self.span()]) / rms(&exact[self.span()]))
    }

    /// The energy above 2 kHz in dB of all, the way that it goes.
    pub fn splatter(&self, way: Way) -> f64 {
        splatter(&self.heard(way), 10.0 * TONE, RATE)
    }
}

fn bell(freq: f64, gain: f64) -> Unit {
    Unit::Eq(Eq { bands: vec![Band { kind: BandKind::Bell, freq, gain: Db(gain), q: FRAC_1_SQRT_2 }] })
}

/// The moves of the table: parameters in a time, and jumps.
pub fn all() -> Vec<Move> {
    let insert = |name, unit, param, values, seconds| Move { name, moved: Moved::Insert(unit, param), values, seconds };
    let gain = |name, values, seconds| insert(name, Unit::Gain(Db::ZERO), Param::Gain, values, seconds);
    let pan = |name, seconds| Move { name, moved: Moved::Pan, values: [-1.0, 1.0], seconds };
    let delay = Unit::Delay(Delay {
        time: DelayTime::Seconds(0.005),
        feedback: 0.0,
        ping_pong: false,
        low_cut: None,
        high_cut: None,
        wet: 0.5,
    });
    let width = Unit::Width(Width { width: 1.0, mono_below: None });
    let compressor = Unit::Compressor(Compressor::bus());
    vec![
        gain("gain −60 → 0 dB in 10 ms", [-60.0, 0.0], 0.010),
        gain("gain −60 → 0 dB in 100 ms", [-60.0, 0.0], 0.100),
        gain("gain 0 → −6 dB in 50 ms", [0.0, -6.0], 0.050),
        gain("gain 0 → −60 dB, jump", [0.0, -60.0], 0.0),
        gain("gain 0 → −6 dB, jump", [0.0, -6.0], 0.0),
        pan("pan left → right in 50 ms", 0.050),
        pan("pan left → right, jump", 0.0),
        insert("bell +12 dB, 200 Hz → 5 kHz in 100 ms", bell(200.0, 12.0), Param::BandFreq(0), [200.0, 5000.0], 0.100),
        insert("bell +12 dB, 200 Hz → 5 kHz, jump", bell(200.0, 12.0), Param::BandFreq(0), [200.0, 5000.0], 0.0),
        insert("bell 200 Hz, 0 → 12 dB in 20 ms", bell(200.0, 0.0), Param::BandGain(0), [0.0, 12.0], 0.020),
        insert("width 0 → 2 in 20 ms", width, Param::Width, [0.0, 2.0], 0.020),
        insert("delay feedback 0 → 0.9 in 20 ms", delay, Param::Feedback, [0.0, 0.9], 0.020),
        insert("bus compressor's threshold 0 → −40 dB in 20 ms", compressor, Param::Threshold, [0.0, -40.0], 0.020),
        insert("limiter's gain 0 → 12 dB in 20 ms", Unit::Limiter(Limiter::default()), Param::Gain, [0.0, 12.0], 0.020),
        insert(
            "saturation's drive 0 → 20 dB in 20 ms",
            Unit::Saturation(Saturation::default()),
            Param::Drive,
            [0.0, 20.0],
            0.020,
        ),
    ]
}

/// How far a jump of the gain is from a straight line over 32 frames, and its largest step from frame to frame, both
/// as parts of the jump.
pub fn jump_is_straight() -> [f64; 2] {
    let moved = Moved::Insert(Unit::Gain(Db::ZERO), Param::Gain);
    let mut controls = controller(&moved, Shape::Hold, &[(0, 0.0), (256, -60.0)]);
    let mut block = vec![1.0; 512];
    Running::Factors.process(0, &mut [&mut block], controls.block(0, 512));
    let (high, low) = (1.0, Db(-60.0).factor());
    let line = |n: usize| high + (low - high) * ((n as f64 - 224.0) / 32.0).clamp(0.0, 1.0);
    let off = block.iter().enumerate().map(|(n, x)| (x - line(n)).abs()).fold(0.0, f64::max);
    let steps: Vec<f64> = block.windows(2).map(|pair| pair[1] - pair[0]).collect();
    [off, peak(&steps)].map(|x| x / (high - low))
}

/// The strongest image at the rate/32 of a fade in dB/s, in dB of the signal at each moment: measured, and by theory.
/// Between two frames of the grid a straight line is (αh)²/2·x(1−x) above the exponential with αh the fall over the
/// interval in nepers: a Fourier series whose first partial is (αh)²/(2π²), half of it on each side of the sine.
pub fn image(slope: f64) -> [f64; 2] {
    // Whole turns of all that is there: the sine at 1 kHz, images around 1.5 kHz.
    const WHOLE: usize = 960;
    const FREQ: f64 = 1000.0;
    let seconds = WHOLE as f64 / RATE;
    let law =
        Automation::new(Target::Insert(0, Param::Gain), Shape::Linear, &[(0, 0.0), (WHOLE as i64, -slope * seconds)]);
    let mut controls = Controller::of_unit(&Unit::Gain(Db::ZERO), 0, std::slice::from_ref(&law), rate_of(HZ));
    let mut out = sine(FREQ / RATE, 0.0, WHOLE);
    let wave = out.clone();
    Running::Factors.process(0, &mut [&mut out], controls.block(0, WHOLE));
    let apart: Vec<f64> = (0..WHOLE).map(|n| out[n] / Db(law.value(n as i64)).factor() - wave[n]).collect();
    let grid = RATE / CONTROL_GRID as f64;
    let bin = |freq: f64| 2.0 * magnitude(&apart, TAU * freq / RATE) / WHOLE as f64;
    let nepers = slope / (20.0 * std::f64::consts::LOG10_E) / grid;
    [
        db(bin(grid + FREQ).max(bin(grid - FREQ))),
        db(nepers * nepers / (4.0 * std::f64::consts::PI * std::f64::consts::PI)),
    ]
}

/// A spectrum for a plot: the largest in each of 160 bands, in dB of the largest of all.
fn shown(signal: &[f64]) -> Vec<(f64, f64)> {
    let window = window(FRAMES, 20.0);
    let energies = energies(&signal.iter().zip(&window).map(|(x, w)| x * w).collect::<Vec<_>>());
    let most = energies.iter().fold(0.0f64, |most, &x| most.max(x));
    let edges = spaced(60.0, 24_000.0, 161);
    edges
        .windows(2)
        .filter_map(|pair| {
            let [from, to] = [pair[0], pair[1]].map(|f| libm::ceil(f / RATE * FRAMES as f64) as usize);
            let largest = energies.get(from..to)?.iter().copied().reduce(f64::max)?;
            Some(((pair[0] * pair[1]).sqrt(), 10.0 * libm::log10(largest / most)))
        })
        .collect()
}

/// The section of the report.
pub fn section() -> Section {
    let mut out = Section::new("Automation: no zipper");
    out.say(
        "A 200 Hz sine at 48 kHz while a parameter moves; jumps (`hold`) fall on its crest. *Grid error*: what the \
         engine (exact values every 32 frames, straight lines between) makes differently from the exact law on every \
         frame, RMS over the move, in dB of what is heard. *Splatter*: the energy above 2 kHz, ten times the sine's \
         frequency, in dB of all (0.34 s through a Kaiser window): as the engine does it / exactly on every frame / \
         from one frame to the next.",
    );
    let mut rows = Vec::new();
    for now in all() {
        let bent = matches!(&now.moved, Moved::Insert(Unit::Saturation(_) | Unit::Limiter(_), _));
        let error = if now.seconds == 0.0 { "–".into() } else { level(now.error()) };
        // A bent sine has harmonics of its own up there.
        let cell = |way| if bent { "–".into() } else { level(now.splatter(way)) };
        let cells = [Way::Grid, Way::EachFrame, Way::AtOnce].map(cell);
        rows.push([vec![now.name.to_owned(), error], cells.to_vec()].concat());
    }
    out.table(&["move", "grid error", "splatter", "every frame", "at once"], &rows);
    let jump = &all()[3];
    out.sum_up(
        "Automation: splatter of a jump of the gain by 60 dB; image of a fade of 120 dB/s",
        "no zipper",
        &format!(
            "{} dB where a switch makes {} dB; {} dB",
            level(jump.splatter(Way::Grid)),
            level(jump.splatter(Way::AtOnce)),
            figure(image(120.0)[0], 0)
        ),
    );
    let [off, step] = jump_is_straight();
    let off = if off < 1e-14 { "within rounding".into() } else { format!("within {off:.1e}") };
    out.say(&format!(
        "A jump is a straight line over the 32 frames before its point ({off}): the gain of a fall by 60 dB never \
         moves by more than {} of the jump (1/32) from frame to frame, where a switch would move by all of it.",
        figure(step, 4)
    ));
    out.say(
        "Images: a fade that is straight in dB is a polygon of straight lines, whose corners repeat with rate/32 (1.5 \
         kHz). The strongest image, in dB of the signal at that moment, measured / by theory ((αh)²/4π² with αh the \
         nepers of 32 frames):",
    );
    let slopes = [24.0, 120.0, 600.0, 1200.0, 6000.0];
    let cells = slopes.map(|slope| {
        let [is, theory] = image(slope);
        format!("{} / {}", figure(is, 1), figure(theory, 1))
    });
    let head: Vec<String> = std::iter::once("fade".into()).chain(slopes.map(|slope| format!("{slope} dB/s"))).collect();
    let row = std::iter::once("image, dB".to_owned()).chain(cells).collect();
    out.table(&head.iter().map(String::as_str).collect::<Vec<_>>(), &[row]);
    let mut plot = Plot::new(
        "A 200 Hz sine turned down by 60 dB",
        Axis::log("Hz", 60.0, 24_000.0),
        Axis::linear("dB of the sine", -140.0, 0.0, 20.0),
    );
    let fall = |seconds| Move {
        name: "",
        moved: Moved::Insert(Unit::Gain(Db::ZERO), Param::Gain),
        values: [0.0, -60.0],
        seconds,
    };
    plot.line("a switch", Stroke::Solid, shown(&fall(0.0).heard(Way::AtOnce)));
    plot.line("a jump, as the engine's", Stroke::Solid, shown(&fall(0.0).heard(Way::Grid)));
    plot.line("fade over 10 ms", Stroke::Solid, shown(&fall(0.010).heard(Way::Grid)));
    plot.line("fade over 100 ms", Stroke::Solid, shown(&fall(0.100).heard(Way::Grid)));
    plot.reference("100 ms, every frame", shown(&fall(0.100).heard(Way::EachFrame)));
    out.plot("automation", "spectra of a sine turned down by a switch, a jump and fades", &plot);
    out
}

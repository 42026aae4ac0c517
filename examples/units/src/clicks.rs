//! Clicks: what gates and limiters splatter over the spectrum as they move.

use crate::gate::gain_curve;
use crate::plot::{Axis, Plot, Stroke};
use crate::report::{Section, figure, level};
use crate::run::{gains, still};
use crate::signals::sine;
use crate::spectrum::{db, energy_above, factor, spaced, splatter};
use stemwright_core::{Gate, Limiter, Unit};
use stemwright_dsp::{LimiterUnit, latency};

/// The rate of all that is measured here.
pub const HZ: u32 = 48_000;
const RATE: f64 = HZ as f64;
const FRAMES: usize = 1 << 14;
/// Hz of the sine; what is above ten times as much counts.
const TONE: f64 = 200.0;

/// Energy above 2 kHz in dB of the sine's own: the worst of eight phases of a 200 Hz sine that a gain multiplies.
fn worst_splatter(gain: &[f64]) -> f64 {
    let wave = |phase: i32| sine(TONE / RATE, f64::from(phase) / 16.0, gain.len());
    let [_, all] = energy_above(&wave(0), 10.0 * TONE, RATE);
    let of = |phase: i32| {
        let product: Vec<f64> = wave(phase).iter().zip(gain).map(|(x, g)| x * g).collect();
        10.0 * libm::log10(energy_above(&product, 10.0 * TONE, RATE)[0] / all)
    };
    (0..8).map(of).fold(f64::NEG_INFINITY, f64::max)
}

/// A gate's gain as its key opens it (or closes it), with the first change in the middle.
fn gate_gain(gate: &Gate, opens: bool) -> Vec<f64> {
    // Before a gate closes it must have opened; its envelope and hold come before it does.
    let key = (0..4 * FRAMES).map(|n| if (n >= FRAMES) == opens { 0.1 } else { 0.0 }).collect();
    let curve = gain_curve(gate, HZ, key);
    let before = curve[FRAMES / 2];
    let change = FRAMES + curve[FRAMES..].iter().position(|&gain| (gain - before).abs() > 1e-9).unwrap_or(0);
    curve[change - FRAMES / 2..change + FRAMES / 2].iter().map(|&gain| factor(gain)).collect()
}

/// The splatter of a gate that opens with this attack, or closes with this release; 0 is a switch.
pub fn gate_splatter(seconds: f64, opens: bool) -> f64 {
    let times = if opens { (seconds, 0.1) } else { (0.001, seconds) };
    worst_splatter(&gate_gain(&Gate { attack: times.0, release: times.1, ..Gate::hard() }, opens))
}

/// What the limiter is given here: a 200 Hz sine with ten milliseconds 12 dB louder.
fn burst() -> Vec<f64> {
    let loud = FRAMES / 2..FRAMES / 2 + HZ as usize / 100;
    // At its crest where it gets louder.
    let wave = sine(TONE / RATE, 0.25 - TONE / RATE * FRAMES as f64 / 2.0, FRAMES);
    wave.iter().enumerate().map(|(n, x)| if loud.contains(&n) { 2.0 * x } else { 0.5 * x }).collect()
}

/// The gain for that burst, on the input's frames, with a look-ahead in seconds; without one, what a limiter must do
/// that sees each sample when it is due: down at once, up with the same release.
pub fn limiter_gain(look_ahead: Option<f64>) -> Vec<f64> {
    let limiter = Limiter::default();
    let heard = burst();
    let Some(look_ahead) = look_ahead else {
        let alpha = libm::exp(-1.0 / (limiter.release * RATE));
        let mut reduction = 0.0f64;
        let step = |x: &f64| {
            reduction = (db(x.max(1e-9)) - limiter.ceiling.0).max(alpha * reduction).max(0.0);
            factor(-reduction)
        };
        return heard.iter().map(|x| x.abs()).collect::<Vec<_>>().iter().map(step).collect();
    };
    let limiter = Limiter { look_ahead, ..limiter };
    let unit = Unit::Limiter(limiter.clone());
    let late = latency(&unit, RATE);
    let mut padded = heard;
    padded.resize(FRAMES + late, 0.0);
    let mut gain = gains(&mut LimiterUnit::new(&limiter, 1, 2, RATE), &mut still(&unit, HZ), &[padded]);
    gain.split_off(late)
}

/// The largest change of a gain from frame to frame in dB, and the part of the gain's own energy above 2 kHz in dB.
pub fn roughness(gain: &[f64]) -> [f64; 2] {
    let step = gain.windows(2).map(|pair| db(pair[1] / pair[0]).abs()).fold(0.0, f64::max);
    [step, splatter(gain, 10.0 * TONE, RATE)]
}

/// The section of the report.
pub fn section() -> Section {
    let mut out = Section::new("Gates and look-ahead: no clicks");
    out.say(
        "A gate (80 dB) whose key opens and closes it on a 200 Hz sine at 48 kHz: the energy above 2 kHz, ten times \
         the sine's frequency, in dB of the sine, at the worst of eight phases. 0 is a hard switch.",
    );
    let times = [0.0, 0.0001, 0.0005, 0.001, 0.005, 0.010, 0.1];
    let head: Vec<String> = std::iter::once("".into())
        .chain(times.map(|t| if t == 0.0 { "0".into() } else { format!("{} ms", 1000.0 * t) }))
        .collect();
    let row = |name: &str, opens| {
        std::iter::once(name.to_owned()).chain(times.map(|t| level(gate_splatter(t, opens)))).collect::<Vec<_>>()
    };
    out.table(
        &head.iter().map(String::as_str).collect::<Vec<_>>(),
        &[row("opening, by attack", true), row("closing, by release", false)],
    );
    out.sum_up(
        "Gate as it comes (1 ms, 100 ms): splatter of opening and closing",
        "no click",
        &format!(
            "{} and {} dB where a switch makes {} dB",
            level(gate_splatter(0.001, true)),
            level(gate_splatter(0.1, false)),
            level(gate_splatter(0.0, true))
        ),
    );
    let [[step, _], [bare, _]] = [Some(Limiter::default().look_ahead), None].map(|way| roughness(&limiter_gain(way)));
    out.sum_up(
        "Limiter as it comes (2 ms): largest step of its gain, 7 dB of reduction",
        "no click",
        &format!("{} dB where one without look-ahead makes {} dB", figure(step, 2), figure(bare, 2)),
    );
    out.say(
        "A limiter on a 200 Hz sine of which ten milliseconds are 12 dB louder and 7 dB over the ceiling (release 80 \
         ms): the largest change of its gain from one frame to the next, and the energy of the gain itself above 2 \
         kHz in dB of all. *None*: a limiter without look-ahead, which follows the samples as they come.",
    );
    let ways = [None, Some(0.0001), Some(0.0005), Some(0.002), Some(0.005), Some(0.010)];
    let name = |way: Option<f64>| way.map_or("none".into(), |seconds| format!("{} ms", 1000.0 * seconds));
    let rough = ways.map(|way| roughness(&limiter_gain(way)));
    let head: Vec<String> = std::iter::once("look-ahead".into()).chain(ways.map(name)).collect();
    let rows = [
        std::iter::once("largest step, dB".to_owned()).chain(rough.map(|[step, _]| figure(step, 3))).collect(),
        std::iter::once("above 2 kHz, dB".to_owned()).chain(rough.map(|[_, high]| level(high))).collect::<Vec<_>>(),
    ];
    out.table(&head.iter().map(String::as_str).collect::<Vec<_>>(), &rows);
    let mut plot = Plot::new(
        "Gate: energy above 2 kHz of a 200 Hz sine as it opens or closes",
        Axis::log("attack or release, ms", 0.05, 200.0),
        Axis::linear("dB of the sine", -140.0, -20.0, 20.0),
    );
    for (name, opens) in [("opening", true), ("closing", false)] {
        let points = spaced(0.00005, 0.2, 25).into_iter().map(|t| (1000.0 * t, gate_splatter(t, opens)));
        plot.line(name, Stroke::Solid, points.collect());
    }
    let switch = gate_splatter(0.0, true);
    plot.reference("a switch", vec![(0.05, switch), (200.0, switch)]);
    out.plot("gate-splatter", "splatter of the gate by attack and release", &plot);
    let mut plot = Plot::new(
        "Limiter at 48 kHz: gain around ten milliseconds that are 7 dB over",
        Axis::linear("ms", -12.0, 24.0, 4.0),
        Axis::linear("gain, dB", -8.0, 1.0, 1.0),
    );
    for way in [Some(0.0005), Some(0.002), Some(0.005), Some(0.010)] {
        plot.line(&format!("look-ahead {}", name(way)), Stroke::Solid, around_burst(way));
    }
    plot.reference("no look-ahead", around_burst(None));
    out.plot("limiter-gain", "gain of the limiter around a burst, by look-ahead", &plot);
    out
}

fn around_burst(way: Option<f64>) -> Vec<(f64, f64)> {
    let gain = limiter_gain(way);
    let frames = (FRAMES / 2 - 600..FRAMES / 2 + 1200).step_by(4);
    frames.map(|n| (1000.0 * (n as f64 - FRAMES as f64 / 2.0) / RATE, db(gain[n]))).collect()
}

//! Time alignment: how flat it is, and how exactly it delays.

use crate::plot::{Axis, Plot, Stroke};
use crate::report::{Section, deviation, figure};
use crate::run::{linear, still};
use crate::spectrum::{db, spaced};
use std::f64::consts::TAU;
use stemwright_core::{Align, AlignTime, Unit};
use stemwright_dsp::{AlignUnit, latency};

/// The rates at which it is measured.
pub const RATES: [u32; 4] = [44_100, 48_000, 96_000, 192_000];

/// The impulse response to a delay of so many frames, and how late it is beyond that.
fn response(frames: f64, hz: u32) -> (Vec<f64>, usize) {
    let align = Align { delay: AlignTime::Frames(frames), inverted: false };
    let unit = Unit::Align(align);
    let mut channels = vec![vec![0.0; 512]];
    channels[0][0] = 1.0;
    linear(&mut AlignUnit::new(&align, 1, f64::from(hz)), &mut still(&unit, hz), &mut channels);
    (channels.remove(0), latency(&unit, f64::from(hz)))
}

/// The gain in dB and the delay in frames, beyond what was asked, at a part of the rate.
pub fn deviations(frames: f64, part: f64, hz: u32) -> [f64; 2] {
    let (response, late) = response(frames, hz);
    let w = TAU * part;
    // Against e^(−iw·(frames + late)): what is left is the error of both.
    let (mut re, mut im) = (0.0, 0.0);
    for (n, h) in response.iter().enumerate() {
        let (sin, cos) = libm::sincos(-w * (n as f64 - frames - late as f64));
        re += h * cos;
        im += h * sin;
    }
    [db(libm::hypot(re, im)), -libm::atan2(im, re) / w]
}

/// The largest of both up to a frequency, over every tenth of a frame.
pub fn worst(to: f64, hz: u32) -> [f64; 2] {
    let mut worst = [0.0f64; 2];
    for tenth in 1..10 {
        for freq in spaced(20.0, to, 40) {
            let off = deviations(f64::from(tenth) / 10.0 - 3.0, freq / f64::from(hz), hz);
            worst = [worst[0].max(off[0].abs()), worst[1].max(off[1].abs())];
        }
    }
    worst
}

/// The section of the report.
pub fn section() -> Section {
    let mut out = Section::new("Time alignment");
    out.say(
        "Delays of every tenth of a frame, against e^(−iwD): the largest deviation of the magnitude in dB, and of the delay \
         in millionths of a frame, up to 15 and to 20 kHz. Whole frames are copies, to the bit.",
    );
    let mut rows = Vec::new();
    for to in [15_000.0, 20_000.0] {
        let off = RATES.map(|hz| worst(to, hz));
        let name = |what: &str| format!("{what}, to {} kHz", to / 1000.0);
        rows.push(std::iter::once(name("magnitude, dB")).chain(off.map(|off| deviation(off[0]))).collect());
        rows.push(std::iter::once(name("delay, 10⁻⁶ frames")).chain(off.map(|off| figure(1e6 * off[1], 2))).collect());
    }
    out.table(&["", "44.1 kHz", "48 kHz", "96 kHz", "192 kHz"], &rows);
    let [magnitude, delay] = worst(20_000.0, 44_100);
    out.sum_up(
        "Time alignment by parts of a frame, up to 20 kHz at 44.1 kHz",
        "stated",
        &format!("{} dB and {delay:.0e} frames off", deviation(magnitude)),
    );
    let mut plot = Plot::new(
        "Time alignment: the magnitude by the part of a frame",
        Axis::linear("part of the rate", 0.4, 0.5, 0.02),
        Axis::linear("dB", -12.0, 2.0, 2.0),
    );
    for (colour, frames) in [0.1, 0.25, 0.5].into_iter().enumerate() {
        let part = |i: i32| 0.4 + 0.0005 * f64::from(i);
        let points: Vec<(f64, f64)> = (0..200).map(|i| (part(i), deviations(frames, part(i), 48_000)[0])).collect();
        let shown = points.into_iter().filter(|(_, gain)| *gain > -12.0).collect();
        plot.coloured(&format!("{frames} frames"), Stroke::Solid, colour, shown);
    }
    out.plot("align", "the magnitude of time alignment near half the rate", &plot);
    out
}

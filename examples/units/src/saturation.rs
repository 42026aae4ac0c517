//! Saturation: what aliases, its harmonics against the Fourier series of the bend, and how flat its linear path is.

use crate::plot::{Axis, Plot, Stroke};
use crate::report::{Section, figure, hertz, level};
use crate::run::{gain, still};
use crate::signals::{coherent, sine};
use crate::spectrum::{db, energies, factor, fit, spaced};
use std::f64::consts::TAU;
use stemwright_core::{Db, Saturation, Unit};
use stemwright_dsp::SaturationUnit;

/// The rates at which it is measured.
pub const RATES: [u32; 6] = [44_100, 48_000, 88_200, 96_000, 176_400, 192_000];
/// dB of drive.
pub const DRIVES: [f64; 5] = [0.0, 6.0, 12.0, 20.0, 30.0];
/// Hz of the sines.
pub const TONES: [f64; 10] = [1000.0, 2000.0, 3000.0, 5000.0, 7000.0, 9000.0, 11_000.0, 14_000.0, 17_000.0, 19_500.0];

/// Frames that are looked at.
const FRAMES: usize = 1 << 14;
/// Highest frequency that counts: what is above is not heard.
const HEARD: f64 = 20_000.0;

fn drive(db: f64, asymmetry: f64) -> Saturation {
    Saturation { drive: Db(db), asymmetry, ..Saturation::default() }
}

/// f of the law.
fn bend(s: f64, asymmetry: f64) -> f64 {
    let tanh = libm::tanh(s);
    tanh / (1.0 + asymmetry * tanh)
}

/// The last `FRAMES` frames of a sine of full scale through it, `turns` in them.
fn saturated(saturation: &Saturation, turns: usize, hz: u32) -> Vec<f64> {
    // Until the filters are full; with asymmetry, until the 10 Hz high-pass has forgotten the start (e^−60 in a
    // second).
    let lead = if saturation.asymmetry > 0.0 { hz as usize } else { 1000 };
    let mut channels = vec![sine(turns as f64 / FRAMES as f64, 0.0, lead + FRAMES)];
    let unit = Unit::Saturation(saturation.clone());
    gain(&mut SaturationUnit::new(saturation, 1, 1, f64::from(hz)), &mut still(&unit, hz), &mut channels);
    channels[0].split_off(lead)
}

/// The same bend sample by sample.
fn naive(saturation: &Saturation, turns: usize) -> Vec<f64> {
    let wave = sine(turns as f64 / FRAMES as f64, 0.0, FRAMES);
    wave.iter().map(|x| bend(saturation.drive.factor() * x, saturation.asymmetry)).collect()
}

/// The energy of all that is neither a harmonic nor direct current, up to 20 kHz, in dB below the fundamental.
fn aliases_of(signal: &[f64], turns: usize, hz: u32) -> f64 {
    let energies = energies(signal);
    let last = ((HEARD / f64::from(hz) * FRAMES as f64) as usize).min(FRAMES / 2);
    let other: f64 = (1..=last).filter(|k| k % turns != 0).map(|k| energies[k]).sum();
    10.0 * libm::log10(other / energies[turns])
}

/// Of the unit and of the naive bend.
pub fn aliases(drive_db: f64, asymmetry: f64, freq: f64, hz: u32) -> [f64; 2] {
    let turns = coherent(freq, f64::from(hz), FRAMES);
    let saturation = drive(drive_db, asymmetry);
    [saturated(&saturation, turns, hz), naive(&saturation, turns)].map(|signal| aliases_of(&signal, turns, hz))
}

/// The amplitude of harmonic `m` of the bent sine: the Fourier integral by the trapezoidal rule, which for a periodic
/// analytic function is exact to rounding.
fn series(drive_db: f64, asymmetry: f64, m: usize) -> f64 {
    const POINTS: usize = 8192;
    let (mut re, mut im) = (0.0, 0.0);
    for i in 0..POINTS {
        let t = TAU * i as f64 / POINTS as f64;
        let y = bend(factor(drive_db) * libm::sin(t), asymmetry);
        let (sin, cos) = libm::sincos(t * m as f64);
        re += y * cos;
        im += y * sin;
    }
    2.0 * libm::hypot(re, im) / POINTS as f64
}

/// The largest difference in dB between the harmonics of a 1 kHz sine up to 20 kHz and the series, of those within
/// 100 dB of the fundamental.
pub fn harmonic_error(drive_db: f64, asymmetry: f64, hz: u32) -> f64 {
    let turns = coherent(1000.0, f64::from(hz), FRAMES);
    let energies = energies(&saturated(&drive(drive_db, asymmetry), turns, hz));
    let last = HEARD / f64::from(hz) * FRAMES as f64 / turns as f64;
    let first = series(drive_db, asymmetry, 1);
    // The 10 Hz high-pass behind an asymmetric bend is 10⁻⁸ off at 1 kHz.
    (1..=last as usize).map(|m| (m, series(drive_db, asymmetry, m))).filter(|(_, want)| *want > 1e-5 * first).fold(
        0.0,
        |worst, (m, want)| {
            let is = energies[m * turns].sqrt() * 2.0 / FRAMES as f64;
            worst.max(db(is / want).abs())
        },
    )
}

/// The largest deviation from 0 dB of a sine at −80 dBFS without drive, 20 Hz to 20 kHz.
pub fn ripple(hz: u32) -> f64 {
    let saturation = drive(0.0, 0.0);
    let unit = Unit::Saturation(saturation.clone());
    spaced(20.0, HEARD, 60).iter().fold(0.0, |worst: f64, freq| {
        let turn = freq / f64::from(hz);
        let mut channels = vec![sine(turn, 0.0, 5096)];
        channels[0].iter_mut().for_each(|x| *x *= 1e-4);
        gain(&mut SaturationUnit::new(&saturation, 1, 1, f64::from(hz)), &mut still(&unit, hz), &mut channels);
        worst.max(db(fit(&channels[0][1000..], turn).0 / 1e-4).abs())
    })
}

/// The section of the report.
pub fn section() -> Section {
    let mut out = Section::new("Saturation");
    out.say(
        "Aliases: a sine of full scale between 1 and 19.5 kHz, on a whole odd number of turns in 16384 frames, so \
         that every harmonic and every alias has a bin of its own. The energy of all that is no harmonic, up to 20 \
         kHz, in dB below the fundamental; the worst of ten frequencies. In brackets: the same bend without \
         oversampling.",
    );
    let worst = |drive: f64, asymmetry: f64, hz: u32| {
        TONES
            .iter()
            .map(|&freq| aliases(drive, asymmetry, freq, hz))
            .fold([f64::NEG_INFINITY; 2], |most, now| std::array::from_fn(|i| most[i].max(now[i])))
    };
    let mut rows = Vec::new();
    for (drive, asymmetry) in DRIVES.map(|drive| (drive, 0.0)).into_iter().chain([(12.0, 0.5)]) {
        let name = if asymmetry > 0.0 { format!("{drive} dB, asymmetry {asymmetry}") } else { format!("{drive} dB") };
        let cells = RATES.map(|hz| {
            let [unit, naive] = worst(drive, asymmetry, hz);
            format!("{} ({})", level(unit), level(naive))
        });
        rows.push(std::iter::once(name).chain(cells).collect());
    }
    out.table(&["drive", "44.1 kHz", "48", "88.2", "96", "176.4", "192 kHz"], &rows);
    let heavy = |freq| level(aliases(12.0, 0.0, freq, 44_100)[0]);
    out.sum_up(
        "Saturation: alias energy at 44.1 kHz, drive 12 dB",
        "stated",
        &format!(
            "{} dB at 1 kHz, {} dB at 5 kHz, {} dB at 9 kHz, {} dB at 19.5 kHz",
            heavy(1000.0),
            heavy(5000.0),
            heavy(9000.0),
            heavy(19_500.0)
        ),
    );
    out.say("By frequency, at 44.1 kHz:");
    let shown = [1000.0, 3000.0, 5000.0, 9000.0, 14_000.0, 19_500.0];
    let rows: Vec<Vec<String>> = DRIVES
        .iter()
        .map(|&drive| {
            let cells = shown.map(|freq| level(aliases(drive, 0.0, freq, 44_100)[0]));
            std::iter::once(format!("{drive} dB")).chain(cells).collect()
        })
        .collect();
    let head: Vec<String> = std::iter::once("drive".into()).chain(shown.map(hertz)).collect();
    out.table(&head.iter().map(String::as_str).collect::<Vec<_>>(), &rows);
    let mut plot = Plot::new(
        "Saturation at 44.1 kHz: aliases below 20 kHz (dashed: the bend without oversampling)",
        Axis::log("frequency of the sine, Hz", 1000.0, 20_000.0),
        Axis::linear("dB below the fundamental", -160.0, 0.0, 20.0),
    );
    for (colour, drive) in [6.0, 12.0, 20.0, 30.0].into_iter().enumerate() {
        let points: Vec<(f64, [f64; 2])> =
            spaced(1000.0, 19_900.0, 60).into_iter().map(|freq| (freq, aliases(drive, 0.0, freq, 44_100))).collect();
        let curve = |which: usize| points.iter().map(|(freq, level)| (*freq, level[which])).collect();
        plot.coloured(&format!("drive {drive} dB"), Stroke::Solid, colour, curve(0));
        plot.coloured("", Stroke::Dashed, colour, curve(1));
    }
    out.plot("saturation", "alias energy of the saturation by frequency", &plot);
    out.say(
        "Harmonics of a 1 kHz sine against the exact Fourier series of the bend (those within 100 dB of the \
         fundamental, up to 20 kHz), and the linear path (a sine at −80 dBFS, drive 0 dB, 20 Hz – 20 kHz): the \
         largest difference in dB.",
    );
    let cells = |error: &dyn Fn(u32) -> f64| RATES.map(|hz| figure(error(hz), 4)).to_vec();
    let named = |name: &str, error: &dyn Fn(u32) -> f64| [vec![name.to_owned()], cells(error)].concat();
    let rows = vec![
        named("harmonics, drive 12 dB", &|hz| harmonic_error(12.0, 0.0, hz)),
        named("harmonics, drive 30 dB", &|hz| harmonic_error(30.0, 0.0, hz)),
        named("harmonics, drive 12 dB, asymmetry 0.5", &|hz| harmonic_error(12.0, 0.5, hz)),
        named("linear path", &ripple),
    ];
    out.table(&["", "44.1 kHz", "48", "88.2", "96", "176.4", "192 kHz"], &rows);
    out
}

//! The reverb: how it decays, how dense it is, how it is coloured, and how far left and right are apart.

use crate::plot::{Axis, Plot, Stroke};
use crate::report::{Section, figure, hertz};
use crate::run::{linear, still};
use crate::spectrum::{band, energies, inside};
use std::f64::consts::PI;
use stemwright_core::{Reverb, Unit};
use stemwright_dsp::ReverbUnit;

/// The rates at which decay is measured.
pub const RATES: [u32; 3] = [44_100, 48_000, 96_000];

/// A hall of this size and decay with nothing before the room, all wet.
pub fn hall(size: f64, decay: f64, high_decay: f64) -> Reverb {
    Reverb { predelay: 0.0, decay, size, high_decay, crossover: 4000.0, low_cut: None, high_cut: None, wet: 1.0 }
}

/// Left and right of an impulse on the left, or (with one channel) the answer of a mono strip.
pub fn response(reverb: &Reverb, hz: u32, channels: usize, impulse_on: usize, frames: usize) -> Vec<Vec<f64>> {
    let mut signal = vec![vec![0.0; frames]; channels];
    signal[impulse_on][0] = 1.0;
    let mut unit = ReverbUnit::new(reverb, channels, f64::from(hz));
    linear(&mut unit, &mut still(&Unit::Reverb(reverb.clone()), hz), &mut signal);
    signal
}

/// As many frames as hold 70 dB of a decay, rounded up to a power of two.
fn frames_for(decay: f64, hz: u32) -> usize {
    ((decay * 70.0 / 60.0 * f64::from(hz)) as usize).next_power_of_two()
}

/// What remains of an energy after each step: Schroeder's backward integral (*New Method of Measuring Reverberation
/// Time*, JASA 37, 1965), in dB.
fn remaining(energy: &[f64]) -> Vec<f64> {
    let mut sum = 0.0;
    let mut out: Vec<f64> = energy
        .iter()
        .rev()
        .map(|x| {
            sum += x;
            sum
        })
        .collect();
    out.reverse();
    let all = out[0];
    out.iter().map(|x| 10.0 * libm::log10(x / all)).collect()
}

/// Seconds in which a falling curve would fall by 60 dB: the line that fits best from −5 to −35 dB (ISO 3382-1, T30).
fn t30(curve: &[f64], step: f64) -> f64 {
    let first = curve.iter().position(|&x| x < -5.0).unwrap_or(0);
    let last = curve.iter().position(|&x| x < -35.0).unwrap_or(curve.len());
    let part = &curve[first..last];
    let count = part.len() as f64;
    let (mid, mean) = ((count - 1.0) / 2.0, part.iter().sum::<f64>() / count);
    let (mut xy, mut xx) = (0.0, 0.0);
    for (i, y) in part.iter().enumerate() {
        let x = i as f64 - mid;
        xy += x * (y - mean);
        xx += x * x;
    }
    -60.0 / (xy / xx) * step
}

/// Seconds in which a frequency falls by 60 dB by the law, its shelves' gain in dB shared out evenly over their
/// length.
fn law(reverb: &Reverb, hz: u32, freq: f64) -> f64 {
    let bent = |f: f64| libm::tan(PI * f / f64::from(hz));
    let part = bent(freq) / bent(reverb.crossover);
    let above = part * part / (1.0 + part * part);
    reverb.decay / (1.0 + (1.0 / reverb.high_decay - 1.0) * above)
}

/// The answer of two sides to an impulse on the left, long enough for its decay.
pub fn answer(reverb: &Reverb, hz: u32) -> Vec<Vec<f64>> {
    response(reverb, hz, 2, 0, frames_for(reverb.decay, hz))
}

/// T30 of an answer in the octave around a frequency: measured, and of a white sound of which every frequency decays
/// by the law.
pub fn decay(sound: &[Vec<f64>], reverb: &Reverb, hz: u32, centre: f64) -> [f64; 2] {
    let rate = f64::from(hz);
    let (from, to) = (centre / 2.0f64.sqrt(), centre * 2.0f64.sqrt());
    let mut energy = vec![0.0; sound[0].len()];
    for side in sound {
        energy.iter_mut().zip(band(side, from, to, rate)).for_each(|(e, x)| *e += x * x);
    }
    let is = t30(&remaining(&energy), 1.0 / rate);
    // All that the band lets through, and as much of it.
    let (low, high) = (0.75 * from, (1.25 * to).min(0.499 * rate));
    let parts: Vec<(f64, f64)> = (0..80)
        .map(|i| low + (high - low) * (f64::from(i) + 0.5) / 80.0)
        .map(|freq| (law(reverb, hz, freq), inside(freq, from, to)))
        .collect();
    // In steps of a 2000th of the decay, over twice the decay.
    let step = reverb.decay / 2000.0;
    let at = |n: i32| parts.iter().map(|(t, part)| part * part * libm::exp10(-6.0 * f64::from(n) * step / t)).sum();
    [is, t30(&remaining(&(0..4000).map(at).collect::<Vec<f64>>()), step)]
}

/// Milliseconds and echo density (Abel & Huang, *A Simple, Robust Measure of Reverberation Echo Density*, AES 121,
/// 2006): the part of the samples within 20 ms that are outside one standard deviation, Hann-weighted, by that of
/// Gaussian noise; 1 is as dense as noise.
pub fn density(sound: &[f64], hz: u32, until: f64) -> Vec<(f64, f64)> {
    let rate = f64::from(hz);
    let half = (0.010 * rate) as usize;
    let weight: Vec<f64> = (0..2 * half).map(|n| 0.5 - 0.5 * libm::cos(PI * (n as f64 + 0.5) / half as f64)).collect();
    let gaussian = libm::erfc(std::f64::consts::FRAC_1_SQRT_2);
    let first = sound.iter().position(|&x| x != 0.0).unwrap_or(0);
    (first + half..(until * rate) as usize)
        .step_by(hz as usize / 1000)
        .map(|centre| {
            let part = &sound[centre - half..centre + half];
            let all: f64 = weight.iter().sum();
            let variance = part.iter().zip(&weight).map(|(x, w)| w * x * x).sum::<f64>() / all;
            let outside: f64 = part.iter().zip(&weight).filter(|(x, _)| *x * *x > variance).map(|(_, w)| w).sum();
            (1000.0 * centre as f64 / rate, outside / all / gaussian)
        })
        .collect()
}

/// The first millisecond at which the density reaches a value.
pub fn dense_from(densities: &[(f64, f64)], value: f64) -> f64 {
    densities.iter().find(|(_, density)| *density >= value).map_or(f64::NAN, |(ms, _)| *ms)
}

/// A third of an octave of the tail.
#[derive(Debug, Clone, Copy)]
pub struct Third {
    /// Hz.
    pub centre: f64,
    /// dB from the mean of all: energy for each hertz.
    pub level: f64,
    /// dB: by how much noise that decays alike would scatter.
    pub scatter: f64,
}

/// The colour of the tail from 100 ms on where all frequencies decay alike, over the four answers of two sides: it
/// should be white. Decaying noise in a band B has 2·B·τ independent parts (τ the decay of its energy by 1/e), four
/// answers four times as many; its energy scatters by one over their root.
pub fn colour(size: f64, decay: f64, hz: u32) -> Vec<Third> {
    let (reverb, rate) = (hall(size, decay, 1.0), f64::from(hz));
    let frames = frames_for(decay, hz);
    let mut energy = vec![0.0; frames / 2 + 1];
    for side in 0..2 {
        for mut sound in response(&reverb, hz, 2, side, frames) {
            sound[..hz as usize / 10].fill(0.0);
            energy.iter_mut().zip(energies(&sound)).for_each(|(e, x)| *e += x);
        }
    }
    let mut thirds: Vec<Third> = (-12..=12)
        .map(|i| {
            let centre = 1000.0 * libm::exp2(f64::from(i) / 3.0);
            let [from, to] = [-1.0, 1.0].map(|e| centre * libm::exp2(e / 6.0));
            let bins = [from, to].map(|f| (f / rate * frames as f64).round() as usize);
            let level = energy[bins[0]..bins[1]].iter().sum::<f64>() / (bins[1] - bins[0]) as f64;
            let parts = 4.0 * 2.0 * (to - from) * decay / (6.0 * std::f64::consts::LN_10);
            Third { centre, level: 10.0 * libm::log10(level), scatter: 10.0 * libm::log10(1.0 + 1.0 / parts.sqrt()) }
        })
        .collect();
    let mean = thirds.iter().map(|third| third.level).sum::<f64>() / thirds.len() as f64;
    thirds.iter_mut().for_each(|third| third.level -= mean);
    thirds
}

/// How much left and right have in common after 80 ms, −1 to 1, in the octave around a frequency.
pub fn correlation(sound: &[Vec<f64>], hz: u32, centre: f64) -> f64 {
    let rate = f64::from(hz);
    let root = 2.0f64.sqrt();
    let sides: Vec<Vec<f64>> = sound
        .iter()
        .map(|side| band(side, centre / root, centre * root, rate)[(0.08 * rate) as usize..].to_vec())
        .collect();
    let of = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
    of(&sides[0], &sides[1]) / (of(&sides[0], &sides[0]) * of(&sides[1], &sides[1])).sqrt()
}

/// One standard deviation of the correlation of unrelated noise that decays in so many seconds: 2·B·τ independent
/// parts.
pub fn scatter(decay: f64, centre: f64) -> f64 {
    let parts = 2.0 * centre / 2.0f64.sqrt() * decay / (6.0 * std::f64::consts::LN_10);
    1.0 / parts.sqrt()
}

/// The energy of a mono strip's answer to an impulse where all frequencies decay alike, in dB; the law says 0.
pub fn loudness(size: f64, decay: f64, hz: u32) -> f64 {
    let sound = response(&hall(size, decay, 1.0), hz, 1, 0, frames_for(decay, hz));
    10.0 * libm::log10(sound[0].iter().map(|x| x * x).sum())
}

/// Milliseconds until the first sound.
pub fn first_sound(size: f64, hz: u32) -> f64 {
    let sound = response(&hall(size, 1.0, 1.0), hz, 1, 0, hz as usize / 10);
    let first = sound[0].iter().position(|&x| x != 0.0).unwrap_or(0);
    1000.0 * first as f64 / f64::from(hz)
}

/// Hz of the octaves.
pub const OCTAVES: [f64; 8] = [125.0, 250.0, 500.0, 1000.0, 2000.0, 4000.0, 8000.0, 16_000.0];

/// The section of the report.
pub fn section() -> Section {
    let mut out = Section::new("Reverb");
    let reverb = hall(1.0, 2.0, 0.5);
    let sound = answer(&reverb, 48_000);
    let off = OCTAVES[1..]
        .iter()
        .map(|&centre| decay(&sound, &reverb, 48_000, centre))
        .map(|[is, law]| (is / law - 1.0).abs());
    let densities_of = density(&sound[0], 48_000, 0.3);
    let thirds: Vec<f64> = colour(1.0, 2.0, 48_000).iter().filter(|t| t.centre > 240.0).map(|t| t.level).collect();
    out.sum_up(
        "Reverb (size 1, decay 2 s): decay, echo density, colour",
        "stated",
        &format!(
            "T30 within {} % of the law from 250 Hz up; as dense as noise after {} ms; thirds of the tail even within \
             {} dB RMS",
            figure(100.0 * off.fold(0.0, f64::max), 1),
            figure(dense_from(&densities_of, 1.0), 0),
            figure(crate::spectrum::rms(&thirds), 2)
        ),
    );
    decays(&mut out);
    densities(&mut out);
    colours(&mut out);
    sides(&mut out);
    out
}

fn decays(out: &mut Section) {
    out.say(
        "Decay: T30 by octave (Schroeder, JASA 37, 1965; ISO 3382-1) in seconds, measured / by the law: a white sound \
         of which every frequency decays as the shelves say.",
    );
    let mut rows = Vec::new();
    for (name, reverb, hz) in [
        ("size 1, decay 2 s, high 0.5 above 4 kHz, 48 kHz", hall(1.0, 2.0, 0.5), 48_000),
        ("the same, 44.1 kHz", hall(1.0, 2.0, 0.5), 44_100),
        ("the same, 96 kHz", hall(1.0, 2.0, 0.5), 96_000),
        ("size 0.25, decay 0.6 s, high 0.3, 48 kHz", hall(0.25, 0.6, 0.3), 48_000),
        ("size 2, decay 6 s, high 0.25, 48 kHz", hall(2.0, 6.0, 0.25), 48_000),
        ("size 1, decay 2 s, high 1, 48 kHz", hall(1.0, 2.0, 1.0), 48_000),
    ] {
        let sound = answer(&reverb, hz);
        let cell = |centre| {
            let [is, law] = decay(&sound, &reverb, hz, centre);
            format!("{} / {}", figure(is, 2), figure(law, 2))
        };
        rows.push(std::iter::once(name.to_owned()).chain(OCTAVES.map(cell)).collect());
    }
    let head: Vec<String> = std::iter::once("reverb".to_owned()).chain(OCTAVES.map(hertz)).collect();
    out.table(&head.iter().map(String::as_str).collect::<Vec<_>>(), &rows);
    let mut plot = Plot::new(
        "Reverb at 48 kHz (size 1, decay 2 s, high 0.5 above 4 kHz): what remains",
        Axis::linear("s", 0.0, 2.5, 0.5),
        Axis::linear("dB", -70.0, 0.0, 10.0),
    );
    let reverb = hall(1.0, 2.0, 0.5);
    let sound = answer(&reverb, 48_000);
    for centre in [250.0, 1000.0, 4000.0, 16_000.0] {
        let part = band(&sound[0], centre / 2.0f64.sqrt(), centre * 2.0f64.sqrt(), 48_000.0);
        let curve = remaining(&part.iter().map(|x| x * x).collect::<Vec<_>>());
        let points = curve.iter().enumerate().step_by(480).map(|(n, &y)| (n as f64 / 48_000.0, y)).collect();
        plot.line(&format!("octave around {}", hertz(centre)), Stroke::Solid, points);
    }
    plot.reference("60 dB in 2 s", vec![(0.0, 0.0), (2.5, -75.0)]);
    out.plot("reverb-decay", "decay of the reverb by octave", &plot);
}

fn densities(out: &mut Section) {
    out.say(
        "Echo density (Abel & Huang, AES 121, 2006): the part of the samples outside one standard deviation within 20 \
         ms, by that of Gaussian noise. Milliseconds after the impulse at which it reaches 0.9 and 1 (a 20 ms window \
         cannot tell before 10 ms after the first sound), its lowest after 20 ms, \
         and its mean from 100 to 300 ms.",
    );
    let mut plot = Plot::new(
        "Reverb at 48 kHz: echo density",
        Axis::log("ms after the impulse", 5.0, 300.0),
        Axis::linear("1 = noise", 0.0, 1.2, 0.2),
    );
    let mut rows = Vec::new();
    for size in [0.25, 0.5, 1.0, 2.0] {
        let sound = response(&hall(size, 2.0, 0.5), 48_000, 2, 0, 1 << 14);
        let densities = density(&sound[0], 48_000, 0.3);
        let late: Vec<f64> = densities.iter().filter(|(ms, _)| *ms > 100.0).map(|(_, density)| *density).collect();
        rows.push(vec![
            format!("size {size}"),
            figure(first_sound(size, 48_000), 2),
            figure(dense_from(&densities, 0.9), 0),
            figure(dense_from(&densities, 1.0), 0),
            figure(densities.iter().filter(|(ms, _)| *ms > 20.0).map(|(_, density)| *density).fold(9.0, f64::min), 2),
            figure(late.iter().sum::<f64>() / late.len() as f64, 3),
        ]);
        plot.line(&format!("size {size}"), Stroke::Solid, densities);
    }
    out.table(&["", "first sound, ms", "density 0.9, ms", "density 1, ms", "lowest", "100 – 300 ms"], &rows);
    plot.reference("noise", vec![(5.0, 1.0), (300.0, 1.0)]);
    out.plot("reverb-density", "echo density of the reverb over time", &plot);
}

fn colours(out: &mut Section) {
    out.say(
        "Colour: the tail from 100 ms on in thirds of an octave from 63 Hz to 16 kHz, energy for each hertz, where \
         all frequencies decay alike (four answers of two sides, 48 kHz). Noise that decays alike is not even either: \
         its scatter (one standard deviation, theory) is in brackets.",
    );
    let mut plot = Plot::new(
        "Reverb at 48 kHz, decay 2 s: thirds of the tail",
        Axis::log("Hz", 50.0, 20_000.0),
        Axis::linear("dB from the mean", -6.0, 6.0, 2.0),
    );
    let mut rows = Vec::new();
    let rms = |values: &mut dyn Iterator<Item = f64>| {
        let values: Vec<f64> = values.collect();
        crate::spectrum::rms(&values)
    };
    for (size, decay) in [(0.25, 0.6), (0.25, 2.0), (1.0, 2.0), (2.0, 2.0), (2.0, 6.0)] {
        let thirds = colour(size, decay, 48_000);
        let zone = |from: f64, to: f64| {
            let inside: Vec<Third> = thirds.iter().copied().filter(|t| t.centre > from && t.centre < to).collect();
            let level = rms(&mut inside.iter().map(|t| t.level));
            format!("{} ({})", figure(level, 2), figure(rms(&mut inside.iter().map(|t| t.scatter)), 2))
        };
        rows.push(vec![
            format!("size {size}, decay {decay} s"),
            zone(50.0, 240.0),
            zone(240.0, 1900.0),
            zone(1900.0, 20_000.0),
            figure(loudness(size, decay, 48_000), 2),
        ]);
        if decay == 2.0 {
            plot.line(&format!("size {size}"), Stroke::Solid, thirds.iter().map(|t| (t.centre, t.level)).collect());
        }
        if (size, decay) == (1.0, 2.0) {
            for sign in [1.0, -1.0] {
                let name = if sign > 0.0 { "scatter of noise" } else { "" };
                plot.reference(name, thirds.iter().map(|t| (t.centre, sign * t.scatter)).collect());
            }
        }
    }
    out.table(
        &["RMS deviation, dB", "63 – 200 Hz", "250 Hz – 1.6 kHz", "2 – 16 kHz", "energy of a mono answer, dB"],
        &rows,
    );
    out.plot("reverb-colour", "colour of the reverb's tail", &plot);
}

fn sides(out: &mut Section) {
    out.say(
        "Left and right: their correlation by octave from 80 ms on, for an impulse on the left (48 kHz; 0 is wide, 1 \
         is mono). In brackets: by how much unrelated noise with that decay scatters around 0.",
    );
    let rows: Vec<Vec<String>> = [(0.25, 0.6), (1.0, 2.0), (2.0, 6.0)]
        .iter()
        .map(|&(size, decay)| {
            let reverb = hall(size, decay, 0.5);
            let sound = answer(&reverb, 48_000);
            let cells = OCTAVES.map(|centre| {
                let scatter = scatter(law(&reverb, 48_000, centre), centre);
                format!("{} ({})", figure(correlation(&sound, 48_000, centre), 2), figure(scatter, 2))
            });
            std::iter::once(format!("size {size}, decay {decay} s")).chain(cells).collect()
        })
        .collect();
    let head: Vec<String> = std::iter::once(String::new()).chain(OCTAVES.map(hertz)).collect();
    out.table(&head.iter().map(String::as_str).collect::<Vec<_>>(), &rows);
}

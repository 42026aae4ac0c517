//! The equaliser against its analogue prototypes, from 10 Hz to 0.45 of the rate.

use crate::plot::{Axis, Plot, Stroke};
use crate::report::{Section, deviation};
use crate::run::{linear, still};
use crate::spectrum::{db, energies, spaced};
use std::f64::consts::FRAC_1_SQRT_2;
use stemwright_core::{Band, BandKind, Db, Eq, Unit};
use stemwright_dsp::EqUnit;

/// The rates at which it is measured.
pub const RATES: [u32; 4] = [44_100, 48_000, 96_000, 192_000];

/// What the prototype damps by more is left out: nobody hears whether it is 80 or 81 dB.
const DEEPEST: f64 = -80.0;

const HIGH_PASS: BandKind = BandKind::HighPass { steep: false };
const LOW_PASS: BandKind = BandKind::LowPass { steep: false };
const HIGH_PASS_24: BandKind = BandKind::HighPass { steep: true };
const LOW_PASS_24: BandKind = BandKind::LowPass { steep: true };

fn band(kind: BandKind, freq: f64, gain: f64, q: f64) -> Band {
    Band { kind, freq, gain: Db(gain), q }
}

/// |c + l·jω + s·(jω)²|
fn polynomial(constant: f64, linear: f64, square: f64, omega: f64) -> f64 {
    libm::hypot(constant - square * omega * omega, linear * omega)
}

/// |H(j2πf)| of the analogue prototype of a band: written from the law, not taken from the crate's design.
pub fn prototype(band: &Band, freq: f64) -> f64 {
    let (omega, q) = (freq / band.freq, band.q);
    let a = libm::exp10(band.gain.0 / 40.0);
    let eighth = omega * omega * omega * omega * omega * omega * omega * omega;
    match band.kind {
        BandKind::Bell => polynomial(1.0, a / q, 1.0, omega) / polynomial(1.0, 1.0 / (a * q), 1.0, omega),
        BandKind::LowShelf => a * polynomial(a, a.sqrt() / q, 1.0, omega) / polynomial(1.0, a.sqrt() / q, a, omega),
        BandKind::HighShelf => a * polynomial(1.0, a.sqrt() / q, a, omega) / polynomial(a, a.sqrt() / q, 1.0, omega),
        BandKind::HighPass { steep: false } => omega * omega / polynomial(1.0, 1.0 / q, 1.0, omega),
        BandKind::LowPass { steep: false } => 1.0 / polynomial(1.0, 1.0 / q, 1.0, omega),
        // Butterworth of the fourth order: |H|² = 1/(1 + ω⁸).
        BandKind::LowPass { steep: true } => 1.0 / (1.0 + eighth).sqrt(),
        BandKind::HighPass { steep: true } => (eighth / (1.0 + eighth)).sqrt(),
    }
}

/// Frequencies (Hz) and gains (dB) from 10 Hz to 0.45 of the rate: the transform of the impulse response.
pub fn measured(band: &Band, hz: u32) -> Vec<(f64, f64)> {
    let rate = f64::from(hz);
    // The slowest pole falls by 1/e in Q/(πf), low shelves' at f/√A; after 26 of them 10⁻¹¹ is left.
    let a = libm::exp10(band.gain.0.abs() / 40.0);
    let seconds = 26.0 * (band.q.max(1.4) * a) / (std::f64::consts::PI * band.freq / a.sqrt());
    let frames = ((seconds * rate) as usize).next_power_of_two().max(1 << 15);
    let unit = Unit::Eq(Eq { bands: vec![*band] });
    let Unit::Eq(eq) = &unit else { unreachable!() };
    let mut response = vec![vec![0.0; frames]];
    response[0][0] = 1.0;
    linear(&mut EqUnit::new(eq, 1), &mut still(&unit, hz), &mut response);
    let energies = energies(&response[0]);
    let width = rate / frames as f64;
    let mut bins: Vec<usize> = spaced(10.0, 0.45 * rate, 240).iter().map(|f| libm::ceil(f / width) as usize).collect();
    bins.dedup();
    let last = libm::floor(0.45 * rate / width) as usize;
    bins.into_iter().map(|k| k.min(last)).map(|k| (k as f64 * width, 10.0 * libm::log10(energies[k]))).collect()
}

/// The largest deviations in dB: up to 10 kHz, from there to 16 kHz, and from there to 0.45 of the rate.
pub fn deviations(band: &Band, hz: u32) -> [f64; 3] {
    let mut worst = [0.0f64; 3];
    for (freq, gain) in measured(band, hz) {
        let want = db(prototype(band, freq));
        let range = usize::from(freq > 10_000.0) + usize::from(freq > 16_000.0);
        if want > DEEPEST {
            worst[range] = worst[range].max((gain - want).abs());
        }
    }
    worst
}

/// A kind of band and all the bands of it that are measured.
pub struct Family {
    /// As in the table.
    pub name: &'static str,
    /// At every rate.
    pub bands: Vec<Band>,
}

const LOW: [f64; 4] = [31.0, 125.0, 500.0, 1000.0];
const MIDDLE: [f64; 2] = [2000.0, 4000.0];
const HIGH: [f64; 3] = [8000.0, 12_000.0, 16_000.0];

fn every(kind: BandKind, freqs: &[f64], gains: &[f64], qs: &[f64]) -> Vec<Band> {
    let each = |freq| gains.iter().flat_map(move |&gain| qs.iter().map(move |&q| band(kind, freq, gain, q)));
    freqs.iter().copied().flat_map(each).collect()
}

/// All bands of the table.
pub fn families() -> Vec<Family> {
    let gains = [12.0, 3.0, -3.0, -12.0];
    let bell = |freqs: &[f64]| every(BandKind::Bell, freqs, &gains, &[0.5, 1.0, 4.0]);
    let shelf = |kind, freqs: &[f64]| every(kind, freqs, &gains, &[0.5, FRAC_1_SQRT_2]);
    let pass = |kind, freqs: &[f64]| every(kind, freqs, &[0.0], &[0.5, FRAC_1_SQRT_2, 2.0]);
    let steep = |kind, freqs: &[f64]| every(kind, freqs, &[0.0], &[FRAC_1_SQRT_2]);
    let all = [&LOW[..], &MIDDLE, &HIGH].concat();
    let low = [&LOW[..], &MIDDLE].concat();
    [
        ("bell, 31 Hz – 1 kHz", bell(&LOW)),
        ("bell, 2 – 4 kHz", bell(&MIDDLE)),
        ("bell, 8 – 16 kHz", bell(&HIGH)),
        ("low shelf, 31 Hz – 4 kHz", shelf(BandKind::LowShelf, &low)),
        ("low shelf, 8 – 12 kHz", shelf(BandKind::LowShelf, &HIGH[..2])),
        ("low shelf, 16 kHz", shelf(BandKind::LowShelf, &HIGH[2..])),
        ("high shelf, 31 Hz – 4 kHz", shelf(BandKind::HighShelf, &low)),
        ("high shelf, 8 – 12 kHz", shelf(BandKind::HighShelf, &HIGH[..2])),
        ("high shelf, 16 kHz", shelf(BandKind::HighShelf, &HIGH[2..])),
        ("high-pass 12, 31 Hz – 4 kHz", pass(HIGH_PASS, &low)),
        ("high-pass 12, 8 – 16 kHz", pass(HIGH_PASS, &HIGH)),
        ("high-pass 24, 31 Hz – 16 kHz", steep(HIGH_PASS_24, &all)),
        ("low-pass 12, 31 Hz – 16 kHz", pass(LOW_PASS, &all)),
        ("low-pass 24, 31 Hz – 16 kHz", steep(LOW_PASS_24, &all)),
    ]
    .into_iter()
    .map(|(name, bands)| Family { name, bands })
    .collect()
}

/// The worst of a family at a rate.
pub fn worst(family: &Family, hz: u32) -> [f64; 3] {
    family
        .bands
        .iter()
        .map(|band| deviations(band, hz))
        .fold([0.0; 3], |worst, off| std::array::from_fn(|range| worst[range].max(off[range])))
}

/// The section of the report.
pub fn section() -> Section {
    let mut out = Section::new("Equaliser");
    out.say(
        "Against the analogue prototype |H(j2πf)| of each band: the transform of the impulse response from 10 Hz to \
         0.45 of the rate, gains of ±3 and ±12 dB, Q from 0.5 to 4 (passes 0.5, 0.71, 2). The largest deviation in \
         dB, in three ranges: up to 10 kHz / 10 – 16 kHz / 16 kHz – 0.45 of the rate. What the prototype damps by \
         more than 80 dB is left out.",
    );
    let mut rows = Vec::new();
    // Shelves at 16 kHz apart, and all others.
    let mut all = [RATES.map(|_| [0.0f64; 3]); 2];
    for family in families() {
        let worst = RATES.map(|hz| worst(&family, hz));
        for (all, worst) in all[usize::from(family.name.ends_with("shelf, 16 kHz"))].iter_mut().zip(worst) {
            *all = std::array::from_fn(|range| all[range].max(worst[range]));
        }
        let cells = worst.map(|worst| worst.map(deviation).join(" / "));
        rows.push(std::iter::once(family.name.to_owned()).chain(cells).collect());
    }
    let ranges = |worst: [f64; 3]| worst.map(deviation).join(" / ");
    for (what, [at_44, at_48, at_96, _]) in ["all but shelves at 16 kHz", "shelves at 16 kHz"].into_iter().zip(all) {
        out.sum_up(
            &format!("Equaliser: worst deviation from the analogue curve, {what}"),
            "up to 0.45 of the rate",
            &format!(
                "to 10 kHz / 16 kHz / 0.45 of the rate: {} dB at 44.1, {} dB at 48, {} dB at 96 kHz",
                ranges(at_44),
                ranges(at_48),
                ranges(at_96)
            ),
        );
    }
    out.table(&["band", "44.1 kHz", "48 kHz", "96 kHz", "192 kHz"], &rows);
    out.say(
        "The deviations are those of the method (Vicanek, *Matched Second Order Digital Filters*, 2016), not of its \
         computation: a section has two zeros to match a curve that the analogue filter has not finished at half the \
         rate. It meets the prototype at DC, at the corner and (shelves) an octave below it; low-passes have one zero, \
         so their last octave falls with 6 dB/octave a section too few. At 96 kHz and above little of this is left \
         below 16 kHz.",
    );
    let hz = 48_000;
    let shown = [
        ("bell 100 Hz, +12 dB, Q 1", band(BandKind::Bell, 100.0, 12.0, 1.0)),
        ("bell 16 kHz, +12 dB, Q 1", band(BandKind::Bell, 16_000.0, 12.0, 1.0)),
        ("low shelf 500 Hz, −12 dB", band(BandKind::LowShelf, 500.0, -12.0, FRAC_1_SQRT_2)),
        ("high shelf 8 kHz, +6 dB", band(BandKind::HighShelf, 8000.0, 6.0, FRAC_1_SQRT_2)),
        ("high-pass 24, 31 Hz", band(HIGH_PASS_24, 31.0, 0.0, FRAC_1_SQRT_2)),
        ("low-pass 24, 12 kHz", band(LOW_PASS_24, 12_000.0, 0.0, FRAC_1_SQRT_2)),
    ];
    let axis = || Axis::log("Hz", 10.0, 21_600.0);
    let mut curves = Plot::new("EQ at 48 kHz", axis(), Axis::linear("dB", -30.0, 15.0, 5.0));
    let mut off = Plot::new(
        "EQ at 48 kHz: deviation from the prototype",
        Axis::log("Hz", 500.0, 21_600.0),
        Axis::linear("dB", -1.0, 3.0, 0.5),
    );
    for (colour, (name, band)) in shown.iter().enumerate() {
        let points = measured(band, hz);
        let law = points.iter().map(|&(f, _)| (f, db(prototype(band, f)))).collect::<Vec<_>>();
        let apart = points.iter().zip(&law).filter(|(_, (_, law))| *law > DEEPEST);
        off.coloured(name, Stroke::Solid, colour, apart.map(|((f, is), (_, law))| (*f, is - law)).collect());
        curves.coloured(name, Stroke::Solid, colour, points);
        curves.reference("", law);
    }
    curves.reference("analogue prototypes", Vec::new());
    out.plot("eq", "EQ curves over their analogue prototypes", &curves);
    out.plot("eq-deviation", "deviation of EQ curves from their prototypes", &off);
    out
}

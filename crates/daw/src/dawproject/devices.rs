//! The format's four generic devices ↔ inserts. The format names their knobs, not their laws: all are approximations, and said so.

use super::model::{Device, EqBand, Real, Switch};
use super::values::Quantity;
use crate::foreign::ledger::Ledger;
use std::collections::HashSet;
use stemwright_core::{Band, BandKind, Compressor, Db, Eq, Gate, Insert, Limiter, Param, SampleRate, Unit};

/// The highest frequency of a band, as a part of the rate.
const HIGHEST: f64 = 0.49;

/// The highest frequency of a band at a rate, in Hz.
pub(super) fn highest(rate: SampleRate) -> f64 {
    HIGHEST * f64::from(rate.hz())
}

/// Brings what is too high for the rate, which is known last, to where it can be.
pub(super) fn within(inserts: &mut [Insert], rate: SampleRate) {
    for insert in inserts {
        if let Unit::Eq(eq) = &mut insert.unit {
            eq.bands.iter_mut().for_each(|band| band.freq = band.freq.min(highest(rate)));
        }
    }
}

/// An insert made of a device.
#[derive(Debug)]
pub(super) struct Made<'d> {
    pub(super) insert: Insert,
    /// What can be moved: by identifier, with the parameter that it moves and what its values are.
    pub(super) parameters: Vec<(Real<'d>, Param, Quantity)>,
}

/// The inserts that stand for a device, in order; `None` where nothing does.
///
/// `moved`: the identifiers of parameters that automation moves.
pub(super) fn inserts<'d>(
    device: &Device<'d>,
    moved: &HashSet<&'d str>,
    place: &str,
    ledger: &mut Ledger,
) -> Option<Vec<Made<'d>>> {
    let main = match device.element {
        // Without a band it is a gain.
        "Equalizer" if device.bands.is_empty() => None,
        "Equalizer" => Some(equalizer(device, place, ledger)),
        "Compressor" => Some(compressor(device)),
        "NoiseGate" => Some(gate(device)),
        "Limiter" => Some(limiter(device)),
        _ => return None,
    };
    if let Some(main) = &main {
        told(device, &main.insert.unit, place, ledger);
    }
    let gain = |name: &str| {
        let real = device.reals.get(name)?;
        let unit = Unit::Gain(Db(Quantity::Gain.of(Some(real))?.max(-150.0)));
        let moved = real.id.is_some().then_some((*real, Param::Gain, Quantity::Gain));
        Some(Made { insert: Insert::from(unit), parameters: moved.into_iter().collect() })
    };
    // A limiter's gain before and a compressor's gain after it are their own.
    let before = if device.element == "Limiter" { None } else { gain("InputGain") };
    let after = if device.element == "Compressor" { None } else { gain("OutputGain") };
    let moves = |made: &Made<'d>| made.parameters.iter().any(|(real, ..)| real.id.is_some_and(|id| moved.contains(id)));
    let used = |made: &Made<'d>| made.insert.unit != Unit::Gain(Db::ZERO) || moves(made);
    let mut made: Vec<Made<'d>> =
        before.into_iter().filter(used).chain(main).chain(after.into_iter().filter(used)).collect();
    let on = Switch::is(device.enabled.as_ref(), true) && device.loaded;
    made.iter_mut().for_each(|made| made.insert.bypass = !on);
    Some(made)
}

/// Says that a device is another machine here.
fn told(device: &Device<'_>, unit: &Unit, place: &str, ledger: &mut Ledger) {
    let Device { element, name, .. } = device;
    let own = unit.name();
    let message =
        format!("{element} \"{name}\" is an unknown machine with known knobs: Stemwright's own {own} stands for it");
    ledger.warning("device-approximated", place, message, "render the track with it in the program for its own sound");
}

/// A knob as a parameter that can be moved.
fn knob<'d>(real: Option<&Real<'d>>, param: Param, quantity: Quantity) -> Option<(Real<'d>, Param, Quantity)> {
    real.filter(|real| real.id.is_some()).map(|real| (*real, param, quantity))
}

/// The value of a knob within a range, if it is there.
fn value(device: &Device<'_>, name: &str, quantity: Quantity, range: [f64; 2]) -> Option<f64> {
    quantity.of(device.reals.get(name)).map(|value| value.clamp(range[0], range[1]))
}

fn compressor<'d>(device: &Device<'d>) -> Made<'d> {
    let mut unit = Compressor::channel();
    unit.threshold = Db(value(device, "Threshold", Quantity::Level, [-80.0, 20.0]).unwrap_or(unit.threshold.0));
    unit.ratio = value(device, "Ratio", Quantity::Ratio, [1.0, f64::INFINITY]).unwrap_or(unit.ratio);
    unit.attack = value(device, "Attack", Quantity::Time, [0.0, 1.0]).unwrap_or(unit.attack);
    unit.release = value(device, "Release", Quantity::Time, [0.0, 10.0]).unwrap_or(unit.release);
    unit.makeup = Db(value(device, "OutputGain", Quantity::Gain, [-40.0, 40.0]).unwrap_or(0.0));
    let get = |name: &str| device.reals.get(name);
    let parameters = [
        knob(get("Threshold"), Param::Threshold, Quantity::Level),
        knob(get("Ratio"), Param::Ratio, Quantity::Ratio),
        knob(get("OutputGain"), Param::Makeup, Quantity::Gain),
    ];
    let parameters = parameters.into_iter().flatten().collect();
    Made { insert: Unit::Compressor(unit).into(), parameters }
}

fn gate<'d>(device: &Device<'d>) -> Made<'d> {
    let mut unit = Gate::hard();
    unit.threshold = Db(value(device, "Threshold", Quantity::Level, [-100.0, 0.0]).unwrap_or(unit.threshold.0));
    unit.ratio = value(device, "Ratio", Quantity::Ratio, [1.0, f64::INFINITY]).unwrap_or(unit.ratio);
    unit.attack = value(device, "Attack", Quantity::Time, [0.0, 1.0]).unwrap_or(unit.attack);
    unit.release = value(device, "Release", Quantity::Time, [0.0, 10.0]).unwrap_or(unit.release);
    // From −∞ to 0 dB, by the format.
    let range = device.reals.get("Range").and_then(|real| real.value);
    unit.range = range.map_or(unit.range, |range| (-range).clamp(0.0, 150.0));
    let threshold = knob(device.reals.get("Threshold"), Param::Threshold, Quantity::Level);
    Made { insert: Unit::Gate(unit).into(), parameters: threshold.into_iter().collect() }
}

fn limiter<'d>(device: &Device<'d>) -> Made<'d> {
    let mut unit = Limiter::default();
    unit.ceiling = Db(value(device, "Threshold", Quantity::Level, [-40.0, 0.0]).unwrap_or(unit.ceiling.0));
    unit.gain = Db(value(device, "InputGain", Quantity::Gain, [-20.0, 40.0]).unwrap_or(0.0));
    unit.look_ahead = value(device, "Attack", Quantity::Time, [0.00025, 0.02]).unwrap_or(unit.look_ahead);
    unit.release = value(device, "Release", Quantity::Time, [0.0, 10.0]).unwrap_or(unit.release);
    let parameters = [
        knob(device.reals.get("InputGain"), Param::Gain, Quantity::Gain),
        knob(device.reals.get("Threshold"), Param::Ceiling, Quantity::Level),
    ];
    Made { insert: Unit::Limiter(unit).into(), parameters: parameters.into_iter().flatten().collect() }
}

fn equalizer<'d>(device: &Device<'d>, place: &str, ledger: &mut Ledger) -> Made<'d> {
    let (mut bands, mut parameters) = (Vec::new(), Vec::new());
    for band in device.bands.iter().filter(|band| Switch::is(band.enabled.as_ref(), true)) {
        let Some(made) = eq_bands(band) else {
            let message =
                format!("a band of \"{}\" is a {:?}, which no band here is: it is left out", device.name, band.kind);
            ledger.warning("device-approximated", place, message, "render the track in the program");
            continue;
        };
        // What is one band there may be several here: all of them move.
        for index in bands.len()..bands.len() + made.len() {
            let knobs = [
                (band.freq.as_ref(), Param::BandFreq(index), Quantity::Frequency),
                (band.gain.as_ref(), Param::BandGain(index), Quantity::Level),
                (band.q.as_ref().filter(|_| made.len() == 1), Param::BandQ(index), Quantity::Plain),
            ];
            parameters.extend(knobs.into_iter().filter_map(|(real, param, quantity)| knob(real, param, quantity)));
        }
        bands.extend(made);
    }
    Made { insert: Unit::Eq(Eq { bands }).into(), parameters }
}

/// The bands that stand for one; `None` where nothing does.
fn eq_bands(band: &EqBand<'_>) -> Option<Vec<Band>> {
    let freq = Quantity::Frequency.of(band.freq.as_ref()).unwrap_or(1000.0).clamp(5.0, 1e6);
    let gain = Db(Quantity::Level.of(band.gain.as_ref()).unwrap_or(0.0).clamp(-40.0, 40.0));
    let q = Quantity::Plain.of(band.q.as_ref()).unwrap_or(std::f64::consts::FRAC_1_SQRT_2).clamp(0.1, 40.0);
    let one = |kind| Band { kind, freq, gain, q };
    let order = band.order.unwrap_or(2);
    let pass = |make: fn(bool) -> BandKind| match order {
        4 => vec![one(make(true))],
        // The sections of a Butterworth filter of the next even order.
        5.. => {
            let sections = order.min(16).div_ceil(2);
            let q = |section: u32| {
                let angle = std::f64::consts::PI * f64::from(2 * section + 1) / f64::from(4 * sections);
                0.5 / libm::cos(angle)
            };
            (0..sections).map(|section| Band { kind: make(false), freq, gain, q: q(section) }).collect()
        }
        _ => vec![one(make(false))],
    };
    Some(match band.kind {
        "bell" => vec![one(BandKind::Bell)],
        "lowShelf" => vec![one(BandKind::LowShelf)],
        "highShelf" => vec![one(BandKind::HighShelf)],
        "highPass" => pass(|steep| BandKind::HighPass { steep }),
        "lowPass" => pass(|steep| BandKind::LowPass { steep }),
        "notch" => vec![Band { gain: Db(-40.0), ..one(BandKind::Bell) }],
        _ => return None,
    })
}

//! Inserts as the format's generic devices.

use super::page::Page;
use crate::dawproject::values::amount;
use crate::foreign::ledger::Ledger;
use std::collections::HashMap;
use stemwright_core::{Band, BandKind, Compressor, Detector, Eq, Gate, Insert, Limiter, Param, Unit};

/// Writes the inserts that the format has devices for, and returns the identifiers of what can be moved.
pub(super) fn devices(
    page: &mut Page,
    inserts: &[Insert],
    place: &str,
    ledger: &mut Ledger,
) -> HashMap<(usize, Param), String> {
    let mut ids = HashMap::new();
    if inserts.is_empty() {
        return ids;
    }
    page.open("Devices");
    for (index, Insert { bypass, unit }) in inserts.iter().enumerate() {
        let mut device = Open { page: &mut *page, ids: &mut ids, index, bypass: *bypass };
        match unit {
            Unit::Eq(eq) => device.equalizer(eq),
            Unit::Compressor(unit) => {
                device.compressor(unit);
                compressor_left(unit, place, ledger);
            }
            Unit::Gate(unit) => {
                device.gate(unit);
                gate_left(unit, place, ledger);
            }
            Unit::Limiter(unit) => device.limiter(unit),
            // An equaliser without bands has a gain, too.
            Unit::Gain(gain) => {
                device.begin("Equalizer", "Gain");
                device.real("OutputGain", "decibel", gain.0, Some(Param::Gain));
                device.page.close();
            }
            other => {
                let message = format!("its {} is left out: the format has no such device", other.name());
                ledger.error("not-held", place, message, "bounce the track with Stemwright and use its stem");
            }
        }
    }
    page.close();
    ids
}

/// What a compressor has and the format's has not.
fn compressor_left(unit: &Compressor, place: &str, ledger: &mut Ledger) {
    let usual = Compressor::channel();
    let left = [
        ("side-chain", unit.key.is_some() || unit.key_high_pass.is_some()),
        ("knee", unit.knee != usual.knee),
        ("mix", unit.mix != usual.mix),
        ("RMS detector", unit.detector == Detector::Rms),
    ];
    left_out("compressor", &left, place, ledger);
}

fn gate_left(unit: &Gate, place: &str, ledger: &mut Ledger) {
    let usual = Gate::hard();
    let keys = unit.key.is_some() || unit.key_high_pass.is_some() || unit.key_low_pass.is_some();
    let left = [
        ("side-chain", keys),
        ("hysteresis", unit.hysteresis != usual.hysteresis),
        ("hold", unit.hold != usual.hold),
        ("look-ahead", unit.look_ahead != usual.look_ahead),
    ];
    left_out("gate", &left, place, ledger);
}

fn left_out(what: &str, left: &[(&str, bool)], place: &str, ledger: &mut Ledger) {
    let names: Vec<&str> = left.iter().filter(|(_, is)| *is).map(|(name, _)| *name).collect();
    if !names.is_empty() {
        let message = format!("of its {what} the format does not hold: {}", names.join(", "));
        ledger.warning("not-held", place, message, "set it in the program");
    }
}

/// A device that is being written.
struct Open<'p> {
    page: &'p mut Page,
    ids: &'p mut HashMap<(usize, Param), String>,
    index: usize,
    bypass: bool,
}

impl Open<'_> {
    fn begin(&mut self, element: &'static str, name: &str) {
        self.page.open(element);
        self.page
            .attribute("deviceName", name)
            .attribute("deviceRole", "audioFX")
            .attribute("deviceVendor", "Stemwright");
        self.page.attribute("loaded", true).attribute("name", name);
        self.page.id();
        self.page.open("Enabled");
        self.page.attribute("value", !self.bypass);
        self.page.id();
        self.page.close();
    }

    fn real(&mut self, name: &'static str, unit: &str, value: f64, param: Option<Param>) {
        self.page.open(name);
        self.page.attribute("unit", unit).attribute("value", value).attribute("name", name);
        let id = self.page.id();
        self.page.close();
        if let Some(param) = param {
            self.ids.insert((self.index, param), id);
        }
    }

    fn compressor(&mut self, unit: &Compressor) {
        self.begin("Compressor", "Compressor");
        self.real("Attack", "seconds", unit.attack, None);
        self.real("OutputGain", "decibel", unit.makeup.0, Some(Param::Makeup));
        self.real("Ratio", "percent", amount(unit.ratio), Some(Param::Ratio));
        self.real("Release", "seconds", unit.release, None);
        self.real("Threshold", "decibel", unit.threshold.0, Some(Param::Threshold));
        self.page.close();
    }

    fn gate(&mut self, unit: &Gate) {
        self.begin("NoiseGate", "Gate");
        self.real("Attack", "seconds", unit.attack, None);
        self.real("Range", "decibel", -unit.range, None);
        self.real("Ratio", "percent", amount(unit.ratio), None);
        self.real("Release", "seconds", unit.release, None);
        self.real("Threshold", "decibel", unit.threshold.0, Some(Param::Threshold));
        self.page.close();
    }

    fn limiter(&mut self, unit: &Limiter) {
        self.begin("Limiter", "Limiter");
        self.real("Attack", "seconds", unit.look_ahead, None);
        self.real("InputGain", "decibel", unit.gain.0, Some(Param::Gain));
        self.real("Release", "seconds", unit.release, None);
        self.real("Threshold", "decibel", unit.ceiling.0, Some(Param::Ceiling));
        self.page.close();
    }

    fn equalizer(&mut self, eq: &Eq) {
        self.begin("Equalizer", "Equaliser");
        for (index, Band { kind, freq, gain, q }) in eq.bands.iter().enumerate() {
            let (name, order) = match kind {
                BandKind::Bell => ("bell", 2),
                BandKind::LowShelf => ("lowShelf", 2),
                BandKind::HighShelf => ("highShelf", 2),
                BandKind::HighPass { steep } => ("highPass", if *steep { 4 } else { 2 }),
                BandKind::LowPass { steep } => ("lowPass", if *steep { 4 } else { 2 }),
            };
            self.page.open("Band");
            self.page.attribute("type", name).attribute("order", order);
            self.real("Freq", "hertz", *freq, Some(Param::BandFreq(index)));
            self.real("Gain", "decibel", gain.0, Some(Param::BandGain(index)));
            self.real("Q", "linear", *q, Some(Param::BandQ(index)));
            self.page.open("Enabled");
            self.page.attribute("value", true);
            self.page.close();
            self.page.close();
        }
        self.page.close();
    }
}

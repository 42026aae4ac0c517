//! Compressor and Limiter.

use super::{Chain, Devices, FREEZE, shown};
use crate::ableton::node::text;
use crate::ableton::tracks::Route;
use roxmltree::Node;
use stemwright_core::{Compressor, Db, Detector, Limiter, Tap, Unit};

impl<'d, 'i> Devices<'_, '_, 'd, 'i> {
    pub(super) fn compressor(&mut self, device: Node<'d, 'i>, chain: &mut Chain<'d>) {
        let model = self.choice(device, "Model").unwrap_or(0);
        if model == 2 {
            let message = format!("{} is an expander: it is not run", shown(device));
            self.ledger.error("plugin-not-run", self.place, message, FREEZE);
            return;
        }
        let mut unit = if model == 1 { Compressor::bus() } else { Compressor::channel() };
        unit.detector = if model == 1 { Detector::Rms } else { Detector::Peak };
        if let Some(threshold) = self.knob(device, "Threshold", [1e-4, 10.0]) {
            unit.threshold = Db(Db::of(threshold).0.clamp(-80.0, 20.0));
        }
        unit.ratio = self.knob(device, "Ratio", [1.0, f64::MAX]).unwrap_or(unit.ratio);
        // Live writes the largest number there is for an infinite ratio.
        if unit.ratio > 1e6 {
            unit.ratio = f64::INFINITY;
        }
        unit.attack =
            self.knob(device, "Attack", [0.0, 1000.0]).map_or(unit.attack, |milliseconds| milliseconds / 1000.0);
        unit.release =
            self.knob(device, "Release", [0.0, 10_000.0]).map_or(unit.release, |milliseconds| milliseconds / 1000.0);
        unit.makeup = Db(self.knob(device, "Gain", [-40.0, 40.0]).unwrap_or(0.0));
        unit.knee = self.knob(device, "Knee", [0.0, 40.0]).unwrap_or(unit.knee);
        unit.mix = self.knob(device, "DryWet", [0.0, 1.0]).unwrap_or(1.0);
        if self.switch(device, "GainCompensation") {
            let message = format!(
                "{} makes up for its reduction by itself, by a law that is not documented: here it does not",
                shown(device)
            );
            self.ledger.warning("device-approximated", self.place, message, FREEZE);
        }
        if self.switch(device, "SideChain/OnOff") {
            let target = Route::read(text(device, "SideChain/RoutedInput/Routable/Target"));
            match target {
                Some(Route::Track(id, place)) if place != "PreFxOut" => {
                    let tap = if place == "PostFxOut" { Tap::Pre } else { Tap::Post };
                    chain.keys.push((chain.inserts.len(), id, tap));
                }
                Some(Route::Nowhere) | None => {}
                Some(_) => {
                    let message = format!(
                        "the side-chain of {} is left out: what it listens to is not a track's output",
                        shown(device)
                    );
                    self.ledger.error("routing-cut", self.place, message, FREEZE);
                }
            }
        }
        chain.add(Unit::Compressor(unit), None);
        self.approximated(device, "compressor");
    }

    pub(super) fn limiter(&mut self, device: Node<'d, 'i>, chain: &mut Chain<'d>) {
        let mut unit = Limiter {
            gain: Db(self.knob(device, "Gain", [-20.0, 40.0]).unwrap_or(0.0)),
            ceiling: Db(self.knob(device, "Ceiling", [-40.0, 0.0]).unwrap_or(-0.3)),
            ..Limiter::default()
        };
        if !self.switch(device, "AutoRelease") {
            unit.release = self.knob(device, "Release", [0.0, 10_000.0]).map_or(unit.release, |ms| ms / 1000.0);
        }
        chain.add(Unit::Limiter(unit), None);
        self.approximated(device, "limiter");
    }
}

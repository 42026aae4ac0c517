//! EQ Eight.

use super::{Chain, Devices, FREEZE, shown};
use crate::ableton::node::at;
use roxmltree::Node;
use stemwright_core::{Band, BandKind, Db, Eq, Unit};

impl<'d, 'i> Devices<'_, '_, 'd, 'i> {
    pub(super) fn equaliser(&mut self, device: Node<'d, 'i>, chain: &mut Chain<'d>) {
        if self.choice(device, "Mode").is_some_and(|mode| mode != 0) {
            let message = format!("{} works on left and right or mid and side apart: it is not run", shown(device));
            self.ledger.error("plugin-not-run", self.place, message, FREEZE);
            return;
        }
        let scale = self.knob(device, "Scale", [-2.0, 2.0]).unwrap_or(1.0);
        let bands = (0..8).filter_map(|band| at(device, &format!("Bands.{band}/ParameterA")));
        let bands: Vec<Band> = bands.flat_map(|band| self.band(band, scale)).collect();
        let gain = self.knob(device, "GlobalGain", [-24.0, 24.0]).unwrap_or(0.0);
        if !bands.is_empty() {
            chain.add(Unit::Eq(Eq { bands }), None);
            self.approximated(device, "eq");
        }
        if gain != 0.0 {
            chain.add(Unit::Gain(Db(gain)), None);
        }
    }

    /// What stands for a band.
    fn band(&mut self, band: Node<'d, 'i>, scale: f64) -> Vec<Band> {
        if !self.switch(band, "IsOn") {
            return Vec::new();
        }
        let freq = self.knob(band, "Freq", [5.0, 1e6]).unwrap_or(1000.0);
        let gain = Db((self.knob(band, "Gain", [-40.0, 40.0]).unwrap_or(0.0) * scale).clamp(-40.0, 40.0));
        let q = self.knob(band, "Q", [0.1, 40.0]).unwrap_or(std::f64::consts::FRAC_1_SQRT_2);
        let one = |kind| Band { kind, freq, gain, q };
        // 48 dB/octave: four sections, a Butterworth filter but for the last, which has the band's own resonance.
        let steep = |kind| {
            let sections = (0..4u32).map(|section| {
                let angle = std::f64::consts::PI * f64::from(2 * section + 1) / 16.0;
                0.5 / libm::cos(angle)
            });
            let resonance = q / std::f64::consts::FRAC_1_SQRT_2;
            let sections = sections.enumerate();
            let bands = sections.map(|(index, own)| Band {
                kind,
                freq,
                gain,
                q: if index == 3 { own * resonance } else { own },
            });
            bands.map(|band| Band { q: band.q.clamp(0.1, 40.0), ..band }).collect()
        };
        let (high_pass, low_pass) = (BandKind::HighPass { steep: false }, BandKind::LowPass { steep: false });
        match self.choice(band, "Mode").unwrap_or(3) {
            0 => steep(high_pass),
            1 => vec![one(high_pass)],
            2 => vec![one(BandKind::LowShelf)],
            4 => vec![Band { gain: Db(-40.0), ..one(BandKind::Bell) }],
            5 => vec![one(BandKind::HighShelf)],
            6 => vec![one(low_pass)],
            7 => steep(low_pass),
            _ if gain == Db::ZERO => Vec::new(),
            _ => vec![one(BandKind::Bell)],
        }
    }
}

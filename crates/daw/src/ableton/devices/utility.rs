//! Utility: gain, width, mute and polarity. Live 9 keeps its gain in dB, later ones as a factor.

use super::{Chain, Devices, FREEZE, bounded, quiet, shown};
use crate::ableton::node::at;
use roxmltree::Node;
use stemwright_core::{Db, Param, Unit, Width};

/// What our width can be; Live's goes to 4.
const WIDEST: f64 = 2.0;

impl<'d, 'i> Devices<'_, '_, 'd, 'i> {
    pub(super) fn utility(&mut self, device: Node<'d, 'i>, chain: &mut Chain<'d>) {
        // Live 9's has other names for the same knobs.
        let is_old = at(device, "StereoSeparation").is_some();
        let left_out = |own: &mut Self, code: &str, what: &str| {
            own.ledger.error(code, own.place, format!("{}: {what} is left out", shown(device)), FREEZE);
        };
        if self.choice(device, if is_old { "Source" } else { "ChannelMode" }).is_some_and(|mode| mode != 1) {
            left_out(self, "channels-not-carried", "its choice of channels");
        }
        match [self.switch(device, "PhaseInvertL"), self.switch(device, "PhaseInvertR")] {
            [true, true] => chain.inverted = !chain.inverted,
            [false, false] => {}
            _ => left_out(self, "channels-not-carried", "the polarity of one channel"),
        }
        let pan = self.levels.parameter(Some(device), if is_old { "Panorama" } else { "Balance" });
        if pan.value(0.0) != 0.0 || pan.curve.is_some() {
            left_out(self, "pan-approximated", "its pan");
        }
        if self.switch(device, "MidSideBalanceOn") && self.knob(device, "MidSideBalance", [0.0, 2.0]) != Some(1.0) {
            left_out(self, "device-approximated", "its balance of mid and side");
        }
        self.width(device, is_old, chain);
        self.utility_gain(device, is_old, chain);
    }

    fn width(&mut self, device: Node<'d, 'i>, is_old: bool, chain: &mut Chain<'d>) {
        let name = if is_old { "StereoSeparation" } else { "StereoWidth" };
        let mono = self.switch(device, "Mono");
        let width = if mono { 0.0 } else { self.knob(device, name, [0.0, 4.0]).unwrap_or(1.0) };
        let bass = self.switch(device, "BassMono").then(|| self.knob(device, "BassMonoFrequency", [20.0, 1000.0]));
        let mono_below = bass.map(|frequency| frequency.unwrap_or(120.0));
        if width == 1.0 && mono_below.is_none() {
            return;
        }
        chain.add(Unit::Width(Width { width: width.min(WIDEST), mono_below }), None);
        // Mono is the mean of left and right in both.
        if width != 0.0 || mono_below.is_some() {
            self.approximated(device, "stereo width");
        }
    }

    fn utility_gain(&mut self, device: Node<'d, 'i>, is_old: bool, chain: &mut Chain<'d>) {
        let gain = self.levels.parameter(Some(device), "Gain");
        let muted = self.switch(device, "Mute");
        let (still, points) = if is_old {
            let still = Db(gain.value(0.0).clamp(-150.0, 60.0));
            (still, self.levels.lines(&gain, |value| value.clamp(-150.0, 60.0)))
        } else {
            let points = self.levels.factors(&gain, 1.0).unwrap_or_default();
            (quiet(crate::ableton::levels::fader(gain.value(1.0))), points.into_iter().map(bounded).collect())
        };
        if muted {
            chain.add(Unit::Gain(Db(-150.0)), None);
        } else if still != Db::ZERO || !points.is_empty() {
            chain.add(Unit::Gain(still), Some((Param::Gain, points)));
        }
    }
}

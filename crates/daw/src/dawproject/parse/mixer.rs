//! `Structure`: tracks, channels, sends and devices.

use super::super::model::{Channel, Device, EqBand, Lane, MixerRole, Real, Send};
use super::{Parser, elements};
use roxmltree::Node;
use std::collections::BTreeMap;

const PLUGINS: [&str; 6] = ["Device", "Vst2Plugin", "Vst3Plugin", "ClapPlugin", "AuPlugin", "BuiltinDevice"];
const DEVICES: [&str; 4] = ["Equalizer", "Compressor", "NoiseGate", "Limiter"];
const PARAMETERS: [&str; 6] =
    ["parameter", "RealParameter", "BoolParameter", "IntegerParameter", "EnumParameter", "TimeSignatureParameter"];
const REALS: [&str; 7] = ["Attack", "InputGain", "OutputGain", "Ratio", "Release", "Threshold", "Range"];

impl Parser {
    /// The tracks and channels right below an element.
    pub(super) fn lanes<'d>(&mut self, parent: Node<'d, '_>) -> Vec<Lane<'d>> {
        let mut lanes = Vec::new();
        for node in elements(parent) {
            match node.tag_name().name() {
                "Track" => lanes.push(self.track(node)),
                "Channel" => {
                    let channel = self.channel(node);
                    lanes.push(Lane {
                        id: None,
                        name: channel.name,
                        colour: channel.colour,
                        loaded: true,
                        channel: Some(channel),
                        children: Vec::new(),
                    });
                }
                _ => self.element(node),
            }
        }
        lanes
    }

    fn track<'d>(&mut self, node: Node<'d, '_>) -> Lane<'d> {
        self.attributes(node, &["contentType", "loaded"]);
        let mut lane = Lane {
            id: node.attribute("id"),
            name: node.attribute("name").unwrap_or_default(),
            colour: node.attribute("color"),
            loaded: self.flag(node, "loaded").unwrap_or(true),
            channel: None,
            children: Vec::new(),
        };
        for node in elements(node) {
            match node.tag_name().name() {
                "Channel" if lane.channel.is_none() => lane.channel = Some(self.channel(node)),
                "Track" => lane.children.push(self.track(node)),
                _ => self.element(node),
            }
        }
        lane
    }

    fn channel<'d>(&mut self, node: Node<'d, '_>) -> Channel<'d> {
        self.attributes(node, &["audioChannels", "destination", "role", "solo"]);
        let role = match node.attribute("role") {
            None | Some("regular") => MixerRole::Regular,
            Some("master") => MixerRole::Master,
            Some("effect") => MixerRole::Effect,
            Some("submix") => MixerRole::Submix,
            Some("vca") => MixerRole::Vca,
            Some(_) => {
                self.wrong_value(node, "role");
                MixerRole::Regular
            }
        };
        let channels = self.whole(node, "audioChannels").and_then(|number| u32::try_from(number).ok());
        let mut channel = Channel {
            id: node.attribute("id"),
            name: node.attribute("name").unwrap_or_default(),
            colour: node.attribute("color"),
            role,
            channels: channels.unwrap_or(2),
            destination: node.attribute("destination"),
            solo: self.flag(node, "solo").unwrap_or(false),
            volume: None,
            pan: None,
            mute: None,
            sends: Vec::new(),
            devices: Vec::new(),
        };
        for node in elements(node) {
            match node.tag_name().name() {
                "Volume" => channel.volume = Some(self.real(node)),
                "Pan" => channel.pan = Some(self.real(node)),
                "Mute" => channel.mute = Some(self.switch(node)),
                "Sends" => {
                    for node in elements(node) {
                        match node.tag_name().name() {
                            "Send" => channel.sends.push(self.send(node)),
                            _ => self.element(node),
                        }
                    }
                }
                "Devices" => {
                    for node in elements(node) {
                        let name = node.tag_name().name();
                        if PLUGINS.contains(&name) || DEVICES.contains(&name) {
                            channel.devices.push(self.device(node));
                        } else {
                            self.element(node);
                        }
                    }
                }
                _ => self.element(node),
            }
        }
        channel
    }

    fn send<'d>(&mut self, node: Node<'d, '_>) -> Send<'d> {
        self.attributes(node, &["destination", "type"]);
        let pre = match node.attribute("type") {
            Some("pre") => true,
            None | Some("post") => false,
            Some(_) => {
                self.wrong_value(node, "type");
                false
            }
        };
        let destination = node.attribute("destination");
        let mut send = Send { destination, pre, enable: None, pan: None, volume: None };
        for node in elements(node) {
            match node.tag_name().name() {
                "Volume" => send.volume = Some(self.real(node)),
                "Pan" => send.pan = Some(self.real(node)),
                "Enable" => send.enable = Some(self.switch(node)),
                _ => self.element(node),
            }
        }
        send
    }

    fn device<'d>(&mut self, node: Node<'d, '_>) -> Device<'d> {
        self.attributes(node, &["deviceID", "deviceName", "deviceRole", "deviceVendor", "loaded", "pluginVersion"]);
        let names = ["deviceName", "name", "deviceID"].into_iter().filter_map(|name| node.attribute(name));
        let mut device = Device {
            element: node.tag_name().name(),
            name: names.into_iter().find(|name| !name.trim().is_empty()).unwrap_or("without a name"),
            role: node.attribute("deviceRole").unwrap_or("audioFX"),
            loaded: self.flag(node, "loaded").unwrap_or(true),
            enabled: None,
            parameters: Vec::new(),
            reals: BTreeMap::new(),
            auto_makeup: None,
            bands: Vec::new(),
        };
        for node in elements(node) {
            match node.tag_name().name() {
                "Parameters" => {
                    for node in elements(node) {
                        if !PARAMETERS.contains(&node.tag_name().name()) {
                            self.element(node);
                        } else if let Some(id) = node.attribute("id") {
                            device.parameters.push((id, node.attribute("name").unwrap_or_default()));
                        }
                    }
                }
                "Enabled" => device.enabled = Some(self.switch(node)),
                "State" => {}
                "AutoMakeup" => device.auto_makeup = Some(self.switch(node)),
                "Band" => device.bands.push(self.band(node)),
                name if REALS.contains(&name) => {
                    let real: Real<'d> = self.real(node);
                    device.reals.insert(name, real);
                }
                _ => self.element(node),
            }
        }
        device
    }

    fn band<'d>(&mut self, node: Node<'d, '_>) -> EqBand<'d> {
        self.attributes(node, &["type", "order"]);
        let order = self.whole(node, "order").and_then(|order| u32::try_from(order).ok());
        let kind = node.attribute("type").unwrap_or_default();
        let mut band = EqBand { kind, order, freq: None, gain: None, q: None, enabled: None };
        for node in elements(node) {
            match node.tag_name().name() {
                "Freq" => band.freq = Some(self.real(node)),
                "Gain" => band.gain = Some(self.real(node)),
                "Q" => band.q = Some(self.real(node)),
                "Enabled" => band.enabled = Some(self.switch(node)),
                _ => self.element(node),
            }
        }
        band
    }
}

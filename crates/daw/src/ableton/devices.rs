//! Devices → inserts where their law is known or near; all others are named.

mod dynamics;
mod equaliser;
mod utility;

use super::levels::Levels;
use super::node::{at, flag, number, text};
use crate::foreign::ledger::Ledger;
use roxmltree::Node;
use stemwright_core::{Automation, Insert, Param, Tap, Target, Unit};

/// Racks in racks.
const DEEPEST: usize = 32;

/// What a chain of devices becomes.
#[derive(Debug, Default)]
pub(super) struct Chain<'d> {
    pub(super) inserts: Vec<Insert>,
    /// Of inserts.
    pub(super) automation: Vec<Automation>,
    /// Whether it turns the polarity, an odd number of times.
    pub(super) inverted: bool,
    /// Side-chains: an insert, the `Id` of the track that it listens to, and from where.
    pub(super) keys: Vec<(usize, &'d str, Tap)>,
}

impl Chain<'_> {
    /// Adds an insert, and what moves a parameter of it.
    fn add(&mut self, unit: Unit, moved: Option<(Param, Vec<stemwright_core::Point>)>) {
        let place = self.inserts.len();
        self.inserts.push(Insert::from(unit));
        if let Some((param, points)) = moved.filter(|(_, points)| !points.is_empty()) {
            self.automation.push(Automation { target: Target::Insert(place, param), points });
        }
    }
}

/// Devices that do nothing to what goes through them.
const SILENT: &[&str] = &["SpectrumAnalyzer", "Tuner"];

/// Reads chains of devices.
pub(super) struct Devices<'l, 'e, 'd, 'i> {
    pub(super) levels: &'l mut Levels<'e, 'd, 'i>,
    pub(super) ledger: &'l mut Ledger,
    /// The track.
    pub(super) place: &'l str,
}

impl<'d, 'i> Devices<'_, '_, 'd, 'i> {
    /// All devices of a list, in order.
    pub(super) fn read(&mut self, list: Option<Node<'d, 'i>>) -> Chain<'d> {
        let mut chain = Chain::default();
        self.list(list, &mut chain, 0);
        chain
    }

    fn list(&mut self, list: Option<Node<'d, 'i>>, chain: &mut Chain<'d>, depth: usize) {
        for device in list.into_iter().flat_map(|list| list.children()).filter(Node::is_element) {
            self.device(device, chain, depth);
        }
    }

    fn device(&mut self, device: Node<'d, 'i>, chain: &mut Chain<'d>, depth: usize) {
        let kind = device.tag_name().name();
        let on = self.levels.parameter(Some(device), "On");
        if SILENT.contains(&kind) {
            return;
        }
        if on.value(1.0) < 0.5 && on.curve.is_none() {
            let message = format!("{} is switched off and left out", shown(device));
            self.ledger.note("device-off", self.place, message, "");
            return;
        }
        if on.curve.is_some() {
            let message = format!("{} is switched on and off by automation; here it stays on", shown(device));
            self.ledger.warning("automation-not-carried", self.place, message, "freeze the track in Live");
        }
        match kind {
            "StereoGain" => self.utility(device, chain),
            "Eq8" => self.equaliser(device, chain),
            "Compressor2" => self.compressor(device, chain),
            "Limiter" => self.limiter(device, chain),
            "AudioEffectGroupDevice" => self.rack(device, chain, depth),
            _ => self.not_run(device),
        }
    }

    /// A rack of one chain is that chain and its fader.
    fn rack(&mut self, rack: Node<'d, 'i>, chain: &mut Chain<'d>, depth: usize) {
        let branches: Vec<Node<'d, 'i>> = at(rack, "Branches")
            .into_iter()
            .flat_map(|branches| branches.children())
            .filter(|branch| branch.has_tag_name("AudioEffectBranch"))
            .take(2)
            .collect();
        let [branch] = branches.as_slice() else {
            if branches.len() > 1 {
                let message = format!("{} has several chains side by side: it is not run", shown(rack));
                self.ledger.error("plugin-not-run", self.place, message, FREEZE);
            }
            return;
        };
        if depth >= DEEPEST {
            return self.not_run(rack);
        }
        let devices = at(*branch, "DeviceChain/AudioToAudioDeviceChain/Devices");
        self.list(devices, chain, depth + 1);
        let mixer = at(*branch, "MixerDevice");
        let volume = self.levels.parameter(mixer, "Volume");
        let speaker = self.levels.parameter(mixer, "Speaker");
        let silent = speaker.value(1.0) < 0.5;
        let factor = if silent { 0.0 } else { super::levels::fader(volume.value(1.0)) };
        let points = self.levels.factors(&volume, 1.0);
        if factor != 1.0 || points.is_some() {
            chain.add(
                Unit::Gain(quiet(factor)),
                points.map(|points| (Param::Gain, points.into_iter().map(bounded).collect())),
            );
        }
        let pan = self.levels.parameter(mixer, "Panorama");
        if pan.value(0.0) != 0.0 || pan.curve.is_some() {
            let message = format!("the chain of {} is panned, which is left out", shown(rack));
            self.ledger.error("pan-approximated", self.place, message, FREEZE);
        }
    }

    fn not_run(&mut self, device: Node<'d, 'i>) {
        let message = format!("{} is not run: the stems lack what it does", shown(device));
        self.ledger.error("plugin-not-run", self.place, message, FREEZE);
    }

    /// Says that a device is another machine here.
    fn approximated(&mut self, device: Node<'d, 'i>, what: &str) {
        let message = format!(
            "{} is Stemwright's own {what} with the same settings, and sounds a little otherwise",
            shown(device)
        );
        self.ledger.warning("device-approximated", self.place, message, FREEZE);
    }

    /// A parameter that stands still here; what moves it is told.
    fn still(&mut self, device: Node<'d, 'i>, path: &str) -> Option<f64> {
        let parameter = self.levels.parameter(Some(device), path);
        if let Some(curve) = &parameter.curve {
            let device = device.ancestors().find(|node| node.parent().is_some_and(|list| list.has_tag_name("Devices")));
            let shown = device.map_or_else(String::new, shown);
            let message = format!("{path} of {shown} is moved by automation; here it stays where it begins");
            self.ledger.warning("automation-not-carried", self.place, message, FREEZE);
            return Some(curve.first());
        }
        parameter.fixed
    }

    /// Where a knob of a device stands, within what ours can be.
    fn knob(&mut self, device: Node<'d, 'i>, path: &str, range: [f64; 2]) -> Option<f64> {
        self.still(device, path).map(|value| value.clamp(range[0], range[1]))
    }

    /// The choice of a menu of a device: with automation, or as a plain value.
    fn choice(&mut self, device: Node<'d, 'i>, path: &str) -> Option<i64> {
        let value = self.still(device, path).or_else(|| number(device, path))?;
        (value.abs() < 1e9).then(|| value.round() as i64)
    }

    /// A switch of a device: with automation, or as a plain value.
    fn switch(&mut self, device: Node<'d, 'i>, path: &str) -> bool {
        self.still(device, path).map_or_else(|| flag(device, path).unwrap_or(false), |value| value >= 0.5)
    }
}

pub(super) const FREEZE: &str = "freeze the track in Live, save the set and read it again";

/// A factor as the dB of a gain insert, which ends at −150.
fn quiet(factor: f64) -> stemwright_core::Db {
    stemwright_core::Db(stemwright_core::Db::of(factor).0.clamp(-150.0, 60.0))
}

fn bounded(mut point: stemwright_core::Point) -> stemwright_core::Point {
    point.value = point.value.clamp(-150.0, 60.0);
    point
}

/// What a user calls a device.
pub(super) fn shown(device: Node<'_, '_>) -> String {
    let own = device.tag_name().name();
    let names = [
        "PluginDesc/VstPluginInfo/PlugName",
        "PluginDesc/Vst3PluginInfo/Name",
        "PluginDesc/AuPluginInfo/Name",
        "UserName",
    ];
    let given = names.iter().filter_map(|path| text(device, path)).find(|name| !name.trim().is_empty());
    // Max devices are named after the file of their patch.
    let patch = at(device, "PatchSlot/Value/MxDPatchRef/FileRef");
    let file = patch.and_then(|patch| text(patch, "Name").or_else(|| text(patch, "Path")));
    let file = file.and_then(|path| path.rsplit('/').next()).map(|name| name.trim_end_matches(".amxd"));
    let given = given.or(file.filter(|name| !name.is_empty()));
    let short = |name: &str| name.chars().filter(|c| !c.is_control()).take(80).collect::<String>();
    let kind = match own {
        "StereoGain" => "Utility",
        "Eq8" => "EQ Eight",
        "FilterEQ3" => "EQ Three",
        "ChannelEq" => "Channel EQ",
        "Compressor2" => "Compressor",
        "GlueCompressor" => "Glue Compressor",
        "MultibandDynamics" => "Multiband Dynamics",
        "AutoFilter" | "AutoFilter2" => "Auto Filter",
        "AutoPan" | "AutoPan2" => "Auto Pan",
        "CrossDelay" => "Simple Delay",
        "PingPongDelay" => "Ping Pong Delay",
        "FilterDelay" => "Filter Delay",
        "Chorus2" => "Chorus-Ensemble",
        "PhaserNew" => "Phaser-Flanger",
        "Redux2" => "Redux",
        "Tube" => "Dynamic Tube",
        "BeatRepeat" => "Beat Repeat",
        "FrequencyShifter" => "Frequency Shifter",
        "ProxyAudioEffectDevice" => "External Audio Effect",
        "AudioEffectGroupDevice" => "Audio Effect Rack",
        "InstrumentGroupDevice" => "Instrument Rack",
        "DrumGroupDevice" => "Drum Rack",
        "OriginalSimpler" => "Simpler",
        "MultiSampler" => "Sampler",
        "UltraAnalog" => "Analog",
        "StringStudio" => "Tension",
        "LoungeLizard" => "Electric",
        "InstrumentVector" => "Wavetable",
        "MxDeviceAudioEffect" => "the Max device",
        "MxDeviceInstrument" => "the Max instrument",
        "PluginDevice" | "AuPluginDevice" => "the plug-in",
        other => other,
    };
    match given {
        Some(name) if kind.starts_with("the ") => format!("{kind} {:?}", short(name)),
        Some(name) => format!("{kind} {:?}", short(name)),
        None => short(kind),
    }
}

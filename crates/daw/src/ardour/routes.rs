//! Tracks, busses and the master, as they are written: what each element says, with no other route in sight.

use super::pan::{Pannable, Shell};
use crate::foreign::number;
use roxmltree::Node;

/// What a route is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Track,
    Bus,
    Master,
    /// The monitor section, the auditioner: nothing of them is in a mix.
    Aside,
}

/// A port and what it is connected to.
#[derive(Debug, Clone)]
pub(super) struct Port<'d> {
    pub(super) name: &'d str,
    pub(super) others: Vec<&'d str>,
}

/// Where mute acts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct MutePoints {
    pub(super) pre: bool,
    pub(super) post: bool,
    pub(super) main: bool,
}

/// What is in a route's chain, in order.
#[derive(Debug, Clone)]
pub(super) enum Stage<'d, 'i> {
    /// Where a track's clips come in.
    Reader,
    Polarity,
    Trim,
    Fader,
    /// To a bus.
    Send(SendTo<'d, 'i>),
    /// To a port.
    PortSend(&'d str),
    /// A plug-in, or anything else that is run.
    Device(Node<'d, 'i>),
}

/// An internal send.
#[derive(Debug, Clone)]
pub(super) struct SendTo<'d, 'i> {
    pub(super) target: &'d str,
    pub(super) gain: f64,
    pub(super) inverted: bool,
    pub(super) shell: Shell<'d>,
    /// Its own, where it does not follow the route's.
    pub(super) pannable: Option<Pannable<'d, 'i>>,
    /// Its level, where that moves.
    pub(super) list: Option<Node<'d, 'i>>,
}

/// A route.
#[derive(Debug, Clone)]
pub(super) struct Route<'d, 'i> {
    pub(super) id: &'d str,
    pub(super) name: &'d str,
    pub(super) kind: Kind,
    pub(super) midi: bool,
    pub(super) active: bool,
    pub(super) ins: Vec<Port<'d>>,
    pub(super) outs: Vec<Port<'d>>,
    /// The id of its playlist, or its name before version 6.
    pub(super) playlist: Option<&'d str>,
    /// Whether regions hide those below them. Versions before 6 have tracks on which all are heard.
    pub(super) layered: bool,
    pub(super) stages: Vec<Stage<'d, 'i>>,
    /// Channels that the panner gets.
    pub(super) panned: usize,
    pub(super) shell: Shell<'d>,
    pub(super) pannable: Pannable<'d, 'i>,
    /// Of each channel.
    pub(super) inverted: Vec<bool>,
    pub(super) trim: f64,
    pub(super) fader: f64,
    pub(super) trim_list: Option<Node<'d, 'i>>,
    pub(super) fader_list: Option<Node<'d, 'i>>,
    pub(super) mute_list: Option<Node<'d, 'i>>,
    pub(super) muted: bool,
    pub(super) points: MutePoints,
    pub(super) soloed: bool,
    pub(super) isolated: bool,
    /// Numbers of VCAs.
    pub(super) masters: Vec<&'d str>,
    /// What VCAs were at when they were given to it, by the ids of their faders.
    pub(super) records: Vec<(&'d str, f64)>,
    pub(super) colour: Option<String>,
}

/// `1` or `yes`.
pub(super) fn yes(value: Option<&str>) -> bool {
    matches!(value, Some("1" | "yes" | "true"))
}

/// A gain as far as sessions have such.
fn gain(value: Option<f64>) -> Option<f64> {
    value.filter(|gain| (0.0..=1e4).contains(gain))
}

/// A control by its name.
pub(super) fn control<'d, 'i>(node: Node<'d, 'i>, name: &str) -> Option<Node<'d, 'i>> {
    let is_control = |child: &Node<'d, 'i>| child.tag_name().name().eq_ignore_ascii_case("Controllable");
    node.children().find(|child| is_control(child) && child.attribute("name") == Some(name))
}

/// Its value.
pub(super) fn value(node: Node<'_, '_>, name: &str) -> Option<f64> {
    control(node, name)?.attribute("value").and_then(number)
}

/// A list of automation that plays: `Off` and `Write` leave the control as it is.
pub(super) fn playing<'d, 'i>(node: Node<'d, 'i>, what: &str) -> Option<Node<'d, 'i>> {
    let automation = node.children().find(|child| child.has_tag_name("Automation"))?;
    let list = automation.children().find(|list| list.attribute("automation-id") == Some(what))?;
    let has_events = || list.children().any(|child| child.has_tag_name("events"));
    (plays(list.attribute("state")) && has_events()).then_some(list)
}

pub(super) fn plays(state: Option<&str>) -> bool {
    matches!(state, Some("Play" | "Touch" | "Latch"))
}

impl<'d, 'i> Route<'d, 'i> {
    /// Reads a `Route` of versions 3 to 8.
    pub(super) fn read(node: Node<'d, 'i>, version: u32) -> Option<Self> {
        let presentation = node.children().find(|child| child.has_tag_name("PresentationInfo"));
        let flags = [node.attribute("flags"), presentation.and_then(|info| info.attribute("flags"))];
        let has = |flag: &str| flags.iter().flatten().any(|flags| flags.split(',').any(|own| own.trim() == flag));
        let stream = node.children().find(|child| child.has_tag_name("Diskstream"));
        let playlist = node.attribute("audio-playlist").or_else(|| stream?.attribute("playlist"));
        let midi_list = node.attribute("midi-playlist").is_some();
        let midi = node.attribute("default-type") == Some("midi") || midi_list && playlist.is_none();
        let kind = match () {
            () if has("MasterOut") => Kind::Master,
            () if has("MonitorOut") || has("Auditioner") || has("FoldbackBus") && has("Hidden") => Kind::Aside,
            () if playlist.is_some() || midi_list => Kind::Track,
            () => Kind::Bus,
        };
        let ports = |direction: &str| {
            let io = node.children().find(|io| io.has_tag_name("IO") && io.attribute("direction") == Some(direction));
            ports(io)
        };
        let mute = node.children().find(|child| child.has_tag_name("MuteMaster"));
        let points = mute.and_then(|mute| mute.attribute("mute-point")).unwrap_or("PostFader,Listen,Main");
        let acts = |point: &str| points.split(',').any(|own| own.trim() == point);
        let phase = control(node, "phase").and_then(|phase| phase.attribute("phase-invert"));
        let phase = phase.or_else(|| node.attribute("phase-invert")).unwrap_or_default();
        let solo = control(node, "solo");
        let counts = ["self-solo", "soloed-by-upstream", "soloed-by-downstream"];
        let counted = |name: &str| {
            let written = solo.and_then(|solo| solo.attribute(name)).or_else(|| node.attribute(name));
            written.is_some_and(|count| !matches!(count, "" | "0" | "no"))
        };
        let isolated = control(node, "solo-iso").and_then(|iso| iso.attribute("solo-isolated"));
        let slaved = node.children().find(|child| child.has_tag_name("Slavable"));
        let mut route = Self {
            id: node.attribute("id").unwrap_or_default(),
            name: node.attribute("name").filter(|name| !name.is_empty())?,
            kind,
            midi,
            active: node.attribute("active").is_none_or(|active| yes(Some(active))),
            ins: ports("Input"),
            outs: ports("Output"),
            playlist,
            layered: node.attribute("mode") != Some("NonLayered"),
            stages: Vec::new(),
            panned: 0,
            shell: Shell::default(),
            pannable: Pannable::of(node),
            // Written from the last channel to the first.
            inverted: phase.bytes().rev().map(|bit| bit == b'1').collect(),
            trim: 1.0,
            fader: 1.0,
            trim_list: None,
            fader_list: None,
            mute_list: playing(node, "mute"),
            muted: mute.is_some_and(|mute| yes(mute.attribute("muted")))
                || value(node, "mute").is_some_and(|on| on > 0.5),
            points: MutePoints { pre: acts("PreFader"), post: acts("PostFader"), main: acts("Main") },
            soloed: counts.into_iter().any(counted),
            isolated: yes(isolated.or_else(|| node.attribute("solo-isolated"))),
            masters: slaved.map(masters).unwrap_or_default(),
            records: Vec::new(),
            colour: presentation.and_then(|info| info.attribute("color")).and_then(colour),
        };
        route.panned = route.ins.len();
        route.chain(node, version);
        Some(route)
    }

    fn chain(&mut self, node: Node<'d, 'i>, version: u32) {
        let mut custom = None;
        let mut has_polarity = false;
        for processor in node.children().filter(|child| child.has_tag_name("Processor")) {
            let on = processor.attribute("active").is_none_or(|active| yes(Some(active)));
            match processor.attribute("type").unwrap_or_default() {
                "diskreader" => custom = Some(self.stages.len()),
                "polarity" => {
                    has_polarity = true;
                    self.stages.push(Stage::Polarity);
                }
                "trim" => {
                    self.trim = gain(value(processor, "trimcontrol")).unwrap_or(1.0);
                    self.trim_list = playing(processor, "trim");
                    self.stages.push(Stage::Trim);
                }
                "amp" => {
                    self.fader = gain(value(processor, "gaincontrol")).unwrap_or(1.0);
                    self.fader_list = playing(processor, "gain");
                    self.records = records(processor);
                    self.stages.push(Stage::Fader);
                }
                "main-outs" => self.shell = Shell::of(processor),
                "intsend" if on && processor.attribute("role") != Some("Listen") => {
                    let shell = Shell::of(processor);
                    let own = processor.children().any(|child| child.has_tag_name("Pannable"));
                    let own = (own && !shell.linked).then(|| Pannable::of(processor));
                    self.stages.push(Stage::Send(SendTo {
                        target: processor.attribute("target").unwrap_or_default(),
                        gain: gain(value(processor, "gaincontrol")).unwrap_or(1.0),
                        inverted: value(processor, "polarity-invert").is_some_and(|on| on > 0.5),
                        shell,
                        pannable: own,
                        list: playing(processor, "send").or_else(|| playing(processor, "gain")),
                    }));
                }
                "send" if on => self.stages.push(Stage::PortSend(processor.attribute("name").unwrap_or_default())),
                // Nothing of these is heard in a mix.
                "intsend" | "send" | "diskwriter" | "meter" | "intreturn" | "return" | "capture" | "monitor"
                | "listen" | "main-volume" | "delay" | "sidechain" | "beatbox" | "triggerbox" => {}
                _ if on => {
                    let configured = processor.children().find(|child| child.has_tag_name("ConfiguredOutput"));
                    let audio = |list: Node<'d, 'i>| {
                        let counts = list.children().filter(|channels| channels.attribute("type") == Some("audio"));
                        counts.filter_map(|channels| channels.attribute("count")?.parse::<usize>().ok()).sum::<usize>()
                    };
                    self.panned = configured.map_or(self.panned, audio);
                    self.stages.push(Stage::Device(processor));
                }
                _ => {}
            }
        }
        if !has_polarity {
            // Before version 6 it is no processor and comes first.
            self.stages.insert(0, Stage::Polarity);
            custom = custom.map(|at| at + 1);
        }
        let reader = match node.attribute("disk-io-point") {
            Some("DiskIOPostFader") => self.stages.len(),
            Some("DiskIOCustom") => custom.unwrap_or(0),
            _ => 0,
        };
        if self.kind == Kind::Track {
            self.stages.insert(reader, Stage::Reader);
        }
        // The only panner of two channels that versions before 6 have.
        if version < 6000 {
            self.shell.equal_power = true;
            for stage in &mut self.stages {
                if let Stage::Send(send) = stage {
                    send.shell.equal_power = true;
                }
            }
        }
    }
}

fn ports<'d>(io: Option<Node<'d, '_>>) -> Vec<Port<'d>> {
    let ports = io.into_iter().flat_map(|io| io.children()).filter(|port| port.has_tag_name("Port"));
    let ports = ports.filter(|port| port.attribute("type").is_none_or(|kind| kind == "audio"));
    let others = |port: Node<'d, '_>| {
        let connections = port.children().filter(|child| child.has_tag_name("Connection"));
        connections.filter_map(|connection| connection.attribute("other")).collect()
    };
    ports.map(|port| Port { name: port.attribute("name").unwrap_or_default(), others: others(port) }).collect()
}

/// The numbers of the VCAs that something is a slave of.
pub(super) fn masters<'d>(slaved: Node<'d, '_>) -> Vec<&'d str> {
    let masters = slaved.children().filter(|child| child.has_tag_name("Master"));
    masters.filter_map(|master| master.attribute("number")).collect()
}

/// What VCAs were at when they were given to a fader.
pub(super) fn records<'d>(holder: Node<'d, '_>) -> Vec<(&'d str, f64)> {
    let Some(fader) = control(holder, "gaincontrol") else { return Vec::new() };
    let Some(list) = fader.children().find(|child| child.has_tag_name("masters")) else { return Vec::new() };
    let record = |master: Node<'d, '_>| {
        let value = master.attribute("val-master").and_then(number).filter(|value| (1e-6..=1e6).contains(value))?;
        Some((master.attribute("id")?, value))
    };
    list.children().filter(|child| child.has_tag_name("master")).filter_map(record).collect()
}

/// `#rrggbb` of a number that holds red, green, blue and opacity.
fn colour(written: &str) -> Option<String> {
    let rgba = written.parse::<u32>().ok().filter(|rgba| *rgba != 0)?;
    Some(format!("#{:06x}", rgba >> 8))
}

//! Routes of version 2: ports are written in one line, a route has one `IO` with its gain and panner, and its playlist is found by way
//! of a disk stream.

use super::pan::{Pannable, Shell};
use super::routes::{Kind, MutePoints, Port, Route, Stage, plays, yes};
use crate::foreign::number;
use roxmltree::Node;
use std::collections::HashMap;

/// The names of playlists by the ids of disk streams.
pub(super) type Streams<'d> = HashMap<&'d str, &'d str>;

/// Of the `DiskStreams` of a session.
pub(super) fn streams<'d>(list: Option<Node<'d, '_>>) -> Streams<'d> {
    let streams = list.into_iter().flat_map(|list| list.children());
    streams.filter_map(|stream| Some((stream.attribute("id")?, stream.attribute("playlist")?))).collect()
}

/// Reads a route. The names of its ports are made here, and so are written to `ports`.
pub(super) fn read<'d, 'i>(node: Node<'d, 'i>, streams: &Streams<'d>, names: &'d Names) -> Option<Route<'d, 'i>> {
    let io = node.children().find(|child| child.has_tag_name("IO"))?;
    let name = io.attribute("name").filter(|name| !name.is_empty())?;
    let flags = node.attribute("flags").unwrap_or_default();
    let has = |flag: &str| flags.split(',').any(|own| own.trim() == flag);
    let stream = node.attribute("diskstream-id");
    let kind = match () {
        () if has("MasterOut") => Kind::Master,
        () if has("ControlOut") || has("MonitorOut") => Kind::Aside,
        () if stream.is_some() => Kind::Track,
        () => Kind::Bus,
    };
    let ports = |attribute: &str, direction: &str| -> Vec<Port<'d>> {
        let groups = io.attribute(attribute).unwrap_or_default().split('{').skip(1);
        let port = |(index, group): (usize, &'d str)| {
            let others = group.split('}').next().unwrap_or_default().split(',').filter(|other| !other.is_empty());
            Port { name: names.get(name, direction, index + 1), others: others.collect() }
        };
        groups.enumerate().map(port).collect()
    };
    let (ins, outs) = (ports("inputs", "in"), ports("outputs", "out"));
    let panner = io.children().find(|child| child.has_tag_name("Panner"));
    let places: Vec<f64> = panner
        .into_iter()
        .flat_map(|panner| panner.children())
        .filter(|child| child.has_tag_name("StreamPanner"))
        .filter_map(|child| child.attribute("x").and_then(number))
        .map(|place| place.clamp(0.0, 1.0))
        .collect();
    let (place, width) = match places.as_slice() {
        [] => (0.5, 1.0),
        [only] => (*only, 0.0),
        [left, right, ..] => (f64::midpoint(*left, *right), right - left),
    };
    let inverted = yes(node.attribute("phase-invert"));
    let acts = |point: &str| node.attribute(point).is_none_or(|acts| yes(Some(acts)));
    let automation = io.children().find(|child| child.has_tag_name("Automation"));
    let lists = automation.into_iter().flat_map(|node| node.children());
    let fader_list = lists.into_iter().find(|list| plays(list.attribute("state")) && has_events(*list));
    let mut route = Route {
        id: io.attribute("id").unwrap_or_default(),
        name,
        kind,
        midi: false,
        active: node.attribute("active").is_none_or(|active| yes(Some(active))),
        panned: ins.len().max(places.len()),
        inverted: vec![inverted; ins.len().max(1)],
        ins,
        outs,
        playlist: stream.and_then(|stream| streams.get(stream)).copied(),
        layered: true,
        stages: vec![Stage::Polarity],
        shell: Shell {
            bypassed: panner.is_some_and(|panner| yes(panner.attribute("bypassed"))),
            linked: true,
            equal_power: true,
            foreign: None,
        },
        pannable: Pannable { place, width, place_list: None, width_list: None },
        trim: 1.0,
        fader: io.attribute("gain").and_then(number).filter(|gain| (0.0..=1e4).contains(gain)).unwrap_or(1.0),
        trim_list: None,
        fader_list,
        mute_list: None,
        muted: yes(node.attribute("muted")),
        points: MutePoints {
            pre: acts("mute-affects-pre-fader"),
            post: acts("mute-affects-post-fader"),
            main: acts("mute-affects-main-outs"),
        },
        soloed: yes(node.attribute("soloed")),
        isolated: false,
        masters: Vec::new(),
        records: Vec::new(),
        colour: None,
    };
    let mut after = Vec::new();
    for child in node.children().filter(|child| child.has_tag_name("Insert") || child.has_tag_name("Send")) {
        let redirect = child.children().find(|inner| inner.has_tag_name("Redirect"));
        if redirect.is_some_and(|redirect| !yes(redirect.attribute("active"))) {
            continue;
        }
        let stage = if child.has_tag_name("Send") { Stage::PortSend("of version 2") } else { Stage::Device(child) };
        match redirect.and_then(|redirect| redirect.attribute("placement")) {
            Some("PostFader") => after.push(stage),
            _ => route.stages.push(stage),
        }
    }
    route.stages.push(Stage::Fader);
    route.stages.extend(after);
    if kind == Kind::Track {
        route.stages.insert(0, Stage::Reader);
    }
    Some(route)
}

fn has_events(list: Node<'_, '_>) -> bool {
    list.children().any(|child| child.has_tag_name("events"))
}

/// Names of ports, which are not written down in version 2.
#[derive(Default)]
pub(super) struct Names(HashMap<(String, &'static str, usize), String>);

impl Names {
    /// For all routes of a session.
    pub(super) fn of<'d, 'i: 'd>(routes: impl Iterator<Item = Node<'d, 'i>>) -> Self {
        let mut names = HashMap::new();
        for io in routes.flat_map(|route| route.children()).filter(|child| child.has_tag_name("IO")) {
            let Some(name) = io.attribute("name") else { continue };
            for (attribute, direction) in [("inputs", "in"), ("outputs", "out")] {
                let count = io.attribute(attribute).unwrap_or_default().matches('{').count();
                for port in 1..=count {
                    names.insert((name.to_owned(), direction, port), format!("{name}/{direction} {port}"));
                }
            }
        }
        Self(names)
    }

    fn get(&self, name: &str, direction: &str, port: usize) -> &str {
        let direction = if direction == "in" { "in" } else { "out" };
        self.0.get(&(name.to_owned(), direction, port)).map_or("", String::as_str)
    }
}

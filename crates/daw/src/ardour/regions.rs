//! Regions of playlists, as they are written.

use super::curve::{Curve, Style, default_fade, reversed};
use super::time::Clock;
use crate::foreign::number;
use roxmltree::Node;
use std::rc::Rc;

/// A fade of a region: its curve, and what of the layers below is heard meanwhile.
#[derive(Debug, Clone)]
pub(super) struct Fade {
    pub(super) active: bool,
    /// Frames. The region's body, which hides what lies below, begins after it even where it is not active.
    pub(super) length: u64,
    pub(super) curve: Option<Rc<Curve>>,
    pub(super) inverse: Option<Rc<Curve>>,
}

/// A region that sounds.
#[derive(Debug, Clone)]
pub(super) struct Region<'d> {
    pub(super) name: &'d str,
    /// Frames of the timeline.
    pub(super) at: i64,
    pub(super) length: u64,
    /// The first frame of its sources.
    pub(super) from: u64,
    /// Factor; below 0 it is inverted as well.
    pub(super) gain: f64,
    pub(super) opaque: bool,
    pub(super) envelope: Option<Curve>,
    pub(super) fade_in: Fade,
    pub(super) fade_out: Fade,
    /// Ids of its sources, one a channel.
    pub(super) sources: Vec<&'d str>,
    /// Where it lies among those it overlaps: the larger one above.
    pub(super) layer: i64,
}

/// What a region element is.
pub(super) enum Read<'d> {
    Sounds(Box<Region<'d>>),
    Muted,
    Midi,
    /// It lies outside what sessions have, or says too little.
    Wrong,
}

/// The fades that most regions have, made once.
pub(super) struct Defaults {
    fade_in: Fade,
    fade_out: Fade,
}

impl Defaults {
    pub(super) fn new() -> Self {
        let fade = |is_in| {
            let curve = default_fade(is_in);
            let inverse = curve.as_ref().and_then(reversed).map(Rc::new);
            Fade { active: true, length: 64, curve: curve.map(Rc::new), inverse }
        };
        Self { fade_in: fade(true), fade_out: fade(false) }
    }

    /// Reads one region. One pass over its attributes: there may be a million.
    pub(super) fn read<'d>(&self, node: Node<'d, '_>, clock: &Clock) -> Read<'d> {
        let yes = |value: &str| matches!(value, "1" | "yes" | "true");
        let (mut name, mut start, mut length, mut position) = ("", "0", None, None);
        let (mut gain, mut layer, mut muted, mut midi, mut flags) = (1.0, 0, false, false, None);
        let (mut opaque, mut envelope, mut fades_in, mut fades_out) = (true, false, true, true);
        let mut sources: Vec<(u32, &'d str)> = Vec::new();
        for attribute in node.attributes() {
            let value: &'d str = attribute.value();
            match attribute.name() {
                "name" => name = value,
                "start" => start = value,
                "length" => length = Some(value),
                "position" => position = Some(value),
                "muted" => muted = yes(value),
                "opaque" => opaque = yes(value),
                "envelope-active" => envelope = yes(value),
                "fade-in-active" => fades_in = yes(value),
                "fade-out-active" => fades_out = yes(value),
                "scale-amplitude" | "scale-gain" => gain = number(value).unwrap_or(1.0),
                "layering-index" | "layer" => layer = value.parse().unwrap_or(0),
                "type" => midi = value == "midi",
                "flags" => flags = Some(value),
                other => {
                    let channel = other.strip_prefix("source-").and_then(|channel| channel.parse::<u32>().ok());
                    sources.extend(channel.map(|channel| (channel, value)));
                }
            }
        }
        if let Some(flags) = flags.filter(|flags| !flags.is_empty()) {
            // Version 2 has one list of what it is.
            let has = |flag: &str| flags.split(',').any(|own| own.trim() == flag);
            (muted, opaque, envelope) = (muted || has("Muted"), has("Opaque"), has("EnvelopeActive"));
            (fades_in, fades_out) = (has("FadeIn"), has("FadeOut"));
        }
        if midi {
            return Read::Midi;
        }
        if muted {
            return Read::Muted;
        }
        let Some((length, at)) = length.and_then(|length| length.split_once('@').or_else(|| Some((length, position?))))
        else {
            return Read::Wrong;
        };
        let frames = (clock.frame(at), clock.length(length, at), clock.frame(start));
        let (Some(at), Some(length), Some(from)) = frames else { return Read::Wrong };
        let (Ok(length), Ok(from)) = (u64::try_from(length), u64::try_from(from)) else { return Read::Wrong };
        sources.sort_unstable();
        if sources.is_empty() || gain.abs() > 1e4 {
            return Read::Wrong;
        }
        let child = |name: &str| node.children().find(|child| child.has_tag_name(name));
        let list = |holder: Option<Node<'d, '_>>| -> Option<Node<'d, '_>> {
            let holder = holder?;
            holder.children().find(|child| child.has_tag_name("AutomationList")).or_else(|| {
                // Version 2 has the points without a list around them.
                holder.children().any(|child| child.has_tag_name("events")).then_some(holder)
            })
        };
        let fade = |name: &str, inverse: &str, default: &Fade, active: bool| {
            let curve = child(name).filter(|fade| fade.attribute("default") != Some("yes"));
            let Some(curve) = list(curve).and_then(|list| Curve::read(list, clock, Style::Curved)) else {
                return Fade { active, ..default.clone() };
            };
            let length = curve.end().max(0.0) as u64;
            let below = list(child(inverse)).and_then(|list| Curve::read(list, clock, Style::Curved)).map(Rc::new);
            Fade { active, length, curve: Some(Rc::new(curve)), inverse: below.or_else(|| default.inverse.clone()) }
        };
        let envelope = envelope.then(|| list(child("Envelope"))).flatten();
        Read::Sounds(Box::new(Region {
            name,
            at,
            length,
            from,
            gain,
            opaque,
            envelope: envelope.and_then(|list| Curve::read(list, clock, Style::Linear)),
            fade_in: fade("FadeIn", "InverseFadeIn", &self.fade_in, fades_in),
            fade_out: fade("FadeOut", "InverseFadeOut", &self.fade_out, fades_out),
            sources: sources.into_iter().map(|(_, id)| id).collect(),
            layer,
        }))
    }
}

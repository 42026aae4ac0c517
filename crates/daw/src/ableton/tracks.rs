//! The tracks of a set: what they are and where their sound goes, before any of it is a strip.

use super::colours::colour;
use super::node::{at, flag, text, whole, within};
use roxmltree::Node;

/// What a track is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Audio,
    Midi,
    Group,
    Return,
}

/// Where sound goes to, or comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Route<'d> {
    /// Nowhere; of an output: the sends only.
    Nowhere,
    Master,
    /// The group around it.
    Group,
    /// A track by its `Id`, and the place in it: `TrackIn`, `TrackOut`, `PostFxOut`, `PreFxOut`, or an input of a device.
    Track(&'d str, &'d str),
    /// Hardware, ReWire and what else lies outside.
    Outside,
}

impl<'d> Route<'d> {
    /// A target as `AudioOut/Track.12/TrackIn`.
    pub(super) fn read(target: Option<&'d str>) -> Option<Self> {
        let (_, place) = target?.split_once('/')?;
        Some(match place {
            "None" | "" => Self::Nowhere,
            "Master" | "Main" => Self::Master,
            "GroupTrack" => Self::Group,
            _ => match place.strip_prefix("Track.") {
                Some(track) => {
                    let (id, inside) = track.split_once('/').unwrap_or((track, "TrackIn"));
                    Self::Track(id, inside)
                }
                None => Self::Outside,
            },
        })
    }
}

/// When a track hears its input.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Monitor {
    /// Always; its clips are silent.
    In,
    /// While it is armed and plays no clip.
    Auto,
    Off,
}

/// A track.
#[derive(Debug, Clone, Copy)]
pub(super) struct Track<'d, 'i> {
    pub(super) node: Node<'d, 'i>,
    pub(super) kind: Kind,
    pub(super) id: &'d str,
    pub(super) name: &'d str,
    /// The `Id` of the group around it.
    pub(super) group: Option<&'d str>,
    pub(super) mixer: Option<Node<'d, 'i>>,
    pub(super) sequencer: Option<Node<'d, 'i>>,
    pub(super) devices: Option<Node<'d, 'i>>,
    pub(super) output: Option<Route<'d>>,
    pub(super) input: Option<Route<'d>>,
    pub(super) monitor: Monitor,
    pub(super) armed: bool,
    pub(super) frozen: bool,
}

impl<'d, 'i> Track<'d, 'i> {
    /// `None` for what is no track.
    pub(super) fn read(node: Node<'d, 'i>) -> Option<Self> {
        let kind = match node.tag_name().name() {
            "AudioTrack" => Kind::Audio,
            "MidiTrack" => Kind::Midi,
            "GroupTrack" => Kind::Group,
            "ReturnTrack" => Kind::Return,
            _ => return None,
        };
        let chain = at(node, "DeviceChain");
        let sequencer = within(chain, "MainSequencer");
        let route = |path: &str| Route::read(within(chain, path).and_then(|target| target.attribute("Value")));
        let monitor = match sequencer.and_then(|sequencer| whole(sequencer, "MonitoringEnum")) {
            Some(0) => Monitor::In,
            Some(2) => Monitor::Off,
            _ => Monitor::Auto,
        };
        Some(Self {
            node,
            kind,
            id: node.attribute("Id").unwrap_or_default(),
            name: name(node),
            group: text(node, "TrackGroupId").filter(|id| *id != "-1" && !id.is_empty()),
            mixer: within(chain, "Mixer"),
            sequencer,
            devices: within(chain, "DeviceChain/Devices"),
            output: route("AudioOutputRouting/Target"),
            input: route("AudioInputRouting/Target"),
            monitor,
            armed: sequencer.and_then(|sequencer| flag(sequencer, "Recorder/IsArmed")).unwrap_or(false),
            frozen: flag(node, "Freeze").unwrap_or(false),
        })
    }

    /// Whether it plays what comes in.
    pub(super) fn hears_input(&self) -> bool {
        self.monitor == Monitor::In || self.monitor == Monitor::Auto && self.armed
    }

    /// `#rrggbb`.
    pub(super) fn colour(&self, version: u32) -> Option<String> {
        let index = whole(self.node, "Color").or_else(|| whole(self.node, "ColorIndex"))?;
        colour(index, version)
    }

    /// Clips of the arrangement: audio, notes and, of a frozen track, what it was frozen to.
    pub(super) fn clips(&self) -> impl Iterator<Item = Node<'d, 'i>> + use<'d, 'i> {
        let sequencer = if self.frozen { at(self.node, "DeviceChain/FreezeSequencer") } else { self.sequencer };
        let lists = ["Sample/ArrangerAutomation/Events", "ClipTimeable/ArrangerAutomation/Events"];
        let inner = within(sequencer, "AudioSequencer").or(sequencer);
        lists.into_iter().filter_map(move |list| within(inner, list)).flat_map(|events| events.children())
    }
}

/// What Live shows: numbered and named after its first clip where the user gave no name.
fn name<'d>(node: Node<'d, '_>) -> &'d str {
    let named = ["Name/EffectiveName", "Name/UserName", "Name/MemorizedFirstClipName"];
    named.iter().filter_map(|path| text(node, path)).find(|name| !name.trim().is_empty()).unwrap_or_default()
}

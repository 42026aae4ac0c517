//! What a file says, by its own words: mobs with slots, slots with parts in parts, not yet on one timeline.

use super::bytes::{Auid, MobId};
use super::store::Value;
use super::times::{Rate, Time};

/// Something with slots: a composition, a master, or a source.
#[derive(Debug)]
pub(super) struct Mob {
    pub(super) name: String,
    pub(super) kind: MobKind,
    pub(super) slots: Vec<Slot>,
    /// Of a source.
    pub(super) descriptor: Option<Descriptor>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum MobKind {
    /// Something that was edited.
    Composition,
    /// All that belongs to one recording.
    Master,
    /// A file, or what a file was made from.
    Source,
}

#[derive(Debug)]
pub(super) struct Slot {
    pub(super) id: u32,
    pub(super) name: String,
    /// The number of the track, from 1.
    pub(super) number: Option<u32>,
    pub(super) sort: Sort,
    /// `None` where it has none that is one.
    pub(super) rate: Option<Rate>,
    /// What its zero is in its segment.
    pub(super) origin: i64,
    /// Of events: each says where it is.
    pub(super) is_events: bool,
    pub(super) attributes: Attributes,
    /// `None` of pictures, which are not looked at.
    pub(super) segment: Option<Part>,
}

/// What kind of data it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sort {
    Sound,
    Picture,
    Timecode,
    Other,
}

/// Tagged values, in order.
#[derive(Debug, Default)]
pub(super) struct Attributes(pub(super) Vec<(String, Value)>);

impl Attributes {
    pub(super) fn get(&self, name: &str) -> Option<&Value> {
        self.0.iter().find(|(own, _)| own == name).map(|(_, value)| value)
    }

    pub(super) fn is_on(&self, name: &str) -> bool {
        self.get(name).and_then(Value::number).is_some_and(|value| value != 0.0)
    }
}

/// A piece of a slot.
#[derive(Debug)]
pub(super) struct Part {
    /// In edit units of its slot.
    pub(super) length: i64,
    /// Whether it is switched off.
    pub(super) is_muted: bool,
    pub(super) content: Content,
}

#[derive(Debug)]
pub(super) enum Content {
    Filler,
    Clip(SourceClip),
    Sequence(Vec<Part>),
    Operation(Box<Operation>),
    Transition(Box<Transition>),
    Selector {
        selected: Box<Part>,
        others: Vec<Part>,
    },
    /// The last of these is what is heard; the others are there to be referred to.
    Scope(Vec<Part>),
    ScopeReference {
        scope: u32,
        slot: u32,
    },
    /// The same in several qualities.
    Choices(Vec<Part>),
    Pulldown(Box<Part>),
    Timecode {
        start: i64,
        fps: u16,
        drop: bool,
    },
    Marker(Box<Marker>),
    Other(String),
}

/// A piece of another mob.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct SourceClip {
    pub(super) mob: MobId,
    pub(super) slot: u32,
    /// In edit units of the slot that the clip is in, counted from the other slot's zero.
    pub(super) start: i64,
    /// Of several channels only this one, from 0.
    pub(super) channel: Option<u16>,
    pub(super) fade_in: SimpleFade,
    pub(super) fade_out: SimpleFade,
}

/// A fade as a clip has it.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct SimpleFade {
    pub(super) length: i64,
    pub(super) kind: FadeKind,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum FadeKind {
    #[default]
    None,
    /// The amplitude runs straight.
    Amplitude,
    /// The power does.
    Power,
    /// A number that stands for nothing known.
    Unknown(i64),
}

/// An effect.
#[derive(Debug)]
pub(super) struct Operation {
    pub(super) id: Auid,
    pub(super) name: String,
    /// Whether its inputs last otherwise than it does.
    pub(super) warps_time: bool,
    pub(super) inputs: Vec<Part>,
    pub(super) parameters: Vec<Parameter>,
    /// Its result, already computed.
    pub(super) rendering: Option<Part>,
}

#[derive(Debug)]
pub(super) struct Parameter {
    pub(super) id: Auid,
    /// What the file calls it.
    pub(super) name: String,
    pub(super) motion: Motion,
}

/// A value that stands or moves.
#[derive(Debug)]
pub(super) enum Motion {
    Constant(Value),
    /// Times are parts of what the parameter belongs to, from 0 to 1.
    Varying {
        interpolation: Auid,
        points: Vec<(Time, f64)>,
    },
}

/// Where two neighbours lie over each other.
#[derive(Debug)]
pub(super) struct Transition {
    pub(super) operation: Option<Operation>,
}

#[derive(Debug)]
pub(super) struct Marker {
    /// `None`: where it stands in its sequence.
    pub(super) position: Option<i64>,
    pub(super) name: String,
    pub(super) comment: String,
    pub(super) colour: Option<[u8; 3]>,
}

/// What a source is.
#[derive(Debug, Default)]
pub(super) struct Descriptor {
    /// A file of sound or of anything; else a tape, a film, an import.
    pub(super) is_file: bool,
    /// Of the file's data.
    pub(super) rate: Option<Rate>,
    /// In units of that rate.
    pub(super) length: Option<i64>,
    pub(super) audio_rate: Option<Rate>,
    pub(super) channels: Option<u32>,
    pub(super) bits: Option<u32>,
    pub(super) block: Option<u32>,
    /// The beginning of the WAV file.
    pub(super) wave: Vec<u8>,
    /// Where it is, the most likely place first.
    pub(super) locators: Vec<String>,
}

/// All mobs that clips in a part refer to.
pub(super) fn refers(part: &Part, found: &mut std::collections::HashSet<MobId>) {
    let mut open = vec![part];
    while let Some(part) = open.pop() {
        match &part.content {
            Content::Clip(clip) => _ = found.insert(clip.mob),
            Content::Sequence(parts) | Content::Scope(parts) | Content::Choices(parts) => open.extend(parts),
            Content::Operation(operation) => open.extend(operation.inputs.iter().chain(&operation.rendering)),
            Content::Transition(transition) => {
                open.extend(transition.operation.iter().flat_map(|operation| &operation.inputs));
            }
            Content::Selector { selected, others } => open.extend(others.iter().chain([&**selected])),
            Content::Pulldown(input) => open.push(input),
            Content::Filler
            | Content::ScopeReference { .. }
            | Content::Timecode { .. }
            | Content::Marker(_)
            | Content::Other(_) => {}
        }
    }
}

/// Whether there is anything in a part but gaps, markers and timecode.
pub(super) fn may_sound(part: &Part) -> bool {
    match &part.content {
        Content::Filler | Content::Timecode { .. } | Content::Marker(_) => false,
        Content::Sequence(parts) | Content::Scope(parts) => parts.iter().any(may_sound),
        Content::Pulldown(input) => may_sound(input),
        _ => true,
    }
}

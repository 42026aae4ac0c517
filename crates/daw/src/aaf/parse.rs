//! Objects → model. What no line here looks at is counted by its name.

use super::bytes::Auid;
use super::known::{classes, data, parameters, pids};
use super::model::{
    Attributes, Content, FadeKind, Marker, Motion, Operation, Parameter, Part, SimpleFade, Slot, Sort, SourceClip,
    Transition,
};
use super::store::{Object, Store, Value};
use super::times::Time;
use super::wrong::Wrong;
use crate::foreign::{DEEPEST, MOST_POINTS};
use std::collections::{BTreeMap, HashMap};
use std::io::{Read, Seek};

/// Objects become parts of the model.
pub(super) struct Parser<S> {
    pub(super) store: Store<S>,
    /// The names of operations, and whether they warp time.
    operations: HashMap<Auid, (String, bool)>,
    parameters: HashMap<Auid, String>,
    data: HashMap<Auid, String>,
    /// The numbers of properties that have others in every file.
    own: Own,
    /// What was never looked at.
    pub(super) unknown: BTreeMap<String, usize>,
    points: usize,
}

/// Properties by name.
struct Own {
    component_attributes: Option<u16>,
    slot_attributes: Option<u16>,
    user: Option<u16>,
    colour: Option<u16>,
}

/// Properties of all parts.
const ANY: [u16; 7] = [
    pids::OBJECT_CLASS,
    pids::GENERATION,
    pids::DATA_DEFINITION,
    pids::LENGTH,
    pids::KLV_DATA,
    pids::COMPONENT_COMMENTS,
    pids::COMPONENT_ATTRIBUTES,
];
/// Tagged values of parts that are looked at, or that say nothing of the sound.
const ATTRIBUTES: [&str; 6] = [
    "_DISABLE_CLIP_FLAG",
    "_AAF_SELECTED",
    "_IGNORE_TRACKING",
    "_EFFECT_PLUGIN_NAME",
    "_EFFECT_PLUGIN_CLASS",
    "_ATN_CAPTURE_MASK_LENGTH",
];
/// Properties that say nothing of the sound, by name.
const SILENT: [&str; 18] = [
    "CommentMarkerTime",
    "CommentMarkerDate",
    "CommentMarkerAttributeList",
    "CommentMarkerAnnotationList",
    "CommentMarkerIcon",
    "CommentMarkerStatus",
    "TaggedValueAttributeList",
    "OpGroupMotionCtlOffsetMapAdjust",
    "OpGroupMotionCtlSourceParams",
    "OpGrpTKMNTrackedParamAry",
    "OpGrpTKMNTrackedParamSetng",
    "OpGrpTKMNTrackerDataAry",
    "TranTKMNTrackerDataAry",
    "TranTKMNTrackedParamAry",
    "TranTKMNTrackedParamSetngs",
    "OpGroupGraphicsParamStream",
    "Avid Scope",
    "EssenceGroupType",
];

impl<S: Read + Seek> Parser<S> {
    /// With the dictionary that the header holds.
    pub(super) fn new(mut store: Store<S>, header: &Object) -> Result<Self, Wrong> {
        let (mut operations, mut parameters, mut data) = (HashMap::new(), HashMap::new(), HashMap::new());
        if let Some(dictionary) = store.strong(header, pids::DICTIONARY)? {
            for entry in store.collection(&dictionary, pids::OPERATION_DEFINITIONS)? {
                let object = store.object(entry)?;
                let about = (object.text(pids::DEFINITION_NAME).unwrap_or_default(), object.yes(pids::IS_TIME_WARP));
                operations.extend(identification(&object).map(|id| (id, about)));
            }
            for (pid, names) in [(pids::PARAMETER_DEFINITIONS, &mut parameters), (pids::DATA_DEFINITIONS, &mut data)] {
                for entry in store.collection(&dictionary, pid)? {
                    let object = store.object(entry)?;
                    let name = object.text(pids::DEFINITION_NAME).unwrap_or_default();
                    names.extend(identification(&object).map(|id| (id, name)));
                }
            }
        }
        let own = Own {
            component_attributes: store.pid(&["ComponentAttributeList"]),
            slot_attributes: store.pid(&["TimelineMobAttributeList", "TimelineMobSlotAttributes"]),
            user: store.pid(&["CommentMarkerUser"]),
            colour: store.pid(&["CommentMarkerColor"]),
        };
        Ok(Self { store, operations, parameters, data, own, unknown: BTreeMap::new(), points: 0 })
    }

    fn count(&mut self, what: String) {
        *self.unknown.entry(what).or_default() += 1;
    }

    /// Counts the properties of a part that are not among these.
    fn account(&mut self, object: &Object, class: &str, known: &[u16]) {
        for pid in object.pids().filter(|pid| !ANY.contains(pid) && !known.contains(pid)) {
            if self.own.component_attributes == Some(pid) {
                continue;
            }
            let name = self.store.name(pid);
            if !SILENT.contains(&name.as_str()) {
                self.count(format!("{class}::{name}"));
            }
        }
    }

    /// What data an object is of.
    fn sort(&self, object: &Object) -> Sort {
        let Some(id) = object.weak(pids::DATA_DEFINITION).and_then(|key| key.auid(0)) else { return Sort::Other };
        let named = |part: &str| self.data.get(&id).is_some_and(|name| name.to_lowercase().contains(part));
        match id {
            data::SOUND | data::OLD_SOUND => Sort::Sound,
            data::TIMECODE | data::OLD_TIMECODE => Sort::Timecode,
            id if data::PICTURE.contains(&id) => Sort::Picture,
            // The master of Media Composer is one too, but no track.
            _ if named("sound") && !named("master") => Sort::Sound,
            _ if named("picture") => Sort::Picture,
            _ => Sort::Other,
        }
    }

    /// A slot of a mob. Pictures are not looked into.
    pub(super) fn slot(&mut self, entry: u32) -> Result<Slot, Wrong> {
        let object = self.store.object(entry)?;
        let segment = self.store.strong(&object, pids::SEGMENT)?;
        let is_events = self.store.is(&object, classes::EVENT_MOB_SLOT);
        let mut sort = segment.as_ref().map_or(Sort::Other, |segment| self.sort(segment));
        let attributes = self.attributes(&object, self.own.slot_attributes)?;
        let segment = match segment {
            Some(segment) if sort != Sort::Picture => Some(self.part(&segment, 0)?),
            _ => None,
        };
        if let (Sort::Other, Some(Content::Timecode { .. })) = (sort, segment.as_ref().map(|part| &part.content)) {
            sort = Sort::Timecode;
        }
        Ok(Slot {
            id: object.whole(pids::SLOT_ID).unwrap_or(0) as u32,
            name: object.text(pids::SLOT_NAME).unwrap_or_default(),
            number: object.whole(pids::TRACK_NUMBER).and_then(|number| u32::try_from(number).ok()),
            sort,
            rate: object.rate(pids::EDIT_RATE).or_else(|| object.rate(pids::EVENT_RATE)),
            origin: object.whole(pids::ORIGIN).unwrap_or(0),
            is_events,
            attributes,
            segment,
        })
    }

    /// Tagged values of an object, in a property of its own or in that of version 1.1.
    fn attributes(&mut self, object: &Object, own: Option<u16>) -> Result<Attributes, Wrong> {
        let mut attributes = Vec::new();
        for pid in own.into_iter().chain([pids::COMPONENT_ATTRIBUTES]) {
            for entry in self.store.collection(object, pid)? {
                let tag = self.store.object(entry)?;
                if let (Some(name), Some(value)) = (tag.text(pids::TAG_NAME), tag.value(pids::TAG_VALUE)) {
                    attributes.push((name, value));
                }
            }
        }
        Ok(Attributes(attributes))
    }

    /// The part that an object is, and all in it.
    pub(super) fn part(&mut self, object: &Object, depth: usize) -> Result<Part, Wrong> {
        use classes::{
            ESSENCE_GROUP, EVENT, FILLER, NESTED_SCOPE, OPERATION_GROUP, PULLDOWN, SCOPE_REFERENCE, SELECTOR, SEQUENCE,
            SOURCE_CLIP, TIMECODE, TRANSITION,
        };
        if depth > DEEPEST {
            return Err(Wrong::file("has parts in parts, more than 128 deep"));
        }
        let kinds = [
            ESSENCE_GROUP,
            EVENT,
            FILLER,
            NESTED_SCOPE,
            OPERATION_GROUP,
            PULLDOWN,
            SCOPE_REFERENCE,
            SELECTOR,
            SEQUENCE,
            SOURCE_CLIP,
            TIMECODE,
            TRANSITION,
        ];
        let content = match self.store.kind(object, &kinds) {
            Some(FILLER) => {
                self.account(object, "Filler", &[]);
                Content::Filler
            }
            Some(SOURCE_CLIP) => Content::Clip(self.source_clip(object)),
            Some(SEQUENCE) => {
                self.account(object, "Sequence", &[pids::COMPONENTS]);
                Content::Sequence(self.parts(object, pids::COMPONENTS, depth)?)
            }
            Some(OPERATION_GROUP) => Content::Operation(Box::new(self.operation(object, depth)?)),
            Some(TRANSITION) => {
                self.account(object, "Transition", &[pids::TRANSITION_OPERATION, pids::CUT_POINT]);
                let operation = self.store.strong(object, pids::TRANSITION_OPERATION)?;
                let operation = operation.map(|operation| self.operation(&operation, depth + 1)).transpose()?;
                Content::Transition(Box::new(Transition { operation }))
            }
            Some(SELECTOR) => {
                self.account(object, "Selector", &[pids::SELECTED, pids::ALTERNATES]);
                let selected = self.parts(object, pids::SELECTED, depth)?.pop();
                let selected = selected.unwrap_or(Part { length: 0, is_muted: false, content: Content::Filler });
                let others = self.parts(object, pids::ALTERNATES, depth)?;
                Content::Selector { selected: Box::new(selected), others }
            }
            Some(NESTED_SCOPE) => {
                self.account(object, "NestedScope", &[pids::SCOPE_SLOTS]);
                Content::Scope(self.parts(object, pids::SCOPE_SLOTS, depth)?)
            }
            Some(SCOPE_REFERENCE) => {
                self.account(object, "ScopeReference", &[pids::RELATIVE_SCOPE, pids::RELATIVE_SLOT]);
                let number = |pid| object.whole(pid).and_then(|value| u32::try_from(value).ok()).unwrap_or(u32::MAX);
                Content::ScopeReference { scope: number(pids::RELATIVE_SCOPE), slot: number(pids::RELATIVE_SLOT) }
            }
            Some(ESSENCE_GROUP) => {
                self.account(object, "EssenceGroup", &[pids::CHOICES, pids::STILL_FRAME]);
                Content::Choices(self.parts(object, pids::CHOICES, depth)?)
            }
            Some(PULLDOWN) => {
                let known = [pids::PULLDOWN_INPUT, pids::PULLDOWN_KIND, pids::PULLDOWN_DIRECTION, pids::PHASE_FRAME];
                self.account(object, "Pulldown", &known);
                match self.parts(object, pids::PULLDOWN_INPUT, depth)?.pop() {
                    Some(input) => Content::Pulldown(Box::new(input)),
                    None => Content::Filler,
                }
            }
            Some(TIMECODE) => {
                self.account(object, "Timecode", &[pids::TIMECODE_START, pids::TIMECODE_FPS, pids::TIMECODE_DROP]);
                let fps = object.whole(pids::TIMECODE_FPS).and_then(|fps| u16::try_from(fps).ok()).unwrap_or(0);
                let start = object.whole(pids::TIMECODE_START).unwrap_or(0);
                Content::Timecode { start, fps, drop: object.yes(pids::TIMECODE_DROP) }
            }
            Some(EVENT) => Content::Marker(Box::new(self.marker(object))),
            _ => {
                let what = format!("class {}", object.class);
                self.count(what.clone());
                Content::Other(what)
            }
        };
        let attributes = self.attributes(object, self.own.component_attributes)?;
        for (name, _) in attributes.0.iter().filter(|(name, _)| !ATTRIBUTES.contains(&name.as_str())) {
            self.count(format!("clip attribute {name}"));
        }
        let is_muted = attributes.is_on("_DISABLE_CLIP_FLAG");
        Ok(Part { length: object.whole(pids::LENGTH).unwrap_or(0).max(0), is_muted, content })
    }

    fn parts(&mut self, object: &Object, pid: u16, depth: usize) -> Result<Vec<Part>, Wrong> {
        let entries = self.store.collection(object, pid)?;
        let mut parts = Vec::with_capacity(entries.len());
        for entry in entries {
            let object = self.store.object(entry)?;
            parts.push(self.part(&object, depth + 1)?);
        }
        Ok(parts)
    }

    fn source_clip(&mut self, object: &Object) -> SourceClip {
        let known = [
            pids::SOURCE_ID,
            pids::SOURCE_SLOT,
            pids::CHANNEL_IDS,
            pids::MONO_SLOTS,
            pids::START_TIME,
            pids::FADE_IN_LENGTH,
            pids::FADE_IN_TYPE,
            pids::FADE_OUT_LENGTH,
            pids::FADE_OUT_TYPE,
        ];
        self.account(object, "SourceClip", &known);
        let fade = |length, kind| SimpleFade {
            length: object.whole(length).unwrap_or(0).max(0),
            kind: match object.whole(kind).unwrap_or(0) {
                0 => FadeKind::None,
                1 => FadeKind::Amplitude,
                2 => FadeKind::Power,
                other => FadeKind::Unknown(other),
            },
        };
        // Channels are counted from 1.
        let channels = object.bytes(pids::CHANNEL_IDS).filter(|channels| channels.data.len() == 4);
        let channel = channels.and_then(|channels| channels.u32(0)).and_then(|channel| channel.checked_sub(1));
        SourceClip {
            mob: object.mob(pids::SOURCE_ID).unwrap_or_default(),
            slot: object.whole(pids::SOURCE_SLOT).unwrap_or(0) as u32,
            start: object.whole(pids::START_TIME).unwrap_or(0),
            channel: channel.and_then(|channel| u16::try_from(channel).ok()),
            fade_in: fade(pids::FADE_IN_LENGTH, pids::FADE_IN_TYPE),
            fade_out: fade(pids::FADE_OUT_LENGTH, pids::FADE_OUT_TYPE),
        }
    }

    fn operation(&mut self, object: &Object, depth: usize) -> Result<Operation, Wrong> {
        let known = [pids::OPERATION, pids::INPUTS, pids::PARAMETERS, pids::BYPASS_OVERRIDE, pids::RENDERING];
        self.account(object, "OperationGroup", &known);
        let id = object.weak(pids::OPERATION).and_then(|key| key.auid(0)).unwrap_or_default();
        let (mut name, warps_time) = self.operations.get(&id).cloned().unwrap_or_default();
        let mut parameters = Vec::new();
        for entry in self.store.collection(object, pids::PARAMETERS)? {
            let parameter = self.store.object(entry)?;
            parameters.extend(self.parameter(&parameter)?);
        }
        if name.is_empty() {
            let effect = parameters.iter().find(|parameter| parameter.id == parameters::EFFECT_ID);
            name = match effect.map(|parameter| &parameter.motion) {
                Some(Motion::Constant(Value::Other(bytes))) => {
                    bytes.iter().map(|&byte| char::from(byte)).filter(char::is_ascii_graphic).collect()
                }
                _ => id.to_string(),
            };
        }
        let inputs = self.parts(object, pids::INPUTS, depth)?;
        let rendering = self.parts(object, pids::RENDERING, depth)?.pop();
        Ok(Operation { id, name, warps_time, inputs, parameters, rendering })
    }

    fn parameter(&mut self, object: &Object) -> Result<Option<Parameter>, Wrong> {
        let Some(id) = object.auid(pids::PARAMETER) else { return Ok(None) };
        let name = self.parameters.get(&id).filter(|name| !name.is_empty()).cloned().unwrap_or_else(|| id.to_string());
        let motion = match self.store.kind(object, &[classes::CONSTANT_VALUE, classes::VARYING_VALUE]) {
            Some(classes::VARYING_VALUE) => {
                let mut points = Vec::new();
                for entry in self.store.collection(object, pids::POINTS)? {
                    let point = self.store.object(entry)?;
                    self.points += 1;
                    if self.points > MOST_POINTS {
                        return Err(Wrong::file("holds more points of automation than a session has"));
                    }
                    let time = point.ratio(pids::POINT_TIME);
                    let time = time.and_then(|(over, under)| Time::new(over.into(), under.into()));
                    let value = point.value(pids::POINT_VALUE).and_then(|value| value.number());
                    points.extend(time.zip(value));
                }
                points.sort_by_key(|(time, _)| *time);
                let interpolation = object.weak(pids::INTERPOLATION).and_then(|key| key.auid(0));
                Motion::Varying { interpolation: interpolation.unwrap_or_default(), points }
            }
            Some(_) => Motion::Constant(object.value(pids::CONSTANT).unwrap_or(Value::Other(Vec::new()))),
            None => return Ok(None),
        };
        Ok(Some(Parameter { id, name, motion }))
    }

    fn marker(&mut self, object: &Object) -> Marker {
        let own = [self.own.user, self.own.colour];
        let mut known =
            vec![pids::POSITION, pids::COMMENT, pids::ANNOTATION, pids::DESCRIBED_SLOTS, pids::MARKER_DESCRIPTION];
        known.extend(own.into_iter().flatten());
        self.account(object, "Marker", &known);
        let text = |pid: Option<u16>| pid.and_then(|pid| object.text(pid)).unwrap_or_default();
        // Red, green and blue of 16 bits each.
        let colour = self.own.colour.and_then(|pid| object.bytes(pid)).and_then(|bytes| {
            let part = |at| bytes.u16(at).map(|value| (value >> 8) as u8);
            Some([part(0)?, part(2)?, part(4)?])
        });
        Marker {
            position: object.whole(pids::POSITION),
            name: text(self.own.user),
            comment: text(Some(pids::COMMENT)),
            colour,
        }
    }
}

/// What a definition is known by.
fn identification(object: &Object) -> Option<Auid> {
    object.auid(0x1b01)
}

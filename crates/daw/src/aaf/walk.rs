//! The model on one timeline: compositions in compositions, down to pieces of files.
//!
//! A *window* is what is heard of a part, and when; it becomes narrower on the way down. What happens to the sound on the way
//! (gains, fades, a place between left and right) is gathered in `Around`.

mod effects;

use super::bytes::MobId;
use super::mobs::Mobs;
use super::model::{Attributes, Content, FadeKind, Mob, MobKind, Part, SimpleFade, Slot, Sort, SourceClip, Transition};
use super::placed::{Curve, Origin, Placed, Ramp, Rise, Tape};
use super::times::{Rate, Time};
use super::wrong::Wrong;
use crate::foreign::ledger::Ledger;
use crate::foreign::{DEEPEST, FARTHEST_SECONDS, MOST_CLIPS, MOST_POINTS};
use std::io::{Read, Seek};
use std::rc::Rc;
use stemwright_core::{FadeShape, SampleRate};

/// Parts that are visited, those of compositions in compositions again each time.
const MOST_STEPS: usize = 10_000_000;
/// How many mobs a file may be made from.
const LONGEST_CHAIN: usize = 16;
const AGAIN: &str = "export the AAF again in its program";

/// What is heard of a part: from one of its times to another, from a place of the timeline on.
#[derive(Debug, Clone, Copy)]
struct Window {
    from: Time,
    to: Time,
    at: Time,
    /// Seconds of the part for each of the timeline.
    speed: Time,
}

impl Window {
    /// Where a time of the part is on the timeline.
    fn on_timeline(&self, time: Time) -> Result<Time, Wrong> {
        self.at.plus(time.minus(self.from)?.over(self.speed)?)
    }

    /// Of a piece of the part: what is heard of it, in its own time.
    fn within(&self, start: Time, length: Time) -> Result<Option<Self>, Wrong> {
        let (from, to) = (self.from.max(start), self.to.min(start.plus(length)?));
        if from >= to {
            return Ok(None);
        }
        let at = self.on_timeline(from)?;
        Ok(Some(Self { from: from.minus(start)?, to: to.minus(start)?, at, speed: self.speed }))
    }
}

/// What happens to the sound above a part.
#[derive(Debug, Clone)]
struct Around<'p> {
    gain: f64,
    gains: Vec<Rc<Curve>>,
    fades: Vec<Ramp>,
    pan: Option<Rc<Curve>>,
    into: Option<u16>,
    /// Whether one channel of a recording is meant, not all.
    is_lone: bool,
    channel: Option<u16>,
    keeps_pitch: bool,
    scopes: Option<&'p Scopes<'p>>,
    depth: usize,
    name: Rc<str>,
}

/// The slots of a scope, the one that is being visited, and the scope around.
#[derive(Debug)]
struct Scopes<'p> {
    slots: &'p [Part],
    current: usize,
    outer: Option<&'p Scopes<'p>>,
}

/// Visits the slots of a composition.
pub(super) struct Walk<'w, S> {
    mobs: &'w mut Mobs<S>,
    ledger: &'w mut Ledger,
    steps: usize,
    clips: usize,
    /// Gains and fades of clips: those of clips in clips stand for each.
    effects: usize,
    /// Of the slot that is visited.
    track: String,
    placed: Vec<Placed>,
    /// The most inputs that are channels.
    wide: u16,
}

impl<'w, S: Read + Seek> Walk<'w, S> {
    pub(super) fn new(mobs: &'w mut Mobs<S>, ledger: &'w mut Ledger) -> Self {
        Self { mobs, ledger, steps: 0, clips: 0, effects: 0, track: String::new(), placed: Vec::new(), wide: 0 }
    }

    /// Where something is, for people.
    fn place(&self, at: Time) -> String {
        format!("{} at {}", self.track, clock(at))
    }

    /// All that is heard of a slot.
    pub(super) fn tape(&mut self, slot: &Slot, name: String) -> Result<Option<Tape>, Wrong> {
        let (Some(segment), Some(rate)) = (&slot.segment, slot.rate) else {
            let message = "the track counts in no rate that there is, and is left out";
            self.ledger.error("clip-out-of-range", &name, message, AGAIN);
            return Ok(None);
        };
        self.track = name;
        self.attributes(&slot.attributes);
        let start = Time::ZERO.minus(Time::units(slot.origin, rate))?;
        let end = if segment.length == 0 || lasts_by_its_parts(segment) {
            Time::new(4 * FARTHEST_SECONDS as i64, 1)
        } else {
            None
        };
        let to = end.unwrap_or(Time::units(segment.length, rate));
        let window = Window { from: Time::ZERO, to, at: start, speed: Time::ONE };
        let mut tape = Tape {
            name: self.track.clone(),
            gain: 1.0,
            is_muted: slot.attributes.is_on("AudioMixerCompMute"),
            is_soloed: slot.attributes.is_on("AudioMixerCompSolo"),
            format: slot
                .attributes
                .get("_TRACK_FORMAT")
                .and_then(super::store::Value::number)
                .map(|format| format as i64),
            ..Tape::default()
        };
        let around = Around {
            gain: 1.0,
            gains: Vec::new(),
            fades: Vec::new(),
            pan: None,
            into: None,
            is_lone: false,
            channel: None,
            keeps_pitch: false,
            scopes: None,
            depth: 0,
            name: Rc::from(""),
        };
        self.wide = 0;
        let segment = self.strip(segment, rate, window, &mut tape)?;
        self.part(segment, rate, window, &around)?;
        tape.wide = self.wide;
        tape.placed = std::mem::take(&mut self.placed);
        Ok(Some(tape))
    }

    /// Attributes of a slot that are not known are counted.
    fn attributes(&mut self, attributes: &Attributes) {
        let known = ["_TRACK_FORMAT", "AudioMixerCompMute", "AudioMixerCompSolo"];
        for (name, _) in attributes.0.iter().filter(|(name, _)| !known.contains(&name.as_str())) {
            *self.mobs.parser.unknown.entry(format!("track attribute {name}")).or_default() += 1;
        }
    }

    fn part(&mut self, part: &Part, rate: Rate, window: Window, around: &Around<'_>) -> Result<(), Wrong> {
        self.steps += 1;
        if self.steps > MOST_STEPS || around.depth > 2 * DEEPEST {
            let what = "holds clips in clips without end, or more than a session has";
            return Err(Wrong::file(what));
        }
        if part.is_muted {
            let place = self.place(window.at);
            self.ledger.note("clip-muted", &place, "a muted clip is left out", "");
            return Ok(());
        }
        let inner = Around { depth: around.depth + 1, ..around.clone() };
        match &part.content {
            Content::Filler | Content::Transition(_) | Content::Timecode { .. } | Content::Marker(_) => Ok(()),
            Content::Clip(clip) => self.clip(clip, part.length, rate, window, inner),
            Content::Sequence(parts) => self.sequence(parts, rate, window, &inner),
            Content::Operation(operation) => self.operation(operation, part.length, rate, window, inner),
            Content::Selector { selected, others } => {
                let place = self.place(window.at);
                if matches!(selected.content, Content::Filler) {
                    if !others.is_empty() {
                        self.ledger.note("clip-muted", &place, "a muted clip is left out", "");
                    }
                } else if !others.is_empty() {
                    let message = format!("{} other takes of a clip are not selected and left out", others.len());
                    self.ledger.note("take-unused", &place, message, "");
                }
                self.part(selected, rate, window, &inner)
            }
            Content::Scope(slots) => {
                let Some(current) = slots.len().checked_sub(1) else { return Ok(()) };
                let scopes = Scopes { slots, current, outer: around.scopes };
                self.part(&slots[current], rate, window, &Around { scopes: Some(&scopes), ..inner })
            }
            Content::ScopeReference { scope, slot } => self.scope_reference(*scope, *slot, rate, window, &inner),
            Content::Choices(choices) => match choices.first() {
                Some(choice) => self.part(choice, rate, window, &inner),
                None => Ok(()),
            },
            Content::Pulldown(input) => self.part(input, rate, window, &inner),
            Content::Other(what) => {
                let place = self.place(window.at);
                let message = format!("{what} is not understood: what it plays is silent in the stems");
                self.ledger.error("not-understood", &place, message, "render it in its program");
                Ok(())
            }
        }
    }

    fn scope_reference(
        &mut self,
        scope: u32,
        slot: u32,
        rate: Rate,
        window: Window,
        around: &Around<'_>,
    ) -> Result<(), Wrong> {
        let mut found = around.scopes;
        for _ in 0..scope.min(DEEPEST as u32) {
            found = found.and_then(|scopes| scopes.outer);
        }
        let target = found.and_then(|scopes| Some((scopes, scopes.current.checked_sub(slot as usize)?)));
        match target {
            Some((scopes, current)) if slot > 0 => {
                let inside = Scopes { slots: scopes.slots, current, outer: scopes.outer };
                let around = Around { scopes: Some(&inside), ..around.clone() };
                self.part(&scopes.slots[current], rate, window, &around)
            }
            // Of the outermost scope, which is the composition, a reference means that nothing is here.
            _ => Ok(()),
        }
    }

    /// Parts behind each other. A transition lies over the end of the part before it and the beginning of the one after it.
    fn sequence(&mut self, parts: &[Part], rate: Rate, window: Window, around: &Around<'_>) -> Result<(), Wrong> {
        let mut next = 0i64;
        let transition = |part: Option<&'_ Part>| match part.map(|part| (&part.content, part.length)) {
            Some((Content::Transition(_), length)) => Some(length),
            _ => None,
        };
        for (index, part) in parts.iter().enumerate() {
            self.steps += 1;
            if let Content::Transition(_) = part.content {
                next = next.saturating_sub(part.length);
                continue;
            }
            let start = next;
            next = next.saturating_add(part.length);
            if matches!(part.content, Content::Filler) {
                continue;
            }
            let (from, length) = (Time::units(start, rate), Time::units(part.length, rate));
            let Some(inner) = window.within(from, length)? else { continue };
            let before = index.checked_sub(1).and_then(|index| parts.get(index));
            let after = parts.get(index + 1);
            let mut own = around.clone();
            if let (Some(over), Some(part)) = (transition(before), before) {
                let (start, end) =
                    (window.on_timeline(from)?, window.on_timeline(from.plus(Time::units(over, rate))?)?);
                let rise = self.rise(part, true, start);
                own.fades.push(Ramp { start, end, rises: true, rise });
            }
            if let (Some(over), Some(part)) = (transition(after), after) {
                let end = from.plus(length)?;
                let (start, end) = (window.on_timeline(end.minus(Time::units(over, rate))?)?, window.on_timeline(end)?);
                let rise = self.rise(part, false, start);
                own.fades.push(Ramp { start, end, rises: false, rise });
            }
            self.part(part, rate, inner, &own)?;
        }
        Ok(())
    }

    /// How a transition lets what comes rise, or what goes fall.
    fn rise(&mut self, part: &Part, incoming: bool, at: Time) -> Rise {
        let Content::Transition(transition) = &part.content else { return Rise::Shape(FadeShape::Linear) };
        let Transition { operation: Some(operation) } = &**transition else {
            return Rise::Shape(FadeShape::Linear);
        };
        let place = self.place(at);
        effects::dissolve(operation, incoming, &place, self.ledger)
    }

    /// A clip: what it refers to, down to a file.
    fn clip(
        &mut self,
        clip: &SourceClip,
        length: i64,
        rate: Rate,
        window: Window,
        mut around: Around<'_>,
    ) -> Result<(), Wrong> {
        let place = self.place(window.at);
        for (fade, rises) in [(clip.fade_in, true), (clip.fade_out, false)] {
            self.simple_fade(fade, rises, length, rate, window, &mut around, &place)?;
        }
        around.channel = clip.channel.or(around.channel);
        if clip.mob.is_none() {
            let message = "a clip refers to nothing: it is silent in the stems";
            self.ledger.error("media-missing", &place, message, AGAIN);
            return Ok(());
        }
        let Some(mob) = self.mobs.get(clip.mob)? else {
            let message = "a clip refers to a recording that is not in the file: it is silent in the stems";
            self.ledger.error("media-missing", &place, message, AGAIN);
            return Ok(());
        };
        let Some(slot) = mob.slots.iter().find(|slot| slot.id == clip.slot) else {
            let message = format!("a clip refers to a track that {:?} does not have: it is silent", mob.name);
            self.ledger.error("media-missing", &place, message, AGAIN);
            return Ok(());
        };
        let shift = Time::units(clip.start, rate);
        let origin = slot.rate.map_or(Time::ZERO, |rate| Time::units(slot.origin, rate));
        let shift = shift.plus(origin)?;
        let window = Window { from: window.from.plus(shift)?, to: window.to.plus(shift)?, ..window };
        if around.name.is_empty() && !mob.name.is_empty() {
            around.name = Rc::from(mob.name.as_str());
        }
        around.scopes = None;
        if mob.kind == MobKind::Source {
            return self.file(clip.mob, &mob, slot, window, around, &place);
        }
        let sounds = mob.slots.iter().filter(|slot| slot.sort == Sort::Sound).count();
        around.is_lone |= mob.kind == MobKind::Master && sounds > 1;
        match (&slot.segment, slot.rate) {
            (Some(segment), Some(rate)) => self.part(segment, rate, window, &around),
            _ => {
                let message = format!("{:?} holds no sound where a clip looks for it: it is silent", mob.name);
                self.ledger.error("media-missing", &place, message, AGAIN);
                Ok(())
            }
        }
    }

    /// A fade that stands in the clip itself.
    #[allow(clippy::too_many_arguments, reason = "what a fade is, and where")]
    fn simple_fade(
        &mut self,
        fade: SimpleFade,
        rises: bool,
        length: i64,
        rate: Rate,
        window: Window,
        around: &mut Around<'_>,
        place: &str,
    ) -> Result<(), Wrong> {
        if fade.length == 0 || fade.kind == FadeKind::None {
            return Ok(());
        }
        let long = fade.length.min(length);
        let (start, end) = if rises { (0, long) } else { (length - long, length) };
        let rise = match fade.kind {
            FadeKind::Power => Rise::Root,
            FadeKind::Unknown(kind) => {
                let message = format!("fades of kind {kind} are not known: the fade is straight");
                self.ledger.warning("fade-approximated", place, message, "render the clip in its program");
                Rise::Shape(FadeShape::Linear)
            }
            FadeKind::None | FadeKind::Amplitude => Rise::Shape(FadeShape::Linear),
        };
        let on_timeline = |units| window.on_timeline(Time::units(units, rate));
        around.fades.push(Ramp { start: on_timeline(start)?, end: on_timeline(end)?, rises, rise });
        Ok(())
    }

    /// The piece of a file that is heard, and of what that file was made from.
    fn file(
        &mut self,
        id: MobId,
        mob: &Rc<Mob>,
        slot: &Slot,
        window: Window,
        around: Around<'_>,
        place: &str,
    ) -> Result<(), Wrong> {
        if self.clips == MOST_CLIPS {
            return Err(Wrong::file("holds more than a million clips: that is more than a session has"));
        }
        let length = window.to.minus(window.from)?.over(window.speed)?;
        let (end, most) = (window.at.plus(length)?.seconds(), FARTHEST_SECONDS);
        if window.at.seconds().abs() > most || window.from.seconds().abs() > most {
            let message = "a clip lies further away than a session reaches, and is left out";
            self.ledger.error("clip-out-of-range", place, message, AGAIN);
            return Ok(());
        }
        let length = if end > most { Time::new(most as i64, 1).unwrap_or(length).minus(window.at)? } else { length };
        let (mut id, mut mob, mut slot_id, mut source) = (id, Rc::clone(mob), slot.id, window.from);
        let mut origins = Vec::new();
        for _ in 0..LONGEST_CHAIN {
            let Some(slot) = mob.slots.iter().find(|slot| slot.id == slot_id) else { break };
            origins.push(Origin { mob: id, channel: channel(&mob, slot, &around), source });
            let (Some(Content::Clip(next)), Some(rate)) = (slot.segment.as_ref().map(|part| &part.content), slot.rate)
            else {
                break;
            };
            let Some(found) = self.mobs.get(next.mob)?.filter(|mob| mob.kind == MobKind::Source) else { break };
            source = source.plus(Time::units(next.start, rate))?;
            (id, slot_id) = (next.mob, next.slot);
            mob = found;
        }
        self.clips += 1;
        self.effects += around.gains.len() + around.fades.len();
        if self.effects > MOST_POINTS {
            return Err(Wrong::file("holds more gains and fades of clips than a session has"));
        }
        self.placed.push(Placed {
            start: window.at,
            length,
            speed: window.speed,
            keeps_pitch: around.keeps_pitch,
            origins,
            into: around.into,
            gain: around.gain,
            gains: around.gains,
            fades: around.fades,
            pan: around.pan,
            name: around.name,
        });
        Ok(())
    }
}

/// Which channel of a file a slot of it means; `None`: all.
fn channel(mob: &Mob, slot: &Slot, around: &Around<'_>) -> Option<u16> {
    if around.channel.is_some() {
        return around.channel;
    }
    let sounds: Vec<&Slot> = mob.slots.iter().filter(|slot| slot.sort == Sort::Sound).collect();
    let number = |slot: &Slot| slot.number.and_then(|number| number.checked_sub(1)).and_then(|n| u16::try_from(n).ok());
    if sounds.len() < 2 {
        return around.is_lone.then(|| number(slot).unwrap_or(0));
    }
    let mut numbers: Vec<Option<u16>> = sounds.iter().map(|slot| number(slot)).collect();
    let order = sounds.iter().position(|own| own.id == slot.id).and_then(|place| u16::try_from(place).ok());
    numbers.sort_unstable();
    numbers.dedup();
    // Numbers that are each other's are none.
    if numbers.len() == sounds.len() && numbers[0].is_some() { number(slot) } else { order }
}

/// Whether a part lasts as long as what it is made of: lengths of whole tracks are not always true.
fn lasts_by_its_parts(part: &Part) -> bool {
    match &part.content {
        Content::Sequence(_) => true,
        Content::Operation(operation) => operation.inputs.iter().any(lasts_by_its_parts),
        Content::Scope(slots) => slots.last().is_some_and(lasts_by_its_parts),
        _ => false,
    }
}

/// `M:SS.mmm`.
pub(super) fn clock(at: Time) -> String {
    let rate = SampleRate::new(48_000);
    rate.map_or_else(String::new, |rate| rate.clock(at.frames(rate).unwrap_or(0)))
}

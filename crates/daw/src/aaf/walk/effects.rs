//! Operations: what the reader knows is carried, everything else is told by its name.

use super::super::known::{operations, parameters};
use super::super::model::{Content, Motion, Operation, Parameter, Part};
use super::super::placed::{Curve, How, Rise, Tape};
use super::super::store::Value;
use super::super::times::{Rate, Time};
use super::super::wrong::Wrong;
use super::{Around, Walk, Window};
use crate::foreign::ledger::Ledger;
use crate::foreign::warped::{PRINT, STRETCHED};
use std::io::{Read, Seek};
use std::rc::Rc;
use stemwright_core::FadeShape;

const RENDER: &str = "render the clip in its program and export the AAF again";
/// No factor is larger: +60 dB.
const LOUDEST: f64 = 1000.0;

/// What an operation does.
enum Doing<'p> {
    /// Multiplies by all of these.
    Gain(Vec<&'p Parameter>),
    Pan(&'p Parameter),
    /// Each input is a channel.
    Combine,
    /// All inputs together.
    Mix,
    Warp,
    Unknown,
}

fn doing(operation: &Operation) -> Doing<'_> {
    let named = |part: &str| operation.name.to_lowercase().contains(part);
    let is_gain = |parameter: &&Parameter| matches!(parameter.id, parameters::AMPLITUDE | parameters::CLIP_RATIO);
    match operation.id {
        operations::COMBINER => return Doing::Combine,
        operations::MIXDOWN => return Doing::Mix,
        operations::SPEED => return Doing::Warp,
        _ if named("channel combiner") => return Doing::Combine,
        _ if operation.warps_time => return Doing::Warp,
        _ => {}
    }
    let gains: Vec<&Parameter> = operation.parameters.iter().filter(is_gain).collect();
    let is_known_gain = matches!(operation.id, operations::MONO_GAIN | operations::STEREO_GAIN);
    match operation.parameters.iter().find(|parameter| parameter.id == parameters::PAN) {
        Some(pan) if gains.is_empty() => Doing::Pan(pan),
        // A pan without a value leaves what it gets in the middle.
        None if operation.id == operations::MONO_PAN && gains.is_empty() => Doing::Mix,
        _ if is_known_gain || !gains.is_empty() => Doing::Gain(gains),
        _ => Doing::Unknown,
    }
}

impl<S: Read + Seek> Walk<'_, S> {
    /// Takes what stands around a whole sequence as the strip's, and gives what is inside.
    pub(super) fn strip<'p>(
        &mut self,
        mut part: &'p Part,
        rate: Rate,
        window: Window,
        tape: &mut Tape,
    ) -> Result<&'p Part, Wrong> {
        while let Content::Operation(operation) = &part.content {
            let [input] = operation.inputs.as_slice() else { break };
            if part.is_muted || !holds_sequence(input) {
                break;
            }
            match doing(operation) {
                Doing::Gain(gains) => {
                    for parameter in gains {
                        let curve = self.curve(parameter, part.length, rate, window, operation)?;
                        curve.into_iter().for_each(|curve| gather(curve, &mut tape.gain, &mut tape.gains));
                    }
                }
                Doing::Pan(parameter) if tape.pan.is_none() => {
                    tape.pan = self.curve(parameter, part.length, rate, window, operation)?.map(Rc::new);
                }
                _ => break,
            }
            self.others(operation);
            part = input;
        }
        Ok(part)
    }

    pub(super) fn operation(
        &mut self,
        operation: &Operation,
        length: i64,
        rate: Rate,
        window: Window,
        mut around: Around<'_>,
    ) -> Result<(), Wrong> {
        match doing(operation) {
            Doing::Gain(gains) => {
                for parameter in gains {
                    let curve = self.curve(parameter, length, rate, window, operation)?;
                    curve.into_iter().for_each(|curve| gather(curve, &mut around.gain, &mut around.gains));
                }
                self.others(operation);
            }
            Doing::Pan(parameter) => {
                around.pan = self.curve(parameter, length, rate, window, operation)?.map(Rc::new);
                self.others(operation);
            }
            Doing::Combine => {
                let count = u16::try_from(operation.inputs.len()).unwrap_or(u16::MAX);
                if count > 1 {
                    self.wide = self.wide.max(count);
                    for (channel, input) in (0u16..).zip(&operation.inputs) {
                        let own = Around { into: Some(channel), is_lone: true, ..around.clone() };
                        self.part(input, rate, window, &own)?;
                    }
                    return Ok(());
                }
            }
            Doing::Mix => {
                self.others(operation);
                return operation.inputs.iter().try_for_each(|input| self.part(input, rate, window, &around));
            }
            Doing::Warp => return self.warp(operation, length, rate, window, around),
            Doing::Unknown => {
                let place = self.place(window.at);
                if let Some(rendering) = &operation.rendering {
                    let message = format!("the effect {:?} is heard as its program rendered it", operation.name);
                    self.ledger.note("plugin-not-run", &place, message, "");
                    return self.part(rendering, rate, window, &around);
                }
                let message = format!("the effect {:?} is not run: the clip sounds without it", operation.name);
                self.ledger.error("plugin-not-run", &place, message, RENDER);
            }
        }
        match operation.inputs.first() {
            Some(input) => self.part(input, rate, window, &around),
            None => Ok(()),
        }
    }

    /// Parameters of a known operation that are not known are counted.
    fn others(&mut self, operation: &Operation) {
        let known = [parameters::AMPLITUDE, parameters::CLIP_RATIO, parameters::PAN, parameters::EFFECT_ID];
        for parameter in &operation.parameters {
            if !known.contains(&parameter.id) && !parameters::SILENT.contains(&parameter.id) {
                let what = format!("parameter {} of {}", parameter.name, operation.name);
                *self.mobs.parser.unknown.entry(what).or_default() += 1;
            }
        }
    }

    /// A parameter on the timeline.
    fn curve(
        &mut self,
        parameter: &Parameter,
        length: i64,
        rate: Rate,
        window: Window,
        operation: &Operation,
    ) -> Result<Option<Curve>, Wrong> {
        let range = if parameter.id == parameters::PAN { 0.0..=1.0 } else { -LOUDEST..=LOUDEST };
        let place = self.place(window.at);
        let mut is_cut = false;
        let mut within = |value: f64| {
            is_cut |= !range.contains(&value);
            value.clamp(*range.start(), *range.end())
        };
        let found = match &parameter.motion {
            Motion::Constant(value) => value.number().map(|value| Curve::constant(within(value))),
            Motion::Varying { points, .. } if points.is_empty() => None,
            Motion::Varying { interpolation, points } => {
                let how = How::of(*interpolation);
                if how.is_none() && points.len() > 1 {
                    let message = format!(
                        "{} of {:?} moves by a rule that is not known: it runs straight",
                        parameter.name, operation.name
                    );
                    self.ledger.warning("automation-approximated", &place, message, RENDER);
                }
                Some(Curve {
                    start: window.on_timeline(Time::ZERO)?,
                    length: Time::units(length, rate).over(window.speed)?,
                    how: how.unwrap_or(How::Straight),
                    points: points.iter().map(|(time, value)| (*time, within(*value))).collect(),
                })
            }
        };
        if found.is_none() {
            let message = format!("{} of {:?} has no value and is left out", parameter.name, operation.name);
            self.ledger.warning("automation-not-carried", &place, message, RENDER);
        }
        if is_cut {
            let message = format!("{} of {:?} is beyond its range and is cut to it", parameter.name, operation.name);
            self.ledger.warning("automation-approximated", &place, message, "");
        }
        Ok(found)
    }

    /// A change of speed: the input lasts otherwise than the operation does.
    fn warp(
        &mut self,
        operation: &Operation,
        length: i64,
        rate: Rate,
        window: Window,
        mut around: Around<'_>,
    ) -> Result<(), Wrong> {
        let Some(input) = operation.inputs.first() else { return Ok(()) };
        let place = self.place(window.at);
        let ratio = operation.parameters.iter().find(|parameter| parameter.id == parameters::SPEED_RATIO);
        let ratio = match ratio.map(|parameter| &parameter.motion) {
            Some(Motion::Constant(Value::Ratio(over, under))) => Time::new((*over).into(), (*under).into()),
            _ => None,
        };
        if ratio.is_some_and(|ratio| ratio < Time::ZERO) {
            let message = "a clip is played backwards in its program: it is left out";
            self.ledger.error("clip-reversed", &place, message, RENDER);
            return Ok(());
        }
        let moves = operation.parameters.iter().any(|parameter| match &parameter.motion {
            Motion::Varying { points, .. } => points.windows(2).any(|pair| pair[0].1 != pair[1].1),
            Motion::Constant(_) => false,
        });
        let speed = match Time::new(input.length, length.max(1)) {
            Some(speed) if speed.is_positive() && length > 0 => speed,
            _ => Time::ONE,
        };
        if moves || speed == Time::ONE && ratio.is_some_and(|ratio| ratio != Time::ONE) {
            let message =
                format!("the speed of {:?} moves or cannot be told: the clip plays at its own", operation.name);
            self.ledger.error("clip-warped", &place, message, RENDER);
            return self.part(input, rate, window, &around);
        }
        if speed != Time::ONE {
            let name = operation.name.to_lowercase();
            around.keeps_pitch |= ["stretch", "pitch", "compress"].iter().any(|part| name.contains(part));
            if around.keeps_pitch {
                let message = format!("a clip is stretched in time ({:?}), {STRETCHED}", operation.name);
                self.ledger.warning("clip-warped", &place, message, PRINT);
            } else {
                let message = format!("a clip plays faster or slower ({:?}), and its pitch follows", operation.name);
                self.ledger.note("clip-warped", &place, message, "");
            }
        }
        let window = Window {
            from: window.from.times(speed)?,
            to: window.to.times(speed)?,
            at: window.at,
            speed: window.speed.times(speed)?,
        };
        self.part(input, rate, window, &around)
    }
}

/// Adds a gain to those that there are.
fn gather(curve: Curve, gain: &mut f64, gains: &mut Vec<Rc<Curve>>) {
    match curve.is_constant() {
        Some(constant) => *gain *= constant,
        None => gains.push(Rc::new(curve)),
    }
}

fn holds_sequence(part: &Part) -> bool {
    match &part.content {
        Content::Sequence(_) => true,
        Content::Operation(operation) => matches!(operation.inputs.as_slice(), [input] if holds_sequence(input)),
        _ => false,
    }
}

/// How a dissolve lets what comes rise, or what goes fall.
pub(super) fn dissolve(operation: &Operation, incoming: bool, place: &str, ledger: &mut Ledger) -> Rise {
    let known = [operations::MONO_DISSOLVE, operations::STEREO_DISSOLVE, operations::TWO_LEVEL_DISSOLVE];
    let parameter = |id| operation.parameters.iter().find(|parameter| parameter.id == id);
    if !known.contains(&operation.id) && !operation.name.to_lowercase().contains("dissolve") {
        let message = format!("the transition {:?} is not known: the fade is straight", operation.name);
        ledger.warning("fade-approximated", place, message, RENDER);
    }
    let own = if incoming { parameters::INCOMING } else { parameters::OUTGOING };
    let moving =
        parameter(own).map(|own| (own, false)).or(parameter(parameters::LEVEL).map(|level| (level, !incoming)));
    if let Some((Motion::Varying { interpolation, points }, mirrored)) =
        moving.map(|(parameter, mirrored)| (&parameter.motion, mirrored))
    {
        let value = |level: f64| if mirrored { 1.0 - level } else { level }.clamp(0.0, LOUDEST);
        let points: Vec<(f64, f64)> = points.iter().map(|(time, level)| (time.seconds(), value(*level))).collect();
        let ends = if incoming { [(0.0, 0.0), (1.0, 1.0)] } else { [(0.0, 1.0), (1.0, 0.0)] };
        if !matches!(How::of(*interpolation), Some(How::Straight)) {
            let message = "a fade that does not run straight from point to point does so here";
            ledger.warning("fade-approximated", place, message, RENDER);
        }
        if points.len() > 1 && points != ends {
            return Rise::Points(points.into());
        }
    }
    match parameter(parameters::CURVE_TYPE).map(|parameter| &parameter.motion) {
        Some(Motion::Constant(Value::Whole(1))) => Rise::Shape(FadeShape::EqualPower),
        _ => Rise::Shape(FadeShape::Linear),
    }
}

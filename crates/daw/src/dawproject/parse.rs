//! project.xml → [`Project`]: every element and attribute of the schema, and a tally of all that is none of these.

mod mixer;
mod timeline;

use super::model::{Project, Real, Switch, TimeUnit, Unit};
use roxmltree::Node;
use std::collections::BTreeMap;

/// Times outside of ±10⁷ (seconds or quarter notes) are no times.
const LONGEST: f64 = 1e7;

/// What is read, and what could not be.
#[derive(Debug, Default)]
pub(super) struct Parser {
    /// How often something stood there that was not understood: `Parent/Name`, `Name@attribute`.
    pub(super) unknown: BTreeMap<String, usize>,
    /// Values that are none, as `Clip@time="nan"`.
    pub(super) wrong: BTreeMap<String, usize>,
}

/// What every element may have.
const NAMES: [&str; 4] = ["id", "name", "color", "comment"];

impl Parser {
    pub(super) fn project<'d>(&mut self, root: Node<'d, '_>) -> Project<'d> {
        let mut project = Project::default();
        self.attributes(root, &["version"]);
        for node in elements(root) {
            match node.tag_name().name() {
                "Application" => {
                    self.attributes(node, &["name", "version"]);
                    let text = |name| node.attribute(name).unwrap_or_default().trim();
                    project.program = format!("{} {}", text("name"), text("version")).trim().to_owned();
                }
                "Transport" => self.transport(node, &mut project),
                "Structure" => project.lanes = self.lanes(node),
                "Arrangement" => self.arrangement(node, &mut project),
                "Scenes" => {
                    let clips = node.descendants().filter(|node| node.has_tag_name("Clip"));
                    project.launcher_clips = clips.count() as u64;
                }
                _ => self.element(node),
            }
        }
        project
    }

    fn transport<'d>(&mut self, node: Node<'d, '_>, project: &mut Project<'d>) {
        self.attributes(node, &[]);
        for node in elements(node) {
            match node.tag_name().name() {
                "Tempo" => project.tempo = Some(self.real(node)),
                "TimeSignature" => {
                    self.attributes(node, &["numerator", "denominator", "parameterID"]);
                    project.signature = self.signature(node);
                }
                _ => self.element(node),
            }
        }
    }

    fn signature(&mut self, node: Node<'_, '_>) -> Option<(u32, u32)> {
        let [beats, note] = ["numerator", "denominator"].map(|name| self.whole(node, name));
        let (beats, note) = (u32::try_from(beats?).ok()?, u32::try_from(note?).ok()?);
        let sane = (1..=64).contains(&beats) && note.is_power_of_two() && note <= 64;
        if !sane {
            self.wrong_value(node, "numerator");
        }
        sane.then_some((beats, note))
    }

    /// Counts an element that is not understood, with all that is in it.
    fn element(&mut self, node: Node<'_, '_>) {
        let parent = node.parent_element().map(|parent| parent.tag_name().name().to_owned()).unwrap_or_default();
        let name = node.tag_name().name();
        *self.unknown.entry(format!("{}/{}", short(&parent), short(name))).or_default() += 1;
    }

    /// Counts the attributes that are not among those that are understood.
    fn attributes(&mut self, node: Node<'_, '_>, known: &[&str]) {
        for attribute in node.attributes() {
            let name = attribute.name();
            if attribute.namespace().is_none() && !known.contains(&name) && !NAMES.contains(&name) {
                let of = short(node.tag_name().name());
                *self.unknown.entry(format!("{of}@{}", short(name))).or_default() += 1;
            }
        }
    }

    fn wrong_value(&mut self, node: Node<'_, '_>, name: &str) {
        let value = short(node.attribute(name).unwrap_or_default());
        let of = short(node.tag_name().name());
        *self.wrong.entry(format!("{of}@{name}={value:?}")).or_default() += 1;
    }

    /// A number, which may be infinite.
    fn number(&mut self, node: Node<'_, '_>, name: &str) -> Option<f64> {
        let text = node.attribute(name)?.trim();
        let number = text.parse::<f64>().ok().filter(|number| !number.is_nan());
        if number.is_none() {
            self.wrong_value(node, name);
        }
        number
    }

    /// A time or duration; those beyond all songs are brought to the nearest that is not.
    fn time(&mut self, node: Node<'_, '_>, name: &str) -> Option<f64> {
        let number = self.number(node, name)?;
        if number.abs() > LONGEST {
            self.wrong_value(node, name);
        }
        Some(number.clamp(-LONGEST, LONGEST))
    }

    fn whole(&mut self, node: Node<'_, '_>, name: &str) -> Option<i64> {
        let text = node.attribute(name)?.trim();
        let number = text.parse::<i64>().ok();
        if number.is_none() {
            self.wrong_value(node, name);
        }
        number
    }

    fn flag(&mut self, node: Node<'_, '_>, name: &str) -> Option<bool> {
        match node.attribute(name)?.trim() {
            "true" | "1" => Some(true),
            "false" | "0" => Some(false),
            _ => {
                self.wrong_value(node, name);
                None
            }
        }
    }

    fn time_unit(&mut self, node: Node<'_, '_>, name: &str) -> Option<TimeUnit> {
        match node.attribute(name)? {
            "beats" => Some(TimeUnit::Beats),
            "seconds" => Some(TimeUnit::Seconds),
            _ => {
                self.wrong_value(node, name);
                None
            }
        }
    }

    fn unit(&mut self, node: Node<'_, '_>) -> Option<Unit> {
        let units = [
            ("linear", Unit::Linear),
            ("normalized", Unit::Normalized),
            ("percent", Unit::Percent),
            ("decibel", Unit::Decibel),
            ("hertz", Unit::Hertz),
            ("semitones", Unit::Semitones),
            ("seconds", Unit::Seconds),
            ("beats", Unit::Beats),
            ("bpm", Unit::Bpm),
        ];
        let text = node.attribute("unit")?;
        let unit = units.into_iter().find(|(name, _)| *name == text).map(|(_, unit)| unit);
        if unit.is_none() {
            self.wrong_value(node, "unit");
        }
        unit
    }

    fn real<'d>(&mut self, node: Node<'d, '_>) -> Real<'d> {
        self.attributes(node, &["max", "min", "unit", "value", "parameterID"]);
        Real {
            id: node.attribute("id"),
            value: self.number(node, "value"),
            unit: self.unit(node).unwrap_or(Unit::Linear),
            min: self.number(node, "min"),
        }
    }

    fn switch<'d>(&mut self, node: Node<'d, '_>) -> Switch<'d> {
        self.attributes(node, &["value", "parameterID"]);
        Switch { id: node.attribute("id"), value: self.flag(node, "value") }
    }
}

fn elements<'d, 'i>(node: Node<'d, 'i>) -> impl Iterator<Item = Node<'d, 'i>> {
    node.children().filter(Node::is_element)
}

/// A foreign word, fit for a message.
fn short(text: &str) -> String {
    let mut shown: String = text.chars().filter(|c| !c.is_control()).take(40).collect();
    if shown.len() < text.len() {
        shown.push('…');
    }
    shown
}

//! Parameters: where they stand, and the automation that moves them.
//!
//! Live 8 and 9 keep automation inside of each parameter (`ArrangerAutomation`), Live 10 and later in the envelopes of the track, by
//! the number of the parameter's `AutomationTarget`.

use super::moving::Curve;
use super::node::{all, at, flag, number, text};
use roxmltree::{Node, NodeId};
use std::cell::RefCell;
use std::collections::{HashMap, HashSet};

/// All automation of the arrangement.
#[derive(Debug, Default)]
pub(super) struct Envelopes<'d, 'i> {
    /// Events by the number of what they move.
    by_target: HashMap<&'d str, Node<'d, 'i>>,
    /// Lists of events that were asked for.
    used: RefCell<HashSet<NodeId>>,
}

impl<'d, 'i> Envelopes<'d, 'i> {
    /// Of tracks, the master among them. Of two that move one thing the first counts.
    pub(super) fn of(tracks: impl IntoIterator<Item = Node<'d, 'i>>) -> Self {
        let mut own = Self::default();
        for track in tracks {
            for envelope in all(track, "AutomationEnvelopes/Envelopes", "AutomationEnvelope") {
                let target = text(envelope, "EnvelopeTarget/PointeeId");
                if let (Some(target), Some(events)) = (target, at(envelope, "Automation/Events")) {
                    own.by_target.entry(target).or_insert(events);
                }
            }
        }
        own
    }

    fn events(&self, parameter: Node<'d, 'i>) -> Option<Node<'d, 'i>> {
        let by_target = at(parameter, "AutomationTarget").and_then(|target| target.attribute("Id"));
        let found = by_target.and_then(|target| self.by_target.get(target).copied());
        let found = found.or_else(|| at(parameter, "ArrangerAutomation/Events"))?;
        self.used.borrow_mut().insert(found.id());
        Some(found)
    }

    /// How many automations of a track were never asked for, though they move something.
    pub(super) fn unused(&self, track: Node<'d, 'i>) -> usize {
        let used = self.used.borrow();
        let moves = |events: Node<'d, 'i>| {
            !used.contains(&events.id()) && Curve::read(events).is_some_and(|curve| curve.constant().is_none())
        };
        let own = all(track, "AutomationEnvelopes/Envelopes", "AutomationEnvelope");
        let own = own.filter_map(|envelope| at(envelope, "Automation/Events")).filter(|events| moves(*events)).count();
        let chain = at(track, "DeviceChain").or_else(|| at(track, "MasterChain"));
        let inside = chain.into_iter().flat_map(|chain| chain.descendants());
        let inside = inside.filter(|node| node.has_tag_name("ArrangerAutomation"));
        // Those of sequencers are clips.
        let events = inside.filter_map(|node| at(node, "Events"));
        let events = events.filter(|events| events.first_element_child().is_some_and(|first| is_event(first)));
        own + events.filter(|events| moves(*events)).count()
    }
}

fn is_event(node: Node<'_, '_>) -> bool {
    ["FloatEvent", "BoolEvent", "EnumEvent", "IntEvent"].contains(&node.tag_name().name())
}

/// A parameter.
#[derive(Debug, Clone, Default)]
pub(super) struct Parameter {
    /// Where it stands, if that is known.
    pub(super) fixed: Option<f64>,
    /// What moves it, where it moves.
    pub(super) curve: Option<Curve>,
}

impl Parameter {
    /// Of its element. What automation says throughout takes the place of where the knob was left.
    pub(super) fn read<'d, 'i>(node: Option<Node<'d, 'i>>, envelopes: &Envelopes<'d, 'i>) -> Self {
        let Some(node) = node else { return Self::default() };
        let manual = number(node, "Manual").or_else(|| flag(node, "Manual").map(|on| f64::from(u8::from(on))));
        let curve = envelopes.events(node).and_then(Curve::read);
        match curve.as_ref().and_then(Curve::constant) {
            Some(constant) => Self { fixed: Some(constant), curve: None },
            None => Self { fixed: manual, curve },
        }
    }

    /// Where it stands, or begins, or what it is otherwise.
    pub(super) fn value(&self, otherwise: f64) -> f64 {
        self.fixed.or_else(|| self.curve.as_ref().map(Curve::first)).unwrap_or(otherwise)
    }
}

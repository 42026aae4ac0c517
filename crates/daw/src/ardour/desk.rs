//! What all routes of a session have in common, and which of them are strips.

use super::curve::{Curve, Style};
use super::routes::{Kind, Route};
use super::time::Clock;
use super::vcas::Groups;
use super::wiring::Wiring;
use crate::foreign::ledger::Ledger;
use crate::foreign::names::UniqueNames;
use roxmltree::Node;
use stemwright_core::{Automation, SampleRate, Shape, Target, Vca};

/// The session's mixer.
pub(super) struct Desk<'a, 'd, 'i> {
    pub(super) routes: &'a [Route<'d, 'i>],
    pub(super) wiring: &'a Wiring<'d>,
    pub(super) groups: &'a Groups<'d, 'i>,
    /// The name of each route's strip; `None` of the master and of what is no strip.
    pub(super) strips: Vec<Option<String>>,
    /// The names of groups in our session, by their numbers.
    vca_names: std::collections::BTreeMap<&'d str, String>,
    pub(super) names: UniqueNames,
    pub(super) master: Option<usize>,
    /// Whether any route is soloed.
    solo: bool,
    pub(super) clock: &'a Clock,
    pub(super) rate: SampleRate,
    /// Points of automation that may still be made.
    pub(super) points_left: usize,
}

impl<'a, 'd, 'i> Desk<'a, 'd, 'i> {
    pub(super) fn new(
        routes: &'a [Route<'d, 'i>],
        wiring: &'a Wiring<'d>,
        groups: &'a Groups<'d, 'i>,
        (clock, rate): (&'a Clock, SampleRate),
        ledger: &mut Ledger,
    ) -> Self {
        let mut names = UniqueNames::default();
        let mut give = |route: &Route<'d, 'i>| {
            let otherwise = if route.kind == Kind::Track { "Track" } else { "Bus" };
            let is_strip = match route.kind {
                Kind::Master | Kind::Aside => false,
                _ if !route.active => {
                    ledger.note(
                        "track-inactive",
                        route.name,
                        "is not active: it is silent in Ardour and left out here",
                        "",
                    );
                    false
                }
                Kind::Track => !route.midi,
                Kind::Bus => true,
            };
            is_strip.then(|| names.give(route.name, otherwise))
        };
        let strips = routes.iter().map(&mut give).collect();
        let mut vca_unique = UniqueNames::default();
        let vca_names = groups.0.iter().map(|(number, group)| (*number, vca_unique.give(group.name, "VCA"))).collect();
        let is_soloed = |route: &Route<'d, 'i>| {
            route.kind != Kind::Master && (route.soloed || groups.any(&route.masters, |group| group.soloed))
        };
        let soloed: Vec<&str> = routes.iter().filter(|route| is_soloed(route)).map(|route| route.name).collect();
        if !soloed.is_empty() {
            let shown = soloed.iter().take(5).copied().collect::<Vec<_>>().join(", ");
            let message = format!("solo is on ({shown}): all others are muted in the stems, as in an export");
            ledger.warning("solo-active", "", message, "turn solo off in Ardour, save, and read the session again");
        }
        Self {
            routes,
            wiring,
            groups,
            strips,
            vca_names,
            names,
            master: routes.iter().position(|route| route.kind == Kind::Master),
            solo: !soloed.is_empty(),
            clock,
            rate,
            points_left: crate::foreign::MOST_POINTS,
        }
    }

    /// A frame of the session as it is written, at the rate that is asked for.
    pub(super) fn scaled(&self, frame: f64) -> i64 {
        let (own, asked) = (self.clock.rate.hz(), self.rate.hz());
        if own == asked { frame.round() as i64 } else { (frame * f64::from(asked) / f64::from(own)).round() as i64 }
    }

    /// A list as a curve of frames.
    pub(super) fn curve(&self, list: Option<Node<'d, 'i>>, otherwise: Style) -> Option<Curve> {
        list.and_then(|list| Curve::read(list, self.clock, otherwise))
    }

    /// Whether a route is silenced where its mute acts: by its own mute, a group's, or others' solo.
    pub(super) fn is_muted(&self, route: &Route<'d, 'i>) -> bool {
        self.is_silenced(route) || route.muted || self.groups.any(&route.masters, |group| group.muted)
    }

    /// Whether others' solo silences a route.
    pub(super) fn is_silenced(&self, route: &Route<'d, 'i>) -> bool {
        let soloed = route.soloed || self.groups.any(&route.masters, |group| group.soloed);
        self.solo && !soloed && !route.isolated && route.kind != Kind::Master
    }

    /// The groups of a route, by their names in our session.
    pub(super) fn vcas(&self, numbers: &[&'d str]) -> Vec<String> {
        let mut names: Vec<String> = numbers.iter().filter_map(|number| self.vca_names.get(number)).cloned().collect();
        names.sort();
        names.dedup();
        names
    }

    /// All groups.
    pub(super) fn groups(&mut self) -> Vec<Vca> {
        let groups = self.groups;
        let vca = |(number, group): (&&'d str, &super::vcas::Group<'d, 'i>)| {
            let factor = if group.gain > 0.0 { group.own / group.gain } else { 1.0 };
            let curve = self.curve(group.list, Style::Exponential);
            let automation = curve.map(|curve| {
                let points = super::moving::follow(
                    &super::moving::breaks(&[Some(&curve)]),
                    &|at| curve.value(at) * factor,
                    &mut self.points_left,
                );
                let points = super::moving::gains(&points, |frame| self.scaled(frame));
                Automation { points, ..Automation::new(Target::Gain, Shape::Factor, &[]) }
            });
            Vca {
                name: self.vca_names.get(number).cloned().unwrap_or_default(),
                gain: super::decibels(group.own),
                // Its mute acts where those of its members do: they have it.
                mute: false,
                solo: false,
                vcas: self.vcas(&group.masters),
                automation: automation.into_iter().collect(),
            }
        };
        groups.0.iter().map(vca).collect()
    }
}

//! Panners: which one stands between the channels of a route or send and its outputs, and what it does.

use super::curve::{Curve, Style};
use super::routes::{control, plays, value, yes};
use super::time::Clock;
use roxmltree::Node;

/// The panner's seat.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Shell<'d> {
    pub(super) bypassed: bool,
    pub(super) linked: bool,
    /// Each of two channels is placed by itself.
    pub(super) equal_power: bool,
    /// A panner that is not one of the three that come with Ardour.
    pub(super) foreign: Option<&'d str>,
}

impl<'d> Shell<'d> {
    /// Of a processor that has a `PannerShell`.
    pub(super) fn of(processor: Node<'d, '_>) -> Self {
        let Some(shell) = processor.children().find(|child| child.has_tag_name("PannerShell")) else {
            return Self::default();
        };
        let user = shell.attribute("user-panner").unwrap_or_default();
        let known = ["", "panner_1in2out", "panner_2in2out", "panner_balance"];
        let is_known = known.iter().any(|name| user.rsplit('/').next() == Some(name));
        Self {
            bypassed: yes(shell.attribute("bypassed")),
            linked: shell.attribute("linked-to-route").is_none_or(|linked| yes(Some(linked))),
            equal_power: user.ends_with("panner_2in2out"),
            foreign: (!is_known).then_some(user),
        }
    }
}

/// Where a panner stands: 0 left … 1 right, and how far its two channels are apart.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pannable<'d, 'i> {
    pub(super) place: f64,
    pub(super) width: f64,
    /// Their lists, where they play.
    pub(super) place_list: Option<Node<'d, 'i>>,
    pub(super) width_list: Option<Node<'d, 'i>>,
}

impl<'d, 'i> Pannable<'d, 'i> {
    /// Of a route or send.
    pub(super) fn of(node: Node<'d, 'i>) -> Self {
        let Some(pannable) = node.children().find(|child| child.has_tag_name("Pannable")) else {
            return Self { place: 0.5, width: 1.0, place_list: None, width_list: None };
        };
        let automation = pannable.children().find(|child| child.has_tag_name("Automation"));
        let lists: Vec<_> = automation.into_iter().flat_map(|node| node.children()).filter(Node::is_element).collect();
        // All lists share one state: that of the last.
        let moves = lists.last().is_some_and(|list| plays(list.attribute("state")));
        let list = |what: &str| {
            let has_events = |list: &Node<'d, 'i>| list.children().any(|child| child.has_tag_name("events"));
            let list = lists.iter().copied().find(|list| list.attribute("automation-id") == Some(what));
            list.filter(|list| moves && has_events(list))
        };
        let named = |name: &str| control(pannable, name).and_then(|_| value(pannable, name));
        Self {
            place: named("pan-azimuth").unwrap_or(0.5).clamp(0.0, 1.0),
            width: named("pan-width").unwrap_or(1.0).clamp(-1.0, 1.0),
            place_list: list("pan-azimuth"),
            width_list: list("pan-width"),
        }
    }

    /// Its lists as curves of frames.
    pub(super) fn curves(&self, clock: &Clock) -> [Option<Curve>; 2] {
        [self.place_list, self.width_list].map(|list| list.and_then(|list| Curve::read(list, clock, Style::Linear)))
    }

    /// Where left and right are placed, −1…1. A panner that does not move is never wider than its place lets it be.
    pub(super) fn sides(&self) -> [f64; 2] {
        let widest = 2.0 * self.place.min(1.0 - self.place);
        let width = self.width.abs().min(widest).copysign(self.width);
        sides(self.place, width)
    }
}

/// Where left and right are placed, −1…1.
pub(super) fn sides(place: f64, width: f64) -> [f64; 2] {
    [place - width / 2.0, place + width / 2.0].map(|place| axis(place.clamp(0.0, 1.0)))
}

/// −1…1 of 0…1.
pub(super) fn axis(place: f64) -> f64 {
    place * 2.0 - 1.0
}

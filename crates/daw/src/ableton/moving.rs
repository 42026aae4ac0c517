//! What moves a parameter: breakpoints over beats, straight or bent between them.

use super::clock::Clock;
use super::node::switch;
use crate::foreign::curve::{Fineness, points};
use crate::foreign::{MOST_POINTS, number};
use roxmltree::Node;
use stemwright_core::{Point, Shape};

/// Breakpoints before this place hold what is heard before all others; Live writes them at −63072000 beats.
const BEGINNING: f64 = -1e6;

/// How a segment is bent: two control points of a cubic Bézier curve in the box from its first breakpoint to its second.
type Bend = [f64; 4];

/// A breakpoint.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Breakpoint {
    /// Beats.
    pub(super) beat: f64,
    pub(super) value: f64,
    pub(super) bend: Option<Bend>,
}

/// Breakpoints in order; several on one beat are jumps.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Curve {
    pub(super) nodes: Vec<Breakpoint>,
}

impl Curve {
    /// Of an element `Events`. Events that are no numbers are left out, those out of order are sorted. `None` where nothing is left.
    pub(super) fn read(events: Node<'_, '_>) -> Option<Self> {
        let value = |text: &str| number(text).or_else(|| switch(text).map(|on| f64::from(u8::from(on))));
        let node = |event: Node<'_, '_>| {
            let own = |name: &str| event.attribute(name).and_then(number);
            let bend = [own("CurveControl1X")?, own("CurveControl1Y")?, own("CurveControl2X")?, own("CurveControl2Y")?];
            // On the diagonal it is none.
            let straight = bend[0] == bend[1] && bend[2] == bend[3];
            (!straight).then(|| bend.map(|at| at.clamp(0.0, 1.0)))
        };
        let mut nodes: Vec<Breakpoint> = events
            .children()
            .filter(|event| event.is_element())
            .filter_map(|event| {
                let beat = number(event.attribute("Time")?)?;
                Some(Breakpoint { beat, value: value(event.attribute("Value")?)?, bend: node(event) })
            })
            .collect();
        nodes.sort_by(|a, b| a.beat.total_cmp(&b.beat));
        // Of those before all others the last one counts.
        let early = nodes.partition_point(|node| node.beat <= BEGINNING);
        nodes.drain(..early.saturating_sub(1));
        (!nodes.is_empty()).then_some(Self { nodes })
    }

    /// The value that it has throughout, if it never moves.
    pub(super) fn constant(&self) -> Option<f64> {
        let first = self.nodes.first()?.value;
        self.nodes.iter().all(|node| node.value == first).then_some(first)
    }

    /// The value from the beginning on.
    pub(super) fn first(&self) -> f64 {
        self.nodes.first().map_or(0.0, |node| node.value)
    }

    /// The same places with other values.
    pub(super) fn map(&self, value: impl Fn(f64) -> f64) -> Self {
        let of = |node: &Breakpoint| Breakpoint { value: value(node.value), ..*node };
        Self { nodes: self.nodes.iter().map(of).collect() }
    }

    /// The breakpoints of the song: without the one before all others, which holds until the first of these.
    fn heard(&self) -> &[Breakpoint] {
        match self.nodes.as_slice() {
            [first, rest @ ..] if first.beat <= BEGINNING => rest,
            all => all,
        }
    }

    /// Whether anything is bent.
    pub(super) fn is_bent(&self) -> bool {
        self.nodes.iter().any(|node| node.bend.is_some())
    }

    /// The breakpoints of the song, with the value before the first of them.
    pub(super) fn song(&self) -> (f64, &[Breakpoint]) {
        (self.first(), self.heard())
    }
}

/// How far a segment has come at a part x of its time, 0…1.
pub(super) fn risen(bend: Option<Bend>, x: f64) -> f64 {
    let Some([x1, y1, x2, y2]) = bend else { return x };
    let bezier = |a: f64, b: f64, t: f64| {
        let s = 1.0 - t;
        3.0 * s * s * t * a + 3.0 * s * t * t * b + t * t * t
    };
    // Its time never falls: control points lie within the box.
    let (mut low, mut high) = (0.0, 1.0);
    for _ in 0..60 {
        let middle = (low + high) / 2.0;
        if bezier(x1, x2, middle) < x { low = middle } else { high = middle }
    }
    bezier(y1, y2, (low + high) / 2.0)
}

/// A curve over frames.
#[derive(Debug, Clone)]
pub(super) struct Frames<'c> {
    clock: &'c Clock,
    before: f64,
    nodes: Vec<(i64, Breakpoint)>,
}

impl<'c> Frames<'c> {
    /// Breakpoints further away than sessions reach are left out.
    pub(super) fn new(curve: &Curve, clock: &'c Clock) -> Self {
        let (before, nodes) = curve.song();
        let nodes = nodes.iter().filter_map(|node| Some((clock.frame(node.beat)?, *node))).collect();
        Self { clock, before, nodes }
    }

    /// The frames of its breakpoints.
    pub(super) fn knots(&self) -> impl Iterator<Item = i64> + '_ {
        self.nodes.iter().map(|node| node.0)
    }

    /// The value at a frame: as the frame begins, or (`before`) where the curve comes from.
    pub(super) fn value(&self, frame: i64, before: bool) -> f64 {
        let next = self.nodes.partition_point(|node| node.0 < frame || !before && node.0 == frame);
        let Some(last) = next.checked_sub(1) else { return self.before };
        let (from, a) = self.nodes[last];
        let Some(&(to, b)) = self.nodes.get(next) else { return a.value };
        if from == frame || a.value == b.value {
            return a.value;
        }
        if to == frame {
            return b.value;
        }
        let x = (self.clock.beat(frame) - a.beat) / (b.beat - a.beat);
        a.value + (b.value - a.value) * risen(a.bend, x.clamp(0.0, 1.0))
    }

    /// Whether it runs in straight lines over frames, too.
    pub(super) fn is_straight(&self) -> bool {
        self.nodes.windows(2).all(|pair| {
            let [(_, a), (_, b)] = [pair[0], pair[1]];
            a.value == b.value || a.bend.is_none() && self.clock.is_even(a.beat, b.beat)
        })
    }

    /// Points that hold from each breakpoint to the next: of switches.
    pub(super) fn steps(&self, value: impl Fn(f64) -> f64) -> Vec<Point> {
        let hold = |frame: i64, value: f64| Point { frame, value, shape: Shape::Hold };
        let before = self.nodes.first().map(|node| hold(node.0.saturating_sub(1), value(self.before)));
        let steps = self.nodes.iter().map(|node| hold(node.0, value(node.1.value)));
        let mut made: Vec<Point> = before.into_iter().chain(steps).collect();
        made.dedup_by(|b, a| b.value == a.value);
        made
    }

    /// Points with straight lines between them of what `value` makes of this, in the unit that straight lines are straight in.
    pub(super) fn lines(&self, value: impl Fn(f64) -> f64, straight: bool, count: &mut usize) -> Vec<(i64, f64)> {
        if straight && self.is_straight() {
            let mut made: Vec<(i64, f64)> = Vec::with_capacity(self.nodes.len() + 1);
            for &(frame, node) in &self.nodes {
                if made.is_empty() && self.before != node.value {
                    made.push((frame, value(self.before)));
                }
                made.push((frame, value(node.value)));
            }
            *count += made.len();
            return made;
        }
        let knots: Vec<i64> = self.knots().collect();
        let curve = |frame: i64, before: bool| value(self.value(frame, before));
        made_of(&knots, &curve, count)
    }
}

/// Points within −100 dB of a curve over frames.
pub(super) fn made_of(knots: &[i64], curve: &dyn Fn(i64, bool) -> f64, count: &mut usize) -> Vec<(i64, f64)> {
    let most = MOST_POINTS.saturating_sub(*count).max(2);
    let made = points(knots, curve, Fineness::AUTOMATION, most);
    *count += made.len();
    made
}

#[cfg(test)]
mod tests {
    use super::*;

    fn curve(events: &str) -> Option<Curve> {
        let text = format!("<Events>{events}</Events>");
        let document = roxmltree::Document::parse(&text).unwrap();
        Curve::read(document.root_element())
    }

    #[test]
    fn events_are_sorted_and_those_that_are_none_left_out() {
        let made = curve(
            "<FloatEvent Time='-63072000' Value='0.5'/><FloatEvent Time='8' Value='2'/><FloatEvent Time='4' Value='1'/>\
             <FloatEvent Time='NaN' Value='1'/><FloatEvent Time='5' Value='inf'/><FloatEvent Value='1'/>",
        )
        .unwrap();
        assert_eq!(made.first(), 0.5);
        let song: Vec<(f64, f64)> = made.song().1.iter().map(|node| (node.beat, node.value)).collect();
        assert_eq!(song, [(4.0, 1.0), (8.0, 2.0)]);
        assert_eq!((made.constant(), made.is_bent()), (None, false));
        assert_eq!(curve("<FloatEvent Time='x' Value='y'/>"), None);
        assert_eq!(curve("<BoolEvent Time='-63072000' Value='true'/>").unwrap().constant(), Some(1.0));
    }

    #[test]
    fn bends_run_through_their_box() {
        assert_eq!(risen(None, 0.3), 0.3);
        // On the diagonal it is a straight line; the mirror image of a bend is its mirror image.
        for x in [0.0, 0.1, 0.5, 0.8, 1.0] {
            assert!((risen(Some([0.5, 0.5, 0.5, 0.5]), x) - x).abs() < 1e-12);
            let slow = risen(Some([0.6, 0.1, 0.9, 0.4]), x);
            let fast = 1.0 - risen(Some([0.1, 0.6, 0.4, 0.9]), 1.0 - x);
            assert!((slow - fast).abs() < 1e-12 && slow <= x + 1e-12);
        }
    }
}

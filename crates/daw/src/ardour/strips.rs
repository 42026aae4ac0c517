//! A route → a strip: its chain, fader, panner, mute and output.

use super::curve::Style;
use super::desk::Desk;
use super::devices;
use super::moving::{breaks, follow, gains, values};
use super::pan::{axis, sides};
use super::routes::{Kind, Route, Stage};
use super::sends::Position;
use super::wiring::Pattern;
use super::{decibels, law};
use crate::foreign::ledger::Ledger;
use stemwright_core::{
    Automation, Bus, Db, Insert, Layout, PanLaw, Param, Point, Send, Shape, Strip, Tap, Target, Unit,
};

/// What the panner of a route does.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Panner {
    /// One channel between two outputs; 0…1.
    Law(f64),
    /// Two channels, balanced; 0…1.
    Balance(f64),
    /// Two channels, each placed by itself; −1…1.
    Sides([f64; 2]),
    /// Nothing.
    Through,
}

/// A strip, and what it needs beside it.
pub(super) struct Made {
    pub(super) strip: Strip,
    /// Buses that some of its sends go through.
    pub(super) beside: Vec<Bus>,
    /// Which channels of its clips are inverted, where not all are.
    pub(super) inverted: Vec<bool>,
    /// Channels of its clips: 1 or 2.
    pub(super) channels: usize,
    /// What each send of the strip was.
    pub(super) origins: Vec<Origin>,
}

/// What a send of ours was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Origin {
    /// An output, beside the main one.
    Output,
    Pre,
    Post,
}

/// What is found along a route's chain.
#[derive(Debug, Default)]
pub(super) struct Chain {
    /// Sends: where to, whether after the fader, and the place in the chain.
    sends: Vec<(usize, bool, usize)>,
    /// Whether there is a fader after where sound comes in, and how many inserts are before it.
    fader: Option<usize>,
    /// Whether inserts come after the fader.
    late: bool,
}

impl<'d> Desk<'_, 'd, '_> {
    /// The strip of a route that is one.
    pub(super) fn strip(&mut self, number: usize, name: &str, ledger: &mut Ledger) -> Made {
        let route = &self.routes[number];
        let mut strip = Strip::new(name);
        strip.colour = route.colour.clone();
        if route.ins.len() > 2 || route.panned > 2 || route.outs.len() > 2 {
            let message = "has more than two channels: only the first two are in the stems";
            ledger.error("channels-not-carried", name, message, "bounce it to stereo in Ardour");
        }
        if let Some(panner) = route.shell.foreign {
            let message = format!("is panned by {panner}, which is not known; it is panned like others of its width");
            ledger.warning("pan-approximated", name, message, "");
        }
        let wide = route.panned.max(1) > 1 && (route.outs.len() != 1 || route.ins.len() < 2);
        let single = route.outs.len() == 1;
        strip.layout = Some(if wide { Layout::Stereo } else { Layout::Mono });
        let channels = if wide && route.ins.len() > 1 { 2 } else { 1 };
        let panner = match () {
            () if single || route.shell.bypassed || route.outs.is_empty() => Panner::Through,
            () if !wide => Panner::Law(route.pannable.place),
            () if route.shell.equal_power => Panner::Sides(route.pannable.sides()),
            () => Panner::Balance(route.pannable.place),
        };
        let chain = self.chain(route, number, &mut strip, ledger);
        let inverted = polarity(route, &mut strip, channels, ledger);
        let factor = self.fader(route, &mut strip, &chain);
        self.pan(route, &mut strip, panner, ledger);
        let plain = self.output(number, &mut strip, panner, ledger);
        let origins = vec![Origin::Output; strip.sends.len()];
        let mut made = Made { strip, beside: Vec::new(), inverted, channels, origins };
        let position = Position { panner, wide, factor, plain: plain && !chain.late };
        for (to, after, place) in chain.sends {
            if let Stage::Send(send) = &route.stages[place] {
                self.send(route, &mut made, (send, to, after), &position, ledger);
            }
        }
        self.mute(route, &mut made, ledger);
        if let [only] = self.wiring.elsewhere[number].as_slice() {
            let message = format!("goes to {only} as well, or instead: that is not in the mix");
            ledger.note("routing-cut", name, message, "");
        } else if !self.wiring.elsewhere[number].is_empty() {
            ledger.note("routing-cut", name, "goes to ports outside the session, which are not in the mix", "");
        }
        made
    }

    /// Inserts and sends, in order. A track's begin where its clips come in.
    fn chain(&mut self, route: &Route<'d, '_>, number: usize, strip: &mut Strip, ledger: &mut Ledger) -> Chain {
        let reader = route.stages.iter().position(|stage| matches!(stage, Stage::Reader)).unwrap_or(0);
        if route.stages[..reader].iter().any(|stage| matches!(stage, Stage::Send(_) | Stage::Device(_))) {
            let message = "sends and plug-ins before the place where its clips come in get nothing, and are left out";
            ledger.note("send-not-carried", &strip.name, message, "");
        }
        let mut chain = Chain::default();
        let mut early = Vec::new();
        for (place, stage) in route.stages.iter().enumerate().skip(reader) {
            match stage {
                Stage::Reader | Stage::Polarity => {}
                Stage::Trim => {
                    let curve = self.curve(route.trim_list, Style::Logarithmic);
                    if route.trim == 1.0 && curve.is_none() {
                        continue;
                    }
                    if let Some(curve) = curve {
                        let points = follow(&breaks(&[Some(&curve)]), &|at| curve.value(at), &mut self.points_left);
                        let points = gains(&points, |frame| self.scaled(frame));
                        let target = Target::Insert(strip.inserts.len(), Param::Gain);
                        strip.automation.push(Automation { target, points });
                    }
                    strip.inserts.push(Insert::from(Unit::Gain(decibels(route.trim))));
                }
                Stage::Fader => chain.fader = Some(strip.inserts.len()),
                Stage::Device(device) => strip.inserts.extend(devices::carry(*device, self.rate, &strip.name, ledger)),
                Stage::PortSend(to) => {
                    let message = format!("the send {to} goes to ports outside the mixer: it is left out");
                    ledger.warning("send-not-carried", &strip.name, message, "send to a bus in Ardour instead");
                }
                Stage::Send(send) => match self.wiring.target(number, place, send.target) {
                    Some(to) => {
                        early.extend(chain.fader.is_none().then_some(strip.inserts.len()));
                        chain.sends.push((to, chain.fader.is_some(), place));
                    }
                    None => {
                        let message = "a send leads nowhere, or back: it is left out";
                        ledger.warning("send-not-carried", &strip.name, message, "");
                    }
                },
            }
        }
        let count = strip.inserts.len();
        if early.iter().any(|before| *before < count) {
            let message = "a send is taken before what is carried of its inserts: here it is taken after them";
            ledger.warning("send-approximated", &strip.name, message, "");
        }
        chain.late = chain.fader.is_some_and(|before| before < count);
        chain
    }

    /// The fader with its groups. Returns what it does to a signal while it stands still.
    fn fader(&mut self, route: &Route<'d, '_>, strip: &mut Strip, chain: &Chain) -> f64 {
        let Some(before) = chain.fader else { return 1.0 };
        let own = self.groups.own_factor(&route.masters, &route.records);
        let total = route.fader * self.groups.total(&route.masters, &route.records);
        let curve = self.curve(route.fader_list, Style::Exponential);
        let gain = if chain.late { total } else { route.fader * own };
        let factor = if chain.late { self.groups.total(&route.masters, &route.records) } else { own };
        let points = curve.map(|curve| {
            let points = follow(&breaks(&[Some(&curve)]), &|at| curve.value(at) * factor, &mut self.points_left);
            gains(&points, |frame| self.scaled(frame))
        });
        let target = if chain.late {
            // What comes after the fader is an insert, so the fader is one, too.
            for automation in &mut strip.automation {
                if let Target::Insert(insert, _) = &mut automation.target {
                    *insert += usize::from(*insert >= before);
                }
            }
            strip.inserts.insert(before, Insert::from(Unit::Gain(decibels(gain))));
            Target::Insert(before, Param::Gain)
        } else {
            strip.gain = decibels(gain);
            strip.vcas = self.vcas(&route.masters);
            Target::Gain
        };
        strip.automation.extend(points.map(|points| Automation { target, points }));
        total
    }

    fn pan(&mut self, route: &Route<'d, '_>, strip: &mut Strip, panner: Panner, ledger: &mut Ledger) {
        let wide = strip.layout == Some(Layout::Stereo);
        match panner {
            Panner::Law(place) | Panner::Balance(place) => strip.pan = axis(place),
            Panner::Sides(places) if places != [-1.0, 1.0] => strip.sides = Some(places),
            Panner::Sides(_) => {}
            Panner::Through if !wide => strip.pan_law = Some(PanLaw::Balance),
            Panner::Through => {}
        }
        let [place, width] = route.pannable.curves(self.clock);
        if place.is_none() && width.is_none() || panner == Panner::Through {
            return;
        }
        let (own_place, own_width) = (route.pannable.place, route.pannable.width);
        let at = breaks(&[place.as_ref(), width.as_ref()]);
        let place_at = |frame: f64| place.as_ref().map_or(own_place, |curve| curve.value(frame).clamp(0.0, 1.0));
        if let Panner::Sides(_) = panner {
            let width_at = |frame: f64| width.as_ref().map_or(own_width, |curve| curve.value(frame));
            strip.sides = Some(sides(own_place, own_width));
            for side in 0..2 {
                let value = |frame: f64| sides(place_at(frame), width_at(frame))[side];
                let points = follow(&at, &value, &mut self.points_left);
                let points = values(&points, |frame| self.scaled(frame));
                strip.automation.push(Automation { target: Target::Side(side), points });
            }
        } else if place.is_some() {
            let points = follow(&at, &|frame| axis(place_at(frame)), &mut self.points_left);
            let points = values(&points, |frame| self.scaled(frame));
            strip.automation.push(Automation { target: Target::Pan, points });
        } else {
            ledger.note("automation-not-carried", &strip.name, "its width moves, which its panner does not use", "");
        }
    }

    /// Where the strip goes. Returns whether its post tap is still what its fader and panner make.
    fn output(&mut self, number: usize, strip: &mut Strip, panner: Panner, ledger: &mut Ledger) -> bool {
        let mut ways: Vec<(Option<String>, Pattern, bool)> = Vec::new();
        for way in &self.wiring.ways[number] {
            let to = &self.routes[way.to];
            let narrow = to.ins.len() == 1;
            match (&self.strips[way.to], self.master == Some(way.to)) {
                (_, true) => ways.insert(0, (None, way.pattern, narrow)),
                (Some(name), _) if to.kind == Kind::Bus => ways.push((Some(name.clone()), way.pattern, narrow)),
                _ => {
                    let message = format!("goes to {}, which is not in the stems", to.name);
                    ledger.note("routing-cut", &strip.name, message, "");
                }
            }
        }
        if self.wiring.to_hardware[number] {
            ways.insert(0, (None, Pattern::Straight, false));
        }
        if ways.is_empty() {
            strip.sends_only = true;
            return true;
        }
        let moves = strip.automation.iter().any(|own| matches!(own.target, Target::Pan | Target::Side(_)));
        let mut plain = true;
        let main = ways.iter().position(|way| way.1 == Pattern::Straight);
        let main = main.or_else(|| ways.iter().position(|way| way.0.is_none())).or((ways.len() == 1).then_some(0));
        if let Some(main) = main {
            let (to, pattern, narrow) = ways.remove(main);
            strip.output = to.clone();
            let (fits, left) = match (pattern, panner) {
                (Pattern::Straight, _) => (true, None),
                (Pattern::Swapped, Panner::Law(_)) if !moves => {
                    strip.pan = -strip.pan;
                    (true, None)
                }
                (Pattern::Swapped, Panner::Sides(places)) if !moves => {
                    strip.sides = Some(places.map(|place| -place));
                    (true, None)
                }
                (Pattern::Swapped, Panner::Balance(_) | Panner::Through) if !moves => {
                    let is_centred = strip.pan == 0.0;
                    if strip.layout == Some(Layout::Stereo) {
                        strip.sides = Some([1.0, -1.0]);
                    }
                    (is_centred, None)
                }
                (Pattern::Left, _) if !moves => (strip.sides.is_none(), Some(true)),
                (Pattern::Right, _) if !moves => (strip.sides.is_none(), Some(false)),
                _ if to.is_some() => {
                    ways.push((to, pattern, narrow));
                    strip.sends_only = true;
                    strip.output = None;
                    (true, None)
                }
                (Pattern::Sum, _) if narrow => {
                    // Our mono is half of the sum.
                    strip.gain = Db(strip.gain.0 + decibels(2.0).0);
                    (strip.automation.iter().all(|own| own.target != Target::Gain), None)
                }
                _ => (false, None),
            };
            if let Some(left) = left.filter(|_| strip.sides.is_none()) {
                // Panned all to one side, a little quieter: that is one side of what it was.
                let place = (strip.pan + 1.0) / 2.0;
                let kept = match panner {
                    Panner::Law(_) => law(place)[usize::from(!left)],
                    Panner::Balance(_) if left => (2.0 - 2.0 * place).min(1.0),
                    Panner::Balance(_) => (2.0 * place).min(1.0),
                    _ => 1.0,
                };
                strip.gain = Db(strip.gain.0 + decibels(kept).0);
                for automation in strip.automation.iter_mut().filter(|own| own.target == Target::Gain) {
                    automation.points.iter_mut().for_each(|point| point.value += decibels(kept).0);
                }
                strip.pan = if left { -1.0 } else { 1.0 };
            }
            if !fits {
                let message = "its outputs are connected crosswise or in part: they go straight here";
                ledger.error("routing-cut", &strip.name, message, "connect left to left and right to right in Ardour");
            }
            plain = pattern == Pattern::Straight;
        } else {
            strip.sends_only = true;
        }
        for (to, pattern, _) in ways {
            let Some(to) = to else { continue };
            let (pan, gain) = match pattern {
                Pattern::Straight => (0.0, Db::ZERO),
                Pattern::Left => (-1.0, Db::ZERO),
                Pattern::Right => (1.0, Db::ZERO),
                Pattern::Sum => (0.0, decibels(2.0)),
                Pattern::First => (-1.0, decibels(2.0)),
                Pattern::Second => (1.0, decibels(2.0)),
                Pattern::Swapped | Pattern::Odd => {
                    let message = format!("is connected to {to} crosswise: it goes straight there");
                    ledger.error(
                        "routing-cut",
                        &strip.name,
                        message,
                        "connect left to left and right to right in Ardour",
                    );
                    (0.0, Db::ZERO)
                }
            };
            strip.sends.push(Send { to, gain, tap: Tap::Post, pan });
        }
        plain
    }

    /// Silences what is muted, where mute acts.
    fn mute(&mut self, route: &Route<'d, '_>, made: &mut Made, ledger: &mut Ledger) {
        let Made { strip, origins, .. } = made;
        let points = route.points;
        let silent = |origin: Origin| match origin {
            Origin::Output => points.main,
            Origin::Pre => points.pre,
            Origin::Post => points.post,
        };
        let all = points.main && origins.iter().all(|origin| silent(*origin));
        if let Some(curve) = self.curve(route.mute_list, Style::Discrete).filter(|_| !self.is_silenced(route)) {
            if !all {
                let message =
                    "its mute moves, and by its mute points acts on a part of its outputs; here it acts on all";
                ledger.warning("automation-not-carried", &strip.name, message, "");
            }
            let point = |&(at, value): &(f64, f64)| {
                let value = f64::from(u8::from(value >= 0.5));
                Point { frame: self.scaled(at), value, shape: Shape::Hold }
            };
            let points: Vec<Point> = curve.points.iter().map(point).collect();
            self.points_left = self.points_left.saturating_sub(points.len());
            strip.automation.push(Automation { target: Target::Mute, points });
            return;
        }
        if !self.is_muted(route) {
            return;
        }
        if all || strip.sends_only && origins.iter().all(|origin| silent(*origin)) {
            strip.mute = true;
            return;
        }
        strip.sends_only |= points.main;
        let kept: Vec<usize> = (0..origins.len()).filter(|i| !silent(origins[*i])).collect();
        strip.sends = kept.iter().map(|i| strip.sends[*i].clone()).collect();
        strip.automation.retain_mut(|own| {
            let Target::Send(index) = &mut own.target else { return true };
            let now = kept.iter().position(|kept| kept == index);
            *index = now.unwrap_or(*index);
            now.is_some()
        });
        *origins = kept.iter().map(|i| origins[*i]).collect();
        let message = "is muted, but by its mute points not all that leaves it: what is not heard is left out";
        ledger.note("mute-in-part", &strip.name, message, "");
    }
}

/// Which channels of a track's clips are inverted. Where all are, the strip is; a bus can only be inverted as a whole.
fn polarity(route: &Route<'_, '_>, strip: &mut Strip, channels: usize, ledger: &mut Ledger) -> Vec<bool> {
    let reader = route.stages.iter().position(|stage| matches!(stage, Stage::Reader)).unwrap_or(0);
    let acts = route.stages[reader..].iter().any(|stage| matches!(stage, Stage::Polarity));
    let count = if route.kind == Kind::Track { channels } else { route.ins.len().clamp(1, 2) };
    let bits: Vec<bool> = (0..count).map(|channel| acts && route.inverted.get(channel) == Some(&true)).collect();
    if bits.iter().all(|bit| *bit) {
        strip.inverted = true;
        return vec![false; count];
    }
    if route.kind != Kind::Track && bits.contains(&true) {
        let message = "one of its channels is inverted: that is left out";
        ledger.error("channels-not-carried", &strip.name, message, "invert the tracks that feed it instead");
        return vec![false; count];
    }
    bits
}

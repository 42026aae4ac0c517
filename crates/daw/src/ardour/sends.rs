//! Internal sends: Ardour's have a panner of their own, ours a balance.

use super::curve::{Curve, Style};
use super::desk::Desk;
use super::moving::{breaks, follow, gains};
use super::pan::axis;
use super::routes::{Kind, Route, SendTo};
use super::strips::{Made, Origin, Panner};
use super::{decibels, law};
use crate::foreign::ledger::Ledger;
use stemwright_core::{Automation, Bus, Db, Layout, PanLaw, Send, Strip, Tap, Target};

/// What a send needs to know of its strip.
pub(super) struct Position {
    pub(super) panner: Panner,
    /// Whether the strip is stereo.
    pub(super) wide: bool,
    /// What the fader does while it stands still.
    pub(super) factor: f64,
    /// Whether the post tap is what fader and panner make.
    pub(super) plain: bool,
}

/// How a send places what it takes before the strip's panner.
struct Placed {
    pan: f64,
    gain: f64,
    /// Left and right placed apart, in a bus of its own.
    sides: Option<[f64; 2]>,
}

impl<'d> Desk<'_, 'd, '_> {
    /// Adds a send: what it is, the route that it goes to, and whether it comes after the fader.
    pub(super) fn send(
        &mut self,
        route: &Route<'d, '_>,
        made: &mut Made,
        (send, to, after): (&SendTo<'d, '_>, usize, bool),
        position: &Position,
        ledger: &mut Ledger,
    ) {
        let target = &self.routes[to];
        let place = made.strip.name.clone();
        let Some(to) = self.strips[to].clone().filter(|_| target.kind == Kind::Bus) else {
            let message = format!("its send to {} is left out: that is no bus in the stems", target.name);
            ledger.note("send-not-carried", &place, message, "");
            return;
        };
        let narrow = target.ins.len() == 1;
        let pannable = send.pannable.unwrap_or(route.pannable);
        let moves = pannable.place_list.is_some() || pannable.width_list.is_some();
        let same = match position.panner {
            Panner::Law(_) => !position.wide,
            Panner::Balance(_) => position.wide && !send.shell.equal_power,
            Panner::Sides(_) => position.wide && send.shell.equal_power,
            Panner::Through => false,
        };
        let (mut ours, follows) = (Send::new(&to), send.pannable.is_none() && same && !send.shell.bypassed);
        let mut curves: [Option<Curve>; 2] = [self.curve(send.list, Style::Exponential), None];
        let (mut factor, mut sides) = (send.gain, None);
        if after && follows && !narrow && position.plain && target.ins.len() <= 2 {
            ours.tap = Tap::Post;
        } else {
            ours.tap = Tap::Pre;
            let placed = placed(send, pannable.place, pannable.sides(), position.wide, narrow);
            ours.pan = placed.pan;
            sides = placed.sides;
            factor *= placed.gain;
            if moves && !narrow && !send.shell.bypassed {
                let message = format!("the panner of its send to {to} moves: it stays where it is here");
                ledger.warning("automation-not-carried", &place, message, "");
            }
            if after {
                curves[1] = self.curve(route.fader_list, Style::Exponential);
                let groups = self.groups.total(&route.masters, &route.records);
                factor *= if curves[1].is_some() { groups } else { position.factor };
            }
            if !position.wide && position.panner == Panner::Through && placed.pan.abs() < 1.0 {
                // The send needs the law of the panner that the strip goes without: the strip stands in its centre, louder.
                made.strip.pan_law = None;
                let up = decibels(1.0 / law(0.5)[0]).0;
                let centred = made.strip.pan == 0.0;
                if centred {
                    made.strip.gain = Db(made.strip.gain.0 + up);
                    let gains = made.strip.automation.iter_mut().filter(|own| own.target == Target::Gain);
                    gains.flat_map(|own| &mut own.points).for_each(|point| point.value += up);
                }
            }
        }
        let index = made.strip.sends.len();
        if curves.iter().any(Option::is_some) {
            let at = breaks(&[curves[0].as_ref(), curves[1].as_ref()]);
            let rest = if curves[0].is_some() && send.gain > 0.0 { factor / send.gain } else { factor };
            let product = |frame: f64| curves.iter().flatten().map(|curve| curve.value(frame)).product::<f64>() * rest;
            let points = follow(&at, &product, &mut self.points_left);
            let points = gains(&points, |frame| self.scaled(frame));
            made.strip.automation.push(Automation { target: Target::Send(index), points });
        }
        ours.gain = decibels(factor);
        if send.inverted || sides.is_some() {
            // Ours have no polarity and only a balance: what they lack is in a bus between.
            let mut between = Strip::new(self.names.give(&format!("{} to {}", made.strip.name, to), "Send"));
            between.inverted = send.inverted;
            between.sides = sides;
            between.output = Some(to);
            between.layout = Some(if narrow { Layout::Mono } else { Layout::Stereo });
            between.pan_law = narrow.then_some(PanLaw::Balance);
            ours.to = between.name.clone();
            made.beside.push(Bus { strip: between, is_return: true });
        }
        made.strip.sends.push(ours);
        made.origins.push(if after { Origin::Post } else { Origin::Pre });
    }
}

fn placed(send: &SendTo<'_, '_>, place: f64, sides: [f64; 2], wide: bool, narrow: bool) -> Placed {
    let plain = |pan: f64, gain: f64| Placed { pan, gain, sides: None };
    match (narrow, wide) {
        // Our mono is half of left and right. Ardour adds them, or takes the first without a panner.
        (true, true) if send.shell.bypassed => plain(-1.0, 2.0),
        (true, true) => plain(0.0, 2.0),
        (true, false) => plain(-1.0, 2.0),
        // Without a panner what is mono goes left.
        (false, false) if send.shell.bypassed => plain(-1.0, 1.0),
        (false, false) => plain(axis(place), 1.0),
        (false, true) if send.shell.bypassed => plain(0.0, 1.0),
        (false, true) if send.shell.equal_power => {
            let is_plain = sides == [-1.0, 1.0];
            Placed { pan: 0.0, gain: 1.0, sides: (!is_plain).then_some(sides) }
        }
        (false, true) => plain(axis(place), 1.0),
    }
}

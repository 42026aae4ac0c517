//! Faders, pans, sends and switches, with what moves them → what a strip of ours has.
//!
//! A track of Live's is stereo throughout, and so are our strips. Its pan is two factors; ours is a balance, in which the side panned
//! away from falls. Any two factors are a balance and a gain.

use super::clock::Clock;
use super::moving::{Frames, made_of};
use super::node::{at, flag, whole, within};
use super::parameters::{Envelopes, Parameter};
use crate::foreign::ledger::Ledger;
use roxmltree::Node;
use std::f64::consts::{FRAC_PI_4, SQRT_2};
use stemwright_core::{Automation, Db, PanLaw, Point, Shape, Strip, Target};

/// Faders and sends end here, at −70 dB, which Live shows and plays as silence; knobs round it up a little.
const SILENT: f64 = 3.1623e-4;
/// The loudest that a session takes.
const LOUDEST: f64 = 1000.0;

/// What levels are made with.
pub(super) struct Levels<'l, 'd, 'i> {
    pub(super) envelopes: &'l Envelopes<'d, 'i>,
    pub(super) clock: &'l Clock,
    /// Points of automation so far.
    pub(super) points: usize,
    /// Whether a fader or send runs between breakpoints, and whether a line of automation is bent.
    pub(super) runs: bool,
    pub(super) bent: bool,
}

/// A fader's or send's factor.
pub(super) fn fader(value: f64) -> f64 {
    if value <= SILENT { 0.0 } else { value.min(LOUDEST) }
}

/// Factors of left and right at a pan of −1…1: constant power with curves of the sine, 0 dB in the centre and +3 dB at the sides
/// (Ableton, *Live Reference Manual*, "Audio Fact Sheet", "Panning").
pub(super) fn pan_factors(pan: f64) -> [f64; 2] {
    let pan = pan.clamp(-1.0, 1.0);
    if pan == 0.0 {
        return [1.0; 2];
    }
    if pan.abs() == 1.0 {
        return if pan < 0.0 { [SQRT_2, 0.0] } else { [0.0, SQRT_2] };
    }
    let angle = (1.0 + pan) * FRAC_PI_4;
    [SQRT_2 * libm::cos(angle), SQRT_2 * libm::sin(angle)]
}

/// Two factors as a balance and the larger of them.
fn balance([left, right]: [f64; 2]) -> (f64, f64) {
    let most = left.max(right);
    if most <= 0.0 || left == right {
        return (0.0, most.max(0.0));
    }
    (if right > left { 1.0 - left / right } else { right / left - 1.0 }, most)
}

impl<'d, 'i> Levels<'_, 'd, 'i> {
    pub(super) fn parameter(&self, node: Option<Node<'d, 'i>>, path: &str) -> Parameter {
        Parameter::read(within(node, path), self.envelopes)
    }

    /// Gives a strip fader, pan, mute and solo of a mixer; `by` is a factor that the fader is multiplied with.
    pub(super) fn put(&mut self, strip: &mut Strip, mixer: Option<Node<'d, 'i>>, by: f64, ledger: &mut Ledger) {
        let Some(mixer) = mixer else { return };
        strip.solo = flag(mixer, "SoloSink").unwrap_or(false);
        self.mute(strip, mixer);
        let (volume, pan) = (self.parameter(Some(mixer), "Volume"), self.parameter(Some(mixer), "Pan"));
        if whole(mixer, "PanMode") == Some(1) {
            self.split(strip, mixer, ledger);
            self.gain(strip, &volume, by);
            return;
        }
        let Some(moved) = pan.curve.as_ref() else {
            let (place, most) = balance(pan_factors(pan.value(0.0)));
            strip.pan = place;
            self.gain(strip, &volume, by * most);
            return;
        };
        let places = Frames::new(moved, self.clock);
        let factors = |frame: i64, before: bool| balance(pan_factors(places.value(frame, before)));
        let mut knots: Vec<i64> = places.knots().collect();
        let pans = made_of(&knots, &|frame, before| factors(frame, before).0, &mut self.points);
        put(strip, Target::Pan, pans, Shape::Linear);
        self.bent |= moved.is_bent();
        let standing = fader(volume.value(1.0));
        let volumes = volume.curve.as_ref().map(|curve| Frames::new(&curve.map(fader), self.clock));
        knots.extend(volumes.iter().flat_map(Frames::knots));
        knots.sort_unstable();
        let level = |frame: i64, before: bool| {
            let own = volumes.as_ref().map_or(standing, |volumes| volumes.value(frame, before));
            own * by * factors(frame, before).1
        };
        let gains = made_of(&knots, &level, &mut self.points);
        self.runs |= volume.curve.is_some();
        strip.gain = Db::of(standing * by);
        put(strip, Target::Gain, decibels(gains), Shape::Factor);
    }

    /// The fader alone.
    pub(super) fn gain(&mut self, strip: &mut Strip, volume: &Parameter, by: f64) {
        strip.gain = Db::of(fader(volume.value(1.0)) * by);
        if let Some(points) = self.factors(volume, by) {
            strip.automation.push(Automation { target: Target::Gain, points });
        }
    }

    /// Points of what moves a fader or send.
    pub(super) fn factors(&mut self, parameter: &Parameter, by: f64) -> Option<Vec<Point>> {
        let curve = parameter.curve.as_ref()?;
        self.runs = true;
        self.bent |= curve.is_bent();
        let frames = Frames::new(&curve.map(fader), self.clock);
        let lines = frames.lines(|value| value * by, true, &mut self.points);
        let points = decibels(lines).into_iter().map(|(frame, value)| Point { frame, value, shape: Shape::Factor });
        Some(points.collect::<Vec<_>>()).filter(|points| !points.is_empty())
    }

    /// Points of what moves in a straight line as it is.
    pub(super) fn lines(&mut self, parameter: &Parameter, value: impl Fn(f64) -> f64) -> Vec<Point> {
        let Some(curve) = parameter.curve.as_ref() else { return Vec::new() };
        self.bent |= curve.is_bent();
        let lines = Frames::new(curve, self.clock).lines(value, true, &mut self.points);
        lines.into_iter().map(|(frame, value)| Point { frame, value, shape: Shape::Linear }).collect()
    }

    fn mute(&mut self, strip: &mut Strip, mixer: Node<'d, 'i>) {
        let speaker = self.parameter(Some(mixer), "Speaker");
        let silent = |on: f64| f64::from(u8::from(on < 0.5));
        strip.mute = silent(speaker.value(1.0)) == 1.0;
        if let Some(curve) = &speaker.curve {
            let points = Frames::new(curve, self.clock).steps(silent);
            self.points += points.len();
            if !points.is_empty() {
                strip.automation.push(Automation { target: Target::Mute, points });
            }
        }
    }

    /// Split stereo pan: left and right are placed each by itself.
    fn split(&mut self, strip: &mut Strip, mixer: Node<'d, 'i>, ledger: &mut Ledger) {
        let sides = ["SplitStereoPanL", "SplitStereoPanR"].map(|name| self.parameter(Some(mixer), name));
        let place = |value: f64| value.clamp(-1.0, 1.0);
        let still = [place(sides[0].value(-1.0)), place(sides[1].value(1.0))];
        if still == [-1.0, 1.0] && sides.iter().all(|side| side.curve.is_none()) {
            return;
        }
        strip.sides = Some(still);
        strip.pan_law = Some(PanLaw::ConstantPower);
        for (index, side) in sides.iter().enumerate() {
            let points = self.lines(side, place);
            if !points.is_empty() {
                strip.automation.push(Automation { target: Target::Side(index), points });
            }
        }
        let message = "split stereo pan places left and right at constant power, -3 dB in the centre: Ableton does not say how \
                       loud Live makes them";
        ledger.warning("pan-approximated", &strip.name, message, "render the track in Live if its level matters");
    }
}

fn decibels(points: Vec<(i64, f64)>) -> Vec<(i64, f64)> {
    points.into_iter().map(|(frame, factor)| (frame, Db::of(factor).0)).collect()
}

fn put(strip: &mut Strip, target: Target, points: Vec<(i64, f64)>, shape: Shape) {
    if points.is_empty() {
        return;
    }
    let points = points.into_iter().map(|(frame, value)| Point { frame, value, shape }).collect();
    strip.automation.push(Automation { target, points });
}

/// The factor of the cross-fader for a track: 0 is assigned to A, 2 to B, 1 to neither. At its ends, where one side is silent and the
/// other as it is under all of Live's curves, it is exact; `None` between them.
pub(super) fn crossfader(assigned: &Parameter, place: f64) -> Option<f64> {
    let side = match assigned.value(1.0) {
        0.0 => -1.0,
        2.0 => 1.0,
        _ => return Some(1.0),
    };
    if place.abs() < 1.0 {
        return None;
    }
    Some(if place.signum() == side { 1.0 } else { 0.0 })
}

/// Whether a send is switched on.
pub(super) fn is_on(holder: Node<'_, '_>) -> bool {
    let switches = ["EnabledByUser", "Active"];
    switches.iter().find_map(|name| flag(holder, name)).unwrap_or(true) && at(holder, "Send").is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pan_is_of_constant_power_and_unity_in_the_centre() {
        assert_eq!(pan_factors(0.0), [1.0, 1.0]);
        assert_eq!(pan_factors(1.0), [0.0, SQRT_2]);
        for pan in [-0.9, -0.3, 0.1, 0.7] {
            let [left, right] = pan_factors(pan);
            assert!((left * left + right * right - 2.0).abs() < 1e-12);
            let (place, most) = balance([left, right]);
            let sides = [most * (1.0 - place.max(0.0)), most * (1.0 + place.min(0.0))];
            assert!((sides[0] - left).abs() < 1e-12 && (sides[1] - right).abs() < 1e-12, "{pan}");
        }
    }

    #[test]
    fn faders_end_in_silence() {
        assert_eq!([0.000_316_227_757_1, 0.000_316_227_99, 0.0, -1.0].map(fader), [0.0; 4]);
        assert_eq!(fader(1.0), 1.0);
    }
}

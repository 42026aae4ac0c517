//! Faders, pans and their envelopes → what a strip of ours has.
//!
//! A track of REAPER's is stereo throughout, and so are our strips. Its pan is a law of two factors; ours is a balance, in which the
//! side panned away from falls. Any two factors are a balance and a gain, so a pan that stands still is carried exactly, and one
//! that moves becomes a balance and a fader that both move.

use super::envelope::{Envelope, Frames};
use super::pan::{Law, balance};
use super::project::{Account, Project, Track};
use crate::foreign::MOST_POINTS;
use crate::foreign::curve::{Fineness, points};
use crate::foreign::ledger::Ledger;
use stemwright_core::{Automation, Db, Insert, PanLaw, Param, Point, SampleRate, Shape, Strip, Target, Unit, Width};

/// Where levels are made.
pub(super) struct Levels<'l> {
    pub(super) rate: SampleRate,
    pub(super) project: &'l Project<'l>,
    pub(super) ledger: &'l mut Ledger,
    pub(super) account: &'l mut Account,
}

/// How the levels of envelopes and knobs go together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mode {
    /// They are multiplied (volumes) or added (pans).
    Trim,
    /// The envelope alone.
    Read,
    /// The knob alone.
    Bypass,
}

/// Something that stands still or moves.
enum Level {
    Fixed(f64),
    Moving(Vec<Frames>, f64),
}

impl Level {
    fn knots(&self) -> Vec<i64> {
        match self {
            Self::Fixed(_) => Vec::new(),
            Self::Moving(frames, _) => frames.iter().flat_map(Frames::knots).collect(),
        }
    }

    fn product(&self, frame: i64, before: bool) -> f64 {
        match self {
            Self::Fixed(value) => *value,
            Self::Moving(frames, by) => {
                frames.iter().map(|frames| frames.value(frame, before).max(0.0)).product::<f64>() * by
            }
        }
    }
}

impl Levels<'_> {
    fn mode(&self, own: i64) -> Mode {
        match if self.project.automation >= 0 { self.project.automation } else { own } {
            0 => Mode::Trim,
            5 => Mode::Bypass,
            _ => Mode::Read,
        }
    }

    /// The fader and what is multiplied with it.
    fn volume(&self, track: &Track<'_>) -> Level {
        let mode = self.mode(track.automation);
        let own = track.envelope("VOLENV2").filter(|_| mode != Mode::Bypass);
        let trim = track.envelope("VOLENV3").filter(|_| mode != Mode::Bypass);
        let by = if own.is_some() && mode == Mode::Read { 1.0 } else { track.volume.abs() };
        let frames: Vec<Frames> =
            own.into_iter().chain(trim).map(|envelope| envelope.over_frames(self.rate, 1.0)).collect();
        if frames.is_empty() { Level::Fixed(by) } else { Level::Moving(frames, by) }
    }

    /// Gives a strip the fader, pan, mute and width of a track. `chained` says whether effects of it are carried.
    pub(super) fn put(&mut self, strip: &mut Strip, track: &Track<'_>) {
        let name = strip.name.clone();
        strip.inverted = track.inverted != (track.volume < 0.0);
        (strip.mute, strip.solo, strip.solo_safe) = (track.mute, track.solo, track.solo_safe);
        self.before_effects(strip, track);
        self.width(strip, track);
        let law = self.law(track, &name);
        let volume = self.volume(track);
        let mode = self.mode(track.automation);
        // Pans before and after the effects come to the same where there are none.
        let envelopes = ["PANENV2", "PANENV"].map(|name| track.envelope(name).filter(|_| mode != Mode::Bypass));
        if envelopes[1].is_some() && !strip.inserts.is_empty() {
            self.ledger.warning(
                "pan-approximated",
                &name,
                "the pan envelope before the effects works after them here",
                "render the track in REAPER if that matters",
            );
        }
        let pans = envelopes.map(|envelope| envelope.map(|envelope| envelope.over_frames(self.rate, 1.0)));
        let moves = pans.iter().any(Option::is_some);
        let mut by_pan = 1.0;
        if strip.sides.is_some() && !moves && track.pan == 0.0 || self.pan_mode(track) == 6 {
            self.dual(strip, track, law, &volume);
        } else if moves {
            let knob = if mode == Mode::Read && pans[0].is_some() { 0.0 } else { track.pan };
            // In envelopes of pan, 1 is left.
            let factors = |frame: i64, before: bool| {
                let pan = |i: usize| pans[i].as_ref().map_or(0.0, |frames| -frames.value(frame, before));
                let after = law.factors(knob + pan(0));
                let earlier = if pans[1].is_some() { law.factors(pan(1)) } else { [1.0; 2] };
                [after[0] * earlier[0], after[1] * earlier[1]]
            };
            let mut knots: Vec<i64> = pans.iter().flatten().flat_map(Frames::knots).collect();
            let gain = |frame: i64, before: bool| volume.product(frame, before) * balance(factors(frame, before)).1;
            let place = |frame: i64, before: bool| balance(factors(frame, before)).0;
            self.moving(strip, Target::Pan, &knots, &place);
            knots.extend(volume.knots());
            knots.sort_unstable();
            self.moving_gain(strip, Target::Gain, &knots, &gain);
        } else {
            (strip.pan, by_pan) = law.balance(track.pan);
            self.gain(strip, Target::Gain, &volume, by_pan);
        }
        if mode == Mode::Read && !moves {
            // Where the fader stands, though the envelope takes its place.
            strip.gain = Db::of(track.volume * by_pan);
        }
        self.mutes(strip, track, mode);
    }

    /// The volume envelope before the effects becomes a gain before them.
    fn before_effects(&mut self, strip: &mut Strip, track: &Track<'_>) {
        let Some(envelope) = track.envelope("VOLENV").filter(|_| self.mode(track.automation) != Mode::Bypass) else {
            return;
        };
        let level = Level::Moving(vec![envelope.over_frames(self.rate, 1.0)], 1.0);
        strip.inserts.insert(0, Insert::from(Unit::Gain(Db::ZERO)));
        self.gain(strip, Target::Insert(0, Param::Gain), &level, 1.0);
    }

    fn pan_mode(&self, track: &Track<'_>) -> i64 {
        if track.pan_mode >= 0 { track.pan_mode } else { self.project.pan_mode }
    }

    /// The law of a track, with what is not known of it in the ledger.
    fn law(&mut self, track: &Track<'_>, name: &str) -> Law {
        let law = if track.pan_law > 0.0 { track.pan_law } else { self.project.pan_law };
        let law = if law > 0.0 { law.min(4.0) } else { 1.0 };
        let panned = track.pan != 0.0 || ["PANENV", "PANENV2"].iter().any(|name| track.envelope(name).is_some());
        let taper = track.pan_taper.or(self.project.pan_taper);
        let unknown = match (taper, self.pan_mode(track)) {
            (Some(0), _) => "the sine taper",
            (Some(2), _) => "the linear taper",
            (_, 0) => "the pan of REAPER 3",
            _ if law > 1.0 => "gain compensation",
            _ => return Law(law),
        };
        if panned && (law - std::f64::consts::FRAC_1_SQRT_2).abs() > 1e-3 {
            let message =
                format!("the track is panned with {unknown}, which is not known exactly; the hybrid taper is used");
            self.ledger.warning("pan-approximated", name, message, "render the track in REAPER if that matters");
        }
        Law(law)
    }

    /// The width of stereo pans.
    fn width(&mut self, strip: &mut Strip, track: &Track<'_>) {
        if self.pan_mode(track) != 5 {
            return;
        }
        let moving = ["WIDTHENV2", "WIDTHENV"].into_iter().find_map(|name| track.envelope(name));
        if moving.is_none() && track.width == 1.0 {
            return;
        }
        self.ledger.note(
            "pan-approximated",
            &strip.name,
            "a width other than 100 % is taken as that of mid and side, before the pan",
            "render the track in REAPER if that matters",
        );
        if moving.is_none() && track.pan == 0.0 {
            // Placing left at −w and right at w by the linear law is the same, also for sides that are exchanged.
            strip.sides = Some([-track.width, track.width]);
            return;
        }
        let unit = Unit::Width(Width { width: track.width.clamp(0.0, 1.0), mono_below: None });
        strip.inserts.push(unit.into());
        if track.width < 0.0 {
            let message = "a negative width together with a pan is taken as mono";
            self.ledger.warning("pan-approximated", &strip.name, message, "render the track in REAPER");
        }
        if let Some(envelope) = moving {
            let frames = envelope.over_frames(self.rate, 1.0);
            let target = Target::Insert(strip.inserts.len() - 1, Param::Width);
            let points = self.values(&frames, &|width| width.clamp(0.0, 1.0));
            strip.automation.push(Automation { target, points });
        }
    }

    /// Left and right placed each for itself.
    fn dual(&mut self, strip: &mut Strip, track: &Track<'_>, law: Law, volume: &Level) {
        if self.pan_mode(track) != 6 {
            strip.pan_law = Some(PanLaw::Linear);
            return self.gain(strip, Target::Gain, volume, 1.0);
        }
        let sides = [["DUALPANENVL2", "DUALPANENVL"], ["DUALPANENV2", "DUALPANENV"]];
        let moving = sides.map(|names| names.into_iter().find_map(|name| track.envelope(name)));
        let apart = track.dual == [-1.0, 1.0] && moving.iter().all(Option::is_none);
        strip.sides = (!apart).then_some(track.dual);
        strip.pan_law = (!apart).then_some(if law.0 <= 0.5 { PanLaw::Linear } else { PanLaw::ConstantPower });
        let exact = [0.5, std::f64::consts::FRAC_1_SQRT_2].iter().any(|exact| (law.0 - exact).abs() < 1e-3);
        if !apart && !exact {
            let message = "left and right are placed with a law of −3 dB in the centre, not with the project's";
            self.ledger.warning("pan-approximated", &strip.name, message, "render the track in REAPER if that matters");
        }
        for (side, envelope) in moving.into_iter().enumerate() {
            let Some(frames) = envelope.map(|envelope| envelope.over_frames(self.rate, 1.0)) else { continue };
            // In envelopes of pan, 1 is left.
            let points = self.values(&frames, &|pan| (-pan).clamp(-1.0, 1.0));
            strip.automation.push(Automation { target: Target::Side(side), points });
        }
        self.gain(strip, Target::Gain, volume, 1.0);
    }

    /// The values of an envelope, changed by a map that keeps straight lines straight.
    fn values(&mut self, frames: &Frames, map: &dyn Fn(f64) -> f64) -> Vec<Point> {
        if let Some(plain) = frames.plain() {
            let shape = |jumps: bool| if jumps { Shape::Hold } else { Shape::Linear };
            return plain.into_iter().map(|(frame, value, jumps)| point(frame, map(value), shape(jumps))).collect();
        }
        let knots: Vec<i64> = frames.knots().collect();
        let made = self.points(&knots, &|frame, before| map(frames.value(frame, before)));
        made.into_iter().map(|(frame, value)| point(frame, value, Shape::Linear)).collect()
    }

    fn mutes(&mut self, strip: &mut Strip, track: &Track<'_>, mode: Mode) {
        let Some(envelope) = track.envelope("MUTEENV").filter(|_| mode != Mode::Bypass) else { return };
        let frames = envelope.over_frames(self.rate, 1.0);
        // In REAPER 1 is heard and 0 muted; with us, 1 is muted.
        let muted = |value: f64| if track.mute && mode == Mode::Trim { 1.0 } else { 1.0 - value.clamp(0.0, 1.0) };
        let points = self.values(&frames, &muted);
        strip.automation.push(Automation { target: Target::Mute, points });
    }

    /// The gain of the master and what moves it.
    pub(super) fn master(&mut self, track: &Track<'_>) -> (Db, Vec<Automation>, Vec<Insert>) {
        let mut strip = Strip::new("master");
        self.before_effects(&mut strip, track);
        let volume = self.volume(track);
        self.gain(&mut strip, Target::Gain, &volume, 1.0);
        if self.mode(track.automation) == Mode::Read {
            strip.gain = Db::of(track.volume);
        }
        if track.pan != 0.0
            || ["PANENV", "PANENV2", "WIDTHENV", "WIDTHENV2"].iter().any(|name| track.envelope(name).is_some())
        {
            let message = "the master's pan and width are left out";
            self.ledger.warning("pan-approximated", "master", message, "put them on a bus before the master");
        }
        (strip.gain, strip.automation, strip.inserts)
    }

    /// The gain of a send: its volume, and its envelopes.
    pub(super) fn send(
        &mut self,
        strip: &mut Strip,
        number: usize,
        volume: f64,
        envelopes: [Option<&Envelope>; 2],
        automation: i64,
        by: f64,
    ) -> Db {
        let mode = self.mode(automation);
        let [level, mute] =
            envelopes.map(|envelope| envelope.filter(|envelope| envelope.works() && mode != Mode::Bypass));
        let knob = if level.is_some() && mode == Mode::Read { 1.0 } else { volume.abs() };
        let frames: Vec<Frames> =
            level.into_iter().chain(mute).map(|envelope| envelope.over_frames(self.rate, 1.0)).collect();
        if let (None, false) = (mute, frames.is_empty()) {
            self.gain(strip, Target::Send(number), &Level::Moving(frames, knob), by);
        } else if !frames.is_empty() {
            let knots: Vec<i64> = frames.iter().flat_map(Frames::knots).collect();
            let last = frames.len() - 1;
            let curve = |frame: i64, before: bool| {
                let level = if last == 0 { 1.0 } else { frames[0].value(frame, before).max(0.0) };
                level * f64::from(u8::from(frames[last].value(frame, before) >= 0.5)) * knob * by
            };
            self.moving_gain(strip, Target::Send(number), &knots, &curve);
        }
        Db::of(volume * by)
    }

    /// A gain that stands still, or moves as it is where points can say it.
    fn gain(&mut self, strip: &mut Strip, target: Target, level: &Level, by: f64) {
        match level {
            Level::Fixed(value) => {
                if target == Target::Gain {
                    strip.gain = Db::of(value * by);
                }
            }
            Level::Moving(frames, knob) => {
                if target == Target::Gain {
                    strip.gain = Db::of(level.product(0, false) * by);
                }
                let plain = match &frames[..] {
                    [only] => only.plain(),
                    _ => None,
                };
                if let Some(plain) = plain {
                    let shape = |jumps: bool| if jumps { Shape::Hold } else { Shape::Factor };
                    let of = |(frame, value, jumps): (i64, f64, bool)| {
                        point(frame, Db::of(value.max(0.0) * knob * by).0, shape(jumps))
                    };
                    strip.automation.push(Automation { target, points: plain.into_iter().map(of).collect() });
                    return;
                }
                self.moving_gain(strip, target, &level.knots(), &|frame, before| level.product(frame, before) * by);
            }
        }
    }

    fn moving_gain(&mut self, strip: &mut Strip, target: Target, knots: &[i64], factor: &dyn Fn(i64, bool) -> f64) {
        let made = self.points(knots, factor);
        let points: Vec<Point> =
            made.into_iter().map(|(frame, value)| point(frame, Db::of(value.max(0.0)).0, Shape::Factor)).collect();
        if let (Target::Gain, Some(first)) = (target, points.first()) {
            strip.gain = Db(first.value);
        }
        strip.automation.push(Automation { target, points });
    }

    fn moving(&mut self, strip: &mut Strip, target: Target, knots: &[i64], value: &dyn Fn(i64, bool) -> f64) {
        let made = self.points(knots, value);
        if let (Target::Pan, Some((_, first))) = (target, made.first()) {
            strip.pan = *first;
        }
        let points = made.into_iter().map(|(frame, value)| point(frame, value, Shape::Linear)).collect();
        strip.automation.push(Automation { target, points });
    }

    fn points(&mut self, knots: &[i64], value: &dyn Fn(i64, bool) -> f64) -> Vec<(i64, f64)> {
        let mut knots = knots.to_vec();
        knots.sort_unstable();
        knots.dedup();
        let left = MOST_POINTS.saturating_sub(self.account.points).max(2);
        let made = points(&knots, value, Fineness::AUTOMATION, left);
        self.account.points += made.len();
        made
    }
}

fn point(frame: i64, value: f64, shape: Shape) -> Point {
    Point { frame, value, shape }
}

//! Tracks, buses, returns, VCAs and the master of a session.toml, as `strips`, `clips` and `automation` read them.

use super::page::{Page, Value, list, number, quoted};
use super::times::Times;
use super::units;
use crate::automation::SIDES;
use std::path::Path;
use stemwright_core::{
    Automation, Bus, Clip, Fade, FadeShape, GainPoint, Insert, Layout, Master, PanLaw, Pitch, Point, Send, Shape,
    Strip, Tap, Target, Track, Vca, Warp, WarpPoint,
};

/// Writes strips on a page.
pub(super) struct Writer<'w> {
    pub(super) page: Page,
    pub(super) times: Times<'w>,
    /// The folder that the document lies in, which paths are relative to.
    pub(super) base: &'w Path,
}

impl Writer<'_> {
    pub(super) fn track(&mut self, track: &Track) {
        let Track { strip, clips, delay, crossfade } = track;
        self.page.table("[[track]]");
        self.channel(strip);
        if *delay != 0 {
            self.page.key("delay", self.times.length(*delay));
        }
        self.page.maybe("crossfade", crossfade.map(FadeShape::id));
        let mut rest = clips.as_slice();
        while let [first, ..] = rest {
            // Clips that differ only in where they are stand in one table.
            let alike = |clip: &&Clip| **clip == Clip { at: clip.at, ..first.clone() };
            let (same, after) = rest.split_at(rest.iter().take_while(alike).count());
            self.clips(same);
            rest = after;
        }
        self.inside(strip, "track");
    }

    pub(super) fn bus(&mut self, bus: &Bus) {
        let Bus { strip, is_return } = bus;
        let kind = if *is_return { "return" } else { "bus" };
        self.page.table(&format!("[[{kind}]]"));
        self.channel(strip);
        self.inside(strip, kind);
    }

    pub(super) fn vca(&mut self, vca: &Vca) {
        let Vca { name, gain, mute, solo, vcas, automation } = vca;
        self.page.table("[[vca]]");
        self.page.key("name", name.as_str());
        self.page.number("gain", gain.0, 0.0);
        self.page.flag("mute", *mute);
        self.page.flag("solo", *solo);
        self.groups(vcas);
        self.automation(automation, "vca", &[]);
    }

    pub(super) fn master(&mut self, master: &Master) {
        let Master { layout, gain, inserts, automation } = master;
        self.page.table("[master]");
        self.page.maybe("layout", (*layout != Layout::default()).then(|| layout.id()));
        self.page.number("gain", gain.0, 0.0);
        self.inserts(inserts, "master");
        self.automation(automation, "master", &[]);
    }

    /// The keys of a strip itself.
    fn channel(&mut self, strip: &Strip) {
        let Strip {
            name,
            output,
            sends_only,
            layout,
            stem,
            role,
            gain,
            vcas,
            pan,
            pan_law,
            sides,
            inverted,
            mute,
            solo,
            solo_safe,
            colour,
            inserts: _,
            sends: _,
            automation: _,
        } = strip;
        self.page.key("name", name.as_str());
        self.page.maybe("output", output.as_deref());
        self.page.flag("sends_only", *sends_only);
        self.page.maybe("stem", stem.as_deref());
        self.page.maybe("role", role.map(stemwright_core::Role::id));
        self.page.maybe("layout", layout.map(Layout::id));
        self.page.number("gain", gain.0, 0.0);
        self.groups(vcas);
        self.page.number("pan", *pan, 0.0);
        self.page.maybe("pan_law", pan_law.map(PanLaw::id));
        self.page.maybe("sides", sides.map(|sides| Value::Plain(format!("[{}]", sides.map(number).join(", ")))));
        self.page.maybe("polarity", inverted.then_some("inverted"));
        self.page.flag("mute", *mute);
        self.page.flag("solo", *solo);
        self.page.flag("solo_safe", *solo_safe);
        self.page.maybe("colour", colour.as_deref());
    }

    fn groups(&mut self, vcas: &[String]) {
        match vcas {
            [] => {}
            [one] => self.page.key("vca", one.as_str()),
            many => self.page.key("vca", list(many.iter().map(String::as_str))),
        }
    }

    /// The tables inside that of a strip.
    fn inside(&mut self, strip: &Strip, kind: &str) {
        self.inserts(&strip.inserts, kind);
        for Send { to, gain, tap, pan } in &strip.sends {
            self.begin(&format!("[[{kind}.send]]"));
            self.page.key("to", to.as_str());
            self.page.number("gain", gain.0, 0.0);
            self.page.maybe("tap", (*tap == Tap::Pre).then_some("pre"));
            self.page.number("pan", *pan, 0.0);
            self.page.inside(false);
        }
        self.automation(&strip.automation, kind, &strip.sends);
    }

    fn begin(&mut self, header: &str) {
        self.page.gap();
        self.page.inside(true);
        self.page.table(header);
    }

    fn inserts(&mut self, inserts: &[Insert], kind: &str) {
        for insert in inserts {
            self.begin(&format!("[[{kind}.insert]]"));
            units::insert(&mut self.page, insert, self.base);
            self.page.inside(false);
        }
    }

    /// Clips that differ only in where they are.
    fn clips(&mut self, clips: &[Clip]) {
        let Some(Clip { file, at, from, length, warp, channel, into, gain, inverted, envelope, fade_in, fade_out }) =
            clips.first()
        else {
            return;
        };
        self.begin("[[track.clip]]");
        self.page.key("file", super::relative(file, self.base).as_str());
        match clips {
            [_] if *at == 0 => {}
            [_] => self.page.key("at", self.times.position(*at)),
            many => {
                let positions = many.iter().map(|clip| self.times.position(clip.at).written());
                self.page.key("at", Value::Plain(format!("[{}]", positions.collect::<Vec<_>>().join(", "))));
            }
        }
        for (key, frames) in [("from", *from), ("length", length.unwrap_or(0))] {
            if frames != 0 || key == "length" && length.is_some() {
                self.page.key(key, self.length(frames));
            }
        }
        if let Some(Warp { points: all, pitch }) = warp {
            let point = |point: &WarpPoint| {
                format!("[{}, {}]", self.length(point.frame).written(), self.length(point.source).written())
            };
            self.page.key("warp", Value::Plain(points(all.iter().map(point).collect())));
            match pitch {
                Pitch::Kept(semitones) => self.page.number("pitch", *semitones, 0.0),
                Pitch::Follows => self.page.key("pitch", "follows"),
            }
        }
        self.page.maybe("channel", channel.map(|channel| f64::from(channel) + 1.0));
        self.page.maybe("into", into.map(|into| f64::from(into) + 1.0));
        self.page.number("gain", gain.0, 0.0);
        self.page.maybe("polarity", inverted.then_some("inverted"));
        if !envelope.is_empty() {
            let point =
                |point: &GainPoint| format!("[{}, {}]", self.length(point.frame).written(), number(point.gain.0));
            self.page.key("envelope", Value::Plain(points(envelope.iter().map(point).collect())));
        }
        for (key, Fade { frames, shape }) in [("fade_in", fade_in), ("fade_out", fade_out)] {
            if *frames != 0 {
                self.page.key(key, self.length(*frames));
            }
            if *shape != FadeShape::default() {
                self.page.key(&format!("{key}_shape"), shape.id());
            }
        }
        self.page.inside(false);
    }

    fn length(&self, frames: u64) -> Value {
        self.times.length(i64::try_from(frames).unwrap_or(i64::MAX))
    }

    fn automation(&mut self, all: &[Automation], kind: &str, sends: &[Send]) {
        for Automation { target, points } in all {
            let Some(first) = points.first() else { continue };
            self.begin(&format!("[[{kind}.automation]]"));
            let param = match *target {
                Target::Gain => "gain".to_owned(),
                Target::Pan => "pan".to_owned(),
                Target::Side(side) => format!("sides.{}", SIDES[side.min(1)]),
                Target::Mute => "mute".to_owned(),
                Target::Send(send) => format!("send.{}", sends.get(send).map_or("", |send| &send.to)),
                Target::Insert(insert, param) => format!("insert.{}.{}", insert + 1, units::param(param)),
            };
            self.page.key("param", param.as_str());
            // One shape for all, if all have one; else each its own where it is not straight.
            let common = points.iter().all(|point| point.shape == first.shape).then_some(first.shape);
            let usual = common.unwrap_or_default();
            if usual != Shape::default() {
                self.page.key("shape", Value::Plain(shape(usual)));
            }
            let list = points.iter().map(|point| self.point(*point, usual)).collect();
            self.page.key("points", Value::Plain(self::points(list)));
            self.page.inside(false);
        }
    }

    fn point(&self, point: Point, usual: Shape) -> String {
        let Point { frame, value, shape: own } = point;
        let at = self.times.position(frame).written();
        let own = if own == usual { String::new() } else { format!(", {}", shape(own)) };
        format!("[{at}, {}{own}]", number(value))
    }
}

/// A few points on one line, more of them one a line.
fn points(points: Vec<String>) -> String {
    if points.len() <= 4 {
        return format!("[{}]", points.join(", "));
    }
    format!("[\n{}    ]", points.iter().map(|point| format!("        {point},\n")).collect::<String>())
}

fn shape(shape: Shape) -> String {
    match shape {
        Shape::Linear => quoted("linear"),
        Shape::Hold => quoted("hold"),
        Shape::Smooth => quoted("smooth"),
        Shape::Factor => quoted("factor"),
        Shape::Curve(bend) => number(bend),
    }
}

//! Strips as tracks and channels: groups around what they group, returns as effect channels, and automation in lanes.

use super::automation::{Carried, points};
use super::clips::clips;
use super::devices::devices;
use super::files::AudioFiles;
use super::page::Page;
use crate::foreign::ledger::Ledger;
use std::collections::{BTreeMap, HashMap, HashSet};
use stemwright_core::{
    Automation, Bus, Db, Insert, Layout, Master, PanLaw, Param, SampleRate, Session, Strip, Tap, Target, TempoMap,
    Track,
};

/// How deep groups stand in each other; what is deeper stands outside and goes in by its destination.
const DEEPEST: usize = 24;

/// Identifiers of what a strip is in the document.
#[derive(Debug, Default)]
struct Ids {
    track: String,
    moved: HashMap<Target, String>,
    params: HashMap<(usize, Param), String>,
}

/// What the groups of a fader add to it.
#[derive(Debug, Default, Clone, Copy)]
struct Grouped {
    gain: f64,
    mute: bool,
    solo: bool,
}

pub(super) struct Desk<'s, 'l, 'm> {
    session: &'s Session,
    map: &'l TempoMap,
    files: &'l mut AudioFiles<'m>,
    ledger: &'l mut Ledger,
    /// Identifiers of channels by the names of strips, known before any is written.
    channels: BTreeMap<&'s str, String>,
    master: String,
    ids: BTreeMap<&'s str, Ids>,
    master_ids: Ids,
    /// In the order in which they were written.
    order: Vec<&'s str>,
}

impl<'s, 'l, 'm> Desk<'s, 'l, 'm> {
    pub(super) fn new(
        session: &'s Session,
        map: &'l TempoMap,
        files: &'l mut AudioFiles<'m>,
        ledger: &'l mut Ledger,
    ) -> Self {
        let (channels, ids) = (BTreeMap::new(), BTreeMap::new());
        let master_ids = Ids::default();
        let order = Vec::new();
        Self { session, map, files, ledger, channels, master: String::new(), ids, master_ids, order }
    }

    fn rate(&self) -> SampleRate {
        self.session.rate
    }

    /// Writes `Structure`.
    pub(super) fn structure(&mut self, page: &mut Page) {
        let session = self.session;
        page.open("Structure");
        let strips = session.tracks.iter().map(|track| &track.strip).chain(session.buses.iter().map(|bus| &bus.strip));
        for strip in strips {
            self.channels.insert(&strip.name, page.new_id());
        }
        self.master = page.new_id();
        let groups: BTreeMap<&str, &Bus> =
            session.buses.iter().filter(|bus| !bus.is_return).map(|bus| (bus.strip.name.as_str(), bus)).collect();
        // What stands in each group, and what in none; a group stands where its first track does.
        let mut inside: BTreeMap<Option<&str>, Vec<&'s Strip>> = BTreeMap::new();
        let mut placed: HashSet<&str> = HashSet::new();
        let around = |strip: &'s Strip| strip.output.as_deref().and_then(|name| groups.get(name)).copied();
        let tracks = session.tracks.iter().map(|track| &track.strip);
        let buses = session.buses.iter().filter(|bus| !bus.is_return).map(|bus| &bus.strip);
        for strip in tracks.chain(buses) {
            let mut strip = strip;
            while placed.insert(&strip.name) {
                let group = around(strip);
                inside.entry(group.map(|bus| bus.strip.name.as_str())).or_default().push(strip);
                let Some(group) = group else { break };
                strip = &group.strip;
            }
        }
        let mut written = HashSet::new();
        for strip in inside.get(&None).cloned().unwrap_or_default() {
            self.group(page, strip, &inside, 0, &mut written);
        }
        // What is too deep, or goes round in a circle, which no session does that can be rendered.
        let all = session.tracks.iter().map(|track| &track.strip).chain(session.buses.iter().map(|bus| &bus.strip));
        for strip in all {
            self.group(page, strip, &inside, 0, &mut written);
        }
        self.master(page, &session.master);
        page.close();
    }

    /// A strip and, where it is a group, what stands in it.
    fn group(
        &mut self,
        page: &mut Page,
        strip: &'s Strip,
        inside: &BTreeMap<Option<&str>, Vec<&'s Strip>>,
        depth: usize,
        written: &mut HashSet<&'s str>,
    ) {
        if depth > DEEPEST || !written.insert(&strip.name) {
            return;
        }
        let bus = self.session.buses.iter().find(|bus| std::ptr::eq(&bus.strip, strip));
        let members = inside.get(&Some(strip.name.as_str())).filter(|_| bus.is_some_and(|bus| !bus.is_return));
        let content = match (bus, members) {
            (Some(_), Some(_)) => "tracks",
            _ => "audio",
        };
        page.open("Track");
        page.attribute("contentType", content).attribute("loaded", true).attribute("name", &strip.name);
        if let Some(colour) = &strip.colour {
            page.attribute("color", colour);
        }
        let id = page.id();
        self.order.push(&strip.name);
        let role = match bus {
            Some(bus) if bus.is_return => "effect",
            Some(_) => "submix",
            None => "regular",
        };
        let mut ids = self.channel(page, strip, role);
        ids.track = id;
        self.ids.insert(&strip.name, ids);
        for member in members.into_iter().flatten() {
            self.group(page, member, inside, depth + 1, written);
        }
        page.close();
    }

    fn channel(&mut self, page: &mut Page, strip: &'s Strip, role: &str) -> Ids {
        let Strip {
            name,
            output,
            sends_only,
            layout: _,
            stem: _,
            role: _,
            gain,
            vcas,
            pan,
            pan_law,
            sides,
            inverted,
            mute,
            solo,
            solo_safe,
            colour: _,
            inserts,
            sends,
            automation,
        } = strip;
        let grouped = self.grouped(vcas, name);
        let mut lost = |what: &str, hint: &str| self.ledger.error("not-held", name, what, hint);
        if *inverted {
            lost("its polarity is inverted; the format has no place for that", "invert it in the program");
        }
        if sides.is_some() {
            lost("left and right are placed apart; the format has one pan", "set it in the program");
        }
        if *sends_only {
            lost(
                "its output goes nowhere; the format cannot say so, and programs will hear it in the master",
                "set it there",
            );
        }
        if *solo_safe {
            self.ledger.note("not-held", name, "it is solo-safe; the format has no place for that", "");
        }
        let law = pan_law.unwrap_or(self.session.pan_law);
        let layout = self.layout(strip);
        // What is mono and at 0 dB in the centre is what a stereo channel makes of it.
        let channels = if layout == Layout::Mono && law == PanLaw::Balance { 2 } else { layout.channels() };
        match (layout, law) {
            (Layout::Mono, PanLaw::Compromise | PanLaw::Linear | PanLaw::Quadratic) => {
                let message = "the format has no pan law; programs mostly take 3 dB off in the centre";
                self.ledger.warning("not-held", name, message, "set the pan law in the program");
            }
            (Layout::MidSide, _) => {
                lost_layout(self.ledger, name);
            }
            _ => {}
        }
        let mut ids = Ids::default();
        page.open("Channel");
        page.attribute("audioChannels", channels).attribute("role", role).attribute("solo", *solo || grouped.solo);
        page.attribute("id", &self.channels[name.as_str()]);
        let to = output.as_deref().and_then(|name| self.channels.get(name)).unwrap_or(&self.master);
        if !*sends_only {
            page.attribute("destination", to);
        }
        ids.params = devices(page, inserts, name, self.ledger);
        page.open("Mute");
        page.attribute("value", *mute || grouped.mute).attribute("name", "Mute");
        ids.moved.insert(Target::Mute, page.id());
        page.close();
        ids.moved.insert(Target::Pan, real_pan(page, *pan));
        if !sends.is_empty() {
            page.open("Sends");
            for (index, send) in sends.iter().enumerate() {
                let Some(to) = self.channels.get(send.to.as_str()) else { continue };
                page.open("Send");
                page.attribute("destination", to);
                page.attribute("type", if send.tap == Tap::Pre { "pre" } else { "post" });
                page.id();
                page.open("Enable");
                page.attribute("value", true);
                page.id();
                page.close();
                if send.pan != 0.0 {
                    real_pan(page, send.pan);
                }
                ids.moved.insert(Target::Send(index), volume(page, send.gain, "Send"));
                page.close();
            }
            page.close();
        }
        ids.moved.insert(Target::Gain, volume(page, Db(gain.0 + grouped.gain), "Volume"));
        page.close();
        let moved = |automation: &&Automation| automation.target == Target::Gain;
        if !automation.iter().any(|automation| moved(&automation)) && grouped.gain != 0.0 {
            let message = "the gain of its VCAs is in its fader: the format does not say which faders a VCA moves";
            self.ledger.note("vca-not-carried", name, message, "");
        }
        ids
    }

    fn master(&mut self, page: &mut Page, master: &'s Master) {
        let Master { layout, gain, inserts, automation: _ } = master;
        page.open("Track");
        page.attribute("contentType", "audio").attribute("loaded", true).attribute("name", "Master");
        self.master_ids.track = page.id();
        page.open("Channel");
        page.attribute("audioChannels", layout.channels()).attribute("role", "master").attribute("solo", false);
        page.attribute("id", &self.master);
        self.master_ids.params = devices(page, inserts, "master", self.ledger);
        let id = volume(page, *gain, "Volume");
        self.master_ids.moved.insert(Target::Gain, id);
        page.close();
        page.close();
    }

    /// What the VCAs of a strip, and those of these, add to it: each once.
    fn grouped(&mut self, vcas: &[String], place: &str) -> Grouped {
        let mut sum = Grouped::default();
        let (mut open, mut seen): (Vec<&str>, HashSet<&str>) =
            (vcas.iter().map(String::as_str).collect(), HashSet::new());
        while let Some(name) = open.pop() {
            let Some(vca) = self.session.vcas.iter().find(|vca| vca.name == name) else { continue };
            if !seen.insert(&vca.name) {
                continue;
            }
            sum.gain += vca.gain.0;
            sum.mute |= vca.mute;
            sum.solo |= vca.solo;
            open.extend(vca.vcas.iter().map(String::as_str));
            if !vca.automation.is_empty() {
                let message = format!("the VCA \"{}\" moves; its fixed gain is in the fader instead", vca.name);
                self.ledger.error("automation-not-carried", place, message, "make a VCA of it in the program");
            }
        }
        sum
    }

    /// The layout of a strip that may not name its own: the widest of a track's files, the master's of a bus.
    fn layout(&mut self, strip: &'s Strip) -> Layout {
        if let Some(layout) = strip.layout {
            return layout;
        }
        let track = self.session.tracks.iter().find(|track| std::ptr::eq(&track.strip, strip));
        let Some(track) = track else {
            let master = self.session.master.layout;
            return if master == Layout::Mono { Layout::Stereo } else { master };
        };
        let mut widest = None;
        for clip in &track.clips {
            let layout = match clip.channel {
                Some(_) => Some(Layout::Mono),
                None => self.files.info(&clip.file).and_then(|info| info.layout),
            };
            widest = widest.max(layout);
        }
        widest.unwrap_or(Layout::Stereo)
    }

    /// Writes the lanes of the arrangement: clips and automation of each track.
    pub(super) fn lanes(&mut self, page: &mut Page) {
        let session = self.session;
        page.open("Lanes");
        page.attribute("timeUnit", "beats");
        page.id();
        for name in std::mem::take(&mut self.order) {
            let ids = self.ids.remove(name).unwrap_or_default();
            page.open("Lanes");
            page.attribute("track", &ids.track);
            page.id();
            let track: Option<&Track> = session.tracks.iter().find(|track| track.strip.name == name);
            if let Some(track) = track {
                clips(page, track, self.rate(), self.map, self.files, self.ledger);
            }
            let bus = || session.buses.iter().find(|bus| bus.strip.name == name).map(|bus| &bus.strip);
            if let Some(strip) = track.map(|track| &track.strip).or_else(bus) {
                let grouped = self.grouped(&strip.vcas, name);
                self.automation(page, &strip.automation, &strip.inserts, &ids, grouped, name);
            }
            page.close();
        }
        let ids = std::mem::take(&mut self.master_ids);
        if !session.master.automation.is_empty() {
            page.open("Lanes");
            page.attribute("track", &ids.track);
            page.id();
            let Master { automation, inserts, .. } = &session.master;
            self.automation(page, automation, inserts, &ids, Grouped::default(), "master");
            page.close();
        }
        page.close();
    }

    fn automation(
        &mut self,
        page: &mut Page,
        all: &[Automation],
        inserts: &[Insert],
        ids: &Ids,
        grouped: Grouped,
        place: &str,
    ) {
        let (map, rate) = (self.map, self.rate());
        for automation in all.iter().filter(|automation| !automation.points.is_empty()) {
            let id = match automation.target {
                // What a VCA mutes stays muted.
                Target::Mute if grouped.mute => continue,
                Target::Insert(index, param) => ids.params.get(&(index, param)),
                target => ids.moved.get(&target),
            };
            let Some(id) = id else {
                let what = match automation.target {
                    Target::Insert(index, _) => inserts.get(index).map_or("an insert", |insert| insert.unit.name()),
                    _ => "its sides",
                };
                let message = format!("automation of {what} is left out: the format has nothing that it could move");
                self.ledger.warning("automation-not-carried", place, message, "");
                continue;
            };
            let add = if automation.target == Target::Gain { grouped.gain } else { 0.0 };
            let carried = points(page, automation, id, add, |frame| map.quarters_at(rate.seconds(frame)));
            if carried == Carried::InPieces {
                let message =
                    "automation that bends, or runs straight in another unit, is made of short straight lines";
                self.ledger.note("automation-approximated", place, message, "");
            }
        }
    }
}

fn lost_layout(ledger: &mut Ledger, name: &str) {
    let message = "works on mid and side; the format has no such channels: it is stereo there";
    ledger.error("not-held", name, message, "bounce the track with Stemwright and use its stem");
}

fn volume(page: &mut Page, gain: Db, name: &str) -> String {
    page.open("Volume");
    page.attribute("unit", "linear").attribute("value", gain.factor());
    page.attribute("min", 0).attribute("max", gain.factor().max(2.0)).attribute("name", name);
    let id = page.id();
    page.close();
    id
}

fn real_pan(page: &mut Page, pan: f64) -> String {
    page.open("Pan");
    page.attribute("unit", "normalized").attribute("value", (pan + 1.0) / 2.0);
    page.attribute("min", 0).attribute("max", 1).attribute("name", "Pan");
    let id = page.id();
    page.close();
    id
}

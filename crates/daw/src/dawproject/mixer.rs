//! Tracks and channels → strips: what each is, what it is called, where it goes, and what of it can be moved.

mod cycles;
mod targets;

use super::devices;
use super::model::{Channel, Lane, MixerRole, Project, Switch};
use super::values::Quantity;
use crate::foreign::ledger::Ledger;
use crate::foreign::names::UniqueNames;
use crate::foreign::{DEEPEST, MOST_STRIPS};
use std::collections::{HashMap, HashSet};
use stemwright_core::{Db, Layout, Master, Send, Strip, Tap, Target};

pub(super) use targets::{Moved, Moves, automated};

/// More sends than so many to a strip, on average, no desk has.
const MOST_SENDS: usize = 30 * MOST_STRIPS;

/// What a lane becomes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Track,
    Bus,
    Return,
    Master,
    /// No signal goes through it: a folder, or a VCA.
    Nothing,
}

/// A lane in its place.
#[derive(Debug)]
pub(super) struct Seat<'a, 'd> {
    pub(super) lane: &'a Lane<'d>,
    /// The nearest channel around it.
    parent: Option<usize>,
    pub(super) kind: Kind,
    /// What the ledger calls it.
    pub(super) name: String,
    /// Its strip, unless it is the master or nothing.
    pub(super) strip: Strip,
    /// Where its main output goes: a seat, or the master.
    output: Option<usize>,
}

/// All of `Structure`.
#[derive(Debug)]
pub(super) struct Mixer<'a, 'd> {
    pub(super) seats: Vec<Seat<'a, 'd>>,
    pub(super) master: Master,
    /// Seats by the identifier of their track.
    pub(super) tracks: HashMap<&'d str, usize>,
    pub(super) moves: Moves<'d>,
    pub(super) names: UniqueNames,
}

/// Too many of something to be a session.
pub(super) struct TooMany(pub(super) String);

impl<'a, 'd> Mixer<'a, 'd> {
    /// `moved`: the identifiers of parameters that automation moves.
    pub(super) fn new(
        project: &'a Project<'d>,
        moved: &HashSet<&'d str>,
        ledger: &mut Ledger,
    ) -> Result<Self, TooMany> {
        let mut seats = Vec::new();
        seat_all(&project.lanes, None, 0, &mut seats)?;
        let channels: HashMap<&'d str, usize> = ids(&seats, |lane| lane.channel.as_ref()?.id);
        let tracks: HashMap<&'d str, usize> = ids(&seats, |lane| lane.id);
        // Some programs name the track where the channel is meant.
        let find = |id: &str| channels.get(id).or_else(|| tracks.get(id)).copied();
        let kinds = kinds(&seats, find);
        let mut names = UniqueNames::default();
        for (index, (seat, kind)) in seats.iter_mut().zip(kinds).enumerate() {
            seat.kind = kind;
            let written = [seat.lane.name, seat.lane.channel.as_ref().map_or("", |channel| channel.name)];
            let written = written.into_iter().find(|name| !name.trim().is_empty()).unwrap_or_default();
            seat.name = match kind {
                Kind::Master | Kind::Nothing => UniqueNames::default().give(written, "Folder"),
                Kind::Bus | Kind::Return => names.give(written, &format!("Bus {}", index + 1)),
                Kind::Track => names.give(written, &format!("Track {}", index + 1)),
            };
            seat.strip.name.clone_from(&seat.name);
        }
        let mut mixer =
            Self { seats, master: Master::default(), tracks: tracks.clone(), moves: Moves::default(), names };
        for index in 0..mixer.seats.len() {
            mixer.output(index, find, ledger);
        }
        let mut sends = 0;
        for index in 0..mixer.seats.len() {
            mixer.channel(index, find, moved, ledger);
            sends += mixer.seats[index].strip.sends.len();
            if sends > MOST_SENDS {
                return Err(TooMany(format!("more than {MOST_SENDS} sends")));
            }
        }
        mixer.cut_cycles(ledger);
        for index in 0..mixer.seats.len() {
            let output = mixer.seats[index].output;
            mixer.seats[index].strip.output = output.map(|bus| mixer.seats[bus].name.clone());
        }
        Ok(mixer)
    }

    /// Where the main output of a seat goes: where it says, else into the group around it, else to the master.
    fn output(&mut self, index: usize, find: impl Fn(&str) -> Option<usize>, ledger: &mut Ledger) {
        let mut around = self.seats[index].parent;
        while around.is_some_and(|seat| !matches!(self.seats[seat].kind, Kind::Bus | Kind::Return)) {
            around = around.and_then(|seat| self.seats[seat].parent);
        }
        let seat = &self.seats[index];
        let Some(id) = seat.lane.channel.as_ref().and_then(|channel| channel.destination) else {
            self.seats[index].output = around;
            return;
        };
        let target = find(id);
        let output = match target.map(|target| self.seats[target].kind) {
            Some(Kind::Master) => None,
            Some(Kind::Bus | Kind::Return) if target != Some(index) => target,
            _ => {
                if seat.kind != Kind::Nothing && seat.kind != Kind::Master {
                    let to = around.map_or("the master", |bus| self.seats[bus].name.as_str());
                    let message =
                        format!("its destination is not in the project, or nothing that takes sound; it goes to {to}");
                    ledger.warning("routing-cut", &seat.name, message, "check its output in the program");
                }
                around
            }
        };
        self.seats[index].output = output;
    }

    /// Fader, pan, mute, devices and sends of a seat.
    fn channel(
        &mut self,
        index: usize,
        find: impl Fn(&str) -> Option<usize>,
        moved: &HashSet<&'d str>,
        ledger: &mut Ledger,
    ) {
        let (lane, kind) = (self.seats[index].lane, self.seats[index].kind);
        let Some(channel) = &lane.channel else { return };
        let place = self.seats[index].name.clone();
        if kind == Kind::Nothing {
            if channel.role == MixerRole::Vca {
                let message = "is a VCA; the format does not say which faders it moves";
                ledger.warning("vca-not-carried", &place, message, "set the faders to what it makes of them");
            }
            return;
        }
        let mut strip = Strip::new(place.clone());
        strip.colour = colour(lane.colour.or(channel.colour));
        strip.layout = Some(layout(channel, &place, ledger));
        strip.solo = channel.solo;
        strip.mute = Switch::is(channel.mute.as_ref(), false);
        if !lane.loaded {
            strip.mute = true;
            ledger.note("track-inactive", &place, "is not active in the program: it is muted here", "");
        }
        strip.gain = Db(Quantity::Gain.of(channel.volume.as_ref()).unwrap_or(0.0));
        strip.pan = Quantity::Pan.of(channel.pan.as_ref()).unwrap_or(0.0);
        self.moves.real(channel.volume.as_ref(), Quantity::Gain, Moved { seat: index, target: Target::Gain });
        if kind != Kind::Master {
            self.moves.real(channel.pan.as_ref(), Quantity::Pan, Moved { seat: index, target: Target::Pan });
            let mute = Moved { seat: index, target: Target::Mute };
            self.moves.switch(channel.mute.as_ref(), mute);
        }
        for device in &channel.devices {
            let Some(made) = devices::inserts(device, moved, &place, ledger) else {
                plugin(device, &place, ledger);
                self.moves.lost.extend(device.parameters.iter().map(|(id, _)| *id));
                continue;
            };
            self.moves.lost.extend(device.enabled.and_then(|enabled| enabled.id));
            for made in made {
                for (real, param, quantity) in &made.parameters {
                    let target = Target::Insert(strip.inserts.len(), *param);
                    self.moves.real(Some(real), *quantity, Moved { seat: index, target });
                }
                strip.inserts.push(made.insert);
            }
        }
        if kind == Kind::Master {
            if strip.mute || strip.pan != 0.0 {
                let message = "the master is muted or panned, which no master is here: it is neither";
                ledger.warning("pan-approximated", &place, message, "");
            }
            let layout = strip.layout.unwrap_or_default();
            self.master = Master { layout, gain: strip.gain, inserts: strip.inserts, automation: Vec::new() };
            return;
        }
        self.sends(&mut strip, index, find, moved, ledger);
        self.seats[index].strip = strip;
    }

    fn sends(
        &mut self,
        strip: &mut Strip,
        index: usize,
        find: impl Fn(&str) -> Option<usize>,
        moved: &HashSet<&'d str>,
        ledger: &mut Ledger,
    ) {
        let Some(channel) = &self.seats[index].lane.channel else { return };
        for send in &channel.sends {
            let moves = |id: Option<&'d str>| id.filter(|id| moved.contains(id));
            if !Switch::is(send.enable.as_ref(), true) && moves(send.enable.and_then(|enable| enable.id)).is_none() {
                continue;
            }
            let gain = Quantity::Gain.of(send.volume.as_ref()).unwrap_or(0.0);
            let silent = gain == f64::NEG_INFINITY;
            if silent && moves(send.volume.and_then(|volume| volume.id)).is_none() {
                continue;
            }
            let target = send.destination.and_then(&find);
            let bus = target.filter(|&to| to != index && matches!(self.seats[to].kind, Kind::Bus | Kind::Return));
            let Some(bus) = bus else {
                let message = "a send goes to itself, to the master, or to nothing that takes sound: it is left out";
                ledger.warning("send-not-carried", &strip.name, message, "check its sends in the program");
                continue;
            };
            let target = Target::Send(strip.sends.len());
            self.moves.real(send.volume.as_ref(), Quantity::Gain, Moved { seat: index, target });
            self.moves.lost.extend(send.pan.and_then(|pan| pan.id));
            self.moves.lost.extend(send.enable.and_then(|enable| enable.id));
            strip.sends.push(Send {
                to: self.seats[bus].name.clone(),
                gain: Db(gain),
                tap: if send.pre { Tap::Pre } else { Tap::Post },
                pan: Quantity::Pan.of(send.pan.as_ref()).unwrap_or(0.0),
            });
        }
    }
}

/// Lanes in the order of the document, each with what is around it.
fn seat_all<'a, 'd>(
    lanes: &'a [Lane<'d>],
    parent: Option<usize>,
    depth: usize,
    seats: &mut Vec<Seat<'a, 'd>>,
) -> Result<(), TooMany> {
    for lane in lanes {
        if seats.len() == MOST_STRIPS || depth == DEEPEST {
            return Err(TooMany(format!("more than {MOST_STRIPS} tracks")));
        }
        let index = seats.len();
        let strip = Strip::new(String::new());
        seats.push(Seat { lane, parent, kind: Kind::Nothing, name: String::new(), strip, output: None });
        seat_all(&lane.children, Some(index), depth + 1, seats)?;
    }
    Ok(())
}

fn ids<'d>(seats: &[Seat<'_, 'd>], id: impl Fn(&Lane<'d>) -> Option<&'d str>) -> HashMap<&'d str, usize> {
    let mut found = HashMap::new();
    for (index, seat) in seats.iter().enumerate() {
        if let Some(id) = id(seat.lane) {
            found.entry(id).or_insert(index);
        }
    }
    found
}

/// What each lane becomes: what others feed is a bus, whatever it calls itself.
fn kinds(seats: &[Seat<'_, '_>], find: impl Fn(&str) -> Option<usize>) -> Vec<Kind> {
    let mut fed = HashSet::new();
    for (index, channel) in seats.iter().enumerate().filter_map(|(i, seat)| Some((i, seat.lane.channel.as_ref()?))) {
        let sends = channel.sends.iter().filter(|send| Switch::is(send.enable.as_ref(), true));
        let ids = channel.destination.into_iter().chain(sends.filter_map(|send| send.destination));
        fed.extend(ids.filter_map(&find).filter(|&to| to != index));
    }
    let is_master = |seat: &&Seat<'_, '_>| seat.lane.channel.as_ref().is_some_and(|c| c.role == MixerRole::Master);
    let master = seats.iter().position(|seat| is_master(&seat));
    let kind = |(index, seat): (usize, &Seat<'_, '_>)| match &seat.lane.channel {
        None if seat.lane.children.is_empty() => Kind::Track,
        None => Kind::Nothing,
        Some(_) if master == Some(index) => Kind::Master,
        Some(channel) => match channel.role {
            MixerRole::Vca => Kind::Nothing,
            MixerRole::Effect => Kind::Return,
            MixerRole::Submix | MixerRole::Master => Kind::Bus,
            MixerRole::Regular if fed.contains(&index) || !seat.lane.children.is_empty() => Kind::Bus,
            MixerRole::Regular => Kind::Track,
        },
    };
    seats.iter().enumerate().map(kind).collect()
}

fn layout(channel: &Channel<'_>, place: &str, ledger: &mut Ledger) -> Layout {
    Layout::of_channels(channel.channels as usize).unwrap_or_else(|| {
        let message = format!("has {} channels, which is no layout that is known: it is stereo here", channel.channels);
        ledger.warning("channels-not-carried", place, message, "");
        Layout::Stereo
    })
}

/// `#rrggbb` of what may have an alpha behind it.
fn colour(written: Option<&str>) -> Option<String> {
    let digits = written?.trim().strip_prefix('#')?;
    let sane = matches!(digits.len(), 6 | 8) && digits.bytes().all(|digit| digit.is_ascii_hexdigit());
    sane.then(|| format!("#{}", digits[..6].to_ascii_lowercase()))
}

/// Says that a device is not run, if it would have done something.
fn plugin(device: &super::model::Device<'_>, place: &str, ledger: &mut Ledger) {
    if !device.loaded || !Switch::is(device.enabled.as_ref(), true) {
        return;
    }
    let (element, name) = (device.element, device.name);
    let hint = "freeze or render the track in the program and save again";
    match device.role {
        "analyzer" => {}
        "noteFX" => {
            ledger.note("plugin-not-run", place, format!("{element} \"{name}\" works on notes and is not run"), "")
        }
        "instrument" => {
            ledger.error(
                "plugin-not-run",
                place,
                format!("{element} \"{name}\" is an instrument and is not run"),
                hint,
            );
        }
        _ => ledger.error(
            "plugin-not-run",
            place,
            format!("{element} \"{name}\" is not run: what it does is missing"),
            hint,
        ),
    }
}

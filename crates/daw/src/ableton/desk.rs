//! Tracks → strips: what feeds what, and what each is set to.

use super::circles::{Way, cuts};
use super::devices::{Chain, Devices};
use super::levels::{Levels, crossfader, fader, is_on};
use super::node::all;
use super::tracks::{Kind, Monitor, Route, Track};
use crate::foreign::ledger::Ledger;
use crate::foreign::names::UniqueNames;
use std::collections::HashMap;
use stemwright_core::{Automation, Db, Key, Layout, Point, Send, Strip, Tap, Target};

/// A send that is to be made.
#[derive(Debug)]
struct Copy {
    to: usize,
    gain: Db,
    tap: Tap,
    points: Option<Vec<Point>>,
}

/// A track in its place on the desk.
#[derive(Debug)]
pub(super) struct Seat {
    pub(super) name: String,
    /// Whether other strips feed it.
    pub(super) is_bus: bool,
    pub(super) is_return: bool,
    output: Option<usize>,
    sends_only: bool,
    copies: Vec<Copy>,
}

/// All tracks in their places.
pub(super) struct Desk<'t, 'd, 'i> {
    tracks: &'t [Track<'d, 'i>],
    pub(super) seats: Vec<Seat>,
    by_id: HashMap<&'d str, usize>,
    returns: Vec<usize>,
    pub(super) names: UniqueNames,
}

impl<'t, 'd, 'i> Desk<'t, 'd, 'i> {
    /// Places all tracks, and says where their main outputs go.
    pub(super) fn new(tracks: &'t [Track<'d, 'i>], ledger: &mut Ledger) -> Self {
        let mut names = UniqueNames::default();
        let mut by_id = HashMap::new();
        for (index, track) in tracks.iter().enumerate() {
            by_id.entry(track.id).or_insert(index);
        }
        let seats = tracks.iter().enumerate().map(|(index, track)| Seat {
            name: names.give(track.name, &format!("Track {}", index + 1)),
            is_bus: matches!(track.kind, Kind::Group | Kind::Return),
            is_return: track.kind == Kind::Return,
            output: None,
            sends_only: false,
            copies: Vec::new(),
        });
        let seats = seats.collect();
        let returns = (0..tracks.len()).filter(|&index| tracks[index].kind == Kind::Return).collect();
        let mut desk = Self { tracks, seats, by_id, returns, names };
        (0..tracks.len()).for_each(|index| desk.output(index, ledger));
        (0..tracks.len()).for_each(|index| desk.input(index, ledger));
        desk
    }

    /// Whether a track takes what others send into it.
    fn takes(&self, index: usize) -> bool {
        let track = &self.tracks[index];
        match track.kind {
            Kind::Group | Kind::Return => true,
            Kind::Audio => track.hears_input() && !track.frozen,
            Kind::Midi => false,
        }
    }

    fn group(&self, index: usize) -> Option<usize> {
        let group = self.by_id.get(self.tracks[index].group?).copied()?;
        (self.tracks[group].kind == Kind::Group && group != index).then_some(group)
    }

    fn output(&mut self, index: usize, ledger: &mut Ledger) {
        let name = self.seats[index].name.clone();
        let hint = "check its output in Live";
        match self.tracks[index].output {
            None | Some(Route::Group) => match self.group(index) {
                Some(group) if self.tracks[group].frozen => self.in_frozen_group(index, group, ledger),
                group => self.seats[index].output = group,
            },
            Some(Route::Master) => {}
            Some(Route::Nowhere) => self.seats[index].sends_only = true,
            Some(Route::Outside) => {
                self.seats[index].sends_only = true;
                let message = "it goes to an output of the audio interface, past the master: only its sends are heard";
                ledger.warning(
                    "routing-cut",
                    &name,
                    message,
                    "send it to the main output in Live to have it in the stems",
                );
            }
            Some(Route::Track(id, place)) => {
                let target = self.by_id.get(id).copied().filter(|&target| target != index);
                let Some(target) = target else {
                    self.seats[index].output = self.group(index);
                    let message = "it goes into a track that is not in the set; here into its group or the master";
                    return ledger.warning("routing-cut", &name, message, hint);
                };
                let into = self.seats[target].name.clone();
                if self.tracks[target].frozen && self.tracks[target].kind == Kind::Group {
                    self.in_frozen_group(index, target, ledger);
                } else if !place.starts_with("TrackIn") {
                    self.seats[index].sends_only = true;
                    let message = format!("it goes into a side-chain or a device of {into:?} only ({place})");
                    ledger.note("send-not-carried", &name, message, hint);
                } else if self.takes(target) {
                    self.seats[target].is_bus = true;
                    self.seats[index].output = Some(target);
                } else {
                    self.seats[index].sends_only = true;
                    let message = format!("it goes into {into:?}, which does not monitor its input: it is not heard");
                    ledger.warning("routing-cut", &name, message, "set Monitor of that track to In if it should be");
                }
            }
        }
    }

    /// What goes into a frozen group is heard in what that was frozen to.
    fn in_frozen_group(&mut self, index: usize, group: usize, ledger: &mut Ledger) {
        self.seats[index].sends_only = true;
        let message =
            format!("it is heard in the frozen audio of {:?}, and only its sends beside that", self.seats[group].name);
        ledger.note("track-frozen", &self.seats[index].name, message, "");
    }

    /// What a track takes from another by its input is a copy.
    fn input(&mut self, index: usize, ledger: &mut Ledger) {
        let track = &self.tracks[index];
        if track.kind != Kind::Audio || !self.takes(index) {
            return;
        }
        let name = self.seats[index].name.clone();
        match track.input {
            Some(Route::Track(id, place)) => {
                let Some(&from) = self.by_id.get(id) else { return };
                let tap = match place {
                    "PostFxOut" => Tap::Pre,
                    "PreFxOut" => {
                        let message = "it takes another track before its devices, which is not carried";
                        return ledger.error(
                            "send-not-carried",
                            &name,
                            message,
                            "take it after them, if that is as good",
                        );
                    }
                    _ => Tap::Post,
                };
                self.seats[index].is_bus = true;
                self.seats[from].copies.push(Copy { to: index, gain: Db::ZERO, tap, points: None });
            }
            Some(Route::Master) => {
                let message = "it takes the master's output, which is not carried";
                ledger.error("routing-cut", &name, message, "record it in Live");
            }
            Some(Route::Outside) if track.monitor == Monitor::In && !self.seats[index].is_bus => {
                let message = "it plays a live input, which is silent here";
                ledger.note("live-input", &name, message, "record it in Live if it belongs to the song");
            }
            _ => {}
        }
    }

    /// The sends of all tracks: one for each return, by its place. `pre` says of each return whether it is fed before the fader.
    pub(super) fn sends(&mut self, pre: &[bool], levels: &mut Levels<'_, 'd, 'i>) {
        for (index, track) in self.tracks.iter().enumerate() {
            let Some(mixer) = track.mixer else { continue };
            for (number, holder) in all(mixer, "Sends", "TrackSendHolder").enumerate() {
                let Some(&to) = self.returns.get(number).filter(|_| is_on(holder)) else { continue };
                let send = levels.parameter(Some(holder), "Send");
                let gain = Db::of(fader(send.value(0.0)));
                let points = levels.factors(&send, 1.0);
                if gain.0 == f64::NEG_INFINITY && points.is_none() {
                    continue;
                }
                let tap = if pre.get(number) == Some(&true) { Tap::Pre } else { Tap::Post };
                self.seats[index].copies.push(Copy { to, gain, tap, points });
            }
        }
    }

    /// Cuts what comes back to where it was.
    pub(super) fn cut(&mut self, chains: &mut [Chain<'d>], ledger: &mut Ledger) {
        let mut ways: Vec<Vec<(Way, usize)>> = self
            .seats
            .iter()
            .map(|seat| {
                let output = seat.output.map(|to| (Way::Output, to));
                output
                    .into_iter()
                    .chain(seat.copies.iter().enumerate().map(|(i, copy)| (Way::Send(i), copy.to)))
                    .collect()
            })
            .collect();
        for (index, chain) in chains.iter_mut().enumerate() {
            let name = &self.seats[index].name;
            chain.keys.retain(|key| {
                let known = self.by_id.contains_key(key.1);
                if !known {
                    let message = "a side-chain listens to a track that is not in the set: it is left out";
                    ledger.error("routing-cut", name, message, "check the device in Live");
                }
                known
            });
            for (place, key) in chain.keys.iter().enumerate() {
                ways[self.by_id[key.1]].push((Way::Key(index, place), index));
            }
        }
        let mut sends: Vec<(usize, usize)> = Vec::new();
        let mut keys: Vec<(usize, usize)> = Vec::new();
        for (from, way, to) in cuts(&ways) {
            let (name, back) = (self.seats[from].name.clone(), self.seats[to].name.clone());
            let what = match way {
                Way::Output => {
                    self.seats[from].output = None;
                    format!("its output comes back to it by way of {back:?}; it goes to the master")
                }
                Way::Send(place) => {
                    sends.push((from, place));
                    format!("its send to {back:?} comes back to it and is left out")
                }
                Way::Key(listens, place) => {
                    keys.push((listens, place));
                    format!("the side-chain that {back:?} has of it goes in a circle and is left out")
                }
            };
            ledger.warning("routing-cut", &name, what, "check whether Live plays it so");
        }
        sends.sort_unstable_by(|a, b| b.cmp(a));
        sends.into_iter().for_each(|(from, place)| _ = self.seats[from].copies.remove(place));
        keys.sort_unstable_by(|a, b| b.cmp(a));
        keys.into_iter().for_each(|(listens, place)| _ = chains[listens].keys.remove(place));
    }

    /// The devices of all tracks. Of tracks that are frozen or silent none are heard.
    pub(super) fn chains(&self, levels: &mut Levels<'_, 'd, 'i>, ledger: &mut Ledger) -> Vec<Chain<'d>> {
        let mut chains = Vec::with_capacity(self.tracks.len());
        for (track, seat) in self.tracks.iter().zip(&self.seats) {
            let heard = !track.frozen && track.kind != Kind::Midi;
            let list = track.devices.filter(|_| heard);
            chains.push(Devices { levels: &mut *levels, ledger: &mut *ledger, place: &seat.name }.read(list));
        }
        chains
    }

    /// The strip of a track.
    pub(super) fn strip(
        &mut self,
        index: usize,
        chain: Chain<'d>,
        (version, cross): (u32, f64),
        levels: &mut Levels<'_, 'd, 'i>,
        ledger: &mut Ledger,
    ) -> Strip {
        let track = &self.tracks[index];
        let copies = std::mem::take(&mut self.seats[index].copies);
        let seat = &self.seats[index];
        let mut strip = Strip::new(&seat.name);
        strip.layout = Some(Layout::Stereo);
        strip.colour = track.colour(version);
        strip.output = seat.output.map(|to| self.seats[to].name.clone());
        strip.sends_only = seat.sends_only;
        let by = crossfader(&levels.parameter(track.mixer, "CrossFadeState"), cross).unwrap_or_else(|| {
            let message =
                "it is assigned to the cross-fader, which stands between its ends; here it is as loud as without it";
            ledger.warning(
                "crossfade-approximated",
                &seat.name,
                message,
                "move the cross-fader to an end in Live, or render",
            );
            1.0
        });
        levels.put(&mut strip, track.mixer, by, ledger);
        strip.inverted = chain.inverted;
        strip.inserts = chain.inserts;
        strip.automation.extend(chain.automation);
        for (insert, id, tap) in chain.keys {
            let from = self.seats[self.by_id[id]].name.clone();
            if let Some(stemwright_core::Unit::Compressor(unit)) =
                strip.inserts.get_mut(insert).map(|own| &mut own.unit)
            {
                unit.key = Some(Key { from, tap });
            }
        }
        for copy in copies {
            if let Some(points) = copy.points {
                strip.automation.push(Automation { target: Target::Send(strip.sends.len()), points });
            }
            let to = self.seats[copy.to].name.clone();
            strip.sends.push(Send { to, gain: copy.gain, tap: copy.tap, pan: 0.0 });
        }
        strip
    }
}

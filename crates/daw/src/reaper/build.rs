//! A project as it is written → a session.

use super::clips::Clips;
use super::cockos;
use super::effects::Effect;
use super::levels::Levels;
use super::pan::Law;
use super::project::{Account, Project, Receive, Track as Written};
use super::routing::Routing;
use crate::foreign::ledger::Ledger;
use crate::foreign::names::UniqueNames;
use crate::foreign::sources::Sources;
use stemwright_core::{
    Bus, Db, Insert, Key, Layout, Master, PanLaw, SampleRate, Send, Session, Song, Strip, Tap, Track, Unit,
};

/// What is needed everywhere.
pub(super) struct Build<'b, 'm> {
    pub(super) project: &'b Project<'b>,
    pub(super) rate: SampleRate,
    pub(super) sources: Sources<'m>,
    pub(super) ledger: Ledger,
    pub(super) account: Account,
}

impl Build<'_, '_> {
    /// All of it.
    pub(super) fn session(&mut self) -> Session {
        let project = self.project;
        let mut session = Session::new(self.rate);
        session.song = Song { title: project.title.clone(), artist: project.author.clone(), ..Song::default() };
        // Our balance is what REAPER's pans are turned into.
        session.pan_law = PanLaw::Balance;
        super::timeline::put(&mut session, project, &mut self.ledger);
        if (project.play_rate - 1.0).abs() > 1e-9 {
            let message = format!("the project plays at {} of its speed; here it plays at its own", project.play_rate);
            self.ledger.error(
                "clip-warped",
                "",
                message,
                "set the project's play rate to 1 in REAPER, and read it again",
            );
        }
        let routing = Routing::of(project);
        let mut names = UniqueNames::default();
        let given: Vec<String> = project
            .tracks
            .iter()
            .enumerate()
            .map(|(i, track)| names.give(&track.name, &format!("Track {}", i + 1)))
            .collect();
        self.tell_of_routing(&routing, &given);
        let mut strips: Vec<Strip> = Vec::new();
        for (i, track) in project.tracks.iter().enumerate() {
            let key = key(project, &routing, &given, i);
            strips.push(self.strip(track, &given[i], key));
            let strip = &mut strips[i];
            strip.output = routing.parent[i].map(|folder| given[folder].clone());
            strip.sends_only = !track.main_send || routing.cut_outputs[i];
        }
        let mut helpers = Vec::new();
        for (i, track) in project.tracks.iter().enumerate() {
            for (number, receive) in track.receives.iter().enumerate() {
                self.receive(&mut strips, &given, &routing, (i, number, receive), &mut names, &mut helpers);
            }
        }
        let mut count = 0;
        for ((i, track), strip) in project.tracks.iter().enumerate().zip(strips) {
            let mut clips = Clips {
                rate: self.rate,
                sources: &mut self.sources,
                ledger: &mut self.ledger,
                account: &mut self.account,
                pan_law: project.pan_law,
                count,
                notes: 0,
            };
            let name = strip.name.clone();
            let made = clips.of_track(project, track, &name);
            count = clips.count;
            let made: Vec<_> = made.into_iter().filter_map(|clip| self.sources.fit(clip, self.rate)).collect();
            let delay = self.delay(track);
            if !routing.takes[i] {
                session.tracks.push(Track { delay, ..Track::new(strip, made) });
                continue;
            }
            if !made.is_empty() {
                let own = Strip {
                    output: Some(name.clone()),
                    layout: Some(Layout::Stereo),
                    colour: strip.colour.clone(),
                    ..Strip::new(names.give(&format!("{name} (clips)"), "Clips"))
                };
                session.tracks.push(Track { delay, ..Track::new(own, made) });
            }
            session.buses.push(Bus { is_return: !routing.is_folder[i], strip });
        }
        session.buses.extend(helpers);
        session.master = self.master();
        let unknown = std::mem::take(&mut self.account.unknown);
        self.ledger.not_understood(unknown);
        if self.account.points > crate::foreign::MOST_POINTS {
            self.ledger.error(
                "automation-not-carried",
                "",
                "there are more than 10,000,000 points of automation; the rest is left out",
                "",
            );
        }
        session
    }

    fn tell_of_routing(&mut self, routing: &Routing, given: &[String]) {
        if routing.unclosed {
            self.ledger.note("routing-cut", "", "a folder is not closed by its last track; it reaches to the end", "");
        }
        for (i, track) in self.project.tracks.iter().enumerate() {
            for (number, receive) in track.receives.iter().enumerate() {
                let known = usize::try_from(receive.from).is_ok_and(|from| from < self.project.tracks.len());
                let place = format!("{}, receive {}", given[i], number + 1);
                if !known {
                    let message =
                        format!("it receives from track {}, which does not exist", receive.from.saturating_add(1));
                    self.ledger.warning("send-not-carried", &place, message, "is the project damaged?");
                } else if receive.is_key() {
                    let message = "it feeds channels beyond the first two (a side-chain); only compressors that are carried listen to it";
                    self.ledger.note("send-not-carried", &place, message, "");
                } else if receive.is_heard() && receive.source & 1023 != 0 {
                    let message = "it takes channels beyond the first two of its source; here it takes the first two";
                    self.ledger.warning("channels-not-carried", &place, message, "render the source in REAPER");
                }
            }
            if track.main_send && track.main_channel != 0 {
                let message =
                    "its output feeds channels beyond the first two of its folder; here it feeds the first two";
                self.ledger.warning("channels-not-carried", &given[i], message, "");
            }
            if track.hardware > 0 {
                let message = format!("{} outputs to audio hardware are left out", track.hardware);
                self.ledger.note("send-not-carried", &given[i], message, "");
            }
            if track.groups {
                let message = "the track is in a group; groups link what hands do, and VCA groups also what is heard";
                self.ledger.warning(
                    "group-not-carried",
                    &given[i],
                    message,
                    "apply VCAs to their tracks in REAPER before reading the project",
                );
            }
            if track.envelopes.values().any(|envelope| envelope.active && envelope.pooled > 0) {
                let message = "automation items on its envelopes are left out";
                self.ledger.error(
                    "automation-not-carried",
                    &given[i],
                    message,
                    "convert them to plain envelope points in REAPER",
                );
            }
        }
    }

    /// Everything of a strip but what goes into it and out of it.
    fn strip(&mut self, track: &Written<'_>, name: &str, key: Option<(Key, f64)>) -> Strip {
        let mut strip = Strip::new(name);
        strip.layout = Some(Layout::Stereo);
        strip.colour = track.colour.clone();
        strip.inserts = self.effects(&track.effects, track.effects_on, name, key);
        self.levels().put(&mut strip, track);
        strip
    }

    fn levels(&mut self) -> Levels<'_> {
        Levels { rate: self.rate, project: self.project, ledger: &mut self.ledger, account: &mut self.account }
    }

    fn effects(&mut self, effects: &[Effect<'_>], on: bool, place: &str, key: Option<(Key, f64)>) -> Vec<Insert> {
        let mut inserts = Vec::new();
        for effect in effects {
            let name = &effect.name;
            if effect.is_silent_kind() {
                continue;
            }
            if !on || effect.bypassed || effect.offline {
                self.ledger.note("plugin-not-run", place, format!("{name} is switched off and left out"), "");
                continue;
            }
            let Some(mut near) = cockos::near(effect) else {
                let what = if effect.is_instrument() { "its sound is missing" } else { "what it does is missing" };
                let hint = "freeze or render the track in REAPER, and read the project again";
                self.ledger.error("plugin-not-run", place, format!("{name} is not run: {what}"), hint);
                continue;
            };
            let hint = "render the track in REAPER if it must be the same";
            self.ledger.warning("device-approximated", place, format!("{name}: {}", near.difference), hint);
            if effect.moving > 0 {
                let message = format!("{} parameters of {name} are automated; here they stand still", effect.moving);
                self.ledger.error(
                    "automation-not-carried",
                    place,
                    message,
                    "freeze or render the track in REAPER, and read the project again",
                );
            }
            match (&key, near.keyed) {
                (Some((key, level)), true) => near.inserts.iter_mut().for_each(|insert| listen(insert, key, *level)),
                (None, true) => {
                    let message =
                        format!("{name} listens to a side-chain that is not carried; here it listens to its own track");
                    self.ledger.error("routing-cut", place, message, hint);
                }
                _ => {}
            }
            inserts.extend(near.inserts);
        }
        inserts
    }

    /// A receive becomes a send of the track that it comes from.
    fn receive(
        &mut self,
        strips: &mut [Strip],
        given: &[String],
        routing: &Routing,
        (to, number, receive): (usize, usize, &Receive),
        names: &mut UniqueNames,
        helpers: &mut Vec<Bus>,
    ) {
        let Some(from) = usize::try_from(receive.from).ok().filter(|from| *from < strips.len()) else { return };
        let place = format!("{} → {}", given[from], given[to]);
        if receive.mute {
            self.ledger.note("send-not-carried", &place, "a send is muted and left out", "");
            return;
        }
        if !receive.is_heard() {
            return;
        }
        if routing.cut_receives.contains(&(to, number)) {
            let message = "the send leads back to where it comes from (feedback) and is left out";
            self.ledger.error("routing-cut", &place, message, "render the track in REAPER");
            return;
        }
        let source = &mut strips[from];
        let tap = match receive.mode {
            0 => Tap::Post,
            1 => {
                if !source.inserts.is_empty() {
                    let message = "the send is taken before the effects in REAPER, and after them here";
                    self.ledger.warning("send-not-carried", &place, message, "");
                }
                Tap::Pre
            }
            _ => Tap::Pre,
        };
        if receive.pan_moves {
            self.ledger.warning(
                "automation-not-carried",
                &place,
                "the pan of the send moves; here it stands still",
                "",
            );
        }
        let law = Law(if receive.pan_law > 0.0 { receive.pan_law } else { self.project.pan_law });
        let (pan, by) = law.balance(receive.pan);
        let mut target = given[to].clone();
        let inverted = receive.inverted != (receive.volume < 0.0);
        if inverted || receive.mono {
            // Sends of ours neither turn polarity nor add up sides: a bus between does.
            let mut strip = Strip::new(names.give(&format!("{} → {}", given[from], given[to]), "Send"));
            strip.layout = Some(if receive.mono { Layout::Mono } else { Layout::Stereo });
            (strip.output, strip.inverted) = (Some(target), inverted);
            strip.pan_law = Some(PanLaw::Balance);
            if receive.mono {
                strip.pan = pan;
            }
            target = strip.name.clone();
            helpers.push(Bus { strip, is_return: true });
        }
        let place = source.sends.len();
        source.sends.push(Send { tap, pan: if receive.mono { 0.0 } else { pan }, ..Send::new(target) });
        let automation =
            if receive.automation >= 0 { receive.automation } else { self.project.tracks[from].automation };
        let envelopes = [receive.volume_envelope.as_ref(), receive.mute_envelope.as_ref()];
        let mut strip = std::mem::replace(&mut strips[from], Strip::new(""));
        let gain = self.levels().send(&mut strip, place, receive.volume, envelopes, automation, by);
        strip.sends[place].gain = gain;
        strips[from] = strip;
    }

    fn master(&mut self) -> Master {
        let written = &self.project.master;
        if self.project.master_muted {
            self.ledger.warning("master-muted", "master", "the master is muted in REAPER; here it is heard", "");
        }
        let inserts = self.effects(&written.effects, written.effects_on, "master", None);
        let (gain, automation, mut before) = self.levels().master(written);
        before.extend(inserts);
        Master { layout: Layout::Stereo, gain, inserts: before, automation }
    }

    fn delay(&mut self, track: &Written<'_>) -> i64 {
        let (value, flags) = track.delay;
        match flags {
            // 1 is off; 2 says that it is in frames of the project.
            flags if flags & 1 == 1 || value == 0.0 => 0,
            flags if flags & 2 == 2 => value.round() as i64,
            _ => self.rate.frames(value),
        }
    }
}

/// What the effects of a track can listen to: the one send that feeds channels beyond its first two, and how loud that is.
fn key(project: &Project<'_>, routing: &Routing, given: &[String], to: usize) -> Option<(Key, f64)> {
    let receives = project.tracks[to].receives.iter().enumerate();
    let mut keys =
        receives.filter(|(number, receive)| receive.is_key() && !routing.cut_receives.contains(&(to, *number)));
    let (_, receive) = keys.next()?;
    if keys.next().is_some() || receive.volume == 0.0 {
        return None;
    }
    let from = given.get(usize::try_from(receive.from).ok()?)?.clone();
    let tap = if receive.mode == 0 { Tap::Post } else { Tap::Pre };
    Some((Key { from, tap }, Db::of(receive.volume).0))
}

/// Has a compressor listen to a send. That the send is louder is the same as a lower threshold.
fn listen(insert: &mut Insert, key: &Key, level: f64) {
    if let Unit::Compressor(unit) = &mut insert.unit {
        unit.key = Some(key.clone());
        unit.threshold = Db((unit.threshold.0 - level).clamp(-80.0, 20.0));
    }
}

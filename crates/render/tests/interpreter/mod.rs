//! What a session means, one sample at a time: the engine's oracle.
//!
//! This is written from the doc comments of `stemwright_core`'s `session.rs` and `insert.rs` alone. It shares the
//! parameter types with the engine and no code: no blocks, no lanes, no schedule, and silence is computed like
//! anything else. Where those comments leave a choice, the choice stands here as a comment that begins with "Reading:".

#![allow(dead_code, unreachable_pub, reason = "each test that includes this module uses its own part of it")]

use std::collections::BTreeMap;
use std::path::PathBuf;

use stemwright_core::{Automation, Clip, Insert, PanLaw, Session, Strip, Tap, Target, Track};

mod control;
mod eq;
mod inserts;
mod routing;
mod twofold;

use control::{Line, Moves, factor};
use inserts::Running;
use routing::{Edge, Place};

/// A sound file: one or two channels of equal length.
#[derive(Debug, Clone, PartialEq)]
pub struct Source {
    pub channels: Vec<Vec<f64>>,
}

/// The files of a session, by the path that its clips name.
pub type Sources = BTreeMap<PathBuf, Source>;

/// An engine that got one thing wrong. A test that compares must notice each of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mutant {
    /// Pre sends are taken post, and post sends pre.
    SendTapSwapped,
    /// The constant-power law is taken for the linear one, and the linear one for constant power.
    PanLawSwapped,
    /// Side-chains hear the frame before.
    KeyOneFrameLate,
}

/// What is heard.
#[derive(Debug, Clone, PartialEq)]
pub struct Interpreted {
    /// The master's input, left and right.
    pub mix: [Vec<f64>; 2],
    /// After the master's inserts and gain.
    pub master: [Vec<f64>; 2],
}

/// Plays `frames` frames of a session from `start` on, with all state zero before it.
///
/// `start` is a multiple of 32, no clip starts before it, and outputs, sends and keys have no cycle.
///
/// # Panics
/// On a session that names a strip or file that is not there, or whose strips hear themselves.
pub fn interpret(
    session: &Session,
    sources: &Sources,
    start: i64,
    frames: usize,
    mutant: Option<Mutant>,
) -> Interpreted {
    let strips = routing::strips(session);
    let edges = routing::edges(&strips);
    let mut world = World::new(session, sources, &strips, &edges, mutant);
    let mut out = Interpreted { mix: [vec![], vec![]], master: [vec![], vec![]] };
    for frame in start..start + frames as i64 {
        let (mix, master) = world.step(frame);
        for channel in 0..2 {
            out.mix[channel].push(mix[channel]);
            out.master[channel].push(master[channel]);
        }
    }
    out
}

/// What a strip's two taps carry on one frame.
#[derive(Debug, Clone, Copy, Default)]
struct Taps {
    pre: [f64; 2],
    post: [f64; 2],
}

/// All strips at work.
struct World<'a> {
    session: &'a Session,
    /// The file of each clip, by track.
    files: Vec<Vec<&'a Source>>,
    strips: &'a [&'a Strip],
    edges: &'a [Edge],
    mutant: Option<Mutant>,
    order: Vec<Place>,
    channels: Vec<Channel<'a>>,
    /// The gain of each edge that is a send.
    send_gains: Vec<Line<1>>,
    master: Channel<'a>,
    taps: Vec<Taps>,
    /// A frame ago.
    last_taps: Vec<Taps>,
}

impl<'a> World<'a> {
    fn new(
        session: &'a Session,
        sources: &'a Sources,
        strips: &'a [&'a Strip],
        edges: &'a [Edge],
        mutant: Option<Mutant>,
    ) -> Self {
        let files: Vec<Vec<&Source>> =
            session.tracks.iter().map(|track| track.clips.iter().map(|clip| source(sources, clip)).collect()).collect();
        let channels = (0..strips.len())
            .map(|place| {
                let strip = strips[place];
                // A track is mono when all its clips are; one without clips is silent either way.
                let mono = files.get(place).is_some_and(|files| files.iter().all(|file| file.channels.len() == 1));
                Channel::new(session, &strip.inserts, &strip.automation, mono)
            })
            .collect();
        let send_gains = edges
            .iter()
            .map(|edge| {
                let moves = Moves(&strips[edge.from].automation);
                Line::new(edge.send.is_some_and(|(send, _)| moves.moves(Target::Send(send))))
            })
            .collect();
        Self {
            session,
            files,
            strips,
            edges,
            mutant,
            order: routing::order(strips, edges),
            channels,
            send_gains,
            master: Channel::new(session, &session.master.inserts, &session.master.automation, false),
            taps: vec![Taps::default(); strips.len()],
            last_taps: vec![Taps::default(); strips.len()],
        }
    }

    /// The mix and the master on a frame.
    fn step(&mut self, frame: i64) -> ([f64; 2], [f64; 2]) {
        self.last_taps.clone_from(&self.taps);
        for i in 0..self.order.len() {
            let place = self.order[i];
            let strip = self.strips[place];
            let mut input = match self.session.tracks.get(place) {
                Some(track) => clips(track, &self.files[place], self.channels[place].mono, frame),
                None => self.arriving(Some(place), frame),
            };
            if strip.inverted {
                input = input.map(|x| -x);
            }
            let keys = self.keys(&strip.inserts);
            let pre = self.channels[place].inserts(frame, input, &keys);
            let law = pan_law(self.session, strip, self.mutant);
            let [left, right] = self.channels[place].fader(frame, strip.gain.0, Some((strip.pan, law)));
            let post = if self.channels[place].mono {
                [left * pre[0], right * pre[0]]
            } else {
                [left * pre[0], right * pre[1]]
            };
            self.taps[place] = Taps { pre, post };
        }
        let mix = self.arriving(None, frame);
        let keys = self.keys(&self.session.master.inserts);
        let done = self.master.inserts(frame, mix, &keys);
        let [left, right] = self.master.fader(frame, self.session.master.gain.0, None);
        (mix, [left * done[0], right * done[1]])
    }

    /// The sum of the outputs and sends that lead to a bus or return, or to the master.
    fn arriving(&mut self, to: Option<Place>, frame: i64) -> [f64; 2] {
        let mut sum = [0.0; 2];
        for (edge, gain) in self.edges.iter().zip(&mut self.send_gains).filter(|(edge, _)| edge.to == to) {
            if !edge.heard {
                continue;
            }
            let strip = self.strips[edge.from];
            let Taps { pre, post } = self.taps[edge.from];
            let signal = match edge.send {
                None => post,
                Some((send, tap)) => {
                    let by = gain.at(frame, |at| {
                        let gain = strip.sends[send].gain.0;
                        [factor(Moves(&strip.automation).read(Target::Send(send), gain, at))]
                    })[0];
                    let swapped = self.mutant == Some(Mutant::SendTapSwapped);
                    let signal = if (tap == Tap::Pre) != swapped {
                        if self.channels[edge.from].mono {
                            let law = pan_law(self.session, strip, self.mutant);
                            mono_pan(0.0, law).map(|factor| factor * pre[0])
                        } else {
                            pre
                        }
                    } else {
                        post
                    };
                    signal.map(|x| by * x)
                }
            };
            sum = [sum[0] + signal[0], sum[1] + signal[1]];
        }
        sum
    }

    /// What the side-chain of each insert carries, where it has one; from a muted strip it is silence.
    fn keys(&self, inserts: &[Insert]) -> Vec<Option<[f64; 2]>> {
        let late = self.mutant == Some(Mutant::KeyOneFrameLate);
        let taps = if late { &self.last_taps } else { &self.taps };
        let key = |insert: &Insert| {
            if insert.bypass {
                return None;
            }
            let key = insert.unit.key()?;
            let place = routing::place_of(self.strips, &key.from);
            Some(match (self.strips[place].mute, key.tap) {
                (true, _) => [0.0; 2],
                (false, Tap::Pre) => taps[place].pre,
                (false, Tap::Post) => taps[place].post,
            })
        };
        inserts.iter().map(key).collect()
    }
}

fn pan_law(session: &Session, strip: &Strip, mutant: Option<Mutant>) -> PanLaw {
    let law = strip.pan_law.unwrap_or(session.pan_law);
    match (law, mutant) {
        (PanLaw::ConstantPower, Some(Mutant::PanLawSwapped)) => PanLaw::Linear,
        (PanLaw::Linear, Some(Mutant::PanLawSwapped)) => PanLaw::ConstantPower,
        (law, _) => law,
    }
}

/// The inserts and the fader of a strip or of the master.
struct Channel<'a> {
    mono: bool,
    moves: Moves<'a>,
    inserts: Vec<Running<'a>>,
    /// Left and right.
    fader: Line<2>,
}

impl<'a> Channel<'a> {
    fn new(session: &Session, inserts: &'a [Insert], automation: &'a [Automation], mono: bool) -> Self {
        let moves = Moves(automation);
        let running = inserts.iter().enumerate();
        Self {
            mono,
            moves,
            inserts: running.map(|(place, insert)| Running::new(session, place, insert, moves, mono)).collect(),
            fader: Line::new(moves.moves(Target::Gain) || moves.moves(Target::Pan)),
        }
    }

    fn inserts(&mut self, frame: i64, input: [f64; 2], keys: &[Option<[f64; 2]>]) -> [f64; 2] {
        let mut signal = input;
        for (insert, key) in self.inserts.iter_mut().zip(keys) {
            signal = insert.step(frame, signal, *key);
        }
        signal
    }

    /// The factors of left and right.
    ///
    /// Reading: gain and pan are one pair of factors, gain·pan for each channel; that product is what is computed on
    /// grid frames and runs straight between them.
    fn fader(&mut self, frame: i64, gain: f64, pan: Option<(f64, PanLaw)>) -> [f64; 2] {
        let (moves, mono) = (self.moves, self.mono);
        self.fader.at(frame, |at| {
            let gain = factor(moves.read(Target::Gain, gain, at));
            let Some((pan, law)) = pan else { return [gain; 2] };
            let pan = moves.read(Target::Pan, pan, at);
            let sides = if mono { mono_pan(pan, law) } else { mono_pan(pan, PanLaw::Balance) };
            sides.map(|side| gain * side)
        })
    }
}

/// What left and right get of a mono signal. Stereo signals are balanced, whatever the law is.
fn mono_pan(pan: f64, law: PanLaw) -> [f64; 2] {
    let t = (pan + 1.0) / 2.0;
    let (sine, cosine) = (t * std::f64::consts::FRAC_PI_2).sin_cos();
    match law {
        PanLaw::ConstantPower => [cosine, sine],
        // cos(π/2) is not quite 0 in floating point and might be negative under the root.
        PanLaw::Compromise => [((1.0 - t) * cosine).max(0.0).sqrt(), (t * sine).max(0.0).sqrt()],
        PanLaw::Linear => [1.0 - t, t],
        PanLaw::Balance => [(1.0 - pan).min(1.0), (1.0 + pan).min(1.0)],
    }
}

fn source<'a>(sources: &'a Sources, clip: &Clip) -> &'a Source {
    sources.get(&clip.file).unwrap_or_else(|| panic!("no source is called {}", clip.file.display()))
}

/// The clips of a track on a frame; of a mono track the second number is 0.
fn clips(track: &Track, files: &[&Source], mono: bool, frame: i64) -> [f64; 2] {
    let mut sum = [0.0; 2];
    for (clip, file) in track.clips.iter().zip(files) {
        let channels = &file.channels;
        let rest = (channels[0].len() as u64).saturating_sub(clip.from);
        // Reading: a length beyond the end of the file is kept, with silence after the file's end: the fade-out then
        // counts back from the length that was asked for.
        let length = clip.length.unwrap_or(rest);
        let Ok(i) = u64::try_from(frame - clip.at) else { continue };
        if i >= length.min(rest) {
            continue;
        }
        let fade = |i: u64, over: u64| if i < over { (i as f64 + 0.5) / over as f64 } else { 1.0 };
        let by = factor(clip.gain.0) * fade(i, clip.fade_in) * fade(length - 1 - i, clip.fade_out);
        let at = (clip.from + i) as usize;
        sum[0] += by * channels[0][at];
        if !mono {
            sum[1] += by * channels[channels.len() - 1][at];
        }
    }
    sum
}

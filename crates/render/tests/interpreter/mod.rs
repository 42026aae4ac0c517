//! What a session means: the engine's oracle.
//!
//! This is written from the doc comments of `stemwright_core`'s `session.rs`, `insert.rs` and `insert/*.rs` alone. It shares the
//! parameter types with the engine and no code: no blocks, no lanes, no schedule, no latency, and silence is computed
//! like anything else. One strip after the other is played over the whole timeline, so that the future is at hand
//! where a law reaches into it. Where those comments leave a choice, the choice stands here as a comment that begins
//! with "Reading:".

#![allow(dead_code, unreachable_pub, reason = "each test that includes this module uses its own part of it")]

use std::collections::BTreeMap;
use std::path::PathBuf;

use stemwright_core::{Automation, Clip, Insert, PanLaw, Session, Strip, Tap, Target, Track};

mod compressor;
mod control;
mod de_esser;
mod delay;
mod eq;
mod gate;
mod inserts;
mod limiter;
mod oversampling;
mod reverb;
mod routing;
mod saturation;
mod twofold;
mod width;

use control::{GRID, Line, Moves, factor};
use inserts::{Signal, Slot, reach, through};
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
    /// A limiter turns down by what was meant for the frame before.
    LimiterOneFrameLate,
    /// What saturation delays for its filters is taken off one frame short.
    LatencyForgotten,
    /// A gate's gain is not moved ahead by its look-ahead.
    LookAheadForgotten,
    /// Faders and sends behind an insert that reaches ahead move that much too late.
    AutomationLate,
}

impl Mutant {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::SendTapSwapped,
        Self::PanLawSwapped,
        Self::KeyOneFrameLate,
        Self::LimiterOneFrameLate,
        Self::LatencyForgotten,
        Self::LookAheadForgotten,
        Self::AutomationLate,
    ];
}

/// What is heard.
#[derive(Debug, Clone, PartialEq)]
pub struct Interpreted {
    /// The master's input, left and right.
    pub mix: [Vec<f64>; 2],
    /// After the master's inserts and gain.
    pub master: [Vec<f64>; 2],
    /// The first frame on which a gate's level was within [`gate::NEAR`] of what it was compared with: a correct
    /// computation might have decided otherwise.
    pub undecided: Option<i64>,
    /// How many frames from the first one on no such decision can have touched.
    pub decided: usize,
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
    let order = routing::order(&strips, &edges);
    // Filters ring ahead into the frames before `start`, and laws look at frames after the end.
    let reach = longest_reach(session, &strips, &edges, &order);
    let margin = (reach / GRID + 2) * GRID;
    let mut world = World {
        session,
        sources,
        edges: &edges,
        mutant,
        begin: start - margin,
        frames: frames + 2 * margin as usize,
        inputs: BTreeMap::new(),
        taps: BTreeMap::new(),
        undecided: None,
        strips: &strips,
    };
    for place in order {
        world.play(place);
    }
    let (mix, master) = world.play_master();
    let cut = |signal: Signal| {
        [0, 1].map(|channel| signal[margin as usize..][..frames].iter().map(|frame| frame[channel]).collect())
    };
    let end = start + frames as i64;
    let undecided = world.undecided.filter(|&frame| frame - reach < end);
    let decided = undecided.map_or(frames, |frame| (frame - reach - start).max(0) as usize);
    Interpreted { mix: cut(mix), master: cut(master), undecided, decided }
}

/// How far ahead the longest way to the master reaches, in frames.
fn longest_reach(session: &Session, strips: &[&Strip], edges: &[Edge], order: &[Place]) -> i64 {
    let rate = f64::from(session.rate.hz());
    let own = |inserts: &[Insert]| inserts.iter().map(|insert| reach(insert, rate)).sum::<i64>();
    let mut reaches = vec![0; strips.len()];
    for &place in order {
        let heard = edges.iter().filter(|edge| edge.to == Some(place)).map(|edge| edge.from);
        let keys = routing::keys(&strips[place].inserts).map(|key| routing::place_of(strips, &key.from));
        let before = heard.chain(keys).map(|from| reaches[from]).max().unwrap_or(0);
        reaches[place] = before + own(&strips[place].inserts);
    }
    reaches.into_iter().max().unwrap_or(0) + own(&session.master.inserts)
}

/// What a strip's two taps carry.
struct Taps {
    pre: Signal,
    post: Signal,
}

/// All strips, played one after the other.
struct World<'a> {
    session: &'a Session,
    sources: &'a Sources,
    strips: &'a [&'a Strip],
    edges: &'a [Edge],
    mutant: Option<Mutant>,
    /// The timeline with its margins.
    begin: i64,
    frames: usize,
    /// What has arrived so far at each bus and return, and at the master.
    inputs: BTreeMap<Option<Place>, Signal>,
    /// Of the strips from which others are keyed.
    taps: BTreeMap<Place, Taps>,
    undecided: Option<i64>,
}

impl World<'_> {
    /// A strip, when everything it hears has been played.
    fn play(&mut self, place: Place) {
        let strip = self.strips[place];
        let all_inserts = self.strips.iter().map(|strip| &strip.inserts).chain([&self.session.master.inserts]);
        let keyed = all_inserts.flat_map(|inserts| routing::keys(inserts)).any(|key| key.from == strip.name);
        if !keyed && !self.edges.iter().any(|edge| edge.from == place && edge.heard) {
            return;
        }
        let (mut signal, mono) = match self.session.tracks.get(place) {
            Some(track) => {
                let files: Vec<&Source> = track.clips.iter().map(|clip| source(self.sources, clip)).collect();
                // A track is mono when all its clips are; one without clips is silent either way.
                let mono = files.iter().all(|file| file.channels.len() == 1);
                let timeline = (self.begin..).take(self.frames);
                (timeline.map(|frame| clips(track, &files, mono, frame)).collect(), mono)
            }
            None => (self.arrived(Some(place)), false),
        };
        if strip.inverted {
            signal.iter_mut().for_each(|frame| *frame = frame.map(|x| -x));
        }
        let pre = self.through(&strip.inserts, &strip.automation, mono, signal);

        let late = self.late(&strip.inserts);
        let law = pan_law(self.session, strip, self.mutant);
        let mut fader = Fader::new(&strip.automation, mono);
        let post: Signal = (self.begin - late..)
            .zip(&pre)
            .map(|(frame, &[left, right])| {
                let [to_left, to_right] = fader.at(frame, strip.gain.0, Some((strip.pan, law)));
                [to_left * left, to_right * if mono { left } else { right }]
            })
            .collect();
        let taps = Taps { pre, post };
        for edge in self.edges.iter().filter(|edge| edge.from == place && edge.heard) {
            let carried = self.carried(edge, &taps, mono, late);
            let sum = self.inputs.entry(edge.to).or_insert_with(|| vec![[0.0; 2]; self.frames]);
            for (sum, x) in sum.iter_mut().zip(carried) {
                *sum = [sum[0] + x[0], sum[1] + x[1]];
            }
        }
        if keyed {
            self.taps.insert(place, taps);
        }
    }

    /// What a main output or send takes to where it goes.
    fn carried(&self, edge: &Edge, taps: &Taps, mono: bool, late: i64) -> Signal {
        let Some((send, tap)) = edge.send else { return taps.post.clone() };
        let strip = self.strips[edge.from];
        let moves = Moves(&strip.automation);
        let mut gain = Line::new(moves.moves(Target::Send(send)));
        let mut by =
            |frame| gain.at(frame, |at| [factor(moves.read(Target::Send(send), strip.sends[send].gain.0, at))])[0];
        let swapped = self.mutant == Some(Mutant::SendTapSwapped);
        let pre = (tap == Tap::Pre) != swapped;
        let centre = mono_pan(0.0, pan_law(self.session, strip, self.mutant));
        let signal = if pre { &taps.pre } else { &taps.post };
        (self.begin - late..)
            .zip(signal)
            .map(|(frame, &x)| {
                let x = if pre && mono { centre.map(|factor| factor * x[0]) } else { x };
                x.map(|x| by(frame) * x)
            })
            .collect()
    }

    /// The mix and the master.
    fn play_master(&mut self) -> (Signal, Signal) {
        let master = &self.session.master;
        let mix = self.arrived(None);
        let done = self.through(&master.inserts, &master.automation, false, mix.clone());
        let mut fader = Fader::new(&master.automation, false);
        let timeline = self.begin - self.late(&master.inserts)..;
        let faded = timeline.zip(done).map(|(frame, [left, right])| {
            let [to_left, to_right] = fader.at(frame, master.gain.0, None);
            [to_left * left, to_right * right]
        });
        (mix, faded.collect())
    }

    fn arrived(&mut self, at: Option<Place>) -> Signal {
        self.inputs.remove(&at).unwrap_or_else(|| vec![[0.0; 2]; self.frames])
    }

    fn through(&mut self, inserts: &[Insert], automation: &[Automation], mono: bool, signal: Signal) -> Signal {
        let mut signal = signal;
        for (place, insert) in inserts.iter().enumerate().filter(|(_, insert)| !insert.bypass) {
            let slot = Slot {
                rate: f64::from(self.session.rate.hz()),
                tempo: self.session.tempo,
                begin: self.begin,
                place,
                moves: Moves(automation),
                mono,
                mutant: self.mutant,
            };
            let (after, undecided) = through(slot, &insert.unit, signal, self.key(insert));
            signal = after;
            self.undecided = self.undecided.into_iter().chain(undecided).min();
        }
        signal
    }

    /// What the side-chain of an insert carries, where it has one; from a muted strip it is silence.
    fn key(&self, insert: &Insert) -> Option<Signal> {
        let key = insert.unit.key()?;
        let place = routing::place_of(self.strips, &key.from);
        let taps = &self.taps[&place];
        let mut signal = match (self.strips[place].mute, key.tap) {
            (true, _) => vec![[0.0; 2]; self.frames],
            (false, Tap::Pre) => taps.pre.clone(),
            (false, Tap::Post) => taps.post.clone(),
        };
        if self.mutant == Some(Mutant::KeyOneFrameLate) {
            signal.rotate_right(1);
        }
        Some(signal)
    }

    /// By how much a mutant moves the faders behind these inserts too late.
    fn late(&self, inserts: &[Insert]) -> i64 {
        let rate = f64::from(self.session.rate.hz());
        let late = self.mutant == Some(Mutant::AutomationLate);
        if late { inserts.iter().map(|insert| reach(insert, rate)).sum() } else { 0 }
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

/// The fader of a strip or of the master.
struct Fader<'a> {
    mono: bool,
    moves: Moves<'a>,
    /// Left and right.
    line: Line<2>,
}

impl<'a> Fader<'a> {
    fn new(automation: &'a [Automation], mono: bool) -> Self {
        let moves = Moves(automation);
        Self { mono, moves, line: Line::new(moves.moves(Target::Gain) || moves.moves(Target::Pan)) }
    }

    /// The factors of left and right.
    ///
    /// Reading: gain and pan are one pair of factors, gain·pan for each channel; that product is what is computed on
    /// grid frames and runs straight between them.
    fn at(&mut self, frame: i64, gain: f64, pan: Option<(f64, PanLaw)>) -> [f64; 2] {
        let (moves, mono) = (self.moves, self.mono);
        self.line.at(frame, |at| {
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

//! What a session means: the engine's oracle.
//!
//! This is written from the doc comments of `stemwright_core`'s `session.rs`, `layout.rs`, `insert.rs` and `insert/*.rs` alone.
//! It shares the parameter types with the engine and no code: no blocks, no lanes, no schedule, no latency, and silence is
//! computed like anything else. One strip after the other is played over the whole timeline, so that the future is at
//! hand where a law reaches into it. Where those comments leave a choice, the choice stands here as a comment that
//! begins with "Reading:".

#![allow(dead_code, unreachable_pub, reason = "each test that includes this module uses its own part of it")]

use std::collections::BTreeMap;
use std::path::PathBuf;

use stemwright_core::{Automation, Insert, Layout, PanLaw, Session, Strip, Tap, Target};

mod align;
mod clips;
mod compressor;
mod control;
mod convolution;
mod de_esser;
mod delay;
mod dynamic_eq;
mod eq;
mod fader;
mod gate;
mod inserts;
mod layout;
mod limiter;
mod multiband;
mod oversampling;
mod reverb;
mod routing;
mod saturation;
mod sweep;
mod transient;
mod trapezoid;
mod twofold;
mod warps;
mod width;

use control::{GRID, Line, Moves, factor};
use fader::{Fader, mono_pan, pan_law, placed, unmuted};
use inserts::{Slot, reach, through};
use layout::{Signal, add, brought, channels, sides, silence};
use routing::{Edge, Place};

/// A sound file: 1, 2, 6 or 8 channels of equal length; an impulse response: 1, 2 or 4.
#[derive(Debug, Clone, PartialEq)]
pub struct Source {
    pub channels: Vec<Vec<f64>>,
}

/// The files of a session, by the path that its clips and convolution reverbs name.
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
    /// Centre and surrounds are folded down with ½.
    FoldFactor,
    /// The surrounds of 5.1 are the rear pair of 7.1.
    SurroundsRear,
    /// Mid and side are L+R and L−R.
    MidSideUnscaled,
    /// The pan moves the middle channels as well as both sides.
    MiddlePanned,
    /// LFE goes through stereo units as the centre does.
    LfeThroughStereoUnits,
    /// Every fade is linear.
    FadesLinear,
    /// Cross-fades are linear.
    CrossfadeLinear,
    /// A track's delay makes it sound earlier.
    TrackDelayEarlier,
    /// The gain of a group counts twice.
    VcaTwice,
    /// Solo silences what is solo-safe.
    SoloSafeForgotten,
    /// Between two points the shape is that of the second one.
    ShapeOfNextPoint,
    /// Moving mutes do not silence the pre tap.
    MuteAfterPreTap,
    /// The bands of a multiband compressor do not go through the all-passes of higher crossovers.
    BandsOutOfPhase,
    /// A dynamic equaliser hears itself even where it has a key.
    DynamicEqDeaf,
    /// The right side of an impulse response is taken for the left one, or what one side makes the other hear.
    ConvolutionCrossed,
    /// Right is no way ahead of left in a chorus or phaser.
    SweepPhaseForgotten,
    /// Time alignment leaves out the part of a frame.
    AlignWholeFrames,
}

impl Mutant {
    /// All of them.
    pub const ALL: [Self; 24] = [
        Self::SendTapSwapped,
        Self::PanLawSwapped,
        Self::KeyOneFrameLate,
        Self::LimiterOneFrameLate,
        Self::LatencyForgotten,
        Self::LookAheadForgotten,
        Self::AutomationLate,
        Self::FoldFactor,
        Self::SurroundsRear,
        Self::MidSideUnscaled,
        Self::MiddlePanned,
        Self::LfeThroughStereoUnits,
        Self::FadesLinear,
        Self::CrossfadeLinear,
        Self::TrackDelayEarlier,
        Self::VcaTwice,
        Self::SoloSafeForgotten,
        Self::ShapeOfNextPoint,
        Self::MuteAfterPreTap,
        Self::BandsOutOfPhase,
        Self::DynamicEqDeaf,
        Self::ConvolutionCrossed,
        Self::SweepPhaseForgotten,
        Self::AlignWholeFrames,
    ];
}

/// What is heard.
#[derive(Debug, Clone, PartialEq)]
pub struct Interpreted {
    /// The master's input, in its layout.
    pub mix: Signal,
    /// After the master's inserts and gain.
    pub master: Signal,
    /// The first frame on which a gate's level was within [`gate::NEAR`] of what it was compared with: a correct
    /// computation might have decided otherwise.
    pub undecided: Option<i64>,
    /// How many frames from the first one on no such decision can have touched.
    pub decided: usize,
}

impl Interpreted {
    /// Left and right of a stereo mix.
    pub fn sides(self) -> [Vec<f64>; 2] {
        self.mix.try_into().expect("the master is stereo")
    }
}

/// Plays `frames` frames of a session from `start` on, with all state zero before it.
///
/// `start` is a multiple of 32, no clip starts before it, and outputs, sends and keys have no cycle.
///
/// # Panics
/// On a session that names a strip, VCA or file that is not there, or whose strips hear themselves.
pub fn interpret(
    session: &Session,
    sources: &Sources,
    start: i64,
    frames: usize,
    mutant: Option<Mutant>,
) -> Interpreted {
    let (session, sources) = &warps::unwarped(session, sources);
    let strips = routing::strips(session);
    let edges = routing::edges(session, &strips, mutant);
    let order = routing::order(&strips, &edges);
    // Filters ring ahead into the frames before `start`, and laws look at frames after the end.
    let reach = longest_reach(session, &strips, &edges, &order);
    let margin = (reach / GRID + 2) * GRID;
    let mut world = World {
        session,
        sources,
        layouts: (0..strips.len()).map(|place| routing::layout_of(session, sources, place)).collect(),
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
    let cut = |signal: Signal| -> Signal {
        signal.iter().map(|channel| channel[margin as usize..][..frames].to_vec()).collect()
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
    /// Of the strip's layout, where that is not M-S: then it is stereo.
    pre: Signal,
    /// Stereo on a mono strip, too.
    post: Signal,
}

/// All strips, played one after the other.
struct World<'a> {
    session: &'a Session,
    sources: &'a Sources,
    strips: &'a [&'a Strip],
    layouts: Vec<Layout>,
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
        let (mut layout, mutant) = (self.layouts[place], self.mutant);
        let mut signal = match self.session.tracks.get(place) {
            Some(track) => clips::play(track, self.sources, layout, self.begin, self.frames, mutant),
            None => self.arrived(Some(place)),
        };
        if strip.inverted {
            signal.iter_mut().flatten().for_each(|x| *x = -*x);
        }
        let mut pre = self.through(&strip.inserts, &strip.automation, layout, signal);
        if layout == Layout::MidSide {
            pre = brought(&pre, layout, Layout::Stereo, mutant);
            layout = Layout::Stereo;
        }
        let begin = self.begin - self.late(&strip.inserts);
        let unmuted = unmuted(Moves { automation: &strip.automation, mutant }, begin, self.frames);
        let muted_too_late = mutant == Some(Mutant::MuteAfterPreTap);
        if let Some(by) = unmuted.as_ref().filter(|_| !muted_too_late) {
            multiply(&mut pre, by);
        }

        let law = pan_law(self.session, strip, mutant);
        let pan_law = if layout == Layout::Mono { law } else { PanLaw::Balance };
        let sides_placed = strip.sides.filter(|_| layout == Layout::Stereo).map(|places| {
            let vcas = routing::groups(self.session, &strip.vcas);
            placed(strip, places, law, &vcas, mutant, (begin, self.frames))
        });
        let mut fader = Fader::of_strip(strip, pan_law, routing::groups(self.session, &strip.vcas), mutant);
        let mut post = match layout {
            Layout::Mono => vec![pre[0].clone(), pre[0].clone()],
            _ => pre.clone(),
        };
        let sides = if layout == Layout::Mono { &[-1, 1] } else { sides(layout) };
        for (n, frame) in (0..self.frames).zip(begin..) {
            if let Some(by) = &sides_placed {
                let ([left, right], [ll, lr, rl, rr]) = ([post[0][n], post[1][n]], by[n]);
                (post[0][n], post[1][n]) = (left * ll + right * rl, left * lr + right * rr);
                continue;
            }
            let [left, mut middle, right] = fader.at(frame);
            if mutant == Some(Mutant::MiddlePanned) {
                middle = left.min(right);
            }
            for (channel, side) in post.iter_mut().zip(sides) {
                channel[n] *= match side {
                    -1 => left,
                    0 => middle,
                    _ => right,
                };
            }
        }
        if let Some(by) = unmuted.as_ref().filter(|_| muted_too_late) {
            multiply(&mut post, by);
        }

        let taps = Taps { pre, post };
        for edge in self.edges.iter().filter(|edge| edge.from == place && edge.heard) {
            let (carried, from) = self.carried(edge, &taps, layout, begin);
            let to = self.layout_at(edge.to);
            let sum = self.inputs.entry(edge.to).or_insert_with(|| silence(channels(to), self.frames));
            add(sum, &brought(&carried, from, to, mutant));
        }
        if keyed {
            self.taps.insert(place, taps);
        }
    }

    /// The layout of a bus, a return or the master.
    fn layout_at(&self, place: Option<Place>) -> Layout {
        place.map_or(self.session.master.layout, |place| self.layouts[place])
    }

    /// What a main output or send takes to where it goes, and its layout. `layout` is that of the pre tap.
    fn carried(&self, edge: &Edge, taps: &Taps, layout: Layout, begin: i64) -> (Signal, Layout) {
        let after = if layout == Layout::Mono { Layout::Stereo } else { layout };
        let Some((send, tap)) = edge.send else { return (taps.post.clone(), after) };
        let strip = self.strips[edge.from];
        let swapped = self.mutant == Some(Mutant::SendTapSwapped);
        let mut signal = match ((tap == Tap::Pre) != swapped, layout) {
            (true, Layout::Mono) => {
                let placed = mono_pan(strip.sends[send].pan, pan_law(self.session, strip, self.mutant));
                placed.iter().map(|by| taps.pre[0].iter().map(|x| by * x).collect()).collect()
            }
            (true, _) => taps.pre.clone(),
            (false, _) => taps.post.clone(),
        };
        // What was mono is in its place already.
        if layout != Layout::Mono || (tap == Tap::Pre) == swapped {
            let [left, right] = mono_pan(strip.sends[send].pan, PanLaw::Balance);
            for (channel, side) in signal.iter_mut().zip(sides(after)) {
                let by = [left, 1.0, right][(side + 1) as usize];
                channel.iter_mut().for_each(|x| *x *= by);
            }
        }
        let moves = Moves { automation: &strip.automation, mutant: self.mutant };
        let mut gain = Line::new(moves.moves(Target::Send(send)));
        let mut by =
            |frame| gain.at(frame, |at| [factor(moves.read(Target::Send(send), strip.sends[send].gain.0, at))])[0];
        multiply(&mut signal, &(begin..).take(self.frames).map(&mut by).collect::<Vec<f64>>());
        (signal, after)
    }

    /// The mix and the master.
    fn play_master(&mut self) -> (Signal, Signal) {
        let master = &self.session.master;
        let mix = self.arrived(None);
        let mut done = self.through(&master.inserts, &master.automation, master.layout, mix.clone());
        let mut fader = Fader::of_master(master.gain.0, &master.automation, self.mutant);
        let timeline = self.begin - self.late(&master.inserts)..;
        multiply(&mut done, &timeline.take(self.frames).map(|frame| fader.at(frame)[1]).collect::<Vec<f64>>());
        (mix, done)
    }

    fn arrived(&mut self, at: Option<Place>) -> Signal {
        let channels = channels(self.layout_at(at));
        self.inputs.remove(&at).unwrap_or_else(|| silence(channels, self.frames))
    }

    fn through(&mut self, inserts: &[Insert], automation: &[Automation], layout: Layout, signal: Signal) -> Signal {
        let mut signal = signal;
        for (place, insert) in inserts.iter().enumerate().filter(|(_, insert)| !insert.bypass) {
            let slot = Slot {
                rate: f64::from(self.session.rate.hz()),
                sources: self.sources,
                tempo: self.session.tempo,
                begin: self.begin,
                place,
                moves: Moves { automation, mutant: self.mutant },
                layout,
                mutant: self.mutant,
            };
            let (after, undecided) = through(slot, &insert.unit, signal, self.key(insert));
            signal = after;
            self.undecided = self.undecided.into_iter().chain(undecided).min();
        }
        signal
    }

    /// What the side-chain of an insert carries, where it has one, in the tap's own channels; from a muted strip it is
    /// silence.
    fn key(&self, insert: &Insert) -> Option<Signal> {
        let key = insert.unit.key()?;
        let place = routing::place_of(self.strips, &key.from);
        let taps = &self.taps[&place];
        let tap = match key.tap {
            Tap::Pre => &taps.pre,
            Tap::Post => &taps.post,
        };
        let mut signal = match routing::muted(self.session, self.strips[place]) {
            true => silence(tap.len(), self.frames),
            false => tap.clone(),
        };
        if self.mutant == Some(Mutant::KeyOneFrameLate) {
            signal.iter_mut().for_each(|channel| channel.rotate_right(1));
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

/// Every channel by a factor that moves.
fn multiply(signal: &mut Signal, by: &[f64]) {
    for channel in signal {
        channel.iter_mut().zip(by).for_each(|(x, by)| *x *= by);
    }
}

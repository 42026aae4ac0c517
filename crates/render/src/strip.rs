//! A strip at work: input, inserts, fader, and what others take from it.

use crate::graph::{Edge, Graph, Node};
use crate::player::Player;
use crate::route::{Route, add, put};
use crate::signal::{Heard, Signal, Wave};
use crate::slot::{Bay, Slot, multiply};
use crate::{EngineError, Fault};
use stemwright_audio::Media;
use stemwright_core::{Automation, Db, Layout, PanLaw, Session, Strip, Tap, Target};
use stemwright_dsp::{Controller, Controls, balance, pan_factors, runs};

/// Where a strip is: its level and its place in it.
pub(crate) type Place = (usize, usize);

pub(crate) struct StripRun<'m> {
    inputs: Inputs,
    player: Option<Player<'m>>,
    inverted: bool,
    slots: Vec<Slot>,
    /// Whether its inserts work on mid and side.
    mid_side: bool,
    /// A factor before the pre tap, where mute moves.
    mute: Option<Controller>,
    fader: Controller,
    /// Whether left and right have places of their own.
    sides: bool,
    /// How late its input and its taps are.
    late: [i64; 2],
}

/// What a strip gives to others: apart from the strip, because others read it on their own threads.
pub(crate) struct Taps {
    /// After the inserts.
    pre: Signal,
    /// After gain and pan; `None` where nobody takes what is before: then the fader works in place.
    post: Option<Signal>,
}

impl Taps {
    /// Buffers for a strip whose pre tap others take or do not.
    pub(crate) fn new(node: &Node<'_>, taken: [bool; 2], block: usize) -> Self {
        let lanes = lanes(node);
        let [pre, post] = node.late.kept;
        let channels = [node.layout.channels(), node.tap(Tap::Post).channels()];
        let signal = |channels, kept| Signal::new(channels, lanes, block).keeping(kept);
        if !taken[0] && channels[0] == channels[1] {
            return Self { pre: signal(channels[0], post), post: None };
        }
        Self { pre: signal(channels[0], pre), post: Some(signal(channels[1], post)) }
    }

    /// Silences the block at hand.
    pub(crate) fn begin(&mut self, frames: usize) {
        self.signals_mut().for_each(|signal| signal.waves_mut().for_each(|wave| wave.clear(frames)));
    }

    /// Puts a piece of one channel of a wave into the block at hand.
    pub(crate) fn put(&mut self, tap: Tap, wave: usize, channel: usize, at: usize, piece: &[f64]) {
        let signal = match (tap, &mut self.post) {
            (Tap::Post, Some(post)) => post,
            _ => &mut self.pre,
        };
        let Some(wave) = signal.waves_mut().nth(wave) else { return };
        wave.silent &= piece.iter().all(|&x| x == 0.0);
        wave.channels[channel][at..at + piece.len()].copy_from_slice(piece);
    }

    /// Notes the block that is complete, for those who need it later.
    pub(crate) fn keep(&mut self, frames: usize) {
        self.signals_mut().for_each(|signal| signal.keep(frames));
    }

    /// What others take there.
    pub(crate) fn at(&self, tap: Tap) -> &Signal {
        match (tap, &self.post) {
            (Tap::Post, Some(post)) => post,
            _ => &self.pre,
        }
    }

    fn signals(&self) -> impl Iterator<Item = &Signal> {
        std::iter::once(&self.pre).chain(&self.post)
    }

    fn signals_mut(&mut self) -> impl Iterator<Item = &mut Signal> {
        std::iter::once(&mut self.pre).chain(&mut self.post)
    }

    /// Whether nothing is kept for others but exact zeros.
    pub(crate) fn is_at_rest(&self) -> bool {
        self.signals().all(Signal::is_at_rest)
    }

    /// For how many more frames something audible is kept for others.
    pub(crate) fn pending(&self) -> u64 {
        self.signals().map(Signal::pending).max().unwrap_or(0)
    }
}

/// How many lanes are kept apart from the signal.
fn lanes(node: &Node<'_>) -> usize {
    if node.split { node.lanes.len() } else { 0 }
}

/// What a strip or the master adds up.
pub(crate) struct Inputs(Vec<Input>);

struct Input {
    from: Place,
    tap: Tap,
    /// How much earlier it is ready.
    ago: usize,
    /// Which channel goes where.
    route: Route,
    /// Its factors times the gain of a send, where that moves.
    gain: Option<Controller>,
    /// Whether it is added as it is.
    plain: bool,
    /// Which wave of the source goes into which lane: the whole, 0, where it is its own lane.
    lanes: Vec<(usize, usize)>,
}

impl<'m> StripRun<'m> {
    pub(crate) fn new(
        node: &Node<'m>,
        graph: &Graph<'m>,
        places: &[Place],
        media: &'m dyn Media,
        block: usize,
        fault: Option<Fault>,
    ) -> Self {
        let (strip, session) = (node.strip, graph.session);
        let lanes = lanes(node);
        let bay = Bay {
            session,
            layout: node.layout,
            lanes,
            block,
            fault,
            places,
            nodes: &graph.nodes,
            impulses: &graph.impulses,
        };
        Self {
            inputs: Inputs::new(&node.inputs, node.layout, (&node.lanes, node.split), node.late.input, graph, places),
            player: (!node.clips.is_empty()).then(|| Player::new(media, &strip.name, session.rate, node.clips.clone())),
            inverted: strip.inverted,
            slots: bay.slots(&strip.inserts, &node.late, &node.keys, &strip.automation),
            mid_side: node.layout == Layout::MidSide,
            mute: mute(strip),
            fader: fader(node, session),
            sides: has_sides(node),
            late: [node.late.input as i64, node.late.output as i64],
        }
    }

    /// Computes a block into `taps` from those of earlier levels. `now` is the frame that would be rendered if nothing
    /// were late.
    pub(crate) fn process(
        &mut self,
        now: i64,
        frames: usize,
        taps: &mut Taps,
        done: &[Vec<Taps>],
    ) -> Result<(), EngineError> {
        let Taps { pre, post } = taps;
        let [start, end] = self.late.map(|late| now - late);
        match &mut self.player {
            Some(player) if self.inputs.0.is_empty() => {
                pre.lanes.iter_mut().for_each(|lane| lane.clear(frames));
                player.play_alone(start, frames, &mut pre.whole)?;
            }
            Some(player) => {
                self.inputs.sum(start, frames, pre, done);
                player.play(start, frames, &mut pre.whole)?;
            }
            None => self.inputs.sum(start, frames, pre, done),
        }
        if self.inverted {
            for wave in pre.waves_mut().filter(|wave| !wave.silent) {
                wave.slices_mut(frames).into_iter().flatten().for_each(|x| *x = -*x);
            }
        }
        for slot in &mut self.slots {
            slot.process(now, frames, pre, done);
        }
        if self.mid_side {
            pre.waves_mut().filter(|wave| !wave.silent).for_each(|wave| decode(wave, frames));
        }
        if let Some(mute) = &mut self.mute {
            let controls = mute.block(end, frames);
            pre.waves_mut().for_each(|wave| multiply(wave, end, frames, controls));
        }
        let controls = self.fader.block(end, frames);
        let turn = |wave: &mut Wave| match self.sides {
            true => cross(wave, end, frames, controls),
            false => multiply(wave, end, frames, controls),
        };
        let Some(post) = post else {
            pre.waves_mut().for_each(turn);
            taps.keep(frames);
            return Ok(());
        };
        for (pre, post) in pre.waves_mut().zip(post.waves_mut()) {
            post.silent = pre.silent;
            for (c, channel) in post.channels.iter_mut().enumerate() {
                channel[..frames].copy_from_slice(&pre.channels[c.min(pre.channels.len() - 1)][..frames]);
            }
            turn(post);
        }
        taps.keep(frames);
        Ok(())
    }

    /// Whether nothing comes out of it any more unless something goes in.
    pub(crate) fn is_silent(&self) -> bool {
        self.player.as_ref().is_none_or(Player::has_ended) && self.slots.iter().all(Slot::is_silent)
    }

    /// The strips that go into it.
    pub(crate) fn sources(&self) -> impl Iterator<Item = Place> {
        self.inputs.0.iter().map(|input| input.from)
    }

    pub(crate) fn pending(&self) -> u64 {
        self.slots.iter().map(Slot::pending).max().unwrap_or(0)
    }
}

/// Mid and side become left and right.
fn decode(wave: &mut Wave, frames: usize) {
    let [mid, side] = wave.channels.as_mut_slice() else { return };
    for (mid, side) in mid[..frames].iter_mut().zip(&mut side[..frames]) {
        (*mid, *side) = (*mid + *side, *mid - *side);
    }
}

/// 0 where it is muted, where that moves.
fn mute(strip: &Strip) -> Option<Controller> {
    let moves = strip.automation.iter().find(|a| a.target == Target::Mute)?.clone();
    Some(Controller::new(1, true, move |frame, values| values[0] = f64::from(u8::from(moves.value(frame) < 0.5))))
}

/// Whether left and right of a strip have places of their own.
fn has_sides(node: &Node<'_>) -> bool {
    node.strip.sides.is_some() && matches!(node.layout, Layout::Stereo | Layout::MidSide)
}

/// Left and right, each placed by itself: controls are left → left, left → right, right → left, right → right.
fn cross(wave: &mut Wave, start: i64, frames: usize, controls: Controls<'_>) {
    let [left, right] = wave.channels.as_mut_slice() else { return };
    if wave.silent {
        return;
    }
    for run in runs(start, frames) {
        let pair = left[run.range()].iter_mut().zip(&mut right[run.range()]);
        for (i, (left, right)) in pair.enumerate() {
            let [ll, lr, rl, rr] = [0, 1, 2, 3].map(|which| controls.value(run, i, which));
            (*left, *right) = (*left * ll + *right * rl, *left * lr + *right * rr);
        }
    }
}

/// Gain times pan, for each channel of the post tap; of a strip with sides, as [`cross`] has them.
fn fader(node: &Node<'_>, session: &Session) -> Controller {
    let strip = node.strip;
    let moves = |target| strip.automation.iter().find(|a| a.target == target).cloned();
    let (gain, pan) = (moves(Target::Gain), moves(Target::Pan));
    let groups =
        node.vcas.iter().map(|vca| (vca.gain, vca.automation.iter().find(|a| a.target == Target::Gain).cloned()));
    let groups: Vec<(Db, Option<Automation>)> = groups.collect();
    let (law, fixed_gain, fixed_pan) = (law(strip, session), strip.gain, strip.pan);
    let (layout, post) = (node.layout, node.tap(Tap::Post));
    let sides = strip.sides.filter(|_| has_sides(node));
    let side_moves = [0, 1].map(|side| moves(Target::Side(side)).filter(|_| sides.is_some()));
    let width = if sides.is_some() { 4 } else { post.channels() };
    let sides_move = side_moves.iter().any(Option::is_some);
    let moving = gain.is_some() || pan.is_some() || sides_move || groups.iter().any(|(_, moves)| moves.is_some());
    Controller::new(width, moving, move |frame, values| {
        let at = |fixed: Db, moves: &Option<Automation>| moves.as_ref().map_or(fixed, |a| Db(a.value(frame))).0;
        let gain = groups.iter().fold(at(fixed_gain, &gain), |sum, (fixed, moves)| sum + at(*fixed, moves));
        let gain = Db(gain).factor();
        if let Some(fixed) = sides {
            for side in [0, 1] {
                let place = side_moves[side].as_ref().map_or(fixed[side], |moves| moves.value(frame));
                let factors = pan_factors(law, place);
                values[2 * side] = gain * factors[0];
                values[2 * side + 1] = gain * factors[1];
            }
            return;
        }
        let pan = pan.as_ref().map_or(fixed_pan, |a| a.value(frame));
        let [left, right] = if layout == Layout::Mono { pan_factors(law, pan) } else { balance(pan) };
        for (channel, value) in values.iter_mut().enumerate() {
            *value = match post.side(channel) {
                -1 => gain * left,
                1 => gain * right,
                _ => gain,
            };
        }
    })
}

fn law(strip: &Strip, session: &Session) -> PanLaw {
    strip.pan_law.unwrap_or(session.pan_law)
}

/// A gain, once for each of these factors.
pub(crate) fn plain_gain(fixed: Db, target: Target, automation: &[Automation], factors: Vec<f64>) -> Controller {
    let moves = automation.iter().find(|a| a.target == target).cloned();
    Controller::new(factors.len(), moves.is_some(), move |frame, values| {
        let gain = moves.as_ref().map_or(fixed, |a| Db(a.value(frame))).factor();
        values.iter_mut().zip(&factors).for_each(|(value, factor)| *value = gain * factor);
    })
}

/// Which wave of a source goes into which lane of a strip with these stems; none where it has no lanes of its own.
pub(crate) fn lane_map(source: &Node<'_>, lanes: &[usize], split: bool) -> Vec<(usize, usize)> {
    let lane = |(number, stem): (usize, &usize)| {
        let into = lanes.iter().position(|lane| lane == stem)?;
        Some((if source.split { number + 1 } else { 0 }, into))
    };
    if split { source.lanes.iter().enumerate().filter_map(lane).collect() } else { Vec::new() }
}

impl Inputs {
    /// To a strip of a layout, which is `late`; `lanes` are its stems, and whether it has buffers for them.
    pub(crate) fn new(
        edges: &[Edge],
        layout: Layout,
        (lanes, split): (&[usize], bool),
        late: usize,
        graph: &Graph<'_>,
        places: &[Place],
    ) -> Self {
        let input = |edge: &Edge| {
            let node = &graph.nodes[edge.from];
            let tap = edge.tap(&graph.nodes);
            let pan = edge.send.map_or(0.0, |number| node.strip.sends[number].pan);
            let route = match node.tap(tap) {
                Layout::Mono => Route::panned(pan_factors(law(node.strip, graph.session), pan), layout),
                tap if pan != 0.0 => {
                    let [left, right] = balance(pan);
                    Route::new(tap, layout).balanced(|channel| match tap.side(channel) {
                        -1 => left,
                        1 => right,
                        _ => 1.0,
                    })
                }
                tap => Route::new(tap, layout),
            };
            let gain = edge.send.map(|number| {
                let fixed = node.strip.sends[number].gain;
                plain_gain(fixed, Target::Send(number), &node.strip.automation, route.factors.clone())
            });
            let lanes = lane_map(node, lanes, split);
            let plain = gain.is_none() && route.is_straight(node.tap(tap).channels(), layout.channels());
            Input { from: places[edge.from], tap, ago: late - node.late.output, route, gain, plain, lanes }
        };
        Self(edges.iter().map(input).collect())
    }

    /// Adds everything up in `into`.
    pub(crate) fn sum(&mut self, start: i64, frames: usize, into: &mut Signal, done: &[Vec<Taps>]) {
        if self.0.iter().all(|input| input.plain) {
            return self.sum_plain(frames, into, done);
        }
        into.waves_mut().for_each(|wave| wave.silent = true);
        for input in &mut self.0 {
            let source = done[input.from.0][input.from.1].at(input.tap);
            let controls = match &mut input.gain {
                Some(gain) => gain.block(start, frames),
                None => Controls::fixed(&input.route.factors),
            };
            let cells = &input.route.cells;
            let add_up = |from: Heard<'_>, to: &mut Wave| {
                if from.silent {
                    return;
                }
                // What comes first is written over what was there.
                let first = std::mem::replace(&mut to.silent, false);
                for (sum, cells) in to.channels.iter_mut().zip(cells) {
                    let sum = &mut sum[..frames];
                    if first && (cells.is_empty() || controls.is_moving()) {
                        sum.fill(0.0);
                    }
                    for (number, &(channel, factor)) in cells.iter().enumerate() {
                        let x = from.channels[channel];
                        if controls.is_moving() {
                            for run in runs(start, frames) {
                                for (i, n) in run.range().enumerate() {
                                    sum[n] += x[n] * controls.value(run, i, factor);
                                }
                            }
                        } else if first && number == 0 {
                            put(sum, x, controls.first()[factor]);
                        } else {
                            add(sum, x, controls.first()[factor]);
                        }
                    }
                }
            };
            add_up(source.heard(0, input.ago, frames), &mut into.whole);
            for &(from, to) in &input.lanes {
                add_up(source.heard(from, input.ago, frames), &mut into.lanes[to]);
            }
        }
        into.waves_mut().filter(|wave| wave.silent).for_each(|wave| wave.clear(frames));
    }

    /// [`Self::sum`] where all are added as they are: all at once, so that a sum is written once.
    fn sum_plain(&self, frames: usize, into: &mut Signal, done: &[Vec<Taps>]) {
        let mut sources: Vec<Vec<Heard<'_>>> = into.waves_mut().map(|_| Vec::new()).collect();
        for input in &self.0 {
            let source = done[input.from.0][input.from.1].at(input.tap);
            let lanes = input.lanes.iter().map(|&(from, to)| (from, 1 + to));
            for (from, to) in std::iter::once((0, 0)).chain(lanes) {
                let heard = source.heard(from, input.ago, frames);
                if !heard.silent {
                    sources[to].push(heard);
                }
            }
        }
        for (wave, sources) in into.waves_mut().zip(sources) {
            wave.silent = sources.is_empty();
            if wave.silent {
                wave.clear(frames);
                continue;
            }
            for (c, sum) in wave.channels.iter_mut().enumerate() {
                let channels: Vec<&[f64]> = sources.iter().map(|source| source.channels[c]).collect();
                stemwright_simd::sum(&mut sum[..frames], &channels);
            }
        }
    }
}

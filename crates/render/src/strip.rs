//! A strip at work: input, inserts, fader, and what others take from it.

use crate::graph::{Edge, Graph, Node};
use crate::player::Player;
use crate::signal::{Heard, Signal, Wave};
use crate::slot::{Bay, Slot, multiply};
use crate::{EngineError, Fault};
use stemwright_audio::Media;
use stemwright_core::{Automation, Db, PanLaw, Session, Strip, Tap, Target};
use stemwright_dsp::{Controller, balance, pan_factors, runs};

/// Where a strip is: its level and its place in it.
pub(crate) type Place = (usize, usize);

pub(crate) struct StripRun<'m> {
    inputs: Inputs,
    player: Option<Player<'m>>,
    inverted: bool,
    slots: Vec<Slot>,
    fader: Controller,
    /// How late its input and its taps are.
    late: [i64; 2],
}

/// What a strip gives to others: apart from the strip, because others read it on their own threads.
pub(crate) struct Taps {
    /// After the inserts.
    pre: Signal,
    /// After gain and pan.
    post: Signal,
}

impl Taps {
    pub(crate) fn new(node: &Node<'_>, block: usize) -> Self {
        let lanes = lanes(node);
        let [pre, post] = node.late.kept;
        Self {
            pre: Signal::new(node.channels, lanes, block).keeping(pre),
            post: Signal::new(2, lanes, block).keeping(post),
        }
    }

    pub(crate) fn at(&self, tap: Tap) -> &Signal {
        match tap {
            Tap::Pre => &self.pre,
            Tap::Post => &self.post,
        }
    }

    /// For how many more frames something audible is kept for others.
    pub(crate) fn pending(&self) -> u64 {
        self.pre.pending().max(self.post.pending())
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
    /// The factors left and right of a send; a main output has none.
    gain: Option<Controller>,
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
        let bay = Bay { session, channels: node.channels, lanes, block, fault, places, nodes: &graph.nodes };
        Self {
            inputs: Inputs::new(&node.inputs, &node.lanes, node.split, node.late.input, graph, places),
            player: (!node.clips.is_empty())
                .then(|| Player::new(media, &strip.name, session.rate, node.clips.clone(), block)),
            inverted: strip.inverted,
            slots: bay.slots(&strip.inserts, &node.late, &node.keys, &strip.automation),
            fader: fader(strip, session, node.channels),
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
        self.inputs.sum(start, frames, pre, done);
        if let Some(player) = &mut self.player {
            player.play(start, frames, &mut pre.whole)?;
        }
        if self.inverted {
            for wave in pre.waves_mut().filter(|wave| !wave.silent) {
                wave.slices_mut(frames).into_iter().flatten().for_each(|x| *x = -*x);
            }
        }
        for slot in &mut self.slots {
            slot.process(now, frames, pre, done);
        }
        let controls = self.fader.block(end, frames);
        for (pre, post) in pre.waves_mut().zip(post.waves_mut()) {
            post.silent = pre.silent;
            for (c, channel) in post.channels.iter_mut().enumerate() {
                channel[..frames].copy_from_slice(&pre.channels[c.min(pre.channels.len() - 1)][..frames]);
            }
            multiply(post, end, frames, controls);
        }
        pre.keep(frames);
        post.keep(frames);
        Ok(())
    }

    pub(crate) fn pending(&self) -> u64 {
        self.slots.iter().map(Slot::pending).max().unwrap_or(0)
    }
}

/// Gain times pan, left and right.
fn fader(strip: &Strip, session: &Session, channels: usize) -> Controller {
    let moves = |target| strip.automation.iter().find(|a| a.target == target).cloned();
    let (gain, pan) = (moves(Target::Gain), moves(Target::Pan));
    let (law, fixed_gain, fixed_pan) = (law(strip, session), strip.gain, strip.pan);
    Controller::new(2, gain.is_some() || pan.is_some(), move |frame, values| {
        let gain = gain.as_ref().map_or(fixed_gain, |a| Db(a.value(frame))).factor();
        let pan = pan.as_ref().map_or(fixed_pan, |a| a.value(frame));
        let sides = if channels == 1 { pan_factors(law, pan) } else { balance(pan) };
        values.copy_from_slice(&sides.map(|side| gain * side));
    })
}

fn law(strip: &Strip, session: &Session) -> PanLaw {
    strip.pan_law.unwrap_or(session.pan_law)
}

/// The master's fader, or any gain without pan.
pub(crate) fn plain_gain(fixed: Db, target: Target, automation: &[Automation], sides: [f64; 2]) -> Controller {
    let moves = automation.iter().find(|a| a.target == target).cloned();
    Controller::new(2, moves.is_some(), move |frame, values| {
        let gain = moves.as_ref().map_or(fixed, |a| Db(a.value(frame))).factor();
        values.copy_from_slice(&sides.map(|side| gain * side));
    })
}

impl Inputs {
    /// `lanes` are the stems of the destination, which is `late`; it has buffers for them where it is `split`.
    pub(crate) fn new(
        edges: &[Edge],
        lanes: &[usize],
        split: bool,
        late: usize,
        graph: &Graph<'_>,
        places: &[Place],
    ) -> Self {
        let input = |edge: &Edge| {
            let node = &graph.nodes[edge.from];
            let tap = edge.tap(&graph.nodes);
            let gain = edge.send.map(|number| {
                let sides = match (tap, node.channels) {
                    (Tap::Pre, 1) => pan_factors(law(node.strip, graph.session), 0.0),
                    _ => [1.0, 1.0],
                };
                let fixed = node.strip.sends[number].gain;
                plain_gain(fixed, Target::Send(number), &node.strip.automation, sides)
            });
            let lane = |(source, stem): (usize, &usize)| {
                let into = lanes.iter().position(|lane| lane == stem)?;
                Some((if node.split { source + 1 } else { 0 }, into))
            };
            let lanes = if split { node.lanes.iter().enumerate().filter_map(lane).collect() } else { Vec::new() };
            Input { from: places[edge.from], tap, ago: late - node.late.output, gain, lanes }
        };
        Self(edges.iter().map(input).collect())
    }

    /// Clears `into` and adds everything up.
    pub(crate) fn sum(&mut self, start: i64, frames: usize, into: &mut Signal, done: &[Vec<Taps>]) {
        into.waves_mut().for_each(|wave| wave.clear(frames));
        for input in &mut self.0 {
            let source = done[input.from.0][input.from.1].at(input.tap);
            let controls = input.gain.as_mut().map(|gain| gain.block(start, frames));
            let add = |from: Heard<'_>, to: &mut Wave| {
                if from.silent {
                    return;
                }
                to.silent = false;
                for (c, sum) in to.channels.iter_mut().enumerate() {
                    let (sum, x) = (&mut sum[..frames], from.channels[c.min(from.channels.len() - 1)]);
                    match controls {
                        None => sum.iter_mut().zip(x).for_each(|(sum, x)| *sum += x),
                        Some(controls) if !controls.is_moving() => {
                            let factor = controls.first()[c];
                            sum.iter_mut().zip(x).for_each(|(sum, x)| *sum += x * factor);
                        }
                        Some(controls) => {
                            for run in runs(start, frames) {
                                for (i, n) in run.range().enumerate() {
                                    sum[n] += x[n] * controls.value(run, i, c);
                                }
                            }
                        }
                    }
                }
            };
            add(source.heard(0, input.ago, frames), &mut into.whole);
            for &(from, to) in &input.lanes {
                add(source.heard(from, input.ago, frames), &mut into.lanes[to]);
            }
        }
    }
}

//! `Session` → `Graph`: names resolved, sources probed, loops refused, what is heard decided, stems assigned.

use crate::clips::{PlacedClip, place};
use crate::impulses::Impulses;
use crate::vcas::Groups;
use crate::{GraphError, Late, audibility, folds, latency, membership};
use std::collections::HashMap;
use stemwright_audio::Media;
use stemwright_core::{CONTROL_GRID, Finding, Layout, Role, Session, Severity, Strip, Tap, Track, Vca};

/// A session whose every name and file is resolved. Nodes stand in the order of their names, which is the order in
/// which sums are made: nothing depends on the order in which the session lists them.
pub struct Graph<'s> {
    /// The session it was made from.
    pub session: &'s Session,
    /// Tracks, buses and returns.
    pub nodes: Vec<Node<'s>>,
    /// The live nodes, each after everything it hears or is keyed by.
    pub order: Vec<usize>,
    /// The printed stems, in the order of their files.
    pub stems: Vec<StemPlan>,
    /// Sums of stems that are printed beside them.
    pub extras: Vec<ExtraPlan>,
    /// Main outputs and sends that reach the master, in the order of their nodes.
    pub to_master: Vec<Edge>,
    /// The side-chain of each insert of the master that has one.
    pub master_keys: Vec<Option<KeyEdge>>,
    /// How late the master is: the longest path of all.
    pub master_late: Late,
    /// The first frame that is rendered: 0, or a multiple of [`CONTROL_GRID`] before it.
    pub start: i64,
    /// The frame after the last frame of the last clip that is heard.
    pub end: i64,
    /// What convolution reverbs play.
    pub impulses: Impulses,
    /// What was noticed.
    pub findings: Vec<Finding>,
}

/// A track, bus or return.
pub struct Node<'s> {
    /// What the session says of it.
    pub strip: &'s Strip,
    /// Its clips, earliest first; none on a bus.
    pub clips: Vec<PlacedClip<'s>>,
    /// What its inserts work on.
    pub layout: Layout,
    /// The groups that move its fader.
    pub vcas: Vec<&'s Vca>,
    /// Heard inputs, in the order in which they are summed.
    pub inputs: Vec<Edge>,
    /// The side-chain of each insert that has one.
    pub keys: Vec<Option<KeyEdge>>,
    /// The stems that reach it, ascending.
    pub lanes: Vec<usize>,
    /// Whether its lanes must be kept apart from its signal: more than one stem, or none, reaches it.
    pub split: bool,
    /// Whether it must be computed at all: the master or a key hears it.
    pub live: bool,
    /// How late it is.
    pub late: Late,
}

impl Node<'_> {
    /// What its taps are: before the fader an M-S strip is left and right again, and after it a mono strip is, too.
    pub(crate) fn tap(&self, tap: Tap) -> Layout {
        match (tap, self.layout) {
            (_, Layout::MidSide) | (Tap::Post, Layout::Mono) => Layout::Stereo,
            (_, layout) => layout,
        }
    }
}

/// A heard output or send.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Edge {
    /// The node it comes from.
    pub from: usize,
    /// Which of its sends; the main output where `None`.
    pub send: Option<usize>,
}

impl Edge {
    /// Where it takes the signal.
    pub(crate) fn tap(self, nodes: &[Node<'_>]) -> Tap {
        self.send.map_or(Tap::Post, |number| nodes[self.from].strip.sends[number].tap)
    }
}

/// A side-chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeyEdge {
    /// The node it comes from; `None` where that one is muted, which keys with silence.
    pub from: Option<usize>,
    /// Where it is taken.
    pub tap: Tap,
}

/// A stem that will be printed.
#[derive(Debug, Clone, PartialEq)]
pub struct StemPlan {
    /// Its name.
    pub name: String,
    /// What it is, where known.
    pub role: Option<Role>,
    /// `#rrggbb`.
    pub colour: Option<String>,
    /// The nodes of its tracks.
    pub tracks: Vec<usize>,
}

/// An extra file that will be printed.
#[derive(Debug, Clone, PartialEq)]
pub struct ExtraPlan {
    /// Its name.
    pub name: String,
    /// The stems that it is the sum of, ascending.
    pub stems: Vec<usize>,
}

/// Where every name is.
pub(crate) struct Names<'s> {
    pub(crate) strips: Vec<&'s Strip>,
    index: HashMap<&'s str, usize>,
}

impl<'s> Names<'s> {
    fn new(session: &'s Session) -> Result<Self, GraphError> {
        let tracks = session.tracks.iter().map(|track| &track.strip);
        let mut strips: Vec<_> = tracks.chain(session.buses.iter().map(|bus| &bus.strip)).collect();
        strips.sort_by(|a, b| a.name.cmp(&b.name));
        if let Some(pair) = strips.windows(2).find(|pair| pair[0].name == pair[1].name) {
            return Err(GraphError::DuplicateName { name: pair[0].name.clone() });
        }
        let index = strips.iter().enumerate().map(|(i, strip)| (strip.name.as_str(), i)).collect();
        Ok(Self { strips, index })
    }

    /// The node called `name`, which `by` refers to.
    pub(crate) fn find(&self, name: &str, by: &Strip) -> Result<usize, GraphError> {
        self.index.get(name).copied().ok_or_else(|| GraphError::UnknownName {
            name: name.to_owned(),
            by: by.name.clone(),
            known: self.strips.iter().map(|strip| strip.name.clone()).collect(),
        })
    }
}

impl<'s> Graph<'s> {
    /// Resolves a session and probes its files.
    pub fn new(session: &'s Session, media: &dyn Media) -> Result<Self, GraphError> {
        let names = Names::new(session)?;
        let groups = Groups::new(session)?;
        let tracks: HashMap<&str, &Track> =
            session.tracks.iter().map(|track| (track.strip.name.as_str(), track)).collect();
        // A bus carries as much as the master does, left and right at least.
        let bus = if session.master.layout == Layout::Mono { Layout::Stereo } else { session.master.layout };
        let mut findings = Vec::new();
        let mut nodes = Vec::with_capacity(names.strips.len());
        for &strip in &names.strips {
            let (clips, layout) = match tracks.get(strip.name.as_str()) {
                Some(track) => place(track, session, media, &mut findings)?,
                None => (Vec::new(), strip.layout.unwrap_or(bus)),
            };
            nodes.push(Node {
                strip,
                clips,
                layout,
                vcas: groups.of(strip)?,
                inputs: Vec::new(),
                keys: Vec::new(),
                lanes: Vec::new(),
                split: false,
                live: false,
                late: Late::default(),
            });
        }
        let impulses = Impulses::load(session, media, &mut findings)?;
        let wiring = audibility::Wiring::new(session, &names, |name| tracks.contains_key(name))?;
        let hearing = wiring.hearing(&nodes, &mut findings);
        for (to, node) in nodes.iter_mut().enumerate() {
            node.inputs = hearing.inputs[to].clone();
            node.keys = wiring.keys[to].iter().map(|key| key.map(|k| hearing.key(k))).collect();
            node.live = hearing.live[to];
        }
        let master_keys: Vec<_> = wiring.master_keys.iter().map(|key| key.map(|k| hearing.key(k))).collect();
        let order = order(&nodes);
        let master = (session.master.inserts.as_slice(), hearing.to_master.as_slice(), master_keys.as_slice());
        let master_late = latency::compensate(&mut nodes, &order, session.rate, master);
        let stems = membership::assign(session, &mut nodes, &hearing, &mut findings);
        let extras = membership::extras(session, &stems, &mut findings)?;
        membership::spread(&mut nodes, &order);
        folds::lost(session, &nodes, &hearing.to_master, &mut findings);
        let placed = || nodes.iter().filter(|node| node.live).flat_map(|node| &node.clips);
        let end = placed().map(|placed| placed.at + placed.frames as i64).max();
        let Some(end) = end.filter(|_| !stems.is_empty()) else { return Err(GraphError::Empty) };
        let first = placed().map(|placed| placed.at).min().unwrap_or(0).min(0);
        let start = first.div_euclid(CONTROL_GRID) * CONTROL_GRID;
        if start < 0 {
            findings.push(
                Finding::new(
                    Severity::Note,
                    "starts-before-bar-1",
                    format!("audio lies before bar 1: every file starts {} earlier", session.rate.clock(-start)),
                )
                .hint("place the files at this negative time, or at bar 1 minus this time"),
            );
        }
        Ok(Self {
            session,
            nodes,
            order,
            stems,
            extras,
            to_master: hearing.to_master,
            master_keys,
            master_late,
            start,
            end,
            impulses,
            findings,
        })
    }

    /// Takes the first track out of its lane, as a broken engine would: the proof must notice.
    #[doc(hidden)]
    pub fn lose_a_track(&mut self) {
        if let Some(track) = self.stems.first().and_then(|stem| stem.tracks.first()) {
            self.nodes[*track].lanes.clear();
            self.nodes[*track].split = true;
            membership::spread(&mut self.nodes, &self.order);
        }
    }
}

/// The live nodes, each after everything it hears or is keyed by. Loops were refused.
fn order(nodes: &[Node<'_>]) -> Vec<usize> {
    let sources = |node: &Node<'_>| -> Vec<usize> {
        let keys = node.keys.iter().flatten().filter_map(|key| key.from);
        node.inputs.iter().map(|edge| edge.from).chain(keys).collect()
    };
    let mut listeners = vec![Vec::new(); nodes.len()];
    let mut missing = vec![0usize; nodes.len()];
    for (to, node) in nodes.iter().enumerate().filter(|(_, node)| node.live) {
        for from in sources(node) {
            listeners[from].push(to);
            missing[to] += 1;
        }
    }
    let mut order: Vec<usize> = (0..nodes.len()).filter(|&i| nodes[i].live && missing[i] == 0).collect();
    let mut next = 0;
    while let Some(&from) = order.get(next) {
        next += 1;
        for &to in &listeners[from] {
            missing[to] -= 1;
            if missing[to] == 0 {
                order.push(to);
            }
        }
    }
    order
}

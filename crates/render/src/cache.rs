//! What was rendered once need not be rendered again: the taps of strips, kept between runs under a key of everything that
//! they are made of.
//!
//! A strip whose key is known is read instead of computed, and what feeds only such strips is not looked at at all. Taps
//! are kept as f64, bit for bit, so a set is the same bytes with and without the cache.
//!
//! The cache is a convenience and never a reason to fail: what cannot be kept is not kept, what cannot be read is
//! rendered.

mod key;
mod replay;
mod store;
mod tape;

pub(crate) use key::keys;
pub(crate) use replay::Replay;
pub(crate) use store::Store;
pub(crate) use tape::Recorder;

use crate::graph::{Graph, Node};
use crate::plan::strip_cost;
use std::path::PathBuf;
use stemwright_core::{SampleRate, Tap};

/// Where taps are kept between runs, and how much.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CacheOptions {
    /// A folder that nothing else uses.
    pub folder: PathBuf,
    /// In bytes; what was used longest ago makes room.
    pub limit: u64,
}

/// What is done with a node.
pub(crate) enum Role {
    /// It is computed; its taps are kept under the key, if it has one.
    Compute(Option<String>),
    /// Its taps are read.
    Replay(Box<Replay>),
    /// Nobody hears it.
    Idle,
}

/// Reading and keeping a stereo f64 frame costs about as much as this many nanoseconds of computing it.
const WORTH: f64 = 40.0;

/// What is to be done with every node of a graph. Without a store everything that is live is computed.
/// `end` is the frame before which the body of the files ends, `automatic` whether the tail is to be found out.
pub(crate) fn roles(graph: &Graph<'_>, store: Option<&Store>, read: bool, (end, automatic): (i64, bool)) -> Vec<Role> {
    let mut roles: Vec<Role> =
        graph.nodes.iter().map(|node| if node.live { Role::Compute(None) } else { Role::Idle }).collect();
    let Some(store) = store else { return roles };
    let (keys, taken) = (keys(graph, store), taken(graph));
    for (number, key) in keys.into_iter().enumerate() {
        let node = &graph.nodes[number];
        let Some(key) = key.filter(|_| node.live && is_worth(node, graph.session.rate)) else { continue };
        // Its taps are ready earlier than what is printed.
        let end = end + graph.master_late.output as i64 - node.late.output as i64;
        let open = || Replay::open(&store.place(&key), shape(node, taken[number]), end, automatic);
        let replay = if read { open() } else { None };
        roles[number] = match replay {
            Some(replay) => {
                store.touch(&key);
                Role::Replay(Box::new(replay))
            }
            None => Role::Compute(Some(key)),
        };
    }
    // Backwards from the master: what only feeds strips that are read is heard by nobody.
    let keyed = graph.master_keys.iter().flatten().filter_map(|key| key.from);
    let mut next: Vec<usize> = graph.to_master.iter().map(|edge| edge.from).chain(keyed).collect();
    let mut heard = vec![false; graph.nodes.len()];
    while let Some(number) = next.pop() {
        if std::mem::replace(&mut heard[number], true) || matches!(roles[number], Role::Replay(_)) {
            continue;
        }
        let node = &graph.nodes[number];
        let keyed = node.keys.iter().flatten().filter_map(|key| key.from);
        next.extend(node.inputs.iter().map(|edge| edge.from).chain(keyed));
    }
    for (role, heard) in roles.iter_mut().zip(heard) {
        if !heard {
            *role = Role::Idle;
        }
    }
    roles
}

/// Whether it costs more to compute a strip than to keep it.
fn is_worth(node: &Node<'_>, rate: SampleRate) -> bool {
    let waves = 1.0 + if node.split { node.lanes.len() as f64 } else { 0.0 };
    strip_cost(node, rate) > WORTH * waves
}

/// The taps of a node that somebody reads, with their waves and channels: what an entry holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Shape {
    /// Pre and post.
    pub(crate) taps: [bool; 2],
    /// The whole and the lanes.
    pub(crate) waves: usize,
    /// Of pre and post.
    pub(crate) channels: [usize; 2],
}

impl Shape {
    /// Tap, wave and channel of all streams of an entry, in their order.
    pub(crate) fn streams(self) -> impl Iterator<Item = (Tap, usize, usize)> {
        let taps = [(Tap::Pre, 0), (Tap::Post, 1)].into_iter().filter(move |&(_, tap)| self.taps[tap]);
        taps.flat_map(move |(tap, number)| {
            let channels = self.channels[number];
            (0..self.waves).flat_map(move |wave| (0..channels).map(move |channel| (tap, wave, channel)))
        })
    }
}

/// Of each strip, whether others take its pre tap and its post tap.
pub(crate) fn taken(graph: &Graph<'_>) -> Vec<[bool; 2]> {
    let mut taken = vec![[false; 2]; graph.nodes.len()];
    let edges = graph.nodes.iter().flat_map(|to| &to.inputs).chain(&graph.to_master);
    let edges = edges.map(|edge| (Some(edge.from), edge.tap(&graph.nodes)));
    let keys = graph.nodes.iter().flat_map(|to| &to.keys).chain(&graph.master_keys).flatten();
    for (from, tap) in edges.chain(keys.map(|key| (key.from, key.tap))) {
        from.into_iter().for_each(|from| taken[from][usize::from(tap == Tap::Post)] = true);
    }
    taken
}

/// What there is to keep of a strip of which others take these taps.
pub(crate) fn shape(node: &Node<'_>, taps: [bool; 2]) -> Shape {
    Shape {
        taps,
        waves: 1 + if node.split { node.lanes.len() } else { 0 },
        channels: [node.tap(Tap::Pre).channels(), node.tap(Tap::Post).channels()],
    }
}

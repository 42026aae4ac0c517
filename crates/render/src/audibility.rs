//! Who hears whom: outputs, sends and keys as edges; mute and solo; loops.

use crate::GraphError;
use crate::graph::{Edge, KeyEdge, Names, Node};
use stemwright_core::{Finding, Insert, Session, Severity, Strip, Tap, Target};

/// An output or send; `to` is a node, or the master where `None`.
#[derive(Clone, Copy)]
struct Wire {
    edge: Edge,
    to: Option<usize>,
}

/// The side-chain of an insert, before mutes.
#[derive(Clone, Copy)]
pub(crate) struct KeyWire {
    from: usize,
    tap: Tap,
}

/// All wires of a session, checked to be free of loops.
pub(crate) struct Wiring<'s> {
    names: &'s Names<'s>,
    wires: Vec<Wire>,
    /// By node, then insert.
    pub(crate) keys: Vec<Vec<Option<KeyWire>>>,
    /// By insert of the master.
    pub(crate) master_keys: Vec<Option<KeyWire>>,
}

/// What is left of the wires after mute and solo.
pub(crate) struct Hearing {
    /// The heard inputs of each node, in the order of summing: by source, its main output before its sends.
    pub(crate) inputs: Vec<Vec<Edge>>,
    pub(crate) to_master: Vec<Edge>,
    /// Whether a node's signal reaches the master by heard outputs and sends.
    pub(crate) heard: Vec<bool>,
    /// Whether a node must be computed: it is heard, or keys one that is.
    pub(crate) live: Vec<bool>,
    muted: Vec<bool>,
}

impl Hearing {
    /// A key as the engine needs it.
    pub(crate) fn key(&self, key: KeyWire) -> KeyEdge {
        KeyEdge { from: (!self.muted[key.from]).then_some(key.from), tap: key.tap }
    }
}

impl<'s> Wiring<'s> {
    /// Resolves all names. `is_track` tells strips that nothing can be sent to.
    pub(crate) fn new(
        session: &Session,
        names: &'s Names<'s>,
        is_track: impl Fn(&str) -> bool,
    ) -> Result<Self, GraphError> {
        let keys_of = |inserts: &[Insert], by: &Strip| -> Result<Vec<Option<KeyWire>>, GraphError> {
            let key = |insert: &Insert| {
                let Some(key) = insert.unit.key() else { return Ok(None) };
                let from = names.find(&key.from, by)?;
                Ok((!insert.bypass).then_some(KeyWire { from, tap: key.tap }))
            };
            inserts.iter().map(key).collect()
        };
        let mut wires = Vec::new();
        let mut keys = Vec::with_capacity(names.strips.len());
        for (from, strip) in names.strips.iter().enumerate() {
            let destination = |name: &str| {
                let to = names.find(name, strip)?;
                if is_track(name) {
                    return Err(GraphError::IntoTrack { from: strip.name.clone(), to: name.to_owned() });
                }
                Ok(to)
            };
            let to = strip.output.as_deref().map(destination).transpose()?;
            if !strip.sends_only {
                wires.push(Wire { edge: Edge { from, send: None }, to });
            }
            for (number, send) in strip.sends.iter().enumerate() {
                wires.push(Wire { edge: Edge { from, send: Some(number) }, to: Some(destination(&send.to)?) });
            }
            keys.push(keys_of(&strip.inserts, strip)?);
        }
        let master_keys = keys_of(&session.master.inserts, &Strip::new("master"))?;
        let wiring = Self { names, wires, keys, master_keys };
        wiring.refuse_loops()?;
        Ok(wiring)
    }

    /// Depth-first over everything that must be computed before a node; a node met again on the way is a loop.
    fn refuse_loops(&self) -> Result<(), GraphError> {
        #[derive(Clone, Copy, PartialEq)]
        enum State {
            New,
            Open,
            Done,
        }
        let count = self.names.strips.len();
        let mut after: Vec<Vec<(usize, &str)>> = vec![Vec::new(); count];
        for wire in &self.wires {
            if let Some(to) = wire.to {
                after[wire.edge.from].push((to, if wire.edge.send.is_some() { "sends to" } else { "goes to" }));
            }
        }
        for (to, keys) in self.keys.iter().enumerate() {
            for key in keys.iter().flatten() {
                after[key.from].push((to, "keys"));
            }
        }
        let mut state = vec![State::New; count];
        for root in 0..count {
            if state[root] != State::New {
                continue;
            }
            state[root] = State::Open;
            let mut path = vec![(root, 0)];
            while let Some((node, next)) = path.last_mut() {
                let Some(&(to, _)) = after[*node].get(*next) else {
                    state[*node] = State::Done;
                    path.pop();
                    continue;
                };
                *next += 1;
                match state[to] {
                    State::Done => {}
                    State::New => {
                        state[to] = State::Open;
                        path.push((to, 0));
                    }
                    State::Open => {
                        let begin = path.iter().position(|&(node, _)| node == to).unwrap_or(0);
                        let mut text = String::new();
                        for &(node, next) in &path[begin..] {
                            let name = &self.names.strips[node].name;
                            text += &format!("`{name}` {} ", after[node][next - 1].1);
                        }
                        return Err(GraphError::Loop { path: text + &format!("`{}`", self.names.strips[to].name) });
                    }
                }
            }
        }
        Ok(())
    }

    /// Applies mute and solo.
    pub(crate) fn hearing(&self, nodes: &[Node<'_>], findings: &mut Vec<Finding>) -> Hearing {
        let strips = &self.names.strips;
        let count = strips.len();
        // Where mute moves, the fixed value says nothing.
        let own = |strip: &Strip| strip.mute && strip.automation.iter().all(|moves| moves.target != Target::Mute);
        let muted: Vec<bool> = nodes.iter().map(|n| own(n.strip) || n.vcas.iter().any(|vca| vca.mute)).collect();
        let soloed: Vec<bool> = nodes.iter().map(|n| n.strip.solo || n.vcas.iter().any(|vca| vca.solo)).collect();
        let any_solo = soloed.iter().any(|&solo| solo);
        let reach = |mut reached: Vec<bool>, forward: bool| {
            // Repeats until nothing new is reached: at most as often as the longest path is long.
            loop {
                let before = reached.iter().filter(|&&r| r).count();
                for wire in &self.wires {
                    if let Some(to) = wire.to {
                        let (a, b) = if forward { (wire.edge.from, to) } else { (to, wire.edge.from) };
                        reached[b] |= reached[a];
                    }
                }
                if reached.iter().filter(|&&r| r).count() == before {
                    return reached;
                }
            }
        };
        let below_solo = reach(nodes.iter().zip(&soloed).map(|(n, &solo)| solo || n.strip.solo_safe).collect(), true);
        let above_solo = reach(soloed.clone(), false);
        let sounds = |wire: &Wire| {
            let from = wire.edge.from;
            !muted[from] && (!any_solo || below_solo[from] || wire.to.is_some_and(|to| above_solo[to]))
        };
        let wires: Vec<Wire> = self.wires.iter().copied().filter(sounds).collect();
        let mut heard = vec![false; count];
        loop {
            let before = heard.iter().filter(|&&h| h).count();
            for wire in &wires {
                heard[wire.edge.from] |= wire.to.is_none_or(|to| heard[to]);
            }
            if heard.iter().filter(|&&h| h).count() == before {
                break;
            }
        }
        let mut live = heard.clone();
        for key in self.master_keys.iter().flatten() {
            live[key.from] |= !muted[key.from];
        }
        loop {
            let before = live.iter().filter(|&&l| l).count();
            for wire in &wires {
                live[wire.edge.from] |= wire.to.is_some_and(|to| live[to]);
            }
            for (to, keys) in self.keys.iter().enumerate() {
                for key in keys.iter().flatten() {
                    live[key.from] |= live[to] && !muted[key.from];
                }
            }
            if live.iter().filter(|&&l| l).count() == before {
                break;
            }
        }
        let mut inputs = vec![Vec::new(); count];
        let mut to_master = Vec::new();
        for wire in &wires {
            match wire.to {
                Some(to) => inputs[to].push(wire.edge),
                None => to_master.push(wire.edge),
            }
        }
        if any_solo {
            let names = strips.iter().zip(&soloed).filter(|(_, solo)| **solo).map(|(strip, _)| strip.name.as_str());
            let names: Vec<_> = names.collect();
            findings.push(
                Finding::new(
                    Severity::Warning,
                    "solo",
                    format!("soloed: {}; everything else is silent in every file", names.join(", ")),
                )
                .hint("take `solo = true` out of the session to print it whole"),
            );
        }
        Hearing { inputs, to_master, heard, live, muted }
    }
}

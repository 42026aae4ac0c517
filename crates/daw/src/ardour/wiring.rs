//! Which route feeds which: by the names of ports, and by sends.

use super::routes::{Kind, Route, Stage};
use crate::foreign::ledger::Ledger;
use std::collections::{BTreeMap, HashMap, HashSet};

/// How the two outputs of a route go into another's inputs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Pattern {
    /// As they are.
    Straight,
    Swapped,
    /// Only the left output, into the left input; or right into right.
    Left,
    Right,
    /// Both into one.
    Sum,
    /// One of them into the only input.
    First,
    Second,
    /// Anything else.
    Odd,
}

/// A connection from one route to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Way {
    pub(super) to: usize,
    pub(super) pattern: Pattern,
}

/// Who feeds whom.
#[derive(Debug)]
pub(super) struct Wiring<'d> {
    /// The connections of each route's outputs.
    pub(super) ways: Vec<Vec<Way>>,
    /// Ports that are no route's, by what is connected to them.
    pub(super) elsewhere: Vec<Vec<&'d str>>,
    /// What goes to the machine's outputs in a session without a master: that is its mix.
    pub(super) to_hardware: Vec<bool>,
    /// Routes by id.
    by_id: HashMap<&'d str, usize>,
    /// Sends that would come back, by route and place in its chain.
    cut: HashSet<(usize, usize)>,
}

/// A port of a route: whose, and which.
type Seat = (usize, usize);

impl<'d> Wiring<'d> {
    /// Follows all connections; what closes a circle is cut.
    pub(super) fn new(routes: &[Route<'d, '_>], ledger: &mut Ledger) -> Self {
        let (mut ins, mut outs): (HashMap<&str, Seat>, HashMap<&str, Seat>) = (HashMap::new(), HashMap::new());
        for (number, route) in routes.iter().enumerate() {
            ins.extend(route.ins.iter().enumerate().map(|(port, own)| (own.name, (number, port))));
            outs.extend(route.outs.iter().enumerate().map(|(port, own)| (own.name, (number, port))));
        }
        let has_master = routes.iter().any(|route| route.kind == Kind::Master);
        let mut cables: BTreeMap<(usize, usize), HashSet<(usize, usize)>> = BTreeMap::new();
        let mut elsewhere = vec![Vec::new(); routes.len()];
        for (number, route) in routes.iter().enumerate() {
            for (port, own) in route.outs.iter().enumerate() {
                for other in &own.others {
                    match seat(&ins, other) {
                        Some((to, input)) => {
                            cables.entry((number, to)).or_default().insert((port, input));
                        }
                        None => elsewhere[number].push(*other),
                    }
                }
            }
            for (input, own) in route.ins.iter().enumerate() {
                for (from, port) in own.others.iter().filter_map(|other| seat(&outs, other)) {
                    cables.entry((from, number)).or_default().insert((port, input));
                }
            }
        }
        let mut ways = vec![Vec::new(); routes.len()];
        for ((from, to), cables) in cables {
            let pattern = pattern(routes[from].outs.len(), routes[to].ins.len(), &cables);
            ways[from].push(Way { to, pattern });
        }
        let by_id = routes.iter().enumerate().map(|(number, route)| (route.id, number)).collect();
        let is_hardware = |port: &&str| port.starts_with("system:") || port.starts_with("alsa_pcm:");
        let to_hardware =
            elsewhere.iter().map(|ports: &Vec<&str>| !has_master && ports.iter().any(is_hardware)).collect();
        if !has_master {
            elsewhere.iter_mut().for_each(|ports| ports.retain(|port| !is_hardware(port)));
        }
        let mut wiring = Self { ways, elsewhere, to_hardware, by_id, cut: HashSet::new() };
        wiring.cut_circles(routes, ledger);
        wiring
    }

    /// Where the send at a place of a route's chain goes, if it may.
    pub(super) fn target(&self, route: usize, stage: usize, id: &str) -> Option<usize> {
        self.by_id.get(id).copied().filter(|_| !self.cut.contains(&(route, stage)))
    }

    /// Depth first; what leads to a route that is still open closes a circle.
    fn cut_circles(&mut self, routes: &[Route<'d, '_>], ledger: &mut Ledger) {
        #[derive(Clone, Copy, PartialEq)]
        enum State {
            New,
            Open,
            Done,
        }
        // Of each route: outputs first, then sends with their places.
        let edges: Vec<Vec<(usize, Option<usize>)>> = (0..routes.len())
            .map(|number| {
                let sends = routes[number].stages.iter().enumerate().filter_map(|(place, stage)| match stage {
                    Stage::Send(send) => Some((self.by_id.get(send.target).copied()?, Some(place))),
                    _ => None,
                });
                self.ways[number].iter().map(|way| (way.to, None)).chain(sends).collect()
            })
            .collect();
        let mut state = vec![State::New; routes.len()];
        for start in 0..routes.len() {
            if state[start] != State::New {
                continue;
            }
            state[start] = State::Open;
            let mut path = vec![(start, 0)];
            while let Some((at, next)) = path.last_mut() {
                let (at, edge) = (*at, edges[*at].get(*next).copied());
                *next += 1;
                let Some((to, place)) = edge else {
                    state[at] = State::Done;
                    path.pop();
                    continue;
                };
                match state[to] {
                    State::Done => {}
                    State::New => {
                        state[to] = State::Open;
                        path.push((to, 0));
                    }
                    State::Open => {
                        let what = if place.is_some() { "a send of it" } else { "its output" };
                        let message =
                            format!("{what} comes back to it by way of {}: that is left out", routes[to].name);
                        ledger.error("routing-cut", routes[at].name, message, "undo the feedback in Ardour");
                        match place {
                            Some(place) => {
                                self.cut.insert((at, place));
                            }
                            None => self.ways[at].retain(|way| way.to != to),
                        }
                    }
                }
            }
        }
    }
}

/// The port of a route by what a connection calls it; older sessions name the program as well.
fn seat(ports: &HashMap<&str, Seat>, other: &str) -> Option<Seat> {
    let plain = || other.split_once(':').and_then(|(_, port)| ports.get(port));
    ports.get(other).or_else(plain).copied()
}

fn pattern(outs: usize, ins: usize, cables: &HashSet<(usize, usize)>) -> Pattern {
    let has = |from: usize, to: usize| cables.contains(&(from, to));
    let few = cables.iter().all(|&(from, to)| from < 2 && to < 2);
    let bits = [has(0, 0), has(0, 1), has(1, 0), has(1, 1)];
    match (outs, ins, bits) {
        _ if !few => {
            // Wider than stereo: as long as each goes where it belongs.
            if cables.iter().all(|&(from, to)| from == to) { Pattern::Straight } else { Pattern::Odd }
        }
        (1, 1, [true, ..]) | (1, _, [true, true, ..]) => Pattern::Straight,
        (1, _, [true, false, ..]) => Pattern::Left,
        (1, _, [false, true, ..]) => Pattern::Right,
        (_, 1, [true, _, true, _]) => Pattern::Sum,
        (_, 1, [true, _, false, _]) => Pattern::First,
        (_, 1, [false, _, true, _]) => Pattern::Second,
        (_, _, [true, false, false, true]) => Pattern::Straight,
        (_, _, [false, true, true, false]) => Pattern::Swapped,
        (_, _, [true, false, false, false]) => Pattern::Left,
        (_, _, [false, false, false, true]) => Pattern::Right,
        _ => Pattern::Odd,
    }
}

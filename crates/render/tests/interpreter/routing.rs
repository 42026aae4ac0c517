//! Who feeds whom, who is heard, and in which order strips can be computed.

use std::collections::BTreeSet;

use stemwright_core::{Insert, Key, Session, Strip, Tap};

/// A strip by its place: tracks first, then buses and returns.
pub type Place = usize;

/// A main output or a send. `to` is `None` for the master.
#[derive(Debug)]
pub struct Edge {
    pub from: Place,
    pub to: Option<Place>,
    /// The place of the send in its strip, and its tap; `None` for the main output.
    pub send: Option<(usize, Tap)>,
    /// Not muted, and not silenced by a solo elsewhere.
    pub heard: bool,
}

/// All strips of a session, in one list.
pub fn strips(session: &Session) -> Vec<&Strip> {
    let tracks = session.tracks.iter().map(|track| &track.strip);
    tracks.chain(session.buses.iter().map(|bus| &bus.strip)).collect()
}

pub fn place_of(strips: &[&Strip], name: &str) -> Place {
    strips.iter().position(|strip| strip.name == name).unwrap_or_else(|| panic!("no strip is called {name:?}"))
}

/// Every edge, with what mute and solo do to it.
pub fn edges(strips: &[&Strip]) -> Vec<Edge> {
    let mut edges = Vec::new();
    for (from, strip) in strips.iter().enumerate() {
        let open = !strip.mute;
        let to = strip.output.as_deref().map(|name| place_of(strips, name));
        edges.push(Edge { from, to, send: None, heard: open });
        for (place, send) in strip.sends.iter().enumerate() {
            let to = Some(place_of(strips, &send.to));
            edges.push(Edge { from, to, send: Some((place, send.tap)), heard: open });
        }
    }
    let soloed: Vec<Place> = (0..strips.len()).filter(|&place| strips[place].solo).collect();
    if !soloed.is_empty() {
        let from_soloed: BTreeSet<Place> = soloed.iter().flat_map(|&place| reached(&edges, place)).collect();
        let heard: Vec<bool> = edges
            .iter()
            .map(|edge| {
                let comes_from_solo = from_soloed.contains(&edge.from);
                let leads_to_solo =
                    edge.to.is_some_and(|to| reached(&edges, to).iter().any(|&place| strips[place].solo));
                edge.heard && (comes_from_solo || leads_to_solo)
            })
            .collect();
        for (edge, heard) in edges.iter_mut().zip(heard) {
            edge.heard = heard;
        }
    }
    edges
}

/// Every strip that outputs and sends lead to from `place`, muted or not, and itself.
fn reached(edges: &[Edge], place: Place) -> BTreeSet<Place> {
    let mut found = BTreeSet::from([place]);
    let mut open = vec![place];
    while let Some(from) = open.pop() {
        for to in edges.iter().filter(|edge| edge.from == from).filter_map(|edge| edge.to) {
            if found.insert(to) {
                open.push(to);
            }
        }
    }
    found
}

/// What the inserts that are not bypassed listen to.
pub fn keys(inserts: &[Insert]) -> impl Iterator<Item = &Key> {
    inserts.iter().filter(|insert| !insert.bypass).filter_map(|insert| insert.unit.key())
}

/// Strips in an order in which everything that a strip hears comes before it.
pub fn order(strips: &[&Strip], edges: &[Edge]) -> Vec<Place> {
    fn visit(place: Place, strips: &[&Strip], edges: &[Edge], order: &mut Vec<Place>, depth: usize) {
        assert!(depth <= strips.len(), "{:?} hears itself", strips[place].name);
        if order.contains(&place) {
            return;
        }
        for edge in edges.iter().filter(|edge| edge.to == Some(place)) {
            visit(edge.from, strips, edges, order, depth + 1);
        }
        for key in keys(&strips[place].inserts) {
            visit(place_of(strips, &key.from), strips, edges, order, depth + 1);
        }
        order.push(place);
    }
    let mut order = Vec::new();
    for place in 0..strips.len() {
        visit(place, strips, edges, &mut order, 0);
    }
    order
}

//! Who feeds whom, who is heard, of what layout everything is, and in which order strips can be computed.

use std::collections::BTreeSet;

use stemwright_core::{Insert, Key, Layout, Session, Strip, Tap, Target, Vca};

use super::{Mutant, Sources, clips, layout};

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

/// The layout in which the inserts of a strip work.
pub fn layout_of(session: &Session, sources: &Sources, place: Place) -> Layout {
    match session.tracks.get(place) {
        Some(track) => track.strip.layout.unwrap_or_else(|| {
            let files = track.clips.iter().map(|clip| match (clip.into, clip.channel) {
                (Some(_), _) => 2,
                (None, Some(_)) => 1,
                (None, None) => clips::source(sources, clip).channels.len(),
            });
            // A track without clips is silent in any layout.
            layout::of_file(files.max().unwrap_or(1))
        }),
        None => session.buses[place - session.tracks.len()].strip.layout.unwrap_or(match session.master.layout {
            Layout::Mono => Layout::Stereo,
            layout => layout,
        }),
    }
}

/// The groups whose fader moves this strip or group: those it is a member of, those that they are members of, and so on,
/// each once.
pub fn groups<'a>(session: &'a Session, members_of: &'a [String]) -> Vec<&'a Vca> {
    let mut found: Vec<&Vca> = Vec::new();
    let mut open: Vec<&String> = members_of.iter().collect();
    while let Some(name) = open.pop() {
        let vca = session.vcas.iter().find(|vca| vca.name == *name);
        let vca = vca.unwrap_or_else(|| panic!("no VCA is called {name:?}"));
        if !found.iter().any(|known| known.name == *name) {
            found.push(vca);
            open.extend(&vca.vcas);
        }
    }
    found
}

/// Whether a strip is muted all the time.
///
/// Reading: an automation of the mute takes the place of the strip's own mute, and a muted group mutes it none the
/// less. That a group mutes its members goes for groups in it as well, and so down to the strips.
pub fn muted(session: &Session, strip: &Strip) -> bool {
    let moves = strip.automation.iter().any(|automation| automation.target == Target::Mute);
    (strip.mute && !moves) || groups(session, &strip.vcas).iter().any(|vca| vca.mute)
}

/// Whether a strip is soloed, by itself or by a group.
fn soloed(session: &Session, strip: &Strip) -> bool {
    strip.solo || groups(session, &strip.vcas).iter().any(|vca| vca.solo)
}

/// Every edge, with what mute and solo do to it.
pub fn edges(session: &Session, strips: &[&Strip], mutant: Option<Mutant>) -> Vec<Edge> {
    let mut edges = Vec::new();
    for (from, strip) in strips.iter().enumerate() {
        let open = !muted(session, strip);
        let to = strip.output.as_deref().map(|name| place_of(strips, name));
        if !strip.sends_only {
            edges.push(Edge { from, to, send: None, heard: open });
        }
        for (place, send) in strip.sends.iter().enumerate() {
            let to = Some(place_of(strips, &send.to));
            edges.push(Edge { from, to, send: Some((place, send.tap)), heard: open });
        }
    }
    let places = 0..strips.len();
    let soloed: BTreeSet<Place> = places.clone().filter(|&place| soloed(session, strips[place])).collect();
    if soloed.is_empty() {
        return edges;
    }
    let safe = places.filter(|&place| strips[place].solo_safe && mutant != Some(Mutant::SoloSafeForgotten));
    let after_solo: BTreeSet<Place> = soloed.iter().flat_map(|&place| reached(&edges, place)).collect();
    let after_safe: BTreeSet<Place> = safe.flat_map(|place| reached(&edges, place)).collect();
    let stays: Vec<bool> = edges
        .iter()
        .map(|edge| {
            let through_solo = after_solo.contains(&edge.from)
                || edge.to.is_some_and(|to| reached(&edges, to).iter().any(|place| soloed.contains(place)));
            through_solo || after_safe.contains(&edge.from)
        })
        .collect();
    for (edge, stays) in edges.iter_mut().zip(stays) {
        edge.heard &= stays;
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

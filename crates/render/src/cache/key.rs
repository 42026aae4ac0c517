//! The key of a strip: a hash of everything that its taps are made of.
//!
//! What is not in it must not matter: names, the order in which things are written down, latencies (which are
//! compensated), blocks, threads. The program itself is in it, so that no other build reads what this one kept.

use crate::cache::{Shape, Store, shape, taken};
use crate::graph::{Edge, Graph, Node};
use crate::strip::lane_map;
use std::fmt::Write as _;
use stemwright_audio::sha256;
use stemwright_core::{Automation, Db, Insert, Strip, Target, Unit};

/// A file of more bytes is hashed only where much of it is played.
const LARGE: u64 = 256 << 20;

/// The keys of all live nodes; none where a file cannot be read.
pub(crate) fn keys(graph: &Graph<'_>, store: &Store) -> Vec<Option<String>> {
    let mut keys = vec![None; graph.nodes.len()];
    let taken = taken(graph);
    for &number in &graph.order {
        let shape = shape(&graph.nodes[number], taken[number]);
        keys[number] = describe(graph, &graph.nodes[number], shape, &keys, store).map(|text| sha256(text.as_bytes()));
    }
    keys
}

/// A strip in words: Rust's `{:?}` of an f64 is exact.
fn describe(
    graph: &Graph<'_>,
    node: &Node<'_>,
    shape: Shape,
    keys: &[Option<String>],
    store: &Store,
) -> Option<String> {
    let (session, strip) = (graph.session, node.strip);
    let mut text = format!("{}\n{:?} {:?}\n", store.program, session.rate, session.tempo);
    let mut line = |part: std::fmt::Arguments<'_>| text.write_fmt(part).and_then(|()| text.write_char('\n')).ok();
    line(format_args!("{:?} {shape:?} {:?}", node.layout, strip.inverted))?;
    line(format_args!(
        "{:?} {:?} {:?} {:?}",
        strip.gain,
        strip.pan,
        strip.sides,
        strip.pan_law.unwrap_or(session.pan_law)
    ))?;
    let own = |moves: &&Automation| !matches!(moves.target, Target::Send(_));
    line(format_args!("{:?}", strip.automation.iter().filter(own).collect::<Vec<_>>()))?;
    for vca in &node.vcas {
        line(format_args!("vca {:?} {:?}", vca.gain, vca.automation))?;
    }
    for (insert, key) in strip.inserts.iter().zip(&node.keys) {
        line(format_args!("insert {}", unnamed(insert, store)?))?;
        if let Some(key) = key {
            match key.from {
                Some(from) => line(format_args!("key {:?} {}", key.tap, keys[from].as_ref()?))?,
                None => line(format_args!("key of silence"))?,
            }
        }
    }
    for placed in &node.clips {
        let clip = placed.clip;
        // To hash gigabytes would take longer than to play a little of them.
        let played = placed.frames * placed.channels as u64 * 4;
        let size = std::fs::metadata(&clip.file).ok()?.len();
        if size > LARGE && size / 8 > played {
            return None;
        }
        let content = store.content(&clip.file)?;
        line(format_args!("clip {content} {} {} {} {:?}", placed.at, clip.from, placed.frames, clip.gain))?;
        line(format_args!("{:?} {:?} {}", placed.fade_in, placed.fade_out, placed.channels))?;
        line(format_args!("{:?} {:?} {} {:?} {:?}", clip.channel, clip.into, clip.inverted, clip.envelope, clip.warp))?;
    }
    for edge in &node.inputs {
        let from = &graph.nodes[edge.from];
        let tap = edge.tap(&graph.nodes);
        line(format_args!("input {} {tap:?} {:?}", keys[edge.from].as_ref()?, send(from.strip, *edge)))?;
        // The centre of a mono strip's pre tap.
        line(format_args!("{:?}", from.strip.pan_law.unwrap_or(session.pan_law)))?;
        line(format_args!("{:?}", lane_map(from, &node.lanes, node.split)))?;
    }
    Some(text)
}

/// The gain and the pan of a send and what moves it.
fn send(strip: &Strip, edge: Edge) -> Option<(Db, f64, Option<&Automation>)> {
    let number = edge.send?;
    let moves = strip.automation.iter().find(|moves| moves.target == Target::Send(number));
    Some((strip.sends[number].gain, strip.sends[number].pan, moves))
}

/// An insert without the names in it: what a key hears is said by the strip that it comes from, what a file holds by its
/// content.
fn unnamed(insert: &Insert, store: &Store) -> Option<String> {
    let mut insert = insert.clone();
    let mut content = String::new();
    if let Some(key) = insert.unit.key_mut() {
        key.from.clear();
    }
    if let Unit::Convolution(unit) = &mut insert.unit {
        content = store.content(&unit.file)?;
        unit.file.clear();
    }
    Some(format!("{insert:?} {content}"))
}

//! What a bounce would write, without rendering it.

use crate::bounce::expected;
use crate::delivery::Delivery;
use crate::graph::{Graph, Node};
use crate::{BounceError, BounceOptions, Tail};
use stemwright_audio::Media;
use stemwright_core::{Insert, Plan, PlannedExtra, PlannedStem, SampleRate, Session, SharedStrip, Unit};

/// Looks at a session and its files, and says what [`bounce`](crate::bounce) would make of them.
pub fn plan(session: &Session, media: &dyn Media, options: &BounceOptions) -> Result<Plan, BounceError> {
    let made_dry = options.dry.then(|| crate::dry(session));
    let session = made_dry.as_ref().unwrap_or(session);
    let graph = Graph::new(session, media)?;
    let delivery = Delivery::new(&graph, options)?;
    let frames = expected(&graph, &delivery, options.tail);
    let name = |stem: &usize| graph.stems[*stem].name.clone();
    let stems = graph.stems.iter().zip(&delivery.stems).map(|(stem, delivered)| PlannedStem {
        file: delivered.file.clone(),
        name: stem.name.clone(),
        tracks: stem.tracks.iter().map(|&track| graph.nodes[track].strip.name.clone()).collect(),
        written: delivered.written,
    });
    let extras = delivery.extras.iter().map(|extra| PlannedExtra {
        file: extra.file.clone(),
        name: extra.name.clone(),
        stems: extra.stems.iter().map(name).collect(),
    });
    let live = || graph.order.iter().map(|&number| &graph.nodes[number]);
    let shared = live()
        .filter(|node| node.lanes.len() > 1)
        .map(|node| SharedStrip { name: node.strip.name.clone(), stems: node.lanes.iter().map(name).collect() });
    let is_track = |node: &&Node<'_>| !node.clips.is_empty();
    let rendered = delivery.end.unwrap_or(graph.end) - graph.start;
    Ok(Plan {
        coding: delivery.format.coding,
        layout: delivery.format.layout,
        rate: session.rate,
        stems: stems.collect(),
        extras: extras.collect(),
        shared: shared.collect(),
        tracks: live().filter(is_track).count() as u64,
        buses: live().filter(|node| !is_track(node)).count() as u64,
        frames,
        tail: delivery.end.is_none() && options.tail == Tail::Auto,
        start: delivery.start,
        latency: graph.master_late.output as u64,
        bytes: delivery.bytes(frames),
        core_seconds: (work(&graph, &delivery) * rendered as f64 * 1e-8).ceil() / 10.0,
        findings: graph.findings.iter().cloned().chain(delivery.findings(&graph, options)).collect(),
    })
}

/// About how many nanoseconds a frame costs on a core of 2024. A guess for people who wait, and no more: what is silent
/// costs next to nothing.
fn work(graph: &Graph<'_>, delivery: &Delivery) -> f64 {
    let strips = graph.order.iter().map(|&number| strip_cost(&graph.nodes[number], graph.session.rate));
    let through = if delivery.format.through_master { graph.stems.len() as f64 } else { 0.0 };
    let channels = delivery.format.layout.channels() as f64;
    let files = (delivery.files().count() + 2) as f64;
    strips.sum::<f64>() + channels * (units(&graph.session.master.inserts, 1.0 + through) + files * 35.0)
}

/// The same of one strip.
pub(crate) fn strip_cost(node: &Node<'_>, rate: SampleRate) -> f64 {
    let channels = node.layout.channels() as f64;
    let waves = 1.0 + if node.split { node.lanes.len() as f64 } else { 0.0 };
    let reading = match node.clips.iter().any(|clip| clip.rate != rate) {
        true => 60.0,
        false if node.clips.is_empty() => 0.0,
        false => 8.0,
    };
    channels * (reading + waves * 2.0 * node.inputs.len() as f64 + units(&node.strip.inserts, waves))
}

/// About how many nanoseconds a frame of one channel costs in these inserts, with so many waves.
fn units(inserts: &[Insert], waves: f64) -> f64 {
    let unit = |insert: &Insert| match &insert.unit {
        Unit::Gain(_) => waves * 0.5,
        Unit::Eq(eq) => waves * 3.0 * eq.bands.len() as f64,
        Unit::Compressor(_) => 8.0 + waves,
        Unit::Delay(_) | Unit::Width(_) => waves * 4.0,
        Unit::Reverb(_) => waves * 60.0,
        Unit::Convolution(_) => waves * 120.0,
        Unit::Multiband(multiband) => (10.0 + waves * 8.0) * multiband.bands.len() as f64,
        Unit::DynamicEq(eq) => (12.0 + waves * 6.0) * eq.bands.len() as f64,
        Unit::Chorus(chorus) => waves * 12.0 * chorus.voices as f64,
        Unit::Limiter(_) => 40.0 + waves * 2.0,
        Unit::Gate(_) => 8.0 + waves * 2.0,
        Unit::Saturation(_) => 20.0 + waves * 30.0,
        _ => 10.0 + waves * 10.0,
    };
    inserts.iter().filter(|insert| !insert.bypass).map(unit).sum()
}

//! `stems.json` and `receipt.json` of a set that was rendered.

use crate::BounceError;
use crate::delivery::Delivery;
use crate::graph::{Graph, Node};
use crate::set::{Finished, RECEIPT};
use std::path::Path;
use stemwright_audio::{faults, sha256};
use stemwright_core::{
    Db, Extra, Finding, Format, Insert, Layout, Manifest, MarkerInfo, NullProof, Receipt, Reference, ReferenceKind,
    SectionInfo, Session, SongInfo, Stem, Tempo, TempoInfo, TempoMap,
};

/// Writes down what was made and what was proven.
pub(crate) fn write_up(
    graph: &Graph<'_>,
    delivery: &Delivery,
    finished: Finished,
    findings: Vec<Finding>,
) -> (Manifest, Receipt) {
    let (session, format) = (graph.session, delivery.format);
    let levels = |number: usize| finished.levels[number];
    let references = format.references();
    let song = song(session, delivery, finished.frames);
    let master = &session.master;
    let mut master_chain = active(&master.inserts);
    if master.gain.0 != 0.0 {
        master_chain.push(format!("gain {:+} dB", master.gain.0));
    }
    let written: Vec<usize> = (0..graph.stems.len()).filter(|&number| delivery.stems[number].written).collect();
    let channels = format.layout.channels() as u16;
    let stems = written.iter().zip(references.len()..).map(|(&number, place)| {
        let (stem, delivered) = (&graph.stems[number], &delivery.stems[number]);
        Stem {
            file: delivered.file.clone(),
            name: stem.name.clone(),
            role: stem.role,
            colour: stem.colour.clone(),
            channels: if delivered.mono { 1 } else { channels },
            wet: format.wet,
            tracks: stem.tracks.iter().map(|&track| graph.nodes[track].strip.name.clone()).collect(),
            chain: {
                let mut chain = chain(graph, number);
                if format.through_master && !master_chain.is_empty() {
                    chain.push(format!("master (shared with all): {}", master_chain.join("; ")));
                }
                chain
            },
            levels: levels(place),
        }
    });
    let extras = delivery.extras.iter().zip(references.len() + written.len()..).map(|(extra, place)| Extra {
        file: extra.file.clone(),
        name: extra.name.clone(),
        stems: extra.stems.iter().map(|&stem| graph.stems[stem].name.clone()).collect(),
        levels: levels(place),
    });
    let reference = |number: usize, kind, chain: &[String]| Reference {
        file: references[number].clone(),
        kind,
        sum: number == 0,
        chain: if kind == ReferenceKind::Master { chain.to_vec() } else { Vec::new() },
        levels: levels(number),
    };
    let kinds = if format.through_master {
        [ReferenceKind::Master, ReferenceKind::Mix]
    } else {
        [ReferenceKind::Mix, ReferenceKind::Master]
    };
    let manifest = Manifest {
        version: 1,
        song,
        format: Format {
            rate: session.rate,
            coding: format.coding,
            layout: format.layout,
            frames: finished.frames,
            start: delivery.start,
            // A gain of 0 dB is 0, never −0.
            headroom_db: format.gain.0 + 0.0,
            dither: format.dither,
            section: delivery.section.clone(),
        },
        stems: stems.collect(),
        references: (0..2).map(|number| reference(number, kinds[number], &master_chain)).collect(),
        absent: delivery.stems.iter().filter(|stem| !stem.written).map(|stem| stem.name.clone()).collect(),
        extras: extras.collect(),
        rights: None,
        software: concat!("Stemwright ", env!("CARGO_PKG_VERSION")).to_owned(),
        receipt: RECEIPT.to_owned(),
    };
    let receipt = Receipt {
        version: 1,
        null: null_proof(graph, delivery, &finished),
        frames: finished.frames,
        rate: session.rate,
        files: finished.files,
        manifest_sha256: sha256(&json(&manifest)),
        attributed: Vec::new(),
        findings,
    };
    (manifest, receipt)
}

/// What is known of the song, in frames of the files.
fn song(session: &Session, delivery: &Delivery, frames: u64) -> SongInfo {
    let signature = |tempo: Tempo| format!("{}/{}", tempo.time_signature.0, tempo.time_signature.1);
    let place = |frame: i64| frame - delivery.start;
    // Of a section only what lies in it.
    let inside = |frame: i64| delivery.section.is_none() || (0..frames as i64).contains(&place(frame));
    let sections = session.sections.iter().filter(|section| inside(section.start));
    let markers = session.markers.iter().filter(|marker| inside(marker.at));
    let map = TempoMap::new(session.tempo, &session.tempo_changes);
    let at = |quarters: f64| session.rate.frames(map.seconds(quarters));
    let changes = session.tempo_changes.iter().filter(|change| inside(at(change.at)));
    // What holds where the files begin.
    let before = session.tempo_changes.iter().take_while(|change| at(change.at) <= delivery.start).last();
    let tempo = before.filter(|_| delivery.section.is_some()).map_or(session.tempo, |change| change.tempo);
    SongInfo {
        title: session.song.title.clone(),
        artist: session.song.artist.clone(),
        bpm: tempo.bpm,
        time_signature: signature(tempo),
        key: session.song.key.clone(),
        tuning: session.song.tuning,
        sections: sections.map(|s| SectionInfo { name: s.name.clone(), start: place(s.start) }).collect(),
        markers: markers.map(|m| MarkerInfo { name: m.name.clone(), at: place(m.at) }).collect(),
        tempo_changes: changes
            .map(|change| TempoInfo {
                at: place(at(change.at)),
                bpm: change.tempo.bpm,
                time_signature: signature(change.tempo),
                ramp: change.ramp,
            })
            .collect(),
    }
}

fn null_proof(graph: &Graph<'_>, delivery: &Delivery, finished: &Finished) -> NullProof {
    let (null, remainders) = (finished.null, finished.remainders);
    let finite = finished.peaks.iter().all(|peak| peak.is_finite());
    // Proven from the beginning of the song on, also where a section is written.
    let before = (delivery.start - graph.start) as u64;
    let in_files = |(frame, channel): (u64, usize)| (frame.saturating_sub(before), channel);
    let over = remainders.and_then(|r| r.first_over).into_iter().chain(null.first_over).min().map(in_files);
    let layout: Layout = delivery.format.layout;
    let clock = |(frame, channel): (u64, usize)| {
        let name = layout.names().get(channel).copied().unwrap_or_default();
        let side = match name {
            "L" => "left",
            "R" => "right",
            name => name,
        };
        format!("{} (frame {frame}, {side})", graph.session.rate.clock(frame as i64))
    };
    let residual = Db::of(null.residual).0;
    let any_mono = delivery.stems.iter().any(|stem| stem.mono);
    NullProof {
        proven: over.is_none() && finite && remainders.is_none_or(|r| r.lsb_errors == 0),
        remainder_lsb: remainders.map(|r| r.largest),
        remainder_bound_lsb: remainders.map(|r| r.bound),
        residual_dbfs: Db(residual).stored(),
        residual_of_bound: (null.of_bound * 1e4).round() / 1e4,
        mono_unmet: remainders.filter(|_| any_mono).map(|r| r.unmet),
        lsb_errors: remainders.map(|r| r.lsb_errors),
        first_failure: over.map(clock),
    }
}

/// What a stem goes through: every strip that carries it, in order.
fn chain(graph: &Graph<'_>, stem: usize) -> Vec<String> {
    let carrying = graph.order.iter().map(|&number| &graph.nodes[number]).filter(|node| node.lanes.contains(&stem));
    let words = |node: &Node<'_>| {
        let units = active(&node.strip.inserts);
        let others = node.lanes.iter().filter(|&&lane| lane != stem).map(|&lane| graph.stems[lane].name.as_str());
        let others: Vec<&str> = others.collect();
        if units.is_empty() {
            return None;
        }
        let shared = if others.is_empty() { String::new() } else { format!(" (shared with {})", others.join(", ")) };
        Some(format!("{}{shared}: {}", node.strip.name, units.join("; ")))
    };
    carrying.filter_map(words).collect()
}

fn active(inserts: &[Insert]) -> Vec<String> {
    inserts.iter().filter(|insert| !insert.bypass).map(|insert| insert.unit.to_string()).collect()
}

/// A document as it stands in the set.
fn json(document: &impl serde::Serialize) -> Vec<u8> {
    // Manifests hold text, numbers and lists: none of these can fail.
    let mut json = serde_json::to_vec_pretty(document).unwrap_or_default();
    json.push(b'\n');
    json
}

/// Writes a document as JSON.
pub(crate) fn save(path: &Path, document: &impl serde::Serialize) -> Result<(), BounceError> {
    let write = || {
        faults::point("create a document")?;
        faults::write_all(&mut std::fs::File::create(path)?, &json(document), "write a document")
    };
    write().map_err(|source| BounceError::Document { file: path.to_owned(), source })
}

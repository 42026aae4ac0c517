//! `stems.json` and `receipt.json` of a set that was rendered.

use crate::bounce::file_of;
use crate::graph::{Graph, Node};
use crate::set::{Finished, RECEIPT, SetFormat};
use crate::{BounceError, Ended};
use std::path::Path;
use stemwright_audio::{faults, sha256};
use stemwright_core::{
    Coding, Db, Finding, Format, Insert, Manifest, NullProof, Receipt, Reference, ReferenceKind, SectionInfo, SongInfo,
    Stem,
};

/// Writes down what was made and what was proven.
pub(crate) fn write_up(
    graph: &Graph<'_>,
    format: SetFormat,
    ended: Ended,
    finished: Finished,
    findings: Vec<Finding>,
) -> (Manifest, Receipt) {
    let session = graph.session;
    let levels = |number: usize| finished.levels[number];
    let (beats, note) = session.tempo.time_signature;
    let references = format.references();
    let sections = session.sections.iter();
    let song = SongInfo {
        title: session.song.title.clone(),
        artist: session.song.artist.clone(),
        bpm: session.tempo.bpm,
        time_signature: format!("{beats}/{note}"),
        key: session.song.key.clone(),
        tuning: session.song.tuning,
        sections: sections.map(|s| SectionInfo { name: s.name.clone(), start: s.start - graph.start }).collect(),
    };
    let master = &session.master;
    let mut master_chain = active(&master.inserts);
    if master.gain.0 != 0.0 {
        master_chain.push(format!("gain {:+} dB", master.gain.0));
    }
    let stems = graph.stems.iter().zip(1..).enumerate().map(|(number, stem)| Stem {
        file: file_of(stem).1,
        name: stem.0.name.clone(),
        role: stem.0.role,
        colour: stem.0.colour.clone(),
        channels: 2,
        wet: format.wet,
        tracks: stem.0.tracks.iter().map(|&track| graph.nodes[track].strip.name.clone()).collect(),
        chain: {
            let mut chain = chain(graph, number);
            if format.through_master && !master_chain.is_empty() {
                chain.push(format!("master (shared with all): {}", master_chain.join("; ")));
            }
            chain
        },
        levels: levels(number + references.len()),
    });
    let reference = |number: usize, kind, chain: &[String]| Reference {
        file: references[number].to_owned(),
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
            frames: ended.frames,
            start: graph.start,
            // A gain of 0 dB is 0, never −0.
            headroom_db: format.gain.0 + 0.0,
            dither: format.dither,
        },
        stems: stems.collect(),
        references: (0..2).map(|number| reference(number, kinds[number], &master_chain)).collect(),
        extras: Vec::new(),
        rights: None,
        software: concat!("Stemwright ", env!("CARGO_PKG_VERSION")).to_owned(),
        receipt: RECEIPT.to_owned(),
    };
    let receipt = Receipt {
        version: 1,
        null: null_proof(graph, format, &finished),
        frames: ended.frames,
        rate: session.rate,
        files: finished.files,
        manifest_sha256: sha256(&json(&manifest)),
        attributed: Vec::new(),
        findings,
    };
    (manifest, receipt)
}

fn null_proof(graph: &Graph<'_>, format: SetFormat, finished: &Finished) -> NullProof {
    let (null, remainders) = (finished.null, finished.remainders);
    let finite = finished.peaks.iter().all(|peak| peak.is_finite());
    let over = remainders.and_then(|r| r.first_over).into_iter().chain(null.first_over).min();
    let clock = |(frame, channel): (u64, usize)| {
        let side = if channel == 0 { "left" } else { "right" };
        format!("{} (frame {frame}, {side})", graph.session.rate.clock(frame as i64))
    };
    let residual = Db::of(null.residual).0;
    NullProof {
        proven: over.is_none() && finite && remainders.is_none_or(|r| r.lsb_errors == 0),
        remainder_lsb: remainders.map(|r| r.largest),
        remainder_bound_lsb: remainders.map(|r| r.bound),
        residual_dbfs: Db(residual).stored(),
        residual_of_bound: (null.of_bound * 1e4).round() / 1e4,
        lsb_errors: remainders.filter(|_| format.coding == Coding::Wav24).map(|r| r.lsb_errors),
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

//! Foreign chunks of source files that stems keep.
//!
//! A stem is a mix of many clips; what a chunk of one of them says (a loop, a sampler's key, a rights notice) is true of the
//! stem only where the stem is that one clip: one track, one clip. Chunks that count frames of the file need the same
//! frames, too.

use crate::delivery::Delivery;
use crate::{BounceError, Graph, GraphError};
use stemwright_audio::{Chunk, Container, Media};

/// What counts frames: cue points and the labels that belong to them, loops, regions.
fn counts_frames(chunk: &Chunk) -> bool {
    matches!(&chunk.id, b"cue " | b"smpl" | b"plst" | b"acid" | b"strc" | b"regn")
        || &chunk.id == b"LIST" && chunk.bytes.starts_with(b"adtl")
}

/// The chunks that each stem keeps.
pub(crate) fn carried(
    graph: &Graph<'_>,
    delivery: &Delivery,
    media: &dyn Media,
) -> Result<Vec<Vec<Chunk>>, BounceError> {
    let chunks = |(stem, plan): (&crate::StemPlan, &crate::delivery::DeliveredStem)| {
        let [track] = stem.tracks.as_slice() else { return Ok(Vec::new()) };
        let node = &graph.nodes[*track];
        let [placed] = node.clips.as_slice() else { return Ok(Vec::new()) };
        if !plan.written || delivery.format.container() != Container::Wav {
            return Ok(Vec::new());
        }
        let failed = |source| GraphError::Source { track: node.strip.name.clone(), source };
        let mut chunks = media.chunks(&placed.clip.file).map_err(failed)?;
        let rate = media.info(&placed.clip.file).map_err(failed)?.rate;
        let same_frames = placed.clip.from == 0 && placed.at == delivery.start && rate == graph.session.rate;
        chunks.retain(|chunk| same_frames || !counts_frames(chunk));
        Ok(chunks)
    };
    graph.stems.iter().zip(&delivery.stems).map(chunks).collect()
}

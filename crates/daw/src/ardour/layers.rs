//! Which parts of a track's regions are heard.
//!
//! Ardour plays layer over layer: the body of an opaque region, between its fades, hides what lies below; during its fades the
//! inverse of each fade turns down what lies below. Here clips are only summed, so each region is cut into the pieces that are
//! heard, and the fades of the regions above are its own as well.

use super::regions::Region;
use std::collections::BTreeMap;

/// A stretch of a region that is heard.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Piece {
    /// Which region.
    pub(super) region: usize,
    /// Frames of the timeline.
    pub(super) start: i64,
    pub(super) end: i64,
    /// Fades of regions above.
    pub(super) below: Vec<Below>,
}

/// A fade of a region above, where it and the piece meet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Below {
    pub(super) region: usize,
    pub(super) is_in: bool,
    /// What Ardour reads in one go: the part of the fade in which the region above is heard.
    pub(super) start: i64,
    pub(super) end: i64,
}

/// As many gaps are looked at for each piece that there may be.
const MOST_LOOKS: usize = 16;

/// More work than this is no session.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct TooMany;

/// Intervals that do not touch, by their starts.
#[derive(Default)]
struct Covered(BTreeMap<i64, i64>);

impl Covered {
    fn add(&mut self, mut start: i64, mut end: i64) {
        if start >= end {
            return;
        }
        let touching: Vec<(i64, i64)> =
            self.0.range(..=end).rev().take_while(|(_, own)| **own >= start).map(|(a, b)| (*a, *b)).collect();
        for (own, until) in touching {
            self.0.remove(&own);
            (start, end) = (start.min(own), end.max(until));
        }
        self.0.insert(start, end);
    }

    /// What is left of an interval.
    fn left(&self, start: i64, end: i64) -> Vec<(i64, i64)> {
        let mut left = Vec::new();
        let mut at = start;
        let before = self.0.range(..=start).next_back().map(|(_, until)| *until);
        at = at.max(before.unwrap_or(at));
        for (&own, &until) in self.0.range(start..end) {
            if own > at {
                left.push((at, own));
            }
            at = at.max(until);
        }
        if at < end {
            left.push((at, end));
        }
        left
    }
}

/// The pieces of regions; at most `most` of them, and as many fades over them.
pub(super) fn pieces(regions: &[Region<'_>], most: usize) -> Result<Vec<Piece>, TooMany> {
    let mut order: Vec<usize> = (0..regions.len()).filter(|&i| regions[i].length > 0).collect();
    order.sort_by_key(|&i| (std::cmp::Reverse(regions[i].layer), std::cmp::Reverse(i)));
    let mut bodies = Covered::default();
    // What hides what is below without being a body: an opaque region whose fades do not act.
    let mut hidden = Covered::default();
    let mut fades: BTreeMap<(i64, usize), Below> = BTreeMap::new();
    let mut longest = 0;
    let (mut pieces, mut work, mut looked) = (Vec::new(), 0, 0);
    for i in order {
        let region = &regions[i];
        let end = region.at + region.length as i64;
        let heard = bodies.left(region.at, end);
        // Gaps may be hidden, and make no pieces.
        looked += heard.len();
        if looked > MOST_LOOKS * most {
            return Err(TooMany);
        }
        for &(start, end) in &heard {
            for (start, end) in hidden.left(start, end) {
                let mut below = Vec::new();
                for fade in fades.range((start - longest, 0)..(end, 0)).map(|(_, fade)| fade) {
                    work += 1;
                    if fade.end > start {
                        below.push(*fade);
                    }
                }
                work += 1;
                if work > most {
                    return Err(TooMany);
                }
                pieces.push(Piece { region: i, start, end, below });
            }
        }
        if !region.opaque {
            continue;
        }
        let fade_in = region.at + region.fade_in.length.min(region.length) as i64;
        let fade_out = end - region.fade_out.length.min(region.length) as i64;
        for (start, end) in heard {
            let ins = (start, if region.fade_in.active { fade_in.min(end) } else { start });
            let outs = (if region.fade_out.active { fade_out.max(start) } else { end }, end);
            for (is_in, (start, end)) in [(true, ins), (false, outs)] {
                if start < end {
                    longest = longest.max(end - start);
                    fades.insert((start, 2 * i + usize::from(is_in)), Below { region: i, is_in, start, end });
                }
            }
            hidden.add(ins.1.max(start), outs.0.min(end));
        }
        bodies.add(fade_in, fade_out);
    }
    pieces.sort_by_key(|piece| (piece.start, piece.region));
    Ok(pieces)
}

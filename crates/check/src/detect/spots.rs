//! Places of one kind of defect: all are counted, the first are kept.

/// As many as can be told apart from programme by their sizes; beyond it they are programme anyway.
const KEPT: usize = 64;

/// A place in a file.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Spot {
    pub(crate) frame: u64,
    pub(crate) frames: u64,
    /// How large it is, full scale 1.
    pub(crate) size: f64,
    pub(crate) channel: usize,
}

/// Places in the order of their frames.
#[derive(Debug, Clone, Default)]
pub(crate) struct Spots {
    pub(crate) first: Vec<Spot>,
    /// With those that were only seen, not looked into, because there were too many.
    pub(crate) count: u64,
}

impl Spots {
    pub(super) fn push(&mut self, spot: Spot) {
        self.count += 1;
        if self.first.len() < KEPT {
            self.first.push(spot);
        }
    }

    /// All channels together: what is in several at once is one place.
    pub(super) fn merged(channels: impl Iterator<Item = Self>) -> Self {
        let mut all = Self::default();
        let mut count = 0;
        for spots in channels {
            // Places in both channels are counted once as far as they are kept.
            count += spots.count - spots.first.len() as u64;
            all.first.extend(spots.first);
        }
        all.first.sort_by_key(|spot| (spot.frame, spot.channel));
        all.first.dedup_by(|next, spot| next.frame <= spot.frame + spot.frames.max(8));
        all.count = count + all.first.len() as u64;
        all
    }
}

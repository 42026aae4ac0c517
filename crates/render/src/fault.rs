//! Faults built in on request: a proof that cannot fail proves nothing.

/// A way in which an engine can be wrong.
#[doc(hidden)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// The first stem is louder by a factor of 1 + 10⁻⁴.
    LaneScaled,
    /// The first stem is one frame late.
    LaneLate,
    /// Where several stems share a compressor, each has a detector of its own.
    SecondDetector,
    /// The first track is in the mix but in no stem.
    TrackLost,
}

impl Fault {
    /// By its name on the command line.
    pub fn from_id(id: &str) -> Option<Self> {
        Some(match id {
            "lane-scaled" => Self::LaneScaled,
            "lane-late" => Self::LaneLate,
            "second-detector" => Self::SecondDetector,
            "track-lost" => Self::TrackLost,
            _ => return None,
        })
    }
}

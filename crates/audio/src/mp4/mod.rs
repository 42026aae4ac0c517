//! MP4 files (ISO/IEC 14496-12, -14): from boxes to the packets of one AAC track and the frames that are meant to be
//! heard. Our own, because encoder delay and padding must come off and no library removes both.

mod boxes;
mod codec;
mod edges;
mod table;
mod track;

pub(crate) use track::{Track, read_track};

/// Frames in an AAC-LC packet.
pub(crate) const PACKET_FRAMES: u64 = 1024;

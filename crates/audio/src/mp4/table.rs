//! Where the packets of a track are: `stsz`, `stsc` and `stco` put together.

use std::path::Path;

use super::PACKET_FRAMES;
use super::boxes::{Boxes, be32, be64};
use crate::AudioError;

/// 24 hours at 48 kHz: more is a lie, or a file that nobody bounces from.
const MAX_PACKETS: usize = 1 << 22;
/// An AAC packet has at most 6144 bits a channel (ISO/IEC 14496-3, 4.5.3.1); padding may add to it.
const MAX_PACKET_BYTES: u32 = 1 << 16;

/// Packets in the order of playing.
#[derive(Debug, Clone)]
pub(crate) struct Packets {
    /// The size of each packet.
    pub(crate) sizes: Vec<u32>,
    /// Runs of packets that follow each other in the file: where one begins, and how many it has.
    pub(crate) runs: Vec<(u64, u32)>,
}

impl Packets {
    pub(crate) fn count(&self) -> u64 {
        self.sizes.len() as u64
    }
}

/// Puts the tables of an `stbl` body together and holds them against the length of the file.
pub(super) fn read_packets(stbl: &Boxes<'_>, length: u64, file: &Path) -> Result<Packets, AudioError> {
    let missing = |name: &str| AudioError::malformed(file, format!("its sample table has no `{name}`"));
    let sizes = read_sizes(stbl, file)?;
    let stsc = stbl.find(b"stsc").ok_or_else(|| missing("stsc"))?;
    let (stco, wide) = match (stbl.find(b"stco"), stbl.find(b"co64")) {
        (Some(short), _) => (short, false),
        (None, Some(long)) => (long, true),
        (None, None) => return Err(missing("stco")),
    };
    let width = if wide { 8 } else { 4 };
    let chunks = (be32(stco, 4) as usize).min(stco.len().saturating_sub(8) / width);
    let mut groups = stsc.get(8..).unwrap_or_default().chunks_exact(12).take(be32(stsc, 4) as usize).peekable();
    let mut runs = Vec::new();
    let (mut next, mut each) = (0usize, 0u32);
    for chunk in 0..chunks {
        while let Some(group) = groups.next_if(|group| be32(group, 0) as usize <= chunk + 1) {
            each = be32(group, 4);
            if be32(group, 8) > 1 {
                return Err(AudioError::unsupported(
                    file,
                    "is an MP4 file whose track changes its coding on the way, which is not read",
                    "decode it to WAV first",
                ));
            }
        }
        let left = sizes.len() - next;
        if left == 0 {
            break;
        }
        let offset = if wide { be64(stco, 8 + chunk * 8) } else { u64::from(be32(stco, 8 + chunk * 4)) };
        let count = (each as usize).min(left);
        let bytes: u64 = sizes[next..next + count].iter().map(|size| u64::from(*size)).sum();
        if offset.checked_add(bytes).is_none_or(|end| end > length) {
            return Err(cut_short(file, &sizes, next, length.saturating_sub(offset)));
        }
        runs.push((offset, count as u32));
        next += count;
    }
    if next < sizes.len() {
        let what = format!("{} of its {} packets are in no chunk", sizes.len() - next, sizes.len());
        return Err(AudioError::malformed(file, what));
    }
    Ok(Packets { sizes, runs })
}

/// The file ends in the chunk that begins with packet `first`, `room` bytes into it.
fn cut_short(file: &Path, sizes: &[u32], first: usize, mut room: u64) -> AudioError {
    let mut whole = first;
    while let Some(rest) = sizes.get(whole).and_then(|size| room.checked_sub(u64::from(*size))) {
        room = rest;
        whole += 1;
    }
    let frames = |packets: usize| packets as u64 * PACKET_FRAMES;
    let missing = frames(sizes.len() - whole);
    AudioError::Truncated {
        file: file.to_path_buf(),
        what: format!("its audio ends about frame {}, and about {missing} frames are missing", frames(whole)),
        missing: Some(missing),
        hint: "export it again, or copy it again from where it came".into(),
    }
}

fn read_sizes(stbl: &Boxes<'_>, file: &Path) -> Result<Vec<u32>, AudioError> {
    let Some(stsz) = stbl.find(b"stsz") else {
        return Err(AudioError::malformed(file, "its sample table has no `stsz`"));
    };
    let (same, count) = (be32(stsz, 4), be32(stsz, 8) as usize);
    if count > MAX_PACKETS {
        return Err(AudioError::limit(file, format!("{count} packets, where {MAX_PACKETS} are a whole day")));
    }
    let sizes: Vec<u32> = if same != 0 {
        vec![same; count]
    } else {
        let table = stsz.get(12..).unwrap_or_default();
        if table.len() / 4 < count {
            return Err(AudioError::malformed(file, "its table of packet sizes is cut short"));
        }
        table.chunks_exact(4).take(count).map(|size| be32(size, 0)).collect()
    };
    if let Some(index) = sizes.iter().position(|size| *size == 0 || *size > MAX_PACKET_BYTES) {
        let what = format!("packet {index} (frame {}) has {} bytes", index as u64 * PACKET_FRAMES, sizes[index]);
        return Err(AudioError::malformed(file, what));
    }
    Ok(sizes)
}

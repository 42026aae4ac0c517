//! Chunks of a WAV file that say nothing to us and are kept for whoever they speak to.

/// Any chunk: markers, loops, a sampler's mapping. Carried over byte for byte.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chunk {
    /// Four characters.
    pub id: [u8; 4],
    /// The body, without a padding byte.
    pub bytes: Vec<u8>,
}

impl Chunk {
    /// As many as are carried over from one file.
    pub const MOST: usize = 64;
    /// Bytes of all chunks that are carried over from one file.
    pub const MOST_BYTES: usize = 1 << 20;

    /// Whether a chunk is carried over. Not what we write ourselves or what only fills; and not what describes the very
    /// samples (a peak, their hash) or the way they were once cut up, which would be wrong of any other file.
    pub(crate) fn is_foreign(id: &[u8; 4]) -> bool {
        !matches!(
            id,
            b"fmt "
                | b"data"
                | b"fact"
                | b"ds64"
                | b"JUNK"
                | b"junk"
                | b"PAD "
                | b"FLLR"
                | b"bext"
                | b"iXML"
                | b"RIFF"
                | b"RF64"
                | b"BW64"
                | b"MD5 "
                | b"PEAK"
                | b"levl"
                | b"wavl"
                | b"slnt"
                | b"chna"
                | b"axml"
        )
    }
}

//! From the chunks of a WAV file to where its samples are and how they are coded.
//!
//! RIFF/WAVE as in Microsoft's "Multimedia Programming Interface and Data Specifications 1.0" and "Multiple Channel
//! Audio Data and WAVE Files"; RF64 as in EBU Tech 3306; BW64 as in ITU-R BS.2088.

use std::path::Path;

use stemwright_core::{Finding, Layout, SampleRate, Severity};

use crate::about::About;
use crate::pcm::{Coding, MAX_CHANNELS, PcmFile};
use crate::source::{Source, field, read_at, read_some};
use crate::{AudioError, Chunk};

/// Broadcast files carry some dozens of chunks; a file of nothing but empty chunks must end.
const MAX_CHUNKS: usize = 4096;
const MAX_DS64_ENTRIES: usize = 256;
/// Of a chunk that says something about the music: more than any tempo stands behind.
const MAX_ABOUT: u64 = 64 << 10;

struct Format {
    rate: SampleRate,
    channels: u16,
    layout: Option<Layout>,
    coding: Coding,
    bits: u16,
    findings: Vec<Finding>,
}

/// The 64-bit sizes of RF64.
#[derive(Default)]
struct Ds64 {
    data: u64,
    others: Vec<([u8; 4], u64)>,
}

impl Ds64 {
    fn size(&self, id: &[u8; 4]) -> Option<u64> {
        if id == b"data" {
            return Some(self.data);
        }
        self.others.iter().find(|(other, _)| other == id).map(|(_, size)| *size)
    }
}

/// A chunk as it stands in the file.
struct Found {
    id: [u8; 4],
    /// Where its body begins.
    body: u64,
    /// The size as its own header has it.
    stated: u32,
    /// The size, from `ds64` where that has it.
    size: u64,
}

/// Goes from chunk to chunk.
struct Walk<'a> {
    source: &'a mut dyn Source,
    file: &'a Path,
    ds64: Option<Ds64>,
    /// Whether sizes of all ones stand in `ds64`.
    sixty_four: bool,
    riff_size: u32,
    /// Where the next chunk begins.
    at: u64,
    left: usize,
}

impl<'a> Walk<'a> {
    fn new(source: &'a mut dyn Source, file: &'a Path) -> Result<Self, AudioError> {
        let mut head = [0; 12];
        if read_some(source, 0, &mut head).map_err(|error| AudioError::io(file, "read", error))? < head.len() {
            return Err(cut_short(file, "it ends inside its header", None));
        }
        let sixty_four = &head[..4] != b"RIFF";
        let riff_size = u32::from_le_bytes(field(&head, 4));
        Ok(Self { source, file, ds64: None, sixty_four, riff_size, at: 12, left: MAX_CHUNKS })
    }

    /// The next chunk, `None` where no more can be found. It may reach beyond the end of the file; then it is the last.
    fn next(&mut self) -> Result<Option<Found>, AudioError> {
        let length = self.source.length();
        if length.saturating_sub(self.at) < 8 || self.left == 0 {
            return Ok(None);
        }
        self.left -= 1;
        let mut header = [0; 8];
        read_at(self.source, self.at, &mut header).map_err(|error| self.io(error))?;
        let id: [u8; 4] = field(&header, 0);
        let stated = u32::from_le_bytes(field(&header, 4));
        let mut size = u64::from(stated);
        if self.sixty_four && stated == u32::MAX {
            size = self.ds64.as_ref().and_then(|ds64| ds64.size(&id)).ok_or_else(|| {
                AudioError::malformed(self.file, format!("its `{}` chunk has no size in `ds64`", id.escape_ascii()))
            })?;
        }
        let body = self.at + 8;
        if &id == b"ds64" && self.ds64.is_none() {
            self.ds64 = Some(read_ds64(self.source, body, size, self.file)?);
        }
        self.at = match body.checked_add(size).filter(|end| *end <= length) {
            Some(end) => next_chunk(self.source, end, size).map_err(|error| self.io(error))?,
            None => length,
        };
        Ok(Some(Found { id, body, stated, size }))
    }

    fn io(&self, error: std::io::Error) -> AudioError {
        AudioError::io(self.file, "read", error)
    }
}

/// Walks the chunks until both `fmt ` and `data` are known. What follows is read only for what it says of the music, so
/// a damaged tail of metadata does not cost the audio.
pub(crate) fn read_layout(source: &mut dyn Source, file: &Path) -> Result<PcmFile, AudioError> {
    let io = |error| AudioError::io(file, "read", error);
    let length = source.length();
    let mut walk = Walk::new(source, file)?;
    let (mut format, mut data) = (None, None);
    let mut about = About::default();
    while format.is_none() || data.is_none() {
        let Some(chunk) = walk.next()? else { break };
        match &chunk.id {
            b"fmt " if format.is_none() => format = Some(read_format(walk.source, chunk.body, chunk.size, file)?),
            b"data" if data.is_none() => data = Some((chunk.body, chunk.size, chunk.stated)),
            _ => read_about(walk.source, &chunk, &mut about),
        }
    }
    while let Ok(Some(chunk)) = walk.next() {
        read_about(walk.source, &chunk, &mut about);
    }
    let (sixty_four, riff_size) = (walk.sixty_four, walk.riff_size);
    let Some((start, size, stated)) = data else {
        return Err(cut_short(file, "it has no `data` chunk, so no samples", None));
    };
    let Some(Format { rate, channels, layout, coding, bits, mut findings }) = format else {
        return Err(AudioError::malformed(file, "it has no `fmt ` chunk, so its rate and depth are unknown"));
    };
    let frame_bytes = u64::from(channels) * coding.bytes() as u64;
    let rest = length - start;
    let unknown = !sixty_four && never_patched(source, start, size, stated, riff_size, frame_bytes).map_err(io)?;
    let bytes = if unknown {
        findings.push(
            Finding::new(
                Severity::Warning,
                "wav-length-unknown",
                "The header does not say how long the audio is (a streaming writer left it open), \
                 so everything up to the end of the file is taken as audio.",
            )
            .in_file(file)
            .hint("check the end of it by ear, or export it again"),
        );
        rest
    } else if size > rest {
        let missing = size / frame_bytes - rest / frame_bytes;
        let seconds = missing as f64 / f64::from(rate.hz());
        let what = format!(
            "its header promises {} frames, {missing} of which are missing at the end ({seconds:.3} s)",
            size / frame_bytes
        );
        return Err(cut_short(file, what, Some(missing)));
    } else {
        size
    };
    if bytes % frame_bytes != 0 {
        findings.push(
            Finding::new(
                Severity::Warning,
                "wav-partial-frame",
                format!(
                    "The audio ends with {} bytes that are not a whole frame; they are left out.",
                    bytes % frame_bytes
                ),
            )
            .in_file(file)
            .hint("check the end of it by ear, or export it again"),
        );
    }
    let frames = bytes / frame_bytes;
    Ok(PcmFile { rate, channels, layout, coding, big_endian: false, bits, start, frames, about, findings })
}

/// What a chunk says of the music, if it does. One that cannot be read says nothing: reading the samples will tell.
fn read_about(source: &mut dyn Source, chunk: &Found, about: &mut About) {
    let mut body = |at_most: u64| {
        let mut bytes = vec![0; chunk.size.min(at_most) as usize];
        let filled = read_some(source, chunk.body, &mut bytes).unwrap_or(0);
        bytes.truncate(filled);
        bytes
    };
    match &chunk.id {
        b"bext" => about.bext(&body(602)),
        b"iXML" => about.ixml(&body(MAX_ABOUT)),
        b"acid" => about.acid(&body(24)),
        _ => {}
    }
}

/// The chunks that are carried over, in their order: those that are whole, as many as the limits of [`Chunk`] allow.
pub(crate) fn read_chunks(source: &mut dyn Source, file: &Path) -> Result<Vec<Chunk>, AudioError> {
    let length = source.length();
    let mut walk = Walk::new(source, file)?;
    let (mut chunks, mut room) = (Vec::new(), Chunk::MOST_BYTES as u64);
    while let Ok(Some(Found { id, body, size, .. })) = walk.next() {
        // In an open-ended file the samples themselves would come next.
        if !id.iter().all(|byte| (0x20..0x7f).contains(byte)) {
            break;
        }
        if !Chunk::is_foreign(&id) || size > room || size > length - body {
            continue;
        }
        let mut bytes = vec![0; size as usize];
        read_at(walk.source, body, &mut bytes).map_err(|error| walk.io(error))?;
        room -= size;
        chunks.push(Chunk { id, bytes });
        if chunks.len() == Chunk::MOST {
            break;
        }
    }
    Ok(chunks)
}

fn cut_short(file: &Path, what: impl Into<String>, missing: Option<u64>) -> AudioError {
    let hint = "export it again, or repair its header".into();
    AudioError::Truncated { file: file.to_path_buf(), what: what.into(), missing, hint }
}

/// Chunks of odd size are followed by a padding byte; some writers forget it, which shows in the next name.
fn next_chunk(source: &mut dyn Source, end: u64, size: u64) -> std::io::Result<u64> {
    if size.is_multiple_of(2) {
        return Ok(end);
    }
    let mut peek = [0; 5];
    let filled = read_some(source, end, &mut peek)?;
    let name = |bytes: &[u8]| bytes.iter().all(|byte| (0x20..0x7f).contains(byte));
    let unpadded = filled == peek.len() && name(&peek[..4]) && !name(&peek[1..]);
    Ok(if unpadded { end } else { end + 1 })
}

/// Whether the size of `data` is one that a writer leaves when it cannot go back to fill it in.
fn never_patched(
    source: &mut dyn Source,
    start: u64,
    size: u64,
    stated: u32,
    riff_size: u32,
    frame_bytes: u64,
) -> std::io::Result<bool> {
    let rest = source.length() - start;
    // sox writes the largest whole number of frames below 0x7ffff000; others all ones, or half of that.
    let sox = 0x7fff_f000 - 0x7fff_f000 % frame_bytes;
    let open_ended = matches!(stated, u32::MAX | 0x7fff_ffff | 0x8000_0000) || size == sox;
    if size > rest && open_ended {
        return Ok(true);
    }
    if size != 0 || rest == 0 {
        return Ok(false);
    }
    // No frames, and something follows: an empty file with more chunks says so in its RIFF size.
    let closed = u64::from(riff_size).checked_add(8).is_some_and(|end| end > start && end <= source.length());
    Ok(!closed)
}

fn read_ds64(source: &mut dyn Source, body: u64, size: u64, file: &Path) -> Result<Ds64, AudioError> {
    let io = |error| AudioError::io(file, "read", error);
    let mut bytes = vec![0; size.min(28 + 12 * MAX_DS64_ENTRIES as u64) as usize];
    let filled = read_some(source, body, &mut bytes).map_err(io)?;
    if filled < 24 {
        return Err(AudioError::malformed(file, "its `ds64` chunk is too short"));
    }
    bytes.truncate(filled);
    let table = u32::from_le_bytes(field(&bytes, 24)) as usize;
    let entries = bytes.get(28..).unwrap_or_default().chunks_exact(12).take(table);
    let others = entries.map(|entry| (field(entry, 0), u64::from_le_bytes(field(entry, 4)))).collect();
    Ok(Ds64 { data: u64::from_le_bytes(field(&bytes, 8)), others })
}

/// The tail that all subformat GUIDs of WAVE_FORMAT_EXTENSIBLE share after their two-byte format tag.
pub(crate) const GUID_TAIL: [u8; 14] = [0, 0, 0, 0, 0x10, 0, 0x80, 0, 0, 0xaa, 0, 0x38, 0x9b, 0x71];
pub(crate) const TAG_PCM: u16 = 1;
pub(crate) const TAG_FLOAT: u16 = 3;
pub(crate) const TAG_EXTENSIBLE: u16 = 0xfffe;

fn read_format(source: &mut dyn Source, body: u64, size: u64, file: &Path) -> Result<Format, AudioError> {
    let mut bytes = vec![0; size.min(40) as usize];
    let filled = read_some(source, body, &mut bytes).map_err(|error| AudioError::io(file, "read", error))?;
    bytes.truncate(filled);
    if bytes.len() < 16 {
        return Err(AudioError::malformed(file, format!("its `fmt ` chunk has {} bytes, not 16", bytes.len())));
    }
    let word = |at| u16::from_le_bytes(field(&bytes, at));
    let (mut tag, channels, block, bits) = (word(0), word(2), word(12), word(14));
    let (hz, byte_rate) = (u32::from_le_bytes(field(&bytes, 4)), u32::from_le_bytes(field(&bytes, 8)));
    let (mut mask, mut valid) = (0, bits);
    if tag == TAG_EXTENSIBLE {
        if bytes.len() < 40 {
            return Err(AudioError::malformed(file, "its extensible `fmt ` chunk is too short"));
        }
        if field::<14>(&bytes, 26) != GUID_TAIL {
            let what = "is a WAV file whose coding is not a known one, which is not read";
            return Err(AudioError::unsupported(file, what, "export it as PCM or 32-bit float"));
        }
        tag = word(24);
        // Fewer bits than the container has stand in its upper ones. What makes no sense is left out: it loses nothing.
        valid = Some(word(18)).filter(|valid| (1..bits).contains(valid) && tag == TAG_PCM).unwrap_or(bits);
        mask = u32::from_le_bytes(field(&bytes, 20));
    }
    if channels == 0 || hz == 0 {
        return Err(AudioError::malformed(file, format!("its header says {channels} channels at {hz} Hz")));
    }
    if channels > MAX_CHANNELS {
        return Err(AudioError::limit(file, format!("{channels} channels, where {MAX_CHANNELS} can be read")));
    }
    let coding = match (tag, bits) {
        (TAG_PCM, 8) => Coding::U8,
        (TAG_PCM, 16) => Coding::I16,
        (TAG_PCM, 24) => Coding::I24,
        (TAG_PCM, 32) => Coding::I32,
        (TAG_FLOAT, 32) => Coding::F32,
        (TAG_FLOAT, 64) => Coding::F64,
        (TAG_PCM | TAG_FLOAT, bits) => {
            let kind = if tag == TAG_PCM { "PCM" } else { "float" };
            let what = format!("is a WAV file of {bits}-bit {kind}, which is not read");
            return Err(AudioError::unsupported(file, what, "export it as 24-bit PCM or 32-bit float"));
        }
        (tag, _) => {
            let what = format!("is a WAV file that holds {}, which is not read", tag_name(tag));
            return Err(AudioError::unsupported(file, what, "decode it to PCM first"));
        }
    };
    let rate = sample_rate(file, hz)?;
    let frame_bytes = channels * coding.bytes() as u16;
    if block != frame_bytes {
        let what =
            format!("its header says {block} bytes a frame, but {channels} channels of {bits} bits have {frame_bytes}");
        return Err(AudioError::malformed(file, what));
    }
    let mut findings = Vec::new();
    let true_rate = u64::from(hz) * u64::from(frame_bytes);
    if byte_rate == 0 {
        let message = "The header leaves the byte rate open; the sample rate is taken as it stands.";
        findings.push(Finding::new(Severity::Note, "wav-byte-rate", message).in_file(file));
    } else if u64::from(byte_rate) != true_rate & 0xffff_ffff {
        let what =
            format!("its header says {byte_rate} bytes a second, but {hz} Hz has {true_rate}: one of them is wrong");
        return Err(AudioError::malformed(file, what));
    }
    if mask != 0 && mask.count_ones() != u32::from(channels) {
        let message = format!(
            "The header names {} loudspeakers for {channels} channels; the usual order of channels is assumed.",
            mask.count_ones()
        );
        findings.push(Finding::new(Severity::Note, "wav-channel-mask", message).in_file(file));
        mask = 0;
    }
    Ok(Format { rate, channels, layout: layout_of(mask, channels.into()), coding, bits: valid, findings })
}

/// The layout of a channel mask, or where it is 0 that of the number of channels; `None` for loudspeakers that no layout
/// of ours has. Surrounds at the sides or behind are both 5.1: programs write either for the same thing.
pub(crate) fn layout_of(mask: u32, channels: usize) -> Option<Layout> {
    /// `SPEAKER_SIDE_LEFT` and `SPEAKER_SIDE_RIGHT` in the place of the back pair.
    const SIDE_51: u32 = 0x60f;
    let usual = Layout::of_channels(channels)?;
    let same = mask == 0 || channels <= 2 || mask == usual.speakers();
    (same || usual == Layout::Surround51 && mask == SIDE_51).then_some(usual)
}

/// A rate in the range that every part of the program accepts.
pub(crate) fn sample_rate(file: &Path, hz: u32) -> Result<SampleRate, AudioError> {
    SampleRate::new(hz).ok_or_else(|| {
        let range = SampleRate::RANGE;
        let what = format!("has a rate of {hz} Hz, outside {} to {} Hz", range.start(), range.end());
        AudioError::unsupported(file, what, "export it at 44100 or 48000 Hz")
    })
}

/// Registered in RFC 2361 and Microsoft's mmreg.h: those that are met.
fn tag_name(tag: u16) -> String {
    let name = match tag {
        0x0002 => "ADPCM (Microsoft)",
        0x0006 => "A-law",
        0x0007 => "µ-law",
        0x0008 | 0x2001 => "DTS",
        0x0011 => "ADPCM (IMA)",
        0x0031 => "GSM 6.10",
        0x0050 => "MPEG audio (MP2)",
        0x0055 => "MP3",
        0x0092 | 0x2000 => "AC-3",
        0x00ff | 0x1600 | 0x1610 => "AAC",
        0x0161..=0x0163 => "Windows Media Audio",
        0x674f..=0x6771 => "Vorbis",
        0xf1ac => "FLAC",
        _ => return format!("coding 0x{tag:04X}"),
    };
    name.into()
}

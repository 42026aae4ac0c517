//! FLAC files (RFC 9639): Symphonia decodes the frames; what surrounds them, and whether any is missing, is seen to
//! here.

mod bits;
mod crc;
mod frame;
mod linear;
mod metadata;
mod predict;
mod rice;
mod subframe;
#[cfg(test)]
mod tests;
mod write;

pub(crate) use write::FlacBody;

use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use stemwright_core::SampleRate;
use symphonia::core::audio::{Audio, GenericAudioBufferRef};
use symphonia::core::codecs::CodecParameters;
use symphonia::core::codecs::audio::{AudioDecoder, AudioDecoderOptions};
use symphonia::core::errors::Error;
use symphonia::core::formats::{FormatOptions, FormatReader, SeekMode, SeekTo};
use symphonia::core::io::{MediaSource, MediaSourceStream, MediaSourceStreamOptions};
use symphonia::core::packet::Packet;
use symphonia::core::units::Timestamp;
use symphonia::default::codecs::FlacDecoder;
use symphonia::default::formats::FlacReader;

use crate::about::About;
use crate::blocks::{BlockReader, Blocks, guarded};
use crate::source::{Source, field, read_at, read_some};
use crate::wav::{layout_of, sample_rate};
use crate::{AudioError, FrameReader};

const MAX_METADATA_BLOCKS: usize = 1024;
const STREAMINFO: usize = 34;
const VORBIS_COMMENT: u8 = 4;
/// Of the comments, which pictures can make long.
const MAX_COMMENTS: usize = 64 << 10;

/// What a FLAC file says of itself.
#[derive(Debug, Clone)]
pub(crate) struct Layout {
    pub(crate) rate: SampleRate,
    pub(crate) channels: usize,
    pub(crate) frames: u64,
    /// 4 to 24.
    pub(crate) bits: u16,
    /// What the channels are, where that is known.
    pub(crate) speakers: Option<stemwright_core::Layout>,
    pub(crate) about: About,
    stream_info: [u8; STREAMINFO],
    /// Where the first audio frame is, and where the last ends.
    audio: std::ops::Range<u64>,
}

/// Reads STREAMINFO and comments, and steps over the other metadata: no picture is ever parsed.
pub(crate) fn read_layout(source: &mut dyn Source, start: u64, file: &Path) -> Result<Layout, AudioError> {
    let io = |error| AudioError::io(file, "read", error);
    let length = source.length();
    let mut stream_info = None;
    let mut at = start + 4;
    let (mut last, mut mask, mut about) = (false, 0, About::default());
    for _ in 0..MAX_METADATA_BLOCKS {
        let mut header = [0; 4];
        if read_some(source, at, &mut header).map_err(io)? < header.len() {
            return Err(cut_short(file));
        }
        let size = u32::from_be_bytes(header) & 0xff_ffff;
        at += 4;
        if u64::from(size) > length - at {
            return Err(cut_short(file));
        }
        if stream_info.is_none() {
            if header[0] & 0x7f != 0 || size as usize != STREAMINFO {
                return Err(AudioError::malformed(file, "its first metadata block is not STREAMINFO"));
            }
            let mut bytes = [0; STREAMINFO];
            read_at(source, at, &mut bytes).map_err(io)?;
            stream_info = Some(bytes);
        }
        if header[0] & 0x7f == VORBIS_COMMENT {
            mask = read_comments(source, at, size, &mut about).map_err(io)?;
        }
        at += u64::from(size);
        last = header[0] & 0x80 != 0;
        if last {
            break;
        }
    }
    let Some(stream_info) = stream_info.filter(|_| last) else {
        return Err(AudioError::limit(file, format!("more than {MAX_METADATA_BLOCKS} metadata blocks")));
    };
    let packed = u64::from_be_bytes(field(&stream_info, 10));
    let rate = sample_rate(file, (packed >> 44) as u32)?;
    let channels = (packed >> 41 & 7) as usize + 1;
    let bits = (packed >> 36 & 31) + 1;
    if bits > 24 {
        let what = format!("is a FLAC file of {bits} bits, which is not read");
        return Err(AudioError::unsupported(file, what, "decode it to WAV first"));
    }
    let mut layout = Layout {
        rate,
        channels,
        frames: packed & 0xf_ffff_ffff,
        bits: bits as u16,
        speakers: layout_of(mask, channels),
        about,
        stream_info,
        audio: at..length,
    };
    // An ID3v1 tag after the audio would spoil the last frame's checksum.
    let mut tag = [0; 3];
    if length - at >= 128 && read_some(source, length - 128, &mut tag).map_err(io)? == 3 && &tag == b"TAG" {
        layout.audio.end = length - 128;
    }
    Ok(layout)
}

/// What the comments say of the music, and the channel mask that stands there where the channels are not in FLAC's own
/// order (RFC 9639, section 8.6); 0 where none can be found.
fn read_comments(source: &mut dyn Source, at: u64, size: u32, about: &mut About) -> io::Result<u32> {
    let mut bytes = vec![0; (size as usize).min(MAX_COMMENTS)];
    let filled = read_some(source, at, &mut bytes)?;
    let mut mask = 0;
    for (name, value) in comments(&bytes[..filled]) {
        match name.as_str() {
            "WAVEFORMATEXTENSIBLE_CHANNEL_MASK" => {
                let digits = value.trim_start_matches("0x").trim_start_matches("0X");
                mask = u32::from_str_radix(digits, 16).unwrap_or(0);
            }
            _ => about.comment(&name, &value),
        }
    }
    Ok(mask)
}

/// The comments that are whole: their names in capitals, and their text.
fn comments(block: &[u8]) -> impl Iterator<Item = (String, String)> {
    let take = |rest: &mut &[u8]| -> Option<Vec<u8>> {
        let (size, behind) = rest.split_first_chunk::<4>()?;
        let (text, behind) = behind.split_at_checked(u32::from_le_bytes(*size) as usize)?;
        *rest = behind;
        Some(text.to_vec())
    };
    let mut rest = block;
    // The vendor's name, and the number of comments, which the block's end tells as well.
    let vendor = take(&mut rest);
    let mut rest = rest.get(4..).filter(|_| vendor.is_some()).unwrap_or_default();
    std::iter::from_fn(move || take(&mut rest)).filter_map(|comment| {
        let text = String::from_utf8_lossy(&comment).into_owned();
        text.split_once('=').map(|(name, value)| (name.to_ascii_uppercase(), value.to_owned()))
    })
}

fn cut_short(file: &Path) -> AudioError {
    let what = "it ends inside its header".into();
    AudioError::Truncated { file: file.to_path_buf(), what, missing: None, hint: "export it again".into() }
}

/// The length of a stream whose STREAMINFO leaves it open, by stepping through its frames.
pub(crate) fn count_frames(source: Box<dyn Source>, layout: &Layout, file: &Path) -> Result<u64, AudioError> {
    if layout.audio.is_empty() {
        return Ok(0);
    }
    let mut stream = Stream::new(source, layout, file)?;
    let mut frames = 0;
    while let Some(packet) = stream.packet(frames)? {
        frames += packet.dur.get();
    }
    Ok(frames)
}

/// Of a file without a single frame, which the demuxer does not take.
pub(crate) struct Empty;

impl FrameReader for Empty {
    fn read(&mut self, _: &mut [&mut [f64]]) -> Result<usize, AudioError> {
        Ok(0)
    }
}

/// A reader from frame `from` on.
pub(crate) fn open(
    source: Box<dyn Source>,
    layout: &Layout,
    file: &Path,
    from: u64,
) -> Result<BlockReader<FlacBlocks>, AudioError> {
    let blocks = FlacBlocks::new(source, layout, file, from)?;
    let skip = blocks.start.map_or(0, |start| from - start);
    Ok(BlockReader::new(blocks, file.to_path_buf(), skip, from, layout.frames))
}

/// The audio frames in order, every one of them, or an error that names the first that is missing.
struct Stream {
    /// `None` only after a failed return to the start.
    reader: Option<FlacReader<'static>>,
    file: PathBuf,
}

impl Stream {
    fn new(source: Box<dyn Source>, layout: &Layout, file: &Path) -> Result<Self, AudioError> {
        let bare = Bare::new(source, layout);
        let stream = MediaSourceStream::new(Box::new(bare), MediaSourceStreamOptions::default());
        let mut new = Self { reader: None, file: file.to_path_buf() };
        new.begin(stream)?;
        Ok(new)
    }

    fn begin(&mut self, stream: MediaSourceStream<'static>) -> Result<(), AudioError> {
        let begin = || FlacReader::try_new(stream, FormatOptions::default());
        self.reader = Some(guarded(&self.file, "at its start", begin)?);
        Ok(())
    }

    /// As if it had just been opened: a seek back would look for the start by sync codes.
    fn restart(&mut self) -> Result<(), AudioError> {
        let Some(reader) = self.reader.take() else { return Ok(()) };
        let mut stream = Box::new(reader).into_inner();
        stream.seek(SeekFrom::Start(0)).map_err(|error| AudioError::io(&self.file, "read", error))?;
        self.begin(stream)
    }

    /// The packet that begins at frame `at`.
    fn packet(&mut self, at: u64) -> Result<Option<Packet>, AudioError> {
        let Some(reader) = &mut self.reader else { return Ok(None) };
        let next = guarded(&self.file, &format!("at frame {at}"), || match reader.next_packet() {
            Err(Error::IoError(error)) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(None),
            other => other,
        })?;
        let Some(packet) = next else { return Ok(None) };
        // The demuxer steps over what it cannot read; the timestamps tell.
        if u64::try_from(packet.pts.get()).ok() != Some(at) {
            let what = format!("frame {at} and what follows it are unreadable up to frame {}", packet.pts.get());
            return Err(AudioError::malformed(&self.file, what));
        }
        Ok(Some(packet))
    }
}

pub(crate) struct FlacBlocks {
    stream: Stream,
    decoder: FlacDecoder,
    /// A packet found while looking for the first.
    pending: Option<Packet>,
    /// The frame of the first block, or `None` when there is nothing to read.
    start: Option<u64>,
    /// The frame of the next block.
    at: u64,
    /// Whether reading did not begin at the start.
    sought: bool,
}

impl FlacBlocks {
    fn new(source: Box<dyn Source>, layout: &Layout, file: &Path, from: u64) -> Result<Self, AudioError> {
        let stream = Stream::new(source, layout, file)?;
        let parameters = match stream.reader.as_ref().and_then(|reader| reader.tracks().first()?.codec_params.as_ref())
        {
            Some(CodecParameters::Audio(parameters)) => parameters.clone(),
            _ => return Err(AudioError::malformed(file, "its STREAMINFO is unreadable")),
        };
        let decoder =
            guarded(file, "at its start", || FlacDecoder::try_new(&parameters, &AudioDecoderOptions::default()))?;
        let mut blocks = Self { stream, decoder, pending: None, start: Some(0), at: 0, sought: false };
        if from >= layout.frames {
            blocks.start = None;
        } else if from > 0 {
            blocks.seek(from)?;
        }
        Ok(blocks)
    }

    /// Moves to the block that holds `from`. Where the seek misses (frames are found by their sync codes, which
    /// samples can imitate), decoding goes on from the front.
    fn seek(&mut self, from: u64) -> Result<(), AudioError> {
        let Some(reader) = &mut self.stream.reader else { return Ok(()) };
        let to = SeekTo::Timestamp { ts: Timestamp::new(from as i64), track_id: 0 };
        let found = guarded(&self.stream.file, &format!("looking for frame {from}"), || {
            reader.seek(SeekMode::Accurate, to)?;
            reader.next_packet()
        });
        if let Ok(Some(packet)) = found {
            let first = u64::try_from(packet.pts.get()).unwrap_or(u64::MAX);
            if first <= from && from - first < packet.dur.get() {
                self.start = Some(first);
                self.at = first;
                self.pending = Some(packet);
                self.sought = true;
                return Ok(());
            }
        }
        self.stream.restart()
    }

    /// The next packet. What cannot be found after a seek may still be found from the start, where the demuxer knows
    /// every header before it.
    fn packet(&mut self) -> Result<Option<Packet>, AudioError> {
        if let Some(packet) = self.pending.take() {
            return Ok(Some(packet));
        }
        match self.stream.packet(self.at) {
            Ok(Some(packet)) => Ok(Some(packet)),
            other if !self.sought => other,
            _ => {
                self.sought = false;
                self.stream.restart()?;
                let mut at = 0;
                while at < self.at {
                    let Some(packet) = self.stream.packet(at)? else { return Ok(None) };
                    at += packet.dur.get();
                }
                self.stream.packet(self.at)
            }
        }
    }
}

impl Blocks for FlacBlocks {
    fn next(&mut self) -> Result<Option<usize>, AudioError> {
        let Some(packet) = self.packet()? else { return Ok(None) };
        let decoder = &mut self.decoder;
        let frames = guarded(&self.stream.file, &format!("at frame {}", self.at), || {
            decoder.decode(&packet).map(|block| block.frames())
        })?;
        if frames as u64 != packet.dur.get() {
            let what = format!("the block at frame {} has {frames} frames, not {}", self.at, packet.dur);
            return Err(AudioError::malformed(&self.stream.file, what));
        }
        self.at += frames as u64;
        Ok(Some(frames))
    }

    fn copy(&self, channel: usize, from: usize, out: &mut [f64]) {
        if let GenericAudioBufferRef::S32(block) = self.decoder.last_decoded()
            && let Some(plane) = block.plane(channel)
        {
            for (to, sample) in out.iter_mut().zip(&plane[from..]) {
                // The decoder moves every depth to the top of 32 bits.
                *to = f64::from(*sample) / 2_147_483_648.0;
            }
        }
    }
}

/// The stream as the demuxer gets to see it: the marker, STREAMINFO, and the audio.
struct Bare {
    head: Vec<u8>,
    source: Box<dyn Source>,
    audio: std::ops::Range<u64>,
    position: u64,
}

impl Bare {
    fn new(source: Box<dyn Source>, layout: &Layout) -> Self {
        let mut head = b"fLaC\x80\0\0\x22".to_vec();
        head.extend_from_slice(&layout.stream_info);
        Self { head, source, audio: layout.audio.clone(), position: 0 }
    }

    fn length(&self) -> u64 {
        self.head.len() as u64 + (self.audio.end - self.audio.start)
    }
}

impl Read for Bare {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let head = self.head.len() as u64;
        let count = if self.position < head {
            (&self.head[self.position as usize..]).read(buffer)?
        } else {
            let rest = self.length().saturating_sub(self.position).min(buffer.len() as u64) as usize;
            self.source.seek(SeekFrom::Start(self.audio.start + (self.position - head)))?;
            self.source.read(&mut buffer[..rest])?
        };
        self.position += count as u64;
        Ok(count)
    }
}

impl Seek for Bare {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let target = match to {
            SeekFrom::Start(offset) => Some(offset),
            SeekFrom::End(delta) => self.length().checked_add_signed(delta),
            SeekFrom::Current(delta) => self.position.checked_add_signed(delta),
        };
        self.position = target.ok_or(io::ErrorKind::InvalidInput)?;
        Ok(self.position)
    }
}

impl MediaSource for Bare {
    fn is_seekable(&self) -> bool {
        true
    }

    fn byte_len(&self) -> Option<u64> {
        Some(self.length())
    }
}

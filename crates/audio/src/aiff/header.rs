//! From the chunks of an AIFF file to where its samples are and how they are coded.
//!
//! *Audio Interchange File Format AIFF-C*, Apple, draft of 26 August 1991. The codings `sowt`, `twos`, `in24`, `in32`,
//! `raw `, `fl32` and `fl64` are QuickTime's.

use std::path::Path;

use stemwright_core::{Finding, Layout, SampleRate, Severity};

use super::extended;
use crate::AudioError;
use crate::about::About;
use crate::pcm::{Coding, MAX_CHANNELS, PcmFile};
use crate::source::{Source, field, read_at, read_some};
use crate::wav::sample_rate;

/// A file of nothing but empty chunks must end.
const MAX_CHUNKS: usize = 4096;

/// What `COMM` says.
struct Common {
    rate: SampleRate,
    channels: u16,
    coding: Coding,
    big_endian: bool,
    bits: u16,
    frames: u64,
    findings: Vec<Finding>,
}

/// What `SSND` says.
struct Sound {
    /// Where its samples begin.
    start: u64,
    /// How many bytes of them there are by its size.
    bytes: u64,
    /// The size as it stands.
    stated: u32,
}

/// Walks the chunks until both `COMM` and `SSND` are known: what follows is never read, so a damaged tail of metadata
/// does not cost the audio.
pub(crate) fn read_layout(source: &mut dyn Source, file: &Path) -> Result<PcmFile, AudioError> {
    let io = |error| AudioError::io(file, "read", error);
    let length = source.length();
    let mut head = [0; 12];
    if read_some(source, 0, &mut head).map_err(io)? < head.len() {
        return Err(cut_short(file, "it ends inside its header", None));
    }
    let compressible = &head[8..] == b"AIFC";
    let (mut common, mut sound, mut order) = (None, None, Order::Usual);
    let mut at = 12;
    for _ in 0..MAX_CHUNKS {
        if length.saturating_sub(at) < 8 {
            break;
        }
        let mut header = [0; 8];
        read_at(source, at, &mut header).map_err(io)?;
        let stated = u32::from_be_bytes(field(&header, 4));
        let (body, size) = (at + 8, u64::from(stated));
        match &field::<4>(&header, 0) {
            b"COMM" if common.is_none() => common = Some(read_common(source, body, size, compressible, file)?),
            b"SSND" if sound.is_none() => sound = Some(read_sound(source, body, stated, file)?),
            b"CHAN" => order = read_order(source, body, size).map_err(io)?,
            _ => {}
        }
        if common.is_some() && sound.is_some() {
            break;
        }
        let end = body + size;
        if end > length {
            break;
        }
        at = end + size % 2;
    }
    let Some(Common { rate, channels, coding, big_endian, bits, frames, findings }) = common else {
        return Err(AudioError::malformed(file, "it has no `COMM` chunk, so its rate and depth are unknown"));
    };
    let frame_bytes = u64::from(channels) * coding.bytes() as u64;
    let layout = order.layout(channels.into());
    let about = About::default();
    let mut held = PcmFile { rate, channels, layout, coding, big_endian, bits, start: 0, frames, about, findings };
    match sound {
        Some(sound) => {
            held.start = sound.start;
            held.frames = count(&mut held.findings, &sound, frames, frame_bytes, length - sound.start, rate, file)?;
        }
        // An empty file may go without.
        None if frames == 0 => {}
        None => return Err(cut_short(file, "it has no `SSND` chunk, so no samples", Some(frames))),
    }
    Ok(held)
}

/// How many frames there are: `COMM` and `SSND` both say it, and the file has `rest` bytes from the first frame on.
fn count(
    findings: &mut Vec<Finding>,
    sound: &Sound,
    stated: u64,
    frame_bytes: u64,
    rest: u64,
    rate: SampleRate,
    file: &Path,
) -> Result<u64, AudioError> {
    let warn = |code: &str, message: String| {
        let hint = "check the end of it by ear, or export it again";
        Finding::new(Severity::Warning, code, message).in_file(file).hint(hint)
    };
    let never_patched = open_ended(sound, stated, frame_bytes, rest);
    let bytes = if never_patched {
        let message = "The header does not say how long the audio is (a streaming writer left it open), so everything \
                       up to the end of the file is taken as audio.";
        findings.push(warn("aiff-length-unknown", message.into()));
        rest
    } else {
        sound.bytes
    };
    let promised = if never_patched { bytes / frame_bytes } else { stated.max(bytes / frame_bytes) };
    if promised > rest / frame_bytes {
        let missing = promised - rest / frame_bytes;
        let seconds = missing as f64 / f64::from(rate.hz());
        let what = format!(
            "its header promises {promised} frames, {missing} of which are missing at the end ({seconds:.3} s)"
        );
        return Err(cut_short(file, what, Some(missing)));
    }
    if never_patched {
        return Ok(promised);
    }
    let held = bytes / frame_bytes;
    if held < stated {
        let what = format!("its `COMM` chunk says {stated} frames, but its `SSND` chunk has room for {held}");
        return Err(AudioError::malformed(file, what));
    }
    // `COMM` counts; `SSND` may be filled up to a whole block.
    if held > stated {
        let message =
            format!("The header counts {stated} frames, but {held} are there; those that it counts are read.");
        findings.push(warn("aiff-more-samples", message));
    } else if bytes % frame_bytes != 0 {
        let odd = bytes % frame_bytes;
        findings.push(warn(
            "aiff-partial-frame",
            format!("The audio ends with {odd} bytes that are not a whole frame; they are left out."),
        ));
    }
    Ok(stated)
}

/// Whether the sizes are those that a writer leaves when it cannot go back to fill them in.
fn open_ended(sound: &Sound, stated: u64, frame_bytes: u64, rest: u64) -> bool {
    // ffmpeg leaves 0; sox writes the largest whole number of frames below 0x7f000000; others all ones, or half of that.
    let sox = (0x7f00_0000 / frame_bytes).saturating_sub(1)..=0x7f00_0000 / frame_bytes;
    let all = matches!(sound.stated, u32::MAX | 0x7fff_ffff | 0x8000_0000) && sound.bytes > rest;
    let none = sound.stated == 0 && stated == 0 && rest > 0;
    all || none || (sox.contains(&stated) && sound.bytes > rest)
}

fn cut_short(file: &Path, what: impl Into<String>, missing: Option<u64>) -> AudioError {
    let hint = "export it again, or repair its header".into();
    AudioError::Truncated { file: file.to_path_buf(), what: what.into(), missing, hint }
}

/// `offset` and `blockSize`, then the samples, `offset` bytes further on.
fn read_sound(source: &mut dyn Source, body: u64, stated: u32, file: &Path) -> Result<Sound, AudioError> {
    let mut bytes = [0; 8];
    let filled = read_some(source, body, &mut bytes).map_err(|error| AudioError::io(file, "read", error))?;
    if filled < bytes.len() {
        return Err(cut_short(file, "it ends inside the header of its `SSND` chunk", None));
    }
    let offset = u64::from(u32::from_be_bytes(field(&bytes, 0)));
    let start = body + 8 + offset;
    if start > source.length() {
        let what = format!("its samples begin {offset} bytes into its `SSND` chunk, behind the end of the file");
        return Err(AudioError::malformed(file, what));
    }
    Ok(Sound { start, bytes: u64::from(stated).saturating_sub(8 + offset), stated })
}

fn read_common(
    source: &mut dyn Source,
    body: u64,
    size: u64,
    compressible: bool,
    file: &Path,
) -> Result<Common, AudioError> {
    let least = if compressible { 22 } else { 18 };
    let mut bytes = vec![0; size.min(22) as usize];
    let filled = read_some(source, body, &mut bytes).map_err(|error| AudioError::io(file, "read", error))?;
    bytes.truncate(filled);
    if bytes.len() < least {
        return Err(AudioError::malformed(file, format!("its `COMM` chunk has {} bytes, not {least}", bytes.len())));
    }
    let channels = u16::from_be_bytes(field(&bytes, 0));
    let frames = u64::from(u32::from_be_bytes(field(&bytes, 2)));
    let bits = u16::from_be_bytes(field(&bytes, 6));
    let (rate, findings) = read_rate(field(&bytes, 8), file)?;
    if channels == 0 {
        return Err(AudioError::malformed(file, format!("its header says 0 channels at {} Hz", rate.hz())));
    }
    if channels > MAX_CHANNELS {
        return Err(AudioError::limit(file, format!("{channels} channels, where {MAX_CHANNELS} can be read")));
    }
    let compression = if compressible { field(&bytes, 18) } else { *b"NONE" };
    let (coding, bits) = coding(&compression, bits, file)?;
    Ok(Common { rate, channels, coding, big_endian: &compression != b"sowt", bits, frames, findings })
}

fn read_rate(bytes: [u8; 10], file: &Path) -> Result<(SampleRate, Vec<Finding>), AudioError> {
    let Some((hz, whole)) = extended::to_hz(bytes) else {
        let what = "its sample rate is negative, not a number or without bounds";
        return Err(AudioError::malformed(file, what));
    };
    let rate = sample_rate(file, hz)?;
    let mut findings = Vec::new();
    if !whole {
        let message = format!("The header's sample rate is not a whole number; {hz} Hz is the nearest.");
        findings.push(Finding::new(Severity::Note, "aiff-rate", message).in_file(file));
    }
    Ok((rate, findings))
}

/// The coding of a compression type, and how many bits say something.
fn coding(compression: &[u8; 4], bits: u16, file: &Path) -> Result<(Coding, u16), AudioError> {
    let fixed = |coding: Coding| Ok((coding, coding.bytes() as u16 * 8));
    match compression {
        b"NONE" | b"twos" | b"sowt" => match bits {
            1..=8 => Ok((Coding::I8, bits)),
            9..=16 => Ok((Coding::I16, bits)),
            17..=24 => Ok((Coding::I24, bits)),
            25..=32 => Ok((Coding::I32, bits)),
            _ => Err(AudioError::malformed(file, format!("its header says {bits} bits a sample"))),
        },
        b"raw " if bits == 8 => Ok((Coding::U8, 8)),
        b"in24" => fixed(Coding::I24),
        b"in32" => fixed(Coding::I32),
        b"fl32" | b"FL32" => fixed(Coding::F32),
        b"fl64" | b"FL64" => fixed(Coding::F64),
        other => {
            let what = format!("is an AIFF-C file that holds {}, which is not read", coding_name(other));
            Err(AudioError::unsupported(file, what, "decode it to PCM first"))
        }
    }
}

/// Those that are met.
fn coding_name(compression: &[u8; 4]) -> String {
    let name = match compression {
        b"ulaw" | b"ULAW" => "µ-law",
        b"alaw" | b"ALAW" => "A-law",
        b"ima4" => "ADPCM (IMA)",
        b"MAC3" | b"MAC6" => "MACE",
        b"GSM " | b"agsm" => "GSM 6.10",
        b"QDMC" | b"QDM2" => "QDesign music",
        b"ACE2" | b"ACE8" => "ACE",
        other => return format!("coding `{}`", other.escape_ascii()),
    };
    name.into()
}

/// What `CHAN` says of the order of channels.
enum Order {
    /// There is none, or it cannot be understood.
    Usual,
    /// As the mask of a WAV file, whose bits Core Audio shares.
    Mask(u32),
    /// Named, and none of ours.
    Other,
}

/// Core Audio's `AudioChannelLayout` (CoreAudioTypes.h): a tag, a bitmap, and descriptions that we do not need.
fn read_order(source: &mut dyn Source, body: u64, size: u64) -> std::io::Result<Order> {
    const USE_BITMAP: u32 = 1 << 16;
    /// `kAudioChannelLayoutTag_Mono`, `…_Stereo`, and `…_MPEG_5_1_A`: L, R, C, LFE, Ls, Rs.
    const KNOWN: [u32; 3] = [100 << 16 | 1, 101 << 16 | 2, 121 << 16 | 6];
    let mut bytes = [0; 8];
    if size < 12 || read_some(source, body, &mut bytes)? < bytes.len() {
        return Ok(Order::Usual);
    }
    Ok(match u32::from_be_bytes(field(&bytes, 0)) {
        USE_BITMAP => Order::Mask(u32::from_be_bytes(field(&bytes, 4))),
        0 => Order::Usual,
        tag if KNOWN.contains(&tag) => Order::Usual,
        _ => Order::Other,
    })
}

impl Order {
    fn layout(&self, channels: usize) -> Option<Layout> {
        match self {
            Self::Usual => Layout::of_channels(channels),
            Self::Mask(mask) if mask.count_ones() as usize == channels => crate::wav::layout_of(*mask, channels),
            Self::Mask(_) => Layout::of_channels(channels),
            Self::Other => Layout::of_channels(channels).filter(|layout| layout.channels() <= 2),
        }
    }
}

//! The track that is read: the first with audio.

use std::path::Path;

use stemwright_core::{Finding, Severity};

use super::PACKET_FRAMES;
use super::boxes::{Boxes, be32, extent};
use super::codec::{AacConfig, read_config};
use super::edges::{Timing, read_itunes};
use super::table::{Packets, read_packets};
use crate::AudioError;
use crate::source::{Source, read_at, read_some};

/// A `moov` of a day's packets and a large cover stays below.
const MAX_MOOV: u64 = 64 << 20;
const MAX_TOP_LEVEL: usize = 65_536;

/// An AAC-LC track, ready to be decoded.
#[derive(Debug, Clone)]
pub(crate) struct Track {
    pub(crate) config: AacConfig,
    pub(crate) packets: Packets,
    /// Decoded frames in front that are not to be heard.
    pub(crate) priming: u64,
    /// Frames to be heard.
    pub(crate) frames: u64,
    pub(crate) findings: Vec<Finding>,
}

/// Reads everything about the first audio track but its audio.
pub(crate) fn read_track(source: &mut dyn Source, file: &Path) -> Result<Track, AudioError> {
    let moov = read_moov(source, file)?;
    let moov = Boxes::new(&moov);
    if moov.find(b"mvex").is_some() {
        return Err(AudioError::unsupported(
            file,
            "is a fragmented MP4 file (as streams are), which is not read",
            "decode it to WAV first",
        ));
    }
    let is_audio =
        |trak: &Boxes<'_>| trak.descend(&[b"mdia", b"hdlr"]).and_then(|hdlr| hdlr.get(8..12)) == Some(&b"soun"[..]);
    let traks = moov.clone().filter(|(kind, _)| kind == b"trak").map(|(_, body)| Boxes::new(body));
    let mut audio = traks.filter(is_audio);
    let Some(trak) = audio.next() else {
        return Err(AudioError::unsupported(file, "is an MP4 file without an audio track", "choose another file"));
    };
    let mut findings = Vec::new();
    let others = audio.count();
    if others > 0 {
        findings.push(
            Finding::new(
                Severity::Note,
                "several-audio-tracks",
                format!("The file has {} audio tracks; the first is read.", others + 1),
            )
            .in_file(file)
            .hint("if another one is meant, extract it to a file of its own"),
        );
    }
    let missing = |name: &str| AudioError::malformed(file, format!("its audio track has no `{name}`"));
    let stbl = Boxes::new(trak.descend(&[b"mdia", b"minf", b"stbl"]).ok_or_else(|| missing("stbl"))?);
    let config = read_config(stbl.find(b"stsd").ok_or_else(|| missing("stsd"))?, file)?;
    let packets = read_packets(&stbl, source.length(), file)?;
    let mdhd = trak.descend(&[b"mdia", b"mdhd"]).ok_or_else(|| missing("mdhd"))?;
    let (first_delta, media_ticks) = read_times(stbl.find(b"stts").ok_or_else(|| missing("stts"))?, packets.count());
    let media_scale = time_scale(mdhd);
    check_packet_length(first_delta, media_scale, &config, &packets, file)?;
    let timing = Timing {
        rate: config.rate,
        packets: packets.count(),
        media_scale,
        media_ticks,
        movie_scale: moov.find(b"mvhd").map_or(media_scale, time_scale),
        elst: trak.descend(&[b"edts", b"elst"]),
        itunes: moov.find(b"udta").and_then(read_itunes),
    };
    let edges = timing.edges(file, &mut findings)?;
    Ok(Track { config, packets, priming: edges.priming, frames: edges.frames, findings })
}

/// Packets that last twice as long as 1024 frames at the stated rate are HE-AAC that does not say so in its
/// configuration ("implicit signalling").
fn check_packet_length(
    delta: u32,
    scale: u32,
    config: &AacConfig,
    packets: &Packets,
    file: &Path,
) -> Result<(), AudioError> {
    if packets.count() < 2 || scale == 0 {
        return Ok(());
    }
    let ratio = f64::from(delta) * f64::from(config.rate.hz()) / (f64::from(scale) * PACKET_FRAMES as f64);
    if (ratio - 2.0).abs() < 0.01 {
        let what = "is HE-AAC (its packets last twice as long as AAC's), of which only a part would be decoded";
        return Err(AudioError::unsupported(file, what, "decode it to WAV first"));
    }
    Ok(())
}

/// The duration of the first packet and of all, in ticks.
fn read_times(stts: &[u8], packets: u64) -> (u32, u64) {
    let entries = stts.get(8..).unwrap_or_default().chunks_exact(8).take(be32(stts, 4) as usize);
    let (mut first, mut ticks, mut left) = (0, 0u64, packets);
    for entry in entries {
        let count = u64::from(be32(entry, 0)).min(left);
        let delta = be32(entry, 4);
        if left == packets && count > 0 {
            first = delta;
        }
        ticks = ticks.saturating_add(count.saturating_mul(u64::from(delta)));
        left -= count;
    }
    (first, ticks)
}

/// The time scale of an `mdhd` or `mvhd` body, whose dates are of 32 or 64 bits.
fn time_scale(body: &[u8]) -> u32 {
    be32(body, if body.first() == Some(&1) { 20 } else { 12 })
}

fn read_moov(source: &mut dyn Source, file: &Path) -> Result<Vec<u8>, AudioError> {
    let io = |error| AudioError::io(file, "read", error);
    let length = source.length();
    let mut at = 0;
    for _ in 0..MAX_TOP_LEVEL {
        let mut head = [0; 16];
        let filled = read_some(source, at, &mut head).map_err(io)?;
        if filled < 8 {
            break;
        }
        let Some((header, size)) = extent(&head[..filled], length - at) else {
            return Err(cut_short(
                file,
                format!("its `{}` box goes beyond the end of the file", head[4..8].escape_ascii()),
            ));
        };
        if &head[4..8] == b"moov" {
            let body = size - header as u64;
            if body > MAX_MOOV {
                return Err(AudioError::limit(file, format!("a header of {body} bytes, where {MAX_MOOV} are read")));
            }
            let mut moov = vec![0; body as usize];
            read_at(source, at + header as u64, &mut moov).map_err(io)?;
            return Ok(moov);
        }
        at += size;
    }
    Err(cut_short(file, "it has no `moov` box, so it was not finished when it was written or copied".into()))
}

fn cut_short(file: &Path, what: String) -> AudioError {
    let hint = "export it again, or copy it again from where it came".into();
    AudioError::Truncated { file: file.to_path_buf(), what, missing: None, hint }
}

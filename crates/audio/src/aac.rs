//! AAC-LC packets to samples, by Symphonia.
//!
//! Always from the first packet on: noise substitution runs a generator, windows overlap, and what a stem sounds like
//! must not depend on where reading began.

use std::io::{BufReader, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use symphonia::core::audio::{Audio, GenericAudioBufferRef};
use symphonia::core::codecs::audio::well_known::CODEC_ID_AAC;
use symphonia::core::codecs::audio::{AudioCodecParameters, AudioDecoder, AudioDecoderOptions};
use symphonia::core::packet::PacketRef;
use symphonia::core::units::{Duration, Timestamp};
use symphonia::default::codecs::AacDecoder;

use crate::AudioError;
use crate::blocks::{BlockReader, Blocks, guarded};
use crate::mp4::{PACKET_FRAMES, Track};
use crate::source::Source;

const READ_AHEAD: usize = 32 << 10;

/// A reader from frame `from` on.
pub(crate) fn open(
    source: Box<dyn Source>,
    track: Arc<Track>,
    file: &Path,
    from: u64,
) -> Result<BlockReader<AacBlocks>, AudioError> {
    let mut parameters = AudioCodecParameters::new();
    parameters
        .for_codec(CODEC_ID_AAC)
        .with_sample_rate(track.config.rate.hz())
        .with_extra_data(track.config.specific.clone().into_boxed_slice());
    let decoder = guarded(file, "at its start", || AacDecoder::try_new(&parameters, &AudioDecoderOptions::default()))?;
    let (skip, frames) = (track.priming + from.min(track.frames), track.frames);
    let blocks = AacBlocks {
        source: BufReader::with_capacity(READ_AHEAD, source),
        file: file.to_path_buf(),
        decoder,
        track,
        packet: 0,
        run: 0,
        left_in_run: 0,
        at: u64::MAX,
        buffer: Vec::new(),
    };
    Ok(BlockReader::new(blocks, file.to_path_buf(), skip, from, frames))
}

pub(crate) struct AacBlocks {
    source: BufReader<Box<dyn Source>>,
    file: PathBuf,
    decoder: AacDecoder,
    track: Arc<Track>,
    /// The next packet, the next run of packets, and how many of the present run are left.
    packet: usize,
    run: usize,
    left_in_run: u32,
    /// Where `source` stands.
    at: u64,
    buffer: Vec<u8>,
}

impl AacBlocks {
    /// Reads the next packet into the buffer, unless there is none.
    fn fetch(&mut self) -> std::io::Result<bool> {
        let Some(size) = self.track.packets.sizes.get(self.packet) else { return Ok(false) };
        while self.left_in_run == 0 {
            let Some((offset, count)) = self.track.packets.runs.get(self.run) else { return Ok(false) };
            if self.at != *offset {
                self.source.seek(SeekFrom::Start(*offset))?;
                self.at = *offset;
            }
            self.left_in_run = *count;
            self.run += 1;
        }
        self.buffer.resize(*size as usize, 0);
        self.source.read_exact(&mut self.buffer)?;
        self.at += u64::from(*size);
        self.left_in_run -= 1;
        self.packet += 1;
        Ok(true)
    }
}

impl Blocks for AacBlocks {
    fn next(&mut self) -> Result<Option<usize>, AudioError> {
        let decoded = self.packet as u64 * PACKET_FRAMES;
        if !self.fetch().map_err(|error| AudioError::io(&self.file, "read", error))? {
            return Ok(None);
        }
        let packet = PacketRef::new(0, Timestamp::new(decoded as i64), Duration::from(PACKET_FRAMES), &self.buffer);
        let place = match decoded.checked_sub(self.track.priming) {
            Some(frame) => format!("at frame {frame}"),
            None => "in front of frame 0".into(),
        };
        let decoder = &mut self.decoder;
        let frames = guarded(&self.file, &place, || decoder.decode_ref(&packet).map(|block| block.frames()))?;
        if frames as u64 != PACKET_FRAMES {
            return Err(AudioError::malformed(&self.file, format!("a packet decodes to {frames} frames {place}")));
        }
        Ok(Some(frames))
    }

    fn copy(&self, channel: usize, from: usize, out: &mut [f64]) {
        if let GenericAudioBufferRef::F32(block) = self.decoder.last_decoded()
            && let Some(plane) = block.plane(channel)
        {
            for (to, sample) in out.iter_mut().zip(&plane[from..]) {
                *to = f64::from(*sample);
            }
        }
    }
}

//! From bytes of any kind to what they hold, and to a reader of them.

use std::path::Path;
use std::sync::Arc;

use stemwright_core::SampleRate;

use crate::detect::{Kind, detect};
use crate::finite::Finite;
use crate::mp4::Track;
use crate::pcm::{PcmFile, PcmReader};
use crate::source::Source;
use crate::{AudioError, Chunk, FrameReader, MediaInfo, aac, aiff, flac, mp4, wav};

/// A file that has been looked at: what it holds, and how to open it again without looking.
#[derive(Debug, Clone)]
pub(crate) enum Format {
    Wav(PcmFile),
    Aiff(PcmFile),
    Flac(flac::Layout),
    Aac(Arc<Track>),
}

/// Looks at the bytes. `again` yields them anew where they must be gone through to be counted.
pub(crate) fn inspect(
    source: &mut dyn Source,
    file: &Path,
    again: impl FnOnce() -> Result<Box<dyn Source>, AudioError>,
) -> Result<Format, AudioError> {
    let kind = detect(source).map_err(|error| AudioError::io(file, "read", error))?;
    match kind {
        Kind::Wav => Ok(Format::Wav(wav::read_layout(source, file)?)),
        Kind::Aiff => Ok(Format::Aiff(aiff::read_layout(source, file)?)),
        Kind::Flac { start } => {
            let mut layout = flac::read_layout(source, start, file)?;
            if layout.frames == 0 {
                layout.frames = flac::count_frames(again()?, &layout, file)?;
            }
            Ok(Format::Flac(layout))
        }
        Kind::Mp4 => Ok(Format::Aac(Arc::new(mp4::read_track(source, file)?))),
        Kind::Other(name) => {
            let what = format!("is {name}, where WAV, AIFF, FLAC and AAC in M4A are read");
            let hint = match name {
                "empty" => "export it again",
                _ => "convert it to WAV or FLAC first, from the original if it was compressed",
            };
            Err(AudioError::unsupported(file, what, hint))
        }
    }
}

impl Format {
    pub(crate) fn info(&self) -> MediaInfo {
        match self {
            Self::Wav(held) | Self::Aiff(held) => MediaInfo {
                layout: held.layout,
                bits: Some(held.bits),
                float: held.coding.is_float(),
                coding: if matches!(self, Self::Wav(_)) { "WAV" } else { "AIFF" },
                time_reference: held.about.time_reference,
                tempo: held.about.tempo,
                key: held.about.key.clone(),
                findings: held.findings.clone(),
                ..MediaInfo::new(held.rate, usize::from(held.channels), held.frames)
            },
            Self::Flac(layout) => MediaInfo {
                layout: layout.speakers,
                bits: Some(layout.bits),
                coding: "FLAC",
                time_reference: layout.about.time_reference,
                tempo: layout.about.tempo,
                key: layout.about.key.clone(),
                ..MediaInfo::new(layout.rate, layout.channels, layout.frames)
            },
            Self::Aac(track) => MediaInfo {
                lossless: false,
                coding: "AAC",
                findings: track.findings.clone(),
                ..MediaInfo::new(track.config.rate, track.config.channels, track.frames)
            },
        }
    }

    /// What other programs left in the file beside its samples.
    pub(crate) fn chunks(&self, source: &mut dyn Source, file: &Path) -> Result<Vec<Chunk>, AudioError> {
        match self {
            Self::Wav(_) => wav::read_chunks(source, file),
            Self::Aiff(_) | Self::Flac(_) | Self::Aac(_) => Ok(Vec::new()),
        }
    }

    fn rate(&self) -> SampleRate {
        match self {
            Self::Wav(held) | Self::Aiff(held) => held.rate,
            Self::Flac(layout) => layout.rate,
            Self::Aac(track) => track.config.rate,
        }
    }

    /// Whether samples keep their values in f32.
    pub(crate) fn fits_f32(&self) -> bool {
        match self {
            Self::Wav(held) | Self::Aiff(held) => held.coding.fits_f32(),
            Self::Flac(_) | Self::Aac(_) => true,
        }
    }

    /// A reader that does not yet look at the values.
    pub(crate) fn open_raw(
        &self,
        source: Box<dyn Source>,
        file: &Path,
        from: u64,
    ) -> Result<Box<dyn FrameReader>, AudioError> {
        Ok(match self {
            Self::Wav(held) | Self::Aiff(held) => {
                Box::new(PcmReader::new(source, file.to_path_buf(), held.clone(), from))
            }
            Self::Flac(layout) if layout.frames == 0 => Box::new(flac::Empty),
            Self::Flac(layout) => Box::new(flac::open(source, layout, file, from)?),
            Self::Aac(track) => Box::new(aac::open(source, Arc::clone(track), file, from)?),
        })
    }

    /// Whether values outside what is sensible can occur at all.
    pub(crate) fn can_be_bad(&self) -> bool {
        match self {
            Self::Wav(held) | Self::Aiff(held) => held.coding.is_float(),
            Self::Flac(_) => false,
            Self::Aac(_) => true,
        }
    }

    /// Lets only numbers within sensible bounds pass.
    pub(crate) fn guard(&self, inner: Box<dyn FrameReader>, file: &Path, from: u64) -> Box<dyn FrameReader> {
        Box::new(Finite {
            inner,
            file: file.to_path_buf(),
            rate: self.rate(),
            frame: from,
            finished: false,
            looks: self.can_be_bad(),
        })
    }
}

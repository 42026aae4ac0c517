//! The writer of a stem set: blocks in; quantised, measured and proven files out.

use crate::engine::PARALLEL_FROM;
use crate::null::{Null, NullTest};
use crate::print::Print;
use crate::{Block, EngineError, Sink};
use rayon::prelude::*;
use std::path::Path;
use stemwright_audio::{AudioError, Bext, Ixml, Remainders, SampleFormat, SumQuantiser, WavSpec};
use stemwright_core::{Coding, Db, FileProof, Levels, Session};

/// The manifest's name.
pub const MANIFEST: &str = "stems.json";
/// The receipt's name.
pub const RECEIPT: &str = "receipt.json";
/// What the stems sum to.
pub const MIX: &str = "00_MIX_REFERENCE.wav";
/// The other side of the master chain.
pub const MASTER: &str = "00_MASTER.wav";
/// The other side of the master chain, where the stems went through it.
pub const PREMASTER: &str = "00_PREMASTER.wav";

/// How a set is written.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct SetFormat {
    pub(crate) coding: Coding,
    /// The one gain after all processing.
    pub(crate) gain: Db,
    pub(crate) dither: bool,
    /// Whether the stems add up to the master.
    pub(crate) through_master: bool,
    /// Whether inserts and returns are heard.
    pub(crate) wet: bool,
}

impl SetFormat {
    /// The file that the stems add up to, and the other side of the master chain.
    pub(crate) fn references(self) -> [&'static str; 2] {
        [MIX, if self.through_master { PREMASTER } else { MASTER }]
    }

    pub(crate) fn sample_format(self) -> SampleFormat {
        match self.coding {
            Coding::Wav24 => SampleFormat::Pcm24,
            Coding::Wav32f => SampleFormat::Float32,
        }
    }
}

pub(crate) struct SetWriter {
    /// First what the stems add up to, then the other side of the master chain, then the stems.
    files: Vec<Print>,
    format: SetFormat,
    null: NullTest,
    quantiser: SumQuantiser,
    stem_integers: Vec<Vec<i32>>,
}

/// A finished set, before its manifest.
pub(crate) struct Finished {
    /// In the order of [`SetFormat::references`], then the stems.
    pub(crate) files: Vec<FileProof>,
    /// Largest magnitudes, in the same order.
    pub(crate) peaks: Vec<f64>,
    pub(crate) null: Null,
    /// What is stored of them, in the same order.
    pub(crate) levels: Vec<Levels>,
    /// Of integer files.
    pub(crate) remainders: Option<Remainders>,
}

impl SetWriter {
    /// Opens all files in `folder`. `stems` are names and file names.
    pub(crate) fn create(
        folder: &Path,
        session: &Session,
        stems: &[(String, String)],
        format: SetFormat,
        start: i64,
        expected: u64,
    ) -> Result<Self, AudioError> {
        let titles = ["Mix reference", if format.through_master { "Premaster" } else { "Master" }];
        let references = titles.iter().zip(format.references());
        let titled: Vec<(String, String)> = references.map(|(title, file)| ((*title).into(), file.into())).collect();
        let factor = format.gain.factor();
        let file = |(title, name): &(String, String)| {
            Print::create(folder, name, &spec(session, title, format, start), factor, expected)
        };
        let names: Vec<String> = stems.iter().map(|(title, _)| title.clone()).collect();
        Ok(Self {
            files: titled.iter().chain(stems).map(file).collect::<Result<_, AudioError>>()?,
            format,
            null: NullTest::new(stems.len(), session.rate),
            quantiser: SumQuantiser::new(factor, format.dither, MIX, &names),
            stem_integers: vec![Vec::new(); stems.len()],
        })
    }

    /// Completes the files and reads them back for their hashes.
    pub(crate) fn finish(mut self, folder: &Path) -> Result<Finished, AudioError> {
        let peaks = self.files.iter().map(|file| file.peak).collect();
        let levels: Vec<Levels> = self.files.iter_mut().map(Print::levels).collect();
        let remainders = (self.format.coding == Coding::Wav24).then(|| self.quantiser.remainders());
        let null = self.null.found();
        let files: Vec<Result<FileProof, AudioError>> =
            self.files.into_par_iter().zip(&levels).map(|(file, levels)| file.finish(folder, *levels)).collect();
        Ok(Finished { files: files.into_iter().collect::<Result<_, _>>()?, peaks, levels, null, remainders })
    }
}

impl Sink for SetWriter {
    fn block(&mut self, block: &Block<'_>) -> Result<(), EngineError> {
        let Self { files, format, null, quantiser, stem_integers } = self;
        let integers = format.coding == Coding::Wav24;
        let (sum, beside) = if format.through_master { (block.master, block.mix) } else { (block.mix, block.master) };
        let quantise = || {
            if let (true, [whole, other, ..]) = (integers, files.as_mut_slice()) {
                quantiser.alone(&other.name, quantiser.frame(), beside, &mut other.integers);
                quantiser.block(sum, &block.stems, &mut whole.integers, stem_integers);
                for (file, integers) in files[2..].iter_mut().zip(stem_integers) {
                    std::mem::swap(&mut file.integers, integers);
                }
            }
        };
        let serial = block.frames < PARALLEL_FROM;
        if serial {
            null.block(sum, &block.stems);
            quantise();
        } else {
            rayon::join(|| null.block(sum, &block.stems), quantise);
        }
        let signals = [sum, beside].into_iter().chain(block.stems.iter().copied());
        let work: Vec<(&mut Print, [&[f64]; 2])> = files.iter_mut().zip(signals).collect();
        let write = |(file, signal): (&mut Print, [&[f64]; 2])| file.block(signal);
        if serial {
            return Ok(work.into_iter().try_for_each(write)?);
        }
        let results: Vec<Result<(), AudioError>> = work.into_par_iter().map(write).collect();
        Ok(results.into_iter().collect::<Result<(), _>>()?)
    }
}

/// What stands in a file beside its samples: nothing of the machine, the user or the day.
fn spec(session: &Session, title: &str, format: SetFormat, start: i64) -> WavSpec {
    let song = &session.song;
    let sample_format = format.sample_format();
    let coding = match sample_format {
        SampleFormat::Pcm24 => "W=24",
        SampleFormat::Float32 => "W=32,T=float",
    };
    let heading = [song.artist.as_str(), song.title.as_str(), title];
    let description = heading.into_iter().filter(|text| !text.is_empty()).collect::<Vec<_>>().join(" - ");
    let (beats, note) = session.tempo.time_signature;
    WavSpec {
        rate: session.rate,
        channels: 2,
        format: sample_format,
        bext: Bext {
            description,
            originator: "Stemwright".into(),
            originator_reference: String::new(),
            // Bar 1 is at 0; a time before it cannot be written here.
            time_reference: u64::try_from(start).unwrap_or(0),
            coding_history: format!("A=PCM,F={},{coding},M=stereo,T=Stemwright\r\n", session.rate.hz()),
        },
        ixml: Some(Ixml {
            project: song.title.clone(),
            note: title.to_owned(),
            tracks: vec![format!("{title} L"), format!("{title} R")],
            tempo: Some(session.tempo.bpm),
            key: song.key.clone(),
            time_signature: u8::try_from(beats).ok().zip(u8::try_from(note).ok()),
        }),
    }
}

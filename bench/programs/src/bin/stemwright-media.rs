//! What the product's readers, meters, resampler and FLAC encoder cost as a process of their own, so that `bench/media.py` and
//! `bench/check.py` can hold them beside other programs that do the same:
//!
//! * `stemwright-media decode FILE` reads it to the end and keeps nothing;
//! * `stemwright-media measure FILE…` measures loudness and true peak of each, one after the other, and prints them;
//! * `stemwright-media resample FILE HZ` reads it at another rate;
//! * `stemwright-media encode FILE OUT.flac` writes its samples as 24-bit FLAC.

use std::error::Error;
use std::hint::black_box;
use std::io::Write;
use std::path::Path;

use stemwright_audio::{AudioWriter, Bext, Container, FileSpec, Files, FrameReader, Media, SampleFormat, open_at};
use stemwright_core::SampleRate;
use stemwright_dsp::{Loudness, TruePeak};

const USAGE: &str = "usage: stemwright-media decode FILE | measure FILE… | resample FILE HZ | encode FILE OUT.flac";
/// As the engine reads.
const BLOCK: usize = 8_192;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["decode", file] => read(Path::new(file), None),
        ["measure", ref files @ ..] => files.iter().try_for_each(|file| measure(Path::new(file))),
        ["resample", file, hz] => read(Path::new(file), Some(SampleRate::new(hz.parse()?).ok_or(USAGE)?)),
        ["encode", file, out] => encode(Path::new(file), Path::new(out)),
        _ => Err(USAGE.into()),
    }
}

fn read(file: &Path, rate: Option<SampleRate>) -> Result<(), Box<dyn Error>> {
    let files = Files::new();
    let info = files.info(file)?;
    let mut reader = open_at(&files, file, 0, rate.unwrap_or(info.rate))?;
    let mut planes = vec![vec![0.0; BLOCK]; info.channels];
    while next(reader.as_mut(), &mut planes)? == BLOCK {
        black_box(&planes);
    }
    Ok(())
}

fn measure(file: &Path) -> Result<(), Box<dyn Error>> {
    let files = Files::new();
    let info = files.info(file)?;
    let mut reader = files.open(file, 0)?;
    let (mut loudness, mut peak) = (Loudness::new(info.rate, info.channels), TruePeak::new(info.channels));
    let mut planes = vec![vec![0.0; BLOCK]; info.channels];
    loop {
        let count = next(reader.as_mut(), &mut planes)?;
        let block: Vec<&[f64]> = planes.iter().map(|plane| &plane[..count]).collect();
        loudness.block(&block);
        peak.block(&block);
        if count < BLOCK {
            break;
        }
    }
    peak.finish();
    let read = [loudness.integrated(), loudness.range(), loudness.momentary_max(), loudness.short_term_max()];
    let [integrated, range, momentary, short_term] = read.map(|figure| figure.unwrap_or(f64::NEG_INFINITY));
    let true_peak = 20.0 * libm::log10(peak.peak());
    let mut out = std::io::stdout();
    writeln!(
        out,
        "I {integrated:.2} LRA {range:.2} M {momentary:.2} S {short_term:.2} TP {true_peak:.2} {}",
        file.display()
    )?;
    Ok(())
}

fn encode(file: &Path, out: &Path) -> Result<(), Box<dyn Error>> {
    let files = Files::new();
    let info = files.info(file)?;
    let layout = info.layout.ok_or("a file of a known layout")?;
    let spec = FileSpec {
        container: Container::Flac,
        rate: info.rate,
        layout,
        format: SampleFormat::Pcm24,
        bext: Bext::default(),
        ixml: None,
        chunks: Vec::new(),
    };
    let mut writer = AudioWriter::create(out, &spec)?;
    writer.expect_frames(info.frames);
    let mut reader = files.open(file, 0)?;
    let mut planes = vec![vec![0.0; BLOCK]; info.channels];
    let mut interleaved = Vec::with_capacity(BLOCK * info.channels);
    loop {
        let count = next(reader.as_mut(), &mut planes)?;
        interleaved.clear();
        for frame in 0..count {
            // Exact for files of up to 24 bits.
            interleaved.extend(planes.iter().map(|plane| (plane[frame] * 8_388_608.0) as i32));
        }
        writer.write_integers(&interleaved)?;
        if count < BLOCK {
            break;
        }
    }
    writer.finish()?;
    Ok(())
}

fn next(reader: &mut dyn FrameReader, planes: &mut [Vec<f64>]) -> Result<usize, Box<dyn Error>> {
    let mut slices: Vec<&mut [f64]> = planes.iter_mut().map(Vec::as_mut_slice).collect();
    Ok(reader.read(&mut slices)?)
}

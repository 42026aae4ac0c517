//! Whatever the bytes are, reading ends in frames or in an error.

mod signals;

use std::process::Command;

use signals::{Random, interleave, noise24, spec, write_f32, write_pcm24};
use stemwright_audio::testing::{decode, decode_from, program};
use stemwright_audio::{AudioWriter, Container, SampleFormat};

/// Small files of every kind that can be made here.
fn seeds() -> Vec<(&'static str, Vec<u8>)> {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    let planes = noise24(2, 300);
    write_pcm24(&path("a.wav"), 48_000, &planes);
    write_f32(&path("b.wav"), 48_000, &planes);
    let mut seeds =
        vec![("wav", std::fs::read(path("a.wav")).unwrap()), ("float", std::fs::read(path("b.wav")).unwrap())];
    write_pcm24(&path("c.wav"), 48_000, &noise24(2, 3_000));
    for (name, container) in [("aiff", Container::Aiff), ("our flac", Container::Flac)] {
        let mut spec = spec(48_000, 6, SampleFormat::Pcm16);
        spec.container = container;
        spec.bext.description = "Drums".into();
        let mut writer = AudioWriter::create(&path(name), &spec).unwrap();
        writer.write_integers(&interleave(&noise24(6, 301), |x| (x * 32_768.0) as i32)).unwrap();
        writer.finish().unwrap();
        seeds.push((name, std::fs::read(path(name)).unwrap()));
    }
    if program("flac") {
        let run = Command::new("flac").args(["-s", "-b", "576", "-o"]).arg(path("c.flac")).arg(path("c.wav")).status();
        assert!(run.unwrap().success());
        seeds.push(("flac", std::fs::read(path("c.flac")).unwrap()));
    }
    if program("ffmpeg") {
        let run = Command::new("ffmpeg").args(["-v", "error", "-i"]).arg(path("c.wav")).arg(path("c.m4a")).status();
        assert!(run.unwrap().success());
        seeds.push(("m4a", std::fs::read(path("c.m4a")).unwrap()));
    }
    seeds
}

/// Decodes, and checks what must hold of any bytes.
fn survive(bytes: &[u8], from: u64) -> bool {
    match decode_from(bytes, from, |plane| assert!(plane.iter().all(|x| x.abs() <= 1000.0))) {
        Ok((info, frames)) => {
            assert_eq!(frames, info.frames.saturating_sub(from));
            true
        }
        Err(error) => {
            assert!(error.to_string().contains("bytes") && error.hint().is_some(), "{error}");
            false
        }
    }
}

#[test]
fn no_file_that_lost_its_end_is_read_as_if_it_were_whole() {
    for (name, bytes) in seeds() {
        let whole = decode(&bytes).unwrap();
        for length in 0..bytes.len() {
            if let Ok(read) = decode(&bytes[..length]) {
                // Metadata behind the audio may be lost.
                assert_eq!(read.1, whole.1, "{name} cut to {length} of {} bytes", bytes.len());
            }
        }
    }
}

#[test]
fn thousands_of_damaged_files_end_in_frames_or_an_error() {
    // Panics of decoders that others wrote are caught, and would fill the screen.
    let usual = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        if panic.location().is_none_or(|place| !place.file().contains("symphonia")) {
            usual(panic);
        }
    }));
    let mut random = Random(7);
    for (_, bytes) in seeds() {
        let mut read = 0;
        for _ in 0..3_000 {
            let mut bytes = bytes.clone();
            for _ in 0..1 + random.below(4) {
                // Half of the damage goes where the structure is.
                let reach = if random.below(2) == 0 { bytes.len() } else { bytes.len().min(1_200) };
                let at = random.below(reach);
                match random.below(5) {
                    0 => bytes[at] = random.next() as u8,
                    1 => bytes[at] ^= 1 << random.below(8),
                    2 => bytes[at] = [0, 1, 0x7f, 0x80, 0xff][random.below(5)],
                    3 => drop(bytes.drain(at..(at + 1 + random.below(16)).min(bytes.len()))),
                    _ => {
                        let end = (at + 1 + random.below(32)).min(bytes.len());
                        let copy = bytes[at..end].to_vec();
                        bytes.splice(at..at, copy);
                    }
                }
            }
            read += usize::from(survive(&bytes, random.below(2) as u64 * 1_000));
        }
        // Some damage hits only samples or metadata.
        assert!(read > 0);
    }
}

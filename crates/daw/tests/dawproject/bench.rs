//! A project in memory: XML, files, and what is read of it.

#![allow(dead_code, reason = "no test file uses all of it")]

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use stemwright_audio::Files;
use stemwright_core::{Finding, SampleRate, Session, Severity};
use stemwright_daw::{ForeignOptions, ForeignSession, SessionError, read_foreign};
use tempfile::TempDir;

/// A folder with a project in it.
pub(crate) struct Bench {
    temporary: TempDir,
    pub(crate) path: PathBuf,
}

impl Bench {
    /// A project of any bytes.
    pub(crate) fn of_bytes(bytes: &[u8]) -> Self {
        let temporary = tempfile::tempdir().unwrap();
        let path = temporary.path().join("song.dawproject");
        fs::write(&path, bytes).unwrap();
        Self { temporary, path }
    }

    /// An archive of stored files.
    pub(crate) fn of_files(files: &[(&str, &[u8])]) -> Self {
        Self::of_bytes(&zip(files))
    }

    /// A project.xml with `audio/one.wav` (mono, 48 kHz, 4 s) and `audio/two.wav` (stereo) beside it.
    pub(crate) fn of_xml(xml: &str) -> Self {
        let (one, two) = (wav(1, 48_000, 192_000), wav(2, 48_000, 192_000));
        Self::of_files(&[("project.xml", xml.as_bytes()), ("audio/one.wav", &one), ("audio/two.wav", &two)])
    }

    pub(crate) fn folder(&self) -> &Path {
        self.temporary.path()
    }

    pub(crate) fn unpacked(&self) -> PathBuf {
        self.temporary.path().join("unpacked")
    }

    pub(crate) fn try_read(&self) -> Result<ForeignSession, SessionError> {
        self.read_at(None)
    }

    pub(crate) fn read_at(&self, rate: Option<u32>) -> Result<ForeignSession, SessionError> {
        let to = self.unpacked();
        let options = ForeignOptions { rate: rate.and_then(SampleRate::new), extract_to: &to };
        read_foreign(&self.path, &Files::default(), &options)
    }

    #[track_caller]
    pub(crate) fn read(&self) -> (Session, Vec<Finding>) {
        let read = self.try_read().unwrap_or_else(|error| panic!("{error}"));
        (read.session, read.ledger)
    }
}

/// A project.xml of what stands in it: tracks and channels, and the arrangement's lanes and more.
pub(crate) fn project(structure: &str, arrangement: &str) -> String {
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><Project version=\"1.0\"><Application name=\"Test\" version=\"1\"/>\
         <Transport><Tempo unit=\"bpm\" value=\"120\" id=\"tempo\"/><TimeSignature numerator=\"4\" denominator=\"4\"/></Transport>\
         <Structure>{structure}<Track name=\"Master\"><Channel role=\"master\" id=\"m\"/></Track></Structure>\
         <Arrangement>{arrangement}</Arrangement></Project>"
    )
}

/// One track `t` with clips, in beats at 120 BPM.
pub(crate) fn one_track(clips: &str) -> String {
    project(
        "<Track id=\"t\" name=\"T\"><Channel audioChannels=\"2\" id=\"c\" destination=\"m\"/></Track>",
        &format!("<Lanes timeUnit=\"beats\"><Lanes track=\"t\"><Clips>{clips}</Clips></Lanes></Lanes>"),
    )
}

/// `Audio` of one of the bench's files.
pub(crate) const ONE: &str =
    "<Audio channels=\"1\" sampleRate=\"48000\" duration=\"4\"><File path=\"audio/one.wav\"/></Audio>";

pub(crate) fn of_code<'l>(ledger: &'l [Finding], code: &str) -> Vec<&'l Finding> {
    ledger.iter().filter(|finding| finding.code == code).collect()
}

pub(crate) fn worst(ledger: &[Finding]) -> Option<Severity> {
    ledger.iter().map(|finding| finding.severity).max()
}

/// A ramp of 16 bits.
pub(crate) fn wav(channels: u16, rate: u32, frames: u32) -> Vec<u8> {
    let spec =
        hound::WavSpec { channels, sample_rate: rate, bits_per_sample: 16, sample_format: hound::SampleFormat::Int };
    let mut bytes = std::io::Cursor::new(Vec::new());
    let mut writer = hound::WavWriter::new(&mut bytes, spec).unwrap();
    for frame in 0..frames {
        for channel in 0..channels {
            writer.write_sample(((frame * 7 + u32::from(channel)) % 20_000) as i16).unwrap();
        }
    }
    writer.finalize().unwrap();
    bytes.into_inner()
}

/// A ZIP of stored files, by hand.
pub(crate) fn zip(files: &[(&str, &[u8])]) -> Vec<u8> {
    let (mut out, mut directory) = (Vec::new(), Vec::new());
    for (name, bytes) in files {
        let at = out.len() as u32;
        let mut fixed = vec![20, 0, 0, 8, 0, 0, 0, 0, 33, 0];
        fixed.extend(crc(bytes).to_le_bytes());
        fixed.extend((bytes.len() as u32).to_le_bytes());
        fixed.extend((bytes.len() as u32).to_le_bytes());
        fixed.extend((name.len() as u16).to_le_bytes());
        fixed.extend([0, 0]);
        out.write_all(b"PK\x03\x04").unwrap();
        out.write_all(&fixed).unwrap();
        out.write_all(name.as_bytes()).unwrap();
        out.write_all(bytes).unwrap();
        directory.extend(b"PK\x01\x02\x14\0");
        directory.extend(fixed);
        directory.extend([0; 10]);
        directory.extend(at.to_le_bytes());
        directory.extend(name.as_bytes());
    }
    let (start, count) = (out.len() as u32, files.len() as u16);
    out.extend(&directory);
    out.extend(b"PK\x05\x06\0\0\0\0");
    out.extend(count.to_le_bytes());
    out.extend(count.to_le_bytes());
    out.extend((directory.len() as u32).to_le_bytes());
    out.extend(start.to_le_bytes());
    out.extend([0, 0]);
    out
}

/// CRC-32, a bit at a time.
fn crc(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0u32, |crc, &byte| {
        (0..8).fold(crc ^ u32::from(byte), |crc, _| if crc & 1 == 1 { crc >> 1 ^ 0xedb8_8320 } else { crc >> 1 })
    })
}

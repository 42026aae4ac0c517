//! What tests of every room need: material and programs that may be absent, and bytes without a file.
//!
//! A test without its material or program is skipped, and says so, unless `STEMWRIGHT_REQUIRE` (a list such as
//! `material,ffmpeg`) names it: then it fails.

use std::io::Cursor;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::format::inspect;
use crate::source::Source;
use crate::{AudioError, AudioWriter, FileSpec, MediaInfo};

/// A file or folder of the material made by others: under `STEMWRIGHT_MATERIAL`, or `../shared/material` from the
/// workspace's root.
///
/// # Panics
/// When it is absent and required.
pub fn material(relative: &str) -> Option<PathBuf> {
    let beside = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/material");
    let folder = std::env::var_os("STEMWRIGHT_MATERIAL").map_or_else(beside, PathBuf::from);
    let path = folder.join(relative);
    present("material", path.exists(), &format!("no material `{relative}`")).then_some(path)
}

/// Whether a program can be started.
///
/// # Panics
/// When it is absent and required.
pub fn program(name: &str) -> bool {
    // ffmpeg wants one dash; sox and flac take either.
    let version = if name.starts_with("ff") { "-version" } else { "--version" };
    let run = Command::new(name).arg(version).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status();
    present(name, run.is_ok(), &format!("no program `{name}`"))
}

/// Whether a module of Python can be imported.
///
/// # Panics
/// When it is absent and required.
pub fn python_module(name: &str) -> bool {
    let import = format!("import {name}");
    let run = Command::new("python3").args(["-c", &import]).stdout(Stdio::null()).stderr(Stdio::null()).status();
    present(name, run.is_ok_and(|status| status.success()), &format!("no Python module `{name}`"))
}

/// A writer of files that are large from `largest` bytes on: WAV becomes RF64 there, AIFF ends.
///
/// # Errors
/// As [`AudioWriter::create`].
pub fn create_with_largest(path: &Path, spec: &FileSpec, largest: u64) -> Result<AudioWriter, AudioError> {
    AudioWriter::with_largest(path, spec, largest)
}

fn present(what: &str, there: bool, missing: &str) -> bool {
    let required = std::env::var("STEMWRIGHT_REQUIRE").unwrap_or_default();
    let required = required.split(',').any(|name| name.trim() == what);
    assert!(there || !required, "{missing}, which STEMWRIGHT_REQUIRE asks for");
    if !there {
        eprintln!("skipped: {missing}");
    }
    there
}

/// Reads bytes as if they were a file, to their end or to the first error: for hostile ones. Returns what they claim
/// to hold and how many frames they yielded.
///
/// # Errors
/// As reading a file.
pub fn decode(bytes: &[u8]) -> Result<(MediaInfo, u64), AudioError> {
    decode_from(bytes, 0, |_| {})
}

/// As [`decode`], from a frame on, showing the first channel.
///
/// # Errors
/// As reading a file.
pub fn decode_from(bytes: &[u8], from: u64, mut see: impl FnMut(&[f64])) -> Result<(MediaInfo, u64), AudioError> {
    const PIECE: usize = 1000;
    let file = Path::new("bytes");
    let shared: std::sync::Arc<[u8]> = bytes.into();
    let source = || Box::new(Cursor::new(std::sync::Arc::clone(&shared))) as Box<dyn Source>;
    let format = inspect(&mut source(), file, || Ok(source()))?;
    let info = format.info();
    let mut reader = format.guard(format.open_raw(source(), file, from)?, file, from);
    let mut planes = vec![vec![0.0; PIECE]; info.channels];
    let mut frames = 0;
    loop {
        let mut slices: Vec<&mut [f64]> = planes.iter_mut().map(Vec::as_mut_slice).collect();
        let count = reader.read(&mut slices)?;
        frames += count as u64;
        see(&planes[0][..count]);
        if count < PIECE {
            return Ok((info, frames));
        }
    }
}

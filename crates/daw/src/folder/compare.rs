//! Files beside each other: those that are shorter or longer than most, and those that are the same.

use super::probe::{Probed, frames};
use std::collections::{BTreeMap, HashMap};
use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::Path;
use stemwright_core::{Finding, SampleRate, Severity};

/// Lengths that differ by less, after resampling, are meant to be equal.
const ALIKE_FRAMES: u64 = 2;
/// So many files in ten must agree before the others are worth a warning.
const MOST_OF_TEN: usize = 6;
/// What is read of each file to find candidates for duplicates.
const SAMPLE_BYTES: usize = 4096;
/// What is compared in all: silent tracks of a long song are alike, and many.
const MOST_BYTES: u64 = 1 << 30;
/// What is compared at once.
const PIECE_BYTES: usize = 1 << 16;

/// Says which files end earlier or later than most do; `starts` is where each begins.
pub(super) fn lengths(files: &[&Probed], starts: &[i64], rate: SampleRate, findings: &mut Vec<Finding>) {
    let ends: Vec<u64> =
        files.iter().zip(starts).map(|(file, start)| frames(file, rate).saturating_add_signed(*start)).collect();
    let mut counts: BTreeMap<u64, usize> = BTreeMap::new();
    for end in &ends {
        *counts.entry(*end).or_default() += 1;
    }
    let Some((&usual, _)) = counts.iter().max_by_key(|&(end, count)| (*count, *end)) else { return };
    let alike = |end: u64| end.abs_diff(usual) <= ALIKE_FRAMES;
    let agreeing = ends.iter().filter(|end| alike(**end)).count();
    if agreeing == ends.len() {
        return;
    }
    let clock = |frames: u64| rate.clock(i64::try_from(frames).unwrap_or(i64::MAX));
    if agreeing * 10 < ends.len() * MOST_OF_TEN {
        let (first, last) = (ends.iter().min().unwrap_or(&0), ends.iter().max().unwrap_or(&0));
        let what = format!("the files end at different times, from {} to {}", clock(*first), clock(*last));
        findings.push(Finding::new(Severity::Note, "lengths-differ", what));
        return;
    }
    for (file, end) in files.iter().zip(ends).filter(|(_, end)| !alike(*end)) {
        let seconds = rate.seconds(i64::try_from(end.abs_diff(usual)).unwrap_or(i64::MAX));
        let (code, word) = if end < usual { ("shorter", "earlier") } else { ("longer", "later") };
        let what = format!("it ends {seconds:.3} s {word} than most files, at {} and not {}", clock(end), clock(usual));
        let finding = Finding::new(Severity::Warning, code, what).in_file(&file.found.path);
        findings.push(finding.hint("compare it with the song: it may have been exported over another range"));
    }
}

/// Says which files are the same, byte for byte: both would sound, 6 dB louder.
pub(super) fn duplicates(files: &[&Probed], findings: &mut Vec<Finding>) {
    let mut alike: HashMap<(u64, Vec<u8>), Vec<&Probed>> = HashMap::new();
    let mut order = Vec::new();
    for file in files {
        let Some(key) = sample(&file.found.path) else { continue };
        let known = alike.entry(key.clone()).or_default();
        if known.is_empty() {
            order.push(key);
        }
        known.push(file);
    }
    let mut left = MOST_BYTES;
    for key in order {
        let [first, others @ ..] = alike[&key].as_slice() else { continue };
        for other in others {
            let Some(rest) = left.checked_sub(key.0) else { return };
            left = rest;
            if same(&first.found.path, &other.found.path).unwrap_or(false) {
                let what = format!("it holds the same bytes as `{}`; both are tracks", first.found.relative);
                let finding = Finding::new(Severity::Warning, "duplicate", what).in_file(&other.found.path);
                findings.push(finding.hint("leave one of them out, or export it again if it should be another"));
            }
        }
    }
}

/// How many bytes a file has, and some of them.
fn sample(path: &Path) -> Option<(u64, Vec<u8>)> {
    let mut file = File::open(path).ok()?;
    let size = file.metadata().ok()?.len();
    let mut bytes = Vec::with_capacity(SAMPLE_BYTES);
    file.seek(SeekFrom::Start((size / 2).saturating_sub(SAMPLE_BYTES as u64 / 2))).ok()?;
    file.take(SAMPLE_BYTES as u64).read_to_end(&mut bytes).ok()?;
    Some((size, bytes))
}

fn same(one: &Path, other: &Path) -> std::io::Result<bool> {
    let (mut one, mut other) = (File::open(one)?, File::open(other)?);
    let (mut a, mut b) = (vec![0; PIECE_BYTES], vec![0; PIECE_BYTES]);
    loop {
        let count = fill(&mut one, &mut a)?;
        if fill(&mut other, &mut b)? != count || a[..count] != b[..count] {
            return Ok(false);
        }
        if count == 0 {
            return Ok(true);
        }
    }
}

fn fill(file: &mut File, buffer: &mut [u8]) -> std::io::Result<usize> {
    let mut filled = 0;
    while filled < buffer.len() {
        match file.read(&mut buffer[filled..])? {
            0 => break,
            count => filled += count,
        }
    }
    Ok(filled)
}
